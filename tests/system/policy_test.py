"""The rules of config.toml in real logins, and umbra-totp doctor, which says the same before anybody tries."""
import contextlib
import json

import machine as on
import state
from check import check, expect
from logins import as_user, converse, ssh


@contextlib.contextmanager
def rules(m, *texts):
    m.daemon.configure("".join(f"[[rule]]\n{text}\n" for text in texts) + on.EXEMPT_SOURCE)
    try:
        yield
    finally:
        m.daemon.configure()


def doctor(user, service, source):
    where = ["--source", source] if source else []
    done = on.run("umbra-totp", "doctor", "--user", user.name, "--service", service, *where, "--json")
    return json.loads(done.stdout)


def what_happens(m, user, service, stack):
    """Logs in with the password and, where that is asked for, a backup code: of those there are ten at once."""
    state.use(service, stack)
    answers = [on.PASSWORD, lambda _output: user.backup_codes.pop() if user.codes else "123456"]
    if service == "sshd":
        done = ssh(m.sshd(), user.name, *answers)
    else:
        done = converse(as_user(user.name, service, "-k", "id", "-un"), *answers)
    if done.accepted:
        return "code" if len(done.prompts) == 2 else "pass"
    expect(len(done.prompts) >= 2, f"refused before a code was asked for: {done}")
    return "refused"


def expect_outcome(m, user, service, outcome, rule, source=""):
    """Over README's stack with nullok, that is: what may pass, passes."""
    told = doctor(user, service, source)
    expect(told["outcome"] == outcome and told["rule"] == rule, (outcome, rule, told))
    happened = what_happens(m, user, service, state.NULLOK_STACK)
    expect(happened == outcome.replace("_with_nullok", ""), f"{told}, and then {happened}")


@check("policy: without a rule who is enrolled is asked; who is not passes with nullok alone")
def _(m):
    enrolled, other = m.add_enrolled_user(), m.add_user()
    with rules(m):
        expect_outcome(m, enrolled, "sshd", "code", None)
        expect_outcome(m, other, "sshd", "pass_with_nullok", None)
        expect(what_happens(m, other, "sshd", state.STACK) == "refused", "passed without nullok")


@check("policy: by service: exempt in sshd, asked in sudo")
def _(m):
    user, other = m.add_enrolled_user(), m.add_user()
    with rules(m, 'service = ["sshd"]\nsecond_factor = "exempt"',
               'service = ["sudo"]\nsecond_factor = "required"'):
        expect_outcome(m, user, "sshd", "pass", 1, "127.0.0.1")
        expect_outcome(m, user, "sudo", "code", 2)
        expect_outcome(m, other, "sshd", "pass", 1, "127.0.0.1")
        expect_outcome(m, other, "sudo", "refused", 2)


@check("policy: by group: required for its members, enrolled or not; nobody else")
def _(m):
    on.run("groupadd", "umbra-wheel")
    member, enrolled, other = m.add_user(), m.add_enrolled_user(), m.add_user()
    for user in (member, enrolled):
        on.run("usermod", "--append", "--groups", "umbra-wheel", user.name)
    with rules(m, 'group = ["umbra-wheel"]\nsecond_factor = "required"'):
        expect_outcome(m, member, "sshd", "refused", 1)
        expect_outcome(m, enrolled, "sshd", "code", 1)
        expect_outcome(m, other, "sshd", "pass_with_nullok", None)


@check("policy: by user: the first rule that matches wins")
def _(m):
    first, second = m.add_enrolled_user(), m.add_enrolled_user()
    with rules(m, f'user = ["{first.name}"]\nsecond_factor = "exempt"',
               f'user = ["{first.name}", "{second.name}"]\nsecond_factor = "required"'):
        expect_outcome(m, first, "sshd", "pass", 1)
        expect_outcome(m, second, "sshd", "code", 2)
        told = doctor(second, "sshd", "")
        line = on.CONFIG.read_text().splitlines()[told["line"] - 1]
        expect(line == "[[rule]]" and told["line"] > 1, (told, line))


@check("policy: by source: exempt from 127.0.0.1, asked from anywhere else and where there is no address")
def _(m):
    user = m.add_enrolled_user()
    with rules(m, 'source = ["127.0.0.0/8"]\nsecond_factor = "exempt"'):
        expect_outcome(m, user, "sshd", "pass", 1, "127.0.0.1")
        expect_outcome(m, user, "sudo", "code", None)
        expect(doctor(user, "sshd", "192.0.2.7")["outcome"] == "code", doctor(user, "sshd", "192.0.2.7"))
    with rules(m, 'source = ["192.0.2.0/24"]\nsecond_factor = "exempt"'):
        expect(doctor(user, "sshd", "192.0.2.7")["outcome"] == "pass", doctor(user, "sshd", "192.0.2.7"))
        expect_outcome(m, user, "sshd", "code", None, "127.0.0.1")


@check("policy: optional before required lets one user pass with nullok")
def _(m):
    user, other = m.add_user(), m.add_user()
    with rules(m, f'user = ["{user.name}"]\nsecond_factor = "optional"', 'second_factor = "required"'):
        expect_outcome(m, user, "sshd", "pass_with_nullok", 1)
        expect_outcome(m, other, "sshd", "refused", 2)


@check("policy: a configuration with a mistake changes nothing, and the daemon's log names its line")
def _(m):
    user = m.add_enrolled_user()
    with rules(m, f'user = ["{user.name}"]\nsecond_factor = "exempt"'):
        m.daemon.configure('[[rule]]\nsecond_factor = "exmept"\n')
        expect("config.toml:2" in m.logs()["umbra-totpd"].splitlines()[-1], m.logs()["umbra-totpd"][-500:])
        expect(what_happens(m, user, "sshd", state.NULLOK_STACK) == "pass", "the rule of before is gone")


@check("policy: doctor tells who is locked")
def _(m):
    user = m.add_enrolled_user()
    state.use("sshd")
    for _ in range(5):
        ssh(m.sshd(), user.name, "not the password")
    told = doctor(user, "sshd", "127.0.0.1")
    expect(told["locked"] and not told["source_locked"], told)
    expect(what_happens(m, user, "sshd", state.STACK) == "refused", "let in")
