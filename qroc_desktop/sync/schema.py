"""The tables of an exchange file, and the named steps that bring an older one up to date."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from qroc_desktop.errors import Message, Refused

APPLICATION_ID = 0x51524F58
"""`QROX` in ASCII, in the header of every exchange file."""

_FIRST = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE roster (version INTEGER PRIMARY KEY, envelope BLOB NOT NULL);
CREATE TRIGGER roster_is_not_edited BEFORE UPDATE ON roster BEGIN SELECT raise(ABORT, 'append-only'); END;
CREATE TRIGGER roster_is_not_removed BEFORE DELETE ON roster BEGIN SELECT raise(ABORT, 'append-only'); END;
CREATE TABLE outbox (
    bundle TEXT PRIMARY KEY,
    peer TEXT NOT NULL,
    seq INTEGER NOT NULL,
    kind TEXT NOT NULL,
    envelope BLOB NOT NULL,
    copy BLOB NOT NULL,              -- what was sent, without attachments, sealed for ourselves
    officer TEXT NOT NULL,
    created INTEGER NOT NULL,
    expires INTEGER,
    replaces TEXT NOT NULL,
    state TEXT NOT NULL,             -- queued, stored, stopped
    code TEXT NOT NULL DEFAULT '',   -- why it was stopped, or what the peer waits for
    attempts INTEGER NOT NULL DEFAULT 0,
    next_at INTEGER NOT NULL,
    lacking TEXT,                    -- JSON list of chunk hashes that the peer said it lacks
    stored_at INTEGER,
    UNIQUE (peer, seq)
);
CREATE INDEX outbox_due ON outbox (next_at) WHERE state = 'queued';
CREATE INDEX outbox_replaces ON outbox (replaces) WHERE replaces <> '';
CREATE TABLE out_chunk (
    bundle TEXT NOT NULL, no INTEGER NOT NULL, sha256 TEXT NOT NULL, data BLOB NOT NULL, PRIMARY KEY (bundle, no)
);
CREATE TABLE receipt (
    bundle TEXT NOT NULL,
    state TEXT NOT NULL,
    officer TEXT NOT NULL,
    at INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    PRIMARY KEY (bundle, state, officer)
);
CREATE TABLE decision (
    no INTEGER PRIMARY KEY,
    bundle TEXT NOT NULL,
    subject TEXT NOT NULL,
    record BLOB NOT NULL
);
CREATE INDEX decision_bundle ON decision (bundle);
CREATE TRIGGER decision_is_not_edited BEFORE UPDATE ON decision BEGIN SELECT raise(ABORT, 'append-only'); END;
CREATE TRIGGER decision_is_not_removed BEFORE DELETE ON decision BEGIN SELECT raise(ABORT, 'append-only'); END;
CREATE TABLE inbox (
    bundle TEXT PRIMARY KEY,
    peer TEXT NOT NULL,
    seq INTEGER NOT NULL,
    kind TEXT NOT NULL,
    envelope BLOB NOT NULL,
    created INTEGER NOT NULL,
    expires INTEGER,
    replaces TEXT NOT NULL,
    state TEXT NOT NULL,             -- waiting, stored, applied, refused
    code TEXT NOT NULL DEFAULT '',   -- why refused, or what it waits for
    received_at INTEGER NOT NULL,
    stored_no INTEGER,               -- the order in which bundles were stored, over all peers
    applied_at INTEGER,
    UNIQUE (peer, seq)
);
CREATE UNIQUE INDEX inbox_order ON inbox (stored_no) WHERE stored_no IS NOT NULL;
CREATE INDEX inbox_state ON inbox (state);
CREATE INDEX inbox_replaces ON inbox (replaces) WHERE replaces <> '';
CREATE TABLE in_chunk (bundle TEXT NOT NULL, no INTEGER NOT NULL, data BLOB NOT NULL, PRIMARY KEY (bundle, no));
CREATE TABLE reading (
    bundle TEXT NOT NULL, officer TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (bundle, officer)
);
CREATE TABLE partial (
    peer TEXT NOT NULL,
    bundle TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    at INTEGER NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (peer, bundle, sha256)
);
CREATE TABLE peer_head (
    centre TEXT NOT NULL, no INTEGER NOT NULL, at INTEGER NOT NULL, envelope BLOB NOT NULL, PRIMARY KEY (centre, no)
);
CREATE TABLE alarm (
    no INTEGER PRIMARY KEY,
    code TEXT NOT NULL,
    peer TEXT NOT NULL,
    subject TEXT NOT NULL,
    count INTEGER NOT NULL,
    first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    settled_by TEXT NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX alarm_open ON alarm (code, peer, subject) WHERE settled_by = '';
CREATE TABLE audit (
    no INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    action TEXT NOT NULL,
    salt BLOB,
    detail BLOB,
    digest BLOB NOT NULL,
    hash BLOB NOT NULL
);
CREATE TRIGGER audit_is_only_erased BEFORE UPDATE ON audit
    WHEN new.salt IS NOT NULL OR new.detail IS NOT NULL OR new.no <> old.no OR new.at <> old.at
        OR new.action <> old.action OR new.digest <> old.digest OR new.hash <> old.hash
    BEGIN SELECT raise(ABORT, 'append-only'); END;
CREATE TRIGGER audit_is_not_removed BEFORE DELETE ON audit BEGIN SELECT raise(ABORT, 'append-only'); END;
"""

_ANSWERS = """
ALTER TABLE outbox ADD COLUMN answered INTEGER NOT NULL DEFAULT 0;  -- when the peer said that it has it, by its clock
"""

_BINDING = """
ALTER TABLE outbox ADD COLUMN void BLOB;  -- signed word that it was withdrawn in time; goes in its place
CREATE TABLE consent (
    no INTEGER PRIMARY KEY,
    consent TEXT NOT NULL,           -- the consent's id; a second row with the same one revokes it
    item TEXT NOT NULL,
    record BLOB NOT NULL             -- JSON, see consents.py
);
CREATE INDEX consent_item ON consent (item);
CREATE TRIGGER consent_is_not_edited BEFORE UPDATE ON consent BEGIN SELECT raise(ABORT, 'append-only'); END;
CREATE TRIGGER consent_is_not_removed BEFORE DELETE ON consent BEGIN SELECT raise(ABORT, 'append-only'); END;
CREATE TABLE standing_order (
    id TEXT PRIMARY KEY,
    bundle TEXT NOT NULL,            -- the share that is kept up to date
    workspace TEXT NOT NULL,
    record BLOB NOT NULL             -- JSON, see orders.py
) WITHOUT ROWID;
CREATE TABLE order_event (
    no INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    state TEXT NOT NULL,             -- active, paused, ended, stopped
    officer TEXT NOT NULL,
    why TEXT NOT NULL,
    at INTEGER NOT NULL
);
CREATE INDEX order_event_id ON order_event (id, no);
CREATE TRIGGER order_is_not_edited BEFORE UPDATE ON standing_order BEGIN SELECT raise(ABORT, 'append-only'); END;
CREATE TRIGGER order_event_is_not_edited BEFORE UPDATE ON order_event BEGIN SELECT raise(ABORT, 'append-only'); END;
CREATE TABLE composed_from (
    bundle TEXT PRIMARY KEY,
    record BLOB NOT NULL             -- JSON: the layer or area that a share was taken from, as the services write it
) WITHOUT ROWID;
CREATE TABLE applied (
    bundle TEXT NOT NULL,
    workspace TEXT NOT NULL,         -- id of the workspace on whose picture it is
    name TEXT NOT NULL,              -- what its file was called then
    at INTEGER NOT NULL,
    PRIMARY KEY (bundle, workspace)
) WITHOUT ROWID;
"""

_REQUESTS = """
ALTER TABLE outbox ADD COLUMN arrived INTEGER;  -- when the peer had it first, by its clock and not later than ours
CREATE TABLE letter (
    bundle TEXT PRIMARY KEY,
    request TEXT NOT NULL,  -- the request it is about; a request its own id
    kind TEXT NOT NULL,     -- request, clarification, explanation, answer, refusal, delay, cancellation
    ours INTEGER NOT NULL,  -- 1 for what we wrote, 0 for what came in
    facts BLOB NOT NULL,    -- JSON: its codes, nothing of what it says
    no INTEGER NOT NULL     -- the order in which letters came to count here, whatever clocks say; 0 for one that waits
) WITHOUT ROWID;
CREATE INDEX letter_request ON letter (request);
"""

_NUMBERS = """
CREATE TABLE peer_position (     -- the newest bundle of ours that a peer says it has, where we do not know that one
    peer TEXT PRIMARY KEY, seq INTEGER NOT NULL, bundle TEXT NOT NULL, at INTEGER NOT NULL
);
CREATE TABLE restart (           -- behind which bundle the numbers went on after an older copy was put back
    peer TEXT NOT NULL, seq INTEGER NOT NULL, bundle TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (peer, seq)
);
CREATE TABLE renumbered (before TEXT PRIMARY KEY, after TEXT NOT NULL) WITHOUT ROWID;  -- ids of bundles issued again
"""

MIGRATIONS: tuple[tuple[str, str], ...] = (
    ("first-tables", _FIRST),
    ("answers-in-time", _ANSWERS),
    ("what-binds", _BINDING),
    ("requests", _REQUESTS),
    ("numbers-anew", _NUMBERS),
)
"""Named steps in order; steps are added, never edited."""


def examine(connection: sqlite3.Connection, path: Path) -> None:
    """Raise Refused for a file of another kind or of a newer program; changes nothing."""
    application, version = _marks(connection)
    if application not in (0, APPLICATION_ID) or (not application and _tables(connection)):
        raise Refused(Message("The file is an SQLite database, but not an exchange file."), where=str(path))
    if version > len(MIGRATIONS):
        raise Refused(
            Message("The exchange file is from a newer version of the program."),
            where=str(path),
            action=Message("Open it with the newer version."),
        )


def bring_up_to_date(connection: sqlite3.Connection, path: Path) -> None:
    """Apply what is missing in one transaction. Raises Refused for a newer file or another kind of file."""
    if _marks(connection) == (APPLICATION_ID, len(MIGRATIONS)):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        examine(connection, path)
        _apply(connection, _marks(connection)[1])  # another process may have been faster
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _apply(connection: sqlite3.Connection, version: int) -> None:
    connection.execute("CREATE TABLE IF NOT EXISTS migration (name TEXT PRIMARY KEY) WITHOUT ROWID")
    for name, script in MIGRATIONS[version:]:
        statement = ""
        for line in script.splitlines(keepends=True):
            statement += line
            if sqlite3.complete_statement(statement):
                connection.execute(statement)
                statement = ""
        connection.execute("INSERT INTO migration VALUES (?)", (name,))
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")


def _marks(connection: sqlite3.Connection) -> tuple[int, int]:
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    return int(application), int(connection.execute("PRAGMA user_version").fetchone()[0])


def _tables(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0])
