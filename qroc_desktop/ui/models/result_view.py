"""A result with its card: what was found, what went in, by which formula, from where, and what it does not know."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from qroc_desktop.services.model_sketches import FROM_MEMORY, Sketch, figured, value_text
from qroc_desktop.translation import said, tr
from qroc_desktop.ui.models.kit import Table
from qroc_desktop.ui.text import copyable, plain_label, rule
from qroc_desktop.ui.theme import Theme


class ResultView(QWidget):
    """Made anew for each result; nothing of an earlier one stays."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("form")
        self._theme = theme
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.px(4))
        self.cells: list[list[QLabel]] = []
        self.clear()

    @property
    def texts(self) -> list[str]:
        """All that stands on it, from top to bottom."""
        return [label.text() for label in self.findChildren(QLabel) if label.isVisibleTo(self)]

    def clear(self) -> None:
        """There is no result."""
        self.cells = []
        while (place := self._column.takeAt(0)) is not None:
            widget = place.widget()
            if widget is not None:
                widget.hide()
                widget.setParent(None)
                widget.deleteLater()
        self.hide()

    def show_result(self, sketch: Sketch, table: Table | None) -> None:
        """What was computed."""
        self.clear()
        card = sketch.card
        self._column.addWidget(rule())
        badge = plain_label(said(card.label))
        badge.setObjectName("model-badge")
        self._column.addWidget(badge, 0, Qt.AlignmentFlag.AlignLeft)
        findings = [figured(finding) for finding in sketch.findings]
        head = copyable(plain_label(findings[0] if findings and table is None else said(card.model), wrap=True))
        head.setFont(self._theme.font(1.1, bold=True))
        self._column.addWidget(head)
        if table is not None:
            self._column.addWidget(self._table(table))
            # The sectors are in the table; what is left are the classes of the map and the sum.
            findings = [text for text in findings if not any(text.startswith(f"{row[0]}: ") for row in table.rows)]
        else:
            findings = findings[1:]
        for text in findings:
            self._line(text)
        for caution in sketch.cautions:
            self._line(figured(caution), role="warning")
        self._inputs(sketch)
        self._section(tr("Formula"), [card.formula])
        self._section(tr("Source"), [said(card.source)])
        self._section(tr("What it does not know"), [f"• {said(limit)}" for limit in card.limits])
        self._column.addStretch(1)
        self.show()

    def _inputs(self, sketch: Sketch) -> None:
        self._column.addWidget(plain_label(tr("What went in"), role="section"))
        holder = QWidget()
        grid = QGridLayout(holder)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(self._theme.px(10))
        grid.setVerticalSpacing(self._theme.px(2))
        grid.setColumnStretch(1, 1)
        for row, one in enumerate(sketch.card.inputs):
            name = plain_label(said(one.name), role="muted", wrap=True)
            name.setFixedWidth(self._theme.px(196))
            mark = f" · {said(FROM_MEMORY)}" if one.from_memory else ""
            value = copyable(plain_label(value_text(one) + mark, role="warning" if mark else "", wrap=True))
            grid.addWidget(name, row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(value, row, 1)
        self._column.addWidget(holder)

    def _section(self, name: str, lines: list[str]) -> None:
        self._column.addWidget(plain_label(name, role="section"))
        for line in lines:
            self._line(line)

    def _line(self, text: str, *, role: str = "") -> None:
        self._column.addWidget(copyable(plain_label(text, role=role, wrap=True)))

    def _table(self, table: Table) -> QWidget:
        holder = QWidget()
        grid = QGridLayout(holder)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(self._theme.px(12))
        grid.setVerticalSpacing(self._theme.px(2))
        grid.setColumnStretch(0, 1)
        for row, texts in enumerate((table.head, *table.rows)):
            cells = []
            for column, text in enumerate(texts):
                cell = copyable(plain_label(text, role="" if row else "muted", wrap=not column and bool(row)))
                if column:
                    cell.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                    cell.setFont(self._theme.font(figures=True, bold=row > 0 and column == len(texts) - 1))
                grid.addWidget(cell, row, column)
                cells.append(cell)
            if row:
                self.cells.append(cells)
        return holder
