"""One row of a table as an item, and an item as a row of our own export."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping as MappingType
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec
import shapely

from qroc_desktop.domain.angles import CoordinateError, parse_angles
from qroc_desktop.domain.aspects import AspectValue, Origin
from qroc_desktop.domain.coordinates import parse
from qroc_desktop.domain.instant import Instant, InstantError, iso
from qroc_desktop.domain.instant import parse as parse_instant
from qroc_desktop.domain.shape import Shape, ShapeError, checked, from_shapely
from qroc_desktop.domain.state import Item
from qroc_desktop.domain.vocabulary import Aspect, ItemType
from qroc_desktop.errors import Message
from qroc_desktop.formats import carried
from qroc_desktop.formats.csv_mapping import (
    CLOCK,
    EXPORTED,
    GEOMETRIES,
    GRID,
    OURS,
    PLACE_TARGETS,
    SHAPE_TARGETS,
    Mapping,
)
from qroc_desktop.formats.csv_text import is_number
from qroc_desktop.formats.flat import (
    COLUMNS,
    FIELDS,
    Aspects,
    Note,
    aspects_of,
    flatten,
    joined,
    noter,
    parted,
    time_of,
)
from qroc_desktop.formats.reading import Problem, ReadItem
from qroc_desktop.reasons import reason_of

FORMAT: Final = "csv"
_TIMES: Final = ("valid_at", "starts", "ends", "stale_at")
_LENGTHS: Final = ("radius_m", "accuracy_m", "vertical_accuracy_m")
_NUMBERS: Final = ("course_deg", "speed_ms", "stroke-width", "fill-opacity", *_LENGTHS)
_GUARDED: Final = ("=", "+", "-", "@", "\t", "\r", "'")
_PLAIN_NUMBER: Final = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?\Z")
_UNIX: Final = re.compile(r"[0-9]{10}(?:[0-9]{3})?\Z")
_SRID: Final = re.compile(r"SRID=(?P<srid>[0-9]+);(?P<wkt>.*)\Z", re.DOTALL | re.IGNORECASE)
_EUROPEAN: Final = re.compile(
    r"(?P<a>[0-9]{1,2})[./-](?P<b>[0-9]{1,2})[./-](?P<year>[0-9]{4})"
    r"(?:[ T,]+(?P<hour>[0-9]{1,2})[:.h](?P<minute>[0-9]{2})(?:[:.](?P<second>[0-9]{2}))?)?\Z"
)
_MIDNIGHT: Final = re.compile(r"[ T]00:00(?::00)?\Z")
_CLOCK: Final = re.compile(r"(?P<hour>[0-9]{1,2})[:.h](?P<minute>[0-9]{2})(?:[:.](?P<second>[0-9]{2}))?\Z")
_PARTS: Final[dict[Aspect, tuple[str, ...]]] = {**FIELDS, Aspect.SHAPE: (*PLACE_TARGETS, *SHAPE_TARGETS)}


class RowRefused(ValueError):
    """A row that is left out, and why."""

    def __init__(self, why: Message, what: str = "") -> None:
        self.why = why
        self.what = what
        super().__init__(str(why))


def read_row(
    cells: MappingType[str, str], others: MappingType[str, str], mapping: Mapping, where: str, problems: list[Problem]
) -> ReadItem:
    """The item of a row: `cells` by target, `others` the cells of columns mapped to nothing, by name.

    Raises RowRefused where the row says where the item is but not so that it can be read.
    """
    note = noter(problems, where)
    if mapping.ours:
        cells = {target: _unguarded(cell) if target != OURS else cell for target, cell in cells.items() if cell}
    if CLOCK in mapping.columns:
        cells = _joined_times(cells)
    row = _values(cells, mapping, note)
    shape = _shape(cells, row)
    aspects = aspects_of(
        {target: value for target, value in row.items() if target in COLUMNS},
        note,
        default=_type_of(shape, mapping.default_type),
    )
    if shape is not None:
        aspects[Aspect.SHAPE] = shape
    identifier = cells.get("id", "").strip()
    if mapping.ours:
        aspects = _completed(aspects, cells, problems, where)
        aspects.setdefault(Aspect.ORIGIN, Origin(format=FORMAT, foreign_id=identifier))
    else:
        kept = {FORMAT: {"columns": dict(others)}} if others else {}
        aspects[Aspect.ORIGIN] = Origin(format=FORMAT, foreign_id=identifier, kept=kept)
        if shape is None:
            why = Message("The row has no position; it came in without a place.")
            problems.append(Problem(where, why, skipped=False))
    layer = cells.get("layer", "") if mapping.ours else " ".join(cells.get("layer", "").split())
    return ReadItem(
        aspects=aspects,
        valid_at=time_of(row.get("valid_at"), note, "valid_at"),
        folders=(layer,) if layer else (),
        where=where,
        known_as=Origin(format=FORMAT, foreign_id=identifier) if mapping.ours and identifier else None,
    )


def row_of(item: Item, layer: str) -> list[str]:
    """The cells of an item, one for each of EXPORTED."""
    cells = _cells(item.aspects)
    cells["id"], cells["layer"] = item.id, layer
    cells["valid_at"] = _iso(item.valid_from)
    guarded = {target: _guard(cell) for target, cell in cells.items()}
    return [*(guarded.get(target, "") for target in EXPORTED[:-1]), _carried_over(item.aspects, guarded)]


def _cells(aspects: MappingType[Aspect, AspectValue]) -> dict[str, str]:
    cells = {name: _text(value) for name, value in flatten(aspects).items()}
    shape = aspects.get(Aspect.SHAPE)
    if isinstance(shape, Shape):
        cells.update(_shape_cells(shape))
    return cells


def _shape_cells(shape: Shape) -> dict[str, str]:
    cells: dict[str, str] = {}
    if shape.type == "Point":
        cells["lon"], cells["lat"] = repr(float(shape.coordinates[0])), repr(float(shape.coordinates[1]))
    else:
        cells["wkt"] = shapely.to_wkt(shapely.force_2d(shape.to_shapely()), rounding_precision=-1)
    for name in _LENGTHS:
        value = getattr(shape, name)
        cells[name] = "" if value is None else repr(float(value))
    cells["rings_m"] = joined(repr(float(radius)) for radius in shape.rings_m)
    cells["times"] = joined(_iso(instant) for instant in shape.times) if shape.times else ""
    return cells


def _carried_over(aspects: MappingType[Aspect, AspectValue], cells: dict[str, str]) -> str:
    """JSON of the aspects that the other cells do not give back exactly; null for one that is not there at all."""
    told: dict[str, Any] = {}
    mapping = Mapping(columns=EXPORTED)
    back = read_row({t: c for t, c in cells.items() if c}, {}, mapping, "", []).aspects
    for aspect in carried.CARRIED:
        value = aspects.get(aspect)
        if aspect is Aspect.ORIGIN:
            if value is not None:
                told[str(aspect)] = value
        elif back.get(aspect) != value:
            told[str(aspect)] = value
    return msgspec.json.encode(told, order="deterministic").decode() if told else "{}"


def _completed(native: Aspects, cells: MappingType[str, str], problems: list[Problem], where: str) -> Aspects:
    """What the cells say, and for aspects whose cells nobody has edited since, what is carried over."""
    try:
        told = msgspec.json.decode(cells.get(OURS) or "{}", type=dict[str, Any])
    except (msgspec.MsgspecError, ValueError, RecursionError):
        why = Message("What is carried as {name} cannot be read.", name=OURS)
        problems.append(Problem(where, why, skipped=False))
        return native
    pairs = [(carried.PREFIX + k, msgspec.json.encode(v).decode()) for k, v in told.items() if v is not None]
    brought = carried.aspects_of(pairs, problems, where)
    written = {target: _clean(cell) for target, cell in _cells(brought).items()}
    result = dict(native)
    for name in told:
        aspect = next((a for a in carried.CARRIED if a == name), None)
        names = _PARTS.get(aspect, ()) if aspect else ()
        if aspect is None or any(written.get(n, "") != cells.get(n, "") for n in names if told[name] is not None):
            continue
        if aspect in brought:
            result[aspect] = brought[aspect]
        elif told[name] is None and _says_nothing(native.get(aspect), aspect):
            result.pop(aspect, None)
    return result


def _says_nothing(value: AspectValue | None, aspect: Aspect) -> bool:
    """Whether an aspect that an item did not have is still only what an empty row gives."""
    return aspect not in (Aspect.NATURE, Aspect.WORDING) or not any(
        getattr(value, name) for name in FIELDS[aspect] if name not in ("type", "affiliation")
    )


def _values(cells: MappingType[str, str], mapping: Mapping, note: Note) -> dict[str, Any]:
    """Cells as values: numbers with a point, times with a zone, lists as lists."""
    row: dict[str, Any] = {}
    for target, cell in cells.items():
        if cell == "" or target == OURS:
            continue
        if target in _TIMES and _UNIX.match(cell.strip()):
            row[target] = int(cell)
        elif target in _TIMES:
            row[target] = _with_zone(cell.strip(), mapping, note, target)
        elif target in _NUMBERS:
            row[target] = _point_number(cell.strip(), mapping)
        elif target == "stroke-dasharray" and mapping.decimal == ",":
            row[target] = [_point_number(part, mapping) for part in parted(cell)]
        else:
            row[target] = cell if mapping.ours else cell.strip()
    return row


def _joined_times(cells: MappingType[str, str]) -> MappingType[str, str]:
    """The cells with date and time of day as one time; a time of day without a date says nothing."""
    date = _MIDNIGHT.sub("", cells.get("valid_at", "").strip())
    clock = cells.get(CLOCK, "").strip()
    if match := _CLOCK.match(clock):
        clock = f"{int(match['hour']):02}:{match['minute']}:{match['second'] or '00'}"
    return {**cells, "valid_at": f"{date} {clock}".strip() if date else clock, CLOCK: ""}


def _with_zone(cell: str, mapping: Mapping, note: Note, target: str) -> str:
    """A time as ISO 8601; one without a zone in the mapping's zone, where it has one."""
    match = _EUROPEAN.match(cell)
    try:
        moment = _european(match, mapping.day_first) if match else datetime.fromisoformat(cell)
    except ValueError:
        return cell
    if moment.tzinfo is None and mapping.zone:
        zone = ZoneInfo(mapping.zone)
        local = moment.replace(tzinfo=zone)
        if local.utcoffset() != local.replace(fold=1).utcoffset():
            note(target, Message("The clocks change then; the time may be an hour off."), cell)
        moment = local
    return moment.isoformat()


def _european(match: re.Match[str], day_first: bool) -> datetime:
    day, month = (match["a"], match["b"]) if day_first or "." in match.group()[:3] else (match["b"], match["a"])
    parts = (match["year"], month, day, match["hour"] or 0, match["minute"] or 0, match["second"] or 0)
    return datetime(*(int(part) for part in parts))  # type: ignore[arg-type]  # noqa: DTZ001 - the zone comes next


def _point_number(cell: str, mapping: Mapping) -> str:
    return cell.replace(",", ".") if mapping.decimal == "," else cell


def _shape(cells: MappingType[str, str], row: MappingType[str, Any]) -> Shape | None:
    """Where the row says the item is; None where it says nothing."""
    geometry = cells.get("wkt", "").strip()
    lat, lon = cells.get("lat", "").strip(), cells.get("lon", "").strip()
    if not geometry and (lat or lon):
        shape = _of_pair(lat, lon)
    elif not geometry and any(cells.get(target, "").strip() for target in GRID):
        east, north, zone = (cells.get(target, "").strip() for target in GRID)
        shape = _of_position(f"{zone} {_metres(east)} {_metres(north)}")
    elif geometry := geometry or cells.get("position", "").strip():
        shape = _of_wkt(geometry) if geometry.upper().startswith(GEOMETRIES) else _of_position(geometry)
    else:
        return None
    try:
        return checked(msgspec.structs.replace(shape, **_extras(row)))
    except ShapeError as error:
        raise RowRefused(Message("The geometry is no good: {why}.", why=reason_of(error)), geometry) from error


def _extras(row: MappingType[str, Any]) -> dict[str, Any]:
    extras: dict[str, Any] = {}
    for name in _LENGTHS:
        if row.get(name):
            extras[name] = _length(str(row[name]))
    if row.get("rings_m"):
        extras["rings_m"] = tuple(_length(part) for part in parted(row["rings_m"]))
    if row.get("times"):
        try:
            extras["times"] = tuple(parse_instant(part) for part in parted(row["times"]))
        except InstantError as error:
            raise RowRefused(Message("The times of the track cannot be read."), str(row["times"])) from error
    return extras


def _length(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or value < 0:
        raise RowRefused(Message("This is no length in metres."), text)
    return value


def _of_pair(lat: str, lon: str) -> Shape:
    if is_number(lat) and is_number(lon):
        numbers = float(lon.replace(",", ".")), float(lat.replace(",", "."))
    else:
        try:
            numbers = parse_angles(f"lat {lat} lon {lon}")
        except CoordinateError as error:
            raise RowRefused(error.why, f"{lat}, {lon}") from error
    if not (-180 <= numbers[0] <= 180 and -90 <= numbers[1] <= 90):
        raise RowRefused(Message("This is not a longitude and a latitude."), f"{lat}, {lon}")
    return Shape(type="Point", coordinates=list(numbers))


def _metres(cell: str) -> str:
    """A number of metres with a point, whatever its decimal sign and the spaces in it."""
    return "".join(cell.split()).replace(",", ".")


def _of_position(text: str) -> Shape:
    try:
        return Shape(type="Point", coordinates=list(parse(text)))
    except CoordinateError as error:
        raise RowRefused(error.why, text) from error


def _of_wkt(text: str) -> Shape:
    srid = _SRID.match(text)
    if srid and srid["srid"] not in ("4326", "0"):
        raise RowRefused(Message("The coordinate reference system {name} is not WGS84.", name=srid["srid"]), text)
    try:
        geometry = shapely.from_wkt(srid["wkt"] if srid else text)
        if geometry.is_empty or geometry.geom_type == "GeometryCollection":
            raise RowRefused(Message("The geometry is empty or a collection."), text)
        return from_shapely(geometry)
    except (shapely.errors.ShapelyError, ShapeError, ValueError, RecursionError) as error:
        if isinstance(error, RowRefused):
            raise
        raise RowRefused(Message("The geometry cannot be read."), text) from error


def _type_of(shape: Shape | None, default: ItemType) -> ItemType:
    if shape is None or shape.type in ("Point", "MultiPoint"):
        return default
    return ItemType.LINE if shape.type in ("LineString", "MultiLineString") else ItemType.AREA


def _text(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return joined(repr(part) if isinstance(part, float) else str(part) for part in value)
    return repr(value) if isinstance(value, float) else str(value)


def _iso(instant: Instant) -> str:
    try:
        return iso(instant)
    except OverflowError:
        return ""


def _clean(cell: str) -> str:
    """A cell without what a text table cannot hold: NUL, and half of a surrogate pair."""
    return cell.replace("\x00", "\ufffd").encode("utf-8", "replace").decode("utf-8")


def _guard(cell: str) -> str:
    """A cell that a spreadsheet will not take for a formula: an apostrophe goes before one that begins like it.

    So does one before an apostrophe, which makes taking it away again exact. Plain numbers stay as they are.
    """
    cell = _clean(cell)
    return f"'{cell}" if cell.startswith(_GUARDED) and not _PLAIN_NUMBER.match(cell) else cell


def _unguarded(cell: str) -> str:
    return cell[1:] if cell.startswith("'") else cell
