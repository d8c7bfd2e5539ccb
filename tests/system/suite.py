"""The system tests: real logins against the installed module, daemon and tool. Prints TAP.

    suite.py [FILE...]      the files named here alone, like stack_test.py; none: all of them

Run it by packaging/sandbox, never on a machine that is to be kept.
"""
import importlib
import pathlib
import re
import sys

import machine as on
from check import check, expect, run_all

FILES = ["local_test.py", "sshd_test.py", "stack_test.py", "lockout_test.py", "enrolment_test.py", "policy_test.py",
         "doctor_test.py", "import_test.py", "owner_test.py", "devices_test.py", "locker_test.py", "refusals_test.py"]


def logs_tell_nothing(m):
    text = "\n".join(m.logs().values())
    lines = pathlib.Path("/etc/umbra-totp/keyring").read_text().splitlines()
    keys = [line for line in lines if line and not line.startswith("#")]
    expect("umbra" in text and len(m.secrets) > 10 and keys, "nothing was looked at")
    for secret in m.secrets.union(keys):
        expect(secret not in text, f"the logs show {secret!r}")
    for code in m.codes_used():
        expect(not re.search(rf"\b{code}\b", text), f"the logs show the code {code}")


def main():
    for name in sys.argv[1:] or FILES:
        importlib.import_module(pathlib.Path(name).stem)  # importing it registers its checks, in this order
    check("logs: no password, secret, key, code or backup code in any of them")(logs_tell_nothing)
    machine = on.Machine()
    on.CONFIG.parent.mkdir(mode=0o755)
    on.CONFIG.write_text(on.EXEMPT_SOURCE)
    machine.daemon.start()
    return 0 if run_all(machine) else 1


if __name__ == "__main__":
    sys.exit(main())
