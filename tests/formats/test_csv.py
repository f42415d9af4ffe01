from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qroc_desktop.domain.aspects import Evaluation, Marking, Nature, Origin, Situation, Style, Wording
from qroc_desktop.domain.instant import parse
from qroc_desktop.domain.shape import Shape, point
from qroc_desktop.domain.vocabulary import (
    Affiliation,
    Aspect,
    Basis,
    Handling,
    InformationAccuracy,
    ItemType,
    Priority,
    SourceReliability,
    SpecialCategory,
    Status,
    Tlp,
    WorkspaceKind,
)
from qroc_desktop.errors import Refused
from qroc_desktop.formats import csv_table
from qroc_desktop.formats.csv_mapping import EXPORTED, OURS
from qroc_desktop.formats.csv_table import Mapping
from qroc_desktop.formats.reading import Reading
from tests.formats.foreign_items import NOW, SCRIPT, aspects_of_items, item, layer, told, writing


def read(text: str | bytes, mapping: Mapping | None = None, name: str = "a.csv") -> Reading:
    data = text.encode() if isinstance(text, str) else text
    return csv_table.read(data, name=name, mapping=mapping)


def anchors(found: Reading) -> list[tuple[float, float] | None]:
    shapes = [read_item.aspects.get(Aspect.SHAPE) for read_item in found.items]
    return [shape.anchor() if isinstance(shape, Shape) else None for shape in shapes]


def titles(found: Reading) -> list[str]:
    return [w.title for i in found.items if isinstance(w := i.aspects[Aspect.WORDING], Wording)]


def rows_of(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


GERMAN = (
    "Bezeichnung;Beschreibung;Breite;Länge;Priorität;Zeit\r\n"
    "Brand;Dachstuhl;52,5163;13,3777;immediate;2024-05-01T12:00:00+02:00\r\n"
)


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("cp1252", "cp1252"),
    ],
)
def test_a_german_table_in_any_encoding(encoding: str, name: str) -> None:
    data = GERMAN.encode(encoding)
    shown = csv_table.preview(data, "a.csv")
    assert shown.mapping.encoding == name
    assert (shown.mapping.delimiter, shown.mapping.decimal, shown.mapping.header) == (";", ",", True)
    assert shown.mapping.columns == ("title", "description", "lat", "lon", "priority", "valid_at")
    assert shown.names == ["Bezeichnung", "Beschreibung", "Breite", "Länge", "Priorität", "Zeit"]
    found = csv_table.read(data, name="a.csv")
    assert anchors(found) == [(13.3777, 52.5163)]
    assert found.items[0].aspects[Aspect.WORDING] == Wording(title="Brand", description="Dachstuhl")
    assert found.items[0].aspects[Aspect.SITUATION] == Situation(priority=Priority.IMMEDIATE)
    assert found.items[0].valid_at == NOW
    assert found.items[0].where == "line 2"
    assert [str(p.why) for p in found.problems] == (
        ["The file is not in UTF-8; it was read as Windows-1252."] if encoding == "cp1252" else []
    )


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters(delimiter: str) -> None:
    text = "name,lat,lon\nA,1.5,2.5\nB,3.5,4.5\n".replace(",", delimiter)
    assert csv_table.preview(text.encode(), "a.csv").mapping.delimiter == delimiter
    assert anchors(read(text)) == [(2.5, 1.5), (4.5, 3.5)]


def test_the_line_that_names_the_delimiter() -> None:
    found = read("sep=;\r\nname;lat;lon\r\nA, B;1;2\r\nC;x;2\r\n")
    assert titles(found) == ["A, B"]
    assert [p.where for p in found.problems] == ["line 4"]


@pytest.mark.parametrize(
    "cell",
    [
        "52.5163, 13.3777",
        "N 52° 30' 58.7\" E 13° 22' 39.7\"",
        "33UUU8991819701",
        "33U 389918 5819702",
        "POINT (13.3777 52.5163)",
        "SRID=4326;POINT(13.3777 52.5163)",
    ],
)
@pytest.mark.parametrize("header", ["position", "coords", "geometry", "irgendwo"])
def test_positions_in_one_column(cell: str, header: str) -> None:
    quoted = cell.replace('"', '""')
    found = read(f'title,{header}\nA,"{quoted}"\n')
    [where] = anchors(found)
    assert where == pytest.approx((13.3777, 52.5163), abs=2e-5)


def test_latitude_and_longitude_in_degrees_and_letters() -> None:
    found = read("name;lat;lon\nA;52°30′58.7″N;13°22′39.7″E\nB;33.85 S;151.2 E\n")
    assert anchors(found) == [pytest.approx((13.37769, 52.51631), abs=1e-5), (151.2, -33.85)]


def test_a_table_without_a_header() -> None:
    text = 'A,"52.5, 13.4",x\nB,"53.5, 14.4",y\n'
    shown = csv_table.preview(text.encode(), "a.csv")
    assert not shown.mapping.header
    assert shown.names == ["column 1", "column 2", "column 3"]
    assert shown.mapping.columns == ("", "position", "")
    chosen = Mapping(header=False, columns=("title", "position", ""))
    found = read(text, chosen)
    assert (titles(found), anchors(found)) == (["A", "B"], [(13.4, 52.5), (14.4, 53.5)])
    origin = found.items[0].aspects[Aspect.ORIGIN]
    assert isinstance(origin, Origin)
    assert origin.kept == {"csv": {"columns": {"column 3": "x"}}}


def test_unknown_columns_are_kept() -> None:
    found = read("id,name,lat,lon,Farbe\n7,A,1,2,rot\n")
    assert found.items[0].aspects[Aspect.ORIGIN] == Origin(
        format="csv", foreign_id="7", kept={"csv": {"columns": {"Farbe": "rot"}}}
    )


def test_columns_with_one_name() -> None:
    shown = csv_table.preview(b"name,name,lat,lon,lat\nA,B,1,2,3\n", "a.csv")
    assert shown.names == ["name", "name (2)", "lat", "lon", "lat (2)"]
    assert shown.mapping.columns == ("title", "", "lat", "lon", "")


def test_every_aspect_from_columns() -> None:
    found = read(
        "title;kind;sidc;affiliation;status;priority;starts;handling;tlp;special;source;information;basis;stroke;"
        "stroke-width;lat;lon;radius_m;layer\n"
        "A;a-u-X-i-f;10014000001400000000;hostile;Ongoing;1;2024-05-01T10:00:00Z;h1;amber;health;B;2;fact;#ABC;"
        "1,5;1,0;2,0;250,5;Brände\n"
    )
    assert found.problems == []
    aspects = found.items[0].aspects
    assert aspects[Aspect.NATURE] == Nature(
        type=ItemType.INCIDENT, kind="a-u-X-i-f", sidc="10014000001400000000", affiliation=Affiliation.HOSTILE
    )
    assert aspects[Aspect.SITUATION] == Situation(status=Status.ONGOING, priority=Priority.FLASH, starts=NOW)
    assert aspects[Aspect.MARKING] == Marking(handling=Handling.H1, tlp=Tlp.AMBER, special=(SpecialCategory.HEALTH,))
    assert aspects[Aspect.EVALUATION] == Evaluation(
        source=SourceReliability.B, information=InformationAccuracy.KNOWN_TO_SOURCE, basis=Basis.FACT
    )
    assert aspects[Aspect.STYLE] == Style(stroke="#aabbcc", width=1.5)
    assert aspects[Aspect.SHAPE] == Shape(type="Point", coordinates=[2.0, 1.0], radius_m=250.5)
    assert found.items[0].folders == ("Brände",)


def test_codes_that_are_none_are_left_out_and_said() -> None:
    found = read("title,lat,lon,status,priority,tlp\nA,1,2,kaputt,9,violet\n")
    assert len(found.items) == 1
    assert [(p.where, p.what, p.skipped) for p in found.problems] == [
        ("line 2, status", "kaputt", False),
        ("line 2, priority", "9", False),
        ("line 2, tlp", "violet", False),
    ]


@pytest.mark.parametrize(
    ("cell", "zone", "expected"),
    [
        ("2024-05-01T10:00:00Z", "", "2024-05-01T10:00:00Z"),
        ("2024-05-01 12:00", "Europe/Berlin", "2024-05-01T10:00:00Z"),
        ("01.05.2024 12:00", "Europe/Berlin", "2024-05-01T10:00:00Z"),
        ("1.5.2024, 12:00:30", "Europe/Berlin", "2024-05-01T10:00:30Z"),
        ("01/05/2024 13h00", "Europe/Athens", "2024-05-01T10:00:00Z"),
        ("1.2.2024", "Europe/London", "2024-02-01T00:00:00Z"),
        ("1714557600", "", "2024-05-01T10:00:00Z"),
        ("1714557600000", "", "2024-05-01T10:00:00Z"),
    ],
)
def test_times(cell: str, zone: str, expected: str) -> None:
    mapping = Mapping(columns=("lat", "lon", "starts"), delimiter=";", zone=zone)
    found = read(f"lat;lon;t\n1;2;{cell}\n", mapping)
    assert found.problems == []
    assert found.items[0].aspects[Aspect.SITUATION] == Situation(starts=parse(expected))


def test_times_that_are_not_sure_are_said() -> None:
    columns = ("lat", "lon", "starts")
    found = read("lat,lon,t\n1,2,2024-05-01 10:00\n", Mapping(columns=columns))
    assert found.items[0].aspects[Aspect.SITUATION] == Situation(starts=NOW)
    assert told(found.problems) == ["The time has no zone and is read as UTC."]
    twice = read("lat,lon,t\n1,2,2024-10-27 02:30\n", Mapping(columns=columns, zone="Europe/Berlin"))
    assert told(twice.problems) == ["The clocks change then; the time may be an hour off."]
    never = read("lat,lon,t\n1,2,bald\n", Mapping(columns=columns))
    assert told(never.problems) == ["The time cannot be read; it is left out."]
    american = read("lat,lon,t\n1,2,05/01/2024 10:00\n", Mapping(columns=columns, day_first=False, zone="UTC"))
    assert american.items[0].aspects[Aspect.SITUATION] == Situation(starts=NOW)


def test_every_refused_row_has_its_line() -> None:
    text = (
        "name,description,lat,lon\n"
        '"A","two\nlines\nthree",1,2\n'
        "\n"
        "B,,north,2\n"
        "C,,91,2\n"
        "D,,3,4\n"
        "E,,5,6,7,8\n"
        'F,"tail" of it,7,8\n'
        "G,,9,10\n"
        "H\n"
        "I,,NaN,1\n"
    )
    found = read(text)
    assert titles(found) == ["A", "D", "G", "H"]
    assert [i.where for i in found.items] == ["line 2", "line 8", "line 11", "line 12"]
    assert [p.where for p in found.problems if p.skipped] == ["line 6", "line 7", "line 9", "line 10", "line 13"]
    assert [p.where for p in found.problems if not p.skipped] == ["line 12", "line 12"]


def test_a_quotation_mark_that_never_closes_costs_one_row() -> None:
    rows = [f"r{n},{n},{n}" for n in range(1, 60)]
    rows[20] = '"r21,21,21'
    found = read("name,lat,lon\n" + "\n".join(rows) + "\n")
    assert len(found.items) == 58
    assert [(p.where, p.skipped) for p in found.problems] == [("line 22", True)]


def test_a_file_of_quotation_marks_is_refused() -> None:
    with pytest.raises(Refused, match="Quotation"):
        read("name,lat,lon\n" + '"x,1,2\n' * 20_001)


HOPELESS = [
    b"",
    b"\n\n\n",
    b"\x00\x01\x02" * 100,
    b"name,lat,lon\nA\x00B,1,2\n",
    b"just one line of words",
    b"a,b\n1,2\n",
    b'"\n"\n"',
]


@pytest.mark.parametrize("data", HOPELESS, ids=range(len(HOPELESS)))
def test_hopeless_files_are_refused_in_one_line(data: bytes) -> None:
    with pytest.raises(Refused) as caught:
        csv_table.read(data, name="hopeless.csv")
    assert "\n" not in str(caught.value)


def test_a_line_of_many_megabytes_is_refused() -> None:
    data = b"name,lat,lon\nA,1,2\n" + b"x" * (17 * 1024 * 1024)
    with pytest.raises(Refused, match="line 3"):
        csv_table.read(data, name="a.csv")


@pytest.mark.parametrize(
    "mapping",
    [
        Mapping(columns=("lat", "lat")),
        Mapping(columns=("lat",)),
        Mapping(columns=("nonsense",)),
        Mapping(columns=("title",), zone="Mars/Olympus"),
        Mapping(columns=("title",), zone="../../etc/passwd"),
        Mapping(columns=("title",), delimiter=""),
        Mapping(columns=("title",), delimiter='"'),
        Mapping(columns=("title",), encoding="no-such"),
        Mapping(columns=("title",), encoding="ascii"),
    ],
)
def test_a_mapping_that_cannot_be_followed_is_refused(mapping: Mapping) -> None:
    with pytest.raises(Refused):
        read("ä,lat\n1,2\n", mapping)


def test_preview_shows_fifty_rows_and_what_they_give() -> None:
    text = "name,lat,lon\n" + "".join(f"r{n},{n % 80},{n}\n" for n in range(120)) + "bad,x,y\n"
    shown = csv_table.preview(text.encode(), "a.csv")
    assert (len(shown.rows), shown.more) == (50, True)
    assert shown.rows[0] == (2, ["r0", "0", "0"])
    assert len(shown.reading.items) == 50
    swapped = Mapping(columns=("title", "lon", "lat"))
    again = csv_table.preview(text.encode(), "a.csv", swapped)
    assert anchors(again.reading)[1] == (1.0, 1.0)
    short = csv_table.preview(b"name,lat,lon\nA,1,2\nbad,x,y\n", "a.csv")
    assert ([p.where for p in short.reading.problems], short.more) == (["line 3"], False)


def test_rows_with_one_id_are_told_apart() -> None:
    found = read("id,name,lat,lon\n7,A,1,2\n7,B,1,2\n,C,1,2\n,D,1,2\n")
    assert [o.foreign_id for i in found.items if isinstance(o := i.aspects[Aspect.ORIGIN], Origin)] == ["7", "", "", ""]
    assert [(p.where, p.skipped) for p in found.problems] == [("line 3", False)]


def test_text_stays_text() -> None:
    quoted = SCRIPT.replace('"', '""')
    assert titles(read(f'name,lat,lon\n"{quoted}",1,2\n')) == [SCRIPT]


def test_geometries_from_wkt() -> None:
    geometries = [
        "LINESTRING (1 2, 3 4)",
        "POLYGON ((0 0, 1 0, 1 1, 0 0))",
        "GEOMETRYCOLLECTION (POINT (1 2))",
        "LINESTRING (1",
        "SRID=3857;POINT (1 2)",
        "POINT EMPTY",
        "POINT (200 1)",
    ]
    found = read("name;wkt\n" + "".join(f'A;"{geometry}"\n' for geometry in geometries))
    natures = [i.aspects[Aspect.NATURE] for i in found.items]
    assert [n.type for n in natures if isinstance(n, Nature)] == [ItemType.LINE, ItemType.AREA]
    assert [p.where for p in found.problems] == ["line 4", "line 5", "line 6", "line 7", "line 8"]


@given(aspects_of_items, st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20))
def test_our_own_export_loses_nothing(aspects: Any, name: str) -> None:
    it = item("item-1", layer="l1", **aspects)
    written = csv_table.write([it], writing(layers=[layer("l1", name)]))
    found = csv_table.read(written.data, name="a.csv")
    assert found.problems == []
    assert (written.problems, found.exercise) == ([], False)
    expected = {a: v for a, v in it.aspects.items() if a is not Aspect.PLACEMENT}
    # An item of our own making is known by its id when its file comes in again.
    expected.setdefault(Aspect.ORIGIN, Origin(format="csv", foreign_id="item-1"))
    assert found.items[0].aspects == expected
    assert (found.items[0].valid_at, found.items[0].folders) == (NOW, (name,) if name else ())


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=20), min_size=1, max_size=4))
def test_no_cell_begins_like_a_formula(texts: list[str]) -> None:
    its = [item(str(n), wording=Wording(title=t, description=t, place=t)) for n, t in enumerate(texts)]
    data = csv_table.write(its, writing()).data
    for row in rows_of(data):
        for cell in row:
            assert not cell.startswith(("=", "+", "@", "\t", "\r"))
            assert not cell.startswith("-") or float(cell) <= 0
    found = csv_table.read(data, name="a.csv")
    assert titles(found) == texts


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+49 30 1234",
        "-1",
        "-",
        "@SUM(A1)",
        "'=x",
        "''",
        "\t=1",
        "\r\n=1",
        '=HYPERLINK("http://x","y")',
        "=cmd|' /C calc'!A0",
    ],
)
def test_formulas_are_guarded_and_come_back(text: str) -> None:
    it = item(wording=Wording(title=text), shape=point(-1.5, -2.5))
    data = csv_table.write([it], writing()).data
    row = dict(zip(*rows_of(data), strict=True))
    assert row["title"] == (text if text == "-1" else f"'{text}")
    assert (row["lon"], row["lat"]) == ("-1.5", "-2.5")
    found = csv_table.read(data, name="a.csv")
    assert titles(found) == [text]
    assert anchors(found) == [(-1.5, -2.5)]


def test_the_columns_are_stable() -> None:
    expected = (
        "id,layer,valid_at,type,kind,sidc,affiliation,title,description,place,status,priority,starts,ends,stale_at,"
        "course_deg,speed_ms,handling,handling_text,tlp,subject,special,strict_necessity,conditions,originator,"
        "classification,source,information,basis,stroke,stroke-width,stroke-dasharray,fill,fill-opacity,"
        "lat,lon,wkt,radius_m,rings_m,accuracy_m,vertical_accuracy_m,times,qroc"
    )
    assert ",".join(EXPORTED) == expected
    assert csv_table.write([], writing()).data == b"\xef\xbb\xbf" + expected.encode() + b"\r\n"


def test_what_a_person_edited_in_our_export_comes_in() -> None:
    it = item(
        "i1",
        nature=Nature(type=ItemType.UNIT, kind="a-f-G-U-i-l", affiliation=Affiliation.FRIEND),
        wording=Wording(title="a\x00b", place="p"),
        shape=Shape(type="Point", coordinates=[1.0, 2.0, 300.0]),
        origin=Origin(format="cot", foreign_id="u", kept={"cot": "<detail/>"}),
    )
    rows = rows_of(csv_table.write([it], writing()).data)
    cells = dict(zip(rows[0], rows[1], strict=True))
    assert set(json.loads(cells[OURS])) == {"wording", "shape", "origin"}
    cells.update(title="edited", lat="52,5", priority="flash")
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=";").writerows([rows[0], [cells[name] for name in rows[0]]])
    found = read(out.getvalue())
    aspects = found.items[0].aspects
    assert aspects[Aspect.WORDING] == Wording(title="edited", place="p")
    assert aspects[Aspect.SHAPE] == Shape(type="Point", coordinates=[1.0, 52.5])
    assert aspects[Aspect.SITUATION] == Situation(priority=Priority.FLASH)
    assert aspects[Aspect.NATURE] == it.nature
    assert aspects[Aspect.ORIGIN] == it.origin


@pytest.mark.parametrize(
    "cell",
    ["x", "5", "[]", '{"wording": 5}', '{"shape": {"type": "x"}}', '{"nope": {}}', "[" * 100_000, '{"wording": null}'],
)
def test_a_hostile_column_of_ours_does_no_harm(cell: str) -> None:
    row = dict.fromkeys(EXPORTED, "") | {"title": "t", "lat": "1", "lon": "2", OURS: cell}
    out = io.StringIO(newline="")
    csv.writer(out).writerows([EXPORTED, [row[name] for name in EXPORTED]])
    found = read(out.getvalue())
    assert titles(found) == ["t"]
    assert anchors(found) == [(2.0, 1.0)]


def test_exercise_is_told_both_ways() -> None:
    for kind, expected in ((WorkspaceKind.LIVE, False), (WorkspaceKind.EXERCISE, True)):
        data = csv_table.write([item(shape=point(1, 2))], writing(kind)).data
        assert csv_table.read(data, name="a.csv").exercise is expected
    assert read("name,lat,lon\nA,1,2\n").exercise is None


def test_progress_is_told_and_may_stop() -> None:
    text = "name,lat,lon\n" + "".join(f"r{n},1,2\n" for n in range(2500))
    steps: list[tuple[int, int]] = []
    csv_table.read(text.encode(), name="a.csv", progress=lambda done, total: steps.append((done, total)))
    assert [done for done, _ in steps] == [1001, 2001, 2502]

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        csv_table.read(text.encode(), name="a.csv", progress=stop)


def test_looks_like() -> None:
    assert csv_table.looks_like(b"a,b\n1,2\n", "x")
    assert csv_table.looks_like("a;b\n1;ä\n".encode("utf-16"), "x")
    assert csv_table.looks_like(b"words", "x.csv")
    assert not csv_table.looks_like(b"words", "x")
    assert not csv_table.looks_like(b"<kml/>\n<a,b/>", "x.csv")
    assert not csv_table.looks_like(b'{"a": 1,\n "b": 2}', "x.csv")
    assert not csv_table.looks_like(b"\x00\x00,\n\x00", "x.csv")


@given(st.text(alphabet="ab,;|\t\"'\n\r 0123456789.NESW=+-°latonwkPOIT()ä", max_size=120))
def test_any_text_is_read_or_refused(text: str) -> None:
    data = text.encode()
    for name in ("a.csv", "a"):
        csv_table.looks_like(data, name)
    try:
        shown = csv_table.preview(data, "a.csv")
        found = csv_table.read(data, name="a.csv", mapping=shown.mapping if any(shown.mapping.columns) else None)
    except Refused:
        return
    assert found.items or found.problems or not shown.rows


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    csv_table.looks_like(data, "a.csv")
    try:
        found = csv_table.read(data, name="a.csv")
    except Refused:
        return
    assert found.format == "csv"
