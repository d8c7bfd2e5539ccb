"""The smallest test framework that speaks TAP: functions marked with @check, run in order, mostly on one machine."""
import traceback

_checks = []


class CannotRun(Exception):
    """Why a check is skipped: what it needs is not there."""


def check(text):
    """Marks a function of what run_all() is given: the machine, or nothing. `text` says what is true when it passes."""
    def mark(function):
        _checks.append((text, function))
        return function
    return mark


def expect(condition, what):
    if not condition:
        raise AssertionError(str(what))


def expect_accepted(login):
    expect(login.accepted, f"should have been let in: {login}")


def expect_refused(login, prompts=None):
    expect(not login.accepted, f"should have been refused: {login}")
    if prompts is not None:
        expect(len(login.prompts) == prompts, f"should have been asked {prompts} times: {login}")


def explain(text, prefix=""):
    print("".join(f"# {prefix}{line}\n" for line in text.splitlines()), end="", flush=True)


def run_all(machine=None):
    """Prints TAP; true where every check passed."""
    given = [machine] if machine else []
    print(f"1..{len(_checks)}", flush=True)
    failed = 0
    for number, (text, function) in enumerate(_checks, 1):
        before = machine.logs() if machine else {}
        try:
            function(*given)
            print(f"ok {number} - {text}", flush=True)
        except CannotRun as why:
            print(f"ok {number} - {text} # SKIP {why}", flush=True)
        except Exception:  # whatever stops a check is its failure, and the next one runs
            failed += 1
            print(f"not ok {number} - {text}", flush=True)
            explain(traceback.format_exc())
            for name, content in (machine.logs() if machine else {}).items():
                explain(content[len(before.get(name, "")):], f"{name}: ")
    return failed == 0
