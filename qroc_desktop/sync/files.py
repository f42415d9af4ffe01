"""Files that are there whole or not at all, also after a power cut."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path


def replace(path: Path, data: bytes) -> None:
    """Write a file that only its owner can read, whole and on the disk, or leave the old one. Raises OSError."""
    rough = path.with_name(f".{path.name}.{os.getpid()}.new")
    descriptor = os.open(rough, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(rough, path)
        sync_folder(path.parent)
    finally:
        with contextlib.suppress(OSError):
            rough.unlink()


def sync_folder(folder: Path) -> None:
    """Bring a folder's list of files to the disk, where the system lets one."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
