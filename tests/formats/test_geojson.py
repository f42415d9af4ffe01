from __future__ import annotations

import json
from typing import Any

import pytest
import shapely
from hypothesis import given

from qroc_desktop.domain.aspects import Nature, Origin, Situation, Style, Wording
from qroc_desktop.domain.instant import parse
from qroc_desktop.domain.shape import Shape, point
from qroc_desktop.domain.vocabulary import Affiliation, Aspect, ItemType, Priority, Status, WorkspaceKind
from qroc_desktop.errors import Refused
from qroc_desktop.formats import geojson
from tests.formats.foreign_items import NOW, SCRIPT, as_item, aspects_of_items, item, layer, told, writing
from tests.formats.geojson_files import RFC_EXAMPLE, at, collection, feature, only, reading


def test_the_example_of_the_rfc() -> None:
    found = reading(RFC_EXAMPLE)
    assert found.problems == []
    assert found.exercise is None
    shapes = [read.aspects[Aspect.SHAPE] for read in found.items]
    assert [s.geojson() for s in shapes if isinstance(s, Shape)] == [f["geometry"] for f in RFC_EXAMPLE["features"]]
    natures = [read.aspects[Aspect.NATURE] for read in found.items]
    assert [n.type for n in natures if isinstance(n, Nature)] == [ItemType.NOTE, ItemType.LINE, ItemType.AREA]
    origins = [read.aspects[Aspect.ORIGIN] for read in found.items]
    kept = [o.kept["geojson"]["properties"] for o in origins if isinstance(o, Origin)]
    assert kept == [f["properties"] for f in RFC_EXAMPLE["features"]]


def test_longitude_comes_first() -> None:
    shape = only(feature(at(13.3777, 52.5163), {}))[Aspect.SHAPE]
    assert shape.anchor() == (13.3777, 52.5163)


@pytest.mark.parametrize(
    "value",
    [
        at(1, 2),
        feature(at(1, 2), None),
        collection(feature(at(1, 2), {})),
        {"type": "GeometryCollection", "geometries": [at(1, 2)]},
    ],
)
def test_every_kind_of_object(value: Any) -> None:
    assert only(value)[Aspect.SHAPE] == Shape(type="Point", coordinates=[1, 2])


def test_null_geometry_is_an_item_without_a_place() -> None:
    found = reading(collection(feature(None, {"title": "nowhere"}), feature(at(1, 2), {})))
    assert Aspect.SHAPE not in found.items[0].aspects
    assert found.items[0].aspects[Aspect.WORDING] == Wording(title="nowhere")
    assert [(p.where, p.skipped) for p in found.problems] == [("feature 1", False)]


def test_a_geometry_collection_is_split_and_said() -> None:
    nested = {"type": "GeometryCollection", "geometries": [at(3, 4)]}
    found = reading(feature({"type": "GeometryCollection", "geometries": [at(1, 2), nested]}, {"name": "x"}, id="g"))
    assert [str(i.aspects[Aspect.SHAPE].geojson()["coordinates"]) for i in found.items] == ["[1, 2]", "[3, 4]"]  # type: ignore[union-attr]
    assert [i.aspects[Aspect.ORIGIN].foreign_id for i in found.items] == ["g/1", "g/2"]  # type: ignore[union-attr]
    assert told(found.problems) == ["The geometry collection came in as 2 items."]


@pytest.mark.parametrize(
    "name",
    [
        "urn:ogc:def:crs:OGC:1.3:CRS84",
        "OGC:CRS84",
        "urn:ogc:def:crs:OGC::CRS84",
        "http://www.opengis.net/def/crs/OGC/1.3/CRS84",
    ],
)
def test_crs84_in_its_spellings_is_welcome(name: str) -> None:
    crs = {"type": "name", "properties": {"name": name}}
    assert len(reading(collection(feature(at(1, 2), {}), crs=crs)).items) == 1
    assert len(reading(collection(feature(at(1, 2), {}), crs=None)).items) == 1


@pytest.mark.parametrize(
    "crs",
    [
        {"type": "name", "properties": {"name": "EPSG:3857"}},
        {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4326"}},
        {"type": "link", "properties": {"href": "http://example.com/crs"}},
        {"type": "EPSG", "properties": {"code": 25832}},
        "EPSG:4326",
        7,
    ],
)
def test_another_crs_is_refused(crs: Any) -> None:
    with pytest.raises(Refused, match="CRS84"):
        reading(collection(feature(at(1, 2), {}), crs=crs))
    with pytest.raises(Refused, match="CRS84"):
        reading({**at(1, 2), "crs": crs})
    inner = reading(collection(feature(at(1, 2), {}, crs=crs), feature(at(1, 2), {})))
    assert (len(inner.items), [p.where for p in inner.problems]) == (1, ["feature 1"])


def test_metres_are_not_taken_for_degrees() -> None:
    found = reading(collection(feature(at(1_489_199.3, 6_894_701.3), {})))
    assert found.items == []
    assert "projected" in told(found.problems)[0]


def test_an_open_ring_is_closed_and_said() -> None:
    found = reading(feature({"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1]]]}, {}))
    assert found.items[0].aspects[Aspect.SHAPE].coordinates == [[[0, 0], [1, 0], [1, 1], [0, 0]]]  # type: ignore[union-attr]
    assert told(found.problems) == ["A ring was not closed; it has been closed."]


def test_what_runs_beyond_180_is_cut_there() -> None:
    # The rectangle of RFC 7946, section 3.1.9, written on beyond the antimeridian.
    ring = [[170.0, 40.0], [190.0, 40.0], [190.0, 50.0], [170.0, 50.0], [170.0, 40.0]]
    found = reading(feature({"type": "Polygon", "coordinates": [ring]}, {}))
    shape = found.items[0].aspects[Aspect.SHAPE]
    assert isinstance(shape, Shape)
    expected = shapely.MultiPolygon([shapely.box(170, 40, 180, 50), shapely.box(-180, 40, -170, 50)])
    assert shape.to_shapely().equals(expected)
    line = reading(feature({"type": "LineString", "coordinates": [[170.0, 45.0], [190.0, 45.0]]}, {}))
    lines = line.items[0].aspects[Aspect.SHAPE].coordinates  # type: ignore[union-attr]
    assert sorted(lines) == [[[-180.0, 45.0], [-170.0, 45.0]], [[170.0, 45.0], [180.0, 45.0]]]
    assert only(feature(at(190, 5), {}))[Aspect.SHAPE].coordinates == [-170.0, 5]
    assert "antimeridian" in told(found.problems)[0]


BROKEN = [
    {"type": "Point", "coordinates": []},
    {"type": "Point", "coordinates": [1]},
    {"type": "Point", "coordinates": ["1", "2"]},
    {"type": "Point", "coordinates": [True, False]},
    {"type": "Point", "coordinates": [1, 91]},
    {"type": "Point", "coordinates": [1, 2, 3, 4, 5]},
    {"type": "Point", "coordinates": None},
    {"type": "Point"},
    {"type": "Point", "coordinates": {"lon": 1}},
    {"type": "LineString", "coordinates": [[1, 2]]},
    {"type": "LineString", "coordinates": [1, 2]},
    {"type": "Polygon", "coordinates": []},
    {"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]},
    {"type": "Polygon", "coordinates": [0, 1]},
    {"type": "MultiPolygon", "coordinates": [[[0, 0]]]},
    {"type": "Circle", "coordinates": [1, 2]},
    {"type": ["Point"], "coordinates": [1, 2]},
    {"type": "GeometryCollection", "geometries": []},
    {"type": "GeometryCollection"},
    {"coordinates": [1, 2]},
    "POINT (1 2)",
    [1, 2],
    0,
    {"type": "Point", "coordinates": [10**400, 2]},
]


@pytest.mark.parametrize("geometry", BROKEN, ids=range(len(BROKEN)))
def test_a_broken_geometry_is_one_problem_and_the_rest_comes_in(geometry: Any) -> None:
    found = reading(collection(feature(at(1, 2), {}), feature(geometry, {}), feature(at(3, 4), {})))
    assert len(found.items) == 2
    assert [(p.where, p.skipped) for p in found.problems] == [("feature 2", True)]
    assert "\n" not in str(found.problems[0].why)


@pytest.mark.parametrize(
    "bad", [None, 5, "x", [], {}, {"type": "Point", "coordinates": [1, 2]}, {"type": "Feature", "properties": []}]
)
def test_what_is_no_feature_is_one_problem(bad: Any) -> None:
    found = reading(collection(feature(at(1, 2), {}), bad, feature(at(3, 4), {})))
    assert (len(found.items), [p.where for p in found.problems]) == (2, ["feature 2"])


def test_common_names_of_properties_are_understood() -> None:
    found = reading(
        feature(
            at(1, 2),
            {
                "Name": "Tram derailed",
                "desc": "two cars",
                "address": "Ring 4",
                "start_time": "2024-05-01T12:00:00+02:00",
                "expires": "2024-05-01T14:00:00Z",
                "time": 1714557600000,
                "status": "Confirmed",
                "priority": "immediate",
                "cot_type": "a-h-X-i-t-r-a",
                "stroke": "#F00",
                "stroke-width": 3,
                "fill-opacity": 0.5,
                "layer": "Verkehr",
            },
            id=77,
        )
    )
    read = found.items[0]
    assert found.problems == []
    assert read.aspects[Aspect.WORDING] == Wording(title="Tram derailed", description="two cars", place="Ring 4")
    assert read.aspects[Aspect.SITUATION] == Situation(
        status=Status.CONFIRMED, priority=Priority.IMMEDIATE, starts=NOW, ends=parse("2024-05-01T14:00:00Z")
    )
    assert read.aspects[Aspect.NATURE] == Nature(
        type=ItemType.INCIDENT, kind="a-h-X-i-t-r-a", affiliation=Affiliation.HOSTILE
    )
    assert read.aspects[Aspect.STYLE] == Style(stroke="#ff0000", width=3.0, fill_opacity=0.5)
    assert read.valid_at == NOW
    assert read.folders == ("Verkehr",)
    origin = read.aspects[Aspect.ORIGIN]
    assert isinstance(origin, Origin)
    assert (origin.foreign_id, origin.kept["geojson"]["id"]) == ("77", 77)


def test_foreign_values_that_are_not_our_codes_are_kept_in_silence() -> None:
    properties = {"type": "earthquake", "status": "automatic", "source": "us", "kind": "road", "fill": "red"}
    found = reading(feature(at(1, 2), properties))
    assert found.problems == []
    assert found.items[0].aspects[Aspect.NATURE] == Nature(type=ItemType.NOTE)
    assert found.items[0].aspects[Aspect.ORIGIN].kept["geojson"]["properties"] == properties  # type: ignore[union-attr]


def test_a_time_without_a_zone_is_read_as_utc_and_said() -> None:
    found = reading(feature(at(1, 2), {"start": "2024-05-01T10:00:00", "end": "soon"}))
    assert found.items[0].aspects[Aspect.SITUATION] == Situation(starts=NOW)
    assert told(found.problems) == [
        "The time has no zone and is read as UTC.",
        "The time cannot be read; it is left out.",
    ]


def test_times_of_a_track() -> None:
    line = {"type": "LineString", "coordinates": [[1, 2], [3, 4]]}
    times = ["2024-05-01T10:00:00Z", "2024-05-01T10:00:01Z"]
    aspects = only(feature(line, {"coordTimes": times}))
    assert aspects[Aspect.SHAPE].times == (NOW, NOW + 1_000_000)
    assert aspects[Aspect.NATURE].type is ItemType.TRACK
    assert only(feature(line, {"coordTimes": times[:1]}))[Aspect.SHAPE].times == ()


def test_text_stays_text() -> None:
    assert only(feature(at(1, 2), {"title": SCRIPT}))[Aspect.WORDING].title == SCRIPT


def test_twins_are_told_apart() -> None:
    found = reading(collection(*(feature(at(n, 2), {}, id="same") for n in range(3))))
    assert [i.aspects[Aspect.ORIGIN].foreign_id for i in found.items] == ["same", "", ""]  # type: ignore[union-attr]
    assert [(p.where, p.skipped) for p in found.problems] == [("feature 2", False), ("feature 3", False)]


def test_foreign_members_and_properties_survive_the_way_back() -> None:
    original = feature(
        at(1, 2), {"name": "old", "deep": {"a": [1, None, True, 1e-7]}, "n": 2**70}, id=5, tippecanoe={"minzoom": 3}
    )
    read = reading(original).items[0]
    edited = as_item(read, wording=Wording(title="new"))
    back = json.loads(geojson.write([edited], writing()).data)["features"][0]
    assert back["id"] == 5
    assert back["tippecanoe"] == {"minzoom": 3}
    assert back["properties"]["deep"] == original["properties"]["deep"]
    assert back["properties"]["n"] == 2**70
    assert back["properties"]["name"] == back["properties"]["title"] == "new"


@given(aspects_of_items)
def test_our_own_export_loses_nothing(aspects: Any) -> None:
    it = item("item-1", layer="l1", **aspects)
    written = geojson.write([it], writing(layers=[layer("l1", "Lage & <b>")]))
    found = geojson.read(written.data, name="a.geojson")
    assert found.problems == []
    assert (written.problems, found.exercise) == ([], False)
    back = found.items[0]
    expected = {a: v for a, v in it.aspects.items() if a is not Aspect.PLACEMENT}
    # An item of our own making is known by its id when its file comes in again.
    expected.setdefault(Aspect.ORIGIN, Origin(format="geojson", foreign_id="item-1"))
    assert back.aspects == expected
    assert (back.valid_at, back.folders) == (NOW, ("Lage & <b>",))


@given(aspects_of_items)
def test_what_is_written_is_geojson(aspects: Any) -> None:
    data = geojson.write([item(**aspects)], writing()).data
    data.decode("utf-8")

    def no_constant(name: str) -> None:
        raise AssertionError(name)

    back = json.loads(data, parse_constant=no_constant)
    assert back["type"] == "FeatureCollection"
    geometry = back["features"][0]["geometry"]
    if geometry and geometry["type"] == "Polygon":
        assert shapely.LinearRing(geometry["coordinates"][0]).is_ccw


def test_the_export_is_the_same_every_time() -> None:
    its = [item(str(n), wording=Wording(title=f"t{n}"), shape=point(n, n)) for n in range(5)]
    assert geojson.write(its, writing()).data == geojson.write(its, writing()).data


def test_what_another_program_edited_in_our_export_comes_in() -> None:
    shape = Shape(type="Point", coordinates=[1.0, 2.0], radius_m=500.0)
    it = item("i1", shape=shape, wording=Wording(title="a", place="p"), situation=Situation(priority=Priority.FLASH))
    data = json.loads(geojson.write([it], writing()).data)
    data["features"][0]["geometry"]["coordinates"] = [3.0, 4.0]
    data["features"][0]["properties"]["title"] = "b"
    data["features"][0]["properties"]["added"] = [1]
    found = reading(data)
    aspects = found.items[0].aspects
    assert aspects[Aspect.WORDING] == Wording(title="b", place="p")
    assert aspects[Aspect.SHAPE] == Shape(type="Point", coordinates=[3.0, 4.0], radius_m=500.0)
    assert aspects[Aspect.SITUATION] == Situation(priority=Priority.FLASH)


@pytest.mark.parametrize(
    "ours",
    [
        5,
        [],
        {},
        {"aspects": 5},
        {"aspects": {"shape": {"type": "x"}}},
        {"aspects": {"nature": "x"}, "valid": 1e99},
        {"aspects": {"nope": 1}, "layer": 5},
    ],
)
def test_a_hostile_member_of_ours_does_no_harm(ours: Any) -> None:
    found = reading(feature(at(1, 2), {"title": "t", "qroc": ours}))
    assert len(found.items) == 1
    assert all(not problem.skipped for problem in found.problems)


def test_exercise_is_told_both_ways() -> None:
    for kind, expected in ((WorkspaceKind.LIVE, False), (WorkspaceKind.EXERCISE, True)):
        data = geojson.write([item()], writing(kind)).data
        assert geojson.read(data, name="a.geojson").exercise is expected


def test_newline_delimited_and_text_sequences() -> None:
    lines = [json.dumps(feature(at(n, n), {})) for n in range(3)]
    for text in ("\n".join(lines), "\r\n\r\n".join(lines) + "\n", "".join(f"\x1e{line}\n" for line in lines)):
        found = geojson.read(text.encode(), name="a.geojsonl")
        assert (len(found.items), found.problems) == (3, [])
    broken = [lines[0], "{broken", json.dumps({"type": "x"}), lines[2]]
    found = geojson.read("\n".join(broken).encode(), name="a.ndjson")
    assert (len(found.items), [p.where for p in found.problems]) == (2, ["line 2", "line 3"])
    found = geojson.read(("".join(f"\x1e{line}\n" for line in broken)).encode(), name="a.geojsons")
    assert (len(found.items), [p.where for p in found.problems]) == (2, ["record 2", "record 3"])
