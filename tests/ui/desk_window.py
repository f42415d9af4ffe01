"""A real window on a real desk, driven by keyboard and mouse; only the map may be a fake."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from PySide6.QtCore import QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QWidget
from pytestqt.qtbot import QtBot

from qroc_desktop.domain.aspects import AspectValue, Evaluation, Nature, Situation, Wording
from qroc_desktop.domain.ids import random_id
from qroc_desktop.domain.instant import Instant
from qroc_desktop.domain.query import Moment
from qroc_desktop.domain.shape import Bounds, point
from qroc_desktop.domain.vocabulary import Aspect, ItemType, Priority, Status
from qroc_desktop.errors import Message, Refused
from qroc_desktop.exercise.handbooks import Bookshelf
from qroc_desktop.exercise.package import Package
from qroc_desktop.paths import program_files
from qroc_desktop.services.centre import CentreFolder
from qroc_desktop.services.centre_session import CentreSession
from qroc_desktop.services.desk import Desk
from qroc_desktop.services.exercise.joining.hosting import Hosting
from qroc_desktop.services.exercise.runs import Loaded
from qroc_desktop.services.maps import MapLibrary
from qroc_desktop.services.places import Destination, Places
from qroc_desktop.services.road_graphs import RoadGraphs
from qroc_desktop.services.settings import Settings
from qroc_desktop.services.training_models import TrainingModels
from qroc_desktop.store.gazetteer import Gazetteer
from qroc_desktop.symbology import Kinds, Symbols
from qroc_desktop.sync.allowed import Allowed
from qroc_desktop.sync.keystore import Cost
from qroc_desktop.ui.commands.exercising import ExerciseOpener
from qroc_desktop.ui.exercise.place import ExercisePlace
from qroc_desktop.ui.main_window import MainWindow
from qroc_desktop.ui.ports import MapFactory
from qroc_desktop.ui.theme import Theme
from tests.clocks import HandClock
from tests.fakes.map_widget import FakeMap

PATIENCE = 20_000
CHEAP = Cost(memory_kib=8, passes=1, lanes=1)
"""Of a guess at a passphrase, where nobody guesses."""
SHOOTING = "a-u-X-i-l-l"


class Conversation:
    """Implements `ports.Dialogs`: notes what was asked and answers what the test wants."""

    def __init__(self) -> None:
        self.asked: list[tuple[Any, ...]] = []
        self.place: Destination | None = None

    def new_workspace(self, window: QWidget) -> None:
        self.asked.append(("new",))

    def open_workspace(self, window: QWidget, *, read_only: bool) -> None:
        self.asked.append(("open", read_only))

    def import_files(self, window: QWidget, paths: Sequence[Path]) -> None:
        self.asked.append(("import", tuple(paths)))

    def export(self, window: QWidget, moment: Moment | None, bounds: Bounds | None) -> None:
        self.asked.append(("export", moment, bounds))

    def briefing(self, window: QWidget, moment: Moment | None, bounds: Bounds | None) -> None:
        self.asked.append(("briefing", moment, bounds))

    def go_to(self, window: QWidget, near: tuple[float, float] | None) -> Destination | None:
        self.asked.append(("go-to", near))
        return self.place


class NoExercises:
    """Implements `ExerciseOpener`: notes what was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[Any, ...]] = []

    def shipped(self) -> Sequence[Loaded]:
        return ()

    def load(self, path: Path) -> Loaded:
        raise Refused(Message("There is no such file."), where=str(path))

    def handbooks(self, place: ExercisePlace) -> Bookshelf:
        return Bookshelf()

    def folder_for(self, scenario: str) -> Path:
        return Path(scenario)

    def allowed(self) -> Allowed:
        return Allowed()

    def take_seat(self, folder: Path) -> None:
        self.asked.append(("seat", folder))

    def invite(self, place: ExercisePlace) -> Hosting:
        raise Refused(Message("Nobody is invited here."))

    def create(self, package: Package, folder: Path) -> None:
        self.asked.append(("create", package.scenario.id, folder))

    def open(self, folder: Path) -> None:
        self.asked.append(("open", folder))


def catalogue(tmp: Path) -> MapLibrary:
    """The bundled maps alone, whatever the machine's user has added."""
    return MapLibrary(program_files().maps, added=tmp / "maps", servers=tmp / "servers.toml")


def to_front(window: QWidget, qtbot: QtBot) -> None:
    """Give a window the keyboard, as a window manager does and the display of the tests, which has none, does not: a
    key that is pressed before it has come is no shortcut, and nothing in the window has the focus."""
    if not window.isActiveWindow():
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow, timeout=PATIENCE)


def show_in_front(window: QWidget, qtbot: QtBot) -> None:
    """Show a window; once it is drawn it gets the keyboard."""
    with qtbot.waitExposed(window, timeout=PATIENCE):
        window.show()
    to_front(window, qtbot)


class ShownWindow:
    """The window, and what a person does with it."""

    def __init__(self, window: MainWindow, desk: Desk, dialogs: Conversation, qtbot: QtBot) -> None:
        self.window = window
        self.desk = desk
        self.dialogs = dialogs
        self.qtbot = qtbot

    @property
    def map(self) -> FakeMap:
        return cast(FakeMap, self.window.map)

    def until(self, condition: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(condition, timeout=PATIENCE)

    def settled(self) -> None:
        """Wait until nothing is on its way and everything that was recorded has been told."""
        live = self.window.live

        def quiet() -> bool:
            QApplication.processEvents()
            return self.window.bench.background.idle and not live._waiting and not live._pause.isActive()

        self.until(quiet)

    def keys(self, text: str, into: QWidget | None = None) -> None:
        QTest.keyClicks(into or self.focus(), text)

    def key(
        self,
        key: Qt.Key,
        modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
        into: QWidget | None = None,
    ) -> None:
        target = into or self.focus()
        to_front(target.window(), self.qtbot)
        QTest.keyClick(target, key, modifiers)

    def focus(self) -> QWidget:
        """The widget that has the keyboard; it comes back to the window when a dialog has gone."""
        if QApplication.focusWidget() is None:
            to_front(self.window, self.qtbot)
        return QApplication.focusWidget() or self.window

    def ctrl(self, key: Qt.Key) -> None:
        self.key(key, Qt.KeyboardModifier.ControlModifier)

    def dialog(self, kind: type[Any]) -> Any:
        """The open dialog of a kind, once it has the keyboard."""

        def found() -> list[QDialog]:
            return [d for d in self.window.findChildren(kind) if d.isVisible()]

        self.until(lambda: bool(found()))
        made = found()[0]
        to_front(made, self.qtbot)
        return made

    def notices(self) -> list[str]:
        return [notice.text for notice in self.window.bench.notices.history]

    def select(self, *ids: str) -> None:
        self.window.bench.selection.set(ids)
        self.settled()

    def titles(self) -> list[str]:
        """What the table shows, once it has all of it."""
        model = self.window.items.model

        def texts() -> list[str]:
            column = 2
            return [str(model.index(row, column).data() or "") for row in range(model.rowCount())]

        self.until(lambda: all(texts()))
        return texts()


def open_window(
    desk: Desk,
    tmp: Path,
    symbols: Symbols,
    kinds: Kinds,
    theme: Theme,
    *,
    map_factory: MapFactory | None = None,
    layout: QSettings | None = None,
    policy: Path | None = None,
    centre: CentreSession | None = None,
    place: ExercisePlace | None = None,
    exercises: ExerciseOpener | None = None,
) -> tuple[MainWindow, Conversation]:
    dialogs = Conversation()
    window = MainWindow(
        desk,
        map_factory=map_factory or cast("MapFactory", FakeMap),
        theme=theme,
        preferences=Settings(tmp / "settings.json", policy),
        layout=layout or QSettings(str(tmp / "layout.ini"), QSettings.Format.IniFormat),
        kinds=kinds,
        symbols=symbols,
        dialogs=dialogs,
        base_maps=catalogue(tmp),
        places=Places(Gazetteer(program_files().maps / "places.sqlite")),
        exercises=exercises or NoExercises(),
        place=place,
        centre=centre or CentreSession(CentreFolder(tmp / "centre", clock=desk.clock), desk.identity.kind, cost=CHEAP),
        models=TrainingModels(desk, RoadGraphs(program_files().maps), ids=random_id),
    )
    return window, dialogs


def new_item(
    desk: Desk,
    title: str,
    *,
    type_: ItemType = ItemType.INCIDENT,
    priority: Priority = Priority.ROUTINE,
    status: Status = Status.UNCONFIRMED,
    lon: float = 6.0,
    lat: float = 51.0,
    stale_at: Instant | None = None,
    description: str = "",
    **more: AspectValue,
) -> str:
    """An item on the desk; its id."""
    aspects: dict[Aspect, AspectValue] = {
        Aspect.NATURE: Nature(type=type_, kind=SHOOTING),
        Aspect.SITUATION: Situation(status=status, priority=priority, stale_at=stale_at),
        Aspect.WORDING: Wording(title=title, description=description),
        Aspect.SHAPE: point(lon, lat),
        **{Aspect(name): value for name, value in more.items()},
    }
    return desk.items.create(aspects)[0]


__all__ = ["Evaluation", "HandClock", "ShownWindow", "new_item", "open_window"]


@contextmanager
def window_of(
    desk: Desk, tmp: Path, symbols: Symbols, kinds: Kinds, theme: Theme, qtbot: QtBot
) -> Iterator[ShownWindow]:
    """The window on a desk, with a fake map, at 1366x768."""
    window, dialogs = open_window(desk, tmp, symbols, kinds, theme)
    window.resize(1366, 768)
    show_in_front(window, qtbot)
    shown = ShownWindow(window, desk, dialogs, qtbot)
    shown.settled()
    yield shown
    if window.isVisible():
        # A dialog goes once what it asked for is done, which may be after a test has seen that on the desk.
        shown.until(lambda: window.bench.background.idle)
    window.details.drafts.clear()
    window.details._item = None
    window.close()
    window.seat.session.close()
    window.deleteLater()
    QApplication.sendPostedEvents()
