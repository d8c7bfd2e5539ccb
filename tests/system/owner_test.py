"""backup-codes, disable and bypass with the real password helper and PAM, and the trail that tells of it."""
import contextlib
import json
import pathlib
import re
import time

import machine as on
import state
from check import check, expect, expect_accepted, expect_refused
from logins import as_user, converse, ssh

SERVICE = pathlib.Path("/etc/pam.d/umbra-totp")
WRONG = "not the password"


def login(m, user, *answers):
    state.use("sshd")
    return ssh(m.sshd(), user.name, *answers)


def tool(user, verb, *typed):
    """As the user, with a password and a code on standard input."""
    return on.run(*as_user(user.name, "umbra-totp", verb, "--stdin", "--json"), text="".join(f"{t}\n" for t in typed),
                  check=False)


@contextlib.contextmanager
def service_with(line):
    """The service of the password helper with one more line in front."""
    before = SERVICE.read_text()
    SERVICE.write_text(f"{line}\n{before}")
    try:
        yield
    finally:
        SERVICE.write_text(before)


def script(name, text):
    path = pathlib.Path("/usr/local/sbin", name)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


@check("backup-codes: with password and code the user gets ten new ones, and the old ones are dead in ssh")
def _(m):
    user = m.add_enrolled_user()
    code = user.codes.fresh()
    done = tool(user, "backup-codes", on.PASSWORD, code)
    expect(done.returncode == 0, done)
    fresh = json.loads(done.stdout)["backup_codes"]
    m.secrets.update(fresh)
    expect(len(set(fresh)) == 10 and not set(fresh) & set(user.backup_codes), fresh)
    expect_refused(login(m, user, on.PASSWORD, user.backup_codes[0]), prompts=2)
    expect_refused(login(m, user, on.PASSWORD, code), prompts=2)
    expect_accepted(login(m, user, on.PASSWORD, fresh[0]))
    expect(state.status(user)["backup_codes_remaining"] == 9, state.status(user))


@check("backup-codes: a wrong password or code is refused and charged, and the codes stay as they are")
def _(m):
    user = m.add_enrolled_user()
    code = user.codes.fresh()
    done = tool(user, "backup-codes", WRONG, code)
    expect(done.returncode == 1 and not done.stdout and done.stderr.count("\n") == 1, done)
    expect(state.failures(user) == 1, state.status(user))
    done = tool(user, "backup-codes", on.PASSWORD, user.codes.wrong())
    expect(done.returncode == 1 and not done.stdout, done)
    expect(state.failures(user) == 2, state.status(user))
    # The code beside the wrong password was not looked at.
    expect_accepted(login(m, user, on.PASSWORD, code))
    expect_accepted(login(m, user, on.PASSWORD, user.backup_codes[0]))


@check("disable: with password and code the factor is gone; a wrong password is charged and five of them lock")
def _(m):
    user = m.add_enrolled_user()
    for _ in range(2):
        expect(tool(user, "disable", WRONG, "123456").returncode == 1, "not refused")
    expect(state.failures(user) == 2 and state.status(user)["enabled"], state.status(user))
    expect(tool(user, "disable", on.PASSWORD, user.codes.fresh()).returncode == 0, "not disabled")
    seen = state.status(user)
    expect(not seen["enabled"] and not seen["pending"] and seen["backup_codes_remaining"] == 0, seen)
    expect_refused(login(m, user, on.PASSWORD, user.backup_codes[0]), prompts=2)

    other = m.add_enrolled_user()
    for _ in range(5):
        tool(other, "disable", WRONG, "123456")
    expect(state.status(other)["locked"], state.status(other))
    code = other.codes.fresh()
    expect(tool(other, "disable", on.PASSWORD, code).returncode == 1, "disabled while locked")
    expect_refused(login(m, other, on.PASSWORD, code), prompts=2)


@check("password helper: it has three descriptors, no environment and no arguments")
def _(m):
    user = m.add_enrolled_user()
    seen = pathlib.Path("/root/helper")
    seen.mkdir(mode=0o700)
    look = script("umbra-look", f"""cd {seen} && cat /proc/$PPID/environ >environ && cat /proc/$PPID/cmdline >cmdline
ls -l /proc/$PPID/fd >fd && cat /proc/$PPID/limits >limits && touch whole""")
    with service_with(f"auth optional pam_exec.so {look}"):
        expect(tool(user, "disable", on.PASSWORD, user.codes.fresh()).returncode == 0, "the helper did not work")
    expect((seen / "whole").exists(), f"nothing was seen: {list(seen.iterdir())}")
    expect((seen / "environ").read_bytes() == b"", (seen / "environ").read_bytes())
    expect((seen / "cmdline").read_bytes() == b"/usr/libexec/umbra-totp/umbra-totp-password\0",
           (seen / "cmdline").read_bytes())
    numbers = re.findall(r" (\d+) -> ", (seen / "fd").read_text())
    expect(set(numbers) <= {"0", "1", "2"} and "0" in numbers, (seen / "fd").read_text())
    expect(re.search(r"Max core file size +0 +0", (seen / "limits").read_text()), "it could leave a core behind")


@check("password helper: our module refuses to run in its service, whoever asks")
def _(m):
    user = m.add_enrolled_user()
    with service_with("auth requisite pam_umbra_totp.so"):
        done = converse(["pamtester", "umbra-totp", user.name, "authenticate"], on.PASSWORD, user.codes.fresh())
        expect(not done.accepted and done.prompts == [], done)
        expect("error in service module" in done.output.lower(), done)
        expect(tool(user, "disable", on.PASSWORD, user.backup_codes[0]).returncode == 4, "the daemon had an answer")
    expect(state.status(user)["enabled"] and state.failures(user) == 0, state.status(user))


@check("bypass: root's code opens one ssh login, and no second one")
def _(m):
    user = m.add_enrolled_user()
    code = json.loads(on.run("umbra-totp", "bypass", user.name, "--json").stdout)["code"]
    m.secrets.add(code)
    expect(on.run(*as_user(user.name, "umbra-totp", "bypass", user.name), check=False).returncode == 5, "not root")
    expect_accepted(login(m, user, on.PASSWORD, code))
    expect_refused(login(m, user, on.PASSWORD, code), prompts=2)
    used = state.last_of_log(user=user.name, event="verify", reason="bypass", accepted=True)
    expect(used and used[0]["source"] == "127.0.0.1", used)


@check("bypass: it is over when its time is")
def _(m):
    user = m.add_enrolled_user()
    code = json.loads(on.run("umbra-totp", "bypass", user.name, "--valid", "1s", "--json").stdout)["code"]
    m.secrets.add(code)
    time.sleep(2.1)
    expect_refused(login(m, user, on.PASSWORD, code), prompts=2)


@check("log: it tells of each deed and holds no secret")
def _(m):
    user = m.add_enrolled_user()
    m.secrets.add(json.loads(on.run("umbra-totp", "bypass", user.name, "--json").stdout)["code"])
    expect(tool(user, "backup-codes", WRONG, "123456").returncode == 1, "not refused")
    login(m, user, WRONG)
    expect_accepted(login(m, user, on.PASSWORD, user.backup_codes[0]))
    expect(tool(user, "disable", on.PASSWORD, user.codes.fresh()).returncode == 0, "not disabled")
    deeds = [(entry["event"], entry["accepted"], entry["reason"]) for entry in state.last_of_log(20, user=user.name)]
    expect(deeds == [("setup", True, None), ("confirm", True, None), ("bypass", True, None),
                     ("backup-codes", False, "wrong_password"), ("authfail", False, "wrong_password"),
                     ("verify", True, "backup_code"), ("disable", True, None)], deeds)
    text = on.run("umbra-totp", "log", "-n", "100000", "--json").stdout
    expect(text.count("\n") > len(deeds), "nothing was looked at")
    for secret in m.secrets:
        expect(secret not in text, f"the trail shows {secret!r}")
    for code in m.codes_used():
        expect(not re.search(rf"\b{code}\b", text), f"the trail shows the code {code}")
    expect(on.run(*as_user(user.name, "umbra-totp", "log"), check=False).returncode == 5, "the trail is root's")


@check("password helper: where PAM hangs it is ended in time; nothing is charged and the daemon goes on")
def _(m):
    user = m.add_enrolled_user()
    hang = script("umbra-hang", "exec sleep 60")
    start = time.monotonic()
    with service_with(f"auth requisite pam_exec.so {hang}"):
        done = tool(user, "disable", on.PASSWORD, user.codes.fresh())
    expect(done.returncode == 4 and done.stderr.count("\n") == 1, done)
    expect(time.monotonic() - start < 15, f"after {time.monotonic() - start:.0f} s")
    expect(state.status(user)["enabled"] and state.failures(user) == 0, state.status(user))
    expect_accepted(login(m, user, on.PASSWORD, user.backup_codes[0]))
