"""KML and KMZ: geometries, styles, times, folders, what is never followed, and the way back."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from qroc_desktop.domain.aspects import Marking, Situation, Style, Wording
from qroc_desktop.domain.instant import parse
from qroc_desktop.domain.shape import Shape
from qroc_desktop.domain.vocabulary import Aspect, Handling, ItemType, WorkspaceKind
from qroc_desktop.errors import Refused
from qroc_desktop.formats import archive, kml, kmz
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
    sample,
    told,
    writing,
)

SPACE = "http://www.opengis.net/kml/2.2"
GX = "http://www.google.com/kml/ext/2.2"
SEALS = re.compile(rb'<Data name="qroc:seal"><value>[0-9a-f]+</value></Data>')


def document(content: str, space: str = SPACE) -> bytes:
    declared = f" xmlns='{space}'" if space else ""
    return f"<kml{declared} xmlns:gx='{GX}'><Document>{content}</Document></kml>".encode()


def placemark(content: str, name: str = "P") -> str:
    return f"<Placemark><name>{name}</name>{content}</Placemark>"


def boundary(which: str, coordinates: str) -> str:
    ring = f"<LinearRing><coordinates>{coordinates}</coordinates></LinearRing>"
    return f"<{which}BoundaryIs>{ring}</{which}BoundaryIs>"


def read(content: str) -> Reading:
    return kml.read(document(content), name="x.kml")


def shapes(content: str) -> list[Any]:
    return [i.aspects.get(Aspect.SHAPE) for i in read(placemark(content)).items]


def aspect(content: str, which: Aspect) -> Any:
    (only,) = read(content).items
    return only.aspects.get(which)


@pytest.mark.parametrize(
    ("content", "kind", "coordinates", "item_type"),
    [
        ("<Point><coordinates>16.37,48.2,170</coordinates></Point>", "Point", [16.37, 48.2, 170.0], ItemType.NOTE),
        ("<Point><coordinates> 16.37 , 48.2 </coordinates></Point>", "Point", [16.37, 48.2], ItemType.NOTE),
        (
            "<LineString><coordinates>1,2 3,4\n5,6,7</coordinates></LineString>",
            "LineString",
            [[1, 2], [3, 4], [5, 6, 7]],
            ItemType.LINE,
        ),
        (
            "<LinearRing><coordinates>1,1 2,1 2,2 1,1</coordinates></LinearRing>",
            "LineString",
            [[1, 1], [2, 1], [2, 2], [1, 1]],
            ItemType.LINE,
        ),
        (
            f"<Polygon>{boundary('outer', '0,0 9,0 9,9 0,0')}{boundary('inner', '5,1 6,1 6,2 5,1')}</Polygon>",
            "Polygon",
            [[[0, 0], [9, 0], [9, 9], [0, 0]], [[5, 1], [6, 1], [6, 2], [5, 1]]],
            ItemType.AREA,
        ),
        (
            "<MultiGeometry><Point><coordinates>1,2</coordinates></Point><MultiGeometry><Point>"
            "<coordinates>3,4</coordinates></Point></MultiGeometry></MultiGeometry>",
            "MultiPoint",
            [[1, 2], [3, 4]],
            ItemType.NOTE,
        ),
    ],
)
def test_geometries(content: str, kind: str, coordinates: Any, item_type: ItemType) -> None:
    (only,) = read(placemark(content)).items
    assert only.aspects[Aspect.SHAPE] == Shape(type=kind, coordinates=coordinates)
    assert only.aspects[Aspect.NATURE].type is item_type  # type: ignore[union-attr]


def test_a_mixed_multigeometry_becomes_items() -> None:
    content = (
        "<MultiGeometry><Point><coordinates>1,2</coordinates></Point>"
        "<LineString><coordinates>1,2 3,4</coordinates></LineString></MultiGeometry>"
    )
    reading = read(placemark(content, "Both"))
    assert [i.aspects[Aspect.SHAPE].type for i in reading.items] == ["Point", "LineString"]  # type: ignore[union-attr]
    assert {i.aspects[Aspect.WORDING].title for i in reading.items} == {"Both"}  # type: ignore[union-attr]
    assert told(reading.problems) == ["Geometries of several kinds came in as 2 items."]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("<Point><coordinates>16,91</coordinates></Point>", "is not a longitude and a latitude"),
        ("<Point><coordinates>nan,1</coordinates></Point>", "not a number"),
        ("<Point><coordinates>1,inf</coordinates></Point>", "not a number"),
        ("<Point><coordinates></coordinates></Point>", "a point with 0 positions"),
        ("<Point/>", "a point with 0 positions"),
        ("<LineString><coordinates>1,2</coordinates></LineString>", "fewer than two positions"),
        ("<Polygon><outerBoundaryIs/></Polygon>", "the Polygon is empty"),
        ("<Polygon/>", "without an outer boundary"),
        ("<Model/>", "three dimensions"),
        ("<gx:Track><when>2024-01-01T00:00:00Z</when></gx:Track>", "1 times for 0 positions"),
        ("<gx:Track/>", "the track is empty"),
    ],
)
def test_geometries_that_are_no_good_are_skipped_with_their_line(content: str, why: str) -> None:
    reading = read("\n" + placemark(content) + placemark("<Point><coordinates>1,2</coordinates></Point>", "Good"))
    assert [i.aspects[Aspect.WORDING].title for i in reading.items] == ["Good"]  # type: ignore[union-attr]
    assert why in told(reading.problems)[0]
    assert all(p.where.startswith("line 2, ") and p.skipped for p in reading.problems)


def test_a_placemark_without_geometry_comes_in_without_a_place() -> None:
    assert shapes("<description>x</description>") == [None]


def test_tracks_have_an_instant_for_each_position() -> None:
    track = (
        "<gx:Track><when>2024-05-01T10:00:00Z</when><when>2024-05-01T10:00:10.5+02:00</when><when>2024-05-01T10:01:00Z</when>"
        "<gx:coord>16 48 100</gx:coord><gx:coord>17 49 110</gx:coord><gx:coord></gx:coord></gx:Track>"
    )
    (only,) = read(placemark(track)).items
    times = (parse("2024-05-01T10:00:00Z"), parse("2024-05-01T08:00:10.5Z"))
    assert only.aspects[Aspect.SHAPE] == Shape(
        type="LineString", coordinates=[[16, 48, 100], [17, 49, 110]], times=times
    )
    assert only.aspects[Aspect.NATURE].type is ItemType.TRACK  # type: ignore[union-attr]
    assert only.valid_at == parse("2024-05-01T10:00:00Z")
    both = aspect(placemark(f"<gx:MultiTrack>{track}{track}</gx:MultiTrack>"), Aspect.SHAPE)
    assert (both.type, len(both.times)) == ("MultiLineString", 4)


def test_times() -> None:
    span = "<TimeSpan><begin>2024-05-01</begin><end>2024-05-02T12:00:00+02:00</end></TimeSpan>"
    assert aspect(placemark(span), Aspect.SITUATION) == Situation(
        starts=parse("2024-05-01T00:00:00Z"), ends=parse("2024-05-02T10:00:00Z")
    )
    (stamped,) = read(placemark("<TimeStamp><when>1997-07</when></TimeStamp>")).items
    assert stamped.valid_at == parse("1997-07-01T00:00:00Z")
    local = read(placemark("<TimeStamp><when>1997-07-16T07:30:15</when></TimeStamp>"))
    assert told(local.problems) == ["The time has no zone and is read as UTC."]
    bad = read(placemark("<TimeStamp><when>yesterday</when></TimeStamp>"))
    assert (bad.items[0].valid_at, told(bad.problems)) == (None, ["The time cannot be read; it is left out."])


def test_styles_by_reference_and_by_map() -> None:
    shared = (
        "<Style id='s'><LineStyle><color>7fff8000</color><width>4</width></LineStyle>"
        "<PolyStyle><color>800000ff</color></PolyStyle></Style>"
        "<StyleMap id='m'><Pair><key>highlight</key><styleUrl>#no</styleUrl></Pair>"
        "<Pair><key>normal</key><styleUrl>#s</styleUrl></Pair></StyleMap>"
    )
    # aabbggrr: blue ff, green 80, red 00 for the line; pure red with half of its strength for the area.
    expected = Style(stroke="#0080ff", width=4.0, fill="#ff0000", fill_opacity=0.502)
    for reference in ("#s", "#m"):
        assert aspect(shared + placemark(f"<styleUrl>{reference}</styleUrl>"), Aspect.STYLE) == expected
    own = "<Style><LineStyle><width>9</width></LineStyle><PolyStyle><fill>0</fill></PolyStyle></Style>"
    inline = f"<styleUrl>#s</styleUrl>{own}"
    assert aspect(shared + placemark(inline), Aspect.STYLE) == Style(
        stroke="#0080ff", width=9.0, fill="#ff0000", fill_opacity=0.0
    )


def test_styles_in_a_circle_and_styles_elsewhere_end() -> None:
    circle = "<StyleMap id='a'><Pair><key>normal</key><styleUrl>#a</styleUrl></Pair></StyleMap>"
    reading = read(
        circle + placemark("<styleUrl>#a</styleUrl>") + placemark("<styleUrl>http://x.invalid/y.kml#z</styleUrl>")
    )
    assert [i.aspects.get(Aspect.STYLE) for i in reading.items] == [None, None]
    assert told(reading.problems) == [
        "The style that is referred to is not in the file.",
        "A style in another file is not followed.",
    ]


def test_nothing_that_lies_elsewhere_is_followed() -> None:
    link = "<NetworkLink><name>N</name><Link><href>http://x.invalid/a.kml</href></Link></NetworkLink>"
    others = "<GroundOverlay/><PhotoOverlay/><ScreenOverlay/><gx:Tour/>"
    icon = "<Style><IconStyle><Icon><href>http://x.invalid/i.png</href></Icon></IconStyle></Style>"
    reading = read(link + others + placemark(icon))
    assert len(reading.items) == 1
    assert [(p.where, p.skipped) for p in reading.problems] == [
        ("line 1, NetworkLink", True),
        ("line 1, GroundOverlay", True),
        ("line 1, PhotoOverlay", True),
        ("line 1, ScreenOverlay", True),
        ("line 1, Tour", True),
        ("line 1, href", False),
    ]
    assert reading.problems[-1].what == "http://x.invalid/i.png"


def test_folders_lie_in_each_other() -> None:
    nested = "<name>D</name><Folder><name>F</name>" + placemark("") + "<Folder>" + placemark("") + "</Folder></Folder>"
    assert [i.folders for i in read(nested).items] == [("D", "F"), ("D", "F")]


def test_names_of_folders_and_styles_may_come_after_what_they_are_for() -> None:
    mark = placemark("<styleUrl>#s</styleUrl><Point><coordinates>1,2</coordinates></Point>", "inner")
    # A placemark's own style may be shared too.
    keeper = placemark("<Style id='s'><LineStyle><width>3</width></LineStyle></Style>", "keeper")
    reading = read(
        f"<Folder><Folder>{mark}<name>B</name></Folder><name>A</name></Folder><Folder>{mark}</Folder>{keeper}"
    )
    assert [i.folders for i in reading.items] == [("A", "B"), (), ()]
    assert [i.aspects.get(Aspect.STYLE) for i in reading.items] == [Style(width=3.0)] * 3


def test_features_inside_something_else_are_not_the_documents() -> None:
    inside = placemark("<Point><coordinates>1,2</coordinates></Point>", "inside")
    reading = read(
        f"<Update><Create><Folder>{inside}</Folder></Create></Update>{placemark(inside, 'outside')}"
        f"<NetworkLink><name>N</name>{inside}</NetworkLink><Folder><name>F</name>{inside}</Folder>"
    )
    assert [i.aspects[Aspect.WORDING].title for i in reading.items] == ["outside", "inside"]  # type: ignore[union-attr]
    assert reading.items[1].folders == ("F",)
    assert [problem.what for problem in reading.problems] == ["N"]


def test_descriptions_are_text_exactly_as_written() -> None:
    cdata = f"<description><![CDATA[  {SCRIPT.replace(']]>', ']]]]><![CDATA[>')}\n<b>x</b> ]]></description>"
    assert aspect(placemark(cdata), Aspect.WORDING).description == f"  {SCRIPT}\n<b>x</b> "


@pytest.mark.parametrize(
    "space",
    ["", SPACE, "http://www.opengis.net/kml/2.3", "http://earth.google.com/kml/2.0", "http://earth.google.com/kml/2.1"],
)
def test_namespaces(space: str) -> None:
    data = document(placemark("<Point><coordinates>1,2</coordinates></Point>"), space)
    assert kml.looks_like(data, "x.kml")
    assert len(kml.read(data, name="x.kml").items) == 1


def test_elements_of_other_namespaces_are_not_ours() -> None:
    other = "<o:Placemark xmlns:o='urn:other'><o:name>x</o:name></o:Placemark>"
    assert read(other + placemark("<o:Point xmlns:o='urn:other'/>")).items[0].aspects.get(Aspect.SHAPE) is None


def test_what_is_not_kml_is_refused() -> None:
    with pytest.raises(Refused, match="It is not KML"):
        kml.read(b"<gpx/>", name="x.kml")


def test_extended_data_and_views_come_back() -> None:
    extra = (
        "<visibility>0</visibility><LookAt><longitude>1</longitude></LookAt>"
        "<ExtendedData><Data name='a'><value>1</value></Data></ExtendedData>"
    )
    (first,) = read(placemark(extra + "<Point><coordinates>1,2</coordinates></Point>")).items
    written = kml.write([as_item(first)], writing())
    root = etree.fromstring(written.data)
    (mark,) = root.iter(f"{{{SPACE}}}Placemark")
    assert [etree.QName(e).localname for e in mark] == [
        "name", "visibility", "LookAt", "TimeStamp", "styleUrl", "ExtendedData", "Point",
    ]  # fmt: skip
    assert mark.find(f"{{{SPACE}}}ExtendedData/{{{SPACE}}}Data[@name='a']") is not None
    (again,) = kml.read(written.data, name="y.kml").items
    assert again.aspects == first.aspects


def test_our_file_shows_what_it_should_to_others() -> None:
    picture = [
        item(
            "a",
            layer="l2",
            wording=Wording(title=SCRIPT, description=SCRIPT, place="Wien"),
            style=Style(stroke="#112233", width=2),
        ),
        item("b", layer="l1", shape=Shape(type="Point", coordinates=[16.0, 48.0], radius_m=1000.0)),
        item("c", situation=Situation(starts=NOW), marking=Marking(handling=Handling.H1)),
    ]
    layers = [layer("l2", "Second", 2), layer("l1", "First", 1)]
    written = kml.write(picture, writing(layers=layers))
    root: Any = etree.fromstring(written.data)
    space = {"k": SPACE}
    assert root.xpath("//k:Folder/k:name/text()", namespaces=space) == ["First", "Second"]
    description = root.xpath("string(//k:Folder[2]//k:description)", namespaces=space)
    assert description.startswith("&lt;img src=x onerror=alert(1)&gt; &amp; ")
    assert root.xpath("string(//k:Folder[2]/k:Placemark/k:name)", namespaces=space) == SCRIPT
    assert root.xpath("//k:LineStyle/k:color/text()", namespaces=space) == ["ff332211"]
    assert set(root.xpath("//k:BalloonStyle/k:text/text()", namespaces=space)) == {"$[description]"}
    ring = root.xpath("string(//k:Folder[1]//k:coordinates)", namespaces=space).split()
    assert (len(ring), ring[0]) == (65, ring[-1])
    # A degree of latitude at 48 degrees is 111.19 km on the WGS84 ellipsoid.
    assert max(float(p.split(",")[1]) for p in ring) == pytest.approx(48 + 1 / 111.19, abs=1e-5)
    assert root.xpath("string(//k:TimeSpan/k:begin)", namespaces=space) == "2024-05-01T10:00:00Z"
    assert [(p.where, p.what) for p in written.problems] == [("c", "H1")]


def test_an_exercise_says_so_and_other_files_say_nothing() -> None:
    assert kml.read(kml.write([item()], writing(WorkspaceKind.EXERCISE)).data, name="x").exercise is True
    assert kml.read(kml.write([item()], writing()).data, name="x").exercise is False
    assert read(placemark("")).exercise is None


def test_an_edit_by_others_wins_over_what_is_carried() -> None:
    point = Shape(type="Point", coordinates=[16.0, 48.0], accuracy_m=5.0)
    written = kml.write(
        [item(shape=point, wording=Wording(title="A", description="<b>")), item("j", shape=point)], writing()
    )
    moved = written.data.replace(b"16,48", b"17,48", 1).replace(b"<name>A</name>", b"<name>B</name>")
    first, second = kml.read(moved, name="x.kml").items
    assert first.aspects[Aspect.SHAPE] == Shape(type="Point", coordinates=[17.0, 48.0])
    assert first.aspects[Aspect.WORDING].title == "B"  # type: ignore[union-attr]
    assert second.aspects[Aspect.SHAPE] == point


def test_a_seal_that_was_kept_does_not_hide_an_edit() -> None:
    style = Style(stroke="#112233", width=2.0)
    wording = Wording(title="A")
    written = kml.write([item(wording=wording, style=style)], writing()).data
    carried = written.replace(b'{"title":"A"}', b'{"title":"Z"}')
    assert kml.read(carried, name="x").items[0].aspects[Aspect.WORDING] == wording
    shared = written.replace(b"<color>ff332211</color>", b"<color>ff000000</color>")
    (found,) = kml.read(shared, name="x").items
    assert found.aspects[Aspect.STYLE] == Style(stroke="#000000", width=2.0)
    assert found.aspects[Aspect.WORDING] == wording


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(aspects_of_items, instants), min_size=1, max_size=3), st.booleans())
def test_every_item_comes_back_as_it_was(rows: list[Any], sealed: bool) -> None:
    items = [item(f"i{n}", valid, layer="l1", **aspects) for n, (aspects, valid) in enumerate(rows)]
    written = kml.write(items, writing(layers=[layer("l1", "Streets")])).data
    reading = kml.read(written if sealed else SEALS.sub(b"", written), name="x.kml")
    assert [comparable(i.aspects) for i in items] == [i.aspects for i in reading.items]
    assert [i.valid_from for i in items] == [i.valid_at for i in reading.items]
    assert {i.folders[-1] for i in reading.items} == {"Streets"}


# KMZ


def test_kmz_reads_the_main_file_and_names_the_others() -> None:
    main = document(placemark("<Point><coordinates>1,2</coordinates></Point>"))
    packed = archive.packed(
        {"files/x.png": b"png", "a/other.kml": main, "first.kml": b"<kml/>", "doc.kml": main}, at=NOW
    )
    assert kmz.looks_like(packed, "x.kmz")
    reading = kmz.read(packed, name="x.kmz")
    assert (reading.format, len(reading.items)) == ("kmz", 1)
    assert [p.where for p in reading.problems] == ["files/x.png", "a/other.kml", "first.kml"]
    with pytest.raises(Refused, match="It holds no KML file"):
        kmz.read(archive.packed({"a.txt": b""}, at=NOW), name="x.kmz")


def test_kmz_comes_back() -> None:
    items = [item(wording=Wording(title="Töst"))]
    written = kmz.write(items, writing())
    assert written.data == kmz.write(items, writing()).data
    assert kmz.read(written.data, name="x.kmz").items[0].aspects[Aspect.WORDING] == Wording(title="Töst")


# The sample file of KML. Values read off the file by eye.


def test_the_sample_file() -> None:
    reading = kml.read(sample("kml/KML-Samples.kml"), name="KML-Samples.kml")
    by_title = {i.aspects[Aspect.WORDING].title: i for i in reading.items}  # type: ignore[union-attr]
    assert len(reading.items) == 20
    types = Counter(i.aspects[Aspect.SHAPE].type for i in reading.items)  # type: ignore[union-attr]
    assert types == {"Point": 3, "LineString": 7, "Polygon": 10}
    assert Counter(p.where.split(", ")[1] for p in reading.problems) == {
        "GroundOverlay": 6,
        "NetworkLink": 1,
        "ScreenOverlay": 1,
        "href": 2,
    }
    simple = by_title["Simple placemark"]
    assert simple.folders == ("KML Samples", "Placemarks")
    assert simple.aspects[Aspect.SHAPE] == Shape(type="Point", coordinates=[-122.0822035425683, 37.42228990140251, 0.0])
    pentagon = by_title["The Pentagon"].aspects[Aspect.SHAPE]
    assert [len(ring) for ring in pentagon.coordinates] == [6, 6]  # type: ignore[union-attr]
    assert by_title["Building 40"].aspects[Aspect.STYLE] == Style(fill="#ff0000", fill_opacity=0.49, width=1.5)
    tessellated = by_title["Tessellated"].aspects[Aspect.WORDING].description  # type: ignore[union-attr]
    assert "<tessellate> tag has a value of 1" in tessellated


def test_the_sample_file_comes_back() -> None:
    reading = kml.read(sample("kml/KML-Samples.kml"), name="x.kml")
    written = kml.write([as_item(read, f"i{n}") for n, read in enumerate(reading.items)], writing())
    again = kml.read(written.data, name="y.kml")
    assert [i.aspects for i in again.items] == [i.aspects for i in reading.items]
