"""The windows of a run on one machine: who has which, how they stop for a real emergency, and how they are left."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import QPoint, QRect, Qt, QTimer
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from qroc_desktop.exercise.package import written
from qroc_desktop.exercise.vocabulary import ClockState, Passed
from qroc_desktop.paths import program_files
from qroc_desktop.services.exercise.runs import Exercises
from qroc_desktop.services.system import system_clock
from qroc_desktop.services.workspaces import EXERCISE_AUTHOR
from qroc_desktop.symbology import Kinds, Symbols
from qroc_desktop.ui.exercise.director.asking import AskDialog
from qroc_desktop.ui.exercise.director.panel import DirectorPanel
from qroc_desktop.ui.exercise.handbooks_dialog import HandbooksDialog
from qroc_desktop.ui.exercise.new_dialog import NewExerciseDialog
from qroc_desktop.ui.exercise.no_duff_dialog import NoDuffDialog
from qroc_desktop.ui.exercise.review.panel import ReviewPanel
from qroc_desktop.ui.exercise.review.report_dialog import ReportDialog
from qroc_desktop.ui.exercise.strip import ExerciseStrip
from qroc_desktop.ui.models.dialog import ModelDialog
from qroc_desktop.ui.panels.log_model import as_text, lines_of
from qroc_desktop.ui.theme import Theme
from tests.exercise.building import package, small
from tests.ui.desk_window import ShownWindow
from tests.ui.exercise.playing import Playing


def start(playing: Playing) -> None:
    playing.driver.do(lambda run: run.conduct.start()).result()


def shows(strip: ExerciseStrip, text: str) -> bool:
    return text in strip.alarm.text()


def press(words: str) -> None:
    """Press a button of the message box that comes up next."""

    def answer() -> None:
        boxes = [w for w in QApplication.topLevelWidgets() if isinstance(w, QMessageBox) and w.isVisible()]
        if not boxes:
            QTimer.singleShot(50, answer)
            return
        button = next(b for b in boxes[0].findChildren(QPushButton) if words in b.text())
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    QTimer.singleShot(0, answer)


def test_the_director_opens_a_teams_window_once_and_it_shows_that_teams_view(playing: Playing) -> None:
    blue = playing.team("blue")
    playing.team("blue")
    assert sorted(playing.windows) == ["blue", "white"]
    assert blue.window.place is not None
    assert blue.window.place.driver is None
    assert blue.window.windowTitle().startswith("EXERCISE · ")
    start(playing)
    strip = playing.strip("blue")
    blue.until(lambda: strip.state.text() == "running" and strip.clock.text() > "T+0:00:00")


def test_a_team_cannot_do_what_the_directing_staff_does(playing: Playing) -> None:
    blue = playing.team("blue")
    for name in ("exercise.windows", "exercise.over"):
        assert not blue.window.commands[name].isEnabled()
        assert "directing staff" in blue.window.commands.why_not(name)
        assert playing.director.window.commands[name].isEnabled()


def test_outside_of_an_exercise_nothing_of_it_is_there(shown: ShownWindow) -> None:
    assert shown.window.strip is None
    shown.key(Qt.Key.Key_F10, into=shown.window)
    shown.until(lambda: any("no exercise" in text for text in shown.notices()))


@pytest.mark.parametrize("key", [Qt.Key.Key_F10, Qt.Key.Key_Pause])
def test_one_key_of_any_seat_stops_everybody_for_a_real_emergency(playing: Playing, key: Qt.Key) -> None:
    blue = playing.team("blue")
    start(playing)
    blue.window.activateWindow()
    blue.until(blue.window.isActiveWindow)
    QTest.keyClick(blue.window, key)
    dialog = blue.dialog(NoDuffDialog)
    assert playing.driver.snapshot.reading.state is ClockState.PAUSED
    blue.keys("Fire in the exercise yard", dialog.line)
    blue.key(Qt.Key.Key_Return, into=dialog.line)
    for team in ("blue", "white"):
        strip = playing.strip(team)
        blue.until(partial(shows, strip, "Fire in the exercise yard"))
        assert strip.currentWidget() is strip._alarm
    assert playing.strip("blue").over.isHidden()


def test_only_the_director_ends_the_emergency_and_the_clock_waits_for_its_start(playing: Playing) -> None:
    start(playing)
    director = playing.director
    QTest.mouseClick(playing.strip("white").no_duff, Qt.MouseButton.LeftButton)
    director.dialog(NoDuffDialog).reject()
    strip = playing.strip("white")
    director.until(lambda: strip.currentWidget() is strip._alarm)
    QTest.mouseClick(strip.over, Qt.MouseButton.LeftButton)
    QTest.mouseClick(director.dialog(AskDialog).back, Qt.MouseButton.LeftButton)
    director.settled()
    assert playing.driver.snapshot.standing.no_duff is not None
    QTest.mouseClick(strip.over, Qt.MouseButton.LeftButton)
    QTest.mouseClick(director.dialog(AskDialog).go, Qt.MouseButton.LeftButton)
    director.until(lambda: playing.driver.snapshot.standing.no_duff is None)
    assert playing.driver.snapshot.reading.state is ClockState.PAUSED
    director.until(lambda: strip.currentWidget() is strip._play)


def test_closing_the_directors_window_asks_while_the_exercise_runs_and_lets_the_run_go(playing: Playing) -> None:
    playing.team("blue")
    start(playing)
    press("Go back")
    playing.director.window.close()
    assert sorted(playing.windows) == ["blue", "white"]
    assert playing.driver.snapshot.reading.running
    press("Pause and close")
    playing.director.window.close()
    assert playing.windows == {}
    playing.open()
    assert not playing.driver.snapshot.reading.running


def test_closing_a_teams_window_leaves_the_run_alone(playing: Playing) -> None:
    playing.team("blue").window.close()
    assert sorted(playing.windows) == ["white"]
    playing.team("blue")
    assert sorted(playing.windows) == ["blue", "white"]


class Shelf:
    """Scenarios for the dialog: the small one and whatever file is named."""

    def __init__(self, tmp: Path) -> None:
        self.tmp = tmp
        self.exercises = Exercises(system_clock)

    def shipped(self) -> list[object]:
        path = self.tmp / "small.zip"
        path.write_bytes(written(package()))
        return [self.exercises.load(path)]

    def load(self, path: Path) -> object:
        return self.exercises.load(path)

    def folder_for(self, scenario: str) -> Path:
        return self.tmp / f"{scenario}-run"


def test_a_new_exercise_is_chosen_read_and_made(shown: ShownWindow, tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    dialog = NewExerciseDialog(shown.window.bench, shelf, shown.window)  # type: ignore[arg-type]
    dialog.open()
    shown.until(dialog.begin.isEnabled)
    assert dialog.title.text() == "A small hunt"
    assert "1 h 00 min" in dialog.figures.text()
    assert dialog.folder == tmp_path / "small-run"
    broken = tmp_path / "broken.zip"
    broken.write_bytes(written(package().__class__(scenario=small(teams=[]))))
    dialog.read(broken)
    shown.until(lambda: dialog.list.count() == 2)
    assert not dialog.begin.isEnabled()
    assert "No run can be made" in dialog.problems.text()
    (tmp_path / "no.zip").write_bytes(b"PK nothing")
    dialog.read(tmp_path / "no.zip")
    shown.until(lambda: bool(shown.notices()))
    assert dialog.list.count() == 2
    dialog.list.setCurrentRow(0)
    assert dialog.begin.isEnabled()
    dialog.reject()


def test_the_directing_staff_reads_the_handbooks_beside_the_exercise(playing: Playing) -> None:
    director = playing.director
    (playing.tmp / "guide.md").write_text("# A hunt: the guide\n\n**Red** hides.", "utf-8")
    playing.exercises.documents = [playing.tmp / "guide.md"]
    director.window.commands["exercise.handbooks"].trigger()
    dialog = director.dialog(HandbooksDialog)
    assert dialog.tabs.tabText(0) == "The guide"
    assert "Red hides." in dialog.pages[0].text.toPlainText()
    assert dialog.language.count() == 1
    dialog.reject()


def test_a_handbook_that_came_with_a_package_is_text_and_no_markup(
    nothing_left: None, qtbot: QtBot, tmp_path: Path, symbols: Symbols, kinds: Kinds, theme: Theme
) -> None:
    hostile = "# A & B: <b>the guide</b>\n\n## First\n\n![x](file:///etc/hostname) **bold** <img src='x'>\n\n## Two"
    made = Playing(tmp_path, program_files().resources, symbols, kinds, theme, qtbot)
    made.begin(msgspec.structs.replace(package(), handbooks={"guide.md": hostile}))
    director = made.director
    director.window.commands["exercise.handbooks"].trigger()
    dialog = director.dialog(HandbooksDialog)
    (page,) = dialog.pages
    assert page.text.toPlainText() == hostile
    assert dialog.tabs.tabText(0) == "<b>the guide</b>"
    assert [page.sections.item(row).text() for row in range(page.sections.count())] == ["First", "Two"]
    page.sections.setCurrentRow(1)
    assert page.text.textCursor().block().text() == "## Two"
    dialog.reject()
    made.close()


def test_without_handbooks_it_says_so(
    nothing_left: None, qtbot: QtBot, tmp_path: Path, symbols: Symbols, kinds: Kinds, theme: Theme
) -> None:
    made = Playing(tmp_path, program_files().resources, symbols, kinds, theme, qtbot)
    made.begin(msgspec.structs.replace(package(), handbooks={}))
    director = made.director
    director.window.commands["exercise.handbooks"].trigger()
    director.until(lambda: "This scenario has no handbooks." in director.notices())
    made.close()


def test_a_handbook_is_read_in_the_program_s_language_and_in_its_other_one(playing: Playing) -> None:
    director = playing.director
    english, german = playing.tmp / "guide.md", playing.tmp / "guide.de.md"
    english.write_text("# A hunt: the guide\n\n## First\n\nRed hides.\n\n## Second\n\nBlue seeks.\n", "utf-8")
    german.write_text("# Eine Jagd: der Leitfaden\n\n## Eins\n\nRot.\n\n## Zwei\n\nBlau sucht.\n", "utf-8")
    playing.exercises.documents = [german, english]
    director.window.commands["exercise.handbooks"].trigger()
    dialog = director.dialog(HandbooksDialog)
    (page,) = dialog.pages
    assert [dialog.language.itemText(index) for index in range(2)] == ["English", "Deutsch"]
    assert dialog.tabs.tabText(0) == "The guide"
    page.sections.setCurrentRow(1)
    assert page.text.textCursor().block().text() == "Second"
    dialog.language.setCurrentIndex(1)
    assert dialog.tabs.tabText(0) == "Der Leitfaden"
    assert "Blau sucht." in page.text.toPlainText()
    assert [page.sections.item(row).text() for row in range(page.sections.count())] == ["Eins", "Zwei"]
    assert page.text.textCursor().block().text() == "Zwei", "at the section that was being read"
    dialog.reject()


def test_the_scenarios_of_the_program_are_offered(playing: Playing) -> None:
    found = [loaded.package.scenario.id for loaded in playing.exercises.shipped()]
    assert "man-hunt" in found
    free = playing.exercises.folder_for("man-hunt")
    assert not free.exists()


def test_live_is_a_word_of_the_real_picture_alone(playing: Playing) -> None:
    for shown in (playing.director, playing.team("blue")):
        live = shown.window.timeline.live
        assert live.text() == "NOW"
        assert live.accessibleName() == "EXERCISE: what is shown is now"
        assert "LIVE" not in shown.window.timeline.bar.accessibleDescription()
        middle = live.grab().toImage().pixelColor(6, live.height() // 2)
        assert middle == QColor(shown.window.bench.theme.tokens.exercise)


def test_who_ends_an_emergency_that_is_none_is_told_so(playing: Playing) -> None:
    playing.director.window.commands["exercise.over"].trigger()
    assert playing.director.notices()[-1] == "There is no real emergency."


def test_what_the_exercise_wrote_is_called_so_in_the_users_language(playing: Playing, in_german: None) -> None:
    start(playing)
    blue = playing.team("blue")
    playing.driver.do(lambda run: run.conduct.fire("alert")).result()
    blue.until(lambda: bool(blue.window.logbook.model.entries))
    told = blue.window.logbook.model.entries[0]
    assert told.author == EXERCISE_AUTHOR
    assert "ÜBUNG" in lines_of(told, None)[0]
    assert "EXERCISE" not in as_text(told)


def test_at_the_end_the_drafts_are_those_of_what_was_played_and_the_director_is_told(playing: Playing) -> None:
    director = playing.director
    start(playing)
    director.until(lambda: playing.driver.snapshot.reading.running)
    (panel,) = director.window.findChildren(DirectorPanel)
    panel.refresh()
    playing.driver.do(lambda run: run.conduct.pause()).result()
    playing.driver.do(lambda run: run.jump(1_200_000, Passed.FIRE)).result()
    playing.driver.do(lambda run: run.conduct.stop()).result()
    director.until(lambda: any("first drafts" in text for text in director.notices()))
    (review,) = director.window.findChildren(ReviewPanel)
    director.until(lambda: review._found is not None and review._found.until == 1_200_000)
    review.save_report()
    asked = director.dialog(ReportDialog)
    last = asked.list.item(asked.list.count() - 1)
    assert "T+0:20:00" in last.text()
    asked.reject()


@pytest.mark.parametrize("command", ["model.ring", "exercise.new", "help.commands"])
def test_the_key_for_a_real_emergency_works_in_a_dialog_as_well(playing: Playing, command: str) -> None:
    start(playing)
    blue = playing.team("blue")
    blue.window.activateWindow()
    blue.until(blue.window.isActiveWindow)
    blue.window.commands[command].trigger()
    blue.until(lambda: isinstance(QApplication.activeWindow(), QDialog) and QApplication.focusWidget() is not None)
    dialog, focus = QApplication.activeWindow(), QApplication.focusWidget()
    assert dialog is not None
    assert focus is not None
    QTest.keyClick(focus, Qt.Key.Key_F10)
    blue.until(lambda: playing.driver.snapshot.standing.no_duff is not None)
    assert playing.driver.snapshot.reading.state is ClockState.PAUSED
    blue.dialog(NoDuffDialog).reject()
    dialog.close()


def test_a_models_form_leaves_the_button_for_a_real_emergency_free(playing: Playing) -> None:
    blue = playing.team("blue")
    blue.window.resize(1366, 700)
    blue.settled()
    blue.window.commands["model.ring"].trigger()
    form = blue.dialog(ModelDialog)
    button = playing.strip("blue").no_duff
    assert not form.frameGeometry().intersects(QRect(button.mapToGlobal(QPoint()), button.size()))
    form.close()
