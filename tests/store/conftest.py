from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from qroc_desktop.store import Workspace
from tests.store.building import HandClock, create


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "picture.qroc"


@pytest.fixture
def workspace(path: Path, clock: HandClock) -> Iterator[Workspace]:
    with create(path, clock) as opened:
        yield opened
