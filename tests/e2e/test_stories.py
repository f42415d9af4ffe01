"""Whole stories told to the real `qroc` and the real window, each in a process of its own."""

from __future__ import annotations

import csv
import io
import json
import time
from pathlib import Path

import pytest

pytest.importorskip("PySide6.QtWidgets")

from pypdf import PdfReader

from qroc_desktop.domain.query import ItemQuery
from tests.e2e.processes import Driven, Machine, makers, said

POINTS = [("Röntgenstraße", 6.08, 50.77), ("Depot", 4.35, 50.85), ("<b>Hafen</b>", 3.72, 51.05)]

KML = """<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{placemarks}</Document></kml>"""
CAP = """<?xml version="1.0" encoding="UTF-8"?>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>QT-1</identifier><sender>kmi@example.org</sender>
<sent>2026-03-01T12:00:00+01:00</sent><status>Actual</status><msgType>Alert</msgType><scope>Public</scope>
<info><category>Met</category><event>Storm</event><urgency>Immediate</urgency><severity>Severe</severity>
<certainty>Observed</certainty><headline>Sturm über der Küste</headline>
<area><areaDesc>Küste</areaDesc><circle>51.2,2.9 20</circle></area></info></alert>"""
GPX = """<?xml version="1.0" encoding="UTF-8"?>
<gpx version="1.1" creator="test" xmlns="http://www.topografix.com/GPX/1/1">
<wpt lat="50.85" lon="4.35"><name>Treffpunkt</name></wpt></gpx>"""
COT = """<?xml version="1.0" encoding="UTF-8"?>
<event version="2.0" uid="unit-7" type="a-f-G-U-C" how="m-g" time="2026-03-01T12:00:00Z"
 start="2026-03-01T12:00:00Z" stale="2036-03-01T12:05:00Z"><point lat="50.85" lon="5.69" hae="50" ce="10" le="10"/>
<detail><contact callsign="Maas 1"/></detail></event>"""


def written(folder: Path) -> dict[str, Path]:
    """A file of every format, made here."""
    features = [
        {"type": "Feature", "properties": {"title": t}, "geometry": {"type": "Point", "coordinates": [x, y]}}
        for t, x, y in POINTS
    ]
    texts = {
        "points.geojson": json.dumps({"type": "FeatureCollection", "features": features}),
        "place.kml": KML.format(
            placemarks="<Placemark><name>Übergang</name><Point><coordinates>5.5,50.5</coordinates></Point></Placemark>"
        ),
        "storm.cap": CAP,
        "meeting.gpx": GPX,
        "unit.cot": COT,
        "table.csv": "title;lat;lon\nLager;50,1;5,1\n",
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return {name: folder / name for name in texts}


def titles(machine: Machine, workspace: Path, *options: str) -> list[str]:
    answer = machine.qroc("-w", workspace, "items", "--json", *options)
    assert answer.code == 0, answer.err
    return sorted(item["title"] for item in answer.json["items"])


def test_a_shift_at_the_command_line(machine: Machine, tmp_path: Path) -> None:
    """Create, import every format, look at the past, undo, export every format, import that again."""
    workspace = tmp_path / "ops.qroc"
    made = machine.qroc("-w", workspace, "workspace", "create", "--centre", "Leitstelle Süd", "--country", "DE")
    assert made.code == 0, made.err
    files = written(tmp_path)
    everything = machine.qroc("-w", workspace, "import", *files.values(), "--json")
    assert everything.code == 0, everything.err
    assert everything.json["imported"] == len(POINTS) + 5
    assert everything.json["skipped"] == []
    all_titles = titles(machine, workspace)
    expected = {"Röntgenstraße", "Depot", "<b>Hafen</b>", "Übergang", "Maas 1", "Treffpunkt", "Lager"}
    assert expected < set(all_titles)
    assert sum("Sturm" in title for title in all_titles) == 1
    info = machine.qroc("-w", workspace, "workspace", "info", "--json").json
    between = info["last"]
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("title,lat,lon\nIrrtum,50,5\n")
    batch = machine.qroc("-w", workspace, "import", wrong, "--json").json["batch"]
    assert "Irrtum" in titles(machine, workspace)
    assert "Irrtum" not in titles(machine, workspace, "--known", between)
    assert machine.qroc("-w", workspace, "undo", batch).code == 0
    assert titles(machine, workspace) == all_titles
    for format_ in ("geojson", "kml", "csv", "cap", "cot"):
        out = tmp_path / f"out.{format_}"
        answer = machine.qroc("-w", workspace, "export", "--format", format_, "--out", out, "--json")
        assert answer.code == 0, answer.err
        assert out.stat().st_size > 100
        if format_ in ("geojson", "kml", "csv"):
            again = tmp_path / f"again-{format_}.qroc"
            makers().create(again, centre="Leitstelle Süd", country="DE").close()
            back = machine.qroc("-w", again, "import", out, "--json")
            assert back.code == 0, back.err
            assert titles(machine, again) == all_titles, format_
    rows = list(csv.DictReader(io.StringIO((tmp_path / "out.csv").read_text("utf-8-sig"))))
    assert {row["title"] for row in rows} == set(all_titles)
    assert machine.qroc("-w", workspace, "workspace", "check").code == 0


@pytest.mark.slow
def test_briefings_from_the_command_line(machine: Machine, workspace: Path, tmp_path: Path) -> None:
    machine.qroc("-w", workspace, "import", written(tmp_path)["points.geojson"])
    for kind in ("html", "pdf"):
        answer = machine.qroc("-w", workspace, "export", "--format", kind, "--out", tmp_path / f"b.{kind}")
        assert (answer.code, said(answer.err)) == (0, [])
    text = "".join(page.extract_text() for page in PdfReader(tmp_path / "b.pdf").pages)
    assert "Röntgenstraße" in text
    assert "<b>Hafen</b>" in text
    html = (tmp_path / "b.html").read_text("utf-8")
    assert "Hafen" in html
    assert "<b>Hafen" not in html


CREATE = (
    "from qroc_desktop.domain.aspects import *\nfrom qroc_desktop.domain.vocabulary import *\n"
    "from qroc_desktop.domain.shape import point\n"
    "desk = window().bench.desk\n"
    "def create(title):\n"
    "    return desk.items.create({Aspect.NATURE: Nature(type=ItemType.INCIDENT),"
    " Aspect.WORDING: Wording(title=title), Aspect.SHAPE: point(6.0, 51.0)})[0]\n"
)


def rows(driven: Driven) -> list[str]:
    found: list[str] = driven.get("[r.title for r in window().bench.desk.workspace.rows(Q())]")
    return found


def test_a_window_at_work_while_qroc_reads_and_a_second_looks_on(machine: Machine, workspace: Path) -> None:
    first = machine.window(workspace)
    first.shown()
    second = machine.window(workspace, "--read-only")
    second.shown()
    second.do("from qroc_desktop.domain.query import ItemQuery as Q")
    first.do(CREATE + "made = create('Brand')")
    assert titles(machine, workspace) == ["Brand"]
    second.until("window().items.model.rowCount() == 1")
    assert rows(second) == ["Brand"]
    refused = machine.qroc("-w", workspace, "log", "add", "message", "von außen")
    assert refused.code == 1
    assert f"process {first.pid}" in refused.line
    assert machine.qroc("-w", workspace, "log", "--json").json["entries"] == []
    first.do("window().bench.desk.logbook.add(EntryKind.DECISION, 'geräumt')")
    second.until("[e.entry.text for e in window().bench.desk.logbook.entries()] == ['geräumt']")
    first.do("window().commands['edit.undo'].trigger()")
    second.until("window().items.model.rowCount() == 0")
    assert second.close() == 0
    assert first.close() == 0
    assert said(first.err + second.err) == []
    assert machine.qroc("-w", workspace, "log", "add", "message", "von außen").code == 0


def test_killed_between_and_in_the_middle_of_edits(machine: Machine, workspace: Path) -> None:
    """Everything that was acknowledged before the kill is there; the lock is free; it opens by itself."""
    driven = machine.window(workspace)
    driven.shown()
    driven.do(CREATE)
    driven.do(
        "import threading, os\nacknowledged = os.open(" + repr(str(machine.home / "acknowledged")) + ","
        " os.O_CREAT | os.O_WRONLY | os.O_APPEND)\n"
        "def work():\n"
        "    n = 0\n"
        "    while True:\n"
        "        create(f'n{n}')\n"
        "        os.write(acknowledged, f'n{n}\\n'.encode())\n"
        "        n += 1\n"
        "threading.Thread(target=work, daemon=True).start()"
    )
    note = machine.home / "acknowledged"
    end = time.monotonic() + 60
    while len(note.read_bytes().splitlines()) < 25:
        assert time.monotonic() < end
        time.sleep(0.01)
    driven.kill()
    acknowledged = note.read_text().splitlines()
    again = machine.window(workspace)
    again.shown()
    again.do("from qroc_desktop.domain.query import ItemQuery as Q")
    there = set(rows(again))
    assert set(acknowledged) <= there
    assert len(there) - len(acknowledged) <= 1
    assert not again.get("window().bench.desk.read_only")
    assert again.get("window().bench.desk.workspace.check().findings") == []
    assert again.close() == 0


def test_killed_in_the_middle_of_an_import(machine: Machine, workspace: Path, tmp_path: Path) -> None:
    """All of it or nothing."""
    big = tmp_path / "big.csv"
    big.write_text("title,lat,lon\n" + "".join(f"n{n},{50 + n / 1e5:.5f},{5 + n / 1e5:.5f}\n" for n in range(20_000)))
    driven = machine.window(workspace)
    driven.shown()
    before = driven.get("window().bench.desk.workspace.last_seq")
    driven.do(
        "from pathlib import Path\nfrom qroc_desktop.services.progress import Task\nd = window().bench.desk\n"
        f"plan = d.imports.plan([Path({str(big)!r})])\nfar = []\n"
        "window().bench.background.long('x', lambda t: d.imports.accept(plan, task=Task(lambda a, b: far.append(a))),"
        " print)"
    )
    driven.until("bool(far) and far[-1] > 1000")
    driven.kill()
    desk = makers().open(workspace)
    count = desk.workspace.count(ItemQuery())
    assert count in (0, 20_000)
    assert (desk.workspace.last_seq == before) == (count == 0)
    assert desk.workspace.check().findings == []
    desk.close()
