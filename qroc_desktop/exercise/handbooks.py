"""What is read beside an exercise by those who run it: Markdown, `name.md` in English and `name.de.md` in German.

It travels with the scenario and gives everything away: no team is ever served any of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

SUFFIX: Final = ".md"
UNMARKED: Final = "en"
"""The language of a handbook whose name does not say one."""


class Handbook(msgspec.Struct, frozen=True, kw_only=True):
    """`written`: its text by language."""

    name: str
    written: Mapping[str, str]


class Bookshelf(msgspec.Struct, frozen=True, kw_only=True):
    """Those of a run. ours: they come with the program, so that their markup may be shown as what it means; of any
    other it is text."""

    handbooks: tuple[Handbook, ...] = ()
    ours: bool = True


def bound(files: Mapping[str, str]) -> tuple[Handbook, ...]:
    """Texts by the names of their files as handbooks, each in all its languages, by name."""
    found: dict[str, dict[str, str]] = {}
    for file in sorted(files):
        name, _, language = file.removesuffix(SUFFIX).partition(".")
        found.setdefault(name, {})[language or UNMARKED] = files[file]
    return tuple(
        Handbook(name=name, written=dict(sorted(written.items(), key=lambda one: (one[0] != UNMARKED, one[0]))))
        for name, written in sorted(found.items())
    )


def text_of(data: bytes) -> str | None:
    """A file's text; None where it is none in UTF-8."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None
