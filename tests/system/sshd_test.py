"""sshd with pam_umbra_totp.so: who gets in by keyboard-interactive, with a key beside it, and by method password."""
import pathlib

import machine as on
from check import check, expect, expect_accepted, expect_refused
from logins import ssh

KEY = ["-i", "/root/user_key"]


def login(m, user, *answers, auth=on.CODE_AFTER_PASSWORD, methods="keyboard-interactive", options=(), **settings):
    on.write_pam("sshd", auth)
    return ssh(m.sshd(methods, **settings), user.name, *answers, options=options)


@check("sshd: the right password and the right code are let in")
def _(m):
    user = m.add_enrolled_user()
    done = login(m, user, on.PASSWORD, user.codes.fresh())
    expect_accepted(done)
    expect(user.name in done.output, done)
    expect(len(done.prompts) == 2 and done.prompts[1].endswith("Verification code:"), done)
    expect(any(user.name in line and "accepted" in line for line in m.logs()["umbra-totpd"].splitlines()),
           "the daemon's log does not tell of it")


@check("sshd: a wrong code is refused, and the right one afterwards is let in")
def _(m):
    user = m.add_enrolled_user()
    expect_refused(login(m, user, on.PASSWORD, user.codes.wrong()), prompts=2)
    expect_accepted(login(m, user, on.PASSWORD, user.codes.fresh()))


@check("sshd: a wrong password is refused before a code is asked for")
def _(m):
    user = m.add_enrolled_user()
    expect_refused(login(m, user, "not the password", user.codes.fresh()), prompts=1)


@check("sshd: a code that was let in once is refused the second time")
def _(m):
    user = m.add_enrolled_user()
    code = user.codes.fresh()
    expect_accepted(login(m, user, on.PASSWORD, code))
    expect_refused(login(m, user, on.PASSWORD, code), prompts=2)
    expect_refused(login(m, user, on.PASSWORD, f" {code} "), prompts=2)


@check("sshd: the code that confirmed the enrolment is refused at the login")
def _(m):
    user = m.add_enrolled_user()
    expect_refused(login(m, user, on.PASSWORD, user.codes.at(user.codes.last)), prompts=2)


@check("sshd: an empty, an endless and a code full of control bytes are refused")
def _(m):
    user = m.add_enrolled_user()
    for answer in ("", "1" * 900, "\x1b[31m123456", "１２３４５６"):
        expect_refused(login(m, user, on.PASSWORD, answer), prompts=2)


@check("sshd: a backup code is let in once, in any spelling")
def _(m):
    user = m.add_enrolled_user()
    code = user.backup_codes[0]
    expect_accepted(login(m, user, on.PASSWORD, code.lower().replace("-", " ")))
    expect_refused(login(m, user, on.PASSWORD, code), prompts=2)
    expect_accepted(login(m, user, on.PASSWORD, user.backup_codes[9]))


@check("sshd: one user's code and backup code do not open another user's login")
def _(m):
    user, other = m.add_enrolled_user(), m.add_enrolled_user()
    expect_refused(login(m, user, on.PASSWORD, other.backup_codes[0]), prompts=2)
    code = other.codes.fresh()
    expect(code not in (user.codes.at(user.codes.last + step) for step in (-1, 0, 1)), "one in a million: run again")
    expect_refused(login(m, user, on.PASSWORD, code), prompts=2)
    expect_accepted(login(m, other, on.PASSWORD, code))


@check("sshd: a user who is not enrolled is refused, and asked like one who is")
def _(m):
    expect_refused(login(m, m.add_user(), on.PASSWORD, "123456"), prompts=2)


@check("sshd: with nullok a user who is not enrolled is let in by the password; an enrolled one needs the code")
def _(m):
    nullok = f"{on.PASSWORD_LINE}\n{on.CODE_LINE} after_password nullok"
    done = login(m, m.add_user(), on.PASSWORD, auth=nullok)
    expect_accepted(done)
    expect(len(done.prompts) == 1, done)
    user = m.add_enrolled_user()
    expect_refused(login(m, user, on.PASSWORD, user.codes.wrong(), auth=nullok), prompts=2)


@check("sshd: an unknown user, one without a code and one with a wrong code see the same words")
def _(m):
    enrolled, fresh, unknown = m.add_enrolled_user(), m.add_user(), on.User("nobodyhere")
    seen = set()
    for user in (enrolled, fresh, unknown):
        done = login(m, user, enrolled.codes.wrong(), auth=on.CODE_LINE)
        expect_refused(done, prompts=1)
        seen.add(done.output.replace(user.name, "USER"))
    expect(len(seen) == 1, seen)


@check("sshd: a locked user is refused even with the right code, until root unlocks")
def _(m):
    user = m.add_enrolled_user()
    for _ in range(5):
        expect_refused(login(m, user, on.PASSWORD, user.codes.wrong()), prompts=2)
    expect_refused(login(m, user, on.PASSWORD, user.codes.fresh()), prompts=2)
    expect_refused(login(m, user, on.PASSWORD, user.backup_codes[0]), prompts=2)
    on.run("umbra-totp", "unlock", user.name)
    expect_accepted(login(m, user, on.PASSWORD, user.backup_codes[1]))


@check("sshd: publickey,keyboard-interactive needs the key and the code")
def _(m):
    user = m.add_enrolled_user()
    both = {"auth": on.CODE_LINE, "methods": "publickey,keyboard-interactive"}
    expect_accepted(login(m, user, user.codes.fresh(), options=KEY, **both))
    expect_refused(login(m, user, user.codes.wrong(), options=KEY, **both), prompts=1)
    expect_refused(login(m, user, "never asked", **both), prompts=0)


@check("sshd: method password cannot pass a code prompt")
def _(m):
    user = m.add_enrolled_user()
    expect_refused(login(m, user, on.PASSWORD, methods="password", PasswordAuthentication="yes"), prompts=1)


@check("sshd: a daemon that was killed at the prompt and started again still lets the login in")
def _(m):
    user = m.add_enrolled_user()

    def answer(_output):
        m.daemon.kill_and_restart()
        return user.codes.fresh()

    expect_accepted(login(m, user, on.PASSWORD, answer))


@check("sshd: a code that was let in before the daemon was killed is refused after it")
def _(m):
    user = m.add_enrolled_user()
    code = user.codes.fresh()
    expect_accepted(login(m, user, on.PASSWORD, code))
    m.daemon.kill_and_restart()
    expect_refused(login(m, user, on.PASSWORD, code), prompts=2)


@check("sshd: without the daemon nobody is let in, with nullok neither")
def _(m):
    user = m.add_enrolled_user()
    m.daemon.end()
    try:
        expect_refused(login(m, user, on.PASSWORD, user.codes.fresh()))
        expect_refused(login(m, m.add_user(), on.PASSWORD, "123456",
                             auth=f"{on.PASSWORD_LINE}\n{on.CODE_LINE} nullok"))
    finally:
        m.daemon.start()
    expect_accepted(login(m, user, on.PASSWORD, user.backup_codes[0]))


@check("sshd: without the module's file nobody is let in")
def _(m):
    user = m.add_enrolled_user()
    module = next(pathlib.Path("/usr/lib").glob("**/security/pam_umbra_totp.so"))
    module.rename(f"{module}.away")
    try:
        expect_refused(login(m, user, on.PASSWORD, user.codes.fresh()))
    finally:
        pathlib.Path(f"{module}.away").rename(module)


@check("sshd: a mistyped option in the PAM line lets nobody in")
def _(m):
    user = m.add_enrolled_user()
    expect_refused(login(m, user, on.PASSWORD, user.codes.fresh(),
                         auth=f"{on.PASSWORD_LINE}\n{on.CODE_LINE} nulok"))
