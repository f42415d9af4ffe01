"""What an import would bring, to look at before it is accepted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHeaderView,
    QLabel,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from qroc_desktop.domain.aspects import AspectValue, Nature
from qroc_desktop.domain.state import Layer
from qroc_desktop.domain.vocabulary import Aspect, ItemType
from qroc_desktop.domain.words import TYPES
from qroc_desktop.formats.registry import FORMATS
from qroc_desktop.services.importing import ImportPlan
from qroc_desktop.translation import explained, ntr, said, tr
from qroc_desktop.ui.text import tip

Index = QModelIndex | QPersistentModelIndex


class FindingsModel(QAbstractTableModel):
    """Every refusal, skipped element and note of a plan, as plain text."""

    def __init__(self, plan: ImportPlan, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = [(tr("Refused"), path.name, explained(error)) for path, error in plan.refusals] + [
            (
                tr("Skipped") if problem.skipped else tr("Note"),
                f"{path.name}: {problem.where}",
                said(problem.why) + (f" ({problem.what})" if problem.what else ""),
            )
            for path, problem in sorted(plan.problems, key=lambda pair: not pair[1].skipped)
        ]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Findings."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """What, where, why."""
        return 0 if parent.isValid() else 3

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> str | None:
        """Text of a cell; the tooltip repeats it for narrow columns."""
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self._rows[index.row()][index.column()]
        if role == Qt.ItemDataRole.ToolTipRole:
            return tip(self._rows[index.row()][index.column()])
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> str | None:
        """Column titles."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return (tr("What"), tr("Where"), tr("Why"))[section]
        return None


class ImportPreviewDialog(QDialog):
    """Shows counts and findings; accepted means: import it. `layer` is the chosen layer's name, empty: one a file."""

    def __init__(self, plan: ImportPlan, layers: Sequence[Layer], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Import"))
        self.resize(760, 480)
        self._layers = QComboBox(self)
        self._layers.setEditable(True)
        self._layers.addItem(tr("A layer named after each file"))
        for layer in reversed(layers):
            if not layer.locked:
                self._layers.addItem(layer.name, layer.name)
        self._buttons = QDialogButtonBox(self)
        accept = self._buttons.addButton(
            ntr("Import {count} item", "Import {count} items", plan.count),
            QDialogButtonBox.ButtonRole.AcceptRole,
        )
        accept.setEnabled(plan.count > 0)
        accept.setDefault(plan.count > 0)
        self._buttons.addButton(tr("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        self._buttons.accepted.connect(self.accept)
        self._buttons.rejected.connect(self.reject)
        self._layers.setEnabled(plan.count > 0)
        self._lay_out(plan)

    @property
    def layer(self) -> str:
        """Name of the layer to import to; empty: one named after each file."""
        if self._layers.currentText() == self._layers.itemText(0):
            return ""
        return self._layers.currentText().strip()

    def _lay_out(self, plan: ImportPlan) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(12)
        heading = QLabel(_summary(plan), self)
        heading.setObjectName("dialogHeading")
        heading.setTextFormat(Qt.TextFormat.PlainText)
        heading.setWordWrap(True)
        column.addWidget(heading)
        contents = QLabel(_contents(plan), self)
        contents.setTextFormat(Qt.TextFormat.PlainText)
        contents.setWordWrap(True)
        column.addWidget(contents)
        form = QFormLayout()
        form.addRow(tr("Import to &layer"), self._layers)
        column.addLayout(form)
        findings = FindingsModel(plan, self)
        if findings.rowCount():
            column.addWidget(self._findings(findings), 1)
        else:
            calm = QLabel(tr("Everything in the file can be imported."), self)
            calm.setObjectName("hint")
            column.addWidget(calm)
            self.resize(self.width(), 0)  # as low as it can be
        undo = QLabel(tr("The import is one step: undo takes all of it back."), self)
        undo.setObjectName("hint")
        column.addWidget(undo)
        column.addWidget(self._buttons)
        # As it is read: the findings stand above the buttons, but were made after them.
        order = [self._layers, *self.findChildren(QTableView), *self._buttons.buttons()]
        for one, other in pairwise(order):
            QWidget.setTabOrder(one, other)

    def _findings(self, model: FindingsModel) -> QTableView:
        table = QTableView(self)
        table.setModel(model)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setAlternatingRowColors(True)
        table.setWordWrap(False)
        table.setTabKeyNavigation(False)
        table.verticalHeader().hide()
        header = table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Interactive)
        header.resizeSection(1, 260)
        header.setStretchLastSection(True)
        table.setAccessibleName(tr("What was skipped and why"))
        return table


def _summary(plan: ImportPlan) -> str:
    skipped = sum(problem.skipped for _, problem in plan.problems)
    parts = [ntr("{count} item can be imported.", "{count} items can be imported.", plan.count)]
    if skipped:
        parts.append(ntr("{count} element is skipped.", "{count} elements are skipped.", skipped))
    if plan.refusals:
        parts.append(ntr("{count} file is refused.", "{count} files are refused.", len(plan.refusals)))
    return " ".join(parts)


def _contents(plan: ImportPlan) -> str:
    lines = []
    for file in plan.files:
        if file.reading is None:
            continue
        types = Counter(_type_of(item.aspects) for item in file.reading.items)
        listed = ", ".join(f"{count} × {name}" for name, count in types.most_common())
        title = said(FORMATS[file.reading.format].title)
        lines.append(f"{file.path.name} ({title}): {listed or tr('nothing')}")
    return "\n".join(lines)


def _type_of(aspects: Mapping[Aspect, AspectValue]) -> str:
    nature = aspects.get(Aspect.NATURE)
    return said(TYPES[nature.type if isinstance(nature, Nature) else ItemType.NOTE])
