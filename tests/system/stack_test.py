"""README's stack in every program that logs somebody in: what is typed, what comes of it, and what it costs."""
import machine as on
import state
from check import check, expect
from logins import as_user, converse, ssh

KEY = ["-i", "/root/user_key"]


def sshd(m, user, *answers):
    state.use("sshd")
    return ssh(m.sshd(), user.name, *answers)


def key_and_code(m, user, *answers, options=tuple(KEY)):
    state.use("sshd", on.CODE_LINE)
    return ssh(m.sshd("publickey,keyboard-interactive"), user.name, *answers, options=options)


def code_without_key(m, user, *answers):
    return key_and_code(m, user, *answers, options=())


def method_password(m, user, *answers):
    state.use("sshd")
    return ssh(m.sshd("password", PasswordAuthentication="yes"), user.name, *answers)


def sudo(_m, user, *answers):
    state.use("sudo")
    return converse(as_user(user.name, "sudo", "-k", "id", "-un"), *answers)


def su(_m, user, *answers):
    state.use("su")
    return converse(as_user(user.name, "su", user.name, "-c", "id -un"), *answers)


def login(_m, user, *answers):
    state.use("login")
    on.run("usermod", "--shell", "/usr/bin/whoami", user.name)
    return converse(["login"], user.name, *answers)


def cron(_m, user, *answers):
    state.use("umbra-cron", "auth required pam_deny.so")
    return converse(["pamtester", "umbra-cron", user.name, "acct_mgmt"], *answers)


def locker(_m, user, *answers):
    state.use("umbra-locker", on.CODE_LINE)
    return converse(as_user(user.name, "pamtester", "umbra-locker", user.name, "authenticate", "acct_mgmt"), *answers)


def password(_user):
    return on.PASSWORD


def wrong_password(_user):
    return "not the password"


def nothing(_user):
    return ""


def code(user):
    return user.codes.fresh()


def wrong_code(user):
    return user.codes.wrong()


def backup_code(user):
    return user.backup_codes[0]


# sudo asks for another password after a wrong one, login for another name after any refusal; login's name is a prompt.
OUTCOMES = [
    # program, what is typed, let in, how often asked, failures charged
    (sshd, [password, code], True, 2, 0),
    (sshd, [password, backup_code], True, 2, 0),
    (sshd, [password, wrong_code], False, 2, 1),
    (sshd, [password, nothing], False, 2, 0),
    (sshd, [password, password], False, 2, 0),
    (sshd, [wrong_password, code], False, 1, 1),
    (sshd, [nothing, code], False, 1, 0),
    (key_and_code, [code], True, 1, 0),
    (key_and_code, [backup_code], True, 1, 0),
    (key_and_code, [wrong_code], False, 1, 1),
    (code_without_key, [code], False, 0, 0),
    (method_password, [password], False, 1, 0),
    (method_password, [wrong_password], False, 1, 1),
    (sudo, [password, code], True, 2, 0),
    (sudo, [password, wrong_code], False, 3, 1),
    (sudo, [wrong_password], False, 2, 1),
    (su, [password, code], True, 2, 0),
    (su, [password, wrong_code], False, 2, 1),
    (su, [wrong_password, code], False, 1, 1),
    (login, [password, code], True, 3, 0),
    (login, [password, wrong_code], False, 4, 1),
    (login, [wrong_password], False, 3, 1),
    (cron, [], True, 0, 0),
    (locker, [code], True, 1, 0),
    (locker, [wrong_code], False, 1, 1),
    (locker, [password], False, 1, 1),
]


def register(program, typed, accepted, prompts, failures):
    words = ", ".join(answer.__name__ for answer in typed).replace("_", " ") or "nothing typed"
    verdict = "let in" if accepted else f"refused, {failures} charged"

    @check(f"stack: {program.__name__.replace('_', ' ')}: {words}: {verdict}")
    def _(m):
        user = m.add_enrolled_user()
        done = program(m, user, *[answer(user) for answer in typed])
        expect(done.accepted == accepted, done)
        expect(len(done.prompts) == prompts, done)
        expect(state.failures(user) == failures, f"{state.status(user)} after {done}")


for row in OUTCOMES:
    register(*row)


@check("stack: cron's account phase leaves the failures as they are, and the next whole login forgets them")
def _(m):
    user = m.add_enrolled_user()
    sshd(m, user, wrong_password(user))
    sshd(m, user, password(user), wrong_code(user))
    expect(state.failures(user) == 2, state.status(user))
    expect(cron(m, user).accepted, "the account phase alone is no error")
    expect(state.failures(user) == 2, state.status(user))
    expect(sshd(m, user, password(user), code(user)).accepted, "not let in")
    expect(state.failures(user) == 0, state.status(user))


@check("stack: a right code beside a wrong password resets nothing, in a stack that asks for both before it judges")
def _(m):
    user = m.add_enrolled_user()
    on.write_pam("umbra-both", f"{on.CODE_LINE}\nauth required pam_unix.so nodelay", state.ACCOUNT)
    both = ["pamtester", "umbra-both", user.name, "authenticate", "acct_mgmt"]
    expect(not converse(both, wrong_code(user), password(user)).accepted, "let in with a wrong code")
    done = converse(both, code(user), wrong_password(user))
    expect(not done.accepted and len(done.prompts) == 2, done)
    expect(state.failures(user) == 1, state.status(user))
    expect(converse(both, backup_code(user), password(user)).accepted, "not let in")
    expect(state.failures(user) == 0, state.status(user))


@check("stack: with nullok who is not enrolled is let in by the password alone, and a wrong one is refused")
def _(m):
    user = m.add_user()
    state.use("sshd", state.NULLOK_STACK)
    done = ssh(m.sshd(), user.name, on.PASSWORD)
    expect(done.accepted and len(done.prompts) == 1, done)
    expect(not ssh(m.sshd(), user.name, "not the password").accepted, "let in")


@check("stack: without the daemon nobody is let in, with nullok neither")
def _(m):
    user, other = m.add_enrolled_user(), m.add_user()
    m.daemon.end()
    try:
        for stack in (state.STACK, state.NULLOK_STACK):
            state.use("sshd", stack)
            for one in (user, other):
                expect(not ssh(m.sshd(), one.name, on.PASSWORD, "123456").accepted, f"{one.name} was let in")
    finally:
        m.daemon.start()
