"""world.pmtiles: the world to data zoom 7, Europe to 9, and the names on it."""

from __future__ import annotations

import math
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import shapely

from . import tiles
from .boundaries import country_boundaries
from .cities import EUROPE, EUROPE_MAX, WORLD_MAX, mercator, ranked_cities
from .names import country_names
from .sources import Shape, Sources
from .tiles import Feature

SEAS = Path(__file__).parent / "data" / "seas.toml"
RIVERS = Path(__file__).parent / "data" / "rivers.toml"
# West, south, east, north; the tiles that Europe's zooms cover are those of zoom 7 that touch it.
EUROPE_BOUNDS = (-25.0, 34.0, 45.0, 71.6)
# How much wider than high the room for a name should be.
_NAME_SHAPE = 2.5
# Square degrees; some 0.6 square kilometres in the middle of Europe.
_LEAST_LAKE = 0.00008
ATTRIBUTION = "Natural Earth, © GeoNames (CC BY 4.0), airportsdata, GSHHG (LGPL), Unicode CLDR"


def build(sources: Sources, target: Path) -> int:
    """Write the archive; returns the number of its tiles."""
    cities = ranked_cities(sources)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        tiles.write_features(_world(sources, cities), folder / "world.json")
        tiles.tile(folder / "world.json", folder / "world.mbtiles.pmtiles", (0, WORLD_MAX), ["--simplification=3"])
        west, south, east, north = _snapped(EUROPE_BOUNDS)
        clip = f"--clip-bounding-box={west},{south},{east},{north}"
        tiles.write_features(_europe(sources, cities), folder / "europe.json")
        tiles.tile(
            folder / "europe.json",
            folder / "europe.pmtiles",
            (WORLD_MAX + 1, EUROPE_MAX),
            [clip, "--simplification=3"],
        )
        return tiles.merge(
            [
                (folder / "world.mbtiles.pmtiles", lambda zxy: True),
                (folder / "europe.pmtiles", _in_europe),
            ],
            target,
            {
                "name": "QROC world",
                "description": "Land, water, boundaries and places; the world to zoom 7, Europe to 9.",
                "attribution": ATTRIBUTION,
                "type": "baselayer",
                "version": "1",
            },
        )


def _tile_range(bounds: tuple[float, float, float, float], zoom: int) -> tuple[int, int, int, int]:
    west, south, east, north = bounds
    size = 2**zoom
    x0, y0 = mercator(west, north)
    x1, y1 = mercator(east, south)
    return int(x0 * size), int(y0 * size), int(x1 * size), int(y1 * size)


def _in_europe(zxy: tiles.Tile) -> bool:
    zoom, x, y = zxy
    shift = zoom - WORLD_MAX
    x0, y0, x1, y1 = _tile_range(EUROPE_BOUNDS, WORLD_MAX)
    return x0 <= x >> shift <= x1 and y0 <= y >> shift <= y1


def _snapped(bounds: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    """Bounds grown by a tenth of a degree beyond the zoom-7 tiles, so that every kept tile is whole to its buffer."""
    x0, y0, x1, y1 = _tile_range(bounds, WORLD_MAX)
    size = 2**WORLD_MAX

    def latitude(y: int) -> float:
        return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * y / size))))

    west, east = x0 / size * 360 - 180, (x1 + 1) / size * 360 - 180
    return west - 0.1, latitude(y1 + 1) - 0.1, east + 0.1, latitude(y0) + 0.1


def _world(sources: Sources, cities: list[dict[str, Any]]) -> Iterator[Feature]:
    for shape in sources.natural_earth_10m("ne_10m_land"):
        yield Feature("land", shape.geometry, {"kind": "land"}, 0, WORLD_MAX)
    yield from _lakes(sources, 0, WORLD_MAX)
    yield from _rivers(sources, WORLD_MAX)
    yield from _boundaries(sources, WORLD_MAX)
    yield from _labels(sources, cities, WORLD_MAX)
    yield from _city_labels(cities, WORLD_MAX)
    yield from _airports(sources, WORLD_MAX)


def _europe(sources: Sources, cities: list[dict[str, Any]]) -> Iterator[Feature]:
    yield from _shores(sources)
    yield from _rivers(sources, EUROPE_MAX)
    yield from _boundaries(sources, EUROPE_MAX)
    yield from _labels(sources, cities, EUROPE_MAX)
    yield from _city_labels(cities, EUROPE_MAX)
    yield from _airports(sources, EUROPE_MAX)


def _lakes(sources: Sources, first: int, last: int) -> Iterator[Feature]:
    for shape in sources.natural_earth_10m("ne_10m_lakes"):
        area = shape.geometry.area
        appears = 1 if area > 2 else 3 if area > 0.3 else 4 if area > 0.05 else 5
        yield Feature("water", shape.geometry, {"kind": "lake"}, max(first, appears), last)


def _shores(sources: Sources) -> Iterator[Feature]:
    """Land and lakes of Europe from GSHHG, whose shores hold at larger scales than Natural Earth's."""
    bounds = _snapped(EUROPE_BOUNDS)
    polygons: dict[int, list[Any]] = {1: [], 2: [], 3: []}
    for level, ring in sources.gshhg("gshhs_f"):
        if level in polygons and len(ring) > 3:
            clipped = shapely.clip_by_rect(shapely.make_valid(shapely.Polygon(ring)), *bounds)
            if clipped.area > (_LEAST_LAKE if level == 2 else 0.0):
                polygons[level].append(clipped)
    for land in polygons[1]:
        yield Feature("land", land, {"kind": "land"}, WORLD_MAX + 1, EUROPE_MAX)
    islands = shapely.STRtree(polygons[3])
    for lake in polygons[2]:
        inside = [polygons[3][i] for i in islands.query(lake, predicate="intersects")]
        shape = lake.difference(shapely.union_all(inside)) if inside else lake
        appears = WORLD_MAX + 1 if lake.area > 10 * _LEAST_LAKE else EUROPE_MAX
        yield Feature("water", shape, {"kind": "lake"}, appears, EUROPE_MAX)


def _rivers(sources: Sources, last: int) -> Iterator[Feature]:
    repairs = tomllib.loads(RIVERS.read_text(encoding="utf-8"))
    for shape in sources.natural_earth_10m_attributed("ne_10m_rivers_lake_centerlines"):
        row = shape.properties
        if row["featurecla"] == "Lake Centerline":
            continue
        rank = int(row["scalerank"] if row["scalerank"] is not None else 9)
        properties = {"kind": "river", "rank": rank, **_river_names(row["name"] or "", repairs)}
        yield Feature("rivers", shape.geometry, properties, min(max(2, rank - 1), WORLD_MAX), last)


def _river_names(name: str, repairs: dict[str, dict[str, str]]) -> dict[str, str]:
    repair = repairs.get(name)
    if repair is None:
        return {} if "?" in name or not name else {"name": " ".join(name.split(" (", maxsplit=1)[0].split())}
    if not repair["name"]:
        return {}
    return {
        "name": repair["name"],
        **{f"name:{k}": v for k, v in repair.items() if k != "name" and v != repair["name"]},
    }


def _boundaries(sources: Sources, last: int) -> Iterator[Feature]:
    for line in country_boundaries(sources):
        first = 0 if line.kind == "country" else 2
        yield Feature("boundaries", line.geometry, {"kind": line.kind}, first, last)
    for shape in sources.natural_earth_10m_attributed("ne_10m_admin_1_states_provinces_lines"):
        row = shape.properties
        if row["featurecla"] not in ("Admin-1 boundary", "Admin-1 region boundary"):
            continue
        appears = min(WORLD_MAX, max(2, math.floor(float(row["min_zoom"] or 7)) - 1))
        yield Feature("boundaries", shape.geometry, {"kind": "region"}, appears, last)


def _labels(sources: Sources, cities: list[dict[str, Any]], last: int) -> Iterator[Feature]:
    populations = {code: int(row["population"]) for code, row in sources.countries().items()}
    capitals = {c["countrycode"]: (c["longitude"], c["latitude"]) for c in cities if c["capital"]}
    for shape in sources.world_map("countries"):
        code = shape.properties["iso_a2"]
        if code in populations:
            yield _country_label(code, shape, populations[code], capitals.get(code), last)
    for shape in sources.world_map("states_provinces"):
        yield from _region_label(shape, last)
    for sea in tomllib.loads(SEAS.read_text(encoding="utf-8"))["sea"]:
        names = {f"name:{k}": v for k, v in sea.items() if len(k) == 2 and k != "at"}
        properties = {"kind": "sea", "rank": sea["rank"], "name": sea["name"], **names}
        yield Feature("places", shapely.Point(*sea["at"]), properties, sea["rank"], last)


def _country_label(code: str, shape: Shape, population: int, capital: tuple[float, float] | None, last: int) -> Feature:
    names = country_names(code)
    properties: dict[str, Any] = {"kind": "country", "iso": code, "name": names.get("en", shape.properties["name"])}
    properties |= {f"name:{language}": name for language, name in names.items() if language != "en"}
    point = label_point(shape.geometry, capital)
    area = shape.geometry.area * math.cos(math.radians(point.y))
    weight = math.log10(population + 1000) + 1.5 * math.log10(area * 100 + 1)
    tiny = next((zoom for zoom, most in ((8, 0.002), (7, 0.03), (6, 0.12)) if area < most), 0)
    properties["rank"] = tiny or next(
        zoom for zoom, least in ((1, 12.0), (2, 10.4), (3, 8.6), (4, 6.6), (5, 0.0)) if weight >= least
    )
    return Feature("places", point, properties, min(properties["rank"], WORLD_MAX), last)


def _region_label(shape: Shape, last: int) -> Iterator[Feature]:
    name = shape.properties["name"]
    if not name:
        return
    point = label_point(shape.geometry)
    area = shape.geometry.area * math.cos(math.radians(point.y))
    rank = next(
        zoom for zoom, least in ((3, 60), (4, 14), (5, 3.0), (6, 0.7), (7, 0.15), (8, 0.06), (99, 0.0)) if area >= least
    )
    if rank <= last:
        yield Feature("places", point, {"kind": "region", "rank": rank, "name": name}, max(4, rank), last)


def label_point(geometry: Any, avoid: tuple[float, float] | None = None) -> shapely.Point:
    """A point in the largest part with room for a name, which is wider than high; clear of `avoid` (lon, lat)."""
    parts = list(getattr(geometry, "geoms", [geometry]))
    largest = max(parts, key=lambda part: part.area)
    side = math.sqrt(largest.area)
    room = largest
    if avoid is not None and largest.contains(shapely.Point(avoid)):
        wide, high = 0.32 * side, 0.09 * side
        x, y = avoid
        room = largest.difference(shapely.box(x - wide, y - high, x + wide, y + high))
    squeeze = _NAME_SHAPE / math.cos(math.radians(largest.centroid.y))
    squeezed = shapely.transform(room, lambda points: points / (squeeze, 1.0))
    if squeezed.geom_type == "MultiPolygon":
        squeezed = max(squeezed.geoms, key=lambda part: part.area)
    circle = shapely.maximum_inscribed_circle(squeezed, tolerance=max(0.005, side / 100))
    x, y = circle.coords[0]
    return shapely.Point(x * squeeze, y)


def _city_labels(cities: list[dict[str, Any]], last: int) -> Iterator[Feature]:
    for order, city in enumerate(cities):
        limit = EUROPE_MAX if city["countrycode"] in EUROPE else WORLD_MAX
        if city["minzoom"] > min(last, limit):
            continue
        properties = {
            "kind": "city",
            "rank": city["minzoom"],
            "order": order,
            "capital": 1 if city["capital"] else None,
            "size": _size(city["population"]),
            "name": city["name"],
        }
        properties |= {f"name:{lang}": name for lang, name in city["names"].items() if name != city["name"]}
        yield Feature("places", shapely.Point(city["longitude"], city["latitude"]), properties, city["minzoom"], last)


def _size(population: int) -> str:
    """The class that styles go by."""
    for size, least in (("metropolis", 1_000_000), ("city", 200_000), ("town", 20_000), ("small", 3_000)):
        if population >= least:
            return size
    return "village"


def _airports(sources: Sources, last: int) -> Iterator[Feature]:
    for row in sources.airports():
        if not row["iata"]:
            continue
        international = "international" in row["name"].lower()
        rank = 6 if international else 7
        properties = {"kind": "airport", "rank": rank, "name": row["name"], "iata": row["iata"], "icao": row["icao"]}
        yield Feature("airports", shapely.Point(float(row["lon"]), float(row["lat"])), properties, rank, last)
