"""The Common Alerting Protocol (OASIS CAP 1.0 to 1.2): in all versions, out as 1.2."""

from __future__ import annotations

from typing import Final

from qroc_desktop.formats import cap_terms, xml
from qroc_desktop.formats.cap_native import FORMAT
from qroc_desktop.formats.cap_read import read
from qroc_desktop.formats.cap_write import write

NAMES: Final = (".cap", ".edxlde", ".edxl", ".xml")
__all__ = ["FORMAT", "NAMES", "looks_like", "read", "write"]


def looks_like(data: bytes, name: str) -> bool:
    """Whether the root is an alert, or an EDXL distribution that names CAP inside."""
    space, local = xml.root_name(data)
    if local == "alert":
        return space in cap_terms.VERSIONS and (bool(space) or name.lower().endswith(".cap"))
    return local.lower() == "edxldistribution" and b"emergency:cap:" in data
