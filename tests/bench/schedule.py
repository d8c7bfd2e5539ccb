"""Which steps a run has, and their order: all of them in every round, so that what the machine does meanwhile meets
all contenders."""
import time

from population import ANY, GOOGLE, OATH, PERMIT, TWICE, UMBRA, UNIX, YARDSTICK, Population

USERS = (1, 1_000, 10_000, 100_000, 1_000_000)
WORKERS = (1, 2, 8, 32, 64)
CONTENDERS = (UMBRA, GOOGLE, OATH, YARDSTICK, TWICE, PERMIT, *UNIX.values())
QUICK_USERS, QUICK_ROUNDS = (1, 1_000, 100_000), 2
MOST_OF_PEERS = 100_000  # users: a file for each; or one file, 27 ms a login of it

# At once, by users; where the number is not here, one at a time tells how cost grows with it.
AT_ONCE = {1_000: (1, 8), 100_000: WORKERS, ANY: WORKERS}
FRESH = {UMBRA: (1, 8), GOOGLE: (1, 8), YARDSTICK: (1, 8)}  # with 1,000 users
FRESH_USERS = 1_000
TWICE_USERS = 100_000  # where the numbers at once are compared
ONLY = dict.fromkeys((OATH, *UNIX.values()), (1, 8))  # more at once would show nothing but refusals, and processors


class Schedule:
    def __init__(self, build, folder, users_list, workers_list, contenders):
        (folder / "pam.d").mkdir()
        (folder / "pam.d" / "other").touch()  # without it libpam logs an error for each login
        wanted = [(UMBRA, users) for users in users_list]
        wanted += [(c, users) for c in (GOOGLE, OATH, YARDSTICK) for users in users_list if users <= MOST_OF_PEERS]
        wanted += [(TWICE, users) for users in users_list if users == TWICE_USERS]
        wanted += [(c, ANY) for c in (PERMIT, *UNIX.values())]
        self.populations = [Population(c, users, build, folder) for c, users in wanted if c in contenders]
        self.steps = [(p, workers, fresh) for fresh in (False, True) for users in (ANY, *users_list)
                      for workers in WORKERS for p in self.populations
                      if p.users == users and workers in workers_list and workers in self._at_once(p, fresh)]

    @staticmethod
    def _at_once(population, fresh):
        if fresh:
            return FRESH.get(population.contender, ()) if population.users == FRESH_USERS else ()
        at_once = AT_ONCE.get(population.users, (1,))
        return [w for w in at_once if w in ONLY.get(population.contender, at_once)]

    def run(self, rounds, progress):
        """Rows by case; a case is (contender, users, workers, fresh)."""
        results = {}
        for number in range(rounds):
            for population, workers, fresh in self._turned(number):
                progress.step(f"round {number + 1} of {rounds}: {population.contender}, " + (
                    f"{population.users:,} enrolled, " if population.counts_users() else "") +
                    f"{workers} at once{', fresh' if fresh else ''}")
                case = population.contender, population.users, workers, fresh
                results.setdefault(case, []).append(population.step(workers, fresh))
        progress.end()
        return results

    def _turned(self, number):
        """Every other round goes backwards, so that nobody always runs behind the same neighbour."""
        return self.steps if number % 2 == 0 else self.steps[::-1]

    def stop(self):
        for population in self.populations:
            population.stop()


class Progress:
    """A bar on a terminal, lines elsewhere."""

    WIDTH = 30

    def __init__(self, stream, steps):
        self.stream, self.steps, self.done, self.begin = stream, steps, 0, time.monotonic()

    def step(self, text):
        self.done += 1
        minutes, seconds = divmod(int(time.monotonic() - self.begin), 60)
        if self.stream.isatty():
            filled = self.WIDTH * self.done // max(self.steps, 1)
            bar = "█" * filled + "·" * (self.WIDTH - filled)
            print(f"\r\033[K{bar} {minutes}:{seconds:02} {text}", end="", file=self.stream, flush=True)
        else:
            print(f"{minutes}:{seconds:02} {self.done}/{self.steps} {text}", file=self.stream, flush=True)

    def end(self):
        if self.stream.isatty():
            print("\r\033[K", end="", file=self.stream, flush=True)
