"""Two V8 engines in one process: the one that draws symbols and the one of the map page."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

pytest.importorskip("PySide6.QtWebEngineCore")

import shiboken6
from PySide6.QtWebEngineCore import QWebEnginePage
from pytestqt.qtbot import QtBot

from qroc_desktop.paths import program_files
from qroc_desktop.symbology import Symbols

CODES = ["10014000001201000000", "10032000001207020000", "SFGPUCIM-------", "nonsense"]
LOOP = "let sum = 0; for (let i = 0; i < 100000; i++) sum += i % 7; sum"
EXPECTED = sum(i % 7 for i in range(100_000))


def answer(qtbot: QtBot, page: QWebEnginePage, script: str) -> object:
    answers: list[object] = []
    page.runJavaScript(script, 0, answers.append)
    qtbot.waitUntil(lambda: bool(answers), timeout=60_000)
    return answers[0]


@pytest.mark.qt_log_ignore("[Vv]ulkan", "GPU")
@pytest.mark.parametrize("first", ["page", "symbols"])
def test_symbols_and_page_do_not_disturb_each_other(qtbot: QtBot, first: str) -> None:
    symbols = Symbols(program_files().page_libraries / "milsymbol" / "dist" / "milsymbol.js")
    before = [symbols.svg(code, 30) for code in CODES] if first == "symbols" else []
    page = QWebEnginePage()
    try:
        with qtbot.waitSignal(page.loadFinished, timeout=60_000) as loaded:
            page.setHtml("<title>map</title>")
        assert loaded.args == [True]
        with ThreadPoolExecutor(4) as workers:
            drawing = [workers.submit(symbols.svg, code, size) for size in range(20, 60) for code in CODES]
            assert answer(qtbot, page, LOOP) == EXPECTED
            drawn = [job.result() for job in drawing]
        assert len({symbol.svg for symbol in drawn}) == len(drawn)
        assert [symbols.svg(code, 30) for code in CODES] == (before or drawn[40:44])
        symbols.close()
        assert answer(qtbot, page, "document.title") == "map"
        assert symbols.svg(CODES[0], 30) == drawn[40]
    finally:
        symbols.close()
        shiboken6.delete(page)
