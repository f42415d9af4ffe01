"""Numbers in fields have the decimal sign of the language, and either is read, whatever the language."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from qroc_desktop import translation
from qroc_desktop.paths import program_files
from qroc_desktop.ui.decimal_box import DecimalBox
from qroc_desktop.ui.panels.details.fields import NumberField


@pytest.fixture(params=[("en", "."), ("de", ",")], ids=["en", "de"])
def sign(request: pytest.FixtureRequest) -> Iterator[str]:
    language, sign = request.param
    translation.use_language(language, program_files().resources / "translations")
    yield sign
    translation.use_language("en", program_files().resources / "translations")


def test_a_number_is_shown_with_the_sign_of_the_language(sign: str, qtbot: QtBot) -> None:
    field = NumberField("Radius", 0.1, 100_000, "m")
    qtbot.addWidget(field)
    for value, text in ((27.5, f"27{sign}5"), (1234.5, f"1234{sign}5"), (40.0, "40"), (0.125, f"0{sign}125")):
        field.show_number(value)
        assert field.text() == text
        assert field.number() == value
        assert not field.wrong
    field.show_number(None)
    assert (field.text(), field.number(), field.wrong) == ("", None, False)


@pytest.mark.parametrize("typed", ["2.5", "2,5"])
def test_either_sign_is_read_in_every_language(sign: str, typed: str, qtbot: QtBot) -> None:
    field = NumberField("Radius", 0.1, 100_000, "m")
    qtbot.addWidget(field)
    QTest.keyClicks(field, typed)
    assert (field.number(), field.wrong) == (2.5, False)


@pytest.mark.parametrize("typed", ["1.234,5", "1,234.5", "2,,5"])
def test_what_could_be_read_in_two_ways_is_not_read_at_all(sign: str, typed: str, qtbot: QtBot) -> None:
    field = NumberField("Radius", 0.1, 100_000, "m")
    qtbot.addWidget(field)
    QTest.keyClicks(field, typed)
    assert (field.number(), field.wrong) == (None, True)


@pytest.mark.parametrize("typed", ["2.5", "2,5"])
def test_a_number_with_arrows_shows_and_reads_them_alike(sign: str, typed: str, qtbot: QtBot) -> None:
    box = DecimalBox()
    qtbot.addWidget(box)
    box.setRange(0.1, 5000)
    box.setDecimals(1)
    box.setSuffix(" min")
    box.selectAll()
    QTest.keyClicks(box, typed)
    QTest.keyClick(box, Qt.Key.Key_Return)
    assert box.value() == 2.5
    assert box.text() == f"2{sign}5 min"
    box.setValue(1234.5)
    assert box.text() == f"1234{sign}5 min"
    box.stepUp()
    assert box.value() == 1235.5
