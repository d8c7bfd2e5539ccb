"""The real umbra-totpd as a process with a folder of its own, and raw requests to it; ruled by common/protocol.hpp."""
import hashlib
import hmac
import os
import pathlib
import signal
import socket
import struct
import subprocess
import tempfile
import time

BEGIN, VERIFY, COMPLETE, SETUP, CONFIRM, CHECK, UNLOCK, STATUS = 1, 2, 3, 17, 18, 19, 22, 20
# Accounts that every Debian has.
USERS = ["daemon", "bin", "sys", "games", "man", "lp", "mail", "news", "uucp", "proxy", "www-data", "backup", "list",
         "irc", "nobody", "_apt"]


def text(value):
    raw = value.encode() if isinstance(value, str) else value
    return struct.pack("<H", len(raw)) + raw


class Fields:
    """Reads a reply's fields in their order."""
    def __init__(self, raw):
        self.raw = raw

    def number(self, form):
        value, = struct.unpack_from("<" + form, self.raw)
        self.raw = self.raw[struct.calcsize("<" + form):]
        return value

    def text(self):
        size = self.number("H")
        value, self.raw = self.raw[:size], self.raw[size:]
        return value


def packet(op, fields, request=None):
    return bytes([1, op]) + (request or os.urandom(16)) + fields


def begin_fields(user, rhost=""):
    return text(user) + text("sshd") + text("ssh") + text(rhost) + b"\0\0"


def connect(path, timeout=10):
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    connection.settimeout(timeout)
    connection.connect(path)
    return connection


def code(secret, step, digits=6):
    """RFC 6238 with SHA-1."""
    mac = hmac.new(secret, struct.pack(">Q", step), hashlib.sha1).digest()
    at = mac[-1] & 15
    return f"{(int.from_bytes(mac[at:at + 4], 'big') & 0x7FFFFFFF) % 10 ** digits:0{digits}}"


class Daemon:
    def __init__(self, config="", environment=None):
        self.folder = tempfile.TemporaryDirectory(prefix="umbra-whole-")
        self.base = pathlib.Path(self.folder.name)
        self.base.chmod(0o755)  # others connect as well
        self.socket = str(self.base / "socket")
        (self.base / "config.toml").write_text(config)
        self.environment = environment or {}
        self.process = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        if self.process:
            self.stop(signal.SIGKILL)
        self.folder.cleanup()

    def start(self):
        before = len(self.log())
        words = [os.environ["UMBRA_TOTPD"]]
        for option in ("config", "state-dir", "keyring", "socket"):
            words += [f"--{option}", str(self.base / {"config": "config.toml", "state-dir": "state"}.get(option, option))]
        with open(self.base / "log", "ab") as log:
            self.process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            env={**os.environ, **self.environment})
        end = time.monotonic() + 20
        while "ready at" not in self.log()[before:]:
            if self.process.poll() is not None or time.monotonic() > end:
                raise AssertionError(f"the daemon does not start: {self.log()[before:]}")
            time.sleep(0.01)

    def stop(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        status = self.process.wait(15)
        self.process = None
        return status

    def log(self):
        path = self.base / "log"
        return path.read_text(errors="replace") if path.exists() else ""

    @staticmethod
    def logs():
        """For check.run_all(): a crowd's log is nothing to print."""
        return {}

    def ask(self, op, fields, request=None):
        """The reply's status and fields, over a connection of its own."""
        with connect(self.socket) as connection:
            connection.send(packet(op, fields, request))
            reply = connection.recv(16384)
        if len(reply) < 19:
            raise AssertionError("closed without an answer")
        return reply[18], Fields(reply[19:])

    def setup(self, user, period=30, digits=6):
        """What `setup` shows: the secret and the backup codes."""
        status, reply = self.ask(SETUP, text(user) + text("") + struct.pack("<BBI?", 1, digits, period, True))
        assert status == 0, f"setup: status {status}"
        reply.number("H")
        reply.text()
        reply.text()
        backup_codes = reply.text().decode().split()
        return reply.text(), backup_codes

    def code_request(self, op, user, answer):
        """Whether a confirm or check was accepted, and why not (wire::Reason)."""
        status, reply = self.ask(op, text(user) + text(answer))
        assert status == 0, f"status {status}"
        return bool(reply.number("B")), reply.number("B")

    def enrol(self, user, step, period=30, digits=6):
        """A secret whose code of `step` is spent."""
        secret, backup_codes = self.setup(user, period, digits)
        accepted, reason = self.code_request(CONFIRM, user, code(secret, step, digits))
        assert accepted, f"confirm: reason {reason}"
        return secret, backup_codes

    def begin(self, user, rhost=""):
        """The challenge, and the request id that it belongs to."""
        request = os.urandom(16)
        status, reply = self.ask(BEGIN, begin_fields(user, rhost), request)
        assert status == 0, f"begin: status {status}"
        reply.number("H")
        return reply.text(), request

    def verify(self, challenge, request, answer):
        """What complete redeems; empty where refused."""
        status, reply = self.ask(VERIFY, text(challenge) + text(answer), request)
        assert status == 0, f"verify: status {status}"
        accepted = reply.number("?")
        reply.number("H")
        return reply.text() if accepted else b""

    def login(self, user, answer, rhost=""):
        """As the module does it: three exchanges, three connections."""
        verified = self.verify(*self.begin(user, rhost), answer)
        if verified:
            assert self.ask(COMPLETE, text(verified))[0] == 0
        return bool(verified)

    def processor_seconds(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
