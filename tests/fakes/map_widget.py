"""A map that takes commands and says what a test makes it say: for tests of the window, not of the map."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from qroc_desktop.domain.query import Moment, Outcome
from qroc_desktop.domain.shape import Bounds, Shape
from qroc_desktop.mapview.messages import (
    BaseMap,
    Belief,
    CompareMark,
    LayerLook,
    ModelClass,
    ModelShape,
    OverlayShape,
    PlanLine,
    PlanMark,
    ToolName,
    ViewChanged,
)


class FakeMap(QWidget):
    """Keeps every command as (name, arguments); implements `MapPort`."""

    ready = Signal()
    painted = Signal(int, int, int)
    pointer = Signal(float, float)
    view_changed = Signal(object)
    clicked = Signal(object)
    boxed = Signal(object)
    drawn = Signal(object)
    leg_drawn = Signal(object)
    edited = Signal(str, object)
    measured = Signal(object)
    tool_ended = Signal(str, bool)
    tool_changed = Signal(object)
    context = Signal(object)
    troubled = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.said: list[tuple[Any, ...]] = []
        self.view: ViewChanged | None = ViewChanged(bounds=(5.0, 50.0, 7.0, 52.0), lon=6.0, lat=51.0, zoom=8.0)
        self.closed = False

    def of(self, name: str) -> list[list[Any]]:
        """Arguments of every command of a name."""
        return [list(command[1:]) for command in self.said if command[0] == name]

    def set_theme(self, name: str) -> None:
        self.said.append(("theme", name))

    def set_scale(self, factor: float) -> None:
        self.said.append(("scale", factor))

    def set_language(self, code: str) -> None:
        self.said.append(("language", code))

    def set_layers(self, layers: Sequence[LayerLook]) -> None:
        self.said.append(("layers", list(layers)))

    def set_moment(self, moment: Moment | None, text: str = "") -> None:
        self.said.append(("moment", moment, text))

    def refresh(self, outcome: Outcome | None = None) -> None:
        self.said.append(("refresh", outcome))

    def select(self, ids: Sequence[str]) -> None:
        self.said.append(("select", tuple(ids)))

    def fit(self, bounds: Bounds) -> None:
        self.said.append(("fit", bounds))

    def go_to(self, lon: float, lat: float, zoom: float | None = None, text: str = "") -> None:
        self.said.append(("go-to", lon, lat, zoom, text))

    def start_tool(self, name: ToolName, radii_m: Sequence[float] = ()) -> None:
        self.said.append(("tool", name))

    def start_leg(self, start: tuple[float, float]) -> None:
        self.said.append(("leg", start))

    def cancel_tool(self) -> None:
        self.said.append(("cancel",))

    def edit(self, item: str, shape: Shape) -> None:
        self.said.append(("edit", item, shape))

    def set_overlay(self, shapes: Sequence[OverlayShape]) -> None:
        self.said.append(("overlay", list(shapes)))

    def set_comparison(self, title: str, marks: Sequence[CompareMark]) -> None:
        self.said.append(("comparison", title, list(marks)))

    def set_plans(self, title: str, detail: str, lines: Sequence[PlanLine], marks: Sequence[PlanMark]) -> None:
        self.said.append(("plans", title, detail, list(lines), list(marks)))

    def set_model(
        self, title: str, text: str = "", classes: Sequence[ModelClass] = (), shapes: Sequence[ModelShape] = ()
    ) -> None:
        self.said.append(("model", title, text, list(classes), list(shapes)))

    def set_beliefs(self, title: str, marks: Sequence[Belief]) -> None:
        self.said.append(("beliefs", title, list(marks)))

    def set_graticule(self, kind: str) -> None:
        self.said.append(("graticule", kind))

    def set_base_maps(self, maps: Sequence[BaseMap]) -> None:
        self.said.append(("base-maps", list(maps)))

    def reload(self) -> None:
        self.said.append(("reload",))

    def close_map(self) -> None:
        self.closed = True
