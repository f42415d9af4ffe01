"""The library of base maps: what is added is checked, whole or not at all."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import sqlite3
import sys
from pathlib import Path

import pytest
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

from qroc_desktop.errors import Refused
from qroc_desktop.paths import program_files
from qroc_desktop.services.maps import MapLibrary, said_schema, stacked
from qroc_desktop.services.progress import Cancelled, Task
from qroc_desktop.services.tiles import Tiles
from qroc_desktop.store.tile_archives import open_archive

PNG = b"\x89PNG\r\n\x1a\n" + b"picture"


def pmtiles(
    path: Path, tiles: dict[tuple[int, int, int], bytes], *, vector_layers: object = None, **header: object
) -> Path:
    with path.open("wb") as file:
        writer = Writer(file)  # type: ignore[no-untyped-call]  # pmtiles is untyped
        for zxy, data in sorted(tiles.items(), key=lambda entry: zxy_to_tileid(*entry[0])):
            writer.write_tile(zxy_to_tileid(*zxy), data)  # type: ignore[no-untyped-call]
        told = {
            "tile_type": TileType.PNG, "tile_compression": Compression.NONE, "min_zoom": 0, "max_zoom": 3,
            "min_lon_e7": 50_000_000, "min_lat_e7": 500_000_000, "max_lon_e7": 70_000_000, "max_lat_e7": 510_000_000,
            "center_zoom": 0, "center_lon_e7": 0, "center_lat_e7": 0, **header,
        }  # fmt: skip
        metadata = {"name": "Luchtfoto <b>", "attribution": "<a href=x>somebody</a>", "vector_layers": vector_layers}
        writer.finalize(told, metadata)  # type: ignore[no-untyped-call]
    return path


def mbtiles(path: Path, tiles: dict[tuple[int, int, int], bytes], **metadata: str) -> Path:
    database = sqlite3.connect(path)
    with database:
        database.execute("CREATE TABLE metadata (name TEXT, value TEXT)")
        database.execute("CREATE TABLE tiles (zoom_level INT, tile_column INT, tile_row INT, tile_data BLOB)")
        told = {"name": "Karte", "format": "png", "bounds": "5,50,7,51", "attribution": "Amt", **metadata}
        database.executemany("INSERT INTO metadata VALUES (?, ?)", told.items())
        rows = [(z, x, (1 << z) - 1 - y, data) for (z, x, y), data in tiles.items()]
        database.executemany("INSERT INTO tiles VALUES (?, ?, ?, ?)", rows)
    database.close()
    return path


@pytest.fixture
def library(tmp_path: Path) -> MapLibrary:
    return MapLibrary(program_files().maps, added=tmp_path / "added", servers=tmp_path / "none.toml")


def test_the_maps_that_came_along_are_listed_and_sound(library: MapLibrary) -> None:
    listed = library.list()
    assert listed[0].id == "world"
    assert {entry.origin for entry in listed} == {"bundled"}
    assert [entry.detailed for entry in listed] == [False, True, True]
    assert all(entry.attribution and entry.schema is None and entry.kind == "vector-file" for entry in listed)
    assert [finding.problem for finding in library.check()] == [None] * 5


def test_a_changed_file_is_found(tmp_path: Path) -> None:
    folder = tmp_path / "maps"
    folder.mkdir()
    data = pmtiles(folder / "world.pmtiles", {(0, 0, 0): PNG}).read_bytes()
    lines = f'[[file]]\nname = "world.pmtiles"\nsize = {len(data)}\nsha256 = "{hashlib.sha256(data).hexdigest()}"\n'
    (folder / "sources.toml").write_text(lines)
    library = MapLibrary(folder, added=tmp_path / "added", servers=tmp_path / "none.toml")
    assert [finding.problem for finding in library.check()] == [None]
    (folder / "world.pmtiles").write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    assert "not what it was" in str(library.check()[0].problem)
    (folder / "world.pmtiles").unlink()
    assert "missing" in str(library.check()[0].problem)


@pytest.mark.parametrize("suffix", ["pmtiles", "mbtiles"])
def test_an_added_map_is_copied_listed_drawn_and_checked(suffix: str, library: MapLibrary, tmp_path: Path) -> None:
    make = pmtiles if suffix == "pmtiles" else mbtiles
    source = make(tmp_path / f"Łódź  2024.{suffix}", {(3, 4, 2): PNG})
    entry = library.add(source)
    source.unlink()
    assert entry.origin == "added"
    assert entry.kind == "raster"
    assert entry.bounds == (5.0, 50.0, 7.0, 51.0)
    assert entry in library.list()
    tiles = Tiles(library, cache=tmp_path / "cache")
    tile = tiles.tile(entry.id, 3, 4, 2)
    assert tile is not None
    assert (tile.data, tile.media_type) == (PNG, "image/png")
    assert tiles.tile(entry.id, 3, 5, 2) is None
    assert tiles.tile(entry.id, 3, 9, 2) is None
    tiles.close()
    assert library.check()[-1].problem is None
    library.remove(entry.id)
    assert entry.id not in {one.id for one in library.list()}


def test_vector_tiles_come_unpacked(library: MapLibrary, tmp_path: Path) -> None:
    packed = gzip.compress(b"layers")
    layers = '{"vector_layers": [{"id": "cover"}, {"id": "roads"}]}'
    entry = library.add(mbtiles(tmp_path / "streets.mbtiles", {(0, 0, 0): packed}, format="pbf", json=layers))
    assert (entry.kind, entry.detailed, entry.schema) == ("vector-tiles", True, None)
    tile = Tiles(library, cache=tmp_path / "cache").tile(entry.id, 0, 0, 0)
    assert tile is not None
    assert tile.data == b"layers"


@pytest.mark.parametrize(
    ("layers", "schema"),
    [
        (["transportation", "water", "place", "building"], "openmaptiles"),
        (["earth", "roads", "places", "water"], "protomaps"),
        (["ocean", "streets", "water_polygons", "land"], "shortbread"),
        (["elephants"], "unknown"),
        (["roads", "water"], "unknown"),
        ([], "unknown"),
    ],
)
@pytest.mark.parametrize("suffix", ["mbtiles", "pmtiles"])
def test_the_schema_of_a_vector_map_is_told_by_its_layers(
    library: MapLibrary, tmp_path: Path, layers: list[str], schema: str, suffix: str
) -> None:
    told = [{"id": layer} for layer in layers]
    path = tmp_path / f"land.{suffix}"
    if suffix == "mbtiles":
        mbtiles(path, {(0, 0, 0): b""}, format="pbf", json=json.dumps({"vector_layers": told}))
    else:
        pmtiles(path, {(0, 0, 0): b""}, tile_type=TileType.MVT, vector_layers=told)
    entry = library.add(path)
    assert entry.schema is not None
    # Its tiles are unpacked by the program, which bounds them, and not by the page.
    assert (entry.schema.id, entry.kind, entry.detailed) == (schema, "vector-tiles", True)
    assert entry in [printed for printed in library.list() if printed.path]
    said = str(library.check()[-1].note)
    assert said == str(said_schema(entry))
    assert "\n" not in said
    assert ("no schema that is known" in said) == (schema == "unknown")


def test_a_raster_map_lies_above_what_is_there_without_it(library: MapLibrary, tmp_path: Path) -> None:
    photo = library.add(mbtiles(tmp_path / "photo.mbtiles", {(0, 0, 0): PNG}))
    listed = library.list()
    assert [entry.id for entry in stacked(listed, "world")] == ["world", "helsinki", "liechtenstein"]
    assert [entry.id for entry in stacked(listed, photo.id)] == ["world", "helsinki", "liechtenstein", photo.id]
    assert [entry.id for entry in stacked(listed, "gone")] == ["helsinki", "liechtenstein"]


def test_ranges_are_given_of_pmtiles_of_the_library_alone(library: MapLibrary, tmp_path: Path) -> None:
    tiles = Tiles(library, cache=tmp_path / "cache")
    assert tiles.read("world", 0, 7) == b"PMTiles"
    for wrong in ("../../etc/passwd", "/etc/passwd", "", "added-none"):
        with pytest.raises(KeyError):
            tiles.read(wrong, 0, 10)
        with pytest.raises(KeyError):
            tiles.tile(wrong, 0, 0, 0)
    tiles.close()


def hostile(folder: Path) -> dict[str, Path]:
    good = pmtiles(folder / "good.pmtiles", {(0, 0, 0): PNG}).read_bytes()
    files = {
        "empty": b"",
        "text": b"<html>not a map</html>",
        "old version": b"PMTiles\x02" + good[8:],
        "cut head": good[:90],
        "cut off": good[:130],
        "root far away": good[:8] + (2**60).to_bytes(8, "little") + good[16:],
        "unknown tiles": good[:99] + b"\x09" + good[100:],
        "packed unknown": good[:97] + b"\x04" + good[98:],
        "sqlite of something else": b"SQLite format 3\x00" + bytes(4000),
        "zooms": good[:100] + b"\x09\x02" + good[102:],
    }
    bomb = gzip.compress(bytes(64 * 1024 * 1024))
    files["bomb"] = good[:24] + (len(good)).to_bytes(8, "little") + len(bomb).to_bytes(8, "little") + good[40:] + bomb
    paths = {}
    for name, data in files.items():
        paths[name] = folder / f"{name}.pmtiles"
        paths[name].write_bytes(data)
    paths["no bounds"] = mbtiles(folder / "nb.mbtiles", {(0, 0, 0): PNG}, bounds="nan,1,2,3")
    paths["wrong bounds"] = mbtiles(folder / "wb.mbtiles", {(0, 0, 0): PNG}, bounds="drop table")
    paths["no tiles"] = mbtiles(folder / "nt.mbtiles", {})
    paths["deep"] = mbtiles(folder / "deep.mbtiles", {})
    with sqlite3.connect(paths["deep"]) as database:
        database.execute("INSERT INTO tiles VALUES (99, 0, 0, x'00')")
    database.close()
    paths["not there"] = folder / "not-there.pmtiles"
    return paths


def test_a_file_that_is_no_map_gets_one_line_and_leaves_nothing(library: MapLibrary, tmp_path: Path) -> None:
    before = library.list()
    for name, path in hostile(tmp_path).items():
        with pytest.raises(Refused) as refused:
            library.add(path)
        assert "\n" not in str(refused.value), name
        assert path.name in str(refused.value), name
    assert library.list() == before
    assert not (tmp_path / "added").exists() or not list((tmp_path / "added").iterdir())


def test_a_cancelled_copy_leaves_nothing(library: MapLibrary, tmp_path: Path) -> None:
    source = pmtiles(tmp_path / "big.pmtiles", {(0, 0, 0): PNG})
    task = Task()
    task.cancel()
    with pytest.raises(Cancelled):
        library.add(source, task)
    assert list((tmp_path / "added").iterdir()) == []


def test_an_added_file_that_was_changed_later_is_found(library: MapLibrary, tmp_path: Path) -> None:
    entry = library.add(pmtiles(tmp_path / "m.pmtiles", {(0, 0, 0): PNG}))
    assert entry.path is not None
    data = bytearray(entry.path.read_bytes())
    data[-1] ^= 1
    entry.path.write_bytes(bytes(data))
    assert "not what it was" in str(library.check()[-1].problem)


def test_two_maps_of_one_name_do_not_meet(library: MapLibrary, tmp_path: Path) -> None:
    source = pmtiles(tmp_path / "m.pmtiles", {(0, 0, 0): PNG})
    assert library.add(source).id != library.add(source).id


def test_only_added_maps_can_be_removed(library: MapLibrary) -> None:
    for wrong in ("world", "nothing"):
        with pytest.raises(Refused):
            library.remove(wrong)


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="needs a folder that cannot be written")
def test_a_folder_that_cannot_be_written_gets_one_line(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    library = MapLibrary(program_files().maps, added=closed / "maps", servers=tmp_path / "none.toml")
    with pytest.raises(Refused, match="cannot be copied"):
        library.add(pmtiles(tmp_path / "m.pmtiles", {(0, 0, 0): PNG}))


def test_an_unpacked_tile_may_not_be_huge(tmp_path: Path) -> None:
    path = pmtiles(
        tmp_path / "b.pmtiles",
        {(0, 0, 0): gzip.compress(bytes(64 * 1024 * 1024))},
        tile_type=TileType.MVT,
        tile_compression=Compression.GZIP,
    )
    archive = open_archive(path)
    with pytest.raises(OSError, match="more than is allowed"):
        archive.tile(0, 0, 0)
    archive.close()
