#!/usr/bin/python3
"""backup, restore and db check by the real tool and the real daemon, beside logins; and files put back by hand. Prints
TAP; run as root.
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "system"))
from check import check, expect, run_all  # noqa: E402
from totpd import CHECK, CONFIRM, USERS, Daemon, code  # noqa: E402

WINDOW = 5
# With steps of a second and a wide window a code need not be waited for.
CONFIG = f"[totp]\nperiod = 1\nwindow = {WINDOW}\n"


class Host(Daemon):
    def __init__(self):
        super().__init__(CONFIG)
        self.owners = {}

    def file(self, name):
        return str(self.base / name)

    def tool(self, *words, exit=0):
        done = subprocess.run([os.environ["UMBRA_TOTP"], "--socket", self.socket, *words], capture_output=True,
                              text=True, stdin=subprocess.DEVNULL)
        expect(done.returncode == exit, f"{words}: exit {done.returncode}: {done.stdout}{done.stderr}")
        return done.stdout if exit == 0 else done.stderr

    def add(self, user):
        secret, backup_codes = self.setup(user, period=1, digits=6)
        # Not the oldest of the window: by the time that it is looked at it is older.
        expect(self.code_request(CONFIRM, user, code(secret, self.step() - 2))[0], f"{user} was not confirmed")
        self.owners[user] = [secret, backup_codes]

    @staticmethod
    def step():
        return int(time.time())

    def fresh_code(self, user):
        return code(self.owners[user][0], self.step() + WINDOW)

    def accepts(self, user, answer):
        return self.code_request(CHECK, user, answer)[0]


@check("a copy that was made while people log in is restored, and brings no code back")
def restored(host):
    for user in USERS[:6]:
        host.add(user)
    going, stop = [], threading.Event()

    def log_in():
        while not stop.is_set():
            for user in USERS[3:6]:
                going.append(host.accepts(user, host.fresh_code(user)))
            time.sleep(0.05)

    logins = threading.Thread(target=log_in)
    logins.start()
    for number in range(10):
        told = json.loads(host.tool("backup", "--json", host.file(f"copy{number}")))
        expect(told["users"] == 6 and told["unreadable"] == 0, told)
    expect(os.stat(host.file("copy0")).st_mode & 0o777 == 0o600, "others can read it")
    used, spare = host.owners["bin"][1][:2]
    expect(host.accepts("bin", used), "a fresh backup code was refused")
    answer = host.fresh_code("daemon")
    expect(host.accepts("daemon", answer), "a fresh code was refused")
    host.tool("remove", "sys")
    told = json.loads(host.tool("restore", "--json", host.file("copy9")))
    stop.set()
    logins.join()
    expect(told == {"users": 6, "backup_codes_dead": 1, "gone": 0}, told)
    expect(any(going), "nobody logged in meanwhile")
    expect(not host.accepts("daemon", answer), "a code that was used after the backup was accepted again")
    expect(not host.accepts("bin", used), "a backup code that was used after the backup was accepted again")
    expect(host.accepts("bin", spare), "an unused backup code died")
    expect(not host.accepts("sys", host.owners["sys"][1][0]), "a backup code of a removed user was accepted")
    time.sleep(2)
    for user in USERS[:6]:
        expect(host.accepts(user, host.fresh_code(user)), f"{user}'s next code was refused")


@check("what was restored is there after a kill and a start")
def after_a_kill(host):
    host.stop(9)
    host.start()
    expect("older" not in host.log().rsplit("ready at", 2)[1], "it takes itself for an older one")
    time.sleep(1)
    for user in USERS[:6]:
        expect(host.accepts(user, host.fresh_code(user)), f"{user}'s next code was refused")


@check("files put back by hand open nothing, and the log says so")
def by_hand(host):
    host.add("mail")
    host.stop()
    names = ("data.mdb", "journal")
    for name in names:
        shutil.copy(host.base / "state" / name, host.base / f"{name}.kept")
    host.start()
    answer, backup_code = host.fresh_code("mail"), host.owners["mail"][1][0]
    expect(host.accepts("mail", answer), "a fresh code was refused")
    expect(host.accepts("mail", backup_code), "a fresh backup code was refused")
    host.stop()
    for name in names:
        shutil.copy(host.base / f"{name}.kept", host.base / "state" / name)
    host.start()
    expect("an older one than umbra-totpd left there" in host.log(), "the log does not say it")
    expect(not host.accepts("mail", answer), "a used code was accepted again")
    for backup_code in host.owners["mail"][1][:2]:
        expect(not host.accepts("mail", backup_code), "a backup code was accepted")
    time.sleep(2)
    expect(host.accepts("mail", host.fresh_code("mail")), "the next code was refused")


@check("a bad file changes nothing, and its line is named")
def bad_files(host):
    host.tool("backup", host.file("good"))
    text = pathlib.Path(host.file("good")).read_text()
    before = host.tool("list")
    for name, bad, line in (("cut", text[:-1], "ends early"), ("empty", "", "ends early, before line 1"),
                            ("other", "#!/bin/sh\n", "line 1: no line of a backup"),
                            ("twice", text + text, "no line of a backup"),
                            ("changed", text.replace("\nmade 1", "\nmade 2", 1), "not as backup wrote it")):
        pathlib.Path(host.file(name)).write_text(bad)
        told = host.tool("restore", host.file(name), exit=6)
        expect(line in told and "nothing was changed" in told, told)
    lines = text.splitlines(keepends=True)
    lines[7] = lines[7][:90] + ("A" if lines[7][90] != "A" else "B") + lines[7][91:]
    pathlib.Path(host.file("flipped")).write_text("".join(lines))
    expect("line 8: a record that does not open" in host.tool("restore", host.file("flipped"), exit=6), "which line")
    expect(host.tool("list") == before, "something was changed")


@check("db check finds every record sound")
def sound(host):
    expect("all sound" in host.tool("db", "check"), "it is not")


@check("a copy from before a rotation says which key is missing, and is restored with it")
def rotated(host):
    host.tool("backup", "--with-keys", host.file("with-keys"))
    host.tool("key", "rotate")
    host.tool("key", "retire")
    told = host.tool("restore", host.file("with-keys"), exit=6)
    expect("add the key of then" in told, told)
    keys = [line.split()[1] for line in pathlib.Path(host.file("with-keys")).read_text().splitlines()
            if line.startswith("key ")]
    host.stop()
    ring = pathlib.Path(host.file("keyring"))
    text = ring.read_text() + "".join(key + "\n" for key in keys)
    ring.unlink()
    ring.write_text(text)
    ring.chmod(0o400)
    host.start()
    expect("restored from" in host.tool("restore", host.file("with-keys")), "it is not")
    host.tool("key", "retire")
    time.sleep(2)
    expect(host.accepts("mail", host.fresh_code("mail")), "the next code was refused")


@check("what a lost machine had is restored on a new one with the key ring, and its backup codes only if root says so")
def lost(host):
    for user in USERS[:4]:
        host.tool("backup-codes", user)
    host.tool("backup", host.file("last"))
    host.stop()
    shutil.rmtree(host.base / "state")
    host.start()
    told = json.loads(host.tool("restore", "--json", host.file("last")))
    expect(told == {"users": 7, "backup_codes_dead": 4, "gone": 0}, told)
    host.stop()
    shutil.rmtree(host.base / "state")
    host.start()
    told = json.loads(host.tool("restore", "--json", "--keep-backup-codes", host.file("last")))
    expect(told["backup_codes_dead"] == 0, told)
    time.sleep(2)
    expect(host.accepts("daemon", host.fresh_code("daemon")), "the next code was refused")


def main():
    with Host() as host:
        return run_all(host)


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
