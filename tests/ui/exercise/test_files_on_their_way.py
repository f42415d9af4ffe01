"""A file that another seat of the team has attached, in the team's window: on its way, and then there."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from qroc_desktop.domain.aspects import Attachment, Attachments
from qroc_desktop.domain.change import encode_patch
from qroc_desktop.domain.vocabulary import Aspect, SubjectType
from qroc_desktop.exercise.edits import Edit, Touch
from qroc_desktop.exercise.team_files import LARGEST_FILE, Which
from qroc_desktop.paths import program_files
from qroc_desktop.symbology import Kinds, Symbols
from qroc_desktop.ui.theme import Theme
from tests.exercise.building import package
from tests.services.exercise.exercise_host import ring
from tests.ui.exercise.playing import Playing

RESOURCES = program_files().resources
VAN = (RESOURCES / "scenarios" / "man-hunt" / "media" / "cctv-van.png").read_bytes()


@pytest.fixture
def playing(
    nothing_left: None, qtbot: QtBot, tmp_path: Path, symbols: Symbols, kinds: Kinds, theme: Theme
) -> Iterator[Playing]:
    made = Playing(tmp_path, RESOURCES, symbols, kinds, theme, qtbot)
    made.begin(package())
    yield made
    made.close()


def test_it_says_that_it_is_on_its_way_until_it_is_there(playing: Playing) -> None:
    blue, driver = playing.team("blue"), playing.driver
    driver.do(lambda run: run.conduct.start()).result()
    item = ring(blue.desk, "Rheinbrücke")
    van = Attachment(name="Fluchtfahrzeug.png", media_type="image/png", size=len(VAN),
                     sha256=hashlib.sha256(VAN).hexdigest())  # fmt: skip
    film = Attachment(name="Kamera 3.mp4", media_type="video/mp4", size=LARGEST_FILE + 1, sha256="1" * 64)
    patch = encode_patch({Aspect.ATTACHMENTS: Attachments(files=(van, film))}).decode()
    edit = Edit(id="of-anna", by="Anna", touches=(Touch(type=SubjectType.ITEM, id=item, patch=patch),))
    driver.do(lambda run: run.conduct.edit("blue", edit)).result()
    blue.select(item)
    page = blue.window.details.files
    blue.until(lambda: page.list.count() == 2)
    blue.window.details.show_files()
    blue.settled()

    def said() -> list[str]:
        role = Qt.ItemDataRole.AccessibleTextRole
        return [page.list.item(row).data(role).rpartition(" · ")[2] for row in range(page.list.count())]

    assert said() == ["on its way", "too large to be shared"]
    assert not page.open.isEnabled()
    assert not page.save.isEnabled()
    assert page.remove.isEnabled()
    # It is in the record: whoever of the team has a workspace on this machine gets it from there.
    driver.do(lambda run: run.conduct.files.take(Which("blue", van.sha256, van.size), 0, VAN)).result()
    blue.until(lambda: page.picture(van) is not None)
    assert "way" not in said()[0]
    assert said()[1] == "too large to be shared"
    page.list.setCurrentRow(0)
    assert page.open.isEnabled()
    assert page.save.isEnabled()
