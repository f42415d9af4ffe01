"""What the program and the map page say to each other, as JSON, checked on both sides.

Commands go to the page, events come from it. `signatures` describes both as plain data; the page carries that
description and checks against it, so that there is one source of truth.
"""

from __future__ import annotations

import types
import typing
from typing import Any, Literal

import msgspec

from qroc_desktop.domain.aspects import Style
from qroc_desktop.domain.instant import Instant
from qroc_desktop.domain.shape import Bounds, Shape

ToolName = Literal["point", "line", "polygon", "circle", "rings", "box", "measure", "measure-area", "leg", "pick"]
"""`pick` points at a place and draws nothing."""


class Command(msgspec.Struct, frozen=True, kw_only=True, tag_field="do"):
    """Program to page."""


class Theme(Command, frozen=True, kw_only=True, tag="theme"):
    """Colours: `style` is the base map's style as its file holds it."""

    name: Literal["light", "dark"]
    style: dict[str, Any]


class Language(Command, frozen=True, kw_only=True, tag="language"):
    """Labels of the base map in `code`; `words` are the page's own few words in it."""

    code: str
    words: dict[str, str]


class LayerLook(msgspec.Struct, frozen=True, kw_only=True):
    """How the items of one layer are drawn. `order`: lower is drawn first. `opacity` from 0 to 1. `source`: the centre
    that sent what lies on it; empty for our own."""

    id: str
    visible: bool = True
    order: float = 0.0
    opacity: float = 1.0
    locked: bool = False
    source: str = ""


class Layers(Command, frozen=True, kw_only=True, tag="layers"):
    """All layers; one that is not named is drawn as it is."""

    layers: list[LayerLook]


class ShowMoment(Command, frozen=True, kw_only=True, tag="moment"):
    """The instant the page shows; None for now. `text` is what is said over a past picture."""

    valid: Instant | None
    known: Instant | None
    text: str = ""


class Refresh(Command, frozen=True, kw_only=True, tag="refresh"):
    """Ask for the picture again: something in it changed."""


class Select(Command, frozen=True, kw_only=True, tag="select"):
    """The selected items."""

    ids: list[str]


class Fit(Command, frozen=True, kw_only=True, tag="fit"):
    """Show all of west, south, east, north."""

    bounds: Bounds


class GoTo(Command, frozen=True, kw_only=True, tag="go-to"):
    """Centre on a place; a marker with `text` stands there until the next one or a cancel."""

    lon: float
    lat: float
    zoom: float | None = None
    text: str = ""


class Tool(Command, frozen=True, kw_only=True, tag="tool"):
    """Begin drawing or measuring. `radii_m`: of rings, or of a circle, where they are typed beforehand. `start`: where
    a leg begins; lon, lat."""

    name: ToolName
    radii_m: list[float] = []
    start: tuple[float, float] | None = None


class Cancel(Command, frozen=True, kw_only=True, tag="cancel"):
    """End the tool or the edit without a result."""


class Edit(Command, frozen=True, kw_only=True, tag="edit"):
    """Let the person move the vertices of an item's shape."""

    id: str
    shape: Shape


class OverlayShape(msgspec.Struct, frozen=True, kw_only=True):
    """A temporary shape: a buffer, a search result."""

    shape: Shape
    text: str = ""


class Overlay(Command, frozen=True, kw_only=True, tag="overlay"):
    """All temporary shapes, replacing the ones before."""

    shapes: list[OverlayShape]


class CompareMark(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one item of a received picture. `lon`, `lat`: where it is, or was last. `was`: where it was before
    it moved. `text`: its title, which is shown where it is gone."""

    fate: Literal["new", "moved", "changed", "gone"]
    lon: float
    lat: float
    was: tuple[float, float] | None = None
    text: str = ""


class Comparison(Command, frozen=True, kw_only=True, tag="comparison"):
    """All marks of a comparison, replacing the ones before. `title`: what is compared with what; empty ends it."""

    title: str
    marks: list[CompareMark]


class PlanLine(msgspec.Struct, frozen=True, kw_only=True):
    """A leg of a secret plan. `points`: lon, lat, from its start on; one is a place where somebody waits."""

    points: list[tuple[float, float]]
    state: Literal["draft", "waiting", "under-way", "ruled"]
    hide: bool = False
    chosen: bool = False


class PlanMark(msgspec.Struct, frozen=True, kw_only=True):
    """A place on the way and what is written there. `strong`: the end of a leg, not only a minute of it."""

    lon: float
    lat: float
    state: Literal["draft", "waiting", "under-way", "ruled"]
    text: str = ""
    strong: bool = False


class Plans(Command, frozen=True, kw_only=True, tag="plans"):
    """Secret plans over the picture, replacing the ones before; no item of any workspace. `title` and `detail` stand in
    the legend; an empty title ends it."""

    title: str
    detail: str
    lines: list[PlanLine]
    marks: list[PlanMark]


class ModelShape(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a training model's result, drawn as an item of it would be. `text`: its mark, at `at` (lon, lat)."""

    shape: Shape
    style: Style = Style()
    text: str = ""
    at: tuple[float, float] | None = None


class ModelClass(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the legend: how it is drawn and marked, and what that means."""

    style: Style
    text: str
    mark: str = ""
    filled: bool = True


class Model(Command, frozen=True, kw_only=True, tag="model"):
    """A training model's result over the picture, the lowest first, with its legend. `title`: which model; empty ends
    it. `text`: what is to be known of it, such as that it is not recorded."""

    title: str
    text: str
    classes: list[ModelClass]
    shapes: list[ModelShape]


class Belief(msgspec.Struct, frozen=True, kw_only=True):
    """Where somebody was believed to be and where he truly was; None where nothing was known, or he was not there.
    `text`: how far off and how old."""

    believed: tuple[float, float] | None
    truth: tuple[float, float] | None
    name: str
    text: str = ""


class Beliefs(Command, frozen=True, kw_only=True, tag="beliefs"):
    """All marks of belief beside truth, replacing the ones before. `title`: whose belief; empty ends it."""

    title: str
    marks: list[Belief]


class Graticule(Command, frozen=True, kw_only=True, tag="graticule"):
    """Lines of latitude and longitude, or of the UTM/MGRS grid."""

    kind: Literal["off", "degrees", "mgrs"]


class BaseMap(msgspec.Struct, frozen=True, kw_only=True):
    """One base map. `kind`: vector tiles of our own making in one PMTiles file, vector tiles one by one, or pictures
    one by one. `max_zoom`: the last that it has tiles for; a vector map counts a zoom for tiles of 512 pixels.
    bounds: west, south, east, north in degrees. schema: a table of maps/styles/schemas, where the layers of its tiles
    are not our own."""

    id: str
    kind: Literal["vector-file", "vector-tiles", "raster"]
    attribution: str = ""
    opacity: float = 1.0
    min_zoom: int = 0
    max_zoom: int = 8
    streets: bool = False
    """Whether it adds detail over the world map."""
    bounds: tuple[float, float, float, float] = (-180.0, -85.0511, 180.0, 85.0511)
    schema: dict[str, Any] | None = None


class BaseMaps(Command, frozen=True, kw_only=True, tag="base-maps"):
    """All base maps in use, the first at the bottom."""

    maps: list[BaseMap]


class Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="is"):
    """Page to program."""


class Ready(Event, frozen=True, kw_only=True, tag="ready"):
    """The page listens."""


class Painted(Event, frozen=True, kw_only=True, tag="painted"):
    """A picture stands on the screen: so many items, clusters, of so many in view."""

    items: int
    clusters: int
    total: int


class Pointer(Event, frozen=True, kw_only=True, tag="pointer"):
    """Where the pointer, or the crosshair, is."""

    lon: float
    lat: float


class ViewChanged(Event, frozen=True, kw_only=True, tag="view"):
    """What the map shows. `bounds` may reach beyond 180 degrees where the world repeats."""

    bounds: Bounds
    lon: float
    lat: float
    zoom: float


class Clicked(Event, frozen=True, kw_only=True, tag="clicked"):
    """A click; `ids` are the items under it, the topmost first."""

    ids: list[str]
    lon: float
    lat: float
    shift: bool = False
    control: bool = False
    double: bool = False


class Boxed(Event, frozen=True, kw_only=True, tag="boxed"):
    """A box was drawn; `ids` are the items drawn one by one in it. Clusters in it are not taken apart."""

    ids: list[str]
    bounds: Bounds
    shift: bool = False


class Drawn(Event, frozen=True, kw_only=True, tag="drawn"):
    """A shape was drawn with a tool."""

    tool: ToolName
    shape: Shape


class Edited(Event, frozen=True, kw_only=True, tag="edited"):
    """The edit of an item's shape was finished."""

    id: str
    shape: Shape


class Measured(Event, frozen=True, kw_only=True, tag="measured"):
    """What is being measured: lon, lat of each point; geodesic length in metres, area in square metres."""

    points: list[tuple[float, float]]
    length_m: float
    area_m2: float
    done: bool


class ToolEnded(Event, frozen=True, kw_only=True, tag="tool-ended"):
    """No tool is active any more; `finished` tells a result from a cancel."""

    tool: str
    finished: bool


class ToolChanged(Event, frozen=True, kw_only=True, tag="tool-changed"):
    """A tool took a step: so many points so far, and what can be done next is a code for the status line."""

    tool: str
    points: int
    step: Literal["first", "next", "radius", "edit"]


class Context(Event, frozen=True, kw_only=True, tag="context"):
    """A menu is asked for at x, y pixels from the top left of the map."""

    ids: list[str]
    lon: float
    lat: float
    x: float
    y: float


class Failed(Event, frozen=True, kw_only=True, tag="failed"):
    """Something went wrong in the page; `text` is for the log."""

    text: str


AnyCommand = (
    Theme
    | Language
    | Layers
    | ShowMoment
    | Refresh
    | Select
    | Fit
    | GoTo
    | Tool
    | Cancel
    | Edit
    | Overlay
    | Comparison
    | Beliefs
    | Plans
    | Model
    | Graticule
    | BaseMaps
)
AnyEvent = (
    Ready
    | Painted
    | Pointer
    | ViewChanged
    | Clicked
    | Boxed
    | Drawn
    | Edited
    | Measured
    | ToolEnded
    | ToolChanged
    | Context
    | Failed
)

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[AnyEvent] = msgspec.json.Decoder(AnyEvent)
LONGEST_EVENT = 4_000_000
"""Characters; a drawn shape with its vertices is far below."""


def encode(command: Command) -> str:
    """JSON text of a command."""
    return _encoder.encode(command).decode()


def decode(text: str) -> AnyEvent:
    """The event in a JSON text; msgspec.ValidationError or DecodeError where it is none."""
    if len(text) > LONGEST_EVENT:
        raise msgspec.ValidationError("the message is too long")
    return _decoder.decode(text)


_PLAIN = {str: "string", bool: "boolean", int: "number", float: "number", types.NoneType: "null"}


def signatures() -> dict[str, dict[str, list[str]]]:
    """For every tag the fields it must have, each with the JSON types it may hold."""
    found = {}
    for kind in (*typing.get_args(AnyCommand), *typing.get_args(AnyEvent)):
        hints = typing.get_type_hints(kind)
        found[str(kind.__struct_config__.tag)] = {
            field: sorted(_json_types(hints[field])) for field in kind.__struct_fields__
        }
    return found


def _json_types(hint: Any) -> set[str]:
    if hint in _PLAIN:
        return {_PLAIN[hint]}
    origin = typing.get_origin(hint)
    if origin is Literal:
        return {_PLAIN[type(value)] for value in typing.get_args(hint)}
    if origin in (list, tuple):
        return {"array"}
    if origin in (types.UnionType, typing.Union):
        return set().union(*(_json_types(part) for part in typing.get_args(hint)))
    if isinstance(hint, typing.NewType):
        return _json_types(hint.__supertype__)
    return {"object"}
