"""Which facts a team knew at the moment that is shown: since when they were true, since when known, and from what."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from qroc_desktop.services.exercise.review.after_action import AfterAction, Known
from qroc_desktop.services.exercise.review.run_review import Shown
from qroc_desktop.services.exercise.review.words import said_duration, said_fact, said_source
from qroc_desktop.translation import tr
from qroc_desktop.ui.bench import Bench
from qroc_desktop.ui.exercise.review.knowledge import give_rest_to_first
from qroc_desktop.ui.sharing.rows import Column, RowsModel, RowsView


class FactsPage(QWidget):
    """A row for each fact that has become true, in the order in which they did."""

    def __init__(self, bench: Bench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme = bench.theme
        self._found: AfterAction | None = None
        columns: Sequence[Column[Known]] = (
            Column(tr("Fact"), said_fact),
            Column(tr("True from"), lambda fact: self._time(fact.true), 84),
            Column(tr("Known from"), self._known, 172, _sign),
            Column(tr("Latency"), lambda fact: "–" if fact.latency is None else said_duration(fact.latency), 90),
            Column(tr("By"), said_source, 190),
        )
        self.list: RowsView[Known] = RowsView(
            RowsModel(columns, lambda fact: f"{fact.entity}/{fact.fact}", theme, self),
            tr("Facts and when they were known"), theme, self,
        )  # fmt: skip
        give_rest_to_first(self.list)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(6), theme.px(6), theme.px(6), 0)
        column.addWidget(self.list)

    def show_moment(self, shown: Shown) -> None:
        """How it stood at an instant."""
        self._found = shown.found
        facts = [fact for fact in shown.found.latencies if fact.true <= shown.t]
        self.list.show_rows(sorted(facts, key=lambda fact: fact.true))

    def _time(self, t: int) -> str:
        return "" if self._found is None else self._found.time_of_day(t)

    def _known(self, fact: Known) -> str:
        if fact.known is not None:
            return self._time(fact.known)
        return tr("over, never known") if fact.over is not None else tr("not known yet")


def _sign(fact: Known) -> tuple[str, str]:
    if fact.known is not None:
        return "check", "good"
    return ("triangle-alert", "warning") if fact.over is not None else ("circle-off", "muted")
