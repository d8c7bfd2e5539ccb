"""The units, under a real systemd: what they permit, how they start, and what is done where something ends.

Run it by packaging/sandbox --boot. Prints TAP.
"""
import json
import os
import pathlib
import pwd
import signal
import sys
import time

import booted
import machine as on
from booted import SERVICE, SOCKET, journal, main_pid, shown, systemctl
from check import check, expect, run_all
from logins import as_user

UNITS = [f"/usr/lib/systemd/system/{unit}" for unit in (SERVICE, SOCKET)]
KEYRING = pathlib.Path("/etc/umbra-totp/keyring")
SEALED = pathlib.Path("/etc/credstore.encrypted/umbra-totp.keyring")


@check("units: systemd-analyze verify has nothing to say")
def _(_m):
    done = on.run("systemd-analyze", "verify", "--man=no", *UNITS, check=False)
    expect(done.returncode == 0 and not done.stdout + done.stderr, done)


@check("units: systemd-analyze security: exposure is 1.0 at most")
def _(_m):
    judge = ["systemd-analyze", "security", "--offline=true", "--no-pager"]
    done = on.run(*judge, "--threshold=10", UNITS[0], check=False)
    expect(done.returncode == 0, done.stdout[-600:] + done.stderr)
    expect(on.run(*judge, "--threshold=0", UNITS[0], check=False).returncode != 0, "the threshold is not looked at")


@check("socket: the first who asks starts the daemon")
def _(_m):
    systemctl("stop", SERVICE)
    expect(shown("ActiveState") == "inactive", shown("ActiveState"))
    expect(on.run("umbra-totp", "list").returncode == 0, "no answer")
    expect(shown("ActiveState") == "active", shown("ActiveState"))


@check("service: enrolment, a right code, and the same one again")
def _(m):
    user = m.add_enrolled_user()
    code = user.codes.fresh()
    expect(on.run("umbra-totp", "verify", user.name, code, check=False).returncode == 0, "refused")
    expect(on.run("umbra-totp", "verify", user.name, code, check=False).returncode == 1, "accepted again")


@check("service: the password helper tells a right password from a wrong one")
def _(m):
    user = m.add_enrolled_user()
    disable = as_user(user.name, "umbra-totp", "disable", "--stdin")
    wrong = on.run(*disable, text=f"not the password\n{user.codes.fresh()}\n", check=False)
    expect(wrong.returncode == 1, wrong)
    right = on.run(*disable, text=f"{on.PASSWORD}\n{user.backup_codes[0]}\n", check=False)
    expect(right.returncode == 0, right)
    expect(not booted.enabled(user.name), "still enabled")


@check("journal: a decision has its fields, and no code is in it")
def _(m):
    user = m.add_enrolled_user()
    wrong = user.codes.wrong()
    on.run("umbra-totp", "verify", user.name, wrong, check=False)
    entries = journal(UMBRA_EVENT="check", UMBRA_USER=user.name, UMBRA_VERDICT="refused", UMBRA_REASON="wrong_code")
    expect(len(entries) == 1 and wrong not in json.dumps(entries), entries)


@check("process: no capability, no new privileges, a system call filter, no core, no network, nothing to write or run")
def _(_m):
    pid = main_pid()
    status = booted.status_of(pid)
    for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
        expect(int(status[name], 16) == 0, f"{name} {status[name]}")
    expect(status["NoNewPrivs"].strip() == "1" and status["Seccomp"].strip() == "2", status)
    process = pathlib.Path("/proc", str(pid))
    core = next(line for line in (process / "limits").read_text().splitlines() if line.startswith("Max core file"))
    expect(core.split()[4:6] == ["0", "0"], core)
    expect(os.readlink(process / "ns/net") != os.readlink("/proc/self/ns/net"), "it shares the network")
    mounts = [line.split() for line in (process / "mountinfo").read_text().splitlines()]
    root = next(fields for fields in reversed(mounts) if fields[4] == "/")[5].split(",")
    expect("ro" in root and "noexec" in root, root)
    # Below it systemd 252 leaves writable whatever ExecPaths= names, unless the unit says otherwise.
    writable = {fields[4] for fields in mounts if fields[4].startswith(("/etc", "/var", "/usr"))
                and "rw" in fields[5].split(",")}
    expect(writable <= {"/etc/umbra-totp", "/var/lib/umbra-totp", "/var/tmp"}, writable)


@check("reload: the configuration is read again, by the same process")
def _(m):
    before = main_pid()
    on.CONFIG.write_text(f'issuer = "read.again"\n{on.EXEMPT_SOURCE}')
    systemctl("reload", SERVICE)
    user = m.add_user()
    uri = json.loads(on.run("umbra-totp", "setup", user.name, "--json", "--no-confirm").stdout)["otpauth_uri"]
    expect("read.again" in uri and main_pid() == before, uri)


@check("SIGKILL: systemd starts the daemon again, and whoever asks meanwhile is answered")
def _(m):
    user, before = m.add_enrolled_user(), main_pid()
    os.kill(before, signal.SIGKILL)
    code = user.codes.fresh()
    expect(on.run("umbra-totp", "verify", user.name, code, check=False).returncode == 0, "refused")
    on.wait_until("a new daemon", lambda: main_pid() not in (0, before))


@check("watchdog: a daemon that works is left alone, one that hangs is replaced")
def _(_m):
    booted.drop_in("WatchdogSec=2s\nTimeoutAbortSec=1s")
    try:
        systemctl("restart", SERVICE)
        before, restarts = main_pid(), shown("NRestarts")
        time.sleep(5)
        expect(main_pid() == before and shown("NRestarts") == restarts, "replaced although it was alive")
        os.kill(before, signal.SIGSTOP)
        on.wait_until("a new daemon", lambda: main_pid() not in (0, before), 15)
    finally:
        booted.drop_in("")
        systemctl("restart", SERVICE)


@check("names: a user whom only a directory service knows, behind a Unix socket, enrols and is let in")
def _(m):
    with booted.UserDirectory("fromafar", 54321) as directory:
        expect("fromafar" not in pathlib.Path("/etc/passwd").read_text(), "it is a local user")
        expect(pwd.getpwnam("fromafar").pw_uid == 54321, "this machine does not ask the directory")
        directory.asked.clear()
        user = on.User("fromafar")
        m.enrol(user)
        done = on.run("umbra-totp", "verify", user.name, user.codes.fresh(), check=False)
        expect(done.returncode == 0, done)
        expect(directory.asked, "the daemon did not ask")


@check("key ring: sealed as a credential it opens the records without the file; a damaged one is a refusal to start")
def _(m):
    user = m.add_enrolled_user()
    SEALED.parent.mkdir(mode=0o700, exist_ok=True)
    on.run("systemd-creds", "encrypt", "--with-key=host", "--name=keyring", KEYRING, SEALED)
    plain = KEYRING.read_bytes()
    KEYRING.unlink()
    try:
        systemctl("restart", SERVICE)
        done = on.run("umbra-totp", "verify", user.name, user.codes.fresh(), check=False)
        expect(done.returncode == 0, f"{done} {m.logs()['journal'][-600:]}")
        expect(not KEYRING.exists(), "a new key ring was made")
        SEALED.write_text("bm90IHNlYWxlZAo=\n")
        expect(on.run("systemctl", "restart", SERVICE, check=False).returncode != 0, "it started")
    finally:
        SEALED.unlink(missing_ok=True)
        KEYRING.write_bytes(plain)
        KEYRING.chmod(0o400)
        systemctl("restart", SERVICE)


def main():
    machine = booted.Booted()
    on.CONFIG.parent.mkdir(mode=0o755, exist_ok=True)
    on.CONFIG.write_text(on.EXEMPT_SOURCE)
    systemctl("enable", "--now", SOCKET, SERVICE)
    return 0 if run_all(machine) else 1


if __name__ == "__main__":
    sys.exit(main())
