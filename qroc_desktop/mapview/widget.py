"""The map as a Qt widget: commands as methods, events as signals."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, Literal

import msgspec
from PySide6.QtCore import Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QColor
from PySide6.QtWebChannel import QWebChannel
from PySide6.QtWebEngineCore import QWebEnginePage
from PySide6.QtWebEngineWidgets import QWebEngineView
from PySide6.QtWidgets import QVBoxLayout, QWidget

from qroc_desktop.domain.instant import Clock
from qroc_desktop.domain.query import Moment, Outcome
from qroc_desktop.domain.shape import Bounds, Shape, ShapeError, checked
from qroc_desktop.domain.vocabulary import Aspect
from qroc_desktop.mapview import messages
from qroc_desktop.mapview.answers import ROW_FIELDS, Answers, question
from qroc_desktop.mapview.assets import PageAssets
from qroc_desktop.mapview.bridge import Bridge, EventReceiver
from qroc_desktop.mapview.messages import (
    BaseMap,
    Belief,
    Command,
    CompareMark,
    LayerLook,
    ModelClass,
    ModelShape,
    OverlayShape,
    PlanLine,
    PlanMark,
    ToolName,
)
from qroc_desktop.mapview.scheme import PAGE_URL, MapScheme
from qroc_desktop.mapview.sources import DEFAULT_LIMIT, PictureSource, SymbolSource, TileSource
from qroc_desktop.mapview.view import MapPage, map_profile
from qroc_desktop.mapview.words import page_words
from qroc_desktop.reports.page import Options, Page, compose

_log = logging.getLogger(__name__)

DRAWN_ASPECTS: Final = frozenset(Aspect) - {
    Aspect.ENTRY, Aspect.MARKING, Aspect.ORIGIN, Aspect.LOCK, Aspect.PERSON, Aspect.ATTACHMENTS,
    Aspect.ABOUT,
}  # fmt: skip
"""Changes of these are seen on the map."""
_GROUND: Final = {"light": "#dfe7ec", "dark": "#101820"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """What the map shows first, and where its files are."""

    map_folder: Path
    """`resources/map`."""
    styles: Mapping[str, Mapping[str, Any]]
    """Base map styles, `light` and `dark`, as their files hold them."""
    lon: float = 13.0
    lat: float = 50.5
    zoom: float = 5.0
    limit: int = DEFAULT_LIMIT
    patience_ms: int = 15_000
    """How long a page that has not drawn yet may give no sign of life before it is loaded again."""
    attempts: int = 4


@dataclass(slots=True)
class _State:
    """What the page must be told again after a reload, by tag; and what waits until it listens."""

    kept: dict[str, Command] = field(default_factory=dict)
    waiting: list[Command] = field(default_factory=list)


class MapWidget(QWidget):
    """Implements `MapPort`. Signals carry lon, lat in degrees and the structs of `messages`."""

    ready = Signal()
    painted = Signal(int, int, int)
    """Items drawn one by one, clusters, items in view."""
    pointer = Signal(float, float)
    view_changed = Signal(object)
    """messages.ViewChanged"""
    clicked = Signal(object)
    """messages.Clicked"""
    boxed = Signal(object)
    """messages.Boxed"""
    drawn = Signal(object)
    """messages.Drawn"""
    leg_drawn = Signal(object)
    """Shape: a leg of a secret plan. Not `drawn`, of which items of the workspace are made."""
    edited = Signal(str, object)
    """item id, Shape"""
    measured = Signal(object)
    """messages.Measured"""
    tool_ended = Signal(str, bool)
    tool_changed = Signal(object)
    """messages.ToolChanged"""
    context = Signal(object)
    """messages.Context; x and y are in this widget's coordinates."""
    troubled = Signal(str)
    """A code: `reloaded` the page had to be loaded again, state kept; `given-up` it does not draw;
    `picture` the picture could not be read."""

    def __init__(
        self,
        *,
        picture: PictureSource,
        symbols: SymbolSource,
        tiles: TileSource,
        clock: Clock,
        look: Look,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._look = look
        self._moment: Moment | None = None
        self._state = _State()
        self._listening = False
        self._failures = 0
        self._scale = 1.0
        self.theme: Literal["light", "dark"] = "light"
        self._view: messages.ViewChanged | None = None
        self._answers = Answers(picture, clock, lambda: self._look.limit)
        self._assets = PageAssets(look.map_folder)
        self._scheme = MapScheme(self._assets, self._composed, self._answer, symbols, tiles, self)
        self._profile, self.interceptor = map_profile(self._scheme)
        self._receiver = EventReceiver(self)
        self._receiver.happened.connect(self._happened)
        self._bridge = Bridge(self._receiver, self)
        self._web = QWebEngineView(self)
        self._web.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self._page = self._new_page()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._web)
        self.setFocusProxy(self._web)
        self._watchdog = QTimer(self)
        self._watchdog.setSingleShot(True)
        self._watchdog.timeout.connect(self._late)
        self._scheme.asked.connect(self._alive)
        self.set_theme("light")
        self.set_language("en")
        self._load()

    # --- life ---------------------------------------------------------------------------------

    def close_map(self) -> None:
        """End page, engine and workers; the widget shows nothing afterwards. Call before it is deleted."""
        self._watchdog.stop()
        self._listening = False
        # What the page still says is about questions that nobody answers any more.
        self._receiver.blockSignals(True)
        self._scheme.close()
        # A profile must outlive its page; it goes when the page is gone.
        self._page.destroyed.connect(self._profile.deleteLater)
        self._web.deleteLater()
        self._page.deleteLater()

    def _new_page(self) -> MapPage:
        page = MapPage(self._profile, self._web)
        page.setBackgroundColor(QColor(_GROUND[self.theme]))
        channel = QWebChannel(page)
        channel.registerObject("bridge", self._bridge)
        page.setWebChannel(channel)
        page.renderProcessTerminated.connect(self._crashed)
        self._web.setPage(page)
        self._web.setZoomFactor(self._scale)
        return page

    def _load(self) -> None:
        self._listening = False
        self._watchdog.start(self._look.patience_ms)
        self._page.setUrl(QUrl(PAGE_URL))

    def _alive(self) -> None:
        """A slow machine is no reason to begin again: only silence is."""
        if self._watchdog.isActive():
            self._watchdog.start()

    def _late(self) -> None:
        _log.warning("the map page did not draw and was silent for %d ms; it is loaded again", self._look.patience_ms)
        self._again()

    def _crashed(self, status: QWebEnginePage.RenderProcessTerminationStatus, code: int) -> None:
        _log.warning("the map page ended (%s, %d); it is loaded again", status.name, code)
        # Not from inside the engine's own notification.
        QTimer.singleShot(0, self, self._again)

    def _again(self) -> None:
        self._failures += 1
        if self._failures >= self._look.attempts:
            self._watchdog.stop()
            _log.error("the map page did not draw in %d attempts", self._failures)
            self.troubled.emit("given-up")
            return
        old, self._page = self._page, self._new_page()
        old.deleteLater()
        self.troubled.emit("reloaded")
        self._load()

    def reload(self) -> None:
        """Load the page again with its state, also after it was given up."""
        self._failures = 0
        self._load()

    # --- what the scheme asks for ----------------------------------------------------------------

    def _composed(self) -> Page:
        look, view = self._look, self._view
        return compose(
            Options(
                kind="live",
                title="QROC Desktop",
                language="en",
                lon=view.lon if view else look.lon,
                lat=view.lat if view else look.lat,
                zoom=view.zoom if view else look.zoom,
                scripts=self._assets.scripts,
                styles=self._assets.styles,
                libraries=len(self._assets.scripts) - 1,
                data={"qroc-options": {"signatures": messages.signatures(), "row": ROW_FIELDS}},
                body_class=self.theme,
            )
        )

    def _answer(self, fields: Mapping[str, str]) -> bytes:
        """In a worker's thread."""
        return self._answers.answer(question(fields), self._moment)

    # --- commands --------------------------------------------------------------------------------

    def _send(self, command: Command) -> None:
        if self._listening:
            self._bridge.send(command)
        else:
            self._state.waiting.append(command)

    def _tell_if_listening(self, command: Command) -> None:
        """For what a page that is loaded again does by itself."""
        if self._listening:
            self._bridge.send(command)

    def _keep(self, command: Command) -> None:
        """For what describes a state: it is told again to a page that was loaded again."""
        self._state.kept[str(command.__struct_config__.tag)] = command
        if self._listening:
            self._bridge.send(command)

    def set_theme(self, name: str) -> None:
        """`light` or `dark`."""
        self.theme = "dark" if name == "dark" else "light"
        self._page.setBackgroundColor(QColor(_GROUND[self.theme]))
        self._keep(messages.Theme(name=self.theme, style=dict(self._look.styles.get(self.theme, {}))))

    def set_scale(self, factor: float) -> None:
        """Text and symbols so many times their size, for screens with many pixels."""
        self._scale = factor
        self._web.setZoomFactor(factor)

    def set_language(self, code: str) -> None:
        """Language of the base map's labels; the page's words are those of the program's language."""
        self._keep(messages.Language(code=code, words=page_words()))

    def set_layers(self, layers: Sequence[LayerLook]) -> None:
        """How the items of each layer are drawn."""
        self._keep(messages.Layers(layers=list(layers)))
        self.refresh()

    def set_moment(self, moment: Moment | None, text: str = "") -> None:
        """Show the picture of a moment, None for now."""
        self._moment = moment
        self._keep(
            messages.ShowMoment(
                valid=moment.valid if moment else None, known=moment.known if moment else None, text=text
            )
        )

    def set_limit(self, limit: int) -> None:
        """How many items are drawn one by one before they are told as clusters."""
        self._look = replace(self._look, limit=limit)
        self.refresh()

    def refresh(self, outcome: Outcome | None = None) -> None:
        """Look again, unless the outcome has nothing that is drawn."""
        if outcome is None or outcome.layers or (outcome.items and outcome.aspects & DRAWN_ASPECTS):
            self._tell_if_listening(messages.Refresh())

    def select(self, ids: Sequence[str]) -> None:
        """Mark these items as selected."""
        self._keep(messages.Select(ids=list(ids)))

    def fit(self, bounds: Bounds) -> None:
        """Show all of a box."""
        self._send(messages.Fit(bounds=bounds))

    def go_to(self, lon: float, lat: float, zoom: float | None = None, text: str = "") -> None:
        """Centre on a place and mark it where there is a text."""
        self._send(messages.GoTo(lon=lon, lat=lat, zoom=zoom, text=text))

    def start_tool(self, name: ToolName, radii_m: Sequence[float] = ()) -> None:
        """Begin drawing or measuring; the keyboard goes to the map."""
        self._state.kept.pop("edit", None)
        self._send(messages.Tool(name=name, radii_m=list(radii_m)))
        self._web.setFocus()

    def start_leg(self, start: tuple[float, float]) -> None:
        """Begin drawing a leg of a secret plan at a place; the keyboard goes to the map."""
        self._state.kept.pop("edit", None)
        self._send(messages.Tool(name="leg", start=start))
        self._web.setFocus()

    def cancel_tool(self) -> None:
        """End what is being drawn, measured or edited."""
        self._state.kept.pop("edit", None)
        self._send(messages.Cancel())

    def edit(self, item: str, shape: Shape) -> None:
        """Let the person change an item's shape; the keyboard goes to the map."""
        self._keep(messages.Edit(id=item, shape=shape))
        self._web.setFocus()

    def set_overlay(self, shapes: Sequence[OverlayShape]) -> None:
        """Temporary shapes, replacing the ones before."""
        self._keep(messages.Overlay(shapes=list(shapes)))

    def set_comparison(self, title: str, marks: Sequence[CompareMark]) -> None:
        """Marks of what became of a received picture, with their legend; an empty title ends it."""
        self._keep(messages.Comparison(title=title, marks=list(marks)))

    def set_plans(self, title: str, detail: str, lines: Sequence[PlanLine], marks: Sequence[PlanMark]) -> None:
        """Secret plans with their legend, on this map alone; an empty title ends it."""
        self._keep(messages.Plans(title=title, detail=detail, lines=list(lines), marks=list(marks)))

    def set_model(
        self, title: str, text: str = "", classes: Sequence[ModelClass] = (), shapes: Sequence[ModelShape] = ()
    ) -> None:
        """A training model's result with its legend, under symbols; an empty title ends it."""
        self._keep(messages.Model(title=title, text=text, classes=list(classes), shapes=list(shapes)))

    def set_beliefs(self, title: str, marks: Sequence[Belief]) -> None:
        """Marks of what was believed beside the truth; an empty title ends it."""
        self._keep(messages.Beliefs(title=title, marks=list(marks)))

    def set_graticule(self, kind: str) -> None:
        """`off`, `degrees` or `mgrs`."""
        self._keep(msgspec.convert({"do": "graticule", "kind": kind}, messages.Graticule))

    def set_base_maps(self, maps: Sequence[BaseMap]) -> None:
        """Base maps from the bottom up."""
        self._keep(messages.BaseMaps(maps=list(maps)))

    @property
    def view(self) -> messages.ViewChanged | None:
        """What the map shows, as far as it has said."""
        return self._view

    # --- events ----------------------------------------------------------------------------------

    def _happened(self, event: messages.AnyEvent) -> None:
        self._alive()
        match event:
            case messages.Ready():
                self._greet()
            case messages.Painted():
                self._watchdog.stop()
                self._failures = 0
                self.painted.emit(event.items, event.clusters, event.total)
            case messages.ViewChanged():
                self._view = event
                self.view_changed.emit(event)
            case messages.Drawn() | messages.Edited():
                self._shape_came(event)
            case messages.ToolEnded():
                self._state.kept.pop("edit", None)
                self.tool_ended.emit(event.tool, event.finished)
            case messages.Pointer():
                self.pointer.emit(event.lon, event.lat)
            case messages.Failed():
                _log.error("map page: %s", event.text)
                if event.text.startswith("picture"):
                    # The page stands; loading it again would not make the picture readable.
                    self._watchdog.stop()
                    self.troubled.emit("picture")
            case _:
                self._pass_on(event)

    def _pass_on(self, event: messages.AnyEvent) -> None:
        match event:
            case messages.Clicked():
                self.clicked.emit(event)
            case messages.Boxed():
                self.boxed.emit(event)
            case messages.Measured():
                self.measured.emit(event)
            case messages.ToolChanged():
                self.tool_changed.emit(event)
            case messages.Context():
                self.context.emit(msgspec.structs.replace(event, x=event.x * self._scale, y=event.y * self._scale))

    def _greet(self) -> None:
        self._listening = True
        # The engine forgets it with every page that it loads.
        self._web.setZoomFactor(self._scale)
        for command in self._state.kept.values():
            self._bridge.send(command)
        waiting, self._state.waiting = self._state.waiting, []
        for command in waiting:
            self._bridge.send(command)
        self.ready.emit()

    def _shape_came(self, event: messages.Drawn | messages.Edited) -> None:
        try:
            shape = checked(event.shape)
        except ShapeError as error:
            _log.error("the map page drew something that is no shape: %s", error)
            return
        if isinstance(event, messages.Edited):
            self._state.kept.pop("edit", None)
            self.edited.emit(event.id, shape)
        elif event.tool == "leg":
            self.leg_drawn.emit(shape)
        else:
            self.drawn.emit(msgspec.structs.replace(event, shape=shape))
