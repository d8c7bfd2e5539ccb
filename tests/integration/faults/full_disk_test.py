#!/usr/bin/python3
"""umbra-totpd on a disk that is full: a small tmpfs in a mount namespace of its own. It refuses, lives, loses nothing
that it acknowledged, and works again when there is room.
"""
import os
import pathlib
import pwd
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "system"))
from check import check, explain, run_all  # noqa: E402
from scene import AUTH_ERR, IGNORED, STEP, SUCCESS, Scene, code_at, expect, wrong_code  # noqa: E402

USER = "games"
OTHERS = [account.pw_name for account in pwd.getpwall() if 0 < account.pw_uid < 1000 and account.pw_name != USER]
MIB = 1 << 20
UNAVAILABLE = 4  # of umbra-totp


class Disk:
    """A tmpfs with the state folder on it, and a file that takes what room there is."""

    def __init__(self, scene, size):
        self.path = scene.path("state")
        self.path.mkdir(mode=0o700)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=0700", "tmpfs", self.path], check=True)

    def resize(self, size):
        subprocess.run(["mount", "-o", f"remount,size={size}", self.path], check=True)

    def fill(self, but=0):
        """Leaves `but` bytes."""
        room = os.statvfs(self.path)
        with open(self.path / "ballast", "wb") as ballast:
            os.posix_fallocate(ballast.fileno(), 0, max(1, room.f_bavail * room.f_frsize - but))

    def clear(self):
        (self.path / "ballast").unlink()

    def remove(self):
        subprocess.run(["umount", "-l", self.path], check=True)


class Ledger:
    """What umbra-totp enforce and unenforce were told: the last word that was acknowledged for each user."""

    def __init__(self, scene):
        self.scene, self.enforced, self.changes = scene, {}, 0

    def change(self):
        """One change to each of OTHERS; false from the first that was not acknowledged."""
        wanted = self.changes // len(OTHERS) % 2 == 0
        done = self.scene.tool("enforce" if wanted else "unenforce", *OTHERS)
        # The first that fails ends it; which of them that was, the daemon's own state says, in the end.
        if done.returncode != 0:
            expect(done.returncode == UNAVAILABLE and done.stderr.startswith("umbra-totp: "), done)
            return False
        self.enforced.update(dict.fromkeys(OTHERS, wanted))
        self.changes += len(OTHERS)
        return True

    def holds(self):
        for user, wanted in self.enforced.items():
            done = self.scene.status(user)
            expect(done["enforced"] == wanted, f"{user}: {done}")


def on_a_disk(size, act):
    with tempfile.TemporaryDirectory() as folder:
        scene = Scene(pathlib.Path(folder) / "scene")
        disk = Disk(scene, size)
        try:
            act(scene, disk)
            scene.end(signal.SIGTERM)
        finally:
            if scene.process:
                scene.process.kill()
                scene.process.wait()
            disk.remove()
            scene.process = None


def refused_to_start(scene):
    before = len(scene.log())
    expect(not scene.start(), "it started on a full disk")
    said = scene.log()[before:]
    expect(scene.process.returncode == 1, f"it ended with {scene.process.returncode}: {said}")
    expect("No space left on device" in said and len(said.splitlines()) == 1, f"not one clear line: {said}")
    return said


@check("full disk: a first start without room for the database or its journal is refused in one line, then works")
def _():
    def act(scene, disk):
        disk.fill()
        refused_to_start(scene)
        # What one start has made of its journal makes room for the next one's.
        for left in (4096, 16384, 65536, MIB, 4 * MIB, 8 * MIB):
            disk.clear()
            disk.fill(but=left)
            refused_to_start(scene)
        disk.clear()
        expect(scene.start(), f"no start with room again: {scene.log()}")
        expect(scene.enrol(USER, int(time.time()) // STEP), "no enrolment with room again")
    on_a_disk("24m", act)


@check("full disk: logins go on while the journal has room, then are refused; with room again nothing is lost")
def _():
    def act(scene, disk):
        expect(scene.start(), scene.log())
        now = int(time.time()) // STEP
        secret = scene.enrol(USER, now - 1)
        ledger = Ledger(scene)
        expect(ledger.change(), "a change with room")
        disk.fill()
        expect(scene.log_in(USER, code_at(secret, now)) == SUCCESS, "a login while the journal has room")
        end = time.monotonic() + 60
        while ledger.change():
            expect(time.monotonic() < end, "the journal does not fill")
        explain(f"{ledger.changes} changes until both halves of the journal were full")
        expect("the database cannot be written, and logins end when its journal is full" in scene.log(), scene.log())
        right = code_at(secret, now + 1)
        for code in (right, wrong_code(secret)):
            heard = scene.log_in(USER, code)
            expect(heard not in (SUCCESS, IGNORED, AUTH_ERR), f"judged where nothing can be written: {heard}")
        expect(scene.process.poll() is None, f"it died: {scene.process.returncode} {scene.log()}")
        disk.clear()
        expect(scene.log_in(USER, right) == SUCCESS, "no login with room again")
        expect(scene.log_in(USER, right) == AUTH_ERR, "the same code once more")
        expect(ledger.change(), "a change with room again")
        scene.end(signal.SIGKILL)
        expect(scene.start(), f"no start after that: {scene.log()}")
        ledger.holds()
        expect(scene.log_in(USER, right) == AUTH_ERR, "the same code after a restart")
        expect(scene.log_in(USER, code_at(secret, now)) == AUTH_ERR, "the code of the full disk after a restart")
    on_a_disk("24m", act)


@check("full disk: killed in the middle of it, the next start waits for room and has all that was acknowledged")
def _():
    def act(scene, disk):
        expect(scene.start(), scene.log())
        now = int(time.time()) // STEP
        secret = scene.enrol(USER, now - 1)
        ledger = Ledger(scene)
        disk.fill()
        for _ in range(20):
            expect(ledger.change(), "a change while the journal has room")
        expect(scene.log_in(USER, code_at(secret, now)) == SUCCESS, "a login while the journal has room")
        scene.end(signal.SIGKILL)
        refused_to_start(scene)
        disk.clear()
        expect(scene.start(), f"no start with room again: {scene.log()}")
        ledger.holds()
        expect(scene.log_in(USER, code_at(secret, now)) == AUTH_ERR, "the code of the full disk after a restart")
        expect(scene.log_in(USER, code_at(secret, now + 1)) == SUCCESS, "the next code")
    on_a_disk("24m", act)


if __name__ == "__main__":
    if os.environ.get("UMBRA_UNSHARED") is None:
        os.environ["UMBRA_UNSHARED"] = "1"
        os.execvp("unshare", ["unshare", "-m", "--propagation", "private", sys.executable, *sys.argv])
    sys.exit(0 if run_all() else 1)
