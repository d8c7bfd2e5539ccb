"""Enrolment inside a login: the picture that ssh, sudo and su show is scanned, and its secret logs in."""
import re

import machine as on
import state
from check import check, expect, expect_accepted, expect_refused
from logins import as_user, converse, ssh, ssh_command
from screen import BLACK, WHITE, Screen

FIRST_CODE = "First code from your app:"
WRITTEN_DOWN = "Press Enter when you have written them down:"
ENDED_WELL = "ended with 0"


def client(m, user, stack=state.STACK):
    state.use("sshd", stack)
    return ["env", "LANG=C.UTF-8", *ssh_command(m.sshd(), user.name, "echo", "this", "is", "$(id -un)")]


def to_enrol(m):
    user = m.add_user()
    on.run("umbra-totp", "enforce", user.name)
    return user


def read_secret(m, user, shown):
    """Takes the secret from the text on the screen; the URI."""
    uri = re.search(r"otpauth://\S+", shown)[0]
    user.codes = on.Codes(re.search(r"secret=([A-Z2-7]{32})\b", uri)[1])
    m.secrets.add(user.codes.secret)
    in_groups = re.search(r"Secret: ([A-Z2-7 ]+)", shown)[1]
    expect(in_groups.replace(" ", "") == user.codes.secret, "the text and the URI have different secrets")
    return uri


def finish(m, user, screen, code):
    """From the first code to the end of the login; notes the backup codes."""
    screen.type(code)
    shown = screen.wait_for(WRITTEN_DOWN)
    user.backup_codes = re.findall(r"\b[A-Z0-9]{4}-[A-Z0-9]{4}\b", shown)
    m.secrets.update(user.backup_codes)
    expect(len(set(user.backup_codes)) == 10, shown)
    screen.type("")
    return screen.wait_for("ended with")


def login(m, user, *answers):
    state.use("sshd")
    return ssh(m.sshd(), user.name, *answers)


@check("enrolment: ssh shows a secret whose picture a phone reads; its code, backup codes and Enter lead into the login")
def _(m):
    user = to_enrol(m)
    with Screen(client(m, user)) as screen:
        screen.wait_for("Password:")
        screen.type(on.PASSWORD)
        uri = read_secret(m, user, screen.wait_for(FIRST_CODE))
        expect(screen.read_qr() == uri, f"the picture says {screen.read_qr()!r}, the text {uri!r}")
        expect(not state.status(user)["enabled"], "enabled before the first code")
        code = user.codes.fresh()
        shown = finish(m, user, screen, code)
        expect(f"this is {user.name}" in shown and ENDED_WELL in shown, shown)
    seen = state.status(user)
    expect(seen["enabled"] and seen["backup_codes_remaining"] == 10 and seen["failures"] == 0, seen)
    expect_refused(login(m, user, on.PASSWORD, code), prompts=2)
    expect_accepted(login(m, user, on.PASSWORD, user.codes.fresh()))
    expect_accepted(login(m, user, on.PASSWORD, user.backup_codes[3]))
    expect_refused(login(m, user, on.PASSWORD, user.backup_codes[3]), prompts=2)
    events = [entry["event"] for entry in state.last_of_log(9, user=user.name)]
    expect("enforce" in events and "enrol" in events, events)


@check("enrolment: i draws the picture again for a light terminal, and the secret stays the same")
def _(m):
    user = to_enrol(m)
    with Screen(client(m, user)) as screen:
        screen.wait_for("Password:")
        screen.type(on.PASSWORD)
        uri = read_secret(m, user, screen.wait_for(FIRST_CODE))
        expect(screen.read_qr(BLACK, WHITE) == "", "the first one is not for a dark terminal")
        screen.type("i")
        on.wait_until("a picture for a light terminal", lambda: screen.read_qr(BLACK, WHITE) == uri)
        expect(screen.read_qr(WHITE, BLACK) == "", "the old picture is still there")
        expect(ENDED_WELL in finish(m, user, screen, user.codes.fresh()), "not let in")


@check("enrolment: who hangs up at the picture is not enrolled, and the next login shows another secret")
def _(m):
    user = to_enrol(m)
    secrets = []
    for _ in range(2):
        with Screen(client(m, user)) as screen:
            screen.wait_for("Password:")
            screen.type(on.PASSWORD)
            read_secret(m, user, screen.wait_for(FIRST_CODE))
            secrets.append(user.codes.secret)
        seen = state.status(user)
        expect(seen["pending"] and seen["enforced"] and not seen["enabled"], seen)
    expect(secrets[0] != secrets[1], "the same secret twice")
    done = login(m, user, on.PASSWORD, "000000", "000000", "000000")
    expect_refused(done, prompts=4)
    expect(state.failures(user) == 3 and not state.status(user)["enabled"], state.status(user))


@check("enrolment: in sudo and su the picture is black on white, on a dark and on a light terminal")
def _(m):
    for program, *arguments in (["sudo", "-k", "id", "-un"], ["su", None, "-c", "id -un"]):
        user = to_enrol(m)
        state.use(program)
        command = [program, *(argument or user.name for argument in arguments)]
        with Screen(as_user(user.name, *command)) as screen:
            screen.wait_for("assword")
            screen.type(on.PASSWORD)
            uri = read_secret(m, user, screen.wait_for(FIRST_CODE))
            expect(screen.read_qr(WHITE, BLACK) == uri, f"{program}: no picture on a dark terminal")
            expect(screen.read_qr(BLACK, WHITE) == uri, f"{program}: no picture on a light terminal")
            shown = finish(m, user, screen, user.codes.fresh())
            expect(ENDED_WELL in shown, shown)
        expect(state.status(user)["enabled"], state.status(user))


@check("enrolment: a rule that says enrol does the same")
def _(m):
    user = m.add_user()
    m.daemon.configure(f'[[rule]]\nuser = ["{user.name}"]\nsecond_factor = "enrol"\n{on.EXEMPT_SOURCE}')
    try:
        with Screen(client(m, user)) as screen:
            screen.wait_for("Password:")
            screen.type(on.PASSWORD)
            uri = read_secret(m, user, screen.wait_for(FIRST_CODE))
            expect(screen.read_qr() == uri, "no picture")
            expect(ENDED_WELL in finish(m, user, screen, user.codes.fresh()), "not let in")
    finally:
        m.daemon.configure()
    expect_accepted(login(m, user, on.PASSWORD, user.codes.fresh()))


@check("enrolment: not with a wrong password, not with no_enrol, not where no password came first")
def _(m):
    user = to_enrol(m)
    expect_refused(login(m, user, "not the password"), prompts=1)
    for stack in (state.STACK.replace("after_password", "after_password no_enrol"), state.QUIET_STACK):
        state.use("sshd", stack)
        done = ssh(m.sshd(), user.name, on.PASSWORD, "123456")
        expect_refused(done, prompts=2)
        expect("Secret" not in done.output and "otpauth" not in done.output, done)
    seen = state.status(user)
    expect(seen["enforced"] and not seen["pending"] and not seen["enabled"], seen)


@check("enrolment: sshd's method password cannot show it and lets nobody in")
def _(m):
    user = to_enrol(m)
    state.use("sshd")
    done = ssh(m.sshd("password", PasswordAuthentication="yes"), user.name, on.PASSWORD)
    expect_refused(done, prompts=1)
    expect(not state.status(user)["enabled"], state.status(user))


@check("enrolment: who is locked is shown no secret")
def _(m):
    user = to_enrol(m)
    for _ in range(5):
        login(m, user, "not the password")
    done = login(m, user, on.PASSWORD, "123456")
    expect_refused(done, prompts=2)
    expect("Secret" not in done.output, done)


@check("enrolment: unenforce takes it back, and nullok lets in without a code")
def _(m):
    user = to_enrol(m)
    on.run("umbra-totp", "unenforce", user.name)
    state.use("umbra-nullok", state.NULLOK_STACK)
    expect_accepted(converse(["pamtester", "umbra-nullok", user.name, "authenticate"], on.PASSWORD))
