"""Plans in words: modes, lengths, points, and how a plan stands."""

from __future__ import annotations

from collections.abc import Sequence

from qroc_desktop.domain import geodesy
from qroc_desktop.domain.geodesy import LonLat
from qroc_desktop.exercise.models.modes import MODES
from qroc_desktop.translation import said, tr
from qroc_desktop.ui.measures import decimal_sign


def mode_text(mode: str) -> str:
    """A way to move; one that only the scenario knows has its name from there."""
    known = MODES.get(mode)
    return said(known.name) if known is not None else mode or tr("as the scenario has it")


def decimal(value: float, digits: int = 1) -> str:
    """With the language's decimal sign, without a zero that says nothing."""
    whole, _, rest = f"{value:.{digits}f}".partition(".")
    rest = rest.rstrip("0")
    return f"{whole}{decimal_sign()}{rest}" if rest else whole


def points_text(points: float) -> str:
    """Points of a budget, as a number."""
    return decimal(points)


def metres_of(start: LonLat, points: Sequence[LonLat]) -> float:
    """How long a leg is."""
    return geodesy.length((start, *points))
