"""The real `qroc-desktop` in a process of its own, with a hand for the test: lines of standard input are Python,
run in the thread of the windows between two events; each is answered by one line of JSON.

`python -m tests.e2e.driven [--clock ISO] [--administrators FOLDER] WORDS...` passes WORDS on to the program.
"""

from __future__ import annotations

import functools
import json
import os
import sys
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from qroc_desktop.app import composition
from qroc_desktop.app.main import main
from qroc_desktop.domain.instant import Instant, parse
from qroc_desktop.ui.main_window import MainWindow

_answers = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)


class Hand(QObject):
    """Takes lines in the reader's thread and runs them in the thread of the windows."""

    asked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.names: dict[str, Any] = {
            "Qt": Qt,
            "QTest": QTest,
            "QApplication": QApplication,
            "window": window,
            "windows": windows,
            "dialog": dialog,
            "later": later,
            "typed": typed,
            "key": key,
            "page": page,
        }
        self.asked.connect(self._run, Qt.ConnectionType.QueuedConnection)

    def _run(self, line: str) -> None:
        code = json.loads(line)
        try:
            if code.get("value"):
                answer = {"value": eval(code["text"], self.names)}  # noqa: S307 - the test itself
            else:
                exec(code["text"], self.names)  # noqa: S102
                answer = {"value": None}
        except Exception:
            answer = {"error": traceback.format_exc()}
        _answers.write(json.dumps(answer) + "\n")


def windows() -> list[MainWindow]:
    return [w for w in QApplication.topLevelWidgets() if isinstance(w, MainWindow) and w.isVisible()]


def window() -> MainWindow:
    return windows()[0]


def dialog() -> QDialog | None:
    """The dialog that waits for an answer."""
    found: QWidget | None = QApplication.activeModalWidget()
    return found if isinstance(found, QDialog) else None


def key(what: str, into: QWidget | None = None) -> None:
    """A key as it is written in menus, such as `Ctrl+Shift+Y`, pressed where the keyboard is."""
    pressed = QKeySequence(what)[0]  # type: ignore[index]
    target = into or QApplication.focusWidget() or QApplication.activeWindow()
    assert target is not None
    QTest.keyClick(target, pressed.key(), pressed.keyboardModifiers())


def page() -> Any:
    """The map page of the window, driven by mouse and keys; the same one each time, so that it keeps what was said."""
    from tests.mapview.shown_map import ShownMap

    shown = window()
    if getattr(shown, "_driven_page", None) is None:
        shown._driven_page = ShownMap(shown.map, cast("Any", Waiter()))  # type: ignore[attr-defined]
    return shown._driven_page  # type: ignore[attr-defined]


class Waiter:
    """Stands in for pytest-qt's in a process that is not a test's."""

    def waitUntil(self, condition: Callable[[], bool], timeout: int) -> None:
        ends = time.monotonic() + timeout / 1000
        while not condition():
            assert time.monotonic() < ends, "never true"
            QTest.qWait(5)


def later(does: Callable[[], object]) -> None:
    """For what blocks until somebody answers."""
    QTimer.singleShot(0, does)


def typed(text: str, into: QWidget | None = None) -> None:
    """Letters as a keyboard sends them; QTest knows those of English only."""
    target = into or QApplication.focusWidget()
    assert target is not None
    for letter in text:
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            QApplication.sendEvent(target, QKeyEvent(kind, 0, Qt.KeyboardModifier.NoModifier, letter))


def listen() -> None:
    while (application := QCoreApplication.instance()) is None:
        time.sleep(0.01)
    hand = Hand()
    hand.moveToThread(application.thread())
    for line in sys.stdin:
        hand.asked.emit(line)


def start() -> int:
    words = sys.argv[1:]
    if words[:1] == ["--clock"]:
        shift = parse(words[1]) - time.time_ns() // 1000
        composition.Program = functools.partial(  # type: ignore[misc,assignment]
            composition.Program, clock=lambda: Instant(time.time_ns() // 1000 + shift)
        )
        words = words[2:]
    if words[:1] == ["--administrators"]:
        composition.Program = functools.partial(  # type: ignore[misc,assignment]
            composition.Program, administrators=Path(words[1])
        )
        words = words[2:]
    threading.Thread(target=listen, daemon=True).start()
    return main(words)


if __name__ == "__main__":
    sys.exit(start())
