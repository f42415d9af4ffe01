"""The review in a real window on the workspace of the directing staff: replay, belief beside truth, hot wash."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDockWidget, QFileDialog
from pytestqt.qtbot import QtBot

from qroc_desktop.domain.ids import random_id
from qroc_desktop.domain.instant import Instant, seconds
from qroc_desktop.domain.query import ItemQuery
from qroc_desktop.exercise.vocabulary import RemarkKind
from qroc_desktop.mapview.messages import Belief
from qroc_desktop.paths import program_files
from qroc_desktop.services.exercise.review.files import AfterActionFiles
from qroc_desktop.services.exercise.review.remarks import Remarks
from qroc_desktop.services.exercise.review.run_review import ReviewedRun, ReviewSource
from qroc_desktop.services.exercise.runs import RECORD, Exercises
from qroc_desktop.symbology import Kinds, Symbols
from qroc_desktop.ui.exercise.review.knowledge import said_belief
from qroc_desktop.ui.exercise.review.panel import TASKS, WASH, ReviewPanel
from qroc_desktop.ui.exercise.review.report_dialog import ReportDialog
from qroc_desktop.ui.exercise.review.wash import WashPage
from qroc_desktop.ui.theme import Theme
from tests.exercise.watch import Watch
from tests.services.reviewed import MARKUP, played
from tests.ui.desk_window import ShownWindow, open_window, show_in_front


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return played(tmp_path_factory.mktemp("review") / "run", Watch())


class Reviewing:
    """A window on a finished run with the panel beside it."""

    def __init__(self, shown: ShownWindow, panel: ReviewPanel, run: ReviewedRun, folder: Path) -> None:
        self.shown, self.panel, self.run, self.folder = shown, panel, run, folder

    def look_at(self, at_seconds: float) -> None:
        wanted = round(at_seconds * 1000)
        self.shown.window.timeline.choose(Instant(self.run.scenario.instant(wanted)))
        self.shown.until(lambda: self.panel.shown is not None and self.panel.shown.t == wanted)

    def beliefs(self) -> tuple[str, list[Belief]]:
        said = [one for one in self.shown.map.said if one[0] == "beliefs"]
        return said[-1][1], said[-1][2]

    def remarks(self) -> dict[str, str]:
        found = ReviewSource(self.folder, clock=Watch().wall).look_back()
        return {remark.text: str(remark.kind) for remark in found.remarks}

    @property
    def wash(self) -> WashPage:
        return self.panel.wash

    def choose(self, remark: str) -> None:
        rows = self.wash.list.rows.rows
        at = next(n for n, row in enumerate(rows) if row.remark.id == remark)
        self.wash.list.setCurrentIndex(self.wash.list.rows.index(at, 0))


@pytest.fixture
def reviewing(
    nothing_left: None, qtbot: QtBot, original: Path, tmp_path: Path, symbols: Symbols, kinds: Kinds, theme: Theme
) -> Iterator[Reviewing]:
    folder = Path(shutil.copytree(original, tmp_path / "run"))
    run = ReviewedRun(folder, ids=random_id, author="reviewer")
    window, dialogs = open_window(run.desks["white"], tmp_path, symbols, kinds, theme)
    window.resize(1366, 768)
    show_in_front(window, qtbot)
    numbers = count(1)
    writer = Remarks(folder, clock=Watch().wall, ids=random_id, author="director")
    panel = ReviewPanel(
        window.bench,
        ReviewSource(folder, clock=Watch().wall),
        window.map,
        AfterActionFiles(program_files(), clock=Watch().wall),
        ids=lambda: f"new-{next(numbers)}",
        write=writer.record,
    )
    dock = QDockWidget(window)
    dock.setObjectName("review-in-test")
    dock.setWidget(panel)
    window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, dock)
    shown = ShownWindow(window, run.desks["white"], dialogs, qtbot)
    made = Reviewing(shown, panel, run, folder)
    shown.until(lambda: made.panel.shown is not None and made.panel.report.isEnabled())
    yield made
    panel.stop()
    window.close()
    window.seat.session.close()
    window.deleteLater()
    QApplication.sendPostedEvents()
    run.close()


def test_it_follows_the_time_slider(reviewing: Reviewing) -> None:
    panel = reviewing.panel
    with Exercises(Watch().wall).reading(reviewing.folder) as recording:
        for at in (1800, 100, 2700):
            reviewing.look_at(at)
            world = recording.world(at * 1000)
            sighting, truth = world.sighting("blue", "runner"), world.position("runner")
            title, (belief,) = reviewing.beliefs()
            assert belief.truth == truth
            assert belief.believed == (sighting.place if sighting else None)
            assert "blue" in title
            (row,) = panel.knowledge.where.rows.rows
            assert said_belief(row) == ("nothing known" if sighting is None else said_belief(row))
            facts = {fact.fact: fact.known for fact in panel.facts.list.rows.rows}
            assert ("alert" in facts) is (at >= 60)
    assert panel.time.text() == "14:45:00  ·  T+0:45:00"


def test_tasks_are_shown_as_they_stood_then(reviewing: Reviewing) -> None:
    panel = reviewing.panel
    panel.tabs.setCurrentIndex(TASKS)
    reviewing.look_at(100)
    model = panel.tasks.list.rows
    assert [model.columns[n].text(model.rows[0]) for n in (2, 3)] == ["open", "not rated"]
    reviewing.look_at(1800)
    assert [model.columns[n].text(model.rows[0]) for n in (2, 3)] == ["2 min, met", "S · some challenges"]
    assert MARKUP in panel.tasks.notes.text()


def test_marks_are_switched_off_and_go_with_the_panel(reviewing: Reviewing) -> None:
    reviewing.look_at(1800)
    assert reviewing.beliefs()[1]
    reviewing.panel.on_map.click()
    assert reviewing.beliefs() == ("", [])
    reviewing.panel.on_map.click()
    assert reviewing.beliefs()[1]
    reviewing.panel.hide()
    assert reviewing.beliefs() == ("", [])


def test_a_replay_plays_at_any_speed_and_records_nothing(reviewing: Reviewing) -> None:
    timeline, shown = reviewing.shown.window.timeline, reviewing.shown
    speeds = [timeline.speed.itemData(n) for n in range(timeline.speed.count())]
    assert (min(speeds), max(speeds)) == (0.1, 64)
    before = (reviewing.folder / "white.qroc").stat().st_size
    batches = len(reviewing.run.desks["white"].history.batches(limit=5000))
    timeline.speed.setCurrentIndex(timeline.speed.findData(64))
    reviewing.look_at(1800)
    shown.key(Qt.Key.Key_F7, into=shown.window)
    start = reviewing.run.scenario.instant(1_800_000)

    def gone() -> int:
        moment = shown.window.bench.cursor.moment
        return 0 if moment is None else moment.valid - start

    shown.until(lambda: gone() > seconds(60))
    timeline.choose(Instant(start - seconds(1700)))
    shown.until(lambda: gone() > -seconds(1660))
    assert gone() < 0, "led elsewhere while it plays, it goes on from there"
    shown.key(Qt.Key.Key_F7, into=shown.window)
    stands = gone()
    QTest.qWait(300)
    assert gone() == stands
    assert (reviewing.folder / "white.qroc").stat().st_size == before
    assert len(reviewing.run.desks["white"].history.batches(limit=5000)) == batches


def test_a_replay_begins_with_what_is_there_from_the_beginning(reviewing: Reviewing) -> None:
    timeline, shown = reviewing.shown.window.timeline, reviewing.shown
    shown.settled()
    timeline.choose(timeline.bar.at(0.0))
    moment = shown.window.bench.cursor.moment
    assert moment is not None
    titles = [item.wording.title for item in reviewing.run.desks["white"].picture.items(ItemQuery(), moment)]
    assert "Patrol 1" in titles
    timeline.choose(Instant(reviewing.run.scenario.instant(0) - seconds(3600)))
    earlier = shown.window.bench.cursor.moment
    assert earlier == moment, "before it began there is nothing to look at"


# --- the hot wash --------------------------------------------------------------------------------


def test_a_draft_is_accepted_with_an_owner_and_a_date_from_the_keyboard(reviewing: Reviewing) -> None:
    wash, shown = reviewing.wash, reviewing.shown
    reviewing.panel.tabs.setCurrentIndex(WASH)
    assert reviewing.panel.tabs.tabText(WASH) == f"Hot wash ({wash.count})"
    reviewing.choose("draft-never-contain")
    assert "1 of 2 expected actions" in wash.basis.text()
    wash.kind.setCurrentIndex(list(RemarkKind).index(RemarkKind.ACTION))
    wash.text.setPlainText("Call back within the minute")
    wash.owner.setFocus()
    QTest.keyClicks(wash.owner, "Weber")
    wash.dated.setChecked(True)
    wash.due.setDate(wash.due.date().fromString("2027-06-01", Qt.DateFormat.ISODate))
    waiting = wash.count
    QTest.keyClick(wash.owner, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    shown.until(lambda: wash.count == waiting - 1)
    found = ReviewSource(reviewing.folder, clock=Watch().wall).look_back()
    (held,) = [remark for remark in found.remarks if remark.id == "draft-never-contain"]
    assert (held.kind, held.text, held.owner, held.due, held.by) == (
        RemarkKind.ACTION, "Call back within the minute", "Weber", "2027-06-01", "director",
    )  # fmt: skip


def test_a_dropped_draft_is_gone_for_good(reviewing: Reviewing) -> None:
    wash = reviewing.wash
    reviewing.panel.tabs.setCurrentIndex(WASH)
    reviewing.choose("draft-known-switch")
    wash.list.setFocus()
    QTest.keyClick(wash.list, Qt.Key.Key_Delete, Qt.KeyboardModifier.ControlModifier)
    reviewing.shown.until(lambda: all(row.remark.id != "draft-known-switch" for row in wash.list.rows.rows))
    assert all("switch" not in text for text in reviewing.remarks())


def test_a_new_remark_is_written_and_withdrawn(reviewing: Reviewing) -> None:
    wash, shown = reviewing.wash, reviewing.shown
    reviewing.panel.tabs.setCurrentIndex(WASH)
    wash.add.click()
    assert not wash.owner.isEnabled(), "only a corrective action has an owner"
    wash.kind.setCurrentIndex(list(RemarkKind).index(RemarkKind.STRENGTH))
    wash.text.setPlainText("Calm voices")
    wash.accept.click()
    shown.until(lambda: "Calm voices" in reviewing.remarks())
    shown.until(lambda: any(row.remark.text == "Calm voices" and not row.fresh for row in wash.list.rows.rows))
    reviewing.choose("new-1")
    wash.drop.click()
    shown.until(lambda: "Calm voices" not in reviewing.remarks())


def test_what_is_typed_stays_while_one_looks_at_another_and_when_saving_fails(reviewing: Reviewing) -> None:
    wash, shown = reviewing.wash, reviewing.shown
    reviewing.panel.tabs.setCurrentIndex(WASH)
    reviewing.choose("r0")
    wash.text.setPlainText("half a sen")
    reviewing.choose("r1")
    assert wash.text.toPlainText().startswith("improvement")
    reviewing.panel.reload()
    shown.settled()
    reviewing.choose("r0")
    assert wash.text.toPlainText() == "half a sen"
    assert "not saved" in wash.basis.text()
    with Exercises(Watch().wall, Watch().mono).conducting(reviewing.folder / RECORD):
        wash.accept.click()
        shown.until(lambda: bool(shown.notices()))
    assert wash.text.toPlainText() == "half a sen"
    wash.accept.click()
    shown.until(lambda: "half a sen" in reviewing.remarks())


def test_where_somebody_else_conducts_one_only_looks(reviewing: Reviewing) -> None:
    panel = reviewing.panel
    panel.tabs.setCurrentIndex(WASH)
    panel._write = None
    panel.reload()
    reviewing.shown.until(lambda: not panel.wash.accept.isEnabled())
    assert not panel.wash.add.isEnabled()
    before = reviewing.remarks()
    panel.wash.list.setFocus()
    QTest.keyClick(panel.wash.list, Qt.Key.Key_Delete, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(panel.wash.list, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    reviewing.shown.settled()
    assert reviewing.remarks() == before


# --- the report ----------------------------------------------------------------------------------


def test_the_report_is_written_from_the_window(
    reviewing: Reviewing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "report"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(out), ""))
    reviewing.look_at(1800)
    reviewing.panel.report.click()
    reviewing.shown.until(lambda: bool(reviewing.panel.findChildren(ReportDialog)))
    (dialog,) = reviewing.panel.findChildren(ReportDialog)
    assert dialog.instants == [1_800_000]
    dialog.html.click()
    made = out.with_suffix(".html")
    reviewing.shown.until(made.exists)
    reviewing.shown.until(lambda: any("Saved" in notice for notice in reviewing.shown.notices()))
    assert b"Truth and belief on the map" in made.read_bytes()
