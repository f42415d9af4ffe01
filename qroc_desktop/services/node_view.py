"""What the node of an exchange file says of itself and of the peers that it reaches, where there is one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec

from qroc_desktop.domain.instant import Instant
from qroc_desktop.sync import status
from qroc_desktop.sync.status import Way


class Reach(msgspec.Struct, frozen=True, kw_only=True):
    """How it stands with a peer. reachable: what the last attempt showed, None before the first; since: since when.
    trouble: why it is not. routes: how it stands with each route that was tried."""

    reachable: bool | None = None
    last: Instant | None = None
    since: Instant | None = None
    trouble: str = ""
    routes: Mapping[str, Way] = {}


class NodeView(msgspec.Struct, frozen=True, kw_only=True):
    """running: whether a node is at work, ours or a service. trouble: what is wrong with folders and relays."""

    running: bool = False
    listening: str = ""
    reach: Mapping[str, Reach] = {}
    trouble: Mapping[str, str] = {}


def look(exchange: Path, now: Instant) -> NodeView:
    """The node's last word about itself; an empty one where there is none, or it is too old to be believed."""
    found = status.read(exchange)
    if found is None:
        return NodeView()
    running = found.running(now)
    return NodeView(
        running=running,
        listening=found.listening if running else "",
        reach={
            centre: Reach(
                reachable=contact.reachable,
                last=contact.last_contact,
                since=contact.since,
                trouble=contact.trouble,
                routes=dict(contact.routes),
            )
            if running
            else Reach(last=contact.last_contact)
            for centre, contact in found.peers.items()
        },
        trouble=dict(found.trouble) if running else {},
    )
