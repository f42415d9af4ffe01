"""Files that are broken or made to do harm, for every XML format: a refusal or problems, in bounded memory."""

from __future__ import annotations

import subprocess
import sys
from types import ModuleType
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from qroc_desktop.domain.aspects import Origin
from qroc_desktop.errors import Refused
from qroc_desktop.formats import archive, cap, cot, data_package, gpx, kml, kmz
from qroc_desktop.formats.reading import Reading
from tests.formats.cap_files import alert, area, info
from tests.formats.foreign_items import NOW, SCRIPT, item, writing
from tests.formats.test_cot import event, links

CAP = alert(
    info(area=area("<polygon>1,1 1,2 2,2 1,1</polygon><circle>1,2 3</circle>"), expires="2024-05-01T10:00:00-00:00")
)
COT = (
    event("<shape><ellipse major='1' minor='2' angle='3'/></shape>", type="u-d-c-c")
    + event(links("1,2", "3,4"), type="u-d-f")
).encode()
KML = b"""<kml xmlns='http://www.opengis.net/kml/2.2' xmlns:gx='http://www.google.com/kml/ext/2.2'><Document>
<Style id='a'><LineStyle><color>ff0000ff</color><width>1</width></LineStyle></Style><Placemark><styleUrl>#a</styleUrl>
<TimeSpan><begin>2024-05-01</begin></TimeSpan><MultiGeometry><Point><coordinates>1,2,3</coordinates></Point><Polygon>
<outerBoundaryIs><LinearRing><coordinates>0,0 1,0 1,1 0,0</coordinates></LinearRing></outerBoundaryIs></Polygon>
</MultiGeometry><gx:Track><when>2024-05-01T10:00:00Z</when><gx:coord>1 2 3</gx:coord></gx:Track>
</Placemark></Document></kml>"""
GPX = b"""<gpx><wpt lat='1' lon='2'><time>2024-05-01T10:00:00Z</time></wpt><trk><trkseg><trkpt lat='1' lon='2'/>
<trkpt lat='3' lon='4'><ele>5</ele><time>2024-05-01T10:00:00Z</time></trkpt></trkseg></trk></gpx>"""
SOUND: list[tuple[ModuleType, bytes]] = [(cap, CAP), (cot, COT), (kml, KML), (gpx, GPX)]
WORDS = b"nan inf -1e999 91 181 1e400 &lt; \x00 \xff <a> </a> -- ]]> &#0; &x; # \xc2\x85 xmlns='u'".split(b" ")
TIMES = [b"0001-01-01T00:00:00+14:00", b"9999-12-31T23:59:59-14:00"]
NASTY = st.sampled_from([*WORDS, *TIMES, b"", b"9" * 400])
MUTATIONS = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 12), NASTY), min_size=1, max_size=4)


def outcome(module: ModuleType, data: bytes) -> Reading | Refused:
    """A reading or a refusal; any other end fails the test."""
    assert module.looks_like(data, "x") in (True, False)
    try:
        reading: Reading = module.read(data, name="x")
    except Refused as refusal:
        if "\n" in str(refusal):
            pytest.fail(f"a refusal of several lines: {refusal}")
        return refusal
    assert all("\n" not in str(problem.why) for problem in reading.problems)
    return reading


def mutated(data: bytes, mutations: list[tuple[float, int, bytes]]) -> bytes:
    for place, length, text in mutations:
        start = int(place * len(data))
        data = data[:start] + text + data[start + length :]
    return data


@pytest.mark.parametrize(("module", "data"), SOUND, ids=lambda v: getattr(v, "FORMAT", ""))
def test_the_sound_files_are_sound(module: ModuleType, data: bytes) -> None:
    reading = module.read(data, name="x")
    assert reading.items
    assert not [p for p in reading.problems if p.skipped]


@pytest.mark.parametrize(("module", "data"), SOUND, ids=lambda v: getattr(v, "FORMAT", ""))
def test_cut_off_anywhere(module: ModuleType, data: bytes) -> None:
    whole = len(module.read(data, name="x").items)
    for end in range(len(data) - 1):
        result = outcome(module, data[:end])
        if isinstance(result, Refused):
            continue
        # Only a stream of events has a part that is whole, and it says so where it is cut inside one.
        assert module is cot
        assert len(result.items) < whole
        assert any(problem.skipped for problem in result.problems) or data[:end].endswith(b"</event>")


@settings(max_examples=250, deadline=None)
@given(st.sampled_from(SOUND), MUTATIONS)
@example((kml, KML), [(0.2, 4, b"\x00")])
def test_any_damage_ends_in_a_reading_or_a_refusal(
    sound: tuple[ModuleType, bytes], mutations: list[tuple[float, int, bytes]]
) -> None:
    module, data = sound
    result = outcome(module, mutated(data, mutations))
    if isinstance(result, Reading):
        for found in result.items:
            shape = found.aspects.get("shape")  # type: ignore[call-overload]
            if shape is not None:
                west, south, east, north = shape.bounds()
                assert -180 <= west <= 180
                assert -180 <= east <= 180
                assert -90 <= south <= north <= 90


@settings(max_examples=40, deadline=None)
@given(st.sampled_from([(kmz, "doc.kml", KML), (data_package, "a.cot", COT)]), MUTATIONS)
def test_any_damage_of_an_archive_too(
    sound: tuple[ModuleType, str, bytes], mutations: list[tuple[float, int, bytes]]
) -> None:
    module, member, data = sound
    packed = archive.packed({member: data}, at=NOW)
    outcome(module, mutated(packed, mutations))
    outcome(module, archive.packed({member: mutated(data, mutations)}, at=NOW))


ENTITY = b"<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>"


@pytest.mark.parametrize("module", [cap, cot, kml, gpx], ids=lambda m: m.FORMAT)
def test_entities_are_refused_in_every_format(module: ModuleType) -> None:
    bodies = {cap: CAP, cot: COT, kml: KML, gpx: GPX}
    with pytest.raises(Refused, match="document type"):
        module.read(ENTITY + bodies[module], name="x")


def test_an_entity_in_the_middle_of_a_stream_is_never_expanded() -> None:
    remarks = event("<remarks>&e;</remarks>", uid="2")
    reading = cot.read(event(uid="1").encode() + ENTITY + remarks.encode(), name="x.cot")
    assert len(reading.items) == 1
    assert reading.problems[0].skipped
    assert "root:" not in repr(reading)


def test_kept_texts_of_a_workspace_file_are_not_trusted() -> None:

    laughs = "<!DOCTYPE a [<!ENTITY e 'x'>]><detail><remarks>&e;</remarks></detail>"
    broken: list[dict[str, Any]] = [
        {"cot": {"detail": laughs}},
        {"cap": {"infos": [laughs], "alert": 7}},
        {"kml": [laughs, 5]},
        {"cot": 3},
        {"cap": []},
    ]
    for kept in broken:
        for module in (cap, cot, kml):
            found = item(origin=Origin(format=module.FORMAT, kept=kept))
            (again,) = module.read(module.write([found], writing()).data, name="x").items
            assert again.aspects == found.aspects


CAP_SPACE = "urn:oasis:names:tc:emergency:cap:1.2"
PLACEMARK = "<Placemark><Point><coordinates>1,2</coordinates></Point></Placemark>"
BIG = {  # format, before, what is repeated, how often, after
    "kml": ("kml", "<kml><Document>", PLACEMARK, 50_000, "</Document></kml>"),
    "kml-empty": ("kml", "<kml>", "<Placemark/>", 100_000, "</kml>"),
    "kml-multi": ("kml", "<kml><Placemark><MultiGeometry>", "<Point/>", 300_000, "</MultiGeometry></Placemark></kml>"),
    "gpx": ("gpx", "<gpx><trk><trkseg>", "<trkpt lat='1' lon='2'/>", 1_000_000, "</trkseg></trk></gpx>"),
    "cap": ("cap", f"<alert xmlns='{CAP_SPACE}'><status>Actual</status>", "<info/>", 10_000, "</alert>"),
    "cot": ("cot", "", "<event/>", 300_000, ""),
    "kml-live": ("kml", "<kml><Document>", "<x a='' b=''/>", 2_000_000, "</Document></kml>"),
    "kml-nothing": ("kml", "", "<x><y/></x>", 2_500_000, ""),
    "kml-links": ("kml", "<kml><Document>", "<NetworkLink><x/><x/></NetworkLink>", 500_000, "</Document></kml>"),
    "kml-folders": ("kml", "<kml>", "<Folder><Placemark/><Folder/></Folder>", 300_000, "</kml>"),
    "cot-live": ("cot", "<event>", "<x a='' b=''/>", 2_000_000, "</event>"),
    "cot-others": ("cot", "<events>", "<x/>", 1_000_000, "</events>"),
    "cot-cut": ("cot", "", "<event a=''></event>", 50_000, "<event"),
}
PROGRAM = """
import resource, sys
from qroc_desktop.domain.aspects import Origin
from qroc_desktop.errors import Refused
from qroc_desktop.formats import {module} as reader
data = b"".join(({before!r}.encode(), {repeated!r}.encode() * {times}, {after!r}.encode()))
resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
try:
    reading = reader.read(data, name="x")
    print("read", len(reading.items), len(reading.problems))
except Refused as refusal:
    print("refused", refusal)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="the limit of memory is set as on Unix")
@pytest.mark.parametrize("name", list(BIG))
def test_very_many_elements_stay_within_memory(name: str) -> None:
    module, before, repeated, times, after = BIG[name]
    program = PROGRAM.format(module=module, before=before, repeated=repeated, times=times, after=after)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-500:]
    assert done.stdout.startswith(("read", "refused"))


OWN = """
import resource
from qroc_desktop.formats import {module} as format_
from tests.formats.foreign_items import NOW, item, layer, writing
from qroc_desktop.domain.aspects import Situation, Wording
from qroc_desktop.domain.shape import Shape
items = [
    item(
        f"{{n:032x}}",
        layer="l",
        wording=Wording(title=f"Incident {{n}}", description="Smoke from the roof " * 3),
        situation=Situation(starts=NOW),
        shape=Shape(type="Point", coordinates=[n * 0.00137 % 170, n * 0.00071 % 80]),
    )
    for n in range(100_000)
]
resource.setrlimit(resource.RLIMIT_AS, (3 << 29, 3 << 29))
data = format_.write(items, writing(layers=[layer("l", "Streets")])).data
reading = format_.read(data, name="x")
del items[100:]
print(len(reading.items), [i.aspects for i in reading.items[:100]] == [
    {{a: v for a, v in i.aspects.items() if a != "placement"}} for i in items
], len(reading.problems))
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="the limit of memory is set as on Unix")
@pytest.mark.parametrize("module", ["kml", "kmz", "cot"])
def test_a_picture_of_a_hundred_thousand_items_comes_back_within_memory(module: str) -> None:
    program = OWN.format(module=module)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["100000", "True", "0"], done.stderr[-500:]


def test_markup_is_text_in_every_format() -> None:
    escaped = SCRIPT.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    files = {
        cap: alert(info(description=escaped)),
        cot: event(f"<remarks>{escaped}</remarks>").encode(),
        kml: f"<kml><Placemark><description>{escaped}</description></Placemark></kml>".encode(),
        gpx: f"<gpx><wpt lat='1' lon='2'><desc>{escaped}</desc></wpt></gpx>".encode(),
    }
    for module, data in files.items():
        (found,) = module.read(data, name="x").items
        assert found.aspects["wording"].description == SCRIPT
