"""Namespaces and mounts for packaging/sandbox: the kernel's calls, and what to do where one fails."""
import ctypes
import os

CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC, CLONE_NEWCGROUP = 0x20000, 0x4000000, 0x8000000, 0x2000000
CLONE_NEWPID, CLONE_NEWNET = 0x20000000, 0x40000000
MS_RDONLY, MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE, MS_SHARED = 1, 0x20, 0x1000, 0x4000, 0x40000, 0x100000
MNT_DETACH = 2
PR_SET_PDEATHSIG = 1
libc = ctypes.CDLL(None, use_errno=True)


class SandboxError(Exception):
    """What failed and what to do about it, in one line."""


def must(result, what, remedy):
    if result != 0:
        raise SandboxError(f"cannot {what}: {os.strerror(ctypes.get_errno())}; {remedy}")


def unshare(flags):
    must(libc.unshare(flags), "enter a namespace of its own",
         "run this as root, and in a container with the privilege to do so (docker run --privileged)")


def mount(source, target, kind="", flags=0, data=""):
    must(libc.mount(str(source).encode(), str(target).encode(), kind.encode(), ctypes.c_ulong(flags), data.encode()),
         f"mount {kind or source} on {target}", "this needs root and a kernel with overlayfs and tmpfs")
