"""Positions in the notations that people use: decimal degrees, degrees-minutes-seconds, UTM and MGRS.

Near the poles, where UTM ends (north of 84°, south of 80°), UPS takes its place. All on WGS84.
UTM, UPS and MGRS: NGA.SIG.0012 (2014).
"""

from __future__ import annotations

import functools
import math
import re
from typing import Any, Final

import mgrs
import msgspec
import pyproj

from qroc_desktop.domain.angles import CoordinateError, parse_angles, plain
from qroc_desktop.errors import Message

__all__ = ["CoordinateError", "Notations", "dms", "format_all", "parse", "to_mgrs", "to_utm"]

BANDS: Final = "CDEFGHJKLMNPQRSTUVWX"
UTM_SOUTH, UTM_NORTH = -80.0, 84.0
_AT_THE_EQUATOR = 1e-7
"""Degrees, about a centimetre."""
_MGRS: Final = re.compile(r"(?:(?P<zone>[0-9]{1,2})[C-HJ-NP-X]|[ABYZ])[A-HJ-NP-Z]{2}(?P<digits>[0-9]+)\Z")
_UTM: Final = re.compile(
    r"(?:UTM\s*)?(?P<zone>[0-9]{1,2})\s*(?P<band>[C-HJ-NP-X]|NORTH|SOUTH)?[\s,;]+"
    r"E?\s*(?P<east>[0-9]{6}(?:[.,][0-9]+)?)\s*M?\s*E?[\s,;]+N?\s*(?P<north>[0-9]{1,8}(?:[.,][0-9]+)?)\s*M?\s*N?\Z"
)
_UPS: Final = re.compile(
    r"(?P<band>[ABYZ])[\s,;]+E?\s*(?P<east>[0-9]{6,7}(?:[.,][0-9]+)?)\s*M?\s*E?[\s,;]+"
    r"N?\s*(?P<north>[0-9]{6,7}(?:[.,][0-9]+)?)\s*M?\s*N?\Z"
)
_GEO_URI: Final = re.compile(r"GEO:\s*(?P<lat>-?[0-9.]+),(?P<lon>-?[0-9.]+)(?:[,;?].*)?\Z")
_MGRS_ERROR: Final = mgrs.core.MGRSError
_BAND_SLACK_DEG: Final = 0.01
"""A zone letter one metre over the line is still what the person meant."""


class Notations(msgspec.Struct, frozen=True):
    """One position in all notations."""

    decimal: str
    dms: str
    utm: str
    mgrs: str


def format_all(lon: float, lat: float) -> Notations:
    """A position in every notation: `52.516300, 13.377700`, `52°30′58.7″N 13°22′39.7″E`,
    `33U 389919 5819702`, `33U UU 89918 19701`. Raises CoordinateError for what is not a longitude and a latitude."""
    _checked(lon, lat)
    # Adding zero makes a minus of nothing a zero.
    return Notations(
        f"{round(lat, 6) + 0.0:.6f}, {round(lon, 6) + 0.0:.6f}", dms(lon, lat), to_utm(lon, lat), to_mgrs(lon, lat)
    )


def dms(lon: float, lat: float) -> str:
    """Degrees, minutes and seconds to a tenth, which is three metres."""
    return f"{_sexagesimal(lat, 'N', 'S')} {_sexagesimal(lon, 'E', 'W')}"


def to_utm(lon: float, lat: float) -> str:
    """Zone, band, easting and northing in whole metres; UPS near the poles."""
    _checked(lon, lat)
    if not UTM_SOUTH <= lat < UTM_NORTH:
        east, north = _ups(lat > 0).transform(lon, lat)
        letter = ("AB" if lat < 0 else "YZ")[0.0 <= lon < 180.0]
        return f"{letter} {round(east)} {round(north)}"
    zone, band = _zone(lon, lat), _band(lat)
    east, north = _utm(zone, band >= "N").transform(lon, lat)
    return f"{zone}{band} {round(east)} {round(north)}"


def to_mgrs(lon: float, lat: float, digits: int = 5) -> str:
    """MGRS in groups; `digits` for easting and northing each, 5 is one metre, cut off and not rounded."""
    _checked(lon, lat)
    if -_AT_THE_EQUATOR < lat < 0:
        lat = 0.0  # the library rounds such a northing to 10,000 km and names a square that is not there
    text: str = mgrs.MGRS().toMGRS(lat, lon, MGRSPrecision=digits)
    head = text[: len(text) - 2 * digits]
    return " ".join(
        part
        for part in (head[:-2], head[-2:], text[len(head) : len(head) + digits], text[len(head) + digits :])
        if part
    )


def parse(text: str) -> tuple[float, float]:
    """lon, lat of a text in any of the notations; a decimal comma, letters before or after, and either kind of
    quotation marks will do. Raises CoordinateError for anything else and for what could be read in two ways."""
    upper = plain(text)
    geo = _GEO_URI.match(upper)
    if geo:
        return parse_angles(f"{geo['lat']}; {geo['lon']}")
    grid = _MGRS.match(upper.replace(" ", "")) if re.search("[A-Z]", upper) else None
    if grid:
        return _from_mgrs(upper.replace(" ", ""), grid, text)
    for pattern, reading in ((_UTM, _from_utm), (_UPS, _from_ups)):
        match = pattern.match(upper)
        if match:
            return reading(match, text)
    return parse_angles(text)


def _from_mgrs(code: str, match: re.Match[str], text: str) -> tuple[float, float]:
    """The south-west corner of the square that the reference names."""
    digits = match["digits"]
    if len(digits) % 2 or not 2 <= len(digits) <= 10:
        raise CoordinateError(Message("MGRS has as many digits for easting as for northing, up to five."), text)
    if match["zone"] is not None and not 1 <= int(match["zone"]) <= 60:
        raise CoordinateError(Message("UTM zones go from 1 to 60."), text)
    try:
        lat, lon = mgrs.MGRS().toLatLon(code if match["zone"] is None else code.zfill(len(digits) + 5))
    except _MGRS_ERROR as error:
        raise CoordinateError(Message("There is no such MGRS square."), text) from error
    return _checked(float(lon), float(lat))


def _from_utm(match: re.Match[str], text: str) -> tuple[float, float]:
    zone, band = int(match["zone"]), match["band"] or ""
    east, north = _metres(match["east"]), _metres(match["north"])
    if not 1 <= zone <= 60:
        raise CoordinateError(Message("UTM zones go from 1 to 60."), text)
    if not (100_000 <= east < 900_000 and 0 <= north <= 10_000_000):
        raise CoordinateError(Message("Easting or northing is out of range."), text)
    if not band:
        raise CoordinateError(Message("UTM needs the band letter or north or south."), text)
    lon, lat = _utm_inverse(zone, band, east, north, text)
    if not UTM_SOUTH - 1 <= lat <= UTM_NORTH + 1:
        raise CoordinateError(Message("Easting or northing is out of range."), text)
    if len(band) == 1 and band not in "NS" and abs(lat - _nearest_in_band(band, lat)) > _BAND_SLACK_DEG:
        raise CoordinateError(Message("The northing does not lie in band {band}.", band=band), text)
    return _checked(lon, lat)


def _utm_inverse(zone: int, band: str, east: float, north: float, text: str) -> tuple[float, float]:
    """Letters N and S name a band or a hemisphere; for N both are in the north, for S the northing may decide."""
    inverse = pyproj.enums.TransformDirection.INVERSE
    if band != "S":
        northern = band == "NORTH" or (band != "SOUTH" and band >= "N")
        return _point(_utm(zone, northern).transform(east, north, direction=inverse))
    as_band = _point(_utm(zone, True).transform(east, north, direction=inverse))
    if abs(as_band[1] - _nearest_in_band("S", as_band[1])) <= _BAND_SLACK_DEG:
        raise CoordinateError(Message("S may be band S or the south: write SOUTH, or use MGRS."), text)
    return _point(_utm(zone, False).transform(east, north, direction=inverse))


def _from_ups(match: re.Match[str], text: str) -> tuple[float, float]:
    northern = match["band"] in "YZ"
    inverse = pyproj.enums.TransformDirection.INVERSE
    lon, lat = _point(_ups(northern).transform(_metres(match["east"]), _metres(match["north"]), direction=inverse))
    if not (lat >= UTM_NORTH - 1 if northern else lat <= UTM_SOUTH + 1):
        raise CoordinateError(Message("Easting or northing is out of range."), text)
    return _checked(lon, lat)


def _sexagesimal(value: float, positive: str, negative: str) -> str:
    tenths = round(abs(value) * 36_000)
    degrees, rest = divmod(tenths, 36_000)
    minutes, rest = divmod(rest, 600)
    return f"{degrees}°{minutes:02d}′{rest / 10:04.1f}″{negative if value < 0 and tenths else positive}"


def _zone(lon: float, lat: float) -> int:
    """UTM zone with the exceptions of south-west Norway and Svalbard (NGA.SIG.0012, table 3)."""
    if 56 <= lat < 64 and 3 <= lon < 12:
        return 32
    if lat >= 72 and 0 <= lon < 42:
        return next(zone for edge, zone in ((9, 31), (21, 33), (33, 35), (42, 37)) if lon < edge)
    return min(60, int((lon + 180) // 6) + 1) if lon < 180 else 1


def _band(lat: float) -> str:
    return BANDS[min(int((lat + 80) // 8), len(BANDS) - 1)]


def _nearest_in_band(band: str, lat: float) -> float:
    south = -80.0 + 8 * BANDS.index(band)
    return min(max(lat, south), UTM_NORTH if band == "X" else south + 8)


def _metres(text: str) -> float:
    return float(text.replace(",", "."))


def _point(pair: Any) -> tuple[float, float]:
    return float(pair[0]), float(pair[1])


def _checked(lon: float, lat: float) -> tuple[float, float]:
    if not (math.isfinite(lon) and math.isfinite(lat) and -180 <= lon <= 180 and -90 <= lat <= 90):
        raise CoordinateError(Message("This is not a longitude and a latitude."), f"{lat}, {lon}")
    return lon, lat


@functools.lru_cache(maxsize=128)
def _utm(zone: int, northern: bool) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(4326, (32600 if northern else 32700) + zone, always_xy=True)


@functools.lru_cache(maxsize=2)
def _ups(northern: bool) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(4326, 32661 if northern else 32761, always_xy=True)
