"""Inviting and joining by their dialogs, with a node of its own process and a run that is conducted here."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from qroc_desktop.exercise import join_code
from qroc_desktop.services.exercise.joining.joined_seat import remembered
from qroc_desktop.services.system import system_clock
from qroc_desktop.sync.allowed import Allowed
from qroc_desktop.ui.background import Background
from qroc_desktop.ui.exercise.invite_dialog import InviteDialog
from qroc_desktop.ui.exercise.join_dialog import JoinDialog
from qroc_desktop.ui.notices import Notices
from qroc_desktop.ui.theme import Theme
from tests.exercise.building import package
from tests.services.exercise.exercise_host import BLUE, RED_SEAT, Host
from tests.services.exercise.joining_process import LOOPBACK

PICTURES = os.environ.get("QROC_TEST_PICTURES")


@pytest.fixture
def background(qtbot: QtBot) -> Iterator[Background]:
    made = Background(Notices(system_clock))
    yield made
    made.close()


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    made = Host(tmp_path / "run", package())
    yield made
    made.close()


def keep(dialog: InviteDialog | JoinDialog, name: str) -> None:
    if PICTURES:
        dialog.grab().save(str(Path(PICTURES) / f"{name}.png"))


def row(dialog: InviteDialog, at: int) -> list[str]:
    item = dialog.seats.topLevelItem(at)
    assert item is not None
    return [item.text(column) for column in range(4)]


def test_a_director_makes_a_code_and_a_participant_takes_the_seat_with_it(
    qtbot: QtBot, theme: Theme, background: Background, host: Host, tmp_path: Path
) -> None:
    host.conduct(8)
    invite = InviteDialog(host.hosting, theme, background)
    qtbot.addWidget(invite)
    invite.show()
    qtbot.waitUntil(lambda: "listens at 127.0.0.1" in invite.node.text(), timeout=20_000)
    assert row(invite, 0) == ["blue", "Plays blue", "–", ""]
    assert "Nobody can take this seat yet." in invite.hint.text()
    assert not invite.copy.isEnabled()
    assert not invite.revoke.isEnabled()
    keep(invite, "invite-empty")
    invite.renew.click()
    qtbot.waitUntil(lambda: invite.code is not None and invite.copy.isEnabled(), timeout=20_000)
    code = invite.code
    assert code is not None
    assert [label.text() for label in invite.groups] == code.groups
    assert all(label.text() for label in invite.words)
    invite.copy.click()
    assert join_code.read(QGuiApplication.clipboard().text()) == code

    join = JoinDialog(LOOPBACK, theme, background, name="", folder=tmp_path / "seat")
    qtbot.addWidget(join)
    join.show()
    assert not join.go.isEnabled()
    wrong = code.groups[0][:-1] + ("0" if code.groups[0][-1] != "0" else "1")
    join.code.setText(f"{code.address}/{'-'.join([wrong, *code.groups[1:]])}")
    assert "group 1 first" in join.said.text()
    join.name.setText("Anna")
    assert not join.go.isEnabled()
    keep(join, "join-wrong")
    join.code.setText(f"{code.address} {' '.join(code.groups).lower()}")
    assert join.said.text() == ""
    with qtbot.waitSignal(join.accepted, timeout=20_000):
        join.go.click()
    assert join.joined is not None
    assert join.joined.info.seat == BLUE
    assert remembered(join.folder).target.name == "Anna"
    seat = host.open(join.folder)
    qtbot.waitUntil(lambda: row(invite, 0)[3] == "Anna (127.0.0.1)", timeout=20_000)
    assert row(invite, 0)[2] == "has a code"
    assert "1 workstation has joined." in invite.node.text()
    keep(invite, "invite")
    invite.revoke.click()
    qtbot.waitUntil(lambda: row(invite, 0)[2:] == ["–", ""], timeout=20_000)
    qtbot.waitUntil(lambda: "not valid" in str(seat.trouble()), timeout=20_000)
    assert invite.code is None


def test_what_goes_wrong_is_said_in_the_dialog_and_can_be_put_right(
    qtbot: QtBot, theme: Theme, background: Background, host: Host, tmp_path: Path
) -> None:
    code = host.code(RED_SEAT)
    host.admitted(code)
    stale = code._replace(secret="0" * 10)
    for allowed, text, why in (
        (LOOPBACK, str(stale), "not valid"),
        (Allowed(), str(code), "Ask your administrator"),
    ):
        dialog = JoinDialog(allowed, theme, background, name="Rudi", folder=tmp_path / "seat")
        qtbot.addWidget(dialog)
        dialog.show()
        dialog.code.setText(text)
        dialog.go.click()
        qtbot.waitUntil(lambda dialog=dialog, why=why: why in dialog.said.text(), timeout=20_000)  # type: ignore[misc]
        assert dialog.go.isEnabled()
        assert dialog.joined is None
    assert not (tmp_path / "seat").exists()


def test_without_a_node_it_is_said(
    qtbot: QtBot, theme: Theme, background: Background, host: Host, in_german: None
) -> None:
    host.node.terminate()
    host.node.wait(30)
    dialog = InviteDialog(host.hosting, theme, background)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitUntil(lambda: "niemand kann jetzt" in dialog.node.text(), timeout=20_000)
    assert row(dialog, 0)[1] == "Spielt Blau"
