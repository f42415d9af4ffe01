"""Who takes which seat: codes that are read out or copied, who is there, and whom the director sends away."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from qroc_desktop.errors import Message, QrocError
from qroc_desktop.exercise.join_code import JoinCode, spoken
from qroc_desktop.exercise.scenario import called
from qroc_desktop.exercise.seating import Seat
from qroc_desktop.exercise.teams import teams
from qroc_desktop.exercise.vocabulary import RoleType
from qroc_desktop.services.exercise.joining.hosting import Hosting
from qroc_desktop.services.exercise.joining.node_status import NodeStatus
from qroc_desktop.translation import explained, language, ntr, said, tr
from qroc_desktop.ui.attempt import attempt
from qroc_desktop.ui.background import Background
from qroc_desktop.ui.text import copyable, plain_label
from qroc_desktop.ui.theme import Theme

SIZE: Final = (900, 620)
LOOK_MS: Final = 1000
_SEAT: Final = Qt.ItemDataRole.UserRole
ROLES: Final = {
    RoleType.DIRECTOR: Message("Director"),
    RoleType.EXCON: Message("Exercise control"),
    RoleType.RED: Message("Plays red"),
    RoleType.BLUE: Message("Plays blue"),
    RoleType.ROLEPLAYER: Message("Role player"),
    RoleType.OBSERVER: Message("Observer"),
    RoleType.EVALUATOR: Message("Evaluator"),
}


class _Look(NamedTuple):
    status: NodeStatus | None
    invited: set[Seat]


class InviteDialog(QDialog):
    """Stays open beside the exercise; closing it sends nobody away. Reads and writes off the GUI thread."""

    def __init__(self, hosting: Hosting, theme: Theme, background: Background, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._hosting = hosting
        self._background = background
        self._theme = theme
        self._names = {team.id: called(team, language()) for team in teams(hosting.scenario)}
        self._invited: set[Seat] = set()
        self._busy = False
        self.setWindowTitle(tr("Invite workstations"))
        self.resize(theme.px(SIZE[0]), theme.px(SIZE[1]))
        self.node = plain_label(tr("Looking for the exercise's node …"), role="muted", wrap=True)
        self.wrong = plain_label(role="warning", wrap=True)
        self.seats = QTreeWidget()
        self.title = plain_label(wrap=True)
        self.title.setObjectName("dialogHeading")
        self.address = copyable(plain_label())
        self.groups = [plain_label() for _ in range(6)]
        self.words = [plain_label(role="muted", wrap=True) for _ in range(6)]
        self.hint = plain_label(role="muted", wrap=True)
        self.renew = QPushButton()
        self.copy = QPushButton(theme.icon("copy"), tr("&Copy the code"))
        self.revoke = QPushButton(theme.icon("user-x"), tr("&Revoke"))
        self._lay_out()
        self._fill(hosting.seats())
        self.seats.currentItemChanged.connect(lambda *_: self._show_seat())
        self.renew.clicked.connect(self._renew)
        self.copy.clicked.connect(self._copy)
        self.revoke.clicked.connect(self._revoke)
        if (first := self.seats.topLevelItem(0)) is not None:
            self.seats.setCurrentItem(first)
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self._look)
        self._timer.start()
        self._look()

    # --- laying out ------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        px = self._theme.px
        self._dress_seats()
        self.address.setFont(self._theme.font(1.5, bold=True, figures=True))
        actions = QHBoxLayout()
        for button in (self.renew, self.copy, self.revoke):
            button.setAutoDefault(False)
            actions.addWidget(button)
        actions.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(px(24), px(18), px(24), px(16))
        whole.setSpacing(px(10))
        for widget in (self.node, self.wrong):
            whole.addWidget(widget)
        whole.addWidget(self.seats, 1)
        whole.addWidget(self.title)
        whole.addWidget(self.address)
        whole.addLayout(self._code())
        whole.addWidget(self.hint)
        whole.addLayout(actions)
        buttons = QDialogButtonBox()
        buttons.addButton(tr("Close"), QDialogButtonBox.ButtonRole.RejectRole).setAutoDefault(False)
        buttons.rejected.connect(self.reject)
        whole.addWidget(buttons)
        self.wrong.hide()

    def _dress_seats(self) -> None:
        self.seats.setHeaderLabels([tr("Team"), tr("Seat"), tr("Code"), tr("Who is there")])
        self.seats.setRootIsDecorated(False)
        self.seats.setUniformRowHeights(True)
        self.seats.setAccessibleName(tr("Seats"))
        self.seats.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.seats.header().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.seats.header().setMinimumSectionSize(self._theme.px(110))
        self.seats.header().setStretchLastSection(True)

    def _code(self) -> QGridLayout:
        """The code in two rows of three groups, each with the words by which it is read out below it."""
        px = self._theme.px
        grid = QGridLayout()
        grid.setHorizontalSpacing(px(18))
        grid.setVerticalSpacing(px(3))
        grid.setRowMinimumHeight(2, px(44))
        for at, (group, words) in enumerate(zip(self.groups, self.words, strict=True)):
            group.setFont(self._theme.font(2.0, bold=True, figures=True))
            grid.addWidget(group, at // 3 * 2, at % 3, Qt.AlignmentFlag.AlignBottom)
            grid.addWidget(words, at // 3 * 2 + 1, at % 3)
            grid.setColumnStretch(at % 3, 1)
        return grid

    def _fill(self, seats: Sequence[Seat]) -> None:
        for seat in seats:
            item = QTreeWidgetItem([self._names[seat.team], said(ROLES[seat.role]), "", ""])
            item.setData(0, _SEAT, (seat.team, str(seat.role)))
            self.seats.addTopLevelItem(item)

    # --- what is shown ---------------------------------------------------------------------------

    @property
    def seat(self) -> Seat | None:
        """The seat that is chosen."""
        item = self.seats.currentItem()
        return None if item is None else _seat_of(item)

    @property
    def code(self) -> JoinCode | None:
        """The chosen seat's code, as far as it is known here."""
        return self._hosting.codes.get(self.seat) if self.seat is not None else None

    def _show_seat(self) -> None:
        seat, code = self.seat, self.code
        if seat is None:
            return
        self.title.setText(f"{self._names[seat.team]}: {said(ROLES[seat.role])}")
        self.address.setText(f"{code.address} /" if code else "")
        groups = code.groups if code else [""] * 6
        for at, group in enumerate(groups):
            self.groups[at].setText(group)
            self.words[at].setText(spoken(group))
        has_code = seat in self._invited or code is not None
        self.hint.setText(self._hint(code, has_code))
        self.renew.setText(tr("&New code") if has_code else tr("&Make a code"))
        self.renew.setIcon(self._theme.icon("rotate-cw" if has_code else "key-round"))
        self.renew.setEnabled(not self._busy)
        self.copy.setEnabled(code is not None)
        self.revoke.setEnabled(has_code and not self._busy)

    def _hint(self, code: JoinCode | None, has_code: bool) -> str:
        if code is not None:
            return tr(
                "Several workstations may take this seat with this code. Who has it may see all that the seat sees."
            )
        if has_code:
            return tr("This seat has a code that was told before; it is kept nowhere. A new one ends the former.")
        return tr("Nobody can take this seat yet.")

    def _look(self) -> None:
        hosting = self._hosting
        self._background.read(lambda: _Look(hosting.status(), hosting.invited()), self._looked, key="exercise-guests")

    def _looked(self, look: _Look) -> None:
        self._invited = look.invited
        status = look.status
        self.node.setText(_node_text(status))
        wrong = sum(status.wrong_keys.values()) if status else 0
        self.wrong.setVisible(wrong > 0)
        if status and wrong:
            addresses = ", ".join(list(status.wrong_keys)[-3:])
            told = ntr(
                "{count} wrong code was shown, from {addresses}.", "{count} wrong codes were shown, from {addresses}.",
                wrong, addresses=addresses,
            )  # fmt: skip
            self.wrong.setText(told)
        for at in range(self.seats.topLevelItemCount()):
            item = self.seats.topLevelItem(at)
            if item is not None:
                self._show_row(item, status)
        self._show_seat()

    def _show_row(self, item: QTreeWidgetItem, status: NodeStatus | None) -> None:
        seat = _seat_of(item)
        here = [
            f"{guest.name or '?'} ({guest.address})"
            for guest in (status.guests if status else ())
            if (guest.team, guest.role) == (seat.team, seat.role)
        ]
        item.setText(2, tr("has a code") if seat in self._invited else "–")
        item.setText(3, ", ".join(here))

    # --- what the director does ------------------------------------------------------------------

    def _renew(self) -> None:
        if (seat := self.seat) is not None:
            self._begin()
            attempt(self._background, lambda: self._hosting.invite(seat), lambda _: self._done(), self._refused)

    def _revoke(self) -> None:
        if (seat := self.seat) is not None:
            self._begin()
            attempt(self._background, lambda: self._hosting.revoke(seat), lambda _: self._done(), self._refused)

    def _copy(self) -> None:
        if (code := self.code) is not None:
            QGuiApplication.clipboard().setText(str(code))

    def _begin(self) -> None:
        self._busy = True
        self._show_seat()

    def _done(self) -> None:
        self._busy = False
        self._look()

    def _refused(self, error: QrocError) -> None:
        self._busy = False
        self._show_seat()
        self.hint.setText(explained(error))


def _seat_of(item: QTreeWidgetItem) -> Seat:
    team, role = item.data(0, _SEAT)
    return Seat(team=team, role=RoleType(role))


def _node_text(status: NodeStatus | None) -> str:
    if status is None:
        return tr("The exercise's node is not at work; nobody can join now.")
    if status.trouble:
        return tr("The exercise's node is in trouble: {why}", why=status.trouble)
    count = len(status.guests)
    here = ntr("{count} workstation has joined.", "{count} workstations have joined.", count)
    return tr("The exercise's node listens at {address}.", address=status.listening) + " " + here
