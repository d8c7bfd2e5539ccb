#!/usr/bin/python3
"""The real daemon under a wall clock that jumps (libfaketime), with and without a restart. Prints TAP; run as root.

    clock_test.py [all]     all: every jump, not only three

Only CLOCK_REALTIME is faked (FAKETIME_DONT_FAKE_MONOTONIC): that is what setting a machine's clock does. The daemon's
other clock, CLOCK_BOOTTIME, goes on. All states in all detail, on an injected clock:
tests/unit/daemon/service/clock_table_test.cpp.
"""
import os
import pathlib
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "system"))
from check import check, expect, explain, run_all  # noqa: E402
from totpd import CHECK, UNLOCK, USERS, Daemon, code, text  # noqa: E402

LIBRARY = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1"
HOUR, YEAR, LOCK = 3600, 365 * 86400, 4
REPLAYED, LOCKED = 2, 3  # wire::Reason
CONFIG = f"""[lockout]
failures = 4
unlock_time = "{LOCK}s"
monthly_limit = 0
consecutive_limit = 0
"""


def until(date):
    """Seconds from now to a while behind `date`, where a narrow integer ends."""
    return date - int(time.time()) + 100


STEPS = {"31 s": 31, "1 h": HOUR, "1 y": YEAR, "2038": until(2 ** 31), "2106": until(2 ** 32)}
if sys.argv[1:] != ["all"]:
    STEPS = {name: STEPS[name] for name in ("31 s", "1 y", "2106")}


class Host(Daemon):
    """A daemon whose wall clock is the machine's and `offset`."""
    def __init__(self):
        super().__init__(CONFIG)
        self.file, self.offset = self.base / "offset", 0
        self.environment = {"LD_PRELOAD": LIBRARY, "FAKETIME_TIMESTAMP_FILE": str(self.file), "FAKETIME_NO_CACHE": "1",
                            "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
        self.set(0)

    def set(self, offset, restart=False):
        self.offset = offset
        fresh = self.base / "offset.new"
        fresh.write_text(f"{offset:+d}")
        fresh.replace(self.file)
        if restart:
            self.stop()
            self.start()

    def stop(self, number=signal.SIGTERM):
        """libfaketime forgets what it shares with its children where the process does not end by exit()."""
        pid = self.process.pid
        status = super().stop(number)
        for name in (f"faketime_shm_{pid}", f"sem.faketime_sem_{pid}"):
            pathlib.Path("/dev/shm", name).unlink(missing_ok=True)
        return status

    def step(self):
        return max(int(time.time()) + self.offset, 0) // 30  # before 1970 all time is step 0

    def try_code(self, user, answer):
        """0 where it is accepted, else why not. Failures before are forgotten: what is asked for is the replay."""
        self.ask(UNLOCK, text(user))
        accepted, reason = self.code_request(CHECK, user, answer)
        return 0 if accepted else reason

    def lock(self, user, secret):
        far = self.step() + 5_000_000
        for i in range(4):
            expect(not self.code_request(CHECK, user, code(secret, far + i))[0], "a wrong code was accepted")
        return time.monotonic()

    def refusal(self, user, secret):
        """Why the current code, which would be right, is refused; 0 where it is not."""
        accepted, reason = self.code_request(CHECK, user, code(secret, self.step() + 1))
        return 0 if accepted else reason


def expect_spent(host, user, spent, when):
    for answer in spent:
        expect(host.try_code(user, answer) != 0, f"{when}: {answer} was accepted a second time")


@check("libfaketime moves what the daemon calls now, and not what it calls since")
def it_is_faked(host):
    words = [sys.executable, "-c",
             "import time; print(int(time.time()), int(time.clock_gettime(time.CLOCK_BOOTTIME)))"]
    host.set(YEAR)
    told = subprocess.run(words, env={**os.environ, **host.environment}, capture_output=True, check=True)
    wall, boot = map(int, told.stdout.split())
    expect(abs(wall - time.time() - YEAR) < 30, f"the wall clock is {wall}")
    expect(abs(boot - time.clock_gettime(time.CLOCK_BOOTTIME)) < 30, f"CLOCK_BOOTTIME is {boot}")
    host.set(0)


@check("no code is accepted twice, wherever the clock goes and comes back to")
def no_replay(host):
    tried = 0
    cases = [(name, step, restart) for name, step in STEPS.items() for restart in (False, True)]
    for user, (name, step, restart) in zip(USERS, cases):
        host.set(0)
        now = host.step()
        secret, _ = host.enrol(user, now)
        spent = [code(secret, now), code(secret, now + 1)]
        expect(host.try_code(user, spent[1]) == 0, f"{name}: a fresh code was refused")
        expect(host.try_code(user, spent[1]) == REPLAYED, f"{name}: the search would see no replay")
        for where, offset in (("ahead", step), ("back", 0), ("ahead again", step), ("behind", -step), ("back again", 0)):
            when = f"{name}, {where}{', restarted' if restart else ''}"
            host.set(offset, restart)
            expect_spent(host, user, spent, when)
            answer = code(secret, host.step() + 1)
            accepted = host.try_code(user, answer) == 0
            expect(accepted or where != "ahead", f"{when}: a fresh code was refused")
            tried += len(spent)
            if accepted:
                spent.append(answer)
                expect(host.try_code(user, answer) == REPLAYED, f"{when}: {answer} is no replay")
    host.set(0, True)
    explain(f"{tried} answers that had been accepted before")


@check(f"a lock of {LOCK} s is as long as it is, wherever the clock goes meanwhile")
def no_lock_shortened(host):
    user = USERS[10]
    secret, _ = host.enrol(user, host.step())
    for sign in (1, -1):
        host.set(0)
        host.ask(UNLOCK, text(user))
        since = host.lock(user, secret)
        looked = 0
        for step in STEPS.values():
            host.set(sign * step)
            why = host.refusal(user, secret)
            if time.monotonic() - since < LOCK - 1:  # the daemon's seconds are whole
                looked += 1
                expect(why == LOCKED, f"{sign * step}: the lock was shortened: {why}")
        expect(looked, "too slow to see the lock")
        host.set(0)
        time.sleep(max(0.0, LOCK + 1.5 - (time.monotonic() - since)))
        expect(host.refusal(user, secret) != LOCKED, f"{sign}: the lock was made longer")


@check("over a restart with the clock set back a lock begins again, and is no longer than its length")
def restart_behind(host):
    user = USERS[11]
    secret, _ = host.enrol(user, host.step())
    for name, step in STEPS.items():
        host.set(0, True)
        host.ask(UNLOCK, text(user))
        host.lock(user, secret)
        host.set(-step, True)
        since = time.monotonic()
        why = host.refusal(user, secret)
        expect(why == LOCKED or time.monotonic() - since >= LOCK - 1, f"{name}: the lock was shortened: {why}")
        time.sleep(max(0.0, LOCK + 1.5 - (time.monotonic() - since)))
        expect(host.refusal(user, secret) != LOCKED, f"{name}: the lock is longer than its length")
    host.set(0, True)


def main():
    with Host() as host:
        return run_all(host)


if __name__ == "__main__":
    if not os.path.exists(LIBRARY):
        sys.exit(print("1..0 # SKIP packaging/install-packages test: libfaketime is not here"))
    sys.exit(0 if main() else 1)
