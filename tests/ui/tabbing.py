"""Going through a part of the window with Tab, as somebody without a mouse does."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QScrollArea,
    QTabBar,
    QWidget,
)

MOST = 120
TYPED = (QAbstractButton, QLineEdit, QPlainTextEdit, QComboBox, QAbstractItemView, QTabBar)


def stops(part: QWidget, first: QWidget) -> list[QWidget]:
    """Where Tab stops within `part`, from `first` until it leaves the part or comes back to where it was."""
    first.setFocus(Qt.FocusReason.TabFocusReason)
    found: list[QWidget] = []
    while len(found) < MOST:
        at = QApplication.focusWidget()
        if at is None or at in found or not (at is part or part.isAncestorOf(at)):
            return found
        found.append(at)
        QTest.keyClick(at, Qt.Key.Key_Tab, Qt.KeyboardModifier.NoModifier)
    raise AssertionError(f"Tab never comes back: {[name(w) for w in found]}")


def reachable(part: QWidget) -> set[QWidget]:
    """Controls of a part that somebody with a mouse can use now."""
    found: set[QWidget] = set()
    for kind in TYPED:
        found |= {w for w in part.findChildren(kind) if w.isVisibleTo(part) and w.isEnabled()}
    return {
        w for w in found
        if w.focusPolicy() & Qt.FocusPolicy.TabFocus
        and not isinstance(w.parent(), QComboBox | QAbstractItemView)
        and not _in_a_group_of_choices(w)
    }


def _in_a_group_of_choices(widget: QWidget) -> bool:
    """Of buttons that exclude each other, Tab stops at the one that is pressed; arrow keys go to the others."""
    return isinstance(widget, QAbstractButton) and widget.group() is not None and not widget.isChecked()


def backwards(part: QWidget, found: list[QWidget]) -> list[tuple[str, str]]:
    """Steps that go up within a column or left within a row: nobody reads like that."""
    return [
        (name(one), name(other))
        for one, other in pairwise(found)
        if _against(_place(one, part), _place(other, part))
    ]


def name(widget: QWidget) -> str:
    """What the test says of a widget."""
    text = getattr(widget, "text", lambda: "")()
    return f"{type(widget).__name__} {widget.accessibleName() or text or widget.objectName()}"


def first_of(part: QWidget, widgets: Iterable[QWidget]) -> QWidget:
    """Where one begins to read: the leftmost of the highest row."""
    places = {widget: _place(widget, part) for widget in widgets}
    top = min(places.values(), key=lambda place: place.bottom())
    return min((w for w, place in places.items() if place.top() <= top.bottom()), key=lambda w: places[w].left())


def _place(widget: QWidget, part: QWidget) -> QRect:
    """Where it stands in the part, were nothing scrolled."""
    area = widget.parentWidget()
    while area is not None and area is not part and not isinstance(area, QScrollArea):
        area = area.parentWidget()
    page = area.widget() if isinstance(area, QScrollArea) else None
    if page is None or not isinstance(area, QScrollArea) or area is part:
        return QRect(widget.mapTo(part, QPoint(0, 0)), widget.size())
    return QRect(widget.mapTo(page, QPoint(0, 0)) + area.viewport().mapTo(part, QPoint(0, 0)), widget.size())


def _against(one: QRect, other: QRect) -> bool:
    same_row = min(one.bottom(), other.bottom()) - max(one.top(), other.top()) > min(one.height(), other.height()) // 2
    same_column = one.left() < other.right() and other.left() < one.right()
    if same_row:
        return other.right() <= one.left() + 2
    return other.bottom() <= one.top() and same_column
