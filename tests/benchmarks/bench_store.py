"""What the store costs, as a table: `python -m tests.benchmarks.bench_store [--quick]`.

Sizes are stored items; times are medians of repeated runs in this process on this machine, in milliseconds. The data
are drawn from a fixed seed: towns of different sizes over Europe, so that density differs as it does in life.
"""

from __future__ import annotations

import argparse
import itertools
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from qroc_desktop.domain.aspects import Identity, Nature, Placement, Situation, Wording
from qroc_desktop.domain.change import Draft
from qroc_desktop.domain.ids import random_id
from qroc_desktop.domain.instant import Instant
from qroc_desktop.domain.query import ItemQuery, Moment
from qroc_desktop.domain.shape import Shape
from qroc_desktop.domain.vocabulary import Aspect, ItemType, Priority, SubjectType
from qroc_desktop.store import Workspace

START = 1_790_000_000_000_000
WORLD = (-180.0, -85.0, 180.0, 85.0)
EUROPE = (-12.0, 35.0, 32.0, 66.0)
WINDOW = (4.0, 51.0, 6.0, 53.0)
"""Holds VISIBLE items at every size."""
VISIBLE = 800
LAYERS = ("fire", "traffic", "crowd", "units")
STREETS = ("Hauptstraße", "Avenue de la Gare", "Łódzka", "Damrak", "Gran Vía", "Søndergade", "Široká", "Via Roma")
EVENTS = ("fire", "collision", "brawl", "missing person", "alarm", "flood", "power failure", "demonstration")


def clock() -> Callable[[], Instant]:
    """A minute passes each time that anybody asks."""
    ticks = itertools.count(START, 60_000_000)
    return lambda: Instant(next(ticks))


def drafts(count: int, seed: int = 1) -> Iterator[Draft]:
    """Items all over Europe outside WINDOW, and VISIBLE of them inside it."""
    rng = random.Random(seed)
    towns = [(rng.uniform(-10, 30), rng.uniform(36, 64), rng.paretovariate(1.2)) for _ in range(400)]
    weights = [town[2] for town in towns]
    places = rng.choices(towns, weights, k=count)
    for number in range(count):
        if number < min(count, VISIBLE):
            lon, lat = rng.uniform(4.1, 5.9), rng.uniform(51.1, 52.9)
        else:
            lon, lat = rng.gauss(places[number][0], 0.3), rng.gauss(places[number][1], 0.2)
            if 3.9 < lon < 6.1 and 50.9 < lat < 53.1:
                lon += 3.0
        yield draft(rng, number, lon, lat)


def draft(rng: random.Random, number: int, lon: float, lat: float) -> Draft:
    event, street = rng.choice(EVENTS), rng.choice(STREETS)
    return Draft(
        subject_type=SubjectType.ITEM,
        subject=f"{number:032x}",
        patch={
            Aspect.NATURE: Nature(type=ItemType.INCIDENT, kind="a-u-G-I", sidc="10031000001101000000"),
            Aspect.PLACEMENT: Placement(layer=rng.choice(LAYERS)),
            Aspect.SHAPE: Shape(type="Point", coordinates=[round(lon, 6), round(lat, 6)]),
            Aspect.WORDING: Wording(
                title=f"{event} {number}", place=street, description=f"Reported {event} at {street}, case {number}"
            ),
            Aspect.SITUATION: Situation(priority=Priority(rng.randint(1, 4))),
        },
    )


def milliseconds(work: Callable[[], object], repeat: int = 15) -> float:
    work()
    times = []
    for _ in range(repeat):
        begun = time.perf_counter()
        work()
        times.append((time.perf_counter() - begun) * 1000)
    return statistics.median(times)


class Table:
    def __init__(self) -> None:
        self.rows: list[tuple[str, ...]] = []

    def add(self, what: str, *values: object) -> None:
        row = (what, *(f"{v:,.1f}" if isinstance(v, float) else str(v) for v in values))
        self.rows.append(row)
        print("  ".join([f"{row[0]:<58}", *(f"{value:>12}" for value in row[1:])]), flush=True)


def opened(folder: Path, name: str) -> Workspace:
    identity = Identity(centre="Bench", country="NL")
    return Workspace.create(folder / f"{name}.qroc", identity, author="bench", clock=clock(), ids=random_id)


def filled(folder: Path, size: int, table: Table) -> Workspace:
    workspace = opened(folder, f"items-{size}")
    begun = time.perf_counter()
    workspace.append_many(drafts(size), author="bench", label="import")
    took = time.perf_counter() - begun
    rate = size / took
    megabytes = workspace.path.stat().st_size / 1e6
    table.add(f"import {size:,} items: s, items/s, MB on disk", took, rate, megabytes)
    return workspace


def bench_views(spaces: dict[int, Workspace], table: Table) -> None:
    sizes = list(spaces)
    table.add("milliseconds, by stored items", *(f"{size:,}" for size in sizes), "last/first")
    questions: list[tuple[str, Callable[[Workspace], object]]] = [
        (f"view: {VISIBLE} visible", lambda w: w.view(WINDOW, 9)),
        ("view: the same, 2 of 4 layers", lambda w: w.view(WINDOW, 9, layers=frozenset(LAYERS[:2]))),
        ("view: whole world", lambda w: w.view(WORLD, 2)),
        ("view: Europe", lambda w: w.view(EUROPE, 5)),
        ("shapes in view (none stored)", lambda w: w.shapes(WORLD, 2)),
        ("item by id", lambda w: w.item(f"{5:032x}")),
        ("search, first 100 rows: rare word", lambda w: w.rows(ItemQuery(text="case 77", limit=100))),
        ("search, first 100 rows: prefix of a common word", lambda w: w.rows(ItemQuery(text="haupts", limit=100))),
        ("count all", lambda w: w.count(ItemQuery())),
        ("table: 100 newest rows", lambda w: w.rows(ItemQuery(limit=100))),
        ("append one edit (FULL sync)", lambda w: w.append([next(MOVES)], author="bench", label="move")),
    ]
    for what, question in questions:
        times = [milliseconds(partial(question, space)) for space in spaces.values()]
        table.add(what, *times, times[-1] / times[0])
    for space in spaces.values():
        view = space.view(WORLD, 2)
        print(f"    whole world: {len(view.rows)} rows, {len(view.clusters)} clusters, {view.total} in all")


def moves() -> Iterator[Draft]:
    rng = random.Random(2)
    while True:
        position = [rng.uniform(4.1, 5.9), rng.uniform(51.1, 52.9)]
        yield Draft(
            subject_type=SubjectType.ITEM,
            subject=f"{rng.randrange(VISIBLE):032x}",
            patch={Aspect.SHAPE: Shape(type="Point", coordinates=position)},
        )


MOVES = moves()


def bench_table(workspace: Workspace, table: Table) -> None:
    for order in ("valid_from", "title", "priority", "status"):
        ids = workspace.row_ids(ItemQuery(), order=order)
        took = milliseconds(partial(workspace.row_ids, ItemQuery(), order=order), 5)
        table.add(f"table: {len(ids):,} ids by {order}", took)
    window = ids[5_000:5_060]
    table.add("table: a window of 60 rows by id", milliseconds(lambda: workspace.rows_by_id(window)))


def bench_moving(workspace: Workspace, table: Table) -> None:
    def batch() -> list[Draft]:
        return [next(MOVES) for _ in range(1_000)]

    took = milliseconds(lambda: workspace.append(batch(), author="bench", label="move"), 9)
    table.add("1,000 items move: one batch", took)


def bench_versions(folder: Path, items: int, versions: int, table: Table) -> None:
    workspace = opened(folder, "versions")
    begun = time.perf_counter()
    workspace.append_many(drafts(items, 3), author="bench", label="import")
    rng = random.Random(4)
    stamps = [workspace.now()]
    for _ in range(versions - 1):
        changes = (
            Draft(
                subject_type=SubjectType.ITEM,
                subject=f"{number:032x}",
                patch={
                    Aspect.SHAPE: Shape(type="Point", coordinates=[rng.uniform(-10, 30), rng.uniform(36, 64)]),
                    Aspect.SITUATION: Situation(priority=Priority(rng.randint(1, 4))),
                },
            )
            for number in range(items)
        )
        workspace.append_many(changes, author="bench", label="versions")
        stamps.append(workspace.now())
    took = time.perf_counter() - begun
    table.add(f"write {items:,} items x {versions} versions: s, changes/s", took, items * versions / took)
    table.add("    MB on disk", workspace.path.stat().st_size / 1e6)
    past = stamps[versions // 2]
    for what, moment in (
        ("now", None),
        ("true at t, known now", Moment(past)),
        ("true at t, known at t", Moment(past, past)),
    ):
        table.add(f"fold at an instant, {what}: count", milliseconds(partial(workspace.count, ItemQuery(), moment), 5))
        table.add("    all rows", milliseconds(partial(workspace.rows, ItemQuery(), moment), 3))
        table.add("    all items", milliseconds(partial(all_items, workspace, moment), 1))
        table.add("    view of a window", milliseconds(partial(workspace.view, WINDOW, 9, moment), 5))
        table.add("    view of the world", milliseconds(partial(workspace.view, WORLD, 2, moment), 5))
    workspace.close()


def all_items(workspace: Workspace, moment: Moment | None) -> int:
    return sum(1 for _ in workspace.items(ItemQuery(), moment))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the sizes")
    scale = 10 if parser.parse_args().quick else 1
    table = Table()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        spaces = {size: filled(folder, size, table) for size in (1_000, 100_000 // scale, 1_000_000 // scale)}
        bench_views(spaces, table)
        middle = spaces[100_000 // scale]
        bench_table(middle, table)
        bench_moving(middle, table)
        for space in spaces.values():
            space.close()
        bench_versions(folder, 100_000 // scale, 10, table)


if __name__ == "__main__":
    main()
