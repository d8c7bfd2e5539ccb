"""A code asked for by polkit's helper, which from polkit 127 on is a service in a sandbox of its own.

Run it by packaging/sandbox --boot. Prints TAP.
"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "system"))
import booted  # noqa: E402
import machine as on  # noqa: E402
from booted import SERVICE, SOCKET, journal, systemctl  # noqa: E402
from check import check, expect, run_all  # noqa: E402

# polkit 127's polkit-agent-helper@.service, line by line; pamtester does what the helper does with PAM.
SANDBOX = """DeviceAllow=/dev/null rw
DeviceAllow=/dev/urandom r
DevicePolicy=strict
LimitMEMLOCK=0
LockPersonality=yes
MemoryDenyWriteExecute=yes
NoNewPrivileges=yes
PrivateDevices=no
PrivateNetwork=yes
PrivateTmp=yes
ProtectControlGroups=yes
ProtectHome=no
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectKernelTunables=yes
ProtectSystem=strict
ProtectClock=yes
ProtectHostname=yes
RemoveIPC=yes
RestrictAddressFamilies=AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
UMask=0077""".splitlines()


def in_sandbox(user, answer, *more):
    words = [word for line in [*SANDBOX, *more] for word in ("-p", line)]
    return on.run("systemd-run", "--quiet", "--pipe", "--wait", "--collect", *words, "pamtester", "polkit-1", user.name,
                  "authenticate", "acct_mgmt", text=f"{answer}\n", check=False)


@check("polkit's sandbox: a right code is accepted, and logged as that service's")
def _(m):
    user = m.add_enrolled_user()
    done = in_sandbox(user, user.codes.fresh())
    expect(done.returncode == 0, done)
    entries = journal(UMBRA_EVENT="verify", UMBRA_USER=user.name, UMBRA_SERVICE="polkit-1", UMBRA_VERDICT="accepted")
    expect(len(entries) == 1, entries)


@check("polkit's sandbox: a wrong code is refused, and so is the same one twice")
def _(m):
    user = m.add_enrolled_user()
    expect(in_sandbox(user, user.codes.wrong()).returncode != 0, "a wrong code")
    code = user.codes.fresh()
    expect(in_sandbox(user, code).returncode == 0, "the right code")
    expect(in_sandbox(user, code).returncode != 0, "the same code")


@check("polkit's sandbox: where it hides the daemon's socket, nobody gets in")
def _(m):
    user = m.add_enrolled_user()
    expect(in_sandbox(user, user.codes.fresh(), "InaccessiblePaths=/run/umbra-totp").returncode != 0, "let in")


def main():
    machine = booted.Booted()
    on.CONFIG.parent.mkdir(mode=0o755, exist_ok=True)
    on.CONFIG.write_text(on.EXEMPT_SOURCE)
    on.write_pam("polkit-1", on.CODE_LINE, "account required pam_umbra_totp.so")
    systemctl("enable", "--now", SOCKET, SERVICE)
    return 0 if run_all(machine) else 1


if __name__ == "__main__":
    sys.exit(main())
