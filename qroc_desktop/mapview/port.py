"""The map as the rest of the interface sees it: what can be told to it, without Qt."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

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
)


class MapPort(Protocol):
    """Commands of the map. Coordinates are lon, lat; lengths are metres.

    Everything may be called at any time: what the page cannot do yet is done when it is ready, and
    what describes a state is kept over a reload.
    """

    def set_theme(self, name: str) -> None:
        """`light` or `dark`."""

    def set_scale(self, factor: float) -> None:
        """Text and symbols so many times their size."""

    def set_language(self, code: str) -> None:
        """Language of the base map's labels and of the page's own words."""

    def set_layers(self, layers: Sequence[LayerLook]) -> None:
        """How the items of each layer are drawn."""

    def set_moment(self, moment: Moment | None, text: str = "") -> None:
        """Show the picture of a moment, None for now; `text` is shown over a past picture."""

    def refresh(self, outcome: Outcome | None = None) -> None:
        """Something changed: look again, unless the outcome has nothing that is drawn."""

    def select(self, ids: Sequence[str]) -> None:
        """Mark these items, and no others, as selected."""

    def fit(self, bounds: Bounds) -> None:
        """Show all of a box."""

    def go_to(self, lon: float, lat: float, zoom: float | None = None, text: str = "") -> None:
        """Centre on a place and mark it where there is a text."""

    def start_tool(self, name: ToolName, radii_m: Sequence[float] = ()) -> None:
        """Begin drawing or measuring."""

    def start_leg(self, start: tuple[float, float]) -> None:
        """Begin drawing a leg of a secret plan at a place."""

    def cancel_tool(self) -> None:
        """End what is being drawn, measured or edited, without a result."""

    def edit(self, item: str, shape: Shape) -> None:
        """Let the person change an item's shape."""

    def set_overlay(self, shapes: Sequence[OverlayShape]) -> None:
        """Temporary shapes, replacing the ones before."""

    def set_comparison(self, title: str, marks: Sequence[CompareMark]) -> None:
        """Marks of what became of a received picture, with their legend; an empty title ends it."""

    def set_plans(self, title: str, detail: str, lines: Sequence[PlanLine], marks: Sequence[PlanMark]) -> None:
        """Secret plans with their legend, on this map alone; an empty title ends it."""

    def set_model(
        self, title: str, text: str = "", classes: Sequence[ModelClass] = (), shapes: Sequence[ModelShape] = ()
    ) -> None:
        """A training model's result with its legend, under symbols; an empty title ends it."""

    def set_beliefs(self, title: str, marks: Sequence[Belief]) -> None:
        """Marks of what was believed beside the truth; an empty title ends it."""

    def set_graticule(self, kind: str) -> None:
        """`off`, `degrees` or `mgrs`."""

    def set_base_maps(self, maps: Sequence[BaseMap]) -> None:
        """Base maps from the bottom up."""
