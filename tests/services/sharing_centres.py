"""Centres with a workspace and an exchange each, that know one another."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qroc_desktop.domain.aspects import Marking, Nature, Situation, Wording
from qroc_desktop.domain.ids import random_id
from qroc_desktop.domain.instant import Instant, seconds
from qroc_desktop.domain.query import ItemQuery
from qroc_desktop.domain.shape import point
from qroc_desktop.domain.state import Item
from qroc_desktop.domain.vocabulary import Aspect, ItemType, Priority, WorkspaceKind
from qroc_desktop.policy import Policy, load
from qroc_desktop.policy.channels import CHANNEL_EXCEPTION, Channel, listed
from qroc_desktop.policy.vocabulary import Purpose
from qroc_desktop.services.receiving import Receiving
from qroc_desktop.services.sharing import Grounds, Sharing
from qroc_desktop.services.workspaces import Workspaces
from qroc_desktop.sync.delivery import deliver
from qroc_desktop.sync.exchange import Exchange, Taken
from qroc_desktop.sync.identity import Identity
from qroc_desktop.sync.transports.memory import Hub, MemoryTransport

START = Instant(1_790_000_000_000_000)
INSTRUMENTS = load()


def grounds(**more: Any) -> Grounds:
    """Own initiative under the directive, for prevention, by this program since another channel is too slow."""
    exception = next(code.id for code in listed(INSTRUMENTS, CHANNEL_EXCEPTION))
    values: dict[str, Any] = {
        "purpose": Purpose.PREVENTION,
        "basis": "dir-2023-977/own-initiative",
        "channel": Channel(exception=exception),
    }
    return Grounds(**(values | more))


class Desk:
    """One centre: what an officer there has."""

    def __init__(
        self, folder: Path, name: str, country: str = "NL", kind: WorkspaceKind = WorkspaceKind.LIVE
    ) -> None:
        self.time = START
        self.identity = Identity.new(name, country, self.time)
        self.exchange = Exchange.create(folder / f"{name}.qrocx", self.identity, self.clock, mode=kind)
        workspaces = Workspaces(author=f"Officer {name}", clock=self.clock, ids=random_id)
        self.desk = workspaces.create(folder / f"{name}.qroc", centre=name, country=country, kind=kind)
        self.sharing = Sharing(self.desk.workspace, self.exchange, Policy(INSTRUMENTS))
        self.receiving = Receiving(self.desk.workspace, self.exchange, INSTRUMENTS, author=f"Officer {name}")

    @property
    def id(self) -> str:
        return self.identity.centre

    def clock(self) -> Instant:
        self.time = Instant(self.time + seconds(0.001))
        return self.time

    def receive(self, data: bytes, carrier: str | None) -> Taken:
        return self.exchange.receive(data, carrier)

    def incident(self, title: str, *, description: str = "", marking: Marking | None = None, lon: float = 5.7) -> str:
        aspects: dict[Aspect, Any] = {
            Aspect.NATURE: Nature(type=ItemType.INCIDENT),
            Aspect.SHAPE: point(lon, 50.8),
            Aspect.SITUATION: Situation(priority=Priority.FLASH),
            Aspect.WORDING: Wording(title=title, description=description),
        }
        if marking:
            aspects[Aspect.MARKING] = marking
        item, _ = self.desk.items.create(aspects)
        return item

    def item(self, id_: str) -> Item:
        found = self.desk.picture.item(id_)
        assert found is not None
        return found

    def retitle(self, id_: str, title: str) -> None:
        seen = self.item(id_)
        self.desk.items.edit(seen, {Aspect.WORDING: Wording(title=title)})

    def pictured(self) -> dict[str, str]:
        """Titles on the picture, by what their owner calls them."""
        items = self.desk.workspace.items_by_id(self.desk.workspace.row_ids(ItemQuery()))
        return {item.origin.foreign_id or item.id: item.wording.title for item in items.values()}

    def applied(self) -> int:
        return len(list(self.receiving.apply_pending()))

    def close(self) -> None:
        self.desk.close()
        self.exchange.close()


class Neighbours:
    """Desks that enrolled each other, and the way between them."""

    def __init__(self, *desks: Desk) -> None:
        self.desks = desks
        self._hub = Hub()
        for desk in desks:
            self._hub.attach(desk.id, desk.receive)
        for one in desks:
            for other in desks:
                if one is not other:
                    peer = one.exchange.enrol(other.exchange.invite(), officer="Anna")
                    for officer in ("Anna", "Bert"):
                        one.exchange.roster.approve(peer.centre, officer=officer, said=other.identity.public.letters)

    def carry(self) -> None:
        """Until nothing is on its way any more."""
        while sum(self._round(desk) for desk in self.desks):
            pass

    def _round(self, desk: Desk) -> int:
        return deliver(desk.exchange, lambda _: MemoryTransport(self._hub, desk.id)).sent
