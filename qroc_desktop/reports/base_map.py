"""The base map on paper: vector tiles, styled by the screen map's rules (vocabulary: maps/styles/README.md)."""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Protocol

import mapbox_vector_tile
import msgspec
import shapely
from shapely.geometry.base import BaseGeometry

from qroc_desktop.domain.shape import Bounds
from qroc_desktop.errors import Damaged, Message
from qroc_desktop.reports.projection import WORLD_M, Frame, forward
from qroc_desktop.reports.schemas import NAMES, Geometry, Schema

Rule = Mapping[str, Any]
_log = logging.getLogger(__name__)
_SCREEN_TILE_LEVELS: Final = 1
"""A tile of data zoom z - 1 is drawn at display zoom z, as on the screen."""
_MOST_TILES: Final = 64
_BORDER: Final = 0.02


_GEOMETRIES: Final[Mapping[str, Geometry]] = {
    "Point": "point", "MultiPoint": "point", "LineString": "line", "MultiLineString": "line",
    "Polygon": "area", "MultiPolygon": "area",
}  # fmt: skip


class VectorTiles(Protocol):
    """Vector tiles of one archive. `detailed`: whether it only adds detail of a small area over the world.
    `schema`: where its layers are not our own."""

    min_zoom: int
    max_zoom: int
    bounds: Bounds
    detailed: bool
    attribution: str
    schema: Schema | None

    def tile(self, z: int, x: int, y: int) -> bytes | None:
        """An uncompressed tile, None where there is none."""
        ...


class Feature(msgspec.Struct, frozen=True):
    """A feature in metres of EPSG:3857."""

    geometry: BaseGeometry
    properties: dict[str, Any]
    schema: Schema | None = None


class MapStyle:
    """A style of maps/styles."""

    def __init__(self, rules: Sequence[Rule], background: str) -> None:
        self.rules = rules
        self.background = background

    @classmethod
    def load(cls, path: Path) -> MapStyle:
        """Read a style; raises Damaged where it is not what was shipped."""
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
            return cls(found["rules"], found["background"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise Damaged(
                Message("The style of the map cannot be read."),
                where=str(path),
                action=Message("Install QROC Desktop again."),
            ) from error

    def active(self, zoom: float, kinds: Iterable[str]) -> Iterator[Rule]:
        """Rules of these kinds that draw at a display zoom, in order."""
        wanted, level = set(kinds), math.floor(zoom)
        for rule in self.rules:
            if rule["kind"] in wanted and rule.get("minzoom", 0) <= level <= rule.get("maxzoom", 99):
                yield rule


def stop(value: Any, zoom: float) -> float:
    """A number, or stops [[zoom, value], ...] with linear steps between them."""
    if not isinstance(value, list):
        return float(value)
    low_zoom, low = value[0]
    for high_zoom, high in value:
        if zoom <= high_zoom:
            share = (zoom - low_zoom) / (high_zoom - low_zoom) if high_zoom > low_zoom else 0.0
            return float(low + (high - low) * max(0.0, share))
        low_zoom, low = high_zoom, high
    return float(low)


def fits(rule: Rule, properties: Mapping[str, Any]) -> bool:
    """Whether a feature passes the rule's filter: a value, a list of values, or None for absent."""
    for key, wanted in rule.get("filter", {}).items():
        found = properties.get(key)
        if wanted is None:
            if found is not None:
                return False
        elif found not in (wanted if isinstance(wanted, list) else [wanted]):
            return False
    return True


def text_of(rule: Rule, language: str, properties: Mapping[str, Any], schema: Schema | None = None) -> str:
    """The feature's text in a language, empty where it has none."""
    for name in schema.texts(rule["text"]) if schema else rule["text"]:
        found = properties.get(name.replace("{lang}", language))
        if found not in (None, ""):
            return str(found).upper() if rule.get("upper") else str(found)
    return ""


class Ground:
    """What the archives hold of one frame, by source and layer."""

    def __init__(self, frame: Frame, archives: Sequence[VectorTiles]) -> None:
        self.frame = frame
        self.attributions: list[str] = []
        self._features: dict[tuple[str, str], list[Feature]] = {}
        reach_x, reach_y = (frame.east - frame.west) * _BORDER, (frame.north - frame.south) * _BORDER
        self._box = (frame.west - reach_x, frame.south - reach_y, frame.east + reach_x, frame.north + reach_y)
        for archive in archives:
            self._take(archive)

    def features(self, rule: Rule) -> list[Feature]:
        """Features that a rule draws."""
        layer = rule["layer"] + (NAMES if rule["kind"] == "label" else "")
        found = self._features.get((rule.get("source", "world"), layer), [])
        return [feature for feature in found if fits(rule, feature.properties)]

    def _take(self, archive: VectorTiles) -> None:
        if archive.schema and math.floor(self.frame.zoom) - _SCREEN_TILE_LEVELS < archive.schema.min_zoom:
            return
        taken = False
        for tile, data in self._tiles(archive):
            taken = self._decode(archive, tile, data) or taken
        if taken and archive.attribution and archive.attribution not in self.attributions:
            self.attributions.append(archive.attribution)

    def _tiles(self, archive: VectorTiles) -> Iterator[tuple[tuple[int, int, int], bytes]]:
        """Tiles of the frame, each once; where a region has no such zoom, the tile above that covers it."""
        zoom = min(archive.max_zoom, max(archive.min_zoom, math.floor(self.frame.zoom) - _SCREEN_TILE_LEVELS))
        columns, rows = self._range(zoom)
        while len(columns) * len(rows) > _MOST_TILES and zoom > archive.min_zoom:
            zoom -= 1
            columns, rows = self._range(zoom)
        given: set[tuple[int, int, int]] = set()
        for column in columns:
            for row in rows:
                found = self._covering(archive, zoom, column, row, given)
                if found:
                    yield found

    def _covering(
        self, archive: VectorTiles, zoom: int, column: int, row: int, given: set[tuple[int, int, int]]
    ) -> tuple[tuple[int, int, int], bytes] | None:
        while zoom >= archive.min_zoom:
            key = (zoom, column, row)
            if key in given:
                return None
            data = archive.tile(zoom, column % (1 << zoom), row)
            if data is not None:
                given.add(key)
                return key, data
            zoom, column, row = zoom - 1, column >> 1, row >> 1
        return None

    def _range(self, zoom: int) -> tuple[range, range]:
        size = WORLD_M / (1 << zoom)
        half = WORLD_M / 2
        west, south, east, north = self._box
        last = (1 << zoom) - 1
        top, bottom = (max(0, min(last, math.floor((half - y) / size))) for y in (north, south))
        return range(math.floor((west + half) / size), math.floor((east + half) / size) + 1), range(top, bottom + 1)

    def _decode(self, archive: VectorTiles, tile: tuple[int, int, int], data: bytes) -> bool:
        zoom, column, row = tile
        size = WORLD_M / (1 << zoom)
        left, top = column * size - WORLD_M / 2, WORLD_M / 2 - row * size
        try:
            layers = mapbox_vector_tile.decode(data, default_options={"y_coord_down": True})
        except Exception as error:  # whatever a decoder makes of bytes from outside
            # A broken tile leaves a hole in the base map; the picture on it is what counts.
            _log.info("tile %s cannot be read: %s", tile, type(error).__name__)
            return False
        found = False
        for name, layer in layers.items():
            step = size / layer["extent"] if layer["extent"] else 0.0
            for feature in layer["features"]:
                found = self._keep(archive, name, feature, (left, top, step)) or found
        if found and archive.schema and archive.schema.cover:
            self._cover(archive, (left, top - size, left + size, top))
        return found

    def _keep(
        self, archive: VectorTiles, layer: str, feature: dict[str, Any], place: tuple[float, float, float]
    ) -> bool:
        """Put a feature into the layers of our own that it belongs to; whether there is any."""
        schema, properties = archive.schema, feature["properties"]
        targets = [(layer, properties), (layer + NAMES, properties)]
        if schema:
            targets = schema.translated(layer, _GEOMETRIES.get(feature["geometry"]["type"]), properties)
        geometry = self._placed(feature["geometry"], *place) if targets else None
        if geometry is None:
            return False
        for name, known in targets:
            self._features.setdefault((_source(archive), name), []).append(Feature(geometry, known, schema))
        return True

    def _cover(self, archive: VectorTiles, tile: Bounds) -> None:
        """Land without end, which hides the coarser world beneath before the tile's water is drawn upon it."""
        (west, south), (east, north) = forward(*archive.bounds[:2]), forward(*archive.bounds[2:])
        # The sheet may lie beyond 180 degrees.
        turn = round(((tile[0] + tile[2]) / 2 - (west + east) / 2) / WORLD_M) * WORLD_M
        sides = (max(tile[0], west + turn), max(tile[1], south), min(tile[2], east + turn), min(tile[3], north))
        land = shapely.clip_by_rect(shapely.box(*sides), *self._box) if sides[0] < sides[2] else shapely.Polygon()
        if not land.is_empty:
            self._features.setdefault((_source(archive), "cover"), []).append(Feature(land, {"kind": "land"}))

    def _placed(self, geometry: dict[str, Any], left: float, top: float, step: float) -> BaseGeometry | None:
        try:
            shape = shapely.geometry.shape(geometry)
        except (ValueError, TypeError, shapely.errors.ShapelyError):
            return None
        if shape.is_empty:
            return None
        placed = shapely.transform(shape, lambda xy: xy * (step, -step) + (left, top))
        if placed.geom_type in ("Polygon", "MultiPolygon") and not placed.is_valid:
            placed = shapely.make_valid(placed)
        clipped = shapely.clip_by_rect(placed, *self._box)
        return None if clipped.is_empty else clipped


def _source(archive: VectorTiles) -> str:
    return "streets" if archive.detailed else "world"


def joined(features: Sequence[Feature]) -> BaseGeometry:
    """One area without the seams between tiles."""
    polygons = [part for feature in features for part in polygons_of(feature.geometry)]
    return shapely.union_all(polygons) if polygons else shapely.Polygon()


def polygons_of(geometry: BaseGeometry) -> list[shapely.Polygon]:
    """The polygons in a geometry of whatever type."""
    return [part for part in _parts(geometry) if isinstance(part, shapely.Polygon)]


def lines_of(geometry: BaseGeometry) -> list[BaseGeometry]:
    """The lines in a geometry; of an area, its outline."""
    lines: list[BaseGeometry] = []
    for part in _parts(geometry):
        if isinstance(part, shapely.LineString):
            lines.append(part)
        elif isinstance(part, shapely.Polygon):
            lines.extend([part.exterior, *part.interiors])
    return lines


def _parts(geometry: BaseGeometry) -> list[BaseGeometry]:
    if hasattr(geometry, "geoms"):
        return [part for member in geometry.geoms for part in _parts(member)]
    return [geometry]
