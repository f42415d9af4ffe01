"""The log: what it answers, and what its verifier notices."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from qroc_desktop.errors import Refused
from qroc_desktop.sync.audit import START as LINK
from qroc_desktop.sync.audit import linked
from qroc_desktop.sync.delivery import deliver
from qroc_desktop.sync.verifying import FAULT_MESSAGES, Fault, Finding, verify
from tests.sync.building import Centre, connected, incident, way


@pytest.fixture
def log(noord: Centre, sued: Centre) -> tuple[Centre, list[bytes], bytes]:
    """A log of eight entries, the head of it that the peer keeps, and the centre's key."""
    hub = connected(noord, sued)
    for n in range(3):
        noord.sends(sued, incident(f"i{n}"), why=f"reason {n}")
    noord.exchange.outbox.queue_head(sued.id)
    deliver(noord.exchange, lambda _: way(hub, noord))
    noord.sends(sued, incident("last"))
    return noord, sued.exchange.audit.heads_of(noord.id), noord.identity.public.signing


def edited(path: Path, *statements: str) -> None:
    """As somebody who has the file and lifts the triggers."""
    with sqlite3.connect(path) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.execute(statement)
    connection.close()


def rewritten(path: Path, first: int, statement: str) -> None:
    """Link everything anew from an entry on, as somebody who knows how would."""
    edited(path, statement)
    with sqlite3.connect(path) as connection:
        previous = LINK
        for no, at, action, digest, link in connection.execute(
            "SELECT no, at, action, digest, hash FROM audit ORDER BY no"
        ).fetchall():
            made = linked(previous, no, at, action, digest) if no >= first else link
            connection.execute("UPDATE audit SET hash = ? WHERE no = ?", (made, no))
            previous = made
    connection.close()


def test_the_log_is_whole(log: tuple[Centre, list[bytes], bytes]) -> None:
    centre, heads, key = log
    found = verify(centre.path, heads, [key])
    assert (found.entries, found.erased, found.heads, found.findings) == (8, 0, 1, ())


def test_the_link_is_what_the_definition_says(log: tuple[Centre, list[bytes], bytes]) -> None:
    centre, _, _ = log
    with sqlite3.connect(centre.path) as connection:
        (at, action, salt, detail, link) = connection.execute(
            "SELECT at, action, salt, detail, hash FROM audit WHERE no = 1"
        ).fetchone()
    connection.close()
    digest = hashlib.sha256(b"qroc-audit-detail\0" + salt + detail).digest()
    head = bytes(32) + (1).to_bytes(8, "big") + at.to_bytes(8, "big")
    name = action.encode()
    assert link == hashlib.sha256(b"qroc-audit-1\0" + head + len(name).to_bytes(2, "big") + name + digest).digest()


TAMPERINGS: dict[str, tuple[Callable[[Path], None], set[Fault]]] = {
    "who did it": (lambda p: edited(p, "UPDATE audit SET detail = '{}' WHERE no = 5"), {Fault.DETAIL_EDITED}),
    "what was done": (lambda p: edited(p, "UPDATE audit SET action = 'collection' WHERE no = 5"), {Fault.EDITED}),
    "erased in secret": (
        lambda p: edited(p, "UPDATE audit SET detail = NULL, salt = NULL WHERE no = 5"), {Fault.ERASED_UNRECORDED},
    ),
    "erased by half": (
        lambda p: edited(p, "UPDATE audit SET detail = '{}', salt = NULL WHERE no = 5"), {Fault.DETAIL_EDITED},
    ),
    "when": (lambda p: edited(p, "UPDATE audit SET at = at + 1 WHERE no = 5"), {Fault.EDITED}),
    "removed": (lambda p: edited(p, "DELETE FROM audit WHERE no = 5"), {Fault.MISSING, Fault.EDITED}),
    "removed and closed up": (
        lambda p: edited(p, "DELETE FROM audit WHERE no = 5", "UPDATE audit SET no = no - 1 WHERE no > 5"),
        {Fault.EDITED, Fault.REWRITTEN},
    ),
    "inserted": (
        lambda p: edited(
            p, "UPDATE audit SET no = no + 100 WHERE no > 4", "UPDATE audit SET no = no - 99 WHERE no > 100",
            "INSERT INTO audit SELECT 5, at, action, salt, detail, digest, hash FROM audit WHERE no = 4",
        ),
        {Fault.EDITED, Fault.REWRITTEN},
    ),
    "the end cut off": (lambda p: edited(p, "DELETE FROM audit WHERE no > 5"), {Fault.CUT_SHORT}),
    "all of it cut off": (lambda p: edited(p, "DELETE FROM audit"), {Fault.CUT_SHORT}),
    "written anew": (
        lambda p: rewritten(p, 5, "UPDATE audit SET at = at + 1 WHERE no = 5"),
        {Fault.REWRITTEN},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TAMPERINGS)
def test_the_verifier_notices(name: str, log: tuple[Centre, list[bytes], bytes]) -> None:
    centre, heads, key = log
    centre.exchange.close()
    tamper, faults = TAMPERINGS[name]
    tamper(centre.path)
    assert {finding.fault for finding in verify(centre.path, heads, [key]).findings} == faults


def test_without_a_peer_a_log_that_was_cut_looks_whole(log: tuple[Centre, list[bytes], bytes]) -> None:
    centre, heads, key = log
    centre.exchange.close()
    edited(centre.path, "DELETE FROM audit WHERE no > 5")
    assert verify(centre.path).findings == ()
    assert verify(centre.path, heads, [key]).findings == (Finding(Fault.CUT_SHORT, 7),)


def test_a_head_of_somebody_else_proves_nothing(log: tuple[Centre, list[bytes], bytes], sued: Centre) -> None:
    centre, _, key = log
    assert [f.fault for f in verify(centre.path, [sued.exchange.audit.head()], [key]).findings] == [Fault.HEAD_INVALID]
    assert [f.fault for f in verify(centre.path, [b"junk"], [key]).findings] == [Fault.HEAD_INVALID]


def test_erasure_leaves_the_chain_whole(log: tuple[Centre, list[bytes], bytes]) -> None:
    centre, heads, key = log
    centre.exchange.audit.erase(5, officer="Anna", why="time limit reached")
    entries = centre.exchange.audit.entries()
    assert entries[4].detail is None
    assert (entries[-1].action, entries[-1].detail and entries[-1].detail.why) == ("erasure", "time limit reached")
    found = verify(centre.path, heads, [key])
    assert (found.findings, found.erased) == ((), 1)
    with pytest.raises(Refused, match="no entry 5"):
        centre.exchange.audit.erase(5, officer="Anna", why="again")
    centre.exchange.close()
    assert b"reason 0" not in centre.path.read_bytes()


def test_the_file_refuses_edits_by_itself(noord: Centre) -> None:
    for statement in ("UPDATE audit SET at = 0", "DELETE FROM audit", "DELETE FROM roster"):
        with pytest.raises(Refused, match="append-only"), noord.exchange.database.writing() as connection:
            connection.execute(statement)


def test_every_fault_has_a_line() -> None:
    assert set(FAULT_MESSAGES) == set(Fault)
