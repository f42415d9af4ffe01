"""Which instants get a map in the report, and where it is saved."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFileDialog, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from qroc_desktop.services.exercise.review.after_action import AfterAction
from qroc_desktop.services.exercise.scenario_time import plus_text
from qroc_desktop.translation import tr
from qroc_desktop.ui.bench import Bench
from qroc_desktop.ui.text import plain_label

_T = Qt.ItemDataRole.UserRole


class ReportDialog(QDialog):
    """`instants` and `path` say what was chosen once it was accepted."""

    def __init__(self, bench: Bench, found: AfterAction, at: int, parent: QWidget | None = None) -> None:
        """at: the instant that is looked at, which gets a map unless somebody says otherwise."""
        super().__init__(parent)
        self._found = found
        self.path: Path | None = None
        self.setWindowTitle(tr("After-action report"))
        self.list = QListWidget(self)
        self.list.setAccessibleName(tr("Instants with a map of truth and belief"))
        self.list.setAlternatingRowColors(True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel, self)
        self.html = buttons.addButton(tr("Save as HTML …"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.pdf = buttons.addButton(tr("Save as PDF …"), QDialogButtonBox.ButtonRole.AcceptRole)
        self._offer(at)
        intro = tr("Maps of the truth beside what {team} believed, at these instants:", team=found.team_name)
        column = QVBoxLayout(self)
        column.addWidget(plain_label(intro, wrap=True, parent=self))
        column.addWidget(self.list, 1)
        column.addWidget(
            plain_label(
                tr("The report holds everything that the record has, what is secret of red among it."), role="muted",
                wrap=True, parent=self,
            )
        )  # fmt: skip
        column.addWidget(buttons)
        self.html.clicked.connect(lambda: self._save(".html"))
        self.pdf.clicked.connect(lambda: self._save(".pdf"))
        buttons.rejected.connect(self.reject)
        self.resize(bench.theme.px(480), bench.theme.px(380))

    @property
    def instants(self) -> list[int]:
        """Scenario milliseconds."""
        items = (self.list.item(row) for row in range(self.list.count()))
        return [int(item.data(_T)) for item in items if item.checkState() is Qt.CheckState.Checked]

    def _offer(self, at: int) -> None:
        offered = {t: label for t, label in self._found.checkpoints if t <= self._found.until}
        offered.setdefault(at, tr("the moment that is shown"))
        offered.setdefault(self._found.until, tr("the end of what was played"))
        for t, label in sorted(offered.items()):
            item = QListWidgetItem(f"{self._found.time_of_day(t)}   {plus_text(t)}   {label}", self.list)
            item.setData(_T, t)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Checked if t == at else Qt.CheckState.Unchecked)

    def _save(self, kind: str) -> None:
        name = f"{self._found.scenario}-{tr('after-action')}{kind}"
        words = tr("Web page (*.html)") if kind == ".html" else tr("PDF (*.pdf)")
        chosen, _ = QFileDialog.getSaveFileName(self, tr("After-action report"), name, words)
        if chosen:
            path = Path(chosen)
            self.path = path if path.suffix.lower() == kind else path.with_name(path.name + kind)
            self.accept()
