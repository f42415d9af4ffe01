"""A real desk on a real file, with a clock that the test moves."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from qroc_desktop.domain.instant import Instant, parse, seconds
from qroc_desktop.services.desk import Desk
from qroc_desktop.services.workspaces import Workspaces
from tests.services import sharing_centres


class HandClock:
    """Stands still until told to go on."""

    def __init__(self, start: str = "2026-03-01T12:00:00Z") -> None:
        self.instant = parse(start)

    def __call__(self) -> Instant:
        return self.instant

    def forward(self, by_seconds: float) -> Instant:
        """Move on, and give the new time."""
        self.instant = Instant(self.instant + seconds(by_seconds))
        return self.instant


@pytest.fixture
def clock() -> HandClock:
    """The time of the test."""
    return HandClock()


@pytest.fixture
def workspaces(clock: HandClock) -> Workspaces:
    """Opens desks for one duty officer."""
    numbers = count(1)
    return Workspaces(author="duty-officer", clock=clock, ids=lambda: f"id-{next(numbers):04}")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the workspace lies."""
    return tmp_path / "picture.qroc"


@pytest.fixture
def desk(workspaces: Workspaces, path: Path) -> Iterator[Desk]:
    """An open desk on a new workspace."""
    desk = workspaces.create(path, centre="Leitstelle Süd", country="DE")
    yield desk
    desk.close()


@pytest.fixture
def maastricht(tmp_path: Path) -> Iterator[sharing_centres.Desk]:
    """A centre with workspace and exchange."""
    desk = sharing_centres.Desk(tmp_path, "Maastricht", "NL")
    yield desk
    desk.close()


@pytest.fixture
def aachen(tmp_path: Path) -> Iterator[sharing_centres.Desk]:
    """Another one, in another country."""
    desk = sharing_centres.Desk(tmp_path, "Aachen", "DE")
    yield desk
    desk.close()


@pytest.fixture
def neighbours(maastricht: sharing_centres.Desk, aachen: sharing_centres.Desk) -> sharing_centres.Neighbours:
    """The two, enrolled with each other."""
    return sharing_centres.Neighbours(maastricht, aachen)
