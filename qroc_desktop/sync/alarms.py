"""What somebody has to look at: refusals, unexpected keys, clocks that differ. Repetitions are counted."""

from __future__ import annotations

import msgspec

from qroc_desktop.domain.instant import Clock, Instant
from qroc_desktop.sync.audit import Action, Audit, Detail
from qroc_desktop.sync.database import Database

MOST_OPEN = 1000
"""A flood of junk fills no disk: beyond so many open alarms new ones are counted under one."""


class Alarm(msgspec.Struct, frozen=True, kw_only=True):
    """`code`: a refusal's, or `unexpected-key`, `clock`. `subject`: a bundle, or empty."""

    no: int
    code: str
    peer: str
    subject: str
    count: int
    first_at: Instant
    last_at: Instant


class Alarms:
    """The alarms of one exchange file."""

    def __init__(self, database: Database, clock: Clock, audit: Audit) -> None:
        self._database = database
        self._clock = clock
        self._audit = audit

    def sound(self, code: str, peer: str = "", subject: str = "") -> None:
        """Raise an alarm, or count it where it is open already."""
        now = self._clock()
        with self._database.writing() as connection:
            known = connection.execute(
                "UPDATE alarm SET count = count + 1, last_at = ?"
                " WHERE code = ? AND peer = ? AND subject = ? AND settled_by = ''",
                (now, code, peer, subject),
            ).rowcount
            if known:
                return
            many = connection.execute("SELECT count(*) FROM alarm WHERE settled_by = ''").fetchone()[0] >= MOST_OPEN
            if many and (peer or subject):
                self.sound(code)
                return
            connection.execute(
                "INSERT INTO alarm (code, peer, subject, count, first_at, last_at) VALUES (?, ?, ?, 1, ?, ?)",
                (code, peer, subject, now, now),
            )

    def sound_once(self, code: str, peer: str = "", subject: str = "") -> None:
        """Raise an alarm unless the same one was raised before, whether or not somebody has settled it since."""
        with self._database.writing() as connection:
            known = connection.execute(
                "SELECT 1 FROM alarm WHERE code = ? AND peer = ? AND subject = ?", (code, peer, subject)
            ).fetchone()
            if known is None:
                self.sound(code, peer, subject)

    def open(self) -> list[Alarm]:
        """Those that nobody has settled, the newest first."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT no, code, peer, subject, count, first_at, last_at FROM alarm WHERE settled_by = ''"
                " ORDER BY last_at DESC, no DESC"
            ).fetchall()
        return [
            Alarm(
                no=no,
                code=code,
                peer=peer,
                subject=subject,
                count=count,
                first_at=Instant(first),
                last_at=Instant(last),
            )
            for no, code, peer, subject, count, first, last in rows
        ]

    def settle(self, no: int, *, officer: str) -> None:
        """An officer has seen to it."""
        with self._database.writing() as connection:
            changed = connection.execute(
                "UPDATE alarm SET settled_by = ? WHERE no = ? AND settled_by = ''", (officer, no)
            ).rowcount
            if changed:
                self._audit.append(Action.ALARM_SETTLED, Detail(officer=officer, subject=f"alarm:{no}"))
