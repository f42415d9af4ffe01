"""Draw the routes of this scenario along real roads: `python resources/scenarios/man-hunt/routes.py` from the top.

Reads places.toml and the road graph `maps/liechtenstein-roads.npz`, writes routes.json. What lies across a border,
where the graph has no roads, is given by the points of a map's reader and is marked `beyond`.
"""

from __future__ import annotations

import json
import math
import sys
import tomllib
from itertools import pairwise
from pathlib import Path

HERE = Path(__file__).resolve().parent
TOP = HERE.parents[2]
sys.path.insert(0, str(TOP))

from qroc_desktop.exercise.models import modes, road_file  # noqa: E402
from qroc_desktop.exercise.models.roads import RoadGraph  # noqa: E402
from qroc_desktop.exercise.models.routing import NOBODY, earliest  # noqa: E402
from qroc_desktop.exercise.models.snapping import Spot, snap  # noqa: E402

LonLat = tuple[float, float]
COARSE_M = 12.0
CAR, FOOT = "car", "walk"

# name: how, and the places that it leads by
ROUTES: dict[str, tuple[str, tuple[str, ...]]] = {
    "flight-planned": (CAR, ("depot", "vaduz-cam", "schaan-cam", "nendeln", "nendeln-forest")),
    "flight-to-lot": (CAR, ("schaan-cam", "schaan-lot")),
    "lot-to-forest": (CAR, ("schaan-lot", "nendeln", "nendeln-forest")),
    "forest-to-hide": (CAR, ("nendeln-forest", "nendeln", "eschen-hide")),
    "hide-to-bendern": (CAR, ("eschen-hide", "bendern-stop")),
    "bendern-over": (CAR, ("bendern-stop", "bendern-bridge", "haag-end")),
    "salez-to-barn": (CAR, ("ruggell-cam", "ruggell", "ruggell-barn")),
    "bendern-to-barn": (CAR, ("bendern-stop", "ruggell", "ruggell-barn")),
    "barn-to-gate": (CAR, ("ruggell-barn", "nofels-gate")),
    "gate-over": (CAR, ("nofels-gate", "nofels-end")),
    "gate-to-schellenberg": (CAR, ("nofels-gate", "ruggell", "schellenberg-wood")),
    "wood-on-foot": (FOOT, ("schellenberg-wood", "bendern")),
    "forest-to-hut": (FOOT, ("nendeln-forest", "hunting-hut")),
    "hut-to-gafadura": (FOOT, ("hunting-hut", "gafadura")),
    "base-to-depot": (CAR, ("base", "depot")),
    "base-to-bendern": (CAR, ("base", "bendern-bridge")),
    "base-to-schaanwald": (CAR, ("base", "schaanwald-post")),
    "base-to-forest": (CAR, ("base", "nendeln-forest")),
    "base-to-ruggell": (CAR, ("base", "ruggell")),
    "base-to-eschen": (CAR, ("base", "lady-house")),
    "depot-to-cellar": (CAR, ("depot", "triesen-main", "balzers-main", "balzers-cellar")),
    "ruggell-to-wood": (CAR, ("ruggell", "schellenberg-wood")),
    "forest-to-stream": (FOOT, ("nendeln-forest", "stream")),
    "stream-to-hut": (FOOT, ("stream", "hunting-hut")),
}
JOINED: dict[str, tuple[str, ...]] = {
    "bendern-round": ("bendern-over", "haag-to-salez", "salez-to-barn"),
    "gate-round": ("gate-over", "nofels-to-feldkirch"),
}
BEYOND: dict[str, list[LonLat]] = {
    "haag-to-salez": [(9.4893, 47.2099), (9.4935, 47.2200), (9.4985, 47.2300), (9.5070, 47.2390), (9.5192, 47.2439)],
    "nofels-to-feldkirch": [(9.5640, 47.2516), (9.5780, 47.2548), (9.5862, 47.2465), (9.5973, 47.2364)],
}


def main() -> None:
    """Write routes.json."""
    places = tomllib.loads((HERE / "places.toml").read_text(encoding="utf-8"))
    graph = road_file.decode((TOP / "maps/liechtenstein-roads.npz").read_bytes())
    routes: dict[str, list[list[float]]] = {}
    for name, (how, stops) in ROUTES.items():
        points: list[LonLat] = []
        for start, end in pairwise(stops):
            leg = _way(graph, how, tuple(places[start]), tuple(places[end]))
            points += leg[1 if points else 0 :]
        routes[name] = _written(_thinned(points))
    for name, points in BEYOND.items():
        routes[name] = _written(points)
    for name, pieces in JOINED.items():
        routes[name] = [point for piece in pieces for point in routes[piece]]
    lines = [f' "{name}": {json.dumps(points)}' for name, points in routes.items()]
    (HERE / "routes.json").write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def _way(graph: RoadGraph, how: str, start: LonLat, end: LonLat) -> list[LonLat]:
    mode = modes.WALK if how == FOOT else modes.CAR
    here, there = (snap(graph, *place, traveller=mode.traveller) for place in (start, end))
    arrivals = earliest(graph, here, mode)
    length = float(graph.link_length[there.link])
    ends = {
        int(graph.link_from[there.link]): there.at_m,
        int(graph.link_to[there.link]): length - there.at_m,
    }
    last = min(ends, key=lambda node: float(arrivals.seconds[node]) + ends[node])
    if not math.isfinite(float(arrivals.seconds[last])):
        raise SystemExit(f"no way from {start} to {end}")
    backwards = _tail(graph, there, last)
    node = last
    while arrivals.came_from[node] != NOBODY:
        link, before = int(arrivals.came_by[node]), int(arrivals.came_from[node])
        line = graph.line(link)
        backwards += line[::-1] if int(graph.link_to[link]) == node else line
        node = before
    first = graph.line(here.link, 0, here.at_m) if int(graph.link_from[here.link]) == node else None
    backwards += first if first is not None else graph.line(here.link, here.at_m)[::-1]
    return _distinct(backwards[::-1])


def _tail(graph: RoadGraph, spot: Spot, node: int) -> list[LonLat]:
    """From a spot back to a node at an end of its link."""
    if int(graph.link_from[spot.link]) == node:
        return graph.line(spot.link, 0, spot.at_m)[::-1]
    return graph.line(spot.link, spot.at_m)


def _distinct(points: list[LonLat]) -> list[LonLat]:
    return [point for index, point in enumerate(points) if index == 0 or point != points[index - 1]]


def _thinned(points: list[LonLat]) -> list[LonLat]:
    """Douglas and Peucker's simplification, to COARSE_M."""
    if len(points) < 3:
        return points
    away = [_off(point, points[0], points[-1]) for point in points]
    index = max(range(len(points)), key=away.__getitem__)
    if away[index] <= COARSE_M:
        return [points[0], points[-1]]
    return _thinned(points[: index + 1])[:-1] + _thinned(points[index:])


def _off(point: LonLat, start: LonLat, end: LonLat) -> float:
    shrink = math.cos(math.radians(start[1])) * 111_320
    (px, py), (ex, ey) = (((p[0] - start[0]) * shrink, (p[1] - start[1]) * 111_320) for p in (point, end))
    square = ex * ex + ey * ey
    part = min(1.0, max(0.0, (px * ex + py * ey) / square)) if square else 0.0
    return math.hypot(px - part * ex, py - part * ey)


def _written(points: list[LonLat]) -> list[list[float]]:
    return [[round(lon, 5), round(lat, 5)] for lon, lat in points]


if __name__ == "__main__":
    main()
