"""Two devices of one user, through real sshd: both let him in, one is lost and goes, the other one stays."""
import json

import machine as on
import state
from check import check, expect, expect_accepted, expect_refused
from logins import as_user, ssh


def login(m, user, *answers):
    state.use("sshd")
    return ssh(m.sshd(), user.name, *answers)


def tool(user, *words, typed):
    """As the user, with what he types on standard input."""
    return on.run(*as_user(user.name, "umbra-totp", *words, "--stdin"), text="".join(f"{t}\n" for t in typed), check=False)


def add(m, user, name):
    """The codes of a device that root added."""
    secret = json.loads(on.run("umbra-totp", "setup", user.name, "--add", name, "--force", "--no-confirm",
                               "--json").stdout)["secret"]
    m.secrets.add(secret)
    codes = on.Codes(secret)
    on.run("umbra-totp", "confirm", user.name, codes.fresh())
    return codes


@check("devices: each of two lets its user in by ssh; the lost one is thrown out by his own word, the other one stays")
def _(m):
    user = m.add_enrolled_user()
    tablet = add(m, user, "tablet")
    expect([device["name"] for device in state.status(user)["devices"]] == ["first", "tablet"], state.status(user))
    expect_accepted(login(m, user, on.PASSWORD, user.codes.fresh()))
    code = tablet.fresh()
    expect_accepted(login(m, user, on.PASSWORD, code))
    expect_refused(login(m, user, on.PASSWORD, code), prompts=2)
    done = tool(user, "disable", "first", typed=["not the password", "123456"])
    expect(done.returncode == 1 and state.failures(user) == 1, done)
    done = tool(user, "disable", "first", typed=[on.PASSWORD, user.backup_codes[1]])
    expect(done.returncode == 0, done)
    expect_refused(login(m, user, on.PASSWORD, user.codes.fresh()), prompts=2)
    expect_accepted(login(m, user, on.PASSWORD, tablet.fresh()))
    expect_accepted(login(m, user, on.PASSWORD, user.backup_codes[0]))
    used = [(entry["event"], entry["accepted"]) for entry in state.last_of_log(50, user=user.name)]
    expect(("add-device", True) in used and ("disable-device", False) in used and ("disable-device", True) in used, used)


@check("devices: a user adds one himself for a current code, and a wrong one is charged")
def _(m):
    user = m.add_enrolled_user()
    done = tool(user, "setup", "--add", "tablet", "--no-confirm", typed=[user.codes.wrong()])
    expect(done.returncode == 1 and "nothing was changed" in done.stderr, done)
    expect(state.failures(user) == 1, state.status(user))
    done = tool(user, "setup", "--add", "tablet", "--no-confirm", "--json", typed=[user.codes.fresh()])
    expect(done.returncode == 0, done)
    offered = json.loads(done.stdout)
    m.secrets.add(offered["secret"])
    expect(offered["backup_codes"] == [], offered)
    expect(tool(user, "confirm", typed=[on.Codes(offered["secret"]).fresh()]).returncode == 0, "not confirmed")
    expect(len(state.status(user)["devices"]) == 2, state.status(user))
    expect_accepted(login(m, user, on.PASSWORD, user.backup_codes[0]))
