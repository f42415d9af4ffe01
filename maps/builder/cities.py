"""Which city shows from which zoom: important ones first, each with room around it."""

from __future__ import annotations

import math
from typing import Any

import shapely

from .names import city_names
from .sources import Sources

EUROPE = frozenset(
    [
        "AD",
        "AL",
        "AT",
        "AX",
        "BA",
        "BE",
        "BG",
        "BY",
        "CH",
        "CY",
        "CZ",
        "DE",
        "DK",
        "EE",
        "ES",
        "FI",
        "FO",
        "FR",
        "GB",
        "GG",
        "GI",
        "GR",
        "HR",
        "HU",
        "IE",
        "IM",
        "IS",
        "IT",
        "JE",
        "LI",
        "LT",
        "LU",
        "LV",
        "MC",
        "MD",
        "ME",
        "MK",
        "MT",
        "NL",
        "NO",
        "PL",
        "PT",
        "RO",
        "RS",
        "SE",
        "SI",
        "SJ",
        "SK",
        "SM",
        "TR",
        "UA",
        "VA",
        "XK",
    ]
)
# Zone capitals differ from seats of government that the European Union recognises: no capital is flagged there.
_NO_CAPITAL = frozenset({"IL", "PS"})
WORLD_MAX = 7
EUROPE_MAX = 9
# Data zoom -> (room around a label in pixels of a 512-pixel tile, least population).
_ROOM = {2: (70, 2_000_000), 3: (62, 700_000), 4: (60, 200_000), 5: (58, 60_000), 6: (56, 15_000), 7: (50, 3_000)}
_ROOM_EUROPE = {**_ROOM, 7: (50, 2_000), 8: (54, 1_000), 9: (0, 0)}
# Capitals stand closer together: people look for them, and their names give way to each other when drawn.
_CAPITAL_ROOM = 0.5


def ranked_cities(sources: Sources) -> list[dict[str, Any]]:
    """GeoNames' cities with `minzoom` (a data zoom), `capital` and `names`, the most important first.

    A city that finds no room within the zooms of its region has a `minzoom` beyond them.
    """
    cities = sources.cities()
    names = city_names(cities)
    capitals = _capitals(sources, cities)
    prominence = _prominence(sources, cities)
    for city in cities:
        number = int(city["geonameid"])
        city["names"] = names.get(number, {})
        city["capital"] = number in capitals
        score = math.log10(city["population"] + 10) + prominence.get(number, 0.0)
        city["importance"] = score + (1.3 if city["capital"] else 0.0)
    cities.sort(key=lambda city: (-city["importance"], city["geonameid"]))
    _give_room(cities)
    return cities


def _capitals(sources: Sources, cities: list[dict[str, Any]]) -> set[int]:
    wanted = {code: row["capital"] for code, row in sources.countries().items() if code not in _NO_CAPITAL}
    found: dict[str, dict[str, Any]] = {}
    for city in cities:
        code = city["countrycode"]
        capital = wanted.get(code)
        if (
            capital
            and (city["name"] == capital or capital in city["alternatenames"])
            and (city["population"] > found.get(code, {"population": -1})["population"])
        ):
            found[code] = city
    return {int(city["geonameid"]) for city in found.values()}


def _prominence(sources: Sources, cities: list[dict[str, Any]]) -> dict[int, float]:
    """A bonus from Natural Earth's hand-made ranks: what people expect on a map, which population alone misses."""
    ranks = sources.natural_earth_10m_attributed("ne_10m_populated_places_simple")
    tree = shapely.STRtree([shapely.Point(c["longitude"], c["latitude"]) for c in cities])
    bonus: dict[int, float] = {}
    for place in ranks:
        near = tree.query(place.geometry, predicate="dwithin", distance=0.15)
        own = {place.properties["name"], place.properties["nameascii"], place.properties["ls_name"]}
        same = [cities[i] for i in near if own & {cities[i]["name"], *cities[i]["alternatenames"]}]
        if same:
            city = max(same, key=lambda c: c["population"])
            scale_rank = place.properties["scalerank"]
            rank = 10.0 if scale_rank is None else float(scale_rank)
            bonus[int(city["geonameid"])] = max(0.0, 9.0 - rank) * 0.13
    return bonus


def _give_room(cities: list[dict[str, Any]]) -> None:
    for city in cities:
        city["minzoom"] = 99
    for zoom in sorted(_ROOM_EUROPE):
        _place_zoom(cities, zoom)


def _place_zoom(cities: list[dict[str, Any]], zoom: int) -> None:
    """Give `zoom` to each city that has room beside those already shown; grid cells are as wide as the room."""
    room = max(table[zoom][0] for table in (_ROOM, _ROOM_EUROPE) if zoom in table) or 1
    pixels = 512.0 * 2**zoom
    taken: dict[tuple[int, int], list[tuple[float, float]]] = {}
    for city in cities:
        table = _ROOM_EUROPE if city["countrycode"] in EUROPE else _ROOM
        shown = city["minzoom"] < zoom
        if not shown and not _eligible(city, table, zoom):
            continue
        x, y = (value * pixels for value in mercator(city["longitude"], city["latitude"]))
        cell = (int(x // room), int(y // room))
        if not shown:
            need = table[zoom][0] * (_CAPITAL_ROOM if city["capital"] else 1.0)
            beside = (
                spot for i in (-1, 0, 1) for j in (-1, 0, 1) for spot in taken.get((cell[0] + i, cell[1] + j), ())
            )
            if need and any(math.hypot(sx - x, sy - y) < need for sx, sy in beside):
                continue
            city["minzoom"] = zoom
        taken.setdefault(cell, []).append((x, y))


def _eligible(city: dict[str, Any], table: dict[int, tuple[int, int]], zoom: int) -> bool:
    return zoom in table and (city["population"] >= table[zoom][1] or _early(city, zoom))


def _early(city: dict[str, Any], zoom: int) -> bool:
    """Seats of government come before their size: at zoom 3 those of some size, from zoom 4 all."""
    return bool(city["capital"]) and (zoom >= 4 or (zoom == 3 and city["population"] >= 250_000))


def mercator(lon: float, lat: float) -> tuple[float, float]:
    """Web Mercator as fractions of the world, x eastwards and y southwards."""
    bounded = max(-85.0511, min(85.0511, lat))
    y = math.log(math.tan(math.pi / 4 + math.radians(bounded) / 2))
    return (lon + 180.0) / 360.0, (1.0 - y / math.pi) / 2.0
