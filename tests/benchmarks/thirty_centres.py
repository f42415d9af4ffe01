"""Thirty centres as processes, one alert: `python -m tests.benchmarks.thirty_centres [--centres N]`.

Prints how long it takes from the first bundle handed in to the last of the other 29 having acknowledged it, and when
half of them had.
"""

from __future__ import annotations

import argparse
import contextlib
import tempfile
import time
from pathlib import Path

from tests.sync.building import incident
from tests.sync.nodes import NodeCentre, all_stored, until


def main() -> None:
    """Enrol, start, share, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--centres", type=int, default=30)
    count = parser.parse_args().centres
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        one, *others = made = [NodeCentre(Path(folder) / str(number), f"Centre {number}") for number in range(count)]
        for centre in made:
            stack.callback(centre.close)
        for other in others:
            one.enrols(other)
            other.enrols(one)
        for centre in made:
            centre.start(wait=False)
        for centre in made:
            centre.await_running()
        began = time.monotonic()
        bundles = [one.sends(other, incident("alert", "Flucht über die Grenze")).bundle for other in others]
        handed_in = time.monotonic() - began
        until(lambda: sum(one.state(bundle) == "stored" for bundle in bundles) >= len(bundles) / 2, "half", 300)
        half = time.monotonic() - began
        until(lambda: all_stored(one, bundles), "all of them", 300)
        print(f"{count} centres: handed in after {handed_in:.2f} s, half of them had it after {half:.2f} s, ", end="")
        print(f"all {len(bundles)} after {time.monotonic() - began:.2f} s")
        wrong = [other.name for other in others if len(other.exchange.inbox.pending()) != 1]
        if wrong:
            raise SystemExit(f"not there: {', '.join(wrong)}")


if __name__ == "__main__":
    main()
