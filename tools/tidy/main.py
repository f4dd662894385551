"""script/tidy: runs the checks, or proves that each can find something."""
import shutil
import sys
import tempfile
from pathlib import Path

import built  # this and the next register their checks
import text  # noqa: F401
from tree import CHECKS, Tree

COPIED = ["meson.build", "meson_options.txt", ".clang-format", ".clang-tidy", "script", "tools", "include",
          "src/base"]


def prepare(tree):
    """Brings build/clang up to date: some checks read it.  Returns what went wrong."""
    for command in (["script/setup", "clang"], ["ninja", "-C", built.BUILD, "--quiet"]):
        result = tree.run(*command)
        if result.returncode != 0:
            return result.stdout
    return ""


def run(tree, names):
    failed = 0
    for name in names:
        found = sorted(f for f in set(CHECKS[name][0](tree))
                       if not tree.file(f[0]).is_excused(f[1], name))
        for path, line, message in found:
            print(f"{path}:{line}: {name}: {message}")
        print(f"{'FAIL' if found else 'ok':5}{name}")
        failed += bool(found)
    return len(names), failed


def self_test(root, names):
    failed = 0
    for name in names:
        function, planted = CHECKS[name]
        with tempfile.TemporaryDirectory() as place:
            copy = Path(place)
            for path in COPIED:
                target = copy / path
                target.parent.mkdir(parents=True, exist_ok=True)
                (shutil.copytree if (root / path).is_dir() else shutil.copy)(root / path, target)
            for path, content in planted.items():
                (copy / path).parent.mkdir(parents=True, exist_ok=True)
                (copy / path).write_text(content)
            tree = Tree(copy)
            tree.run("git", "init", "--quiet")
            tree = Tree(copy)
            if function.__module__ == built.__name__:
                print(prepare(tree), end="")
            is_found = any(path == list(planted)[-1] for path, _, _ in function(tree))
            print(f"{'ok' if is_found else 'FAIL':5}{name} finds what is planted")
            failed += not is_found
    return len(names), failed


def main():
    root = Path(__file__).resolve().parents[2]
    arguments = [a for a in sys.argv[1:] if a != "--self-test"]
    names = arguments or list(CHECKS)
    if "--self-test" in sys.argv:
        count, failed = self_test(root, names)
    else:
        tree = Tree(root)
        problem = prepare(tree)
        if problem:
            print(problem, end="")
            print("0 passed, 1 failed")
            sys.exit(1)
        count, failed = run(tree, names)
    print(f"{count - failed} passed, {failed} failed")
    sys.exit(failed > 0)


main()
