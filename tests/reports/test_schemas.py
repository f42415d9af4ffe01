"""Tiles in the schemas of others become layers of our own, in print as on the screen."""

from __future__ import annotations

from collections import Counter
from typing import Any

import mapbox_vector_tile
import pytest

from qroc_desktop.paths import program_files
from qroc_desktop.reports.base_map import Ground, MapStyle, text_of
from qroc_desktop.reports.projection import frame_around
from qroc_desktop.reports.schemas import Schema, Schemas
from tests.maps.foreign import TELLERS, Tiles, retold, unheard_of

STYLE = MapStyle.load(program_files().maps / "styles" / "light.json")
SCHEMAS = Schemas.load(program_files().maps / "styles" / "schemas")
HELSINKI = (24.936, 60.1645, 24.953, 60.179)
LAYERS = {
    "openmaptiles": ["transportation", "water"],
    "protomaps": ["earth", "roads"],
    "shortbread": ["streets", "water_polygons"],
}


class Held:
    """An archive in memory, as Ground takes it."""

    min_zoom, max_zoom, bounds, detailed, attribution = 8, 14, HELSINKI, True, "somebody"

    def __init__(self, tiles: Tiles, schema: Schema | None) -> None:
        self._tiles = tiles
        self.schema = schema

    def tile(self, z: int, x: int, y: int) -> bytes | None:
        return self._tiles.get((z, x, y))


def schema(name: str) -> Schema:
    found = SCHEMAS.of(LAYERS.get(name, ["nobody's"]))
    assert found is not None
    assert found.id == name
    return found


def ground(tiles: Tiles, by: Schema | None) -> Ground:
    return Ground(frame_around(HELSINKI, 200.0, 150.0), [Held(tiles, by)])


def rules(*kinds: str) -> list[Any]:
    return [rule for rule in STYLE.active(ground({}, None).frame.zoom, kinds) if rule["source"] == "streets"]


@pytest.fixture(scope="module")
def own() -> Ground:
    told: Any = lambda layer, properties: iter([(layer, properties)])  # noqa: E731
    return ground(retold("helsinki", told, lambda z, x, y: z >= 13), None)


@pytest.mark.parametrize("name", sorted(TELLERS))
def test_what_our_style_draws_of_our_own_tiles_it_draws_of_theirs(name: str, own: Ground) -> None:
    """The same streets, told in the words of a schema: every rule finds as many features, each of them named alike."""
    theirs = ground(retold("helsinki", TELLERS[name], lambda z, x, y: z >= 13), schema(name))
    lost = {
        "openmaptiles": {"house-number", "civic", "use-civic"},
        "protomaps": {"house-number", "use-civic"},
        "shortbread": {"house-number", "use-civic", "civic"},
    }[name]
    for rule in rules("fill", "line", "label"):
        mine, found = own.features(rule), theirs.features(rule)
        if rule["layer"] in ("cover", "boundaries", "water") or rule["id"] in lost or rule["id"].startswith("near-"):
            continue
        if rule["kind"] == "label":
            for language in ("sv", "fi", "de"):
                said = [
                    Counter(text_of(rule, language, f.properties, f.schema) for f in each) for each in (mine, found)
                ]
                for each in said:
                    each.pop("", None)
                assert said[0] == said[1], (rule["id"], language)
        else:
            assert len(mine) == len(found), rule["id"]
    capital = next(rule for rule in rules("label") if rule["id"] == "near-capital")
    assert [text_of(capital, "sv", f.properties, f.schema) for f in theirs.features(capital)] == ["Helsingfors"]
    cover = next(rule for rule in rules("fill") if rule["layer"] == "cover")
    assert sum(feature.geometry.area for feature in theirs.features(cover)) > 0


def test_what_nobody_knows_is_drawn_plainly(own: Ground) -> None:
    theirs = ground(retold("helsinki", unheard_of, lambda z, x, y: z >= 13), schema("unknown"))
    drawn = {rule["id"]: theirs.features(rule) for rule in rules("fill", "line", "label")}
    assert {name for name, features in drawn.items() if features} == {
        "other-areas", "other-outlines", "other-lines", "other-names", "other-areas-names", "other-lines-names",
    }  # fmt: skip
    names = next(rule for rule in rules("label") if rule["id"] == "other-names")
    assert "Helsingfors" in {text_of(names, "sv", f.properties, f.schema) for f in drawn["other-names"]}


def test_a_kind_of_theirs_is_never_taken_for_one_of_ours() -> None:
    """`other` and `path` of a Protomaps road mean something; a kind that no table has means nothing."""
    protomaps = schema("protomaps")
    assert protomaps.translated("landuse", "area", {"kind": "moonbase"}) == []
    told = dict(protomaps.translated("water", "area", {"kind": "forest", "name": "Waldsee"}))
    assert {name: properties["kind"] for name, properties in told.items()} == {"water": "water"}
    assert schema("unknown").translated("x", "line", {"kind": "motorway"})[0][1] == {}


def test_maritime_and_disputed_boundaries() -> None:
    omt = schema("openmaptiles")
    assert omt.translated("boundary", "line", {"admin_level": 2, "maritime": 1}) == []
    assert (
        omt.translated("boundary", "line", {"admin_level": 2, "maritime": 0, "disputed": 1})[0][1]["kind"] == "disputed"
    )
    assert (
        omt.translated("boundary", "line", {"admin_level": 2, "maritime": 0, "disputed": 0})[0][1]["kind"] == "country"
    )
    assert omt.translated("boundary", "line", {"admin_level": 5}) == []


@pytest.mark.parametrize("broken", [b"", b"\x1a\xff\xff\xff\xff\x0f", b"\x00" * 40, b"<html>", bytes(range(256))])
def test_a_broken_tile_is_a_hole(broken: bytes) -> None:
    found = ground({(13, 4663, 2371): broken}, schema("openmaptiles"))
    assert not any(found.features(rule) for rule in rules("fill", "line", "label"))


def test_wrong_geometry_is_left_out_and_the_rest_drawn() -> None:
    shapes = [
        {"type": "LineString", "coordinates": [[0, 0], [4096, 4096]]},
        {"type": "Polygon", "coordinates": [[[0, 0], [9, 9], [0, 9], [9, 0], [0, 0]]]},
        {"type": "Point", "coordinates": [5, 5]},
    ]
    features = [{"geometry": shape, "properties": {"class": "motorway"}} for shape in shapes]
    data = mapbox_vector_tile.encode(
        [{"name": "transportation", "features": features}], default_options={"y_coord_down": True}
    )
    found = ground({(13, 4663, 2371): data}, schema("openmaptiles"))
    motorway = next(rule for rule in rules("line") if rule["id"] == "motorway")
    assert {feature.geometry.geom_type for feature in found.features(motorway)} == {"LineString"}
