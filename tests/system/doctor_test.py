"""umbra-totp doctor on a whole machine: Debian's own stacks with the module, others' accidents, and no daemon."""
import contextlib
import json
import pathlib
import subprocess

import machine as on
import state
from check import check, expect

PAM = pathlib.Path("/etc/pam.d")
SSHD_CONFIG = pathlib.Path("/etc/ssh/sshd_config")
MODULE = "auth required pam_umbra_totp.so"
ACCOUNT = "account required pam_umbra_totp.so"
SSHD = ("UsePAM yes\nKbdInteractiveAuthentication yes\nAuthenticationMethods publickey,keyboard-interactive\n"
        "HostKey /root/host_key\n")


def doctor(*words, status):
    """Its findings; it must end with this exit status."""
    done = on.run("umbra-totp", "doctor", *words, "--json", check=False)
    expect(done.returncode == status and not done.stderr, (done.returncode, done.stdout, done.stderr))
    return [json.loads(line) for line in done.stdout.splitlines()]


def expect_finding(findings, level, place, what):
    expect(any(f["level"] == level and f["place"] == place and what in f["what"] for f in findings),
           (level, place, what, findings))


@contextlib.contextmanager
def files(**texts):
    """These files of /etc/pam.d, with sshd's settings as they are to be; afterwards everything is as before."""
    paths = {PAM / name: text for name, text in texts.items()}
    paths[SSHD_CONFIG] = SSHD
    before = {path: path.read_text() if path.exists() else None for path in paths}
    pathlib.Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    try:
        for path, text in paths.items():
            path.write_text(text)
        yield
    finally:
        for path, text in before.items():
            path.write_text(text) if text is not None else path.unlink()


@contextlib.contextmanager
def without_others(*services):
    """No other service's file names our module: tests before this one leave theirs."""
    others = {path: path.read_text() for path in PAM.iterdir()
              if path.name not in services and "pam_umbra_totp.so" in path.read_text()}
    for path in others:
        path.unlink()
    try:
        yield
    finally:
        for path, text in others.items():
            path.write_text(text)


def line_of(service, words):
    lines = (PAM / service).read_text().splitlines()
    return f"{PAM / service}:{next(n for n, line in enumerate(lines, 1) if words in line)}"


def with_ours(text):
    """Debian's file with our lines behind its own."""
    return text.replace("@include common-auth", f"@include common-auth\n{MODULE}") \
               .replace("@include common-account", f"@include common-account\n{ACCOUNT}")


# As the package has it; the machine's own was replaced.
DEBIAN_SSHD = ("@include common-auth\naccount required pam_nologin.so\n@include common-account\n"
               "session [success=ok ignore=ignore module_unknown=ignore default=bad] pam_selinux.so close\n"
               "session required pam_loginuid.so\n@include common-session\n@include common-password\n")


@check("doctor: README's stack is good in every service")
def _(_m):
    stack = f"{state.README_AUTH}\n{state.ACCOUNT}\n"
    services = ("sshd", "sudo", "su", "login")
    with files(**dict.fromkeys(services, stack)), without_others(*services):
        for words in ((), services):
            found = doctor(*words, status=0)
            expect({"sshd", "sudo", "su", "login", "daemon", "key ring"} <= {f["subject"] for f in found}, found)


@check("doctor: Debian's own files with the module's lines are good")
def _(_m):
    for service in ("sshd", "chsh", "chfn"):
        text = with_ours(DEBIAN_SSHD if service == "sshd" else (PAM / service).read_text())
        expect(MODULE in text, text)
        with files(**{service: text}):
            found = doctor(service, status=0)
            expect(any(f["level"] == "good" and f["subject"] == service for f in found), found)


@check("doctor: a service that does not ask for a code is open where it is named")
def _(_m):
    with files(sudo="@include common-auth\n@include common-account\n"):
        expect_finding(doctor("sudo", status=3), "open", "/etc/pam.d/sudo", "no code is asked for")


@check("doctor: the accidents of others are open, each with its line")
def _(_m):
    accidents = [
        ("google-authenticator-libpam 187", "auth sufficient pam_umbra_totp.so\n@include common-auth\n",
         "sufficient pam_umbra", "a refused code lets in"),
        ("google-authenticator-libpam 187, behind", "@include common-auth\nauth sufficient pam_umbra_totp.so\n",
         "sufficient pam_umbra", "a refused code lets in"),
        ("truenas/middleware 16563", "auth [success=1 default=ignore] pam_unix.so\nauth requisite pam_deny.so\n"
         f"auth sufficient pam_faillock.so authsucc\n{MODULE}\n", "authsucc", "can skip"),
        ("duo beside pam_unix", "auth [success=2 default=ignore] pam_unix.so\n"
         "auth [success=1 default=ignore] pam_umbra_totp.so\nauth requisite pam_deny.so\nauth required pam_permit.so\n",
         "pam_unix.so", "can skip"),
    ]
    for name, auth, words, what in accidents:
        with files(sudo=f"{auth}@include common-account\n{ACCOUNT}\n"):
            found = doctor("sudo", status=3)
            expect_finding(found, "open", line_of("sudo", words), what)
            expect(all(f["change"] for f in found if f["level"] == "open"), (name, found))


@check("doctor: an sshd drop-in that comes first is named")
def _(_m):
    drop_in = pathlib.Path("/etc/ssh/sshd_config.d/10-hardened.conf")
    drop_in.parent.mkdir(exist_ok=True)
    with files(sshd=with_ours(DEBIAN_SSHD)):
        SSHD_CONFIG.write_text(f"Include /etc/ssh/sshd_config.d/*.conf\n{SSHD}")
        drop_in.write_text("# no answers but passwords\nKbdInteractiveAuthentication no\n")
        try:
            expect_finding(doctor("sshd", status=3), "open", f"{drop_in}:2", "keyboard-interactive is off")
        finally:
            drop_in.unlink()


@check("doctor: without the daemon it says so, and without its key ring why")
def _(m):
    keyring = pathlib.Path("/etc/umbra-totp/keyring")
    away = keyring.with_name("keyring.away")
    with files(sshd=with_ours(DEBIAN_SSHD)):
        m.daemon.end()
        try:
            expect_finding(doctor("sshd", status=3), "open", "/run/umbra-totp/socket", "systemctl start")
            keyring.rename(away)
            found = doctor("sshd", status=3)
            expect_finding(found, "open", str(keyring), "is missing, and there is a database")
            expect(any("the key ring that opens it is missing" in f["why"] for f in found), found)
        finally:
            if away.exists():
                away.rename(keyring)
            m.daemon.start()
        doctor("sshd", status=0)


@check("doctor: who must enrol and has not is named")
def _(m):
    user = m.add_user()
    on.run("umbra-totp", "enforce", user.name)
    with files(sshd=with_ours(DEBIAN_SSHD)):
        expect_finding(doctor("sshd", status=0), "warning", "", user.name)
    on.run("umbra-totp", "unenforce", user.name)


@check("doctor: is root's alone")
def _(m):
    user = m.add_user()
    done = subprocess.run(["umbra-totp", "doctor", "sshd"], user=user.name, capture_output=True, text=True, check=False)
    expect(done.returncode == 5 and done.stderr.count("\n") == 1, done)
