"""The program's own map files, as far as a test's map needs them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from qroc_desktop.mapview.messages import BaseMap
from qroc_desktop.mapview.sources import Tile
from qroc_desktop.mapview.symbols import MapSymbols
from qroc_desktop.symbology.kinds import Kinds
from qroc_desktop.symbology.symbols import Symbols

ROOT = Path(__file__).parents[2]
MAPS = ROOT / "maps"
RESOURCES = ROOT / "resources"


def styles() -> dict[str, dict[str, Any]]:
    return {name: json.loads((MAPS / "styles" / f"{name}.json").read_text("utf-8")) for name in ("light", "dark")}


class FileTiles:
    """Implements `TileSource` over files: `archives` are PMTiles, `pictures` one picture for every tile of a map."""

    def __init__(self, archives: dict[str, Path], pictures: dict[str, Tile] | None = None) -> None:
        self.archives = archives
        self.pictures = pictures or {}

    def read(self, map_id: str, offset: int, length: int) -> bytes:
        with self.archives[map_id].open("rb") as file:
            file.seek(offset)
            return file.read(length)

    def tile(self, map_id: str, z: int, x: int, y: int) -> Tile | None:
        return self.pictures[map_id]


def world_tiles() -> FileTiles:
    return FileTiles({path.stem: path for path in MAPS.glob("*.pmtiles")})


def world_maps() -> list[BaseMap]:
    return [
        BaseMap(id="world", kind="vector-file", max_zoom=9, attribution="Natural Earth; GeoNames (CC BY 4.0)"),
        *(
            BaseMap(
                id=path.stem,
                kind="vector-file",
                max_zoom=14,
                streets=True,
                attribution="© OpenStreetMap contributors (ODbL)",
            )
            for path in sorted(MAPS.glob("*.pmtiles"))
            if path.stem != "world"
        ),
    ]


def symbols() -> MapSymbols:
    kinds = Kinds.load(RESOURCES / "symbols" / "kinds.toml")
    library = RESOURCES / "map" / "node_modules" / "milsymbol" / "dist" / "milsymbol.js"
    return MapSymbols(kinds, Symbols(library))
