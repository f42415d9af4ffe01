"""Questions to a workspace and the shapes of their answers."""

from __future__ import annotations

import msgspec

from qroc_desktop.domain.change import Change
from qroc_desktop.domain.instant import FOREVER, Instant
from qroc_desktop.domain.shape import Bounds
from qroc_desktop.domain.vocabulary import Aspect, ItemType, Priority, Status, SubjectType


class Moment(msgspec.Struct, frozen=True):
    """The pair of instants that a picture is asked for: true at `valid`, as known at `known`."""

    valid: Instant
    known: Instant = FOREVER


class ItemQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which items. Empty fields do not restrict.

    bounds: west, south, east, north; west > east crosses the antimeridian.
    text: words that must all occur, the last as a prefix; case and diacritics do not matter.
    """

    bounds: Bounds | None = None
    layers: frozenset[str] | None = None
    types: frozenset[ItemType] | None = None
    statuses: frozenset[Status] | None = None
    priorities: frozenset[Priority] | None = None
    text: str = ""
    limit: int | None = None


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """An item as a line of a table or a symbol on a map: what both need, nothing more.

    `lon`, `lat`: the anchor; None where the item has no shape. `extent`: whether its shape is more than a point.
    """

    id: str
    layer: str
    type: ItemType
    kind: str
    sidc: str
    affiliation: str
    title: str
    place: str
    status: Status
    priority: Priority
    starts: Instant | None
    valid_from: Instant
    stale_at: Instant | None
    lon: float | None
    lat: float | None
    extent: bool
    evaluation: str
    """`A1`, `X4`, ... with `?` for an axis not evaluated; empty where neither is."""
    assessment: bool


class Cluster(msgspec.Struct, frozen=True, kw_only=True):
    """Many items told as one: where their middle is, how many, how urgent the most urgent is."""

    lon: float
    lat: float
    count: int
    priority: Priority
    bounds: Bounds


class View(msgspec.Struct, frozen=True, kw_only=True):
    """The picture in view: rows one by one, or clusters where there are more than asked for."""

    rows: list[Row]
    clusters: list[Cluster]
    total: int


class Conflict(msgspec.Struct, frozen=True, kw_only=True):
    """Two edits of one aspect made without sight of each other: `loser` is kept, and shown until `settled`."""

    subject_type: SubjectType
    subject: str
    aspect: Aspect
    winner: Change
    loser: Change


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What a recorded batch changed; every part of the interface decides from it whether to look again."""

    batch: str
    first_seq: int
    last_seq: int
    recorded_at: Instant
    undoes: str = ""
    """The batch that this one is the inverse of."""
    items: frozenset[str] = frozenset()
    layers: frozenset[str] = frozenset()
    entries: frozenset[str] = frozenset()
    aspects: frozenset[Aspect] = frozenset()
    identity: bool = False
    conflicts: tuple[Conflict, ...] = ()
    kept: tuple[tuple[str, Aspect], ...] = ()
    """For an undo: the (subject, aspect) pairs left as they are, because someone edited them since."""


class BatchInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A batch as the history lists it. `undoes`: the batch it is the inverse of. `undone_by`: its own inverse."""

    id: str
    label: str
    author: str
    recorded_at: Instant
    changes: int
    undoes: str = ""
    undone_by: str = ""


class Foreign(msgspec.Struct, frozen=True, kw_only=True):
    """An item on the picture by the names that it has elsewhere (see `Origin`), and the layer it lies on.

    gone: it is not on the picture any more, since a file said so.
    """

    item: str
    layer: str
    id: str
    part: str = ""
    sender: str = ""
    sent: Instant | None = None
    earlier: tuple[str, ...] = ()
    gone: bool = False
