"""By which calendar the days of a time limit are counted: that of the country whose centre was asked."""

from __future__ import annotations

from typing import Final

from babel.core import get_global

_MAINLAND: Final = {"CY": "Asia/Nicosia"}


def zone_of(country: str) -> str:
    """The IANA zone of a country (two letters) where it lies in Europe; `UTC` where none is known.

    Of several zones of a country (the Azores, the Canaries) the one of its mainland.
    """
    if country.upper() in _MAINLAND:
        return _MAINLAND[country.upper()]
    zones: list[str] = sorted(get_global("territory_zones").get(country.upper(), ()))
    european = [zone for zone in zones if zone.startswith("Europe/")]
    return (european or zones or ["UTC"])[0]
