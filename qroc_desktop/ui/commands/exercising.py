"""Exercises: make one, open one, stop it for a real emergency, go to a team's window."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QFileDialog, QMainWindow, QMenu, QMessageBox

from qroc_desktop.domain.ids import random_id
from qroc_desktop.exercise.handbooks import Bookshelf
from qroc_desktop.exercise.package import Package
from qroc_desktop.exercise.scenario import called
from qroc_desktop.exercise.seating import CallsNoDuff
from qroc_desktop.exercise.teams import teams
from qroc_desktop.services.exercise.joining.hosting import Hosting
from qroc_desktop.sync.allowed import Allowed
from qroc_desktop.translation import language, tr
from qroc_desktop.ui.action_set import ActionSet
from qroc_desktop.ui.bench import Bench
from qroc_desktop.ui.exercise.handbooks_dialog import HandbooksDialog
from qroc_desktop.ui.exercise.invite_dialog import InviteDialog
from qroc_desktop.ui.exercise.join_dialog import JoinDialog
from qroc_desktop.ui.exercise.new_dialog import NewExerciseDialog, Scenarios
from qroc_desktop.ui.exercise.no_duff_dialog import NoDuffDialog
from qroc_desktop.ui.exercise.no_duff_key import NoDuffKey
from qroc_desktop.ui.exercise.place import ExercisePlace
from qroc_desktop.ui.exercise.strip import ExerciseStrip
from qroc_desktop.ui.text import menu_text


class ExerciseOpener(Scenarios, Protocol):
    """Opens the windows of a run; the composition root does."""

    def handbooks(self, place: ExercisePlace) -> Bookshelf:
        """What is read beside the run of a place. Raises Refused or Damaged."""

    def create(self, package: Package, folder: Path) -> None:
        """A new run, and its director's window. Raises Refused."""

    def open(self, folder: Path) -> None:
        """A run that is there, or a seat that was joined, and its window. Raises Refused."""

    def allowed(self) -> Allowed:
        """Where exercises may be joined. Raises Refused where what an administrator wrote is not understood."""

    def take_seat(self, folder: Path) -> None:
        """The window of a seat that was joined. Raises Refused."""

    def invite(self, place: ExercisePlace) -> Hosting:
        """What workstations are invited by. Raises Refused where an administrator has not allowed it."""


class ExerciseCommands:
    """`place` is None in a window that sits in no exercise."""

    def __init__(
        self, window: QMainWindow, bench: Bench, opener: ExerciseOpener, place: ExercisePlace | None,
        strip: ExerciseStrip | None, show_panel: Callable[[], None], actions: ActionSet,
    ) -> None:  # fmt: skip
        self._window = window
        self._bench = bench
        self._opener = opener
        self._place = place
        self._strip = strip
        for name, does in (
            ("exercise.new", self.new),
            ("exercise.open", self.open),
            ("exercise.join", self.join),
            ("exercise.invite", self.invite),
            ("exercise.no-duff", self.no_duff),
            ("exercise.over", self.emergency_over),
            ("exercise.windows", self.windows),
            ("exercise.handbooks", self.handbooks),
            ("view.exercise", show_panel),
        ):
            actions.bind(name, does)
        if place is not None:
            self._key = NoDuffKey(window, actions["exercise.no-duff"].shortcuts(), self.no_duff)
        if strip is not None:
            strip.no_duff_asked.connect(self.no_duff)
            strip.emergency_over_asked.connect(self.emergency_over)

    # --- runs ----------------------------------------------------------------------------------

    def new(self) -> None:
        """Choose a scenario and make a run of it."""
        dialog = NewExerciseDialog(self._bench, self._opener, self._window)
        dialog.accepted.connect(lambda: self._create(dialog))
        dialog.open()

    def open(self) -> None:
        """Ask for the folder of a run."""
        name = QFileDialog.getExistingDirectory(self._window, tr("Open an exercise"), str(self._kept_in()))
        if name:
            self._bench.guarded(lambda: self._opener.open(Path(name)))

    def _kept_in(self) -> Path:
        """Where exercises are put as long as nobody says otherwise: whoever opens one again looks there first."""
        folder = self._opener.folder_for("run").parent
        return folder if folder.is_dir() else Path.home()

    def _create(self, dialog: NewExerciseDialog) -> None:
        loaded, folder = dialog.loaded, dialog.folder
        if loaded is not None:
            self._bench.guarded(lambda: self._opener.create(loaded.package, folder))

    def join(self) -> None:
        """Take a seat in an exercise that is conducted on another machine."""
        self._bench.guarded(self._join)

    def _join(self) -> None:
        dialog = JoinDialog(
            self._opener.allowed(), self._bench.theme, self._bench.background, name=self._bench.desk.author,
            folder=self._opener.folder_for("joined"), parent=self._window,
        )  # fmt: skip
        dialog.accepted.connect(lambda: self._bench.guarded(lambda: self._opener.take_seat(dialog.folder)))
        dialog.open()

    # --- in an exercise ------------------------------------------------------------------------

    def no_duff(self) -> None:
        """A real emergency: stop everybody first, ask afterwards."""
        place = self._place
        if place is None:
            return
        author = self._bench.desk.author
        self._bench.background.write(
            lambda: place.seat.say(CallsNoDuff(id=random_id(), by=author)), lambda _: self._ask_what(place)
        )

    def _ask_what(self, place: ExercisePlace) -> None:
        if any(dialog.isVisible() for dialog in self._window.findChildren(NoDuffDialog)):
            return
        dialog, author = NoDuffDialog(self._window), self._bench.desk.author

        def tell() -> None:
            if text := dialog.text:
                self._bench.background.write(lambda: place.seat.say(CallsNoDuff(id=random_id(), by=author, text=text)))

        dialog.accepted.connect(tell)
        dialog.open()

    def emergency_over(self) -> None:
        """The director says that the exercise may go on; the clock stays where it is."""
        driver = self._place.driver if self._place is not None else None
        controls = self._strip.controls if self._strip is not None else None
        if driver is None or controls is None:
            return
        if driver.snapshot.standing.no_duff is None:
            self._bench.notices.info(tr("There is no real emergency."))
            return
        controls.ask_emergency_over()

    def windows(self) -> None:
        """Choose a team whose window is opened or brought to the front."""
        place = self._place
        if place is None or place.driver is None or place.open_team is None:
            return
        menu, go = QMenu(self._window), place.open_team
        for team in teams(place.driver.scenario):
            action = menu.addAction(menu_text(called(team, language())))
            action.triggered.connect(lambda _=False, name=team.id: self._bench.guarded(lambda: go(name)))
        menu.popup(QCursor.pos())

    def invite(self) -> None:
        """Let workstations join by a code for each seat."""
        place = self._place
        if place is not None and place.driver is not None:
            self._bench.guarded(lambda: self._invite(place))

    def _invite(self, place: ExercisePlace) -> None:
        hosting = self._opener.invite(place)
        shown = [dialog for dialog in self._window.findChildren(InviteDialog) if dialog.isVisible()]
        dialog = shown[0] if shown else InviteDialog(hosting, self._bench.theme, self._bench.background, self._window)
        dialog.show()
        dialog.raise_()

    def handbooks(self) -> None:
        """What the directing staff reads beside the exercise."""
        place = self._place
        if place is not None and place.driver is not None:
            self._bench.guarded(lambda: self._read(place))

    def _read(self, place: ExercisePlace) -> None:
        shelf = self._opener.handbooks(place)
        if not shelf.handbooks:
            self._bench.notices.info(tr("This scenario has no handbooks."))
            return
        HandbooksDialog(shelf, self._bench.theme, self._window).show()

    def may_go(self) -> bool:
        """Before the director's window is closed: a running exercise is paused by that."""
        driver = self._place.driver if self._place is not None else None
        if driver is None or not driver.snapshot.reading.running:
            return True
        box = QMessageBox(self._window)
        box.setIcon(QMessageBox.Icon.Warning)
        box.setWindowTitle(tr("The exercise is running"))
        box.setText(tr("Closing this window pauses the exercise and closes the windows of all teams on this machine."))
        box.setInformativeText(tr("Nothing is lost; it goes on at this second when it is opened again."))
        back = box.addButton(tr("Go back"), QMessageBox.ButtonRole.RejectRole)
        box.addButton(tr("Pause and close"), QMessageBox.ButtonRole.DestructiveRole)
        box.setDefaultButton(back)
        box.setEscapeButton(back)
        box.exec()
        return box.clickedButton() is not back
