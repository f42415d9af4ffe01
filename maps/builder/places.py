"""places.sqlite: the gazetteer. Its schema is described in maps/README.md; it is read by
qroc_desktop/store/gazetteer.py, whose folding and cells it shares."""

from __future__ import annotations

import math
import sqlite3
import struct
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import shapely

from qroc_desktop.store.folding import fold
from qroc_desktop.store.gazetteer import COORDINATE_SCALE, KINDS, SCHEMA_VERSION, PlaceKind, cell_of

from . import streets
from .cities import EUROPE
from .names import city_names, country_names
from .sources import Shape, Sources
from .world import label_point

_SCHEMA = """
PRAGMA page_size = 4096;
PRAGMA journal_mode = OFF;
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE region (id INTEGER PRIMARY KEY, country TEXT NOT NULL, name TEXT NOT NULL);
CREATE TABLE place (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    kind INTEGER NOT NULL,
    country TEXT NOT NULL,
    region INTEGER REFERENCES region (id),
    lon INTEGER NOT NULL,
    lat INTEGER NOT NULL,
    population INTEGER NOT NULL,
    names TEXT
);
CREATE TABLE cell (id INTEGER PRIMARY KEY, cities BLOB NOT NULL);
CREATE VIRTUAL TABLE place_name USING fts5 (
    names, content = '', columnsize = 0, detail = none, prefix = '1 2', tokenize = "unicode61 remove_diacritics 0"
);
"""
# Scripts that people at the desks of Europe type; all of them for each place would double the file.
_SCRIPTS = ("LATIN", "GREEK", "CYRILLIC", "ARABIC", "HEBREW", "ARMENIAN", "GEORGIAN")
_LARGE = 50_000
# Outside Europe smaller places are found by their own name alone.
_WITHOUT_OTHER_NAMES = 15_000
_CYRILLIC = frozenset(["BA", "BG", "BY", "KG", "KZ", "MD", "ME", "MK", "MN", "RS", "RU", "TJ", "UA", "UZ", "XK"])
_GREEK = frozenset(("CY", "GR"))


@dataclass(slots=True)
class Entry:
    """A place before it has its number; importance orders the numbers."""

    name: str
    kind: PlaceKind
    country: str
    lon: float
    lat: float
    population: int
    importance: float
    region: int | None = None
    names: list[str] = field(default_factory=list)


def build(sources: Sources, target: Path) -> int:
    """Write the gazetteer; returns the number of its places."""
    regions = [shape for shape in sources.world_map("states_provinces") if shape.properties["name"]]
    entries = [
        *_countries(sources),
        *_regions(regions),
        *_cities(sources),
        *_airports(sources),
        *_streets(sources),
    ]
    _set_regions(entries, regions)
    entries.sort(key=lambda e: (-e.importance, e.name, e.lon, e.lat))
    target.unlink(missing_ok=True)
    with sqlite3.connect(target) as db:
        db.executescript(_SCHEMA)
        _insert(db, entries, regions)
    db = sqlite3.connect(target)
    db.execute("INSERT INTO place_name (place_name) VALUES ('optimize')")
    db.commit()
    db.execute("VACUUM")
    db.close()
    return len(entries)


def _insert(db: sqlite3.Connection, entries: list[Entry], regions: list[Shape]) -> None:
    db.executemany(
        "INSERT INTO region VALUES (?, ?, ?)",
        ((i, shape.properties["iso_a2"], shape.properties["name"]) for i, shape in enumerate(regions)),
    )
    cells: dict[int, list[int]] = {}
    for number, entry in enumerate(entries, 1):
        if entry.kind == "city":
            cells.setdefault(cell_of(entry.lon, entry.lat), []).append(number)
        names = _distinct(entry)
        db.execute(
            "INSERT INTO place VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                number, entry.name, KINDS.index(entry.kind), entry.country, entry.region,
                round(entry.lon * COORDINATE_SCALE), round(entry.lat * COORDINATE_SCALE), entry.population,
                "\n".join(names) or None,
            ),
        )  # fmt: skip
        words = sorted({word for name in (entry.name, *names) for word in fold(name).split()})
        db.execute("INSERT INTO place_name (rowid, names) VALUES (?, ?)", (number, " ".join(words)))
    db.executemany(
        "INSERT INTO cell VALUES (?, ?)",
        ((cell, struct.pack(f"<{len(ids)}I", *ids)) for cell, ids in sorted(cells.items())),
    )
    db.executemany(
        "INSERT INTO meta VALUES (?, ?)",
        [("schema_version", str(SCHEMA_VERSION)), ("places", str(len(entries)))],
    )


def _distinct(entry: Entry) -> list[str]:
    """The other names that a search could not find by the names before them."""
    known = {fold(entry.name)}
    kept = []
    for name in entry.names:
        folded = fold(name)
        if folded and folded not in known:
            known.add(folded)
            kept.append(name)
    return kept


def _countries(sources: Sources) -> Iterator[Entry]:
    shapes = {shape.properties["iso_a2"]: shape for shape in sources.world_map("countries")}
    for code, row in sources.countries().items():
        if code not in shapes:
            continue
        names = country_names(code)
        point = label_point(shapes[code].geometry)
        own = names.pop("en", row["name"])
        others = [row["name"], *names.values(), code, row["iso3"]]
        # A country stands before its towns of equal name, whatever its size.
        weight = math.log10(row["population"] + 1000) + 2
        yield Entry(own, "country", code, point.x, point.y, int(row["population"]), weight, names=others)


def _regions(regions: list[Shape]) -> Iterator[Entry]:
    for number, shape in enumerate(regions):
        row = shape.properties
        point = label_point(shape.geometry)
        others = [name for name in (row["woe_name"], row["gn_name"]) if name]
        area = shape.geometry.area * math.cos(math.radians(point.y))
        country = "UA" if row["fips"] in ("UP11", "UP20") else row["iso_a2"]
        yield Entry(
            row["name"], "region", country, point.x, point.y, 0, 4.2 + 0.5 * math.log10(area + 0.01), number, others
        )


def _cities(sources: Sources) -> Iterator[Entry]:
    cities = sources.cities()
    names = city_names(cities)
    for city in cities:
        population = int(city["population"])
        others = [*names.get(int(city["geonameid"]), {}).values(), *_usable(city)]
        # Of two towns of one size the European is likelier to be meant at a European desk.
        weight = math.log10(population + 10) + (0.3 if city["countrycode"] in EUROPE else 0.0)
        yield Entry(
            city["name"],
            "city",
            city["countrycode"],
            city["longitude"],
            city["latitude"],
            population,
            weight,
            names=others,
        )


def _usable(city: dict[str, Any]) -> list[str]:
    population, country = city["population"], city["countrycode"]
    if population < _WITHOUT_OTHER_NAMES and country not in EUROPE:
        return []
    scripts = _scripts(country, population)
    return [
        name
        for name in city["alternatenames"]
        if not _machine_made(name) and not _airport_code(name) and _script(name) in scripts
    ]


def _scripts(country: str, population: int) -> tuple[str, ...]:
    if population >= _LARGE:
        return _SCRIPTS
    if country in _CYRILLIC:
        return ("LATIN", "CYRILLIC")
    return ("LATIN", "GREEK") if country in _GREEK else ("LATIN",)


def _machine_made(name: str) -> bool:
    """GeoNames' romanisations by machine are in small ASCII letters throughout (`bi lu xi`)."""
    return name.isascii() and name.islower()


def _airport_code(name: str) -> bool:
    """GeoNames lists them among a city's names; here the airport itself bears its code."""
    return len(name) == 3 and name.isascii() and name.isupper()


def _script(name: str) -> str:
    for letter in name:
        if letter.isalpha():
            return unicodedata.name(letter, "").split(" ")[0]
    return ""


def _airports(sources: Sources) -> Iterator[Entry]:
    for row in sources.airports():
        busy = bool(row["iata"])
        if not row["icao"] or not (busy or row["country"] in EUROPE):
            continue
        weight = (4.6 if "international" in row["name"].lower() else 3.3) if busy else 1.5
        codes = [code for code in (row["iata"], row["icao"], row["city"]) if code]
        yield Entry(
            row["name"], "airport", row["country"], float(row["lon"]), float(row["lat"]), 0, weight, names=codes
        )


def _streets(sources: Sources) -> Iterator[Entry]:
    for part, country in (("liechtenstein", "LI"), ("helsinki", "FI")):
        extract = streets.extract(sources, part)
        for name, point, others in streets.street_names(extract):
            yield Entry(name, "street", country, point.x, point.y, 0, 0.5, names=others)


def _set_regions(entries: Iterable[Entry], regions: list[Shape]) -> None:
    """Each place's province, by where it lies; coasts are generalised, so the closest within 0.2 degrees counts."""
    todo = [entry for entry in entries if entry.kind in ("city", "airport", "street")]
    tree = shapely.STRtree([shape.geometry for shape in regions])
    points = [shapely.Point(entry.lon, entry.lat) for entry in todo]
    (numbers, found) = tree.query_nearest(points, max_distance=0.2, all_matches=False)
    for number, region in zip(numbers, found, strict=True):
        todo[number].region = int(region)
