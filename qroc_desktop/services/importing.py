"""Import in two steps: read and show, then accept as one batch that undoes as one step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from qroc_desktop.domain.aspects import Placement
from qroc_desktop.domain.change import Draft
from qroc_desktop.domain.ids import IdSource
from qroc_desktop.domain.query import Outcome
from qroc_desktop.domain.vocabulary import Aspect, SubjectType, WorkspaceKind
from qroc_desktop.errors import NOTHING_CHANGED, Message, QrocError, Refused
from qroc_desktop.formats import registry
from qroc_desktop.formats.reading import Problem, Reading
from qroc_desktop.services.layers import Layers
from qroc_desktop.services.progress import Task
from qroc_desktop.store import Workspace

MAX_FILE_BYTES = 512 * 1024 * 1024


class FilePlan(msgspec.Struct, kw_only=True):
    """What one file would bring. `refused` says why where the file as a whole is no good."""

    path: Path
    reading: Reading | None = None
    refused: QrocError | None = None


class ImportPlan(msgspec.Struct, kw_only=True):
    """What an import would bring, for a person to look at before it is accepted."""

    files: list[FilePlan]

    @property
    def count(self) -> int:
        """How many items would come in."""
        return sum(len(file.reading.items) for file in self.files if file.reading)

    @property
    def problems(self) -> list[tuple[Path, Problem]]:
        """What was skipped or noted, file by file."""
        return [(f.path, problem) for f in self.files if f.reading for problem in f.reading.problems]

    @property
    def refusals(self) -> list[tuple[Path, QrocError]]:
        """Files that bring nothing at all."""
        return [(f.path, f.refused) for f in self.files if f.refused]


class Imports:
    """Files into the workspace."""

    def __init__(self, workspace: Workspace, layers: Layers, *, author: str, ids: IdSource) -> None:
        self._workspace = workspace
        self._layers = layers
        self._author = author
        self._ids = ids

    def plan(self, paths: Sequence[Path], task: Task | None = None) -> ImportPlan:
        """Read files without writing anything. Folders are not read; a bad file is refused by itself."""
        return ImportPlan(files=[self._plan_file(path, task or Task()) for path in paths])

    def plan_reading(self, path: Path, reading: Reading) -> ImportPlan:
        """A plan of something read already, such as a CSV file with the mapping that a person chose."""
        return ImportPlan(files=[self._guarded(path, reading)])

    def accept(self, plan: ImportPlan, *, layer: str = "", task: Task | None = None) -> Outcome:
        """Write a plan as one batch: all of it, or on any error or cancellation nothing.

        layer: the name of the layer to import to, made where there is none; empty makes or finds one named
        after each file. Items that came in before (same format and foreign id, same layer) are updated, not doubled.
        """
        if not plan.count:
            raise Refused(Message("There is nothing to import."))
        working = task or Task()
        return self._workspace.append_many(
            self._drafts(plan, layer), author=self._author, label="import", progress=working.step
        )

    def _plan_file(self, path: Path, task: Task) -> FilePlan:
        try:
            data = read_file(path)
            return self._guarded(path, registry.read(data, name=path.name, progress=task.step))
        except QrocError as error:
            return FilePlan(path=path, refused=error)

    def _guarded(self, path: Path, reading: Reading) -> FilePlan:
        """Exercise traffic never enters the live picture, nor the reverse."""
        live = self._workspace.identity().kind is WorkspaceKind.LIVE
        if reading.exercise is not None and reading.exercise is live:
            what = (
                Message("The file is exercise or test traffic; this is the live picture.")
                if live
                else Message("The file is live traffic; this is an exercise.")
            )
            return FilePlan(path=path, refused=Refused(what, where=path.name))
        return FilePlan(path=path, reading=reading)

    def _drafts(self, plan: ImportPlan, layer_name: str) -> Iterator[Draft]:
        made: dict[str, str] = {}
        for file in plan.files:
            if file.reading is None or not file.reading.items:
                continue
            name = layer_name or file.path.stem
            if name not in made:
                layer, draft = self._target(name, len(made) + 1)
                made[name] = layer
                if draft:
                    yield draft
            yield from self._item_drafts(file.reading, made[name])

    def _target(self, name: str, above: int) -> tuple[str, Draft | None]:
        existing = self._layers.named(name)
        if existing:
            self._layers.require_unlocked({existing.id})
            return existing.id, None
        layer = self._ids()
        return layer, self._layers.draft_new(layer, name, above=above)

    def _item_drafts(self, reading: Reading, layer: str) -> Iterable[Draft]:
        known = self._workspace.foreign_ids(layer, reading.format)
        for read in reading.items:
            origin = read.aspects.get(Aspect.ORIGIN)
            foreign = getattr(origin, "foreign_id", "")
            item = known.get(foreign) if foreign else None
            if item is None:
                item = self._ids()
                if foreign:
                    known[foreign] = item
            yield Draft(
                subject_type=SubjectType.ITEM,
                subject=item,
                patch={**read.aspects, Aspect.PLACEMENT: Placement(layer=layer)},
                valid_at=read.valid_at,
            )


def read_file(path: Path, limit: int = MAX_FILE_BYTES) -> bytes:
    """The bytes of a file, or Refused with one clear line."""
    try:
        size = path.stat().st_size
        if size > limit:
            raise Refused(
                Message("The file is {size} MB; at most {limit} MB are read.", size=size >> 20, limit=limit >> 20),
                where=str(path),
            )
        return path.read_bytes()
    except OSError as error:
        raise Refused(
            Message("The file cannot be read: {reason}.", reason=error.strerror or type(error).__name__),
            where=str(path),
            kept=NOTHING_CHANGED,
        ) from error
