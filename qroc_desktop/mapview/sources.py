"""What the map needs from elsewhere. Every method may be called from a worker thread."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from qroc_desktop.domain.aspects import Style
from qroc_desktop.domain.query import Moment, Row, View
from qroc_desktop.domain.shape import Bounds, Shape
from qroc_desktop.store.tile_archives import Tile

__all__ = ["DEFAULT_LIMIT", "PictureSource", "SymbolSource", "Tile", "TileSource"]

DEFAULT_LIMIT = 2000
"""Items drawn one by one; more in view are told as clusters."""


class PictureSource(Protocol):
    """The picture, asked for by what is in view. `zoom` is that of web map tiles, 256 pixels wide."""

    def view(self, bounds: Bounds, zoom: float, moment: Moment | None, *, limit: int = DEFAULT_LIMIT) -> View:
        """Rows in view, or clusters where there are more than `limit`; `moment` None means now."""
        ...

    def shapes(self, bounds: Bounds, zoom: float, moment: Moment | None) -> Sequence[tuple[Row, Shape, Style | None]]:
        """Items in view whose shape is more than a point, generalised for the zoom."""
        ...


class SymbolSource(Protocol):
    """Symbols by their code."""

    def svg(self, sidc: str, kind: str, affiliation: str, item_type: str) -> bytes:
        """An SVG document whose middle is the anchor; ValueError or KeyError where there is none."""
        ...


class TileSource(Protocol):
    """Base maps. Only `ranges` and `tile` of known ids answer; the page cannot name a file or an address."""

    def read(self, map_id: str, offset: int, length: int) -> bytes:
        """So many bytes of a PMTiles file; KeyError for an unknown map, OSError where it cannot be read."""
        ...

    def tile(self, map_id: str, z: int, x: int, y: int) -> Tile | None:
        """One tile, None where the map has none there; KeyError for an unknown map."""
        ...
