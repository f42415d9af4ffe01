"""What the first bytes of a file say."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from qroc_desktop.store.schema import APPLICATION_ID

_APPLICATION_ID_AT: Final = 68
"""Offset in the header of an SQLite file (sqlite.org/fileformat2.html, section 1.3)."""


def is_workspace(path: Path) -> bool:
    """Whether a file is a workspace, though it may be damaged. Raises OSError where it is there and cannot be read."""
    try:
        with path.open("rb") as file:
            file.seek(_APPLICATION_ID_AT)
            return file.read(4) == APPLICATION_ID.to_bytes(4, "big")
    except FileNotFoundError:
        return False
