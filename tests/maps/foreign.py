"""Street maps in the schemas of others: our own street archives, told anew in the words of those schemas.

Written from the schemas' own descriptions (openmaptiles.org/schema, docs.protomaps.com/basemaps/layers,
shortbread-tiles.org/schema) and not from the tables that are tested with it.
"""

from __future__ import annotations

import gzip
import json
import sqlite3
from collections.abc import Callable, Iterator
from math import asinh, pi, radians, tan
from pathlib import Path
from typing import Any

import mapbox_vector_tile
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

from tests.maps.tiles import Archive

Properties = dict[str, Any]
Told = Iterator[tuple[str, Properties]]
Teller = Callable[[str, Properties], Told]
Tiles = dict[tuple[int, int, int], bytes]


def _names(own: Properties, join: str) -> Properties:
    return {key.replace("name:", f"name{join}"): value for key, value in own.items() if key.startswith("name")}


def openmaptiles(layer: str, own: Properties) -> Told:  # noqa: C901  # a list, not a decision
    kind, names = own.get("kind", ""), _names(own, ":")
    land = {"forest": "wood", "farm": "farmland", "green": "grass", "sand": "sand"}
    if layer == "landuse" and kind in land:
        yield "landcover", {"class": land[kind], "subclass": land[kind]}
    elif layer == "landuse" and kind == "paved":
        yield "transportation", {"class": "path", "subclass": "pedestrian"}
    elif layer == "landuse":
        yield "landuse", {"class": {"civic": "stadium"}.get(kind, kind)}
    elif layer == "water":
        yield "water", {"class": "lake", "intermittent": 0}
    elif layer == "waterways":
        yield "waterway", {"class": {"ditch": "drain"}.get(kind, kind), **names}
    elif layer == "buildings":
        yield "building", {"render_height": 5}
    elif layer == "roads":
        theirs: Properties = {"class": "path", "subclass": "pedestrian"} if kind == "pedestrian" else {"class": kind}
        yield "transportation", {**theirs, "ramp": 0}
        if names or "ref" in own:
            yield "transportation_name", {**theirs, **names, "ref": own.get("ref", "")}
    elif layer == "rail":
        yield "transportation", {"class": "rail" if kind == "rail" else "transit", "subclass": kind}
    elif layer == "boundaries":
        yield "boundary", {"admin_level": {"country": 2, "region": 4}.get(kind, 8), "disputed": 0, "maritime": 0}
    elif layer == "places":
        capital = {"capital": 2} if own.get("name") in ("Helsinki", "Vaduz") else {}
        yield "place", {"class": {"city": "city"}.get(kind, kind), "rank": own.get("rank", 12), **capital, **names}
    elif layer == "pois":
        group = {"station": "railway", "civic": "town_hall"}.get(kind, kind)
        yield "poi", {"class": group, "subclass": kind, "rank": 3, **names}


def protomaps(layer: str, own: Properties) -> Told:  # a list, not a decision
    kind, names = own.get("kind", ""), _names(own, ":")
    if layer == "cover":
        yield "earth", {"kind": "earth", "sort_rank": 0}
    elif layer == "landuse":
        yield "landuse", {"kind": {"green": "park", "farm": "farmland", "paved": "pedestrian"}.get(kind, kind)}
    elif layer in ("water", "waterways"):
        yield "water", {"kind": kind, **(names if layer == "waterways" else {})}
    elif layer == "buildings":
        yield "buildings", {"kind": "building", "height": 5}
    elif layer == "roads":
        group = {"motorway": "highway", "trunk": "major_road", "primary": "major_road"}
        detail = {"minor": "residential", "path": "footway"}.get(kind, kind)
        yield "roads", {
            "kind": group.get(kind, "path" if kind in ("path", "pedestrian", "track") else "minor_road"),
            "kind_detail": detail, "sort_rank": 400, **names,
        }  # fmt: skip
    elif layer == "rail":
        yield "roads", {"kind": "rail", "kind_detail": kind}
    elif layer == "boundaries":
        yield "boundaries", {"kind": {"municipality": "locality"}.get(kind, kind), "kind_detail": 2}
    elif layer == "places":
        towns = {"city", "town", "village", "hamlet"}
        capital = {"capital": "yes"} if own.get("name") in ("Helsinki", "Vaduz") else {}
        yield "places", {
            "kind": "locality" if kind in towns else "neighbourhood", "kind_detail": kind, "population_rank": 8,
            **capital, **names,
        }  # fmt: skip
    elif layer == "pois":
        yield "pois", {"kind": {"civic": "townhall", "health": "clinic"}.get(kind, kind), "min_zoom": 14, **names}


def shortbread(layer: str, own: Properties) -> Told:  # noqa: C901, PLR0912  # a list, not a decision
    kind, names = own.get("kind", ""), _names(own, "_")
    sites = {"hospital", "school"}
    if layer == "landuse" and kind in sites:
        yield "sites", {"kind": kind}
    elif layer == "landuse" and kind == "paved":
        yield "street_polygons", {"kind": "pedestrian", "rail": False}
    elif layer == "landuse":
        yield "land", {"kind": {"green": "park", "farm": "farmland"}.get(kind, kind)}
    elif layer == "water":
        yield "water_polygons", {"kind": "water", "way_area": 100}
    elif layer == "waterways":
        yield "water_lines", {"kind": kind, "tunnel": False}
        if names:
            yield "water_lines_labels", {"kind": kind, **names}
    elif layer == "buildings":
        yield "buildings", {"dummy": 1}
    elif layer == "roads":
        theirs = {"minor": "residential", "path": "footway"}.get(kind, kind)
        yield "streets", {"kind": theirs, "rail": False, "tunnel": False}
        if names:
            yield "street_labels", {"kind": theirs, **names}
    elif layer == "rail":
        yield "streets", {"kind": kind, "rail": True}
    elif layer == "boundaries" and kind in ("country", "region"):
        yield "boundaries", {"admin_level": 2 if kind == "country" else 4, "maritime": False}
    elif layer == "places":
        capital = own.get("name") in ("Helsinki", "Vaduz")
        yield "place_labels", {"kind": "capital" if capital else kind, "population": 5000, **names}
    elif layer == "pois" and kind == "station":
        yield "public_transport", {"kind": "station", **names}
    elif layer == "pois":
        yield "pois", {"amenity": {"civic": "townhall"}.get(kind, kind), **names}


def unheard_of(layer: str, own: Properties) -> Told:
    """A schema of a surveyor's office, say."""
    wanted = {"roads": "verkehr_l", "landuse": "nutzung_f", "places": "orte_p", "pois": "objekte_p"}
    if layer in wanted:
        yield wanted[layer], {"objart": 42001, **_names(own, "_")}


TELLERS: dict[str, Teller] = {"openmaptiles": openmaptiles, "protomaps": protomaps, "shortbread": shortbread}


def retold(source: str, teller: Teller, keep: Callable[[int, int, int], bool] = lambda z, x, y: True) -> Tiles:
    """The tiles of one of our street archives in the words of another schema, unpacked."""
    archive = Archive(f"{source}.pmtiles")
    tiles: Tiles = {}
    for zxy in _zxys(archive):
        own = archive.tile(*zxy) if keep(*zxy) else None
        if own is not None:
            tiles[zxy] = _encoded(own, teller)
    return tiles


def _encoded(own: dict[str, Any], teller: Teller) -> bytes:
    layers: dict[str, list[dict[str, Any]]] = {}
    for name, content in own.items():
        for feature in content["features"]:
            for layer, properties in teller(name, feature["properties"]):
                layers.setdefault(layer, []).append({"geometry": feature["geometry"], "properties": properties})
    told = [{"name": name, "features": features} for name, features in layers.items()]
    encoded: bytes = mapbox_vector_tile.encode(told, default_options={"y_coord_down": True, "extents": 4096})
    return encoded


def _zxys(archive: Archive) -> Iterator[tuple[int, int, int]]:
    header = archive.header
    for zoom in range(header["min_zoom"], header["max_zoom"] + 1):
        count = 1 << zoom
        columns = [int((header[f"{side}_lon_e7"] / 1e7 + 180) / 360 * count) for side in ("min", "max")]
        rows = [
            int((1 - asinh(tan(radians(header[f"{side}_lat_e7"] / 1e7))) / pi) / 2 * count) for side in ("max", "min")
        ]
        for x in range(columns[0], columns[1] + 1):
            for y in range(rows[0], rows[1] + 1):
                yield zoom, x, y


def layers_of(tiles: Tiles) -> list[dict[str, Any]]:
    """What an archive of these tiles says of its layers (`vector_layers`)."""
    found: dict[str, set[str]] = {}
    for data in tiles.values():
        for name, content in mapbox_vector_tile.decode(data).items():
            keys = found.setdefault(name, set())
            for feature in content["features"]:
                keys |= feature["properties"].keys()
    return [{"id": name, "fields": dict.fromkeys(sorted(keys), "String")} for name, keys in sorted(found.items())]


def written_pmtiles(path: Path, source: str, tiles: Tiles, layers: list[dict[str, Any]]) -> Path:
    own = Archive(f"{source}.pmtiles").header
    with path.open("wb") as file:
        writer = Writer(file)  # type: ignore[no-untyped-call]  # pmtiles is untyped
        for zxy, data in sorted(tiles.items(), key=lambda entry: zxy_to_tileid(*entry[0])):
            writer.write_tile(zxy_to_tileid(*zxy), gzip.compress(data, mtime=0))  # type: ignore[no-untyped-call]
        header = {
            **{key: value for key, value in own.items() if key.startswith(("min_", "max_", "center_"))},
            "tile_type": TileType.MVT, "tile_compression": Compression.GZIP,
        }  # fmt: skip
        metadata = {"name": path.stem, "attribution": "© OpenStreetMap contributors", "vector_layers": layers}
        writer.finalize(header, metadata)  # type: ignore[no-untyped-call]
    return path


def written_mbtiles(path: Path, source: str, tiles: Tiles, layers: list[dict[str, Any]]) -> Path:
    own = Archive(f"{source}.pmtiles").header
    sides = [own[f"{side}_e7"] / 1e7 for side in ("min_lon", "min_lat", "max_lon", "max_lat")]
    told = {
        "name": path.stem, "format": "pbf", "bounds": ",".join(map(str, sides)),
        "attribution": "© OpenStreetMap contributors", "json": json.dumps({"vector_layers": layers}),
    }  # fmt: skip
    database = sqlite3.connect(path)
    with database:
        database.execute("CREATE TABLE metadata (name TEXT, value TEXT)")
        database.execute("CREATE TABLE tiles (zoom_level INT, tile_column INT, tile_row INT, tile_data BLOB)")
        database.executemany("INSERT INTO metadata VALUES (?, ?)", told.items())
        rows = [(z, x, (1 << z) - 1 - y, gzip.compress(data, mtime=0)) for (z, x, y), data in tiles.items()]
        database.executemany("INSERT INTO tiles VALUES (?, ?, ?, ?)", rows)
    database.close()
    return path
