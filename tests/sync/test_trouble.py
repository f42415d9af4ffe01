"""Two processes on one file, a full disk, a damaged, foreign or newer file."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest

from qroc_desktop.errors import Damaged, QrocError, Refused
from qroc_desktop.sync.bundle import Kind
from qroc_desktop.sync.delivery import deliver
from qroc_desktop.sync.exchange import Exchange
from qroc_desktop.sync.identity import Identity
from qroc_desktop.sync.shipment import Shipment
from qroc_desktop.sync.verifying import verify
from tests.sync.building import START, Centre, connected, incident, manifest_of, way
from tests.sync.children import Child

posix = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")


@posix
def test_two_processes_queue_and_deliver_at_once(noord: Centre, sued: Centre) -> None:
    noord.exchange.close()
    sued.exchange.close()

    def work(name: str) -> str:
        with Exchange(noord.path, noord.identity, noord.clock) as exchange:
            shipment = Shipment(to=sued.id, kind=Kind.SNAPSHOT, officer=name, items=(incident(name),))
            return " ".join(exchange.outbox.queue(shipment).bundle for _ in range(20))

    children = [Child(lambda name=name: work(name)) for name in ("Anna", "Bert")]  # type: ignore[misc]
    ended = [child.ended() for child in children]
    assert [code for code, _ in ended] == [0, 0]
    noord.reopen()
    rows = {row.bundle: row for row in noord.exchange.dispatch.board()}
    assert set(rows) == {bundle for _, said in ended for bundle in said.split()}
    ordered = sorted(rows.values(), key=lambda row: row.seq)
    assert [row.seq for row in ordered] == list(range(1, 41))
    parcels = [next(noord.exchange.dispatch.parcels(row.bundle)) for row in ordered]
    assert [manifest_of(data).prev for data in parcels] == ["", *(row.bundle for row in ordered[:-1])]
    stamps = [manifest_of(data).hlc for data in parcels]
    assert stamps == sorted(set(stamps))

    def taking(order: list[int]) -> str:
        with Exchange(sued.path, sued.identity, sued.clock) as exchange:
            for n in order:
                exchange.receive(parcels[n])
        return "done"

    takers = [Child(lambda o=order: taking(o)) for order in (list(range(40)), list(reversed(range(40))))]  # type: ignore[misc]
    assert [taker.ended() for taker in takers] == [(0, "done")] * 2
    sued.reopen()
    assert [row.bundle for row in sued.exchange.inbox.pending()] == [row.bundle for row in ordered]
    for centre in (noord, sued):
        assert verify(centre.path).findings == ()


def test_a_full_disk_takes_all_or_nothing(noord: Centre, sued: Centre) -> None:
    def room(centre: Centre, pages: int) -> None:
        with centre.exchange.database.reading() as connection:
            used = connection.execute("PRAGMA page_count").fetchone()[0]
            connection.execute(f"PRAGMA max_page_count = {used + pages}")

    room(noord, 1)
    with pytest.raises(Refused, match="disk is full") as refusal:
        noord.sends(sued, incident("a", os.urandom(10_000).hex()))
    assert "Everything recorded before is kept" in str(refusal.value)
    assert noord.exchange.dispatch.board() == []
    assert [entry.action for entry in noord.exchange.audit.entries()][-1] == "peer-approved"
    room(noord, 10_000)
    queued = noord.sends(sued, incident("a", os.urandom(10_000).hex()))
    assert queued.seq == 1

    room(sued, 0)
    data = noord.parcel(noord.sends(sued, incident("b", os.urandom(10_000).hex())))
    sued_first = noord.parcel(queued)
    with pytest.raises(Refused, match="disk is full"):
        sued.exchange.receive(sued_first)
    with pytest.raises(Refused, match="disk is full"):
        sued.exchange.receive_all([(b"junk", None), (sued_first, None), (data, None)])
    assert sued.exchange.alarms.open() == []
    assert sued.exchange.inbox.received() == []
    hub = connected(noord, sued)
    assert deliver(noord.exchange, lambda _: way(hub, noord)).unreachable == 1
    assert [row.state for row in noord.exchange.dispatch.board()] == ["queued", "queued"]
    room(sued, 10_000)
    for parcel in (sued_first, data):
        sued.exchange.receive(parcel)
    assert [row.seq for row in sued.exchange.inbox.pending()] == [1, 2]
    assert verify(sued.path).findings == ()


@posix
def test_a_disk_that_refuses_to_grow(noord: Centre, sued: Centre) -> None:
    noord.sends(sued, incident("a"))
    noord.exchange.close()

    def work() -> str:
        import resource

        with Exchange(noord.path, noord.identity, noord.clock) as exchange:
            most = noord.path.stat().st_size
            resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
            shipment = Shipment(to=sued.id, kind=Kind.SNAPSHOT, officer="A", text=os.urandom(200).hex())
            try:
                for _ in range(200):
                    exchange.outbox.queue(shipment)
            except QrocError as error:
                return str(error)
        return ""

    code, said = Child(work).ended()
    assert code == 0
    assert "disk" in said
    noord.reopen()
    rows = noord.exchange.dispatch.board()
    assert sorted(row.seq for row in rows) == list(range(1, len(rows) + 1))
    disclosed = [entry for entry in noord.exchange.audit.entries() if entry.action == "disclosure"]
    assert len(disclosed) == len(rows)
    assert noord.sends(sued, incident("b")).seq == len(rows) + 1


def test_a_damaged_file_says_so(noord: Centre) -> None:
    noord.exchange.close()
    data = bytearray(noord.path.read_bytes())
    data[4096:] = os.urandom(len(data) - 4096)
    noord.path.write_bytes(data)
    with pytest.raises(Damaged, match="exchange file is damaged"):
        noord.reopen()


def test_files_that_are_something_else(tmp_path: Path, noord: Centre) -> None:
    text, database = tmp_path / "text", tmp_path / "database"
    text.write_text("not a database, but long enough to look at" * 100)
    with sqlite3.connect(database) as connection:
        connection.execute("CREATE TABLE t (x)")
    connection.close()
    before = database.read_bytes()
    with pytest.raises(Damaged):
        Exchange(text, noord.identity, noord.clock)
    with pytest.raises(Refused, match="not an exchange file"):
        Exchange(database, noord.identity, noord.clock)
    with pytest.raises(Refused, match="no exchange file yet"):
        Exchange(tmp_path / "nowhere.qrocx", noord.identity, noord.clock)
    assert database.read_bytes() == before


def test_a_file_of_a_newer_program_is_left_alone(noord: Centre) -> None:
    noord.exchange.close()
    with sqlite3.connect(noord.path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(Refused, match="newer version"):
        noord.reopen()


def test_an_existing_exchange_is_not_replaced(noord: Centre) -> None:
    noord.exchange.close()
    before = noord.path.read_bytes()
    with pytest.raises(Refused, match="already"):
        Exchange.create(noord.path, Identity.new("Other", "DE", START), noord.clock)
    assert noord.path.read_bytes() == before
    assert sorted(path.suffix for path in noord.path.parent.iterdir()) == [
        ".qrocx",
        ".qrocx",
        ".qrocx-shm",
        ".qrocx-wal",
    ]


def test_a_roster_that_somebody_else_wrote_is_not_believed(noord: Centre, sued: Centre) -> None:
    assert noord.exchange.roster.peer(sued.id).name == "Süd"
    newest = "SELECT max(version) FROM roster"
    with noord.exchange.database.writing() as connection:
        version = connection.execute(newest).fetchone()[0]
        row = connection.execute("SELECT envelope FROM roster WHERE version = ?", (version,)).fetchone()
        connection.execute("INSERT INTO roster VALUES (?, ?)", (version + 1, row[0]))
    with pytest.raises(Damaged, match="list of peers"):
        noord.sends(sued, incident("a"))
