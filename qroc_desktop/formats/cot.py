"""Cursor on Target as XML, version 2.0."""

from __future__ import annotations

from typing import Final

from qroc_desktop.formats import xml
from qroc_desktop.formats.cot_read import read
from qroc_desktop.formats.cot_terms import FORMAT
from qroc_desktop.formats.cot_write import write

NAMES: Final = (".cot", ".xml")
__all__ = ["FORMAT", "NAMES", "looks_like", "read", "write"]


def looks_like(data: bytes, name: str) -> bool:
    """Whether the first element is an event, or an element of events."""
    space, local = xml.root_name(data)
    return not space and local in ("event", "events")
