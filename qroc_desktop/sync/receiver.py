"""The exchange as the server uses it: parcels of one request are taken in together, and committed before the answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from qroc_desktop.domain.instant import Clock, Instant, seconds
from qroc_desktop.sync.exchange import Exchange
from qroc_desktop.sync.refusals import Rejected
from qroc_desktop.sync.roster import PeerState
from qroc_desktop.sync.transports.wire import Outcome

ALARM_PAUSE = seconds(10)
"""A stranger who knocks again and again is written down no more often than this."""


class Receiver:
    """Takes in what peers bring. `contact(centre)` is told of each request of a peer."""

    def __init__(self, exchange: Exchange, clock: Clock, contact: Callable[[str], None]) -> None:
        self._exchange = exchange
        self._clock = clock
        self._contact = contact
        self._alarmed: dict[tuple[str, str], Instant] = {}

    def pins(self) -> list[bytes]:
        """The certificates of active peers, as they are now."""
        now = self._clock()
        active = [peer for peer in self._exchange.roster.peers() if peer.state is PeerState.ACTIVE]
        return sorted({key.certificate for peer in active for key in peer.valid_keys(now)})

    def carrier(self, certificate: bytes) -> str:
        """The active peer that shows this certificate. Raises Rejected, and alarms."""
        try:
            centre = self._exchange.roster.by_certificate(certificate).centre
        except Rejected as rejection:
            # A peer that has been revoked is named by it; of a stranger nothing is known.
            self.alarm(str(rejection.code), self._owner(certificate))
            raise
        self._contact(centre)
        return centre

    def take(self, parcels: Sequence[bytes], certificate: bytes) -> list[Outcome]:
        """What became of each; all of it is on the disk when this returns. Raises Rejected for who is no peer."""
        carrier = self.carrier(certificate)
        taken = self._exchange.receive_all([(data, carrier) for data in parcels])
        return [
            Outcome(code=str(one.code)) if isinstance(one, Rejected) else Outcome(replies=one.replies) for one in taken
        ]

    def alarm(self, code: str, centre: str = "") -> None:
        """Sound an alarm, unless the same one was sounded a moment ago."""
        now = self._clock()
        last = self._alarmed.get((code, centre))
        if last is not None and last <= now < last + ALARM_PAUSE:
            return
        self._alarmed[code, centre] = now
        self._exchange.alarms.sound(code, centre)

    def _owner(self, certificate: bytes) -> str:
        for peer in self._exchange.roster.peers():
            if any(key.identity.certificate == certificate for key in peer.keys):
                return peer.centre
        return ""
