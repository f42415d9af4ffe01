"""The layers panel: what is drawn, in which order, how strongly, and what is locked."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QSlider,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from qroc_desktop.domain.query import ItemQuery, Moment, Outcome
from qroc_desktop.domain.state import Layer
from qroc_desktop.translation import tr
from qroc_desktop.ui.bench import Bench
from qroc_desktop.ui.buttons import IconButton
from qroc_desktop.ui.panels.layer_model import AGE, COUNT, LOCK, NAME, VISIBLE, LayerModel
from qroc_desktop.ui.text import plain_label, tip

Answer = tuple[list[Layer], dict[str, int]]


class LayersPanel(QWidget):
    """Keys: space shows or hides, F2 renames, Ctrl+Up and Ctrl+Down move."""

    shown = Signal(list)
    """Layers in drawing order, lowest first, whenever they were read."""

    def __init__(self, bench: Bench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self._bench = bench
        self.model = LayerModel(bench.theme, bench.shown_now, self)
        self.view = QTreeView()
        self.view.setModel(self.model)
        self.view.setAccessibleName(tr("Layers"))
        self.add = self._tool("plus", tr("New layer"), self._add)
        self.up = self._tool("chevron-up", tr("Draw above (Ctrl+Up)"), lambda: self._move(-1))
        self.down = self._tool("chevron-down", tr("Draw below (Ctrl+Down)"), lambda: self._move(1))
        self.remove = self._tool("trash", tr("Remove an empty layer"), self._remove)
        self.opacity = QSlider(Qt.Orientation.Horizontal)
        self.opacity.setRange(0, 100)
        self.opacity.setPageStep(10)
        self.opacity.setAccessibleName(tr("Opacity of the layer"))
        self.opacity.setToolTip(tip(tr("Opacity of the layer")))
        self._opacity_text = plain_label(role="muted")
        self._set_up_view()
        self._lay_out()
        self._connect()
        self._say_what_is_possible()
        self.reload()

    def layer(self) -> Layer | None:
        """The current layer."""
        row = self.view.currentIndex().row()
        return self.model.layers[row] if 0 <= row < len(self.model.layers) else None

    def reload(self) -> None:
        """Read the layers and their counts again."""
        desk, moment = self._bench.desk, self._bench.cursor.moment

        def ask() -> Answer:
            layers = desk.picture.layers(moment)
            counts = {la.id: desk.table.count(ItemQuery(layers=frozenset({la.id})), moment) for la in layers}
            return layers, counts

        self._bench.background.read(ask, self._show, key="layers")

    def on_change(self, outcome: Outcome) -> None:
        """Something was recorded."""
        if outcome.layers or outcome.items:
            self.reload()

    def on_moment(self, _moment: Moment | None) -> None:
        """Another instant is looked at."""
        self._say_what_is_possible()
        self.reload()

    def _show(self, answer: Answer) -> None:
        layers, counts = answer
        current = self.layer()
        self.model.show(layers, counts)
        # Ages are of layers that peers sent; who shares with nobody has the room for names.
        self.view.setColumnHidden(AGE, not any(layer.origin.sent for layer in layers))
        wanted = current.id if current else ""
        row = next((i for i, la in enumerate(self.model.layers) if la.id == wanted), 0)
        if self.model.layers:
            self.view.setCurrentIndex(self.model.index(row, NAME))
        self._show_opacity()
        self.shown.emit(layers)

    def _show_opacity(self) -> None:
        layer = self.layer()
        self.opacity.setEnabled(layer is not None and self.model.may_show)
        if layer and not self.opacity.isSliderDown():
            self.opacity.blockSignals(True)
            self.opacity.setValue(round(layer.display.opacity * 100))
            self.opacity.blockSignals(False)
        self._opacity_text.setText(f"{self.opacity.value()} %")

    def _opacity_moved(self) -> None:
        self._opacity_text.setText(f"{self.opacity.value()} %")
        if not self.opacity.isSliderDown():
            self._set_opacity()

    def _set_opacity(self) -> None:
        layer = self.layer()
        opacity = self.opacity.value() / 100
        if layer and abs(layer.display.opacity - opacity) > 0.004:
            self._write(lambda: self._bench.desk.layers.display(layer, opacity=opacity))

    def _add(self) -> None:
        name = tr("New layer")
        taken = {layer.name for layer in self.model.layers}
        number = 2
        while name in taken:
            name = tr("New layer {n}", n=number)
            number += 1
        self._bench.background.write(lambda: self._bench.desk.layers.add(name), self._added)

    def _added(self, layer: str) -> None:
        """Its name is the first thing to say: read the layers and open the editor on it."""

        def edit(answer: Answer) -> None:
            self._show(answer)
            row = next((i for i, la in enumerate(self.model.layers) if la.id == layer), -1)
            if row >= 0:
                self.view.setCurrentIndex(self.model.index(row, NAME))
                self.view.setFocus()
                self.view.edit(self.model.index(row, NAME))

        desk = self._bench.desk
        self._bench.background.read(lambda: (desk.layers.all(), {}), edit, key="layers")

    def _move(self, step: int) -> None:
        row = self.view.currentIndex().row()
        target = row + step
        if self.model.may_edit and row >= 0 and 0 <= target < len(self.model.layers):
            self._reorder(self.model.moved(row, target + (step > 0)))

    def _reorder(self, layers: list[Layer]) -> None:
        self._write(lambda: self._bench.desk.layers.reorder(layers))

    def _remove(self) -> None:
        layer = self.layer()
        if layer:
            self._write(lambda: self._bench.desk.layers.remove(layer))

    def _write(self, work: Callable[[], object]) -> None:
        self._bench.background.write(work, failed=self.reload)

    def _say_what_is_possible(self) -> None:
        self.model.may_edit = self._bench.editable
        # How one looks may change in the past as well.
        self.model.may_show = not self._bench.desk.read_only
        for button in (self.add, self.up, self.down, self.remove):
            button.setEnabled(self.model.may_edit)
        self._show_opacity()

    def _activated(self, index: QModelIndex) -> None:
        if index.column() in (VISIBLE, LOCK):
            self.model.activate(index)

    def _toggle_current(self) -> None:
        index = self.view.currentIndex()
        if index.isValid():
            self.model.activate(index.siblingAtColumn(LOCK if index.column() == LOCK else VISIBLE))

    def _tool(self, icon: str, name: str, does: Callable[[], None]) -> IconButton:
        button = IconButton(self._bench.theme, icon, name)
        button.clicked.connect(does)
        return button

    def _set_up_view(self) -> None:
        view, px = self.view, self._bench.theme.px
        view.setRootIsDecorated(False)
        view.setUniformRowHeights(True)
        view.setHeaderHidden(True)
        view.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        view.setDropIndicatorShown(True)
        view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        view.setEditTriggers(
            QAbstractItemView.EditTrigger.EditKeyPressed | QAbstractItemView.EditTrigger.DoubleClicked
        )
        header = view.header()
        header.setStretchLastSection(False)
        header.setMinimumSectionSize(px(24))
        header.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        for column, width in ((VISIBLE, 30), (LOCK, 28)):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
            header.resizeSection(column, px(width))
        # As wide as what stands in them: the panel is narrow, and the names are what one looks for.
        for column in (AGE, COUNT):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)

    def _lay_out(self) -> None:
        px = self._bench.theme.px
        tools = QHBoxLayout()
        tools.setContentsMargins(px(6), px(3), px(6), px(3))
        tools.setSpacing(px(4))
        tools.addWidget(self.add)
        tools.addWidget(self.up)
        tools.addWidget(self.down)
        tools.addWidget(self.remove)
        tools.addSpacing(px(8))
        tools.addWidget(self.opacity, 1)
        self._opacity_text.setMinimumWidth(self._opacity_text.fontMetrics().horizontalAdvance("100 %"))
        tools.addWidget(self._opacity_text)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.view, 1)
        column.addLayout(tools)

    def _connect(self) -> None:
        desk = self._bench.desk
        self.model.visibility_asked.connect(
            lambda layer, visible: self._write(lambda: desk.layers.display(layer, visible=visible))
        )
        self.model.lock_asked.connect(
            lambda layer, locked: self._write(lambda: desk.layers.lock(layer, locked=locked))
        )
        self.model.rename_asked.connect(lambda layer, name: self._write(lambda: desk.layers.rename(layer, name)))
        self.model.order_asked.connect(self._reorder)
        self.view.clicked.connect(self._activated)
        self.view.selectionModel().currentChanged.connect(self._show_opacity)
        self.opacity.valueChanged.connect(self._opacity_moved)
        self.opacity.sliderReleased.connect(self._set_opacity)
        for keys, does in (
            (Qt.Key.Key_Space, self._toggle_current),
            (QKeySequence("Ctrl+Up"), lambda: self._move(-1)),
            (QKeySequence("Ctrl+Down"), lambda: self._move(1)),
        ):
            shortcut = QShortcut(QKeySequence(keys), self.view)
            shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(does)
