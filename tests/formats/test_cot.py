"""Cursor on Target: events alone, in a file, in a stream; shapes of TAK clients; the way back."""

from __future__ import annotations

import re
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from qroc_desktop.domain.aspects import Marking, Motion, Nature, Origin, Situation, Style, Wording
from qroc_desktop.domain.instant import parse
from qroc_desktop.domain.shape import Shape
from qroc_desktop.domain.vocabulary import Affiliation, Aspect, ItemType, Priority, Status, Tlp, WorkspaceKind
from qroc_desktop.errors import Refused
from qroc_desktop.formats import cot
from qroc_desktop.formats.reading import Reading
from tests.formats.foreign_items import (
    NOW,
    SCRIPT,
    as_item,
    aspects_of_items,
    comparable,
    instants,
    item,
    layer,
    told,
    writing,
)

POINT = "<point lat='48.2' lon='16.37' hae='170.5' ce='10' le='9999999.0'/>"


def event(detail: str = "", *, point: str = POINT, **attributes: str) -> str:
    values = {
        "version": "2.0",
        "uid": "u1",
        "type": "a-f-G-U-C",
        "time": "2024-05-01T10:00:00.000Z",
        "start": "2024-05-01T09:59:00Z",
        "stale": "2024-05-01T10:05:00Z",
        "how": "m-g",
    } | attributes
    written = " ".join(f"{name}={quoteattr(value)}" for name, value in values.items() if value)
    return f"<event {written}>{point}<detail>{detail}</detail></event>"


def read(text: str) -> Reading:
    return cot.read(text.encode(), name="x.cot")


def aspects(text: str) -> Any:
    reading = read(text)
    assert len(reading.items) == 1, told(reading.problems)
    return reading.items[0].aspects


def links(*corners: str) -> str:
    return "".join(f"<link point='{corner}'/>" for corner in corners)


def test_a_position_report() -> None:
    detail = "<contact callsign='ALPHA 1'/><remarks>On site</remarks><track course='90.5' speed='13.9'/>"
    reading = read(event(detail))
    (only,) = reading.items
    assert only.aspects[Aspect.NATURE] == Nature(type=ItemType.UNIT, kind="a-f-G-U-C", affiliation=Affiliation.FRIEND)
    assert only.aspects[Aspect.SHAPE] == Shape(type="Point", coordinates=[16.37, 48.2, 170.5], accuracy_m=10.0)
    assert only.aspects[Aspect.MOTION] == Motion(course_deg=90.5, speed_ms=13.9)
    assert only.aspects[Aspect.SITUATION] == Situation(stale_at=parse("2024-05-01T10:05:00Z"))
    assert only.aspects[Aspect.WORDING] == Wording(title="ALPHA 1", description="On site")
    assert only.valid_at == parse("2024-05-01T09:59:00Z")
    assert only.aspects[Aspect.ORIGIN].sent == NOW  # type: ignore[union-attr]
    assert (reading.problems, reading.exercise) == ([], None)


@pytest.mark.parametrize(
    ("kind", "item_type", "affiliation"),
    [
        ("a-u-X-i-h", ItemType.INCIDENT, Affiliation.UNKNOWN),
        ("a-h-G-I-i", ItemType.FACILITY, Affiliation.HOSTILE),
        ("a-p-A-C-F", ItemType.UNIT, Affiliation.PENDING),
        ("a-a-G", ItemType.UNIT, Affiliation.ASSUMED_FRIEND),
        ("a-n-G-U", ItemType.UNIT, Affiliation.NEUTRAL),
        ("a-s-S", ItemType.UNIT, Affiliation.SUSPECT),
        ("a-j-G", ItemType.UNIT, Affiliation.SUSPECT),
        ("a-k-G", ItemType.UNIT, Affiliation.HOSTILE),
        ("b-m-p-s-p-loc", ItemType.NOTE, Affiliation.UNKNOWN),
        ("b-a-o-tbl", ItemType.INCIDENT, Affiliation.UNKNOWN),
    ],
)
def test_types(kind: str, item_type: ItemType, affiliation: Affiliation) -> None:
    nature = aspects(event(type=kind))[Aspect.NATURE]
    assert nature == Nature(type=item_type, kind=kind, affiliation=affiliation)


def test_an_emergency_is_a_flash_and_its_end_is_not() -> None:
    assert aspects(event(type="b-a-o-tbl"))[Aspect.SITUATION].priority is Priority.FLASH
    over = aspects(event(type="b-a-o-can"))[Aspect.SITUATION]
    assert (over.priority, over.status) == (Priority.ROUTINE, Status.RESOLVED)


@pytest.mark.parametrize("number", ["9999999", "9999999.0", "999999", "1e7"])
def test_large_numbers_mean_unknown(number: str) -> None:
    point = f"<point lat='1' lon='2' hae='{number}' ce='{number}' le='{number}'/>"
    assert aspects(event(point=point))[Aspect.SHAPE] == Shape(type="Point", coordinates=[2.0, 1.0])
    nowhere = f"<point lat='{number}' lon='{number}' hae='0' ce='1' le='1'/>"
    reading = read(event(point=nowhere))
    assert Aspect.SHAPE not in reading.items[0].aspects
    assert "no position" in told(reading.problems)[0]


@pytest.mark.parametrize(
    ("point", "why"),
    [
        ("<point lat='91' lon='2'/>", "is not a longitude and a latitude"),
        ("<point lat='nan' lon='2'/>", "not a number"),
        ("<point lon='2'/>", "not a number"),
        ("", "the event has no point"),
    ],
)
def test_events_that_are_nowhere_are_skipped(point: str, why: str) -> None:
    reading = read(event(point=point))
    assert reading.items == []
    assert why in told(reading.problems)[0]


def test_drawings() -> None:
    triangle = [[10.0, 50.0], [11.0, 50.0], [11.0, 51.0], [10.0, 50.0]]
    corners = ("50,10", "50,11", "51,11")
    closed = aspects(event(links(*corners, "50,10"), type="u-d-f"))
    assert closed[Aspect.SHAPE] == Shape(type="Polygon", coordinates=[triangle])
    assert closed[Aspect.NATURE].type is ItemType.AREA
    opened = aspects(event(links(*corners), type="u-d-f"))
    assert opened[Aspect.SHAPE] == Shape(type="LineString", coordinates=triangle[:3])
    assert opened[Aspect.NATURE].type is ItemType.LINE
    rectangle = aspects(event(links("50,10,9999999", "50,11,3.5", "51,11", "51,10"), type="u-d-r"))
    assert rectangle[Aspect.SHAPE].coordinates == [[[10, 50], [11, 50, 3.5], [11, 51], [10, 51], [10, 50]]]
    route = aspects(
        event("<link uid='w1' type='b-m-p-w' callsign='CP1' point='50,10,0'/>" + links("51,11"), type="b-m-r")
    )
    assert route[Aspect.SHAPE] == Shape(type="LineString", coordinates=[[10, 50, 0], [11, 51]])


def test_circles_rings_ellipses_and_polylines() -> None:
    def shape(content: str, kind: str = "u-d-c-c") -> Any:
        return aspects(event(f"<shape>{content}</shape>", type=kind))[Aspect.SHAPE]

    circle = "<ellipse major='500.5' minor='500.5' angle='360'/>"
    assert (shape(circle).type, shape(circle).radius_m) == ("Point", 500.5)
    assert shape(circle + "<ellipse major='100' minor='100' angle='360'/>").rings_m == (100.0, 500.5)
    ellipse = shape("<ellipse major='2000' minor='1000' angle='90'/>").coordinates[0]
    assert ellipse[0] == ellipse[-1]
    # Turned by 90 degrees the long half axis points east: 2 km at 48.2 degrees, 74.4 km to a degree of longitude.
    assert max(p[0] for p in ellipse) - 16.37 == pytest.approx(2 / 74.4, rel=0.005)
    assert max(p[1] for p in ellipse) - 48.2 == pytest.approx(1 / 111.2, rel=0.005)
    vertices = "".join(f"<vertex lat='{lat}' lon='{lon}' hae='0'/>" for lat, lon in ((50, 10), (50, 11), (51, 11)))
    assert shape(f"<polyline closed='true'>{vertices}</polyline>", "a-u-G").type == "Polygon"
    assert shape(f"<polyline>{vertices}</polyline>", "b-m-p-s-p-i").type == "LineString"


def test_telestration_holds_events_in_attributes() -> None:
    inner = "".join(
        f"<link line={quoteattr(event(links(*c), type='u-d-f'))}/>" for c in (("1,1", "2,2"), ("3,3", "4,4"))
    )
    broken = f"<link line={quoteattr('<event')}/>"
    nowhere = "<point lat='0.0' lon='0.0' hae='9999999.0' ce='9999999.0' le='9999999.0'/>"
    reading = read(event(inner + broken, type="u-d-f-m", point=nowhere))
    assert reading.items[0].aspects[Aspect.SHAPE] == Shape(
        type="MultiLineString", coordinates=[[[1, 1], [2, 2]], [[3, 3], [4, 4]]]
    )
    assert len(reading.problems) == 1


def test_range_and_bearing() -> None:
    line = aspects(event("<range value='1000'/><bearing value='0'/>", type="u-rb-a"))[Aspect.SHAPE].coordinates
    assert line[0] == [16.37, 48.2]
    assert line[1][1] - 48.2 == pytest.approx(1 / 111.2, rel=0.005)


def test_colours_are_signed_argb() -> None:
    # -65536 is ffff0000: opaque red; 1073742079 is 400000ff: blue at a quarter; -16711936 is ff00ff00: green.
    drawn = "<strokeColor value='-65536'/><fillColor value='1073742079'/><strokeWeight value='3.5'/>"
    assert aspects(event(drawn + "<strokeStyle value='dotted'/>"))[Aspect.STYLE] == Style(
        stroke="#ff0000", fill="#0000ff", fill_opacity=0.251, width=3.5, dash=(2.0, 8.0)
    )
    assert aspects(event("<color argb='-16711936'/>"))[Aspect.STYLE] == Style(fill="#00ff00")
    assert Aspect.STYLE not in aspects(event("<color argb='99999999999'/>"))
    style = "<link><Style><LineStyle><color>ff102030</color></LineStyle></Style></link>"
    styled = f"<shape><ellipse major='1' minor='1'/>{style}</shape>"
    assert aspects(event(styled, type="u-d-c-c"))[Aspect.STYLE] == Style(stroke="#102030")


def test_symbol_codes_survive() -> None:
    code = "10031000001211000000"
    first = read(event(f"<__milsym id='{code}'/>")).items[0]
    assert first.aspects[Aspect.NATURE].sidc == code  # type: ignore[union-attr]
    again = read(cot.write([as_item(first)], writing()).data.decode()).items[0]
    assert again.aspects[Aspect.NATURE] == first.aspects[Aspect.NATURE]


@pytest.mark.parametrize(
    ("text", "exercise"),
    [
        (event(opex="e-Nordlicht"), True),
        (event(opex="s"), True),
        (event(opex="o"), False),
        (event(opex="o", type="a-j-G"), False),
        (event(type="a-k-G"), True),
        (event("<__milsym id='SDGPUCI---*****'/>"), True),
        (event("<__milsym id='10131000001211000000'/>"), True),
        (event("<__milsym id='SFGPUCI---*****'/>"), None),
    ],
)
def test_what_says_that_it_is_an_exercise(text: str, exercise: bool | None) -> None:
    assert read(text).exercise is exercise


def test_exercise_and_live_events_in_one_file_are_refused() -> None:
    with pytest.raises(Refused, match="mixes events of an exercise"):
        read(event(opex="e") + event(opex="o"))


def test_messages_are_not_items() -> None:
    for kind in ("b-t-f", "t-x-c-t", "b-f-t-r", "y-a-r"):
        reading = read(event(type=kind))
        assert (reading.items, told(reading.problems)) == ([], ["The event is a message, nothing to show on a map."])


def test_a_deletion_says_of_what() -> None:
    link = "<link uid='X' relation='none' type='none'/><__forcedelete/>"
    (gone,) = read(event(link, type="t-x-d-d", uid="D", time="2024-05-01T10:00:00Z")).items
    assert gone.ends
    assert gone.valid_at == parse("2024-05-01T10:00:00Z")
    assert gone.aspects == {Aspect.ORIGIN: Origin(format="cot", foreign_id="X", sent=gone.valid_at)}
    for nothing in ("", "<link relation='none'/>"):
        reading = read(event(nothing, type="t-x-d-d"))
        assert (reading.items, told(reading.problems)) == ([], ["The deletion does not say of what."])


def test_missing_and_wrong_attributes() -> None:
    assert told(read(event(uid="")).problems) == ["The event has no uid."]
    assert told(read(event(type="")).problems) == ["The event has no type."]
    reading = read(event(stale="soon", start="2024-05-01T10:00:00"))
    assert reading.items[0].aspects[Aspect.SITUATION].stale_at is None  # type: ignore[union-attr]
    assert told(reading.problems) == [
        "stale cannot be read as a time; it is left out.",
        "start has no zone and is read as UTC.",
    ]


# Files and streams


def test_events_in_every_arrangement() -> None:
    one, two = event(uid="1"), event(uid="2")
    head = "<?xml version='1.0' encoding='UTF-8' standalone='yes'?>"
    for text in (
        f"<events>{one}{two}</events>",
        f"{head}<events>\n{one}\n{two}</events>",
        one + two,
        f"{head}{one}\n{head}{two}\n",
        f"{one}\x00{two}\x00",
        "\ufeff" + one + two,
    ):
        assert cot.looks_like(text.encode(), "x.cot"), text
        ids = [i.aspects[Aspect.ORIGIN].foreign_id for i in read(text).items]  # type: ignore[union-attr]
        assert ids == ["1", "2"], text
    wide = cot.read(f"<?xml version='1.0' encoding='UTF-16'?>{one}".encode("utf-16"), name="x.cot")
    assert len(wide.items) == 1


def test_a_stream_that_is_cut_off_gives_what_is_whole() -> None:
    cut = event(uid="1") + "\n" + event("<a></b>", uid="2") + "\n\n" + event(uid="3") + event(uid="4")[:90]
    reading = read(cut)
    assert [i.aspects[Aspect.ORIGIN].foreign_id for i in reading.items] == ["1", "3"]  # type: ignore[union-attr]
    assert [i.where for i in reading.items] == ["line 1, event", "line 4, event"]
    assert [(p.where, p.skipped) for p in reading.problems] == [("line 2, event", True), ("line 4, event", True)]


def test_an_event_after_one_that_was_cut_off_is_read() -> None:
    reading = read(event(uid="1")[:200] + "\n" + event(uid="2") + "rubbish" + event(uid="3"))
    assert [i.aspects[Aspect.ORIGIN].foreign_id for i in reading.items] == ["2", "3"]  # type: ignore[union-attr]
    assert [(p.where, p.skipped) for p in reading.problems] == [("line 1, event", True), ("line 2", True)]
    assert reading.problems[1].what == "rubbish"


def test_what_is_not_cot_is_refused() -> None:
    for data, why in (
        (b"\xbf\x01\xbf\x08", "TAK protocol"),
        (b"<event", "not well-formed"),
        (b"", "It is empty"),
        (b"<events/>", "It holds no CoT event"),
    ):
        with pytest.raises(Refused, match=why):
            cot.read(data, name="x.cot")


# Out


def test_a_single_event_stands_alone_and_its_point_is_near_the_start() -> None:
    identifier = "0123456789abcdef" * 2
    written = cot.write([item(identifier, shape=Shape(type="Point", coordinates=[16.0, 48.0]))], writing())
    root: Any = etree.fromstring(written.data)
    assert (root.tag, root.get("uid"), root.get("version"), root.get("opex")) == ("event", identifier, "2.0", "o")
    assert (root.get("start"), root.get("time")) == ("2024-05-01T10:00:00.000Z",) * 2
    assert root.get("stale") == "2025-05-01T10:00:00.000Z"
    assert dict(root[0].attrib) == {"lat": "48", "lon": "16", "hae": "9999999.0", "ce": "9999999.0", "le": "9999999.0"}
    # TAK clients look for both in the first 256 characters to tell that a file is CoT.
    assert b"<event" in written.data[:256]
    assert b"<point" in written.data[:256]
    several: Any = etree.fromstring(cot.write([item("a"), item("b")], writing(WorkspaceKind.EXERCISE)).data)
    assert (several.tag, [e.get("opex") for e in several]) == ("events", ["e", "e"])


def test_what_other_clients_draw() -> None:
    ring = [[10.0, 50.0], [11.0, 50.0], [11.0, 51.0], [10.0, 50.0]]

    def out(**values: Any) -> Any:
        return etree.fromstring(cot.write([item(**values)], writing()).data)

    area = out(
        shape=Shape(type="Polygon", coordinates=[ring]),
        style=Style(stroke="#ff0000", fill="#0000ff", fill_opacity=0.25),
    )
    assert area.get("type") == "u-d-f"
    assert area.xpath("detail/link/@point") == ["50,10", "50,11", "51,11", "50,10"]
    assert area.xpath("string(detail/strokeColor/@value)") == "-65536"
    assert area.xpath("string(detail/fillColor/@value)") == "1073742079"
    circle = out(shape=Shape(type="Point", coordinates=[1.0, 2.0], radius_m=150.5))
    assert (circle.get("type"), circle.xpath("string(detail/shape/ellipse/@major)")) == ("u-d-c-c", "150.5")
    riot = out(
        nature=Nature(type=ItemType.INCIDENT, kind="a-u-X-i-h", affiliation=Affiliation.HOSTILE),
        shape=Shape(type="Polygon", coordinates=[ring]),
    )
    assert riot.get("type") == "a-h-X-i-h"
    assert len(riot.xpath("detail/shape/polyline[@closed='true']/vertex")) == 4
    named = out(wording=Wording(title="T", description=SCRIPT), motion=Motion(course_deg=1.0))
    assert (named.xpath("string(detail/contact/@callsign)"), named.xpath("string(detail/remarks)")) == ("T", SCRIPT)
    assert dict(named.xpath("detail/track")[0].attrib) == {"course": "1"}


def test_what_cot_has_no_place_for_is_said() -> None:
    times = (NOW, NOW)
    track = Shape(type="LineString", coordinates=[[1.0, 2.0], [3.0, 4.0]], times=times)
    written = cot.write([item("t", shape=track, marking=Marking(tlp=Tlp.RED))], writing())
    assert [(p.where, p.what) for p in written.problems] == [("t", "2"), ("t", "TLP:RED")]
    assert "no tracks" in told(written.problems)[0]


def test_unknown_detail_goes_out_as_it_came_in() -> None:
    detail = (
        "<takv os='34' platform='ATAK'/><contact callsign='A' endpoint='*:-1:stcp'/><__group name='Cyan' role='HQ'/>"
        f"<x:deep xmlns:x='urn:x'><a>{escape(SCRIPT)}</a></x:deep><remarks>r</remarks><link uid='p' relation='p-p'/>"
    )
    (first,) = read(event(detail, access="Undefined", how="h-g-i-g-o")).items
    written = cot.write([as_item(first)], writing())
    root: Any = etree.fromstring(written.data)
    own = root.find("detail/__qroc")
    own.getparent().remove(own)
    assert (
        etree.tostring(root.find("detail")).decode()
        == etree.tostring(etree.fromstring(f"<detail>{detail}</detail>")).decode()
    )
    assert (root.get("access"), root.get("how"), root.get("uid")) == ("Undefined", "h-g-i-g-o", "u1")
    renamed: Any = etree.fromstring(
        cot.write([as_item(first, wording=Wording(title="B", description="r"))], writing()).data
    )
    assert dict(renamed.find("detail/contact").attrib) == {"callsign": "B", "endpoint": "*:-1:stcp"}
    assert renamed.find("detail/{urn:x}deep/a").text == SCRIPT


def test_a_drawing_that_is_moved_keeps_its_other_links() -> None:
    (first,) = read(event(links("50,10", "50,11") + "<link uid='p' relation='p-p'/>", type="u-d-f")).items
    moved = as_item(first, shape=Shape(type="LineString", coordinates=[[1.0, 2.0], [3.0, 4.0]]))
    root: Any = etree.fromstring(cot.write([moved], writing()).data)
    assert root.xpath("detail/link/@point") == ["2,1", "4,3"]
    assert root.xpath("detail/link/@uid") == ["p"]


def test_an_edit_by_others_wins_over_what_is_carried() -> None:
    point = Shape(type="Point", coordinates=[16.0, 48.0], accuracy_m=5.0)
    written = cot.write([item(shape=point, wording=Wording(title="A", place="Graz"))], writing())
    moved = written.data.replace(b'lat="48"', b'lat="49"').replace(b'callsign="A"', b'callsign="B"')
    found = aspects(moved.decode())
    assert found[Aspect.SHAPE] == Shape(type="Point", coordinates=[16.0, 49.0], accuracy_m=5.0)
    assert found[Aspect.WORDING].title == "B"


def test_a_seal_that_was_kept_does_not_hide_an_edit() -> None:
    wording = Wording(title="A")
    written = cot.write([item(wording=wording), item("j")], writing())
    assert cot.read(written.data, name="x").problems == []
    edited = cot.read(written.data.replace(b'{"title":"A"}', b'{"title":"Z"}'), name="x")
    assert edited.items[0].aspects[Aspect.WORDING] == wording
    assert told(edited.problems) == ["The event has no position: it came in without one."]


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(aspects_of_items, instants), min_size=1, max_size=3), st.booleans())
def test_every_item_comes_back_as_it_was(rows: list[Any], sealed: bool) -> None:
    items = [item(f"i{n}", valid, layer="l1", **values) for n, (values, valid) in enumerate(rows)]
    written = cot.write(items, writing(layers=[layer("l1", "Streets")])).data
    reading = cot.read(written if sealed else re.sub(rb' seal="[0-9a-f]+"', b"", written), name="x.cot")
    assert [comparable(i.aspects) for i in items] == [i.aspects for i in reading.items]
    assert [i.valid_from for i in items] == [i.valid_at for i in reading.items]
    assert {i.folders for i in reading.items} == {("Streets",)}
