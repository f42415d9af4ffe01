"""Maps of others in the real page: extracts in known and unknown schemas, and what a hostile one can do."""

from __future__ import annotations

import gzip
import sqlite3
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import pytest
from pytestqt.qtbot import QtBot

from qroc_desktop.paths import program_files
from qroc_desktop.services.maps import MapLibrary, stacked
from qroc_desktop.services.tiles import Tiles
from qroc_desktop.ui.commands.base_maps import base_map
from tests.maps.foreign import TELLERS, layers_of, retold, unheard_of, written_mbtiles, written_pmtiles
from tests.mapview.memory_picture import MemoryPicture
from tests.mapview.shown_map import ShownMap, shown_map

ZOOM = 14
AT = (24.945, 60.1705)
TILE = (13, 4663, 2371)
LIGHT = {"street": 0xFFFFFF, "primary": 0xFAEAC6, "rail": 0xA7A3A8}


def library(tmp_path: Path, source: Path) -> MapLibrary:
    found = MapLibrary(program_files().maps, added=tmp_path / "added", servers=tmp_path / "none.toml")
    found.add(source)
    return found


def shown_with(qtbot: QtBot, tiles: Tiles) -> Any:
    return shown_map(qtbot, MemoryPicture.of([]), tiles=tiles, lon=AT[0], lat=AT[1], zoom=ZOOM)


def put(shown: ShownMap, maps: MapLibrary) -> None:
    """The world and the added map, without our own street archives of the same place."""
    wanted = [entry for entry in stacked(maps.list(), "world") if entry.id == "world" or entry.origin == "added"]
    shown.widget.set_base_maps([base_map(entry) for entry in wanted])
    shown.until_js("qroc.bases.vector && qroc.bases.vector.views.size === 2")
    shown.until_js("Object.values(qroc.bases.vector._tiles).every((tile) => tile.loaded)")


def colours(shown: ShownMap) -> set[int]:
    """Every colour on the canvases of the base map."""
    found = shown.js(
        """(() => { const seen = new Set();
          for (const canvas of document.querySelectorAll('.leaflet-tile-pane canvas')) {
            if (!canvas.width) continue;
            const copy = document.createElement("canvas");
            [copy.width, copy.height] = [canvas.width, canvas.height];
            const context = copy.getContext("2d", { willReadFrequently: true });
            context.drawImage(canvas, 0, 0);
            const data = context.getImageData(0, 0, canvas.width, canvas.height).data;
            for (let i = 0; i < data.length; i += 4) seen.add(data[i] << 16 | data[i + 1] << 8 | data[i + 2]);
          }
          return [...seen]; })()"""
    )
    return set(found)


WRITTEN: Any = """(() => {
  const said = new Set();
  const fill = CanvasRenderingContext2D.prototype.fillText;
  CanvasRenderingContext2D.prototype.fillText = function (text, ...rest) {
    said.add(text);
    fill.call(this, text, ...rest);
  };
  window.said = said;
  return true; })()"""


@pytest.mark.parametrize("name", sorted(TELLERS))
def test_an_extract_of_a_known_schema_is_drawn_in_our_style_and_the_users_language(
    qtbot: QtBot, tmp_path: Path, name: str
) -> None:
    tiles = retold("helsinki", TELLERS[name], lambda z, x, y: z in (8, 13))
    write = written_mbtiles if name == "protomaps" else written_pmtiles
    suffix = "mbtiles" if name == "protomaps" else "pmtiles"
    maps = library(tmp_path, write(tmp_path / f"extract.{suffix}", "helsinki", tiles, layers_of(tiles)))
    served = Tiles(maps, cache=tmp_path / "cache")
    with shown_with(qtbot, served) as shown:
        shown.js(WRITTEN)
        shown.widget.set_language("sv")
        put(shown, maps)
        shown.qtbot.waitUntil(lambda: set(LIGHT.values()) <= colours(shown), timeout=30_000)
        shown.until_js("window.said.has('Helsingfors')")
        said = shown.js("[...window.said]")
        # Where the extract names the capital, the world's name for it steps back.
        assert "Helsinki" not in said
        shown.widget.set_theme("dark")
        shown.qtbot.waitUntil(lambda: {0x4B525D, 0x625B4E} <= colours(shown), timeout=30_000)
        shown.widget.set_language("fi")
        shown.until_js("window.said.has('Helsinki')")
    served.close()


def test_an_extract_of_an_unknown_schema_is_drawn_plainly(qtbot: QtBot, tmp_path: Path) -> None:
    tiles = retold("helsinki", unheard_of, lambda z, x, y: z in (8, 13))
    maps = library(tmp_path, written_mbtiles(tmp_path / "survey.mbtiles", "helsinki", tiles, layers_of(tiles)))
    served = Tiles(maps, cache=tmp_path / "cache")
    with shown_with(qtbot, served) as shown:
        shown.js(WRITTEN)
        put(shown, maps)
        shown.qtbot.waitUntil(lambda: {0x85808E} <= colours(shown), timeout=30_000)
        shown.until_js("window.said.size > 3")
    served.close()


def hostile_tiles() -> dict[str, bytes]:
    good = retold("helsinki", TELLERS["openmaptiles"], lambda z, x, y: z == 13)
    data = next(iter(good.values()))
    far = [{
        "geometry": {"type": "LineString", "coordinates": [[-(2**29), 0], [2**29, 4096]]},
        "properties": {"class": "river", "name": "R" * 4000},
    }]  # fmt: skip
    return {
        "truncated": data[: len(data) // 2],
        "endless line": mapbox_vector_tile.encode(
            [{"name": "waterway", "features": far}], default_options={"y_coord_down": True, "extents": 4096}
        ),
        # A layer of version 2 whose one feature holds a geometry with an unknown command and one without a start.
        "unknown command": b"\x1a\x17\x0a\x05water\x12\x06\x18\x03\x22\x02\x07\x09\x12\x02\x18\x03\x28\x80\x20\x78\x02",
        "extent of nothing": b"\x1a\x11\x0a\x05water\x12\x04\x18\x03\x22\x00\x28\x00\x78\x02",
        "markup": mapbox_vector_tile.encode(
            [{"name": "place", "features": [{
                "geometry": {"type": "Point", "coordinates": [2048, 2048]},
                "properties": {"class": "city", "name": "<img src=x onerror=window.owned=1>"},
            }]}], default_options={"y_coord_down": True},
        ),
    }  # fmt: skip


def test_hostile_tiles_leave_holes_and_a_page_that_lives(qtbot: QtBot, tmp_path: Path) -> None:
    good = retold("helsinki", TELLERS["openmaptiles"], lambda z, x, y: z == 13)
    kinds = hostile_tiles()
    markup = kinds.pop("markup")
    around = [(TILE[1] + column, TILE[2] + row) for row in (-1, 0) for column in (-1, 0, 1) if (column, row) != (0, 0)]
    (bomb_x, bomb_y), *places = around
    assert len(places) == len(kinds)
    tiles = {(13, x, y): data for (x, y), data in zip(places, kinds.values(), strict=True)}
    # Layers of one name that follow each other in a tile: the last of them counts.
    tiles[TILE] = good[TILE] + markup
    path = written_mbtiles(tmp_path / "hostile.mbtiles", "helsinki", tiles, layers_of(good))
    with sqlite3.connect(path) as database:
        database.execute(
            "INSERT INTO tiles VALUES (13, ?, ?, ?)",
            (bomb_x, (1 << 13) - 1 - bomb_y, gzip.compress(bytes(64 * 1024 * 1024))),
        )
        database.execute("UPDATE metadata SET value = '24.5,60.0,25.5,60.5' WHERE name = 'bounds'")
    database.close()
    maps = library(tmp_path, path)
    served = Tiles(maps, cache=tmp_path / "cache")
    with shown_with(qtbot, served) as shown:
        shown.js(WRITTEN)
        put(shown, maps)
        shown.qtbot.waitUntil(lambda: {LIGHT["street"], LIGHT["primary"]} <= colours(shown), timeout=30_000)
        shown.until_js("[...window.said].join('').includes('onerror=window.owned')")
        assert shown.js("window.owned") is None
        shown.settled()
    served.close()
