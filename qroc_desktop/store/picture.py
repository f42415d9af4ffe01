"""Items at a pair of instants: as items, as table rows, as counts."""

# ruff: noqa: S608 - statements are put together from constants and integers; values are parameters
from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from qroc_desktop.domain.aspects import AspectValue, Origin
from qroc_desktop.domain.change import decode_patch
from qroc_desktop.domain.instant import Instant
from qroc_desktop.domain.query import Foreign, ItemQuery, Row
from qroc_desktop.domain.state import Item, Layer
from qroc_desktop.domain.vocabulary import Aspect, Status
from qroc_desktop.errors import Message, Refused
from qroc_desktop.store import states, winners
from qroc_desktop.store.asking import Question, When, layer_names, layer_numbers
from qroc_desktop.store.record import chunked
from qroc_desktop.store.regions import END
from qroc_desktop.store.winners import CONTENT

WINDOW = 500
"""Items are loaded so many at a time."""
Reference = tuple[str, int, int, str]
"""id, since, known, winners: all that is needed to load an item."""

_REFERENCE = "i.id, i.since, i.known, i.winners"
_ROW = ", ".join(f"i.{column}" for column in states.ROW_COLUMNS)
_ORDERED = f"{_ROW}, i.key"
_HELD = (
    "SELECT n.id, i.since, i.known, i.winners, i.present FROM item n JOIN past i ON i.item = n.key WHERE n.id = :id"
    " AND i.valid_from <= :valid AND :valid < i.valid_to AND i.known_from <= :known AND :known < i.known_to"
    " AND NOT (:valid >= i.notch_valid AND :known >= i.notch_known)"
)
_TEXTS = frozenset({"kind", "sidc", "title", "place"})
_PLAIN = frozenset(
    {"id", "type", "affiliation", "priority", "starts", "stale_at", "lon", "lat", "extent", "evaluation", "assessment"}
)


def item(connection: sqlite3.Connection, id_: str, when: When) -> Item | None:
    """One item, removed ones too; None where nothing is known of it at that moment."""
    row = connection.execute(
        "SELECT i.id, i.since, i.known, i.winners, i.present FROM item i WHERE id = ?", (id_,)
    ).fetchone()
    if row and not (row[1] <= when.valid and row[2] <= when.known):
        row = connection.execute(_HELD, {"id": id_, "valid": when.valid, "known": min(when.known, END - 1)}).fetchone()
    if row is None or not row[4] & CONTENT:
        return None
    return loaded(connection, [row[:4]])[0]


def items_by_id(connection: sqlite3.Connection, wanted: Sequence[str]) -> Iterator[Item]:
    """These items in their last state, removed ones too, in any order; those that nobody knows are left out."""
    for chunk in chunked(wanted, WINDOW):
        ids = msgspec.json.encode(chunk).decode()
        found = connection.execute(
            f"SELECT {_REFERENCE}, i.present FROM item i WHERE i.id IN (SELECT value FROM json_each(?))", (ids,)
        )
        yield from loaded(connection, [row[:4] for row in found if row[4] & CONTENT])


def references(
    connection: sqlite3.Connection, query: ItemQuery, when: When, layers: Sequence[Layer]
) -> list[Reference]:
    """What to load, in drawing order: by the order of the layer, then by `valid_from`."""
    names = layer_names(connection)
    question = Question(when, query, layer_numbers(names, query.layers))
    rows = connection.execute(question.select(f"{_REFERENCE}, i.layer"), question.params).fetchall()
    place = {layer.id: number for number, layer in enumerate(layers, start=1)}
    rank = {key: place.get(name, 0) for key, name in names.items()}
    rows.sort(key=lambda row: (rank[row[4]], row[1], row[0]))
    return [row[:4] for row in rows[: query.limit]]


def loaded(connection: sqlite3.Connection, wanted: Sequence[Reference]) -> list[Item]:
    """Items of references, in their order."""
    named = [winners.parse(reference[3]) for reference in wanted]
    seqs = msgspec.json.encode(sorted({seq for held in named for seq in held})).decode()
    rows = connection.execute(
        "SELECT seq, patch, author FROM change WHERE seq IN (SELECT value FROM json_each(?))", (seqs,)
    )
    given = {seq: (patch, author) for seq, patch, author in rows}
    return [_item(reference, held, given) for reference, held in zip(wanted, named, strict=True)]


def load_in_windows(connection: sqlite3.Connection, wanted: Sequence[Reference]) -> Iterator[list[Item]]:
    """The same, a window at a time."""
    for chunk in chunked(wanted, WINDOW):
        yield loaded(connection, chunk)


def count(connection: sqlite3.Connection, query: ItemQuery, when: When) -> int:
    """How many fit; `limit` caps it."""
    question = Question(when, query, layer_numbers(layer_names(connection), query.layers))
    limit = -1 if query.limit is None else query.limit
    inner = f"{question.select('1')} LIMIT {limit}"
    return int(connection.execute(f"SELECT count(*) FROM ({inner})", question.params).fetchone()[0])


def rows(connection: sqlite3.Connection, query: ItemQuery, when: When, ordering: str, offset: int = 0) -> list[Row]:
    """Table rows in order. `ordering` is of `ordering_of`."""
    names = layer_names(connection)
    question = Question(when, query, layer_numbers(names, query.layers))
    limit = -1 if query.limit is None else query.limit
    statement = f"SELECT * FROM ({question.select(_ORDERED)}) ORDER BY {ordering} LIMIT {limit} OFFSET {offset}"
    return [states.row(row[:-1], names) for row in connection.execute(statement, question.params)]


def ids(connection: sqlite3.Connection, query: ItemQuery, when: When, ordering: str) -> list[str]:
    """Ids of all that fit, in order."""
    question = Question(when, query, layer_numbers(layer_names(connection), query.layers))
    limit = -1 if query.limit is None else query.limit
    statement = f"SELECT id FROM ({question.select(_ORDERED)}) ORDER BY {ordering} LIMIT {limit}"
    return [id_ for (id_,) in connection.execute(statement, question.params)]


def rows_by_id(connection: sqlite3.Connection, wanted: Sequence[str], when: When) -> list[Row]:
    """Rows of these items in this order; those not shown at the moment are left out."""
    names = layer_names(connection)
    found: dict[str, Row] = {}
    params: dict[str, Any] = {"valid": when.valid, "known": when.known}
    for chunk in chunked(wanted, WINDOW):
        params["ids"] = msgspec.json.encode(chunk).decode()
        for row in connection.execute(_shown_with(_ROW, _PAST_ROW, when), params):
            found[row[0]] = states.row(row, names)
    return [found[id_] for id_ in wanted if id_ in found]


def having(
    connection: sqlite3.Connection, wanted: Sequence[str], named: Iterable[Aspect], when: When
) -> Iterator[Item]:
    """Of these items those that have one of the named aspects; those not shown at the moment are left out."""
    mask = winners.bits(named)
    params: dict[str, Any] = {"valid": when.valid, "known": when.known}
    for chunk in chunked(wanted, WINDOW):
        params["ids"] = msgspec.json.encode(chunk).decode()
        columns = "i.id, i.since, i.known, i.winners, i.present"
        held = _shown_with(columns, columns.replace("i.id", "n.id"), when)
        rows = connection.execute(held, params).fetchall()
        yield from loaded(connection, [row[:4] for row in rows if row[4] & mask])


def origins(connection: sqlite3.Connection, wanted: Sequence[str], when: When) -> dict[str, Origin]:
    """Where these items came from, by their ids; those that were entered here or are not shown are left out."""
    found: dict[str, Origin] = {}
    params: dict[str, Any] = {"valid": when.valid, "known": when.known}
    for chunk in chunked(wanted, WINDOW):
        params["ids"] = msgspec.json.encode(chunk).decode()
        held = _shown_with("i.id, i.origin", "n.id, i.origin", when)
        statement = f"SELECT h.id, c.patch FROM ({held}) h JOIN change c ON c.seq = h.origin"
        for id_, patch in connection.execute(statement, params):
            value = decode_patch(patch, {Aspect.ORIGIN}).get(Aspect.ORIGIN)
            if isinstance(value, Origin):
                found[id_] = value
    return found


def _shown_with(now: str, then: str, when: When) -> str:
    """SELECT of the items `:ids` that are shown: columns `now` of the present state, `then` of one in the past."""
    current = f"SELECT {now} FROM item i WHERE i.shown AND i.id IN (SELECT value FROM json_each(:ids))"
    if when.present:
        return current
    past = _HELD.replace("SELECT n.id, i.since, i.known, i.winners, i.present", f"SELECT {then}")
    past = past.replace("n.id = :id", "i.shown AND n.id IN (SELECT value FROM json_each(:ids))")
    return f"{current} AND i.since <= :valid AND i.known <= :known UNION ALL {past}"


def ordering_of(order: str, *, descending: bool, layer_rank: Mapping[int, int]) -> str:
    """ORDER BY terms for a field of Row; empty values come last, and of equals the item that was there first.

    Texts are compared without case and diacritics, layers by their drawing order, statuses by their place in an
    item's life. Raises Refused for anything that is not a field of Row.
    """
    way = "DESC" if descending else "ASC"
    if order == "valid_from":
        return f"since {way}, key {way}"
    if order in _TEXTS:
        return f"{order} = '', folded({order}) {way}, key {way}"
    if order in _PLAIN:
        return f"{order} IS NULL, {order} {way}, key {way}"
    if order == "status":
        cases = " ".join(f"WHEN '{status}' THEN {place}" for place, status in enumerate(Status))
        return f"CASE status {cases} END {way}, key {way}"
    if order == "layer":
        cases = " ".join(f"WHEN {key} THEN {place}" for key, place in layer_rank.items())
        return f"{f'CASE layer {cases} ELSE 0 END' if cases else '0'} {way}, key {way}"
    raise Refused(Message("Items cannot be sorted by {field}.", field=order[:40]))


_PAST_ROW = _ROW.replace("i.id", "n.id")


def _item(reference: Reference, held: Mapping[int, int], given: Mapping[int, tuple[str, str]]) -> Item:
    """held: the aspects that each change gave, as winners.py has them; given: patch and author of each change."""
    id_, since, known, _ = reference
    aspects: dict[Aspect, AspectValue] = {}
    seqs: dict[Aspect, int] = {}
    for seq, mask in held.items():
        won = winners.aspects(mask)
        seqs.update(dict.fromkeys(won, seq))
        for aspect, value in decode_patch(given[seq][0], won).items():
            if value is not None:
                aspects[aspect] = value
    return Item(
        id=id_,
        aspects=aspects,
        seqs=seqs,
        valid_from=Instant(since),
        known_from=Instant(known),
        author=given[max(held)][1],
    )


def foreign(connection: sqlite3.Connection, format_: str, layer: str | None) -> Iterator[Foreign]:
    """Items now shown that came from a format, on one layer or on all, and those that a file itself removed."""
    found = connection.execute(
        "SELECT i.id, k.id, json_extract(c.patch, '$.origin.foreign_id'), json_extract(c.patch, '$.origin.part'),"
        " json_extract(c.patch, '$.origin.sender'), json_extract(c.patch, '$.origin.sent'),"
        " json_extract(c.patch, '$.origin.earlier'), i.shown"
        " FROM item i JOIN layer_key k ON k.key = i.layer JOIN change c ON c.seq = i.origin"
        " WHERE (i.shown OR json_extract(c.patch, '$.presence.removed'))"
        " AND json_extract(c.patch, '$.origin.format') = ?" + (" AND k.id = ?" if layer else ""),
        (format_, layer) if layer else (format_,),
    )
    for item, lies_on, id_, part, sender, sent, earlier, shown in found:
        yield Foreign(
            item=item,
            layer=lies_on,
            id=id_ or "",
            part=part or "",
            sender=sender or "",
            sent=sent,
            earlier=tuple(json.loads(earlier)) if earlier else (),
            gone=not shown,
        )
