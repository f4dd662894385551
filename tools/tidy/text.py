"""Checks that read the text of the files."""
import fnmatch
import re
from pathlib import PurePath

from tree import MODULES, check

FUNCTION_LINES = 60
FILE_LINES = 500
BANNED = ("strcpy strcat strncpy strncat sprintf vsprintf gets atoi atol atof strtok signal "
          "system popen rand srand alloca setjmp longjmp").split()
SLEEPS = "sleep usleep nanosleep clock_nanosleep".split()
SLEEPS_ELSEWHERE = re.compile(r"\btime\.sleep\(|^\s*sleep\s")


@check("format", plant={"src/base/base_planted.c": "int  x;\n"})
def formatting(tree):
    for f in tree.c_files():
        result = tree.run("clang-format", "--dry-run", "--Werror", f.path)
        for line in re.findall(r":(\d+):\d+: error", result.stdout)[:1]:
            yield f.path, int(line), "is not formatted: script/fmt"


def rules_of(tree):
    """[(pattern, what it may include)] from tools/layers."""
    text = re.sub(r"#.*", "", tree.file("tools/layers").text)
    iso = re.search(r"^ISO = (.*)$", text, re.MULTILINE).group(1)
    lines = [line.replace("ISO", iso).split() for line in text.split("\n") if " = " not in line]
    return [(words[0], words[1:]) for words in lines if words]


def includes_of(tree, f, seen):
    """(file, line, name) of all that a file includes, also on the way."""
    for number, line in enumerate(f.lines, 1):
        found = re.match(r'#include (<[^>]+>|"([^"]+)")', line)
        if not found:
            continue
        yield f.path, number, found.group(2) or found.group(1)
        name = found.group(2)
        for path in (f"src/{name}", str(PurePath(f.path).parent / str(name))):
            if name and path in tree.paths and path not in seen:
                seen.add(path)
                yield from includes_of(tree, tree.file(path), seen)


@check("layers", plant={
    "src/topic/topic_planted.h": "",
    "test/sim/sim_world.h": '#include "topic/topic_planted.h"\n',
    "test/sim/sim_model.c": '#include "sim_world.h"\n'})
def layers(tree):
    rules = rules_of(tree)
    for f in tree.c_files():
        may = next((words for pattern, words in rules if fnmatch.fnmatch(f.path, pattern)), None)
        if may is None:
            yield f.path, 1, "tools/layers does not say what it may include"
            continue
        knows_system_headers = any(word.startswith("<") for word in may)
        for path, line, name in includes_of(tree, f, set()):
            if name.startswith("<"):
                if knows_system_headers and path == f.path and name not in may:
                    yield f.path, line, f"may not include {name}"
            elif "/" in name and name.split("/")[0] not in may + f.path.split("/")[1:2]:
                way = "" if path == f.path else f", as {path} does"
                yield f.path, line if path == f.path else 1, f'may not include "{name}"{way}'


@check("long", plant={"src/base/base_planted.c": "int f(void)\n{\n" + "\tg();\n" * 61 + "}\n"})
def lengths(tree):
    for f in tree.c_files():
        if len(f.lines) - 1 > FILE_LINES:
            yield f.path, 1, f"{len(f.lines) - 1} lines, at most {FILE_LINES} are wanted"
        for start, end in f.functions():
            if end - start - 1 > FUNCTION_LINES:
                yield f.path, start, f"a body of {end - start - 1} lines, at most {FUNCTION_LINES}"


@check("names", plant={"src/base/planted.c": ""})
def names(tree):
    for path in tree.paths:
        parts = path.split("/")
        if parts[0] != "src" or parts[-1] == "meson.build":
            continue
        if len(parts) != 3 or parts[1] not in MODULES:
            yield path, 1, "is in no module"
        elif not re.fullmatch(rf"{parts[1]}(_[a-z0-9]+)*\.([ch]|h\.in)", parts[2]):
            yield path, 1, f"is not called {parts[1]}_<noun>"


@check("manual", plant={"src/apps/apps_main.c": '\t{"planted", "mosquitto_planted", x, ""},\n'})
def manual(tree):
    """Each row of the table of commands has its page."""
    main = "src/apps/apps_main.c"
    for number, line in enumerate(tree.file(main).lines if main in tree.paths else [], 1):
        row = re.match(r'\t\{"(\w+)", (?:"mosquitto|NULL)', line)
        if row and f"man/ting-{row.group(1)}.1" not in tree.paths:
            yield main, number, f"man/ting-{row.group(1)}.1 is missing"


@check("banned", plant={"src/base/base_planted_test.c": "\tusleep(1);\n"})
def banned_calls(tree):
    anywhere = re.compile(rf"(?<![\w.>])({'|'.join(BANNED)})\s*\(")
    sleeps = re.compile(rf"(?<![\w.>])({'|'.join(SLEEPS)})\s*\(")
    for f in tree.c_files():
        for number, line in enumerate(f.code, 1):
            found = anywhere.search(line) or sleeps.search(line)
            if found:
                yield f.path, number, f"calls {found.group(1)}()"
    for f in tree.all(".py", ".sh", ".js", "run", under="test/"):
        for number, line in enumerate(f.lines, 1):
            if SLEEPS_ELSEWHERE.search(line):
                yield f.path, number, "sleeps: wait for the event"


@check("leftovers", plant={"src/base/base_planted.c": "/* T" "ODO: think */\n"})
def leftovers(tree):
    mark = re.compile(r"\b(T[O]DO|F[I]XME|X[X]X)\b")
    for f in tree.all(".c", ".h", ".py", ".sh", "meson.build"):
        for number, line in enumerate(f.lines, 1):
            if mark.search(line):
                yield f.path, number, "is not finished"


@check("preprocessor", plant={"src/base/base_planted.c": "int f(void)\n{\n#if X\n#endif\n}\n"})
def conditional_code(tree):
    for f in tree.c_files():
        for start, end in f.functions():
            for number in range(start, end):
                if re.match(r"\s*#\s*(if|ifdef|ifndef)\b", f.lines[number - 1]):
                    yield f.path, number, "#if inside a function"


@check("typedef", plant={"src/base/base_planted.h": "typedef struct x x;\n"})
def typedefs(tree):
    for f in tree.c_files():
        for number, line in enumerate(f.code, 1):
            if re.search(r"\btypedef\s+(struct|union|enum)\b", line):
                yield f.path, number, "typedef of a struct, union or enum"


@check("machine", plant={"doc/planted.md": "cd /wor" "k/main\n"})
def machine_names(tree):
    """Nothing in the tree knows where it was written."""
    local = re.compile(r"/wor[k]/|file:///(home|root)\b")
    for path in tree.paths:
        for number, line in enumerate(tree.file(path).lines, 1):
            if local.search(line):
                yield path, number, "names a path of one machine"
            if re.search(r'"resolve[d]": "http', line):
                yield path, number, "names the registry of packages"
