"""Sharing between centres: compose and send, look at the board, put on the picture, know the centres."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import msgspec
from PySide6.QtCore import QTimeZone
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFileDialog, QWidget

from qroc_desktop.domain.instant import Instant
from qroc_desktop.domain.query import ItemQuery
from qroc_desktop.domain.shape import Bounds
from qroc_desktop.domain.state import Item, Layer
from qroc_desktop.errors import QrocError
from qroc_desktop.services.belonging import belonging
from qroc_desktop.services.composing import AnswerShare, Choice, Composing, KeptUpToDate, NewShare, Sending, Update
from qroc_desktop.services.directory import Card, cards
from qroc_desktop.services.receiving import Applied
from qroc_desktop.services.request_threads import Request
from qroc_desktop.services.share_board import AlarmRow, InRow, OrderRow, OutRow
from qroc_desktop.services.standing import Scope
from qroc_desktop.sync.content import Content
from qroc_desktop.sync.orders import OrderState
from qroc_desktop.sync.roster import Peer, PeerState
from qroc_desktop.translation import ntr, tr
from qroc_desktop.ui.action_set import ActionSet
from qroc_desktop.ui.sharing.centres_dialog import KNOWN, OWN, CentresDialog
from qroc_desktop.ui.sharing.panel import ALARMS, BOARD, INBOX, ORDERS, SharingPanel
from qroc_desktop.ui.sharing.read_dialog import ReadDialog
from qroc_desktop.ui.sharing.reason_dialog import ReasonDialog
from qroc_desktop.ui.sharing.seat import ShareSeat, Works
from qroc_desktop.ui.sharing.share_dialog import ShareDialog, Source, nothing_chosen
from qroc_desktop.ui.sharing.share_form import ShareForm
from qroc_desktop.ui.times import age_text


class ShareCommands:
    """Connects the seat, the panel and the dialogs; remembers the last choice until the program ends."""

    def __init__(
        self,
        window: QWidget,
        seat: ShareSeat,
        panel: SharingPanel,
        bounds: Callable[[], Bounds | None],
        show_panel: Callable[[], None],
        show_items: Callable[[list[str]], None],
        actions: ActionSet,
    ) -> None:
        self._window = window
        self._seat = seat
        self._bench = seat.bench
        self._panel = panel
        self._bounds = bounds
        self._show_panel = show_panel
        self._show_items = show_items
        self._layers: list[Layer] = []
        self.choice = Choice()
        for name, does in (
            ("share.send", self.share),
            ("share.centres", self.centres),
            ("share.apply", self.apply),
            ("share.folder", self.ask_folder),
            ("view.sharing", self.show),
        ):
            actions.bind(name, does)
        self._listen()

    def on_layers(self, layers: list[Layer]) -> None:
        """Layers were read."""
        self._layers = layers

    def show(self) -> None:
        """The panel, with the keyboard in it."""
        self._show_panel()
        self._seat.refresh()

    # --- sending -------------------------------------------------------------------------------

    def share(self) -> None:
        """Compose a share of what is selected, shown, or on a layer."""
        if not self._bench.cursor.live:
            self._bench.notices.info(tr("You are looking at the past. What is shared is what is true now: F9."))
            return
        self._seat.with_keys(self._compose)

    def update(self, row: OutRow | None) -> None:
        """Bring a share up to date."""
        if row is None or not row.current:
            return
        works, bundle = self._works(), row.sent.bundle
        if works is None:
            return
        source = Source(
            tr("What has changed since for {centre}", centre=row.name), lambda: Update(works.sharing, bundle)
        )
        self._open(works, tr("Update for {centre}", centre=row.name), [source], row.sent.peer)

    def keep_up_to_date(self, row: OutRow | None) -> None:
        """Order that a share is kept up to date."""
        works = self._works()
        if row is None or works is None:
            return
        bundle = row.sent.bundle
        source = Source(
            tr("What has changed since for {centre}", centre=row.name),
            lambda: KeptUpToDate(works.sharing, bundle, works.standing),
        )
        self._open(works, tr("Keep {centre} up to date", centre=row.name), [source], row.sent.peer, orders=True)

    def _compose(self, works: Works) -> None:
        self._open(works, tr("Share"), self._sources(works, partial(NewShare, works.sharing)), "")

    def answer(self, request: Request, more: bool) -> None:
        """Compose a share that answers a request, on the basis and for the purpose that it was asked on."""
        if not self._bench.cursor.live:
            self._bench.notices.info(tr("You are looking at the past. What is shared is what is true now: F9."))
            return
        works = self._works()
        if works is None:
            return
        requests = works.requests
        purpose, basis = requests.purpose(request), requests.basis(request)
        choice = msgspec.structs.replace(
            self.choice, purpose=purpose or self.choice.purpose, basis=basis or self.choice.basis
        )

        def make(items: Sequence[str], *_: object) -> NewShare:
            return AnswerShare(works.sharing, items, requests, request.id, more=more)

        title = tr("Answer to {centre}: {subject}", centre=request.name, subject=request.subject)
        self._open(works, title, self._sources(works, make), request.peer, choice=choice)

    def _open(
        self, works: Works, title: str, sources: list[Source], only: str, *, orders: bool = False,
        choice: Choice | None = None,
    ) -> None:
        bench = self._bench
        # The roster may have changed a moment ago, in another window or process.
        bench.background.read(
            works.exchange.roster.peers,
            lambda peers: self._shown(works, title, sources, only, peers, orders=orders, choice=choice),
        )

    def _shown(
        self, works: Works, title: str, sources: list[Source], only: str, peers: tuple[Peer, ...], *, orders: bool,
        choice: Choice | None,
    ) -> None:  # fmt: skip
        if any(dialog.isVisible() for dialog in self._window.findChildren(ShareDialog)):
            return  # asked for twice; one is enough
        active = [(peer, self.contact(peer.centre)) for peer in peers if peer.state is PeerState.ACTIVE]
        form = ShareForm(works.instruments, active, choice or self.choice, self._seat.officer, self._bench.theme)
        if only:
            form.tick(only)
            form.keep.setEnabled(orders)
        if orders:
            form.order()
        layers = {layer.id: layer.name for layer in self._layers}
        dialog = ShareDialog(self._bench, title, sources, active, form, layers, self._window, works.consents)
        QShortcut(QKeySequence("Ctrl+Shift+K"), dialog, lambda: self._to_centres(dialog))
        # What was chosen to answer somebody is not what the next share is about.
        dialog.sent.connect(lambda sendings: self._sent(dialog, sendings, keep=choice is None))
        dialog.open()

    def _to_centres(self, dialog: ShareDialog) -> None:
        """From a share that has nobody to go to."""
        dialog.reject()
        self.centres()

    def _sources(self, works: Works, make: Callable[..., NewShare]) -> list[Source]:
        workspace, standing = self._bench.desk.workspace, works.standing
        found: list[Source] = []
        selected, bounds = self._bench.selection.ids, self._bounds()

        def asked(scope: Scope) -> Callable[[], Composing]:
            query = scope.query or ItemQuery()
            return lambda: _some(make(workspace.row_ids(query), standing, scope))

        if selected:
            text = ntr("Selection: {count} item", "Selection: {count} items", len(selected))
            found.append(Source(text, lambda: make(selected, standing)))
        whole = self._belonging(selected[0]) if len(selected) == 1 else []
        if len(whole) > 1:
            text = tr("The selected item and what belongs to it: {count} items", count=len(whole))
            found.append(Source(text, lambda: make(whole, standing)))
        if bounds is not None:
            found.append(Source(tr("What the map shows now"), asked(Scope(bounds=bounds))))
        for layer in self._layers:
            found.append(Source(tr("Layer: {name}", name=layer.name), asked(Scope(layers=(layer.id,)))))
        return found

    def _belonging(self, item: str) -> list[str]:
        """An incident with its comments and what the logbook names with it."""
        found = self._bench.desk.picture.item(item)
        return belonging(self._bench.desk.workspace, found) if found is not None else []

    def _sent(self, dialog: ShareDialog, sendings: list[Sending], *, keep: bool) -> None:
        if keep:
            self.choice = dialog.choice
        self._seat.officer = dialog.form.words(self._bench.desk.clock()).officer or self._seat.officer
        for sending in sendings:
            if sending.queued is not None and sending.trouble is not None:
                self._bench.notices.error(sending.trouble)
        kept = [sending.preview.peer.name for sending in sendings if sending.order]
        if kept:
            self._bench.notices.info(
                tr("Kept up to date by standing order: {centres}.", centres=", ".join(kept)),
                (tr("Standing orders"), lambda: self._bring(ORDERS)),
            )
        names = [sending.preview.peer.name for sending in sendings if sending.queued]
        if names:
            self._bench.notices.info(
                tr(
                    "In the outbox for {centres}; it is sent and kept until it is acknowledged.",
                    centres=", ".join(names),
                ),
                (tr("Board"), lambda: self._bring(BOARD)),
            )
        self._seat.refresh()
        self._seat.carry()

    def withdraw(self, row: OutRow | None) -> None:
        """Take a share back."""
        if row is None or not row.current:
            return
        text = tr("What it brought leaves the picture of {centre}. The reason is sent along.", centre=row.name)
        self._reason(
            tr("Withdraw this share?"), text, tr("Withdraw"),
            lambda works, officer, why: works.sharing.withdraw(row.sent.bundle, officer=officer, why=why),
            tr("The withdrawal is in the outbox."),
        )  # fmt: skip

    def resume(self, row: OutRow | None) -> None:
        """Try a stopped bundle again."""
        if row is not None:
            self._reason(
                tr("Try again?"), tr("{centre} refused it. It is tried again from now on.", centre=row.name),
                tr("Try again"),
                lambda works, officer, why: works.exchange.dispatch.resume(row.sent.bundle, officer=officer, why=why),
                tr("It is tried again."),
            )  # fmt: skip

    def pause(self, row: OrderRow | None) -> None:
        """Nothing is sent by a standing order until it goes on."""
        self._change(
            row, OrderState.PAUSED, tr("Pause this order?"), tr("Pause"),
            lambda name: tr("Until it goes on, nothing goes to {centre} or is taken away there.", centre=name),
        )  # fmt: skip

    def go_on(self, row: OrderRow | None) -> None:
        """A paused order goes on."""
        self._change(
            row, OrderState.ACTIVE, tr("Let this order go on?"), tr("Go on"),
            lambda name: tr("What has changed meanwhile is sent to {centre} at once.", centre=name),
        )  # fmt: skip

    def end(self, row: OrderRow | None) -> None:
        """A standing order is over."""
        self._change(
            row, OrderState.ENDED, tr("End this order?"), tr("End"),
            lambda name: tr("{centre} keeps what it has; withdraw the share to take that back.", centre=name),
        )  # fmt: skip

    def _change(
        self, row: OrderRow | None, state: OrderState, title: str, go: str, text: Callable[[str], str]
    ) -> None:
        if row is None:
            return
        order = row.order.id
        self._reason(
            title, text(row.name), go,
            lambda works, officer, why: works.standing.change(order, state, officer=officer, why=why),
            "", optional=True,
        )  # fmt: skip

    # --- receiving -----------------------------------------------------------------------------

    def apply(self) -> None:
        """Put everything that came in on the picture."""
        if not self._bench.editable:
            self._bench.notices.info(tr("This can be done where the picture is live and may be written."))
            return
        self._seat.with_keys(
            lambda works: self._bench.background.write(lambda: list(works.receiving.apply_pending()), self._applied)
        )

    def here_too(self, row: InRow | None) -> None:
        """Put a share that another workspace has on this picture as well."""
        works = self._works()
        if row is not None and works is not None:
            self._bench.background.write(lambda: works.receiving.apply_here_too(row.received.bundle), self._applied)

    def read(self, row: InRow | None) -> None:
        """Show what a bundle says to a named officer."""
        works = self._works()
        if row is None or works is None:
            return
        dialog = ReasonDialog(
            tr("Read as an officer"),
            tr("That you have read it is recorded, and {centre} is told.", centre=row.name),
            tr("Read"),
            officer=self._seat.officer, optional=True, parent=self._window,
        )  # fmt: skip
        dialog.accepted.connect(lambda: self._read(works, row, dialog.officer, dialog.why))
        dialog.open()

    def _read(self, works: Works, row: InRow, officer: str, why: str) -> None:
        bundle = row.received.bundle
        zone = bytes(QTimeZone.systemTimeZoneId().data()).decode() or "UTC"

        def work() -> tuple[Content, list[Item], Instant | None, InRow]:
            works.receiving.read(bundle, officer=officer, why=why)
            opened = works.exchange.inbox.opened(bundle)
            shown = msgspec.structs.replace(row, received=works.exchange.inbox.one(bundle))
            return opened.content, opened.items(), _erase_by(works, bundle, zone), shown

        def done(found: tuple[Content, list[Item], Instant | None, InRow]) -> None:
            content, items, until, shown = found
            ReadDialog(shown, content, items, until, works.instruments, self._window).open()
            self._seat.refresh()
            self._seat.carry()

        self._seat.officer = officer
        self._bench.background.write(work, done)

    def _applied(self, applied: list[Applied]) -> None:
        items = sorted({item for one in applied if one.outcome for item in one.outcome.items})
        text = ntr("{count} item put on the picture.", "{count} items put on the picture.", len(items))
        self._bench.notices.info(text, (tr("Show on the map"), lambda: self._show_items(items)) if items else None)
        self._seat.refresh()
        self._seat.carry()

    def release(self, row: InRow | None) -> None:
        """Take in a bundle although its sender's clock is far ahead of ours."""
        if row is not None:
            self._reason(
                tr("Take it in all the same?"),
                tr("The clock of {centre} is more than five minutes ahead of ours. Call there first.", centre=row.name),
                tr("Take in"),
                lambda works, officer, why: works.exchange.release(row.received.bundle, officer=officer, why=why),
                "",
            )

    def settle(self, row: AlarmRow | None) -> None:
        """An officer has seen to an alarm."""
        if row is not None:
            self._reason(
                tr("Seen to this alarm?"), tr("It leaves the list and stays in the audit log."), tr("Seen to"),
                lambda works, officer, _: works.exchange.alarms.settle(row.alarm.no, officer=officer),
                "", optional=True,
            )  # fmt: skip

    # --- centres and folders -------------------------------------------------------------------

    def centres(self) -> None:
        """Our own centre, those that we know, a new one."""
        self._seat.with_keys(self._show_centres)

    def ask_folder(self) -> None:
        """Name the folder or stick that carries parcels."""

        def ask(_: Works) -> None:
            start = str(self._seat.folder or Path.home())
            name = QFileDialog.getExistingDirectory(self._window, tr("Folder or stick for parcels"), start)
            if name:
                self._seat.carry(Path(name))

        self._seat.with_keys(ask)

    def _show_centres(self, works: Works) -> None:
        bench = self._bench
        dialog = CentresDialog(
            works.exchange, bench.background, bench.theme, bench.desk.clock, self._seat.officer,
            partial(self._cards, works.exchange.identity.public.country), self._window,
        )  # fmt: skip
        peers = self._seat.overview.peers
        waiting = any(peer.state is PeerState.PROPOSED for peer in peers)
        dialog.tabs.setCurrentIndex(KNOWN if waiting or peers else OWN)
        dialog.changed.connect(self._seat.refresh)
        self._seat.looked.connect(dialog.refresh)
        dialog.open()

    # --- parts ---------------------------------------------------------------------------------

    def _listen(self) -> None:
        panel, seat = self._panel, self._seat
        panel.unlock_asked.connect(lambda: seat.with_keys(lambda _: self._panel.setFocus()))
        panel.share_asked.connect(self.share)
        panel.centres_asked.connect(self.centres)
        panel.folder_asked.connect(self.ask_folder)
        panel.update_asked.connect(self.update)
        panel.withdraw_asked.connect(self.withdraw)
        panel.resume_asked.connect(self.resume)
        panel.apply_asked.connect(self.apply)
        panel.read_asked.connect(self.read)
        panel.release_asked.connect(self.release)
        panel.settle_asked.connect(self.settle)
        panel.keep_asked.connect(self.keep_up_to_date)
        panel.here_too_asked.connect(self.here_too)
        panel.pause_asked.connect(self.pause)
        panel.go_on_asked.connect(self.go_on)
        panel.end_asked.connect(self.end)
        seat.arrived.connect(self._tell_arrived)
        seat.alarmed.connect(self._tell_alarms)

    def _tell_arrived(self, count: int) -> None:
        self._bench.notices.info(
            ntr("{count} bundle of another centre came in.", "{count} bundles of other centres came in.", count),
            (tr("Inbox"), lambda: self._bring(INBOX)),
        )

    def _tell_alarms(self, count: int) -> None:
        self._bench.notices.warning(
            ntr("Sharing: {count} alarm is open.", "Sharing: {count} alarms are open.", count),
            (tr("Alarms"), lambda: self._bring(ALARMS)),
        )

    def _bring(self, tab: int) -> None:
        self._show_panel()
        self._panel.show_tab(tab)

    def _works(self) -> Works | None:
        return self._seat.works

    def _reason(
        self,
        title: str,
        text: str,
        go: str,
        does: Callable[[Works, str, str], object],
        said: str,
        *,
        optional: bool = False,
    ) -> None:
        dialog = ReasonDialog(
            title, text, go, officer=self._seat.officer, optional=optional, parent=self._window
        )

        def accepted() -> None:
            officer, why = dialog.officer, dialog.why
            self._seat.officer = officer
            self._seat.do(lambda works: does(works, officer, why), said)
            self._seat.carry()

        dialog.accepted.connect(accepted)
        dialog.open()

    def contact(self, centre: str) -> str:
        """Whether a centre can be reached, and when there was contact last."""
        overview = self._seat.overview
        reach, last = overview.node.reach.get(centre), overview.last_contact(centre)
        parts = []
        if reach is not None and reach.reachable is not None:
            parts.append(tr("reachable now") if reach.reachable else tr("not reachable now"))
        if last is None:
            parts.append(tr("no contact yet"))
        else:
            parts.append(tr("last contact {age} ago", age=age_text(last, self._bench.desk.clock())))
        return ", ".join(parts)

    def _cards(self, country: str, peers: Sequence[Peer]) -> list[Card]:
        overview = self._seat.overview
        return cards(peers, overview.node, overview.last_contact, country)


def _some(share: NewShare) -> NewShare:
    if not share.items:
        raise nothing_chosen()
    return share


def _erase_by(works: Works, bundle: str, zone: str) -> Instant | None:
    try:
        return works.receiving.erase_by(bundle, zone)
    except QrocError:
        return None  # a purpose that we do not know sets no limit that we know


