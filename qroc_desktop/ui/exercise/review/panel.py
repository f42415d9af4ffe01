"""The review in the window: it follows the time slider of the directing staff's workspace, which is the replay."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QPushButton, QTabWidget, QVBoxLayout, QWidget

from qroc_desktop.domain.query import Moment
from qroc_desktop.exercise.events import Remarked
from qroc_desktop.mapview.port import MapPort
from qroc_desktop.services.exercise.review.after_action import AfterAction
from qroc_desktop.services.exercise.review.files import AfterActionFiles
from qroc_desktop.services.exercise.review.run_review import ReviewSource, Shown
from qroc_desktop.services.exercise.scenario_time import plus_text
from qroc_desktop.translation import language, tr
from qroc_desktop.ui.bench import Bench
from qroc_desktop.ui.exercise.review.facts import FactsPage
from qroc_desktop.ui.exercise.review.knowledge import KnowledgePage, beliefs_of, title_of
from qroc_desktop.ui.exercise.review.report_dialog import ReportDialog
from qroc_desktop.ui.exercise.review.tasks import TasksPage
from qroc_desktop.ui.exercise.review.wash import WashPage
from qroc_desktop.ui.text import plain_label, tip

Write = Callable[[Remarked], object]
"""Records a remark and returns when it is on the disk. Raises Refused where it cannot. Runs off the GUI thread."""
LIVE_MS: Final = 2_000
PAUSE_MS: Final = 300
"""While a replay runs, the record is asked no more often than this: the map comes first."""
"""While the exercise goes on, what is shown of now is asked again so often."""
KNOWN, FACTS, TASKS, WASH = range(4)


class ReviewPanel(QWidget):
    """Belief beside truth, tasks and ratings, hot wash and report, at the moment of the window's time cursor."""

    counted = Signal(int)
    """How many drafts wait."""

    def __init__(
        self,
        bench: Bench,
        source: ReviewSource,
        map_: MapPort,
        files: AfterActionFiles,
        *,
        ids: Callable[[], str],
        write: Write | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """write: None where remarks cannot be recorded, because somebody else conducts the run."""
        super().__init__(parent)
        self.setObjectName("panel")
        self._bench = bench
        self._source = source
        self._map = map_
        self._files = files
        self._write = write
        self.shown: Shown | None = None
        self._found: AfterAction | None = None
        self.team = QComboBox(self)
        self.time = plain_label(role="title", parent=self)
        self.on_map = QPushButton(tr("On the map"), self)
        self.report = QPushButton(tr("Report …"), self)
        self.tabs = QTabWidget(self)
        self.knowledge = KnowledgePage(bench, self)
        self.facts = FactsPage(bench, self)
        self.tasks = TasksPage(bench, self)
        self.wash = WashPage(bench, ids, self)
        self._again = QTimer(self)
        self._soon = QTimer(self)
        self._lay_out()
        self._connect()
        self.reload()

    def reload(self) -> None:
        """Ask the record for the whole of it again, and for the moment that is shown."""
        team = self.team.currentData() or ""
        source = self._source
        self._bench.background.read(lambda: source.look_back(team), self._take_all, key="review-all")
        self._ask()

    def stop(self) -> None:
        """Nothing of it on the map any more; for whoever closes or hides it."""
        self._again.stop()
        self._soon.stop()
        self._map.set_beliefs("", [])

    # --- what a person does --------------------------------------------------------------------------

    def save_report(self) -> None:
        """Ask for instants and a file, and write the report in the background. The record is asked before: the
        exercise may have gone on since."""
        team, source = self.team.currentData() or "", self._source
        self._bench.background.read(lambda: source.look_back(team), self._ask_report, key="review-report")

    def record(self, remark: Remarked) -> None:
        """Put a remark into the record, and show what came of it."""
        write = self._write

        def done(_: object) -> None:
            self.wash.recorded(remark.id)
            self.reload()

        if write is not None:
            self._bench.background.write(lambda: write(remark), done)

    # --- parts -----------------------------------------------------------------------------------

    def _ask_report(self, found: AfterAction) -> None:
        at = self.shown.t if self.shown is not None else found.until
        dialog = ReportDialog(self._bench, found, at, self)
        dialog.accepted.connect(lambda: self._report(dialog))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _report(self, dialog: ReportDialog) -> None:
        path, at = dialog.path, dialog.instants
        if path is None:
            return
        team, run, files = self.team.currentData() or "", self._source.run, self._files
        self._bench.background.long(
            tr("After-action report"),
            lambda task: files.save(run, path, team=team, at=at, language=language(), step=lambda: task.step(0, 0)),
            lambda _: self._bench.notices.info(tr("Saved: {path}", path=path)),
        )

    def _on_moment(self, _moment: Moment | None) -> None:
        if self.isVisible() and not self._soon.isActive():
            self._soon.start()

    def showEvent(self, event: QShowEvent) -> None:
        """What is not seen does not ask; so it asks for all of it when it is seen again."""
        super().showEvent(event)
        self.reload()

    def hideEvent(self, event: QHideEvent) -> None:
        """Its marks go with it."""
        super().hideEvent(event)
        self._map.set_beliefs("", [])

    def _ask(self) -> None:
        moment = self._bench.cursor.moment
        at = moment.valid if moment is not None else self._bench.desk.now()
        team, source = self.team.currentData() or "", self._source
        self._bench.background.read(lambda: source.shown(at, team), self._take, key="review-moment")

    def _take_all(self, found: AfterAction) -> None:
        self._found = found
        if self.team.count() != len(found.teams):
            self.team.blockSignals(True)
            self.team.clear()
            for team, name, _ in found.teams:
                self.team.addItem(name, team)
            self.team.setCurrentIndex(self.team.findData(found.team))
            self.team.blockSignals(False)
        self.wash.show_found(found, writable=self._write is not None)
        waiting = self.wash.count
        self.tabs.setTabText(WASH, tr("Hot wash ({count})", count=waiting) if waiting else tr("Hot wash"))
        self.report.setEnabled(True)
        self.counted.emit(waiting)

    def _take(self, shown: Shown) -> None:
        self.shown = shown
        self.time.setText(f"{shown.found.time_of_day(shown.t, seconds=True)}  ·  {plus_text(shown.t)}")
        self.knowledge.show_moment(shown)
        self.facts.show_moment(shown)
        self.tasks.show_moment(shown)
        self._mark()

    def _mark(self) -> None:
        shown = self.shown
        if shown is None or not self.on_map.isChecked() or not self.isVisible():
            self._map.set_beliefs("", [])
            return
        clock = shown.found.time_of_day(shown.t, seconds=True)
        self._map.set_beliefs(title_of(shown.found, clock), beliefs_of(shown))

    def _live(self) -> None:
        if self._bench.cursor.live and self.isVisible():
            self._ask()

    def _lay_out(self) -> None:
        px = self._bench.theme.px
        self.team.setAccessibleName(tr("Whose knowledge"))
        self.team.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.team.setMinimumContentsLength(8)
        self.team.setToolTip(tip(tr("Whose knowledge")))
        self.on_map.setCheckable(True)
        self.on_map.setChecked(True)
        self.on_map.setToolTip(tip(tr("Marks from where they were believed to be to where they truly were")))
        self.report.setEnabled(False)
        top = QHBoxLayout()
        top.setContentsMargins(px(8), px(4), px(6), px(4))
        top.setSpacing(px(6))
        top.addWidget(self.team, 1)
        top.addWidget(self.time)
        top.addWidget(self.on_map)
        top.addWidget(self.report)
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(self.knowledge, tr("Known and true"))
        self.tabs.addTab(self.facts, tr("Facts"))
        self.tabs.addTab(self.tasks, tr("Tasks"))
        self.tabs.addTab(self.wash, tr("Hot wash"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(top)
        column.addWidget(self.tabs, 1)
        self.setFocusProxy(self.tabs)

    def _connect(self) -> None:
        self.team.currentIndexChanged.connect(lambda _: self.reload())
        self.on_map.toggled.connect(lambda _: self._mark())
        self.report.clicked.connect(self.save_report)
        self.wash.said.connect(self.record)
        self.knowledge.chosen.connect(lambda place: self._map.go_to(*place))
        self._bench.cursor.changed.connect(self._on_moment)
        self._soon.setSingleShot(True)
        self._soon.setInterval(PAUSE_MS)
        self._soon.timeout.connect(self._ask)
        self._again.timeout.connect(self._live)
        self._again.start(LIVE_MS)
