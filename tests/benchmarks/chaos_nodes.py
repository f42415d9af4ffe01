"""Chaos between two real nodes in its large size: `python -m tests.benchmarks.chaos_nodes [--bundles N --kills N]`.

Over HTTPS and over NATS: cuts, flipped bytes, silence, duplicates, kill -9 of nodes and relay; a ledger that the test
keeps decides. The exit code is 0 only where nothing was lost or wrong and each bundle was applied once.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.sync.chaos import Report, Size, run

ROWS = ("bundles", "delivered", "lost", "wrong", "twice", "unacknowledged", "broken_logs", "replayed")


def table(reports: dict[str, Report]) -> str:
    """The reports side by side."""
    lines = [f"{'':24}" + "".join(f"{way:>12}" for way in reports)]
    lines += [f"{row:24}" + "".join(f"{getattr(report, row):>12}" for report in reports.values()) for row in ROWS]
    for part in ("kills", "network", "alarms"):
        names = sorted({name for report in reports.values() for name in getattr(report, part)})
        lines.append(part)
        lines += [
            f"  {name[:30]:30}"[:32].ljust(24)
            + "".join(f"{getattr(report, part).get(name, 0):>12}" for report in reports.values())
            for name in names
        ]
        total = [sum(getattr(report, part).values()) for report in reports.values()]
        if part == "kills":
            lines.append(f"{'  together':24}" + "".join(f"{count:>12}" for count in total))
    lines.append(f"{'seconds':24}" + "".join(f"{report.seconds:>12.0f}" for report in reports.values()))
    return "\n".join(lines)


def main() -> int:
    """Run, print, judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bundles", type=int, default=1000)
    parser.add_argument("--kills", type=int, default=35)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--ways", nargs="+", default=["https", "nats"])
    arguments = parser.parse_args()
    size = Size(bundles=arguments.bundles, kills=arguments.kills, seed=arguments.seed, patience=900.0)
    reports = {}
    with tempfile.TemporaryDirectory() as folder:
        for way in arguments.ways:
            reports[way] = run(way, size, Path(folder))
            print(reports[way].said_wrong, end="", flush=True)
    print(table(reports))
    return 0 if all(report.good for report in reports.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
