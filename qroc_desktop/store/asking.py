"""Questions about items as SQL: at which instants, where, on which layers, with which words.

The present picture is the table `item` alone. At any other pair of instants it is the current rows that held there,
and the past rows whose region contains the pair; the two never hold the same item.
"""

# ruff: noqa: S608 - statements are put together from constants and integers; values are parameters
from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from qroc_desktop.domain.instant import FOREVER, Clock, Instant
from qroc_desktop.domain.query import ItemQuery, Moment
from qroc_desktop.domain.shape import Bounds
from qroc_desktop.store.folding import match_expression
from qroc_desktop.store.projector import rtree_time
from qroc_desktop.store.searching import FITS, OWNER

_LAST_RECORDED = "SELECT recorded_at FROM batch ORDER BY no DESC LIMIT 1"
_LASTS = "b.start <= :instant AND b.stop >= :instant"
_HOLDS = (
    "i.valid_from <= :valid AND :valid < i.valid_to AND i.known_from <= :known AND :known < i.known_to"
    " AND NOT (:valid >= i.notch_valid AND :known >= i.notch_known)"
)


class When(NamedTuple):
    """A resolved pair of instants. `present`: the current rows alone are the answer."""

    valid: Instant
    known: Instant
    present: bool


def now(connection: sqlite3.Connection, clock: Clock) -> Instant:
    """The clock, never before the last recorded change: a clock set back must not hide what was just recorded."""
    row = connection.execute(_LAST_RECORDED).fetchone()
    return Instant(max(clock(), row[0] if row else 0))


def resolve(connection: sqlite3.Connection, at: Moment | None, clock: Clock) -> When:
    """The instants of a question; None asks for the present."""
    moment = at or Moment(now(connection, clock), FOREVER)
    row = connection.execute(_LAST_RECORDED).fetchone()
    if row and row[0] > moment.known:
        return When(moment.valid, moment.known, present=False)
    later = connection.execute("SELECT EXISTS (SELECT 1 FROM item WHERE since > ?)", (moment.valid,)).fetchone()[0]
    return When(moment.valid, moment.known, not later)


def layer_names(connection: sqlite3.Connection) -> dict[int, str]:
    """Layer ids by their number in the projection; 0 is no layer."""
    return {0: "", **dict(connection.execute("SELECT key, id FROM layer_key"))}


def layer_numbers(names: Mapping[int, str], layers: frozenset[str] | None) -> list[int] | None:
    """The numbers of layers; None for all."""
    if layers is None:
        return None
    return [key for key, name in names.items() if name in layers]


def boxes_of(bounds: Bounds) -> list[Bounds]:
    """One box, or two where the bounds cross the antimeridian."""
    west, south, east, north = bounds
    if west <= east:
        return [bounds]
    return [(west, south, 180.0, north), (-180.0, south, east, north)]


class Question:
    """One question, as SQL over `item i` or `past i`.

    by_layer: look items up by their layer instead of their place (better where few of what is in view is asked for).
    """

    def __init__(
        self, when: When, query: ItemQuery, numbers: list[int] | None, *, extents: bool = False, by_layer: bool = False
    ) -> None:
        self._when = when
        self._by_layer = by_layer
        self._extents = extents
        self._boxes = boxes_of(query.bounds) if query.bounds else []
        self.params: dict[str, Any] = {"valid": when.valid, "known": when.known}
        self._conditions = list(self._conditions_of(query, numbers))

    def select(self, columns: str) -> str:
        """`columns` of everything that fits; names are those of `item`, `i.` before them."""
        if self._when.present:
            return self._current(columns, "")
        current = self._current(columns, " AND i.since <= :valid AND i.known <= :known")
        return f"{current} UNION ALL {self.past(columns)}"

    def _conditions_of(self, query: ItemQuery, numbers: list[int] | None) -> Iterable[str]:
        if numbers is not None:
            yield f"i.layer IN ({', '.join(str(number) for number in numbers)})"
        if query.types is not None:
            for place, kind in enumerate(sorted(query.types)):
                self.params[f"type{place}"] = str(kind)
            yield f"i.type IN ({', '.join(f':type{place}' for place in range(len(query.types)))})"
        if query.statuses is not None:
            for place, status in enumerate(sorted(query.statuses)):
                self.params[f"status{place}"] = str(status)
            yield f"i.status IN ({', '.join(f':status{place}' for place in range(len(query.statuses)))})"
        if query.priorities is not None:
            yield f"i.priority IN ({', '.join(str(int(priority)) for priority in sorted(query.priorities))})"
        if query.text.strip():
            expression = match_expression(query.text)
            self.params["words"] = expression
            yield FITS if expression else "0"
        if self._extents:
            yield "i.extent"
        if self._boxes:
            yield "(" + " OR ".join(self._in_box("i", place, ":x") for place in range(len(self._boxes))) + ")"

    def _in_box(self, table: str, place: int, mark: str) -> str:
        """Overlap with one box. The R-tree's own bounds are rounded outwards, so rows are checked again."""
        for side, value in zip(("w", "s", "e", "n"), self._boxes[place], strict=True):
            self.params[f"x{place}{side}"] = value
        x = f"{mark}{place}"
        return f"{table}.west <= {x}e AND {table}.east >= {x}w AND {table}.south <= {x}n AND {table}.north >= {x}s"

    def _current(self, columns: str, instants: str) -> str:
        where = " AND ".join(["i.shown", *self._conditions]).replace(OWNER, "i.key") + instants
        tree = "extent_box" if self._extents else "item_box"
        source = "item i"
        if self._boxes and not self._by_layer:
            # The R-tree drives: what it finds is little, and the table is looked up by key.
            source, where = f"{tree} b CROSS JOIN item i ON i.key = b.key", f"{self._in_tree(tree)} AND {where}"
        return f"SELECT {columns} FROM {source} WHERE {where}"

    def past(self, columns: str) -> str:
        """The part of the answer that is not current any more."""
        self.params["instant"] = rtree_time(min(self._when.valid, self._when.known))
        where = " AND ".join(["i.shown", _HOLDS, *self._conditions]).replace(OWNER, "i.item")
        tree = "past_extent_box" if self._extents else "past_box"
        # Keys in order: the rows of one batch lie side by side, and the file is read along instead of to and fro.
        keys = f"(SELECT b.key FROM {tree} b WHERE {self._in_tree(tree, _LASTS)} ORDER BY b.key LIMIT -1)"
        source = f"{keys} b CROSS JOIN past i ON i.key = b.key"
        names = columns.replace("i.id", "n.id").replace("i.key", "i.item AS key")
        return f"SELECT {names} FROM {source} CROSS JOIN item n ON n.key = i.item WHERE {where}"

    def _in_tree(self, tree: str, time: str = "") -> str:
        """The R-tree's own conditions. Two boxes are two look-ups, because it has no OR."""
        parts = [time] if time else []
        if len(self._boxes) == 1:
            parts.append(self._in_box("b", 0, ":x"))
        elif self._boxes:
            either = " UNION ".join(
                f"SELECT key FROM {tree} AS b WHERE {self._in_box('b', place, ':x')}"
                for place in range(len(self._boxes))
            )
            parts.append(f"b.key IN ({either})")
        return " AND ".join(parts)
