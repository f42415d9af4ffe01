"""What somebody wants to send, after the policy has decided; and the rows of the board that shows what became of it."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from qroc_desktop.domain.instant import Instant
from qroc_desktop.domain.state import Item, Layer
from qroc_desktop.sync.bundle import Kind
from qroc_desktop.sync.content import Attachment, Terms
from qroc_desktop.sync.letters import Letter


class Shipment(msgspec.Struct, frozen=True, kw_only=True):
    """One bundle for one peer. `items` and `layers` hold released values only; nothing here filters them.

    to: the peer's centre id. officer: who sends it. why: the justification for the audit log; it stays here.
    tombstones: ids of items that are taken away. replaces: the bundle that a delta continues or a withdrawal takes
    back. answers: the request that it is about, with its `letter`. expires: instant from which it must not be used any
    more. files: the bytes of the attachments by their SHA-256. order: the standing order that it is sent by, if by one.
    consents: ids of the recorded consents that it relies on; they stay here, in the audit log.
    """

    to: str
    kind: Kind
    officer: str
    why: str = ""
    subject: str = ""
    text: str = ""
    terms: Terms = Terms()
    items: tuple[Item, ...] = ()
    layers: tuple[Layer, ...] = ()
    tombstones: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    files: Mapping[str, bytes] = {}
    replaces: str = ""
    answers: str = ""
    letter: Letter | None = None
    expires: Instant | None = None
    order: str = ""
    consents: tuple[str, ...] = ()


class DecisionRecord(msgspec.Struct, frozen=True):
    """What was decided on one subject and why, as the policy wrote it (JSON); kept and never looked into."""

    subject: str
    record: bytes


class Queued(msgspec.Struct, frozen=True, kw_only=True):
    """A bundle that is in the outbox for good."""

    bundle: str
    seq: int
    size: int
    """Bytes that will leave, envelope included."""


class Seen(msgspec.Struct, frozen=True):
    """A receipt: `applied` or `read`, by whom (empty: the program), when by the peer's clock."""

    state: str
    officer: str
    at: Instant


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the board. state: `queued`, `stored` (the peer has it) or `stopped`; `code` says why it was stopped
    or what the peer waits for. withdrawn_by: the bundle that takes it back. held: it was withdrawn before the peer had
    acknowledged it; where the peer had it all the same it is `stored` without a code."""

    bundle: str
    peer: str
    seq: int
    kind: Kind
    officer: str
    created: Instant
    expires: Instant | None
    replaces: str
    state: str
    code: str
    attempts: int
    next_at: Instant
    stored_at: Instant | None
    withdrawn_by: str = ""
    held: bool = False
    seen: tuple[Seen, ...] = ()

    @property
    def kept_back(self) -> bool:
        """Whether it is certain that the withdrawal was in time: the peer says so, or nothing was ever tried."""
        answered = self.state == "stored"
        return self.held and (bool(self.code) if answered else not self.attempts)


class OnPicture(msgspec.Struct, frozen=True):
    """A workspace that a bundle was applied to: its id, what its file was called then, when (0: not yet)."""

    workspace: str
    name: str
    at: Instant


class Received(msgspec.Struct, frozen=True, kw_only=True):
    """A bundle that came in. state: `waiting`, `stored`, `applied` or `refused`. on: the workspaces that have it; none
    for what an older program applied."""

    bundle: str
    peer: str
    seq: int
    kind: Kind
    created: Instant
    expires: Instant | None
    replaces: str
    state: str
    code: str
    received_at: Instant
    applied_at: Instant | None
    withdrawn_by: str = ""
    read_by: tuple[str, ...] = ()
    on: tuple[OnPicture, ...] = ()
