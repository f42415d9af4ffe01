"""GeoJSON (RFC 7946) in and out, also as newline-delimited text and as a text sequence (RFC 8142)."""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec

from qroc_desktop.domain.aspects import Origin
from qroc_desktop.domain.shape import GEOMETRY_TYPES
from qroc_desktop.domain.state import Item
from qroc_desktop.domain.vocabulary import Aspect, WorkspaceKind
from qroc_desktop.errors import Message, Refused
from qroc_desktop.formats.geojson_feature import FORMAT, OURS, feature_of, read_feature
from qroc_desktop.formats.geojson_geometry import GeometryProblem, crs_problem
from qroc_desktop.formats.json_mending import MENDED, mended
from qroc_desktop.formats.reading import Problem, Progress, Reading, ReadItem, Writing, Written

NAMES: Final = (".geojson", ".json", ".geojsonl", ".ndjson", ".geojsons")
__all__ = ["FORMAT", "NAMES", "looks_like", "read", "write"]

RECORD_SEPARATOR: Final = b"\x1e"
_BOM: Final = b"\xef\xbb\xbf"
_STEP: Final = 1000
LARGEST_FEATURE: Final = 32 * 1024 * 1024
"""A coastline at full detail has some megabytes; what is larger would choke the workspace and every window on it."""
_BAD: Final = (msgspec.MsgspecError, ValueError, RecursionError)
_OBJECT: Final = msgspec.json.Decoder(dict[str, Any])
_MEMBERS: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])
_LIST: Final = msgspec.json.Decoder(list[msgspec.Raw])
_TYPES: Final = frozenset({*GEOMETRY_TYPES, "GeometryCollection", "Feature", "FeatureCollection"})
_COLLECTION_MEMBERS: Final = frozenset({"type", "features", "crs", "bbox", "name", "xy_coordinate_resolution", OURS})


def looks_like(data: bytes, name: str) -> bool:
    """Whether it is JSON that speaks of geometry, by its beginning."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) and name.lower().endswith(NAMES):
        return True  # To be refused for its encoding.
    head = data[:65_536].removeprefix(_BOM).lstrip()
    if head[:1] == RECORD_SEPARATOR:
        return True
    if head[:1] != b"{":
        return False
    return any(f'"{type_}"'.encode() in head for type_ in _TYPES) or name.lower().endswith(NAMES)


def read(data: bytes, *, name: str, progress: Progress | None = None) -> Reading:
    """Items of a FeatureCollection, a Feature, a geometry, or a sequence of them.

    Raises Refused where the whole is not JSON in UTF-8, not GeoJSON, or claims another system than CRS84.
    """
    data = data.removeprefix(_BOM)
    _require_utf8(data, name)
    reading = Reading(format=FORMAT)
    number = -1
    for number, (where, text) in enumerate(_texts(data)):
        try:
            members, text = _members(text, where or "file", reading.problems)
        except _BAD as error:
            if where:
                reading.problems.append(Problem(where, _not_json(error)))
                continue
            raise _refused_json(error, name) from error
        _read_text(members, text, where, name, reading, progress if number == 0 else None)
    if number < 0:
        raise Refused(Message("The file is empty."), where=name)
    _tell_twins_apart(reading)
    return reading


def write(items: Sequence[Item], context: Writing) -> Written:
    """A FeatureCollection, one feature a line; what others can read under plain names, all of it under `qroc`."""
    layers = {layer.id: layer.name for layer in context.layers}
    encoder = msgspec.json.Encoder()
    ours = {
        "centre": context.identity.centre,
        "country": context.identity.country,
        "exercise": context.identity.kind is WorkspaceKind.EXERCISE,
        "valid": context.valid,
        "known": context.known,
        "written": context.now,
        "marking": msgspec.to_builtins(context.identity.marking),
    }
    head = b'{"type":"FeatureCollection","' + OURS.encode() + b'":' + encoder.encode(ours) + b',"features":[\n'
    body = b",\n".join(encoder.encode(feature_of(item, layers.get(item.layer, ""))) for item in items)
    return Written(data=head + body + b"\n]}\n")


def _require_utf8(data: bytes, name: str) -> None:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refused(
            Message("The file is not in UTF-8, which GeoJSON must be (byte {byte}).", byte=error.start),
            where=name,
            action=Message("Save it as UTF-8 and import it again."),
        ) from error


def _texts(data: bytes) -> Iterator[tuple[str, bytes]]:
    """The JSON texts of the file, each with where it stands; empty where it is the only one."""
    if data.lstrip()[:1] == RECORD_SEPARATOR:
        for number, text in enumerate(data.lstrip().split(RECORD_SEPARATOR)[1:], 1):
            if text.strip():
                yield f"record {number}", text
        return
    if not _newline_delimited(data):
        yield "", data
        return
    for number, line in enumerate(data.split(b"\n"), 1):
        if line.strip():
            yield f"line {number}", line


def _newline_delimited(data: bytes) -> bool:
    """Whether the first line is a JSON text by itself and another one follows."""
    first, _, rest = data.lstrip().partition(b"\n")
    if not rest.strip():
        return False
    try:
        _MEMBERS.decode(first)
    except _BAD:
        return False
    return True


def _members(text: bytes, where: str, problems: list[Problem]) -> tuple[dict[str, msgspec.Raw], bytes]:
    """The members of a JSON object, mended where it has to be, and the text that they stand in."""
    try:
        return _MEMBERS.decode(text), text
    except _BAD:
        better = mended(text)
        if better is None:
            raise
        members = _MEMBERS.decode(better)
        problems.append(Problem(where, MENDED, skipped=False))
        return members, better


def _feature(text: bytes | msgspec.Raw, where: str, problems: list[Problem]) -> dict[str, Any]:
    try:
        return _OBJECT.decode(text)
    except _BAD:
        better = mended(bytes(text))
        if better is None:
            raise
        feature = _OBJECT.decode(better)
        problems.append(Problem(where, MENDED, skipped=False))
        return feature


def _read_text(
    members: dict[str, msgspec.Raw], text: bytes, where: str, name: str, reading: Reading, progress: Progress | None
) -> None:
    """One JSON text into the reading."""
    type_ = _value(members.get("type"))
    if type_ == "FeatureCollection":
        _read_collection(members, where, name, reading, progress)
        return
    if not isinstance(type_, str) or type_ not in _TYPES:
        what = Message("This is JSON, but not GeoJSON: its type is {type}.", type=repr(type_)[:60])
        if not where:
            raise Refused(what, where=name)
        reading.problems.append(Problem(where, what))
        return
    at = where or "feature 1"
    if not where:
        _require_crs84({"crs": _value(members["crs"])} if "crs" in members else {}, name)
    _read_feature(text, at, reading, bare=type_ != "Feature")


def _read_collection(
    members: dict[str, msgspec.Raw], where: str, name: str, reading: Reading, progress: Progress | None
) -> None:
    others = {key: _value(raw) for key, raw in members.items() if key != "features"}
    _require_crs84(others, name)
    try:
        features = _LIST.decode(members["features"])
    except (KeyError, *_BAD) as error:
        raise Refused(Message("The feature collection has no list of features."), where=name) from error
    ours = others.get(OURS)
    if isinstance(ours, dict) and isinstance(ours.get("exercise"), bool):
        reading.exercise = ours["exercise"]
    lost = sorted(others.keys() - _COLLECTION_MEMBERS)
    if lost:
        why = Message(
            "Members of the collection that belong to no feature are not kept: {names}.", names=", ".join(lost)[:200]
        )
        reading.problems.append(Problem(where or "collection", why, skipped=False))
    for number, feature in enumerate(features, 1):
        if progress and number % _STEP == 0:
            progress(number, len(features))
        _read_feature(feature, f"{where}, feature {number}" if where else f"feature {number}", reading)
    if progress:
        progress(len(features), len(features))


def _read_feature(text: bytes | msgspec.Raw, where: str, reading: Reading, *, bare: bool = False) -> None:
    """One feature, or with `bare` a geometry without one; what cannot be read becomes a problem."""
    problems: list[Problem] = []
    if memoryview(text).nbytes > LARGEST_FEATURE:
        why = Message("The feature is larger than {limit} MB.", limit=LARGEST_FEATURE >> 20)
        reading.problems.append(Problem(where, why))
        return
    try:
        feature = _feature(text, where, problems)
        if bare:
            feature = {"type": "Feature", "geometry": feature, "properties": {}}
        if feature.get("type") != "Feature":
            raise GeometryProblem(
                Message("This is not a feature: its type is {type}.", type=repr(feature.get("type"))[:60])
            )
        found: list[ReadItem] = list(read_feature(feature, where, problems))
    except GeometryProblem as error:
        reading.problems.append(Problem(where, error.why))
        return
    except _BAD as error:
        reading.problems.append(Problem(where, _not_json(error)))
        return
    reading.problems += problems
    reading.items += found


def _tell_twins_apart(reading: Reading) -> None:
    """Of items with one id only the first keeps it: the import takes equal ids for one item."""
    seen: set[str] = set()
    for place, item in enumerate(reading.items):
        origin = item.aspects.get(Aspect.ORIGIN)
        identifier = origin.foreign_id if isinstance(origin, Origin) and origin.format == FORMAT else ""
        if identifier in seen and isinstance(origin, Origin):
            single = msgspec.structs.replace(origin, foreign_id="")
            reading.items[place] = msgspec.structs.replace(item, aspects={**item.aspects, Aspect.ORIGIN: single})
            why = Message("An earlier feature has the same id; this one came in as another item.")
            reading.problems.append(Problem(item.where, why, what=identifier, skipped=False))
        elif identifier:
            seen.add(identifier)


def _require_crs84(members: dict[str, Any], name: str) -> None:
    crs = crs_problem(members)
    if crs:
        raise Refused(
            Message("The file claims the coordinate reference system {name}, not CRS84.", name=crs),
            where=name,
            action=Message("Convert it to longitude and latitude on WGS84 and import it again."),
        )


def _value(raw: msgspec.Raw | None) -> Any:
    try:
        return None if raw is None else msgspec.json.decode(raw)
    except _BAD:
        return None


def _not_json(error: BaseException) -> Message:
    if isinstance(error, RecursionError):
        return Message("The JSON is nested too deeply.")
    return Message("This is no JSON: {reason}.", reason=str(error).removeprefix("JSON is malformed: ")[:120])


def _refused_json(error: BaseException, name: str) -> Refused:
    return Refused(_not_json(error), where=name)
