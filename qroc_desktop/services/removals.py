"""Things that a stream of states calls off (a CoT deletion): the item that came in by that id earlier is removed.

As with the cancellations of messages it does not matter on which layer the item lies. A thing that is reported again
after its deletion is the same item, back on the picture.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from qroc_desktop.domain.aspects import AspectValue, Origin, Presence
from qroc_desktop.domain.change import Draft
from qroc_desktop.domain.instant import Instant
from qroc_desktop.domain.query import Foreign
from qroc_desktop.domain.vocabulary import Aspect, SubjectType
from qroc_desktop.errors import Message
from qroc_desktop.formats.reading import Problem, Reading, ReadItem, Sameness
from qroc_desktop.services.recognition import Things
from qroc_desktop.store import Workspace

_UNKNOWN = Message("There is nothing to remove: no item that came in with this identifier is on the picture.")
_NEWER = Message("Nothing is removed: what is known of the item is newer than its deletion.")
_REMOVES = Message("An item is removed from the picture, since the file says that it is gone.")


def leave_out_idle(workspace: Workspace, readings: Iterable[Reading]) -> None:
    """Take deletions that would remove nothing out of readings that are imported in this order; all are noted."""
    states = [reading for reading in readings if reading.sameness is Sameness.STATE]
    if not any(item.ends for reading in states for item in reading.items):
        return
    known: dict[str, dict[str, Instant | None]] = {}
    for reading in states:
        kept = []
        for item in reading.items:
            origin = _origin(item)
            if origin.format not in known:
                known[origin.format] = {e.id: e.sent for e in workspace.foreign(origin.format) if not e.gone}
            there = known[origin.format]
            if item.ends:
                why = _why_idle(origin, there)
                note = Problem(item.where, why or _REMOVES, what=origin.foreign_id, skipped=why is not None)
                reading.problems.append(note)
                if why:
                    continue
                del there[origin.foreign_id]
            elif origin.foreign_id:
                there[origin.foreign_id] = _later(there.get(origin.foreign_id), origin.sent)
            kept.append(item)
        reading.items = kept


class Removals:
    """Removes what an import says is gone, and brings back what it reports again; lives as long as one import."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._things: dict[str, Things] = {}
        self._stored: dict[str, dict[str, list[Foreign]]] = {}
        self._gone: set[str] = set()
        self._origins: dict[str, Origin] = {}

    def things(self, layer: str) -> Things:
        """What is known of a layer, with what the files of this import told of it."""
        return self._things.setdefault(layer, Things(self._workspace, layer))

    def there_again(self, entry: Foreign, origin: Origin) -> bool:
        """Whether a report brings back an item that was gone."""
        return entry.gone and not _older(origin.sent, entry.sent)

    def remember(self, item: str, origin: Origin) -> None:
        """What this import said last of where an item comes from."""
        self._origins[item] = origin

    def drafts(self, read: ReadItem, origin: Origin) -> Iterator[tuple[Draft, str]]:
        """The removals that a deletion means, each with the layer of its item."""
        for entry in self._entries(origin):
            patch: dict[Aspect, AspectValue | None] = {Aspect.PRESENCE: Presence(removed=True)}
            before = self._origins.get(entry.item) or self._origin_in_store(entry.item)
            if before:
                # With it the removal is the file's word, not a person's.
                patch[Aspect.ORIGIN] = msgspec.structs.replace(before, sent=_later(before.sent, origin.sent))
            self._gone.add(entry.item)
            if entry.layer in self._things:
                self._things[entry.layer].add(origin, entry.item, gone=True)
            draft = Draft(subject_type=SubjectType.ITEM, subject=entry.item, patch=patch, valid_at=read.valid_at)
            yield draft, entry.layer

    def _origin_in_store(self, item: str) -> Origin | None:
        stored = self._workspace.item(item)
        return stored.origin if stored else None

    def _entries(self, origin: Origin) -> list[Foreign]:
        """The items on the picture, on whatever layer, that a deletion is about."""
        if origin.format not in self._stored:
            by_id = self._stored[origin.format] = {}
            for entry in self._workspace.foreign(origin.format):
                by_id.setdefault(entry.id, []).append(entry)
        found = {entry.item: entry for entry in self._stored[origin.format].get(origin.foreign_id, [])}
        for item in found.keys() & self._gone:
            del found[item]
        # What this import told of them is newer.
        found |= {here.item: here for things in self._things.values() if (here := things.find(origin))}
        return [entry for entry in found.values() if not entry.gone and not _older(origin.sent, entry.sent)]


def _why_idle(origin: Origin, known: Mapping[str, Instant | None]) -> Message | None:
    if origin.foreign_id not in known:
        return _UNKNOWN
    return _NEWER if _older(origin.sent, known[origin.foreign_id]) else None


def _origin(item: ReadItem) -> Origin:
    origin = item.aspects.get(Aspect.ORIGIN)
    return origin if isinstance(origin, Origin) else item.known_as or Origin()


def _older(sent: Instant | None, than: Instant | None) -> bool:
    return sent is not None and than is not None and sent < than


def _later(one: Instant | None, other: Instant | None) -> Instant | None:
    return max((instant for instant in (one, other) if instant is not None), default=None)
