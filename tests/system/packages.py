"""The Debian packages: README's commands, newer versions of them, and what a machine has before and after."""
import hashlib
import os
import pathlib
import re
import socket
import subprocess
import tempfile
import threading
import time

import machine as on

PROJECT = pathlib.Path(__file__).resolve().parent.parent.parent
NAMES = ("umbra-totp", "libpam-umbra-totp")
BUILT = PROJECT / "build-packages"
# The same code without what only a debugger reads, which takes a third of the build's time.
BUILD_ENVIRONMENT = {"DEB_BUILD_OPTIONS": "noautodbgsym", "DEB_CXXFLAGS_APPEND": "-g0",
                     "DEB_CFLAGS_APPEND": "-g0", "DEBIAN_FRONTEND": "noninteractive"}

# What dpkg, apt and other programs keep of any package's coming and going; the folders for local changes that
# dh_apparmor takes away where they are empty; what pam_systemd's logind makes of logins; logs; what is temporary.
OF_OTHERS = re.compile(r"/etc/apparmor\.d/(disable|local)$|/var/lib/systemd/linger$|"
                       r"/var/lib/(dpkg|apt)(/.*)?$|/var/cache/(apt|debconf|man|ldconfig)(/.*)?$|"
                       r"/var/lib/pam/seen$|/var/lib/PackageKit/transactions\.db.*$|"
                       r"/var/log/(apt|journal)(/.*)?$|/var/log/(dpkg|alternatives)\.log$|"
                       r"/var/log/umbra-sandbox(/.*)?$|/var/log/(lastlog|wtmp|btmp|faillog)$|"
                       r"/var/lib/sudo/.*$|/var/tmp/.*$")


def readme_install():
    return (PROJECT / "README.md").read_text().partition("\n## Install\n")[2].partition("\n## ")[0]


def readme_word(pattern):
    """What this pattern's one group finds in README's "Install"."""
    return re.search(pattern, readme_install()).group(1)


def readme_commands(word):
    """The block of README's "Install" that has this word in it, as a list of lines."""
    blocks = re.findall(r"(?:^ {7}\S.*\n)+", readme_install(), re.MULTILINE)
    found = [block for block in blocks if word in block]
    if len(found) != 1:
        raise AssertionError(f"README's Install has {len(found)} blocks with {word}")
    return [line.strip() for line in found[0].splitlines()]


def follow_readme(word):
    for command in readme_commands(word):
        run_loudly(["sh", "-c", command])


def run_loudly(command, text=None):
    """Runs it in the project; what it said is told where it failed."""
    done = subprocess.run(command, cwd=PROJECT, input=text, stdin=None if text else subprocess.DEVNULL, text=True,
                          capture_output=True, env={**os.environ, **BUILD_ENVIRONMENT})
    if done.returncode != 0:
        raise AssertionError(f"{command} ended with {done.returncode}: {(done.stdout + done.stderr)[-2000:]}")
    return done.stdout + done.stderr


def apt(*words, check=True):
    return subprocess.run(["apt-get", "-y", "-q", *words], stdin=subprocess.DEVNULL, text=True, check=check,
                          capture_output=True, env={**os.environ, **BUILD_ENVIRONMENT})


def installed_version(name):
    done = on.run("dpkg-query", "-W", "-f", "${db:Status-Status} ${Version}", name, check=False)
    status, _, version = done.stdout.partition(" ")
    return version if status == "installed" else None


def newer(name, version):
    """The built package once more, with another version and nothing else changed; its path."""
    built = next(BUILT.glob(f"{name}_*.deb"))
    with tempfile.TemporaryDirectory() as folder:
        on.run("dpkg-deb", "-R", str(built), f"{folder}/tree")
        control = pathlib.Path(folder, "tree/DEBIAN/control")
        control.write_text(re.sub(r"(?m)^Version: .*$", f"Version: {version}", control.read_text()))
        target = f"/root/{name}_{version}.deb"
        on.run("dpkg-deb", "--root-owner-group", "-Znone", "-b", f"{folder}/tree", target)
    return target


def files_of_the_machine():
    """Path: what it is, of all below /etc, /usr and /var; contents count in /etc alone."""
    found = {}
    for top in ("/etc", "/usr", "/var"):
        for folder, folders, files in os.walk(top):
            if folder.startswith("/var/cache/apt/archives"):  # packages of the sandbox
                folders.clear()
                continue
            for path in (os.path.join(folder, name) for name in folders + files):
                if not OF_OTHERS.match(path):
                    found[path] = kind_of(path)
    return found


def kind_of(path):
    if os.path.islink(path):
        return "link to " + os.readlink(path)
    if os.path.isdir(path):
        return "folder"
    if path.startswith("/etc/") and os.path.isfile(path):
        return hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()
    return "file"


def pam_files():
    return {path.name: path.read_text() for path in pathlib.Path("/etc/pam.d").iterdir()}


class Knocking:
    """Connects to the daemon's socket again and again; `refused` counts what a login would have met as an error."""

    def __init__(self, path="/run/umbra-totp/socket"):
        self.path, self.tries, self.refused, self.stopped = path, 0, 0, threading.Event()
        self.thread = threading.Thread(target=self._knock, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stopped.set()
        self.thread.join()

    def _knock(self):
        while not self.stopped.is_set():
            self.tries += 1
            with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as knock:
                self.refused += knock.connect_ex(self.path) != 0
            time.sleep(0.005)
