"""Kill -9, cuts, damage, silence and duplicates between real nodes; the large size is in tests/benchmarks."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sync.chaos import Size, run

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("way", ["https", "nats"])
def test_nothing_is_lost_or_wrong_and_each_is_applied_once(tmp_path: Path, way: str) -> None:
    report = run(way, Size(bundles=30, kills=3 if way == "https" else 2, large=15), tmp_path)
    assert report.good, report
    assert sum(report.kills.values()) >= 2
