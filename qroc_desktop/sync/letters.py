"""What centres write to each other about a request, and the index by which a request and all about it are found.

A request is answered by a share (a snapshot with a `Reply`), or by letters of their own: a question, a refusal of all
or of a part, a notice of delay; the asking centre explains, or takes the request back. Who may write what is checked at
the door, and so is every code: what this centre's instruments do not have is refused there, not shown as a riddle.
"""

from __future__ import annotations

import functools
import sqlite3
from collections.abc import Callable
from typing import Annotated, Final

import msgspec

from qroc_desktop.domain.instant import Instant
from qroc_desktop.policy.channels import DEPARTURE, REFUSAL_GROUND, URGENCY_GROUND, listed
from qroc_desktop.policy.instruments import Instruments, load
from qroc_desktop.sync.bundle import BundleId, Kind, Time
from qroc_desktop.sync.database import Database
from qroc_desktop.sync.refusals import Code, Rejected

Said = Annotated[str, msgspec.Meta(min_length=1, max_length=20_000, pattern=r"\S")]
Maybe = Annotated[str, msgspec.Meta(max_length=20_000)]
Name = Annotated[str, msgspec.Meta(pattern="^[a-z0-9][a-z0-9.-]{0,63}$")]
Perhaps = Annotated[str, msgspec.Meta(pattern="^([a-z0-9][a-z0-9.-]{0,63})?$")]


class _Letter(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, tag_field="letter"
):
    """What all letters share."""


class Ask(_Letter, frozen=True, kw_only=True, tag="request"):
    """A request, with the fields of Directive (EU) 2023/977 article 4(5).

    instrument, limit: by which time limit of which instrument it is to be answered. urgency: the ground, where that
    limit is an urgent one. link_with_person: empty where nobody is asked about.
    """

    requested_information: Said
    purpose_facts_offence: Said
    reasons_it_is_there: Said
    instrument: Name
    limit: Name
    link_with_person: Maybe = ""
    urgency: Perhaps = ""
    urgency_reason: Maybe = ""
    use_restrictions: Maybe = ""


class Clarification(_Letter, frozen=True, kw_only=True, tag="clarification"):
    """The asked centre needs to know more."""

    question: Said


class Explanation(_Letter, frozen=True, kw_only=True, tag="explanation"):
    """The asking centre says more."""

    text: Said


class Reply(_Letter, frozen=True, kw_only=True, tag="answer"):
    """Goes with a share that answers a request. more: more will follow, and the time goes on."""

    more: bool = False


class Refusal(_Letter, frozen=True, kw_only=True, tag="refusal"):
    """A refusal with its grounds. part: what of the request is refused; empty for all of it."""

    grounds: Annotated[tuple[Name, ...], msgspec.Meta(min_length=1, max_length=11)]
    part: Maybe = ""
    note: Maybe = ""


class Delay(_Letter, frozen=True, kw_only=True, tag="delay"):
    """Notice that the limit will not be kept. ground: what allows that; expected: when the answer is expected."""

    ground: Name
    expected: Time
    reasons: Said


class Cancellation(_Letter, frozen=True, kw_only=True, tag="cancellation"):
    """The asking centre needs no answer any more."""

    why: Said


Letter = Ask | Clarification | Explanation | Reply | Refusal | Delay | Cancellation
_BY_THE_ASKING: Final = ("explanation", "cancellation")


class Facts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The codes of a letter, without a word of what it says: deadlines and statistics outlive its erasure."""

    instrument: str = ""
    limit: str = ""
    urgency: str = ""
    grounds: tuple[str, ...] = ()
    part: bool = False
    more: bool = False
    expected: Instant | None = None


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """One letter of a thread. at: when we recorded it, or got it. created: by its writer's clock.

    arrived: of ours, when the peer said first that it has it, by its clock and never later than by ours.
    """

    bundle: str
    request: str
    kind: str
    ours: bool
    peer: str
    officer: str
    created: Instant
    at: Instant
    arrived: Instant | None
    state: str
    code: str
    withdrawn: bool
    facts: Facts


def tag_of(letter: Letter) -> str:
    """Its name in the index: `request`, `clarification`, `explanation`, `answer`, `refusal`, `delay`, ..."""
    return str(letter.__struct_config__.tag)


def facts_of(letter: Letter) -> Facts:
    """The codes of a letter."""
    match letter:
        case Ask():
            return Facts(instrument=letter.instrument, limit=letter.limit, urgency=letter.urgency)
        case Refusal():
            return Facts(grounds=letter.grounds, part=bool(letter.part.strip()))
        case Delay():
            return Facts(expected=Instant(letter.expected))
        case Reply():
            return Facts(more=letter.more)
        case _:
            return Facts()


def words_of(letter: Letter) -> str:
    """What it says in its writer's words, for the logbook."""
    match letter:
        case Ask():
            return letter.requested_information
        case Clarification():
            return letter.question
        case Explanation():
            return letter.text
        case Refusal():
            return " - ".join(part for part in (letter.part, letter.note, ", ".join(letter.grounds)) if part)
        case Delay():
            return letter.reasons
        case Cancellation():
            return letter.why
        case Reply():
            return ""


def check_form(kind: Kind, letter: Letter | None, answers: BundleId) -> None:
    """Whether a letter is in a bundle of its kind. Raises Rejected with BAD_CONTENT."""
    if letter is None:
        # What a bundle answers is said by a letter, so that it is read by everybody in the same way.
        wrong = kind in (Kind.REQUEST, Kind.ANSWER)
    elif isinstance(letter, Ask):
        wrong = kind is not Kind.REQUEST or bool(answers)
    elif isinstance(letter, Reply):
        wrong = kind is not Kind.SNAPSHOT or not answers
    else:
        wrong = kind is not Kind.ANSWER or not answers
    if wrong:
        raise Rejected(Code.BAD_CONTENT)


class Codes:
    """Checks the codes of letters by the instruments, which are read when the first letter is met."""

    def __init__(self, instruments: Callable[[], Instruments] = load) -> None:
        self._instruments = functools.cache(instruments)

    def check(self, letter: Letter) -> None:
        """Raises Rejected with UNKNOWN_CODE."""
        match letter:
            case Ask():
                known = self._knows_limit(letter)
            case Refusal():
                known = all(self._has(REFUSAL_GROUND, ground) for ground in letter.grounds)
            case Delay():
                known = self._has(DEPARTURE, letter.ground)
            case _:
                known = True
        if not known:
            raise Rejected(Code.UNKNOWN_CODE)

    def _knows_limit(self, ask: Ask) -> bool:
        limit = self._instruments().limit(ask.instrument, ask.limit)
        if limit is None or limit.starts != "receipt":
            return False
        if not limit.urgent:
            return not ask.urgency
        return bool(ask.urgency_reason.strip()) and self._has(URGENCY_GROUND, ask.urgency)

    def _has(self, name: str, code: str) -> bool:
        return any(entry.id == code for entry in listed(self._instruments(), name))


def file(connection: sqlite3.Connection, bundle: str, letter: Letter, answers: str, *, ours: bool) -> None:
    """Index a letter, in the transaction that records its bundle. A second time changes nothing."""
    connection.execute(
        "INSERT OR IGNORE INTO letter (bundle, request, kind, ours, facts, no) VALUES (?, ?, ?, ?, ?, 0)",
        (bundle, answers or bundle, tag_of(letter), ours, msgspec.json.encode(facts_of(letter))),
    )
    if ours:
        count(connection, bundle)


def count(connection: sqlite3.Connection, bundle: str) -> None:
    """From now on this letter counts, after all that count already. Nothing happens for what is no letter."""
    connection.execute(
        "UPDATE letter SET no = (SELECT max(no) + 1 FROM letter) WHERE bundle = ? AND no = 0", (bundle,)
    )


def fits(connection: sqlite3.Connection, bundle: str, peer: str) -> bool:
    """Whether a letter that came in belongs to a request between us and its sender, and is the sender's to write."""
    row = connection.execute("SELECT request, kind FROM letter WHERE bundle = ? AND NOT ours", (bundle,)).fetchone()
    if row is None or row[1] == "request":
        return True
    request, kind = row
    if kind in _BY_THE_ASKING:
        asked = connection.execute(
            "SELECT 1 FROM inbox WHERE bundle = ? AND peer = ? AND kind = 'request' AND state IN ('stored', 'applied')",
            (request, peer),
        )
    else:
        asked = connection.execute(
            "SELECT 1 FROM outbox WHERE bundle = ? AND peer = ? AND kind = 'request'", (request, peer)
        )
    return asked.fetchone() is not None


class Letters:
    """Reads the index of one exchange file."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def pieces(self, request: str | None = None) -> list[Piece]:
        """All letters that count, in the order in which they came to count here; of one request, or of all."""
        with self._database.reading() as connection:
            rows = connection.execute(_PIECES, {"request": request}).fetchall()
        return [_piece(row) for row in rows]


_PIECES = """
SELECT l.bundle, l.request, l.kind, 1, o.peer, o.officer, o.created, o.created, o.arrived, o.state, o.code,
    EXISTS (SELECT 1 FROM outbox w WHERE w.replaces = o.bundle AND w.kind = 'withdrawal'), l.facts, l.no
FROM letter l JOIN outbox o ON o.bundle = l.bundle
WHERE l.ours AND (:request IS NULL OR l.request = :request)
UNION ALL
SELECT l.bundle, l.request, l.kind, 0, i.peer, '', i.created, i.received_at, NULL, i.state, i.code,
    EXISTS (SELECT 1 FROM inbox w WHERE w.replaces = i.bundle AND w.peer = i.peer AND w.kind = 'withdrawal'
        AND w.state IN ('stored', 'applied')), l.facts, l.no
FROM letter l JOIN inbox i ON i.bundle = l.bundle
WHERE NOT l.ours AND i.state IN ('stored', 'applied') AND (:request IS NULL OR l.request = :request)
ORDER BY 14
"""


def _piece(row: tuple[object, ...]) -> Piece:
    names = (
        "bundle", "request", "kind", "ours", "peer", "officer", "created", "at", "arrived", "state", "code",
        "withdrawn",
    )  # fmt: skip
    values = dict(zip(names, row, strict=False))
    values["ours"], values["withdrawn"] = bool(values["ours"]), bool(values["withdrawn"])
    return msgspec.convert({**values, "facts": msgspec.json.decode(_bytes(row[12]), type=Facts)}, Piece)


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()
