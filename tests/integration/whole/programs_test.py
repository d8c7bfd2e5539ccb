#!/usr/bin/python3
"""How the daemon, the tool and the password helper are hardened, as binutils read the files. Prints TAP.

The module's file has a test of its own: tests/integration/pam_module/module_file_test.cpp. That Debian's start files
carry no CET note leaves the programs without one, whatever they are compiled with; so the code itself is looked at.
"""
import os
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "system"))
from check import check, expect, run_all  # noqa: E402

PROGRAMS = [os.environ[name] for name in ("UMBRA_TOTPD", "UMBRA_TOTP", "UMBRA_PASSWORD_HELPER")]
INTEL = os.uname().machine == "x86_64"


def read(*words):
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout


def each(test):
    def run():
        for program in PROGRAMS:
            test(program)
    return run


@check("each is a position-independent executable, bound at its start, with nothing that can be written and run")
@each
def layout(program):
    expect("DYN (Position-Independent Executable" in read("readelf", "-hW", program), f"{program}: no PIE")
    dynamic = read("readelf", "-dW", program)
    expect(re.search(r"\(FLAGS_1\).*\bNOW\b.*\bPIE\b", dynamic), f"{program}: BIND_NOW")
    expect(not re.search("TEXTREL|RPATH|RUNPATH", dynamic), f"{program}: text relocations or a path of its own")
    segments = read("readelf", "-lW", program)
    expect("GNU_RELRO" in segments, f"{program}: RELRO")
    expect(re.search(r"GNU_STACK.* RW ", segments), f"{program}: the stack")
    expect(not re.search(r"\bRWE\b|\bR?W E\b", segments), f"{program}: a segment to write and run")


@check("each is compiled with the stack protector and, where it has an optimiser, with FORTIFY")
@each
def compiled(program):
    wanted = read("nm", "-D", "--undefined-only", program)
    expect("__stack_chk_fail" in wanted, f"{program}: no stack protector")
    expect(os.environ["UMBRA_FORTIFIED"] == "false" or "__explicit_bzero_chk" in wanted or "printf_chk" in wanted,
           f"{program}: no FORTIFY")


@check("each is compiled for CET: main, which libc calls by a pointer, begins with a landing pad")
@each
def landing_pads(program):
    if not INTEL:
        return
    code = read("objdump", "-d", "--no-show-raw-insn", program)
    main = re.search(r"<main>:\n\s+\S+\s+(\S+)", code)
    expect(main and main[1] == "endbr64", f"{program}: main begins with {main and main[1]}")


@check("none is set-uid or carries capabilities: the daemon's are its unit's, the tool has none")
@each
def plain_files(program):
    expect(os.stat(program).st_mode & 0o6000 == 0, f"{program}: set-uid or set-gid")
    expect("security.capability" not in os.listxattr(program), f"{program}: capabilities")


if __name__ == "__main__":
    sys.exit(0 if run_all() else 1)
