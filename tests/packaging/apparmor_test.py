"""The AppArmor profile: parses without a warning, and permits what daemon and password helper open, and no more.

    apparmor_test.py PROFILE DAEMON TOOL HELPER SBINDIR HELPERDIR

What they open is measured by strace. The daemon works in a folder of the test, and what it opens there counts as opened
at the path that the profile names; the helper finds its PAM service in a mount namespace of its own.
"""
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time

import opened
from apparmor_profile import Profile
from programs import PROJECT, needs, run
from check import CannotRun, check, expect, run_all

PROFILE, DAEMON, TOOL, HELPER = (pathlib.Path(word).resolve() for word in sys.argv[1:5])
SBIN, LIBEXEC = sys.argv[5:7]
MAIN, PASSWORD = "umbra-totpd", "umbra-totpd//password"
PATIENCE = 30

WITH_PAM_SERVICE = """set -e
cp -a /etc/pam.d "$1/pam.d"; cp "$2" "$1/pam.d/umbra-totp"; mount --bind "$1/pam.d" /etc/pam.d
shift 2; exec "$@"
"""


def wait_for(condition, what):
    end = time.monotonic() + PATIENCE
    while not condition():
        expect(time.monotonic() < end, f"{what} takes too long")
        time.sleep(0.02)


def live(folder, trace):
    """A daemon's life, from start to end."""
    words = ["--state-dir", folder / "state", "--keyring", folder / "etc/keyring", "--socket", folder / "run/socket",
             "--config", folder / "etc/config.toml", "--password-helper", HELPER]
    socket, log = folder / "run/socket", folder / "log"
    tracer = [needs("strace", "strace"), "-D", "-f", "-y", "-o", trace, "-e", f"trace={opened.SYSCALLS}"]
    with open(log, "ab") as err:
        words = [str(word) for word in [*tracer, DAEMON, *words]]
        daemon = subprocess.Popen(words, stderr=err, stdin=subprocess.DEVNULL)
    try:
        wait_for(socket.exists, "the daemon's start")
        run(TOOL, "--socket", socket, "setup", "nobody", "--no-confirm", "--json")
        run(TOOL, "--socket", socket, "list")
        daemon.send_signal(signal.SIGHUP)
        wait_for(lambda: "configuration read again" in log.read_text(), "a reload")
    finally:
        daemon.send_signal(signal.SIGTERM)
        daemon.wait(PATIENCE)
    wait_for(lambda: "+++ exited" in trace.read_text(), "the tracer's end")
    log.unlink()
    return trace.read_text()


def of_the_daemon():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "etc").mkdir()
        (folder / "etc/config.toml").write_text('issuer = "example.org"\n')
        both = live(folder, folder / "first") + live(folder, folder / "second")
        at = {f"{folder}/state": "/var/lib/umbra-totp", f"{folder}/etc": "/etc/umbra-totp",
              f"{folder}/run": "/run/umbra-totp", str(DAEMON): f"{SBIN}/umbra-totpd",
              str(HELPER): f"{LIBEXEC}/umbra-totp-password"}
        for here, there in at.items():
            both = both.replace(here, there)
        return [access for access in opened.accesses(both) if access != ("x", f"{SBIN}/umbra-totpd")]


def of_the_helper():
    with tempfile.TemporaryDirectory() as name:
        trace = pathlib.Path(name) / "trace"
        words = ["unshare", "--mount", "--propagation", "private", "/bin/sh", "-c", WITH_PAM_SERVICE, "sh", name,
                 PROJECT / "packaging/pam.d/umbra-totp", needs("strace", "strace"), "-f", "-y", "-o", trace,
                 "-e", f"trace={opened.SYSCALLS}", HELPER]
        done = subprocess.run([str(word) for word in words], input=b"nobody\0wrong\0", timeout=PATIENCE,
                              capture_output=True, check=False)
        expect(done.returncode == 1, f"the helper should call the password wrong: {done}")
        text = trace.read_text().replace(str(HELPER), f"{LIBEXEC}/umbra-totp-password")
    return opened.accesses(text)


def need_root():
    if os.geteuid() != 0:
        raise CannotRun("needs root, as the daemon does")


def expect_permitted(name, accesses, at_least):
    expect({at_least} <= {path for _, path in accesses}, f"nothing measured: {accesses}")
    profile = Profile(PROFILE)
    missing = [access for access in accesses if not profile.permits(name, access[1], access[0])]
    expect(not missing, f"{name} does not permit {missing}")


@check("the profile parses, without a warning about its text")
def parses():
    said = run(needs("apparmor_parser", "apparmor"), "--skip-kernel-load", "--skip-cache", "--warn=all", PROFILE)
    # What the kernel at hand lacks is no fault of the profile's.
    kernel = r"interface file missing|Cache read/write disabled|rules not enforced$"
    said = [line for line in said.splitlines() if not re.search(kernel, line)]
    expect(not said, "\n".join(said))


@check("the daemon may do what it does in its life: two starts, a setup, a reload, two ends")
def daemon_permitted():
    need_root()
    accesses = of_the_daemon()
    expect(("w", "/run/umbra-totp/socket") in accesses and ("k", "/var/lib/umbra-totp/lock") in accesses, accesses)
    expect_permitted(MAIN, accesses, "/var/lib/umbra-totp/data.mdb")


@check("the password helper may do what it does, under its own profile and under the daemon's above it")
def helper_permitted():
    need_root()
    accesses = [access for access in of_the_helper() if access != ("x", f"{LIBEXEC}/umbra-totp-password")]
    for name in (PASSWORD, MAIN):
        expect_permitted(name, accesses, "/etc/shadow")


@check("newer pam_unix may run unix_chkpwd, the daemon its helper, and nothing else runs")
def programs():
    profile = Profile(PROFILE)
    for path in ("/usr/sbin/unix_chkpwd", "/usr/bin/unix_chkpwd"):
        expect(all(profile.permits(name, path, "mrx") for name in (MAIN, PASSWORD)), path)
    expect(profile.permits(MAIN, f"{LIBEXEC}/umbra-totp-password", "x"), "the helper")
    for path in ("/bin/sh", "/usr/bin/dash", "/usr/bin/python3", f"{SBIN}/umbra-totpd"):
        expect(not any(profile.permits(name, path, "x") for name in (MAIN, PASSWORD)), path)


@check("the helper reads neither key ring nor records; nobody reads what is not theirs")
def forbidden():
    profile = Profile(PROFILE)
    ours = ["/etc/umbra-totp/keyring", "/var/lib/umbra-totp/data.mdb", "/var/lib/umbra-totp/journal",
            "/var/lib/umbra-totp/epoch", "/run/umbra-totp/socket", "/run/credentials/umbra-totpd.service/keyring"]
    for path in ours:
        expect(profile.permits(MAIN, path, "r"), f"the daemon may not read {path}")
        expect(not profile.permits(PASSWORD, path, "r"), f"the helper may read {path}")
    others = ["/etc/ssh/ssh_host_ed25519_key", "/root/.ssh/id_ed25519", "/home/anna/.ssh/id_ed25519",
              "/var/lib/other/data.mdb"]
    for path in others:
        expect(not any(profile.permits(name, path, "r") for name in (MAIN, PASSWORD)), f"{path} may be read")
    read_only = ["/etc/umbra-totp/config.toml", "/etc/shadow", "/etc/passwd", "/etc/pam.d/umbra-totp"]
    for path in [*read_only, f"{SBIN}/umbra-totpd"]:
        expect(not profile.permits(MAIN, path, "w"), f"{path} may be written")


sys.exit(0 if run_all() else 1)
