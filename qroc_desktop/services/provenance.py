"""Where a received item came from, with which share, as of when, and whether that still stands.

All of it is in the timeline but how long a share may be used and whether it was taken back already: that is the
exchange's, and told where its keys are open.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

import msgspec

from qroc_desktop.domain.aspects import Presence
from qroc_desktop.domain.change import Change
from qroc_desktop.domain.instant import Instant
from qroc_desktop.domain.state import Item, LogEntry
from qroc_desktop.domain.vocabulary import Aspect, SubjectType
from qroc_desktop.errors import QrocError
from qroc_desktop.services.receiving import CAME, EXPIRED, FORMAT
from qroc_desktop.store import Workspace
from qroc_desktop.sync.exchange import Exchange

RECENT = 50
"""Logbook entries about an item that are looked through for the bundle that told of it last."""


class Ended(StrEnum):
    """How a share came to its end."""

    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    UPDATED = "updated"
    """The sender took the item out of it."""


class Provenance(msgspec.Struct, frozen=True, kw_only=True):
    """Of one received item.

    centre: id of the sender, `name` what it is called. as_of: the sender's clock when it last told of the item.
    since: when that came onto our picture. subject: what the sender wrote over it. expires: until when it may be used.
    ended, ended_at: how and when it stopped being in force; `shown`: it is on the picture all the same, because nobody
    has put on the picture what came in.
    """

    centre: str
    name: str
    as_of: Instant | None
    since: Instant | None = None
    bundle: str = ""
    subject: str = ""
    expires: Instant | None = None
    ended: Ended | None = None
    ended_at: Instant | None = None
    shown: bool = False


def provenance(
    workspace: Workspace, item: Item, changes: Sequence[Change], exchange: Exchange | None, now: Instant
) -> Provenance | None:
    """Where an item came from; None for one that no peer sent. `changes`: all of it, first to last."""
    origin = item.origin
    if origin.format != FORMAT:
        return None
    found = Provenance(centre=origin.sender, name=origin.source_name, as_of=origin.sent)
    told = _told(workspace, item)
    if told is not None:
        entry, bundle = told
        subject = entry.entry.text.partition(" - ")[2]
        found = msgspec.structs.replace(found, since=entry.known_from, bundle=bundle, subject=subject)
    if item.removed:
        return _left(found, workspace, changes)
    return _in_force(found, exchange, now) if exchange is not None and found.bundle else found


def _told(workspace: Workspace, item: Item) -> tuple[LogEntry, str] | None:
    for entry in workspace.entries(item=item.id, limit=RECENT):
        batch = workspace.history(SubjectType.ENTRY, entry.id)[0].batch
        if batch.startswith(CAME):
            return entry, batch.removeprefix(CAME)
    return None


def _left(found: Provenance, workspace: Workspace, changes: Sequence[Change]) -> Provenance:
    """By what the item left the picture."""
    last = next((c for c in reversed(changes) if c.patch.get(Aspect.PRESENCE) == Presence(removed=True)), None)
    batch = workspace.batch(last.batch) if last else None
    if last is None or batch is None:
        return found
    if last.batch.startswith(EXPIRED):
        ended = Ended.EXPIRED
    elif batch.label == "bundle-withdrawal":
        ended = Ended.WITHDRAWN
    elif last.batch.startswith(CAME):
        ended = Ended.UPDATED
    else:
        return found
    return msgspec.structs.replace(found, ended=ended, ended_at=last.recorded_at)


def _in_force(found: Provenance, exchange: Exchange, now: Instant) -> Provenance:
    """What the exchange knows: of the bundle, and of the share that it continues."""
    try:
        own = exchange.inbox.one(found.bundle)
        base = exchange.inbox.one(own.replaces) if own.replaces else own
        withdrawal = base.withdrawn_by or own.withdrawn_by
        taken_back = exchange.inbox.one(withdrawal).received_at if withdrawal else None
    except QrocError:
        return found  # another exchange took it in
    limits = [one.expires for one in (own, base) if one.expires is not None]
    expires = min(limits) if limits else None
    ended, at = None, None
    if taken_back is not None:
        ended, at = Ended.WITHDRAWN, taken_back
    elif expires is not None and now >= expires:
        ended, at = Ended.EXPIRED, expires
    return msgspec.structs.replace(found, expires=expires, ended=ended, ended_at=at, shown=ended is not None)
