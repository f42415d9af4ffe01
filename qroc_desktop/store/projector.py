"""Keeps the projection in step with the record, inside the transaction that writes the record.

A change that arrives in order (the common case, and every live edit) costs one look-up and touches the current row
only: the old one moves to `past` with the corner cut off where the new one begins. A change that arrives late touches
the regions from its instant on until it stops winning any aspect.
"""

# ruff: noqa: S608 - statements are put together from constants and integers; values are parameters
from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import Any

import msgspec

from qroc_desktop.domain.aspects import Entry
from qroc_desktop.domain.change import Change
from qroc_desktop.domain.instant import MICROSECONDS
from qroc_desktop.domain.vocabulary import Aspect, SubjectType
from qroc_desktop.store import winners
from qroc_desktop.store.grid import Tally
from qroc_desktop.store.record import chunked
from qroc_desktop.store.regions import END, Region, cut, rectangle
from qroc_desktop.store.searching import entry_words, words_of
from qroc_desktop.store.states import FIELDS, State, overlaid, values
from qroc_desktop.store.winners import BIT

RECENT = 1_767_225_600
"""2026-01-01T00:00:00Z: R-tree times are seconds from here, because 32-bit floats are fine only near zero."""
NOWHERE = 1000.0
"""Degrees where past states without a shape stand in the R-tree, so that it finds them by time."""
MINUTE = 60 * MICROSECONDS

_NAMES = ", ".join(FIELDS)
_MARKS = ", ".join("?" * len(FIELDS))
_PUT_ITEM = f"INSERT INTO item (key, id, {_NAMES}) VALUES (?, ?, {_MARKS})"
_SET_ITEM = f"UPDATE item SET ({_NAMES}) = ({_MARKS}) WHERE key = ?"
# The columns with indexes that a move leaves alone are not touched, or SQLite would rewrite their indexes.
_STEADY = ("shown", "layer", "wording")
_VARYING = tuple(field for field in FIELDS if field not in _STEADY)
_VARY_ITEM = f"UPDATE item SET ({', '.join(_VARYING)}) = ({', '.join('?' * len(_VARYING))}) WHERE key = ?"
_varying = attrgetter(*_VARYING)
_steady = attrgetter(*_STEADY)
_counted_as = attrgetter("cell", "layer", "priority", "shown")
_anchor = attrgetter("lon", "lat")
_PUT_PAST = f"INSERT INTO past VALUES (?, ?, ?, ?, ?, ?, ?, ?, {_MARKS})"
_OPEN_PAST = (
    "SELECT key, valid_from, valid_to, known_from, known_to, notch_valid, notch_known,"
    f" {_NAMES} FROM past WHERE item = ? AND known_to = {END} AND notch_valid > ? ORDER BY valid_from"
)
_GET_ITEMS = f"SELECT id, key, {_NAMES} FROM item WHERE id IN (SELECT value FROM json_each(?))"


def rtree_time(instant: int) -> float:
    """Seconds from RECENT; open ends stay far outside anything that is asked for."""
    return instant / MICROSECONDS - RECENT


class _Slot:
    """An item as it is in the file (`stored`) and as it will be when written (`state`)."""

    __slots__ = ("key", "state", "stored")

    def __init__(self, key: int, state: State | None, stored: State | None) -> None:
        self.key = key
        self.state = state
        self.stored = stored


class Projector:
    """One for each transaction; call `apply` for chunks of changes in order, then `finish`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection
        self._tally = Tally()
        self._pulse: dict[int, int] = {}
        self._layers: dict[str, int] = {"": 0, **dict(connection.execute("SELECT id, key FROM layer_key"))}
        self._next_item = _next(connection, "item")
        self._next_past = _next(connection, "past")
        self._slots: dict[str, _Slot] = {}
        self._new_past: list[tuple[Any, ...]] = []
        self._new_past_boxes: list[tuple[Any, ...]] = []
        self._new_past_extents: list[tuple[Any, ...]] = []

    def apply(self, changes: Sequence[Change]) -> None:
        """Project changes that directly follow those projected before."""
        items = {change.subject for change in changes if change.subject_type is SubjectType.ITEM}
        self._load(items)
        words: list[tuple[int, str]] = []
        for change in changes:
            minute = change.valid_at // MINUTE
            self._pulse[minute] = self._pulse.get(minute, 0) + 1
            if change.subject_type is SubjectType.ITEM:
                self._item(change)
                words += words_of(change)
            elif change.subject_type is SubjectType.ENTRY:
                self._entry(change)
        self._write_items()
        self._write_past()
        self._db.executemany("INSERT INTO wording_text (rowid, text) VALUES (?, ?)", words)

    def finish(self) -> None:
        """Write what is gathered over the whole transaction."""
        self._tally.write(self._db)
        self._db.executemany(
            "INSERT INTO pulse VALUES (?, ?) ON CONFLICT DO UPDATE SET changes = changes + excluded.changes",
            self._pulse.items(),
        )
        self._pulse.clear()

    def layer_key(self, layer: str) -> int:
        """The number that stands for a layer's id."""
        key = self._layers.get(layer)
        if key is None:
            key = self._db.execute("INSERT INTO layer_key (id) VALUES (?) RETURNING key", (layer,)).fetchone()[0]
            self._layers[layer] = key
        return key

    # Items

    def _load(self, ids: set[str]) -> None:
        self._slots = {}
        for chunk in chunked(ids, 500):
            for row in self._db.execute(_GET_ITEMS, (_json(chunk),)):
                state = State(*row[2:])
                self._slots[row[0]] = _Slot(row[1], state, state)

    def _item(self, change: Change) -> None:
        slot = self._slots.get(change.subject)
        if slot is None:
            slot = self._slots[change.subject] = _Slot(self._next_item, None, None)
            self._next_item += 1
        current = slot.state
        if current is None:
            slot.state = self._overlaid(None, change, change.patch)
        elif change.valid_at >= current.since:
            self._supersede(slot, current, change, change.patch)
        else:
            self._late(slot, current, change)

    def _overlaid(self, old: State | None, change: Change, patch: Mapping[Aspect, Any]) -> State:
        return overlaid(
            old,
            patch,
            seq=change.seq,
            valid_at=change.valid_at,
            recorded_at=change.recorded_at,
            layer_key=self.layer_key,
        )

    def _supersede(self, slot: _Slot, current: State, change: Change, won: Mapping[Aspect, Any]) -> None:
        """The change wins `won` in the current state, from its own instant or the state's, whichever is later."""
        region = rectangle(current.since, END, current.known, END)
        begin = max(change.valid_at, current.since)
        for piece in cut(region, begin, change.recorded_at):
            self._add_past(slot.key, piece, current)
        slot.state = self._overlaid(current, change, won)

    def _late(self, slot: _Slot, current: State, change: Change) -> None:
        self._write_past()
        rows = self._db.execute(_OPEN_PAST, (slot.key, change.valid_at)).fetchall()
        first = rows[0][1] if rows else current.since
        if first > change.valid_at:
            region = rectangle(change.valid_at, first, change.recorded_at, END)
            self._add_past(slot.key, region, self._overlaid(None, change, change.patch))
        for key, *numbers in rows:
            region, state = Region(*numbers[:6]), State(*numbers[6:])
            won = self._won(state, change)
            if not won:
                return
            begin = max(change.valid_at, region.valid_from)
            self._replace_past(key, slot.key, cut(region, begin, change.recorded_at), state)
            fresh = rectangle(begin, region.notch_valid, change.recorded_at, END)
            self._add_past(slot.key, fresh, self._overlaid(state, change, won))
        won = self._won(current, change)
        if won:
            self._supersede(slot, current, change, won)

    def _won(self, state: State, change: Change) -> dict[Aspect, Any]:
        """The aspects in which a late change beats the state: where the winner so far was true no later."""
        held = winners.parse(state.winners)
        marks = ", ".join(str(seq) for seq in held)
        later = self._db.execute(
            f"SELECT seq FROM change WHERE seq IN ({marks}) AND valid_at > ?",
            (change.valid_at,),
        )
        lost = 0
        for (seq,) in later:
            lost |= held[seq]
        return {aspect: value for aspect, value in change.patch.items() if not BIT[aspect] & lost}

    def _write_items(self) -> None:
        new, changed, varied = [], [], []
        gone, extents_gone, boxes = [], [], []
        for id_, slot in self._slots.items():
            state, stored = slot.state, slot.stored
            if state is None or state is stored:
                continue
            if stored is None:
                new.append((slot.key, id_, *values(state)))
            elif _steady(state) == _steady(stored):
                varied.append((*_varying(state), slot.key))
            else:
                changed.append((*values(state), slot.key))
            before, after = _box(slot.key, stored), _box(slot.key, state)
            if before != after:
                if before:
                    gone.append((slot.key,))
                    extents_gone += [(slot.key,)] if before[6] else []
                if after:
                    boxes.append(after)
            self._recount(stored, state)
        self._db.executemany(_PUT_ITEM, new)
        self._db.executemany(_VARY_ITEM, varied)
        self._db.executemany(_SET_ITEM, changed)
        self._db.executemany("DELETE FROM item_box WHERE key = ?", gone)
        self._db.executemany("DELETE FROM extent_box WHERE key = ?", extents_gone)
        self._db.executemany("INSERT INTO item_box VALUES (?, ?, ?, ?, ?, ?)", (box[:6] for box in boxes))
        self._db.executemany("INSERT INTO extent_box VALUES (?, ?, ?, ?, ?)", (box[:5] for box in boxes if box[6]))
        self._slots = {}

    def _recount(self, before: State | None, after: State) -> None:
        if before is not None and _counted_as(before) == _counted_as(after):
            here, there = _anchor(before), _anchor(after)
            if here != there and after.shown and after.cell is not None:
                self._tally.move(here, there, after.cell, after.layer, after.priority)
            return
        self._count(before, -1)
        self._count(after, 1)

    def _count(self, state: State | None, sign: int) -> None:
        if state and state.shown and state.lon is not None and state.lat is not None and state.cell is not None:
            self._tally.add(state.lon, state.lat, state.cell, state.layer, state.priority, sign)

    # Past regions

    def _add_past(self, item: int, region: Region, state: State) -> None:
        if region.valid_from >= region.valid_to:
            return
        key = self._next_past
        self._next_past += 1
        self._new_past.append((key, item, *region, *values(state)))
        box = _past_box(key, region, state)
        self._new_past_boxes.append(box)
        if state.extent:
            self._new_past_extents.append(box)

    def _replace_past(self, key: int, item: int, pieces: Sequence[Region], state: State) -> None:
        self._db.execute("DELETE FROM past WHERE key = ?", (key,))
        self._db.execute("DELETE FROM past_box WHERE key = ?", (key,))
        self._db.execute("DELETE FROM past_extent_box WHERE key = ?", (key,))
        for piece in pieces:
            self._add_past(item, piece, state)

    def _write_past(self) -> None:
        self._db.executemany(_PUT_PAST, self._new_past)
        self._db.executemany("INSERT INTO past_box VALUES (?, ?, ?, ?, ?, ?, ?)", self._new_past_boxes)
        self._db.executemany("INSERT INTO past_extent_box VALUES (?, ?, ?, ?, ?, ?, ?)", self._new_past_extents)
        for written in (self._new_past, self._new_past_boxes, self._new_past_extents):
            written.clear()

    # The logbook

    def _entry(self, change: Change) -> None:
        entry = change.patch.get(Aspect.ENTRY)
        if not isinstance(entry, Entry):
            return
        self._db.execute(
            "INSERT OR IGNORE INTO entry VALUES (?, ?, ?, ?, ?)",
            (change.seq, change.subject, entry.corrects, change.valid_at, change.recorded_at),
        )
        self._db.executemany(
            "INSERT OR IGNORE INTO entry_item VALUES (?, ?)", [(item, change.seq) for item in sorted(set(entry.items))]
        )
        self._db.execute("INSERT INTO entry_text (rowid, text) VALUES (?, ?)", (change.seq, entry_words(entry)))


def _box(key: int, state: State | None) -> tuple[Any, ...] | None:
    """A row of item_box; None where the item is not on the map."""
    if state is None or not state.shown or state.lon is None:
        return None
    return (key, state.west, state.east, state.south, state.north, state.layer, state.extent)


def _past_box(key: int, region: Region, state: State) -> tuple[Any, ...]:
    start, stop = region.spell()
    times = (rtree_time(start), rtree_time(stop))
    if state.lon is None:
        return (key, NOWHERE, NOWHERE, NOWHERE, NOWHERE, *times)
    return (key, state.west, state.east, state.south, state.north, *times)


def _next(connection: sqlite3.Connection, table: str) -> int:
    return (connection.execute(f"SELECT max(key) FROM {table}").fetchone()[0] or 0) + 1


def _json(ids: Sequence[str]) -> str:
    return msgspec.json.encode(ids).decode()
