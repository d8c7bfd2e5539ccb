"""Conversations with ssh, sudo, su, login and pamtester on a terminal of their own (pexpect)."""
import dataclasses
import re

import pexpect

# A prompt is the text without a newline at which a program waits for an answer.
PROMPT = re.compile(r"(?P<prompt>[^\r\n]*(?i:password|code|login)[^\r\n:]*: ?)$")
SECONDS = 30


@dataclasses.dataclass
class Login:
    accepted: bool
    prompts: list  # what was asked, in order
    output: str    # everything the program wrote

    def __str__(self):
        return f"accepted={self.accepted} prompts={self.prompts} output={self.output!r}"


def converse(command, *answers, see=None, environment=None, dimensions=(40, 120)):
    """Runs `command`, gives each prompt the next answer: a string, or a function called then with the output so far.

    A prompt beyond the last answer ends the conversation as refused. `see` gets all output while it comes.
    """
    child = pexpect.spawn(command[0], list(command[1:]), encoding="utf-8", codec_errors="replace", timeout=SECONDS,
                          env=environment, dimensions=dimensions)
    child.delaybeforesend = None
    child.logfile_read = see
    prompts, output, left = [], "", list(answers)
    while child.expect([PROMPT, pexpect.EOF]) == 0:
        prompts.append(child.match["prompt"].strip())
        output += child.before + child.after
        if not left:
            child.close(force=True)
            return Login(False, prompts, output)
        answer = left.pop(0)
        child.waitnoecho(2)
        child.sendline(answer(output) if callable(answer) else answer)
    output += child.before
    child.close()
    return Login(child.exitstatus == 0, prompts, output)


def ssh_command(port, user, *command, options=()):
    return ["ssh", "-F", "none", *options, "-p", str(port), "-o", "UserKnownHostsFile=/root/known_hosts",
            "-o", "StrictHostKeyChecking=no", "-o", "LogLevel=ERROR", "-o", "NumberOfPasswordPrompts=1",
            "-o", "IdentityAgent=none", f"{user}@127.0.0.1", *command]


def ssh(port, user, *answers, command=("id", "-un"), options=()):
    return converse(ssh_command(port, user, *command, options=options), *answers)


def as_user(user, *command):
    return ["runuser", "-u", user, "--", *command]
