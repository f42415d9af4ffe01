"""The built tiles hold what is really there, and follow the stated boundaries."""

from __future__ import annotations

from functools import cache

import pytest
from shapely.geometry import shape

from tests.maps.tiles import Archive, properties


@cache
def archive(name: str) -> Archive:
    return Archive(f"{name}.pmtiles")


@pytest.mark.parametrize(
    ("lon", "lat", "zoom", "name", "language", "translated"),
    [
        (16.37, 48.21, 6, "Vienna", "de", "Wien"),
        (16.37, 48.21, 6, "Vienna", "hu", "Bécs"),
        (11.58, 48.14, 7, "Munich", "it", "Monaco di Baviera"),
        (4.35, 50.85, 8, "Brussels", "nl", "Brussel"),
        (23.72, 37.98, 6, "Athens", "el", "Αθήνα"),
        (24.94, 60.17, 9, "Helsinki", "sv", "Helsingfors"),
    ],
)
def test_a_city_bears_its_names(lon: float, lat: float, zoom: int, name: str, language: str, translated: str) -> None:
    cities = properties(archive("world").at(lon, lat, zoom)["places"], kind="city", name=name)
    assert [city[f"name:{language}"] for city in cities] == [translated]


def test_a_country_bears_its_names() -> None:
    (country,) = properties(archive("world").at(10.0, 51.0, 3)["places"], kind="country", iso="DE")
    assert country["name"] == "Germany"
    assert country["name:fr"] == "Allemagne"
    assert country["name:fi"] == "Saksa"


@pytest.mark.parametrize(
    ("lon", "lat", "capital"), [(13.4, 52.52, "Berlin"), (2.35, 48.86, "Paris"), (-3.7, 40.42, "Madrid")]
)
def test_capitals_show_early(lon: float, lat: float, capital: str) -> None:
    places = archive("world").at(lon, lat, 3)["places"]
    assert properties(places, kind="city", capital=1, name=capital)


def test_no_capital_is_marked_where_the_union_recognises_none() -> None:
    places = archive("world").at(35.2, 31.78, 7)["places"]
    assert properties(places, kind="city", name="Jerusalem")
    assert all("capital" not in city for city in properties(places, kind="city", name="Jerusalem"))


@pytest.mark.parametrize(
    ("lon", "lat", "where"),
    [(20.9, 43.2, "Kosovo"), (33.2, 35.05, "Cyprus"), (-12.0, 26.5, "Western Sahara"), (35.8, 33.0, "Golan")],
)
def test_disputed_lines_are_marked(lon: float, lat: float, where: str) -> None:
    lines = archive("world").at(lon, lat, 6)["boundaries"]
    assert properties(lines, kind="disputed"), where


def test_crimea_is_ukraine() -> None:
    """No boundary between countries at Perekop (33.6 E, 46.1 N); one in the strait of Kerch (36.6 E, 45.3 N)."""
    assert not properties(archive("world").at(33.7, 46.1, 7).get("boundaries", []), kind="country")
    assert properties(archive("world").at(36.6, 45.3, 7)["boundaries"], kind="country")


def test_settled_boundaries_are_solid() -> None:
    lines = archive("world").at(-7.0, 38.9, 7)["boundaries"]  # Elvas and Badajoz
    assert properties(lines, kind="country")
    assert not properties(lines, kind="disputed")


@pytest.mark.parametrize("zoom", [2, 5, 7, 8, 9])
def test_land_is_where_land_is(zoom: int) -> None:
    """Prague lies on land at each zoom; the tile's own extent says where in the tile it is."""
    size = 2**zoom
    fx, fy = (14.42 + 180) / 360 * size, 0.3388 * size  # Web Mercator's y of 50.09 N is 0.3388
    tile = archive("world").tile(zoom, int(fx), int(fy))
    assert tile is not None
    x, y = (fx % 1) * 4096, (fy % 1) * 4096
    land = [shape(feature["geometry"]) for feature in tile["land"]["features"]]
    assert any(area.buffer(0).intersects(shape({"type": "Point", "coordinates": [x, y]})) for area in land)


def test_europe_has_more_zooms_than_the_world() -> None:
    world = archive("world")
    assert (world.header["min_zoom"], world.header["max_zoom"]) == (0, 9)
    assert world.tile(9, 275, 172) is not None  # Prague and around
    assert world.tile(9, 151, 191) is None  # Chicago


def test_airports_have_codes() -> None:
    (airport,) = properties(archive("world").at(8.543, 50.026, 8)["airports"], iata="FRA")
    assert airport["icao"] == "EDDF"


def test_rivers_have_names_in_their_letters() -> None:
    names = {river["name"] for river in properties(archive("world").at(5.2, 45.8, 7)["rivers"]) if "name" in river}
    assert "Rhône" in names


def test_vaduz_has_streets_a_hospital_and_the_rhine() -> None:
    layers = archive("liechtenstein").at(9.5215, 47.1372, 14)
    assert properties(layers["roads"], kind="primary")
    assert properties(layers["buildings"], kind="building")
    around = archive("liechtenstein").at(9.5215, 47.1372, 13)
    assert properties(around["pois"], kind="hospital", name="Liechtensteinisches Landesspital")
    assert properties(around["waterways"], kind="river", name="Rhein")
    assert properties(around["boundaries"], kind="country")


def test_helsinki_has_its_station() -> None:
    layers = archive("helsinki").at(24.9414, 60.1719, 14)
    assert properties(layers["pois"], kind="station")
    assert properties(layers["roads"], name="Mannerheimintie")
    assert properties(layers["rail"], kind="rail")


@pytest.mark.parametrize("name", ["liechtenstein", "helsinki"])
def test_street_maps_carry_their_attribution(name: str) -> None:
    assert "OpenStreetMap" in archive(name).metadata["attribution"]
    assert "ODbL" in archive(name).metadata["attribution"]
