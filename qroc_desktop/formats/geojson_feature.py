"""One GeoJSON feature: properties and foreign members as aspects, and back without loss."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from qroc_desktop.domain.aspects import Nature, Origin, Wording
from qroc_desktop.domain.instant import Instant
from qroc_desktop.domain.shape import Shape
from qroc_desktop.domain.state import Item
from qroc_desktop.domain.vocabulary import Aspect, ItemType
from qroc_desktop.errors import Message
from qroc_desktop.formats import carried
from qroc_desktop.formats.flat import Aspects, aspects_of, flatten, kept_origin, noter, time_of, with_kept
from qroc_desktop.formats.geojson_geometry import GeometryProblem, crs_problem, shapes_of, wound
from qroc_desktop.formats.reading import Problem, ReadItem
from qroc_desktop.formats.synonyms import column_of, meaning_of

FORMAT: Final = "geojson"
OURS: Final = "qroc"
"""The property, and the member of a collection, that holds what is ours."""
_NOT_FOR_PROPERTIES: Final = frozenset({"lat", "lon", "position", "wkt", "easting", "northing", "utm_zone"})
# A bounding box is not kept: it would be wrong as soon as the item moves.
_OWN_MEMBERS: Final = frozenset({"type", "geometry", "properties", "id", "bbox", "crs"})
_EDITED: Final = ("title", "description", "place")
_FIELD: Final = re.compile(r"\s+")


def read_feature(feature: Mapping[str, Any], where: str, problems: list[Problem]) -> Iterator[ReadItem]:
    """The items of a feature: one for each geometry, one without a place for a null geometry.

    Raises GeometryProblem for a feature that is left out as a whole.
    """
    crs = crs_problem(feature)
    if crs:
        raise GeometryProblem(Message("The coordinate reference system {name} is not CRS84.", name=crs))
    geometry, properties = feature.get("geometry"), feature.get("properties")
    if properties is None:
        properties = {}
    if not isinstance(properties, dict):
        raise GeometryProblem(Message("The properties are not an object."))
    shapes: list[tuple[Shape | None, list[Message]]] = [(None, [])]
    if geometry is not None:
        shapes = list(shapes_of(geometry))
    if geometry is None and not _without_place(properties):
        problems.append(
            Problem(where, Message("The feature has no geometry; it came in without a place."), skipped=False)
        )
    if not shapes:
        raise GeometryProblem(Message("The geometry collection is empty."))
    if len(shapes) > 1:
        why = Message("The geometry collection came in as {count} items.", count=len(shapes))
        problems.append(Problem(where, why, skipped=False))
    for number, (shape, notes) in enumerate(shapes):
        problems += [Problem(where, note, skipped=False) for note in notes]
        part = number + 1 if len(shapes) > 1 else 0
        yield _item(feature, properties, shape, part, where, problems)


def feature_of(item: Item, layer: str) -> dict[str, Any]:
    """The feature of an item: fields for others under plain names, all of it as it is under `qroc`."""
    feature = _feature(item.aspects)
    ours = feature["properties"][OURS]
    ours["id"] = item.id
    ours["valid"] = item.valid_from
    if layer:
        ours["layer"] = layer
    feature.setdefault("id", item.id)
    return {"type": "Feature", "id": feature.pop("id"), **{k: v for k, v in feature.items() if k != "type"}}


def _feature(aspects: Mapping[Aspect, Any]) -> dict[str, Any]:
    origin, shape = aspects.get(Aspect.ORIGIN), aspects.get(Aspect.SHAPE)
    kept = kept_origin(origin, FORMAT)
    kept_properties, members = kept.get("properties"), kept.get("members")
    geometry = wound(shape) if shape is not None else None
    brought = {
        str(aspect): value
        for aspect, value in aspects.items()
        if aspect in carried.CARRIED and not (aspect is Aspect.SHAPE and value.geojson() == geometry == _bare(value))
    }
    if shape is None:
        # So that reading it again does not remark on a place that is missing on purpose.
        brought.setdefault("shape", None)
    feature: dict[str, Any] = {
        **(members if isinstance(members, dict) else {}),
        "type": "Feature",
        "geometry": geometry,
        "properties": {
            **_kept_up(kept_properties if isinstance(kept_properties, dict) else {}, aspects),
            **flatten(aspects),
            OURS: {"aspects": msgspec.to_builtins(brought)},
        },
    }
    if "id" in kept:
        feature["id"] = kept["id"]
    return feature


def _kept_up(properties: Mapping[str, Any], aspects: Mapping[Aspect, Any]) -> dict[str, Any]:
    """Foreign properties as they came, but for a title, description or place that has been edited since."""
    wording = aspects.get(Aspect.WORDING)
    if not isinstance(wording, Wording):
        return dict(properties)
    chosen: dict[str, str] = {}
    told = _row(properties, chosen)
    return {
        name: getattr(wording, column)
        if (column := chosen.get(name, "")) in _EDITED and str(told[column]) != getattr(wording, column)
        else value
        for name, value in properties.items()
    }


def _bare(shape: Shape) -> dict[str, Any] | None:
    """The geometry where it is all there is to the shape."""
    return shape.geojson() if shape == Shape(type=shape.type, coordinates=shape.coordinates) else None


def _without_place(properties: Mapping[str, Any]) -> bool:
    ours = properties.get(OURS)
    return isinstance(ours, dict) and isinstance(ours.get("aspects"), dict)


def _item(
    feature: Mapping[str, Any],
    properties: Mapping[str, Any],
    shape: Shape | None,
    part: int,
    where: str,
    problems: list[Problem],
) -> ReadItem:
    ours = properties.get(OURS)
    if not isinstance(ours, dict) or not isinstance(ours.get("aspects"), dict) or part:
        native, valid = _native(feature, properties, shape, part, where, problems)
        return ReadItem(aspects=native, valid_at=valid, folders=_folders(properties), where=where)
    valid = None
    brought = _brought(ours["aspects"], shape, problems, where)
    written = _feature(brought)
    edited = written["geometry"] != feature.get("geometry") or written["properties"] != {
        **properties,
        OURS: written["properties"][OURS],
    }
    if edited:
        native, valid = _native(feature, properties, shape, part, where, problems)
        again, _ = _native(written, written["properties"], brought.get(Aspect.SHAPE), 0, where, [])  # type: ignore[arg-type]
        again[Aspect.ORIGIN] = native[Aspect.ORIGIN]
        brought = _edited(carried.reconciled(native, brought, again, FORMAT), brought)
        added = {k: v for k, v in properties.items() if k not in written["properties"]}
        origin = brought.get(Aspect.ORIGIN)
        if added and isinstance(origin, Origin):
            kept = kept_origin(origin, FORMAT)
            more = {**kept, "properties": {**kept.get("properties", {}), **added}}
            brought[Aspect.ORIGIN] = with_kept(origin, FORMAT, more)
    known_as = Origin(format=FORMAT, foreign_id=str(ours.get("id") or ""))
    # What came from nowhere came from this file, so that reading a newer one updates the item.
    brought.setdefault(Aspect.ORIGIN, known_as)
    layer, at = ours.get("layer"), ours.get("valid")
    return ReadItem(
        aspects=brought,
        valid_at=Instant(at) if isinstance(at, int) and not isinstance(at, bool) and abs(at) < 2**62 else valid,
        folders=(layer,) if isinstance(layer, str) and layer else (),
        where=where,
        known_as=known_as if known_as.foreign_id else None,
    )


def _edited(now: Aspects, before: Aspects) -> Aspects:
    """A point that somebody moved keeps its radius, its rings and its accuracy."""
    shape, old = now.get(Aspect.SHAPE), before.get(Aspect.SHAPE)
    if isinstance(shape, Shape) and isinstance(old, Shape) and shape.type == old.type == "Point":
        now[Aspect.SHAPE] = msgspec.structs.replace(old, coordinates=shape.coordinates)
    return now


def _native(
    feature: Mapping[str, Any],
    properties: Mapping[str, Any],
    shape: Shape | None,
    part: int,
    where: str,
    problems: list[Problem],
) -> tuple[Aspects, Instant | None]:
    """Aspects and time that the feature's own fields tell."""
    note = noter(problems, where)
    row = _row(properties)
    aspects = aspects_of(row, note, default=_type_of(shape), ours=False)
    if shape is not None:
        shape = _with_times(shape, properties)
        aspects[Aspect.SHAPE] = shape
        if shape.times and "type" not in row:
            nature = aspects[Aspect.NATURE]
            assert isinstance(nature, Nature)  # noqa: S101 - what aspects_of says
            aspects[Aspect.NATURE] = msgspec.structs.replace(nature, type=ItemType.TRACK)
    valid = time_of(row.get("valid_at"), note, "valid_at") if not isinstance(row.get("valid_at"), bool) else None
    identifier = feature.get("id")
    kept: dict[str, Any] = {"properties": {k: v for k, v in properties.items() if k != OURS}}
    if not feature.keys() <= _OWN_MEMBERS:
        kept["members"] = {k: v for k, v in feature.items() if k not in _OWN_MEMBERS}
    if isinstance(identifier, (str, int, float)) and not isinstance(identifier, bool):
        foreign = f"{identifier}/{part}" if part else str(identifier)
        if not part:
            kept["id"] = identifier
    else:
        foreign = ""
    aspects[Aspect.ORIGIN] = Origin(format=FORMAT, foreign_id=foreign, kept={FORMAT: kept})
    return aspects, valid


def _row(properties: Mapping[str, Any], chosen: dict[str, str] | None = None) -> dict[str, Any]:
    """Properties by our columns; of two names for one column the better one that has a value is taken.

    chosen: filled with the column of each name that was taken.
    """
    row: dict[str, Any] = {}
    names: dict[str, str] = {}
    ranks: dict[str, int] = {}
    for name, value in properties.items():
        if value is None or value == "":
            continue
        column, rank = meaning_of(name)
        if column is None or column in _NOT_FOR_PROPERTIES or isinstance(value, dict):
            continue
        if column not in row or rank < ranks[column]:
            row[column], ranks[column], names[column] = value, rank, name
    if chosen is not None:
        chosen.update((name, column) for column, name in names.items())
    return row


def _folders(properties: Mapping[str, Any]) -> tuple[str, ...]:
    named = {k: v for k, v in properties.items() if column_of(k) == "layer"}
    layer = _row(named).get("layer") if named else None
    return (_FIELD.sub(" ", layer).strip(),) if isinstance(layer, str) and layer.strip() else ()


def _with_times(shape: Shape, properties: Mapping[str, Any]) -> Shape:
    """Times of a track's vertices as `coordTimes` or `coordinateProperties.times` tell them, if they are whole."""
    nested = properties.get("coordinateProperties")
    told = properties.get("coordTimes") or (nested.get("times") if isinstance(nested, dict) else None)
    if shape.type != "LineString" or not isinstance(told, list) or len(told) != len(shape.coordinates):
        return shape
    times = [time_of(value, lambda *_: None, "") for value in told]
    if None in times:
        return shape
    return msgspec.structs.replace(shape, times=tuple(t for t in times if t is not None))


def _type_of(shape: Shape | None) -> ItemType:
    if shape is None or shape.type in ("Point", "MultiPoint"):
        return ItemType.NOTE
    return ItemType.LINE if shape.type in ("LineString", "MultiLineString") else ItemType.AREA


def _brought(told: Mapping[str, Any], shape: Shape | None, problems: list[Problem], where: str) -> Aspects:
    """The aspects under `qroc`; the shape from the geometry where it is all there is to it."""
    pairs = [
        (carried.PREFIX + name, msgspec.json.encode(value).decode())
        for name, value in told.items()
        if value is not None
    ]
    found = carried.aspects_of(pairs, problems, where)
    if shape is not None and "shape" not in told:
        found[Aspect.SHAPE] = shape
    return found
