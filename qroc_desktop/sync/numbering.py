"""A new start of the numbers towards a peer, for a centre that went back to an older copy of its exchange file.

Such a centre gives numbers a second time. The peer refuses them, as it has to: they might be replays. It says in its
signed refusal which bundle of ours is the newest that it has. From that one an officer lets the numbers go on: what
was refused is numbered anew behind it. The peer accepts nothing that it would not have accepted before, and its chain
stays whole; what it has and we lost, it keeps.
"""

from __future__ import annotations

import sqlite3

import msgspec

from qroc_desktop.domain.instant import Clock, Instant
from qroc_desktop.errors import Message, Refused
from qroc_desktop.sync.alarms import Alarms
from qroc_desktop.sync.audit import Action, Audit, Detail
from qroc_desktop.sync.bundle import Acknowledgement, Answer
from qroc_desktop.sync.database import Database
from qroc_desktop.sync.outbox import Outbox
from qroc_desktop.sync.refusals import Code
from qroc_desktop.sync.roster import Roster

BEHIND = "numbers-behind"
"""The alarm."""
REFUSALS = frozenset({str(Code.SEQUENCE_REUSED), str(Code.CHAIN_BROKEN)})
"""Why a peer refuses numbers that it knows otherwise."""


class Position(msgspec.Struct, frozen=True, kw_only=True):
    """The newest bundle of ours that a peer has, by its signed word of `at` (its clock)."""

    seq: int
    bundle: str
    at: Instant


class Resynchronised(msgspec.Struct, frozen=True, kw_only=True):
    """after: number that the peer has as the newest. missing: how many bundles the peer has that we do not know.
    again: bundles that were numbered anew, new id by old id, in their order."""

    peer: str
    after: int
    missing: int
    again: dict[str, str]


class Numbering:
    """The numbers of one exchange file."""

    def __init__(
        self, database: Database, clock: Clock, roster: Roster, outbox: Outbox, audit: Audit, alarms: Alarms
    ) -> None:
        self._database = database
        self._clock = clock
        self._roster = roster
        self._outbox = outbox
        self._audit = audit
        self._alarms = alarms

    def note(self, answer: Acknowledgement) -> None:
        """Keep what a peer says about the newest bundle of ours. Whoever calls has checked the signature."""
        if answer.answer is not Answer.REFUSED or answer.code not in REFUSALS or not answer.last:
            return
        with self._database.writing() as connection:
            ours = connection.execute(
                "SELECT 1 FROM outbox WHERE peer = ? AND bundle = ?", (answer.sender, answer.bundle)
            ).fetchone()
            known = connection.execute(
                "SELECT 1 FROM outbox WHERE peer = ? AND bundle = ?", (answer.sender, answer.last)
            ).fetchone()
            if ours is None or known is not None:
                return
            # Its newest only grows: an older word of it that was kept back changes nothing.
            connection.execute(
                "INSERT INTO peer_position (peer, seq, bundle, at) VALUES (?, ?, ?, ?) ON CONFLICT (peer) DO UPDATE"
                " SET seq = excluded.seq, bundle = excluded.bundle, at = excluded.at WHERE excluded.seq > seq",
                (answer.sender, answer.seq, answer.last, answer.at),
            )
            self._alarms.sound(BEHIND, answer.sender)

    def ahead(self, peer: str) -> Position | None:
        """The newest bundle that a peer has of us and that we do not know; None where nothing says so."""
        with self._database.reading() as connection:
            return _ahead(connection, peer)

    def resynchronise(self, peer: str, *, officer: str, why: str) -> Resynchronised:
        """Go on behind what the peer has; what it refused is numbered anew, in its order.

        Raises Refused where the numbers agree, or where it is not an older copy of ours that they differ by.
        """
        name = officer.strip()
        if not name or not why.strip():
            raise Refused(Message("A new start of the numbers needs the name of an officer and a reason."))
        self._roster.active(peer)
        with self._database.writing() as connection:
            position = _ahead(connection, peer)
            if position is None:
                raise Refused(
                    Message("The numbers towards this centre agree, as far as it has said."),
                    where=self._roster.peer(peer).name,
                    action=Message("Only where it refuses a bundle for its number there is something to do."),
                )
            refused = self._refused(connection, peer)
            last = connection.execute(
                "SELECT coalesce(max(seq), 0) FROM outbox WHERE peer = ? AND seq < ?",
                (peer, refused[0][0] if refused else position.seq + 1),
            ).fetchone()[0]
            detail = Detail(
                officer=name,
                subject=peer,
                why=why,
                facts={"after": str(position.seq), "bundle": position.bundle, "missing": str(position.seq - last)},
            )
            self._audit.append(Action.PEER_CHANGED, detail)
            connection.execute(
                "INSERT INTO restart (peer, seq, bundle, at) VALUES (?, ?, ?, ?)",
                (peer, position.seq, position.bundle, self._clock()),
            )
            again = self._outbox.issue_again(connection, [bundle for _, bundle in refused])
            self._tell(peer, again, name, why)
        return Resynchronised(peer=peer, after=position.seq, missing=position.seq - last, again=again)

    def _tell(self, peer: str, again: dict[str, str], officer: str, why: str) -> None:
        """Write down what was numbered anew, and settle the alarms that were about it."""
        for before, after in again.items():
            facts = {"before": before}
            detail = Detail(officer=officer, subject=f"bundle:{after}", counterpart=peer, why=why, facts=facts)
            self._audit.append(Action.RELEASE, detail)
        for alarm in self._alarms.open():
            if alarm.peer == peer and (alarm.code == BEHIND or alarm.subject in again):
                self._alarms.settle(alarm.no, officer=officer)

    def _refused(self, connection: sqlite3.Connection, peer: str) -> list[tuple[int, str]]:
        """Number and id of the first bundle that was refused for its number, and of all after it."""
        rows = connection.execute(
            "SELECT seq, bundle, state, code FROM outbox WHERE peer = ? ORDER BY seq", (peer,)
        ).fetchall()
        first = next((seq for seq, _, state, code in rows if state == "stopped" and code in REFUSALS), None)
        after = [(seq, bundle, state) for seq, bundle, state, _ in rows if first is not None and seq >= first]
        if any(state == "stored" for _, _, state in after):
            raise Refused(
                Message("This centre has taken in later bundles of ours; the numbers differ by something else."),
                where=self._roster.peer(peer).name,
                action=Message("Call the centre and compare what it has; then revoke it and enrol it anew."),
            )
        return [(seq, bundle) for seq, bundle, _ in after]


def _ahead(connection: sqlite3.Connection, peer: str) -> Position | None:
    row = connection.execute(
        "SELECT seq, bundle, at FROM peer_position p WHERE peer = ?"
        " AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.peer = p.peer AND o.bundle = p.bundle)"
        " AND NOT EXISTS (SELECT 1 FROM restart r WHERE r.peer = p.peer AND r.seq >= p.seq)",
        (peer,),
    ).fetchone()
    return Position(seq=row[0], bundle=row[1], at=Instant(row[2])) if row else None
