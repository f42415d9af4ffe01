"""From a tool on the map, or from the keyboard alone, to a new item."""

from __future__ import annotations

from functools import partial
from typing import Final

from PySide6.QtWidgets import QInputDialog, QWidget

from qroc_desktop.domain.query import Outcome
from qroc_desktop.domain.shape import Shape, point
from qroc_desktop.domain.state import Layer
from qroc_desktop.domain.vocabulary import Aspect, ItemType
from qroc_desktop.mapview.messages import Drawn, ToolName
from qroc_desktop.mapview.widget import MapWidget
from qroc_desktop.services.buffers import buffered
from qroc_desktop.translation import tr
from qroc_desktop.ui.action_set import ActionSet
from qroc_desktop.ui.bench import Bench
from qroc_desktop.ui.ports import PlaceBook
from qroc_desktop.ui.quick_entry import NewItem, QuickEntry

TOOLS: Final[dict[str, tuple[ToolName, ItemType]]] = {
    "draw.point": ("point", ItemType.INCIDENT),
    "draw.unit": ("point", ItemType.UNIT),
    "draw.facility": ("point", ItemType.FACILITY),
    "draw.note": ("point", ItemType.NOTE),
    "draw.line": ("line", ItemType.LINE),
    "draw.area": ("polygon", ItemType.AREA),
    "draw.circle": ("circle", ItemType.AREA),
    "draw.rings": ("rings", ItemType.AREA),
}
LARGEST_BUFFER_M: Final = 1_000_000


class DrawCommands:
    """Remembers which action began the tool: one point tool draws incidents, units, facilities and notes."""

    def __init__(self, window: QWidget, bench: Bench, map_: MapWidget, places: PlaceBook, actions: ActionSet) -> None:
        self._window = window
        self._bench = bench
        self._map = map_
        self._places = places
        self._type = ItemType.INCIDENT
        self._layers: list[Layer] = []
        for action in TOOLS:
            actions.bind(action, partial(self.begin, action))
        actions.bind("draw.buffer", self.buffer)
        actions.bind("edit.new", self.at_the_middle)
        map_.drawn.connect(self._drawn)

    def on_layers(self, layers: list[Layer]) -> None:
        """Layers were read."""
        self._layers = layers

    def begin(self, action: str) -> None:
        """Start the tool of an action."""
        tool, self._type = TOOLS[action]
        self._map.start_tool(tool)

    def at_the_middle(self) -> None:
        """A new incident in the middle of the map, its position ready to be typed over."""
        view = self._map.view
        shape = point(_wrapped(view.lon), max(-90.0, min(90.0, view.lat))) if view else None
        self._ask(ItemType.INCIDENT, shape, guessed=True)

    def at(self, lon: float, lat: float) -> None:
        """A new incident at a place."""
        self._ask(ItemType.INCIDENT, point(_wrapped(lon), lat))

    def buffer(self) -> None:
        """An area around the selection, so many metres wide."""
        metres, good = QInputDialog.getDouble(
            self._window, tr("Buffer"), tr("Distance in metres"), 500.0, 1.0, LARGEST_BUFFER_M, 0
        )
        if not good:
            return
        desk, ids = self._bench.desk, self._bench.selection.ids

        def compute() -> Shape | None:
            shapes = [item.shape for item in (desk.picture.item(i) for i in ids) if item and item.shape]
            return buffered(shapes, metres) if shapes else None

        self._bench.background.read(compute, self._buffered, key="buffer")

    def _buffered(self, shape: Shape | None) -> None:
        if shape is None:
            self._bench.notices.info(tr("The selected items have no position to draw a buffer around."))
        else:
            self._ask(ItemType.AREA, shape)

    def _drawn(self, event: Drawn) -> None:
        if event.tool == "pick":
            return  # somebody else asked where
        self._ask(self._type, event.shape)

    def _ask(self, type_: ItemType, shape: Shape | None, *, guessed: bool = False) -> None:
        entry = QuickEntry(
            self._bench, type_, shape, self._layers, self._window, self._places, guessed=guessed and shape is not None
        )
        entry.asked.connect(self._create)
        entry.open()

    def _create(self, new: NewItem) -> None:
        desk = self._bench.desk

        def made(answer: tuple[str, Outcome]) -> None:
            self._bench.selection.set([answer[0]])
            shape = new.aspects.get(Aspect.SHAPE)
            if isinstance(shape, Shape) and not self._in_view(shape):
                self._map.go_to(*shape.anchor())

        self._bench.background.write(
            lambda: desk.items.create(new.aspects, layer=new.layer, valid_at=new.since), made
        )

    def _in_view(self, shape: Shape) -> bool:
        """Whether the map shows it: what was typed for elsewhere is gone to."""
        if self._map.view is None:
            return False
        west, south, east, north = self._map.view.bounds
        lon, lat = shape.anchor()
        # The map may show the world once more, further east or west.
        lon += 360 * round(((west + east) / 2 - lon) / 360)
        return west <= lon <= east and south <= lat <= north


def _wrapped(lon: float) -> float:
    """The map repeats the world; items stand in it once."""
    return (lon + 180.0) % 360.0 - 180.0


