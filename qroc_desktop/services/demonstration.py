"""A picture to try the program on: a coordinated attack that never happened, on real geography.

The story is data (`resources/demonstration`): people are roles and call signs, and the workspace is of the kind
`exercise`, so that nothing of it can be exported as actual traffic or mistaken for the live picture.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, Literal

import msgspec

from qroc_desktop.domain.aspects import (
    AspectValue,
    Entry,
    Evaluation,
    Label,
    Marking,
    Motion,
    Nature,
    Placement,
    Situation,
    Style,
    Wording,
)
from qroc_desktop.domain.change import Draft
from qroc_desktop.domain.ids import IdSource, random_id
from qroc_desktop.domain.instant import Clock, Instant, seconds
from qroc_desktop.domain.query import Outcome
from qroc_desktop.domain.shape import Shape, checked
from qroc_desktop.domain.standard_identity import cot_with
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
    Status,
    SubjectCategory,
    SubjectType,
    Tlp,
    WorkspaceKind,
)
from qroc_desktop.errors import Damaged, Message
from qroc_desktop.paths import program_files
from qroc_desktop.services.desk import Desk
from qroc_desktop.services.workspaces import Workspaces
from qroc_desktop.store.opening import WORKSPACE_SUBJECT

STORY: Final = "demonstration/three-borders.toml"
AUTHOR: Final = "Duty officer"
_BEFORE: Final = 200
"""Minutes before the present at which the workspace is made: earlier than anything in the story."""

Step = Callable[[Instant], None]


class _Marks(msgspec.Struct, kw_only=True):
    tlp: Tlp | None = None
    handling: Handling | None = None
    handling_text: str = ""
    subject: SubjectCategory | None = None
    conditions: tuple[str, ...] = ()
    originator: str = ""


class _Event(_Marks, kw_only=True, forbid_unknown_fields=True):
    """A change of an item; fields that are absent leave their aspect as it was."""

    t: float
    heard: float = 2.0
    by: str = AUTHOR
    blind: bool = False
    at: tuple[float, float] | None = None
    circle: float | None = None
    rings: tuple[float, ...] = ()
    line: list[tuple[float, float]] | None = None
    area: list[tuple[float, float]] | None = None
    track: list[tuple[float, float, float]] | None = None
    course: float | None = None
    speed: float | None = None
    title: str | None = None
    place: str | None = None
    description: str | None = None
    status: Status | None = None
    priority: Priority | None = None
    stale: float | None = None
    source: SourceReliability | None = None
    information: InformationAccuracy | None = None
    basis: Basis | None = None


class _Item(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    key: str
    layer: str
    type: ItemType
    kind: str
    events: list[_Event]
    affiliation: Affiliation = Affiliation.UNKNOWN
    originator: str = ""
    stroke: str | None = None
    width: float | None = None
    dash: tuple[float, ...] = ()


class _LogLine(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    t: float
    kind: EntryKind
    text: str
    key: str = ""
    heard: float = 1.0
    items: list[str] = []
    counterpart: str = ""
    corrects: str = ""


class _Layer(msgspec.Struct, kw_only=True):
    key: str
    name: str


class _Story(msgspec.Struct, kw_only=True):
    centre: str
    country: str
    marking: _Marks
    layers: list[_Layer]
    items: list[_Item]
    log: list[_LogLine]


class SteppedClock:
    """A clock that stands where it was put."""

    def __init__(self, at: Instant) -> None:
        self._at = at

    def __call__(self) -> Instant:
        return self._at

    def put(self, instant: Instant) -> None:
        """Stand at another instant."""
        self._at = instant


def create(path: Path, *, clock: Clock, ids: IdSource = random_id) -> None:
    """Write a demonstration workspace, to be opened like any other; its history lies in the last three hours.

    Raises Refused where the file exists or cannot be written, Damaged where the story is missing.
    """
    story = _load()
    now = clock()
    stepped = SteppedClock(_before(now, -_BEFORE))
    workspaces = Workspaces(author=AUTHOR, clock=stepped, ids=ids)
    desk = workspaces.create(path, centre=story.centre, country=story.country, kind=WorkspaceKind.EXERCISE)
    try:
        _mark(desk, story.marking)
        _Teller(desk, story, now, ids, stepped.put).tell()
    finally:
        desk.close()


def fill(desk: Desk, *, now: Instant, ids: IdSource = random_id, step: Step | None = None) -> None:
    """Put the demonstration on a desk. `step` is told the instant at which each change is to be recorded, for a
    clock that can be set; without it everything was true in the last three hours and is recorded now."""
    _Teller(desk, _load(), now, ids, step or (lambda _: None)).tell()


def _mark(desk: Desk, marks: _Marks) -> None:
    marking = Marking(tlp=marks.tlp, handling=marks.handling, handling_text=marks.handling_text)
    identity = msgspec.structs.replace(desk.identity, marking=marking)
    draft = Draft(subject_type=SubjectType.WORKSPACE, subject=WORKSPACE_SUBJECT, patch={Aspect.IDENTITY: identity})
    desk.workspace.append([draft], author=AUTHOR, label="workspace-marking")


def _load() -> _Story:
    path = program_files().resources / STORY
    try:
        raw: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        return msgspec.convert(raw, _Story)
    except (OSError, ValueError, msgspec.ValidationError) as error:
        raise Damaged(
            Message("The demonstration cannot be read."),
            where=str(path),
            action=Message("Install QROC Desktop again."),
        ) from error


class _Teller:
    """Records the story in the order in which it became known."""

    def __init__(self, desk: Desk, story: _Story, now: Instant, ids: IdSource, step: Step) -> None:
        self._desk = desk
        self._story = story
        self._now = now
        self._step = step
        self._ids = {item.key: ids() for item in story.items}
        self._entries = {line.key: ids() for line in story.log if line.key}
        self._new_id = ids
        self._layers: dict[str, str] = {}
        self._values: dict[str, dict[Aspect, AspectValue]] = {key: {} for key in self._ids}
        self._bases: dict[str, dict[Aspect, int]] = {key: {} for key in self._ids}
        self._bases_before: dict[str, dict[Aspect, int]] = {}

    def tell(self) -> None:
        """Layers first, then items and logbook by the time of recording."""
        self._lay_out()
        told: list[tuple[float, Literal["item", "log"], Any, Any]] = [
            (event.t + event.heard, "item", item, event) for item in self._story.items for event in item.events
        ]
        told += [(line.t + line.heard, "log", line, None) for line in self._story.log]
        for at, kind, subject, event in sorted(told, key=lambda entry: entry[0]):
            self._step(_before(self._now, min(at, 0.0)))
            if kind == "item":
                self._record(subject, event)
            else:
                self._log(subject)

    def _lay_out(self) -> None:
        drafts = []
        for order, layer in enumerate(self._story.layers, start=1):
            existing = self._desk.layers.named(layer.name)
            self._layers[layer.key] = existing.id if existing else self._new_id()
            drafts.append(
                Draft(
                    subject_type=SubjectType.LAYER,
                    subject=self._layers[layer.key],
                    patch={Aspect.LABEL: Label(name=layer.name, order=float(order))},
                )
            )
        self._desk.workspace.append(drafts, author=AUTHOR, label="layer-add")

    def _record(self, item: _Item, event: _Event) -> None:
        first = not self._values[item.key]
        patch = self._patch(item, event)
        seen = self._bases_before[item.key] if event.blind else self._bases[item.key]
        draft = Draft(
            subject_type=SubjectType.ITEM,
            subject=self._ids[item.key],
            patch=patch,
            valid_at=_before(self._now, event.t),
            bases={aspect: seen.get(aspect, 0) for aspect in patch},
        )
        outcome = self._append(draft, event.by, "create" if first else "edit")
        self._bases_before[item.key] = dict(self._bases[item.key])
        self._bases[item.key].update(dict.fromkeys(patch, outcome.first_seq))
        self._values[item.key].update(patch)

    def _patch(self, item: _Item, event: _Event) -> dict[Aspect, AspectValue]:
        """The aspects that an event sets; what it does not name stays as the last event left it."""
        before = self._values[item.key]
        new: dict[Aspect, AspectValue | None] = {
            Aspect.SHAPE: _shape(event, self._now),
            Aspect.WORDING: _merged(before.get(Aspect.WORDING, Wording()), event, _WORDING),
            Aspect.SITUATION: self._situation(item, event),
            Aspect.EVALUATION: _merged(before.get(Aspect.EVALUATION, Evaluation()), event, _EVALUATION),
            Aspect.MARKING: self._marking(item, event),
        }
        if not before:
            new |= {
                Aspect.NATURE: Nature(
                    type=item.type, kind=cot_with(item.kind, item.affiliation), affiliation=item.affiliation
                ),
                Aspect.PLACEMENT: Placement(layer=self._layers[item.layer]),
            }
            if item.stroke or item.width or item.dash:
                new[Aspect.STYLE] = Style(stroke=item.stroke, fill=item.stroke, width=item.width, dash=item.dash)
        if event.course is not None:
            new[Aspect.MOTION] = Motion(course_deg=event.course, speed_ms=event.speed)
        return {aspect: value for aspect, value in new.items() if value is not None and value != before.get(aspect)}

    def _situation(self, item: _Item, event: _Event) -> Situation:
        before = self._values[item.key].get(Aspect.SITUATION)
        known = before if isinstance(before, Situation) else Situation()
        return Situation(
            status=event.status or known.status,
            priority=event.priority or known.priority,
            starts=_before(self._now, item.events[0].t) if item.type is ItemType.INCIDENT else None,
            ends=_before(self._now, event.t) if event.status in _ENDED else known.ends,
            stale_at=known.stale_at if event.stale is None else _before(self._now, event.stale),
        )

    def _marking(self, item: _Item, event: _Event) -> Marking:
        before = self._values[item.key].get(Aspect.MARKING)
        common = self._story.marking
        known = (
            before
            if isinstance(before, Marking)
            else Marking(
                tlp=common.tlp,
                handling=common.handling,
                handling_text=common.handling_text,
                originator=item.originator or self._story.centre,
            )
        )
        return msgspec.structs.replace(
            known,
            tlp=event.tlp or known.tlp,
            handling=event.handling or known.handling,
            subject=event.subject or known.subject,
            conditions=event.conditions or known.conditions,
        )

    def _log(self, line: _LogLine) -> None:
        entry = Entry(
            kind=line.kind,
            text=line.text,
            items=tuple(self._ids[key] for key in line.items),
            corrects=self._entries[line.corrects] if line.corrects else "",
            counterpart=line.counterpart,
        )
        draft = Draft(
            subject_type=SubjectType.ENTRY,
            subject=self._entries.get(line.key) or self._new_id(),
            patch={Aspect.ENTRY: entry},
            valid_at=_before(self._now, line.t),
        )
        self._append(draft, AUTHOR, f"log-{line.kind}")

    def _append(self, draft: Draft, author: str, label: str) -> Outcome:
        outcome: Outcome = self._desk.workspace.append([draft], author=author, label=label)
        return outcome


_ENDED: Final = frozenset({Status.RESOLVED, Status.CLOSED, Status.FALSE_ALARM})
_WORDING: Final = ("title", "place", "description")
_EVALUATION: Final = ("source", "information", "basis")


def _before(now: Instant, minutes: float) -> Instant:
    """So many minutes from now, negative in the past; on the full second."""
    at = now + seconds(minutes * 60)
    return Instant(at - at % seconds(1))


def _merged(known: Any, event: _Event, names: tuple[str, ...]) -> Any:
    said: Mapping[str, Any] = {name: getattr(event, name) for name in names if getattr(event, name) is not None}
    return msgspec.structs.replace(known, **said)


def _shape(event: _Event, now: Instant) -> Shape | None:
    if event.track:
        times = tuple(_before(now, minutes) for minutes, _, _ in event.track)
        return checked(Shape(type="LineString", coordinates=[[lon, lat] for _, lon, lat in event.track], times=times))
    if event.area:
        ring = [list(position) for position in event.area]
        return checked(Shape(type="Polygon", coordinates=[[*ring, ring[0]]]))
    if event.line:
        return checked(Shape(type="LineString", coordinates=[list(position) for position in event.line]))
    if event.at:
        return checked(Shape(type="Point", coordinates=list(event.at), radius_m=event.circle, rings_m=event.rings))
    return None
