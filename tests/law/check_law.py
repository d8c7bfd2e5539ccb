#!/usr/bin/python3
"""The dependency law of ARCHITECTURE.md, checked against the sources. Prints TAP, one line for each check.

    tests/law/check_law.py ROOT         checks the project at ROOT
    tests/law/check_law.py --self-test  breaks small trees in every way and sees that exactly the right check fails
"""
import pathlib
import re
import sys

sys.dont_write_bytecode = True  # the source tree stays as it is
import law  # noqa: E402
from meson_text import build_targets, links_of, value_of  # noqa: E402

CHECKS = []


def check(text):
    """Marks a generator of violations; `text` says what is true when it finds none."""
    def mark(function):
        function.text = text
        CHECKS.append(function)
        return function
    return mark


def folder_of(path):
    """What the law calls a folder: common, pam_module, setup_tool, or a folder of daemon/."""
    parts = path.split("/")
    return "/".join(parts[:2]) if parts[0] == "daemon" and len(parts) > 2 else parts[0]


class Tree:
    """The sources below a root: text, code without comments and string literals, include lines."""

    def __init__(self, root):
        self.root = pathlib.Path(root)
        self.files = sorted(str(path.relative_to(self.root)) for folder in law.FOLDERS
                            for path in (self.root / folder).rglob("*") if path.suffix in (".cpp", ".hpp", ".c", ".h"))
        self.builds = sorted(str(path.relative_to(self.root)) for folder in law.FOLDERS
                             for path in (self.root / folder).rglob("meson.build"))

    def text(self, path):
        return (self.root / path).read_text()

    def code(self, path):
        """Lines without comments and the insides of literals; their numbers stay."""
        token = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|(?<!\w)\'(?:\\.|[^\'\\\n])+\'', re.S)
        return token.sub(lambda m: '""' if m[0][0] in "\"'" else "\n" * m[0].count("\n"), self.text(path)).split("\n")

    def includes(self, path):
        """(line, "<" or quote, name) of each include line."""
        for number, line in enumerate(self.text(path).splitlines(), 1):
            found = re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', line)
            if found:
                yield number, found[1], found[2]

    def all_includes(self):
        for path in self.files:
            for number, kind, name in self.includes(path):
                yield path, number, kind, name


def permitted(name, entries):
    """An entry is one header, or with a slash at its end all that is below it."""
    return any(name.startswith(entry) if entry.endswith("/") else name == entry for entry in entries)


@check("includes of our own name a file of the tree, from the project's root, and never a .cpp")
def own_includes(tree):
    for path, number, kind, name in tree.all_includes():
        if kind == '"' and name not in law.GENERATED and (name not in tree.files or not name.endswith(".hpp")):
            yield f'{path}:{number}: "{name}"'


@check("each folder includes only what the law permits it")
def folders(tree):
    for path, number, kind, name in tree.all_includes():
        if kind == '"' and not permitted(name, law.MAY_INCLUDE.get(folder_of(path), [])):
            yield f'{path}:{number}: "{name}"'


@check("no folders include each other in a circle")
def circles(tree):
    edges = {}
    for path, _, kind, name in tree.all_includes():
        if kind == '"' and name in tree.files and folder_of(name) != folder_of(path):
            edges.setdefault(folder_of(path), set()).add(folder_of(name))
    for start in edges:
        reached, waiting = set(), [start]
        while waiting:
            for further in edges.get(waiting.pop(), set()) - reached:
                reached.add(further)
                waiting.append(further)
        if start in reached:
            yield f"{start} reaches itself"


@check("common/ and pam_module/ include libc and header-only C++ alone")
def freestanding_headers(tree):
    for path, number, kind, name in tree.all_includes():
        allowed = law.FREESTANDING_HEADERS.get(folder_of(path))
        if kind == "<" and allowed is not None and not permitted(name, allowed):
            yield f"{path}:{number}: <{name}>"


@check("common/ uses no heap; common/ and pam_module/ no exceptions, no RTTI, no operator new")
def freestanding_code(tree):
    never = re.compile(r"\b(throw|try|catch|dynamic_cast|typeid|new|delete(?!\s*;))\b")
    heap = re.compile(r"\b(malloc|calloc|realloc|strdup|free)\s*\(")
    for path in tree.files:
        if folder_of(path) not in law.FREESTANDING_HEADERS:
            continue
        for number, line in enumerate(tree.code(path), 1):
            if never.search(line) or (folder_of(path) == "common" and heap.search(line)):
                yield f"{path}:{number}: {line.strip()}"


@check("daemon/rules/ is pure: no header that does I/O, waits, or knows time or randomness; libcrypto in totp alone")
def pure_rules(tree):
    for path, number, kind, name in tree.all_includes():
        if folder_of(path) != "daemon/rules":
            continue
        crypto = name.startswith("daemon/crypto/") and not path.startswith("daemon/rules/totp.")
        if crypto or (kind == "<" and not permitted(name, law.PURE_HEADERS)):
            yield f"{path}:{number}: {name}"


@check("Asio is known to the event loop's own files alone")
def asio(tree):
    for path, number, kind, name in tree.all_includes():
        if kind == "<" and name.startswith("boost/") and not permitted(path, law.ASIO_FILES):
            yield f"{path}:{number}: <{name}>"


@check("each C library is included by its one wrapper in each program, and the list of wrappers is true")
def wrappers(tree):
    used = set()
    for path, number, kind, name in tree.all_includes():
        for header, owners in law.WRAPPERS.items():
            if kind != "<" or not permitted(name, [header]):
                continue
            used.add((header, path.rsplit(".", 1)[0]))
            if path.rsplit(".", 1)[0] not in owners:
                yield f"{path}:{number}: <{name}>"
    for header, owners in law.WRAPPERS.items():
        for owner in owners:
            if (header, owner) not in used:
                yield f"{owner}: is to wrap <{header}> and does not include it"


@check("only the files named for it print or log")
def printing(tree):
    prints = re.compile(r"\b(v?f?printf|v?dprintf|puts|fputs|putchar|fputc|putc|fwrite|perror|v?syslog|openlog|"
                        r"pam_v?syslog|pam_v?info|pam_v?error|pam_v?prompt|sd_journal_\w+|std::print(ln)?)\s*\(|"
                        r"\bstd::(cout|cerr|clog)\b|\bwrite\s*\(\s*(STDOUT_FILENO|STDERR_FILENO|[12]\s*,)")
    for path in tree.files:
        for number, line in enumerate(tree.code(path), 1):
            if prints.search(line) and path not in law.PRINTERS:
                yield f"{path}:{number}: {line.strip()}"


@check("every header begins with a comment that says what it is")
def headers_say_what_they_are(tree):
    for path in tree.files:
        if path.endswith(".hpp") and not re.match(r"// \S+ \S+", tree.text(path)):
            yield path


@check(f"no source file is longer than {law.MOST_LINES} lines")
def length(tree):
    for path in tree.files:
        lines = tree.text(path).count("\n")
        if lines > law.MOST_LINES:
            yield f"{path}: {lines} lines"


@check("each section of ARCHITECTURE.md that a source names is there")
def sections(tree):
    there = set(re.findall(r"^## (.+?)\s*$", (tree.root / "ARCHITECTURE.md").read_text(), re.M))
    for path in tree.files:
        flowing = re.sub(r"\n\s*// ?", " ", tree.text(path))
        for name in re.findall(r'ARCHITECTURE\.md,\s+"([^"]+)"', flowing):
            if name not in there:
                yield f'{path}: "{name}"'


@check("each library and program links only what the law permits it")
def links(tree):
    for path in tree.builds:
        text = tree.text(path)
        for name, call in build_targets(text):
            if name not in law.MAY_LINK:
                yield f"{path}: {name} is not named in tests/law/law.py"
            else:
                extra = sorted(links_of(text, call) - law.MAY_LINK[name])
                yield from (f"{path}: {name} links {one}" for one in extra)


@check("the module is built without exceptions and RTTI, linked by the C linker with -z defs")
def module_build(tree):
    common, module = tree.text("common/meson.build"), tree.text("pam_module/meson.build")
    for flag in ("-fno-exceptions", "-fno-rtti", "-fno-threadsafe-statics"):
        if f"'{flag}'" not in common:
            yield f"common/meson.build: {flag} is missing"
    for path, text in (("common/meson.build", common), ("pam_module/meson.build", module)):
        for name, call in build_targets(text):
            if ".cpp'" in call and "freestanding_args" not in value_of(call, "cpp_args"):
                yield f"{path}: {name} is built without freestanding_args"
    if "link_language: 'c'" not in module or "-Wl,-z,defs" not in module:
        yield "pam_module/meson.build: link_language: 'c' and -Wl,-z,defs are needed"


def violations_of(function, tree):
    """A tree that cannot be looked at is no good tree."""
    try:
        return list(function(tree)) if tree.files else ["no sources there"]
    except OSError as error:
        return [str(error)]


def main():
    if sys.argv[1:] == ["--self-test"]:
        import self_test
        return self_test.run(CHECKS, Tree, violations_of)
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    tree, failed = Tree(sys.argv[1]), 0
    print(f"1..{len(CHECKS)}")
    for number, function in enumerate(CHECKS, 1):
        violations = violations_of(function, tree)
        failed += bool(violations)
        print(f"{'not ok' if violations else 'ok'} {number} - {function.text}")
        for violation in violations:
            print(f"# {violation}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
