#!/usr/bin/python3
"""What is left of secrets, codes and keys after a login, where nobody needs them any more. Prints TAP; run as root.

The daemon's own memory is read as root reads it: the key ring must be in it, a user's secret and codes must not.
What the module leaves in its caller is looked for by tests/integration/pam_module/process_test.cpp.
"""
import base64
import os
import pathlib
import resource
import signal
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "system"))
from check import check, expect, explain, run_all  # noqa: E402
from totpd import CHECK, CONFIRM, Daemon, code, text  # noqa: E402

STATUS, BACKUP_CODES, DISABLE = 20, 24, 25
LARGE = 1 << 28  # bytes; LMDB's map is larger, and is a file that is looked at as one
USER = "daemon"


def shapes(secret):
    """The bytes as they are, and as anybody might have written them."""
    plain = base64.b64encode(secret).rstrip(b"=")
    return {"raw": secret, "hex": secret.hex().encode(), "HEX": secret.hex().upper().encode(),
            "base32": base64.b32encode(secret).rstrip(b"="), "base64": plain,
            "base64url": plain.translate(bytes.maketrans(b"+/", b"-_"))}


def memory_of(pid):
    """(what it is, bytes) of all that the process may write."""
    with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", 0) as memory:
        for line in maps:
            words = line.split()
            first, last = (int(word, 16) for word in words[0].split("-"))
            if not words[1].startswith("rw") or last - first > LARGE:
                continue
            memory.seek(first)
            try:
                yield f"{words[5] if len(words) > 5 else 'anonymous'}+{first:x}", memory.read(last - first)
            except OSError:  # a guard page
                pass


def found(pid, wanted):
    """What of {name: bytes} is in the process's memory, and where."""
    return [f"{name} in {place} at {held.find(value):#x}" for place, held in memory_of(pid)
            for name, value in wanted.items() if value in held]


class Secrets:
    """A user with everything that somebody might find; eight digits, so that a code is not there by chance."""
    def __init__(self, daemon, user):
        self.secret, self.backup_codes = daemon.setup(user, digits=8)
        step = int(time.time()) // 30  # this one and the next are good until the next has passed
        self.code = code(self.secret, step, 8)
        confirmed = daemon.code_request(CONFIRM, user, self.code)
        expect(confirmed[0], f"cannot enrol: {confirmed}")
        self.next = code(self.secret, step + 1, 8)
        self.wrong = code(self.secret, step + 1000, 8)

    def all(self):
        wanted = {f"secret ({name})": value for name, value in shapes(self.secret).items()}
        # Of a key in HMAC's inner and outer pad, the form in which it is used.
        for name, pad in (("inner", 0x36), ("outer", 0x5c)):
            wanted[f"secret ({name} pad)"] = bytes(byte ^ pad for byte in self.secret)
        for name in ("code", "next", "wrong"):
            wanted[name] = getattr(self, name).encode()
        for number, backup_code in enumerate(self.backup_codes):
            wanted[f"backup code {number}"] = backup_code.encode()
            wanted[f"backup code {number}, bare"] = backup_code.replace("-", "").encode()
        return wanted


def key_of(daemon):
    line = (daemon.base / "keyring").read_text().split()[-1]
    return base64.urlsafe_b64decode(line)


@check("after setup, confirm, login, wrong codes and backup codes the daemon's memory holds none of them")
def memory(daemon):
    user = daemon.user = Secrets(daemon, USER)
    expect(daemon.login(USER, user.next), "the login was refused")
    expect(not daemon.login(USER, user.wrong), "a wrong code was accepted")
    expect(daemon.code_request(CHECK, USER, user.backup_codes[0])[0], "a backup code was refused")
    expect(not daemon.code_request(CHECK, USER, user.backup_codes[0])[0], "a backup code was accepted twice")
    expect(not daemon.login("no-such-user", user.wrong), "nobody was accepted")
    fresh, reply = daemon.ask(BACKUP_CODES, text(USER) + text("a password of nobody's") + text(""))
    expect(fresh == 0, f"backup codes: status {fresh}")
    reply.number("H")
    reply.text()
    user.backup_codes += reply.text().decode().split()
    expect(len(user.backup_codes) == 20, user.backup_codes)
    pid = daemon.process.pid
    key = key_of(daemon)
    expect(found(pid, {"encryption key": key[16:]}), "the search finds nothing: the ring's key must be there")
    for moment in ("at once", "at rest"):
        left = found(pid, {**user.all(), "password": b"a password of nobody's"})
        expect(not left, f"{moment}: {left}")
        time.sleep(2.5)  # a checkpoint, and connections that end


@check("no argument, environment, log, database or journal holds a secret, a code or a key")
def files(daemon):
    wanted = daemon.user.all()
    key = key_of(daemon)
    for what, value in (("whole key", key), ("signing key", key[:16]), ("encryption key", key[16:])):
        wanted.update({f"{what} ({name})": shape for name, shape in shapes(value).items()})
    places = [pathlib.Path(f"/proc/{daemon.process.pid}/{name}") for name in ("cmdline", "environ")]
    places += [path for path in daemon.base.rglob("*") if path.is_file() and path.name != "keyring"]
    expect({"data.mdb", "journal", "log"} <= {path.name for path in places}, places)
    for path in places:
        held = path.read_bytes()
        for name, value in wanted.items():
            expect(value not in held, f"{name} in {path}")


@check("the kernel writes no core of it, not even where its starter wanted one")
def no_core(daemon):
    pid = daemon.process.pid
    limits = resource.prlimit(pid, resource.RLIMIT_CORE)
    expect(limits == (0, 0), f"RLIMIT_CORE {limits}")
    owner = os.stat(f"/proc/{pid}/environ")
    expect((owner.st_uid, owner.st_gid) == (0, 0), owner)
    try:  # with the limit lifted, not being dumpable still stops it
        resource.prlimit(pid, resource.RLIMIT_CORE, (resource.RLIM_INFINITY,) * 2)
    except PermissionError:
        explain("the limit cannot be lifted here")
    pattern = pathlib.Path("/proc/sys/kernel/core_pattern").read_text().strip()
    explain(f"core_pattern: {pattern}")
    daemon.process.send_signal(signal.SIGABRT)
    pid, status = os.waitpid(pid, 0)
    daemon.process = None
    expect(os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGABRT, f"status {status}")
    expect(not os.WCOREDUMP(status), "the kernel says that it dumped a core")


def main():
    hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
    resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
    with Daemon() as daemon:
        return run_all(daemon)


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
