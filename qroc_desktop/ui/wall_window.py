"""A window for a video wall: map, clocks, the most urgent incidents; it follows the main window's time."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QCloseEvent, QGuiApplication, QKeySequence, QPainter, QPaintEvent, QResizeEvent, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from qroc_desktop.domain.query import ItemQuery, Moment, Outcome, Row
from qroc_desktop.domain.vocabulary import ItemType, Status, WorkspaceKind
from qroc_desktop.domain.words import STATUSES
from qroc_desktop.mapview.messages import LayerLook, ViewChanged
from qroc_desktop.translation import language, ntr, said, tr
from qroc_desktop.ui.banner import Banner, past_text
from qroc_desktop.ui.bench import Bench
from qroc_desktop.ui.ports import MapFactory
from qroc_desktop.ui.signs import paint_priority
from qroc_desktop.ui.text import empty_hint, plain_label
from qroc_desktop.ui.times import age_text
from qroc_desktop.ui.words import WORKSPACES

MOST = 12
SIDE = 420
OPEN = frozenset({Status.UNCONFIRMED, Status.CONFIRMED, Status.ONGOING, Status.CONTAINED})


class WallLine(QFrame):
    """One incident, to be read across a room."""

    def __init__(self, bench: Bench, row: Row) -> None:
        super().__init__()
        self.setObjectName("card")
        self._bench = bench
        self._row = row
        px = bench.theme.px
        stale = row.stale_at is not None and bench.shown_now() >= row.stale_at
        title = plain_label(row.title, wrap=True, role="muted" if stale else "")
        title.setFont(bench.theme.font(1.45, bold=True))
        facts = [said(STATUSES[row.status]), age_text(row.valid_from, bench.shown_now())]
        if stale:
            facts.append(tr("OUT OF DATE"))
        if row.place:
            facts.append(row.place)
        below = plain_label(" · ".join(facts), role="muted", wrap=True)
        below.setFont(bench.theme.font(1.15))
        column = QVBoxLayout(self)
        column.setContentsMargins(px(54), px(8), px(10), px(8))
        column.setSpacing(px(2))
        column.addWidget(title)
        column.addWidget(below)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        side = self._bench.theme.px(34)
        box = QRectF(self._bench.theme.px(10), (self.height() - side) / 2, side, side)
        paint_priority(painter, box, self._row.priority, self._bench.theme)
        painter.end()


class WallWindow(QWidget):
    """Shows, never edits."""

    closed = Signal()

    def __init__(self, bench: Bench, map_factory: MapFactory) -> None:
        super().__init__(None, Qt.WindowType.Window)
        self.setObjectName("page")
        identity = bench.desk.identity
        kind = "" if identity.kind is WorkspaceKind.LIVE else f"{said(WORKSPACES[identity.kind])} · "
        self.setWindowTitle(kind + tr("{centre} · video wall", centre=identity.centre))
        self._bench = bench
        self.follows_extent = False
        self.map = map_factory(self)
        self.map.set_theme(bench.theme.tokens.name)
        self.map.set_language(language())
        self.banner = Banner(bench.desk, bench.theme, large=True)
        self._heading = plain_label(role="section")
        self._more = plain_label(role="muted")
        self._list = QWidget()
        self._lines = QVBoxLayout(self._list)
        self._side = QWidget()
        self.rows: list[Row] = []
        self._cards: list[WallLine] = []
        self._lay_out()
        bench.theme.changed.connect(self._dress)
        for keys in ("Esc", "F12"):
            QShortcut(QKeySequence(keys), self).activated.connect(self.close)
        QShortcut(QKeySequence("F11"), self).activated.connect(self._full_screen)
        self._dress()
        self.on_moment(bench.cursor.moment)

    def show_on_wall(self) -> None:
        """Full screen on the second screen where there is one; a window of its own otherwise."""
        screens = QGuiApplication.screens()
        if len(screens) > 1:
            other = next(s for s in screens if s is not QGuiApplication.primaryScreen())
            self.setScreen(other)
            self.setGeometry(other.geometry())
            self.showFullScreen()
        else:
            area = QGuiApplication.primaryScreen().availableGeometry()
            self.resize(area.width() * 3 // 4, area.height() * 3 // 4)
            self.show()

    def on_layers(self, looks: list[LayerLook]) -> None:
        """The layers as the main window shows them."""
        self.map.set_layers(looks)

    def on_change(self, outcome: Outcome) -> None:
        """Something was recorded."""
        self.map.refresh(outcome)
        if outcome.items or outcome.layers:
            self.reload()
        if outcome.identity:
            self.banner.refresh()

    def on_moment(self, moment: Moment | None) -> None:
        """Another instant is looked at."""
        self.banner.show_moment(moment)
        self.map.set_moment(moment, past_text(moment, self._bench.desk.clock()) if moment else "")
        self.reload()

    def on_view(self, view: ViewChanged) -> None:
        """The main window's map shows something else."""
        if self.follows_extent:
            self.map.fit(view.bounds)

    def reload(self) -> None:
        """Read the most urgent incidents again."""
        desk, moment = self._bench.desk, self._bench.cursor.moment

        def ask() -> list[Row]:
            query = ItemQuery(types=frozenset({ItemType.INCIDENT}), statuses=OPEN)
            ids = list(desk.table.ids(query, moment, order="priority", descending=False))[:MOST]
            return desk.table.rows(ids, moment)

        self._bench.background.read(ask, self._show, key="wall")

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The map keeps the larger part of any screen."""
        super().resizeEvent(event)
        self._fit()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.map.close_map()
        event.accept()
        self.closed.emit()
        self.deleteLater()

    def _show(self, rows: list[Row]) -> None:
        self.rows = rows
        while (item := self._lines.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self._cards = [WallLine(self._bench, row) for row in rows]
        for card in self._cards:
            self._lines.addWidget(card)
        if rows:
            self._lines.addStretch(1)
        else:
            self._lines.addWidget(empty_hint(tr("No open incidents"), ""))
        self._fit()

    def _fit(self) -> None:
        """As many incidents as there is room for, whole; nobody scrolls a wall, so that it says how many are left."""
        px = self._bench.theme.px
        self._side.setFixedWidth(min(px(SIDE), self.width() * 2 // 5))
        margins = self._side_column.contentsMargins()
        width = self._side.width() - margins.left() - margins.right()
        heads = self._heading.sizeHint().height() + self._more.sizeHint().height() + 2 * self._side_column.spacing()
        room = self.height() - self.banner.sizeHint().height() - margins.top() - margins.bottom() - heads
        fits = 0
        for card in self._cards:
            room -= card.heightForWidth(width) + self._lines.spacing()
            fits += room >= 0
        for place, card in enumerate(self._cards):
            card.setVisible(place < max(1, fits))
        left = len(self._cards) - max(1, fits)
        self._more.setText(ntr("{count} more", "{count} more", left) if left > 0 else "")

    def _full_screen(self) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def _lay_out(self) -> None:
        self._heading.setText(tr("Most urgent incidents"))
        self._lines.setContentsMargins(0, 0, 0, 0)
        # Cards that do not fit are hidden and never make the window higher than the screen.
        self._list.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Ignored)
        self._list.setMinimumHeight(1)
        side = self._side_column = QVBoxLayout(self._side)
        side.addWidget(self._heading)
        side.addWidget(self._list, 1)
        side.addWidget(self._more)
        body = QHBoxLayout()
        body.setSpacing(0)
        body.addWidget(self.map, 1)
        body.addWidget(self._side)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.banner)
        column.addLayout(body, 1)

    def _dress(self) -> None:
        self._heading.setFont(self._bench.theme.font(1.2, bold=True))
        self.map.set_theme(self._bench.theme.tokens.name)
        self.map.set_scale(self._bench.theme.scale)
        self._more.setFont(self._bench.theme.font(1.15))
        # The cards have fonts of their own.
        self._show(self.rows)

