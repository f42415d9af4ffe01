"""GPX 1.0 and 1.1: waypoints, routes, tracks, and files that keep the rules loosely."""

from __future__ import annotations

from typing import Any

import pytest

from qroc_desktop.domain.aspects import Situation, Wording
from qroc_desktop.domain.instant import parse
from qroc_desktop.domain.shape import Shape
from qroc_desktop.domain.vocabulary import Aspect, ItemType
from qroc_desktop.errors import Refused
from qroc_desktop.formats import gpx
from qroc_desktop.formats.reading import Reading
from tests.formats.foreign_items import SCRIPT, sample, told


def read(content: str, version: str = "1/1") -> Reading:
    return gpx.read(f"<gpx xmlns='http://www.topografix.com/GPX/{version}'>{content}</gpx>".encode(), name="x.gpx")


def point(lat: object, lon: object, time: str = "", tag: str = "trkpt", extra: str = "") -> str:
    return f"<{tag} lat='{lat}' lon='{lon}'>{extra}{f'<time>{time}</time>' if time else ''}</{tag}>"


def test_a_track_segment_is_a_line_with_an_instant_for_each_position() -> None:
    points = point(48.1, 16.1, "2024-05-01T10:00:00Z", extra="<ele>170.5</ele>") + point(
        48.2, 16.2, "2024-05-01T12:00:01+02:00"
    )
    reading = read(f"<metadata><name>Shift</name></metadata><trk><name>Car 7</name><trkseg>{points}</trkseg></trk>")
    (track,) = reading.items
    times = (parse("2024-05-01T10:00:00Z"), parse("2024-05-01T10:00:01Z"))
    assert track.aspects[Aspect.SHAPE] == Shape(
        type="LineString", coordinates=[[16.1, 48.1, 170.5], [16.2, 48.2]], times=times
    )
    assert track.aspects[Aspect.SITUATION] == Situation(starts=times[0], ends=times[1])
    assert (track.valid_at, track.folders) == (times[1], ("Shift",))
    assert track.aspects[Aspect.NATURE].type is ItemType.TRACK  # type: ignore[union-attr]
    assert reading.problems == []


def test_each_segment_is_an_item() -> None:
    segment = f"<trkseg>{point(1, 2)}{point(3, 4)}</trkseg>"
    assert len(read(f"<trk>{segment}{segment}</trk>").items) == 2


def test_empty_and_single_points_are_problems() -> None:
    reading = read(f"<trk><trkseg/><trkseg>{point(1, 2)}</trkseg></trk><trk/><rte/>")
    assert [i.aspects[Aspect.SHAPE] for i in reading.items] == [Shape(type="Point", coordinates=[2.0, 1.0])]
    assert [(str(p.why), p.skipped) for p in reading.problems] == [
        ("It has no points.", True),
        ("It has only one point and came in as a point.", False),
        ("The track has no segment.", True),
        ("It has no points.", True),
    ]


@pytest.mark.parametrize(
    ("lat", "lon"), [("91", "1"), ("nan", "1"), ("1", "inf"), ("", "1"), ("1_0", "1"), ("1", "180.001")]
)
def test_points_that_are_no_place_are_skipped_one_by_one(lat: str, lon: str) -> None:
    reading = read(f"<trk><trkseg>{point(1, 2)}\n{point(lat, lon)}{point(3, 4)}</trkseg></trk>")
    assert reading.items[0].aspects[Aspect.SHAPE] == Shape(type="LineString", coordinates=[[2.0, 1.0], [4.0, 3.0]])
    assert [(p.where, p.skipped) for p in reading.problems] == [("line 2, trkpt", True)]
    assert read(point(lat, lon, tag="wpt")).items == []


def test_times_for_some_points_only_are_left_out_and_counted() -> None:
    reading = read(f"<trk><trkseg>{point(1, 2, '2024-05-01T10:00:00Z')}{point(3, 4)}</trkseg></trk>")
    assert reading.items[0].aspects[Aspect.SHAPE].times == ()  # type: ignore[union-attr]
    assert told(reading.problems) == ["1 of its points have no time: it came in without times."]


def test_waypoints_and_their_texts() -> None:
    escaped = SCRIPT.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    (only,) = read(
        point(1, 2, "1901-12-13T20:45:52.2073437Z", "wpt", f"<name>N</name><cmt>c</cmt><desc>{escaped}</desc>")
    ).items
    assert only.aspects[Aspect.WORDING] == Wording(title="N", description=f"{SCRIPT}\n\nc")
    # Below the microsecond the digits are cut.
    assert only.valid_at == parse("1901-12-13T20:45:52.207343Z")


def test_gpx_1_0_has_its_name_at_the_top() -> None:
    reading = read(f"<name>Old</name>{point(1, 2, tag='wpt')}", "1/0")
    assert reading.items[0].folders == ("Old",)


def test_what_is_not_gpx_is_refused() -> None:
    with pytest.raises(Refused, match="It is not GPX"):
        gpx.read(b"<kml/>", name="x.gpx")
    assert not gpx.looks_like(b"<kml/>", "x.gpx")


# Real files. Values read off the files by eye.


def shape_of(reading: Reading, number: int) -> Any:
    return reading.items[number].aspects[Aspect.SHAPE]


def test_a_receiver_with_a_wrong_clock() -> None:
    data = sample("gpx/Mojstrovka.gpx")
    assert gpx.looks_like(data, "x.gpx")
    reading = gpx.read(data, name="Mojstrovka.gpx")
    (shape,) = (i.aspects[Aspect.SHAPE] for i in reading.items)
    assert isinstance(shape, Shape)
    assert len(shape.coordinates) == len(shape.times) == 184
    assert shape.coordinates[0] == [13.748273, 46.434981, 1614.678]
    assert shape.times[0] == parse("1901-12-13T20:45:52.207343Z")
    assert reading.problems == []


def test_all_fields() -> None:
    reading = gpx.read(sample("gpx/gpx1.1_with_all_fields.gpx"), name="x.gpx")
    assert [i.where for i in reading.items] == [
        "line 31, wpt",
        "line 58, wpt",
        "line 60, rte",
        "line 106, rte",
        "line 128, trkseg",
    ]
    assert shape_of(reading, 0).coordinates == [45.6, 12.3, 75.1]
    assert [len(shape_of(reading, n).coordinates) for n in (2, 3)] == [3, 2]
    assert [p.where for p in reading.problems if p.skipped] == ["line 156, trkseg", "line 159, trk"]
    assert {i.folders for i in reading.items} == {("example name",)}


def test_an_empty_segment() -> None:
    reading = gpx.read(sample("gpx/track-with-empty-segment.gpx"), name="x.gpx")
    assert len(shape_of(reading, 0).times) == 9
    assert [p.where for p in reading.problems] == ["line 43, trkseg"]


def test_a_byte_order_mark_and_no_namespace() -> None:
    data = sample("gpx/unicode_with_bom.gpx")
    assert gpx.looks_like(data, "x.gpx")
    (only,) = gpx.read(data, name="x.gpx").items
    assert only.aspects[Aspect.SHAPE] == Shape(type="Point", coordinates=[3.515386, 43.309634, -14.6])
    assert only.valid_at == parse("2016-05-27T10:08:47.8Z")


def test_a_way_without_a_name_is_called_as_its_file() -> None:
    points = '<trkpt lat="50" lon="6"/><trkpt lat="51" lon="6"/>'
    track = f"<trk><trkseg>{points}</trkseg></trk>"
    document = f'<gpx xmlns="http://www.topografix.com/GPX/1/1" version="1.1">{track}</gpx>'
    (item,) = gpx.read(document.encode(), name="patrol north.gpx").items
    wording = item.aspects[Aspect.WORDING]
    assert isinstance(wording, Wording)
    assert wording.title == "patrol north"
