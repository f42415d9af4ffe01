"""What stands in the exercise's dock of a window: the director's panel, red's plan, or the observer's list."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from qroc_desktop.domain.ids import random_id
from qroc_desktop.exercise.seating import Seat
from qroc_desktop.exercise.teams import staff
from qroc_desktop.exercise.vocabulary import RoleType
from qroc_desktop.mapview.widget import MapWidget
from qroc_desktop.services.exercise.driver import ExerciseDriver
from qroc_desktop.services.exercise.seat import LocalSeat
from qroc_desktop.translation import tr
from qroc_desktop.ui.bench import Bench
from qroc_desktop.ui.exercise.director.clock_controls import ClockControls
from qroc_desktop.ui.exercise.director.panel import DirectorPanel
from qroc_desktop.ui.exercise.observing.panel import ObserverPanel
from qroc_desktop.ui.exercise.place import ExercisePlace, ReviewPlace
from qroc_desktop.ui.exercise.plans.adjudication import AdjudicationView
from qroc_desktop.ui.exercise.plans.panel import PlanPanel
from qroc_desktop.ui.exercise.review.panel import ReviewPanel
from qroc_desktop.ui.exercise.strip import ExerciseStrip


def panel(bench: Bench, place: ExercisePlace, map_: MapWidget) -> QWidget | None:
    """The panel of whoever sits here; None where the strip is all there is, as for blue."""
    info = place.seat.info
    if place.driver is not None:
        return _directing(bench, place, place.driver, map_)
    if place.review is not None:
        return _review(bench, place.review, map_)
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
    if (open_run := place.open_run) is not None:
        made.forked.connect(lambda folder: bench.guarded(lambda: open_run(folder)))
    if driver.scenario.budgets:
        plans = AdjudicationView(bench, driver, map_, roads=place.roads)
        made.tabs.addTab(plans, tr("Plans"))
        plans.count_changed.connect(lambda count: _count(made, plans, tr("Plans"), count))
    # On one machine the directing staff rates as well; evaluators who joined have the list for themselves.
    judge = LocalSeat(driver, Seat(team=staff(driver.scenario).id, role=RoleType.EVALUATOR))
    made.tabs.addTab(ObserverPanel(bench, judge), tr("Ratings"))
    if place.review is not None:
        review = _review(bench, place.review, map_)
        made.tabs.addTab(review, tr("Review"))
        review.counted.connect(lambda count: _count(made, review, tr("Review"), count))
        made.ended.connect(lambda: _look_back(bench, made, review))
    return made


def _look_back(bench: Bench, panel: DirectorPanel, review: ReviewPanel) -> None:
    """The first talk comes right after the end: what the record suggests for it is there before anybody asks."""
    review.reload()
    offer = (tr("Show it"), lambda: panel.tabs.setCurrentWidget(review))
    bench.notices.info(tr("The exercise has ended. The first drafts for the hot wash are in the review."), offer)


def _review(bench: Bench, place: ReviewPlace, map_: MapWidget) -> ReviewPanel:
    return ReviewPanel(bench, place.source, map_, place.files, ids=random_id, write=place.record)


def _count(panel: DirectorPanel, page: QWidget, text: str, count: int) -> None:
    panel.tabs.setTabText(panel.tabs.indexOf(page), f"{text} ({count})" if count else text)


def _guarded(bench: Bench, does: Callable[[str], None]) -> Callable[[str], object]:
    return lambda team: bench.guarded(lambda: does(team))
