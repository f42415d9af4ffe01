"""Figures are written one way in the window, whatever the language; the map page is held to the same in tests/gui."""

from __future__ import annotations

import pytest

from qroc_desktop.domain.instant import Instant
from qroc_desktop.ui.measures import area_text, length_text, spaced
from qroc_desktop.ui.times import DAY, age_text


@pytest.mark.parametrize(
    ("metres", "words"), [(742.4, "742 m"), (1143.2, "1.143 km"), (27_150, "27.15 km"), (1_123_400, "1\u2009123 km")]
)
def test_lengths(metres: float, words: str) -> None:
    assert length_text(metres) == words


def test_german_has_a_comma_and_no_point_between_thousands(in_german: None) -> None:
    assert length_text(1143.2) == "1,143 km"
    assert length_text(1_123_400) == "1\u2009123 km"
    assert area_text(123_456) == "12,3 ha"
    assert spaced(11_000_000) == "11\u2009000\u2009000"


@pytest.mark.parametrize(("days", "words"), [(3, "3 d"), (700, "700 d"), (731, "2 y"), (45_638, "124 y")])
def test_old_things_are_years_old(days: int, words: str) -> None:
    assert age_text(Instant(0), Instant(days * DAY)) == words
