"""Red's panel by mouse and keyboard, on a run with real files: made, weighed, sent, answered, kept, and kept secret."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDockWidget

from qroc_desktop.domain import geodesy
from qroc_desktop.domain.query import ItemQuery
from qroc_desktop.domain.shape import Shape
from qroc_desktop.errors import Message, Refused
from qroc_desktop.exercise import ruling
from qroc_desktop.exercise.events import Committed, Proposed
from qroc_desktop.exercise.seating import Saying
from qroc_desktop.services.exercise.run import ExerciseRun
from qroc_desktop.ui.exercise.plans.legs import LegRow
from qroc_desktop.ui.exercise.plans.panel import PlanPanel
from tests.ui.desk_window import ShownWindow
from tests.ui.exercise.played import RED_AT, OtherSeat, Played, docked, gone

NORTH = (9.5205, 47.1390)
"""In Vaduz, on the road that leads north from where the runner is."""


def panel_of(played: Played, reds: ShownWindow, seat: object = None) -> PlanPanel:
    panel = PlanPanel(
        reds.window.bench, seat or played.seat("red"), reds.window.map, roads=played.roads  # type: ignore[arg-type]
    )  # fmt: skip
    docked(reds, panel)
    reds.until(panel._timer.isActive)
    panel.planners.choose("runner")
    panel.legs.setFocus()
    return panel


@pytest.fixture
def panel(played: Played, reds: ShownWindow) -> Iterator[PlanPanel]:
    played.start()
    made = panel_of(played, reds)
    yield made
    gone(made)


def draw(reds: ShownWindow, panel: PlanPanel, *places: tuple[float, float], roads: bool = True) -> None:
    """As a person draws: the button, clicks on the map, a double click."""
    panel.form.mode.setCurrentIndex(panel.form.mode.findData("car"))
    panel.form.roads.setChecked(roads)
    QTest.mouseClick(panel.draw, Qt.MouseButton.LeftButton)
    start = reds.map.of("leg")[-1][0]
    reds.map.leg_drawn.emit(Shape(type="LineString", coordinates=[list(start), *[list(place) for place in places]]))
    reds.settled()


def drafts(panel: PlanPanel) -> list[str]:
    """How each leg is gone."""
    return [
        str(panel.legs.rows.index(n, 1).data()) for n, row in enumerate(panel.legs.rows.rows) if row.state == "draft"
    ]


def what_else(panel: PlanPanel) -> list[str]:
    return [str(panel.legs.rows.index(n, 6).data()) for n in range(len(panel.legs.rows.rows))]


def test_a_leg_begins_where_he_is_and_follows_roads_where_there_are_some(reds: ShownWindow, panel: PlanPanel) -> None:
    draw(reds, panel, NORTH)
    assert reds.map.of("leg")[0][0] == pytest.approx(RED_AT)
    (row,) = panel.legs.rows.rows
    assert row.along
    assert len(row.leg.points) > 10
    straight = geodesy.distance(RED_AT, NORTH)
    assert straight < row.metres < 1.5 * straight
    # 60 km/h are a thousand metres a minute, at three points each.
    assert row.cost == pytest.approx(3 * row.metres / 1000, rel=1e-3)
    assert panel.spent.text.startswith("spent 0 · ")
    assert f"this plan {row.cost:.1f}".removesuffix(".0") in panel.spent.text
    # The next one begins where this one ends.
    draw(reds, panel, RED_AT)
    assert reds.map.of("leg")[1][0] == pytest.approx(row.leg.points[-1])


def test_where_no_road_leads_it_goes_straight_and_says_so(reds: ShownWindow, panel: PlanPanel) -> None:
    draw(reds, panel, (9.53, 47.60))
    assert what_else(panel)[0].startswith("The plan takes")
    assert "straight: No road" in what_else(panel)[0]
    panel.form.mode.setCurrentIndex(panel.form.mode.findData("boat"))
    panel.form.mode.activated.emit(panel.form.mode.currentIndex())
    reds.settled()
    assert "No road graph knows how one moves by boat." in what_else(panel)[0]


def test_what_does_not_fit_is_told_at_the_leg_while_it_is_made(reds: ShownWindow, panel: PlanPanel) -> None:
    draw(reds, panel, NORTH, roads=False)
    assert panel.send.isEnabled()
    reds.key(Qt.Key.Key_W, into=panel.legs)
    reds.settled()
    panel.form.minutes.setValue(14.5)
    reds.settled()
    assert what_else(panel)[0] == "straight"
    minutes = geodesy.distance(RED_AT, NORTH) / 1000 + 14.5
    assert what_else(panel)[1] == f"The plan takes {minutes:.1f} min; a turn has 15."
    assert panel.turn.over
    assert not panel.send.isEnabled()
    panel.form.minutes.setValue(5)
    for _ in range(13):
        reds.key(Qt.Key.Key_W, into=panel.legs)
        reds.settled()
        panel.form.minutes.setValue(0.5)
        QTest.mouseClick(panel.form.hide_, Qt.MouseButton.LeftButton, pos=panel.form.hide_.rect().center() / 8)
        panel.legs.setFocus()
        reds.settled()
    assert "The plan costs" in what_else(panel)[-1]
    assert panel.spent.over


def test_the_keyboard_alone_makes_orders_and_takes_back(reds: ShownWindow, panel: PlanPanel) -> None:
    draw(reds, panel, NORTH, roads=False)
    reds.key(Qt.Key.Key_W, into=panel.legs)
    reds.settled()
    assert drafts(panel) == ["Car", "waiting"]
    reds.key(Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier, into=panel.legs)
    reds.settled()
    assert drafts(panel) == ["waiting", "Car"]
    assert panel.legs.currentIndex().row() == 0
    reds.key(Qt.Key.Key_Delete, into=panel.legs)
    reds.settled()
    assert drafts(panel) == ["Car"]
    reds.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier, into=panel.legs)
    assert drafts(panel) == ["waiting", "Car"]
    for _ in range(4):
        reds.key(Qt.Key.Key_Backspace, into=panel.legs)
    assert drafts(panel) == []
    assert reds.notices() == []


def test_one_key_sends_it_and_the_answer_comes_back(reds: ShownWindow, panel: PlanPanel, played: Played) -> None:
    draw(reds, panel, NORTH)
    reds.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier, into=panel.legs)
    reds.settled()
    (proposed,) = played.events(Proposed)
    assert (proposed.entity, proposed.by) == ("runner", "Officer")
    assert [row.state for row in panel.legs.rows.rows] == ["waiting"]
    assert panel.state.text().startswith("Waits for the director")
    played.driver.do(lambda run: run.conduct.decline("runner", "The road is closed.")).result()
    reds.until(lambda: panel.state.text() == "Declined: The road is closed.")
    assert reds.notices()[-1] == "The director declines the plan for The runner: The road is closed."
    QTest.mouseClick(panel.again, Qt.MouseButton.LeftButton)
    reds.settled()
    assert drafts(panel) == ["Car"]
    QTest.mouseClick(panel.send, Qt.MouseButton.LeftButton)
    reds.settled()
    played.driver.do(lambda run: run.conduct.accept("runner", "Director")).result()
    reds.until(lambda: [row.state for row in panel.legs.rows.rows] == ["under-way"])
    assert reds.notices()[-1] == "The director accepts the plan for The runner."
    (committed,) = played.events(Committed)
    assert played.seat("red").shown().view.spent == committed.cost
    assert f"spent {committed.cost:.1f}".removesuffix(".0") in panel.spent.text


def test_what_was_ruled_and_why_stands_beside_what_was_asked_for(
    reds: ShownWindow, panel: PlanPanel, played: Played
) -> None:
    draw(reds, panel, NORTH)
    QTest.mouseClick(panel.send, Qt.MouseButton.LeftButton)
    reds.settled()

    def longer(run: ExerciseRun) -> Committed:
        proposed, start = played.events(Proposed)[0], run.conduct.world.position("runner")
        (leg,) = ruling.as_asked(run.conduct.budget("runner"), start or RED_AT, proposed.legs)
        return run.conduct.rule("runner", [msgspec.structs.replace(leg, extra_s=300)], "A block.", "Director")

    made = played.driver.do(longer).result()
    reds.until(lambda: [row.leg.ends for row in panel.legs.rows.rows] == [made.legs[0].ends])
    assert reds.notices()[-1] == "The director accepts the plan for The runner with changes: A block."
    assert panel.state.text().startswith("Accepted with changes: A block. Under way until ")
    assert "in 1 leg, not " in panel.state.text()
    assert "You asked for:" in panel.state.toolTip()


def test_a_way_that_is_gone_in_part_shows_what_lies_ahead(reds: ShownWindow, panel: PlanPanel, played: Played) -> None:
    draw(reds, panel, NORTH)
    whole = panel.legs.rows.rows[0]
    QTest.mouseClick(panel.send, Qt.MouseButton.LeftButton)
    reds.settled()
    played.driver.do(lambda run: run.conduct.accept("runner", "Director")).result()
    played.half_way()
    reds.until(lambda: bool(panel.legs.rows.rows) and panel.legs.rows.rows[0].metres < 0.6 * whole.metres)
    row = panel.legs.rows.rows[0]
    assert row.metres == pytest.approx(whole.metres / 2, rel=0.05)


def test_a_draft_begins_where_he_has_come_to_meanwhile(reds: ShownWindow, panel: PlanPanel, played: Played) -> None:
    draw(reds, panel, NORTH)
    QTest.mouseClick(panel.send, Qt.MouseButton.LeftButton)
    reds.settled()
    played.driver.do(lambda run: run.conduct.accept("runner", "Director")).result()
    panel.look()
    draw(reds, panel, RED_AT)
    played.half_way()
    here = played.driver.do(lambda run: run.conduct.world.position("runner")).result()

    def draft() -> LegRow:
        return next(row for row in panel.legs.rows.rows if row.state == "draft")

    assert here is not None
    assert geodesy.distance(here, RED_AT) > 500
    reds.until(lambda: geodesy.distance(draft().start, here) < 100)
    # Its way was found anew, instead of beginning where he was when it was drawn.
    reds.until(lambda: geodesy.distance(draft().leg.points[0], draft().start) < 100)


def test_a_draft_outlives_the_window_in_a_file_of_its_own(reds: ShownWindow, panel: PlanPanel, played: Played) -> None:
    draw(reds, panel, NORTH)
    QTest.mouseClick(panel.wait, Qt.MouseButton.LeftButton)
    reds.settled()
    panel.end()
    assert reds.map.of("plans")[-1][0] == ""
    assert (played.folder / "red-plans" / "drafts.json").exists()
    again = panel_of(played, reds)
    reds.settled()
    assert drafts(again) == ["Car", "waiting"]
    gone(again)


def test_a_draft_that_is_damaged_is_told_and_a_new_one_can_be_made(
    reds: ShownWindow, panel: PlanPanel, played: Played
) -> None:
    path = played.folder / "red-plans" / "drafts.json"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b'{"making": 5}')
    again = panel_of(played, reds)
    reds.settled()
    assert "These are no drafts" in reds.notices()[-1]
    draw(reds, again, NORTH)
    assert drafts(again) == ["Car"]
    gone(again)


def test_a_refusal_is_told_and_the_draft_stays(played: Played, reds: ShownWindow) -> None:
    played.start()

    def refuse(saying: Saying) -> None:
        raise Refused(Message("The plan has no leg."))

    panel = panel_of(played, reds, OtherSeat(played.seat("red"), refuse))
    draw(reds, panel, NORTH)
    QTest.mouseClick(panel.send, Qt.MouseButton.LeftButton)
    reds.settled()
    assert reds.notices() == ["The plan has no leg. Nothing was changed."]
    assert drafts(panel) == ["Car"]
    assert panel.send.isEnabled()
    gone(panel)


def test_a_plan_that_is_kept_on_the_way_is_not_said_to_have_come(played: Played, reds: ShownWindow) -> None:
    played.start()
    kept: list[Saying] = []
    seat = OtherSeat(played.seat("red"), kept.append)
    seat.troubled = Refused(Message("Nobody answers."))
    panel = panel_of(played, reds, seat)
    draw(reds, panel, NORTH)
    assert panel.state.text() == "Nobody answers."
    QTest.mouseClick(panel.send, Qt.MouseButton.LeftButton)
    reds.settled()
    assert len(kept) == 1
    assert reds.notices() == ["The plan is kept and goes to the director once he is heard again."]
    gone(panel)


def test_a_slow_disk_freezes_nothing(played: Played, reds: ShownWindow) -> None:
    played.start()
    free, seat = threading.Event(), played.seat("red")

    def slowly(saying: Saying) -> None:
        assert free.wait(30)
        seat.say(saying)

    panel = panel_of(played, reds, OtherSeat(seat, slowly))
    draw(reds, panel, NORTH)
    QTest.mouseClick(panel.send, Qt.MouseButton.LeftButton)
    assert not panel.send.isEnabled()
    reds.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier, into=panel.legs)
    QTest.mouseClick(panel.wait, Qt.MouseButton.LeftButton)
    assert drafts(panel) == ["Car", "waiting"], "the window goes on"
    free.set()
    reds.settled()
    assert len(played.events(Proposed)) == 1
    gone(panel)


def test_the_map_has_the_plan_with_its_times_and_the_workspace_has_not(
    reds: ShownWindow, panel: PlanPanel, played: Played
) -> None:
    before = {item.id for item in reds.desk.picture.items(ItemQuery())}
    draw(reds, panel, NORTH)
    QTest.mouseClick(panel.wait, Qt.MouseButton.LeftButton)
    reds.settled()
    title, _, lines, marks = reds.map.of("plans")[-1]
    assert title.startswith("Secret plan")
    assert [(line.state, len(line.points) > 1) for line in lines] == [("draft", True), ("draft", False)]
    ends = [mark for mark in marks if mark.strong]
    # 14:02 local time, two minutes and a bit of driving, then five of waiting.
    assert [mark.text for mark in ends] == ["14:04", "14:09"]
    assert (ends[0].lon, ends[0].lat) == pytest.approx(NORTH, abs=5e-4)
    assert {item.id for item in reds.desk.picture.items(ItemQuery())} == before
    assert reds.map.of("overlay") == []


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_no_byte_of_the_plan_is_blues(reds: ShownWindow, panel: PlanPanel, played: Played) -> None:
    words = [b"ROTESFAHRRAD", b"ZWEITERWAGEN"]
    draw(reds, panel, NORTH)
    panel.form.vehicle.setFocus()
    reds.keys("ROTESFAHRRAD", panel.form.vehicle)
    reds.key(Qt.Key.Key_Return, into=panel.form.vehicle)
    reds.settled()
    panel.legs.setFocus()
    QTest.mouseClick(panel.send, Qt.MouseButton.LeftButton)
    reds.settled()
    played.driver.do(lambda run: run.conduct.accept("runner", "Director")).result()
    panel.legs.setFocus()
    draw(reds, panel, RED_AT)
    panel.form.vehicle.setFocus()
    reds.keys("ZWEITERWAGEN", panel.form.vehicle)
    reds.key(Qt.Key.Key_Return, into=panel.form.vehicle)
    reds.settled()
    played.jump(600)
    found = everything(played.folder)
    assert any(words[0] in data for data in found.values()), "the record has it"
    assert words[1] in found["red-plans/drafts.json"]
    way = msgspec.json.encode(panel.legs.rows.rows[-1].leg.points[:-1])
    blue = {name: data for name, data in found.items() if name.startswith("blue")}
    assert "blue.qroc" in blue
    seat = played.seat("blue")
    blue["served"] = msgspec.json.encode([seat.info, seat.shown()])
    for name, data in blue.items():
        for word in (*words, b"runner", way[1:-1]):
            assert word not in data, (name, word)


@pytest.mark.usefixtures("in_german")
def test_it_fits_beside_the_details_on_a_small_screen(played: Played, reds: ShownWindow) -> None:
    played.start()
    panel = panel_of(played, reds)
    assert panel.minimumSizeHint().width() <= 860
    dock = panel.parentWidget()
    assert isinstance(dock, QDockWidget)
    dock.setFloating(True)
    dock.resize(1150, 320)
    reds.until(lambda: panel.planners.isVisibleTo(panel))
    assert not panel.choice.isVisibleTo(panel)
    dock.resize(870, 320)
    reds.until(lambda: not panel.planners.isVisibleTo(panel))
    assert panel.choice.isVisibleTo(panel)
    panel.choice.setCurrentIndex(1)
    panel.choice.activated.emit(1)
    assert panel.entity == "REDVAN"
    assert panel.state.text().startswith("Noch nicht im Spiel")
    assert not panel.draw.isEnabled()
    gone(panel)
