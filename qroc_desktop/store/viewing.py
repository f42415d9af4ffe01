"""What the map shows: symbols one by one where they are few, clusters where they are many, and shapes.

The cost follows what is seen. How many items are about to be seen is read from the cells (grid.py) before a single
item is: a view that would overflow never touches the items at all.
"""

# ruff: noqa: S608 - statements are put together from constants and integers; values are parameters
from __future__ import annotations

import sqlite3
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from typing import Any

from qroc_desktop.domain.aspects import Style
from qroc_desktop.domain.query import Cluster, ItemQuery, Row, View
from qroc_desktop.domain.shape import Bounds, Shape, from_shapely
from qroc_desktop.domain.vocabulary import Aspect, Priority
from qroc_desktop.store import states, winners
from qroc_desktop.store.asking import Question, When, boxes_of, layer_names, layer_numbers
from qroc_desktop.store.grid import FINEST, LEVELS, cell_bounds, column_row
from qroc_desktop.store.record import changes_by_seq

MANY_CELLS = 4_096
"""At most so many cells are looked at in one view."""
SCANNED = 40_000
"""Up to so many items in a view beneath the finest cells are clustered one by one."""
TILE_PIXELS = 256
CLUSTER_PIXELS = 64
_ROW = ", ".join(f"i.{column}" for column in states.ROW_COLUMNS)
_COUNTS = "flash + immediate + priority + routine"
_MICRO = 1_000_000
_POINT = "i.cell, i.priority, i.lon, i.lat"


def view(
    connection: sqlite3.Connection,
    bounds: Bounds,
    zoom: float,
    when: When,
    *,
    layers: frozenset[str] | None,
    limit: int,
) -> View:
    """Rows where at most `limit` are in view, else clusters. `total` counts rows, or what the clusters hold."""
    names = layer_names(connection)
    numbers = layer_numbers(names, layers)
    level = _level_for(bounds, LEVELS[-1], 256)
    shown = _counted(connection, bounds, level, numbers)
    if shown <= 4 * limit or level == FINEST:
        everything = shown if numbers is None else _counted(connection, bounds, level, None)
        by_layer = numbers is not None and when.present and _held(connection, numbers) * 4 < everything
        rows = _rows(connection, bounds, when, names, numbers, limit, by_layer=by_layer)
        if rows is not None:
            return View(rows=rows, clusters=[], total=len(rows))
    clusters = _clusters(connection, bounds, zoom, when, numbers)
    total = sum(cluster.count for cluster in clusters)
    if not when.present and total <= limit:  # there is much now, but there was little then
        rows = _rows(connection, bounds, when, names, numbers, limit)
        if rows is not None:
            return View(rows=rows, clusters=[], total=len(rows))
    return View(rows=[], clusters=clusters, total=total)


def _rows(
    connection: sqlite3.Connection,
    bounds: Bounds,
    when: When,
    names: Mapping[int, str],
    numbers: list[int] | None,
    limit: int,
    *,
    by_layer: bool = False,
) -> list[Row] | None:
    """The rows in view; None where they are more than `limit`."""
    question = Question(when, ItemQuery(bounds=bounds), numbers, by_layer=by_layer)
    found = connection.execute(f"{question.select(_ROW)} LIMIT {limit + 1}", question.params).fetchall()
    return None if len(found) > limit else [states.row(row, names) for row in found]


class Shapes:
    """Lines, areas, circles and tracks for drawing, generalised to the zoom.

    Changes never change, so what was generalised once is kept (`capacity` shapes).
    """

    def __init__(self, capacity: int = 20_000) -> None:
        self._capacity = capacity
        self._cache: OrderedDict[tuple[int, int], Shape] = OrderedDict()

    def in_view(
        self,
        connection: sqlite3.Connection,
        bounds: Bounds,
        zoom: float,
        when: When,
        *,
        layers: frozenset[str] | None,
        limit: int,
    ) -> list[tuple[Row, Shape, Style | None]]:
        """At most `limit` shapes, the largest; what would be smaller than two pixels is left to its symbol."""
        names = layer_names(connection)
        question = Question(when, ItemQuery(bounds=bounds), layer_numbers(names, layers), extents=True)
        pixel = degrees_per_pixel(zoom)
        size = "max(east - west, north - south)"
        inner = question.select(f"{_ROW}, i.winners, i.west, i.south, i.east, i.north")
        statement = f"SELECT * FROM ({inner}) WHERE {size} >= {2 * pixel!r} ORDER BY {size} DESC LIMIT {limit}"
        found = connection.execute(statement, question.params).fetchall()
        width = len(states.ROW_COLUMNS)
        seqs = [winners.seqs(row[width]) for row in found]
        changes = changes_by_seq(
            connection, {seq for named in seqs for a, seq in named.items() if a in (Aspect.SHAPE, Aspect.STYLE)}
        )
        answer = []
        for row, named in zip(found, seqs, strict=True):
            shape = changes[named[Aspect.SHAPE]].patch[Aspect.SHAPE]
            style = changes[named[Aspect.STYLE]].patch[Aspect.STYLE] if Aspect.STYLE in named else None
            if isinstance(shape, Shape):
                drawn = self._generalised(named[Aspect.SHAPE], shape, zoom)
                answer.append((states.row(row[:width], names), drawn, style if isinstance(style, Style) else None))
        return answer

    def _generalised(self, seq: int, shape: Shape, zoom: float) -> Shape:
        key = (seq, int(zoom))
        known = self._cache.get(key)
        if known is None:
            known = self._cache[key] = generalised(shape, degrees_per_pixel(int(zoom) + 1) / 2)
            if len(self._cache) > self._capacity:
                self._cache.popitem(last=False)
        return known


def generalised(shape: Shape, tolerance: float) -> Shape:
    """The shape for drawing only, off by at most `tolerance` degrees (Douglas-Peucker); without times, where
    vertices went."""
    if shape.type in ("Point", "MultiPoint") or sum(1 for _ in shape.positions()) <= 100:
        return shape
    simple = shape.to_shapely().simplify(tolerance, preserve_topology=False)
    if simple.is_empty:
        simple = shape.to_shapely().simplify(tolerance, preserve_topology=True)
    return from_shapely(simple, radius_m=shape.radius_m, rings_m=shape.rings_m)


def degrees_per_pixel(zoom: float) -> float:
    """Degrees of longitude in a pixel of the Web Mercator map."""
    return float(360.0 / (TILE_PIXELS * 2.0**zoom))


def _level_for(bounds: Bounds, wanted: int, cells: int) -> int:
    """The finest level up to `wanted` that has no more than so many cells in the bounds."""
    for level in reversed(LEVELS):
        if level > wanted:
            continue
        count = sum((x1 - x0 + 1) * (y1 - y0 + 1) for x0, y0, x1, y1 in _spans(bounds, level))
        if count <= cells:
            return level
    return LEVELS[0]


def _spans(bounds: Bounds, level: int) -> list[tuple[int, int, int, int]]:
    """Column and row ranges (x0, y0, x1, y1) of the cells that touch the bounds."""
    spans: list[tuple[int, int, int, int]] = []
    for west, south, east, north in boxes_of(bounds):
        x0, y0 = column_row(max(-180.0, west), north, level)
        x1, y1 = column_row(min(180.0, east), south, level)
        if spans:  # the two sides of the antimeridian may meet in one cell, which counts once
            x1 = min(x1, spans[0][0] - 1)
        spans.append((x0, y0, x1, y1))
    return spans


def _cells(
    connection: sqlite3.Connection,
    columns: str,
    bounds: Bounds,
    level: int,
    numbers: list[int] | None,
    grouping: str = "",
) -> Iterable[tuple[Any, ...]]:
    """Rows of `cluster` in the bounds. Cells of one map row follow each other in the file: one range each."""
    layers = "" if numbers is None else f" AND layer IN ({', '.join(map(str, numbers))})"
    statement = (
        "WITH RECURSIVE line (y) AS (SELECT :y0 UNION ALL SELECT y + 1 FROM line WHERE y < :y1)"
        f" SELECT {columns} FROM line CROSS JOIN cluster"
        f" WHERE cell BETWEEN (:level << 40) | (y << 20) | :x0 AND (:level << 40) | (y << 20) | :x1{layers}{grouping}"
    )
    for x0, y0, x1, y1 in _spans(bounds, level):
        params = {"level": level, "x0": x0, "y0": y0, "x1": x1, "y1": y1}
        yield from connection.execute(statement, params)


def _counted(connection: sqlite3.Connection, bounds: Bounds, level: int, numbers: list[int] | None) -> int:
    """Items whose anchor lies in the cells that touch the bounds: never less than in the bounds themselves."""
    sums = _cells(connection, f"coalesce(sum({_COUNTS}), 0)", bounds, level, numbers)
    return sum(total for (total,) in sums)


def _held(connection: sqlite3.Connection, numbers: list[int]) -> int:
    """Items on these layers, all over the world."""
    return _counted(connection, (-180.0, -90.0, 180.0, 90.0), LEVELS[0], numbers)


class _Heap:
    """Clusters being added up: counts by priority, sums of lon and lat in millionths of a degree."""

    def __init__(self, level: int) -> None:
        self.level = level
        self._cells: dict[tuple[int, int], list[int]] = {}

    def add(self, x: int, y: int, sums: Iterable[int]) -> None:
        held = self._cells.get((x, y))
        if held is None:
            self._cells[x, y] = list(sums)
        else:
            for place, value in enumerate(sums):
                held[place] += value

    def add_item(self, lon: float, lat: float, priority: int, sign: int) -> None:
        sums = [0, 0, 0, 0, round(lon * _MICRO) * sign, round(lat * _MICRO) * sign]
        sums[priority - 1] = sign
        self.add(*column_row(lon, lat, self.level), sums)

    def clusters(self) -> list[Cluster]:
        found = []
        for (x, y), (*counts, lon, lat) in self._cells.items():
            count = sum(counts)
            if count <= 0:
                continue
            urgent = next(place for place, held in enumerate(counts, start=1) if held > 0)
            found.append(
                Cluster(
                    lon=lon / count / _MICRO,
                    lat=lat / count / _MICRO,
                    count=count,
                    priority=Priority(urgent),
                    bounds=cell_bounds(self.level, x, y),
                )
            )
        return found


def _clusters(
    connection: sqlite3.Connection, bounds: Bounds, zoom: float, when: When, numbers: list[int] | None
) -> list[Cluster]:
    """Clusters about CLUSTER_PIXELS apart. Bounds of a cluster are those of its cell."""
    wanted = max(LEVELS[0], min(20, round(zoom) + (TILE_PIXELS // CLUSTER_PIXELS).bit_length() - 1))
    if wanted > FINEST:
        counted = _scanned(connection, bounds, wanted, when, numbers)
        if counted is not None:
            return counted
    wanted = min(wanted, _level_for(bounds, FINEST, MANY_CELLS))
    level = next(level for level in LEVELS if level >= wanted)
    heap = _Heap(wanted)
    shift = level - wanted
    columns = (
        f"(cell & 0xfffff) >> {shift} AS x, ((cell >> 20) & 0xfffff) >> {shift} AS row,"
        " sum(flash), sum(immediate), sum(priority), sum(routine), sum(lon), sum(lat)"
    )
    for x, y, *sums in _cells(connection, columns, bounds, level, numbers, " GROUP BY x, row"):
        heap.add(x, y, sums)
    if not when.present:
        _correct(connection, heap, bounds, when, numbers)
    return heap.clusters()


def _scanned(
    connection: sqlite3.Connection, bounds: Bounds, level: int, when: When, numbers: list[int] | None
) -> list[Cluster] | None:
    """Clusters finer than any cell, item by item; None where that would be too many."""
    question = Question(when, ItemQuery(bounds=bounds), numbers)
    statement = f"{question.select('i.lon, i.lat, i.priority')} LIMIT {SCANNED + 1}"
    found = connection.execute(statement, question.params).fetchall()
    if len(found) > SCANNED:
        return None
    heap = _Heap(level)
    for lon, lat, priority in found:
        heap.add_item(lon, lat, priority, 1)
    return heap.clusters()


def _correct(
    connection: sqlite3.Connection, heap: _Heap, bounds: Bounds, when: When, numbers: list[int] | None
) -> None:
    """From the present to the asked instants: take away what is newer, add what held then instead.

    The cost follows how much has changed since, not how much is stored.
    """
    layers = "" if numbers is None else f" AND i.layer IN ({', '.join(map(str, numbers))})"
    newer = (
        f"SELECT {_POINT} FROM item i WHERE {_newer(connection, when)} AND i.shown AND i.cell IS NOT NULL{layers}",
        {"valid": when.valid, "known": when.known},
    )
    question = Question(when._replace(present=False), ItemQuery(bounds=_widened(bounds, heap.level)), numbers)
    older = (question.past(_POINT), question.params)
    spans = _spans(bounds, heap.level)
    for (inner, params), sign in ((newer, -1), (older, 1)):
        for x, y, *sums in connection.execute(_summed(inner, FINEST - heap.level), params):
            if any(x0 <= x <= x1 and y0 <= y <= y1 for x0, y0, x1, y1 in spans):
                heap.add(x, y, [sign * value for value in sums])


def _summed(points: str, shift: int) -> str:
    """Rows of _POINT added up by cell: x, y, counts by priority, sums of lon and lat in millionths of a degree."""
    counts = ", ".join(f"sum(priority = {int(priority)})" for priority in Priority)
    sums = f"sum(cast(round(lon * {_MICRO}) AS INTEGER)), sum(cast(round(lat * {_MICRO}) AS INTEGER))"
    column, row = f"(cell & {(1 << FINEST) - 1}) >> {shift}", f"(cell >> {FINEST}) >> {shift}"
    return f"SELECT {column} AS x, {row} AS y, {counts}, {sums} FROM ({points}) GROUP BY 1, 2"


def _newer(connection: sqlite3.Connection, when: When) -> str:
    """The condition that a current row begins after the moment: by what was recorded since where that is little,
    else by looking at every row."""
    last, items = connection.execute("SELECT (SELECT max(seq) FROM change), (SELECT max(key) FROM item)").fetchone()
    first = connection.execute(
        "SELECT first_seq FROM batch WHERE recorded_at > ? ORDER BY no LIMIT 1", (when.known,)
    ).fetchone()
    if first is None:
        return "since > :valid"
    if last - first[0] > (items or 0):
        return "(since > :valid OR known > :known)"
    recorded = f"SELECT subject FROM change WHERE seq >= {int(first[0])} AND subject_type = 'item'"
    return f"(since > :valid OR id IN ({recorded})) AND (since > :valid OR known > :known)"


def _widened(bounds: Bounds, level: int) -> Bounds:
    """Out to the edges of the cells, because the cells count whole."""
    spans = _spans(bounds, level)
    west, _, _, north = cell_bounds(level, spans[0][0], spans[0][1])
    _, south, east, _ = cell_bounds(level, spans[-1][2], spans[-1][3])
    return (west, south, east, north)
