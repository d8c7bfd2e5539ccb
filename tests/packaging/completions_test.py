"""What bash, zsh and fish offer is what umbra-totp --help says, now and after the next option.

    completions_test.py TOOL
"""
import pathlib
import pwd
import re
import subprocess
import sys
import tempfile

from shells import Shells
from check import check, expect, run_all

TOOL = pathlib.Path(sys.argv[1]).resolve()
SHELLS = Shells(TOOL).all()

# A tool of another day: a verb, an option on a long line, choices and several services that today's does not have.
LATER = """#!/bin/sh
case "$1" in
--help) printf '%s\\n' 'Options:' '  -h,--help                   Help' '' \\
    'Subcommands:' '  audit                       looks' ;;
audit) printf '%s\\n' 'Positionals:' '  SERVICE ...                 which' '' \\
    'Options:' '  -x,--extremely-long SHAPE:{round,square}' '                              its description' \\
    '  --source ADDRESS            from where' ;;
esac
"""


def help_of(*words):
    return subprocess.run([TOOL, *words, "--help"], capture_output=True, text=True, check=True).stdout


def section(text, title):
    """The first words of a section's lines."""
    body = text.split(f"{title}:\n", 1)[1].split("\n\n", 1)[0] if f"{title}:\n" in text else ""
    return [line.split()[0] for line in body.splitlines() if re.match(r"  \S", line)]


def options(text):
    return {name for names in section(text, "Options") for name in names.split(",")}


VERBS = section(help_of(), "Subcommands")
USERS = {entry.pw_name for entry in pwd.getpwall()}


def offers(line, expected, shells=None):
    for name, shell in (shells or SHELLS).items():
        offered = shell(*line)
        expect(offered == expected, f"{name}, behind {line}: offers {sorted(offered)}, should {sorted(expected)}")


@check("every verb of --help is offered, and nothing else")
def verbs():
    expect(len(VERBS) > 10, f"--help lists no verbs: {VERBS}")
    offers(["umbra-totp", ""], set(VERBS))
    offers(["umbra-totp", "--socket", "/some/where", "--json", "un"], {verb for verb in VERBS if verb.startswith("un")})


def check_options(verb):
    @check(f"every option of {verb}, and the global ones")
    def all_options():
        offers(["umbra-totp", verb, "-"], options(help_of(verb)) | options(help_of()))


for each in VERBS:
    check_options(each)


@check("an option's choices are offered behind it")
def choices():
    for verb in VERBS:
        for option, values in re.findall(r"^  (--\S+) [A-Z]+:\{(.*?)\}", help_of(verb), re.M):
            offers(["umbra-totp", verb, option, ""], set(values.split(",")))
        for values in re.findall(r"^  [A-Z]+ :\{(.*?)\}", help_of(verb), re.M):
            offers(["umbra-totp", verb, ""], set(values.split(",")))
    offers(["umbra-totp", "key", "r"], {"rotate", "retire"})
    offers(["umbra-totp", "setup", "--qr", "au"], {"auto"})


@check("users where a user is meant, once or as often as the verb takes them")
def users():
    some = {user for user in USERS if user.startswith("s")}
    for verb in VERBS:
        if any(name in ("USER", "WORD") for name in section(help_of(verb), "Positionals")):
            offers(["umbra-totp", verb, "s"], some)
    offers(["umbra-totp", "log", "--user", "s"], some)
    offers(["umbra-totp", "enforce", "root", "s"], some)
    offers(["umbra-totp", "status", "root", "s"], set())
    offers(["umbra-totp", "list", "s"], set())


@check("files where a file is meant, services of PAM where a service is")
def files_and_services():
    for name, shell in SHELLS.items():
        for words in (["setup", "--png"], ["--socket"], ["backup"], ["restore"], ["import", "otpauth"],
                      ["import", "otpauth", "one"]):
            offered = {path.rsplit("/", 1)[-1] for path in shell("umbra-totp", *words, "/etc/passw")}
            expect("passwd" in offered, f"{name} offers {offered} behind {words}")
    if "--service" in options(help_of("doctor")):
        services = {path.name for path in pathlib.Path("/etc/pam.d").glob("su*")}
        offers(["umbra-totp", "doctor", "--service", "su"], services)


@check("a new verb, option, choice or operand is offered as soon as --help has it")
def later():
    with tempfile.TemporaryDirectory() as folder:
        tool = pathlib.Path(folder) / "umbra-totp"
        tool.write_text(LATER)
        tool.chmod(0o755)
        shells = Shells(tool).all()
        offers(["umbra-totp", ""], {"audit"}, shells)
        offers(["umbra-totp", "audit", "--"], {"--extremely-long", "--source", "--help"}, shells)
        offers(["umbra-totp", "audit", "--extremely-long", ""], {"round", "square"}, shells)
        offers(["umbra-totp", "audit", "--source", ""], set(), shells)
        services = {path.name for path in pathlib.Path("/etc/pam.d").glob("su*")}
        offers(["umbra-totp", "audit", "login", "su"], services, shells)


sys.exit(0 if run_all() else 1)
