"""The life of the Debian packages, on a booted machine: built and installed as README says, used, upgraded in the
middle of a login, disabled, removed and purged; what is left of them at the end is nothing.

Run it by packaging/sandbox --boot --bare. Prints TAP.
"""
import io
import pathlib
import sys

import pexpect

import booted
import machine as on
import packages
from booted import SERVICE, SOCKET, main_pid, shown, systemctl
from check import check, expect, expect_accepted, expect_refused, run_all
from logins import as_user, converse, ssh
from packages import apt, follow_readme, installed_version, newer, pam_files, readme_commands, readme_word

# README's stack, as near as pam-auth-update comes to it.
AUTH = ["required pam_umbra_totp.so preauth", "[success=2 default=ignore] pam_unix.so nullok try_first_pass",
        "[default=die] pam_umbra_totp.so authfail", "requisite pam_deny.so", "required pam_permit.so",
        "required pam_umbra_totp.so after_password nullok"]
ACCOUNT = "required pam_umbra_totp.so"
PROFILES = ["umbra-totp-preauth", "umbra-totp-authfail", "umbra-totp"]
DATA = [pathlib.Path("/etc/umbra-totp/keyring"), pathlib.Path("/var/lib/umbra-totp")]


def common(kind):
    """The lines of /etc/pam.d/common-KIND, without comments and the words that all of them begin with."""
    lines = pathlib.Path(f"/etc/pam.d/common-{kind}").read_text().splitlines()
    return [" ".join(line.split()[1:]) for line in lines if line.strip() and not line.startswith("#")]


def sudo(user, *answers):
    return converse(as_user(user.name, "sudo", "-k", "id", "-un"), *answers)


def remove(*names):
    return apt("remove", *names, check=False)


@check("install: README's commands build both packages and install them, and the daemon runs")
def _(m):
    follow_readme("build-deb")
    expect(all(installed_version(name) for name in packages.NAMES), "not installed")
    expect(shown("ActiveState") == "active" and shown("ActiveState", SOCKET) == "active", m.logs()["journal"][-600:])
    expect(shown("UnitFileState") == "enabled" and shown("UnitFileState", SOCKET) == "enabled", "not enabled")


@check("install: PAM's files are as before, but for the password helper's own")
def _(m):
    expect({**m.pam_before, "umbra-totp": None} == {**pam_files(), "umbra-totp": None}, "changed")
    expect_accepted(ssh(m.sshd(), m.plain.name, on.PASSWORD))


@check("lintian: no errors and no warnings")
def _(_m):
    changes = next(packages.BUILT.glob("*.changes"))
    said = packages.run_loudly(["lintian", "--allow-root", "--fail-on", "error,warning", str(changes)])
    expect("umbra" not in said, said)


@check("profile: enabled as README says, the stack is README's, and running pam-auth-update again changes nothing")
def _(m):
    m.enrol(m.user)
    follow_readme("pam-auth-update")
    expect(common("auth")[:len(AUTH)] == AUTH, common("auth"))
    expect(ACCOUNT in common("account"), common("account"))
    before = pam_files()
    on.run("pam-auth-update", "--package")
    expect(pam_files() == before, "changed")


@check("profile: ssh asks for password and code, and refuses a wrong one of either")
def _(m):
    expect_refused(ssh(m.sshd(), m.user.name, on.PASSWORD, m.user.codes.wrong()), prompts=2)
    expect_refused(ssh(m.sshd(), m.user.name, "not the password", "123456"), prompts=1)
    expect(booted.failures(m.user.name) == 2, booted.failures(m.user.name))
    expect_accepted(ssh(m.sshd(), m.user.name, on.PASSWORD, m.user.codes.fresh()))
    expect(booted.failures(m.user.name) == 0, "the account phase forgot nothing")


@check("profile: sudo asks for password and code")
def _(m):
    done = sudo(m.user, on.PASSWORD, m.user.backup_codes[0])
    expect_accepted(done)
    expect("root" in done.output.split(), done)
    expect_refused(sudo(m.user, on.PASSWORD, m.user.codes.wrong()))


@check("sshd: README's settings, read before Debian's own: the machine's own sshd asks for password and code")
def _(m):
    systemctl("start", "ssh")
    settings = pathlib.Path(readme_word(r"`(/etc/ssh/sshd_config\.d/[^`]+)`"))
    settings.write_text("\n".join(readme_commands("UsePAM")) + "\n")
    try:
        packages.run_loudly(["sh", "-c", readme_word(r"`(sudo sshd -t [^`]+)`")])
        on.wait_until("sshd again", lambda: m.answers(22))
        expect_accepted(ssh(22, m.user.name, on.PASSWORD, m.user.backup_codes[5]))
        expect_refused(ssh(22, m.user.name, on.PASSWORD, m.user.codes.wrong()), prompts=2)
    finally:
        settings.unlink()
        systemctl("stop", "ssh")
        pathlib.Path("/run/sshd").mkdir(exist_ok=True)  # the other sshds want it too


@check("doctor: README's stack has nothing open, and without its account line it has")
def _(_m):
    done = on.run("umbra-totp", "doctor", "sudo", check=False)
    expect(done.returncode == 0, done)
    account = pathlib.Path("/etc/pam.d/common-account")
    before = account.read_text()
    account.write_text("".join(line for line in before.splitlines(True) if "pam_umbra_totp" not in line))
    try:
        expect(on.run("umbra-totp", "doctor", "sudo", check=False).returncode == 3, "not seen")
    finally:
        account.write_text(before)


@check("profile: who has not enrolled passes by the password, and by nothing else")
def _(m):
    done = ssh(m.sshd(), m.plain.name, on.PASSWORD)
    expect(done.accepted and len(done.prompts) == 1, done)
    expect_refused(ssh(m.sshd(), m.plain.name, "not the password", "123456"), prompts=1)


@check("upgrade: the daemon's package between prompt and answer: the login succeeds, and nobody is refused the socket")
def _(m):
    before, node = main_pid(), pathlib.Path("/run/umbra-totp/socket").stat().st_ino

    def answer(_output):
        with packages.Knocking() as knocking:
            apt("install", newer("umbra-totp", "0.1.1"))
        expect(knocking.refused == 0 and knocking.tries > 20, f"{knocking.refused} of {knocking.tries} refused")
        return m.user.backup_codes[1]

    expect_accepted(ssh(m.sshd(), m.user.name, on.PASSWORD, answer))
    expect(installed_version("umbra-totp") == "0.1.1" and main_pid() not in (0, before), "the old daemon still runs")
    expect(pathlib.Path("/run/umbra-totp/socket").stat().st_ino == node, "another socket")


@check("upgrade: the module's package between prompt and answer, newer than the daemon, under a stack that names it")
def _(m):
    def answer(_output):
        apt("install", newer("libpam-umbra-totp", "0.1.2"))
        return m.user.backup_codes[2]

    expect_accepted(ssh(m.sshd(), m.user.name, on.PASSWORD, answer))
    expect(installed_version("libpam-umbra-totp") == "0.1.2", "not upgraded")
    expect(common("auth")[:len(AUTH)] == AUTH, common("auth"))
    expect_accepted(ssh(m.sshd(), m.user.name, on.PASSWORD, m.user.backup_codes[3]))


@check("remove: refused while a PAM file of the administrator names the module; it is named, and nothing has changed")
def _(m):
    by_hand = pathlib.Path("/etc/pam.d/by-hand")
    by_hand.write_text("auth required pam_umbra_totp.so\n")
    before = pam_files()
    try:
        done = remove("libpam-umbra-totp")
    finally:
        by_hand.unlink()
    expect(done.returncode != 0 and f"{by_hand} " in done.stdout + done.stderr, done)
    expect(pam_files() == {name: text for name, text in before.items() if name != "by-hand"}, "PAM's files changed")
    expect(installed_version("libpam-umbra-totp"), "removed")
    expect_accepted(ssh(m.sshd(), m.user.name, on.PASSWORD, m.user.backup_codes[4]))


@check("by hand: README's lines in place of the profiles ask for password and code, in ssh and in sudo")
def _(m):
    lines = readme_commands("authfail\n")
    auth, account = lines[:-1], lines[-1]
    on.run("pam-auth-update", "--disable", *PROFILES)
    before = {name: pathlib.Path("/etc/pam.d", name).read_text() for name in ("sshd", "sudo")}
    try:
        for name, text in before.items():
            text = text.replace("@include common-auth\n", "\n".join(auth) + "\n")
            text = text.replace("@include common-account\n", f"@include common-account\n{account}\n")
            pathlib.Path("/etc/pam.d", name).write_text(text)
        expect_refused(ssh(m.sshd(), m.user.name, "not the password", "123456"), prompts=1)
        expect_accepted(ssh(m.sshd(), m.user.name, on.PASSWORD, m.user.backup_codes[6]))
        expect_accepted(sudo(m.user, on.PASSWORD, m.user.backup_codes[7]))
        expect(booted.failures(m.user.name) == 0, "the account line forgot nothing")
    finally:
        for name, text in before.items():
            pathlib.Path("/etc/pam.d", name).write_text(text)
    follow_readme("pam-auth-update")


@check("disable: README's profiles off, the password alone is asked for, and on again the code is")
def _(m):
    command = next(line for line in readme_commands("pam-auth-update") if "--enable" in line)
    on.run("sh", "-c", command.replace("--enable", "--disable"))
    expect_accepted(ssh(m.sshd(), m.user.name, on.PASSWORD))
    follow_readme("pam-auth-update")
    expect_refused(ssh(m.sshd(), m.user.name, on.PASSWORD, m.user.codes.wrong()), prompts=2)


@check("remove: takes the profiles out of the stack first; logins go on with the password, key ring and records stay")
def _(m):
    done = remove(*packages.NAMES)
    expect(done.returncode == 0, done)
    expect(not any("pam_umbra_totp.so" in text.partition("#")[0] for name, text in pam_files().items()
                   if name != "umbra-totp"), "still named")
    expect_accepted(ssh(m.sshd(), m.user.name, on.PASSWORD))
    expect(all(path.exists() for path in DATA), "data gone")


@check("purge: where nobody can be asked, key ring and records stay, and a line says so")
def _(_m):
    done = apt("purge", *packages.NAMES)
    expect(all(path.exists() for path in DATA), "data gone")
    expect("were kept" in done.stdout + done.stderr, done)


@check("purge: after a new installation the enrolment still counts; a person is asked, and yes deletes all of it")
def _(m):
    packages.run_loudly(["sh", "-c", readme_commands("build-deb")[-1]])
    expect(booted.enabled(m.user.name), "the enrolment was lost")
    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "readline", "TERM": "dumb"}
    child = pexpect.spawn("apt-get", ["-y", "purge", *packages.NAMES], env=environment, encoding="utf-8", timeout=60)
    said = io.StringIO()
    child.logfile_read = said
    expect(child.expect([r"Delete the key ring[^\n]*\[yes/no\] ", pexpect.EOF]) == 0, said.getvalue())
    child.sendline("yes")
    child.expect(pexpect.EOF)
    child.close()
    expect(child.exitstatus == 0, said.getvalue())
    expect(not any(path.exists() for path in DATA), "data left")


@check("purge: where nobody can be asked, but yes was said before, all of it is deleted")
def _(_m):
    packages.run_loudly(["sh", "-c", readme_commands("build-deb")[-1]])
    on.wait_until("a key ring", DATA[0].exists)
    on.run("debconf-set-selections", text="umbra-totp umbra-totp/purge_data boolean true\n")
    apt("purge", *packages.NAMES)
    expect(not any(path.exists() for path in DATA), "data left")


@check("purge: /etc, /usr and /var are as they were before the first installation")
def _(m):
    after = packages.files_of_the_machine()
    changed = {path: (m.files_before.get(path), after.get(path)) for path in {*m.files_before, *after}
               if m.files_before.get(path) != after.get(path)}
    expect(not changed, "\n".join(f"{path}: {was} → {now}" for path, (was, now) in sorted(changed.items())))


def main():
    machine = booted.Booted()
    # All that a test needs is there before the machine is looked at: accounts are no traces of the packages.
    machine.plain, machine.user = machine.add_user(), machine.add_user()
    machine.sshd()
    machine.pam_before, machine.files_before = pam_files(), packages.files_of_the_machine()
    return 0 if run_all(machine) else 1


if __name__ == "__main__":
    sys.exit(main())
