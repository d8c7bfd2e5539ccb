"""A real umbra-totpd in a folder of its own whose system calls fail at will, and the ledger of what callers heard."""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import time

DAEMON, TOOL, MODULE, LOGIN = (os.environ[name] for name in ("UMBRA_TOTPD", "UMBRA_TOTP", "UMBRA_PAM_MODULE",
                                                             "UMBRA_ONE_LOGIN"))
SUCCESS, AUTH_ERR, IGNORED = 0, 7, 10  # IGNORED: what the stack says behind PAM_IGNORE
PATIENCE = 5.0  # seconds that nothing may take longer than
STEP = 30
STACK = """\
auth [success=done ignore=ignore default=die] {module} nullok timeout=4 socket={socket}
auth requisite pam_debug.so auth=user_unknown
account [success=done ignore=ignore default=die] {module} socket={socket}
account requisite pam_debug.so acct=acct_expired
"""
CONFIG = "[lockout]\nmonthly_limit = 0\nconsecutive_limit = 0\n[backup_codes]\ncount = 1\n"


class Finding(AssertionError):
    """What must not happen, happened."""


def expect(condition, what):
    if not condition:
        raise Finding(what)


def code_at(secret, step):
    return subprocess.run(["oathtool", "--totp", "--base32", f"--now=@{step * STEP}", "-"], input=secret, text=True,
                          capture_output=True, check=True).stdout.strip()


def wrong_code(secret):
    now = int(time.time()) // STEP
    right = {code_at(secret, step) for step in range(now - 2, now + 4)}
    return next(guess for guess in ("111111", "222222", "333333", "444444", "555555") if guess not in right)


def injection(call, error, when, trace, file=None):
    """The words that have one system call fail, on `file` alone where there is one: at its `when`th time in each thread
    ("3"), or from then on ("3+"). prctl is seen as well: see has_begun()."""
    return ["strace", "-D", "-f", "-qq", "-o", str(trace), "-e", f"trace={call},prctl", "-e", "signal=none", "-e",
            f"inject={call}:error={error}:when={when}", *(["-P", str(file)] if file else [])]


def has_begun(trace):
    """Whether the daemon's own code ran: switching cores off is the first thing that it does. Before that ld.so runs,
    which crashes where it gets no memory."""
    return trace is None or "PR_SET_DUMPABLE" in trace.read_text(errors="replace")


class Scene:
    """One folder: state, key ring, socket, PAM file."""

    def __init__(self, folder, template=None):
        self.folder = pathlib.Path(folder)
        if template:
            subprocess.run(["cp", "-r", "--sparse=always", template.folder, folder], check=True)
            self.path("socket").unlink(missing_ok=True)
        else:
            self.folder.mkdir()
            self.path("config.toml").write_text(CONFIG)
        self.path("pam.d").mkdir(exist_ok=True)
        self.path("pam.d/umbra-fault").write_text(STACK.format(module=MODULE, socket=self.path("socket")))
        self.process = None

    def path(self, name):
        return self.folder / name

    def remove(self):
        if self.process:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder)

    def log(self):
        return self.path("log").read_text(errors="replace") if self.path("log").exists() else ""

    def start(self, injected=(), trace=None):
        """True when it is ready, false where it ended instead: then with one clear line, and by no signal. `trace`: what
        strace wrote of it."""
        before = len(self.log())
        with open(self.path("log"), "ab") as log:
            self.process = subprocess.Popen(
                [*injected, DAEMON, "--config", self.path("config.toml"), "--state-dir", self.path("state"),
                 "--keyring", self.path("keyring"), "--socket", self.path("socket")],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if "ready at" in self.log()[before:]:
                return True
            if self.process.poll() is not None:
                if self.process.returncode == -signal.SIGSEGV and not has_begun(trace):
                    return False
                self.ended("the start")
                expect("umbra-totpd: " in self.log()[before:] or self.process.returncode == 127,
                       f"a start that failed without a word: {self.process.returncode}")
                return False
            # One whose words cannot be written says nothing.
            if injected and time.monotonic() > end - PATIENCE + 1 and self.path("socket").exists():
                return True
            time.sleep(0.005)
        raise Finding(f"a start that hangs: {self.log()[before:]}")

    def ended(self, what):
        """127 is ld.so's, where the daemon did not even begin."""
        expect(self.process.returncode in (0, 1, 127), f"{what} ended with {self.process.returncode}: {self.log()}")

    def end(self, number):
        """Whether it was there to be ended; a graceful stop has the daemon's own five seconds, and some."""
        alive = self.process.poll() is None
        if alive:
            self.process.send_signal(number)
        try:
            self.process.wait(2 * PATIENCE)
        except subprocess.TimeoutExpired:
            raise Finding(f"a stop that hangs: {self.log()}") from None
        if number != signal.SIGKILL or not alive:
            self.ended("a run")
        return alive

    def log_in(self, user, answer, injected=()):
        begin = time.monotonic()
        try:
            done = subprocess.run([*injected, LOGIN, self.path("pam.d"), "umbra-fault", user, answer], timeout=30,
                                  stdin=subprocess.DEVNULL, capture_output=True)
        except subprocess.TimeoutExpired:
            raise Finding("a login that hangs") from None
        # Two exchanges, each with its own four seconds; where nothing answers the first is the last.
        expect(time.monotonic() - begin < 2 * PATIENCE, f"a login took {time.monotonic() - begin:.1f} s")
        return done.returncode

    def tool(self, *words):
        try:
            return subprocess.run([TOOL, "--socket", self.path("socket"), *words], timeout=20, text=True,
                                  stdin=subprocess.DEVNULL, capture_output=True)
        except subprocess.TimeoutExpired:
            raise Finding(f"umbra-totp {words[0]} hangs") from None

    def enrol(self, user, step):
        """The secret, once the first code was accepted; none where it could not be."""
        done = self.tool("setup", user, "--json", "--no-confirm")
        if done.returncode != 0:
            return None
        secret = json.loads(done.stdout)["secret"]
        return secret if self.tool("confirm", user, code_at(secret, step)).returncode == 0 else None

    def status(self, user):
        done = self.tool("status", user, "--json")
        expect(done.returncode == 0, f"no status after the restart: {done.stderr}")
        return json.loads(done.stdout)
