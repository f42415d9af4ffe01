"""Power cuts under outbox and inbox: nothing that was acknowledged is lost, and nothing comes twice.

QROC_POWER_CUTS names how many cuts there are to be (default: some hundred); `python -m tests.benchmarks.power_cuts`
makes thousands and prints a table.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.fakes import power
from tests.sync.power_cuts import run

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (hasattr(os, "fork") and power.available()), reason="needs fork, and an SQLite that shows its functions"
    ),
]
CUTS = int(os.environ.get("QROC_POWER_CUTS", "240"))
CUTS_A_ROUND = 40


def test_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    report = run(tmp_path / "disk", rounds=max(1, CUTS // CUTS_A_ROUND), steps=30, cuts=CUTS_A_ROUND)
    assert report.good, report
    assert report.cuts >= CUTS_A_ROUND
    assert report.acknowledged > 10 * report.cuts


def test_without_waiting_for_the_disk_it_would_be_lost(tmp_path: Path) -> None:
    """The proof can fail: SQLite's usual setting loses what was acknowledged, in an unbroken file."""
    report = run(tmp_path / "disk", rounds=1, steps=30, cuts=25, synchronous="NORMAL")
    assert report.lost > 0, report
    assert report.damaged == 0, report


def test_without_any_order_the_file_would_break(tmp_path: Path) -> None:
    """The cuts are as bad as they claim: sectors torn and out of order break a file that nothing keeps in order."""
    report = run(tmp_path / "disk", rounds=1, steps=30, cuts=25, synchronous="OFF")
    assert report.lost > 0, report
    assert report.damaged > 0, report
