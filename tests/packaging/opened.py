"""What a program opens, locks, maps, runs and connects to, as strace sees it: (letters of AppArmor, path)."""
import os
import re

OPEN = re.compile(r'open(?:at)?\((?:AT_FDCWD[^,]*, )?"(/[^"]*)", ([A-Z_|]+).*\) = (\d+)')
PATH_CALLS = {r'execve\("(/[^"]*)".* = 0$': "x",
              r'(?:mkdir|mknod|unlink|chmod|truncate)\w*\((?:[^",]*, )?"(/[^"]*)".* = 0$': "w",
              r'bind\(.*sun_path="(/[^"]*)".* = 0$': "w", r'connect\(.*sun_path="(/[^"]*)".* = 0$': "w",
              r"mmap\(.*PROT_EXEC.*, \d+<(/[^>]*)>": "m",
              r"(?:flock|fcntl)\(\d+<(/[^>]*)>, (?:LOCK_EX|LOCK_SH|F_SETLK|F_OFD_SETLK)": "k"}
SYSCALLS = "%file,bind,connect,mmap,flock,fcntl"


def letters_of(flags):
    letters = "rw" if "O_RDWR" in flags else "w" if "O_WRONLY" in flags else "r"
    return letters + ("w" if "O_CREAT" in flags and "w" not in letters else "")


def accesses(trace):
    """Every access that succeeded, once."""
    found = set()
    for line in trace.splitlines():
        if opened := OPEN.search(line):
            is_folder = "O_DIRECTORY" in opened[2]
            found.add((letters_of(opened[2]), opened[1] + ("/" if is_folder and opened[1] != "/" else "")))
        for pattern, letter in PATH_CALLS.items():
            if called := re.search(pattern, line):
                folder = "/" if "mkdir" in line.split("(")[0] else ""
                found.add((letter, called[1] + folder))
    # AppArmor judges the file itself, not the link that led to it.
    return sorted((letters, os.path.realpath(path) + ("/" if path.endswith("/") else "")) for letters, path in found)
