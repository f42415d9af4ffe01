"""Text that fits, and that stays what it is."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from qroc_desktop.reports.lettering import printable, shortened, width_mm, wrapped


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(codec="latin-1", exclude_categories=["Cc", "Zs"]) | st.just(" "), max_size=120))
def test_no_line_is_wider_than_its_column_and_no_letter_is_lost(text: str) -> None:
    lines = wrapped(text, 18.0, 7.0)
    assert all(width_mm(line, 7.0) <= 18.0 for line in lines)
    assert "".join("".join(lines).split()) == "".join(printable(text).split())


def test_long_words_break_after_a_joint() -> None:
    word = "Gefahrstoffverordnungs-Durchführungsbestimmung"
    lines = wrapped(word, 40.0, 7.0)
    assert lines[0] == "Gefahrstoffverordnungs-"
    assert "".join(lines) == word


def test_a_limit_of_lines_ends_in_an_ellipsis() -> None:
    lines = wrapped("eins zwei drei vier fünf sechs sieben acht", 15.0, 7.0, most=2)
    assert len(lines) == 2
    assert lines[-1].endswith("…")
    assert width_mm(lines[-1], 7.0) <= 15.0


def test_what_turns_the_order_of_letters_is_shown_and_not_obeyed() -> None:
    assert printable("invoice\u202egpj.exe") == "invoice\ufffdgpj.exe"
    assert printable("a\x00b\x1bc") == "a\ufffdb\ufffdc"


def test_dollars_are_dollars() -> None:
    assert width_mm("$x$", 10.0) > width_mm("x", 10.0) * 2


def test_what_fits_is_not_shortened() -> None:
    assert shortened("kurz", 50.0, 7.0) == "kurz"
    assert width_mm(shortened("n" * 400, 50.0, 7.0), 7.0) <= 50.0
