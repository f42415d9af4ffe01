"""Somebody at the director's window of the real program, and at the windows of the teams on the same machine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qroc_desktop.exercise.recording import Recording
from qroc_desktop.services.exercise.runs import RECORD
from tests.e2e.processes import Driven

STAFF = "next(w for w in windows() if w.place and w.place.driver)"
BLUE = "next(w for w in windows() if w.place and not w.place.driver)"
_READING = "director.place.driver.snapshot.reading"


class Director:
    """What is done there by keys, dialogs and buttons."""

    def __init__(self, driven: Driven) -> None:
        self.driven = driven
        self.do, self.get, self.until = driven.do, driven.get, driven.until

    def sit_down(self) -> None:
        """Wait for the director's window."""
        self.until("any(w.place and w.place.driver for w in windows())")
        self.do(f"director = {STAFF}; panel = director.exercise; controls = director.strip.controls")
        self.until("panel.events.table.model().rowCount() > 0")

    def key(self, keys: str, window: str = "director") -> None:
        # On a display without a window manager nobody else brings it to the front.
        self.do(f"{window}.raise_(); {window}.activateWindow()")
        self.until(f"{window}.isActiveWindow()")
        self.do(f"key({keys!r}, {window})")

    def dialog(self, name: str, kind: str) -> None:
        """The open dialog of a kind, by a name for the next lines."""
        found = f"[d for d in QApplication.topLevelWidgets() if type(d).__name__ == {kind!r} and d.isVisible()]"
        self.until(f"len({found})")
        self.do(f"{name} = {found}[0]")

    def reading(self) -> tuple[str, int]:
        state, t = self.get(f"(str({_READING}.state), {_READING}.t)")
        return state, t

    def state(self, wanted: str) -> None:
        self.until(f"str({_READING}.state) == {wanted!r}")

    def reached(self, t: int) -> None:
        self.until(f"{_READING}.t >= {t}")

    def make(self, scenario: Path, run: Path) -> None:
        """A new exercise from the menu of an ordinary window."""
        self.until("bool(windows())")
        self.do("window().commands['exercise.new'].trigger()")
        self.dialog("new", "NewExerciseDialog")
        self.do(f"from pathlib import Path; new.read(Path({str(scenario)!r}))")
        self.until("new.title.text() == 'A small hunt'")
        self.do(f"new.place.setText({str(run)!r}); QTest.mouseClick(new.begin, Qt.MouseButton.LeftButton)")
        self.sit_down()


def recorded(run: Path) -> list[Any]:
    """All that a run has recorded, in order."""
    record = Recording(run / RECORD, read_only=True)
    try:
        return [event for _, event in record.events()]
    finally:
        record.close()
