"""The source tree as the checks see it."""
import re
import subprocess
from pathlib import Path

PURE = ["base", "mqtt", "topic", "remote", "broker", "client"]
PURE_FILES = ("src/ting/ting_core", "src/ting/ting_words")  # the pure face of the library
SHELLS = ["loop", "net", "service", "lab", "ting", "bench", "conf", "apps"]
MODULES = PURE + SHELLS

NO_CODE = re.compile(r"""/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'""", re.DOTALL)

CHECKS = {}


def check(name, **planted):
    """Registers a check; `planted` maps a file of a broken tree to its text.

    A check takes a Tree and yields (path, line, message).  The file that is planted last must be
    among what it finds: that is how script/tidy --self-test knows that it can find anything.
    """
    def register(function):
        CHECKS[name] = (function, planted.get("plant"))
        return function
    return register


class File:
    def __init__(self, root, path):
        self.path = path
        self.text = (root / path).read_text(errors="replace")
        self.lines = self.text.split("\n")

    @property
    def code(self):
        """The lines with comments and literals blanked out."""
        blank = NO_CODE.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), self.text)
        return blank.split("\n")

    def functions(self):
        """(line of the opening brace, line of the closing brace): both stand in column 1."""
        start = None
        for number, line in enumerate(self.lines, 1):
            if line == "{":
                start = number
            elif line == "}" and start:
                yield start, number
                start = None

    def is_excused(self, line, name):
        """`tidy: <check> - why` in the line or in one of the two above."""
        near = self.lines[max(0, line - 3):line]
        return any(re.search(rf"tidy: {name} - \w+", text) for text in near)


class Tree:
    def __init__(self, root):
        self.root = Path(root)
        names = self.run("git", "ls-files", "-co", "--exclude-standard").stdout.split("\n")
        self.paths = [n for n in sorted(set(names)) if n and (self.root / n).is_file()]
        self.files = {}

    def run(self, *command):
        return subprocess.run(command, cwd=self.root, text=True, errors="replace",
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)

    def file(self, path):
        if path not in self.files:
            self.files[path] = File(self.root, path)
        return self.files[path]

    def all(self, *suffixes, under=""):
        return [self.file(p) for p in self.paths if p.endswith(suffixes) and p.startswith(under)]

    def c_files(self, under=""):
        return self.all(".c", ".h", under=under)
