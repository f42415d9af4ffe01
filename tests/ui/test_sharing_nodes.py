"""Two windows of two centres with their nodes as child processes, over HTTPS on real sockets, one killed now and then.

Everything goes by the dialogs and panels; between the two centres there is nothing but the nodes' connections.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from qroc_desktop.domain.ids import random_id
from qroc_desktop.domain.vocabulary import WorkspaceKind
from qroc_desktop.services.centre import CentreFolder
from qroc_desktop.services.centre_session import CentreSession
from qroc_desktop.services.node_child import NodeChild, Pauses, command
from qroc_desktop.services.share_board import AlarmRow
from qroc_desktop.services.system import system_clock
from qroc_desktop.services.workspaces import Workspaces
from qroc_desktop.symbology import Kinds, Symbols
from qroc_desktop.sync import status
from qroc_desktop.sync.tls import UNKNOWN_CERTIFICATE
from qroc_desktop.ui.sharing.centres_dialog import KNOWN, CentresDialog
from qroc_desktop.ui.sharing.keys_dialog import KeysDialog
from qroc_desktop.ui.sharing.panel import INBOX
from qroc_desktop.ui.sharing.read_dialog import ReadDialog
from qroc_desktop.ui.sharing.reason_dialog import ReasonDialog
from qroc_desktop.ui.sharing.share_dialog import ShareDialog
from qroc_desktop.ui.theme import Theme
from tests.fakes.free_ports import free_port
from tests.ui.desk_window import CHEAP, ShownWindow, new_item, open_window, show_in_front
from tests.ui.share_neighbour import PASSPHRASE
from tests.ui.test_sharing import choose

pytestmark = pytest.mark.slow
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
LIVE = WorkspaceKind.LIVE
PATIENCE = 120_000
"""Milliseconds. A node is a Python process of its own, and there may be little room on the machine of a test."""
TO, WHAT, STATE, APPLIED, READ = 0, 1, 3, 4, 5


class Place:
    """A centre: its window, its home, its node."""

    def __init__(
        self, folder: Path, name: str, country: str, qtbot: QtBot, symbols: Symbols, kinds: Kinds, theme: Theme
    ) -> None:
        folder.mkdir()
        self.name, self.country = name, country
        self.home = folder / "centre"
        self.port = free_port()
        self.allowed = folder / "exchange.toml"
        self.allowed.write_text(f'[https]\nlisten = "127.0.0.1:{self.port}"\nto = ["127.0.0.1:*"]\n')
        self.allowed.chmod(0o600)
        workspaces = Workspaces(author=f"Officer {country}", clock=system_clock, ids=random_id)
        self.desk = workspaces.create(folder / "picture.qroc", centre=name, country=country)
        self.folder = CentreFolder(self.home, clock=system_clock)
        session = CentreSession(self.folder, LIVE, cost=CHEAP, node=self._node)
        self.window, dialogs = open_window(self.desk, folder, symbols, kinds, theme, centre=session)
        self.window.resize(1366, 768)
        show_in_front(self.window, qtbot)
        self.shown = ShownWindow(self.window, self.desk, dialogs, qtbot)
        self.shown.settled()

    def _node(self, kind: WorkspaceKind, secret: str) -> NodeChild:
        line = [*command(self.home, kind), "--allowed", str(self.allowed)]
        if os.geteuid() != 0:  # whose list of routes the program would not believe
            files = (self.folder.exchange_path(kind), self.folder.keystore(kind).path, self.allowed)
            line = [sys.executable, "-m", "tests.sync.node_process", *map(str, files)]
        return NodeChild(line, secret, Pauses(first=0.1))

    def until(self, condition: Callable[[], object]) -> None:
        self.shown.qtbot.waitUntil(lambda: bool(condition()), timeout=PATIENCE)

    def press(self, key: Qt.Key) -> None:
        """Ctrl+Shift and a key, in this one of the windows."""
        self.shown.key(key, CTRL | SHIFT, into=self.window)

    def makes_keys(self) -> None:
        """As at the first use of sharing."""
        self.press(Qt.Key.Key_K)
        keys = self.shown.dialog(KeysDialog)
        for field in (keys.passphrase, keys.again):
            self.shown.keys(PASSPHRASE, field)
        self.shown.key(Qt.Key.Key_Return, into=keys.again)
        self.shown.dialog(CentresDialog).reject()
        self.shown.settled()
        self.until(lambda: self.node is not None and self.node.listening)

    @property
    def node(self) -> status.NodeStatus | None:
        found = status.read(self.folder.exchange_path(LIVE))
        return found if found is not None and found.running(system_clock()) else None

    def kill_node(self) -> int:
        """kill -9; the pid that it had."""
        self.until(lambda: self.node is not None)  # one that is slow for once seems to have gone, and is heard again
        found = status.read(self.folder.exchange_path(LIVE))
        assert found is not None
        pid = found.pid
        os.kill(pid, signal.SIGKILL)
        return pid

    def is_back(self, former: int) -> None:
        self.until(lambda: self.node is not None and self.node.pid != former and self.node.listening)

    def invitation(self) -> tuple[str, str]:
        """The text, and the words of the fingerprint."""
        self.press(Qt.Key.Key_K)
        dialog = self.shown.dialog(CentresDialog)
        dialog.own.routes.setText(f"https://127.0.0.1:{self.port}")
        dialog.own.routes.editingFinished.emit()
        self.shown.settled()
        self.until(lambda: "BEGIN QROC INVITATION" in dialog.own.text.toPlainText())
        said = dialog.own.text.toPlainText(), dialog.own.spoken.text()
        dialog.reject()
        self.shown.settled()
        return said

    def enrols(self, other: Place) -> None:
        text, spoken = other.invitation()
        self.press(Qt.Key.Key_K)
        dialog = self.shown.dialog(CentresDialog)
        dialog.new.text.setPlainText(text)
        dialog.new.take.click()
        self.until(lambda: dialog.tabs.currentIndex() == KNOWN and bool(dialog.known.list.rows.rows))
        for officer in ("Anna", "Bert"):
            dialog.known.said.setText(spoken.replace("·", " "))
            dialog.known.officer.setText(officer)
            dialog.known.approve.click()
            self.shown.settled()
        self.until(lambda: "approved" in dialog.known.list.rows.index(0, 3).data())
        dialog.reject()
        self.shown.settled()

    def sends(self, title: str) -> None:
        before = len(self.window.seat.overview.out)
        self.shown.select(new_item(self.desk, title))
        self.press(Qt.Key.Key_S)
        dialog = self.shown.dialog(ShareDialog)
        choose(dialog)
        dialog.form.why.setText("attack under way")
        dialog.form.subject.setText(title)
        self.until(dialog.send_button.isEnabled)
        dialog.send()
        self.until(lambda: len(self.window.seat.overview.out) == before + 1)
        self.shown.settled()

    def board(self, column: int) -> list[str]:
        rows = self.window.sharing.board.rows
        return [str(rows.index(row, column).data() or "") for row in range(rows.rowCount())]

    def alarms(self) -> tuple[AlarmRow, ...]:
        self.window.seat.refresh()
        self.shown.settled()
        return tuple(self.window.seat.overview.alarms)

    def applies(self) -> None:
        self.press(Qt.Key.Key_I)

    def reads(self, officer: str) -> None:
        self.window.shares.show()
        self.window.sharing.show_tab(INBOX)
        self.window.shares.read(self.window.sharing.inbox.current())
        ask = self.shown.dialog(ReasonDialog)
        ask.officer_field.setText(officer)
        ask.accept()
        self.shown.dialog(ReadDialog).reject()
        self.shown.settled()

    def close(self) -> None:
        self.window.close()
        self.window.seat.session.close()
        self.window.deleteLater()
        QApplication.sendPostedEvents()
        self.desk.close()


@pytest.fixture
def places(
    nothing_left: None, qtbot: QtBot, tmp_path: Path, symbols: Symbols, kinds: Kinds, theme: Theme
) -> Iterator[tuple[Place, Place]]:
    if not hasattr(os, "geteuid"):
        pytest.skip("needs kill -9")
    made = [
        Place(tmp_path / country, name, country, qtbot, symbols, kinds, theme)
        for name, country in (("Leitstelle Süd", "DE"), ("Meldkamer Limburg", "NL"))
    ]
    yield made[0], made[1]
    for place in made:
        place.close()


def test_two_windows_share_through_their_nodes_and_a_killed_node_comes_back(places: tuple[Place, Place]) -> None:
    ours, theirs = places
    for place in places:
        place.makes_keys()
    ours.enrols(theirs)
    theirs.enrols(ours)
    ours.sends("Fire in a depot")
    ours.until(lambda: ours.board(STATE)[0].startswith("delivered"))
    assert ours.board(TO) == ["NL · Meldkamer Limburg"]
    theirs.until(lambda: theirs.window.seat.overview.pending == 1)
    theirs.applies()
    theirs.until(lambda: "Fire in a depot" in theirs.shown.titles())
    ours.until(lambda: ours.board(APPLIED)[0] != "")
    # Who is enrolled first may knock before the other side has approved it, and is alarmed, rightly; later nobody is.
    knocks = [place.alarms() for place in places]
    assert {row.alarm.code for rows in knocks for row in rows} <= {UNKNOWN_CERTIFICATE}

    gone = theirs.kill_node()
    ours.sends("Second depot")
    theirs.is_back(gone)
    ours.until(lambda: ours.board(STATE)[0].startswith("delivered"))
    theirs.until(lambda: theirs.window.seat.overview.pending == 1)
    theirs.applies()
    theirs.until(lambda: "Second depot" in theirs.shown.titles())
    gone = ours.kill_node()
    theirs.reads("J. de Vries")
    ours.is_back(gone)
    ours.until(lambda: any(text.startswith("J. de Vries ") for text in ours.board(READ)))

    former = ours.kill_node(), theirs.kill_node()
    for title in ("Third depot", "Fourth depot", "Fifth depot"):
        ours.sends(title)
    for place, gone in zip(places, former, strict=True):
        place.is_back(gone)
    ours.until(lambda: all(state.startswith("delivered") for state in ours.board(STATE)))
    theirs.until(lambda: theirs.window.seat.overview.pending == 3)
    theirs.applies()
    ours.until(lambda: all(ours.board(APPLIED)))
    theirs.shown.settled()
    assert sorted(theirs.shown.titles()) == [
        "Fifth depot", "Fire in a depot", "Fourth depot", "Second depot", "Third depot",
    ]  # fmt: skip
    assert [place.alarms() for place in places] == knocks
