"""How many requests there were and what became of them, by instrument, time limit and outcome."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from qroc_desktop.domain.vocabulary import WorkspaceKind
from qroc_desktop.policy import words
from qroc_desktop.policy.instruments import Instruments
from qroc_desktop.services.request_threads import Standing
from qroc_desktop.services.requests import Count
from qroc_desktop.translation import said, tr
from qroc_desktop.ui.copying import put_on_clipboard
from qroc_desktop.ui.sharing.request_words import STANDINGS, limit_text
from qroc_desktop.ui.sharing.rows import Column, RowsModel, RowsView
from qroc_desktop.ui.text import empty_hint, plain_label
from qroc_desktop.ui.theme import Theme

SIZE = (1240, 420)


class StatisticsDialog(QDialog):
    """A row for each time limit, asked by us and of us apart; the whole can be copied as a table."""

    def __init__(
        self, counts: Sequence[Count], instruments: Instruments, theme: Theme, parent: QWidget | None = None, *,
        kind: WorkspaceKind = WorkspaceKind.LIVE,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._kind = kind
        self.setWindowTitle(tr("Requests by instrument and outcome"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._instruments = instruments
        columns: tuple[Column[Count], ...] = (
            Column(tr("Asked"), lambda count: tr("by us") if count.ours else tr("of us"), 100, _direction),
            Column(tr("Law and limit"), self._limit, 350),
            Column(tr("Total"), lambda count: str(count.total), 75),
            Column(tr("Outcome"), _outcomes, 210),
            Column(tr("In time"), lambda count: str(count.in_time), 115),
            Column(tr("Late"), lambda count: str(count.late), 100),
            Column(tr("Overdue"), lambda count: str(count.overdue), 100),
            Column(tr("Grounds of refusal"), lambda count: _counted(count.grounds)),
        )
        model = RowsModel(columns, lambda count: f"{count.ours} {count.instrument} {count.limit}", theme, self)
        self.list: RowsView[Count] = RowsView(model, tr("Requests by instrument and outcome"), theme, self)
        self.list.show_rows(counts)
        self.copy = QPushButton(tr("Copy as a table"), self)
        self.copy.setEnabled(bool(counts))
        self.copy.clicked.connect(self._copy)
        close = QPushButton(tr("Close"), self)
        close.clicked.connect(self.reject)
        for button in (self.copy, close):
            button.setAutoDefault(False)
        heading = plain_label(self.windowTitle(), wrap=True, parent=self)
        heading.setObjectName("dialogHeading")
        last = QHBoxLayout()
        last.addWidget(self.copy)
        last.addStretch(1)
        last.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(20), theme.px(16), theme.px(20), theme.px(14))
        column.addWidget(heading)
        shown: QWidget = self.list if counts else empty_hint(tr("Nothing was asked yet, by us or of us."), "", self)
        self.list.setVisible(bool(counts))
        column.addWidget(shown, 1)
        column.addLayout(last)
        room = (parent or self).screen().availableGeometry()
        self.resize(min(theme.px(SIZE[0]), room.width() - 40), min(theme.px(SIZE[1]), room.height() - 60))

    @property
    def table(self) -> str:
        """Everything, with tabs between the columns."""
        columns = self.list.rows.columns
        rows = [[column.title for column in columns]]
        rows += [[column.text(count) for column in columns] for count in self.list.rows.rows]
        return "\n".join("\t".join(row) for row in rows)

    def _limit(self, count: Count) -> str:
        law = said(words.instrument(count.instrument, self._instruments))
        limit = self._instruments.limit(count.instrument, count.limit)
        return f"{law}, {limit_text(limit) if limit else count.limit}"

    def _copy(self) -> None:
        put_on_clipboard(self.table, self._kind)


def _direction(count: Count) -> tuple[str, str]:
    return ("arrow-up-right", "muted") if count.ours else ("arrow-down-left", "accent")


def _outcomes(count: Count) -> str:
    known = {str(standing): said(STANDINGS[standing][0]) for standing in Standing}
    return _counted({known.get(name, name): number for name, number in count.outcomes.items()})


def _counted(numbers: Mapping[str, int]) -> str:
    return ", ".join(f"{number} × {name}" for name, number in numbers.items())
