"""Conversations that lead through several dialogs: import, export, briefing, other workspaces, places."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol, cast

from PySide6.QtWidgets import QDialog, QFileDialog, QWidget

from qroc_desktop.domain.instant import iso
from qroc_desktop.domain.query import Moment, Outcome
from qroc_desktop.domain.shape import Bounds
from qroc_desktop.domain.vocabulary import WorkspaceKind
from qroc_desktop.errors import Message, QrocError, Refused
from qroc_desktop.formats import csv_table, registry
from qroc_desktop.formats.reading import Problem
from qroc_desktop.services.briefing import Briefings
from qroc_desktop.services.desk import Desk
from qroc_desktop.services.importing import ImportPlan, read_file
from qroc_desktop.services.places import Destination, Places
from qroc_desktop.services.workspaces import SUFFIX
from qroc_desktop.translation import explained, ntr, said, tr
from qroc_desktop.ui.bench import Bench
from qroc_desktop.ui.dialogs.briefing import BriefingDialog
from qroc_desktop.ui.dialogs.csv_mapping import CsvMappingDialog
from qroc_desktop.ui.dialogs.go_to import GoToDialog
from qroc_desktop.ui.dialogs.import_preview import ImportPreviewDialog
from qroc_desktop.ui.dialogs.new_workspace import NewWorkspaceDialog
from qroc_desktop.ui.times import both


class Opener(Protocol):
    """Opens another workspace in a window of its own; the composition root does."""

    def create(self, path: Path, *, centre: str, country: str, kind: WorkspaceKind) -> None:
        """Make a workspace and open it."""

    def open(self, path: Path, *, read_only: bool) -> None:
        """Open a workspace; raises Refused or Damaged."""


class _Host(Protocol):
    bench: Bench

    def show_items(self, ids: Sequence[str]) -> None:
        """Select them and look at them."""


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
        if not _accepted(dialog):
            return
        kind = dialog.kind
        # Creating refuses a file that is there already; asking whether to replace it would be a lie.
        with _refusals_told(window):
            path = self._save_name(window, tr("New workspace"), "", {SUFFIX: tr("Workspaces")}, replacing=False)
            if path:
                self._opener.create(path, centre=identity.centre, country=identity.country, kind=kind)

    def open_workspace(self, window: QWidget, *, read_only: bool) -> None:
        """Ask for a file and open it."""
        name, _ = QFileDialog.getOpenFileName(
            window, tr("Open workspace"), str(self._where()), f"{tr('Workspaces')} (*{SUFFIX})"
        )
        if name:
            self._open(window, self._remember(Path(name)), read_only)

    def _open(self, window: QWidget, path: Path, read_only: bool) -> None:
        try:
            self._opener.open(path, read_only=read_only)
        except Refused as error:
            if read_only:
                _bench(window).notices.error(error)
            else:
                offer = (tr("Open read-only"), lambda: self._open(window, path, True))
                _bench(window).notices.warning(explained(error), offer)
        except QrocError as error:
            _bench(window).notices.error(error)

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
        # What comes from elsewhere does not lie among the program's own files.
        names, _ = QFileDialog.getOpenFileNames(
            window, tr("Import"), str(self._last or Path.home()), ";;".join(registry.open_filters(said))
        )
        return [self._remember(Path(name)) for name in names]

    def _import_table(self, window: QWidget, path: Path) -> None:
        with _refusals_told(window):
            data = read_file(path)
            dialog = CsvMappingDialog(path, data, window)
            if not _accepted(dialog):
                return
            mapping = dialog.mapping
            _bench(window).background.long(
                tr("Reading"),
                lambda task: self._desk.imports.plan_reading(
                    path, csv_table.read(data, name=path.name, mapping=mapping, progress=task.step)
                ),
                lambda plan: self._show_plan(window, plan),
            )

    def _show_plan(self, window: QWidget, plan: ImportPlan) -> None:
        dialog = ImportPreviewDialog(plan, self._desk.layers.all(), window)
        if not _accepted(dialog):
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
                ),
                (tr("Show on the map"), lambda: _show(window, outcome)),
            ),
        )

    # --- export --------------------------------------------------------------------------------

    def export(self, window: QWidget, moment: Moment | None, bounds: Bounds | None) -> None:
        """Ask for a file; its type decides the format."""
        with _refusals_told(window):
            self._export(window, moment)

    def _export(self, window: QWidget, moment: Moment | None) -> None:
        filters = registry.save_filters(said)
        asking = QFileDialog(window, tr("Export the picture"), str(self._where()), ";;".join(filters.values()))
        names = {words: name for name, words in filters.items()}

        def chosen() -> str:
            return names[asking.selectedNameFilter()]

        def suffix() -> None:
            asking.setDefaultSuffix(registry.with_suffix(Path("x"), chosen()).suffix)

        asking.filterSelected.connect(suffix)
        suffix()
        path = self._saved_as(asking, self._stem(moment), replacing=True)
        if path is None:
            return
        format_name = chosen()
        bench = _bench(window)
        bench.background.long(
            tr("Exporting"),
            lambda _: self._desk.exports.save(path, format_name, moment=moment),
            lambda problems: _tell_written(bench, path, problems),
        )

    def briefing(self, window: QWidget, moment: Moment | None, bounds: Bounds | None) -> None:
        """Ask for the form, then for a file."""
        with _refusals_told(window):
            self._briefing(window, moment, bounds)

    def _briefing(self, window: QWidget, moment: Moment | None, bounds: Bounds | None) -> None:
        when = tr("as it is now") if moment is None else tr("as of {time}", time=both(moment.valid))
        dialog = BriefingDialog(when, bounds, window)
        if not _accepted(dialog):
            return
        # Here and not in the work: widgets belong to this thread.
        kind, shown, title, paper = dialog.kind, dialog.bounds, dialog.title, dialog.paper
        path = self._save_name(window, tr("Briefing"), self._stem(moment), {f".{kind}": kind.upper()})
        if path is None:
            return
        bench = _bench(window)
        bench.background.long(
            tr("Briefing"),
            lambda task: self._briefings.save(
                path,
                kind=kind,
                moment=moment,
                bounds=shown,
                title=title,
                paper=paper,
                task=task,
            ),
            lambda note: _tell_briefing(bench, path, note),
        )

    # --- places --------------------------------------------------------------------------------

    def go_to(self, window: QWidget, near: tuple[float, float] | None) -> Destination | None:
        """Ask for a place or a coordinate."""
        dialog = GoToDialog(lambda text: self._places.find(text, near=near), window)
        return dialog.destination if _accepted(dialog) else None

    # --- files ---------------------------------------------------------------------------------

    def _save_name(
        self, window: QWidget, title: str, stem: str, kinds: Mapping[str, str], *, replacing: bool = True
    ) -> Path | None:
        """`kinds`: the one suffix, and what such files are called."""
        ((suffix, words),) = kinds.items()
        asking = QFileDialog(window, title, str(self._where()), f"{words} (*{suffix})")
        asking.setDefaultSuffix(suffix)
        return self._saved_as(asking, stem, replacing=replacing)

    def _saved_as(self, asking: QFileDialog, stem: str, *, replacing: bool) -> Path | None:
        """The dialog itself adds the suffix, so that it asks before the right file is replaced.

        It adds none where a name has a dot in it; there the file that is meant must not be there yet, or it is Refused.
        """
        asking.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        asking.setFileMode(QFileDialog.FileMode.AnyFile)
        asking.setOption(QFileDialog.Option.DontConfirmOverwrite, not replacing)
        if stem:
            asking.selectFile(stem)
        if not _accepted(asking):
            return None
        path, suffix = Path(asking.selectedFiles()[0]), f".{asking.defaultSuffix()}"
        if path.suffix.lower() != suffix:
            path = path.with_name(path.name + suffix)
            if path.exists():
                raise Refused(Message("There is a file of this name already."), where=str(path))
        return self._remember(path)

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


def _show(window: QWidget, outcome: Outcome) -> None:
    cast("_Host", window).show_items(sorted(outcome.items))


def _accepted(dialog: QDialog) -> bool:
    """Show a dialog and wait; it goes with the next event, and does not pile up in the window."""
    accepted = dialog.exec() == QDialog.DialogCode.Accepted
    dialog.deleteLater()
    return accepted


@contextmanager
def _refusals_told(window: QWidget) -> Iterator[None]:
    try:
        yield
    except QrocError as error:
        _bench(window).notices.error(error)


def _tell_briefing(bench: Bench, path: Path, note: Message | None) -> None:
    if note:
        bench.notices.warning(f"{tr('Written: {path}', path=path)}. {said(note)}")
    else:
        _tell_written(bench, path, [])


def _tell_written(bench: Bench, path: Path, problems: Sequence[Problem]) -> None:
    text = tr("Written: {path}", path=path)
    if problems:
        reasons = "; ".join(dict.fromkeys(said(problem.why) for problem in problems))
        bench.notices.warning(f"{text}. {tr('The format has no place for')}: {reasons}")
    else:
        bench.notices.info(text)
