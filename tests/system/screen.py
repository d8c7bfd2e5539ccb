"""A terminal whose screen can be looked at (tmux), and what a phone's camera reads from it (zbarimg)."""
import pathlib
import re
import shlex
import subprocess
import tempfile

import machine as on

COLUMNS, ROWS = 100, 50
BLACK, WHITE = 0, 255
SCALE = 6  # pixels a module; a cell of the screen is one wide and two high
HALVES = {"█": (True, True), "▀": (True, False), "▄": (False, True)}
SGR = re.compile(r"\x1b\[([0-9;]*)m")
NUMBERED = {16: BLACK, 231: WHITE}  # of the colours behind 38;5 and 48;5


class Screen:
    """Runs `command` on a terminal of its own until it ends or the with block does."""

    count = 0

    def __init__(self, command):
        Screen.count += 1
        self.name = f"umbra{Screen.count}"
        self._tmux("-f", "/dev/null", "new-session", "-d", "-x", str(COLUMNS), "-y", str(ROWS),
                   f"{shlex.join(command)}; echo; echo ended with $?; sleep 1000")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._tmux("kill-server")

    def _tmux(self, *arguments):
        done = subprocess.run(["tmux", "-u", "-L", self.name, *arguments], capture_output=True, text=True, check=True,
                              env={"PATH": "/usr/bin:/usr/sbin:/bin", "LANG": "C.UTF-8", "TERM": "xterm-256color",
                                   "HOME": "/root"}, timeout=20)
        return done.stdout

    def text(self):
        return self._tmux("capture-pane", "-p")

    def wait_for(self, words):
        """The screen once it shows `words`."""
        shown = [""]

        def there():
            shown[0] = self.text()
            return words in shown[0]

        try:
            on.wait_until(f"{words!r} on the screen", there, 20)
        except TimeoutError as error:
            raise TimeoutError(f"{error}\n{shown[0]}") from error
        return shown[0]

    def type(self, text):
        self._tmux("send-keys", "-l", text)
        self._tmux("send-keys", "Enter")

    def read_qr(self, foreground=WHITE, background=BLACK):
        """What zbarimg reads where text has these colours unless it says otherwise; empty where it reads nothing."""
        rows = draw(self._tmux("capture-pane", "-p", "-e", "-N"), foreground, background)
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "screen.pgm")
            scaled = b"".join(bytes(pixel for pixel in row for _ in range(SCALE)) * SCALE for row in rows)
            path.write_bytes(b"P5 %d %d 255\n" % (COLUMNS * SCALE, len(rows) * SCALE) + scaled)
            done = subprocess.run(["zbarimg", "--quiet", "--raw", path], capture_output=True, text=True, timeout=60)
        return done.stdout.strip()


def draw(screen, foreground, background):
    """Rows of pixels, one a cell wide and half a cell high; a colour goes on until the next, over lines too."""
    rows = []
    ink, paper = foreground, background
    for line in screen.splitlines():
        halves, column = ([background] * COLUMNS, [background] * COLUMNS), 0
        for part in re.split(r"(\x1b\[[0-9;]*m)", line):
            if code := SGR.fullmatch(part):
                ink, paper = colours(code[1], ink, paper, foreground, background)
                continue
            for character in part:
                # Of other letters only the upper half is inked: no picture, whatever the colours.
                for half, inked in zip(halves, HALVES.get(character, (character != " ", False))):
                    half[column] = ink if inked else paper
                column += 1
        rows += halves
    return rows


def colours(code, ink, paper, foreground, background):
    """Ink and paper behind the sequence with these numbers; only those that the module may use are known."""
    numbers = [int(number or 0) for number in code.split(";")]
    while numbers:
        number = numbers.pop(0)
        if number in (38, 48):
            kind, colour = numbers.pop(0), numbers.pop(0)
            if kind != 5:
                raise ValueError(f"a colour of kind {kind}")
            ink, paper = (NUMBERED[colour], paper) if number == 38 else (ink, NUMBERED[colour])
        elif number in (0, 39, 49):
            ink = foreground if number in (0, 39) else ink
            paper = background if number in (0, 49) else paper
        else:
            raise ValueError(f"unknown attribute {number}")
    return ink, paper
