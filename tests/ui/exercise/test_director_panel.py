"""The other pages of the director's panel: axis, teams, objectives, record, and a fork."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QTabBar

from qroc_desktop.domain.ids import random_id
from qroc_desktop.domain.vocabulary import WorkspaceKind
from qroc_desktop.exercise.events import Held
from qroc_desktop.exercise.vocabulary import ClockState, InjectState, Rating
from qroc_desktop.exercise.world import Ground, World
from qroc_desktop.services.centre import CentreFolder
from qroc_desktop.services.exercise.centres import passphrase_of
from qroc_desktop.services.exercise.directing.event_list import rows
from qroc_desktop.services.exercise.directing.event_log import EventLog
from qroc_desktop.services.exercise.run import ExerciseRun
from qroc_desktop.services.system import system_clock
from qroc_desktop.sync.keystore import Cost
from qroc_desktop.ui.exercise.director.event_model import COLUMNS, EventModel
from qroc_desktop.ui.exercise.director.fork_dialog import ForkDialog
from qroc_desktop.ui.theme import Theme
from tests.exercise.building import small
from tests.ui.exercise.conftest import Directing
from tests.ui.tabbing import backwards, name, reachable, stops

LEFT = Qt.MouseButton.LeftButton


def turn_to(directing: Directing, page: int) -> None:
    bar = directing.panel.tabs.findChild(QTabBar)
    assert isinstance(bar, QTabBar)
    QTest.mouseClick(bar, LEFT, Qt.KeyboardModifier.NoModifier, bar.tabRect(page).center())
    assert directing.panel.tabs.currentIndex() == page


# --- the axis --------------------------------------------------------------------------------------


def click_mark(directing: Directing, inject: str) -> None:
    box = directing.panel.axis.box_of(inject)
    assert box is not None
    QTest.mouseClick(directing.panel.axis.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, box.center().toPoint())


def test_a_mark_on_the_axis_chooses_the_inject_in_the_table(running: Directing) -> None:
    turn_to(running, 1)
    axis = running.panel.axis
    click_mark(running, "call")
    assert [row.id for row in running.panel.events.selected()] == ["call"]
    assert "Call of a witness" in axis.accessibleDescription()
    assert "T+0:02:30" in axis.accessibleDescription()
    QTest.keyClick(axis, Qt.Key.Key_Return)
    assert running.panel.tabs.currentWidget() is running.panel.events


def test_arrow_keys_go_from_inject_to_inject(running: Directing) -> None:
    turn_to(running, 1)
    axis = running.panel.axis
    axis.setFocus()
    chosen = []
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left):
        QTest.keyClick(axis, key)
        chosen.append(running.panel.events.selected()[0].id)
    assert chosen == ["alert", "call", "call", "alert"]


def test_injects_that_nobody_can_date_are_counted_beside_their_storyline(running: Directing) -> None:
    turn_to(running, 1)
    axis = running.panel.axis
    (top, track), = axis._axis.placed()
    box = axis._axis.undated_box(track, top)
    QTest.mouseClick(axis.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, box.center().toPoint())
    assert {row.id for row in running.panel.events.selected()} == {"switch", "camera", "spare"}


def test_zoomed_in_an_instant_stays_where_the_pointer_is(running: Directing) -> None:
    turn_to(running, 1)
    axis = running.panel.axis
    x = axis.x_of(600_000)
    axis.zoom(4.0, x)
    assert axis.x_of(600_000) == pytest.approx(x, abs=1.0)
    assert axis.x_of(660_000) - axis.x_of(600_000) > 20
    QTest.keyClick(axis, Qt.Key.Key_0)
    assert axis.x_of(0) >= 0
    assert axis.x_of(3_600_000) <= axis.viewport().width()
    axis.zoom(1e9)
    QTest.keyClick(axis, Qt.Key.Key_End)
    assert 0 < axis.x_of(70_000) < axis.viewport().width()


def test_now_stays_in_view_while_time_goes_on(running: Directing) -> None:
    turn_to(running, 1)
    axis = running.panel.axis
    axis.zoom(8.0)
    axis.go_to_now()
    for t in range(70_000, 3_600_000, 10_000):
        axis.tick(t)
        assert axis.x_of(t) <= axis.viewport().width()


# --- teams, objectives, record ---------------------------------------------------------------------


def test_teams_say_what_they_were_told_and_their_window_can_be_asked_for(running: Directing) -> None:
    turn_to(running, 2)
    teams = running.panel.teams
    assert [row.id for row in teams.teams.rows.rows] == ["blue", "red", "white"]
    assert [row.told for row in teams.teams.rows.rows] == [1, 0, 1]
    assert [row.text for row in teams.told.rows.rows] == ["A man has fled from the bank."]
    asked = QSignalSpy(running.panel.team_asked)
    QTest.keyClick(teams.teams, Qt.Key.Key_Down)
    QTest.mouseClick(teams.open, LEFT)
    assert [asked.at(n) for n in range(asked.count())] == [["red"]]
    assert not teams.told.rows.rows


def test_objectives_warn_of_what_they_lack_and_count_what_is_done(running: Directing) -> None:
    turn_to(running, 3)
    page = running.panel.objectives.list

    def texts(row: int) -> list[str]:
        return [str(page.rows.index(row, column).data()) for column in range(1, 6)]

    assert "nobody evaluates it" in texts(0)[0]
    assert texts(0)[1:4] == ["0 of 1 actions", "0 of 1 rated", "1 of 1: alert"]
    assert texts(1)[:3] == ["      A ring within five minutes", "4:50 left", ""]
    running.conduct(lambda conduct: conduct.act("blue", "ring", by="B"))
    running.conduct(lambda conduct: conduct.rate("contain", "ring-in-time", Rating.SOME_CHALLENGES, "", by="E"))
    running.settled()
    running.until(lambda: texts(1)[1:3] == ["0:10 of 5:00", "S · some challenges"])
    assert texts(0)[1:3] == ["1 of 1 actions", "1 of 1 rated"]
    QTest.keyClick(page, Qt.Key.Key_Return)
    running.until(lambda: [row.id for row in running.panel.events.selected()] == ["alert"])


def test_the_record_is_told_in_sentences_the_newest_first(running: Directing) -> None:
    turn_to(running, 4)
    record = running.panel.record.record
    running.conduct(lambda conduct: conduct.hold("call", by="Director"))
    running.settled()
    running.until(lambda: "Held back" in record.index(0, 2).data())
    assert [record.index(0, column).data() for column in range(3)] == [
        "T+0:01:10", "14:01:10", "Held back: Call of a witness  (Director)",
    ]  # fmt: skip
    assert record.index(1, 2).data() == "Executed: REDTITLE"


# --- forks -----------------------------------------------------------------------------------------


def test_forked_by_keyboard_at_an_earlier_time(running: Directing, folder: Path) -> None:
    made = QSignalSpy(running.panel.forked)
    asked = running.panel.ask_fork()
    asked = running.dialog(ForkDialog)
    running.keys("T+0:00:30")
    assert asked.folder.text() == str(folder.with_name("run-T0-00-30"))
    running.key(Qt.Key.Key_Return)
    notices = running.panel._bench.notices.history
    running.until(lambda: any(notice.offer for notice in notices))
    offer = next(notice.offer for notice in notices if notice.offer)
    offer[1]()
    assert made.at(0) == [folder.with_name("run-T0-00-30")]
    fork = ExerciseRun(
        folder.with_name("run-T0-00-30"), clock=system_clock, mono=time.monotonic_ns, ids=random_id, author="Director"
    )
    assert (fork.conduct.clock.state, fork.conduct.clock.t) == (ClockState.PAUSED, 30_000)
    assert fork.conduct.world.standing.injects["alert"].state is InjectState.SCHEDULED
    fork.close()
    assert running.state("alert") is InjectState.EXECUTED


def test_what_a_fork_had_to_leave_behind_is_told_with_it(running: Directing, folder: Path) -> None:
    centres = folder / "centres"
    home = CentreFolder(centres / "blue", clock=system_clock)
    home.make(WorkspaceKind.EXERCISE, name="Blue", country="LI", passphrase=passphrase_of(centres),
              cost=Cost(memory_kib=8, passes=1, lanes=1))  # fmt: skip
    home.exchange_path(WorkspaceKind.EXERCISE).write_bytes(b"SQLite format 3\0" + b"broken" * 999)
    running.panel.ask_fork()
    running.dialog(ForkDialog)
    running.keys("T+0:00:30")
    running.key(Qt.Key.Key_Return)
    notices = running.panel._bench.notices.history
    running.until(lambda: any(notice.offer for notice in notices))
    told = next(notice for notice in notices if notice.offer)
    assert told.level == "warning"
    assert told.text == (
        f"The fork is made: {folder.with_name('run-T0-00-30')}. The exchange file of blue is damaged: what went "
        "between the centres is not in the fork."
    )


def test_a_fork_from_the_future_or_into_what_is_there_cannot_be_asked_for(running: Directing, folder: Path) -> None:
    asked = running.panel.ask_fork()
    asked.time.setText("T+0:10:00")
    assert not asked.go.isEnabled()
    asked.time.clear()
    assert asked.go.isEnabled()
    asked.folder.setText(str(folder))
    assert not asked.go.isEnabled()
    assert asked.says.text() == "There is a folder of that name already."
    asked.folder.setText(str(folder / "run.qrocrun"))
    assert not asked.go.isEnabled()
    assert asked.says.text() == "There is a file of that name already."
    asked.reject()


# --- a thousand injects ----------------------------------------------------------------------------


def thousand() -> World:
    injects: list[dict[str, Any]] = [
        {"id": f"i{n}", "no": f"{n:04}", "title": {"en": f"Inject {n}"}, "to": {"teams": ["blue"]},
         "trigger": {"at": n * 3}, "expected": [{"action": f"a{n}", "withinS": 60}]}
        for n in range(1000)
    ]  # fmt: skip
    return World(Ground(small(injects=injects, objectives=[], branches=[], visibility=[], durationS=7200)))


def test_of_a_thousand_injects_only_those_that_changed_are_told_to_the_view(theme: Theme) -> None:
    world, log = thousand(), EventLog()
    model = EventModel(world.ground.scenario, theme)
    model.show_rows(rows(world.ground.scenario, world.standing, log.done), 0)
    changed, moved, reset = QSignalSpy(model.dataChanged), QSignalSpy(model.layoutChanged), QSignalSpy(model.modelReset)
    world.take(Held(t=0, inject="i500"))
    model.show_rows(rows(world.ground.scenario, world.standing, log.done), 0)
    assert (changed.count(), moved.count(), reset.count()) == (1, 0, 0)
    first, last = changed.at(0)[:2]
    assert (first.row(), last.row()) == (500, 500)
    model.tick(1000, 20, 40)
    told = {
        (first.row(), last.row(), COLUMNS[first.column()])
        for first, last in (changed.at(n)[:2] for n in range(1, changed.count()))
    }
    assert told == {(20, 40, "countdown"), (20, 40, "answers")}


# --- without a mouse -------------------------------------------------------------------------------


@pytest.mark.parametrize("page", range(5))
def test_every_control_is_reached_with_tab(running: Directing, page: int) -> None:
    running.panel.tabs.setCurrentIndex(page)
    running.panel.events.select(["call"])
    bar = running.panel.tabs.findChild(QTabBar)
    assert isinstance(bar, QTabBar)
    found = stops(running.panel, bar)
    missed = [name(widget) for widget in reachable(running.panel) - set(found)]
    assert missed == []


def test_the_clock_is_gone_through_from_left_to_right(running: Directing) -> None:
    running.controls.refresh()
    found = stops(running.controls, running.controls.run)
    assert set(found) >= reachable(running.controls)
    assert backwards(running.controls, found) == []


@pytest.mark.usefixtures("in_german")
def test_german_has_room_where_the_dock_is_narrow(directing: Directing) -> None:
    directing.window.resize(1018, 330)
    directing.settled()
    assert directing.panel.minimumSizeHint().width() <= 1018
    assert directing.controls.minimumSizeHint().width() <= 1018
    directing.until(lambda: directing.window.width() == 1018)
