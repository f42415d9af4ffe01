"""Asking other centres and being asked: requests, questions about them, answers, refusals, notices of delay."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import msgspec

from qroc_desktop.domain.instant import Clock, Instant
from qroc_desktop.errors import Message, QrocError, Refused
from qroc_desktop.policy.channels import DEPARTURE, REFUSAL_GROUND, URGENCY_GROUND, Channel, checked, checked_channel
from qroc_desktop.policy.instruments import Instruments, Limit
from qroc_desktop.policy.vocabulary import Purpose
from qroc_desktop.services.calendars import zone_of
from qroc_desktop.services.request_threads import Request, Standing, folded
from qroc_desktop.sync.bundle import Kind
from qroc_desktop.sync.content import Content, Terms
from qroc_desktop.sync.exchange import Exchange
from qroc_desktop.sync.letters import (
    Ask,
    Cancellation,
    Clarification,
    Delay,
    Explanation,
    Letter,
    Piece,
    Refusal,
    Reply,
)
from qroc_desktop.sync.shipment import Queued, Shipment

DIRECTIVE = "dir-2023-977"
"""The instrument that is meant where nothing else is said."""


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """A request as an officer writes it. `to`: a peer's centre id; `why`: stays here, in the audit log."""

    to: str
    ask: Ask
    purpose: Purpose
    channel: Channel
    officer: str
    subject: str
    why: str = ""


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """A letter with its words. content: None where it was erased."""

    piece: Piece
    content: Content | None

    @property
    def letter(self) -> Letter | None:
        """What it says."""
        if self.content is None or isinstance(self.content.letter, msgspec.UnsetType):
            return None
        return self.content.letter


class Count(msgspec.Struct, frozen=True, kw_only=True):
    """Statistics of one time limit. ours: of what we asked. outcomes: by standing; grounds: of refusals.

    in_time, late: of those that the asked centre closed. overdue: still open, and their time is over.
    """

    ours: bool
    instrument: str
    limit: str
    total: int
    outcomes: dict[str, int]
    grounds: dict[str, int]
    in_time: int
    late: int
    overdue: int


class Requests:
    """The requests of one exchange."""

    def __init__(self, exchange: Exchange, instruments: Instruments, clock: Clock) -> None:
        self._exchange = exchange
        self.instruments = instruments
        self._clock = clock
        self._subjects: dict[str, str] = {}

    # --- reading -------------------------------------------------------------------------------

    def all(self) -> list[Request]:
        """Every request: first those that are due, the most pressing first; then the others, the newest first."""
        threads: dict[str, list[Piece]] = {}
        for piece in self._exchange.letters.pieces():
            threads.setdefault(piece.request, []).append(piece)
        found = [self._folded(pieces) for pieces in threads.values()]
        now = self._clock()

        def rank(request: Request) -> tuple[bool, int]:
            left = request.countdown(now)
            return (left is None, left.left if left is not None else -request.created)

        return sorted((request for request in found if request is not None), key=rank)

    def one(self, request: str) -> Request:
        """One request, by its id or the beginning of it. Raises Refused where it is none, or several."""
        found = [
            each for each in self.all() if each.id == request or (len(request) >= 8 and each.id.startswith(request))
        ]
        if len(found) != 1:
            raise Refused(Message("There is no such request."), where=request[:80])
        return found[0]

    def read(self, request: str, *, officer: str, why: str = "") -> tuple[Request, list[Written]]:
        """All that was written about a request. That the officer has read it is recorded; the other side is told."""
        found = self.one(request)
        for piece in found.pieces:
            if not piece.ours:
                self._exchange.inbox.read(piece.bundle, officer=officer, why=why)
        return found, [Written(piece=piece, content=self._content(piece)) for piece in found.pieces]

    def statistics(self) -> list[Count]:
        """How many of each limit, and what became of them (Directive (EU) 2023/977, article 16)."""
        groups: dict[tuple[bool, str, str], list[Request]] = {}
        for request in self.all():
            groups.setdefault((request.ours, request.facts.instrument, request.facts.limit), []).append(request)
        now = self._clock()
        return [_count(*key, found, now) for key, found in sorted(groups.items())]

    # --- asking --------------------------------------------------------------------------------

    def send(self, question: Question) -> Queued:
        """Send a request. Raises Refused where a field of article 4(5) or a code is missing or wrong."""
        ask = question.ask
        limit = self._limit(ask)
        _said(question.subject, Message("A request needs a subject: it stands in the other centre's list."))
        for text in (ask.requested_information, ask.purpose_facts_offence, ask.reasons_it_is_there):
            _said(text, Message("Say what is asked for, the purpose with facts and offence, and why it may be there."))
        if limit.urgent:
            checked(self.instruments, URGENCY_GROUND, ask.urgency)
            _said(ask.urgency_reason, Message("An urgent request needs its reason."))
        elif ask.urgency:
            raise Refused(Message("This time limit is none for urgent requests; choose another, or no urgency."))
        checked_channel(self.instruments, question.channel)
        return self._exchange.outbox.queue(
            Shipment(
                to=question.to, kind=Kind.REQUEST, officer=question.officer, why=question.why,
                subject=question.subject.strip(), letter=ask,
                terms=self._terms(ask.instrument, question.purpose, question.channel.exception, ask.urgency),
            )
        )  # fmt: skip

    def explain(self, request: str, text: str, *, officer: str) -> Queued:
        """Say more about a request of ours."""
        found = self._awaited(request, ours=True)
        _said(text, Message("Write what the other centre needs to know."))
        return self._write(found, Explanation(text=text), officer)

    def cancel(self, request: str, why: str, *, officer: str) -> Queued:
        """Take back a request of ours."""
        found = self._awaited(request, ours=True)
        return self._write(found, Cancellation(why=_said(why, Message("Say why the request is taken back."))), officer)

    # --- being asked ---------------------------------------------------------------------------

    def clarify(self, request: str, question: str, *, officer: str) -> Queued:
        """Ask back. The clock goes on: whoever heeds the earlier end is late by no reading of the law."""
        found = self._awaited(request, ours=False)
        return self._write(found, Clarification(question=_said(question, Message("Write the question."))), officer)

    def refuse(self, request: str, grounds: Sequence[str], *, officer: str, part: str = "", note: str = "") -> Queued:
        """Refuse a request, or only the part that is named: the rest of it stays due."""
        found = self._awaited(request, ours=False)
        if not grounds:
            raise Refused(Message("A refusal needs a ground."))
        for ground in grounds:
            checked(self.instruments, REFUSAL_GROUND, ground)
        letter = Refusal(grounds=tuple(dict.fromkeys(grounds)), part=part.strip(), note=note.strip())
        return self._write(found, letter, officer)

    def delay(self, request: str, expected: Instant, reasons: str, *, officer: str, ground: str = "") -> Queued:
        """Give notice that the limit will not be kept, when the answer is expected, and why."""
        found = self._awaited(request, ours=False)
        allowed = self.departures(found)
        if not allowed:
            raise Refused(Message("The law that this request rests on does not allow departing from its time limit."))
        code = checked(self.instruments, DEPARTURE, ground or allowed[0]).id
        if found.deadline is None or expected <= max(self._clock(), found.deadline.due):
            raise Refused(
                Message("The answer is to be expected after the time limit ends; otherwise there is no delay.")
            )
        _said(reasons, Message("Give the reasons for the delay: the requesting centre must be told at once."))
        return self._write(found, Delay(ground=code, expected=expected, reasons=reasons), officer)

    def reply(self, request: str, *, to: str, more: bool = False) -> Reply:
        """The letter that goes with a share to `to` which answers this request."""
        found = self._awaited(request, ours=False)
        if found.peer != to:
            raise Refused(Message("This request is another centre's."), where=found.name)
        return Reply(more=more)

    def departures(self, request: Request) -> tuple[str, ...]:
        """What allows departing from the limit of a request, by its instrument."""
        instrument = self.instruments.get(request.facts.instrument)
        return tuple(entry.id for entry in instrument.lists.get(DEPARTURE, ())) if instrument else ()

    def basis(self, request: Request) -> str:
        """The legal basis of an answer; empty where the instrument has none."""
        name = f"{request.facts.instrument}/request"
        return name if name in self.instruments.bases else ""

    def purpose(self, request: Request) -> Purpose | None:
        """What the asking centre wants it for; None where that was erased, or is not known."""
        content = self._content(request.pieces[0])
        try:
            return Purpose(content.terms.purpose) if content else None
        except ValueError:
            return None

    # --- parts ---------------------------------------------------------------------------------

    def _awaited(self, request: str, *, ours: bool) -> Request:
        found = self.one(request)
        if found.ours is not ours:
            what = Message("This can only be done with a request of another centre.")
            raise Refused(Message("This can only be done with a request of our own.") if ours else what)
        # What waits for delivery can be taken back; the letters keep their order.
        if not found.open and not (ours and found.standing is Standing.SENDING):
            raise Refused(Message("This request is closed."), where=found.subject[:80])
        return found

    def _write(self, found: Request, letter: Letter, officer: str) -> Queued:
        return self._exchange.outbox.queue(
            Shipment(
                to=found.peer, kind=Kind.ANSWER, officer=officer, subject=found.subject, answers=found.id,
                letter=letter, terms=self._terms(found.facts.instrument),
            )
        )  # fmt: skip

    def _limit(self, ask: Ask) -> Limit:
        limit = self.instruments.limit(ask.instrument, ask.limit)
        if limit is None or limit.starts != "receipt":
            raise Refused(Message("There is no such time limit for requests."), where=f"{ask.instrument}/{ask.limit}")
        return limit

    def _terms(self, instrument: str, purpose: str = "", channel: str = "", urgency: str = "") -> Terms:
        found = self.instruments.get(instrument)
        basis = f"{instrument}/request"
        return Terms(
            purpose=str(purpose), basis=basis if basis in self.instruments.bases else "",
            instrument=f"{instrument}@{found.version}" if found else instrument, channel=channel, urgency=urgency,
        )  # fmt: skip

    def _folded(self, pieces: list[Piece]) -> Request | None:
        first = next((piece for piece in pieces if piece.kind == "request"), None)
        if first is None:
            return None
        rest = [piece for piece in pieces if piece is not first]
        known = {peer.centre: peer for peer in self._exchange.roster.peers()}
        peer = known.get(first.peer)
        country = peer.identity.country if peer else ""
        asked = country if first.ours else self._exchange.identity.public.country
        return folded(
            [first, *rest], name=peer.name if peer else first.peer[:12], country=country, zone=zone_of(asked),
            instruments=self.instruments, subject=self._subject(first),
        )  # fmt: skip

    def _subject(self, piece: Piece) -> str:
        if piece.bundle not in self._subjects:
            content = self._content(piece)
            if content is None:
                return ""
            self._subjects[piece.bundle] = content.subject
        return self._subjects[piece.bundle]

    def _content(self, piece: Piece) -> Content | None:
        try:
            if piece.ours:
                return self._exchange.outbox.copy(piece.bundle)
            return self._exchange.inbox.opened(piece.bundle).content
        except QrocError:
            return None  # erased


def _said(text: str, missing: Message) -> str:
    if not text.strip():
        raise Refused(missing)
    return text.strip()


def _count(ours: bool, instrument: str, limit: str, found: Sequence[Request], now: Instant) -> Count:
    closed = [r for r in found if r.closed_at is not None and r.standing is not Standing.CANCELLED]
    late = sum(request.late for request in closed)
    return Count(
        ours=ours, instrument=instrument, limit=limit, total=len(found),
        outcomes=dict(Counter(str(request.standing) for request in found)),
        grounds=dict(sorted(Counter(ground for request in found for ground in request.grounds).items())),
        in_time=len(closed) - late, late=late, overdue=sum(request.overdue(now) for request in found),
    )  # fmt: skip
