"""Names of attached files: whoever gave them, they lead nowhere and say what the file is."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from qroc_desktop.formats.media import SPECS, Media

LONGEST_NAME: Final = 120
"""Characters of a file's name."""
_ALSO: Final[dict[Media | None, tuple[str, ...]]] = {Media.JPEG: (".jpeg", ".jpe"), Media.MP4: (".mov", ".m4v")}
"""Suffixes that a kind of file has as well."""
_NEVER: Final = re.compile(r'[/\\:*?"<>|]')
_RESERVED: Final = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)


def safe_name(name: str, media: Media | None) -> str:
    """A name that is one on every system and leads nowhere, with the suffix of what the file is.

    Without folders, control characters and marks that turn the direction of writing; `.bin` where nobody knows.
    """
    bare = re.split(r"[/\\]", unicodedata.normalize("NFC", name.encode("utf-8", "replace").decode()))[-1]
    bare = "".join(c if c.isprintable() and unicodedata.category(c) != "Cf" else "" for c in bare)
    stem, dot, suffix = _NEVER.sub("_", bare).rpartition(".")
    stem = (stem if dot else suffix).strip(" .")
    wanted = SPECS[media].suffix if media else ".bin"
    kept = f".{suffix}" if dot and f".{suffix.lower()}" in {wanted, *_ALSO.get(media, ())} else wanted
    if not stem or _RESERVED.fullmatch(stem):
        stem = f"file {stem}".strip()
    return stem[: LONGEST_NAME - len(kept)] + kept
