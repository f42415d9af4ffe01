"""The one small interface behind which every way of carrying parcels stands."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from qroc_desktop.errors import Message, QrocError
from qroc_desktop.sync.refusals import Code
from qroc_desktop.sync.roster import Peer


class Unreachable(QrocError):
    """The parcel did not get through, or nobody knows whether it did; it is tried again for ever."""

    def __init__(self, reason: str, where: str = "") -> None:
        kept = Message("It is kept and sent again.")
        super().__init__(Message("The centre cannot be reached: {reason}.", reason=reason), where=where, kept=kept)


class Incoming(Protocol):
    """A parcel that was fetched. It stays where it was until one of the two is called."""

    @property
    def data(self) -> bytes:
        """The parcel."""

    @property
    def carrier(self) -> str | None:
        """The centre that the transport has proved to have brought it; None where it proves nothing."""

    def done(self) -> None:
        """It has been taken in and committed; it need not be kept."""

    def refused(self, code: Code) -> None:
        """It is not to be had; put it where somebody can look at it."""


class Source(Protocol):
    """Where parcels may wait for us."""

    def poll(self) -> Iterable[Incoming]:
        """Parcels that wait for us; nothing where peers bring them themselves. Raises Unreachable."""


class Transport(Source, Protocol):
    """A way to peers. Raises Unreachable from both methods."""

    def send(self, peer: Peer, data: bytes) -> list[bytes]:
        """Carry a parcel; the peer's answers, where it gives them at once. Raises Rejected(code) too."""
