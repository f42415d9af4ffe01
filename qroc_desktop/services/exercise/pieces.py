"""A workspace's files as they travel within an exercise: how large one is that is here, and its pieces."""

from __future__ import annotations

from qroc_desktop.store import Workspace
from qroc_desktop.store.files import PIECE


def size_here(workspace: Workspace, sha256: str) -> int | None:
    """Bytes of a file; None where it is not here."""
    stream = workspace.file(sha256)
    if stream is None:
        return None
    with stream:
        return stream.seek(0, 2)


def piece_here(workspace: Workspace, sha256: str, number: int) -> bytes | None:
    """One of its pieces, the first of them 0; None where it is not here."""
    stream = workspace.file(sha256)
    if stream is None:
        return None
    with stream:
        stream.seek(number * PIECE)
        return stream.read(PIECE)
