"""Import in two steps: read and show, then accept as one batch that undoes as one step."""

from __future__ import annotations

import gc
import os
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path, PurePath

import msgspec

from qroc_desktop import translation
from qroc_desktop.domain.aspects import AspectValue, Attachments, Origin, Placement, Presence
from qroc_desktop.domain.change import Draft, Patch
from qroc_desktop.domain.ids import IdSource
from qroc_desktop.domain.instant import BEGINNING, Instant
from qroc_desktop.domain.query import Outcome
from qroc_desktop.domain.vocabulary import Aspect, SubjectType, WorkspaceKind
from qroc_desktop.errors import NOTHING_CHANGED, Message, QrocError, Refused
from qroc_desktop.formats import registry
from qroc_desktop.formats.reading import Problem, Reading, ReadItem, Sameness, Wishes
from qroc_desktop.reasons import reason_of
from qroc_desktop.services.layers import Layers
from qroc_desktop.services.progress import Task
from qroc_desktop.services.recognition import Messages, messages, named, update
from qroc_desktop.services.removals import Removals, leave_out_idle
from qroc_desktop.store import Workspace
from qroc_desktop.store.files import HeldFile

MAX_FILE_BYTES = 512 * 1024 * 1024
LABEL = "import"
"""What the batch of an import is labelled with, before the names of its files."""
_NAMED = 3
_LONGEST_NAME = 80
_AT_ONCE = 500
"""So many items are asked of the store in one question."""


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
    def removals(self) -> int:
        """How many of them say only that something is gone."""
        readings = [file.reading for file in self.files if file.reading]
        return sum(item.ends for r in readings if r.sameness is not Sameness.MESSAGE for item in r.items)

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

    def plan(self, paths: Sequence[Path], task: Task | None = None, *, wishes: Wishes | None = None) -> ImportPlan:
        """Read files without writing anything. Folders are not read; a bad file is refused by itself.

        Without wishes alerts in several languages are read in the one that the program speaks.
        """
        told = wishes or Wishes(language=translation.language())
        with _uncollected():
            return self._planned([self._plan_file(path, task or Task(), told) for path in paths])

    def plan_reading(self, path: Path, reading: Reading) -> ImportPlan:
        """A plan of something read already, such as a CSV file with the mapping that a person chose."""
        return self._planned([self._guarded(path, reading)])

    def accept(self, plan: ImportPlan, *, layer: str = "", task: Task | None = None) -> Outcome:
        """Write a plan as one batch: all of it, or on any error or cancellation nothing.

        layer: the name of the layer to import to, made where there is none; empty makes or finds one named
        after each file. Items that came in before are updated, not doubled: those of the layer by their foreign id or,
        where they have none, by what they say; alerts by sender and identifier on whatever layer they lie.
        """
        if not plan.count:
            raise Refused(Message("There is nothing to import."))
        working = task or Task()
        with _uncollected():
            return self._workspace.append_many(
                self._drafts(plan, layer),
                author=self._author,
                label=_label(plan),
                progress=working.step,
                brings=[HeldFile(data) for file in plan.files if file.reading for data in _files(file.reading)],
            )

    def _planned(self, files: list[FilePlan]) -> ImportPlan:
        leave_out_idle(self._workspace, [file.reading for file in files if file.reading])
        return ImportPlan(files=files)

    def _plan_file(self, path: Path, task: Task, wishes: Wishes) -> FilePlan:
        try:
            data = read_file(path)
            return self._guarded(path, registry.read(data, name=path.name, progress=task.step, wishes=wishes))
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
        waiting: dict[str, Draft] = {}
        running: dict[str, Messages] = {}
        removals = Removals(self._workspace)
        for file in sorted(plan.files, key=_sent):
            if file.reading is None or not file.reading.items:
                continue
            name = layer_name or _layer_name(file.path)
            if name not in made:
                made[name], new = self._target(name, len(made) + 1)
                if new:
                    waiting[name] = new
            for draft in self._file_drafts(file, made[name], running, removals):
                # A layer is made with its first item: a cancellation alone needs none.
                if name in waiting and Aspect.PLACEMENT in draft.patch:
                    yield waiting.pop(name)
                yield draft

    def _target(self, name: str, above: int) -> tuple[str, Draft | None]:
        existing = self._layers.named(name)
        if existing:
            self._layers.require_unlocked({existing.id})
            return existing.id, None
        layer = self._ids()
        return layer, self._layers.draft_new(layer, name, above=above)

    def _file_drafts(
        self, file: FilePlan, layer: str, running: dict[str, Messages], removals: Removals
    ) -> Iterator[Draft]:
        reading = file.reading or Reading(format="")
        items = named(reading, file=_name(file.path))
        if reading.sameness is Sameness.MESSAGE:
            if reading.format not in running:
                running[reading.format] = Messages(self._workspace, reading.format, self._ids)
            told = list(items)
            # An export of ours holds items of other origins too, which are no messages.
            sent = [(read, o) for read, o in told if o.format == reading.format and o.foreign_id]
            yield from self._message_drafts(sent, running[reading.format], layer)
            items = iter([(read, o) for read, o in told if o.format != reading.format or not o.foreign_id])
        yield from self._item_drafts(items, removals, layer)

    def _item_drafts(self, items: Iterable[tuple[ReadItem, Origin]], removals: Removals, layer: str) -> Iterator[Draft]:
        things = removals.things(layer)
        for some in _chunked(items):
            asked = {entry.item for _, origin in some if (entry := things.find(origin))}
            stored = self._workspace.items_by_id(sorted(asked))
            for read, origin in some:
                if read.ends:
                    for draft, lies_on in removals.drafts(read, origin):
                        self._layers.require_unlocked({lies_on} - {layer})
                        yield draft
                    continue
                patch: dict[Aspect, AspectValue] = {**read.aspects, Aspect.ORIGIN: origin}
                entry = things.find(origin)
                if entry and removals.there_again(entry, origin):
                    patch[Aspect.PRESENCE] = Presence(removed=False)
                item = entry.item if entry else self._ids()
                things.add(origin, item, gone=entry is not None and entry.gone and Aspect.PRESENCE not in patch)
                removals.remember(item, origin)
                if item in stored:
                    draft = update(self._workspace, stored[item], patch)
                    yield msgspec.structs.replace(draft, valid_at=read.valid_at)
                else:
                    yield _new(item, layer, patch, read.valid_at)

    def _message_drafts(self, items: Iterable[tuple[ReadItem, Origin]], known: Messages, layer: str) -> Iterator[Draft]:
        for message in messages(items):
            for draft, lies_on in known.drafts(message, layer):
                if lies_on == layer:
                    yield _new(draft.subject, layer, draft.patch, draft.valid_at, draft.bases)
                else:
                    self._layers.require_unlocked({lies_on})
                    yield draft


def _files(reading: Reading) -> list[bytes]:
    """The files that its items name."""
    named = (item.aspects.get(Aspect.ATTACHMENTS) for item in reading.items if not item.ends)
    hashes = {file.sha256 for value in named if isinstance(value, Attachments) for file in value.files}
    return [reading.files[one] for one in sorted(hashes & reading.files.keys())]


def _chunked(items: Iterable[tuple[ReadItem, Origin]]) -> Iterator[list[tuple[ReadItem, Origin]]]:
    waiting = iter(items)
    while some := list(islice(waiting, _AT_ONCE)):
        yield some


def _new(
    item: str, layer: str, patch: Patch, valid_at: Instant | None, bases: Mapping[Aspect, int] | None = None
) -> Draft:
    return Draft(
        subject_type=SubjectType.ITEM,
        subject=item,
        patch={**patch, Aspect.PLACEMENT: Placement(layer=layer)},
        valid_at=valid_at,
        bases=bases or {},
    )


def _label(plan: ImportPlan) -> str:
    """`import: ` and the names of the files that bring something, the first few of many."""
    names = [_name(file.path)[:_LONGEST_NAME] for file in plan.files if file.reading and file.reading.items]
    more = [f"+{len(names) - _NAMED}"] if len(names) > _NAMED else []
    return f"{LABEL}: {', '.join([*names[:_NAMED], *more])}"


def _layer_name(path: Path) -> str:
    name = _name(path)
    return PurePath(name).stem.strip() or name


def _name(path: Path) -> str:
    """The file's name as text: a name may hold bytes that are no characters, and characters that turn a line around."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in path.name)


def _sent(file: FilePlan) -> Instant:
    """Messages in the order in which they were sent, whatever their files are called; all else as it was named."""
    if file.reading is None or file.reading.sameness is not Sameness.MESSAGE:
        return BEGINNING
    origins = (item.aspects.get(Aspect.ORIGIN) for item in file.reading.items)
    return min((o.sent for o in origins if isinstance(o, Origin) and o.sent is not None), default=BEGINNING)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Do not look for cycles meanwhile: a plan is millions of objects without any, and going through them again and
    again takes a third of the time. Where two imports overlap, the first to end lets the collector go on."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def read_file(path: Path, limit: int = MAX_FILE_BYTES) -> bytes:
    """The bytes of a file, or Refused with one clear line.

    Only regular files: a pipe could keep the program waiting, and a device has no end. Never more than `limit`
    bytes are read, even where the file grows meanwhile.
    """
    try:
        with open(path, "rb", opener=_without_waiting) as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise Refused(Message("It is a pipe or a device, not a file."), where=str(path))
            if status.st_size > limit:
                raise _too_large(path, limit)
            data = file.read(limit + 1)
    except (OSError, ValueError) as error:
        raise Refused(
            Message("The file cannot be read: {reason}.", reason=reason_of(error)),
            where=str(path),
            kept=NOTHING_CHANGED,
        ) from error
    if len(data) > limit:
        raise _too_large(path, limit)
    return data


def _too_large(path: Path, limit: int) -> Refused:
    return Refused(Message("The file is too large: at most {limit} MB are read.", limit=limit >> 20), where=str(path))


def _without_waiting(path: str, flags: int) -> int:
    """Open a file; a pipe is not waited for before it is refused."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
