"""packaging/sandbox leaves nothing behind, however it ends. Runs on the machine itself; prints TAP."""
import hashlib
import os
import pathlib
import signal
import subprocess
import sys
import time

from check import check, expect, run_all

PROJECT = pathlib.Path(__file__).resolve().parent.parent.parent
FOLDERS = ["/", "/home", "/mnt", "/root", "/usr/bin", "/usr/sbin", "/var/lib", "/var/log"]

# What a program in the sandbox might do at its worst: change accounts, files and packages, and leave a daemon behind.
MISCHIEF = """
useradd --create-home sandboxed && dpkg --purge --force-all sudo >/dev/null 2>&1
echo changed | tee /etc/hostname /etc/sandboxed /usr/bin/sandboxed /var/lib/sandboxed /root/sandboxed >/dev/null
mount -t tmpfs tmpfs /media
setsid sleep 1000 </dev/null >/dev/null 2>&1 &
readlink /proc/self/ns/pid
"""


def state_of_the_machine():
    """Everything that mischief could change, one line each."""
    lines = set(pathlib.Path("/proc/self/mountinfo").read_text().splitlines())
    lines.add("hostname " + os.uname().nodename)
    for folder, _, files in os.walk("/etc"):
        for path in (pathlib.Path(folder, name) for name in files):
            if path.is_file() and not path.is_symlink():
                lines.add(f"{path} {path.stat().st_mode:o} {hashlib.sha256(path.read_bytes()).hexdigest()}")
    lines.add("dpkg " + hashlib.sha256(pathlib.Path("/var/lib/dpkg/status").read_bytes()).hexdigest())
    lines.update(f"{folder}/{name}" for folder in FOLDERS for name in os.listdir(folder))
    return lines


def processes_in(namespace):
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and os.readlink(entry / "ns/pid") == namespace:
                found.append(entry.name)
        except OSError:
            continue  # it ended meanwhile
    return found


class Sandbox:
    def __init__(self, build):
        self.build = build

    @staticmethod
    def logs():
        return {}

    def command(self, script):
        return [PROJECT / "packaging/sandbox", "--build", self.build, "sh", "-c", script]

    def leaves_nothing(self, script, number=None):
        """Runs `script` and ends it by signal `number`, where given; the exit status."""
        before = state_of_the_machine()
        process = subprocess.Popen(self.command(script), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        namespace = process.stdout.readline().strip()
        expect(namespace.startswith("pid:["), f"the sandbox did not start: {namespace!r}")
        if number is not None:
            expect(len(processes_in(namespace)) >= 3, "its processes were not found, so their end proves nothing")
            process.send_signal(number)
        status = process.wait(60)
        end = time.monotonic() + 5  # after SIGKILL nobody waits for the rest to go
        while number == signal.SIGKILL and processes_in(namespace) and time.monotonic() < end:
            time.sleep(0.01)
        expect(processes_in(namespace) == [], f"still running: {processes_in(namespace)}")
        after = state_of_the_machine()
        expect(before == after, f"gone: {before - after}, new: {after - before}")
        return status


@check("sandbox: nothing is left after its command's end, and the command's exit status is handed on")
def _(sandbox):
    expect(sandbox.leaves_nothing(MISCHIEF + "exit 7") == 7, "another exit status")


@check("sandbox: nothing is left after SIGINT")
def _(sandbox):
    expect(sandbox.leaves_nothing(MISCHIEF + "exec sleep 1000", signal.SIGINT) == 130, "another exit status")


@check("sandbox: nothing is left after SIGTERM")
def _(sandbox):
    expect(sandbox.leaves_nothing(MISCHIEF + "exec sleep 1000", signal.SIGTERM) == 143, "another exit status")


@check("sandbox: nothing is left after SIGKILL")
def _(sandbox):
    sandbox.leaves_nothing(MISCHIEF + "exec sleep 1000", signal.SIGKILL)


@check("sandbox: a second run needs no network")
def _(sandbox):
    script = "for program in sshd sudo pamtester tmux vlock umbra-totpd; do command -v $program; done"
    done = subprocess.run(["unshare", "--net", *sandbox.command(script)],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)
    expect(done.returncode == 0 and len(done.stdout.splitlines()) == 6, done)


if __name__ == "__main__":
    sys.exit(0 if run_all(Sandbox(sys.argv[1])) else 1)
