"""Whatever refuses, it looks the same: what a terminal shows and what the program is told, through real libpam."""
import re

import machine as on
import state
from check import check, expect
from logins import converse

OUTSIDE_TEXT = re.compile(r"[^\x20-\x7e\r\n]")
LOCKING = 5  # failures


def attempt(user, *answers):
    """Everything that was shown, PAM's word for its return code at the end, with the user's name taken out."""
    done = converse(["pamtester", "umbra-refusals", user.name, "authenticate"], *answers)
    expect(not done.accepted, done)
    expect(OUTSIDE_TEXT.search(done.output) is None, f"control bytes: {done}")
    return done.output.replace(user.name, "USER")


def locked_user(m):
    user = m.add_enrolled_user()
    for _ in range(LOCKING):
        on.run("umbra-totp", "verify", user.name, user.codes.wrong(), check=False)
    expect(state.status(user)["locked"], state.status(user))
    return user


def states_of_a_code(m):
    """Name, user and answer of each state that refuses."""
    enrolled, locked, replayed = m.add_enrolled_user(), locked_user(m), m.add_enrolled_user()
    pending = m.add_user()
    on.run("umbra-totp", "setup", pending.name, "--no-confirm", "--qr", "none")
    enforced = m.add_user()
    on.run("umbra-totp", "enforce", enforced.name)
    replayed_code = replayed.codes.at(replayed.codes.last)
    spent = replayed.backup_codes[0]
    on.run("umbra-totp", "verify", replayed.name, spent)
    yield "wrong", enrolled, enrolled.codes.wrong()
    yield "unknown user", on.User("nobodyhere"), "123456"
    yield "not enrolled", m.add_user(), "123456"
    yield "pending", pending, "123456"
    yield "enforced", enforced, "123456"
    yield "replayed", replayed, replayed_code
    yield "spent backup code", replayed, spent
    yield "wrong backup code", replayed, "AAAA-AAAA"
    yield "unknown user's backup code", on.User("nobodyhere"), "AAAA-AAAA"
    yield "locked, right code", locked, locked.codes.fresh()
    yield "locked, backup code", locked, locked.backup_codes[0]
    for text in ("", "12345", "1234567", "1" * 900, "\x1b[31m123456", "１２３４５６", "éééééé", "%s%n\\"):
        yield f"malformed {text[:20]!r}", enrolled, text
        on.run("umbra-totp", "unlock", enrolled.name)
    yield "malformed, unknown user", on.User("nobodyhere"), "\x1b[31m123456"


def expect_the_same(seen):
    _, first = seen[0]
    expect("uthentication failure" in first, first)
    for what, shown in seen:
        expect(shown == first, f"{what}: {shown!r}, where {seen[0][0]} is {first!r}")


@check("refusals: unknown, not enrolled, wrong, replayed, spent, locked and malformed look the same, byte for byte")
def _(m):
    on.write_pam("umbra-refusals", on.CODE_LINE)
    seen = [(what, attempt(user, answer)) for what, user, answer in states_of_a_code(m)]
    expect(len(seen) >= 20, seen)
    expect_the_same(seen)


@check("refusals: behind README's password too, where after_password does not ask for more words")
def _(m):
    state.use("umbra-refusals", state.QUIET_STACK)
    enrolled, locked = m.add_enrolled_user(), locked_user(m)
    expect_the_same([("wrong", attempt(enrolled, on.PASSWORD, enrolled.codes.wrong())),
                     ("locked", attempt(locked, on.PASSWORD, locked.codes.fresh())),
                     ("replayed", attempt(enrolled, on.PASSWORD, enrolled.codes.at(enrolled.codes.last))),
                     ("not enrolled", attempt(m.add_user(), on.PASSWORD, "123456"))])


@check("refusals: a wrong password looks the same whoever it is of")
def _(m):
    state.use("umbra-refusals")
    enrolled, locked = m.add_enrolled_user(), locked_user(m)
    users = {"enrolled": enrolled, "locked": locked, "not enrolled": m.add_user(), "unknown": on.User("nobodyhere")}
    expect_the_same([(what, attempt(user, "not the password")) for what, user in users.items()])
