"""Compile the interface's translations: every .po under resources/translations into the .mo beside it.

Run by a Python that has Babel:

    python packaging/translations.py
"""

from __future__ import annotations

import string
import sys
from collections.abc import Iterable
from pathlib import Path

from steps import ROOT

TRANSLATIONS = ROOT / "resources" / "translations"


def stale(folder: Path = TRANSLATIONS) -> list[Path]:
    """Return the .po files whose .mo is missing or older."""
    return [
        source
        for source in sorted(folder.rglob("*.po"))
        if not (made := source.with_suffix(".mo")).exists() or made.stat().st_mtime < source.stat().st_mtime
    ]


def fields(text: str) -> set[str]:
    """Return the names in curly brackets of a template; raises ValueError where a bracket is left open."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def check(originals: Iterable[str], translated: Iterable[str]) -> None:
    """Raise ValueError where a translation has a field that its original has not: it could not be filled in."""
    known = {name for text in originals for name in fields(text)}
    for text in translated:
        if unknown := fields(text) - known:
            raise ValueError(f"{text!r} has fields that its original lacks: {', '.join(sorted(unknown))}")


def compile_one(source: Path) -> None:
    """Compile `source` (.po, UTF-8) into the .mo beside it, without its fuzzy entries.

    Raises ValueError for an entry that could not be shown; an older .mo then stays as it was.
    """
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    with source.open("rb") as stream:
        catalog = read_po(stream, abort_invalid=True)
    for message in catalog:
        if message.id and not message.fuzzy:
            check(_forms(message.id), _forms(message.string or ""))
    unfinished = source.with_suffix(".mo.part")
    with unfinished.open("wb") as stream:
        write_mo(stream, catalog, use_fuzzy=False)
    unfinished.replace(source.with_suffix(".mo"))


def _forms(text: str | Iterable[str]) -> list[str]:
    return [text] if isinstance(text, str) else list(text)


if __name__ == "__main__":
    for po in stale():
        try:
            compile_one(po)
        except Exception as error:
            sys.exit(f"set-up: {po.relative_to(ROOT)}: {error}")
