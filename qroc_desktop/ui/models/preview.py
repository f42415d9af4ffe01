"""A result as the map shows it before anything is recorded: shapes, marks and a legend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import shapely

from qroc_desktop.domain.shape import Bounds, point
from qroc_desktop.domain.vocabulary import ItemType
from qroc_desktop.mapview.messages import ModelClass, ModelShape
from qroc_desktop.services.model_sketches import Drawn, Sketch, figured
from qroc_desktop.ui.models.kit import Mark


@dataclass(frozen=True, slots=True)
class Answer:
    """A result with what the map needs of it. bounds: of all that is drawn; None where nothing is."""

    sketch: Sketch
    classes: tuple[ModelClass, ...]
    shapes: tuple[ModelShape, ...]
    bounds: Bounds | None


def answer_of(sketch: Sketch, marks: Sequence[Mark]) -> Answer:
    """For a worker's thread: where the marks of areas go is computed from the areas."""
    shapes = [
        ModelShape(shape=drawn.shape, style=drawn.style, text=drawn.mark, at=_free_place(sketch.drawn, number))
        for number, drawn in enumerate(sketch.drawn)
    ]
    shapes += [ModelShape(shape=point(*mark.at), text=mark.text) for mark in marks]
    classes = [
        ModelClass(style=drawn.style, text=figured(drawn.title), mark=drawn.mark, filled=drawn.type is ItemType.AREA)
        for drawn in reversed(sketch.drawn)
    ]
    boxes = [drawn.shape.bounds() for drawn in sketch.drawn]
    bounds = None
    if boxes:
        bounds = (
            min(box[0] for box in boxes), min(box[1] for box in boxes),
            max(box[2] for box in boxes), max(box[3] for box in boxes),
        )  # fmt: skip
    return Answer(sketch, tuple(classes), tuple(shapes), bounds)


def _free_place(drawn: Sequence[Drawn], number: int) -> tuple[float, float] | None:
    """Within an area, where no later one covers it; None for what has no mark."""
    one = drawn[number]
    if not one.mark:
        return None
    over = [later.shape.to_shapely() for later in drawn[number + 1 :] if later.mark]
    free = shapely.difference(one.shape.to_shapely(), shapely.union_all(over)) if over else one.shape.to_shapely()
    parts = [part for part in shapely.get_parts(free) if part.geom_type == "Polygon" and part.area > 0]
    if not parts:
        return one.shape.anchor()
    place = max(parts, key=lambda part: part.area).representative_point()
    return place.x, place.y
