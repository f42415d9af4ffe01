"""Questions to the picture, live or as of a past moment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from qroc_desktop.domain.aspects import Style
from qroc_desktop.domain.change import Change
from qroc_desktop.domain.query import ItemQuery, Moment, Row, View
from qroc_desktop.domain.shape import Bounds, Shape
from qroc_desktop.domain.state import Item, Layer
from qroc_desktop.domain.vocabulary import SubjectType
from qroc_desktop.store import Workspace


class Picture:
    """Reads; never writes. A moment of None is the live picture."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def view(self, bounds: Bounds, zoom: float, moment: Moment | None = None, *, limit: int = 10_000) -> View:
        """What the map shows of visible layers: rows, or clusters where there are more than `limit`."""
        return self._workspace.view(bounds, zoom, moment, layers=self.visible_layers(moment), limit=limit)

    def shapes(
        self, bounds: Bounds, zoom: float, moment: Moment | None = None
    ) -> Sequence[tuple[Row, Shape, Style | None]]:
        """Lines, areas, circles and tracks in view on visible layers, generalised to the zoom."""
        return self._workspace.shapes(bounds, zoom, moment, layers=self.visible_layers(moment))

    def visible_layers(self, moment: Moment | None = None) -> frozenset[str]:
        """Ids of the layers that are shown now: visibility is how one looks, not what was true, so the
        past is looked at through the layers as they are switched at present."""
        now = {layer.id: layer.display.visible for layer in self._workspace.layers()}
        return frozenset(layer.id for layer in self.layers(moment) if now.get(layer.id, layer.display.visible))

    def layers(self, moment: Moment | None = None) -> list[Layer]:
        """Layers in drawing order, lowest first."""
        return self._workspace.layers(moment)

    def item(self, item: str, moment: Moment | None = None) -> Item | None:
        """One item, removed ones included as long as they are asked for by name."""
        return self._workspace.item(item, moment)

    def items(self, query: ItemQuery, moment: Moment | None = None) -> Iterator[Item]:
        """Items in drawing order."""
        return self._workspace.items(query, moment)

    def history(self, item: str) -> list[Change]:
        """Every change of an item, first to last."""
        return self._workspace.history(SubjectType.ITEM, item)
