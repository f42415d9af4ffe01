"""A second centre with a workspace and an exchange of its own, reached through a real folder."""

from __future__ import annotations

from pathlib import Path

from qroc_desktop.domain.ids import random_id
from qroc_desktop.domain.instant import Clock
from qroc_desktop.domain.query import ItemQuery
from qroc_desktop.domain.state import Item
from qroc_desktop.domain.vocabulary import WorkspaceKind
from qroc_desktop.policy import Policy, load
from qroc_desktop.services.carrying import Carried, carry
from qroc_desktop.services.receiving import Receiving
from qroc_desktop.services.sharing import Sharing
from qroc_desktop.services.workspaces import Workspaces
from qroc_desktop.sync.exchange import Exchange
from qroc_desktop.sync.identity import Identity
from qroc_desktop.ui.sharing.seat import Works
from tests.ui.desk_window import ShownWindow

PASSPHRASE = "three lorries in the rain"
OFFICERS = ("Anna", "Bert")


class Neighbour:
    """What an officer of the other centre has; the post is a folder."""

    def __init__(self, folder: Path, clock: Clock, name: str = "Meldkamer Limburg", country: str = "NL") -> None:
        self.post = folder / "post"
        self.post.mkdir(exist_ok=True)
        self.identity = Identity.new(name, country, clock())
        self.exchange = Exchange.create(
            folder / f"{country}.qrocx", self.identity, clock, mode=WorkspaceKind.LIVE
        )
        workspaces = Workspaces(author="Officer NL", clock=clock, ids=random_id)
        self.desk = workspaces.create(folder / f"{country}.qroc", centre=name, country=country)
        instruments = load()
        self.sharing = Sharing(self.desk.workspace, self.exchange, Policy(instruments))
        self.receiving = Receiving(self.desk.workspace, self.exchange, instruments, author="Officer NL")

    def enrol(self, other: Exchange) -> None:
        """Each has approved the other."""
        for one, two in ((self.exchange, other), (other, self.exchange)):
            peer = one.enrol(two.invite(), officer=OFFICERS[0])
            for officer in OFFICERS:
                one.roster.approve(peer.centre, officer=officer, said=two.identity.public.letters)

    def carry(self) -> Carried:
        return carry(self.exchange, self.post)

    def items(self) -> list[Item]:
        workspace = self.desk.workspace
        return list(workspace.items_by_id(workspace.row_ids(ItemQuery())).values())

    def close(self) -> None:
        self.desk.close()
        self.exchange.close()


def unlocked(shown: ShownWindow) -> Works:
    """The window with open keys."""
    seat = shown.window.seat
    seat.session.make(name="Leitstelle Süd", country="DE", passphrase=PASSPHRASE)
    seat.with_keys(lambda _: None)
    shown.until(lambda: seat.works is not None)
    shown.settled()
    assert seat.works is not None
    return seat.works
