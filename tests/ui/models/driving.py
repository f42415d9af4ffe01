"""What a person does with the dialog of a training model."""

from __future__ import annotations

from collections.abc import Sequence

import shapely
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from qroc_desktop.domain.aspects import AspectValue, Nature, Wording
from qroc_desktop.domain.query import ItemQuery
from qroc_desktop.domain.shape import from_shapely
from qroc_desktop.domain.state import Item
from qroc_desktop.domain.vocabulary import Aspect, ItemType
from qroc_desktop.ui.models.dialog import ModelDialog
from qroc_desktop.ui.models.sector_forms import EffortForm, SearchForm, SightingForm
from tests.ui.desk_window import ShownWindow

CTRL_ALT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
BOXES = ((9.50, 47.12), (9.52, 47.12), (9.50, 47.14), (9.52, 47.14))


def opened(shown: ShownWindow, key: Qt.Key) -> ModelDialog:
    """The dialog that a key of the main window opens."""
    shown.window.activateWindow()
    shown.until(shown.window.isActiveWindow)
    QTest.keyClick(shown.window, key, CTRL_ALT)
    dialog = shown.dialog(ModelDialog)
    assert isinstance(dialog, ModelDialog)
    shown.until(dialog.isActiveWindow)
    return dialog


def fill(field: QWidget, text: str) -> None:
    """Type over what stands in a field, and leave it."""
    field.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(field, Qt.Key.Key_Delete)
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Qt.Key.Key_Tab)


def computed(shown: ShownWindow, dialog: ModelDialog) -> None:
    """Wait until what is typed has been computed."""
    shown.settled()
    shown.until(lambda: not dialog.pending)
    shown.settled()



def click(button: QWidget) -> None:
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def items(shown: ShownWindow) -> list[Item]:
    return [item for item in shown.desk.picture.items(ItemQuery()) if not item.removed]


def area(shown: ShownWindow, title: str, box: tuple[float, float, float, float]) -> str:
    aspects: dict[Aspect, AspectValue] = {
        Aspect.NATURE: Nature(type=ItemType.AREA),
        Aspect.SHAPE: from_shapely(shapely.box(*box)),
        Aspect.WORDING: Wording(title=title),
    }
    return shown.desk.items.create(aspects)[0]


def sectors(dialog: ModelDialog, ids: Sequence[str], percents: Sequence[str]) -> None:
    form = dialog.form
    assert isinstance(form, SearchForm | SightingForm | EffortForm)
    click(form.sectors.add)
    for item, percent in zip(ids, percents, strict=True):
        fill(form.sectors.poa(item), percent)


def cells(dialog: ModelDialog) -> list[list[str]]:
    return [[cell.text() for cell in row] for row in dialog.result_view.cells]
