"""What is served to a seat as it travels: only what has changed since the seat was served last.

What a seat is shown is laid out in small named parts, made from `seating.Served` and nothing else. A frame holds the
parts that are new or changed, the names of those that are gone, and the SHA-256 of the whole, so that whoever puts
frames together knows to have exactly what was served.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import msgspec

from qroc_desktop.errors import Damaged, Message
from qroc_desktop.exercise.clock import Reading
from qroc_desktop.exercise.edits import Edit
from qroc_desktop.exercise.events import Rated
from qroc_desktop.exercise.seating import Served, Stopwatch
from qroc_desktop.exercise.standing import Judgement
from qroc_desktop.exercise.view import Drawn, Planned, Said, Seen, TeamView, Told

LARGEST: Final = 64 * 1024 * 1024
"""Bytes that a frame has at most, unpacked."""


class Medium(msgspec.Struct, frozen=True, kw_only=True):
    """A medium that a seat may fetch because its team was told of it. `size` in bytes."""

    size: int
    sha256: str


class Frame(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`number`: of this frame; `base`: the one that it continues, 0 for none. `conducted`: whether anybody conducts
    the exercise now."""

    number: int
    base: int = 0
    parts: dict[str, msgspec.Raw] = {}
    gone: tuple[str, ...] = ()
    digest: str = ""
    conducted: bool = True


Parts = Mapping[str, bytes]
NO_FILES: Final[Mapping[str, int]] = {}
_TOGETHER: Final = 32
_encoder = msgspec.json.Encoder(order="deterministic")
_frames = msgspec.json.Decoder(Frame)


class _Rest(msgspec.Struct, frozen=True, kw_only=True):
    """What a view has beside its lists."""

    team: str
    t: int
    spent: float = 0.0
    no_duff: str | None = None


def digest(parts: Parts) -> str:
    """SHA-256 of all parts, whatever their order, hexadecimal."""
    whole = hashlib.sha256()
    for name in sorted(parts):
        whole.update(b"%b\0%d\0%b" % (name.encode(), len(parts[name]), parts[name]))
    return whole.hexdigest()


def parts(served: Served, media: Mapping[str, Medium], files: Mapping[str, int] = NO_FILES) -> dict[str, bytes]:
    """What is served, in parts by name. `media`: those that the view names. `files`: those that its edits name and
    that are in the record, by SHA-256, with their sizes in bytes."""
    return {name: _encoder.encode(value) for name, value in _laid_out(served, media, files)}


def _laid_out(served: Served, media: Mapping[str, Medium], files: Mapping[str, int]) -> Iterator[tuple[str, Any]]:
    view = served.view
    yield "reading", served.reading
    yield "rest", _Rest(team=view.team, t=view.t, spent=view.spent, no_duff=view.no_duff)
    lists: tuple[tuple[str, list[tuple[str, Any]]], ...] = (
        ("entities", [(seen.id, _resting(seen, view.t)) for seen in view.entities]),
        ("overlays", [(drawn.id, drawn) for drawn in view.overlays]),
        ("told", [(told.id, told) for told in view.told]),
        ("plans", [(planned.entity, msgspec.structs.asdict(planned)) for planned in view.plans]),
    )
    for kind, entries in lists:
        yield kind, [name for name, _ in entries]
        for name, entry in entries:
            yield f"{kind}/{name}", entry
    # Nothing is ever taken out of these, so that each entry keeps its place.
    for at, spoken in enumerate(view.said):
        yield f"said/{at:06}", spoken
    # There may be thousands: as a part each they would cost more at every frame than all else together.
    for at in range(0, len(view.edits), _TOGETHER):
        yield f"edits/{at:06}", view.edits[at : at + _TOGETHER]
    for at, note in enumerate(served.notes):
        yield f"notes/{at:06}", note
    for task, judgement in served.judgements.items():
        yield f"judgements/{task}", judgement
    for task, stopwatch in served.measured.items():
        yield f"measured/{task}", stopwatch
    for name, medium in media.items():
        yield f"media/{name}", medium
    for sha256, size in files.items():
        yield f"files/{sha256}", size


def _resting(seen: Seen, t: int) -> dict[str, Any]:
    # Every field, since whether a number is left out for being the default would depend on where it came from.
    fields = msgspec.structs.asdict(seen)
    if seen.stale is None and seen.at == t:
        # What is seen all the time is seen now; a part that says when would change at every tick.
        fields["at"] = 0
    return fields


def frame(number: int, now: Parts, base: int, before: Parts, whole: str, conducted: bool) -> bytes:
    """What leads from the parts `before` (those of frame `base`) to those of `now`, packed."""
    changed = {name: msgspec.Raw(data) for name, data in now.items() if before.get(name) != data}
    gone = tuple(name for name in before if name not in now)
    made = Frame(number=number, base=base, parts=changed, gone=gone, digest=whole, conducted=conducted)
    return zlib.compress(_encoder.encode(made), 1)


class Assembler:
    """A seat's side: puts frames together. `media` are those that may be fetched, `digest` is of all parts."""

    def __init__(self) -> None:
        self._raw: dict[str, bytes] = {}
        self._held: dict[str, Any] = {}
        self._number = 0
        self.served: Served | None = None
        self.conducted = False
        self.digest = ""

    @property
    def media(self) -> dict[str, Medium]:
        """By name."""
        return _of(self._held, "media/")

    @property
    def files(self) -> dict[str, int]:
        """Files of items that may be fetched: sizes in bytes by SHA-256."""
        return _of(self._held, "files/")

    def take(self, data: bytes) -> Served:
        """What is served from now on. Raises Damaged where a frame is none, or does not continue what there is."""
        try:
            unpacker = zlib.decompressobj()
            found = _frames.decode(unpacker.decompress(data, LARGEST))
            if found.base not in (0, self._number):
                raise ValueError("a frame is missing")
            raw, held = ({}, {}) if found.base == 0 else (dict(self._raw), dict(self._held))
            for name in found.gone:
                raw.pop(name, None)
                held.pop(name, None)
            raw |= {name: bytes(part) for name, part in found.parts.items()}
            held |= {name: _decoded(name, part) for name, part in found.parts.items()}
            if digest(raw) != found.digest:
                raise ValueError("the parts do not make the whole")
            served = _put_together(held)
        except (zlib.error, msgspec.DecodeError, ValueError, KeyError) as error:
            raise Damaged(Message("What the node serves cannot be read.")) from error
        self._raw, self._held, self._number = raw, held, found.number
        self.served, self.conducted, self.digest = served, found.conducted, found.digest
        return served


def _decoded(name: str, part: msgspec.Raw) -> Any:
    kind, slash, _ = name.partition("/")
    return _DECODERS[kind + slash](part)


def _put_together(held: Mapping[str, Any]) -> Served:
    rest: _Rest = held["rest"]

    def listed(kind: str) -> tuple[Any, ...]:
        return tuple(held[f"{kind}/{name}"] for name in held[kind])

    entities = (
        msgspec.structs.replace(seen, at=rest.t) if seen.stale is None and not seen.at else seen
        for seen in listed("entities")
    )
    view = TeamView(
        team=rest.team,
        t=rest.t,
        entities=tuple(entities),
        overlays=listed("overlays"),
        told=listed("told"),
        plans=listed("plans"),
        spent=rest.spent,
        no_duff=rest.no_duff,
        said=tuple(one for _, one in sorted(_of(held, "said/").items())),
        edits=tuple(one for _, some in sorted(_of(held, "edits/").items()) for one in some),
    )
    return Served(
        reading=held["reading"],
        view=view,
        judgements=_of(held, "judgements/"),
        notes=tuple(one for _, one in sorted(_of(held, "notes/").items())),
        measured=_of(held, "measured/"),
    )


def _of(held: Mapping[str, Any], kind: str) -> dict[str, Any]:
    return {name.removeprefix(kind): one for name, one in held.items() if name.startswith(kind)}


def _reader(kind: Any) -> Callable[[Any], Any]:
    return msgspec.json.Decoder(kind).decode


_DECODERS: Final[dict[str, Callable[[Any], Any]]] = {
    "reading": _reader(Reading),
    "rest": _reader(_Rest),
    **{kind: _reader(list[str]) for kind in ("entities", "overlays", "told", "plans")},
    "entities/": _reader(Seen),
    "overlays/": _reader(Drawn),
    "told/": _reader(Told),
    "plans/": _reader(Planned),
    "said/": _reader(Said),
    "edits/": _reader(tuple[Edit, ...]),
    "notes/": _reader(Rated),
    "judgements/": _reader(Judgement),
    "measured/": _reader(Stopwatch),
    "media/": _reader(Medium),
    "files/": _reader(int),
}
