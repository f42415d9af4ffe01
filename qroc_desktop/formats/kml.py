"""KML 2.0 to 2.3 in, 2.2 out."""

from __future__ import annotations

from typing import Final

from qroc_desktop.formats import kml_terms, xml
from qroc_desktop.formats.kml_read import read
from qroc_desktop.formats.kml_terms import FORMAT
from qroc_desktop.formats.kml_write import write

NAMES: Final = (".kml",)
__all__ = ["FORMAT", "NAMES", "looks_like", "read", "write"]


def looks_like(data: bytes, name: str) -> bool:
    """Whether the root is KML's, or a feature of it that stands alone."""
    space, local = xml.root_name(data)
    if not kml_terms.known(space):
        return False
    return local == "kml" or (
        local in ("Document", "Folder", "Placemark") and (bool(space) or name.lower().endswith(".kml"))
    )
