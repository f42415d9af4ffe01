"""Which item of the workspace is what a file brings, so that a newer file updates instead of doubling.

An item is recognised by its foreign id and, where one id stands for several, by which part it was. What another
centre's export holds without one goes by the id that it has there. What has no id at all is recognised by what it
says: the same file twice is the same items, once.

Messages (CAP) have a life of their own: an update or a cancellation takes the place of earlier messages of its
sender, wherever they lie and in whatever order they come in. The parts of a message are paired with the parts of
those before it; what an update no longer speaks of is over.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from qroc_desktop.domain.aspects import AspectValue, Origin, Situation
from qroc_desktop.domain.change import Change, Draft, encode_patch
from qroc_desktop.domain.ids import IdSource
from qroc_desktop.domain.instant import Instant
from qroc_desktop.domain.query import Foreign
from qroc_desktop.domain.state import Item
from qroc_desktop.domain.vocabulary import Aspect, Status, SubjectType
from qroc_desktop.formats.reading import Reading, ReadItem, Sameness
from qroc_desktop.store import Workspace

Key = tuple[str, str, str]
"""Format, foreign id, part."""
PEER = "qroc:"
"""Stands before the id that another centre has for an item, where the item's own origin has none."""
_LASTING = frozenset({Aspect.PLACEMENT, Aspect.PRESENCE})
"""Aspects that no file speaks of."""


def named(reading: Reading, *, file: str = "") -> Iterator[tuple[ReadItem, Origin]]:
    """The items of a file, each with an origin that names the file and tells the item from its siblings."""
    seen: dict[Key, int] = {}
    for read in reading.items:
        given = read.aspects.get(Aspect.ORIGIN)
        origin = given if isinstance(given, Origin) else read.known_as or Origin(format=reading.format)
        origin = msgspec.structs.replace(origin, file=file)
        known_as = origin.foreign_id or (read.known_as.foreign_id if read.known_as else "")
        if not origin.foreign_id:
            origin = msgspec.structs.replace(origin, part=f"{PEER}{known_as}" if known_as else _digest(read))
        if reading.sameness is not Sameness.STATE or not known_as:
            key = (origin.format, origin.foreign_id, origin.part)
            seen[key] = number = seen.get(key, 0) + 1
            if number > 1:
                origin = msgspec.structs.replace(origin, part=f"{origin.part} #{number}".lstrip())
        yield read, origin


class Things:
    """Recognises items on one layer by their ids."""

    def __init__(self, workspace: Workspace, layer: str) -> None:
        self._workspace = workspace
        self._layer = layer
        self._known: dict[str, dict[tuple[str, str], Foreign]] = {}

    def find(self, origin: Origin) -> Foreign | None:
        """The item, where there is one; it may be gone."""
        return self._of(origin.format).get((origin.foreign_id, origin.part))

    def add(self, origin: Origin, item: str, *, gone: bool = False) -> None:
        """Remember what was told last of an item that is being made, updated or removed."""
        before = self.find(origin)
        sent = max((s for s in (origin.sent, before.sent if before else None) if s is not None), default=None)
        self._of(origin.format)[(origin.foreign_id, origin.part)] = Foreign(
            item=item, layer=self._layer, id=origin.foreign_id, part=origin.part, sent=sent, gone=gone
        )

    def _of(self, format_: str) -> dict[tuple[str, str], Foreign]:
        if format_ not in self._known:
            found = self._workspace.foreign(format_, self._layer)
            self._known[format_] = {(entry.id, entry.part): entry for entry in found}
        return self._known[format_]


class Messages:
    """Recognises the parts of messages on all layers; lives as long as one import, whose items it remembers."""

    def __init__(self, workspace: Workspace, format_: str, ids: IdSource) -> None:
        self._workspace = workspace
        self._known = {entry.item: entry for entry in workspace.foreign(format_) if not entry.gone}
        self._ids = ids
        self._situations: dict[str, Situation] = {}
        self._origins: dict[str, Origin] = {}

    def drafts(self, items: Sequence[tuple[ReadItem, Origin]], layer: str) -> Iterator[tuple[Draft, str]]:
        """The changes that one message makes, each with the layer of its item; new items come to `layer`."""
        message = items[0][1]
        mine = [entry for entry in self._known.values() if _related(entry, message)]
        if mine and items[0][0].ends:
            for entry in mine:
                yield self._over(entry, message), entry.layer
            return
        pairs = _paired([origin.part for _, origin in items], mine)
        for place, (read, origin) in enumerate(items):
            old = pairs.get(place)
            item = old.item if old else self._ids()
            yield self._told(item, read, origin, old.layer if old else layer), old.layer if old else layer
            late = next((entry for entry in mine if message.foreign_id in entry.earlier), None)
            if old is None and late is not None and not read.ends:
                # Its successor came in before it, and no longer speaks of this part.
                yield self._over(self._known[item], _origin_of(late, origin.format)), layer
            if old is not None and not old.part and old is late:
                # A cancellation that came in before what it cancels knows nothing but that it is over.
                told: dict[Aspect, AspectValue | None] = {
                    a: v for a, v in read.aspects.items() if a not in (Aspect.SITUATION, Aspect.ORIGIN)
                }
                yield msgspec.structs.replace(_draft(item, told), valid_at=old.sent), old.layer
        for entry in mine:
            if entry.id in message.earlier and entry.item not in {old.item for old in pairs.values()}:
                yield self._over(entry, message), entry.layer

    def _told(self, item: str, read: ReadItem, origin: Origin, layer: str) -> Draft:
        """What the message says of one item."""
        old = self._known.get(item)
        newest = old is None or origin.sent is None or old.sent is None or old.sent <= origin.sent
        if newest:
            earlier = (*(old.earlier if old else ()), *((old.id,) if old and old.id != origin.foreign_id else ()))
            origin = msgspec.structs.replace(origin, earlier=tuple(dict.fromkeys((*earlier, *origin.earlier))))
            self._remember(item, layer, origin)
            situation = read.aspects.get(Aspect.SITUATION)
            self._situations[item] = situation if isinstance(situation, Situation) else Situation()
        patch: dict[Aspect, AspectValue | None] = {**read.aspects, Aspect.ORIGIN: origin}
        bases: dict[Aspect, int] = {}
        stored = self._workspace.item(item) if old else None
        if stored and newest:
            said = _said_by_files(self._workspace.history(SubjectType.ITEM, item))
            patch |= {a: None for a, seq in stored.seqs.items() if a not in patch and said.get(a) == seq}
            bases = {a: said.get(a, 0) for a in patch.keys() & stored.seqs.keys() if said.get(a) != stored.seqs[a]}
        return msgspec.structs.replace(_draft(item, patch), valid_at=read.valid_at, bases=bases)

    def _over(self, entry: Foreign, message: Origin) -> Draft:
        """An item is over, since a message said so or no longer speaks of it."""
        item = self._workspace.item(entry.item)
        situation = self._situations.get(entry.item) or (item.situation if item else Situation())
        situation = msgspec.structs.replace(situation, status=Status.CLOSED)
        before = self._origins.get(entry.item) or (item.origin if item else Origin(format=message.format))
        earlier = tuple(dict.fromkeys((*before.earlier, before.foreign_id, *message.earlier)))
        origin = msgspec.structs.replace(
            before,
            foreign_id=message.foreign_id,
            sent=message.sent,
            file=message.file or before.file,
            earlier=tuple(e for e in earlier if e),
        )
        self._remember(entry.item, entry.layer, origin)
        self._situations[entry.item] = situation
        patch: dict[Aspect, AspectValue | None] = {Aspect.SITUATION: situation, Aspect.ORIGIN: origin}
        return msgspec.structs.replace(_draft(entry.item, patch), valid_at=message.sent)

    def _remember(self, item: str, layer: str, origin: Origin) -> None:
        self._origins[item] = origin
        self._known[item] = Foreign(
            item=item,
            layer=layer,
            id=origin.foreign_id,
            part=origin.part,
            sender=origin.sender,
            sent=origin.sent,
            earlier=origin.earlier,
        )


def messages(items: Iterable[tuple[ReadItem, Origin]]) -> list[list[tuple[ReadItem, Origin]]]:
    """Items by the message they are parts of, in the order in which they were sent."""
    found: dict[tuple[str, str], list[tuple[ReadItem, Origin]]] = {}
    for read, origin in items:
        found.setdefault((origin.sender, origin.foreign_id), []).append((read, origin))
    return sorted(found.values(), key=lambda message: message[0][1].sent or 0)


def update(workspace: Workspace, item: Item, patch: Mapping[Aspect, AspectValue]) -> Draft:
    """The change that a newer version of a file makes to an item that came in before.

    Three versions meet: what the file said, what it says now, and what somebody here made of it. What the file no
    longer says is cleared; what was edited here stays where the file says the same as before, and where both changed
    it the two edits are a conflict, which is shown.
    """
    seen = item.seqs.get(Aspect.ORIGIN, 0)
    edited = {aspect for aspect, seq in item.seqs.items() if seq != seen and aspect not in _LASTING}
    said: dict[Aspect, int] = {}
    before: dict[Aspect, AspectValue | None] = {}
    if edited:
        history = [change for change in workspace.history(SubjectType.ITEM, item.id) if Aspect.ORIGIN in change.patch]
        said = _said_by_files(history)
        for change in history:
            before |= change.patch
        edited = {aspect for aspect in edited if item.seqs[aspect] != said.get(aspect)}
    now: dict[Aspect, AspectValue | None] = {
        aspect: value for aspect, value in patch.items() if aspect not in edited or before.get(aspect) != value
    }
    silent = item.aspects.keys() - patch.keys() - edited - _LASTING
    now |= dict.fromkeys(silent)
    bases = {aspect: said.get(aspect, 0) for aspect in edited & now.keys()}
    return msgspec.structs.replace(_draft(item.id, now), bases=bases)


def _draft(item: str, patch: Mapping[Aspect, AspectValue | None]) -> Draft:
    return Draft(subject_type=SubjectType.ITEM, subject=item, patch=patch)


def _said_by_files(history: Iterable[Change]) -> dict[Aspect, int]:
    """For each aspect the last change in which a file said it: such a change gives the origin too."""
    return {
        aspect: change.seq
        for change in history
        if Aspect.ORIGIN in change.patch
        for aspect in change.patch
        if aspect not in _LASTING
    }


def _origin_of(entry: Foreign, format_: str) -> Origin:
    return Origin(format=format_, foreign_id=entry.id, sender=entry.sender, sent=entry.sent, earlier=entry.earlier)


def _related(entry: Foreign, message: Origin) -> bool:
    """Whether an item is of this message, or of one before or after it."""
    if entry.sender != message.sender:
        return False
    return (
        entry.id == message.foreign_id
        or entry.id in message.earlier
        or message.foreign_id in entry.earlier
        or not set(entry.earlier).isdisjoint(message.earlier)
    )


def _paired(parts: Sequence[str], olds: Sequence[Foreign]) -> dict[int, Foreign]:
    """New parts, by their place, with the old ones that they continue: the same part; else the only one left of the
    same kind (what stands before ` | `); else the only one left."""
    pairs: dict[int, Foreign] = {}
    left = list(olds)

    def pair(place: int, old: Foreign) -> None:
        pairs[place] = old
        left.remove(old)

    for place, part in enumerate(parts):
        # What has no part is a cancellation that came in before what it cancels.
        same = next((old for old in left if old.part in (part, "")), None)
        if same:
            pair(place, same)
    for place, part in enumerate(parts):
        alike = [old for old in left if _kind(old.part) == _kind(part)]
        rivals = [p for p, other in enumerate(parts) if p not in pairs and _kind(other) == _kind(part)]
        if place not in pairs and len(alike) == 1 and len(rivals) == 1:
            pair(place, alike[0])
    alone = [place for place in range(len(parts)) if place not in pairs]
    if len(alone) == 1 and len(left) == 1 == len(olds) - len(pairs):
        pair(alone[0], left[0])
    return pairs


def _kind(part: str) -> str:
    return part.split(" | ", 1)[0]


def _digest(read: ReadItem) -> str:
    told = encode_patch({a: v for a, v in read.aspects.items() if a is not Aspect.ORIGIN})
    at: Instant | None = read.valid_at
    return hashlib.blake2b(told + str(at).encode(), digest_size=12).hexdigest()
