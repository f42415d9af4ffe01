"""Going to a place: a coordinate in any notation, or a name."""

from __future__ import annotations

import msgspec

from qroc_desktop.domain import coordinates
from qroc_desktop.domain.shape import Bounds
from qroc_desktop.store.gazetteer import Gazetteer, Place


class Destination(msgspec.Struct, frozen=True, kw_only=True):
    """Where to go. `zoom` is a web map zoom that shows the place at a useful size; `detail` is what tells
    places of one name apart (country, province, population), or the coordinate's notations."""

    name: str
    detail: str
    lon: float
    lat: float
    zoom: float


COORDINATE_ZOOM = 13.0


class Places:
    """Search by coordinate first: a coordinate is never a place name that happens to match."""

    def __init__(self, gazetteer: Gazetteer | None) -> None:
        self._gazetteer = gazetteer

    def find(self, text: str, *, limit: int = 20, near: tuple[float, float] | None = None) -> list[Destination]:
        """Destinations for what was typed, best first; none where nothing fits.

        near: lon, lat to prefer among places that fit equally well.
        """
        try:
            lon, lat = coordinates.parse(text)
        except coordinates.CoordinateError:
            return [_of_place(place) for place in self.search(text, limit=limit, near=near)]
        return [
            Destination(
                name=text.strip(),
                detail=coordinates.format_all(lon, lat).decimal,
                lon=lon,
                lat=lat,
                zoom=COORDINATE_ZOOM,
            )
        ]

    def country(self, code: str) -> Bounds | None:
        """Roughly where a country is, by its ISO 3166-1 alpha-2 code; None where nobody knows."""
        return self._gazetteer.extent(code) if self._gazetteer else None

    def search(self, text: str, *, limit: int = 20, near: tuple[float, float] | None = None) -> list[Place]:
        """Places of the gazetteer by name; none where there is no gazetteer."""
        return self._gazetteer.search(text, limit, near=near) if self._gazetteer and text.strip() else []


def _of_place(place: Place) -> Destination:
    detail = ", ".join(part for part in (place.region, place.country) if part)
    return Destination(name=place.name, detail=detail, lon=place.lon, lat=place.lat, zoom=_zoom(place))


def _zoom(place: Place) -> float:
    steps = ((1_000_000, 10.0), (100_000, 11.0), (10_000, 12.0))
    return next((zoom for population, zoom in steps if (place.population or 0) >= population), 13.0)
