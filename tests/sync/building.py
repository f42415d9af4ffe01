"""What the tests of the exchange are built with: centres that know each other, items, a clock set by hand."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from qroc_desktop.domain.aspects import Nature, Situation, Wording
from qroc_desktop.domain.instant import Instant
from qroc_desktop.domain.shape import point
from qroc_desktop.domain.state import Item
from qroc_desktop.domain.vocabulary import Aspect, ItemType, Priority, WorkspaceKind
from qroc_desktop.sync import envelope, parcel
from qroc_desktop.sync.bundle import TYPE, Acknowledgement, Chunk, Kind, Manifest, read_manifest
from qroc_desktop.sync.content import Content, shared, written
from qroc_desktop.sync.encoding import decoded, sha256
from qroc_desktop.sync.exchange import Exchange, Taken
from qroc_desktop.sync.identity import Identity
from qroc_desktop.sync.keystore import Cost
from qroc_desktop.sync.sealing import seal
from qroc_desktop.sync.shipment import DecisionRecord, Queued, Shipment
from qroc_desktop.sync.transports.memory import Hub, MemoryTransport
from tests.store.building import HandClock

START = Instant(1_790_000_000_000_000)
CHEAP = Cost(memory_kib=8, passes=1, lanes=1)
"""Argon2id for tests; what it costs is not what they are about."""
DECISION = DecisionRecord("a", b'{"outcome":"release"}')


class Centre:
    """A centre with its exchange and its clock; it can be closed and opened again."""

    def __init__(self, folder: Path, name: str, *, mode: WorkspaceKind = WorkspaceKind.LIVE) -> None:
        self.name = name
        self.clock = HandClock()
        self.identity = Identity.new(name, "NL", self.clock())
        self.path = folder / f"{name}.qrocx"
        self.exchange = Exchange.create(self.path, self.identity, self.clock, mode=mode)

    @property
    def id(self) -> str:
        return self.identity.centre

    def reopen(self, identity: Identity | None = None) -> Exchange:
        self.exchange.close()
        self.identity = identity or self.identity
        self.exchange = Exchange(self.path, self.identity, self.clock, chance=lambda: 0.5)
        return self.exchange

    def receive(self, data: bytes, carrier: str | None) -> Taken:
        """By whatever exchange is open at that time."""
        return self.exchange.receive(data, carrier)

    def enrols(self, other: Centre) -> None:
        """Two officers of this centre approve the other one."""
        peer = self.exchange.enrol(other.exchange.invite(), officer="Anna")
        for officer in ("Anna", "Bert"):
            self.exchange.roster.approve(peer.centre, officer=officer, said=other.identity.public.letters)

    def sends(self, other: Centre, *items: Item, kind: Kind = Kind.SNAPSHOT, **more: Any) -> Queued:
        shipment = Shipment(to=other.id, kind=kind, officer="Anna", items=items, **more)
        return self.exchange.outbox.queue(shipment, [DECISION])

    def parcels(self, queued: Queued) -> list[bytes]:
        return list(self.exchange.dispatch.parcels(queued.bundle))

    def parcel(self, queued: Queued) -> bytes:
        (only,) = self.parcels(queued)
        return only


def befriended(folder: Path, *names: str) -> list[Centre]:
    centres = [Centre(folder, name) for name in names]
    for one in centres:
        for other in centres:
            if one is not other:
                one.enrols(other)
    return centres


def incident(item: str, title: str = "", *, description: str = "", lon: float = 5.0) -> Item:
    return with_aspects(
        item,
        {
            Aspect.NATURE: Nature(type=ItemType.INCIDENT),
            Aspect.SHAPE: point(lon, 52.0),
            Aspect.WORDING: Wording(title=title or item, description=description),
            Aspect.SITUATION: Situation(priority=Priority.FLASH),
        },
    )


def with_aspects(item: str, aspects: Mapping[Aspect, Any]) -> Item:
    return Item(id=item, aspects=dict(aspects), seqs={}, valid_from=START, known_from=START)


def connected(*centres: Centre) -> Hub:
    hub = Hub()
    for centre in centres:
        attach(hub, centre)
    return hub


def attach(hub: Hub, centre: Centre) -> None:
    hub.attach(centre.id, centre.receive)


def way(hub: Hub, centre: Centre) -> MemoryTransport:
    return MemoryTransport(hub, centre.id)


def answers(replies: tuple[bytes, ...]) -> list[Acknowledgement]:
    """Read without checking the signature."""
    return [decoded(envelope.read(parcel.unpacked(reply).envelope).body, Acknowledgement) for reply in replies]


def manifest_of(data: bytes) -> Manifest:
    return read_manifest(envelope.read(parcel.unpacked(data).envelope).body)


def forged(
    sender: Centre, recipient: Centre, *, content: bytes | None = None, chunks: list[bytes] | None = None,
    payload: bytes | None = None, keys: Identity | None = None, sealed_for: Centre | None = None, **fields: Any,
) -> bytes:  # fmt: skip
    """A parcel made by hand, signed by the sender: what a faulty or hostile program of a peer could send."""
    kind = fields.pop("kind", Kind.SNAPSHOT)
    inside = content if content is not None else written(plain(sender, recipient, incident("a"), kind=kind), {})
    if chunks is None:
        chunks = seal(inside, [(sealed_for or recipient).identity.public.encryption])
    named = fields.pop("named", chunks)
    values: dict[str, Any] = {
        "kind": kind, "sender": sender.id, "recipient": recipient.id, "seq": 1, "prev": "", "hlc": START // 1000 << 16,
        "created": START, "chunks": tuple(Chunk(sha256(chunk), len(chunk)) for chunk in named),
    }  # fmt: skip
    data = payload if payload is not None else Manifest(**(values | fields)).to_bytes()
    return parcel.packed(envelope.signed(TYPE, data, [(keys or sender.identity).keys.signing]), chunks)


def plain(sender: Centre, recipient: Centre, *items: Item, kind: Kind = Kind.SNAPSHOT, **more: Any) -> Content:
    values: dict[str, Any] = {"sender": sender.id, "recipient": recipient.id, "kind": kind, "mode": WorkspaceKind.LIVE}
    return Content(**(values | {"items": tuple(shared(item) for item in items)} | more))
