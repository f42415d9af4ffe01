from __future__ import annotations

import pytest

from qroc_desktop.domain.vocabulary import Priority
from qroc_desktop.ui.tokens import DARK, LIGHT, TLP_COLOURS, Tokens, contrast, priority_colour

GROUNDS = ("window", "panel", "raised", "field")
WRITTEN = ("text", "muted", "accent", "danger", "warning", "good")
PAIRS = (
    ("on_accent", "accent"), ("on_selection", "selection"), ("on_live", "live"), ("on_exercise", "exercise"),
    ("on_past", "past"), ("text", "hover"), ("text", "info_ground"), ("text", "warning_ground"),
    ("text", "danger_ground"),
)
BOTH = pytest.mark.parametrize("tokens", [DARK, LIGHT], ids=lambda t: t.name)


def test_contrast_is_that_of_the_standard() -> None:
    # WCAG 2.2: black on white is 21:1; #777777 on white is 4.48:1, the well-known near miss.
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


@BOTH
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("written", WRITTEN)
def test_text_can_be_read_on_every_ground(tokens: Tokens, written: str, ground: str) -> None:
    assert contrast(getattr(tokens, written), getattr(tokens, ground)) >= 4.5


@BOTH
@pytest.mark.parametrize(("written", "ground"), PAIRS)
def test_text_can_be_read_on_its_own_ground(tokens: Tokens, written: str, ground: str) -> None:
    assert contrast(getattr(tokens, written), getattr(tokens, ground)) >= 4.5


@BOTH
@pytest.mark.parametrize("priority", list(Priority))
def test_priorities_can_be_read_as_text_and_as_signs(tokens: Tokens, priority: Priority) -> None:
    colour = priority_colour(tokens, priority)
    assert contrast(colour, tokens.panel) >= 4.5
    if priority is not Priority.ROUTINE:
        assert contrast(tokens.on_priority, colour) >= 4.5


@BOTH
@pytest.mark.parametrize("ground", ["panel", "field", "window"])
@pytest.mark.parametrize("mark", ["edge", "accent"])
def test_edges_and_focus_can_be_seen(tokens: Tokens, mark: str, ground: str) -> None:
    assert contrast(getattr(tokens, mark), getattr(tokens, ground)) >= 3.0


@BOTH
def test_what_is_disabled_can_still_be_made_out(tokens: Tokens) -> None:
    assert contrast(tokens.disabled, tokens.panel) >= 3.0


@pytest.mark.parametrize("label", list(TLP_COLOURS))
def test_tlp_labels_can_be_read_on_their_black(label: str) -> None:
    assert contrast(TLP_COLOURS[label], "#000000") >= 4.5  # type: ignore[index]
