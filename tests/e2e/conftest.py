from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.processes import Machine, makers


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    """A home of its own; every window that was started is gone at the end."""
    home = tmp_path / "home"
    home.mkdir()
    made = Machine(home)
    yield made
    made.end()


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A new workspace file."""
    path = tmp_path / "picture.qroc"
    makers().create(path, centre="Leitstelle Süd", country="DE").close()
    return path
