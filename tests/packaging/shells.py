"""Asks bash, zsh and fish what they would offer behind a command line."""
import pathlib
import subprocess
import tempfile

from programs import PROJECT, needs

COMPLETIONS = PROJECT / "packaging/completions"

# bash gives a completion function the words and takes COMPREPLY; compopt works only below readline.
BASH = """
source "$0"
compopt() { :; }
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
function=$(complete -p umbra-totp | sed 's/.*-F \\([^ ]*\\).*/\\1/')
"$function" "$1" "${@: -1}" "${@: -2:1}"
printf '%s\\n' "${COMPREPLY[@]}"
"""

# zsh completes only in its line editor: a shell in a pseudo-terminal, whose compadd notes what it is given.
ZSH = """
zmodload zsh/zpty
zpty shell zsh -f -i
type_in() { zpty -w shell "$1"; }
type_in 'PS1= fpath=('$0' $fpath); autoload -Uz compinit && compinit -u -d '$3
type_in 'compadd() {
    if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\\ * ]]; then builtin compadd "$@"; return; fi
    local -a hits; builtin compadd -O hits "$@"; print -rl -- $hits >>'$2'; builtin compadd "$@"
}'
type_in 'note_end() { zle complete-word; : >'$2'.end; zle kill-buffer }; zle -N note_end; bindkey "^I" note_end'
type_in ': >'$2'.ready'
while [[ ! -e $2.ready ]]; do sleep 0.02; done
zpty -w -n shell "$1"$'\\t'
while [[ ! -e $2.end ]]; do zpty -r -t shell discard; sleep 0.02; done
zpty -d shell
"""


class Shells:
    """Shells that find the tool in one folder."""

    def __init__(self, tool):
        self.folder = tempfile.TemporaryDirectory()
        self.environment = {"PATH": f"{pathlib.Path(tool).parent}:/usr/sbin:/usr/bin:/sbin:/bin",
                            "HOME": self.folder.name, "TERM": "dumb", "LC_ALL": "C.UTF-8"}

    def run(self, *words):
        done = subprocess.run([str(word) for word in words], env=self.environment, stdin=subprocess.DEVNULL, text=True,
                              capture_output=True, timeout=30, check=False)
        return {line.split("\t")[0].rstrip("/") for line in done.stdout.splitlines() if line}

    def bash(self, *line):
        return self.run(needs("bash", "bash"), "-c", BASH, COMPLETIONS / "umbra-totp.bash", *line)

    def fish(self, *line):
        return self.run(needs("fish", "fish"), "-c", f"source {COMPLETIONS}/umbra-totp.fish; complete -C $argv[1]",
                        " ".join(line))

    def zsh(self, *line):
        dump = pathlib.Path(self.folder.name) / "zsh"  # of what compinit found, which takes long
        with tempfile.TemporaryDirectory() as folder:
            notes = pathlib.Path(folder) / "offered"
            self.run(needs("zsh", "zsh"), "-f", "-c", ZSH, COMPLETIONS, " ".join(line), notes, dump)
            offered = notes.read_text().splitlines() if notes.exists() else []
            return {word.rstrip("/") for word in offered if word}

    def all(self):
        return {"bash": self.bash, "zsh": self.zsh, "fish": self.fish}
