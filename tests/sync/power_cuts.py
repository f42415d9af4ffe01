"""Two centres whose machines lose power at any moment; a ledger of what was acknowledged before decides.

A child process does what an officer, a window and a node do, with the real exchange on a recorded disk, and notes in
the record whatever it was told is done. For each cut the files are put together as they may lie on the disk, opened
with the real program and held against the ledger; then the two go on from there until everything is delivered.
"""

from __future__ import annotations

import contextlib
import random
import shutil
import sqlite3
from collections import Counter
from pathlib import Path

import msgspec

from qroc_desktop.sync.bundle import Answer
from qroc_desktop.sync.content import attached
from qroc_desktop.sync.delivery import deliver
from qroc_desktop.sync.encoding import sha256
from qroc_desktop.sync.exchange import Exchange, Taken
from qroc_desktop.sync.verifying import verify
from tests.fakes import power
from tests.sync.building import Centre, befriended, connected, incident, way
from tests.sync.children import Child

NAMES = ("Noord", "Süd")

Pair = tuple[Centre, Centre]


class Report(msgspec.Struct, kw_only=True):
    """cuts: how many. acknowledged: things told as done before them, all cuts together. lost: of these, not there
    afterwards. damaged: cuts after which a file or a chain was not whole. twice, undelivered: bundles, after the two
    went on. examples: the first faults, for people."""

    cuts: int = 0
    acknowledged: int = 0
    lost: int = 0
    damaged: int = 0
    twice: int = 0
    undelivered: int = 0
    examples: list[str] = []

    @property
    def good(self) -> bool:
        return not (self.lost or self.damaged or self.twice or self.undelivered)

    def fault(self, kind: str, what: str) -> None:
        setattr(self, kind, getattr(self, kind) + 1)
        if len(self.examples) < 5:
            self.examples.append(f"{kind}: {what}")


class Work:
    """What the child does, step after step, by chance."""

    def __init__(self, pair: Pair, chance: random.Random, synchronous: str) -> None:
        self._centres = pair
        self._chance = chance
        self._synchronous = synchronous
        self._recorder = power.Recorder()
        self._hub = connected()
        for centre in pair:
            self._open(centre)
            self._hub.attach(centre.id, lambda data, carrier, at=centre: self._receive(at, data, carrier))  # type: ignore[misc]

    def run(self, steps: int) -> bytes:
        """The record of so many steps. It ends in the middle, as any day does: nothing is closed."""
        for _ in range(steps):
            self._chance.choice((self._send, self._send, self._carry, self._carry, self._use, self._restart))()
        return self._recorder.to_bytes()

    def _open(self, centre: Centre) -> None:
        exchange = centre.reopen()
        with exchange.database._turn:
            exchange.database._connection.execute(f"PRAGMA synchronous = {self._synchronous}")
            # Where files are smaller than in a real day what comes to the end of the log comes more often.
            exchange.database._connection.execute("PRAGMA wal_autocheckpoint = 60")

    def _done(self, centre: Centre, what: str, subject: str) -> None:
        self._recorder.acknowledge(centre.path.name, what, subject)

    def _receive(self, centre: Centre, data: bytes, carrier: str | None) -> Taken:
        taken = centre.exchange.receive(data, carrier)
        if taken.answer is Answer.STORED:
            self._done(centre, "stored", taken.bundle)
        return taken

    def _send(self) -> None:
        sender, recipient = self._chance.sample(self._centres, 2)
        data = self._chance.randbytes(self._chance.choice((10, 3_000, 40_000)))
        entry = attached(data, "a.bin", "application/octet-stream")
        item = incident("item", f"Ereignis {self._chance.random()}")
        queued = sender.sends(recipient, item, attachments=(entry,), files={entry.sha256: data})
        self._done(sender, "queued", f"{queued.bundle} {queued.seq} {entry.sha256}")

    def _carry(self) -> None:
        sender = self._chance.choice(self._centres)
        before = {row.bundle for row in sender.exchange.dispatch.board(own=True) if row.state == "stored"}
        deliver(sender.exchange, lambda _: way(self._hub, sender))
        for row in sender.exchange.dispatch.board(own=True):
            if row.state == "stored" and row.bundle not in before:
                self._done(sender, "delivered", row.bundle)

    def _use(self) -> None:
        reader = self._chance.choice(self._centres)
        for row in reader.exchange.inbox.pending():
            reader.exchange.inbox.applied(row.bundle)
            self._done(reader, "applied", row.bundle)
            if self._chance.random() < 0.5:
                reader.exchange.inbox.read(row.bundle, officer="Carla")
                self._done(reader, "read", row.bundle)

    def _restart(self) -> None:
        if self._chance.random() < 0.3:
            self._open(self._chance.choice(self._centres))


def run(folder: Path, *, rounds: int, steps: int, cuts: int, seed: int = 1, synchronous: str = "FULL") -> Report:
    """So many rounds of work with cuts in each. A round begins on files that a cut of the round before has left."""
    chance, report = random.Random(seed), Report()
    folder.mkdir()
    pair = _made(folder / "first")
    for number in range(rounds):
        base, record_path = pair[0].path.parent, folder / f"record-{number}"
        shutil.copytree(base, folder / f"base-{number}")

        def work(number: int = number, record_path: Path = record_path, here: Pair = pair) -> str:
            record_path.write_bytes(Work(here, random.Random(seed * 1000 + number), synchronous).run(steps))
            return "done"

        code, said = Child(work).ended()
        if (code, said) != (0, "done"):
            raise AssertionError(f"the work ended with {code}")
        record = power.events(record_path.read_bytes())
        shutil.rmtree(base)
        shutil.copytree(folder / f"base-{number}", base)
        keep = chance.randrange(cuts)
        following = folder / f"round-{number + 1}"
        for cut, (point, acknowledged, write) in enumerate(power.cuts(base, record, cuts, chance)):
            with power.quick_folder() as target:
                write(target)
                if cut == keep:
                    shutil.copytree(target, following)
                at = f"seed {seed}, round {number}, event {point} of {len(record)}"
                judge(target, pair, acknowledged, report, at)
        pair = _moved(pair, following)
    return report


def judge(folder: Path, pair: Pair, told: list[power.Acknowledged], report: Report, at: str) -> None:
    """Hold the files of one cut against what had been acknowledged before it."""
    report.cuts += 1
    report.acknowledged += len(told)
    here = _moved(pair, folder)
    for centre in here:
        if (fault := _not_whole(centre.path)) or verify(centre.path).findings:
            report.fault("damaged", f"{at}: {centre.path.name}: {fault or 'the audit log'}")
            return
    with contextlib.ExitStack() as stack:
        for centre in here:
            centre.exchange = stack.enter_context(Exchange(centre.path, centre.identity, centre.clock))
        files = {}
        disclosed = {centre.id: _disclosed(centre.exchange) for centre in here}
        for entry in told:
            centre = next(one for one in here if one.path.name == entry.who)
            if entry.what == "queued":
                files[entry.subject.split()[0]] = entry.subject.split()[2]
            if not _there(centre.exchange, entry, disclosed[centre.id]):
                report.fault("lost", f"{at}: {entry.who}: {entry.what} {entry.subject[:16]}")
        _go_on(here, files, report, at)


def _disclosed(exchange: Exchange) -> Counter[str]:
    entries = exchange.audit.entries(count=1_000_000)
    return Counter(entry.detail.subject for entry in entries if entry.detail and entry.action == "disclosure")


def _there(exchange: Exchange, entry: power.Acknowledged, disclosed: Counter[str]) -> bool:
    """Whether what was acknowledged is in the file, asked of SQLite itself and not of the program."""
    questions = {
        "queued": "SELECT count(*) FROM outbox WHERE bundle = ? AND seq = ?"
        " AND EXISTS (SELECT 1 FROM decision d WHERE d.bundle = outbox.bundle)",
        "delivered": "SELECT count(*) FROM outbox WHERE bundle = ? AND state = 'stored'",
        "stored": "SELECT count(*) FROM inbox WHERE bundle = ? AND state IN ('stored', 'applied')",
        "applied": "SELECT count(*) FROM inbox WHERE bundle = ? AND state = 'applied'",
        "read": "SELECT count(*) FROM reading WHERE bundle = ?",
    }
    subject = entry.subject.split()[: 2 if entry.what == "queued" else 1]
    with exchange.database.reading() as connection:
        found = connection.execute(questions[entry.what], subject).fetchone()[0] == 1
    return found and (entry.what != "queued" or disclosed[f"bundle:{subject[0]}"] == 1)


def _go_on(here: Pair, files: dict[str, str], report: Report, at: str) -> None:
    """The power is back: deliver what is left, each once, in one unbroken chain, with what it held."""
    hub = connected(*here)
    for _ in range(8):
        for centre in here:
            centre.clock.forward(600)
        if not sum(deliver(centre.exchange, lambda _, at=centre: way(hub, at)).sent for centre in here):  # type: ignore[misc]
            break
    for sender, recipient in (here, here[::-1]):
        with sender.exchange.database.reading() as out, recipient.exchange.database.reading() as into:
            sent = out.execute("SELECT seq, bundle FROM outbox ORDER BY seq").fetchall()
            came = into.execute("SELECT seq, bundle FROM inbox WHERE state <> 'waiting' ORDER BY seq").fetchall()
        if sent != came or [seq for seq, _ in sent] != list(range(1, len(sent) + 1)):
            report.fault("undelivered", f"{at}: {len(came)} of {len(sent)} from {sender.name}")
        report.twice += sum(count > 1 for count in Counter(bundle for _, bundle in came).values())
        for bundle in set(files) & {bundle for _, bundle in came}:
            opened = recipient.exchange.inbox.opened(bundle)
            if [sha256(data) for data in opened.files.values()] != [files[bundle]]:
                report.fault("damaged", f"{at}: what was in {bundle[:16]}")


def _not_whole(path: Path) -> str:
    try:
        with contextlib.closing(sqlite3.connect(path)) as connection:
            said = str(connection.execute("PRAGMA integrity_check").fetchone()[0])
    except sqlite3.Error as error:
        return str(error)
    return "" if said == "ok" else said


def _made(folder: Path) -> Pair:
    folder.mkdir()
    one, other = befriended(folder, *NAMES)
    for centre in (one, other):
        centre.exchange.close()
    return one, other


def _moved(pair: Pair, folder: Path) -> Pair:
    """The same centres with their files elsewhere; closed."""

    def moved(centre: Centre) -> Centre:
        there = Centre.__new__(Centre)
        there.name, there.clock, there.identity = centre.name, centre.clock, centre.identity
        there.path, there.exchange = folder / centre.path.name, centre.exchange
        return there

    return moved(pair[0]), moved(pair[1])
