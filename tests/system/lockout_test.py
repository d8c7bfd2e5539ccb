"""The lockout that passwords and codes share, and the budget of a source, through real logins over README's stack."""
import contextlib
import json

import machine as on
import state
from check import check, expect, expect_accepted, expect_refused
from logins import as_user, converse, ssh

WRONG = "not the password"
LOCKED = "This account is temporarily locked"


def login(m, user, *answers, stack=state.STACK):
    state.use("sshd", stack)
    return ssh(m.sshd(), user.name, *answers, options=["-o", "LogLevel=INFO"])


def su(user, *answers, stack=state.STACK):
    state.use("su", stack)
    return converse(as_user(user.name, "su", user.name, "-c", "id -un"), *answers)


def guess(m, user, times):
    for _ in range(times):
        expect_refused(login(m, user, WRONG), prompts=1)


@contextlib.contextmanager
def configured(m, text):
    m.daemon.configure(text)
    try:
        yield
    finally:
        m.daemon.configure()


@check("lockout: five wrong passwords lock; the right password and code are then refused at the same prompts")
def _(m):
    user = m.add_enrolled_user()
    asked = login(m, user, on.PASSWORD, user.codes.wrong()).prompts
    guess(m, user, 4)
    seen = state.status(user)
    expect(seen["locked"] and seen["locked_until"], seen)
    done = login(m, user, on.PASSWORD, user.codes.fresh())
    expect_refused(done, prompts=2)
    expect(done.prompts == asked, (done, asked))
    expect_refused(login(m, user, on.PASSWORD, user.backup_codes[0]), prompts=2)
    expect(state.status(user) == seen, f"charged while it was locked: {state.status(user)}")
    expect(state.last_of_log(user=user.name, event="preauth", reason="locked"), "the trail does not tell of it")


@check("lockout: unlock ends it, and the code of before is still good")
def _(m):
    user = m.add_enrolled_user()
    guess(m, user, 5)
    code = user.codes.fresh()
    expect_refused(login(m, user, on.PASSWORD, code), prompts=2)
    on.run("umbra-totp", "unlock", user.name)
    expect(not state.status(user)["locked"], state.status(user))
    expect_accepted(login(m, user, on.PASSWORD, code))
    expect(state.failures(user) == 0, state.status(user))


@check("lockout: three wrong passwords and two wrong codes, by ssh and su, are five failures")
def _(m):
    user = m.add_enrolled_user()
    guess(m, user, 2)
    expect_refused(su(user, WRONG), prompts=1)
    expect_refused(su(user, on.PASSWORD, user.codes.wrong()), prompts=2)
    expect(not state.status(user)["locked"], state.status(user))
    expect_refused(login(m, user, on.PASSWORD, user.codes.wrong()), prompts=2)
    expect(state.status(user)["locked"], state.status(user))


@check("lockout: it survives a SIGKILL of the daemon, and so does a failure that did not lock yet")
def _(m):
    user, other = m.add_enrolled_user(), m.add_enrolled_user()
    guess(m, user, 5)
    guess(m, other, 2)
    m.daemon.kill_and_restart()
    expect(state.status(user)["locked"] and state.failures(other) == 2, (state.status(user), state.status(other)))
    expect_refused(login(m, user, on.PASSWORD, user.codes.fresh()), prompts=2)


def pamtester(user, *answers, stack):
    state.use("umbra-told", stack)
    return converse(["pamtester", "umbra-told", user.name, "authenticate"], *answers).output


@check("lockout: whom a rule exempts from codes is refused with the right password while it holds, by preauth alone")
def _(m):
    user = m.add_enrolled_user()
    with configured(m, f'[[rule]]\nuser = ["{user.name}"]\nsecond_factor = "exempt"\n{on.EXEMPT_SOURCE}'):
        expect_accepted(login(m, user, on.PASSWORD, stack=state.NULLOK_STACK))
        guess(m, user, 5)
        expect_refused(login(m, user, on.PASSWORD, stack=state.NULLOK_STACK), prompts=1)
        on.run("umbra-totp", "unlock", user.name)
        expect_accepted(login(m, user, on.PASSWORD, stack=state.NULLOK_STACK))


@check("lockout: how many attempts are left, and that it is locked, is told behind the password alone")
def _(m):
    told, kept = m.add_enrolled_user(), m.add_enrolled_user()
    for user, stack in ((told, state.STACK), (kept, state.QUIET_STACK)):
        texts = [pamtester(user, on.PASSWORD, user.codes.wrong(), stack=stack) for _ in range(5)]
        texts.append(pamtester(user, on.PASSWORD, user.codes.fresh(), stack=stack))
        texts.append(pamtester(user, WRONG, stack=stack))
        words = ["left." in text or LOCKED in text for text in texts]
        expect(state.status(user)["locked"], state.status(user))
        if user is kept:
            expect(not any(words), texts)
            continue
        # Not at four left, and never to who does not know the password.
        expect(words == [False, True, True, True, True, True, False], texts)
        expect("3 attempts left." in texts[1] and "1 attempt left." in texts[3] and LOCKED in texts[5], texts)


@check("lockout: ssh shows those texts too")
def _(m):
    user = m.add_enrolled_user()
    guess(m, user, 3)
    done = login(m, user, on.PASSWORD, user.codes.wrong())
    expect("1 attempt left." in done.output, done)
    guess(m, user, 1)
    done = login(m, user, on.PASSWORD, user.codes.fresh())
    expect(LOCKED in done.output, done)


@check("lockout: an unknown user is charged to nobody, and sees what a user with a wrong password sees")
def _(m):
    def all_failures():
        lines = on.run("umbra-totp", "list", "--json").stdout.splitlines()
        return {entry["user"]: entry["failures"] for entry in map(json.loads, lines)}

    user = m.add_enrolled_user()
    before = all_failures()
    seen = set()
    for one in (on.User("nobodyhere"), user):
        done = login(m, one, WRONG)
        expect_refused(done, prompts=1)
        seen.add(done.output.replace(one.name, "USER"))
    expect(len(seen) == 1, seen)
    expect(all_failures() == {**before, user.name: 1}, (before, all_failures()))
    expect("nobodyhere" not in m.logs()["umbra-totpd"], "the daemon's log has the name of nobody")


@check("source: guesses at many users from one address refuse everybody from there, and charge nobody more")
def _(m):
    users = [m.add_enrolled_user() for _ in range(5)]
    m.daemon.kill_and_restart()  # and forgets what came from the terminals that su is run on
    with configured(m, "[source]\nfailures = 4\n"):
        for _ in range(2):
            login(m, on.User("nobodyhere"), "sshd makes this up")  # nobody's password: not counted
        expect_accepted(login(m, users[4], on.PASSWORD, users[4].codes.fresh()))
        for user in users[:4]:
            expect_refused(login(m, user, WRONG), prompts=1)
        # What comes from there is refused from here on, at the same prompts as ever.
        expect_refused(login(m, users[4], on.PASSWORD, users[4].backup_codes[0]), prompts=2)
        expect_refused(login(m, users[0], WRONG), prompts=1)
        expect(all(state.failures(user) == 1 for user in users[:4]), [state.status(user) for user in users])
        expect(state.failures(users[4]) == 0, state.status(users[4]))
        entries = state.last_of_log(2, reason="source_locked")
        expect([entry["source"] for entry in entries] == ["127.0.0.1"] * 2, entries)
        # Elsewhere the same user is let in.
        expect_accepted(su(users[4], on.PASSWORD, users[4].backup_codes[0]))
    expect_accepted(login(m, users[4], on.PASSWORD, users[4].backup_codes[1]))
