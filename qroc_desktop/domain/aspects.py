"""The values an item, a layer, a logbook entry and a workspace are made of.

Every value is a frozen struct with a JSON form (`msgspec`); fields at their default are left
out of it, and fields that a newer version added are ignored by an older one.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from qroc_desktop.domain.instant import Instant
from qroc_desktop.domain.shape import Shape
from qroc_desktop.domain.vocabulary import (
    Affiliation,
    Aspect,
    Basis,
    EntryKind,
    Handling,
    InformationAccuracy,
    ItemType,
    Priority,
    SourceReliability,
    SpecialCategory,
    Status,
    SubjectCategory,
    SubjectType,
    Tlp,
    WorkspaceKind,
)


class Value(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What all aspect values share."""


class Presence(Value, frozen=True, kw_only=True):
    """Whether the subject is there; a removal is a change like any other."""

    removed: bool = False


class Nature(Value, frozen=True, kw_only=True):
    """What the item is: its type, its kind and its symbol.

    `kind` is a CoT type (`a-u-G-i-...`) or empty where nobody said; `sidc` is a 20- or
    30-digit APP-6D/E or MIL-STD-2525D/E code, or a 15-letter 2525C code from a file; empty lets the kind decide.
    """

    type: ItemType
    kind: str = ""
    sidc: str = ""
    affiliation: Affiliation = Affiliation.UNKNOWN


class Placement(Value, frozen=True, kw_only=True):
    """The layer an item lies on."""

    layer: str


class Motion(Value, frozen=True, kw_only=True):
    """Course in degrees clockwise from true north, speed in metres per second."""

    course_deg: float | None = None
    speed_ms: float | None = None


class Situation(Value, frozen=True, kw_only=True):
    """How urgent, how far, and when. `starts`/`ends` are when the thing itself began and ended;
    from `stale_at` on the information is old and shown faded."""

    status: Status = Status.UNCONFIRMED
    priority: Priority = Priority.ROUTINE
    starts: Instant | None = None
    ends: Instant | None = None
    stale_at: Instant | None = None


class Wording(Value, frozen=True, kw_only=True):
    """What people wrote. Plain text, never markup."""

    title: str = ""
    description: str = ""
    place: str = ""


class Marking(Value, frozen=True, kw_only=True):
    """How the information may be handled; the axes are independent and never merged."""

    handling: Handling | None = None
    handling_text: str = ""
    tlp: Tlp | None = None
    subject: SubjectCategory = SubjectCategory.NONE
    special: tuple[SpecialCategory, ...] = ()
    strict_necessity: str = ""
    conditions: tuple[str, ...] = ()
    originator: str = ""
    classification: str = ""


class Evaluation(Value, frozen=True, kw_only=True):
    """How far source and information can be relied on, and whether it is fact or assessment."""

    source: SourceReliability | None = None
    information: InformationAccuracy | None = None
    basis: Basis | None = None


class Style(Value, frozen=True, kw_only=True):
    """How a shape is drawn; `None` lets the kind and the theme decide. Colours are `#rrggbb`."""

    stroke: str | None = None
    fill: str | None = None
    width: float | None = None
    fill_opacity: float | None = None
    dash: tuple[float, ...] = ()


class Origin(Value, frozen=True, kw_only=True):
    """Where an item came from, with what our model has no place for, kept for the way back.

    `file`: name, without folders, of the file that told of it last; `source_name`: who is named as the source in it.
    `part`: which part of a message or file it was, where `foreign_id` does not tell it from its siblings.
    `earlier`: foreign ids of the messages of this sender that the newest one takes the place of.
    `kept` maps a format's name to its own data (for XML: serialised elements as text).
    """

    format: str = ""
    foreign_id: str = ""
    part: str = ""
    earlier: tuple[str, ...] = ()
    sender: str = ""
    sent: Instant | None = None
    source_name: str = ""
    file: str = ""
    kept: dict[str, Any] = {}


class Person(Value, frozen=True, kw_only=True):
    """The person that an item is about; what kind of data subject that is, its marking says.

    `born`: a date as ISO 8601 has it, or the part of one that is known (`1987`, `1987-04`).
    `circumstances`: what gives reason to believe that the person is of interest. Plain text.
    """

    surname: str = ""
    first_names: str = ""
    born: str = ""
    birth_place: str = ""
    circumstances: str = ""


class Attachment(Value, frozen=True, kw_only=True):
    """A file that belongs to an item. `sha256` of its bytes, in hexadecimal; `size` in bytes."""

    name: str
    media_type: str
    size: int
    sha256: str


class Attachments(Value, frozen=True, kw_only=True):
    """The files of an item, in the order they were added."""

    files: tuple[Attachment, ...] = ()


class About(Value, frozen=True, kw_only=True):
    """The item that this one is a comment on, by the name that its owner has for it.

    `centre`: id of the peer whose item it is; empty for one of our own. `item`: the owner's id of it. Kept like this,
    and not by what a workspace happens to call a received item, the link means the same at every centre.
    """

    centre: str = ""
    item: str = ""


class Label(Value, frozen=True, kw_only=True):
    """A layer's name and its place in the order (lower is drawn first)."""

    name: str
    order: float = 0.0


class Display(Value, frozen=True, kw_only=True):
    """Whether and how strongly a layer is drawn; `opacity` from 0 to 1."""

    visible: bool = True
    opacity: float = 1.0


class Lock(Value, frozen=True, kw_only=True):
    """A locked layer refuses edits of its items."""

    locked: bool = False


class Entry(Value, frozen=True, kw_only=True):
    """A logbook entry. It is never edited: a correction is a new entry that names the old one."""

    kind: EntryKind
    text: str
    items: tuple[str, ...] = ()
    corrects: str = ""
    counterpart: str = ""


NOWHERE: Final = "XX"
"""The country of who is in none: a user-assigned code of ISO 3166-1."""


class Identity(Value, frozen=True, kw_only=True):
    """Whose workspace this is and of what kind."""

    centre: str
    country: str
    kind: WorkspaceKind = WorkspaceKind.LIVE
    marking: Marking = Marking()


class Settlement(Value, frozen=True, kw_only=True):
    """Which losing edits somebody has looked at and let rest: their `seq`s, ascending."""

    losers: tuple[int, ...] = ()


AspectValue = (
    Presence
    | Nature
    | Placement
    | Shape
    | Motion
    | Situation
    | Wording
    | Marking
    | Evaluation
    | Style
    | Origin
    | Person
    | Attachments
    | About
    | Label
    | Display
    | Lock
    | Entry
    | Identity
    | Settlement
)

ASPECT_TYPES: dict[Aspect, type[Any]] = {
    Aspect.PRESENCE: Presence,
    Aspect.NATURE: Nature,
    Aspect.PLACEMENT: Placement,
    Aspect.SHAPE: Shape,
    Aspect.MOTION: Motion,
    Aspect.SITUATION: Situation,
    Aspect.WORDING: Wording,
    Aspect.MARKING: Marking,
    Aspect.EVALUATION: Evaluation,
    Aspect.STYLE: Style,
    Aspect.ORIGIN: Origin,
    Aspect.PERSON: Person,
    Aspect.ATTACHMENTS: Attachments,
    Aspect.ABOUT: About,
    Aspect.LABEL: Label,
    Aspect.DISPLAY: Display,
    Aspect.LOCK: Lock,
    Aspect.ENTRY: Entry,
    Aspect.IDENTITY: Identity,
    Aspect.SETTLEMENT: Settlement,
}

SUBJECT_ASPECTS: dict[SubjectType, frozenset[Aspect]] = {
    SubjectType.ITEM: frozenset(
        {
            Aspect.PRESENCE,
            Aspect.NATURE,
            Aspect.PLACEMENT,
            Aspect.SHAPE,
            Aspect.MOTION,
            Aspect.SITUATION,
            Aspect.WORDING,
            Aspect.MARKING,
            Aspect.EVALUATION,
            Aspect.STYLE,
            Aspect.ORIGIN,
            Aspect.PERSON,
            Aspect.ATTACHMENTS,
            Aspect.ABOUT,
            Aspect.SETTLEMENT,
        }
    ),
    SubjectType.LAYER: frozenset(
        {Aspect.PRESENCE, Aspect.LABEL, Aspect.DISPLAY, Aspect.LOCK, Aspect.ORIGIN, Aspect.SETTLEMENT}
    ),
    SubjectType.ENTRY: frozenset({Aspect.ENTRY, Aspect.MARKING, Aspect.SETTLEMENT}),
    SubjectType.WORKSPACE: frozenset({Aspect.IDENTITY, Aspect.SETTLEMENT}),
}
"""Which aspects a subject may have; anything else in a change is refused."""
