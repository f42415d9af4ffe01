"""A briefing in the real engine, opened from the disk as its reader opens it: it asks for nothing and runs nothing
that stood in a text."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("PySide6.QtWebEngineCore")

import pypdf
import shiboken6
from PySide6.QtCore import QByteArray, QMarginsF, QUrl
from PySide6.QtGui import QPageLayout, QPageSize
from PySide6.QtWebEngineCore import (
    QWebEnginePage,
    QWebEngineProfile,
    QWebEngineSettings,
    QWebEngineUrlRequestInfo,
    QWebEngineUrlRequestInterceptor,
)
from PySide6.QtWebEngineWidgets import QWebEngineView
from pytestqt.qtbot import QtBot

from qroc_desktop.domain.aspects import Evaluation, Nature, Situation, Wording
from qroc_desktop.domain.instant import Instant, parse, seconds
from qroc_desktop.domain.query import ItemQuery
from qroc_desktop.domain.shape import point
from qroc_desktop.domain.vocabulary import Aspect, EntryKind, ItemType, Priority
from qroc_desktop.paths import program_files
from qroc_desktop.services import demonstration
from qroc_desktop.services.briefing import Briefings
from qroc_desktop.services.desk import Desk
from qroc_desktop.services.maps import MapLibrary
from qroc_desktop.services.workspaces import Workspaces
from qroc_desktop.symbology import Kinds, Symbols
from tests.services.test_map_servers import png_of
from tests.services.test_maps import mbtiles

pytestmark = pytest.mark.qt_log_ignore("[Vv]ulkan", "GPU")
NOW = parse("2026-03-01T14:00:00Z")
HOSTILE = (
    "<img src=x onerror=\"document.title='ran'\"></script><script>document.title='ran'</script>${document.title='ran'}"
)
PATIENCE = 60_000


class Watching(QWebEngineUrlRequestInterceptor):
    """Writes down every request but that for the file itself, and lets it through."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def interceptRequest(self, info: QWebEngineUrlRequestInfo) -> None:
        url = info.requestUrl()
        if (
            info.resourceType() != QWebEngineUrlRequestInfo.ResourceType.ResourceTypeMainFrame
            and url.scheme() != "data"
        ):
            self.asked.append(url.toString())


class Loud(QWebEnginePage):
    """Keeps what the page writes to its console; a policy that was broken is written there."""

    def __init__(self, profile: QWebEngineProfile) -> None:
        super().__init__(profile)
        self.said: list[str] = []

    def javaScriptConsoleMessage(
        self, level: QWebEnginePage.JavaScriptConsoleMessageLevel, message: str, line: int, source: str
    ) -> None:
        self.said.append(message)


class Reader:
    """A page in a window, with what it asked for and what it said."""

    def __init__(self, qtbot: QtBot, file: Path) -> None:
        self._qtbot = qtbot
        self.watching = Watching()
        self.profile = QWebEngineProfile()
        self.profile.setUrlRequestInterceptor(self.watching)
        self.page = Loud(self.profile)
        self.page.settings().setAttribute(QWebEngineSettings.WebAttribute.LocalContentCanAccessFileUrls, True)
        self.view = QWebEngineView()
        self.view.setPage(self.page)
        self.view.resize(1200, 800)
        self.view.show()
        with qtbot.waitSignal(self.page.loadFinished, timeout=PATIENCE) as loaded:
            self.page.load(QUrl.fromLocalFile(str(file)))
        assert loaded.args == [True]
        self.until("document.documentElement.dataset.ready !== undefined")

    def js(self, expression: str) -> Any:
        answers: list[Any] = []
        self.page.runJavaScript(f"JSON.stringify(({expression}) ?? null)", 0, answers.append)
        self._qtbot.waitUntil(lambda: bool(answers), timeout=PATIENCE)
        return json.loads(answers[0]) if answers[0] else None

    def until(self, expression: str) -> None:
        self._qtbot.waitUntil(lambda: self.js(expression) is True, timeout=PATIENCE)

    def close(self) -> None:
        self.view.close()
        shiboken6.delete(self.view)
        shiboken6.delete(self.page)
        shiboken6.delete(self.profile)


def write(desk: Desk, folder: Path, path: Path, base_map: str = "") -> None:
    """The briefing of a workspace as a page."""
    files = program_files()
    kinds = Kinds.load(files.resources / "symbols" / "kinds.toml")
    symbols = Symbols(files.page_libraries / "milsymbol" / "dist" / "milsymbol.js", kinds.badges)
    library = MapLibrary(files.maps, added=folder / "added", servers=folder / "none.toml")
    if base_map:
        library.add(folder / f"{base_map}.mbtiles")
    Briefings(
        desk, kinds=kinds, symbols=symbols, files=files, library=library, base_map=lambda: f"added-{base_map}"
    ).save(path, kind="html", bounds=(5.35, 50.55, 6.3, 51.02), title=HOSTILE)
    symbols.close()


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("briefing")
    demonstration.create(folder / "demo.qroc", clock=lambda: NOW)
    numbers = iter(range(1000))
    desk = Workspaces(author=HOSTILE, clock=lambda: NOW, ids=lambda: f"new-{next(numbers)}").open(folder / "demo.qroc")
    try:
        desk.items.create(
            {
                Aspect.NATURE: Nature(type=ItemType.INCIDENT, kind="a-h-X-i-l-l-s"),
                Aspect.SHAPE: point(5.9, 50.8),
                Aspect.WORDING: Wording(title=HOSTILE, description=HOSTILE, place=HOSTILE),
                Aspect.SITUATION: Situation(priority=Priority.FLASH, starts=Instant(NOW - seconds(86_400))),
                Aspect.EVALUATION: Evaluation(),
            }
        )
        desk.logbook.add(EntryKind.MESSAGE, HOSTILE, counterpart=HOSTILE)
        desk.layers.add(HOSTILE)
        path = folder / "briefing.html"
        write(desk, folder, path)
        assert len(list(desk.picture.items(ItemQuery()))) == 75
    finally:
        desk.close()
    return path


@pytest.fixture
def reader(qtbot: QtBot, file: Path) -> Iterator[Reader]:
    reader = Reader(qtbot, file)
    yield reader
    reader.close()


def drawn(reader: Reader, selector: str) -> str:
    """JavaScript that counts colours of a canvas."""
    return (
        f"(() => {{ const canvases = [...document.querySelectorAll('{selector}')]; const seen = new Set();"
        "for (const c of canvases) { if (!c.width || !c.height) continue;"
        "const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;"
        "for (let i = 0; i < d.length; i += 4 * 7)"
        "if (d[i + 3] > 200) seen.add(d[i] << 16 | d[i + 1] << 8 | d[i + 2]); }"
        "return seen.size; })()"
    )


def test_it_opens_whole_without_a_single_request(reader: Reader) -> None:
    reader.until(f"{drawn(reader, '.leaflet-tile-pane canvas')} > 20")
    reader.until(f"{drawn(reader, 'canvas.symbols')} > 20")
    assert reader.js("document.documentElement.dataset.ready") == "75"
    assert reader.js("document.querySelectorAll('.row').length") == 75
    assert reader.watching.asked == []
    assert reader.page.said == []


RASTER = (200, 60, 30)


@pytest.fixture(scope="module")
def raster_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A briefing whose base map is a photograph, and a national extract in a schema of others beneath it."""
    folder = tmp_path_factory.mktemp("raster")
    demonstration.create(folder / "demo.qroc", clock=lambda: NOW)
    tiles = {(9, x, y): png_of(RASTER) for x in range(263, 266) for y in range(171, 173)}
    mbtiles(folder / "photo.mbtiles", tiles, bounds="5.3,50.5,5.8,51.1", attribution=HOSTILE)
    desk = Workspaces(author="somebody", clock=lambda: NOW, ids=lambda: "unused").open(folder / "demo.qroc")
    write(desk, folder, folder / "briefing.html", "photo")
    desk.close()
    return folder / "briefing.html"


def test_a_raster_map_stands_in_the_page_itself(qtbot: QtBot, raster_file: Path) -> None:
    reader = Reader(qtbot, raster_file)
    red = RASTER[0] << 16 | RASTER[1] << 8 | RASTER[2]
    seen = drawn(reader, ".leaflet-tile-pane canvas").replace("seen.size", f"seen.has({red}) && seen.size > 20")
    reader.until(seen)
    # Nearer than its tiles go they are enlarged.
    reader.js("(qrocMap.setZoom(13, {animate: false}), true)")
    reader.until(drawn(reader, ".leaflet-tile-pane canvas").replace("seen.size", f"seen.has({red})"))
    assert HOSTILE.replace("  ", " ") in reader.js("document.querySelector('.foot').textContent")
    assert reader.watching.asked == []
    assert reader.page.said == []
    reader.close()


def test_texts_from_outside_are_letters_everywhere(reader: Reader) -> None:
    assert reader.js("document.querySelector('h1').textContent") == HOSTILE
    first = reader.js("document.querySelector('.row b').textContent")
    assert first == f"1  {HOSTILE}"
    reader.js("document.querySelector('.row').click()")
    assert reader.js("document.querySelector('.card h3').textContent") == f"1  {HOSTILE}"
    assert reader.js("document.querySelector('.card .description').textContent") == HOSTILE
    assert HOSTILE in reader.js("document.querySelector('.section.log .entry p').textContent")
    assert HOSTILE in reader.js("[...document.querySelectorAll('.layer span')].map((e) => e.textContent)")
    assert reader.js("document.querySelectorAll('img:not(.symbol)').length") == 0
    assert not reader.js("document.title").startswith("ran")
    assert reader.page.said == []


def test_the_list_can_be_searched_without_regard_to_accents_and_case(reader: Reader) -> None:
    reader.js(
        "(() => { const s = document.querySelector('.search'); s.value = 'LIEGE hostage';"
        "s.dispatchEvent(new Event('input')); return true; })()"
    )
    assert reader.js("[...document.querySelectorAll('.row b')].map((e) => e.textContent.slice(3).trim())") == [
        "Hostage taking, Liège-Guillemins"
    ]


def test_a_layer_can_be_switched_off(reader: Reader) -> None:
    reader.js(
        "(() => { const l = [...document.querySelectorAll('.layer')].find((e) => e.textContent === 'Facilities');"
        "l.querySelector('input').click(); return true; })()"
    )
    names = reader.js("[...document.querySelectorAll('.row b')].map((e) => e.textContent)")
    assert len(names) == 75 - 7
    assert not any("University hospital" in name for name in names)


def test_marking_exercise_scale_and_north_are_there(reader: Reader) -> None:
    assert reader.js("document.querySelectorAll('.strip').length") == 2
    assert reader.js(
        "[...document.querySelectorAll('.strip .marking')].every((e) => e.textContent.includes('TLP:RED'))"
    )
    assert reader.js("document.querySelectorAll('.exercise-word').length") == 4
    assert reader.js("document.querySelector('.leaflet-control-scale-line').textContent").endswith("km")
    assert reader.js("document.querySelector('.north').textContent") == "N"


def test_printed_it_carries_the_marking_on_every_page(reader: Reader, qtbot: QtBot) -> None:
    printed: list[QByteArray] = []
    layout = QPageLayout(QPageSize(QPageSize.PageSizeId.A4), QPageLayout.Orientation.Landscape, QMarginsF())
    reader.page.printToPdf(printed.append, layout)
    qtbot.waitUntil(lambda: bool(printed), timeout=PATIENCE)
    pages = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(printed[0].data())).pages]
    assert len(pages) > 3
    for page in pages:
        assert page.count("TLP:RED") == 2
        assert page.count("EXERCISE") == 4
    assert any("Hostage taking" in page for page in pages)
