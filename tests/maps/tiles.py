"""Reads tiles as the print renderer does: the deepest tile there is at a position."""

from __future__ import annotations

import gzip
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mapbox_vector_tile
from pmtiles.reader import Reader

MAPS = Path(__file__).parents[2] / "maps"


class Archive:
    """One PMTiles file, held in memory."""

    def __init__(self, name: str) -> None:
        content = (MAPS / name).read_bytes()
        read: Callable[[int, int], bytes] = lambda offset, length: content[offset : offset + length]  # noqa: E731
        self._reader = Reader(read)  # type: ignore[no-untyped-call]
        self.header: dict[str, Any] = self._reader.header()  # type: ignore[no-untyped-call]
        self.metadata: dict[str, Any] = self._reader.metadata()  # type: ignore[no-untyped-call]

    def layers(self) -> set[str]:
        return {str(layer["id"]) for layer in self.metadata["vector_layers"]}

    def fields(self, layer: str) -> set[str]:
        return {field for entry in self.metadata["vector_layers"] if entry["id"] == layer for field in entry["fields"]}

    def tile(self, zoom: int, x: int, y: int) -> dict[str, Any] | None:
        data = self._reader.get(zoom, x, y)  # type: ignore[no-untyped-call]
        if data is None:
            return None
        decoded: dict[str, Any] = mapbox_vector_tile.decode(
            gzip.decompress(data), default_options={"y_coord_down": True}
        )
        return decoded

    def at(self, lon: float, lat: float, zoom: int) -> dict[str, list[dict[str, Any]]]:
        """The features of the tile of a data zoom at a position, a list a layer."""
        size = 2**zoom
        x = int((lon + 180) / 360 * size)
        y = int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * size)
        tile = self.tile(zoom, x, y)
        assert tile is not None, f"no tile {zoom}/{x}/{y}"
        return {layer: list(content["features"]) for layer, content in tile.items()}


def properties(features: list[dict[str, Any]], **wanted: Any) -> list[dict[str, Any]]:
    """The properties of the features that have all the wanted values."""
    found = [feature["properties"] for feature in features]
    return [own for own in found if all(own.get(key) == value for key, value in wanted.items())]
