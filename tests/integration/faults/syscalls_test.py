#!/usr/bin/python3
"""Each system call of umbra-totpd, and of a login, fails in turn: no login by it, no hang, and the state stays valid.

    syscalls_test.py                    a fixed sample
    syscalls_test.py --all [CALL...]    every call, or these, at every time it is made in each thread, up to
                                        UMBRA_TIMES (20)
"""
import os
import pathlib
import signal
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "system"))
from check import check, explain, run_all  # noqa: E402
from scene import (AUTH_ERR, IGNORED, STEP, SUCCESS, Finding, Scene, code_at, expect, injection,  # noqa: E402
                   wrong_code)

USER, NEWCOMER = "games", "news"  # every Debian has them
TIMES = int(os.environ.get("UMBRA_TIMES", "20"))

# call: the errors that it may give on a machine in trouble. futex is not here: glibc aborts by design at errors that
# the kernel does not give, and strace cannot tell a futex's wait from its wake. Nor is getrandom's ENOSYS: no kernel has
# the call and then loses it, and libsodium ends the process where one does. Nor is brk, which tells a failure by the old
# end of the heap and gives no error: glibc takes strace's for a place.
DAEMON_CALLS = {
    "accept4": ["EMFILE", "ENFILE", "ENOMEM", "ECONNABORTED", "EINTR", "EAGAIN"], "bind": ["EADDRINUSE", "ENOSPC"],
    "chmod": ["EIO"], "clone3": ["EAGAIN", "ENOMEM"], "close": ["EINTR", "EIO"],
    "connect": ["ECONNREFUSED", "EAGAIN"], "epoll_create1": ["EMFILE", "ENOMEM"], "epoll_ctl": ["ENOSPC", "ENOMEM"],
    "epoll_wait": ["EINTR"], "eventfd2": ["EMFILE", "ENOMEM"],
    "fallocate": ["ENOSPC", "EIO", "EINTR"], "fcntl": ["EAGAIN", "EINTR"],
    "fdatasync": ["EIO", "ENOSPC", "EINTR"], "flock": ["EINTR", "ENOLCK"], "fsync": ["EIO", "ENOSPC", "EINTR"],
    "fstatfs": ["EIO"], "ftruncate": ["EIO", "ENOSPC", "EINTR"],
    "getrandom": ["EINTR", "EAGAIN"], "getsockopt": ["ENOMEM"], "ioctl": ["EIO"], "listen": ["EADDRINUSE"],
    "lseek": ["EIO"], "madvise": ["ENOMEM"], "mkdir": ["ENOSPC", "EIO"], "mmap": ["ENOMEM", "EAGAIN"],
    "mprotect": ["ENOMEM"], "munmap": ["ENOMEM"], "newfstatat": ["EIO"],
    "openat": ["EMFILE", "ENFILE", "EIO", "ENOSPC", "ENOMEM", "EINTR"], "pipe2": ["EMFILE"], "prctl": ["EINVAL"],
    "pread64": ["EIO", "EINTR"], "prlimit64": ["EPERM"], "pwrite64": ["EIO", "ENOSPC", "EINTR"],
    "read": ["EIO", "EINTR", "EAGAIN"], "recvfrom": ["EINTR", "EAGAIN", "ENOMEM", "ECONNRESET"],
    "sendto": ["EINTR", "EAGAIN", "EPIPE", "ENOBUFS"], "signalfd4": ["EMFILE", "ENOMEM"], "socket": ["EMFILE", "ENOMEM"],
    "timerfd_create": ["EMFILE"], "timerfd_settime": ["ENOMEM"], "unlink": ["EIO"], "write": ["EIO", "EAGAIN", "ENOSPC"],
    "writev": ["EIO", "ENOSPC"],
}
DAEMON_SAMPLE = [
    ("pwrite64", "EIO", "1"), ("pwrite64", "ENOSPC", "2"), ("pwrite64", "EIO", "2+"), ("pwrite64", "EINTR", "1"),
    ("fdatasync", "EIO", "1"), ("fdatasync", "EIO", "2+"), ("fsync", "EIO", "1"), ("pread64", "EIO", "1"),
    ("openat", "EMFILE", "9"), ("openat", "EIO", "24"), ("accept4", "EMFILE", "1"), ("accept4", "ECONNABORTED", "2"),
    ("recvfrom", "ENOMEM", "1"), ("recvfrom", "EAGAIN", "2"), ("sendto", "EPIPE", "1"), ("sendto", "EAGAIN", "2"),
    ("getsockopt", "ENOMEM", "2"), ("epoll_wait", "EINTR", "3"), ("epoll_ctl", "ENOSPC", "3"),
    ("epoll_ctl", "ENOSPC", "4"), ("signalfd4", "EMFILE", "1"), ("clone3", "EAGAIN", "2"), ("clone3", "EAGAIN", "4"),
    ("mmap", "ENOMEM", "60"), ("flock", "ENOLCK", "1"), ("fallocate", "ENOSPC", "1"), ("listen", "EADDRINUSE", "1"),
    ("getrandom", "EAGAIN", "1"), ("write", "ENOSPC", "1+"),
]
LOGIN_CALLS = {
    "socket": ["EMFILE", "ENOMEM"], "connect": ["EAGAIN", "EINTR", "ECONNREFUSED"], "getsockopt": ["ENOMEM"],
    "sendto": ["EINTR", "EAGAIN", "EPIPE", "ENOBUFS"], "poll": ["EINTR", "ENOMEM"],
    "recvfrom": ["EINTR", "EAGAIN", "ECONNRESET", "ENOMEM"], "getrandom": ["EINTR", "EAGAIN", "ENOSYS"],
    "close": ["EINTR", "EIO"], "openat": ["EMFILE", "EIO", "ENOMEM"], "read": ["EIO", "EINTR"], "mmap": ["ENOMEM"],
    "mprotect": ["ENOMEM"], "newfstatat": ["EIO"],
}
LOGIN_SAMPLE = [(call, errors[0], when) for call, errors in LOGIN_CALLS.items() for when in ("1", "2")
                if call in ("socket", "connect", "getsockopt", "sendto", "poll", "recvfrom", "getrandom")]


def fired(log):
    return log.exists() and "(INJECTED)" in log.read_text(errors="replace")


class Ledger:
    """What a caller heard of one daemon, and what the next one must therefore know."""

    def __init__(self, scene, secret):
        self.scene, self.secret = scene, secret
        self.now = int(time.time()) // STEP
        self.wrong = wrong_code(secret)
        self.accepted, self.charged, self.newcomer = [], 0, None

    def work(self):
        """Logins, an enrolment and a checkpoint; whatever of it fails, nothing that is wrong may succeed."""
        right = code_at(self.secret, self.now)
        if self.log_in(right) == SUCCESS:
            self.accepted.append(right)
            expect(self.log_in(right) != SUCCESS, "a code that was accepted is accepted again")
        before = len(self.scene.log())
        # Where the name service did not know him he was nobody, and nothing of his was charged.
        if self.log_in(self.wrong) == AUTH_ERR and "(unknown" not in self.scene.log()[before:]:
            self.charged += 1
        self.newcomer = self.scene.enrol(NEWCOMER, self.now)
        self.scene.tool("list")

    def log_in(self, code):
        heard = self.scene.log_in(USER, code)
        expect(heard != IGNORED, "PAM_IGNORE for somebody who is enrolled")
        expect(heard != SUCCESS or code != self.wrong, "a wrong code is a login")
        return heard

    def holds(self):
        """On a daemon that nothing fails."""
        expect(self.scene.status(USER)["failures"] >= self.charged, "a charge that was answered is gone")
        for code in self.accepted:
            expect(self.log_in(code) == AUTH_ERR, "a code that was accepted is taken again after the restart")
        expect(self.log_in(self.wrong) == AUTH_ERR, "a wrong code is not refused after the restart")
        expect(self.log_in(code_at(self.secret, self.now + 1)) == SUCCESS, "nobody gets in after the restart")
        if self.newcomer:
            expect(self.scene.status(NEWCOMER)["enabled"], "an enrolment that was confirmed is gone")
            expect(self.scene.log_in(NEWCOMER, code_at(self.newcomer, self.now)) == AUTH_ERR, "its code is taken again")


class Hunt:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.template = Scene(self.folder / "template")
        assert self.template.start(), self.template.log()
        self.secret = self.template.enrol(USER, int(time.time()) // STEP - 1)
        assert self.secret, self.template.log()
        self.template.end(signal.SIGTERM)
        self.cases = 0

    def daemon_case(self, call, error, when):
        """Whether the call was made that often."""
        self.cases += 1
        scene = Scene(self.folder / "case", self.template)
        try:
            ledger = Ledger(scene, self.secret)
            trace = scene.path("strace")
            # Its own pipes and eventfds do not fail: what is written elsewhere is its log.
            log = scene.path("log") if call in ("write", "writev") else None
            if scene.start(injection(call, error, when, trace, log), trace):
                ledger.work()
                scene.end(signal.SIGKILL if self.cases % 2 else signal.SIGTERM)
            expect(scene.start(), f"no start on what was left: {scene.log()}")
            ledger.holds()
            return fired(trace)
        except Finding as finding:
            raise Finding(f"{call} {error} {when}: {finding}") from None
        finally:
            scene.remove()

    def login_case(self, scene, call, error, when):
        self.cases += 1
        trace = scene.path("strace")
        heard = scene.log_in(USER, wrong_code(self.secret), injection(call, error, when, trace))
        expect(heard not in (SUCCESS, IGNORED), f"login: {call} {error} {when}: PAM says {heard}")
        return fired(trace)

    def all_of(self, calls, case):
        """Every call at every time; its last ones are over when the failure was not met any more."""
        findings = []
        for call, errors in calls.items():
            for error in errors if call in (sys.argv[2:] or calls) else []:
                for when in range(1, TIMES + 1):
                    try:
                        if not case(call, error, str(when)):
                            break
                    except Finding as finding:
                        findings.append(str(finding))
                        explain(str(finding))
        expect(not findings, f"{len(findings)} findings")


@check("syscalls: whichever of the daemon's fails, nobody gets in by it and the next daemon goes on from there")
def _():
    with tempfile.TemporaryDirectory() as folder:
        hunt = Hunt(folder)
        if "--all" in sys.argv:
            hunt.all_of(DAEMON_CALLS, hunt.daemon_case)
        else:
            for case in DAEMON_SAMPLE:
                expect(hunt.daemon_case(*case), f"{case} was never met: the sample is out of date")
        explain(f"{hunt.cases} cases")


@check("syscalls: whichever of a login's fails, a wrong code is no login and does not pass")
def _():
    with tempfile.TemporaryDirectory() as folder:
        hunt = Hunt(folder)
        assert hunt.template.start()
        try:
            def case(*words):
                return hunt.login_case(hunt.template, *words)
            if "--all" in sys.argv:
                hunt.all_of(LOGIN_CALLS, case)
            else:
                for words in LOGIN_SAMPLE:
                    case(*words)
            explain(f"{hunt.cases} cases")
        finally:
            hunt.template.end(signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(0 if run_all() else 1)
