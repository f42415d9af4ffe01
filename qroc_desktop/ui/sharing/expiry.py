"""Says once that what came in has run out and is on the picture still; a person takes it off, at one press."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from qroc_desktop.sync.shipment import Received
from qroc_desktop.translation import ntr, tr
from qroc_desktop.ui.sharing.seat import ShareSeat


class ExpiryWatch(QObject):
    """Looks again only when another bundle's time has run out: whether anything of it is shown is worth a question."""

    ran_out = Signal()
    """The time of something that is shown is over."""

    def __init__(self, seat: ShareSeat, take_off: Callable[[], None]) -> None:
        super().__init__(seat)
        self._seat = seat
        self._take_off = take_off
        self._known: frozenset[str] = frozenset()
        seat.looked.connect(self._look)

    def _look(self) -> None:
        works, bench = self._seat.works, self._seat.bench
        now = bench.desk.clock()
        over = frozenset(
            row.received.bundle
            for row in self._seat.overview.came
            if row.received.state == "applied" and row.received.expires is not None and now >= row.received.expires
        )
        new = over - self._known
        self._known = over
        if works is not None and new and not bench.desk.read_only:
            bench.background.read(works.receiving.run_out, lambda found: self._tell(found, new), key="expiry")

    def _tell(self, found: list[Received], new: frozenset[str]) -> None:
        count = sum(one.bundle in new for one in found)
        if count:
            self.ran_out.emit()
            self._seat.bench.notices.warning(
                ntr(
                    "What {count} bundle of another centre brought may not be used any more.",
                    "What {count} bundles of other centres brought may not be used any more.",
                    count,
                ),
                (tr("Take it off the picture"), self._take_off),
            )
