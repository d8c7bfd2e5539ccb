"""Users of google-authenticator, pam_oath and the web application, imported: the phone stays, used codes stay used."""
import base64
import hashlib
import json
import pathlib
import pwd
import re
import time

from argon2 import PasswordHasher
from cryptography.fernet import Fernet

import machine as on
from check import check, expect, expect_accepted, expect_refused
from logins import converse, ssh

MANUAL = pathlib.Path(__file__).resolve().parent.parent.parent / "packaging/man/umbra-totp.1"
GOOGLE = f"{on.PASSWORD_LINE}\nauth required pam_google_authenticator.so"
SETTING = "change-me-in-production"
WEB_KEY = Fernet(base64.urlsafe_b64encode(hashlib.sha256(SETTING.encode()).digest()))
BAD_FILE = 6


def lines_of_manual():
    """The five lines that move a host, as they stand there."""
    section = MANUAL.read_text().split(".Sh MOVING FROM GOOGLE-AUTHENTICATOR\n")[1]
    return re.search(r"\.Bd -literal\n(.*?)\.Ed\n", section, re.DOTALL)[1]


def tool(*words, exit_code=0):
    done = on.run("umbra-totp", *words, check=False)
    expect(done.returncode == exit_code, f"umbra-totp {words}: {done.returncode} {done.stdout}{done.stderr}")
    return done


def put(name, *lines):
    path = pathlib.Path("/root", name)
    path.write_text("".join(f"{line}\n" for line in lines))
    path.chmod(0o600)
    return str(path)


def accepts(user, answer):
    """As a login judges it, and quicker."""
    return on.run("umbra-totp", "verify", user.name, answer, check=False).returncode == 0


def code(hexadecimal, step, period=30, digits=6):
    done = on.run("oathtool", "--totp", "-d", str(digits), f"--time-step-size={period}s", f"--now=@{step * period}",
                  "-", text=hexadecimal)
    return done.stdout.strip()


def today(period=30):
    return int(time.time()) // period


class OfGoogle:
    """A user whose file the program itself wrote."""
    def __init__(self, m):
        self.user = m.add_user()
        entry = pwd.getpwnam(self.user.name)
        self.file = pathlib.Path(entry.pw_dir, ".google_authenticator")
        on.run("runuser", "-l", self.user.name, "-c", "google-authenticator -t -f -d -w 3 -r 3 -R 30 -q")
        lines = self.file.read_text().split()
        self.user.codes = on.Codes(lines[0])
        self.scratch = [line for line in lines if re.fullmatch(r"\d{8}", line)]
        m.secrets.update([lines[0], *self.scratch])


@check("import: a host moves from google-authenticator by the five lines of the manual")
def _(m):
    people = [OfGoogle(m) for _ in range(3)]
    on.write_pam("sshd", GOOGLE, "account required pam_unix.so")
    port = m.sshd("keyboard-interactive")
    for one in people:
        expect_accepted(ssh(port, one.user.name, on.PASSWORD, one.user.codes.fresh()))
    spent = people[0].scratch.pop()
    expect_accepted(ssh(port, people[0].user.name, on.PASSWORD, spent))

    done = on.run("sh", text=lines_of_manual(), check=False)
    # Doctor's last word is of /etc/ssh/sshd_config, which no sshd reads here.
    expect(done.returncode in (0, 3), f"the manual's lines end with {done.returncode}: {done.stdout}{done.stderr}")
    expect(done.stdout.count(": imported\n") == 3 and not done.stderr, f"not all were imported: {done}")
    expect("sshd: every way in needs our line's yes" in done.stdout, f"doctor sees a way in: {done.stdout}")
    expect("pam_umbra_totp.so" in pathlib.Path("/etc/pam.d/sshd").read_text(), "the PAM line is the old one")
    for one in people:
        used = one.user.codes.used[-1]
        expect_refused(ssh(port, one.user.name, on.PASSWORD, used), prompts=2)
        expect_accepted(ssh(port, one.user.name, on.PASSWORD, one.user.codes.fresh()))
    expect_refused(ssh(port, people[0].user.name, on.PASSWORD, spent), prompts=2)
    for scratch in people[0].scratch:
        expect_accepted(ssh(port, people[0].user.name, on.PASSWORD, scratch))
        expect_refused(ssh(port, people[0].user.name, on.PASSWORD, scratch), prompts=2)


@check("import: google-authenticator's counted codes, a link and another user's file are refused")
def _(m):
    user, other = m.add_user(), m.add_user()
    on.run("runuser", "-l", user.name, "-c", "google-authenticator -c -f -w 3 -r 3 -R 30 -q")
    path = f"/home/{user.name}/.google_authenticator"
    m.secrets.add(pathlib.Path(path).read_text().split()[0])
    words = ["import", "google-authenticator", "--user"]
    expect("HOTP_COUNTER" in tool(*words, user.name, path, exit_code=BAD_FILE).stderr, "not said why")
    expect("somebody else" in tool(*words, other.name, path, exit_code=BAD_FILE).stderr, "another's file was taken")
    link = f"/home/{other.name}/link"
    on.run("ln", "-s", path, link)
    expect("symbolic link" in tool(*words, other.name, link, exit_code=BAD_FILE).stderr, "a link was followed")


@check("import: pam_oath's file after a real login, with several types and two devices of one user")
def _(m):
    one, two, eight = (m.add_user() for _ in range(3))
    secrets = {name: hashlib.sha1(name.encode()).hexdigest() for name in ("one", "two", "tablet", "eight")}
    m.secrets.update(secrets.values())
    path = put("users.oath", f"HOTP/T30\t{one.name}\t-\t{secrets['one']}", f"HOTP/T60 {two.name} - {secrets['two']}",
               f"HOTP/T30/6 {two.name} - {secrets['tablet']}", f"HOTP/T30/8 {eight.name} - {secrets['eight']}")
    on.write_pam("oath", f"auth required pam_oath.so usersfile={path} window=20 digits=6")
    # A step ahead: pam_oath notes the time, not the step.
    used = code(secrets["one"], today() + 1)
    expect_accepted(converse(["pamtester", "oath", one.name, "authenticate"], used))
    expect(used in pathlib.Path(path).read_text(), "pam_oath noted nothing")

    tool("import", "oath-usersfile", "--dry-run", path)
    expect(json.loads(tool("status", one.name, "--json").stdout)["enabled"] is False, "a dry run imported")
    tool("import", "oath-usersfile", path)
    expect(not accepts(one, used), "a code that pam_oath took is taken again")
    expect(accepts(one, next(fresh for fresh in (code(secrets["one"], today() + i) for i in (0, 1)) if fresh != used)),
           "a fresh code is refused")
    expect(accepts(two, code(secrets["two"], today(60), 60)), "T60")
    expect(accepts(eight, code(secrets["eight"], today(), 30, 8)), "eight digits")
    tool("import", "oath-usersfile", path, exit_code=BAD_FILE)
    tool("import", "oath-usersfile", "--replace", path)
    expect(not accepts(one, used), "an older file opened a used code again")


@check("import: of a file with one bad line nothing is imported, and each bad line is named")
def _(m):
    good, enrolled = m.add_user(), m.add_enrolled_user()
    secret = "3132333435363738393031323334353637383930"
    path = put("half.oath", f"HOTP/T30 {good.name} - {secret}", f"HOTP/T30 {good.name} 1234 {secret}",
               f"HOTP/E {good.name} - {secret}", f"HOTP/T30 nobody-here - {secret}",
               f"HOTP/T30 {enrolled.name} - {secret}")
    done = tool("import", "oath-usersfile", path, exit_code=BAD_FILE)
    for line, why in ((2, "PIN"), (3, "counted"), (4, "no such user"), (5, "--replace")):
        expect(re.search(rf":{line}: .*{why}", done.stderr), f"line {line} is not named: {done.stderr}")
    expect(secret not in done.stderr, "the secret was shown")
    expect(json.loads(tool("status", good.name, "--json").stdout)["enabled"] is False, "it was half imported")
    expect(accepts(enrolled, enrolled.codes.fresh()), "the enrolled user's secret was changed")


def web_user(name, secret, codes=(), used_codes=(), usage=(), **more):
    hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1, hash_len=32, salt_len=16)
    now = "2025-01-31T12:00:00Z"
    return json.dumps({"username": name, "totp_secret": secret and WEB_KEY.encrypt(secret.encode()).decode(),
                       "totp_enabled": secret is not None, "mfa_enforce_pending": False, "totp_usage": list(usage),
                       "backup_codes": [{"code_hash": hasher.hash(c), "used_at": now if c in used_codes else None,
                                         "created_at": now} for c in codes], **more})


@check("import: the web application's users, with their backup codes and what they used")
def _(m):
    one, pending, must = (m.add_user() for _ in range(3))
    secret = base64.b32encode(hashlib.sha1(b"web").digest()).decode()
    raw = hashlib.sha1(b"web").hexdigest()
    codes = ["ABCDEFGH", "JKLMNPQR", "STUVWXY2"]
    m.secrets.update([secret, raw, *codes])
    step = today()
    used = {"code": code(raw, step), "window": step, "used_at": None}
    path = put("web.jsonl", web_user(one.name, secret, codes, codes[2:], [used]),
               web_user(pending.name, secret, totp_enabled=False),
               web_user(must.name, None, mfa_enforce_pending=True))
    words = ["import", "umbra-web", "--secret-key-file"]
    tool(*words, put("wrong.key", "another"), path, exit_code=BAD_FILE)
    tool(*words, put("web.key", SETTING), path)
    expect(not accepts(one, used["code"]), "a code that the web application took is taken again")
    expect(accepts(one, code(raw, step + 1)), "a fresh code is refused")
    expect(accepts(one, "abcd-efgh") and not accepts(one, "ABCD-EFGH"), "a backup code works once")
    expect(not accepts(one, "STUV-WXY2"), "a used backup code works again")
    states = [json.loads(tool("status", user.name, "--json").stdout) for user in (pending, must)]
    expect(states[0]["pending"] and not states[0]["enabled"], states[0])
    expect(states[1]["enforced"] and not states[1]["enabled"], states[1])


def varint(field, value):
    return bytes([field << 3, value])


def blob(field, value):
    return bytes([field << 3 | 2, len(value)]) + value


@check("import and export: URIs, Google's app, and back for the web application; export only where it is allowed")
def _(m):
    one, app = m.add_user(), m.add_user()
    raw = hashlib.sha1(b"uri").digest()
    secret = base64.b32encode(raw).decode()
    m.secrets.update([secret, raw.hex()])
    account = blob(1, raw) + blob(2, f"Old:{app.name}".encode()) + varint(4, 1) + varint(5, 1) + varint(6, 2)
    data = base64.b64encode(blob(1, account) + varint(2, 1)).decode().replace("+", "%2B").replace("/", "%2F")
    tool("import", "otpauth", put("uris", f"otpauth://totp/Old:{one.name}?secret={secret}",
                                  "otpauth-migration://offline?data=" + data.replace("=", "%3D")))
    fresh = code(raw.hex(), today())
    expect(accepts(one, fresh) and accepts(app, fresh), "a code is refused")

    tool("export", one.name, exit_code=5)
    m.daemon.configure(on.EXEMPT_SOURCE + "[access]\nallow_export = true\n")
    expect(f"secret={secret}" in tool("export", one.name).stdout, "not this secret")
    expect(on.run("runuser", "-u", one.name, "--", "umbra-totp", "export", one.name, check=False).returncode == 5,
           "a user was given his secret")
    line = tool("export", "--format", "json", "--secret-key-file", put("web.key", SETTING), one.name).stdout
    given = json.loads(line)
    expect(WEB_KEY.decrypt(given["totp_secret"].encode()).decode() == secret, "the web application cannot open it")
    expect(fresh in [used["code"] for used in given["totp_usage"]], "what was used is not said")
    m.daemon.configure()
    tool("remove", one.name)
    tool("import", "umbra-web", "--secret-key-file", "/root/web.key", put("back.jsonl", line.strip()))
    expect(not accepts(one, fresh), "a used code is fresh again behind export and import")
    expect(accepts(one, code(raw.hex(), today() + 1)), "a fresh code is refused")
    log = tool("log", "--user", one.name, "--json").stdout
    expect('"event":"export"' in log and '"event":"import"' in log, "the audit trail does not tell of it")
