"""The full text of items: which words of a change are indexed, under which number, and how they are found again.

`wording_text` has a row under `seq` for the wording that a change gave, one under `-seq` for the person, and one under
`-LINKS - seq` for the item that it comments on, whose owner and id are its words. Rows are never taken out: whether a
change still holds is what the state says that names it.
"""

# ruff: noqa: S608 - statements are put together from constants and integers; values are parameters
from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Final

from qroc_desktop.domain.aspects import About, Entry, Person, Wording
from qroc_desktop.domain.change import Change
from qroc_desktop.domain.vocabulary import Aspect
from qroc_desktop.store import winners
from qroc_desktop.store.folding import fold, match_expression

LINKS: Final = 1 << 61
"""No file has so many changes."""
PERSON_OF: Final = "qroc_person_of"
"""SQL function: of a state's winners, the seq of the change that gave the person; 0 for none."""

_HITS = "SELECT rowid FROM wording_text WHERE wording_text MATCH :words"
_PERSONS = (
    "SELECT n.key FROM wording_text t JOIN change c ON c.seq = -t.rowid JOIN item n ON n.id = c.subject"
    f" WHERE t.wording_text MATCH :words AND t.rowid BETWEEN {-LINKS} AND -1"
)


OWNER: Final = "i.owner"
"""Stands in FITS for the column with an item's key: `i.key` of item, `i.item` of past."""
FITS: Final = f"(i.wording IN ({_HITS}) OR ({OWNER} IN ({_PERSONS}) AND -{PERSON_OF}(i.winners) IN ({_HITS})))"
"""SQL for states that have all of `:words` in their wording, or all of them in the person. Persons are few: the items
that ever had such a one come from the index, and only their states are looked into."""


def person_of(held: str) -> int:
    """What `PERSON_OF` computes."""
    bit = winners.BIT[Aspect.PERSON]
    return next((seq for seq, mask in winners.parse(held).items() if mask & bit), 0)


def words_of(change: Change) -> Iterator[tuple[int, str]]:
    """Rows of `wording_text` for a change of an item."""
    wording, person = change.patch.get(Aspect.WORDING), change.patch.get(Aspect.PERSON)
    about = change.patch.get(Aspect.ABOUT)
    if isinstance(wording, Wording):
        yield change.seq, fold(f"{wording.title} {wording.place} {wording.description}")
    if isinstance(person, Person):
        said = (person.surname, person.first_names, person.born, person.birth_place, person.circumstances)
        yield -change.seq, fold(" ".join(said))
    if isinstance(about, About):
        yield -LINKS - change.seq, fold(f"{about.centre} {about.item}")


def entry_words(entry: Entry) -> str:
    """The text of a logbook entry that is indexed."""
    return fold(f"{entry.text} {entry.counterpart}")


def commenting(connection: sqlite3.Connection, about: About) -> list[str]:
    """Ids of the items that were ever made a comment on this one, in the order in which they were."""
    words = match_expression(f"{about.centre} {about.item}")
    if words is None:
        return []
    rows = connection.execute(
        f"SELECT DISTINCT c.subject FROM wording_text t JOIN change c ON c.seq = -t.rowid - {LINKS}"
        f" WHERE t.wording_text MATCH ? AND t.rowid < {-LINKS} ORDER BY t.rowid DESC",
        (words,),
    )
    return [subject for (subject,) in rows]
