"""What a reader gives and a writer takes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Protocol

import msgspec

from qroc_desktop.domain.aspects import AspectValue, Identity, Origin
from qroc_desktop.domain.instant import Instant
from qroc_desktop.domain.state import Item, Layer
from qroc_desktop.domain.vocabulary import Aspect
from qroc_desktop.errors import Message

Progress = Callable[[int, int], None]
"""Called with (done, total); raises services' Cancelled where the user has had enough."""


class Problem:
    """Something in a file that was skipped, or taken with a reservation.

    where: line, element path or member name. what: the value as it stood, cut to 80 characters, may be empty.
    why: the reason. skipped: False where the item came in all the same.
    """

    __slots__ = ("skipped", "what", "where", "why")

    def __init__(self, where: str, why: Message, *, what: str = "", skipped: bool = True) -> None:
        self.where = where
        self.what = what[:80]
        self.why = why
        self.skipped = skipped

    def __repr__(self) -> str:
        return f"Problem({self.where!r}, {str(self.why)!r}, skipped={self.skipped})"


class Sameness(StrEnum):
    """What equal foreign ids mean.

    THING: two of one file are two things; of a newer file the same thing again. STATE: later states of one thing, in
    one file too (a recorded stream). MESSAGE: parts of one message of a sender, which may take the place of earlier
    messages of that sender, wherever they lie.
    """

    THING = "thing"
    STATE = "state"
    MESSAGE = "message"


class ReadItem(msgspec.Struct, frozen=True, kw_only=True):
    """One item read from a file: its aspects (never PLACEMENT or PRESENCE), when it was true,
    and the folders it lay in (KML folders, GPX file name, CAP sender ...), outermost first.

    known_as: by which id the centre that wrote the file knows it, for an item of our own export that came to that
    centre from no file with an id.
    ends: it says nothing but that the messages it takes the place of are over, or that the thing with its foreign id
    is gone."""

    aspects: dict[Aspect, AspectValue]
    valid_at: Instant | None = None
    folders: tuple[str, ...] = ()
    where: str = ""
    known_as: Origin | None = None
    ends: bool = False


class Reading(msgspec.Struct, kw_only=True):
    """All that a file gave. `exercise` is True where the file says that it is exercise, test, system or draft
    traffic, False where it says that it is actual, None where its format cannot say. `files`: what the attachments of
    its items name, by hash."""

    format: str
    items: list[ReadItem] = []
    problems: list[Problem] = []
    exercise: bool | None = None
    sameness: Sameness = Sameness.THING
    files: dict[str, bytes] = {}


class Writing(msgspec.Struct, frozen=True, kw_only=True):
    """What a writer needs beside the items: whose picture, of which instants, written when."""

    identity: Identity
    layers: Sequence[Layer]
    valid: Instant
    known: Instant
    now: Instant


class Wishes(msgspec.Struct, frozen=True, kw_only=True):
    """How a person would have files read that leave it open.

    language: RFC 3066 code of the language that is preferred where a file says the same in several; empty: the first.
    zone: IANA name of the time zone of times that name none; empty reads them as UTC and says so.
    """

    language: str = ""
    zone: str = ""


class Reader(Protocol):
    """`read` of a format module. Raises errors.Refused where the file as a whole is no good."""

    def __call__(self, data: bytes, *, name: str, progress: Progress | None = None) -> Reading: ...


class Written(msgspec.Struct, kw_only=True):
    """Bytes of an export, and what the format had no place for (a dropped marking is a problem, never silence)."""

    data: bytes
    problems: list[Problem] = []


class Writer(Protocol):
    """`write` of a format module. Raises errors.Refused where the format must not carry the picture."""

    def __call__(self, items: Sequence[Item], context: Writing) -> Written: ...
