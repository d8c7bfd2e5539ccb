#!/usr/bin/python3
"""Several devices of one user: the real daemon, tool and module, from the first to the last. Prints TAP; run as root."""
import json
import pathlib
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve()
sys.path[:0] = [str(HERE.parents[1] / "faults"), str(HERE.parents[2] / "system")]
from check import check, expect, run_all  # noqa: E402
from scene import AUTH_ERR, STEP, SUCCESS, Scene, code_at  # noqa: E402

USER = "games"  # every Debian has it


class Owner:
    """One user of a daemon of its own; notes each device's secret."""

    def __init__(self, folder):
        self.scene = Scene(pathlib.Path(folder) / "scene")
        expect(self.scene.start(), self.scene.log())
        # Of three steps the one before this is good until this has passed: that must not be soon.
        if (left := STEP - time.time() % STEP) < 12:
            time.sleep(left)
        self.step = int(time.time()) // STEP
        self.secrets = {"first": self.scene.enrol(USER, self.step - 1)}
        expect(self.secrets["first"], "no first device")

    def done(self, *words, exit=0):
        done = self.scene.tool(*words)
        expect(done.returncode == exit, f"{words}: {done.returncode} {done.stdout} {done.stderr}")
        return done

    def offer(self, name, *more):
        return json.loads(self.done("setup", USER, "--add", name, "--force", "--no-confirm", "--json", *more).stdout)

    def add(self, name):
        offered = self.offer(name)
        expect(sorted(offered) == ["backup_codes", "device", "otpauth_uri", "qr_code_base64", "secret", "user"], offered)
        expect(offered["backup_codes"] == [] and offered["device"] == name, offered)
        self.secrets[name] = offered["secret"]
        self.done("confirm", USER, self.code(name, -1))

    def code(self, name, offset=0):
        return code_at(self.secrets[name], self.step + offset)

    def log_in(self, name, offset=0):
        return self.scene.log_in(USER, self.code(name, offset))

    def status(self):
        return self.scene.status(USER)

    def names(self):
        return [device["name"] for device in self.status()["devices"]]


def with_owner(act):
    with tempfile.TemporaryDirectory(prefix="umbra-devices-") as folder:
        owner = Owner(folder)
        try:
            act(owner)
        finally:
            owner.scene.remove()


@check("each device logs in once a step; one is taken away, and the others go on")
def _():
    def act(owner):
        for name in ("tablet", "work phone"):
            owner.add(name)
        expect(owner.names() == ["first", "tablet", "work phone"], owner.names())
        for name in owner.secrets:
            expect(owner.log_in(name) == SUCCESS, f"{name} does not log in")
            expect(owner.log_in(name) == AUTH_ERR, f"{name} logs in twice with one code")
        owner.done("disable", USER, "--device", "first")
        expect(owner.names() == ["tablet", "work phone"], owner.names())
        expect(owner.log_in("first", 1) == AUTH_ERR, "who was taken away logs in")
        for name in ("tablet", "work phone"):
            expect(owner.log_in(name, 1) == SUCCESS, f"{name} does not log in any more")
        owner.done("disable", USER, "--device", "first", exit=3)
    with_owner(act)


@check("devices outlive the daemon, and the last one takes the factor with it")
def _():
    def act(owner):
        owner.add("tablet")
        owner.scene.end(9)
        expect(owner.scene.start(), owner.scene.log())
        expect(owner.log_in("tablet", -1) == AUTH_ERR, "the first code of the tablet, after a kill")
        expect(owner.log_in("tablet") == SUCCESS, "the tablet does not log in after a kill")
        owner.done("disable", USER, "--device", "tablet")
        note = owner.done("disable", USER, "--device", "first")
        expect("the only device" in note.stderr, note.stderr)
        after = owner.status()
        expect(not after["enabled"] and after["devices"] == [] and after["backup_codes_remaining"] == 0, after)
    with_owner(act)


@check("status shows each device, and keeps its other keys")
def _():
    def act(owner):
        offered = owner.offer("token", "--digits", "8", "--algorithm", "SHA256", "--period", "60")
        expect(owner.names() == ["first"] and owner.status()["pending"], owner.status())
        expect("token (waits for its first code)" in owner.done("status", USER).stdout, "what waits is not shown")
        expect("digits=8" in offered["otpauth_uri"], offered["otpauth_uri"])
        seen = owner.status()
        expect(list(seen) == ["user", "enabled", "pending", "enforced", "backup_codes_remaining", "locked",
                              "locked_until", "failures", "last_success", "devices"], seen)
        device = seen["devices"][0]
        expect(list(device) == ["name", "algorithm", "digits", "period", "added_at"], device)
        expect((device["algorithm"], device["digits"], device["period"]) == ("SHA1", 6, 30), device)
    with_owner(act)


@check("a fifth is refused and says what to do; one of the four may be replaced")
def _():
    def act(owner):
        for name in ("tablet", "laptop", "watch"):
            owner.add(name)
        refused = owner.done("setup", USER, "--add", "fifth", "--force", exit=3)
        expect("take one away first" in refused.stderr, refused.stderr)
        replaced = owner.done("setup", USER, "--add", "watch", "--force", "--no-confirm")
        expect("replaces it when it is confirmed" in replaced.stderr, replaced.stderr)
        expect(owner.log_in("watch") == SUCCESS, "the old watch counts until then")
    with_owner(act)


if __name__ == "__main__":
    sys.exit(0 if run_all() else 1)
