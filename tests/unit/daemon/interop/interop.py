"""Our tokens and codes against python3-cryptography's Fernet and oathtool's codes: interop.py PEER OATHTOOL"""

import random
import subprocess
import sys
from datetime import datetime, timezone

from cryptography.fernet import Fernet, MultiFernet

PEER, OATHTOOL = sys.argv[1:3]
ALGORITHMS = {"SHA1": 1, "SHA256": 2, "SHA512": 3}
TIMES = [59, 1111111109, 1234567890, 1700000010, 2147483648, 4294967296]
failures = []


class Peer:
    def __init__(self):
        self.process = subprocess.Popen([PEER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, *words):
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().rstrip("\n")

    def end(self):
        self.process.stdin.close()
        return self.process.wait(timeout=10)


def expect(got, wanted, what):
    if got != wanted:
        failures.append(f"{what}: {got!r} instead of {wanted!r}")


def tokens(peer):
    for size in list(range(1, 50)) + [100, 1000, 4096]:
        keys = [Fernet.generate_key().decode() for _ in range(3)]
        text = "".join(random.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=size))
        ours = peer.ask("seal", ",".join(keys), text)
        expect(Fernet(keys[0]).decrypt(ours.encode()).decode(), text, f"our token of {size} bytes")
        expect(MultiFernet([Fernet(k) for k in reversed(keys)]).decrypt(ours.encode()).decode(), text, "in a ring")
        for key in keys:
            theirs = Fernet(key).encrypt(text.encode()).decode()
            expect(peer.ask("open", ",".join(keys), theirs), text, f"their token of {size} bytes")
        stranger = Fernet(Fernet.generate_key()).encrypt(text.encode()).decode()
        expect(peer.ask("open", ",".join(keys), stranger), "(refused)", "a stranger's token")


def codes(peer):
    for algorithm, number in ALGORITHMS.items():
        for digits in (6, 7, 8):
            for period in (15, 30, 60):
                for time in TIMES:
                    secret = random.randbytes(random.choice((10, 16, 20, 32, 64))).hex()
                    now = datetime.fromtimestamp(time, timezone.utc).strftime("%Y-%m-%d %H:%M:%S UTC")
                    wanted = subprocess.run(
                        [OATHTOOL, f"--totp={algorithm}", "-d", str(digits), "-s", f"{period}s", "--now", now, secret],
                        check=True, capture_output=True, text=True).stdout.strip()
                    got = peer.ask("code", number, digits, period, secret, time)
                    expect(got, wanted, f"{algorithm} {digits} digits {period} s at {time} secret {secret}")


peer = Peer()
tokens(peer)
codes(peer)
expect(peer.end(), 0, "our peer's exit code")
for line in failures:
    print(line)
sys.exit(1 if failures else 0)
