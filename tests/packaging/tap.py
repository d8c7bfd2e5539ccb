"""Checks that speak TAP: functions marked with @check, run in order. What cannot run says so, and is no pass."""
import pathlib
import shutil
import subprocess
import sys
import traceback

PROJECT = pathlib.Path(__file__).resolve().parent.parent.parent
_checks = []


class CannotRun(Exception):
    """Why a check is skipped."""


def check(text):
    """Marks a function without arguments; `text` says what is true when it passes."""
    def mark(function):
        _checks.append((text, function))
        return function
    return mark


def expect(condition, what):
    if not condition:
        raise AssertionError(str(what))


def needs(program, package):
    """The path of a program that a check runs."""
    path = shutil.which(program, path="/usr/sbin:/usr/bin:/sbin:/bin")
    if not path:
        raise CannotRun(f"{program} is missing: install Debian's {package}")
    return path


def run(*words, **more):
    """A command's output, stdout and stderr together; its failure fails the check."""
    more = {"cwd": PROJECT, "timeout": 120, "stdin": subprocess.DEVNULL, **more}
    done = subprocess.run([str(word) for word in words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, errors="replace", check=False, **more)
    expect(done.returncode == 0, f"{words[0]} ended with {done.returncode}:\n{done.stdout}")
    return done.stdout


def run_all():
    """Prints TAP; the exit code."""
    print(f"1..{len(_checks)}", flush=True)
    failed = 0
    for number, (text, function) in enumerate(_checks, 1):
        try:
            function()
            print(f"ok {number} - {text}", flush=True)
        except CannotRun as why:
            print(f"ok {number} - {text} # SKIP {why}", flush=True)
        except Exception:  # whatever stops a check is its failure, and the next one runs
            failed += 1
            print(f"not ok {number} - {text}", flush=True)
            sys.stdout.write("".join(f"# {line}\n" for line in traceback.format_exc().splitlines()))
    return 1 if failed else 0
