"""How results are drawn and said: a heat map that reads in grey on every ground, figures in the reader's language."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest

from qroc_desktop import translation
from qroc_desktop.errors import Message
from qroc_desktop.exercise.models.card import Input
from qroc_desktop.paths import program_files
from qroc_desktop.services.model_sketches import figured, heat_style, percent_text, value_text

FOLDER = program_files().resources / "translations"
GROUNDS = {"dark": "#101820", "light": "#f2efe6", "water": "#dfe7ec", "wood": "#1d2a36"}


def lightness(red: float, green: float, blue: float) -> float:
    """CIE L* of an sRGB colour from 0 to 255 (CIE 15, IEC 61966-2-1): what is left of it in grey."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (red / 255, green / 255, blue / 255)]
    y = sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
    return 116 * y ** (1 / 3) - 16 if y > 0.008856 else 903.3 * y


def parts(colour: str) -> list[int]:
    return [int(colour[place : place + 2], 16) for place in (1, 3, 5)]


@pytest.mark.parametrize("ground", GROUNDS)
def test_classes_of_a_heat_map_are_told_apart_in_grey(ground: str) -> None:
    under = parts(GROUNDS[ground])
    seen = [lightness(*under)]
    for rank in (4, 3, 2, 1):
        style = heat_style(rank)
        assert style.fill is not None
        assert style.fill_opacity is not None
        cover = style.fill_opacity
        seen.append(lightness(*(cover * a + (1 - cover) * b for a, b in zip(parts(style.fill), under, strict=True))))
    steps = [later - earlier for earlier, later in pairwise(seen)]
    assert len({step > 0 for step in steps}) == 1, "from unlikely to likely it goes one way"
    assert min(abs(step) for step in steps) >= 4, "and by steps that are seen"


def test_edges_tell_the_classes_a_second_time() -> None:
    assert len({heat_style(rank).dash for rank in (1, 2, 3, 4)}) == 4
    assert heat_style(9) == heat_style(4)


@pytest.fixture
def in_german() -> Iterator[None]:
    translation.use_language("de", FOLDER)
    yield
    translation.use_language("en", FOLDER)


def test_figures_have_the_decimal_sign_of_the_language(in_german: None) -> None:
    ring = Message("Ring of {km:.1f} km", km=33.333)
    assert figured(ring) == "Ring von 33,3 km"
    assert percent_text(0.2105263) == "21,05"
    assert value_text(Input("t", Message("Step"), 0.25, "h")) == "0,25 h"
    translation.use_language("en", FOLDER)
    assert figured(ring) == "Ring of 33.3 km"
    assert percent_text(0.2105263) == "21.05"
