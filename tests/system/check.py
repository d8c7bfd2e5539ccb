"""The smallest test framework that speaks TAP: functions marked with @check, run in order on one machine."""
import traceback

_checks = []


def check(text):
    """Marks a function of one argument, the machine; `text` says what is true when it passes."""
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


def run_all(machine):
    """Prints TAP; true where every check passed."""
    print(f"1..{len(_checks)}", flush=True)
    failed = 0
    for number, (text, function) in enumerate(_checks, 1):
        before = machine.logs()
        try:
            function(machine)
            print(f"ok {number} - {text}", flush=True)
        except Exception:  # whatever stops a check is its failure, and the next one runs
            failed += 1
            print(f"not ok {number} - {text}", flush=True)
            explain(traceback.format_exc())
            for name, content in machine.logs().items():
                explain(content[len(before.get(name, "")):], f"{name}: ")
    return failed == 0
