"""What the window's parts for sharing work with: our centre's session, opened at first use, and news from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from qroc_desktop.errors import QrocError
from qroc_desktop.policy import Instruments, Policy, load
from qroc_desktop.services.carrying import Carried, carry
from qroc_desktop.services.centre_session import Access, CentreSession
from qroc_desktop.services.consents import ConsentBook
from qroc_desktop.services.node_child import NodeState
from qroc_desktop.services.receiving import Receiving
from qroc_desktop.services.requests import Requests
from qroc_desktop.services.share_board import Overview, Overviews
from qroc_desktop.services.sharing import Sharing
from qroc_desktop.services.standing import Standing, Step
from qroc_desktop.sync.exchange import Exchange
from qroc_desktop.translation import ntr, tr
from qroc_desktop.ui.attempt import attempt
from qroc_desktop.ui.bench import Bench
from qroc_desktop.ui.sharing.keys_dialog import KeysDialog

ORDERS_MS = 1500
"""Between looks at the standing orders; where nothing has changed a look costs next to nothing."""
LOOK_MS = 3000
"""Between looks at what came in and who has read what."""


@dataclass(frozen=True, slots=True)
class Works:
    """What there is once the keys are open."""

    exchange: Exchange
    instruments: Instruments
    sharing: Sharing
    receiving: Receiving
    overviews: Overviews
    standing: Standing
    consents: ConsentBook
    requests: Requests


class ShareSeat(QObject):
    """One for a window. Everything that touches keys, exchange or store runs off the GUI thread."""

    changed = Signal(object)
    """Overview: something is otherwise than before."""
    looked = Signal()
    """The exchange was read again, whether or not anything is otherwise."""
    opened = Signal()
    """The keys are open."""
    arrived = Signal(int)
    """So many bundles came in that wait to be put on the picture."""
    alarmed = Signal(int)
    """So many alarms are open, more than before."""
    carrying = Signal(str)
    """What the carrying by a folder has come to, as text."""

    def __init__(self, bench: Bench, session: CentreSession, window: QWidget) -> None:
        super().__init__(window)
        self.bench = bench
        self.session = session
        self.window = window
        self.works: Works | None = None
        self.overview = Overview()
        self.folder: Path | None = None
        self.officer = bench.desk.author
        self._reading = False
        self._again = False
        self._asking = False
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self._look)
        self._keeping = False
        self._order_trouble = ""
        self._orders = QTimer(self)
        self._orders.setInterval(ORDERS_MS)
        self._orders.timeout.connect(self.carry_out_orders)
        QTimer.singleShot(0, self, self._begin)

    @property
    def node(self) -> NodeState:
        """How it stands with the node."""
        if self.overview.node.running:
            return NodeState.RUNNING  # ours, or one that runs as a service
        return self.session.node.state if self.session.node else NodeState.ABSENT

    def with_keys(self, does: Callable[[Works], object]) -> None:
        """Do something that needs open keys; they are asked for where they are not open yet."""
        if self.works is not None:
            does(self.works)
            return
        if self._asking:
            return  # asked for twice; one dialog is enough
        self._asking = True
        self.bench.background.read(
            self._situation, lambda situation: self._ask(situation, does), failed=self._asked
        )

    def refresh(self) -> None:
        """Read boxes, alarms and centres again."""
        works = self.works
        if works is None:
            return
        if self._reading:
            self._again = True  # what is being read may be older than what has just been done
            return
        self._reading = True
        self.bench.background.read(lambda: self._read(works), self._show, failed=self._unread)

    def do(self, work: Callable[[Works], object], said: str = "") -> None:
        """Change something in the exchange, say that it was done, look again."""
        works = self.works
        if works is None:
            return

        def done(_: object) -> None:
            if said:
                self.bench.notices.info(said)
            self.refresh()

        self.bench.background.write(lambda: work(works), done, failed=self.refresh)

    def carry(self, folder: Path | None = None) -> None:
        """One round by a folder or stick; the folder is remembered until the program ends."""
        self.folder = folder or self.folder
        works, where = self.works, self.folder
        if works is None or where is None:
            return
        self.bench.background.write(lambda: carry(works.exchange, where), self._carried, failed=self._lost_folder)

    def carry_out_orders(self) -> None:
        """Do what the standing orders of this workspace ask for by now."""
        works = self.works
        if works is None or self._keeping:
            return
        self._keeping = True
        attempt(self.bench.background, works.standing.run, self._carried_out, self._not_carried_out)

    def _read(self, works: Works) -> Overview:
        self.session.renew()
        return works.overviews.read()

    # --- parts ---------------------------------------------------------------------------------

    def _begin(self) -> None:
        if self.session.access is Access.OPEN:
            # Nobody has to be asked: in an exercise, or where another window has them open.
            self._open(lambda _: None)
        else:
            self._ask_for_orders()

    def _ask_for_orders(self) -> None:
        """Keys are asked for at first use; but an order that nobody carries out must not look as if it held."""
        session, workspace = self.session, self.bench.desk.workspace
        self.bench.background.read(lambda: session.waiting_orders(workspace), self._tell_of_orders)

    def _tell_of_orders(self, count: int) -> None:
        if count and self.works is None:
            self.bench.notices.warning(
                ntr(
                    "{count} standing order waits: the keys of this centre are locked.",
                    "{count} standing orders wait: the keys of this centre are locked.",
                    count,
                ),
                (tr("Unlock …"), lambda: self.with_keys(lambda _: None)),
            )

    def _carried_out(self, steps: list[Step]) -> None:
        self._keeping = False
        self._order_trouble = ""
        if steps:
            self.refresh()
            self.carry()

    def _not_carried_out(self, trouble: QrocError) -> None:
        self._keeping = False
        if str(trouble) != self._order_trouble:  # said once, not every second
            self.bench.notices.error(trouble)
        self._order_trouble = str(trouble)

    def _situation(self) -> tuple[Access, bool, bool]:
        access = self.session.access
        if access is Access.LOCKED and not self.session.asks:
            # The keyring opens them without a question.
            self.session.unlock()
            access = Access.OPEN
        return access, access is Access.LOCKED, access is Access.NONE and self.session.keyring()

    def _ask(self, situation: tuple[Access, bool, bool], does: Callable[[Works], object]) -> None:
        access, asks, keyring = situation
        if access is Access.OPEN:
            self._open(does)
            return
        identity = self.bench.desk.identity
        dialog = KeysDialog(
            self.session,
            self.bench.background,
            name=identity.centre,
            country=identity.country,
            asks=asks,
            keyring=keyring,
            parent=self.window,
        )
        dialog.accepted.connect(lambda: self._open(does))
        dialog.rejected.connect(self._asked)
        dialog.open()

    def _open(self, does: Callable[[Works], object]) -> None:
        def ready(works: Works) -> None:
            self._asked()
            if self.works is None:
                self.works = works
                self._timer.start()
                self._orders.start()
                self.opened.emit()
                self.refresh()
            does(self.works)

        self.bench.background.read(self._prepared, ready, failed=self._asked)

    def _asked(self) -> None:
        self._asking = False

    def _prepared(self) -> Works:
        exchange, workspace = self.session.exchange, self.bench.desk.workspace
        instruments = load()
        sharing = Sharing(workspace, exchange, Policy(instruments))
        receiving = Receiving(workspace, exchange, instruments, author=self.bench.desk.author)
        requests = Requests(exchange, instruments, self.bench.desk.clock)
        return Works(
            exchange=exchange,
            instruments=instruments,
            sharing=sharing,
            receiving=receiving,
            overviews=Overviews(exchange, self.bench.desk.clock, receiving, requests),
            standing=Standing(workspace, exchange, sharing, self.bench.desk.clock),
            consents=ConsentBook(workspace, exchange),
            requests=requests,
        )

    def _look(self) -> None:
        if self.folder is not None:
            self.carry()
        else:
            self.refresh()

    def _show(self, overview: Overview) -> None:
        self._reading = False
        self._timer.start()
        self.looked.emit()
        before, self.overview = self.overview, overview
        if overview != before:
            self.changed.emit(overview)
        if overview.pending > before.pending:
            self.arrived.emit(overview.pending)
        if len(overview.alarms) > len(before.alarms):
            self.alarmed.emit(len(overview.alarms))
        if self._again:
            self._again = False
            self.refresh()

    def _unread(self) -> None:
        # Told once and not every few seconds; whoever opens the panel has it tried again.
        self._reading = self._again = False
        self._timer.stop()

    def _carried(self, round_: Carried) -> None:
        if round_.sent or round_.received:
            self.carrying.emit(
                ntr("{count} bundle put in", "{count} bundles put in", round_.sent)
                + ", "
                + ntr("{count} parcel taken out", "{count} parcels taken out", round_.received)
            )
        if round_.refused:
            self.bench.notices.warning(tr("Parcels in the folder were refused; the alarms say why."))
        self.refresh()

    def _lost_folder(self) -> None:
        # It is said once, not every few seconds; whoever plugs the stick in again names it again.
        self.folder = None
        self.carrying.emit("")
