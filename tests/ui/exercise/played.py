"""A small man hunt under way, with real files and its own thread, and a window on the desk of one of its seats."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtWidgets import QDockWidget, QWidget

from qroc_desktop.domain.ids import random_id
from qroc_desktop.errors import QrocError
from qroc_desktop.exercise.clock import Reading
from qroc_desktop.exercise.events import Committed, Event
from qroc_desktop.exercise.package import Package
from qroc_desktop.exercise.recording import Recording
from qroc_desktop.exercise.seating import Saying, Seat, SeatInfo, Served
from qroc_desktop.exercise.vocabulary import Passed, RoleType
from qroc_desktop.paths import program_files
from qroc_desktop.services.desk import Desk
from qroc_desktop.services.exercise.driver import ExerciseDriver
from qroc_desktop.services.exercise.run import ExerciseRun
from qroc_desktop.services.exercise.runs import RECORD
from qroc_desktop.services.exercise.seat import LocalSeat, usual_seat
from qroc_desktop.services.road_graphs import RoadGraphs
from qroc_desktop.services.system import system_clock
from tests.exercise.building import small
from tests.ui.desk_window import ShownWindow

BUDGET = {
    "points": 100,
    "turnS": 900,
    "speedKmh": {"walk": 5, "car": 60, "boat": 20},
    "perMinute": {"walk": 0.5, "car": 3, "boat": 2},
    "hide": 8,
    "change": 15,
}
RED_AT = (9.5165, 47.1225)
"""By the road between Balzers and Vaduz; the hunted man waits there."""


def hunt() -> Package:
    """The small exercise with a budget for red, and its man standing still."""
    entities = [
        {"id": "runner", "team": "red", "type": "a-h-G", "name": {"en": "The runner", "de": "Der Läufer"},
         "initial": {"position": RED_AT}},
        {"id": "REDVAN", "team": "red", "name": {"en": "The van"}, "initial": {}},
        {"id": "patrol-1", "team": "blue", "type": "a-f-G-U-C", "name": {"en": "Patrol 1"},
         "initial": {"position": [9.5209, 47.1410], "status": "free"}},
    ]  # fmt: skip
    roles = [
        {"id": "desk", "type": "blue"},
        {"id": "fugitive", "type": "red"},
        {"id": "director", "type": "director"},
        {"id": "judge", "type": "evaluator", "name": {"en": "The judge"}},
        {"id": "other", "type": "evaluator", "name": {"en": "The other judge"}},
    ]
    tasks = [
        {"id": "ring-in-time", "criterion": {"en": "A ring within five minutes"}, "target": 300, "unit": "s",
         "auto": {"action": "ring", "since": "alert", "team": "blue"}},
        {"id": "reasons", "criterion": {"en": "Reasons stand in the log"}},
    ]  # fmt: skip
    objectives = [
        {"id": "contain", "text": {"en": "Contain him: soon"}, "evaluator": "judge", "tasks": tasks},
        {"id": "tell", "text": {"en": "Tell the public"}, "evaluator": "other",
         "tasks": [{"id": "warned", "criterion": {"en": "Warned in time"}}]},
    ]  # fmt: skip
    teams = [
        {"id": "blue", "side": "blue", "roles": ["desk"]},
        {"id": "red", "side": "red", "roles": ["fugitive"]},
        {"id": "white", "side": "white", "roles": ["director", "judge", "other"], "canSee": ["blue", "red"]},
    ]
    return Package(
        scenario=small(
            teams=teams,
            entities=entities, budgets={"red": BUDGET}, roles=roles, objectives=objectives, visibility=[],
            injects=[inject for inject in _injects() if inject["id"] in ("alert", "spare")], branches=[],
        )
    )  # fmt: skip


def _injects() -> list[dict[str, Any]]:
    from tests.exercise.building import SMALL

    injects: list[dict[str, Any]] = SMALL["injects"]
    return injects


class Played:
    """The run of a test: its driver, its folder, and what stands in its record."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        ExerciseRun.create(hunt(), folder, clock=system_clock)
        self.driver = ExerciseDriver(self._opened, tick_s=0.01)
        self.roads = RoadGraphs(program_files().maps)

    def _opened(self) -> ExerciseRun:
        return ExerciseRun(
            self.folder, clock=system_clock, mono=time.monotonic_ns, ids=random_id, author="Officer", language="en"
        )

    def start(self, at_s: float = 120, speed: float = 1.0) -> None:
        """Under way from so many seconds on."""

        def command(run: ExerciseRun) -> None:
            run.conduct.ready()
            run.jump(round(at_s * 1000), Passed.FIRE)
            run.conduct.set_speed(speed)
            run.conduct.start()

        self.driver.do(command).result()

    def stand(self, at_s: float) -> None:
        """A later time, at which the clock then stands, so that nobody moves on while a slow machine looks."""

        def command(run: ExerciseRun) -> None:
            run.conduct.pause()
            run.jump(round(at_s * 1000), Passed.FIRE)

        self.driver.do(command).result()

    def half_way(self) -> None:
        """Stands at the middle of the only leg that was accepted."""
        (committed,) = self.events(Committed)
        (leg,) = committed.legs
        self.stand((leg.starts + leg.ends) / 2000)

    def jump(self, to_s: float) -> None:
        """A later time, and on."""

        def command(run: ExerciseRun) -> None:
            run.conduct.pause()
            run.jump(round(to_s * 1000), Passed.FIRE)
            run.conduct.start()

        self.driver.do(command).result()

    def seat(self, team: str) -> LocalSeat:
        return LocalSeat(self.driver, usual_seat(self.driver.scenario, team))

    def judge(self) -> LocalSeat:
        return LocalSeat(self.driver, Seat(team="white", role=RoleType.EVALUATOR))

    def events(self, kind: type[Any]) -> list[Any]:
        """What stands in the record, read from the disk."""
        record = Recording(self.folder / RECORD, read_only=True)
        found: list[Event] = [event for _, event in record.events() if isinstance(event, kind)]
        record.close()
        return found


class OtherSeat:
    """A seat as a joined workstation has it: the same Protocol, and a test decides what becomes of what is said."""

    def __init__(self, seat: LocalSeat, say: Callable[[Saying], None]) -> None:
        self._seat = seat
        self._say = say
        self.info: SeatInfo = seat.info
        self.troubled: QrocError | None = None

    @property
    def desk(self) -> Desk:
        return self._seat.desk

    def shown(self) -> Served:
        return self._seat.shown()

    def reading(self) -> Reading:
        return self._seat.reading()

    def trouble(self) -> QrocError | None:
        return self.troubled

    def say(self, saying: Saying) -> None:
        self._say(saying)


def docked(shown: ShownWindow, panel: QWidget) -> QDockWidget:
    """The panel in the window, as a dock."""
    dock = QDockWidget("Exercise", shown.window)
    dock.setObjectName("dock-exercise")
    dock.setWidget(panel)
    shown.window.addDockWidget(Qt.DockWidgetArea.BottomDockWidgetArea, dock)
    dock.show()
    dock.raise_()
    shown.until(lambda: not panel.visibleRegion().isEmpty())
    return dock


def gone(panel: QWidget) -> None:
    """As when its window closes."""
    panel.end()  # type: ignore[attr-defined]
    parent = panel.parentWidget()
    assert parent is not None
    parent.hide()
    parent.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
