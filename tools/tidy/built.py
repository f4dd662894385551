"""Checks that compile, or read what was compiled in build/clang."""
import hashlib
import json
import os
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path, PurePath

from tree import PURE, PURE_FILES, check

BUILD = "build/clang"

UNLISTED = {"src/base/meson.build":
            "base_sources = files('base_planted.c')\nbase_tests = files()\n"}


def in_parallel(function, items):
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(function, items))


def objects_of(tree):
    """{source: object}, both relative to the top."""
    commands = json.loads((tree.root / BUILD / "compile_commands.json").read_text())
    top = tree.root.resolve()
    found = {}
    for c in commands:
        source = (Path(c["directory"]) / c["file"]).resolve()
        found[str(source.relative_to(top))] = f"{BUILD}/{c['output']}"
    return found


def symbols(tree, path, kinds):
    listing = tree.run("nm", path).stdout
    return {m[1] for m in re.findall(rf"^[0-9a-f ]*([{kinds}]) (\S+)$", listing, re.MULTILINE)}


@check("headers", plant={"src/base/base_planted.h": "size_t f(void);\n"})
def headers_alone(tree):
    def compile_alone(f):
        return tree.run("clang", "-fsyntax-only", "-std=c17", "-D_GNU_SOURCE", "-Wall", "-Wextra",
                        "-Werror", "-Wno-unused-function", "-Wno-unused-const-variable",
                        "-Iinclude", "-Isrc", "-x", "c", f.path)
    headers = tree.all(".h")
    for f, result in zip(headers, in_parallel(compile_alone, headers)):
        if result.returncode != 0:
            first = re.search(r"error: .*", result.stdout)
            yield f.path, 1, "does not compile alone: " + (first.group() if first else "")


@check("compiled", plant={"src/base/base_planted_test.c": ""})
def compiled(tree):
    """A source, and above all a test, that no meson.build names would look as if it passed."""
    built = objects_of(tree)
    for f in tree.all(".c"):
        if f.path not in built:
            yield f.path, 1, "is in no meson.build: nobody compiles it"


def allowed_calls(tree):
    """{symbol: the one file that may call it, or None}"""
    lines = [line.split("#")[0].split() for line in tree.file("tools/libc").lines]
    return {words[0]: words[1] if len(words) > 1 else None for words in lines if words}


@check("pure", plant=UNLISTED | {"src/base/base_planted.c":
       "int errors(void);\nint errors(void)\n{\n\tstatic int n;\n\n\treturn n++;\n}\n"})
def purity(tree):
    allowed = allowed_calls(tree)
    pure = {s: o for s, o in objects_of(tree).items()
            if s.startswith((*(f"src/{m}/" for m in PURE), *PURE_FILES)) and not s.endswith("_test.c")}
    own = set().union(*(symbols(tree, o, "TDBR") for o in pure.values()))
    for source, built in pure.items():
        for name in sorted(symbols(tree, built, "U") - own - {"_GLOBAL_OFFSET_TABLE_"}):
            if name not in allowed or allowed[name] not in (None, PurePath(source).name):
                yield source, 1, f"calls {name}(), which tools/libc does not list"
        sections = tree.run("size", "-A", built).stdout
        for section, size in re.findall(r"^(\.\S+) +(\d+)", sections, re.MULTILINE):
            is_mutable = re.match(r"\.(data|bss|tdata|tbss)(?!\.rel\.ro)", section)
            if is_mutable and int(size) > 0:
                yield source, 1, f"has {size} bytes of mutable state ({section})"


@check("dead", plant=UNLISTED | {"src/base/base_planted.c":
       "int planted(void);\nint planted(void)\n{\n\treturn 1;\n}\n"})
def dead_code(tree):
    """Functions that no other file needs: nobody calls them, or they should be static.  Those of
    include/ting are for others to call."""
    built = objects_of(tree)
    used = {s: symbols(tree, o, "U") for s, o in built.items()}
    for source, path in built.items():
        others = set().union(*(u for s, u in used.items() if s != source), {"main"})
        for name in sorted(symbols(tree, path, "T") - others):
            if not name.startswith(("criterion_", "ting_")) and not source.endswith("_test.c"):
                yield source, 1, f"nobody else calls {name}()"


@check("dead-headers", plant={"src/base/base_planted.h":
       "#include <stddef.h>\n\nstatic inline int planted(void)\n{\n\treturn 1;\n}\n"})
def dead_headers(tree):
    """Functions of headers whose name stands nowhere else."""
    words = {}
    for f in tree.c_files():
        for word in re.findall(r"\w+", "\n".join(f.code)):
            words[word] = words.get(word, 0) + 1
    for f in tree.all(".h"):
        if f.path.startswith("include/ting/"):
            continue
        for number, line in enumerate(f.code, 1):
            found = re.match(r"(?:static inline )?[a-z][\w *]*?\b(\w+)\(", line)
            if found and words[found.group(1)] == 1:
                yield f.path, number, f"nobody uses {found.group(1)}()"


PLANTED_SWITCH = """enum e { A, B };
int planted(enum e e);
int planted(enum e e)
{
	switch (e) {
	case A:
	case B:
		return 1;
	default:
		return 2;
	}
}
"""


@check("clang-tidy", plant=UNLISTED | {"src/base/base_planted.c": PLANTED_SWITCH})
def clang_tidy(tree):
    """.clang-tidy says which; a default in a switch over an enum is among them.

    What it said is kept in build/clang/tidy for as long as what the compiler sees is the same.
    """
    sources = [s for s in objects_of(tree) if s in tree.paths and not s.endswith("_test.c")]
    top = tree.root.resolve()
    cache = tree.root / BUILD / "tidy"
    cache.mkdir(exist_ok=True)

    def tidy(source):
        seen = tree.run("clang", "-E", "-C", "-D_GNU_SOURCE", "-Iinclude", "-Isrc", f"-I{BUILD}/src", source).stdout
        key = hashlib.sha256((seen + tree.file(".clang-tidy").text).encode()).hexdigest()
        known = cache / key
        if not known.exists():
            known.write_text(tree.run("clang-tidy", "--quiet", "-p", BUILD, source).stdout)
        return known.read_text()
    for out in in_parallel(tidy, sources):
        for path, line, message in re.findall(r"^(\S+):(\d+):\d+: (?:error|warning): (.*)$", out,
                                              re.MULTILINE):
            path = (top / BUILD / path).resolve()  # relative to the build, or absolute
            yield str(path.relative_to(top)), int(line), message
