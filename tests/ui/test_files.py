"""The files of an item in the window: added, looked at, saved, taken off, and seen in the preview of a share."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, QRect, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog

from qroc_desktop.domain.aspects import Attachment
from qroc_desktop.services.carrying import carry
from qroc_desktop.services.receiving import local_id
from qroc_desktop.ui.panels.details.files_page import FILE
from qroc_desktop.ui.sharing.share_dialog import ShareDialog
from qroc_desktop.ui.theme import Theme
from qroc_desktop.ui.tokens import contrast
from tests.clocks import HandClock
from tests.formats.media_files import document, photo, video
from tests.services.sharing_centres import grounds
from tests.ui.desk_window import ShownWindow, new_item
from tests.ui.share_neighbour import Neighbour, unlocked

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def made(folder: Path) -> list[Path]:
    files = {"Tor Süd.jpg": photo(orientation=6), "Lageplan.pdf": document(), "Kamera 3.mp4": video()}
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return [folder / name for name in files]


def stored(shown: ShownWindow, item: str) -> tuple[Attachment, ...]:
    found = shown.desk.picture.item(item)
    assert found is not None
    return found.attachments.files


def opened(shown: ShownWindow, item: str) -> None:
    shown.settled()
    shown.select(item)
    shown.until(lambda: shown.window.details.item is not None and shown.window.details.item.id == item)


def dropped(shown: ShownWindow, paths: Sequence[Path]) -> bool:
    """Drag files over the panel and let them go; gives whether the panel took them."""
    details, data = shown.window.details, QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(20, 20), copy, data, left, none)
    QApplication.sendEvent(details, enter)
    if enter.isAccepted():
        QApplication.sendEvent(details, QDropEvent(QPointF(20, 20), copy, data, left, none))
    return enter.isAccepted()


def test_files_are_dropped_on_the_panel_and_shown(shown: ShownWindow, tmp_path: Path) -> None:
    item = new_item(shown.desk, "Fire")
    opened(shown, item)
    page = shown.window.details.files
    assert not page.empty.isHidden()
    assert dropped(shown, made(tmp_path))
    shown.until(lambda: page.list.count() == 3)
    shown.settled()
    assert [file.name for file in stored(shown, item)] == ["Tor Süd.jpg", "Lageplan.pdf", "Kamera 3.mp4"]
    assert shown.window.details.tabs.tabText(shown.window.details.tabs.indexOf(page)) == "Files (3)"
    assert shown.window.details.tabs.currentWidget() is page
    still, plan, film = (page.picture(file) for file in stored(shown, item))
    assert still is not None
    assert (still.width() < still.height(), plan, film is not None) == (True, None, True)  # the photo stands upright


@pytest.mark.parametrize("name", ["light", "dark"])
def test_the_icon_of_a_file_is_seen_on_a_selected_row_too(
    shown: ShownWindow, theme: Theme, tmp_path: Path, name: str
) -> None:
    theme.choose(name)
    item = new_item(shown.desk, "Fire")
    opened(shown, item)
    assert dropped(shown, made(tmp_path)[1:2])
    page = shown.window.details.files
    shown.until(lambda: page.list.count() == 1)
    shown.settled()
    for chosen in (True, False):
        page.list.item(0).setSelected(chosen)
        ground = theme.tokens.selection if chosen else theme.tokens.panel
        row = page.list.visualItemRect(page.list.item(0))
        px = theme.px
        icon = QRect(row.left() + px(12 + 18), row.top() + px(7 + 18), px(20), px(20))  # within the frame
        seen = page.list.viewport().grab(icon).toImage()
        colours = {seen.pixelColor(x, y).name() for x in range(seen.width()) for y in range(seen.height())}
        assert ground in colours
        # WCAG 2.2, 1.4.11: a graphic that tells something has a contrast of 3 to 1 at least.
        assert max(contrast(colour, ground) for colour in colours) >= 3, chosen


def test_what_is_no_photo_is_left_to_the_window(shown: ShownWindow, tmp_path: Path) -> None:
    opened(shown, new_item(shown.desk, "Fire"))
    units = tmp_path / "units.geojson"
    units.write_text("{}")
    assert dropped(shown, [units])
    assert shown.dialogs.asked == [("import", (units,))]
    assert shown.window.details.files.list.count() == 0


def test_files_are_added_opened_and_taken_off_by_keyboard(
    shown: ShownWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = new_item(shown.desk, "Fire")
    opened(shown, item)
    paths = made(tmp_path)
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: ([str(path) for path in paths], ""))
    looked_at: list[Path] = []

    def look(path: Path) -> bool:
        looked_at.append(path)
        return True

    monkeypatch.setattr(shown.window.attaching, "_view", look)
    shown.key(Qt.Key.Key_D, CTRL | SHIFT, into=shown.window)
    page = shown.window.details.files
    shown.until(lambda: page.list.count() == 3)
    page.list.setFocus(Qt.FocusReason.ShortcutFocusReason)
    shown.key(Qt.Key.Key_Down)
    shown.key(Qt.Key.Key_Return)
    shown.until(lambda: bool(looked_at))
    assert (looked_at[0].suffix, looked_at[0].read_bytes()) == (".pdf", paths[1].read_bytes())
    shown.key(Qt.Key.Key_Delete)
    shown.until(lambda: page.list.count() == 2)
    found = shown.desk.picture.item(item)
    assert found is not None
    assert not found.removed  # Del takes off the file and not the item
    assert shown.window.details.files.list.item(0).text() == "Tor Süd.jpg"
    shown.ctrl(Qt.Key.Key_Z)
    shown.until(lambda: page.list.count() == 3)


def test_copies_are_saved(shown: ShownWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    item = new_item(shown.desk, "Fire")
    opened(shown, item)
    assert dropped(shown, made(tmp_path))
    page = shown.window.details.files
    shown.until(lambda: page.list.count() == 3)
    folder = tmp_path / "out"
    folder.mkdir()
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(folder))
    page.list.selectAll()
    page.save.click()
    shown.settled()
    assert sorted(path.name for path in folder.iterdir()) == ["Kamera 3.mp4", "Lageplan.pdf", "Tor Süd.jpg"]
    assert "3 copies were saved." in shown.notices()


def test_a_file_that_is_no_good_is_told_and_nothing_is_added(shown: ShownWindow, tmp_path: Path) -> None:
    item = new_item(shown.desk, "Fire")
    opened(shown, item)
    bad = tmp_path / "<b>photo</b>.jpg".replace("/", "_")
    bad.write_bytes(b"MZ\x90")
    assert dropped(shown, [bad])
    shown.until(lambda: any("cannot be attached" in text for text in shown.notices()))
    assert stored(shown, item) == ()


def test_the_past_shows_its_files_and_takes_none(shown: ShownWindow, tmp_path: Path) -> None:
    item = new_item(shown.desk, "Fire")
    opened(shown, item)
    assert dropped(shown, made(tmp_path))
    page = shown.window.details.files
    shown.until(lambda: page.list.count() == 3)
    shown.window.bench.cursor.show(shown.desk.now())
    shown.settled()
    assert page.list.count() == 3
    assert [page.add.isEnabled(), page.open.isEnabled(), page.save.isEnabled(), page.remove.isEnabled()] == [
        False, True, True, False,
    ]  # fmt: skip
    assert not dropped(shown, made(tmp_path))


def test_the_preview_shows_each_file_beside_its_copy(shown: ShownWindow, tmp_path: Path, clock: HandClock) -> None:
    neighbour = Neighbour(tmp_path, clock)
    neighbour.enrol(unlocked(shown).exchange)
    shown.window.seat.folder = neighbour.post
    shown.window.seat.refresh()
    item = new_item(shown.desk, "Fire")
    broken = tmp_path / "kaputt.jpg"
    broken.write_bytes(photo()[:400])
    found = shown.desk.picture.item(item)
    assert found is not None
    shown.desk.attachments.attach(found, [*made(tmp_path), broken])
    opened(shown, item)
    shown.window.commands["share.send"].trigger()
    dialog: ShareDialog = shown.dialog(ShareDialog)
    form = dialog.form
    form.peers.item(0).setCheckState(Qt.CheckState.Checked)
    for field, value in (
        (form.purpose, "prevention"), (form.basis, "dir-2023-977/own-initiative"), (form.exception, "urgency"),
    ):  # fmt: skip
        field.setCurrentIndex(field.findData(value))
    shown.until(lambda: bool(dialog.previews))
    model = dialog.view.model
    above = model.index(0, 0)
    rows = [
        [str(model.index(row, column, above).data()) for column in range(4)] for row in range(model.rowCount(above))
    ]
    assert [row[:3] for row in rows[-5:]] == [
        ["attachments: 4 files", "3 files", "goes in part"],
        [rows[-4][0], rows[-4][1], "cleaned"],
        [rows[-3][0], rows[-3][1], "cleaned"],
        [rows[-2][0], rows[-2][1], "cleaned"],
        ["kaputt.jpg (400 bytes)", "nothing", "stays here"],
    ]
    assert [row[0].split(" (")[0] for row in rows[-4:]] == ["Tor Süd.jpg", "Lageplan.pdf", "Kamera 3.mp4", "kaputt.jpg"]
    assert [row[1].split(" (")[0] for row in rows[-4:-1]] == ["photo 1.jpg", "document 1.pdf", "video 1.mp4"]
    assert rows[-1][3] == "The picture is damaged or is none."
    assert str(model.index(0, 1).data()).endswith("without 1 file")
    dialog.reject()
    shown.settled()
    neighbour.close()


def test_a_peers_files_are_shown_too(shown: ShownWindow, tmp_path: Path, clock: HandClock) -> None:
    neighbour = Neighbour(tmp_path, clock)
    neighbour.enrol(unlocked(shown).exchange)
    shown.window.seat.folder = neighbour.post
    shown.window.seat.refresh()
    theirs = new_item(neighbour.desk, "Flood")
    found = neighbour.desk.picture.item(theirs)
    assert found is not None
    neighbour.desk.attachments.attach(found, made(tmp_path))
    preview = neighbour.sharing.preview([theirs], unlocked_id(shown), grounds())
    neighbour.sharing.send(preview, officer="Carla", why="near")
    neighbour.carry()
    works = shown.window.seat.works
    assert works is not None
    carry(works.exchange, neighbour.post)
    shown.window.commands["share.apply"].trigger()
    shown.settled()
    opened(shown, local_id(neighbour.exchange.identity.centre, theirs))
    page = shown.window.details.files
    shown.until(lambda: page.list.count() == 3)
    shown.settled()
    assert [page.list.item(row).text() for row in range(3)] == ["photo 1.jpg", "document 1.pdf", "video 1.mp4"]
    assert page.picture(page.list.item(0).data(FILE)) is not None
    neighbour.close()


def unlocked_id(shown: ShownWindow) -> str:
    works = shown.window.seat.works
    assert works is not None
    return works.exchange.identity.centre
