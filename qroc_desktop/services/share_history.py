"""What a peer was given by a share and its updates. Bundles never change: each is opened once and remembered."""

from __future__ import annotations

import threading

from qroc_desktop.sync.exchange import Exchange
from qroc_desktop.sync.shipment import Sent


class _Known:
    """What the first bundles of a share have come to."""

    def __init__(self) -> None:
        self.bundles: list[str] = []
        self.has: dict[str, bytes] = {}
        self.decided: dict[str, None] = {}


class ShareHistory:
    """The shares of one exchange; may be asked from any thread."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._turn = threading.Lock()
        self._known: dict[str, _Known] = {}

    def chain(self, share: str) -> list[Sent]:
        """A share and what brought it up to date, first to last."""
        return self._exchange.dispatch.chain(share)

    def given(self, share: str) -> dict[str, bytes]:
        """What the peer has by it, by item: patches as `domain.change.encode_patch` writes them."""
        with self._turn:
            return dict(self._followed(share).has)

    def decided(self, share: str) -> list[str]:
        """Every item that was ever decided on for it, in the order of the first decision."""
        with self._turn:
            return list(self._followed(share).decided)

    def _followed(self, share: str) -> _Known:
        # What the peer refused it does not have: the next update brings that again.
        chain = [sent for sent in self.chain(share) if sent.state != "stopped"]
        known = self._known.setdefault(share, _Known())
        if known.bundles != [sent.bundle for sent in chain][: len(known.bundles)]:
            known = self._known[share] = _Known()
        for sent in chain[len(known.bundles) :]:
            content = self._exchange.outbox.copy(sent.bundle)
            known.has.update((item.id, bytes(item.patch)) for item in content.items)
            for item in content.tombstones:
                known.has.pop(item, None)
            known.decided.update((d.subject, None) for d in self._exchange.outbox.decisions(sent.bundle))
            known.bundles.append(sent.bundle)
        return known
