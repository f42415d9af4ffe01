"""A real desk on a real file, with a clock that the test moves."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from qroc_desktop.services.desk import Desk
from qroc_desktop.services.workspaces import Workspaces
from tests.clocks import HandClock
from tests.services import sharing_centres


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
