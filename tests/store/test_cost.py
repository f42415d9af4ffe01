"""What is seen decides what it costs, not what is stored: counted in steps of SQLite's machine, never in time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from qroc_desktop.domain.change import Draft
from qroc_desktop.domain.instant import Instant
from qroc_desktop.domain.query import ItemQuery, Moment
from qroc_desktop.store import Workspace
from tests.store.building import WORLD, HandClock, create, incident, moved

VISIBLE = 200
WINDOW = (4.0, 51.0, 6.0, 53.0)
Asked = Callable[[Workspace], object]


def drafts(count: int) -> Iterator[Draft]:
    """VISIBLE items inside WINDOW, the rest all over the southern hemisphere."""
    for n in range(count):
        if n < VISIBLE:
            yield incident(f"i{n}", 4.1 + n % 18 * 0.1, 51.1 + n // 18 * 0.1)
        else:
            yield incident(f"i{n}", -170.0 + n % 340, -80.0 + n % 79)


def filled(path: Path, count: int) -> Workspace:
    clock = HandClock()
    workspace = create(path, clock)
    workspace.append_many(drafts(count), author="anna", label="import")
    clock.forward(3_600)
    workspace.append([moved(f"i{n}", 4.5, 51.5) for n in range(50)], author="anna", label="move")
    clock.forward(3_600)
    return workspace


@pytest.fixture(scope="module")
def spaces(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Workspace]]:
    folder = tmp_path_factory.mktemp("cost")
    made = [filled(folder / f"{count}.qroc", count) for count in (400, 20_000)]
    yield made
    for workspace in made:
        workspace.close()


def steps(workspace: Workspace, asked: Asked) -> int:
    """Steps of the virtual machine, in tens."""
    counted = 0

    def count() -> int:
        nonlocal counted
        counted += 1
        return 0

    with workspace._readers.reading() as connection:
        connection.set_progress_handler(count, 10)
        try:
            asked(workspace)
        finally:
            connection.set_progress_handler(None, 10)
    return counted


def then(workspace: Workspace) -> Moment:
    """Before the last move."""
    return Moment(Instant(workspace.batches()[0].recorded_at - 1))


@pytest.mark.parametrize(
    "asked",
    [
        lambda w: w.view(WINDOW, 9),
        lambda w: w.view(WINDOW, 9, layers=frozenset({"L"})),
        lambda w: w.view(WINDOW, 9, then(w)),
        lambda w: w.view(WINDOW, 9, limit=20),
        lambda w: w.shapes(WORLD, 3),
        lambda w: w.item("i7"),
        lambda w: w.item("i7", then(w)),
        lambda w: w.rows(ItemQuery(limit=50)),
        lambda w: w.rows(ItemQuery(bounds=WINDOW)),
        lambda w: w.rows_by_id([f"i{n}" for n in range(60)]),
        lambda w: w.rows_by_id([f"i{n}" for n in range(60)], then(w)),
        lambda w: w.entries(),
        lambda w: w.layers(),
        lambda w: w.batches(),
        lambda w: w.histogram(100),
        lambda w: w.now(),
    ],
)
def test_fifty_times_as_many_items_cost_the_same(spaces: list[Workspace], asked: Asked) -> None:
    few, many = (steps(workspace, asked) for workspace in spaces)
    assert many <= 2 * few + 10


@pytest.mark.parametrize("moment", [lambda w: None, then])
def test_the_whole_world_costs_its_cells(spaces: list[Workspace], moment: Callable[[Workspace], Moment | None]) -> None:
    few, many = spaces
    seen = many.view(WORLD, 2, moment(many), limit=300)
    assert (seen.rows, seen.total) == ([], 20_000)
    world = steps(many, lambda w: w.view(WORLD, 2, moment(w), limit=300))
    every_item = steps(many, lambda w: sum(1 for _ in w.rows(ItemQuery())))
    assert world * 10 < every_item
    assert few.view(WORLD, 2, moment(few), limit=300).total == 400
