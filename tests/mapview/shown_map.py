"""A real map on a screen, driven as a person would: by mouse and keyboard, on the engine's own widget."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from qroc_desktop.domain.instant import Clock
from qroc_desktop.mapview.messages import AnyEvent
from qroc_desktop.mapview.scheme import register_scheme
from qroc_desktop.mapview.sources import PictureSource, TileSource
from qroc_desktop.mapview.widget import Look, MapWidget
from tests.mapview.map_files import RESOURCES, FileTiles, styles, symbols
from tests.mapview.memory_picture import NOW

# While tests are collected no QApplication is there yet; later would be too late.
register_scheme()

SIZE = (900, 600)
PATIENCE = 30_000


class ShownMap:
    """The widget and what it said since it was shown."""

    def __init__(self, widget: MapWidget, qtbot: QtBot) -> None:
        self.widget = widget
        self.qtbot = qtbot
        self.events: list[AnyEvent] = []
        widget._receiver.happened.connect(self.events.append)

    @property
    def target(self) -> QWidget:
        """What the engine takes mouse and keys with."""
        target = self.widget._web.focusProxy()
        assert target is not None
        return target

    def js(self, expression: str) -> Any:
        """The value of an expression in the page, through JSON."""
        answers: list[Any] = []
        self.widget._page.runJavaScript(f"JSON.stringify(({expression}) ?? null)", 0, answers.append)
        self.until(lambda: bool(answers))
        return json.loads(answers[0]) if answers[0] else None

    def run(self, statement: str) -> None:
        self.widget._page.runJavaScript(f"void({statement})", 0)

    def module(self, name: str) -> None:
        """Make a module of the page reachable as `window.<name>`."""
        self.run(f"import('qroc://map/own/{name}.js').then((found) => {{ window['{name}'] = found; }})")
        self.until_js(f"Boolean(window['{name}'])")

    def until(self, condition: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(condition, timeout=PATIENCE)

    def until_js(self, expression: str) -> None:
        self.until(lambda: bool(self.js(expression)))

    def of(self, kind: type[Any]) -> list[Any]:
        return [event for event in self.events if type(event) is kind]

    def until_said(self, kind: type[Any], count: int = 1) -> Any:
        """Wait until the page has said so many of a kind; gives the last."""
        self.until(lambda: len(self.of(kind)) >= count)
        return self.of(kind)[-1]

    def place(self, lon: float, lat: float) -> QPoint:
        x, y = self.js(f"(({{x, y}}) => [x, y])(qroc.map.latLngToContainerPoint([{lat}, {lon}]))")
        return QPoint(round(x), round(y))

    def inked(self, lon: float, lat: float, inks: str, width: int, height: int) -> dict[str, int]:
        """How many pixels of the marks' canvas have each colour around a place. inks: an expression of the page that
        gives colours by name; width and height: CSS pixels."""
        at = self.place(lon, lat)
        found: dict[str, int] = self.js(f"""(() => {{
          const canvas = qroc.marks.canvas, box = canvas.getBoundingClientRect();
          const inks = Object.entries({inks}), found = Object.fromEntries(inks.map(([name]) => [name, 0]));
          if (canvas.style.display === "none") return found;
          const held = qroc.map.getContainer().getBoundingClientRect();
          const by = canvas.width / box.width, [w, h] = [{width} * by, {height} * by];
          const x = ({at.x()} + held.x - box.x) * by - w / 2, y = ({at.y()} + held.y - box.y) * by - h / 2;
          const copy = new OffscreenCanvas(w, h).getContext("2d", {{ willReadFrequently: true }});
          copy.drawImage(canvas, x, y, w, h, 0, 0, w, h);
          const data = copy.getImageData(0, 0, w, h).data;
          for (const [name, ink] of inks) {{
            const wanted = [1, 3, 5].map((i) => parseInt(ink.slice(i, i + 2), 16));
            for (let i = 0; i < data.length; i += 4) {{
              if (data[i + 3] > 250 && wanted.every((part, k) => Math.abs(part - data[i + k]) < 3)) found[name] += 1;
            }}
          }}
          return found;
        }})()""")
        return found

    def position(self, at: QPoint) -> tuple[float, float]:
        lon, lat = self.js(f"(({{lng, lat}}) => [lng, lat])(qroc.map.containerPointToLatLng([{at.x()}, {at.y()}]))")
        return lon, lat

    def hover(self, at: QPoint) -> None:
        """Move the mouse; the engine joins moves that come close together, and the page must have seen this one."""
        seen = f"qroc.pointing.at !== null && qroc.pointing.at.x === {at.x()} && qroc.pointing.at.y === {at.y()}"

        def moved() -> bool:
            # From beside it: the engine drops a move to where it believes the mouse is already.
            QTest.mouseMove(self.target, at + QPoint(3, 0))
            QTest.mouseMove(self.target, at)
            return bool(self.js(seen))

        self.until(moved)

    def click(self, at: QPoint, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        self.hover(at)
        QTest.mouseClick(self.target, Qt.MouseButton.LeftButton, keys, at)

    def double_click(self, at: QPoint) -> None:
        """Through the window: events to a widget alone are given times too far apart for the engine."""
        self.hover(at)
        window = self.widget.window().windowHandle()
        place = self.widget._web.mapTo(self.widget.window(), at)
        QTest.mouseDClick(window, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)

    def drag(self, start: QPoint, end: QPoint, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        self.hover(start)
        QTest.mousePress(self.target, Qt.MouseButton.LeftButton, keys, start)
        middle = QPointF(start + end) / 2
        for at in (middle.toPoint(), end):
            self.hover(at)
        QTest.mouseRelease(self.target, Qt.MouseButton.LeftButton, keys, end)

    def key(self, key: Qt.Key, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(self.target, key, keys)

    def focus(self) -> None:
        self.widget.activateWindow()
        self.widget._web.setFocus()
        self.run("qroc.map.getContainer().focus()")
        self.until_js("document.activeElement === qroc.map.getContainer() && document.hasFocus()")

    def settled(self) -> None:
        """Wait until the page has asked for nothing more and drawn what it has."""
        self.until_js("!qroc.asking.busy && !qroc.pictureLayer.asked && !qroc.marks.asked && !qroc.sprites.pending")


@contextmanager
def shown_map(
    qtbot: QtBot,
    picture: PictureSource,
    *,
    tiles: TileSource | None = None,
    clock: Clock = lambda: NOW,
    lon: float = 10.0,
    lat: float = 50.0,
    zoom: float = 6.0,
    wait: bool = True,
    **look: Any,
) -> Iterator[ShownMap]:
    """A map that has painted, closed at the end; fails where anything but `qroc:` was asked for."""
    widget = MapWidget(
        picture=picture,
        symbols=symbols(),
        tiles=tiles or FileTiles({}),
        clock=clock,
        look=Look(map_folder=RESOURCES / "map", styles=styles(), lon=lon, lat=lat, zoom=zoom, **look),
    )
    shown = ShownMap(widget, qtbot)
    widget.resize(*SIZE)
    widget.show()
    try:
        if wait:
            with qtbot.waitSignal(widget.painted, timeout=PATIENCE):
                pass
            shown.settled()
        yield shown
        assert widget.interceptor.blocked == 0
    finally:
        with qtbot.waitSignal(widget._profile.destroyed, timeout=PATIENCE):
            widget.close_map()
        widget.close()
        widget.deleteLater()
