"""The figures as a picture: SVG written by hand, two panels, on white so that it can be read in a dark page too."""
import math
from html import escape

from population import ANY, GOOGLE, OATH, PERMIT, TWICE, UMBRA, UNIX, YARDSTICK
from report import TELLS_NOTHING, refusal

WIDTH, HEIGHT = 960, 500
TOP, BOTTOM = 84, 402      # of both panels
LEFT = {"growth": 70, "concurrency": 556}
PANEL = 374                # wide
CONCURRENCY_USERS = 100_000

# Name in the legend, colour, dashes, marker.
STYLES = {
    UMBRA: ("umbra-totp", "#4c1d95", "", "circle"),
    GOOGLE: ("google-authenticator", "#c2410c", "", "square"),
    OATH: ("pam_oath", "#a21caf", "", "diamond"),
    YARDSTICK: ("yardstick (bare minimum)", "#0f766e", "6 3", "circle"),
    TWICE: ("yardstick, asked twice", "#0f766e", "2 3", "square"),
    UNIX["yescrypt"]: ("pam_unix, yescrypt", "#1d4ed8", "2 3", "square"),
    UNIX["sha512"]: ("pam_unix, sha512", "#0284c7", "2 3", "diamond"),
    PERMIT: ("pam_permit (libpam alone)", "#57534e", "2 3", "circle"),
}


class Axis:
    """A logarithmic scale: values to pixels."""

    def __init__(self, low, high, start, end):
        self.low, self.high = math.log10(low), math.log10(high)
        self.start, self.end = start, end

    def __call__(self, value):
        return self.start + (math.log10(value) - self.low) / (self.high - self.low) * (self.end - self.start)


def decades(values):
    """The powers of ten around the values, both ends included."""
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    return [10 ** power for power in range(low, max(high, low + 1) + 1)]


def short(number):
    for unit, size in (("M", 1_000_000), ("k", 1_000)):
        if number >= size:
            return f"{number / size:g}{unit}"
    return f"{number:g}"


def milliseconds(micros):
    return f"{micros / 1000:g} ms" if micros >= 1000 else f"{micros:g} µs"


def text(x, y, words, size=12, anchor="start", weight="normal", colour="#1c1917", turn=""):
    return (f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" font-weight="{weight}" '
            f'fill="{colour}"{turn}>{escape(words)}</text>')


def line(x1, y1, x2, y2, colour="#e7e5e4", width=1.0, dashes=""):
    return (f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" '
            f'stroke-width="{width}" stroke-dasharray="{dashes or "none"}"/>')


def marker(x, y, shape, colour, size=3.6):
    if shape == "circle":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{size}" fill="{colour}"/>'
    turn = f' transform="rotate(45 {x:.1f} {y:.1f})"' if shape == "diamond" else ""
    return (f'<rect x="{x - size * 0.9:.1f}" y="{y - size * 0.9:.1f}" width="{size * 1.8:.1f}" '
            f'height="{size * 1.8:.1f}" fill="{colour}"{turn}/>')


def draw_series(contender, points):
    _, colour, dashes, shape = STYLES[contender]
    width = 2.6 if contender == UMBRA else 1.6
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    yield (f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{width}" '
           f'stroke-dasharray="{dashes or "none"}" stroke-linejoin="round"/>')
    for x, y in points:
        yield marker(x, y, shape, colour)


def frame(left, title, under, x_axis, x_ticks, y_axis, y_ticks, y_text):
    yield text(left, TOP - 14, title, size=13, weight="bold")
    for value in x_ticks:
        yield line(x_axis(value), TOP, x_axis(value), BOTTOM)
        yield text(x_axis(value), BOTTOM + 17, short(value), anchor="middle", size=11)
    for value in y_ticks:
        yield line(left, y_axis(value), left + PANEL, y_axis(value))
        yield text(left - 7, y_axis(value) + 4, y_text(value), anchor="end", size=11)
    yield line(left, BOTTOM, left + PANEL, BOTTOM, colour="#57534e")
    yield line(left, TOP, left, BOTTOM, colour="#57534e")
    yield text(left + PANEL / 2, BOTTOM + 35, under, anchor="middle")


def growth(table):
    """p50 of one login at a time by the number of users; a line all across where the number makes no difference."""
    alone = {(c, users): row["p50"] for (c, users, workers, fresh), row in table.items()
             if workers == 1 and not fresh and refusal(row) < TELLS_NOTHING}
    counted = sorted({users for _, users in alone if users != ANY})
    if not counted:
        return
    left = LEFT["growth"]
    x_ticks, y_ticks = decades(counted), decades(alone.values())
    x_axis = Axis(x_ticks[0], x_ticks[-1], left + 12, left + PANEL - 12)
    y_axis = Axis(y_ticks[0], y_ticks[-1], BOTTOM, TOP)
    yield from frame(left, "Median of one login at a time", "users enrolled", x_axis, x_ticks, y_axis, y_ticks,
                     milliseconds)
    for contender, (_, colour, dashes, _) in reversed(STYLES.items()):
        if (contender, ANY) in alone:
            y = y_axis(alone[contender, ANY])
            yield line(left, y, left + PANEL, y, colour=colour, width=1.6, dashes=dashes)
        points = [(x_axis(u), y_axis(alone[contender, u])) for u in counted if (contender, u) in alone]
        if len(points) > 1:
            yield from draw_series(contender, points)


def concurrency(table):
    rates = {(c, workers): row["rate"] for (c, users, workers, fresh), row in table.items()
             if users in (ANY, CONCURRENCY_USERS) and not fresh and row["rate"]}
    at_once = sorted({workers for _, workers in rates})
    if len(at_once) < 2:
        return
    left = LEFT["concurrency"]
    y_ticks = decades(rates.values())
    x_axis = Axis(at_once[0], at_once[-1], left + 12, left + PANEL - 12)
    y_axis = Axis(y_ticks[0], y_ticks[-1], BOTTOM, TOP)
    yield from frame(left, "Logins a second that got in, 100,000 users", "logins at once", x_axis, at_once, y_axis,
                     y_ticks, short)
    for contender in reversed(STYLES):
        points = [(x_axis(w), y_axis(rates[contender, w])) for w in at_once if (contender, w) in rates]
        if len(points) > 1:
            yield from draw_series(contender, points)


def legend(contenders):
    shown = [STYLES[contender] for contender in STYLES if contender in contenders]
    for number, (name, colour, dashes, shape) in enumerate(shown):
        x, y = 40 + number % 4 * 232, BOTTOM + 62 + number // 4 * 20
        yield line(x, y, x + 26, y, colour=colour, width=2, dashes=dashes)
        yield marker(x + 13, y, shape, colour)
        yield text(x + 32, y + 4, name)


def write(path, table, machine):
    parts = [text(24, 28, "Logins through libpam", size=16, weight="bold"), text(24, 48, machine, colour="#44403c"),
             *growth(table), *concurrency(table), *legend({case[0] for case in table})]
    path.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        'font-family="DejaVu Sans, Verdana, sans-serif">\n'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>\n' + "\n".join(parts) + "\n</svg>\n")
