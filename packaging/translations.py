"""Compile the interface's translations: every .po under resources/translations into the .mo beside it.

Run by a Python that has Babel:

    python packaging/translations.py
"""

from __future__ import annotations

import sys
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


def compile_one(source: Path) -> None:
    """Compile `source` (.po, UTF-8) into the .mo beside it; a fuzzy or broken entry is an error, not a guess."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    with source.open("rb") as stream:
        catalog = read_po(stream, abort_invalid=True)
    unfinished = source.with_suffix(".mo.part")
    with unfinished.open("wb") as stream:
        write_mo(stream, catalog, use_fuzzy=False)
    unfinished.replace(source.with_suffix(".mo"))


if __name__ == "__main__":
    for po in stale():
        try:
            compile_one(po)
        except Exception as error:
            sys.exit(f"set-up: {po.relative_to(ROOT)}: {error}")
