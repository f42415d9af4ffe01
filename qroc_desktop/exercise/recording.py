"""The record of a run: one file with the scenario, every event in a chain of hashes, and keyframes.

    meta(name, value)            scenario and its handbooks, seed of the run's names, parent of a fork
    medium(name, data)           the media of the scenario package
    event(seq, t, data, chain)   chain = SHA-256(chain before | seq | t | data)
    keyframe(seq, t, data, digest)
    control(seq, wall, reading)  what was done to the clock; never folded into the state
    pulse                        the clock as it was last shown
    team_file, team_file_piece   files of items that teams have attached (`team_files.py`)

Only the newest row of `pulse` is ever written over. A commit of events is on the disk before it is shown.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import sqlite3
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Self

import msgspec

from qroc_desktop.domain.instant import Instant
from qroc_desktop.errors import Damaged, Message, Refused
from qroc_desktop.exercise.clock import Reading
from qroc_desktop.exercise.edit_log import EditLog
from qroc_desktop.exercise.events import Edited, Event, decoded, encoded
from qroc_desktop.exercise.run_file import gone, not_made, told
from qroc_desktop.exercise.scenario import Scenario
from qroc_desktop.exercise.team_files import SCHEMA as FILES
from qroc_desktop.exercise.team_files import Shelf
from qroc_desktop.exercise.versions import brought_up
from qroc_desktop.exercise.world import Ground, World, unpacked
from qroc_desktop.store.connections import reading_connection, uri, writing_connection
from qroc_desktop.store.faults import identity

APPLICATION_ID: Final = 0x51524F45  # "QROE"
KEYFRAME_EVERY_MS: Final = 60_000
KEYFRAME_EVERY_EVENTS: Final = 500
VERSION: Final = 6
"""Of what a record holds. A keyframe's hash is over the whole state, so that each new part of it is a new version."""
_OLDEST: Final = 3
"""A record of version 3 has no edits, one of version 4 no files of items, one of version 5 no emergency that ended by
branching off; they are of this version in all else."""
_EDIT: Final = b'{"e":"edited"'
_IS_EDIT: Final = f"substr(data, 1, {len(_EDIT)}) = x'{_EDIT.hex()}'"
_EDIT_INDEX: Final = f"CREATE INDEX IF NOT EXISTS event_edit ON event (seq) WHERE {_IS_EDIT}"
_SQLITE: Final = b"SQLite format 3\0"
_SCHEMA: Final = f"""
PRAGMA application_id = {APPLICATION_ID};
PRAGMA user_version = {VERSION};
CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE medium (name TEXT PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE event (seq INTEGER PRIMARY KEY, t INTEGER NOT NULL, data BLOB NOT NULL, chain BLOB NOT NULL);
CREATE INDEX event_t ON event (t, seq);
CREATE TABLE keyframe (seq INTEGER PRIMARY KEY, t INTEGER NOT NULL, data BLOB NOT NULL, digest TEXT NOT NULL);
CREATE INDEX keyframe_t ON keyframe (t, seq);
CREATE TABLE control (seq INTEGER PRIMARY KEY, wall INTEGER NOT NULL, reading BLOB NOT NULL);
CREATE TABLE pulse (one INTEGER PRIMARY KEY CHECK (one = 1), reading BLOB NOT NULL);
{_EDIT_INDEX};
{FILES}"""
_reading = msgspec.json.Decoder(Reading)


class Fork(msgspec.Struct, frozen=True, kw_only=True):
    """Where a run branched off another. `t`: scenario milliseconds. `chain`: the other's chain there, hexadecimal."""

    file: str
    t: int
    chain: str


class Recording:
    """An open run file. One program at a time writes it; `services/exercise/runs.py` holds the lock."""

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        """Raises Refused or Damaged, in one clear line, where there is no run file that can be used.

        read_only: for looking at a run, also while another program conducts it.
        """
        self.path = path
        with told(path):
            examine(path)
            self._connection = reading_connection(path) if read_only else writing_connection(path)
            if not read_only:
                self._bring_up()
        # A run that was begun with an older version goes on with what that version meant.
        self.scenario = msgspec.convert(brought_up(msgspec.json.decode(self._meta("scenario"))), Scenario)
        self.secret = self._meta("secret")
        self._pulsed: Reading | None = None
        self._edits = EditLog()
        self._edits_at: dict[str, list[int]] = {}
        self._edits_until = 0
        self._identity = identity(path)
        self.ground = Ground(self.scenario)
        self.files = Shelf(self._looking, self._writing, str(path))

    @classmethod
    def create(
        cls,
        path: Path,
        scenario: Scenario,
        *,
        fork: Fork | None = None,
        secret: bytes | None = None,
        media: Mapping[str, bytes] | None = None,
        handbooks: Mapping[str, str] | None = None,
    ) -> Self:
        """A new run of a scenario with its media and handbooks by name. Raises Refused where there is a file of that
        name."""
        meta = {"scenario": msgspec.json.encode(scenario), "secret": secret or secrets.token_bytes(32)}
        if fork is not None:
            meta["fork"] = msgspec.json.encode(fork)
        if handbooks:
            meta["handbooks"] = msgspec.json.encode(handbooks)
        _make(path, meta, media or {})
        return cls(path)

    @property
    def forked(self) -> Fork | None:
        """Where this run branched off another, if it did."""
        value = self._meta("fork", b"null")
        return msgspec.json.decode(value, type=Fork | None)

    # --- writing ---------------------------------------------------------------------------------

    def append(self, events: Sequence[Event], world: World, *, taken: int | None = None) -> None:
        """Record events that are already folded into `world`; a keyframe with them where one is due. `taken`: the
        number under which the intake has what they come from; see there."""
        if not events:
            return
        with self._writing():
            if taken is not None:
                self._connection.execute("REPLACE INTO meta VALUES ('taken', ?)", (b"%d" % taken,))
            seq, chain = self._tip()
            for event in events:
                seq += 1
                data = encoded(event)
                chain = linked(chain, seq, event.t, data)
                self._connection.execute("INSERT INTO event VALUES (?, ?, ?, ?)", (seq, event.t, data, chain))
            self._frame(seq, world)

    def frame(self, world: World) -> None:
        """A keyframe where one is due, though nothing happened. It can be made anew: nobody waits for the disk."""
        with self._unhurried(), self._writing():
            self._frame(self._tip()[0], world)

    def control(self, reading: Reading, wall: Instant) -> None:
        """The clock was commanded."""
        data = msgspec.json.encode(reading)
        self._require_file()
        with told(self.path, writing=True):
            self._connection.execute("INSERT INTO control (wall, reading) VALUES (?, ?)", (wall, data))
        self.pulse(reading)

    def pulse(self, reading: Reading) -> None:
        """The clock as it is about to be shown, so that a crash resumes there. Survives the end of the process."""
        self._require_file()
        if reading == self._pulsed:
            return
        with self._unhurried():
            self._connection.execute("REPLACE INTO pulse VALUES (1, ?)", (msgspec.json.encode(reading),))
        self._pulsed = reading

    # --- reading ---------------------------------------------------------------------------------

    def last_reading(self) -> Reading | None:
        """The clock as it was last shown."""
        row = self._one("SELECT reading FROM pulse")
        return _reading.decode(row[0]) if row else None

    def taken(self) -> int:
        """The number of what seats said that was recorded last; 0 where nothing was."""
        return int(self._meta("taken", b"0"))

    def reached(self) -> int:
        """How far it was played, in scenario milliseconds."""
        reading = self.last_reading()
        return reading.t if reading is not None else 0

    def controls(self) -> list[tuple[Instant, Reading]]:
        """What was done to the clock, in order: by wall clock, and how it stood after each command."""
        with told(self.path):
            rows = self._connection.execute("SELECT wall, reading FROM control ORDER BY seq").fetchall()
        return [(Instant(wall), _reading.decode(reading)) for wall, reading in rows]

    def events(self, after: int = 0, until: int | None = None) -> Iterator[tuple[int, Event]]:
        """(seq, event) of those recorded after `seq`, up to and with scenario time `until`."""
        most = 2**62 if until is None else until
        with told(self.path):
            for seq, data in self._connection.execute(
                "SELECT seq, data FROM event WHERE seq > ? AND t <= ? ORDER BY seq", (after, most)
            ):
                yield seq, decoded(data)

    def world(self, t: int) -> World:
        """The state at an instant, from the keyframe before it and the events since."""
        with told(self.path):
            row = self._one("SELECT seq, t, data FROM keyframe WHERE t <= ? ORDER BY t DESC, seq DESC LIMIT 1", t)
        if row is None:
            return World(self.ground).take_all((event for _, event in self.events(until=t)), t)
        start = unpacked(self.ground, row[1], row[2], self._edited(row[0]))
        return start.take_all((event for _, event in self.events(after=row[0], until=t)), t)

    def medium(self, name: str) -> bytes | None:
        """A medium of the scenario package, None where it has none of that name."""
        row = self._one("SELECT data FROM medium WHERE name = ?", name)
        return None if row is None else bytes(row[0])

    def media(self) -> dict[str, bytes]:
        """All of them."""
        with told(self.path):
            return {name: bytes(data) for name, data in self._connection.execute("SELECT name, data FROM medium")}

    def handbooks(self) -> dict[str, str]:
        """The texts of the scenario's handbooks by file name, for the directing staff alone."""
        return msgspec.json.decode(self._meta("handbooks", b"{}"), type=dict[str, str])

    def chain(self) -> str:
        """The newest hash of the record, hexadecimal."""
        return self._tip()[1].hex()

    def verify(self) -> int:
        """Look at every hash, keyframe and file; how many events there are. Raises Damaged at the first that is off."""
        chain, count, world = b"", 0, World(self.ground)
        frames = iter(self._connection.execute("SELECT seq, t, digest FROM keyframe ORDER BY seq, t").fetchall())
        frame = next(frames, None)
        for seq, t, data, held in self._connection.execute("SELECT seq, t, data, chain FROM event ORDER BY seq"):
            while frame is not None and frame[0] < seq:
                self._check(world, frame)
                frame = next(frames, None)
            count += 1
            chain = linked(chain, seq, t, data) if isinstance(data, bytes) else b""
            if seq != count or chain != held or t < world.t:
                raise Damaged(Message("The record of the run was changed or cut."), where=f"{self.path}: {seq}")
            world.take(decoded(data))
        while frame is not None:
            self._check(world, frame)
            frame = next(frames, None)
        self.files.verify()
        return count

    def close(self) -> None:
        """Close the file; it stays as it was committed."""
        self._connection.close()

    # --- parts -----------------------------------------------------------------------------------

    def _bring_up(self) -> None:
        if self._one("PRAGMA user_version") != (VERSION,):
            self._connection.executescript(f"{_EDIT_INDEX};{FILES}")
            self._connection.execute(f"PRAGMA user_version = {VERSION}")

    def _edited(self, until: int) -> EditLog:
        """The edits up to and with a seq. Nothing that was recorded changes, so that each is read once."""
        if self._edits_until < until:
            with told(self.path):
                rows = self._connection.execute(
                    f"SELECT seq, data FROM event WHERE {_IS_EDIT} AND seq > ? AND seq <= ? ORDER BY seq",  # noqa: S608
                    (self._edits_until, until),
                ).fetchall()
            for seq, event in [(seq, decoded(data)) for seq, data in rows]:
                if isinstance(event, Edited):
                    self._edits.take(event)
                    self._edits_at.setdefault(event.team, []).append(seq)
            self._edits_until = until
        return self._edits.first({team: bisect_right(seqs, until) for team, seqs in self._edits_at.items()})

    def _check(self, world: World, frame: tuple[int, int, str]) -> None:
        world.t = frame[1]
        if world.digest() != frame[2]:
            raise Damaged(Message("A keyframe of the run does not fit its record."), where=f"{self.path}: {frame[0]}")

    def _frame(self, seq: int, world: World) -> None:
        row = self._one("SELECT seq, t FROM keyframe ORDER BY t DESC, seq DESC LIMIT 1") or (0, 0)
        if seq - row[0] >= KEYFRAME_EVERY_EVENTS or world.t - row[1] >= KEYFRAME_EVERY_MS:
            self._connection.execute(
                "REPLACE INTO keyframe VALUES (?, ?, ?, ?)", (seq, world.t, world.packed(), world.digest())
            )

    def _tip(self) -> tuple[int, bytes]:
        row = self._one("SELECT seq, chain FROM event ORDER BY seq DESC LIMIT 1")
        return (row[0], row[1]) if row else (0, b"")

    def _meta(self, name: str, default: bytes | None = None) -> bytes:
        row = self._one("SELECT value FROM meta WHERE name = ?", name)
        if row is None and default is None:
            raise Damaged(Message("The file of the run lacks a part."), where=f"{self.path}: {name}")
        return bytes(row[0]) if row else default or b""

    def _one(self, question: str, *values: object) -> tuple[Any, ...] | None:
        with told(self.path):
            row: tuple[Any, ...] | None = self._connection.execute(question, values).fetchone()
        return row

    def _require_file(self) -> None:
        """A file that was deleted or replaced would take a record that nobody ever finds again."""
        if identity(self.path) != self._identity:
            raise gone(self.path)

    @contextmanager
    def _unhurried(self) -> Iterator[None]:
        """What is written within survives the end of the process, and a power cut only once it has come to the disk.

        Not OFF: then a checkpoint would not wait for the disk either, and a power cut could cost what was committed.
        """
        with told(self.path, writing=True):
            self._connection.execute("PRAGMA synchronous = NORMAL")
            try:
                yield
            finally:
                self._connection.execute("PRAGMA synchronous = FULL")

    @contextmanager
    def _looking(self) -> Iterator[sqlite3.Connection]:
        with told(self.path):
            yield self._connection

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction, committed at the end and undone by an exception."""
        with told(self.path, writing=True):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._require_file()
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:  # a full disk has ended it already
                    self._connection.execute("ROLLBACK")
                raise


def linked(chain: bytes, seq: int, t: int, data: bytes) -> bytes:
    """The hash of an event and all before it."""
    return hashlib.sha256(b"%b|%d|%d|%b" % (chain, seq, t, data)).digest()


def examine(path: Path) -> None:
    """Raises Refused or Damaged where a path is no run file that this program can use."""
    if not path.is_file():
        raise Refused(Message("There is no such file."), where=str(path))
    with path.open("rb") as file:
        head = file.read(len(_SQLITE))
    if head and head != _SQLITE:
        raise Refused(Message("This file is no recording of an exercise."), where=str(path))
    with sqlite3.connect(uri(path, "ro"), uri=True) as connection:
        kind = connection.execute("PRAGMA application_id").fetchone()[0]
        version = connection.execute("PRAGMA user_version").fetchone()[0]
    connection.close()
    if kind != APPLICATION_ID:
        raise Refused(Message("This file is no recording of an exercise."), where=str(path))
    if version > VERSION:
        raise Refused(Message("The recording was made by a newer version of this program."), where=str(path))
    if version < _OLDEST:
        raise Refused(
            Message("The recording was made by an older version of this program, before the first release."),
            where=str(path),
            action=Message("Make a new run of the scenario."),
        )


def _make(path: Path, meta: Mapping[str, bytes], media: Mapping[str, bytes]) -> None:
    rough = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        if path.parent.is_dir():
            _touch(rough, path)
        with told(path):
            connection = sqlite3.connect(rough, isolation_level=None)
            try:
                connection.executescript(_SCHEMA)
                connection.execute("BEGIN")
                connection.executemany("INSERT INTO meta VALUES (?, ?)", meta.items())
                connection.executemany("INSERT INTO medium VALUES (?, ?)", sorted(media.items()))
                connection.execute("COMMIT")
            finally:
                connection.close()
            try:
                os.link(rough, path)
            except FileExistsError as error:
                raise Refused(Message("There is a file of that name already."), where=str(path)) from error
    finally:
        rough.unlink(missing_ok=True)


def _touch(rough: Path, path: Path) -> None:
    """Of a place that takes no files SQLite would say that the file is not there any more."""
    try:
        rough.touch(exist_ok=False)
    except FileNotFoundError as error:
        raise not_made(path, error) from error
    except OSError:
        return  # SQLite says why
