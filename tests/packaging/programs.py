"""Programs that checks of packages run: where they are, and what they print."""
import pathlib
import shutil
import subprocess
import sys

PROJECT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(PROJECT / "tests/system"))
from check import CannotRun, expect  # noqa: E402


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
