"""A new run of a scenario: which one, what is in it, and where the run is kept."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from qroc_desktop.exercise.scenario import Scenario, called
from qroc_desktop.exercise.scenario import said as in_language
from qroc_desktop.services.exercise.runs import Loaded
from qroc_desktop.translation import language, said, tr
from qroc_desktop.ui.bench import Bench
from qroc_desktop.ui.text import plain_label, set_state

_ROLE = Qt.ItemDataRole.UserRole
SCENARIOS = "*.zip *.json"
MOST_PROBLEMS = 8


class Scenarios(Protocol):
    """Where scenarios are read and runs begin; the composition root gives one."""

    def shipped(self) -> Sequence[Loaded]:
        """Those that come with the program."""

    def load(self, path: Path) -> Loaded:
        """One from a file. Raises Refused."""

    def folder_for(self, scenario: str) -> Path:
        """Where a run of it is kept unless somebody says otherwise; nothing is there yet."""


class NewExerciseDialog(QDialog):
    """Reads scenarios off the GUI thread; `loaded` and `folder` are what was chosen."""

    def __init__(self, bench: Bench, scenarios: Scenarios, parent: QWidget) -> None:
        super().__init__(parent)
        self._bench = bench
        self._scenarios = scenarios
        self._chosen_folder = False
        self.setWindowTitle(tr("New exercise"))
        self.setMinimumSize(bench.theme.px(820), bench.theme.px(460))
        self.list = QListWidget()
        self.list.setAccessibleName(tr("Scenarios"))
        self.list.setMaximumWidth(bench.theme.px(300))
        self.list.setWordWrap(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.other = QPushButton(tr("From a &file …"))
        self.title = plain_label(wrap=True)
        self.title.setObjectName("dialogHeading")
        self.figures = plain_label(role="muted", wrap=True)
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        self.text.setAccessibleName(tr("About the scenario"))
        self.problems = plain_label(wrap=True)
        self.place = QLineEdit()
        self.browse = QPushButton(tr("&Choose …"))
        self._buttons = QDialogButtonBox()
        self.begin = self._buttons.addButton(tr("&Make the exercise"), QDialogButtonBox.ButtonRole.AcceptRole)
        self._buttons.addButton(tr("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        self._lay_out()
        self._connect()
        self._show(None)
        bench.background.read(lambda: tuple(scenarios.shipped()), self._listed)

    @property
    def loaded(self) -> Loaded | None:
        """The chosen scenario; None where there is none yet."""
        found = [item.data(_ROLE) for item in self.list.selectedItems()]
        return found[0] if found and isinstance(found[0], Loaded) else None

    @property
    def folder(self) -> Path:
        """Where the run is to be kept."""
        return Path(self.place.text().strip())

    # --- parts ---------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        px = self._bench.theme.px
        left, right = QVBoxLayout(), QVBoxLayout()
        left.addWidget(self.list, 1)
        left.addWidget(self.other)
        for widget in (self.title, self.figures):
            right.addWidget(widget)
        right.addWidget(self.text, 1)
        right.addWidget(self.problems)
        form = QFormLayout()
        row = QHBoxLayout()
        row.addWidget(self.place, 1)
        row.addWidget(self.browse)
        form.addRow(tr("Keep it in"), row)
        right.addLayout(form)
        hint = plain_label(
            tr("The folder holds the record and a workspace for each team. Who may read it, may read everything."),
            role="muted", wrap=True,
        )  # fmt: skip
        right.addWidget(hint)
        columns = QHBoxLayout()
        columns.setSpacing(px(18))
        columns.addLayout(left)
        columns.addLayout(right, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(px(20), px(16), px(20), px(14))
        whole.setSpacing(px(12))
        whole.addLayout(columns, 1)
        whole.addWidget(self._buttons)

    def _connect(self) -> None:
        self.begin.setDefault(True)
        self._buttons.accepted.connect(self.accept)
        self._buttons.rejected.connect(self.reject)
        self.list.currentItemChanged.connect(lambda *_: self._show(self.loaded))
        self.other.clicked.connect(self._ask_file)
        self.browse.clicked.connect(self._ask_folder)
        self.place.textEdited.connect(self._folder_named)
        self.place.textChanged.connect(lambda _: self._weigh())

    def _listed(self, found: Sequence[Loaded]) -> None:
        for loaded in found:
            self._add(loaded)
        if self.list.currentRow() < 0:
            self.list.setCurrentRow(0)
            self.list.setFocus()

    def _add(self, loaded: Loaded) -> QListWidgetItem:
        item = QListWidgetItem(in_language(loaded.package.scenario.title, language()))
        item.setData(_ROLE, loaded)
        self.list.addItem(item)
        return item

    def _ask_file(self) -> None:
        name, _ = QFileDialog.getOpenFileName(
            self, tr("Open a scenario"), str(Path.home()), f"{tr('Scenarios')} ({SCENARIOS})"
        )
        if name:
            self.read(Path(name))

    def read(self, path: Path) -> None:
        """Add a scenario from a file and choose it."""
        self._bench.background.read(
            lambda: self._scenarios.load(path), lambda loaded: self.list.setCurrentItem(self._add(loaded))
        )

    def _ask_folder(self) -> None:
        above = QFileDialog.getExistingDirectory(self, tr("Keep it in"), str(self.folder.parent))
        if above:
            self._chosen_folder = True
            self.place.setText(str(Path(above) / (self.folder.name or "exercise")))

    def _folder_named(self) -> None:
        self._chosen_folder = True

    def _show(self, loaded: Loaded | None) -> None:
        scenario = loaded.package.scenario if loaded is not None else None
        self.title.setText(in_language(scenario.title, language()) if scenario else tr("Choose a scenario"))
        self.figures.setText(_figures(scenario) if scenario else "")
        self.text.setPlainText(in_language(scenario.description, language()).strip() if scenario else "")
        self._show_problems(loaded)
        if scenario is not None and not self._chosen_folder:
            self.place.setText(str(self._scenarios.folder_for(scenario.id)))
        self._weigh()

    def _show_problems(self, loaded: Loaded | None) -> None:
        found = loaded.problems if loaded is not None else ()
        lines = [f"{problem.where}: {said(problem.why)}" for problem in found[:MOST_PROBLEMS]]
        if len(found) > MOST_PROBLEMS:
            lines.append(tr("… and {count} more.", count=len(found) - MOST_PROBLEMS))
        if loaded is not None and not loaded.playable:
            lines.insert(0, tr("No run can be made of this scenario."))
        set_state(self.problems, "role", "danger" if loaded is not None and not loaded.playable else "warning")
        self.problems.setText("\n".join(lines))
        self.problems.setVisible(bool(lines))

    def _weigh(self) -> None:
        loaded = self.loaded
        self.begin.setEnabled(loaded is not None and loaded.playable and self.place.text().strip() != "")


def _figures(scenario: Scenario) -> str:
    minutes = round(scenario.duration_s / 60)
    teams = ", ".join(called(team, language()) for team in scenario.teams)
    return "\n".join(
        [
            tr("{hours} h {minutes:02} min of play · {injects} injects · {objectives} objectives",
               hours=minutes // 60, minutes=minutes % 60, injects=len(scenario.injects),
               objectives=len(scenario.objectives)),
            tr("Teams: {teams}.", teams=teams),
        ]
    )  # fmt: skip
