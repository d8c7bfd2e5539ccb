"""The RPM spec and the PKGBUILD against what this build installs. Whole packages: packaging/build-rpm, build-arch.

    distributions_test.py BUILD
"""
import fnmatch
import functools
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

from programs import PROJECT, needs, run
from check import check, expect, run_all

BUILD = pathlib.Path(sys.argv[1]).resolve()
SPEC, ARCH = PROJECT / "packaging/rpm/umbra-totp.spec", PROJECT / "packaging/arch"
# What the spec's %install adds to what Meson installs.
RPM_ONLY = {"/usr/lib/systemd/system/umbra-totpd.service.d/fedora.conf",
            "/usr/share/selinux/packages/umbra_totp.pp.bz2",
            "/usr/share/selinux/devel/include/contrib/umbra_totp.if"}


@functools.cache
def introspect(what):
    # Meson writes warnings to standard error.
    done = subprocess.run([needs("meson", "meson"), "introspect", what, str(BUILD)], capture_output=True, text=True,
                          check=True)
    return json.loads(done.stdout)


@functools.cache
def installed():
    """Every path that `meson install` makes, as Fedora lays it out."""
    options = {option["name"]: option["value"] for option in introspect("--buildoptions")}

    def folder(name):
        return str(pathlib.PurePath(options["prefix"], options[name]))
    paths = set()
    for kind in introspect("--install-plan").values():
        for entry in kind.values():
            path = re.sub(r"\{(\w+)\}", lambda found: folder(found[1]), entry["destination"])
            paths.add(path.replace(f"{folder('libdir')}/security/", "/usr/lib64/security/"))
    return paths


@functools.cache
def spec():
    return run(needs("rpmspec", "rpm"), "--load", PROJECT / "packaging/rpm/macros.debian", "--parse", SPEC)


@functools.cache
def packaged():
    """{package: [patterns]} of the spec's %files sections; documents and licences apart."""
    found = {}
    for name, body in re.findall(r"^%files ?([^\n]*)\n(.*?)(?=^%(?:files|changelog)\b|\Z)", spec(), re.M | re.S):
        lines = [line for line in body.splitlines() if line and not line.startswith(("%license", "%doc", "%dir"))]
        found[name.strip()] = [re.sub(r"^%\w+(\([^)]*\))? +", "", line) for line in lines]
    return found


def home_of(path):
    """The packages that a file is in."""
    return [name for name, patterns in packaged().items() if any(fnmatch.fnmatch(path, one) for one in patterns)]


@check("RPM: every installed file is in exactly one package, and no package names a file that nothing installs")
def rpm_files():
    files = installed() | RPM_ONLY
    expect(len(files) > 12, files)
    for path in files:
        expect(len(home_of(path)) == 1, f"{path} is in {home_of(path) or 'no package'}")
    for name, patterns in packaged().items():
        for pattern in patterns:
            expect(fnmatch.filter(files, pattern), f"{name or 'the main one'} names {pattern}, which nothing installs")


@check("RPM: the module, the SELinux module and all the rest each in its package")
def rpm_packages():
    homes = {"/usr/lib64/security/pam_umbra_totp.so": "-n pam_umbra_totp", "/usr/sbin/umbra-totpd": "",
             "/usr/share/selinux/packages/umbra_totp.pp.bz2": "selinux", "/etc/pam.d/umbra-totp": ""}
    for path, package in homes.items():
        expect(home_of(path) == [package], f"{path} is in {home_of(path)}")


@check("nothing below /etc but the PAM service of the password helper, which an upgrade does not overwrite")
def etc():
    below = {path for path in installed() if path.startswith("/etc/")} - {"/etc/apparmor.d/usr.sbin.umbra-totpd"}
    expect(below == {"/etc/pam.d/umbra-totp"}, below)
    expect("%config(noreplace) /etc/pam.d/umbra-totp" in spec(), "RPM would overwrite it")
    expect("backup=(etc/pam.d/umbra-totp)" in (ARCH / "PKGBUILD").read_text(), "pacman would overwrite it")


@check("RPM, Arch and Meson agree about the version and the licence")
def versions():
    version = introspect("--projectinfo")["version"]
    expect(f"\nVersion:        {version}\n" in spec(), f"the spec is not {version}")
    expect(f"\npkgver={version}\n" in (ARCH / "PKGBUILD").read_text(), f"the PKGBUILD is not {version}")


@check("RPM: rpmlint has nothing to say but what is meant")
def rpmlint():
    lint = needs("rpmlint", "rpmlint")
    with tempfile.NamedTemporaryFile("w", suffix=".toml") as settings:
        # The source is the tree itself; a build root tag is of the past.
        settings.write('Filters = ["invalid-url", "no-buildroot-tag"]\n')
        settings.flush()
        said = run(lint, "--config", settings.name, SPEC)
    expect(re.search(r"0 errors, 0 warnings", said), said)


@check("Arch: makepkg reads the PKGBUILD, and bash its scripts")
def pkgbuild():
    for script in ("PKGBUILD", "umbra-totp.install"):
        run(needs("bash", "bash"), "-n", ARCH / script)
    with tempfile.TemporaryDirectory() as folder:
        for name in ("PKGBUILD", "umbra-totp.install"):
            shutil.copy(ARCH / name, folder)
        run("chown", "-R", "nobody", folder)
        # makepkg refuses root.
        said = run("setpriv", "--reuid", "nobody", "--clear-groups", needs("makepkg", "makepkg"), "--printsrcinfo",
                   cwd=folder)
    for line in ("pkgname = umbra-totp", "backup = etc/pam.d/umbra-totp", "install = umbra-totp.install",
                 "depends = pam"):
        expect(line in said, f"{line} is missing:\n{said}")


def lines_of(profile):
    """The auth lines that packaging/authselect/README.md shows for a profile, with the feature on."""
    text = (PROJECT / "packaging/authselect/README.md").read_text().split(f"In `{profile}`", 1)[1]
    block = re.search(r"(?:^    .*\n)+", text, re.M)[0]
    on = re.sub(r'\{if "with-umbra-totp":([^|]*)\|[^}]*\}', r"\1", block)
    on = [re.sub(r"\{include if .*?\}", "", line) for line in on.splitlines() if "{exclude if" not in line]
    return [re.match(r"\s*auth\s+(\[.*?\]|\w+)\s+(\S+)\s*(\S*)", line).groups() for line in on]


@check("authselect: a right password jumps to the code, a wrong one to authfail")
def authselect():
    for profile in ("sssd", "local"):
        lines = lines_of(profile)
        code = next(at for at, line in enumerate(lines) if line[2] == "after_password")
        fail = next(at for at, line in enumerate(lines) if line[2] == "authfail")
        expect(lines[0][2] == "preauth" and fail == code - 1 and code == len(lines) - 1, lines)
        for at, (control, module, _) in enumerate(lines):
            if module in ("pam_unix.so", "pam_sss.so"):
                to = at + 1 + int(re.search(r"success=(\d)", control)[1])
                expect(to == code, f"{profile}: {module} jumps elsewhere")


sys.exit(0 if run_all() else 1)
