"""What stands in the exercise's dock of a window: the director's panel, red's plan, or the observer's list."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from qroc_desktop.exercise.seating import Seat
from qroc_desktop.exercise.vocabulary import RoleType
from qroc_desktop.mapview.widget import MapWidget
from qroc_desktop.services.exercise_driver import ExerciseDriver
from qroc_desktop.services.exercise_run import staff
from qroc_desktop.services.exercise_seat import LocalSeat
from qroc_desktop.translation import tr
from qroc_desktop.ui.bench import Bench
from qroc_desktop.ui.exercise.director.clock_controls import ClockControls
from qroc_desktop.ui.exercise.director.panel import DirectorPanel
from qroc_desktop.ui.exercise.observing.panel import ObserverPanel
from qroc_desktop.ui.exercise.place import ExercisePlace
from qroc_desktop.ui.exercise.plans.adjudication import AdjudicationView
from qroc_desktop.ui.exercise.plans.panel import PlanPanel
from qroc_desktop.ui.exercise.strip import ExerciseStrip


def panel(bench: Bench, place: ExercisePlace, map_: MapWidget) -> QWidget | None:
    """The panel of whoever sits here; None where the strip is all there is, as for blue."""
    info = place.seat.info
    if place.driver is not None:
        return _directing(bench, place, place.driver, map_)
    if info.seat.judges:
        return ObserverPanel(bench, place.seat)
    if info.budget is not None:
        return PlanPanel(bench, place.seat, map_, roads=place.roads)
    return None


def strip(bench: Bench, place: ExercisePlace) -> ExerciseStrip:
    """The strip, with the clock's controls where somebody conducts."""
    controls = ClockControls(bench, place.driver) if place.driver is not None else None
    return ExerciseStrip(bench, place, controls)


def _directing(bench: Bench, place: ExercisePlace, driver: ExerciseDriver, map_: MapWidget) -> DirectorPanel:
    made = DirectorPanel(bench, driver)
    if place.open_team is not None:
        made.team_asked.connect(_guarded(bench, place.open_team))
    if driver.scenario.budgets:
        plans = AdjudicationView(bench, driver, map_)
        made.tabs.addTab(plans, tr("Plans"))
        plans.count_changed.connect(lambda count: _count(made, plans, count))
    # On one machine the directing staff rates as well; evaluators who joined have the list for themselves.
    judge = LocalSeat(driver, Seat(team=staff(driver.scenario).id, role=RoleType.EVALUATOR))
    made.tabs.addTab(ObserverPanel(bench, judge), tr("Ratings"))
    return made


def _count(panel: DirectorPanel, plans: QWidget, count: int) -> None:
    text = tr("Plans")
    panel.tabs.setTabText(panel.tabs.indexOf(plans), f"{text} ({count})" if count else text)


def _guarded(bench: Bench, does: Callable[[str], None]) -> Callable[[str], object]:
    return lambda team: bench.guarded(lambda: does(team))
