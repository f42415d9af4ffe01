"""What the projection keeps of an item's state: the columns of a table row and of a symbol on the map."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from qroc_desktop.domain.aspects import Evaluation, Nature, Placement, Presence, Situation, Wording
from qroc_desktop.domain.query import Row
from qroc_desktop.domain.shape import Shape
from qroc_desktop.domain.vocabulary import Aspect, Basis, ItemType, Priority, Status
from qroc_desktop.store import winners
from qroc_desktop.store.grid import finest_cell
from qroc_desktop.store.winners import BIT, CONTENT

_DEFAULT_SITUATION = Situation()
_TYPES = {str(member): member for member in ItemType}
_STATUS = {str(member): member for member in Status}
_PRIORITY = {int(member): member for member in Priority}
ANONYMOUS = Nature(type=ItemType.NOTE)


@dataclass(slots=True)
class State:
    """One state of an item; field by field a column of the tables `item` and `past`.

    lon, lat: the anchor, in `cell` of the finest grid. west, south, east, north: the bounds of the shape. All None
    without a shape.
    """

    since: int
    known: int
    winners: str = ""
    present: int = 0
    removed: int = 0
    shown: int = 0
    layer: int = 0
    type: str = str(ANONYMOUS.type)
    kind: str = ""
    sidc: str = ""
    affiliation: str = str(ANONYMOUS.affiliation)
    title: str = ""
    place: str = ""
    status: str = str(_DEFAULT_SITUATION.status)
    priority: int = int(_DEFAULT_SITUATION.priority)
    starts: int | None = None
    stale_at: int | None = None
    lon: float | None = None
    lat: float | None = None
    west: float | None = None
    south: float | None = None
    east: float | None = None
    north: float | None = None
    cell: int | None = None
    extent: int = 0
    evaluation: str = ""
    assessment: int = 0
    wording: int = 0
    origin: int = 0


FIELDS: tuple[str, ...] = tuple(State.__slots__)
values: Callable[[State], tuple[Any, ...]] = attrgetter(*FIELDS)
"""The state as a tuple, in the order of FIELDS."""
_rest: Callable[[State], tuple[Any, ...]] = attrgetter(*FIELDS[3:])

LayerKey = Callable[[str], int]


def overlaid(
    old: State | None, patch: Mapping[Aspect, Any], *, seq: int, valid_at: int, recorded_at: int, layer_key: LayerKey
) -> State:
    """The state after change `seq`, newer than all in it, has won the aspects of `patch`."""
    mask = winners.bits(patch)
    if old is None:
        state = State(since=valid_at, known=recorded_at, winners=f"{seq}:{mask:x}")
    else:
        # By position: `dataclasses.replace` looks every field up, and took a tenth of all writing.
        held = winners.overruled(old.winners, seq, mask)
        state = State(max(old.since, valid_at), recorded_at, held, *_rest(old))
    for aspect, value in patch.items():
        bit = BIT[aspect]
        state.present = state.present & ~bit if value is None else state.present | bit
        if aspect is Aspect.PLACEMENT:
            state.layer = layer_key(value.layer if isinstance(value, Placement) else "")
        elif aspect is Aspect.WORDING or aspect is Aspect.ORIGIN:
            setattr(state, str(aspect), 0 if value is None else seq)
        setter = _SETTERS.get(aspect)
        if setter:
            setter(state, value)
    state.shown = int(bool(state.present & CONTENT) and not state.removed)
    return state


def _presence(state: State, value: Presence | None) -> None:
    state.removed = int(value is not None and value.removed)


def _nature(state: State, value: Nature | None) -> None:
    nature = value or ANONYMOUS
    state.type, state.kind, state.sidc = str(nature.type), nature.kind, nature.sidc
    state.affiliation = str(nature.affiliation)


def _situation(state: State, value: Situation | None) -> None:
    situation = value or _DEFAULT_SITUATION
    state.status, state.priority = str(situation.status), int(situation.priority)
    state.starts, state.stale_at = situation.starts, situation.stale_at


def _wording(state: State, value: Wording | None) -> None:
    state.title, state.place = (value.title, value.place) if value else ("", "")


def _evaluation(state: State, value: Evaluation | None) -> None:
    evaluation = value or Evaluation()
    axes = (evaluation.source, evaluation.information)
    state.evaluation = "".join(str(axis) if axis else "?" for axis in axes) if any(axes) else ""
    state.assessment = int(evaluation.basis is Basis.ASSESSMENT)


def _shape(state: State, value: Shape | None) -> None:
    if value is None:
        state.lon = state.lat = state.west = state.south = state.east = state.north = None
        state.cell = None
        state.extent = 0
        return
    state.lon, state.lat = value.anchor()
    state.cell = finest_cell(state.lon, state.lat)
    state.extent = int(value.type != "Point" or value.radius_m is not None or bool(value.rings_m))
    if state.extent:
        state.west, state.south, state.east, state.north = value.bounds()
    else:
        state.west = state.east = state.lon
        state.south = state.north = state.lat


_SETTERS: dict[Aspect, Callable[[State, Any], None]] = {
    Aspect.PRESENCE: _presence,
    Aspect.NATURE: _nature,
    Aspect.SITUATION: _situation,
    Aspect.WORDING: _wording,
    Aspect.EVALUATION: _evaluation,
    Aspect.SHAPE: _shape,
}

ROW_COLUMNS = (
    "id", "layer", "type", "kind", "sidc", "affiliation", "title", "place", "status", "priority",
    "starts", "since", "stale_at", "lon", "lat", "extent", "evaluation", "assessment",
)  # fmt: skip


def row(columns: tuple[Any, ...], layers: Mapping[int, str]) -> Row:
    """A Row of ROW_COLUMNS as they come from the file."""
    (id_, layer, type_, kind, sidc, affiliation, title, place, status, priority, starts, since, stale_at,
     lon, lat, extent, evaluation, assessment) = columns  # fmt: skip
    return Row(
        id=id_,
        layer=layers[layer],
        type=_TYPES[type_],
        kind=kind,
        sidc=sidc,
        affiliation=affiliation,
        title=title,
        place=place,
        status=_STATUS[status],
        priority=_PRIORITY[priority],
        starts=starts,
        valid_from=since,
        stale_at=stale_at,
        lon=lon,
        lat=lat,
        extent=bool(extent),
        evaluation=evaluation,
        assessment=bool(assessment),
    )
