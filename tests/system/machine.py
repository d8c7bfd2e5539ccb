"""The machine inside packaging/sandbox: its accounts, PAM files, sshd, system log and umbra-totpd.

Only for use in there: it writes to /etc and starts daemons.
"""
import contextlib
import dataclasses
import json
import os
import pathlib
import pwd
import signal
import socket
import subprocess
import threading
import time

PASSWORD = "correct horse 1"
LOGS = pathlib.Path("/var/log/umbra-sandbox")

# pam_unix has whatever fails behind it wait two seconds, which these tests have no time for.
PASSWORD_LINE = "auth requisite pam_unix.so nullok nodelay"
CODE_LINE = "auth required pam_umbra_totp.so"
CODE_AFTER_PASSWORD = f"{PASSWORD_LINE}\n{CODE_LINE} after_password"
CONFIG = pathlib.Path("/etc/umbra-totp/config.toml")
# Every login comes from one address or terminal here, and the refused ones are not to shut the others out.
EXEMPT_SOURCE = '[source]\nfailures = 10000\nexempt = ["127.0.0.0/8"]\n'
ACCOUNT = "account required pam_unix.so\naccount required pam_umbra_totp.so"


def run(*command, text=None, check=True):
    return subprocess.run(command, input=text, capture_output=True, text=True, check=check)


def wait_until(what, condition, seconds=10.0):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"{what}: not within {seconds:g} s; the logs in {LOGS} say more")
        time.sleep(0.01)


def write_pam(service, auth=CODE_AFTER_PASSWORD, account=ACCOUNT):
    """The whole PAM stack of one service; libpam reads it anew at each login."""
    pathlib.Path("/etc/pam.d", service).write_text(
        f"{auth}\n{account}\npassword required pam_deny.so\nsession required pam_permit.so\n")


class Codes:
    """Codes of one secret, from oathtool: never one twice, and never one that the window no longer holds."""

    def __init__(self, secret, period=30):
        self.secret, self.period, self.last, self.used = secret, period, 0, []

    def at(self, step):
        done = run("oathtool", "--totp", "--base32", f"--now=@{step * self.period}", "-", text=self.secret)
        return done.stdout.strip()

    def seconds_to_wait(self):
        """Until fresh() has a code: the window takes one step ahead, so two are free at once, then the clock rules."""
        return max(0.0, self.last * self.period - time.time())

    def fresh(self):
        """The next code that was not used yet."""
        time.sleep(self.seconds_to_wait())
        self.last = max(self.last + 1, int(time.time()) // self.period)
        self.used.append(self.at(self.last))
        return self.used[-1]

    def wrong(self):
        """Six digits that are no code of this secret at any time near now."""
        now = int(time.time()) // self.period
        right = {self.at(step) for step in range(now - 4, now + 5)}
        return next(guess for guess in map("{:06d}".format, range(123456, 123999)) if guess not in right)


@dataclasses.dataclass
class User:
    name: str
    codes: Codes = None
    backup_codes: list = None


class Daemon:
    """umbra-totpd at its real paths; started when it says READY."""

    NOTIFY = "/run/umbra-totp-notify"

    def __init__(self):
        self.process = None

    def start(self):
        pathlib.Path("/run/umbra-totp").mkdir(mode=0o755, exist_ok=True)
        pathlib.Path("/etc/umbra-totp").mkdir(mode=0o755, exist_ok=True)
        pathlib.Path("/var/lib/umbra-totp").mkdir(mode=0o700, exist_ok=True)
        with self._until_ready(), open(LOGS / "umbra-totpd", "ab") as log:
            self.process = subprocess.Popen(["umbra-totpd"], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            env={"PATH": os.environ["PATH"], "NOTIFY_SOCKET": self.NOTIFY})

    @contextlib.contextmanager
    def _until_ready(self):
        """Waits at its end for the daemon's word that it has done what was begun in here."""
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.NOTIFY)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ready:
            ready.bind(self.NOTIFY)
            ready.settimeout(20)
            yield
            while b"READY=1" not in ready.recv(4096).splitlines():
                pass

    def configure(self, text=""):
        """Has the daemon read this configuration in place of the one before."""
        CONFIG.write_text(text or EXEMPT_SOURCE)
        with self._until_ready():
            self.process.send_signal(signal.SIGHUP)

    def end(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        return self.process.wait(20)

    def kill_and_restart(self):
        self.end(signal.SIGKILL)
        self.start()


class Machine:
    def __init__(self):
        LOGS.mkdir(exist_ok=True)
        os.umask(0o022)
        self.daemon = Daemon()
        self.users = []
        self.ports = {}
        self.secrets = {PASSWORD}
        self._read_syslog()
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "/root/host_key")
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "/root/user_key")
        for service in ("sshd", "sudo", "su", "login"):
            write_pam(service)

    @staticmethod
    def _read_syslog():
        """A reader for /dev/log: without one, each line costs its writer time, and nobody could look for leaks."""
        log = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        log.bind("/dev/log")
        os.chmod("/dev/log", 0o666)

        def copy():
            with open(LOGS / "syslog", "ab", buffering=0) as out:
                while True:
                    out.write(log.recv(65536).rstrip(b"\0\n") + b"\n")

        threading.Thread(target=copy, daemon=True).start()

    def add_user(self, name=None):
        """An account with a home, PASSWORD and the key of /root/user_key. It may use sudo."""
        if name is None:
            name = f"user{len(self.users):02d}"
        if any(account.pw_name == name for account in pwd.getpwall()):  # of the copied machine
            run("userdel", name)
        run("useradd", "--create-home", "--shell", "/bin/sh", name)
        run("chpasswd", "--crypt-method", "SHA512", text=f"{name}:{PASSWORD}\n")
        keys = pathlib.Path("/home", name, ".ssh")
        keys.mkdir(mode=0o755)
        (keys / "authorized_keys").write_bytes(pathlib.Path("/root/user_key.pub").read_bytes())
        pathlib.Path("/etc/sudoers.d", name).write_text(f"{name} ALL=(ALL) ALL\n")
        self.users.append(User(name))
        return self.users[-1]

    def add_enrolled_user(self):
        user = self.add_user()
        setup = json.loads(run("umbra-totp", "setup", user.name, "--json", "--no-confirm").stdout)
        user.codes = Codes(setup["secret"])
        user.backup_codes = setup["backup_codes"]
        self.secrets.update([setup["secret"], *user.backup_codes])
        run("umbra-totp", "confirm", user.name, user.codes.fresh())
        return user

    def sshd(self, methods="keyboard-interactive", **settings):
        """The loopback port of an sshd that asks for these methods; started when first asked for."""
        key = (methods, *settings.items())
        if key not in self.ports:
            port = 2200 + len(self.ports)
            config = pathlib.Path(f"/etc/ssh/sshd_config-{port}")
            config.write_text("".join(f"{name} {value}\n" for name, value in {
                "ListenAddress": "127.0.0.1", "Port": port, "HostKey": "/root/host_key", "PidFile": "none",
                "UsePAM": "yes", "KbdInteractiveAuthentication": "yes", "PasswordAuthentication": "no",
                "AuthenticationMethods": methods, "MaxStartups": 100, "LogLevel": "VERBOSE", **settings}.items()))
            pathlib.Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
            subprocess.Popen(["/usr/sbin/sshd", "-D", "-f", str(config), "-E", str(LOGS / "sshd")],
                             stdin=subprocess.DEVNULL)
            wait_until(f"sshd on port {port}", lambda: self.answers(port))
            self.ports[key] = port
        return self.ports[key]

    @staticmethod
    def answers(port):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    def codes_used(self):
        return [code for user in self.users if user.codes for code in user.codes.used]

    def logs(self):
        return {path.name: path.read_text(errors="replace") for path in LOGS.iterdir()}
