"""vlock, a locker that needs no display: set-user-id, so that the daemon takes it for root; unlocked by a code.

A locker without any privilege is pamtester's part, in local_test.py and stack_test.py.
"""
import contextlib

import machine as on
import state
from check import check, expect
from logins import as_user
from screen import Screen

ENDED_WELL = "ended with 0"


@contextlib.contextmanager
def locked_screen(user, stack):
    state.use("vlock", stack)
    with Screen(as_user(user.name, "vlock")) as screen:
        screen.wait_for("press [ENTER]")
        screen.type("")
        yield screen


@check("vlock: a code unlocks it")
def _(m):
    user = m.add_enrolled_user()
    with locked_screen(user, on.CODE_LINE) as screen:
        screen.wait_for("Verification code:")
        screen.type(user.codes.fresh())
        screen.wait_for(ENDED_WELL)
    expect(state.last_of_log(user=user.name, event="verify", service="vlock", accepted=True), "not in the trail")


@check("vlock: README's stack asks for password and code, and both unlock it")
def _(m):
    user = m.add_enrolled_user()
    with locked_screen(user, state.STACK) as screen:
        screen.wait_for("assword:")
        screen.type(on.PASSWORD)
        screen.wait_for("Verification code:")
        screen.type(user.codes.fresh())
        screen.wait_for(ENDED_WELL)


@check("vlock: a wrong code leaves it locked and is charged, and it then asks for root, who has none")
def _(m):
    user = m.add_enrolled_user()
    with locked_screen(user, on.CODE_LINE) as screen:
        screen.wait_for(f"{user.name}'s Verification code:")
        screen.type(user.codes.wrong())
        screen.wait_for("root's Verification code:")
        screen.type(user.codes.fresh())
        shown = screen.wait_for("press [ENTER]")
        expect("ended with" not in shown, shown)
    expect(state.failures(user) == 1, state.status(user))
