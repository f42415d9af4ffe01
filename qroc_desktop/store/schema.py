"""The tables of a workspace file, and the named steps that bring an older file up to date.

`change` and `batch` are the record: append-only, and all that a recovery needs; `file` and `file_piece` hold the files
that changes name. Everything else is a projection that can be thrown away and folded again from the record.
"""

# ruff: noqa: S608 - statements are put together from constants and integers; values are parameters
from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

from qroc_desktop.errors import Message, Refused
from qroc_desktop.store.files import FILES

if TYPE_CHECKING:
    from sqlite_utils import Database
    from sqlite_utils.migrations import Migrations

APPLICATION_ID = 0x51524F43
"""`QROC` in ASCII, in the header of every workspace file."""
VERSION = 2
"""Number of migrations; a file with a greater one was written by a newer program."""

RECORD = """
CREATE TABLE batch (
    no INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    label TEXT NOT NULL,
    author TEXT NOT NULL,
    recorded_at INTEGER NOT NULL,
    undoes TEXT NOT NULL,
    first_seq INTEGER NOT NULL,
    count INTEGER NOT NULL,
    hash BLOB NOT NULL
);
CREATE INDEX batch_undoes ON batch (undoes) WHERE undoes <> '';
CREATE INDEX batch_recorded ON batch (recorded_at);
CREATE TABLE change (
    seq INTEGER PRIMARY KEY,
    batch INTEGER NOT NULL,
    subject_type TEXT NOT NULL,
    subject TEXT NOT NULL,
    patch TEXT NOT NULL,
    valid_at INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL,
    author TEXT NOT NULL,
    bases TEXT NOT NULL
);
CREATE INDEX change_subject ON change (subject);
CREATE INDEX change_layer ON change (seq) WHERE subject_type = 'layer';
CREATE INDEX change_workspace ON change (seq) WHERE subject_type = 'workspace';
CREATE TRIGGER change_is_not_edited BEFORE UPDATE ON change BEGIN SELECT raise(ABORT, 'append-only'); END;
CREATE TRIGGER change_is_not_removed BEFORE DELETE ON change BEGIN SELECT raise(ABORT, 'append-only'); END;
CREATE TRIGGER batch_is_not_edited BEFORE UPDATE ON batch BEGIN SELECT raise(ABORT, 'append-only'); END;
CREATE TRIGGER batch_is_not_removed BEFORE DELETE ON batch BEGIN SELECT raise(ABORT, 'append-only'); END;
"""

# What item and past share: the columns of a Row, and references to the changes that hold the rest.
STATE_COLUMNS = """
    since INTEGER NOT NULL,      -- newest valid_at among the winners
    known INTEGER NOT NULL,      -- newest recorded_at among the winners
    winners TEXT NOT NULL,       -- see winners.py
    present INTEGER NOT NULL,    -- aspects that have a value
    removed INTEGER NOT NULL,
    shown INTEGER NOT NULL,      -- there is something, and it is not removed
    layer INTEGER NOT NULL,
    type TEXT NOT NULL,
    kind TEXT NOT NULL,
    sidc TEXT NOT NULL,
    affiliation TEXT NOT NULL,
    title TEXT NOT NULL,
    place TEXT NOT NULL,
    status TEXT NOT NULL,
    priority INTEGER NOT NULL,
    starts INTEGER,
    stale_at INTEGER,
    lon REAL,
    lat REAL,
    west REAL,
    south REAL,
    east REAL,
    north REAL,
    cell INTEGER,                -- see grid.py
    extent INTEGER NOT NULL,
    evaluation TEXT NOT NULL,
    assessment INTEGER NOT NULL,
    wording INTEGER NOT NULL,    -- seq of the change that gave the wording, 0 for none
    origin INTEGER NOT NULL      -- the same for the origin
"""

PROJECTION = f"""
CREATE TABLE layer_key (key INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE);
CREATE TABLE item (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    {STATE_COLUMNS}
);
CREATE INDEX item_since ON item (since);
CREATE INDEX item_wording ON item (wording);
CREATE INDEX item_layer ON item (layer, shown);
CREATE VIRTUAL TABLE item_box USING rtree (key, west, east, south, north, +layer INTEGER);
CREATE VIRTUAL TABLE extent_box USING rtree (key, west, east, south, north);
CREATE TABLE past (
    key INTEGER PRIMARY KEY,
    item INTEGER NOT NULL,
    valid_from INTEGER NOT NULL,
    valid_to INTEGER NOT NULL,
    known_from INTEGER NOT NULL,
    known_to INTEGER NOT NULL,
    notch_valid INTEGER NOT NULL,
    notch_known INTEGER NOT NULL,
    {STATE_COLUMNS}
);
CREATE INDEX past_item ON past (item);
CREATE INDEX past_open ON past (item, notch_valid) WHERE known_to = 9223372036854775807;
CREATE VIRTUAL TABLE past_box USING rtree (key, west, east, south, north, start, stop);
CREATE VIRTUAL TABLE past_extent_box USING rtree (key, west, east, south, north, start, stop);
CREATE VIRTUAL TABLE wording_text
    USING fts5 (text, content='', detail=none, columnsize=0, tokenize='unicode61', prefix='1 2 3');
CREATE TABLE cluster (
    cell INTEGER NOT NULL,
    layer INTEGER NOT NULL,
    flash INTEGER NOT NULL,
    immediate INTEGER NOT NULL,
    priority INTEGER NOT NULL,
    routine INTEGER NOT NULL,
    lon INTEGER NOT NULL,
    lat INTEGER NOT NULL,
    PRIMARY KEY (cell, layer)
) WITHOUT ROWID;
CREATE TABLE entry (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    corrects TEXT NOT NULL,
    valid_at INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL
);
CREATE INDEX entry_corrects ON entry (corrects) WHERE corrects <> '';
CREATE TABLE entry_item (item TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (item, seq)) WITHOUT ROWID;
CREATE VIRTUAL TABLE entry_text
    USING fts5 (text, content='', detail=none, columnsize=0, tokenize='unicode61', prefix='1 2 3');
CREATE TABLE conflict (
    loser INTEGER NOT NULL,
    aspect TEXT NOT NULL,
    winner INTEGER NOT NULL,
    subject_type TEXT NOT NULL,
    subject TEXT NOT NULL,
    settled INTEGER NOT NULL,
    PRIMARY KEY (loser, aspect, winner)
);
CREATE INDEX conflict_subject ON conflict (subject);
CREATE TABLE pulse (minute INTEGER PRIMARY KEY, changes INTEGER NOT NULL);
"""

PROJECTED = (
    "layer_key", "item", "item_box", "extent_box", "past", "past_box", "past_extent_box",
    "cluster", "entry", "entry_item", "conflict", "pulse",
)  # fmt: skip
SEARCHED = ("wording_text", "entry_text")


def migrations() -> Migrations:
    """Every step since the first version, in order. Steps are added, never edited."""
    from sqlite_utils.migrations import Migrations

    steps = Migrations("workspace")

    @steps()
    def first_tables(db: Database) -> None:
        _run(db.conn, RECORD)
        _run(db.conn, PROJECTION)
        db.conn.execute(f"PRAGMA application_id = {APPLICATION_ID}")

    @steps()
    def files_in_pieces(db: Database) -> None:
        _run(db.conn, FILES)

    return steps


def bring_up_to_date(connection: sqlite3.Connection, path: Path) -> None:
    """Apply what is missing, each step in a transaction of its own. Raises Refused for a newer file."""
    version = version_of(connection)
    if version > VERSION:
        raise newer(path, version)
    if version == VERSION:
        return
    from sqlite_utils import Database

    steps = migrations()
    steps.apply(Database(connection))
    connection.execute(f"PRAGMA user_version = {VERSION}")


def version_of(connection: sqlite3.Connection) -> int:
    """The file's schema version."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def require_current(version: int, path: Path) -> None:
    """Raise Refused for a file that is not of this program's version: what a reader, who cannot change it, needs."""
    if version > VERSION:
        raise newer(path, version)
    if version < VERSION:
        what = Message("The workspace is from an older version of the program and has to be brought up to date.")
        raise Refused(what, where=str(path), action=Message("Open it for writing once."))


def newer(path: Path, version: int) -> Refused:
    """The refusal of a file from the future."""
    what = Message(
        "The workspace is from a newer version of the program: file format {file}, and this one reads up to {ours}.",
        file=version,
        ours=VERSION,
    )
    return Refused(what, where=str(path), action=Message("Open it with the newer version."))


def forget_projection(connection: sqlite3.Connection) -> None:
    """Empty everything that is folded from the record."""
    for table in PROJECTED:
        connection.execute(f"DELETE FROM {table}")
    for table in SEARCHED:
        connection.execute(f"INSERT INTO {table} ({table}) VALUES ('delete-all')")


def create_projection(connection: sqlite3.Connection) -> None:
    """The projection's tables, empty."""
    _run(connection, PROJECTION)


def _run(connection: sqlite3.Connection, script: str) -> None:
    """Statement by statement, because executescript() would commit the open transaction."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            connection.execute(statement)
            statement = ""
