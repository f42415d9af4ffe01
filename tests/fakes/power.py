"""A disk that can lose power: what SQLite writes is recorded on its way down, and put together as a cut leaves it.

`record` puts a shim under the SQLite that Python itself uses (a VFS of its own, by way of ctypes: no compiler, and no
second SQLite in the process). It notes every write, truncation, sync and deletion in order, and between them what the
program has acknowledged. `Disk` is the other half: it takes that record up to any point and gives the files as they
may lie on the disk if the power goes there. What was not synced is lost, kept, torn by sectors or garbage, as chance
has it; what was synced is there.
"""

from __future__ import annotations

import _sqlite3
import contextlib
import ctypes
import os
import random
import tempfile
from collections.abc import Callable, Iterator, Sequence
from ctypes import CFUNCTYPE, POINTER, Structure, c_char_p, c_int, c_int64, c_void_p
from pathlib import Path
from typing import Any, cast

import msgspec

SECTOR = 512
_OK = 0
_OPEN_JOURNALS = 0x0800 | 0x4000 | 0x80000
"""SQLITE_OPEN_MAIN_JOURNAL, SUPER_JOURNAL, WAL: SQLite syncs the folder with the first sync of such a file."""

_Write = CFUNCTYPE(c_int, c_void_p, c_void_p, c_int, c_int64)
_Truncate = CFUNCTYPE(c_int, c_void_p, c_int64)
_Sync = CFUNCTYPE(c_int, c_void_p, c_int)
_Open = CFUNCTYPE(c_int, c_void_p, c_void_p, c_void_p, c_int, POINTER(c_int))
_Delete = CFUNCTYPE(c_int, c_void_p, c_char_p, c_int)


class _Methods(Structure):
    """`sqlite3_io_methods`, version 3."""

    _fields_ = (
        ("iVersion", c_int), ("xClose", c_void_p), ("xRead", c_void_p), ("xWrite", c_void_p), ("xTruncate", c_void_p),
        ("xSync", c_void_p), ("others", c_void_p * 13),
    )  # fmt: skip


class _Vfs(Structure):
    """`sqlite3_vfs`, version 3."""

    _fields_ = (
        ("iVersion", c_int), ("szOsFile", c_int), ("mxPathname", c_int), ("pNext", c_void_p), ("zName", c_char_p),
        ("pAppData", c_void_p), ("xOpen", c_void_p), ("xDelete", c_void_p), ("others", c_void_p * 14),
    )  # fmt: skip


class Opened(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """A file got a handle. new: it came into being; journal: its folder is synced with its first sync, new or not."""

    handle: int
    path: str
    new: bool
    journal: bool


class Written(msgspec.Struct, frozen=True, tag=True, array_like=True):
    handle: int
    at: int
    data: bytes


class Truncated(msgspec.Struct, frozen=True, tag=True, array_like=True):
    handle: int
    size: int


class Synced(msgspec.Struct, frozen=True, tag=True, array_like=True):
    handle: int


class Deleted(msgspec.Struct, frozen=True, tag=True, array_like=True):
    path: str
    synced: bool


class Acknowledged(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """The program has told somebody: `who` (a file's name) that `what` is done with `subject`."""

    who: str
    what: str
    subject: str


Event = Opened | Written | Truncated | Synced | Deleted | Acknowledged


def available() -> bool:
    """Whether SQLite's own functions can be reached in this Python."""
    return os.name == "posix" and hasattr(_library(), "sqlite3_vfs_register")


class Recorder:
    """The shim of this process, for all connections that are opened from now on; it cannot be taken out again."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._handles: dict[int, int] = {}
        self._methods: dict[int, _Methods] = {}
        self._real: dict[int, tuple[Any, Any]] = {}
        self._kept: list[object] = []
        library = _library()
        library.sqlite3_vfs_find.restype = POINTER(_Vfs)
        self._below = library.sqlite3_vfs_find(None).contents
        self._vfs = _Vfs.from_buffer_copy(self._below)
        self._vfs.zName, self._vfs.pNext = b"power", None
        below_open = _Open(self._below.xOpen)
        below_delete = _Delete(self._below.xDelete)
        self._vfs.xOpen = self._address(_Open(lambda *given: self._open(below_open, *given)))
        self._vfs.xDelete = self._address(_Delete(lambda *given: self._delete(below_delete, *given)))
        if library.sqlite3_vfs_register(ctypes.byref(self._vfs), 1) != _OK:
            raise RuntimeError("SQLite takes no VFS")

    def acknowledge(self, who: str, what: str, subject: str) -> None:
        """From here on it may not be lost."""
        self.events.append(Acknowledged(who, what, subject))

    def to_bytes(self) -> bytes:
        return msgspec.msgpack.encode(self.events)

    def _address(self, function: Any) -> int:
        self._kept.append(function)  # ctypes keeps no reference itself
        return cast(int, ctypes.cast(function, c_void_p).value)

    def _open(self, below: Any, vfs: int, name: int | None, file: int, flags: int, out: Any) -> int:
        path = ctypes.string_at(name).decode() if name else ""
        new = bool(path) and not Path(path).exists()
        code = int(below(vfs, name, file, flags, out))
        if code != _OK or not path:
            return code
        slot = c_void_p.from_address(file)
        slot.value = ctypes.addressof(self._ours(cast(int, slot.value)))
        self._handles[file] = len(self.events)
        self.events.append(Opened(self._handles[file], path, new, bool(flags & _OPEN_JOURNALS)))
        return code

    def _delete(self, below: Any, vfs: int, name: bytes, sync_folder: int) -> int:
        code = int(below(vfs, name, 0))
        if code == _OK:
            self.events.append(Deleted(name.decode(), bool(sync_folder)))
        return code

    def _ours(self, real: int) -> _Methods:
        """The methods of a file as SQLite gave them, with those in between that change it."""
        if real in self._methods:
            return self._methods[real]
        theirs = _Methods.from_address(real)
        ours = _Methods.from_buffer_copy(theirs)
        write, truncate = _Write(theirs.xWrite), _Truncate(theirs.xTruncate)

        def written(file: int, data: int, size: int, at: int) -> int:
            self.events.append(Written(self._handles[file], at, ctypes.string_at(data, size)))
            return int(write(file, data, size, at))

        def truncated(file: int, size: int) -> int:
            self.events.append(Truncated(self._handles[file], size))
            return int(truncate(file, size))

        def synced(file: int, _: int) -> int:
            # The disk is ours: what it holds after a cut is up to `Disk`, and waiting for another one proves nothing.
            self.events.append(Synced(self._handles[file]))
            return _OK

        ours.xWrite = self._address(_Write(written))
        ours.xTruncate = self._address(_Truncate(truncated))
        ours.xSync = self._address(_Sync(synced))
        self._methods[real] = ours
        return ours


class _Inode:
    """The content of a file: what was synced, and what came after that."""

    def __init__(self, content: bytes = b"") -> None:
        self.synced = bytearray(content)
        self.pending: list[Written | Truncated] = []

    def sync(self) -> None:
        for change in self.pending:
            _apply(self.synced, change)
        self.pending = []

    def cut(self, chance: random.Random, fate: str) -> bytes:
        left = bytearray(self.synced)
        for change in self.pending:
            if fate == "kept":
                _apply(left, change)
            elif fate == "any" and isinstance(change, Truncated):
                if chance.random() < 0.5:
                    _apply(left, change)
            elif fate == "any" and isinstance(change, Written):
                for piece in _torn(change, chance):
                    _apply(left, piece)
        return bytes(left)


class Disk:
    """A folder's files on a disk without power, after the events that it was given."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        files = [path for path in folder.iterdir() if path.is_file() and not path.name.endswith("-shm")]
        self._synced_names = {str(path): _Inode(path.read_bytes()) for path in files}
        self._names: dict[str, _Inode | None] = dict(self._synced_names)
        self._unsynced_names: dict[str, list[_Inode | None]] = {}
        self._handles: dict[int, _Inode] = {}
        self._journals: dict[int, str] = {}
        self.acknowledged: list[Acknowledged] = []

    def take(self, event: Event) -> None:
        match event:
            case Opened():
                self._opened(event)
            case Written() | Truncated():
                if event.handle in self._handles:
                    self._handles[event.handle].pending.append(event)
            case Synced():
                if event.handle in self._handles:
                    self._handles[event.handle].sync()
                    self._sync_name(self._journals.pop(event.handle, ""))
            case Deleted():
                self._named(event.path, None)
                if event.synced:
                    self._sync_name(event.path)
            case Acknowledged():
                self.acknowledged.append(event)

    def cut(self, chance: random.Random, target: Path) -> None:
        """Write the files as a cut leaves them into an empty folder."""
        fate = chance.choice(("lost", "kept", "any", "any"))
        for path in set(self._synced_names) | set(self._unsynced_names):
            versions = [self._synced_names.get(path), *self._unsynced_names.get(path, [])]
            left = versions[{"lost": 0, "kept": -1}.get(fate, chance.randrange(len(versions)))]
            if left is not None:
                (target / Path(path).name).write_bytes(left.cut(chance, fate))

    def _opened(self, event: Opened) -> None:
        if event.path.endswith("-shm") or Path(event.path).parent != self._folder:
            return
        inode = self._names.get(event.path)
        if inode is None:
            inode = _Inode()
            self._named(event.path, inode)
        if event.journal:  # new or not: SQLite asks only whether it would have made it
            self._journals[event.handle] = event.path
        self._handles[event.handle] = inode

    def _named(self, path: str, inode: _Inode | None) -> None:
        self._names[path] = inode
        self._unsynced_names.setdefault(path, []).append(inode)

    def _sync_name(self, path: str) -> None:
        for inode in self._unsynced_names.pop(path, []):
            if inode is None:
                self._synced_names.pop(path, None)
            else:
                self._synced_names[path] = inode


def events(data: bytes) -> list[Event]:
    """What `Recorder.to_bytes` gave."""
    return msgspec.msgpack.decode(data, type=list[Event])


def cuts(
    folder: Path, record: Sequence[Event], count: int, chance: random.Random
) -> Iterator[tuple[int, list[Acknowledged], Callable[[Path], None]]]:
    """So many cuts at random points of a record that began with the files in `folder`: the point, what had been
    acknowledged before it, and a function that writes the files as they are left."""
    disk, points = Disk(folder), sorted(chance.choices(range(len(record) + 1), k=count))
    done = 0
    for point in points:
        for event in record[done:point]:
            disk.take(event)
        done = point
        yield point, list(disk.acknowledged), lambda target: disk.cut(chance, target)


@contextlib.contextmanager
def quick_folder() -> Iterator[Path]:
    """An empty folder for one cut; in memory where the system has that, for thousands of them are looked at."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as folder:
        yield Path(folder)


def _torn(change: Written, chance: random.Random) -> Iterator[Written]:
    """Of a write some sectors, or some garbage where they should be."""
    whole = chance.random()
    for at in range(0, len(change.data), SECTOR):
        data = change.data[at : at + SECTOR]
        luck = chance.random()
        if whole < 0.3 or (whole < 0.7 and luck < 0.5):
            yield Written(change.handle, change.at + at, data)
        elif whole < 0.7 and luck < 0.6:
            yield Written(change.handle, change.at + at, chance.randbytes(len(data)))


def _apply(content: bytearray, change: Written | Truncated) -> None:
    if isinstance(change, Truncated):
        del content[change.size :]
        return
    if len(content) < change.at:
        content.extend(bytes(change.at - len(content)))
    content[change.at : change.at + len(change.data)] = change.data


def _library() -> ctypes.CDLL:
    """The SQLite that Python's `sqlite3` is linked to: the very one, wherever it comes from."""
    return ctypes.CDLL(getattr(_sqlite3, "__file__", None))
