"""The figures of a run: medians over its rounds, as a table and as JSON."""
import json
import statistics

from machine import in_words
from population import ANY

FIELDS = ("rate", "p50", "p99", "cpu_us")
TELLS_NOTHING = 0.5  # of right codes refused: what times mean is then how long refusing takes


def medians(results):
    table = {}
    for case, rows in results.items():
        table[case] = {field: statistics.median(row[field] for row in rows) for field in FIELDS}
        for field in ("rate", "p50"):
            values = [row[field] for row in rows]
            table[case][f"{field}_spread"] = (max(values) - min(values)) / (statistics.median(values) or 1)
        table[case]["refused"] = sum(row["refused"] for row in rows)
        table[case]["logins"] = sum(row["logins"] for row in rows)
    return table


def _most(samples, name):
    return max(sample[name] for sample in samples) / 1024


def daemons(populations):
    """MiB of each daemon at its fullest, and the median start in seconds, by contender and users."""
    found = {}
    for p in populations:
        samples = [sample for of_workers in p.memory.values() for sample in of_workers]
        if samples:
            row = {name: _most(samples, name) for name in samples[0]}
            if 1 in p.memory:
                row["RssAnon_alone"] = _most(p.memory[1], "RssAnon")  # all numbers of users have that one
            found[p.contender, p.users] = dict(row, start=statistics.median(p.starts))
    return found


def refusal(row):
    return row["refused"] / row["logins"]


def print_table(table, found_daemons, machine):
    print(in_words(machine))
    print(f"\n{'module':13} {'users':>9} {'P':>3} {'':5} {'logins/s':>9} {'spread':>7} {'p50 µs':>8} {'spread':>7} "
          f"{'p99 µs':>9} {'CPU µs':>7} {'refused':>8}")
    for (contender, users, workers, fresh), row in sorted(table.items(), key=lambda i: (i[0][1:], i[0][0])):
        times = "".join(f" {'–':>{width}}" for width in (8, 7, 9, 7))
        if refusal(row) < TELLS_NOTHING:
            cpu = "–" if users == 1 else f"{row['cpu_us']:,.0f}"  # most of it went into the wrong codes ahead
            times = f" {row['p50']:8,.0f} {row['p50_spread']:7.0%} {row['p99']:9,.0f} {cpu:>7}"
        print(f"{contender:13} {'any' if users == ANY else f'{users:,}':>9} {workers:3} {'fresh' if fresh else '':5} "
              f"{row['rate']:9,.0f} {row['rate_spread']:7.0%}{times} {refusal(row):8.1%}")
    print(f"\n{'daemon':13} {'users':>9} {'RSS MiB':>8} {'own (anon)':>11} {'page cache':>11} {'start s':>8}")
    for (contender, users), row in sorted(found_daemons.items()):
        print(f"{contender:13} {users:9,} {row['VmRSS']:8.1f} {row['RssAnon']:11.1f} {row['RssFile']:11.1f} "
              f"{row['start']:8.3f}")
    print("\nCPU: of caller and daemon, for each login that got in. Spread: largest less smallest, by the median.\n")


def print_bars(checked):
    """How many were missed."""
    for text, good in checked:
        print(f"{'not run' if good is None else 'reached' if good else 'MISSED':8} {text}")
    return sum(good is False for _, good in checked)


def write_json(path, table, found_daemons, machine, checked):
    names = ("module", "users", "workers", "fresh")
    path.write_text(json.dumps({
        "machine": machine,
        "logins": [dict(zip(names, case), **row) for case, row in table.items()],
        "daemons": [dict(row, daemon=contender, users=users) for (contender, users), row in found_daemons.items()],
        "bars": [{"bar": text, "reached": good} for text, good in checked]}, indent=1) + "\n")
