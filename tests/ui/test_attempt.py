"""An answer for a dialog that is not there any more."""

from __future__ import annotations

import threading

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QLabel

from qroc_desktop.ui.attempt import attempt
from tests.ui.desk_window import ShownWindow


def test_an_answer_that_comes_after_the_dialog_is_dropped(shown: ShownWindow) -> None:
    label, go = QLabel("before", shown.window), threading.Event()
    background = shown.window.bench.background
    attempt(background, lambda: "after" if go.wait(20) else "", label.setText, lambda _: None)
    label.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    go.set()
    shown.settled()  # an exception in Qt's event loop would fail the test
    assert shown.notices() == []


def test_an_answer_comes_to_a_dialog_that_is_there(shown: ShownWindow) -> None:
    label = QLabel("before", shown.window)
    attempt(shown.window.bench.background, lambda: "after", label.setText, lambda _: None)
    shown.until(lambda: label.text() == "after")
