"""sudo, su, login, cron's account phase and callers without privilege, with pam_umbra_totp.so."""
import subprocess

import machine as on
from check import check, expect, expect_accepted, expect_refused
from logins import as_user, converse


def sudo(user, *answers):
    return converse(as_user(user.name, "sudo", "-k", "id", "-un"), *answers)


@check("sudo: password and code make root, although sudo asks PAM to be silent")
def _(m):
    user = m.add_enrolled_user()
    done = sudo(user, on.PASSWORD, user.codes.fresh())
    expect_accepted(done)
    expect("root" in done.output.split(), done)


@check("sudo: wrong and replayed codes are refused")
def _(m):
    user = m.add_enrolled_user()
    expect_refused(sudo(user, on.PASSWORD, user.codes.wrong()))
    code = user.codes.fresh()
    expect_accepted(sudo(user, on.PASSWORD, code))
    expect_refused(sudo(user, on.PASSWORD, code))


@check("sudo: without the daemon nobody becomes root")
def _(m):
    user = m.add_enrolled_user()
    m.daemon.end()
    try:
        expect_refused(sudo(user, on.PASSWORD, user.codes.fresh()))
    finally:
        m.daemon.start()


@check("su: asks for the target user's password and code")
def _(m):
    user, target = m.add_enrolled_user(), m.add_enrolled_user()
    su = as_user(user.name, "su", target.name, "-c", "id -un")
    done = converse(su, on.PASSWORD, target.codes.fresh())
    expect_accepted(done)
    expect(target.name in done.output.split(), done)
    expect_refused(converse(su, on.PASSWORD, user.codes.fresh()), prompts=2)


@check("su: standard input at its end is refused")
def _(m):
    user, target = m.add_user(), m.add_enrolled_user()
    on.write_pam("su", on.CODE_LINE)
    try:
        done = subprocess.run(["setsid", "-w", *as_user(user.name, "su", target.name, "-c", "id -un")],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30)
    finally:
        on.write_pam("su")
    expect(done.returncode != 0 and target.name not in done.stdout, done)


@check("login: name, password and code on a terminal give a shell")
def _(m):
    user = m.add_enrolled_user()
    on.run("usermod", "--shell", "/usr/bin/whoami", user.name)
    done = converse(["login"], user.name, on.PASSWORD, user.codes.fresh())
    expect_accepted(done)
    expect(user.name in done.output.splitlines()[-1], done)


@check("login: a wrong code gives none")
def _(m):
    user = m.add_enrolled_user()
    on.run("usermod", "--shell", "/usr/bin/whoami", user.name)
    expect_refused(converse(["login"], user.name, on.PASSWORD, user.codes.wrong()))


@check("cron: an account phase without an authentication before it is no error and resets nothing")
def _(m):
    user = m.add_enrolled_user()
    on.write_pam("umbra-cron", auth="auth required pam_permit.so")
    on.write_pam("umbra-locker", auth=on.CODE_LINE)
    for _ in range(5):
        expect_refused(pamtester(user, user, "umbra-locker", user.codes.wrong()))
    expect_accepted(converse(["pamtester", "umbra-cron", user.name, "acct_mgmt"]))
    expect_refused(pamtester(user, user, "umbra-locker", user.codes.fresh()))


def pamtester(caller, user, service, *answers):
    return converse(as_user(caller.name, "pamtester", service, user.name, "authenticate"), *answers)


@check("locker: a process without privilege may have its own user's code verified")
def _(m):
    user = m.add_enrolled_user()
    on.write_pam("umbra-locker", auth=on.CODE_LINE)
    expect_accepted(pamtester(user, user, "umbra-locker", user.codes.fresh()))
    expect_refused(pamtester(user, user, "umbra-locker", user.codes.wrong()), prompts=1)


@check("locker: and nobody else's, whatever the code")
def _(m):
    user, other = m.add_enrolled_user(), m.add_enrolled_user()
    on.write_pam("umbra-locker", auth=on.CODE_LINE)
    expect_refused(pamtester(user, other, "umbra-locker", other.codes.fresh()))
    expect_refused(pamtester(user, other, "umbra-locker", other.backup_codes[0]))
    expect_accepted(pamtester(other, other, "umbra-locker", other.backup_codes[0]))


@check("tool: a user cannot read another user's state or set it up")
def _(m):
    user, other = m.add_enrolled_user(), m.add_enrolled_user()
    for verb in ("status", "setup"):
        done = on.run(*as_user(user.name, "umbra-totp", verb, other.name), check=False)
        expect(done.returncode == 5 and other.codes.secret not in done.stdout, (verb, done))


@check("files: key ring and database belong to root alone, the socket to all")
def _(m):
    user = m.add_user()
    for command in (["cat", "/etc/umbra-totp/keyring"], ["ls", "/var/lib/umbra-totp"]):
        expect(on.run(*as_user(user.name, *command), check=False).returncode != 0, f"{user.name} may {command}")
    modes = on.run("stat", "-c", "%U %a", "/etc/umbra-totp/keyring", "/var/lib/umbra-totp", "/run/umbra-totp/socket")
    expect(modes.stdout.splitlines() == ["root 400", "root 700", "root 666"], modes.stdout)
