"""Files of items: add, open, save, take off."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QWidget

from qroc_desktop.domain.aspects import Attachment
from qroc_desktop.services.attachments import Viewing
from qroc_desktop.translation import ntr, tr
from qroc_desktop.ui.action_set import ActionSet
from qroc_desktop.ui.bench import Bench
from qroc_desktop.ui.panels.details.files_page import DROPPED, FilesPage


def open_with_the_system(path: Path) -> bool:
    """Hand a file to the system's viewer for its kind."""
    return QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))


class AttachCommands:
    """What the page with an item's files asks for, off the GUI thread."""

    def __init__(
        self,
        window: QWidget,
        bench: Bench,
        page: FilesPage,
        show: Callable[[], None],
        actions: ActionSet,
        view: Callable[[Path], bool] = open_with_the_system,
    ) -> None:
        self._window = window
        self._bench = bench
        self._page = page
        self._show = show
        self._view = view
        self._viewing = Viewing(bench.desk.attachments)
        self._folder = Path.home()
        actions.bind("edit.attach", self._add_by_key)
        page.add_asked.connect(self.add)
        page.open_asked.connect(self.open)
        page.save_asked.connect(self.save)
        page.remove_asked.connect(self.remove)

    def add(self, paths: Sequence[Path]) -> None:
        """Add files to the item that is shown; asks for them where none are named."""
        item = self._page.item
        if item is None or not self._bench.editable:
            return
        chosen = list(paths) or self._ask()
        if not chosen:
            return
        desk = self._bench.desk
        self._show()
        self._bench.background.long(tr("Adding files"), lambda _: desk.attachments.attach(item, chosen))

    def open(self, file: Attachment) -> None:
        """Look at a copy with the system's viewer."""
        self._bench.background.read(lambda: self._viewing.copy(file), lambda copy: self._look(file, copy))

    def save(self, files: Sequence[Attachment]) -> None:
        """Write copies to where the person says; what lies there under a name of several is not replaced."""
        attachments = self._bench.desk.attachments
        if len(files) == 1:
            (file,) = files
            name, _ = QFileDialog.getSaveFileName(
                self._window, tr("Save a copy"), str(self._folder / attachments.name_to_save(file))
            )
            if name:
                self._folder = Path(name).parent
                self._write(lambda: attachments.save(file, Path(name)), 1)
        elif files:
            folder = QFileDialog.getExistingDirectory(self._window, tr("Save copies"), str(self._folder))
            if folder:
                self._folder = Path(folder)
                self._write(lambda: attachments.save_all(files, Path(folder)), len(files))

    def remove(self, files: Sequence[Attachment]) -> None:
        """Take files off the item; undo brings them back."""
        item, attachments = self._page.item, self._bench.desk.attachments
        if item is None or not self._bench.editable:
            return
        self._bench.background.write(
            lambda: attachments.detach(item, [file.sha256 for file in files]),
            lambda _: self._bench.notices.info(
                ntr("{count} file was taken off; Ctrl+Z brings it back.",
                    "{count} files were taken off; Ctrl+Z brings them back.", len(files))
            ),
        )  # fmt: skip

    def close(self) -> None:
        """Delete the copies that were looked at."""
        self._viewing.close()

    def _add_by_key(self) -> None:
        self._show()
        self.add([])

    def _ask(self) -> list[Path]:
        patterns = " ".join(f"*{suffix} *{suffix.upper()}" for suffix in sorted(DROPPED))
        kinds = tr("Photos, PDFs and videos")
        names, _ = QFileDialog.getOpenFileNames(
            self._window, tr("Add files to the item"), str(self._folder), f"{kinds} ({patterns})"
        )
        if names:
            self._folder = Path(names[0]).parent
        return [Path(name) for name in names]

    def _write(self, does: Callable[[], object], count: int) -> None:
        self._bench.background.read(
            does,
            lambda _: self._bench.notices.info(ntr("{count} copy was saved.", "{count} copies were saved.", count)),
        )

    def _look(self, file: Attachment, copy: Path) -> None:
        self._bench.guarded(lambda: self._viewing.view(file, copy, self._view))
