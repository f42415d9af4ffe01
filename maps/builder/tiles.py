"""From features to tiles: newline-delimited GeoJSON, tippecanoe, and one PMTiles archive with several zoom ranges."""

from __future__ import annotations

import gzip
import json
import subprocess
import sysconfig
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import shapely
from pmtiles.reader import MmapSource, Reader, all_tiles
from pmtiles.tile import zxy_to_tileid
from pmtiles.writer import Writer
from shapely.geometry.base import BaseGeometry

Tile = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature for the tiler; `minzoom` and `maxzoom` are data zooms, geometry is lon, lat."""

    layer: str
    geometry: BaseGeometry
    properties: Mapping[str, Any]
    minzoom: int = 0
    maxzoom: int = 14


def write_features(features: Iterable[Feature], path: Path) -> int:
    """Write features as tippecanoe's newline-delimited GeoJSON; returns how many."""
    count = 0
    with path.open("w", encoding="utf-8") as out:
        for feature in features:
            if feature.geometry.is_empty:
                continue
            record = {
                "type": "Feature",
                "tippecanoe": {
                    "layer": feature.layer,
                    "minzoom": feature.minzoom,
                    "maxzoom": feature.maxzoom,
                },
                "properties": {k: v for k, v in feature.properties.items() if v is not None},
                "geometry": json.loads(
                    shapely.to_geojson(shapely.set_precision(feature.geometry, 1e-6, mode="pointwise"))
                ),
            }
            out.write(json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n")
            count += 1
    return count


def tile(source: Path, target: Path, zooms: tuple[int, int], options: Iterable[str] = ()) -> None:
    """Run tippecanoe on what `write_features` wrote; nothing is dropped to meet a size."""
    program = Path(sysconfig.get_path("scripts")) / "tippecanoe"
    command = [
        str(program), "--quiet", "--force", "-P", "-o", str(target), "-Z", str(zooms[0]), "-z", str(zooms[1]),
        "--no-feature-limit", "--no-tile-size-limit", "-r1", "--buffer=8", *options, str(source),
    ]  # fmt: skip
    subprocess.run(command, check=True)


def merge(
    parts: list[tuple[Path, Callable[[Tile], bool]]],
    target: Path,
    metadata: Mapping[str, Any],
) -> int:
    """Write one archive from the tiles of `parts` that their tests admit; returns the number of tiles.

    Tiles of equal content are stored once by the writer. A tile that holds nothing is left out: readers
    go to the parent tile, which is how regions may have more zooms than the world.
    """
    found: dict[int, bytes] = {}
    layers: dict[str, dict[str, Any]] = {}
    headers = []
    for path, admits in parts:
        with path.open("rb") as handle:
            source = MmapSource(handle)  # type: ignore[no-untyped-call]
            reader = Reader(source)  # type: ignore[no-untyped-call]
            headers.append(reader.header())  # type: ignore[no-untyped-call]
            for layer in reader.metadata().get("vector_layers", []):  # type: ignore[no-untyped-call]
                _merge_layer(layers, layer)
            for zxy, data in all_tiles(source):  # type: ignore[no-untyped-call]
                if admits(zxy):
                    # tippecanoe stamps the time into gzip; written anew, equal input gives an equal file
                    found[zxy_to_tileid(*zxy)] = gzip.compress(gzip.decompress(data), 9, mtime=0)
    header = dict(headers[0])
    header["min_zoom"] = min(h["min_zoom"] for h in headers)
    header["max_zoom"] = max(h["max_zoom"] for h in headers)
    for side in ("min_lon_e7", "min_lat_e7"):
        header[side] = min(h[side] for h in headers)
    for side in ("max_lon_e7", "max_lat_e7"):
        header[side] = max(h[side] for h in headers)
    with target.open("wb") as out:
        writer = Writer(out)  # type: ignore[no-untyped-call]
        for tile_id in sorted(found):
            writer.write_tile(tile_id, found[tile_id])  # type: ignore[no-untyped-call]
        writer.finalize(header, {**metadata, "vector_layers": sorted(layers.values(), key=lambda entry: entry["id"])})  # type: ignore[no-untyped-call]
    return len(found)


def _merge_layer(layers: dict[str, dict[str, Any]], layer: dict[str, Any]) -> None:
    known = layers.setdefault(layer["id"], {"id": layer["id"], "fields": {}, "minzoom": 99, "maxzoom": 0})
    known["fields"].update(layer["fields"])
    known["minzoom"] = min(known["minzoom"], layer["minzoom"])
    known["maxzoom"] = max(known["maxzoom"], layer["maxzoom"])
