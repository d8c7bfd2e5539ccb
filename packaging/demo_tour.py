"""The guided tour of packaging/demo. Runs inside packaging/sandbox and says at its end what it showed."""
import getpass
import os
import pathlib
import re
import subprocess
import sys

import pexpect

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tests/system"))
import logins  # noqa: E402
import machine as on  # noqa: E402
import state  # noqa: E402

STEPS = 9
TRIES = 3  # for a person who mistypes where a login should succeed


def say(text):
    print(f"    {text}", flush=True)


class Transcript:
    """Shows what a program writes, each line indented; colours on a terminal only."""

    def __init__(self):
        self.at_start = True

    def write(self, text):
        if not sys.stdout.isatty():
            text = re.sub(r"\x1b\[[0-9;]*m", "", text)
        for part in re.split(r"(\n)", text.replace("\r", "")):
            if part and part != "\n" and self.at_start:
                sys.stdout.write("    | ")
            sys.stdout.write(part)
            self.at_start = part == "\n" or (self.at_start and not part)

    @staticmethod
    def flush():
        sys.stdout.flush()


class Automatic:
    """Answers by itself; codes come from oathtool."""

    tries = 1

    def __init__(self, codes):
        self.codes = codes

    def password(self, _output):
        return self.type(on.PASSWORD)

    def new_code(self, _output):
        seconds = self.codes.seconds_to_wait()
        if seconds > 1:
            print(f"(waits {seconds:.0f} s for a code that was not used yet) ", end="", flush=True)
        return self.type(self.codes.fresh())

    def exactly(self, text):
        return lambda _output: self.type(text)

    @staticmethod
    def type(text):
        print(f"<{text}>", end="", flush=True)
        return text


class Person:
    """Lets the one at the terminal type; nothing is echoed, as in a real login."""

    tries = TRIES

    def __init__(self, codes):
        self.codes = codes

    def password(self, _output):
        return self.ask(f"alice's password, which is: {on.PASSWORD}")

    def new_code(self, _output):
        self.codes.used.append(self.ask("the code that your app shows; one that was used already counts no more"))
        return self.codes.used[-1]

    def exactly(self, text):
        return lambda _output: self.ask(f"exactly this: {text}")

    @staticmethod
    def ask(what):
        return getpass.getpass(f"\n    > type {what} ").strip()


class Tour:
    def __init__(self, person):
        self.machine = on.Machine()
        self.codes = on.Codes("")
        self.answers = (Person if person else Automatic)(self.codes)
        self.size = tuple(reversed(os.get_terminal_size())) if person else (40, 100)
        self.number = self.shown = 0
        self.backup_codes = []

    def run(self):
        try:
            self.prepare()
            self.enrol()
            self.log_in_and_become_root()
            self.refuse_a_wrong_code()
            self.refuse_a_replayed_code("a code that was used is refused the second time")
            self.accept_a_backup_code()
            self.survive_a_kill()
            self.refuse_a_replayed_code("and the code of that login stays used, although the daemon was killed")
            self.refuse_without_the_daemon()
        except (pexpect.ExceptionPexpect, OSError, LookupError, subprocess.SubprocessError) as error:
            print(f"\n    => stopped here: {type(error).__name__}: {error}", flush=True)
        print(f"\nshowed {self.shown} of {STEPS}" + ("" if self.shown == STEPS else ": something is wrong"), flush=True)
        return self.shown == STEPS

    def prepare(self):
        self.machine.add_user("alice")
        self.machine.daemon.start()
        for service in ("sshd", "sudo"):
            on.write_pam(service, state.README_AUTH, state.ACCOUNT)
        self.port = self.machine.sshd()
        say("umbra-totpd and sshd are running; alice has a password and may use sudo")
        say("/etc/pam.d/sshd and /etc/pam.d/sudo:")
        for line in pathlib.Path("/etc/pam.d/sshd").read_text().splitlines()[:4]:
            say(f"    {line}")

    def heading(self, text):
        self.number += 1
        print(f"\n-- {self.number} of {STEPS}: {text}", flush=True)

    def result(self, right, text):
        self.shown += bool(right)
        say(f"=> {text}" if right else f"=> NOT AS IT SHOULD BE: expected \"{text}\"")

    def converse(self, title, command, *answers):
        say(f"$ {title}")
        done = logins.converse(command, *answers, see=Transcript(), dimensions=self.size,
                               environment={**os.environ, "LANG": "C.UTF-8", "TERM": os.environ.get("TERM", "dumb")})
        print(flush=True)
        return done

    def ssh(self, *answers, command="echo this is $(id -un)", tries=1):
        line = logins.ssh_command(self.port, "alice", command, options=["-t", "-q"])
        for _ in range(tries):
            done = self.converse(f"ssh alice@127.0.0.1 '{command}'", line, self.answers.password, *answers)
            if done.accepted:
                break
        return done

    def enrol(self):
        self.heading("alice enrols herself")

        def first_code(output):
            self.codes.secret = re.findall(r"secret=([A-Z2-7]{32})", output)[-1]
            self.backup_codes = re.findall(r"\b[A-Z0-9]{4}-[A-Z0-9]{4}\b", output)
            return self.answers.new_code(output)

        done = self.converse("umbra-totp setup", logins.as_user("alice", "umbra-totp", "setup", "--qr", "utf8"),
                             *[first_code] * self.answers.tries)
        self.result(done.accepted and len(self.backup_codes) == 10, "enrolled, with ten backup codes")

    def log_in_and_become_root(self):
        self.heading("ssh with password and code")
        say(f"(then {self.number + 1} of {STEPS}, in the same session: sudo with password and the next code)")
        done = self.ssh(self.answers.new_code, *[self.answers.password, self.answers.new_code] * self.answers.tries,
                        command="echo this is $(id -un); sudo id", tries=self.answers.tries)
        self.result("this is alice" in done.output, "let in")
        self.heading("sudo inside that session, seen above")
        self.result("uid=0(root)" in done.output, "root")

    def refuse_a_wrong_code(self):
        self.heading("a wrong code")
        done = self.ssh(self.answers.exactly(self.codes.wrong()))
        self.result(not done.accepted and len(done.prompts) == 2, "refused")

    def refuse_a_replayed_code(self, text):
        self.heading(text)
        done = self.ssh(self.answers.exactly(self.codes.used[-1]))
        self.result(not done.accepted and len(done.prompts) == 2, "refused")

    def accept_a_backup_code(self):
        self.heading("a backup code instead of the phone")
        done = self.ssh(self.answers.exactly(self.backup_codes[0]), tries=self.answers.tries)
        self.result(done.accepted, "let in")

    def survive_a_kill(self):
        self.heading("the daemon is killed while ssh waits for the code, and started again")

        def answer(output):
            self.machine.daemon.kill_and_restart()
            print("[umbra-totpd: SIGKILL, started again] ", end="", flush=True)
            return self.answers.new_code(output)

        done = self.ssh(answer, tries=self.answers.tries)
        self.result(done.accepted, "let in")

    def refuse_without_the_daemon(self):
        self.heading("the daemon is stopped: nobody comes in with the password alone")
        self.machine.daemon.end()
        say("[umbra-totpd: stopped]")
        done = self.ssh(self.answers.exactly(self.backup_codes[1]))
        self.result(not done.accepted, "refused")


def wants_to_type():
    if "--auto" in sys.argv[1:] or not (sys.stdin.isatty() and sys.stdout.isatty()):
        return False
    print("\n    An authenticator app at hand? Then scan the QR code below and answer the prompts yourself.")
    answer = input("    Do that (y), or let the demonstration answer itself (n)? [y] ")
    return answer.strip().lower() in ("", "y", "yes")


if __name__ == "__main__":
    sys.exit(0 if Tour(wants_to_type()).run() else 1)
