"""The SELinux module: compiles, and means what it should.

    selinux_test.py                  the module by itself
    selinux_test.py --linked DIR     linked to a whole policy, the *.pp.bz2 of Debian's selinux-policy-default in DIR
"""
import bz2
import pathlib
import re
import shutil
import sys
import tempfile

from programs import PROJECT, needs, run
from check import CannotRun, check, expect, run_all

HOSTS = ["sshd_t", "local_login_t", "remote_login_t", "xdm_t", "policykit_auth_t", "vlock_t", "xscreensaver_t"]
LINKED_HOSTS = HOSTS + ["user_t", "staff_t", "user_sudo_t", "staff_sudo_t", "user_su_t", "staff_su_t"]
SECRETS = ["umbra_totp_keyring_t", "umbra_totp_var_lib_t"]
MAKEFILE = pathlib.Path("/usr/share/selinux/devel/Makefile")
# Turns a compiled module back into text.
TO_TEXT = pathlib.Path("/usr/libexec/selinux/hll/pp")
made = {}


def module():
    """The compiled module, made once."""
    if "folder" not in made:
        needs("checkmodule", "checkpolicy")
        if not MAKEFILE.exists():
            raise CannotRun("SELinux's interfaces are missing: install Debian's selinux-policy-dev")
        made["folder"] = tempfile.TemporaryDirectory()
        folder = pathlib.Path(made["folder"].name)
        for path in (PROJECT / "packaging/selinux").iterdir():
            shutil.copy(path, folder)
        made["said"] = run(needs("make", "make"), "-f", MAKEFILE, "umbra_totp.pp", cwd=folder)
    return pathlib.Path(made["folder"].name) / "umbra_totp.pp"


def rules():
    """The module's own allow rules: (source, target, class, permissions)."""
    if not TO_TEXT.exists():
        raise CannotRun(f"{TO_TEXT} is missing: install Debian's policycoreutils")
    text = module().with_suffix(".cil")
    run(TO_TEXT, module(), text)
    found = re.findall(r"\(allow (\S+) (\S+) \((\S+) \(([^)]*)\)\)\)", text.read_text())
    expect(len(found) > 50, f"only {len(found)} rules in the module")
    return [(source, target, kind, set(permissions.split())) for source, target, kind, permissions in found]


def sources(target, kind, permission):
    """The domains that a rule of the module names as permitted."""
    return {rule[0] for rule in rules() if rule[1:3] == (target, kind) and permission in rule[3]}


@check("it compiles, without a warning")
def compiles():
    expect(module().exists(), made["said"])
    expect("warning" not in made["said"].lower(), made["said"])


@check("each host of the module, and each user's session, may connect to the socket")
def connect():
    for target, kind, permission in (("umbra_totp_t", "unix_stream_socket", "connectto"),
                                     ("umbra_totp_var_run_t", "sock_file", "write")):
        missing = set(HOSTS) | {"userdomain", "sudodomain"}
        missing -= sources(target, kind, permission)
        expect(not missing, f"may not {permission} {target}: {missing}")


@check("key ring and records are named in no rule but the daemon's; the shadow file in none")
def secrets():
    for target in SECRETS:
        readers = sources(target, "file", "read")
        expect(readers == {"umbra_totp_t"}, f"{target} is read by {readers}")
    readers = {source for source in sources("shadow_t", "file", "read") if source.startswith("umbra_totp")}
    expect(not readers, f"the shadow file is read by {readers}")


@check("domains are entered under NoNewPrivileges, down to unix_chkpwd")
def transitions():
    for source, target in (("init_t", "umbra_totp_t"), ("umbra_totp_t", "umbra_totp_password_t"),
                           ("umbra_totp_password_t", "chkpwd_t")):
        expect(source in sources(target, "process2", "nnp_transition"), f"{source} does not enter {target}")


@check("every path that packages install or the daemon makes has its label")
def labels():
    lines = [line.split() for line in (PROJECT / "packaging/selinux/umbra_totp.fc").read_text().splitlines()]
    wanted = {"/usr/sbin/umbra-totpd": "exec", "/usr/bin/umbra-totpd": "exec", "/etc/umbra-totp": "etc",
              "/usr/libexec/umbra-totp/umbra-totp-password": "password_exec", "/etc/umbra-totp/config.toml": "etc",
              "/usr/lib/umbra-totp/umbra-totp-password": "password_exec", "/etc/umbra-totp/keyring": "keyring",
              "/var/lib/umbra-totp/data.mdb": "var_lib", "/run/umbra-totp/socket": "var_run"}
    for path, kind in wanted.items():
        fitting = [line[-1] for line in lines if line and re.fullmatch(line[0], path)]
        expect(fitting and f":umbra_totp_{kind}_t," in fitting[-1], f"{path}: {fitting}")


def linked_policy(packages):
    """The whole policy with the module in it, as setools reads it."""
    import setools
    folder = module().parent / "linked"
    folder.mkdir()
    for path in packages.glob("*.pp.bz2"):
        (folder / path.stem).write_bytes(bz2.decompress(path.read_bytes()))
    others = sorted(path.name for path in folder.iterdir() if path.name != "base.pp")
    expect(others, f"{packages} holds no *.pp.bz2")
    run(needs("semodule_link", "semodule-utils"), "-o", "whole.lnk", "base.pp", *others, module(), cwd=folder)
    run(needs("semodule_expand", "semodule-utils"), "whole.lnk", "whole", cwd=folder)
    return setools, setools.SELinuxPolicy(str(folder / "whole"))


def check_linked(packages):
    @check("in the whole policy: hosts and users connect, other services do not; secrets are the daemon's")
    def whole():
        setools, policy = linked_policy(packages)

        def who(target, kind, permission):
            query = setools.TERuleQuery(policy, ruletype=["allow"], target=target, tclass=[kind], perms=[permission])
            return {str(one) for rule in query.results() for one in rule.source.expand()}
        connecting = who("umbra_totp_t", "unix_stream_socket", "connectto")
        connecting &= who("umbra_totp_var_run_t", "sock_file", "write")
        expect(set(LINKED_HOSTS) <= connecting, f"may not connect: {set(LINKED_HOSTS) - connecting}")
        expect(not {"httpd_t", "ntpd_t", "named_t"} & connecting, "services without PAM may connect")
        for target in SECRETS:
            readers = who(target, "file", "read")
            expect("umbra_totp_t" in readers, f"the daemon may not read {target}")
            strangers = readers & {"user_t", "staff_t", "sshd_t", "local_login_t", "policykit_auth_t", "user_sudo_t",
                                   "httpd_t", "umbra_totp_password_t", "chkpwd_t"}
            expect(not strangers, f"{target} is read by {strangers}")


if sys.argv[1:2] == ["--linked"]:
    check_linked(pathlib.Path(sys.argv[2]).resolve())
sys.exit(0 if run_all() else 1)
