from __future__ import annotations

import math

import pyproj
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from qroc_desktop.domain.coordinates import CoordinateError, dms, format_all, parse, to_mgrs, to_utm

GEOD = pyproj.Geod(ellps="WGS84")
LON = st.floats(-180, 180, allow_nan=False)
LAT = st.floats(-90, 90, allow_nan=False)


def apart(one: tuple[float, float], other: tuple[float, float]) -> float:
    return float(GEOD.inv(*one, *other)[2])


def utm_by_series(lon: float, lat: float, zone: int) -> tuple[float, float]:
    """Easting and northing by the series of Krüger (1912) to n^4, independent of PROJ."""
    a, f = 6378137.0, 1 / 298.257223563
    n = f / (2 - f)
    radius = a / (1 + n) * (1 + n**2 / 4 + n**4 / 64)
    alpha = (
        n / 2 - 2 / 3 * n**2 + 5 / 16 * n**3 + 41 / 180 * n**4,
        13 / 48 * n**2 - 3 / 5 * n**3 + 557 / 1440 * n**4,
        61 / 240 * n**3 - 103 / 140 * n**4,
        49561 / 161280 * n**4,
    )
    phi, lam = math.radians(lat), math.radians(lon - (6 * zone - 183))
    e = 2 * math.sqrt(n) / (1 + n)
    t = math.sinh(math.atanh(math.sin(phi)) - e * math.atanh(e * math.sin(phi)))
    xi, eta = math.atan2(t, math.cos(lam)), math.atanh(math.sin(lam) / math.hypot(1, t))
    north = xi + sum(c * math.sin(2 * k * xi) * math.cosh(2 * k * eta) for k, c in enumerate(alpha, 1))
    east = eta + sum(c * math.cos(2 * k * xi) * math.sinh(2 * k * eta) for k, c in enumerate(alpha, 1))
    return 500_000 + 0.9996 * radius * east, 0.9996 * radius * north + (0 if lat >= 0 else 10_000_000)


BERLIN = (13.3777, 52.5163)
BERLIN_DMS = (13 + 22 / 60 + 39.7 / 3600, 52 + 30 / 60 + 58.7 / 3600)


@pytest.mark.parametrize(
    "text",
    [
        "52.5163, 13.3777",
        "52.5163,13.3777",
        "52.5163 13.3777",
        "52,5163 13,3777",
        "52,5163, 13,3777",
        "52,5163;13,3777",
        "52.5163/13.3777",
        "(52.5163, 13.3777)",
        "13.3777E 52.5163N",
        "52.5163N,13.3777E",
        "N52.5163E13.3777",
        "E 13,3777 N 52,5163",
        "52.5163° N, 13.3777° E",
        "52° 30.978' N 13° 22.662' E",
        "52 30.978 13 22.662",
        "lat 52.5163 lon 13.3777",
        "Latitude: 52,5163 Longitude: 13,3777",
        "lon=13.3777, lat=52.5163",
        "geo:52.5163,13.3777;u=35",
        "  52.5163\u00a0,\t13.3777\n",
        "52,5163 Nord 13,3777 Ost",
    ],
)
def test_decimal_forms(text: str) -> None:
    assert parse(text) == pytest.approx(BERLIN, abs=1e-12)


@pytest.mark.parametrize(
    "text",
    [
        "N 52° 30' 58.7\" E 13° 22' 39.7\"",
        "52°30′58.7″N 13°22′39.7″E",
        "52°30'58,7\"N, 13°22'39,7\"E",
        "52º30’58.7”N 13º22’39.7”E",
        "52°30'58.7''N 13°22'39.7''E",
        "52:30:58.7N 13:22:39.7E",
        "52 30 58.7 13 22 39.7",
        "52 30 58.7 N 13 22 39.7 E",
        "n52 30 58.7 e13 22 39.7",
    ],
)
def test_sexagesimal_forms(text: str) -> None:
    assert parse(text) == pytest.approx(BERLIN_DMS, abs=1e-12)


@pytest.mark.parametrize(
    ("text", "lon", "lat"),
    [
        ("33.8568° S, 151.2153° E", 151.2153, -33.8568),
        ("-33.8568 151.2153", 151.2153, -33.8568),
        ("−22.9519, −43.2105", -43.2105, -22.9519),
        ("-0° 30' 0\" 0° 0' 30\"", 1 / 120, -0.5),
        ("0 0", 0.0, 0.0),
        ("90 -180", -180.0, 90.0),
    ],
)
def test_signs_and_hemispheres(text: str, lon: float, lat: float) -> None:
    assert parse(text) == pytest.approx((lon, lat), abs=1e-12)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "Berlin",
        "Zug",
        "A",
        "52.5",
        "52,13",
        "52,5163",
        "52,5163,13,3777",
        "52.5 13,4",
        "113 52",
        "52 181",
        "91 0",
        "52 60 0 13 0 0",
        "52 30 60 13 0 0",
        "52 30 58.7 13 22",
        "52.5 30 13.3 20",
        "52.5N 13.4",
        "52.5N 13.4N",
        "52.5E 13.4W",
        "-52N 13E",
        "52.5O 13.3N",
        "N S E W",
        "NaN NaN",
        "inf 0",
        "1e1 1e1",
        "52 30 58 9 13 22 39 9",
        "52\" 30' 13° 20'",
        "lat 1 lat 2",
        "33UUU",
        "33UUU123",
        "33UUU123456789012",
        "33UZZ1234",
        "61UUU1212",
        "00UUU1212",
        "33IUU1212",
        "33 389919 5819702",
        "33U 89919 5819702",
        "33T 389919 5819702",
        "0U 389919 5819702",
        "33U 389919 10000001",
        "Z 9999999 9999999",
        "1" * 5000,
        "'" * 500,
        "\x00",
        "52.5163 13.3777 <b>",
        "٥٢ ١٣",
    ],
)
def test_what_is_not_one_position_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(CoordinateError) as caught:
        parse(text)
    assert "\n" not in str(caught.value)
    assert str(caught.value.why)


def test_the_south_and_band_s_are_not_guessed() -> None:
    with pytest.raises(CoordinateError, match="SOUTH"):
        parse("33S 389919 4000000")
    assert parse("33 south 389919 4000000")[1] < 0
    assert parse("33S 389919 5819702")[1] < 0
    assert parse("33N 389919 5819702") == parse("33U 389919 5819702")


# Easting and northing come from the series of Krüger, and MGRS is checked against them by its own definition.
@pytest.mark.parametrize(
    ("lon", "lat", "zone"),
    [
        (13.3777, 52.5163, 33),
        (2.2945, 48.8582, 31),
        (-0.1246, 51.5007, 30),
        (151.2153, -33.8568, 56),
        (5.32, 60.39, 32),
        (15.6, 78.2, 33),
    ],
)
def test_utm_agrees_with_the_series_of_krueger(lon: float, lat: float, zone: int) -> None:
    east, north = utm_by_series(lon, lat, zone)
    name, eastings, northings = to_utm(lon, lat).split()
    assert int(name[:-1]) == zone
    assert int(eastings) == pytest.approx(east, abs=0.51)
    assert int(northings) == pytest.approx(north, abs=0.51)
    grid, square, e, n = to_mgrs(lon, lat).split()
    assert grid == f"{name:0>3}"
    assert int(e) == math.floor(east) % 100_000
    assert int(n) == math.floor(north) % 100_000
    assert apart(parse(f"{grid}{square}{e}{n}"), (lon, lat)) < 1.5


def test_published_positions() -> None:
    # Wikipedia, "Military Grid Reference System": 4QFJ12345678 lies in
    # Honolulu; "Universal Transverse Mercator coordinate
    # system": the CN Tower at 17T 630084 4833438, which is 43°38'33.24"N 79°23'13.7"W.
    tower = (-(79 + 23 / 60 + 13.7 / 3600), 43 + 38 / 60 + 33.24 / 3600)
    assert apart(parse("17T 630084 4833438"), tower) < 2
    lon, lat = parse("4QFJ12345678")
    assert apart((lon, lat), (-157.8583, 21.3069)) < 15_000
    assert to_mgrs(lon + 1e-7, lat + 1e-7, 4) == "04Q FJ 1234 5678"


def test_norway_and_svalbard_have_their_own_zones() -> None:
    # NGA.SIG.0012, table 3: 32V is 3° to 12°, and above 72° the zones 31, 33, 35 and 37 take all of 0° to 42°.
    assert to_utm(4.0, 60.0).startswith("32V ")
    assert to_utm(2.9, 60.0).startswith("31V ")
    edges = {8.9: "31X", 9.1: "33X", 20.9: "33X", 21.1: "35X", 32.9: "35X", 33.1: "37X", 41.9: "37X", 42.1: "38X"}
    for lon, zone in edges.items():
        assert to_utm(lon, 78.0).split()[0] == zone
        assert to_mgrs(lon, 78.0).split()[0] == zone


def test_poles_are_in_ups() -> None:
    # The pole lies at false easting and northing 2,000,000 m (NGA.SIG.0012, section 10).
    assert to_utm(0, 90) == "Z 2000000 2000000"
    assert to_utm(0, -90) == "B 2000000 2000000"
    for lon, lat in ((10.0, 89.0), (-170.0, -85.0), (100.0, 84.5)):
        assert apart(parse(to_utm(lon, lat)), (lon, lat)) < 1
        assert apart(parse(to_mgrs(lon, lat)), (lon, lat)) < 1.5


def test_format_all_shows_all_four() -> None:
    shown = format_all(*BERLIN)
    assert shown.decimal == "52.516300, 13.377700"
    assert shown.dms == "52°30′58.7″N 13°22′39.7″E"
    assert shown.utm == "33U 389918 5819702"
    assert shown.mgrs == "33U UU 89917 19701"


def test_rounding_carries_and_nothing_is_minus_zero() -> None:
    assert dms(12.9999999, -0.9999999) == "1°00′00.0″S 13°00′00.0″E"
    assert dms(-1e-9, -1e-9) == "0°00′00.0″N 0°00′00.0″E"
    assert format_all(-1e-9, -1e-9).decimal == "0.000000, 0.000000"
    assert "60.0" not in dms(7.9999861, 0.0166666)


@pytest.mark.parametrize(("lon", "lat"), [(181, 0), (0, 91), (float("nan"), 0), (0, float("inf"))])
def test_what_is_not_on_earth_is_not_formatted(lon: float, lat: float) -> None:
    with pytest.raises(CoordinateError):
        format_all(lon, lat)


@given(LON, LAT)
def test_decimal_and_dms_come_back(lon: float, lat: float) -> None:
    shown = format_all(lon, lat)
    assert apart(parse(shown.decimal), (lon, lat)) < 0.2
    assert apart(parse(shown.dms), (lon, lat)) < 3


@given(LON, LAT)
def test_grids_come_back(lon: float, lat: float) -> None:
    # A letter S is refused on purpose, see above.
    assume(not 32 <= lat < 40)
    shown = format_all(lon, lat)
    assert apart(parse(shown.utm), (lon, lat)) < 1
    assert apart(parse(shown.mgrs), (lon, lat)) < 2


@given(st.text())
def test_any_text_is_a_position_or_refused(text: str) -> None:
    try:
        lon, lat = parse(text)
    except CoordinateError:
        return
    assert -180 <= lon <= 180
    assert -90 <= lat <= 90


@given(st.text(alphabet="0123456789.,;:°'\" NSEWO-+/UVCX", max_size=40))
def test_any_text_that_looks_like_one_is_a_position_or_refused(text: str) -> None:
    try:
        lon, lat = parse(text)
    except CoordinateError:
        return
    assert -180 <= lon <= 180
    assert -90 <= lat <= 90


@pytest.mark.parametrize("lat", [-1e-12, -7e-9, -5e-8, -1e-7, -1e-6])
def test_a_hair_south_of_the_equator_is_a_square_that_is_there(lat: float) -> None:
    for lon in (-179.9, 0.0, 3.0, 5.99):
        back_lon, back_lat = parse(to_mgrs(lon, lat))
        assert abs(back_lat - lat) < 2e-5
        assert abs(back_lon - lon) < 2e-5
