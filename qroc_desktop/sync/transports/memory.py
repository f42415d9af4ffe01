"""Exchanges in one process: for tests, and for rehearsals on one machine."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from qroc_desktop.errors import QrocError
from qroc_desktop.sync.exchange import Taken
from qroc_desktop.sync.refusals import Rejected
from qroc_desktop.sync.roster import Peer
from qroc_desktop.sync.transports.base import Incoming, Unreachable

Receiver = Callable[[bytes, str | None], Taken]


class Hub:
    """Where exchanges are found by the id of their centre."""

    def __init__(self) -> None:
        self._receivers: dict[str, Receiver] = {}

    def attach(self, centre: str, receiver: Receiver) -> None:
        """From now on parcels for this centre go there."""
        self._receivers[centre] = receiver

    def detach(self, centre: str) -> None:
        """The centre cannot be reached any more."""
        self._receivers.pop(centre, None)

    def receiver(self, centre: str) -> Receiver:
        """Raises Unreachable."""
        try:
            return self._receivers[centre]
        except KeyError:
            raise Unreachable("not attached", centre) from None


class MemoryTransport:
    """One centre's way to the others at a hub."""

    def __init__(self, hub: Hub, own: str) -> None:
        self._hub = hub
        self._own = own

    def send(self, peer: Peer, data: bytes) -> list[bytes]:
        """Hand the parcel over. Raises Unreachable or Rejected."""
        receiver = self._hub.receiver(peer.centre)
        try:
            return list(receiver(data, self._own).replies)
        except Rejected:
            raise
        except QrocError as error:  # its disk is full, or the like: nothing about the parcel
            raise Unreachable(str(error.what), peer.name) from error

    def poll(self) -> Iterable[Incoming]:
        """Nothing: peers bring their parcels themselves."""
        return ()
