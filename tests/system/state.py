"""What root is told by umbra-totp of a user and of what happened, and the stack of PAM lines that README shows."""
import json
import pathlib
import re

import machine as on

README = pathlib.Path(__file__).resolve().parent.parent.parent / "README.md"


def readme_lines(group):
    text = README.read_text()
    return "\n".join(line.strip() for line in re.findall(rf"^ +{group} .*pam_.*$", text, re.MULTILINE))


README_AUTH = readme_lines("auth")
ACCOUNT = f"account required pam_unix.so\n{readme_lines('account')}"
# Without pam_unix's two seconds for whatever fails behind it, as in on.PASSWORD_LINE.
STACK = README_AUTH.replace("pam_unix.so nullok", "pam_unix.so nullok nodelay")
QUIET_STACK = STACK.replace(" after_password", "")
# A line that only ignores, as ours then does, does not make libpam say yes: something else has to.
NULLOK_STACK = STACK.replace("after_password", "after_password nullok") + "\nauth required pam_permit.so"


def use(service, auth=STACK):
    on.write_pam(service, auth, ACCOUNT)


def status(user):
    return json.loads(on.run("umbra-totp", "status", user.name, "--json").stdout)


def failures(user):
    return status(user)["failures"]


def last_of_log(count=1, **wanted):
    """The audit trail's last entries that have these values."""
    lines = on.run("umbra-totp", "log", "-n", "100000", "--json").stdout.splitlines()
    entries = [json.loads(line) for line in lines]
    return [entry for entry in entries if wanted.items() <= entry.items()][-count:]
