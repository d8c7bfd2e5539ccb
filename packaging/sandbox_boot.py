"""packaging/sandbox --boot: a real systemd as process 1 of the copy, in a cgroup tree (version 2) of its own.

Of the copy's units only those stay that the tests need: the journal, the bus, temporary files and what gets started by
name. The kernel's settings and /sys are read-only in there, since they are the machine's.
"""
import contextlib
import os
import pathlib
import subprocess
import time
import uuid

from sandbox_kernel import (CLONE_NEWCGROUP, MS_BIND, MS_RDONLY, MS_REC, MS_REMOUNT, MS_SHARED, SandboxError, mount,
                            unshare)

PACKAGES = ["systemd", "systemd-sysv", "dbus", "libnss-systemd"]
LIBRARY = pathlib.Path("/lib/systemd")
UNITS_KEPT = {"systemd-journald.service", "systemd-journald.socket", "systemd-journald-dev-log.socket",
              "systemd-tmpfiles-setup.service", "systemd-user-sessions.service", "dbus.socket"}


class Cgroup:
    """A cgroup of the machine that holds the sandbox and is gone with it."""

    def __init__(self):
        lines = pathlib.Path("/proc/self/mounts").read_text().splitlines()
        mounted = [line.split()[1] for line in lines if line.split()[2] == "cgroup2"]
        if not mounted:
            raise SandboxError("no cgroup2 file system is mounted, which a booted sandbox needs: "
                               "mount -t cgroup2 none /sys/fs/cgroup")
        for left in pathlib.Path(mounted[0]).glob("umbra-sandbox-*"):  # by one that was killed
            if not pathlib.Path("/proc", left.name.rpartition("-")[2]).exists():
                self._remove(left)
        self.path = pathlib.Path(mounted[0], f"umbra-sandbox-{os.getpid()}")
        self.path.mkdir()

    def enter(self):
        """In process 1: from here on this group is the root of all groups."""
        (self.path / "cgroup.procs").write_text("0")
        unshare(CLONE_NEWCGROUP)

    def remove(self):
        """Outside, once every process in it has ended."""
        self._remove(self.path)

    @staticmethod
    def _remove(path):
        for folder, _, _ in os.walk(path, topdown=False):
            with contextlib.suppress(OSError):
                os.rmdir(folder)


def mount_for_systemd():
    """What systemd expects beside /dev and /proc, all of it read-only where it is the machine's."""
    mount("sysfs", "/sys", "sysfs", MS_RDONLY)
    mount("cgroup2", "/sys/fs/cgroup", "cgroup2")
    for path in filter(os.path.exists, ("/proc/sys", "/proc/sysrq-trigger")):
        mount(path, path, "", MS_BIND)
        mount("", path, "", MS_REMOUNT | MS_BIND | MS_RDONLY)
    mount("", "/", "", MS_REC | MS_SHARED)  # as systemd leaves it on a machine; the copy is a peer of nobody else


def trim_units():
    """Nothing is enabled but UNITS_KEPT, no generator adds anything, and name and identity are the copy's own."""
    for link in [*pathlib.Path("/etc/systemd/system").glob("*.wants/*"), *LIBRARY.glob("system/*.wants/*")]:
        if link.name not in UNITS_KEPT:
            link.unlink()
            with contextlib.suppress(OSError):
                link.parent.rmdir()  # a package that is purged would do so
    for generator in LIBRARY.glob("system-generators/*"):
        generator.unlink()
    default = pathlib.Path("/etc/systemd/system/default.target")
    default.unlink(missing_ok=True)
    default.symlink_to(LIBRARY / "system/multi-user.target")
    pathlib.Path("/etc/machine-id").write_text(f"{uuid.uuid4().hex}\n")  # none would be a first boot, which enables all
    pathlib.Path("/etc/hostname").write_text("sandbox\n")
    pathlib.Path("/usr/sbin/policy-rc.d").unlink(missing_ok=True)  # here packages may start their services


def start_beside(command, report):
    """Forks the process that waits for systemd, runs the command, and writes its exit status to `report`."""
    if os.fork():
        return
    status = 1
    try:
        wait_for_systemd()
        code = subprocess.call(command)
        status = code if code >= 0 else 128 - code
    except Exception as error:  # it must end by its report, whatever happens
        print(f"sandbox: {error}", flush=True)
    os.write(report, bytes([status]))
    os._exit(0)


def wait_for_systemd(seconds=30):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        state = subprocess.run(["systemctl", "is-system-running"], capture_output=True, text=True).stdout.strip()
        if state in ("running", "degraded"):
            return
        time.sleep(0.02)
    raise SandboxError(f"systemd is not up within {seconds} s: {state or 'it does not answer'}")


def become_systemd():
    """Process 1 is systemd from here on. Its words go to a file, since the console is the command's."""
    null = os.open("/dev/null", os.O_RDONLY)
    log = os.open("/var/log/sandbox-boot.log", os.O_WRONLY | os.O_CREAT, 0o644)
    for number, fd in enumerate((null, log, log)):
        os.dup2(fd, number)
    systemd = str(LIBRARY / "systemd")
    os.execve(systemd, [systemd, "--system", "--show-status=no"], {"container": "sandbox", "PATH": os.environ["PATH"]})


def boot(command, report):
    """The rest of process 1's life; `command` runs beside it, and its exit status goes to `report`."""
    mount_for_systemd()
    trim_units()
    start_beside(command, report)
    become_systemd()
