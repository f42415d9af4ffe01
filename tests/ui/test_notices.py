from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QToolButton

from qroc_desktop.errors import Message, Refused
from qroc_desktop.ui.notice_bar import NoticeHistory
from tests.ui.desk_window import ShownWindow

HOSTILE = "<img src=x onerror=alert(1)>"


def test_an_error_says_what_was_kept_and_what_to_do_and_can_be_copied(shown: ShownWindow) -> None:
    error = Refused(Message("The layer is locked."), where="Incidents", action=Message("Unlock it."))
    shown.window.bench.notices.error(error)
    line = shown.window.notice_bar.lines()[-1]
    assert line.label.text() == "Incidents: The layer is locked. Nothing was changed. Unlock it."
    assert line.property("level") == "error"
    copy = next(b for b in line.findChildren(QToolButton) if b.accessibleName() == "Copy this notice")
    copy.click()
    assert "The layer is locked." in QGuiApplication.clipboard().text()


def test_foreign_content_in_a_notice_is_text(shown: ShownWindow) -> None:
    shown.window.bench.notices.error(Refused(Message("Bad file."), where=HOSTILE))
    label = shown.window.notice_bar.lines()[-1].label
    assert label.textFormat() is Qt.TextFormat.PlainText
    assert HOSTILE in label.text()


def test_notices_do_not_move_the_map(shown: ShownWindow) -> None:
    before = shown.map.geometry()
    for n in range(6):
        shown.window.bench.notices.warning(f"warning {n}")
    assert shown.map.geometry() == before
    assert [line.notice.text for line in shown.window.notice_bar.lines()] == ["warning 3", "warning 4", "warning 5"]


def test_an_offer_is_done_once_and_the_notice_goes(shown: ShownWindow) -> None:
    done: list[int] = []
    shown.window.bench.notices.warning("two edits met", ("Show", lambda: done.append(1)))
    line = shown.window.notice_bar.lines()[-1]
    from PySide6.QtWidgets import QPushButton

    line.findChild(QPushButton).click()  # type: ignore[union-attr]
    assert done == [1]
    assert shown.window.notice_bar.lines() == []


def test_all_notices_can_be_read_again(shown: ShownWindow) -> None:
    shown.window.bench.notices.warning("first")
    shown.window.bench.notices.info("second")
    history = NoticeHistory(shown.window.bench.notices, shown.window.bench.theme, shown.window)
    assert history._list.item(0).text().endswith("second")
    assert history._list.item(1).text().endswith("first")
    history.deleteLater()


def test_what_offers_something_stays_long_enough_to_take_it(shown: ShownWindow) -> None:
    notices = shown.window.bench.notices
    notices.info("The report was written.")
    (plain,) = [line.findChild(QTimer) for line in shown.window.notice_bar.lines()]
    notices.info("The fork is whole.", ("Open it", lambda: None))
    offering = shown.window.notice_bar.lines()[-1].findChild(QTimer)
    assert plain is not None
    assert offering is not None
    assert plain.interval() == 8_000
    assert offering.interval() == 60_000
