"""A map that remembers what it was told: for tests of the interface that need no page."""

from __future__ import annotations

from collections.abc import Sequence

from qroc_desktop.domain.query import Moment, Outcome
from qroc_desktop.domain.shape import Bounds, Shape
from qroc_desktop.mapview.messages import BaseMap, LayerLook, OverlayShape, ToolName


class FakeMap:
    """Implements `MapPort`. What is a state is kept as it is; what is an act is listed in `acts`."""

    def __init__(self) -> None:
        self.theme = "light"
        self.language = "en"
        self.layers: list[LayerLook] = []
        self.moment: Moment | None = None
        self.moment_text = ""
        self.selected: list[str] = []
        self.overlay: list[OverlayShape] = []
        self.graticule = "off"
        self.base_maps: list[BaseMap] = []
        self.tool = ""
        self.edited: tuple[str, Shape] | None = None
        self.acts: list[tuple[object, ...]] = []

    def set_theme(self, name: str) -> None:
        self.theme = name

    def set_language(self, code: str) -> None:
        self.language = code

    def set_layers(self, layers: Sequence[LayerLook]) -> None:
        self.layers = list(layers)

    def set_moment(self, moment: Moment | None, text: str = "") -> None:
        self.moment, self.moment_text = moment, text

    def refresh(self, outcome: Outcome | None = None) -> None:
        self.acts.append(("refresh", outcome))

    def select(self, ids: Sequence[str]) -> None:
        self.selected = list(ids)

    def fit(self, bounds: Bounds) -> None:
        self.acts.append(("fit", bounds))

    def go_to(self, lon: float, lat: float, zoom: float | None = None, text: str = "") -> None:
        self.acts.append(("go-to", lon, lat, zoom, text))

    def start_tool(self, name: ToolName, radii_m: Sequence[float] = ()) -> None:
        self.tool, self.edited = name, None
        self.acts.append(("tool", name, tuple(radii_m)))

    def cancel_tool(self) -> None:
        self.tool, self.edited = "", None

    def edit(self, item: str, shape: Shape) -> None:
        self.tool, self.edited = "edit", (item, shape)

    def set_overlay(self, shapes: Sequence[OverlayShape]) -> None:
        self.overlay = list(shapes)

    def set_graticule(self, kind: str) -> None:
        self.graticule = kind

    def set_base_maps(self, maps: Sequence[BaseMap]) -> None:
        self.base_maps = list(maps)
