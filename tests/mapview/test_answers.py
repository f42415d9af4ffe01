"""Answers for the picture in view: differences only, and right at the edge of the world."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from qroc_desktop.domain.instant import Instant
from qroc_desktop.domain.query import Moment
from qroc_desktop.domain.shape import Shape
from qroc_desktop.domain.vocabulary import ItemType
from qroc_desktop.mapview.answers import ROW_FIELDS, Answers, Question, QuestionError, question
from tests.mapview.memory_picture import HOUR, NOW, MemoryPicture, row

EUROPE = {"w": "-10", "s": "35", "e": "30", "n": "65", "z": "5"}


class Page:
    """What a page knows after each answer, told as the page's own script does it."""

    def __init__(self, picture: MemoryPicture, limit: int = 100) -> None:
        self.answers = Answers(picture, lambda: NOW, lambda: limit)
        self.token = 0
        self.rows: dict[str, list[Any]] = {}
        self.shapes: dict[str, Any] = {}
        self.last: dict[str, Any] = {}

    def ask(self, moment: Moment | None = None, **fields: str) -> None:
        asked = question(EUROPE | fields | {"since": str(self.token)})
        self.last = msgspec.json.decode(self.answers.answer(asked, moment))
        if self.last["full"]:
            self.rows.clear()
            self.shapes.clear()
        self.rows |= {told[0]: told for told in self.last["rows"]}
        self.shapes |= {item: (shape, style) for item, shape, style in self.last["shapes"]}
        for item in self.last["gone"]:
            del self.rows[item]
        for item in self.last["shapes_gone"]:
            del self.shapes[item]
        self.token = self.last["token"]


def test_the_first_answer_is_whole_and_the_next_a_difference() -> None:
    picture = MemoryPicture.of([row("a", 1, 50), row("b", 2, 50)])
    page = Page(picture)
    page.ask()
    assert page.last["full"]
    assert set(page.rows) == {"a", "b"}
    page.ask()
    assert (page.last["full"], page.last["rows"], page.last["gone"]) == (False, [], [])
    picture.put(row("a", 1, 51))
    rows = dict(picture.rows)
    del rows["b"]
    picture.rows = rows
    page.ask()
    assert [told[0] for told in page.last["rows"]] == ["a"]
    assert page.rows["a"][ROW_FIELDS.index("lat")] == 51
    assert set(page.rows) == {"a"}


def test_an_answer_that_was_lost_is_made_good() -> None:
    picture = MemoryPicture.of([row("a", 1, 50), row("b", 2, 50)])
    page = Page(picture)
    page.ask()
    picture.put(row("c", 3, 50))
    page.answers.answer(question(EUROPE | {"since": str(page.token)}), None)
    page.ask()
    assert page.last["full"]
    assert set(page.rows) == {"a", "b", "c"}


def test_shapes_come_with_their_rows_even_where_points_are_clustered() -> None:
    picture = MemoryPicture.of([row(f"p{i}", 5 + i / 100, 50) for i in range(20)])
    picture.put(row("area", 0, 0, type=ItemType.AREA), Shape(type="Point", coordinates=[8, 50], radius_m=9000.0))
    page = Page(picture, limit=5)
    page.ask()
    assert sum(cluster[2] for cluster in page.last["clusters"]) == page.last["total"] == 21
    assert set(page.rows) == {"area"}
    assert page.rows["area"][-1] is False
    assert page.shapes["area"][0]["radius_m"] == 9000
    picture.drawn = {}
    page.ask()
    assert (page.last["shapes_gone"], page.last["gone"]) == (["area"], ["area"])


def test_time_is_that_of_the_moment() -> None:
    picture = MemoryPicture.of([row("a", 1, 50)])
    picture.past = MemoryPicture.of([row("old", 1, 50)])
    page = Page(picture)
    page.ask()
    assert page.last["now"] == NOW
    page.ask(Moment(valid=Instant(NOW - HOUR)))
    assert page.last["now"] == NOW - HOUR
    assert set(page.rows) == {"old"}


@pytest.mark.parametrize(
    ("west", "east", "expected"),
    [
        (-10, 30, (-10, 30)),
        (170, 200, (170, -160)),
        (-200, -170, (160, -170)),
        (350, 370, (-10, 10)),
        (-180, 180, (-180, 180)),
        (-400, 400, (-180, 180)),
    ],
)
def test_bounds_beyond_the_edge_of_the_world(west: float, east: float, expected: tuple[float, float]) -> None:
    bounds = Question(west=west, south=-95, east=east, north=95, zoom=3).bounds()
    assert bounds == (expected[0], -90, expected[1], 90)


@pytest.mark.parametrize(
    "fields",
    [
        {"w": "nan"},
        {"e": "inf"},
        {"z": "x"},
        {"s": "70"},
        {"w": "40"},
        {"since": "first"},
    ],
)
def test_questions_that_are_none(fields: dict[str, str]) -> None:
    with pytest.raises(QuestionError):
        question(EUROPE | fields)
    with pytest.raises(QuestionError):
        question({})
