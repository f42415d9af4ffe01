"""Parcels carried by a folder or a stick that an officer has named: what is due goes in, what is ours comes out."""

from __future__ import annotations

from pathlib import Path

import msgspec

from qroc_desktop.errors import Message, Refused
from qroc_desktop.sync.delivery import deliver, fetch
from qroc_desktop.sync.exchange import Exchange
from qroc_desktop.sync.transports.base import Unreachable
from qroc_desktop.sync.transports.folder import FolderTransport


class Carried(msgspec.Struct, frozen=True, kw_only=True):
    """Bundles that were put into the folder, parcels that were taken in from it, and those that could not be."""

    sent: int = 0
    received: int = 0
    refused: int = 0


def carry(exchange: Exchange, folder: Path) -> Carried:
    """One round by this folder. Raises Refused where the folder is not there."""
    transport = FolderTransport(folder, exchange.identity.centre)
    try:
        came = fetch(exchange, transport, lambda _: transport)
        went = deliver(exchange, lambda _: transport)
    except Unreachable as trouble:
        raise Refused(
            Message("The folder for carrying parcels cannot be used."),
            where=str(folder),
            kept=Message("What is due stays in the outbox."),
            action=Message("Plug the stick in, or choose another folder."),
        ) from trouble
    return Carried(sent=went.sent, received=came.received, refused=came.refused)
