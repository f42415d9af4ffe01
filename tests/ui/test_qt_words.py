"""What Qt says by itself is said in the user's language."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QTranslator
from PySide6.QtGui import QKeySequence

from qroc_desktop import translation
from qroc_desktop.ui.actions import ACTIONS
from qroc_desktop.ui.qt_words import speak

NATIVE = QKeySequence.SequenceFormat.NativeText


@pytest.fixture
def german(qapp: QCoreApplication, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(translation, "_language", "de")
    assert speak(qapp)
    yield
    for translator in qapp.findChildren(QTranslator):
        qapp.removeTranslator(translator)


def test_keys_stand_beside_the_menus_as_they_stand_on_a_german_keyboard(german: None) -> None:
    assert QKeySequence("Ctrl+Shift+W").toString(NATIVE) == "Strg+Umschalt+W"
    assert QKeySequence("Del").toString(NATIVE) == "Entf"


def test_the_keys_themselves_stay_what_they_are(german: None, qapp: QCoreApplication) -> None:
    keys = [key for spec in ACTIONS for key in spec.keys]
    in_german = [QKeySequence(key)[0] for key in keys]  # type: ignore[index]
    for translator in qapp.findChildren(QTranslator):
        qapp.removeTranslator(translator)
    assert in_german == [QKeySequence(key)[0] for key in keys]  # type: ignore[index]
