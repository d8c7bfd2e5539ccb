"""One contender's users: as many as asked for, a PAM service of their own and, where there is one, a daemon."""
import json
import os
import pathlib
import shutil
import statistics
import subprocess

from daemon import Daemon
from namespace import PASSWORD, USERS_OF_A_HASH, unix_user

SECURITY = pathlib.Path("/usr/lib") / f"{os.uname().machine}-linux-gnu" / "security"
PEER_MODULES = {"google": "pam_google_authenticator.so", "oath": "pam_oath.so", "unix": "pam_unix.so",
                "permit": "pam_permit.so"}
UMBRA, GOOGLE, OATH, PERMIT = "umbra", "google", "oath", "permit"
YARDSTICK, TWICE = "yardstick", "yardstick-twice"  # twice: it asks first whether a code is wanted, as ours does
UNIX = {"yescrypt": "unix-yescrypt", "sha512": "unix-sha512"}
ANY = 0  # users, where their number makes no difference

# Logins in one step of the run, by how many at once; never more than there are users.
LOGINS = {1: 1_000, 2: 2_000, 8: 4_000, 32: 8_000, 64: 8_000}
FRESH_LOGINS = {1: 400, 8: 1_000}
OATH_LOGINS = {100_000: 60}  # by users, else 300: it reads and writes its whole file for each login
UNIX_LOGINS = {"unix-yescrypt": {1: 30, 8: 60}, "unix-sha512": {1: 100, 8: 200}}
REPEATS_OF_ONE = 8           # a single user is enrolled anew for each login


class Population:
    def __init__(self, contender, users, build, folder):
        self.contender, self.users, self.build = contender, users, build
        self.folder = folder / f"{contender}-{users}"
        self.confdir = folder / "pam.d"
        self.daemon = self._daemon(folder / f"{contender}-{users}.socket")
        self.unused = None  # the number of the first who has not logged in yet
        self.memory = {}    # samples of the daemon's after its steps, by how many at once
        self.starts = []    # seconds from exec to ready
        (self.confdir / self.folder.name).write_text(f"auth required {self._module()}\n")

    def _daemon(self, socket):
        if self.contender == UMBRA:
            words = [self.build / "daemon/umbra-totpd", "--config", "/nonexistent", "--socket", socket, "--state-dir",
                     self.folder / "state", "--keyring", self.folder / "keyring"]
        elif self.contender in (YARDSTICK, TWICE):
            words = [self.build / "tests/bench/yardstick", socket, self.folder]
        else:
            return None
        return Daemon(words, socket, self.build / "tests/bench")

    def _module(self):
        if self.contender == UMBRA:
            return f"{self.build}/pam_module/pam_umbra_totp.so socket={self.daemon.socket}"
        if self.contender in (YARDSTICK, TWICE):
            return f"{self.build}/tests/bench/pam_yardstick.so socket={self.daemon.socket}" + (
                " twice" if self.contender == TWICE else "")
        module = SECURITY / PEER_MODULES[self.contender.split("-")[0]]
        return str(module) + {GOOGLE: f" user=root secret={self.folder}/${{USER}}",
                              OATH: f" usersfile={self.folder}/users.oath window=3",
                              PERMIT: ""}.get(self.contender, " nodelay")

    def counts_users(self):
        return self.users != ANY

    def enrol(self):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
        kind = self.contender.removesuffix("-twice")
        subprocess.run([self.build / "tests/bench/make_records", kind, self.folder, str(self.users)], check=True)
        self.unused = 0

    def start(self):
        """Anew for each step, so that all of them find a daemon that has done nothing yet, and one memory of it after
        so many logins can be laid beside another."""
        self.stop()
        if self.daemon:
            self.starts.append(self.daemon.start())

    def stop(self):
        if self.daemon:
            self.daemon.stop()

    def _lines(self, count):
        """Who logs in, and with what: the first of those who have not yet; all are enrolled anew where too few are
        left, so that nobody comes twice within a time step."""
        if self.contender in UNIX.values():
            kind = self.contender.split("-")[1]
            return "".join(f"{unix_user(kind, n % USERS_OF_A_HASH)} {PASSWORD}\n" for n in range(count))
        if self.contender != PERMIT and (self.unused is None or self.unused + count > self.users):
            self.enrol()
        self.start()
        first = self.unused or 0
        if self.counts_users():
            self.unused += count
        os.sync()  # nobody pays for what another left to be written
        words = [self.build / "tests/bench/make_codes", str(first), str(count)]
        return subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True).stdout

    def count(self, workers, fresh):
        if self.contender in UNIX.values():
            return UNIX_LOGINS[self.contender][workers]
        wanted = (FRESH_LOGINS if fresh else LOGINS)[workers]
        if self.contender == OATH:
            wanted = OATH_LOGINS.get(self.users, 300)
        return min(wanted, self.users) if self.counts_users() else wanted

    def step(self, workers, fresh):
        """One row of figures: the medians are formed over rounds of these."""
        count = self.count(workers, fresh)
        mode = "fresh" if fresh else "warm" if count == 1 else "held"
        rows = [self._logins(workers, count, mode) for _ in range(REPEATS_OF_ONE if count == 1 else 1)]
        total = {key: sum(row[key] for row in rows) for key in ("logins", "refused", "seconds", "cpu")}
        accepted = total["logins"] - total["refused"]
        return {"p50": statistics.median(row["p50"] for row in rows), "p99": max(row["p99"] for row in rows),
                "rate": accepted / total["seconds"], "cpu_us": total["cpu"] / max(accepted, 1) * 1e6,
                "logins": total["logins"], "refused": total["refused"]}

    def _logins(self, workers, count, mode):
        lines = self._lines(count)
        words = [self.build / "tests/bench/login_bench", self.confdir, self.folder.name, str(workers), mode]
        before = self.daemon.cpu() if self.daemon else 0
        done = subprocess.run(words, check=True, input=lines, stdout=subprocess.PIPE, text=True)
        result = json.loads(done.stdout)
        if self.daemon:
            result["cpu"] += self.daemon.cpu() - before
            self.memory.setdefault(workers, []).append(self.daemon.memory())
            self.stop()  # nor has anybody's daemon work left while another is measured
        return result
