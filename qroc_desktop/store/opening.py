"""Making a workspace file and telling one from anything else."""

from __future__ import annotations

import contextlib
import errno
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from qroc_desktop.domain.aspects import Identity
from qroc_desktop.domain.change import Draft
from qroc_desktop.domain.instant import Instant
from qroc_desktop.domain.vocabulary import Aspect, SubjectType
from qroc_desktop.errors import Damaged, Message, Refused
from qroc_desktop.reasons import reason_of
from qroc_desktop.store import schema
from qroc_desktop.store.appending import Batch
from qroc_desktop.store.connections import writing_connection
from qroc_desktop.store.faults import HOW_TO_RECOVER, told

_MAGIC = b"SQLite format 3\x00"
# Offsets in the SQLite file header (sqlite.org/fileformat2.html, section 1.3).
_USER_VERSION_AT = 60
_APPLICATION_ID_AT = 68
_HEADER_BYTES = 100

LONGEST_NAME = 220
"""Bytes of a workspace file's name; file systems have 255 for it and what is put behind and before it."""
WORKSPACE_SUBJECT = "workspace"
"""The id of the one subject of type workspace in a file."""


def make(path: Path, identity: Identity, *, author: str, batch: str, now: Instant) -> None:
    """A new workspace file, whole or not at all. Raises Refused where there is one already."""
    with told(path), placed(path) as rough:
        _fill(rough, identity, author=author, batch=batch, now=now)


@contextlib.contextmanager
def placed(path: Path) -> Iterator[Path]:
    """Where to build a file that gets the name `path` when it is finished, and leaves nothing where it is not.

    Raises Refused where there is a file of that name.
    """
    if os.path.lexists(path):
        raise _exists(path)
    rough = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        yield rough
        _place(rough, path)
    finally:
        for end in ("", "-journal", "-wal", "-shm"):
            with contextlib.suppress(OSError):
                Path(f"{rough}{end}").unlink()


def examine(path: Path) -> None:
    """Raise Refused for what is not a workspace or comes from a newer program. Reads the header only."""
    require_file(path)
    try:
        with path.open("rb") as file:
            header = file.read(_HEADER_BYTES)
    except OSError as error:
        reason = reason_of(error)
        raise Refused(Message("The workspace cannot be opened: {reason}.", reason=reason), where=str(path)) from error
    ours = header[_APPLICATION_ID_AT : _APPLICATION_ID_AT + 4] == schema.APPLICATION_ID.to_bytes(4, "big")
    if not header.startswith(_MAGIC):
        if ours:
            raise Damaged(Message("The workspace file is damaged."), where=str(path), action=HOW_TO_RECOVER)
        hint = Message("If it was one once, try: qroc -w FILE workspace recover NEWFILE.")
        raise Refused(Message("The file is not a QROC workspace."), where=str(path), action=hint)
    if not ours:
        raise Refused(Message("The file is an SQLite database, but not a QROC workspace."), where=str(path))
    version = int.from_bytes(header[_USER_VERSION_AT : _USER_VERSION_AT + 4], "big")
    if version > schema.VERSION:
        raise schema.newer(path, version)


def require_file(path: Path) -> None:
    """Raise Refused for a pipe or a device: the one could keep the program waiting, the other has no end."""
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise Refused(Message("It is a pipe or a device, not a file."), where=str(path))


def writable(path: Path) -> sqlite3.Connection:
    """The connection that writes a workspace file, which is brought up to this version of its tables."""
    connection = writing_connection(path)
    try:
        schema.bring_up_to_date(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def require_whole(connection: sqlite3.Connection, path: Path) -> None:
    """The cheap part of `check`: the last batch is all there. Raises Damaged."""
    row = connection.execute("SELECT first_seq + count - 1 FROM batch ORDER BY no DESC LIMIT 1").fetchone()
    last = connection.execute("SELECT max(seq) FROM change").fetchone()[0]
    if row is None or row[0] != last:
        raise Damaged(
            Message("The last step recorded in the workspace is incomplete."), where=str(path), action=HOW_TO_RECOVER
        )


def blank(path: Path) -> sqlite3.Connection:
    """An empty workspace file with its tables, not yet in write-ahead mode."""
    connection = sqlite3.connect(path, isolation_level=None)
    # Each step on the way to its tables would wait for the disk. The first commit of something waits for all of it.
    connection.execute("PRAGMA synchronous = OFF")
    schema.bring_up_to_date(connection, path)
    connection.execute("PRAGMA synchronous = FULL")
    return connection


def _fill(path: Path, identity: Identity, *, author: str, batch: str, now: Instant) -> None:
    connection = blank(path)
    try:
        connection.execute("BEGIN IMMEDIATE")
        first = Batch(connection, id_=batch, author=author, label="create", undoes="", clock=now)
        draft = Draft(subject_type=SubjectType.WORKSPACE, subject=WORKSPACE_SUBJECT, patch={Aspect.IDENTITY: identity})
        first.add([draft])
        first.close()
        connection.execute("COMMIT")
        connection.execute("PRAGMA journal_mode = WAL")
    finally:
        connection.close()


def _place(rough: Path, path: Path) -> None:
    """Give the finished file its name, without ever replacing another."""
    try:
        os.link(rough, path)
    except FileExistsError as error:
        raise _exists(path) from error
    except OSError:  # a file system without hard links
        if os.path.lexists(path):
            raise _exists(path) from None
        os.rename(rough, path)


def _exists(path: Path) -> Refused:
    return Refused(
        Message("There is a file of this name already."), where=str(path), action=Message("Choose another name.")
    )


def absolute(path: Path) -> Path:
    """The real path, so that two names of one file share one lock."""
    try:
        return Path(path).resolve()
    except (OSError, RuntimeError) as error:  # a link that leads to itself
        reason = reason_of(error if isinstance(error, OSError) else OSError(errno.ELOOP, ""))
        raise Refused(Message("The workspace cannot be opened: {reason}.", reason=reason), where=str(path)) from error


def require_short_name(path: Path) -> None:
    """A file whose companions (log, lock, the rough copy) would not find room for their names could not be used."""
    if len(os.fsencode(path.name)) > LONGEST_NAME:
        what = Message("The name of the file is longer than {limit} bytes.", limit=LONGEST_NAME)
        raise Refused(what, where=f"{path.name[:40]}…", action=Message("Choose another name."))
