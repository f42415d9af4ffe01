"""Power cuts by the thousand under outbox and inbox: `python -m tests.benchmarks.power_cuts [--cuts N] [--seed N]`.

FULL is what the program does; NORMAL and OFF show what it would cost not to. The exit code is 0 only where FULL lost
nothing of what had been acknowledged, broke nothing, and delivered each bundle once when the power was back.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.sync.power_cuts import Report, run

ROWS = ("cuts", "acknowledged", "lost", "damaged", "twice", "undelivered")
CUTS_A_ROUND = 50
COMPARED = 100


def main() -> int:
    """Run, print, judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cuts", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    reports: dict[str, Report] = {}
    with tempfile.TemporaryDirectory() as name:
        for synchronous in ("FULL", "NORMAL", "OFF"):
            # Files that no order was kept in are no ground for a second round.
            rounds = 1 if synchronous == "OFF" else max(1, arguments.cuts // CUTS_A_ROUND)
            rounds = rounds if synchronous == "FULL" else min(rounds, COMPARED // CUTS_A_ROUND)
            cuts, seed = min(CUTS_A_ROUND, arguments.cuts), arguments.seed
            folder = Path(name) / synchronous
            reports[synchronous] = run(folder, rounds=rounds, steps=40, cuts=cuts, seed=seed, synchronous=synchronous)
    print(f"{'synchronous':16}" + "".join(f"{name:>12}" for name in reports))
    for row in ROWS:
        print(f"{row:16}" + "".join(f"{getattr(report, row):>12}" for report in reports.values()))
    for example in reports["FULL"].examples:
        print(example)
    return 0 if reports["FULL"].good else 1


if __name__ == "__main__":
    sys.exit(main())
