"""The sharing panel: who has seen what, what came in, what alarms; and what to do about it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractButton,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QStackedWidget,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from qroc_desktop.services.centre_session import Access
from qroc_desktop.services.share_board import AlarmRow, InRow, OrderRow, OutRow, Overview
from qroc_desktop.sync.bundle import Kind
from qroc_desktop.sync.orders import OPEN, OrderState
from qroc_desktop.translation import said, tr
from qroc_desktop.ui.buttons import IconButton
from qroc_desktop.ui.sharing.action_row import ActionRow
from qroc_desktop.ui.sharing.countries import centre_text
from qroc_desktop.ui.sharing.elided_label import ElidedLabel
from qroc_desktop.ui.sharing.requests_view import RequestsView, requests_title
from qroc_desktop.ui.sharing.rows import Column, RowsModel, RowsView
from qroc_desktop.ui.sharing.seat import ShareSeat
from qroc_desktop.ui.sharing.share_words import (
    NODES,
    age,
    alarm_text,
    in_sign,
    in_state,
    order_sign,
    order_state,
    readers_text,
    sent_sign,
    sent_state,
    what,
)
from qroc_desktop.ui.text import empty_hint, tip
from qroc_desktop.ui.times import brief

BOARD, INBOX, REQUESTS, ORDERS, ALARMS = range(5)


class SharingPanel(QWidget):
    """Asks through its signals; whoever listens asks the officer and does it."""

    unlock_asked = Signal()
    share_asked = Signal()
    centres_asked = Signal()
    folder_asked = Signal()
    update_asked = Signal(object)
    withdraw_asked = Signal(object)
    resume_asked = Signal(object)
    apply_asked = Signal()
    read_asked = Signal(object)
    compare_asked = Signal(object)
    release_asked = Signal(object)
    settle_asked = Signal(object)
    keep_asked = Signal(object)
    here_too_asked = Signal(object)
    pause_asked = Signal(object)
    go_on_asked = Signal(object)
    end_asked = Signal(object)
    ask_asked = Signal()
    request_asked = Signal(object)
    statistics_asked = Signal()

    def __init__(self, seat: ShareSeat, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self._seat = seat
        self._carried = ""
        theme = seat.bench.theme
        self.tabs = QTabBar(self)
        self.tabs.setExpanding(False)
        # Its names are read first; buttons give way.
        self.tabs.setUsesScrollButtons(False)
        self.tabs.setAccessibleName(tr("Sharing"))
        for _ in range(5):
            self.tabs.addTab("")
        self.board: RowsView[OutRow] = RowsView(
            RowsModel(self._board_columns(), lambda row: row.sent.bundle, theme, self), tr("What went out"), theme, self
        )
        self.inbox: RowsView[InRow] = RowsView(
            RowsModel(self._inbox_columns(), lambda row: row.received.bundle, theme, self),
            tr("What came in"), theme, self,
        )  # fmt: skip
        self.requests = RequestsView(theme, seat.bench.desk.clock, self)
        self.orders: RowsView[OrderRow] = RowsView(
            RowsModel(self._order_columns(), lambda row: row.order.id, theme, self), tr("Standing orders"), theme, self
        )
        self.alarms: RowsView[AlarmRow] = RowsView(
            RowsModel(self._alarm_columns(), lambda row: str(row.alarm.no), theme, self), tr("Alarms"), theme, self
        )
        self.lists: tuple[RowsView[Any], ...] = (self.board, self.inbox, self.requests, self.orders, self.alarms)
        self.pages = QStackedWidget(self)
        self._hints = [empty_hint("", "", self) for _ in range(5)]
        self.buttons: dict[str, QAbstractButton] = {}
        self.action_row = ActionRow(theme, self)
        # It says what there is room for; the whole of it is in the tip.
        self.state = ElidedLabel("muted", self)
        self._lay_out()
        self._connect()
        self.setFocusProxy(self.tabs)
        self.show_overview(seat.overview)

    # --- what it shows -------------------------------------------------------------------------

    def show_overview(self, overview: Overview) -> None:
        """Everything anew."""
        self.board.show_rows(overview.out)
        self.inbox.show_rows(overview.came)
        self.orders.show_rows(overview.orders)
        self.requests.show_rows(overview.requests)
        self.alarms.show_rows(overview.alarms)
        for number, text, count in (
            (BOARD, tr("Sent"), 0),
            (INBOX, tr("Received"), overview.pending),
            (ORDERS, tr("Standing orders"), sum(row.order.state in OPEN for row in overview.orders)),
            (ALARMS, tr("Alarms"), len(overview.alarms)),
        ):
            self.tabs.setTabText(number, f"{text} ({count})" if count else text)
        self._name_requests()
        self._show_page()

    def show_carrying(self, text: str) -> None:
        """What carrying by a folder has come to."""
        self._carried = text
        self._tell_state()

    def _tell_state(self) -> None:
        """How delivery stands: the node, what troubles it, the folder."""
        folder, node = self._seat.folder, self._seat.overview.node
        parts = [said(NODES[self._seat.node]), node.listening]
        parts += [f"{name}: {why}" for name, why in node.trouble.items()]
        if folder is not None:
            parts += [tr("Folder: {name}", name=folder.name or str(folder)), self._carried]
        text = " · ".join(part for part in parts if part)
        if text != self.state.text():
            self.state.setText(text)
            self.state.setToolTip(tip(text))

    def _tick(self) -> None:
        """Ages grow, and the node may have ended, while nothing else changes."""
        self.inbox.viewport().update()
        self._name_requests()
        self._tell_state()

    def _name_requests(self) -> None:
        title = requests_title(self._seat.overview.requests, self._seat.bench.desk.clock)
        if title != self.tabs.tabText(REQUESTS):
            self.tabs.setTabText(REQUESTS, title)

    def show_tab(self, tab: int) -> None:
        """Bring a list to the front, with the keyboard in it."""
        self.tabs.setCurrentIndex(tab)
        self.lists[tab].setFocus()

    def _show_page(self) -> None:
        tab = self.tabs.currentIndex()
        rows = self.lists[tab].rows.rows
        open_ = self._seat.works is not None
        self._hints[tab].setText(self._hint(tab))
        self.pages.setCurrentIndex(2 * tab + (0 if rows and open_ else 1))
        self.tabs.setVisible(open_)
        if open_:
            self._tell_state()
        self._weigh()

    def _hint(self, tab: int) -> str:
        if self._seat.works is None:
            if self._seat.session.access is Access.NONE:
                return tr("This centre does not share yet.\n\nMake its keys once, then exchange invitations.")
            return tr("The keys of this centre are locked.\n\nUnlock them to send and to receive.")
        if tab == BOARD:
            return tr("Nothing was sent yet.\n\nSelect items, then Ctrl+Shift+S.")
        if tab == INBOX:
            return tr("Nothing came in yet.\n\nWhat other centres send appears here by itself.")
        if tab == ORDERS:
            return tr("No share is kept up to date by itself.\n\nChoose one that was sent, then Keep up to date.")
        if tab == REQUESTS:
            return tr("Nothing was asked yet, by us or of us.\n\nCtrl+Shift+J asks another centre.")
        return tr("No alarms.")

    def _weigh(self) -> None:
        """Show the buttons of the list in front, and enable what can be done."""
        tab, open_ = self.tabs.currentIndex(), self._seat.works is not None
        sent, came, alarm = self.board.current(), self.inbox.current(), self.alarms.current()
        given = self.orders.current()
        state = given.order.state if given is not None else OrderState.ENDED
        past = not self._seat.bench.editable
        can = {
            "unlock": (not open_, True),
            "update": (open_ and tab == BOARD, sent is not None and sent.current),
            "withdraw": (open_ and tab == BOARD, sent is not None and sent.current),
            "resume": (open_ and tab == BOARD and sent is not None and sent.sent.state == "stopped", True),
            "apply": (open_ and tab == INBOX, self._seat.overview.pending > 0 and not past),
            "read": (open_ and tab == INBOX, came is not None and came.received.state in ("stored", "applied")),
            "compare": (open_ and tab == INBOX, came is not None and came.received.state == "applied"),
            "release": (open_ and tab == INBOX and came is not None and _waits_for_clock(came), True),
            "keep": (open_ and tab == BOARD and sent is not None and _may_be_kept(sent), True),
            "here_too": (open_ and tab == INBOX and came is not None and came.movable, not past),
            "pause": (open_ and tab == ORDERS and state is not OrderState.PAUSED, state is OrderState.ACTIVE),
            "go_on": (open_ and tab == ORDERS and state is OrderState.PAUSED, True),
            "end": (open_ and tab == ORDERS, state in OPEN),
            "settle": (open_ and tab == ALARMS, alarm is not None),
            "open": (open_ and tab == REQUESTS, self.requests.current() is not None),
            "statistics": (open_ and tab == REQUESTS, True),
            "ask": (open_ and tab == REQUESTS, True),
            "folder": (open_, True),
            "centres": (open_, True),
            "share": (open_, True),
        }
        none = self._seat.session.access is Access.NONE
        self.buttons["unlock"].setText(tr("Make the keys …") if none else tr("Unlock …"))
        for name, (shown, enabled) in can.items():
            button = self.buttons[name]
            button.setEnabled(enabled)
            if isinstance(button, IconButton):
                button.setVisible(shown)
            else:
                self.action_row.offer(button, shown)
        self.action_row.fit()

    # --- parts ---------------------------------------------------------------------------------

    def _board_columns(self) -> Sequence[Column[OutRow]]:
        clock = self._seat.bench.desk.clock
        return (
            Column(tr("To"), lambda row: centre_text(row.country, row.name), 170),
            Column(tr("What"), lambda row: what(row.sent.kind, row.subject, row.items), 205),
            Column(tr("Sent"), lambda row: f"{brief(row.sent.created, clock())} {row.sent.officer}", 130),
            Column(tr("State"), lambda row: sent_state(row, clock()), 185, sent_sign),
            Column(tr("On their picture"), lambda row: brief(row.applied, clock()) if row.applied else "", 112),
            Column(tr("Read by"), lambda row: readers_text(row, clock())),
        )

    def _inbox_columns(self) -> Sequence[Column[InRow]]:
        clock = self._seat.bench.desk.clock
        return (
            Column(tr("From"), lambda row: centre_text(row.country, row.name), 190),
            Column(tr("What"), lambda row: what(row.received.kind, row.subject, row.items), 300),
            Column(tr("Age"), lambda row: age(row.received.created, clock()), 80),
            Column(tr("State"), lambda row: in_state(row, clock()), 230, lambda row: in_sign(row, clock())),
            Column(tr("Read by"), lambda row: ", ".join(row.received.read_by)),
        )

    def _order_columns(self) -> Sequence[Column[OrderRow]]:
        clock = self._seat.bench.desk.clock
        return (
            Column(tr("To"), lambda row: centre_text(row.country, row.name), 170),
            Column(tr("What"), lambda row: what(Kind.SNAPSHOT, row.subject, row.items), 205),
            Column(tr("Until"), lambda row: brief(row.order.given.until, clock()), 90),
            Column(tr("State"), order_state, 220, order_sign),
            Column(tr("Ordered by"), lambda row: f"{row.order.given.officer} {brief(row.order.at, clock())}", 150),
            Column(tr("Justification"), lambda row: row.order.given.why),
        )

    def _alarm_columns(self) -> Sequence[Column[AlarmRow]]:
        clock = self._seat.bench.desk.clock
        return (
            Column(tr("When"), lambda row: brief(row.alarm.last_at, clock()), 130),
            Column(tr("Centre"), lambda row: row.name, 190),
            Column(tr("What"), alarm_text, 0, lambda _: ("siren", "danger")),
        )

    def _lay_out(self) -> None:
        px = self._seat.bench.theme.px
        for view, hint in zip(self.lists, self._hints, strict=True):
            self.pages.addWidget(view)
            self.pages.addWidget(hint)
        top = QHBoxLayout()
        top.setContentsMargins(px(4), px(2), px(6), px(2))
        top.setSpacing(px(6))
        top.addWidget(self.tabs)
        top.addWidget(self.state, 1)
        top.addWidget(self.action_row, 3)
        for name, text, icon, signal in self._button_table():
            button: QAbstractButton = IconButton(self._seat.bench.theme, icon, text) if icon else QPushButton(text)
            button.clicked.connect(lambda _=False, does=signal: does())
            self.buttons[name] = button
            (top.addWidget if icon else self.action_row.add)(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(top)
        column.addWidget(self.pages, 1)

    def _button_table(self) -> Sequence[tuple[str, str, str, Callable[[], object]]]:
        def of(view: RowsView[object], signal: Callable[[object], object]) -> Callable[[], object]:
            return lambda: signal(view.current())

        return (
            ("unlock", "", "", self.unlock_asked.emit),
            ("resume", tr("Try again …"), "", of(self.board, self.resume_asked.emit)),  # type: ignore[arg-type]
            ("update", tr("Update …"), "", of(self.board, self.update_asked.emit)),  # type: ignore[arg-type]
            ("keep", tr("Keep up to date …"), "", of(self.board, self.keep_asked.emit)),  # type: ignore[arg-type]
            ("withdraw", tr("Withdraw …"), "", of(self.board, self.withdraw_asked.emit)),  # type: ignore[arg-type]
            ("apply", tr("Put on the picture"), "", self.apply_asked.emit),
            ("read", tr("Read …"), "", of(self.inbox, self.read_asked.emit)),  # type: ignore[arg-type]
            ("compare", tr("Compare"), "", of(self.inbox, self.compare_asked.emit)),  # type: ignore[arg-type]
            ("release", tr("Take in …"), "", of(self.inbox, self.release_asked.emit)),  # type: ignore[arg-type]
            ("here_too", tr("Put on this picture too"), "", of(self.inbox, self.here_too_asked.emit)),  # type: ignore[arg-type]
            ("pause", tr("Pause …"), "", of(self.orders, self.pause_asked.emit)),  # type: ignore[arg-type]
            ("go_on", tr("Go on …"), "", of(self.orders, self.go_on_asked.emit)),  # type: ignore[arg-type]
            ("end", tr("End …"), "", of(self.orders, self.end_asked.emit)),  # type: ignore[arg-type]
            ("settle", tr("Seen to …"), "", of(self.alarms, self.settle_asked.emit)),  # type: ignore[arg-type]
            ("open", tr("Open …"), "", of(self.requests, self.request_asked.emit)),  # type: ignore[arg-type]
            ("ask", tr("Ask …"), "", self.ask_asked.emit),
            ("statistics", tr("Statistics …"), "chart-column", self.statistics_asked.emit),
            ("folder", tr("Folder or stick …"), "usb", self.folder_asked.emit),
            ("centres", tr("Centres …"), "handshake", self.centres_asked.emit),
            ("share", tr("Share …"), "share-2", self.share_asked.emit),
        )

    def _connect(self) -> None:
        self._seat.changed.connect(self.show_overview)
        self._seat.opened.connect(self._show_page)
        self._seat.carrying.connect(self.show_carrying)
        self._seat.looked.connect(self._tick)
        self._seat.bench.cursor.changed.connect(lambda _: self._weigh())
        self.tabs.currentChanged.connect(lambda _: self._show_page())
        for view in self.lists:
            view.selectionModel().currentChanged.connect(lambda *_: self._weigh())
            view.customContextMenuRequested.connect(lambda place, of=view: self._menu(of, place))
        self.board.doubleClicked.connect(lambda _: self.buttons["update"].click())
        self.inbox.activated.connect(lambda _: self.buttons["read"].click())
        self.requests.activated.connect(lambda _: self.buttons["open"].click())
        self.alarms.activated.connect(lambda _: self.buttons["settle"].click())

    def _menu(self, view: QWidget, place: QPoint) -> None:
        menu = QMenu(view)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for name in _IN_MENU:
            button = self.buttons[name]
            if button in self.action_row.offered():
                action = menu.addAction(button.text())
                action.setEnabled(button.isEnabled())
                action.triggered.connect(button.click)
        menu.popup(view.mapToGlobal(place))


_IN_MENU = (
    "resume", "update", "keep", "withdraw", "apply", "here_too", "read", "compare", "release", "pause", "go_on", "end",
    "settle", "open", "ask",
)  # fmt: skip


def _may_be_kept(row: OutRow) -> bool:
    return row.current and row.sent.kind is Kind.SNAPSHOT and row.order is None


def _waits_for_clock(row: InRow) -> bool:
    return row.received.state == "waiting" and row.received.code == "clock"
