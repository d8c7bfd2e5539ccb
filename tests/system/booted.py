"""The machine inside packaging/sandbox --boot: what machine.py knows, and systemd, its journal and our units."""
import contextlib
import json
import os
import pathlib
import socketserver
import threading

import machine as on

SERVICE, SOCKET = "umbra-totpd.service", "umbra-totpd.socket"


class Booted(on.Machine):
    def __init__(self):
        on.LOGS.mkdir(exist_ok=True)
        os.umask(0o022)
        self.users, self.ports, self.secrets = [], {}, {on.PASSWORD}
        on.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "/root/host_key")
        on.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "/root/user_key")

    def enrol(self, user):
        """An account that was there before the daemon."""
        setup = json.loads(on.run("umbra-totp", "setup", user.name, "--json", "--no-confirm").stdout)
        user.codes, user.backup_codes = on.Codes(setup["secret"]), setup["backup_codes"]
        on.run("umbra-totp", "confirm", user.name, user.codes.fresh())

    def logs(self):
        return {"journal": on.run("journalctl", "--no-pager", "-q").stdout, **super().logs()}


def systemctl(*words, check=True):
    return on.run("systemctl", *words, check=check).stdout.strip()


def shown(name, unit=SERVICE):
    """One property of a unit."""
    return systemctl("show", "--value", "-p", name, unit)


def main_pid():
    return int(shown("MainPID"))


def status_of(pid):
    lines = pathlib.Path("/proc", str(pid), "status").read_text().splitlines()
    return dict(line.replace("\t", " ").split(": ", 1) for line in lines if ": " in line.replace("\t", " "))


def journal(**fields):
    """Entries of the daemon that have these fields."""
    on.run("journalctl", "--sync")
    found = on.run("journalctl", "-q", "-o", "json", "-u", SERVICE, *(f"{k}={v}" for k, v in fields.items()))
    return [json.loads(line) for line in found.stdout.splitlines()]


def user_status(user):
    return json.loads(on.run("umbra-totp", "status", user, "--json").stdout)


def failures(user):
    return user_status(user)["failures"]


def enabled(user):
    return user_status(user)["enabled"]


def drop_in(text, name="test"):
    """Sets these lines beside the unit's own; none: takes them back."""
    path = pathlib.Path("/etc/systemd/system", f"{SERVICE}.d", f"{name}.conf")
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"[Service]\n{text}\n" if text else "")
    systemctl("daemon-reload")


class UserDirectory:
    """A directory service as sssd is one: it knows a user whom no file names, and is asked through a Unix socket.

    The protocol is that of systemd's User/Group Record Lookup API (varlink), which the name service "systemd" speaks.
    """
    NAME = "umbra.test.Directory"

    def __init__(self, user, uid):
        self.record = {"userName": user, "uid": uid, "gid": uid, "realName": user, "homeDirectory": "/nonexistent",
                       "shell": "/bin/sh", "disposition": "regular", "service": self.NAME}
        self.asked = []
        directory = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self):
                waiting = b""
                with contextlib.suppress(ConnectionError):  # who has its answer does not wait for another one
                    while received := self.request.recv(65536):
                        *calls, waiting = (waiting + received).split(b"\0")
                        for call in calls:
                            self.request.sendall(json.dumps(directory.answer(json.loads(call))).encode() + b"\0")

        self.path = pathlib.Path("/run/systemd/userdb", self.NAME)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.server = socketserver.ThreadingUnixStreamServer(str(self.path), Handler)
        os.chmod(self.path, 0o666)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        """Off again: whoever lists all users would wait for this very process."""
        self.server.shutdown()
        self.server.server_close()
        self.path.unlink()

    def answer(self, call):
        wanted = call.get("parameters", {})
        known = (self.record["userName"], self.record["uid"])
        if call["method"].endswith(".GetUserRecord") and (wanted.get("userName") == known[0] or
                                                          wanted.get("uid") == known[1]):
            self.asked.append(wanted)
            return {"parameters": {"record": self.record, "incomplete": False}}
        return {"error": "io.systemd.UserDatabase.NoRecordFound", "parameters": {}}
