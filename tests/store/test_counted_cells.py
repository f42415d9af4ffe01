"""The map's counts by cell: kept up to date by every write, they are what a count of all items would give."""

from __future__ import annotations

import random
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

from qroc_desktop.domain.aspects import Nature, Presence, Situation
from qroc_desktop.domain.change import Draft
from qroc_desktop.domain.shape import point
from qroc_desktop.domain.vocabulary import Aspect, ItemType, Priority, SubjectType
from qroc_desktop.store import Workspace
from qroc_desktop.store.grid import LEVELS, column_row

Place = tuple[float, float, Priority]


def put(workspace: Workspace, places: dict[str, Place], *, new: bool = False) -> None:
    first: dict[Aspect, Any] = {Aspect.PRESENCE: Presence(), Aspect.NATURE: Nature(type=ItemType.UNIT)} if new else {}
    drafts = [
        Draft(
            subject_type=SubjectType.ITEM,
            subject=item,
            patch={**first, Aspect.SHAPE: point(lon, lat), Aspect.SITUATION: Situation(priority=priority)},
        )
        for item, (lon, lat, priority) in places.items()
    ]
    workspace.append(drafts, author="Officer", label="test")


def counted(path: Path) -> dict[int, tuple[int, ...]]:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as file:
        rows = file.execute("SELECT cell, flash, immediate, priority, routine, lon, lat FROM cluster").fetchall()
    return {cell: tuple(counts) for cell, *counts in rows}


def expected(places: dict[str, Place]) -> dict[int, tuple[int, ...]]:
    """Every item looked at by itself, level by level."""
    numbers: Counter[tuple[int, int]] = Counter()
    cells = set()
    for lon, lat, priority in places.values():
        for level in LEVELS:
            x, y = column_row(lon, lat, level)
            cell = level << 40 | y << 20 | x
            cells.add(cell)
            numbers[cell, int(priority) - 1] += 1
            numbers[cell, 4] += round(lon * 1e6)
            numbers[cell, 5] += round(lat * 1e6)
    return {cell: tuple(numbers[cell, column] for column in range(6)) for cell in cells}


def test_items_that_move_a_little_or_far_or_change_their_rank_are_counted_where_they_are(
    workspace: Workspace, path: Path
) -> None:
    chance = random.Random(11)
    places: dict[str, Place] = {
        f"i{number}": (chance.uniform(-170, 170), chance.uniform(-80, 80), Priority.ROUTINE) for number in range(40)
    }
    put(workspace, places, new=True)
    for _ in range(12):
        some = chance.sample(sorted(places), 15)
        for item in some:
            lon, lat, priority = places[item]
            step = chance.choice((0.0, 0.0001, 0.05, 5.0))
            moved = lon + chance.uniform(-step, step), lat + chance.uniform(-step, step)
            places[item] = (*moved, chance.choice((priority, priority, *Priority)))
        put(workspace, {item: places[item] for item in some})
        assert counted(path) == expected(places)
