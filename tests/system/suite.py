"""The system tests: real sshd, sudo, su and login against the installed module, daemon and tool. Prints TAP.

Run it by packaging/sandbox, never on a machine that is to be kept.
"""
import pathlib
import re
import sys

import local_test  # noqa: F401 -- importing them registers their checks, in this order
import sshd_test  # noqa: F401
from check import check, expect, run_all
from machine import Machine

# Every login comes from one address here, and the refused ones are not to shut the others out.
CONFIG = '[source]\nexempt = ["127.0.0.0/8"]\n'


@check("logs: no password, secret, key, code or backup code in any of them")
def _(m):
    text = "\n".join(m.logs().values())
    lines = pathlib.Path("/etc/umbra-totp/keyring").read_text().splitlines()
    keys = [line for line in lines if line and not line.startswith("#")]
    expect("umbra" in text and len(m.secrets) > 10 and keys, "nothing was looked at")
    for secret in m.secrets.union(keys):
        expect(secret not in text, f"the logs show {secret!r}")
    for code in m.codes_used():
        expect(not re.search(rf"\b{code}\b", text), f"the logs show the code {code}")


def main():
    machine = Machine()
    pathlib.Path("/etc/umbra-totp").mkdir(mode=0o755)
    pathlib.Path("/etc/umbra-totp/config.toml").write_text(CONFIG)
    machine.daemon.start()
    return 0 if run_all(machine) else 1


if __name__ == "__main__":
    sys.exit(main())
