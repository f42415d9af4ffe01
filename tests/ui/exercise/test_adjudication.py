"""What the director makes of red's plan: told when it comes, shown with what blue has near, accepted, cut, declined."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from qroc_desktop.exercise.events import Committed, Declined
from qroc_desktop.exercise.plans import Intent
from qroc_desktop.exercise.seating import Plans
from qroc_desktop.ui.exercise.plans.adjudication import AdjudicationView
from tests.ui.desk_window import ShownWindow, new_item
from tests.ui.exercise.played import RED_AT, Played, docked, gone

VADUZ = (9.5209, 47.1410)
"""Where the patrol stands."""
WAY = (Intent(mode="car", points=(VADUZ,)), Intent(wait_s=60, hide=True), Intent(mode="walk", points=(RED_AT,)))


@pytest.fixture
def view(played: Played, whites: ShownWindow) -> Iterator[AdjudicationView]:
    played.start()
    made = AdjudicationView(whites.window.bench, played.driver, whites.window.map, roads=played.roads)
    docked(whites, made)
    yield made
    gone(made)


def propose(played: Played, intents: tuple[Intent, ...] = WAY[:2]) -> None:
    played.seat("red").say(Plans(id="1", entity="runner", intents=intents, by="Red 1"))


def texts(view: AdjudicationView, row: int = 0) -> list[str]:
    return [str(view.beside.rows.index(row, column).data()) for column in range(4)]


def test_a_plan_that_comes_in_is_announced_and_shown(
    view: AdjudicationView, whites: ShownWindow, played: Played
) -> None:
    assert view.pages.currentIndex() == 1
    propose(played)
    whites.until(lambda: bool(view.legs.rows.rows))
    assert whites.notices() == ["Red has a plan for The runner; it waits for your decision."]
    assert [row.number for row in view.legs.rows.rows] == [1, 2]
    title, _, lines, marks = whites.map.of("plans")[-1]
    assert title == "Plan of red: The runner"
    assert lines[0].points[-1] == pytest.approx(VADUZ)
    assert [mark.text for mark in marks if mark.strong][1].endswith("hidden")
    whites.until(lambda: view.account.text().startswith("14"))


def test_what_blue_has_near_the_way_is_listed_from_the_truth(
    view: AdjudicationView, whites: ShownWindow, played: Played
) -> None:
    blue = played.seat("blue").desk
    new_item(blue, "Block at the bridge", lon=9.5190, lat=47.1330)
    new_item(blue, "Far away", lon=9.60, lat=47.2)
    propose(played)
    whites.until(lambda: len(view.beside.rows.rows) == 2)
    block, patrol = texts(view, 0), texts(view, 1)
    if block[0] == "Patrol 1":
        block, patrol = patrol, block
    assert (block[0], block[3]) == ("Block at the bridge", "drawn by blue")
    assert (patrol[0], patrol[2], patrol[3]) == ("Patrol 1", "0 m", "free")
    view.beside.setFocus()
    whites.key(Qt.Key.Key_Return, into=view.beside)
    assert whites.map.of("go-to")


def test_answers_that_are_slower_than_the_clock_are_shown_all_the_same(
    view: AdjudicationView, whites: ShownWindow, played: Played
) -> None:
    """Two others keep the run busy, so that every answer takes longer than the time from one look to the next."""
    over = threading.Event()

    def keep_busy() -> None:
        while not over.is_set():
            played.driver.do(lambda run: time.sleep(0.7)).result()

    threads = [threading.Thread(target=keep_busy) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        propose(played)
        whites.until(lambda: bool(view.legs.rows.rows))
    finally:
        over.set()
        for thread in threads:
            thread.join()


def test_accepted_by_one_key_it_happens_from_now_on(
    view: AdjudicationView, whites: ShownWindow, played: Played
) -> None:
    propose(played)
    whites.until(lambda: bool(view.legs.rows.rows))
    whites.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier, into=view.plans)
    whites.settled()
    (committed,) = played.events(Committed)
    assert committed.by == "Officer"
    assert len(committed.legs) == 2
    assert committed.legs[0].starts == committed.t
    assert view.pages.currentIndex() == 1
    played.jump(900)
    assert played.driver.do(lambda run: run.conduct.world.position("runner")).result() == pytest.approx(VADUZ, abs=1e-6)


def test_cut_after_a_leg_it_needs_a_reason_and_costs_less(
    view: AdjudicationView, whites: ShownWindow, played: Played
) -> None:
    propose(played)
    whites.until(lambda: bool(view.legs.rows.rows))
    view.cut.setCurrentIndex(1)
    view.cut.activated.emit(1)
    QTest.mouseClick(view.accept, Qt.MouseButton.LeftButton)
    assert whites.notices()[-1] == "Say why it is ruled otherwise: red reads it."
    assert view.reason.hasFocus()
    assert played.events(Committed) == []
    whites.keys("No hiding place there.", view.reason)
    QTest.mouseClick(view.accept, Qt.MouseButton.LeftButton)
    whites.settled()
    (committed,) = played.events(Committed)
    assert (len(committed.legs), committed.reason) == (1, "No hiding place there.")
    # Two kilometres and a bit at 60 km/h, three points a minute; hiding is not paid for.
    assert committed.cost == pytest.approx(3 * (committed.legs[0].ends - committed.legs[0].starts) / 60_000)
    assert played.seat("red").shown().view.plans[0].changed == "No hiding place there."


def test_declined_it_needs_a_reason_that_red_reads(view: AdjudicationView, whites: ShownWindow, played: Played) -> None:
    propose(played)
    whites.until(lambda: bool(view.legs.rows.rows))
    QTest.mouseClick(view.decline, Qt.MouseButton.LeftButton)
    assert whites.notices()[-1] == "Say why it is declined: red reads it."
    whites.keys("Road works.", view.reason)
    QTest.mouseClick(view.decline, Qt.MouseButton.LeftButton)
    whites.settled()
    (declined,) = played.events(Declined)
    assert (declined.entity, declined.reason, declined.by) == ("runner", "Road works.", "Officer")
    assert view.reason.text() == ""
    assert played.seat("red").shown().view.plans[0].declined == "Road works."


def test_another_plan_that_came_meanwhile_is_not_accepted_unseen(
    view: AdjudicationView, whites: ShownWindow, played: Played
) -> None:
    propose(played)
    whites.until(lambda: bool(view.legs.rows.rows))
    view._timer.stop()
    propose(played, WAY[:1])
    QTest.mouseClick(view.accept, Qt.MouseButton.LeftButton)
    whites.settled()
    assert [text for text in whites.notices() if text.startswith("Red has sent another plan meanwhile")]
    assert played.events(Committed) == []
    assert len(view.legs.rows.rows) == 1, "the newer one is shown"
