"""Base maps: added from a file, whole or not at all, and named by an administrator."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from PySide6.QtGui import QAction

from tests.ui.desk_window import ShownWindow

PNG = b"\x89PNG\r\n\x1a\n" + b"picture"


def mbtiles(path: Path, *, format_: str = "png") -> Path:
    database = sqlite3.connect(path)
    with database:
        database.execute("CREATE TABLE metadata (name TEXT, value TEXT)")
        database.execute("CREATE TABLE tiles (zoom_level INT, tile_column INT, tile_row INT, tile_data BLOB)")
        told = {"name": "Luftbild & Plan", "format": format_, "bounds": "5,50,7,51", "minzoom": "0", "maxzoom": "1"}
        if format_ == "pbf":
            told["json"] = '{"vector_layers": [{"id": "somebody-elses", "fields": {}}]}'
        database.executemany("INSERT INTO metadata VALUES (?, ?)", told.items())
        database.execute("INSERT INTO tiles VALUES (0, 0, 0, ?)", (PNG,))
    database.close()
    return path


def entries(shown: ShownWindow) -> list[QAction]:
    return [a for a in shown.window.commands.menus["base-maps"].actions() if a.isCheckable()]


def test_a_file_is_added_and_can_be_shown(shown: ShownWindow, tmp_path: Path) -> None:
    before = len(entries(shown))
    shown.window.base_maps.add(mbtiles(tmp_path / "aerial.mbtiles"))
    shown.until(lambda: len(entries(shown)) == before + 1)
    shown.settled()
    assert entries(shown)[-1].text() == "Luftbild && Plan"
    assert "Luftbild & Plan was added" in shown.notices()[-1]
    offer = shown.window.bench.notices.history[-1].offer
    assert offer
    offer[1]()
    assert [m.id for m in shown.map.of("base-maps")[-1][0]] == ["world", "helsinki", "liechtenstein", "added-aerial"]
    assert [a.text() for a in entries(shown) if a.isChecked()] == ["Luftbild && Plan"]


def test_what_is_no_map_is_refused_in_one_line(shown: ShownWindow, tmp_path: Path) -> None:
    path = tmp_path / "notes.pmtiles"
    path.write_bytes(b"nothing of the kind")
    before = [a.text() for a in entries(shown)]
    shown.window.base_maps.add(path)
    shown.until(lambda: bool(shown.notices()))
    assert shown.notices()[-1].startswith("notes.pmtiles: ")
    shown.settled()
    assert [a.text() for a in entries(shown)] == before
    assert not list((tmp_path / "maps").glob("*")) if (tmp_path / "maps").exists() else True


def test_a_map_of_an_unknown_schema_is_drawn_and_said_to_be(shown: ShownWindow, tmp_path: Path) -> None:
    shown.window.base_maps.add(mbtiles(tmp_path / "vector.mbtiles", format_="pbf"))
    shown.until(lambda: bool(shown.notices()))
    assert "Luftbild & Plan was added. It shows where it has detail." in shown.notices()[-1]
    assert "no schema that is known here" in shown.notices()[-1]
    shown.until(lambda: "added-vector" in [m.id for m in shown.map.of("base-maps")[-1][0]])
    drawn = next(m for m in shown.map.of("base-maps")[-1][0] if m.id == "added-vector")
    assert drawn.kind == "vector-tiles"
    assert drawn.schema["id"] == "unknown"


def test_the_menu_says_where_servers_come_from(shown: ShownWindow, tmp_path: Path) -> None:
    notes = [a for a in shown.window.commands.menus["base-maps"].actions() if a.text() and not a.isCheckable()]
    assert [str(tmp_path / "servers.toml") in a.text() for a in notes] == [True]
    assert not notes[0].isEnabled()


def test_what_is_passed_by_is_said_once(shown: ShownWindow, tmp_path: Path) -> None:
    (tmp_path / "servers.toml").write_text("[[server]]\nid = 'x'\n", encoding="utf-8")
    for _ in range(2):
        shown.window.base_maps.reload()
        shown.settled()
    (told,) = (text for text in shown.notices() if "servers.toml" in text)
    assert "No map server is used." in told
