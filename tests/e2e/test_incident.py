"""One incident, from the first start of the real program to a kill and a second look: by mouse and keyboard alone."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("PySide6.QtWidgets")

from pypdf import PdfReader

from tests.e2e.processes import Driven, Machine, said
from tests.e2e.test_stories import CAP, GPX

AACHEN = (6.08342, 50.77664)
"""GeoNames 3247449."""
RADIUS_M = 6_371_008.8
WORDS = {
    "en": {"country": "Germ", "explosion": "explosion", "cordon": "cordon", "place": "Aachen"},
    "de": {"country": "Deutschl", "explosion": "explosion", "cordon": "absperrung", "place": "Aachen"},
}


def metres(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Great-circle distance between lon, lat (haversine)."""
    (lon1, lat1), (lon2, lat2) = [(math.radians(x), math.radians(y)) for x, y in (one, other)]
    half = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * RADIUS_M * math.asin(math.sqrt(half))


class Officer:
    """Somebody at the keyboard of one window."""

    def __init__(self, driven: Driven) -> None:
        self.driven = driven
        self.do, self.get, self.until = driven.do, driven.get, driven.until

    def to_front(self) -> None:
        """Give the window the keyboard: without a window manager nobody else does after a dialog, and a key that is
        pressed before it has come is no shortcut."""
        self.do("window().activateWindow()")
        self.until("window().isActiveWindow()")

    def key(self, keys: str, into: str = "window()") -> None:
        if into == "window()":
            self.to_front()
        self.do(f"key({keys!r}, {into})")

    def key_that_asks(self, keys: str, dialog: str) -> None:
        """Press a key of the window that opens a dialog, and wait for that."""
        self.to_front()
        self.do(f"later(lambda: key({keys!r}, window()))")
        self.driven.asked(dialog)

    def settled(self) -> None:
        """Everything recorded, told and drawn."""
        self.until(
            "window().bench.background.idle and not window().live._waiting and not window().live._pause.isActive()"
        )
        self.do("page().settled()")

    def titles(self) -> list[str]:
        self.settled()
        model = "window().items.model"
        found: list[str] = self.until(
            f"[t for t in [[{model}.index(r, 2).data() for r in range({model}.rowCount())]] if all(t)] or None"
        )[0]
        return sorted(found)

    def count(self, wanted: int) -> None:
        self.until(f"window().items.model.rowCount() == {wanted}")
        self.settled()

    def shape(self, title: str) -> dict[str, Any]:
        """The shape of the one item of this title, as GeoJSON with what is added to it."""
        self.do(
            "import msgspec\nfrom qroc_desktop.domain.query import ItemQuery as Q\n"
            f"found = [i for i in window().bench.desk.picture.items(Q()) if i.wording.title == {title!r}]"
        )
        made: dict[str, Any] = json.loads(self.get("msgspec.json.encode(found[0].shape).decode()"))
        return made

    def enter(self, kind: str, title: str, *, priority: int = 0, position: str = "") -> None:
        """Fill in the form for a new item, by keyboard."""
        self.driven.asked("QuickEntry")
        self.do("entry = dialog(); entry.activateWindow()")
        self.do(f"typed({kind + (str(priority) if priority else '')!r}, entry.kinds.search)")
        self.key("Return", "entry.kinds.search")
        self.do(f"typed({title!r}, entry.title)")
        if position:
            self.do(f"entry.position.selectAll(); typed({position!r}, entry.position)")
        self.key("Return", "entry.title")
        self.until("dialog() is None")
        self.settled()

    def select(self, title: str) -> None:
        self.do(
            f"row = next(r for r in range(window().items.model.rowCount())"
            f" if window().items.model.index(r, 2).data() == {title!r})\nwindow().items.table.selectRow(row)"
        )
        self.until("window().details.item is not None and window().bench.background.idle")


def corners(officer: Officer, *offsets: tuple[int, int]) -> list[tuple[float, float]]:
    """Points of the map beside its middle, in pixels, as lon and lat."""
    officer.do("middle = page().target.rect().center()\nfrom PySide6.QtCore import QPoint")
    found = officer.get(f"[page().position(middle + QPoint(x, y)) for x, y in {list(offsets)!r}]")
    return [tuple(place) for place in found]


def at_corners(officer: Officer, *offsets: tuple[int, int]) -> list[tuple[float, float]]:
    """Click there, one after the other."""
    places = corners(officer, *offsets)
    for x, y in offsets:
        officer.do(f"page().click(middle + QPoint({x}, {y}))")
    return places


def first_start(driven: Driven, language: str) -> Officer:
    driven.asked("FirstStartDialog")
    driven.do("dialog().activateWindow(); typed('Leitstelle Aachen', dialog()._centre)")
    driven.do("key('Tab', dialog()._centre)")
    driven.do(f"typed({WORDS[language]['country']!r}, dialog()._country.lineEdit())")
    # The list of countries that fit is open now, and has the keyboard.
    driven.do("key('Tab', QApplication.activePopupWidget() or dialog()._country.lineEdit())")
    driven.until("dialog().country == 'DE'")
    driven.do("later(lambda: key('Return', dialog()))")
    driven.shown()
    driven.do("window().resize(1366, 768); window().activateWindow()")
    driven.until("window().isActiveWindow()")
    return Officer(driven)


def incidents(officer: Officer, language: str) -> None:
    """By keyboard: at a named place, and at a coordinate."""
    words = WORDS[language]
    officer.key("Ctrl+N")
    officer.enter(words["explosion"], "Detonation", priority=1, position=words["place"])
    assert metres(tuple(officer.shape("Detonation")["coordinates"]), AACHEN) < 100
    officer.key("Ctrl+N")
    officer.enter(words["explosion"], "Zweiter Fund", priority=2, position="50°46'35\"N 6°05'00\"E")
    found = officer.shape("Zweiter Fund")["coordinates"]
    assert found == pytest.approx([6 + 5 / 60, 50 + 46 / 60 + 35 / 3600], abs=1e-6)
    assert officer.titles() == ["Detonation", "Zweiter Fund"]


def cordons(officer: Officer, language: str) -> None:
    """One drawn by mouse, one by keyboard alone, and one as a buffer around the first."""
    word = WORDS[language]["cordon"]
    officer.do(f"window().map.go_to({AACHEN[0]}, {AACHEN[1]}, 14.0)")
    officer.do("page().until_js('qroc.map.getZoom() === 14')")
    officer.settled()
    officer.key("Ctrl+Shift+Y")
    officer.do("page().until_js('qroc.tools.name === \"polygon\"')")
    places = at_corners(officer, (-90, -60), (90, -60), (90, 60), (-90, 60))
    officer.do("page().key(Qt.Key.Key_Return)")
    officer.enter(word, "Innen")
    drawn = officer.shape("Innen")
    assert drawn["type"] == "Polygon"
    (ring,) = drawn["coordinates"]
    assert len(ring) == 5
    for wanted in places:
        assert min(metres(wanted, (lon, lat)) for lon, lat in ring) < 20
    officer.key("Ctrl+Shift+Y")
    officer.key("Ctrl+1")
    officer.do("page().focus(); page().until_js('qroc.tools.name === \"polygon\"')")
    for way in ("Right", "Down", "Left"):
        officer.do("before = page().js('qroc.tools.active.points.length')")
        officer.do(f"for _ in range(4): page().key(Qt.Key.Key_{way})")
        officer.do("page().key(Qt.Key.Key_Space); page().until_js(f'qroc.tools.active.points.length > {before}')")
    officer.do("page().key(Qt.Key.Key_Return)")
    officer.enter(word, "Tastatur")
    assert len(officer.shape("Tastatur")["coordinates"][0]) == 4
    officer.select("Innen")
    officer.key_that_asks("Ctrl+Shift+B", "QInputDialog")
    officer.do("dialog().setDoubleValue(500)")
    officer.do("later(lambda: key('Return', dialog()))")
    officer.enter(word, "Aussen")
    south = min(lat for _, lat in officer.shape("Aussen")["coordinates"][0])
    inner = min(lat for _, lat in ring)
    assert math.radians(inner - south) * RADIUS_M == pytest.approx(500, rel=0.01)


def rings_and_a_distance(officer: Officer, language: str) -> None:
    officer.key("Ctrl+Shift+R")
    officer.do("page().until_js('qroc.tools.name === \"rings\"')")
    middle, edge = at_corners(officer, (-150, 0), (-30, 0))
    officer.do("page().key(Qt.Key.Key_Return)")
    officer.enter("", "Ringe")
    rings = officer.shape("Ringe")["rings_m"]
    assert rings[-1] == pytest.approx(metres(middle, edge), rel=0.02)
    officer.key("Ctrl+M")
    officer.do("page().until_js('qroc.tools.name === \"measure\"')")
    one, other = at_corners(officer, (-120, 90), (140, 100))
    officer.do("page().key(Qt.Key.Key_Return)")
    length = officer.get(
        "(page().until(lambda: any(e.done for e in page().events if type(e).__name__ == 'Measured')),"
        " [e.length_m for e in page().events if type(e).__name__ == 'Measured' and e.done][-1])[1]"
    )
    assert length == pytest.approx(metres(one, other), rel=0.005)
    said_in_window = officer.driven.notices()[-1]
    shown = f"{length / 1000:.4g}".rstrip("0") if length >= 1000 else f"{length:.0f}"
    assert shown.replace(".", "," if language == "de" else ".") in said_in_window
    officer.key("Esc")


def details_and_marking(officer: Officer) -> None:
    officer.select("Detonation")
    officer.key("Ctrl+D")
    officer.do(
        "from qroc_desktop.domain.vocabulary import *\nd = window().details\n"
        "d.main.description.setFocus(); typed('Rauch, <b>keine</b> Verletzten', d.main.description)\n"
        "d.marking.tlp.show_choice(Tlp.AMBER); d.marking.edited.emit()"
    )
    officer.key("Ctrl+Return", "d.main.description")
    officer.until("d.item is not None and d.item.marking.tlp is Tlp.AMBER")
    assert officer.get("d.item.wording.description") == "Rauch, <b>keine</b> Verletzten"


def logbook(officer: Officer) -> None:
    """A message, a decision about the selected item, an action; the decision is corrected."""
    officer.key("Ctrl+L")
    entries = (("Rauch am Bahnhof", False), ("Sperrung 500 m", True), ("Eupen weiß", False))
    for number, (text, linked) in enumerate(entries, 1):
        officer.key(f"Alt+{number}", "window().logbook.writer.text")
        officer.do(f"typed({text!r}, window().logbook.writer.text)")
        if linked:
            officer.key("Alt+0", "window().logbook.writer.text")
        officer.key("Return", "window().logbook.writer.text")
        officer.until(f"len(window().logbook.model.entries) == {number} and not window().logbook.writer.text.text()")
    officer.do("panel = window().logbook; panel.list.setCurrentIndex(panel.model.index(1))")
    officer.key("Ctrl+R", "panel.list")
    officer.do("panel.writer.text.selectAll(); typed('Sperrung 600 m', panel.writer.text)")
    officer.key("Return", "panel.writer.text")
    officer.until("len(panel.model.entries) == 4")


def imports(officer: Officer, folder: Path) -> None:
    """A CAP alert and a GPX file in one step, taken back in one step."""
    (folder / "storm.cap").write_text(CAP, encoding="utf-8")
    (folder / "meeting.gpx").write_text(GPX, encoding="utf-8")
    before = officer.titles()
    paths = [str(folder / name) for name in ("storm.cap", "meeting.gpx")]
    officer.do(f"from pathlib import Path\nwindow().files.import_files([Path(p) for p in {paths!r}])")
    officer.driven.asked("ImportPreviewDialog")
    officer.do("later(lambda: key('Return', dialog()))")
    officer.count(len(before) + 2)
    assert set(officer.titles()) - set(before) == {"Sturm über der Küste", "Treffpunkt"}
    officer.key("Ctrl+Z")
    officer.count(len(before))
    assert officer.titles() == before


def the_past(officer: Officer, at: int, then: list[str]) -> None:
    """What was known at an instant, in microseconds; nothing can be edited there, and that is said."""
    now = officer.titles()
    officer.do("from qroc_desktop.ui.times import stamp\nfrom qroc_desktop.domain.instant import Instant")
    officer.key("F8")
    officer.do(f"typed(stamp(Instant({at}), seconds=True), window().timeline.valid)")
    officer.key("Return", "window().timeline.valid")
    officer.until("not window().bench.cursor.live")
    officer.count(len(then))
    assert officer.titles() == then
    assert officer.get("window().banner.property('state')") == "past"
    officer.do("page().until_js('!document.querySelector(\".qroc-past\").hidden')")
    told = len(officer.driven.notices())
    officer.key("Ctrl+N")
    assert officer.get("dialog() is None")
    officer.until(f"len(window().bench.notices.history) == {told + 1}")
    officer.key("F9")
    officer.count(len(now))
    assert officer.get("window().banner.property('state')") == "live"


def a_box_and_the_wall(officer: Officer) -> None:
    officer.do("window().bench.selection.set(())")
    officer.key("Ctrl+B")
    officer.do("page().until_js('qroc.tools.boxing')")
    officer.do("page().drag(middle - QPoint(300, 150), middle + QPoint(300, 150))")
    # The page has nothing more to say once it has answered: what it said before has arrived.
    officer.do("page().until_js('!qroc.tools.boxing'); page().js('1')")
    officer.settled()
    chosen = officer.get(
        "[window().bench.desk.picture.item(i).wording.title for i in window().bench.selection.ids]"
    )
    assert {"Detonation", "Zweiter Fund", "Innen"} <= set(chosen)
    officer.key("F12")
    officer.until("window().wall.wall is not None and len(window().wall.wall.rows) == 2")
    assert officer.get("[r.title for r in window().wall.wall.rows]") == ["Detonation", "Zweiter Fund"]
    officer.do("window().wall.wall.activateWindow()")
    officer.until("window().wall.wall.isActiveWindow()")
    officer.key("Esc", "window().wall.wall")
    officer.until("window().wall.wall is None")


def briefings(officer: Officer, folder: Path) -> None:
    for place, kind in enumerate(("pdf", "html")):
        officer.key_that_asks("Ctrl+P", "BriefingDialog")
        officer.do(f"dialog()._forms.button({place}).setChecked(True)")
        officer.do("later(lambda: key('Return', dialog()))")
        officer.driven.asked("QFileDialog")
        officer.do("name = dialog().findChild(object, 'fileNameEdit'); name.selectAll()")
        officer.do(f"typed({str(folder / f'lage.{kind}')!r}, name)")
        officer.do("later(dialog().accept)")
        officer.driven.until_noticed(f"lage.{kind}")
    text = "".join(page.extract_text() for page in PdfReader(folder / "lage.pdf").pages)
    assert "Detonation" in text
    assert "Sperrung 600 m" in text
    html = (folder / "lage.html").read_text("utf-8")
    assert "Detonation" in html
    assert "<b>keine</b>" not in html


@pytest.mark.slow
@pytest.mark.parametrize(("language", "theme"), [("en", "dark"), ("de", "light")])
def test_one_incident_from_the_first_start_to_a_kill(
    machine: Machine, tmp_path: Path, language: str, theme: str
) -> None:
    driven = machine.window("--language", language, "--theme", theme)
    officer = first_start(driven, language)
    incidents(officer, language)
    known = officer.titles()
    then = officer.get("window().bench.desk.now()") // 1_000_000 + 1
    officer.until(f"window().bench.desk.now() // 1_000_000 > {then}")
    cordons(officer, language)
    rings_and_a_distance(officer, language)
    details_and_marking(officer)
    logbook(officer)
    imports(officer, tmp_path)
    the_past(officer, then * 1_000_000, known)
    a_box_and_the_wall(officer)
    briefings(officer, tmp_path)
    titles = officer.titles()
    path = officer.get("str(window().bench.desk.workspace.path)")
    assert said(driven.err) == []
    driven.kill()

    again = machine.window()
    again.shown()
    assert Officer(again).titles() == titles
    assert again.get("len(window().bench.desk.logbook.entries())") == 4
    assert again.get("window().bench.desk.workspace.check().findings") == []
    second = machine.window(path)
    second.asked("OpeningTroubleDialog")
    second.do("later(dialog().findChild(object, 'way-read-only').click)")
    second.shown()
    assert second.get("window().bench.desk.read_only")
    assert Officer(second).titles() == titles
    assert second.close() == 0
    assert again.close() == 0
    assert said(again.err + second.err) == []
