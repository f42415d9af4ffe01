"""Places by name and names of places, from the read-only gazetteer in maps/ (schema: maps/README.md).

Rowids are handed out in order of importance when the gazetteer is built, so that SQLite's full-text index
gives the important places first and a search can stop early.
"""

from __future__ import annotations

import math
import sqlite3
import struct
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from qroc_desktop.domain.shape import Bounds
from qroc_desktop.errors import Damaged, Message, Refused
from qroc_desktop.store.folding import fold

SCHEMA_VERSION = 1
CELL_DEGREES = 0.5
CELL_COLUMNS = 720
COORDINATE_SCALE = 10_000
EARTH_RADIUS_M = 6_371_008.8

PlaceKind = Literal["country", "region", "city", "airport", "street"]
KINDS: tuple[PlaceKind, ...] = ("country", "region", "city", "airport", "street")

# How many of the most important matches are looked at; beyond it only places nobody meant are lost.
_CANDIDATES = 300
_ROWS_AT_ONCE = 900
# Words this short are the beginning or the code of much: a place's own name comes before its other names.
_SHORT = 2


@dataclass(frozen=True, slots=True)
class Place:
    """A named place. lon, lat in degrees (WGS84); `matched` is the name that the search text met."""

    id: int
    name: str
    kind: PlaceKind
    country: str
    region: str
    lon: float
    lat: float
    population: int
    matched: str


@dataclass(frozen=True, slots=True)
class Nearest:
    """The closest town: metres from it, and the bearing from it to the position asked for (degrees, 0 is north)."""

    place: Place
    distance_m: float
    bearing_deg: float


def cell_of(lon: float, lat: float) -> int:
    """The number of the half-degree cell that a position lies in, row by row from the south-west."""
    column = min(int((lon + 180.0) / CELL_DEGREES), CELL_COLUMNS - 1)
    row = min(int((lat + 90.0) / CELL_DEGREES), CELL_COLUMNS // 2 - 1)
    return row * CELL_COLUMNS + column


def distance_m(lon1: float, lat1: float, lon2: float, lat2: float) -> float:
    """Great-circle distance in metres on the mean sphere (haversine formula; within 0.6 % of the ellipsoid)."""
    phi1, phi2 = math.radians(lat1), math.radians(lat2)
    a = math.sin((phi2 - phi1) / 2) ** 2
    a += math.cos(phi1) * math.cos(phi2) * math.sin(math.radians(lon2 - lon1) / 2) ** 2
    return 2 * EARTH_RADIUS_M * math.asin(min(1.0, math.sqrt(a)))


def bearing_deg(lon1: float, lat1: float, lon2: float, lat2: float) -> float:
    """Initial great-circle bearing from the first position to the second, degrees from north, 0 to 360."""
    phi1, phi2, d = math.radians(lat1), math.radians(lat2), math.radians(lon2 - lon1)
    x = math.cos(phi1) * math.sin(phi2) - math.sin(phi1) * math.cos(phi2) * math.cos(d)
    return math.degrees(math.atan2(math.sin(d) * math.cos(phi2), x)) % 360.0


class Gazetteer:
    """Reads one gazetteer file; never writes, takes no lock.

    Any thread may use it where SQLite is built serialised, as it is nearly everywhere; elsewhere the thread
    that made it.
    """

    def __init__(self, path: Path) -> None:
        """Raises Refused where the file is absent or newer than this program, Damaged where it is no gazetteer."""
        if not path.is_file():
            raise Refused(
                Message("The gazetteer is missing."),
                where=str(path),
                action=Message("Install the maps of this program again."),
            )
        self._path = path
        address = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
        self._db = sqlite3.connect(address, uri=True, check_same_thread=sqlite3.threadsafety < 3)
        try:
            (version,) = self._db.execute("SELECT value FROM meta WHERE key = 'schema_version'").fetchone()
        except (sqlite3.DatabaseError, TypeError) as error:
            self._db.close()
            raise self._damaged() from error
        if int(version) > SCHEMA_VERSION:
            self._db.close()
            raise Refused(
                Message("The gazetteer is newer than this program."),
                where=str(path),
                action=Message("Update the program."),
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def count(self) -> int:
        """The number of places."""
        return int(self._query("SELECT count(*) FROM place", ())[0][0])

    def search(self, text: str, limit: int = 20, near: tuple[float, float] | None = None) -> list[Place]:
        """Places whose names hold every word of `text`; the last word may be unfinished.

        Exact names come first, then names that begin so, then the rest; within each the more populous first,
        or, with `near` (lon, lat), populous and close ones. Case and diacritics do not count.
        """
        words = fold(text).split()
        if not words or limit < 1:
            return []
        exact = " ".join(f'"{word}"' for word in words)
        ids = self._matches(exact)
        if not text[-1].isspace():
            ids |= self._matches(exact + "*")
        scored = []
        wanted = " ".join(words)
        for place, other_names in self._places(ids):
            grade, matched = _best_name(wanted, place.name, other_names)
            if matched != place.name:
                place = replace(place, matched=matched)
            scored.append((grade, -_weight(place, near) if near else place.id, place.id, place))
        scored.sort(key=lambda entry: entry[:3])
        return [entry[3] for entry in scored[:limit]]

    def nearest(self, lon: float, lat: float, min_population: int = 0) -> Nearest | None:
        """The closest city, town or village; None where there is none within some 500 km."""
        best: tuple[float, Place] | None = None
        for ring in range(12):
            cells = _ring(lon, lat, ring)
            for place, _ in self._cities_in(cells, min_population):
                metres = distance_m(lon, lat, place.lon, place.lat)
                if best is None or metres < best[0]:
                    best = (metres, place)
            # Cells narrow towards the poles: a hit is sure only within the rings that were looked at whole.
            reach = ring * CELL_DEGREES * math.radians(EARTH_RADIUS_M) * max(0.05, math.cos(math.radians(lat)))
            if best is not None and best[0] <= reach:
                break
        if best is None:
            return None
        return Nearest(best[1], best[0], bearing_deg(best[1].lon, best[1].lat, lon, lat))

    def extent(self, country: str) -> Bounds | None:
        """Where the towns of a country are, by its ISO 3166-1 alpha-2 code; None for a country with none.

        Without the outermost twentieth on each side, so that islands in another ocean do not widen it.
        """
        rows = self._query("SELECT lon, lat FROM place WHERE country = ? AND kind = ?", (country, KINDS.index("city")))
        if not rows:
            return None
        (west, east), (south, north) = (_middle([row[axis] / COORDINATE_SCALE for row in rows]) for axis in (0, 1))
        return west, south, east, north

    def _matches(self, query: str) -> set[int]:
        rows = self._query(
            "SELECT rowid FROM place_name WHERE place_name MATCH ? ORDER BY rowid LIMIT ?", (query, _CANDIDATES)
        )
        return {int(row[0]) for row in rows}

    def _places(self, ids: Iterable[int]) -> list[tuple[Place, str]]:
        numbers = sorted(ids)
        marks = ",".join("?" * len(numbers))
        # Only the number of marks goes into the text; the ids themselves are bound.
        rows = self._query(
            "SELECT place.id, place.name, kind, place.country, coalesce(region.name, ''), lon, lat, population,"  # noqa: S608
            " coalesce(names, '') FROM place LEFT JOIN region ON region.id = place.region"
            f" WHERE place.id IN ({marks})",
            numbers,
        )
        return [_place(row) for row in rows]

    def _cities_in(self, cells: list[int], min_population: int) -> list[tuple[Place, str]]:
        marks = ",".join("?" * len(cells))
        # Only the number of marks goes into the text; the cells themselves are bound.
        blobs = self._query(f"SELECT cities FROM cell WHERE id IN ({marks})", cells)  # noqa: S608
        ids = sorted(number for (blob,) in blobs for (number,) in struct.iter_unpack("<I", blob))
        found = []
        for start in range(0, len(ids), _ROWS_AT_ONCE):
            found += self._places(ids[start : start + _ROWS_AT_ONCE])
        return [entry for entry in found if entry[0].population >= min_population]

    def _query(self, sql: str, parameters: Iterable[object]) -> list[tuple[Any, ...]]:
        try:
            return self._db.execute(sql, tuple(parameters)).fetchall()
        except sqlite3.DatabaseError as error:
            raise self._damaged() from error

    def _damaged(self) -> Damaged:
        return Damaged(
            Message("The gazetteer cannot be read."),
            where=str(self._path),
            action=Message("Install the maps of this program again."),
        )


def _middle(values: list[float]) -> tuple[float, float]:
    """The range of all but the lowest and the highest twentieth."""
    values.sort()
    cut = len(values) // 20
    return values[cut], values[-1 - cut]


def _place(row: tuple[Any, ...]) -> tuple[Place, str]:
    number, name, kind, country, region, lon, lat, population, names = row
    place = Place(
        number, name, KINDS[kind], country, region, lon / COORDINATE_SCALE, lat / COORDINATE_SCALE, population, name
    )
    return place, names


def _best_name(wanted: str, name: str, other_names: str) -> tuple[int, str]:
    """How well a place's best name meets the folded text (0 exact, 1 begins so, 2 elsewhere), and that name."""
    own = fold(name)
    if own == wanted:
        return 0, name
    handicap = 1 if len(wanted) <= _SHORT else 0
    best = (1 if own.startswith(wanted) else 2 + handicap, name)
    for other in other_names.split("\n"):
        folded = fold(other)
        if folded == wanted and handicap < best[0]:
            best = (handicap, other)
        elif folded.startswith(wanted) and 1 + handicap < best[0]:
            best = (1 + handicap, other)
    return best


def _weight(place: Place, near: tuple[float, float]) -> float:
    """A town a tenth as populous wins when it is ten times closer, beyond the first 50 km."""
    away_km = distance_m(near[0], near[1], place.lon, place.lat) / 1000.0
    return math.log10(place.population + 100) - math.log10(1.0 + away_km / 50.0)


def _ring(lon: float, lat: float, ring: int) -> list[int]:
    """The cells at a distance of `ring` cells around a position; wraps at the antimeridian."""
    centre = cell_of(lon, lat)
    row0, column0 = divmod(centre, CELL_COLUMNS)
    cells = set()
    for row in range(max(0, row0 - ring), min(CELL_COLUMNS // 2 - 1, row0 + ring) + 1):
        step = 1 if abs(row - row0) == ring else 2 * ring
        for column in range(column0 - ring, column0 + ring + 1, step or 1):
            cells.add(row * CELL_COLUMNS + column % CELL_COLUMNS)
    return sorted(cells)
