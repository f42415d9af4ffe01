"""Exercises whose node, record and workstations are as they are."""

from __future__ import annotations

import pytest

from qroc_desktop.services.exercise.joining import joined_seat


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A window that has said something does not wait for ever to learn that it was refused; a test does, or it would
    ask how fast the machine is."""
    monkeypatch.setattr(joined_seat, "_PATIENCE_S", 60.0)
