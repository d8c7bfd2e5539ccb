"""A daemon of the benchmark: started and stopped, its start timed, its CPU and memory read."""
import os
import pathlib
import signal
import socket
import subprocess
import time

PATIENCE = 60  # seconds


class Daemon:
    def __init__(self, words, listens_at, libraries):
        self.words, self.socket = words, listens_at
        self.log = listens_at.with_suffix(".log")
        self.notify = listens_at.with_suffix(".notify")
        # Our users exist for the daemon alone, by a name service that lies in the build folder.
        self.environment = dict(os.environ, LD_LIBRARY_PATH=str(libraries), NOTIFY_SOCKET=str(self.notify))
        self.process = None

    def start(self):
        """Seconds until the daemon said READY=1, as sd_notify(3) has it."""
        self.notify.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told, open(self.log, "w") as log:
            told.bind(str(self.notify))
            told.settimeout(PATIENCE)
            begin = time.monotonic()
            self.process = subprocess.Popen(self.words, stderr=log, env=self.environment)
            try:
                while b"READY=1" not in told.recv(4096):
                    pass
            except TimeoutError:
                raise RuntimeError("the daemon did not start: " + self.log.read_text()) from None
            return time.monotonic() - begin

    def stop(self):
        if self.process:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(PATIENCE)
        self.process = None

    def cpu(self):
        """Seconds of all its threads, to the nanosecond: the clock that clock_getcpuclockid(3) names."""
        return time.clock_gettime(~self.process.pid << 3 | 2)

    def memory(self):
        """KiB by VmRSS, RssAnon (its own) and RssFile (the page cache: programs, libraries, the mapped database)."""
        lines = pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        fields = dict(line.split(":", 1) for line in lines)
        return {name: int(fields[name].split()[0]) for name in ("VmRSS", "RssAnon", "RssFile")}
