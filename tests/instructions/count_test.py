#!/usr/bin/python3
"""Counts the instructions of each piece of a login and holds them against tests/instructions/kept. Prints TAP.

    count_test.py [PROGRAM] [--keep]     --keep: writes what it counts into that file instead

PROGRAM is hot_pieces, by default that of build/. No time is measured: callgrind counts, and a count comes out the same
on a loaded machine. What could differ is fixed: the program's randomness (hot_pieces.cpp), its environment, and which
of their functions libcrypto, libc and libsodium choose for the processor. "ours" is what the compiler made of this
project; "all" is that and libc, libstdc++, libcrypto, libsodium and liblmdb.
Too few are as wrong as too many: work that is left out may be a check.
"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
KEPT = HERE / "kept"
TOLERANCE = {"ours": 0.02, "all": 0.05}  # all: security updates of Debian's libraries come in between
# SSE4.2 and AES-NI, which valgrind has on every machine; nothing later, nor what depends on the maker.
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LD_BIND_NOW": "1", "OPENSSL_ia32cap": "0x2982203078bfbff:0",
               "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-BMI2,-ERMS,-AVX_Fast_Unaligned_Load,Fast_Unaligned_Copy"}
MARKS = "umbra_count_begins", "umbra_count_ends"
PACKAGES = "g++-12", "libc6", "libstdc++6", "libssl3", "libsodium23", "liblmdb0", "valgrind"


class CannotCount(Exception):
    """One line."""


def instructions(dump, program):
    """(all, ours) of one dump of callgrind's: what stands behind calls= was counted where it was called."""
    total, ours, mine, called = 0, 0, False, False
    for line in dump.splitlines():
        if line.startswith("ob="):
            mine = line[3:] == program
        elif line.startswith("calls="):
            called = True
        elif cost := re.match(r"\d+ (\d+)$", line):
            if not called:
                total += int(cost[1])
                ours += int(cost[1]) * mine
            called = False
    return total, ours


def count(program):
    """The build's name, and (all, ours) of one go at each piece."""
    if not shutil.which("valgrind"):
        raise CannotCount("valgrind is missing: packaging/install-packages test")
    with tempfile.TemporaryDirectory(prefix="umbra-count-") as folder:
        out = pathlib.Path(folder, "out")
        done = subprocess.run(
            ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", f"--log-file={folder}/log",
             "--compress-strings=no", "--compress-pos=no", *(f"--dump-before={mark}" for mark in MARKS), program],
            cwd=folder, env=ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            text=True)
        said = done.stdout.splitlines()
        if done.returncode != 0 or not said:
            log = pathlib.Path(folder, "log")
            why = [*(log.read_text().splitlines() if log.exists() else []), *said]
            raise CannotCount(f"{program} ended with {done.returncode}: {'; '.join(why[-3:])}")
        pieces = [line.split() for line in said[1:]]
        counts = {}
        for number, (name, times) in enumerate(pieces, 1):
            dump = pathlib.Path(f"{out}.{2 * number}").read_text()
            if f"Trigger: --dump-before={MARKS[1]}" not in dump:
                raise CannotCount(f"the dumps are not in order at {name}")
            total, ours = instructions(dump, program)
            if total != int(re.search(r"(?m)^summary: (\d+)$", dump)[1]):
                raise CannotCount(f"callgrind's sum of {name} is another")
            counts[name] = {"all": round(total / int(times)), "ours": round(ours / int(times))}
        return said[0], counts


def packages():
    done = subprocess.run(["dpkg-query", "-W", "-f", "${Package} ${Version}, ", *PACKAGES], capture_output=True,
                          text=True)
    return done.stdout.rstrip(", ")


def read_kept():
    """The build's name, the packages, and the figures."""
    lines = KEPT.read_text().splitlines()
    said = {key: value for key, _, value in (line.partition(": ") for line in lines) if key in ("build", "packages")}
    rows = [line.split() for line in lines if re.fullmatch(r"\w+( +\d+){2}", line)]
    return said["build"], said["packages"], {name: {"all": int(a), "ours": int(o)} for name, a, o in rows}


def keep(build, counts):
    head = KEPT.read_text().partition("\nbuild: ")[0]
    rows = "".join(f"{name:<20}{figure['all']:>8}{figure['ours']:>8}\n" for name, figure in counts.items())
    KEPT.write_text(f"{head}\nbuild: {build}\npackages: {packages()}\n\n{rows}")
    print(rows, end="")


def judge(name, kept, counted):
    """(good, what to say) of one piece."""
    if kept is None or counted is None:
        return False, f"{name}: {'is not in kept' if kept is None else 'is in kept, and nobody does it'}"
    good, said = True, []
    for what, tolerance in TOLERANCE.items():
        change = counted[what] / kept[what] - 1
        fits = abs(change) <= tolerance
        good &= fits
        said.append(f"{counted[what]} {what} (kept {kept[what]}, {change:+.1%}{'' if fits else ' !'})")
    return good, f"{name}: {', '.join(said)}"


def compare(build, counts):
    kept_build, kept_packages, kept = read_kept()
    results = [(build == kept_build, f"built as the figures are kept for: {build} (kept: {kept_build})")]
    if results[0][0]:
        results += [judge(name, kept.get(name), counts.get(name)) for name in {**kept, **counts}]
    print(f"1..{len(results)}")
    for number, (good, text) in enumerate(results, 1):
        print(f"{'ok' if good else 'not ok'} {number} - {text}")
    if all(good for good, _ in results):
        return 0
    if not results[0][0]:
        print("# Another compiler or optimization makes other figures: count the build that tests/run makes.")
        return 1
    print(f"# tolerance: {', '.join(f'{what} {by:.0%}' for what, by in TOLERANCE.items())}, more or less")
    print("# More is slower. Less is faster, or a check is gone. Where it is meant, and the commit says why:")
    print("#     tests/instructions/count_test.py --keep")
    if packages() != kept_packages:
        print(f"# The packages are others: kept with {kept_packages}\n# now {packages()}")
    return 1


def main():
    words = [word for word in sys.argv[1:] if word != "--keep"]
    program = words[0] if words else HERE.parents[1] / "build/tests/instructions/hot_pieces"
    try:
        build, counts = count(str(pathlib.Path(program).resolve()))
        if "--keep" in sys.argv:
            return keep(build, counts)
        return compare(build, counts)
    except (CannotCount, OSError) as error:
        print(f"1..1\nnot ok 1 - the instructions are counted\n# {error}")
        return 1


if __name__ == "__main__":
    sys.exit(main())
