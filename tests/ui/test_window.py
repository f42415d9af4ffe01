from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLineEdit
from pytestqt.qtbot import QtBot

from qroc_desktop.domain.aspects import Identity, Marking
from qroc_desktop.domain.change import Draft
from qroc_desktop.domain.coordinates import format_all
from qroc_desktop.domain.query import Outcome
from qroc_desktop.domain.vocabulary import Aspect, SubjectType, Tlp, WorkspaceKind
from qroc_desktop.mapview.messages import Boxed, Clicked, Measured
from qroc_desktop.services.desk import Desk
from qroc_desktop.services.places import Destination
from qroc_desktop.services.settings import Settings
from qroc_desktop.services.workspaces import Workspaces
from qroc_desktop.symbology import Kinds, Symbols
from qroc_desktop.ui.live import merged
from qroc_desktop.ui.measures import length_text
from qroc_desktop.ui.theme import Theme
from tests.ui.desk_window import PATIENCE, ShownWindow, new_item, open_window, show_in_front


def test_the_map_has_most_of_a_small_screen(shown: ShownWindow) -> None:
    area = shown.map.width() * shown.map.height()
    assert area > 0.35 * 1366 * 768
    for panel in (shown.window.items, shown.window.details):
        assert panel.width() * panel.height() < area


def test_every_control_has_a_name_for_those_who_cannot_see_it(shown: ShownWindow) -> None:
    nameless = [
        widget
        for kind in (QAbstractButton, QLineEdit, QComboBox)
        for widget in shown.window.findChildren(kind)
        if not (widget.accessibleName() or getattr(widget, "text", lambda: "")() or widget.objectName())
        and widget.isVisible()
    ]
    assert nameless == []


@pytest.mark.parametrize(
    ("key", "panel"),
    [(Qt.Key.Key_2, "items"), (Qt.Key.Key_3, "details"), (Qt.Key.Key_4, "logbook"), (Qt.Key.Key_5, "layers")],
)
def test_panels_are_reached_by_key(shown: ShownWindow, key: Qt.Key, panel: str) -> None:
    shown.window.docks[panel].close()
    shown.key(key, Qt.KeyboardModifier.ControlModifier, into=shown.window)
    shown.until(lambda: not shown.window.docks[panel].visibleRegion().isEmpty())


def test_clicks_on_the_map_select(shown: ShownWindow) -> None:
    a, b = new_item(shown.desk, "a"), new_item(shown.desk, "b")
    shown.settled()
    seen: list[tuple[str, ...]] = []
    shown.window.bench.selection.changed.connect(seen.append)
    shown.map.clicked.emit(Clicked(ids=[a], lon=6.0, lat=51.0))
    shown.map.clicked.emit(Clicked(ids=[b], lon=6.0, lat=51.0, control=True))
    shown.map.clicked.emit(Clicked(ids=[b], lon=6.0, lat=51.0, control=True))
    shown.map.clicked.emit(Clicked(ids=[], lon=6.0, lat=51.0))
    assert seen == [(a,), (a, b), (a,), ()]


def test_a_box_takes_everything_in_it(shown: ShownWindow) -> None:
    inside = {new_item(shown.desk, f"in {n}", lon=6.0 + n / 100) for n in range(3)}
    new_item(shown.desk, "out", lon=9.0)
    shown.settled()
    shown.map.boxed.emit(Boxed(ids=[], bounds=(5.9, 50.9, 6.2, 51.1)))
    shown.settled()
    assert set(shown.window.bench.selection.ids) == inside


def test_go_to_shows_the_place(shown: ShownWindow) -> None:
    shown.dialogs.place = Destination(name="Wien", detail="", lon=16.37, lat=48.21, zoom=11.0)
    shown.key(Qt.Key.Key_G, Qt.KeyboardModifier.ControlModifier, into=shown.window)
    assert shown.dialogs.asked == [("go-to", (6.0, 51.0))]
    assert shown.map.of("go-to") == [[16.37, 48.21, 11.0, "Wien"]]


def test_files_are_handed_to_the_conversations(shown: ShownWindow) -> None:
    for action in ("file.new", "file.open", "file.open-read-only", "file.import", "file.export", "file.briefing"):
        shown.window.commands[action].trigger()
    bounds = (5.0, 50.0, 7.0, 52.0)
    assert shown.dialogs.asked == [
        ("new",), ("open", False), ("open", True), ("import", ()), ("export", None, bounds), ("briefing", None, bounds),
    ]


def test_the_banner_says_kind_marking_and_centre(shown: ShownWindow) -> None:
    identity = Identity(
        centre="Übungsleitung", country="AT", kind=WorkspaceKind.EXERCISE, marking=Marking(tlp=Tlp.AMBER)
    )
    subject = next(c.subject for c in shown.desk.workspace.changes() if c.subject_type is SubjectType.WORKSPACE)
    draft = Draft(subject_type=SubjectType.WORKSPACE, subject=subject, patch={Aspect.IDENTITY: identity})
    assert shown.window.banner.property("state") == "live"
    shown.desk.workspace.append([draft], author="duty-officer", label="identity")
    shown.settled()
    banner = shown.window.banner
    assert banner.property("state") == "exercise"
    assert banner._kind.text() == "EXERCISE"
    assert banner._marking.text() == "TLP:AMBER"
    assert "Übungsleitung" in banner._centre.text()


def test_theme_text_size_and_notation(shown: ShownWindow, theme: Theme) -> None:
    shown.window.commands["theme.light"].trigger()
    assert theme.tokens.name == "light"
    assert shown.map.of("theme")[-1] == ["light"]
    assert shown.window.commands["theme.light"].isChecked()
    shown.window.commands["theme.dark"].trigger()
    before = theme.scale
    shown.window.commands["view.larger"].trigger()
    assert theme.scale > before
    assert shown.map.of("scale")[-1] == [theme.scale]
    shown.window.commands["view.smaller"].trigger()
    shown.map.pointer.emit(13.3777, 52.5163)
    shown.window.commands["notation.mgrs"].trigger()
    assert shown.window.status.position.text() == format_all(13.3777, 52.5163).mgrs
    shown.window.commands["notation.all"].trigger()
    for form in msgspec.structs.astuple(format_all(13.3777, 52.5163)):
        assert form in shown.window.status.position.text()


def test_the_arrangement_is_remembered(
    qtbot: QtBot, desk: Desk, tmp_path: Path, symbols: Symbols, kinds: Kinds, theme: Theme, nothing_left: None
) -> None:
    layout = QSettings(str(tmp_path / "kept.ini"), QSettings.Format.IniFormat)
    for number in range(2):
        window, _ = open_window(desk, tmp_path, symbols, kinds, theme, layout=layout)
        show_in_front(window, qtbot)
        header = window.items.table.horizontalHeader()
        if number == 0:
            window.docks["layers"].close()
            header.setSectionHidden(5, True)
        else:
            assert not window.docks["layers"].isVisible()
            assert header.isSectionHidden(5)
        window.close()
        window.deleteLater()
        QApplication.sendPostedEvents()


def test_one_who_only_looks_cannot_edit(
    qtbot: QtBot, desk: Desk, workspaces: Workspaces, tmp_path: Path, symbols: Symbols, kinds: Kinds, theme: Theme,
    nothing_left: None,
) -> None:
    item = new_item(desk, "Fire")
    watching = workspaces.open(tmp_path / "picture.qroc", read_only=True)
    window, dialogs = open_window(watching, tmp_path, symbols, kinds, theme)
    show_in_front(window, qtbot)
    shown = ShownWindow(window, watching, dialogs, qtbot)
    shown.settled()
    shown.select(item)
    assert "LOOK ONLY" in window.banner.state_text
    assert not window.commands["edit.delete"].isEnabled()
    assert "look only" in window.commands.why_not("edit.delete")
    assert not window.logbook.writer.text.isEnabled()
    shown.until(lambda: window.details.item is not None)
    assert not window.details.main.isEnabled()
    window.close()
    window.deleteLater()
    QApplication.sendPostedEvents()
    watching.close()


def test_closing_asks_where_edits_would_be_lost(shown: ShownWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    item = new_item(shown.desk, "Fire")
    shown.settled()
    shown.select(item)
    shown.until(lambda: shown.window.details.item is not None)
    shown.window.details.main.title.setText("Large fire")
    shown.window.details.main.title.edited.emit()
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QMessageBox

    asked: list[str] = []

    def go_back() -> None:
        box = shown.window.findChild(QMessageBox)
        assert isinstance(box, QMessageBox)
        asked.append(box.text())
        box.defaultButton().click()

    QTimer.singleShot(200, shown.window, go_back)
    shown.window.close()
    assert shown.window.isVisible()
    assert asked == ["1 item has edits that were not applied."]


def test_the_wall_follows_time_and_lists_the_open_incidents(shown: ShownWindow) -> None:
    from qroc_desktop.domain.vocabulary import Priority, Status

    new_item(shown.desk, "closed", priority=Priority.FLASH, status=Status.CLOSED)
    new_item(shown.desk, "routine")
    new_item(shown.desk, "flash", priority=Priority.FLASH)
    shown.settled()
    shown.window.commands["view.wall"].trigger()
    wall = shown.window.wall.wall
    assert wall is not None
    shown.until(lambda: len(wall.rows) == 2)
    assert [row.title for row in wall.rows] == ["flash", "routine"]
    shown.window.bench.cursor.show(type(shown.desk.now())(shown.desk.now() - 3_600_000_000))
    shown.until(lambda: wall.rows == [])
    assert "PAST" in wall.banner.state_text
    shown.window.commands["view.wall"].trigger()
    assert shown.window.wall.wall is None
    assert wall.map.closed  # type: ignore[attr-defined]


def test_merged_outcomes_say_all() -> None:
    first = Outcome(batch="a", first_seq=1, last_seq=2, recorded_at=1, items=frozenset({"x"}))  # type: ignore[arg-type]
    second = Outcome(batch="b", first_seq=3, last_seq=3, recorded_at=2, layers=frozenset({"y"}))  # type: ignore[arg-type]
    both = merged([first, second])
    assert (both.batch, both.first_seq, both.last_seq) == ("b", 1, 3)
    assert (both.items, both.layers) == (frozenset({"x"}), frozenset({"y"}))


def test_what_was_measured_is_said_and_can_be_copied(shown: ShownWindow) -> None:
    status = shown.window.status.measured
    shown.map.measured.emit(Measured(points=[(6.0, 51.0), (6.1, 51.0)], length_m=7017.7, area_m2=0.0, done=False))
    assert status.text() == "Length 7.018 km"
    assert shown.notices() == []
    shown.map.measured.emit(Measured(points=[(6.0, 51.0)] * 3, length_m=1_123_400.0, area_m2=45_678.0, done=True))
    assert status.text() == "Area 4.57 ha · Length 1\u2009123 km"
    offer = shown.window.bench.notices.history[-1].offer
    assert offer
    offer[1]()
    assert QApplication.clipboard().text() == status.text()
    shown.window.commands["map.cancel"].trigger()
    assert status.text() == ""


@pytest.mark.parametrize(
    ("metres", "words"),
    [(0.0, "0 m"), (7.4, "7.4 m"), (742.4, "742 m"), (1000.0, "1 km"), (27_154.0, "27.15 km"), (688_400.0, "688.4 km")],
)
def test_lengths_have_the_figures_of_the_map(metres: float, words: str) -> None:
    assert length_text(metres) == words


def test_the_language_is_kept_for_the_next_start(shown: ShownWindow, tmp_path: Path) -> None:
    commands = shown.window.commands
    assert commands["language.system"].isChecked()
    commands["language.de"].trigger()
    assert Settings(tmp_path / "settings.json").text("language") == "de"
    assert commands["language.de"].isChecked()
    assert not commands["language.system"].isChecked()
    assert "next time" in shown.notices()[-1]
    commands["language.system"].trigger()
    assert Settings(tmp_path / "settings.json").text("language") == ""


def test_what_an_administrator_has_set_cannot_be_chosen_and_says_why(
    nothing_left: None, qtbot: QtBot, desk: Desk, tmp_path: Path, symbols: Symbols, kinds: Kinds, theme: Theme
) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text('language = "de"\ntheme = "dark"\nbase_map = "world"\n', "utf-8")
    window, _ = open_window(desk, tmp_path, symbols, kinds, theme, policy=policy)
    window.show()
    qtbot.waitUntil(lambda: window.bench.background.idle, timeout=PATIENCE)
    for name in ("language.en", "language.system", "theme.light", "theme.toggle"):
        assert not window.commands[name].isEnabled()
        assert "administrator" in window.commands[name].toolTip()
    for name in ("notation.mgrs", "graticule.degrees"):
        assert window.commands[name].isEnabled()
    assert all("administrator" in a.toolTip() for a in window.commands.menus["base-maps"].actions() if a.isCheckable())
    window.close()
    window.deleteLater()
