"""The benchmark's own mount namespace: a /dev/log that is read, name services and accounts of its own. The machine's
PAM, users and logs stay as they are."""
import ctypes
import os
import pathlib
import socket
import subprocess
import sys
import threading

PASSWORD = "correct-horse-battery"
# Of each kind of hash, under the prefix that libxcrypt knows it by; Debian's default is the first.
HASHES = {"yescrypt": "$y$", "sha512": "$6$"}
USERS_OF_A_HASH = 8


def enter():
    if os.environ.get("UMBRA_BENCH_NAMESPACE") != "1":
        os.environ["UMBRA_BENCH_NAMESPACE"] = "1"
        os.execvp("unshare", ["unshare", "-m", "--propagation", "private", "/usr/bin/python3", *sys.argv])


def furnish(folder):
    """All of it; below `folder`, which goes with the run."""
    _bind_over("/etc/nsswitch.conf", folder, "passwd: files umbrabench\ngroup: files\nshadow: files\n", 0o644)
    _bind_accounts(folder)
    _bind_dev_with_log(folder)


def unix_user(kind, number):
    return f"bench-{kind}-{number}"


def _bind_over(path, folder, text, mode):
    file = folder / pathlib.Path(path).name
    file.touch(mode=mode)
    file.write_text(text)
    subprocess.run(["mount", "--bind", file, path], check=True)


def _bind_accounts(folder):
    """pam_unix asks /etc/passwd and /etc/shadow. The machine's own accounts stay, but no hash of theirs."""
    passwd = pathlib.Path("/etc/passwd").read_text()
    shadow = "".join(line.split(":")[0] + ":*:19000:0:99999:7:::\n" for line in passwd.splitlines())
    for offset, kind in enumerate(HASHES):
        for number in range(USERS_OF_A_HASH):
            name = unix_user(kind, number)
            passwd += f"{name}:x:{190000 + USERS_OF_A_HASH * offset + number}:100::/:/bin/sh\n"
            shadow += f"{name}:{_crypt(PASSWORD, HASHES[kind])}:19000:0:99999:7:::\n"
    _bind_over("/etc/passwd", folder, passwd, 0o644)
    _bind_over("/etc/shadow", folder, shadow, 0o600)


def _crypt(password, prefix):
    """With the cost that libxcrypt takes by default, as passwd does. Python's own crypt module goes away."""
    library = ctypes.CDLL("libcrypt.so.1")
    library.crypt.restype = library.crypt_gensalt.restype = ctypes.c_char_p
    setting = library.crypt_gensalt(prefix.encode(), ctypes.c_ulong(0), None, 0)
    return library.crypt(password.encode(), setting).decode()


def _bind_dev_with_log(folder):
    """A /dev of our own with a /dev/log that somebody reads: without a reader a syslog line costs 1.7 ms."""
    dev = folder / "dev"
    dev.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", dev], check=True)
    for name in ("null", "zero", "random", "urandom", "shm", "tty"):
        target = dev / name
        target.mkdir() if name == "shm" else target.touch()
        subprocess.run(["mount", "--bind", f"/dev/{name}", target], check=True)
    reader = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    reader.bind(str(dev / "log"))
    subprocess.run(["mount", "--move", dev, "/dev"], check=True)

    def drain():
        while True:
            reader.recv(65536)

    threading.Thread(target=drain, daemon=True).start()
