"""Requests between centres in the window: asking, reading, answering; and word of what is new or overdue."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from qroc_desktop.services.request_threads import Request
from qroc_desktop.services.requests import Question, Written
from qroc_desktop.services.share_board import Overview
from qroc_desktop.sync.roster import Peer, PeerState
from qroc_desktop.translation import tr
from qroc_desktop.ui.action_set import ActionSet
from qroc_desktop.ui.sharing.ask_dialog import AskDialog
from qroc_desktop.ui.sharing.letter_dialogs import DelayDialog, LetterDialog, RefuseDialog, TextDialog
from qroc_desktop.ui.sharing.panel import REQUESTS, SharingPanel
from qroc_desktop.ui.sharing.reason_dialog import ReasonDialog
from qroc_desktop.ui.sharing.request_dialog import RequestDialog
from qroc_desktop.ui.sharing.request_words import due_text
from qroc_desktop.ui.sharing.seat import ShareSeat, Works
from qroc_desktop.ui.sharing.statistics_dialog import StatisticsDialog

Answer = Callable[[Request, bool], None]


class RequestCommands:
    """Connects the list of requests with its dialogs. answer: opens a share that answers a request."""

    def __init__(
        self,
        window: QWidget,
        seat: ShareSeat,
        panel: SharingPanel,
        show_panel: Callable[[], None],
        contact: Callable[[str], str],
        answer: Answer,
        actions: ActionSet,
    ) -> None:
        self._window = window
        self._seat = seat
        self._panel = panel
        self._show_panel = show_panel
        self._contact = contact
        self._answer = answer
        self._known: dict[str, bool] | None = None
        self._filed: set[str] = set()
        actions.bind("share.ask", self.ask)
        actions.bind("share.requests", self.show)
        panel.statistics_asked.connect(self.statistics)
        panel.ask_asked.connect(self.ask)
        panel.request_asked.connect(self.open)
        seat.changed.connect(self._tell)
        seat.looked.connect(lambda: self._tell(seat.overview))

    def ask(self) -> None:
        """Compose a request."""
        self._seat.with_keys(self._ask)

    def show(self) -> None:
        """The list of requests, with the keyboard in it."""
        self._seat.with_keys(lambda _: self._bring())

    def statistics(self) -> None:
        """What became of all requests."""
        works, bench = self._seat.works, self._seat.bench
        if works is not None:
            bench.background.read(
                works.requests.statistics,
                lambda counts: StatisticsDialog(
                    counts, works.instruments, bench.theme, self._window, kind=bench.desk.identity.kind
                ).open(),
            )

    def open(self, request: Request | None) -> None:
        """Read a request with all that was written about it; who reads what another centre wrote is recorded."""
        works = self._seat.works
        if request is None or works is None:
            return
        if all(piece.ours for piece in request.pieces):
            self._read(works, request, self._seat.officer, "")
            return
        dialog = ReasonDialog(
            tr("Read as an officer"),
            tr("That you have read it is recorded, and {centre} is told.", centre=request.name),
            tr("Read"), officer=self._seat.officer, optional=True, parent=self._window,
        )  # fmt: skip
        dialog.accepted.connect(lambda: self._read(works, request, dialog.officer, dialog.why))
        dialog.open()

    # --- parts ---------------------------------------------------------------------------------

    def _ask(self, works: Works) -> None:
        self._seat.bench.background.read(works.exchange.roster.peers, lambda peers: self._compose(works, peers))

    def _compose(self, works: Works, peers: tuple[Peer, ...]) -> None:
        if any(dialog.isVisible() for dialog in self._window.findChildren(AskDialog)):
            return  # asked for twice; one is enough
        active = [(peer, self._contact(peer.centre)) for peer in peers if peer.state is PeerState.ACTIVE]
        dialog = AskDialog(
            active, works.instruments, officer=self._seat.officer, theme=self._seat.bench.theme, parent=self._window
        )
        dialog.accepted.connect(lambda: self._send(dialog.question))
        dialog.open()

    def _send(self, question: Question) -> None:
        self._seat.officer = question.officer
        self._do(lambda works: works.requests.send(question), tr("The request is in the outbox."))

    def _read(self, works: Works, request: Request, officer: str, why: str) -> None:
        self._seat.officer = officer

        def done(found: tuple[Request, list[Written]]) -> None:
            dialog = RequestDialog(
                *found, works.instruments, self._seat.bench.desk.clock, self._seat.bench.theme,
                delays=bool(works.requests.departures(request)), parent=self._window,
            )  # fmt: skip
            dialog.asked.connect(lambda wanted: self._write(works, found[0], wanted))
            dialog.open()
            self._seat.refresh()
            self._seat.carry()

        self._seat.bench.background.write(lambda: works.requests.read(request.id, officer=officer, why=why), done)

    def _write(self, works: Works, request: Request, wanted: str) -> None:
        match wanted:
            case "answer" | "answer-more":
                self._answer(request, wanted == "answer-more")
            case "refuse":
                self._refuse(works, request)
            case "delay":
                self._delay(request)
            case _:
                self._text(request, wanted)

    def _text(self, request: Request, wanted: str) -> None:
        title, text, go, label = {
            "clarify": (
                tr("Ask {centre} back", centre=request.name), tr("The time goes on while you wait for the answer."),
                tr("Ask back (Ctrl+Enter)"), tr("&Question"),
            ),
            "explain": (
                tr("Explain to {centre}", centre=request.name), tr("What it has to know to answer."),
                tr("Send (Ctrl+Enter)"), tr("&Explanation"),
            ),
            "cancel": (
                tr("Take the request back?"), tr("{centre} need not answer it any more.", centre=request.name),
                tr("Take back (Ctrl+Enter)"), tr("&Reason"),
            ),
        }[wanted]  # fmt: skip
        dialog = TextDialog(
            title, text, go, label, officer=self._seat.officer, theme=self._seat.bench.theme, parent=self._window
        )

        def accepted() -> None:
            typed, officer = dialog.text.toPlainText().strip(), dialog.officer
            self._seat.officer = officer

            def work(works: Works) -> object:
                does = {
                    "clarify": works.requests.clarify, "explain": works.requests.explain,
                    "cancel": works.requests.cancel,
                }[wanted]  # fmt: skip
                return does(request.id, typed, officer=officer)

            self._do(work, tr("It is in the outbox."))

        self._show(dialog, accepted)

    def _refuse(self, works: Works, request: Request) -> None:
        dialog = RefuseDialog(
            request.name, works.instruments, officer=self._seat.officer, theme=self._seat.bench.theme,
            parent=self._window,
        )  # fmt: skip

        def accepted() -> None:
            grounds, part, note = dialog.grounds, dialog.refused_part, dialog.note.text()
            officer = self._seat.officer = dialog.officer
            said = (
                tr("The refusal is in the outbox; the rest stays due.") if part else tr("The refusal is in the outbox.")
            )
            self._do(
                lambda works: works.requests.refuse(request.id, grounds, officer=officer, part=part, note=note), said
            )

        self._show(dialog, accepted)

    def _delay(self, request: Request) -> None:
        if request.deadline is None:
            return
        dialog = DelayDialog(
            request.name, request.deadline.due, self._seat.bench.desk.clock, officer=self._seat.officer,
            theme=self._seat.bench.theme, parent=self._window,
        )  # fmt: skip

        def accepted() -> None:
            expected, reasons = dialog.expected, dialog.reasons.toPlainText().strip()
            officer = self._seat.officer = dialog.officer
            if expected is not None:
                self._do(
                    lambda works: works.requests.delay(request.id, expected, reasons, officer=officer),
                    tr("The notice is in the outbox."),
                )

        self._show(dialog, accepted)

    def _show(self, dialog: LetterDialog, accepted: Callable[[], None]) -> None:
        dialog.accepted.connect(accepted)
        dialog.open()

    def _do(self, work: Callable[[Works], object], said: str) -> None:
        self._seat.do(work, said)
        self._seat.carry()

    def _tell(self, overview: Overview) -> None:
        """Say once what is asked of us anew, and once what has become overdue."""
        now, notices = self._seat.bench.desk.clock(), self._seat.bench.notices
        before, self._known = self._known, {one.id: one.overdue(now) for one in overview.requests}
        if self._seat.works is None:
            self._known = None
            return
        self._file(overview)
        offer = (tr("Requests"), self._bring)
        for one in overview.requests:
            if before is not None and one.id not in before and not one.ours and one.open:
                text = tr(
                    "{centre} asks: {subject}. Due {due}.",
                    centre=one.name, subject=one.subject, due=due_text(one, now),
                )  # fmt: skip
                notices.warning(text, offer)
            if one.overdue(now) and not (before or {}).get(one.id, False):
                notices.warning(tr("Overdue: {subject} ({centre}).", subject=one.subject, centre=one.name), offer)

    def _file(self, overview: Overview) -> None:
        """Letters bring nothing on the picture: they go to the logbook by themselves, and their sender is told."""
        works, new = self._seat.works, [one for one in overview.letters if one not in self._filed]
        if works is None or not new or not self._seat.bench.editable:
            return
        self._filed.update(new)  # what cannot be noted is told once, not every few seconds
        self._seat.do(lambda _: [works.receiving.apply(bundle) for bundle in new])

    def _bring(self) -> None:
        self._show_panel()
        self._panel.show_tab(REQUESTS)
