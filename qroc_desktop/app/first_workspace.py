"""Which workspace the program starts with, and the ways on where it cannot be opened."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QProgressDialog

from qroc_desktop.app import starting
from qroc_desktop.app.arguments import Arguments
from qroc_desktop.app.screenshot import picture_of
from qroc_desktop.domain.instant import Clock
from qroc_desktop.errors import QrocError, Refused
from qroc_desktop.services.desk import Desk
from qroc_desktop.services.progress import Cancelled, Task
from qroc_desktop.services.settings import Settings
from qroc_desktop.services.workspaces import SUFFIX, Workspaces
from qroc_desktop.translation import tr
from qroc_desktop.ui.dialogs.first_start import FirstStartDialog
from qroc_desktop.ui.dialogs.opening_trouble import OpeningTroubleDialog, Way

Wanted = tuple[Path, bool]
"""A workspace file, and whether only to look at it."""


class FirstWorkspace:
    """Asks as long as there is no open workspace and somebody to ask."""

    def __init__(self, arguments: Arguments, settings: Settings, workspaces: Workspaces, clock: Clock) -> None:
        self._arguments = arguments
        self._settings = settings
        self._workspaces = workspaces
        self._clock = clock
        self.said = ""
        """What the window should say once it is open."""

    def desk(self) -> Desk | None:
        """The open workspace; None where the user left at the first start.

        Raises Refused or Damaged where it cannot be opened and nobody chose another way.
        """
        wanted: Wanted | None = None
        try:
            wanted = self._wanted()
            return self._opened(wanted)
        except QrocError as error:
            trouble = error
        while True:
            if self._arguments.screenshot is not None:
                raise trouble
            readable = wanted is not None and not wanted[1] and self._readable(wanted[0])
            dialog = OpeningTroubleDialog(trouble, readable=readable)
            dialog.exec()
            if dialog.way is Way.QUIT:
                raise trouble
            try:
                instead = self._instead(dialog.way, wanted)
                if instead is not None:
                    wanted = instead
                    return self._opened(wanted)
            except QrocError as error:
                trouble = error

    def _opened(self, wanted: Wanted | None) -> Desk | None:
        return self._workspaces.open(wanted[0], read_only=wanted[1]) if wanted else None

    def _wanted(self) -> Wanted | None:
        if self._arguments.demo:
            path = starting.fresh_demonstration(starting.data_folder(), self._workspaces, clock=self._clock)
            return path, self._arguments.read_only
        named = self._arguments.workspace or self._settings.text("last_workspace")
        # A file that is gone is asked about: a new, empty picture in its place would be taken for the old one.
        return (Path(named), self._arguments.read_only) if named else self._new()

    def _readable(self, path: Path) -> bool:
        try:
            self._workspaces.open(path, read_only=True).close()
        except QrocError:
            return False
        return True

    def _instead(self, way: Way, wanted: Wanted | None) -> Wanted | None:
        """What was chosen; None to ask again."""
        match way:
            case Way.READ_ONLY if wanted:
                return wanted[0], True
            case Way.RECOVER if wanted:
                return self._recovered(wanted[0])
            case Way.OTHER:
                filters = f"{tr('Workspaces')} (*{SUFFIX})"
                name, _ = QFileDialog.getOpenFileName(None, tr("Open workspace"), str(starting.usual_folder()), filters)
                return (Path(name), False) if name else None
            case Way.NEW:
                return self._new()
            case _:
                return None

    def _new(self) -> Wanted | None:
        dialog = FirstStartDialog()
        if self._arguments.screenshot is not None:
            # Nobody is there to answer: the question is the picture.
            picture_of(dialog, self._arguments.screenshot)
            return None
        if dialog.exec() != QDialog.DialogCode.Accepted:
            return None
        path = _place_for(dialog.centre)
        if path is None:
            return None
        self._workspaces.create(path, centre=dialog.centre, country=dialog.country).close()
        return path, False

    def _recovered(self, damaged: Path) -> Wanted | None:
        to = starting.free_path(starting.data_folder(), f"{damaged.stem}-recovered")
        watched = QProgressDialog(tr("Recovering {file}", file=damaged.name), tr("Cancel"), 0, 0)
        watched.setWindowModality(Qt.WindowModality.ApplicationModal)
        watched.setMinimumDuration(0)

        def report(done: int, total: int) -> None:
            watched.setMaximum(total)
            watched.setValue(done)
            QApplication.processEvents()
            if watched.wasCanceled():
                raise Cancelled

        try:
            report_of = self._workspaces.recover(damaged, to, Task(report))
        except Cancelled:
            return None
        finally:
            watched.reset()
            watched.deleteLater()
        self.said = tr(
            "{count} changes were recovered from {damaged}, which stays as it is. What is shown is the new file {to}.",
            count=report_of.changes,
            damaged=damaged,
            to=to,
        )
        return to, False


def _place_for(centre: str) -> Path | None:
    """Where a new workspace goes: the usual folder or, where there can be none, where the user says."""
    try:
        return starting.new_path(starting.data_folder(), centre)
    except Refused:
        suggestion = str(starting.new_path(starting.usual_folder(), centre))
        name, _ = QFileDialog.getSaveFileName(None, tr("New workspace"), suggestion, f"{tr('Workspaces')} (*{SUFFIX})")
        return Path(name) if name else None
