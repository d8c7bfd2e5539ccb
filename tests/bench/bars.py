"""What this project promises of itself (CONTRIBUTING, "Benchmark"), checked within one run: ratios of medians, memory
and start-up."""
from population import GOOGLE, OATH, UMBRA, YARDSTICK

AT_MOST, AT_LEAST = "at most", "at least"
THOUSAND, HUNDRED_THOUSAND, MILLION = 1_000, 100_000, 1_000_000


def case(contender, users, workers, fresh=False):
    return contender, users, workers, fresh


def beside(peer, users, workers, field, how, bound, fresh=False):
    what = {"p50": "p50", "rate": "logins/s", "cpu_us": "CPU per login"}[field]
    text = f"{what}, {workers} at once, {users:,} users{', fresh processes' if fresh else ''}"
    return text, case(UMBRA, users, workers, fresh), case(peer, users, workers, fresh), field, how, bound, f"{peer}'s"


def with_itself(workers, users, other_users, field, bound):
    what = {"p50": "p50", "rate": "logins/s"}[field]
    return (f"{what}, {workers} at once, {users:,} users", case(UMBRA, users, workers),
            case(UMBRA, other_users, workers), field, AT_MOST, bound, f"that with {other_users:,}")


RATIOS = [
    beside(GOOGLE, THOUSAND, 1, "p50", AT_MOST, 0.85),
    beside(GOOGLE, THOUSAND, 8, "rate", AT_LEAST, 1.6),
    beside(GOOGLE, HUNDRED_THOUSAND, 64, "rate", AT_LEAST, 6.0),
    beside(GOOGLE, THOUSAND, 8, "cpu_us", AT_MOST, 0.65),
    beside(GOOGLE, THOUSAND, 1, "p50", AT_MOST, 1.0, fresh=True),
    beside(OATH, HUNDRED_THOUSAND, 1, "rate", AT_LEAST, 70.0),
    beside(YARDSTICK, HUNDRED_THOUSAND, 1, "p50", AT_MOST, 1.15),
    beside(YARDSTICK, HUNDRED_THOUSAND, 8, "rate", AT_LEAST, 1.0),
    beside(YARDSTICK, HUNDRED_THOUSAND, 32, "rate", AT_LEAST, 1.0),
    beside(YARDSTICK, HUNDRED_THOUSAND, 64, "rate", AT_LEAST, 1.0),
    with_itself(1, HUNDRED_THOUSAND, THOUSAND, "p50", 1.2),
    with_itself(1, MILLION, THOUSAND, "p50", 1.3),
    with_itself(8, THOUSAND, HUNDRED_THOUSAND, "rate", 1.2),
]
MOST_MEMORY = 24.0  # MiB, with 1,000 users
MOST_GROWTH = 4.0   # MiB of the daemon's own memory, from 1,000 users to 1,000,000
MOST_START = 0.5    # seconds, with 1,000,000 users


def _ratios(table):
    for text, ours, theirs, field, how, bound, whose in RATIOS:
        if ours not in table or theirs not in table:
            yield f"{text}: beside {whose}", None
            continue
        ratio = table[ours][field] / table[theirs][field]
        good = ratio <= bound if how == AT_MOST else ratio >= bound
        yield f"{text}: {ratio:.2f} × {whose}, promised {how} {bound}", good


def _limit(text, value, unit, bound):
    if value is None:
        return text, None
    return f"{text}: {value:.2f} {unit}, promised below {bound}", value < bound


def _growth(small, large):
    name = "RssAnon_alone"
    return large[name] - small[name] if small and large and name in small and name in large else None


def _daemon(daemons):
    small, large = daemons.get((UMBRA, THOUSAND)), daemons.get((UMBRA, MILLION))
    yield _limit("the daemon's memory with 1,000 users", small and small["VmRSS"], "MiB", MOST_MEMORY)
    yield _limit("growth of its own memory (RssAnon) to 1,000,000 users",
                 _growth(small, large), "MiB", MOST_GROWTH)
    yield _limit("start with 1,000,000 users", large and large["start"], "s", MOST_START)


def _refusals(table):
    rows = [row for case_, row in table.items() if case_[0] == UMBRA]
    refused = sum(row["refused"] for row in rows)
    yield f"right codes refused: {refused} of {sum(row['logins'] for row in rows):,}, promised none", not refused


def check(table, daemons):
    """All of them as (text, True, False or None for one that was not run)."""
    return [*_ratios(table), *_daemon(daemons), *_refusals(table)]
