"""A request and all that was written about it: how it stands, until when it has to be answered, whether that was kept.

Nothing is stored about that: it follows from the letters that are there, so that it is the same after every restart and
whatever came twice or late. Times are those of the asked centre: its clock starts when it has the request, and its days
are counted on the calendar of its country.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

import msgspec

from qroc_desktop.domain.instant import Instant
from qroc_desktop.policy.deadlines import Countdown, Deadline, awaiting_authorisation, countdown, deadline
from qroc_desktop.policy.instruments import Instruments
from qroc_desktop.sync.letters import Facts, Piece


class Standing(StrEnum):
    """Where a request is."""

    SENDING = "sending"
    STOPPED = "stopped"
    OPEN = "open"
    CLARIFYING = "clarifying"
    DELAYED = "delayed"
    ANSWERED = "answered"
    IN_PART = "answered-in-part"
    REFUSED = "refused"
    CANCELLED = "cancelled"


AWAITED = frozenset({Standing.OPEN, Standing.CLARIFYING, Standing.DELAYED})
"""An answer is due."""
CLOSED = frozenset({Standing.ANSWERED, Standing.IN_PART, Standing.REFUSED, Standing.CANCELLED})


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """One request. ours: whether we asked. peer, name, country: of the other centre. deadline: None until the asked
    centre has it. closed_at: when it was answered, refused or taken back, by the clock of whoever did."""

    id: str
    ours: bool
    peer: str
    name: str
    country: str
    created: Instant
    facts: Facts
    standing: Standing
    pieces: tuple[Piece, ...]
    subject: str = ""
    deadline: Deadline | None = None
    closed_at: Instant | None = None

    @property
    def open(self) -> bool:
        """Whether an answer is due."""
        return self.standing in AWAITED

    def countdown(self, now: Instant) -> Countdown | None:
        """How much time there is; None where nothing is due any more, or not yet."""
        return countdown(self.deadline, now) if self.open and self.deadline is not None else None

    def overdue(self, now: Instant) -> bool:
        """Whether an answer is due and the time is over."""
        left = self.countdown(now)
        return left is not None and left.overdue

    @property
    def late(self) -> bool:
        """Whether it was closed by the asked centre after its time was over."""
        if self.closed_at is None or self.deadline is None or self.standing is Standing.CANCELLED:
            return False
        return countdown(self.deadline, self.closed_at).overdue

    @property
    def grounds(self) -> tuple[str, ...]:
        """The grounds on which all or a part was refused, each once."""
        return tuple(dict.fromkeys(ground for piece in self.pieces for ground in piece.facts.grounds))


class _Course(msgspec.Struct):
    """What the letters of one request come to."""

    answered: bool = False
    refused: bool = False
    asked_back: bool = False
    delay: Piece | None = None
    closed_at: Instant | None = None
    cancelled: bool = False

    def take(self, piece: Piece) -> None:
        match piece.kind:
            case "clarification":
                self.asked_back = True
            case "explanation":
                self.asked_back = False
            case "delay":
                self.delay = piece
            case "answer":
                self.answered = True
                self._close(piece, not piece.facts.more)
            case "refusal":
                self.refused = True
                self._close(piece, not piece.facts.part)
            case "cancellation":
                self.cancelled = self.cancelled or self.closed_at is None
                self._close(piece, True)

    def _close(self, piece: Piece, last: bool) -> None:
        if last and self.closed_at is None:
            self.closed_at = piece.created

    @property
    def standing(self) -> Standing:
        if self.cancelled:
            return Standing.CANCELLED
        if self.closed_at is not None:
            if self.answered:
                return Standing.IN_PART if self.refused else Standing.ANSWERED
            return Standing.REFUSED
        if self.asked_back:
            return Standing.CLARIFYING
        return Standing.DELAYED if self.delay is not None else Standing.OPEN


def folded(
    pieces: Sequence[Piece], *, name: str, country: str, zone: str, instruments: Instruments, subject: str = ""
) -> Request:
    """The request that these letters are about; the first is the request itself. zone: of the asked centre."""
    first = pieces[0]
    course = _Course()
    for piece in pieces[1:]:
        if not piece.withdrawn and not (piece.ours and piece.state == "stopped"):
            course.take(piece)
    received = first.arrived if first.ours else first.at
    return Request(
        id=first.request, ours=first.ours, peer=first.peer, name=name, country=country, created=first.created,
        facts=first.facts, standing=_standing(first, course), pieces=tuple(pieces), subject=subject,
        deadline=_deadline(first.facts, received, course.delay, zone, instruments), closed_at=course.closed_at,
    )  # fmt: skip


def _standing(first: Piece, course: _Course) -> Standing:
    if course.closed_at is None and first.ours and first.state != "stored":
        if first.state == "stopped":
            return Standing.STOPPED
        if first.arrived is None:
            return Standing.SENDING
    return course.standing


def _deadline(
    facts: Facts, received: Instant | None, delay: Piece | None, zone: str, instruments: Instruments
) -> Deadline | None:
    limit = instruments.limit(facts.instrument, facts.limit)
    if limit is None or received is None:
        return None
    due = deadline(facts.instrument, limit, received, zone)
    if delay is None or delay.facts.expected is None:
        return due
    return awaiting_authorisation(due, delay.facts.expected, delay.kind)
