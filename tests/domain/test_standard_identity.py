from __future__ import annotations

import pytest

from qroc_desktop.domain.standard_identity import (
    affiliation_of_cot,
    affiliation_of_sidc,
    cot_with,
    is_sidc,
    sidc_with,
)
from qroc_desktop.domain.vocabulary import Affiliation


@pytest.mark.parametrize("affiliation", Affiliation)
def test_round_trips(affiliation: Affiliation) -> None:
    assert affiliation_of_cot(cot_with("a-.-G-U", affiliation)) is affiliation
    assert affiliation_of_sidc(sidc_with("10014000001201000000", affiliation)) is affiliation
    assert affiliation_of_sidc(sidc_with("SFGPUCIM-------", affiliation)) is affiliation


@pytest.mark.parametrize(
    ("kind", "affiliation"),
    [
        ("a-h-G", Affiliation.HOSTILE),
        ("a-j-G", Affiliation.SUSPECT),
        ("a-k-G", Affiliation.HOSTILE),
        ("a-.-G", None),
        ("a-o-G", None),
        ("b-m-p", None),
        ("a", None),
        ("", None),
    ],
)
def test_affiliation_of_cot(kind: str, affiliation: Affiliation | None) -> None:
    assert affiliation_of_cot(kind) is affiliation


def test_types_without_a_place_stay() -> None:
    for kind in ("b-m-p", "u-d-f", "", "a"):
        assert cot_with(kind, Affiliation.HOSTILE) == kind


@pytest.mark.parametrize(
    ("sidc", "affiliation"),
    [
        ("10064000001201000000", Affiliation.HOSTILE),
        ("10164000001201000000", Affiliation.HOSTILE),
        ("10094000001201000000", None),
        ("SDGPUCIM-------", Affiliation.FRIEND),
        ("S*GPUCIM-------", None),
        ("nonsense", None),
    ],
)
def test_affiliation_of_sidc(sidc: str, affiliation: Affiliation | None) -> None:
    assert affiliation_of_sidc(sidc) is affiliation


@pytest.mark.parametrize("text", ["", "1" * 19, "1" * 21, "1" * 20 + "\n", "sfgpucim-------", "SF'PUCIM-------"])
def test_what_is_not_a_code_stays(text: str) -> None:
    assert not is_sidc(text)
    assert sidc_with(text, Affiliation.FRIEND) == text
