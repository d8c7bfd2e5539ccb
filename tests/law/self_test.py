"""Small trees that keep the law but for one point each: the check for that point must fail there, and no other may."""
import pathlib
import tempfile

import law

HEADER = "// A header that says what it is.\n#pragma once\n"


def good_tree():
    """Path: text of the smallest tree in which every check has something to look at."""
    files = {
        "ARCHITECTURE.md": "# Architecture\n\n## One login\n\ntext\n",
        "common/wire.hpp": HEADER + "#include <cstdint>\n// throw, malloc( in a comment is no code.\n",
        "common/channel.cpp": '#include "common/wire.hpp"\n#include <fcntl.h>\nconst char* text = "new printf(";\n',
        "common/meson.build": "freestanding_args = ['-fno-exceptions', '-fno-rtti', '-fno-threadsafe-statics']\n"
                              "common_lib = static_library('umbra_common', 'a.cpp', cpp_args: freestanding_args)\n"
                              "common_dep = declare_dependency(link_with: common_lib)\n",
        "pam_module/meson.build": "# umbra_daemon, in a comment\n"
                                  "umbra_pam_module = shared_module('pam_umbra_totp', 'a.cpp', link_language: 'c',\n"
                                  "  cpp_args: freestanding_args, dependencies: [pam_flow_dep, pam_dep],\n"
                                  "  link_args: ['-Wl,-z,defs'])\n",
        "setup_tool/meson.build": "tool_deps = [common_dep,\n  dependency('libpng', include_type: 'system')]\n"
                                  "tool_lib = static_library('umbra_tool', 'png.cpp', dependencies: tool_deps)\n",
        "daemon/meson.build": "rules_lib = static_library('umbra_rules', 'rules/totp.cpp', dependencies: crypto_dep)\n",
        "daemon/main.cpp": "#include <cstdio>\nint main() { std::puts(text); }\n",
        "daemon/daemon.cpp": '#include <boost/asio/io_context.hpp>\n#include "daemon/edge/session.hpp"\n'
                             '#include "paths.h"\n',
        "daemon/edge/session.hpp": HEADER + '#include "daemon/service/judge.hpp"\n',
        "daemon/service/judge.hpp": HEADER + '// ruled by ARCHITECTURE.md,\n// "One login".\n'
                                             '#include "daemon/store/lmdb.hpp"\n#include "daemon/system/clock.hpp"\n',
        "daemon/system/clock.hpp": HEADER,
        "daemon/rules/totp.hpp": HEADER + '#include <cstdint>\n#include "daemon/crypto/openssl.hpp"\n',
        "daemon/rules/lockout.hpp": HEADER + "#include <array>\n",
        "pam_module/login.cpp": '#include <optional>\n#include "common/wire.hpp"\n',
        "setup_tool/tool.cpp": '#include <vector>\n#include "common/wire.hpp"\n',
    }
    for header, owners in law.WRAPPERS.items():
        for owner in owners:
            name = header + "any.h" if header.endswith("/") else header
            files[owner + ".hpp"] = files.get(owner + ".hpp", HEADER) + f"#include <{name}>\n"
    return files


# (functions of the checks, file, text added to it). Text that starts with "= " takes the place of the whole file, "- "
# takes the named words out.
VIOLATIONS = [
    ("own_includes folders", "daemon/daemon.cpp", '#include "session.hpp"\n'),
    ("own_includes", "daemon/daemon.cpp", '#include "daemon/main.cpp"\n'),
    ("circles folders", "common/wire.hpp", '#include "pam_module/pam_host.hpp"\n'),
    ("folders", "pam_module/login.cpp", '#include "setup_tool/png.hpp"\n'),
    ("folders", "setup_tool/tool.cpp", '#include "daemon/system/clock.hpp"\n'),
    ("folders", "daemon/edge/session.hpp", '#include "daemon/store/lmdb.hpp"\n'),
    ("folders", "daemon/store/lmdb.hpp", '  #  include "daemon/system/systemd.hpp"\n'),
    ("folders", "daemon/new/thing.hpp", HEADER + '#include "common/wire.hpp"\n'),
    ("circles folders", "daemon/system/clock.hpp", '#include "daemon/service/judge.hpp"\n'),
    ("freestanding_headers", "common/wire.hpp", "#include <string>\n"),
    ("freestanding_headers", "pam_module/login.cpp", "#include <memory>\n"),
    ("freestanding_code", "common/channel.cpp", "void f() { throw 1; }\n"),
    ("freestanding_code", "common/channel.cpp", "void* f() { return malloc(1); }\n"),
    ("freestanding_code", "pam_module/login.cpp", "int* f() { return new int; }\n"),
    ("pure_rules", "daemon/rules/lockout.hpp", "#include <chrono>\n"),
    ("pure_rules", "daemon/rules/lockout.hpp", "#include <unistd.h>\n"),
    ("pure_rules", "daemon/rules/lockout.hpp", '#include "daemon/crypto/openssl.hpp"\n'),
    ("asio", "daemon/service/judge.hpp", "#include <boost/asio/post.hpp>\n"),
    ("wrappers", "daemon/service/judge.hpp", "#include <lmdb.h>\n"),
    ("wrappers", "daemon/crypto/sodium.hpp", "#include <openssl/evp.h>\n"),
    ("wrappers", "setup_tool/png.hpp", "= " + HEADER),
    ("printing", "daemon/service/judge.hpp", 'inline void f() { std::printf("x"); }\n'),
    ("printing", "daemon/edge/session.hpp", "inline void f() { std::cerr << 1; }\n"),
    ("printing", "pam_module/login.cpp", 'void f() { syslog(LOG_INFO, "x"); }\n'),
    ("printing", "setup_tool/png.hpp", "inline void f() { write(STDERR_FILENO, p, 1); }\n"),
    ("headers_say_what_they_are", "daemon/rules/lockout.hpp", "= #pragma once\n#include <array>\n"),
    ("length", "daemon/rules/lockout.hpp", "\n" * law.MOST_LINES),
    ("sections", "daemon/edge/session.hpp", '// ruled by ARCHITECTURE.md, "Threads".\n'),
    ("sections", "ARCHITECTURE.md", "= # Architecture\n\n### One login\n"),
    ("links", "pam_module/meson.build", "shared_module('pam_new', 'a.cpp', cpp_args: freestanding_args)\n"),
    ("links", "daemon/meson.build", "static_library('umbra_rules', 'a.cpp', dependencies: [crypto_dep, lmdb_dep])\n"),
    ("links", "common/meson.build", "common_dep = declare_dependency(link_with: [common_lib, daemon_lib])\n"),
    ("links", "setup_tool/meson.build", "executable('umbra-totp', 'a.cpp', dependencies: dependency('lmdb'))\n"),
    ("links", "setup_tool/meson.build", "more = [daemon_dep]\nexecutable('umbra-totp', 'a.cpp', dependencies: more)\n"),
    ("module_build", "common/meson.build", "- '-fno-rtti', "),
    ("module_build", "common/meson.build", "- , cpp_args: freestanding_args"),
    ("module_build", "pam_module/meson.build", "- link_language: 'c',"),
    ("module_build", "pam_module/meson.build", "- '-Wl,-z,defs'"),
]


def broken_tree(path, change):
    files = good_tree()
    before = files.get(path, "")
    if change.startswith("- "):
        files[path] = before.replace(change[2:], "")
        assert files[path] != before, f"{path} does not hold {change[2:]!r}"
    else:
        files[path] = change[2:] if change.startswith("= ") else before + change
    return files


def failing(files, checks, tree_of, violations_of):
    with tempfile.TemporaryDirectory(prefix="law-") as root:
        for path, text in files.items():
            place = pathlib.Path(root, path)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text)
        tree = tree_of(root)
        return sorted(function.__name__ for function in checks if violations_of(function, tree))


def run(checks, tree_of, violations_of):
    """Prints TAP; 0 where every check fails where it should and nowhere else."""
    broken = {name for names, _, _ in VIOLATIONS for name in names.split()}
    cases = [([], good_tree(), "a tree that keeps the law passes"),
             (sorted(f.__name__ for f in checks), {"README.md": ""}, "a tree without sources fails every check"),
             (sorted({f.__name__ for f in checks} - broken), None, "each check has a tree that breaks it")]
    for names, path, change in VIOLATIONS:
        last = (change.strip() or "too many lines").splitlines()[-1]
        cases.append((sorted(names.split()), broken_tree(path, change), f"{names}: {path}: {last}"))
    failed = 0
    print(f"1..{len(cases)}")
    for number, (wanted, files, text) in enumerate(cases, 1):
        got = [] if files is None else failing(files, checks, tree_of, violations_of)
        good = got == wanted
        failed += not good
        print(f"{'ok' if good else 'not ok'} {number} - {text.replace('#', '')}")
        if not good:
            print(f"# failed: {got}, should have: {wanted}")
    return 1 if failed else 0
