"""A probability map: sectors cut into cells, moved by sightings and failed searches, read as classes by rank.

Positions go in and out as lon, lat; within, cells lie in a plane in metres. Every function gives a new map.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely

from qroc_desktop.domain.geodesy import LonLat
from qroc_desktop.domain.shape import Shape, from_shapely
from qroc_desktop.errors import Message, Refused
from qroc_desktop.exercise.models import card, search, sighting
from qroc_desktop.exercise.models.plane import Plane
from qroc_desktop.exercise.models.roads import Floats, Indices

SHARES: Final = (0.5, 0.75, 0.9, 1.0)
"""The classes of the map: the smallest areas that hold so much of what is within it."""
WANTED_CELLS: Final = 2_000
MOST_CELLS: Final = 100_000
_SAME: Final = 1e-9
_LEAST_PART: Final = 1e-6
_STRAIGHT_M: Final = 0.1
_erf = np.vectorize(math.erf, otypes=[float])


@dataclass(frozen=True, slots=True)
class Sector:
    """A search sector: its id and name, its area, and the probability that he is in it."""

    id: str
    name: str
    area: Shape
    poa: float


@dataclass(frozen=True, eq=False, slots=True)
class ProbabilityMap:
    """Cells with the probability of each.

    parts: a cell in the plane, which is a square of `size_m` where no edge of a sector cuts it. sector: whose it is.
    outside: the share of everywhere else.
    """

    plane: Plane
    size_m: float
    sectors: tuple[Sector, ...]
    sector: Indices
    parts: Any
    area_m2: Floats
    poa: Floats
    outside: float

    @property
    def sector_poa(self) -> tuple[float, ...]:
        """The probability of each sector."""
        return tuple(np.bincount(self.sector, self.poa, len(self.sectors)).tolist())


@dataclass(frozen=True, slots=True)
class HeatClass:
    """Cells of like rank. `poa`: what this class holds; `within`: what it and all better ones hold; densities: the
    least and greatest in it, as probability per km²."""

    rank: int
    poa: float
    within: float
    area_km2: float
    least: float
    greatest: float
    area: Shape


def spread(sectors: Sequence[Sector], size_m: float | None = None) -> ProbabilityMap:
    """Cells of a size (metres; None: about 2,000 of them) over the sectors, each sector's POA even over its area.

    Raises Refused for sectors that overlap, are no areas, or whose probabilities exceed 1.
    """
    outside = search.outside_of([sector.poa for sector in sectors])
    if not sectors:
        raise Refused(Message("A probability map needs at least one sector."))
    plane = Plane(*sectors[0].area.anchor())
    grounds = [_ground(sector, plane) for sector in sectors]
    _apart(sectors, grounds)
    total = sum(ground.area for ground in grounds)
    size = card.length(size_m if size_m is not None else _fitting(total))
    if sum(_squares(ground, size) for ground in grounds) > MOST_CELLS:
        raise Refused(Message("The cells are too small: there would be more than {most}.", most=MOST_CELLS))
    owners, parts = [], []
    for number, ground in enumerate(grounds):
        cells = _cells(ground, size)
        owners.append(np.full(len(cells), number, dtype=np.int32))
        parts.append(cells)
    owner, cell = np.concatenate(owners), np.concatenate(parts)
    area = shapely.area(cell)
    held = np.bincount(owner, area, len(sectors))
    poa = np.array([sector.poa for sector in sectors])[owner] * area / held[owner]
    return ProbabilityMap(plane, size, tuple(sectors), owner, cell, area, poa, outside)


def sighted(found: ProbabilityMap, at: LonLat, sigma_m: float, credibility: float) -> ProbabilityMap:
    """The map after a sighting at lon, lat with a spread of `sigma_m` metres and a credibility from 0 to 1.

    N is averaged over the box around each cell, so that the size of cells does not tell. U is 1 / area of the map.
    Everywhere else is as likely as where N is 0. Raises Refused.
    """
    card.length(sigma_m)
    east, north = found.plane.metres(*at)
    west, south, right, top = shapely.bounds(found.parts).T
    normal = _mean(west - east, right - east, sigma_m) * _mean(south - north, top - north, sigma_m)
    uniform = 1 / float(found.area_m2.sum())
    card.share(credibility)
    weights = credibility * normal + (1 - credibility) * uniform
    elsewhere = sighting.likelihood(0.0, credibility, uniform)
    values = sighting.updated([*found.poa.tolist(), found.outside], [*weights.tolist(), elsewhere])
    return dataclasses.replace(found, poa=np.array(values[:-1]), outside=values[-1])


def searched(found: ProbabilityMap, pods: Mapping[str, float]) -> ProbabilityMap:
    """The map after a search of sectors (by id, with the POD of each) that found nobody. Raises Refused."""
    unknown = set(pods) - {sector.id for sector in found.sectors}
    if unknown:
        raise Refused(Message("There is no such sector on the probability map."), where=", ".join(sorted(unknown)))
    by_sector = np.array([card.share(pods.get(sector.id, 0.0)) for sector in found.sectors])
    missed = found.poa * (1 - by_sector[found.sector])
    left = float(missed.sum()) + found.outside
    if left <= 0:
        raise Refused(Message("The search was certain to find somebody and found nobody."))
    return dataclasses.replace(found, poa=missed / left, outside=found.outside / left)


def clipped(found: ProbabilityMap, area: Shape) -> ProbabilityMap:
    """The map where he cannot be beyond an area, such as an isochrone: what lies outside it counts no more.

    Cells are cut at its edge and keep their density; the rest is divided by what stays. Raises Refused where nothing
    is left.
    """
    ground = found.plane.flat(area.to_shapely())
    shapely.prepare(ground)
    inside = shapely.covers(ground, found.parts)
    crossed = shapely.intersects(ground, found.parts) & ~inside
    parts = found.parts.copy()
    parts[crossed] = [_areas(part) for part in shapely.intersection(ground, parts[crossed])]
    areas = np.where(inside | crossed, shapely.area(parts), 0.0)
    poa = found.poa * areas / found.area_m2
    left = float(poa.sum()) + found.outside
    stays = areas > _LEAST_PART * found.size_m**2
    if not stays.any() or poa[stays].sum() <= 0:
        raise Refused(Message("The area leaves nothing of the probability map."))
    left -= float(poa[~stays].sum())
    return dataclasses.replace(
        found,
        sector=found.sector[stays],
        parts=parts[stays],
        area_m2=areas[stays],
        poa=poa[stays] / left,
        outside=found.outside / left,
    )


def heat(found: ProbabilityMap, shares: Sequence[float] = SHARES) -> list[HeatClass]:
    """The map as classes, the densest cells first: the smallest areas that hold each share of what is within the map.

    Cells of equal density are never parted, so that a class can hold more than its share; `within` says how much.
    Classes that would be empty are left out.
    """
    density = found.poa / found.area_m2
    order = np.argsort(-density, kind="stable")
    ranked = density[order]
    held = np.cumsum(found.poa[order])
    # The place in the order at which each run of equal density begins.
    new_run = np.concatenate([[True], ranked[1:] < ranked[:-1] * (1 - _SAME)])
    begins = np.maximum.accumulate(np.where(new_run, np.arange(len(order)), 0))
    before = np.where(begins > 0, held[begins - 1], 0.0)
    total = float(held[-1])
    marks = np.searchsorted([share * total * (1 - _SAME) for share in sorted(shares)], before, side="right")
    classes: list[HeatClass] = []
    for mark in np.unique(marks):
        cells = order[marks == mark]
        if found.poa[cells].sum() <= 0:
            continue
        classes.append(
            HeatClass(
                rank=len(classes) + 1,
                poa=float(found.poa[cells].sum()),
                within=float(held[np.flatnonzero(marks == mark)[-1]]),
                area_km2=float(found.area_m2[cells].sum()) / 1e6,
                least=float(density[cells].min()) * 1e6,
                greatest=float(density[cells].max()) * 1e6,
                area=_drawn(found, cells),
            )
        )
    return classes


def _drawn(found: ProbabilityMap, cells: Any) -> Shape:
    """The cells as one area, without the vertices that lie on straight edges."""
    whole = shapely.simplify(_areas(shapely.union_all(found.parts[cells])), _STRAIGHT_M)
    return from_shapely(found.plane.back(whole))


def _mean(low: Any, high: Any, sigma_m: float) -> Any:
    """The mean density of a normal distribution in one dimension, from `low` to `high`."""
    scale = sigma_m * math.sqrt(2)
    return (_erf(high / scale) - _erf(low / scale)) / 2 / (high - low)


def _ground(sector: Sector, plane: Plane) -> Any:
    ground = plane.flat(sector.area.to_shapely())
    if ground.geom_type not in ("Polygon", "MultiPolygon") or not ground.is_valid or ground.area <= 0:
        raise Refused(Message("A search sector must be an area whose edge does not cross itself."), where=sector.name)
    return ground


def _apart(sectors: Sequence[Sector], grounds: Sequence[Any]) -> None:
    for number, ground in enumerate(grounds):
        for other in range(number):
            common = ground.intersection(grounds[other]).area
            if common > 0.001 * min(ground.area, grounds[other].area):
                raise Refused(
                    Message("Two search sectors overlap."),
                    where=f"{sectors[other].name}, {sectors[number].name}",
                    action=Message("Draw them side by side: a place has one probability."),
                )


def _fitting(total_m2: float) -> float:
    return max(10.0, 10.0 * round(math.sqrt(total_m2 / WANTED_CELLS) / 10))


def _squares(ground: Any, size: float) -> int:
    west, south, east, north = ground.bounds
    return int(math.ceil((east - west) / size + 1) * math.ceil((north - south) / size + 1))


def _cells(ground: Any, size: float) -> Any:
    """The cells over an area, cut at its edge; squares stand at multiples of their size."""
    west, south, east, north = (math.floor(value / size) for value in ground.bounds)
    columns, rows = np.meshgrid(np.arange(west, east + 1), np.arange(south, north + 1))
    x, y = columns.ravel() * size, rows.ravel() * size
    squares = shapely.box(x, y, x + size, y + size)
    shapely.prepare(ground)
    cut = ~shapely.covers(ground, squares)
    parts = squares.copy()
    parts[cut] = [_areas(part) for part in shapely.intersection(ground, squares[cut])]
    return parts[shapely.area(parts) > _LEAST_PART * size**2]


def _areas(geometry: Any) -> Any:
    """Only what has an area of what an intersection or union gives."""
    if geometry.geom_type in ("Polygon", "MultiPolygon"):
        return geometry
    parts = [part for part in shapely.get_parts(geometry) if part.geom_type == "Polygon"]
    return shapely.MultiPolygon(parts)
