from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sync.building import Centre, befriended


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[tuple[Centre, Centre]]:
    """Two centres that have enrolled each other."""
    one, other = befriended(tmp_path, "Noord", "Süd")
    yield one, other
    one.exchange.close()
    other.exchange.close()


@pytest.fixture
def noord(pair: tuple[Centre, Centre]) -> Centre:
    return pair[0]


@pytest.fixture
def sued(pair: tuple[Centre, Centre]) -> Centre:
    return pair[1]
