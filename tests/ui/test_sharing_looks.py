"""Sharing fits a small screen, can be walked through by Tab as one reads, and keeps live and exercise apart."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from qroc_desktop.domain.vocabulary import WorkspaceKind
from qroc_desktop.services.centre_session import Access
from qroc_desktop.services.workspaces import Workspaces
from qroc_desktop.symbology import Kinds, Symbols
from qroc_desktop.ui.sharing.keys_dialog import KeysDialog
from qroc_desktop.ui.sharing.share_dialog import ShareDialog
from qroc_desktop.ui.theme import Theme
from tests.clocks import HandClock
from tests.ui.desk_window import ShownWindow, new_item, open_window, show_in_front
from tests.ui.share_neighbour import PASSPHRASE, Neighbour, unlocked
from tests.ui.tabbing import backwards, stops

LONG = "Gemeinsames Polizei- und Lagezentrum Schleswig-Holstein Nordfriesland"
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def neighbour(tmp_path: Path, clock: HandClock) -> Iterator[Neighbour]:
    other = Neighbour(tmp_path, clock, LONG)
    yield other
    other.close()


def opened(shown: ShownWindow) -> ShareDialog:
    shown.select(new_item(shown.desk, "Fire in a depot"))
    shown.key(Qt.Key.Key_S, CTRL | SHIFT, into=shown.window)
    dialog: ShareDialog = shown.dialog(ShareDialog)
    return dialog


@pytest.mark.usefixtures("in_german")
def test_panel_and_dialog_fit_a_small_screen_in_german(shown: ShownWindow, neighbour: Neighbour) -> None:
    neighbour.enrol(unlocked(shown).exchange)
    shown.window.shares.show()
    shown.settled()
    for tab in range(5):
        shown.window.sharing.show_tab(tab)
        shown.settled()
        assert shown.window.minimumSizeHint().width() <= 1366
        assert shown.window.width() == 1366
    dialog = opened(shown)
    assert dialog.minimumSizeHint().width() <= 1366
    assert dialog.minimumSizeHint().height() <= 700
    dialog.reject()
    shown.settled()


def test_tab_goes_through_the_dialog_as_one_reads(shown: ShownWindow, neighbour: Neighbour) -> None:
    neighbour.enrol(unlocked(shown).exchange)
    dialog = opened(shown)
    form = dialog.form
    form.basis.setCurrentIndex(form.basis.findData("pruem-2008-615/14"))
    form.peers.item(0).setCheckState(Qt.CheckState.Checked)
    form.purpose.setCurrentIndex(1)
    form.exception.setCurrentIndex(1)
    shown.until(lambda: bool(dialog.previews))
    found = stops(form, form.peers)
    assert backwards(form, found) == []
    fields: set[QWidget] = {*form.findChildren(QLineEdit), *form.findChildren(QComboBox)}
    fields |= set(form.confirmations.boxes.values())
    assert {field for field in fields if field.isVisible()} <= set(found)
    dialog.reject()
    shown.settled()


def test_an_exercise_has_keys_of_its_own(
    workspaces: Workspaces, tmp_path: Path, qtbot: QtBot, symbols: Symbols, kinds: Kinds, theme: Theme
) -> None:
    desk = workspaces.create(
        tmp_path / "exercise.qroc", centre="Leitstelle Süd", country="DE", kind=WorkspaceKind.EXERCISE
    )
    window, dialogs = open_window(desk, tmp_path, symbols, kinds, theme)
    show_in_front(window, qtbot)
    shown = ShownWindow(window, desk, dialogs, qtbot)
    shown.settled()
    window.commands["share.send"].trigger()
    keys = shown.dialog(KeysDialog)
    assert "exercises" in keys.windowTitle() + "".join(label.text() for label in keys.findChildren(type(keys.said)))
    keys.passphrase.setText(PASSPHRASE)
    keys.again.setText(PASSPHRASE)
    keys.go.click()
    shown.dialog(ShareDialog).reject()
    shown.settled()
    assert sorted(path.name for path in (tmp_path / "centre").glob("*.keys")) == ["exercise.keys"]
    assert window.seat.session.exchange.mode is WorkspaceKind.EXERCISE
    assert window.seat.session.access is Access.OPEN
    window.close()
    window.seat.session.close()
    window.deleteLater()
    QApplication.sendPostedEvents()
    desk.close()


def test_the_passphrase_is_in_no_file_and_no_widget(shown: ShownWindow, tmp_path: Path) -> None:
    shown.window.commands["share.centres"].trigger()
    keys = shown.dialog(KeysDialog)
    for field in (keys.passphrase, keys.again):
        shown.keys(PASSPHRASE, field)
    keys.go.click()
    shown.until(lambda: shown.window.seat.works is not None)
    shown.settled()
    holding = [field for field in shown.window.findChildren(QLineEdit) if PASSPHRASE in field.text()]
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert holding == []
    assert any(path.suffix == ".keys" for path in files)
    assert [path for path in files if PASSPHRASE.encode() in path.read_bytes()] == []
    for dialog in shown.window.findChildren(QWidget, "", Qt.FindChildOption.FindDirectChildrenOnly):
        if dialog.isWindow():
            dialog.close()
    shown.settled()
