"""What a placemark's own elements say, as aspects; and what of it has no place in the picture, kept as text."""

from __future__ import annotations

import copy
from typing import Final

import msgspec

from qroc_desktop.domain.aspects import Nature, Origin, Situation, Style, Wording
from qroc_desktop.domain.instant import Instant, InstantError
from qroc_desktop.domain.shape import Shape
from qroc_desktop.domain.vocabulary import Aspect, ItemType
from qroc_desktop.errors import Message
from qroc_desktop.formats import carried, xml
from qroc_desktop.formats.carried import Aspects
from qroc_desktop.formats.kml_geometry import GEOMETRIES
from qroc_desktop.formats.kml_terms import FORMAT, parts, text
from qroc_desktop.formats.reading import Problem
from qroc_desktop.formats.xml import Element

_KNOWN: Final = frozenset(
    {"name", "description", "address", "styleUrl", "Style", "StyleMap", "TimeSpan", "TimeStamp", *GEOMETRIES}
)


class Times(msgspec.Struct, frozen=True):
    """What TimeSpan and TimeStamp say."""

    begin: Instant | None = None
    end: Instant | None = None
    when: Instant | None = None


def native_of(placemark: Element, shape: Shape | None, style: Style, times: Times) -> Aspects:
    """The aspects of one placemark with one of its shapes. Its description is text, exactly as written."""
    aspects: Aspects = {
        Aspect.NATURE: Nature(type=type_of(shape)),
        Aspect.WORDING: Wording(
            title=text(placemark, "name"),
            description="".join(xml.text_of(e) for e in parts(placemark, "description")),
            place=text(placemark, "address"),
        ),
        Aspect.ORIGIN: Origin(format=FORMAT, foreign_id=placemark.get("id") or "", kept={FORMAT: _kept(placemark)}),
    }
    if times.begin is not None or times.end is not None:
        aspects[Aspect.SITUATION] = Situation(starts=times.begin, ends=times.end)
    if shape is not None:
        aspects[Aspect.SHAPE] = shape
    if style != Style():
        aspects[Aspect.STYLE] = style
    return aspects


def times_of(placemark: Element, problems: list[Problem]) -> Times:
    """TimeSpan and TimeStamp of a placemark; a time without a zone is read as UTC and noted."""
    found: dict[str, Instant] = {}
    for primitive in parts(placemark, "TimeSpan", "TimeStamp"):
        for element in parts(primitive, "begin", "end", "when"):
            written = xml.text_of(element).strip()
            if not written:
                continue
            try:
                moment, zoned = xml.moment(written)
            except InstantError:
                why = Message("The time cannot be read; it is left out.")
                problems.append(Problem(xml.where(element), why, what=written, skipped=False))
                continue
            if not zoned and "T" in written:
                why = Message("The time has no zone and is read as UTC.")
                problems.append(Problem(xml.where(element), why, what=written, skipped=False))
            found[xml.local(element)] = moment
    return Times(**found)


def type_of(shape: Shape | None) -> ItemType:
    """What a placemark is by its geometry alone."""
    if shape is None or shape.type in ("Point", "MultiPoint"):
        return ItemType.AREA if shape is not None and shape.radius_m else ItemType.NOTE
    if shape.times:
        return ItemType.TRACK
    return ItemType.LINE if "Line" in shape.type else ItemType.AREA


def data_of(feature: Element) -> list[tuple[str, str]]:
    """(name, value) of the feature's ExtendedData, untyped and typed."""
    pairs = []
    for extended in parts(feature, "ExtendedData"):
        pairs += [(e.get("name") or "", xml.text_of(next(parts(e, "value"), None))) for e in parts(extended, "Data")]
        for schema in parts(extended, "SchemaData"):
            pairs += [(e.get("name") or "", xml.text_of(e)) for e in parts(schema, "SimpleData")]
    return pairs


def _kept(placemark: Element) -> list[str]:
    """The elements that the picture has no place for, without the data that we wrote ourselves."""
    kept = []
    for element in placemark:
        if xml.local(element) in _KNOWN:
            continue
        own = xml.compacted(copy.deepcopy(element))
        if xml.local(own) == "ExtendedData":
            for data in list(parts(own, "Data")):
                if (data.get("name") or "").startswith(carried.PREFIX):
                    own.remove(data)
            if not len(own):
                continue
        kept.append(xml.serialised(own))
    return kept
