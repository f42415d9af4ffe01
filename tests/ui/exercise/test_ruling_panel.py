"""A plan of red ruled otherwise in the director's window: leg by leg, by mouse and by keyboard, and what red reads."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from qroc_desktop.domain.shape import Shape
from qroc_desktop.exercise.events import Committed, Proposed
from qroc_desktop.exercise.plans import Intent
from qroc_desktop.exercise.ruling import RuledLeg
from qroc_desktop.exercise.seating import Plans
from qroc_desktop.mapview.messages import Drawn
from qroc_desktop.services.exercise.plan_drafts import RulingDraft, RulingFile, RulingLeg
from qroc_desktop.ui.exercise.plans import standing
from qroc_desktop.ui.exercise.plans.adjudication import AdjudicationView
from qroc_desktop.ui.exercise.scenario_clock import ScenarioTimes
from tests.ui.desk_window import ShownWindow, new_item
from tests.ui.exercise.played import RED_AT, Played, docked, gone

VADUZ = (9.5209, 47.1410)
"""2.09 km north of him: at 60 km/h two minutes and a bit."""
BESIDE = (9.5400, 47.1300)
"""Where a block of blue's stands, well away from red's own way."""
WAY = (
    Intent(mode="car", points=(VADUZ,)),
    Intent(wait_s=60, hide=True),
    Intent(mode="walk", points=((9.5230, 47.1410),)),
)


@pytest.fixture
def view(played: Played, whites: ShownWindow) -> Iterator[AdjudicationView]:
    played.start()
    made = AdjudicationView(whites.window.bench, played.driver, whites.window.map, roads=played.roads)
    docked(whites, made)
    new_item(played.seat("blue").desk, "Block in the forest", lon=BESIDE[0], lat=BESIDE[1])
    played.seat("red").say(Plans(id="1", entity="runner", intents=WAY, by="Red 1"))
    whites.until(lambda: bool(made.legs.rows.rows))
    yield made
    gone(made)


def states(view: AdjudicationView) -> list[str]:
    return [row.state for row in view.legs.rows.rows]


def from_its_start(view: AdjudicationView) -> list[tuple[int, int]]:
    """Each leg's begin and end, in milliseconds from where the plan begins: the clock goes on."""
    legs = [row.leg for row in view.legs.rows.rows]
    return [(leg.starts - legs[0].starts, leg.ends - legs[0].starts) for leg in legs]


def told(view: AdjudicationView, row: int) -> str:
    return str(view.legs.rows.index(row, 6).data())


def rule(view: AdjudicationView, whites: ShownWindow, played: Played, reason: str) -> Committed:
    whites.keys(reason, view.reason)
    whites.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier, into=view.reason)
    whites.settled()
    (committed,) = played.events(Committed)
    assert isinstance(committed, Committed)
    return committed


def draw(whites: ShownWindow, *places: tuple[float, float]) -> None:
    """Answer the map's leg tool, as the page does."""
    (start,) = whites.map.of("leg")[-1]
    whites.map.leg_drawn.emit(Shape(type="LineString", coordinates=[list(start), *[list(place) for place in places]]))
    whites.map.tool_ended.emit("leg", True)
    whites.settled()


def test_ten_minutes_more_are_shown_beside_what_red_asked_and_recorded_with_the_reason(
    view: AdjudicationView, whites: ShownWindow, played: Played
) -> None:
    before = [row.leg for row in view.legs.rows.rows]
    bar = view.ruling.bar
    whites.key(Qt.Key.Key_Plus, into=view.legs)
    assert bar.extra.hasFocus()
    bar.extra.selectAll()
    whites.keys("10", bar.extra)
    assert states(view) == ["ruled", "ruled", "ruled"], "what comes after it comes later"
    after = [row.leg for row in view.legs.rows.rows]
    assert after[0].ends - after[0].starts == before[0].ends - before[0].starts + 600_000
    assert "red asked: 2:05 min" in told(view, 0)
    assert "10 min longer" in told(view, 0)
    assert "red asked:" in view.account.text()
    QTest.mouseClick(view.accept, Qt.MouseButton.LeftButton)
    assert whites.notices()[-1] == "Say why it is ruled otherwise: red reads it."
    assert view.reason.hasFocus()
    assert played.events(Committed) == []
    committed = rule(view, whites, played, "A tree lies across the road.")
    (proposed,) = played.events(Proposed)
    assert committed.legs[0].ends - committed.legs[0].starts == proposed.legs[0].ends + 600_000
    assert (committed.reason, committed.by) == ("A tree lies across the road.", "Officer")
    seat = played.seat("red")
    whites.until(lambda: bool(seat.shown().view.plans[0].ruled))
    plan = seat.shown().view.plans[0]
    assert (plan.asked, plan.ruled) == (proposed.legs, committed.legs)
    text, _ = standing.state_text(seat.shown(), "runner", ScenarioTimes.of(seat.info))
    assert text.startswith("Accepted with changes: A tree lies across the road. Under way until ")
    assert text.endswith(" in 3 legs, not 5:00 min in 3 legs")
    assert "You asked for:\n1. Car, 2:05 min\n2. waiting, 1:00 min, hidden" in standing.asked_for(plan)


def test_a_wait_at_a_block_is_shown_with_the_leg_and_recorded_as_a_leg_of_its_own(
    view: AdjudicationView, whites: ShownWindow, played: Played
) -> None:
    before = from_its_start(view)
    bar = view.ruling.bar
    whites.key(Qt.Key.Key_W, into=view.legs)
    assert bar.after.hasFocus()
    bar.after.selectAll()
    whites.keys("12", bar.after)
    first, *rest = from_its_start(view)
    assert first == before[0], "it arrives when it would"
    assert rest == [(starts + 720_000, ends + 720_000) for starts, ends in before[1:]]
    assert states(view) == ["ruled", "ruled", "ruled"]
    assert "then waits 12 min, until " in told(view, 0)
    committed = rule(view, whites, played, "Held at the block.")
    (proposed,) = played.events(Proposed)
    lengths = [leg.ends - leg.starts for leg in committed.legs]
    asked = [leg.ends - leg.starts for leg in proposed.legs]
    assert lengths == [asked[0], 720_000, *asked[1:]]
    assert [leg.points for leg in committed.legs] == [(VADUZ,), (), (), WAY[2].points]
    assert committed.cost == proposed.cost
    seat = played.seat("red")
    whites.until(lambda: bool(seat.shown().view.plans[0].ruled))
    assert "1. Car, 2:05 min\n2. waiting, 12:00 min\n3. waiting, 1:00 min, hidden" in standing.asked_for(
        seat.shown().view.plans[0]
    )


def test_a_ruling_that_is_being_made_is_there_again_when_the_window_is_and_gone_once_it_is_decided(
    view: AdjudicationView, whites: ShownWindow, played: Played
) -> None:
    view.ruling.bar.extra.setValue(10)
    view.legs.choose("waiting-2")
    whites.key(Qt.Key.Key_Delete, into=view.legs)
    whites.settled()
    wanted = view.legs.rows.rows
    assert states(view) == ["ruled", "dropped", "ruled"]
    view.end()
    again = AdjudicationView(whites.window.bench, played.driver, whites.window.map, roads=played.roads)
    docked(whites, again)
    whites.until(lambda: [row.state for row in again.legs.rows.rows] == ["ruled", "dropped", "ruled"])
    assert [(row.leg.ends - row.leg.starts, row.remark) for row in again.legs.rows.rows][:1] == [
        (row.leg.ends - row.leg.starts, row.remark) for row in wanted
    ][:1]
    assert again.ruling.bar.buttons["reset"].isEnabled(), "what red asked for is one step away"
    file = RulingFile(whites.desk.workspace.path)
    assert [(one.entity, [leg.leg.asked for leg in one.legs]) for one in file.read()] == [("runner", [1, 3])]
    rule(again, whites, played, "A tree.")
    whites.until(lambda: file.read() == ())
    gone(again)


def test_a_damaged_file_of_rulings_begins_anew_with_one_line(
    view: AdjudicationView, whites: ShownWindow, played: Played
) -> None:
    file = RulingFile(whites.desk.workspace.path)
    file.path.parent.mkdir(exist_ok=True)
    file.path.write_bytes(b'[{"entity": 7')
    view.end()
    told = len(whites.notices())
    again = AdjudicationView(whites.window.bench, played.driver, whites.window.map, roads=played.roads)
    docked(whites, again)
    whites.until(lambda: len(whites.notices()) > told and bool(again.legs.rows.rows))
    assert "These are no drafts of plans; a new one begins empty." in whites.notices()[-1]
    again.ruling.bar.extra.setValue(5)
    whites.settled()
    assert [one.legs[0].leg.extra_s for one in file.read()] == [300]
    gone(again)


@pytest.mark.parametrize("numbers", [(0,), (4,), (2, 1), (1, 1)])
def test_what_is_no_ruling_on_these_legs_is_not_taken_up(
    view: AdjudicationView, whites: ShownWindow, played: Played, numbers: tuple[int, ...]
) -> None:
    leg = RuledLeg(asked=1, intent=WAY[0], extra_s=60)
    legs = tuple(RulingLeg(leg=msgspec.structs.replace(leg, asked=number)) for number in numbers)
    (proposed,) = played.events(Proposed)
    RulingFile(whites.desk.workspace.path).write((RulingDraft(entity="runner", t=proposed.t, legs=legs),))
    view.end()
    again = AdjudicationView(whites.window.bench, played.driver, whites.window.map, roads=played.roads)
    docked(whites, again)
    whites.until(lambda: bool(again.legs.rows.rows))
    whites.settled()
    assert [row.state for row in again.legs.rows.rows] == ["waiting", "waiting", "waiting"]
    gone(again)


def test_what_stands_near_is_numbered_as_the_legs_are_whatever_waits_between(
    view: AdjudicationView, whites: ShownWindow, played: Played
) -> None:
    whites.until(lambda: bool(view.beside.rows.rows))
    before = {(one.drawn, str(one.name)): one.leg for one in view.beside.rows.rows}
    assert set(before.values()) == {1}, "the patrol stands where the first leg ends"
    view.ruling.bar.after.setValue(12)
    view.legs.choose("waiting-3")
    view.ruling.point_way()
    draw(whites, BESIDE)
    view.look()
    whites.until(lambda: any(one.drawn for one in view.beside.rows.rows))
    assert [one.leg for one in view.beside.rows.rows if one.drawn] == [3]


def test_another_way_is_pointed_at_and_what_blue_has_near_it_is_told_at_once(
    view: AdjudicationView, whites: ShownWindow, played: Played
) -> None:
    whites.until(lambda: len(view.beside.rows.rows) == 1)
    whites.key(Qt.Key.Key_Insert, into=view.legs)
    assert whites.map.of("leg")[-1] == [pytest.approx(RED_AT)]
    draw(whites, BESIDE, VADUZ)
    assert states(view)[0] == "ruled"
    assert told(view, 0).startswith("red asked: another way, 2:05 min")
    whites.until(lambda: "Block in the forest" in [view.beside.rows.index(n, 0).data() for n in range(2)])
    _, _, lines, _ = whites.map.of("plans")[-1]
    assert {line.state for line in lines} == {"ruled", "waiting"}, "the ruling beside what red asked"
    committed = rule(view, whites, played, "Take the forest road.")
    assert committed.legs[0].points == (BESIDE, VADUZ)
    assert committed.legs[1].points == ()


def test_a_leg_can_follow_the_roads_and_be_as_red_asked_again(
    view: AdjudicationView, whites: ShownWindow, played: Played
) -> None:
    before = [row.leg.ends - row.leg.starts for row in view.legs.rows.rows]
    QTest.mouseClick(view.ruling.bar.roads, Qt.MouseButton.LeftButton)
    whites.settled()
    row = view.legs.rows.rows[0]
    assert row.along
    assert len(row.leg.points) > 5, "the road between Balzers and Vaduz bends"
    assert row.leg.ends - row.leg.starts > before[0]
    QTest.mouseClick(view.ruling.bar.roads, Qt.MouseButton.LeftButton)
    whites.settled()
    assert [row.leg.ends - row.leg.starts for row in view.legs.rows.rows] == before
    assert states(view) == ["waiting"] * 3


def test_the_road_is_blocked_it_ends_there_and_what_comes_after_does_not_happen(
    view: AdjudicationView, whites: ShownWindow, played: Played
) -> None:
    half = ((RED_AT[0] + VADUZ[0]) / 2, (RED_AT[1] + VADUZ[1]) / 2)
    whites.key(Qt.Key.Key_S, into=view.legs)
    assert whites.map.of("tool")[-1][0] == "pick"
    whites.map.drawn.emit(Drawn(tool="pick", shape=Shape(type="Point", coordinates=[half[0] + 0.003, half[1]])))
    whites.map.tool_ended.emit("pick", True)
    assert states(view) == ["ruled", "dropped", "dropped"]
    assert whites.notices()[-1].startswith("The leg does not lead there; it ends where it comes nearest, ")
    committed = rule(view, whites, played, "The road is blocked.")
    (leg,) = committed.legs
    assert leg.points[-1] == pytest.approx(half, abs=6e-4)
    # Half of 2.09 km at 60 km/h.
    assert leg.ends - leg.starts == pytest.approx(62_500, rel=0.06)


def test_keys_take_a_leg_out_and_take_that_back(view: AdjudicationView, whites: ShownWindow) -> None:
    view.legs.choose("waiting-2")
    whites.key(Qt.Key.Key_Delete, into=view.legs)
    assert states(view) == ["waiting", "dropped", "ruled"]
    assert view.legs.current() is not None
    assert not view.ruling.bar.buttons["drop"].isEnabled(), "it is out already"
    whites.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier, into=view.legs)
    assert states(view) == ["waiting"] * 3
    for number in (3, 2, 1):
        view.legs.choose(f"waiting-{number}")
        QTest.mouseClick(view.ruling.bar.buttons["drop"], Qt.MouseButton.LeftButton)
    assert states(view) == ["dropped"] * 3
    assert not view.accept.isEnabled(), "a plan without a leg is declined, not accepted"
    QTest.mouseClick(view.ruling.bar.buttons["reset"], Qt.MouseButton.LeftButton)
    assert states(view) == ["waiting"] * 3
    assert view.accept.isEnabled()


def test_mode_speed_and_hiding_are_ruled_and_priced_at_once(
    view: AdjudicationView, whites: ShownWindow, played: Played
) -> None:
    bar = view.ruling.bar
    bar.mode.setCurrentIndex(bar.mode.findData("walk"))
    bar.mode.activated.emit(bar.mode.currentIndex())
    walking = view.legs.rows.rows[0]
    # 2.09 km at 5 km/h are 25 minutes, at half a point each; the turn has 15.
    assert walking.leg.ends - walking.leg.starts == pytest.approx(25 * 60_000, rel=0.02)
    assert walking.cost == pytest.approx(12.5, rel=0.02)
    assert view.account.property("role") == "warning"
    bar.speed.setValue(4)
    slower = view.legs.rows.rows[0]
    assert (slower.leg.ends - slower.leg.starts) == pytest.approx(
        1.25 * (walking.leg.ends - walking.leg.starts), rel=1e-3
    )
    view.legs.choose("waiting-2")
    whites.key(Qt.Key.Key_Space, into=bar.hide_)
    assert view.legs.rows.rows[1].cost == 0
    committed = rule(view, whites, played, "The car does not start; no barn there.")
    assert [(leg.mode, leg.hide) for leg in committed.legs] == [("walk", False), ("", False), ("walk", False)]


def test_a_change_of_vehicle_is_ruled_priced_and_read_by_red(
    view: AdjudicationView, whites: ShownWindow, played: Played
) -> None:
    before = [(row.leg.ends - row.leg.starts, row.cost) for row in view.legs.rows.rows]
    bar = view.ruling.bar
    whites.keys("grey estate car", bar.vehicle)
    assert states(view) == ["ruled", "waiting", "waiting"]
    after = [(row.leg.ends - row.leg.starts, row.cost) for row in view.legs.rows.rows]
    assert after == [(before[0][0], before[0][1] + 15), *before[1:]], "15 points, and it takes no longer"
    assert "red asked: keeps the vehicle" in told(view, 0)
    view.legs.choose("waiting-3")
    assert bar.vehicle.text() == ""
    view.legs.choose("waiting-1")
    assert bar.vehicle.text() == "grey estate car"
    committed = rule(view, whites, played, "The car breaks down; somebody gives him a lift.")
    assert [leg.vehicle for leg in committed.legs] == ["grey estate car", "", ""]
    seat = played.seat("red")
    whites.until(lambda: bool(seat.shown().view.plans[0].ruled))
    assert "1. Car, 2:05 min, changes to grey estate car" in standing.asked_for(seat.shown().view.plans[0])
    assert played.driver.run.conduct.world.props("runner")["vehicle"] == "grey estate car"


def test_a_newer_plan_of_red_is_not_ruled_by_what_was_made_of_the_older_one(
    view: AdjudicationView, whites: ShownWindow, played: Played
) -> None:
    view.ruling.bar.extra.setValue(10)
    view._timer.stop()
    played.jump(130)
    played.seat("red").say(Plans(id="2", entity="runner", intents=WAY[:1], by="Red 1"))
    whites.keys("A tree.", view.reason)
    QTest.mouseClick(view.accept, Qt.MouseButton.LeftButton)
    whites.settled()
    assert [text for text in whites.notices() if text.startswith("Red has sent another plan meanwhile")]
    assert played.events(Committed) == []
    whites.until(lambda: states(view) == ["waiting"])
    assert view.ruling.bar.extra.value() == 0
