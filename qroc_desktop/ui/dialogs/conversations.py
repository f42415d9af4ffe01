"""Conversations that lead through several dialogs: import, export, briefing, other workspaces, places."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol, cast

from PySide6.QtWidgets import QDialog, QFileDialog, QWidget

from qroc_desktop.domain.instant import iso
from qroc_desktop.domain.query import Moment
from qroc_desktop.domain.shape import Bounds
from qroc_desktop.domain.vocabulary import WorkspaceKind
from qroc_desktop.errors import QrocError
from qroc_desktop.formats import registry
from qroc_desktop.formats.reading import Problem
from qroc_desktop.services.briefing import Briefings
from qroc_desktop.services.desk import Desk
from qroc_desktop.services.importing import ImportPlan, read_file
from qroc_desktop.services.places import Destination, Places
from qroc_desktop.services.workspaces import SUFFIX
from qroc_desktop.translation import ntr, said, tr
from qroc_desktop.ui.bench import Bench
from qroc_desktop.ui.dialogs.briefing import BriefingDialog
from qroc_desktop.ui.dialogs.csv_mapping import CsvMappingDialog
from qroc_desktop.ui.dialogs.go_to import GoToDialog
from qroc_desktop.ui.dialogs.import_preview import ImportPreviewDialog
from qroc_desktop.ui.dialogs.new_workspace import NewWorkspaceDialog


class Opener(Protocol):
    """Opens another workspace in a window of its own; the composition root does."""

    def create(self, path: Path, *, centre: str, country: str, kind: WorkspaceKind) -> None:
        """Make a workspace and open it."""

    def open(self, path: Path, *, read_only: bool) -> None:
        """Open a workspace; raises Refused or Damaged."""


class _Host(Protocol):
    bench: Bench


class Conversations:
    """Implements `ports.Dialogs` for one desk."""

    def __init__(
        self, desk: Desk, *, places: Places, briefings: Briefings, opener: Opener, folder: Callable[[], Path]
    ) -> None:
        self._desk = desk
        self._places = places
        self._briefings = briefings
        self._opener = opener
        self._folder = folder
        self._last: Path | None = None

    # --- workspaces ----------------------------------------------------------------------------

    def new_workspace(self, window: QWidget) -> None:
        """Ask for the kind and a file, and open the new workspace."""
        identity = self._desk.identity
        dialog = NewWorkspaceDialog(identity.centre, window)
        if dialog.exec() != QDialog.DialogCode.Accepted:
            return
        path = self._save_name(window, tr("New workspace"), "", SUFFIX, tr("Workspaces"))
        if path:
            with _refusals_told(window):
                self._opener.create(path, centre=identity.centre, country=identity.country, kind=dialog.kind)

    def open_workspace(self, window: QWidget, *, read_only: bool) -> None:
        """Ask for a file and open it."""
        name, _ = QFileDialog.getOpenFileName(
            window, tr("Open workspace"), str(self._where()), f"{tr('Workspaces')} (*{SUFFIX})"
        )
        if name:
            path = self._remember(Path(name))
            with _refusals_told(window):
                self._opener.open(path, read_only=read_only)

    # --- import --------------------------------------------------------------------------------

    def import_files(self, window: QWidget, paths: Sequence[Path]) -> None:
        """Read the files in the background, show what they bring, write it when accepted."""
        chosen = list(paths) or self._ask_for_files(window)
        tables = [path for path in chosen if registry.wants_mapping(path.name)]
        for path in tables:
            self._import_table(window, path)
        rest = [path for path in chosen if path not in tables]
        if rest:
            _bench(window).background.long(
                tr("Reading"),
                lambda task: self._desk.imports.plan(rest, task),
                lambda plan: self._show_plan(window, plan),
            )

    def _ask_for_files(self, window: QWidget) -> list[Path]:
        names, _ = QFileDialog.getOpenFileNames(
            window, tr("Import"), str(self._where()), ";;".join(registry.open_filters(tr))
        )
        return [self._remember(Path(name)) for name in names]

    def _import_table(self, window: QWidget, path: Path) -> None:
        with _refusals_told(window):
            dialog = CsvMappingDialog(path, read_file(path), window)
            if dialog.exec() == QDialog.DialogCode.Accepted:
                self._show_plan(window, self._desk.imports.plan_reading(path, dialog.reading()))

    def _show_plan(self, window: QWidget, plan: ImportPlan) -> None:
        dialog = ImportPreviewDialog(plan, self._desk.layers.all(), window)
        if dialog.exec() != QDialog.DialogCode.Accepted:
            return
        bench, layer = _bench(window), dialog.layer
        bench.background.long(
            tr("Importing"),
            lambda task: self._desk.imports.accept(plan, layer=layer, task=task),
            lambda outcome: bench.notices.info(
                ntr(
                    "{count} item imported. Undo takes it back.",
                    "{count} items imported. Undo takes them back.",
                    len(outcome.items),
                )
            ),
        )

    # --- export --------------------------------------------------------------------------------

    def export(self, window: QWidget, moment: Moment | None, bounds: Bounds | None) -> None:
        """Ask for a file; its type decides the format."""
        filters = registry.save_filters(tr)
        name, chosen = QFileDialog.getSaveFileName(
            window, tr("Export the picture"), str(self._where() / self._stem(moment)), ";;".join(filters.values())
        )
        if not name:
            return
        format_name = next(key for key, words in filters.items() if words == chosen)
        path = self._remember(registry.with_suffix(Path(name), format_name))
        bench = _bench(window)
        bench.background.long(
            tr("Exporting"),
            lambda _: self._desk.exports.save(path, format_name, moment=moment),
            lambda problems: _tell_written(bench, path, problems),
        )

    def briefing(self, window: QWidget, moment: Moment | None, bounds: Bounds | None) -> None:
        """Ask for the form, then for a file."""
        when = tr("as it is now") if moment is None else tr("as of {time}", time=iso(moment.valid))
        dialog = BriefingDialog(when, bounds, window)
        if dialog.exec() != QDialog.DialogCode.Accepted:
            return
        path = self._save_name(window, tr("Briefing"), self._stem(moment), f".{dialog.kind}", dialog.kind.upper())
        if path is None:
            return
        bench = _bench(window)
        bench.background.long(
            tr("Briefing"),
            lambda task: self._briefings.save(
                path,
                kind=dialog.kind,
                moment=moment,
                bounds=dialog.bounds,
                title=dialog.title,
                paper=dialog.paper,
                task=task,
            ),
            lambda _: _tell_written(bench, path, []),
        )

    # --- places --------------------------------------------------------------------------------

    def go_to(self, window: QWidget, near: tuple[float, float] | None) -> Destination | None:
        """Ask for a place or a coordinate."""
        dialog = GoToDialog(lambda text: self._places.find(text, near=near), window)
        dialog.exec()
        return dialog.destination

    # --- files ---------------------------------------------------------------------------------

    def _save_name(self, window: QWidget, title: str, stem: str, suffix: str, words: str) -> Path | None:
        name, _ = QFileDialog.getSaveFileName(
            window,
            title,
            str(self._where() / f"{stem}{suffix}") if stem else str(self._where()),
            f"{words} (*{suffix})",
        )
        if not name:
            return None
        path = Path(name)
        return self._remember(path if path.suffix.lower() == suffix else path.with_name(path.name + suffix))

    def _stem(self, moment: Moment | None) -> str:
        at = iso(moment.valid if moment else self._desk.now())
        return "picture-" + at[:19].replace(":", "").replace("-", "") + "Z"

    def _where(self) -> Path:
        return self._last or self._folder()

    def _remember(self, path: Path) -> Path:
        self._last = path.parent
        return path


def _bench(window: QWidget) -> Bench:
    return cast("_Host", window).bench


@contextmanager
def _refusals_told(window: QWidget) -> Iterator[None]:
    try:
        yield
    except QrocError as error:
        _bench(window).notices.error(error)


def _tell_written(bench: Bench, path: Path, problems: Sequence[Problem]) -> None:
    text = tr("Written: {path}", path=path)
    if problems:
        reasons = "; ".join(dict.fromkeys(said(problem.why) for problem in problems))
        bench.notices.warning(f"{text}. {tr('The format has no place for')}: {reasons}")
    else:
        bench.notices.info(text)
