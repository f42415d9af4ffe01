"""Tables as text (CSV) in and out.

In: encoding, delimiter, decimal sign, header and the meaning of columns are guessed, shown by `preview`, and may be
chosen. Out: UTF-8 with a byte order mark (spreadsheets need it), commas, CRLF, columns in a stable order. A cell
that a spreadsheet would take for a formula gets an apostrophe before it, which reading takes away again.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from qroc_desktop.domain.aspects import Origin
from qroc_desktop.domain.state import Item
from qroc_desktop.domain.vocabulary import Aspect, WorkspaceKind
from qroc_desktop.errors import Message, Refused
from qroc_desktop.formats.csv_mapping import EXPORTED, GRID, OURS, TARGETS, Mapping, column_names, guess
from qroc_desktop.formats.csv_row import FORMAT, RowRefused, read_row, row_of
from qroc_desktop.formats.csv_text import (
    Record,
    check_lines,
    decoded,
    guess_delimiter,
    records,
    without_directive,
)
from qroc_desktop.formats.reading import Problem, Progress, Reading, Writing, Written

NAMES: Final = (".csv", ".tsv", ".txt")
__all__ = ["FORMAT", "NAMES", "Mapping", "Preview", "looks_like", "preview", "read", "write"]

PREVIEW_ROWS: Final = 50
_STEP: Final = 1000
_EXERCISE: Final = f"{OURS} exercise"
"""Name of our own last column in an exercise, so that its table never passes for a live one."""


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """What a table looks like before it is read.

    names: of the columns. rows: the first rows as they stand, without the header, with the line that each begins in.
    reading: what these rows give under the mapping. more: whether there are more rows.
    """

    mapping: Mapping
    names: list[str]
    rows: list[tuple[int, list[str]]]
    reading: Reading
    more: bool


class _Table(msgspec.Struct):
    """A table taken apart. `first_line` is the number of lines before the text (of a `sep=` line)."""

    text: str
    mapping: Mapping
    names: list[str]
    first_line: int
    exercise: bool | None


def looks_like(data: bytes, name: str) -> bool:
    """Whether it is text in rows of several cells; any text by a name that says so."""
    head = data[:65_536]
    if head.lstrip()[:1] in (b"<", b"{", b"\x1e") or head[:4] in (b"PK\x03\x04", b"%PDF"):
        return False
    try:
        if head[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            text = head.decode("utf-16", "ignore")
        else:
            text, _ = decoded(head[: head.rfind(b"\n") + 1] or head, name)
    except Refused:
        return False
    if name.lower().endswith(NAMES):
        return bool(text.strip())
    return len(_first_rows(without_directive(text)[0], guess_delimiter(text), 2)) > 1 and "\n" in text


def preview(data: bytes, name: str, mapping: Mapping | None = None) -> Preview:
    """A first look, under a guessed mapping or a given one. Raises Refused for what is no table."""
    table = _opened(data, name, mapping)
    rows: list[Record] = []
    more = False
    for record in _body(table):
        if len(rows) == PREVIEW_ROWS:
            more = True
            break
        rows.append(record)
    reading = Reading(format=FORMAT, exercise=table.exercise)
    for record in rows:
        _read_record(record, table, reading)
    return Preview(
        mapping=table.mapping,
        names=table.names,
        rows=[(record.line, record.cells) for record in rows],
        reading=reading,
        more=more,
    )


def read(
    data: bytes, *, name: str, progress: Progress | None = None, mapping: Mapping | None = None, zone: str = ""
) -> Reading:
    """Every row as an item, or a problem with its line. Raises Refused where no column has a meaning.

    zone: that of times that name none, under a guessed mapping.
    """
    table = _opened(data, name, mapping)
    if zone and mapping is None:
        table.mapping = msgspec.structs.replace(table.mapping, zone=zone)
        _check(table.mapping, name)
    if not any(table.mapping.columns):
        raise Refused(
            Message("No column of the table is known by its name."),
            where=name,
            action=Message("Choose what the columns mean in the preview."),
        )
    reading = Reading(format=FORMAT, exercise=table.exercise)
    if not mapping and table.mapping.encoding == "cp1252":
        why = Message("The file is not in UTF-8; it was read as Windows-1252.")
        reading.problems.append(Problem("line 1", why, skipped=False))
    total = table.text.count("\n") + 1
    for number, record in enumerate(_body(table), 1):
        if progress and number % _STEP == 0:
            progress(min(record.line, total), total)
        _read_record(record, table, reading)
    _tell_twins_apart(reading)
    if progress:
        progress(total, total)
    return reading


def write(items: Sequence[Item], context: Writing) -> Written:
    """A row for each item with all that it has; see the module's beginning."""
    layers = {layer.id: layer.name for layer in context.layers}
    exercise = context.identity.kind is WorkspaceKind.EXERCISE
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([*EXPORTED[:-1], _EXERCISE if exercise else OURS])
    writer.writerows(_rows(items, layers))
    return Written(data=b"\xef\xbb\xbf" + out.getvalue().encode("utf-8", "replace"))


def _rows(items: Iterable[Item], layers: dict[str, str]) -> Iterator[list[str]]:
    for item in items:
        yield row_of(item, layers.get(item.layer, ""))


def _opened(data: bytes, name: str, mapping: Mapping | None) -> _Table:
    if mapping:
        _check(mapping, name)
    text, encoding = decoded(data, name, mapping.encoding if mapping else "")
    check_lines(text, name)
    text, directive = without_directive(text)
    delimiter = mapping.delimiter if mapping else directive or guess_delimiter(text)
    first = _first_rows(text, delimiter, PREVIEW_ROWS)
    if not first:
        raise Refused(Message("The table has no rows."), where=name)
    exercise: bool | None = None
    if first[0][-1:] in ([OURS], [_EXERCISE]):
        exercise = first[0][-1] == _EXERCISE
        first[0][-1] = OURS
    chosen = mapping or guess(first, encoding=encoding, delimiter=delimiter)
    width = len(first[0]) if chosen.header else max(len(row) for row in first)
    names = column_names(first[0], header=chosen.header, width=max(width, len(chosen.columns)))
    return _Table(text, chosen, names, 1 if directive else 0, exercise)


def _check(mapping: Mapping, name: str) -> None:
    """Raise Refused for a mapping that cannot be followed."""
    used = [column for column in mapping.columns if column]
    wrong = [column for column in used if column not in TARGETS or used.count(column) > 1]
    if wrong:
        raise Refused(Message("The column {target} is mapped twice or not known.", target=wrong[0][:40]), where=name)
    if ("lat" in used) != ("lon" in used):
        raise Refused(Message("Latitude and longitude need a column each."), where=name)
    if set(GRID) & set(used) and not set(GRID) <= set(used):
        raise Refused(Message("Easting, northing and zone need a column each."), where=name)
    if len(mapping.delimiter) != 1 or mapping.delimiter in '\r\n"':
        raise Refused(Message("The delimiter is not one character."), where=name)
    try:
        ZoneInfo(mapping.zone or "UTC")
    except (OSError, ValueError, KeyError) as error:
        raise Refused(Message("The time zone {zone} is not known.", zone=mapping.zone[:40]), where=name) from error


def _first_rows(text: str, delimiter: str, count: int) -> list[list[str]]:
    rows = []
    for record in records(text, delimiter):
        if record.why is None:
            rows.append(list(record.cells))
        if len(rows) == count:
            break
    return rows


def _body(table: _Table) -> Iterator[Record]:
    """Records below the header, with the lines of the file as a person counts them."""
    header = table.mapping.header
    for record in records(table.text, table.mapping.delimiter):
        if header and record.why is None:
            header = False
            continue
        yield msgspec.structs.replace(record, line=record.line + table.first_line)


def _read_record(record: Record, table: _Table, reading: Reading) -> None:
    where = f"line {record.line}"
    if record.why is not None:
        reading.problems.append(Problem(where, record.why))
        return
    columns, cells = table.mapping.columns, record.cells
    if any(cell.strip() for cell in cells[len(table.names) :]):
        why = Message("The row has {cells} cells for {columns} columns.", cells=len(cells), columns=len(table.names))
        reading.problems.append(Problem(where, why, what=" | ".join(cells)))
        return
    problems: list[Problem] = []
    if len(cells) < len(table.names):
        why = Message("The row has {cells} cells for {columns} columns.", cells=len(cells), columns=len(table.names))
        problems.append(Problem(where, why, what=" | ".join(cells), skipped=False))
    targets = [*columns, *[""] * (len(cells) - len(columns))]
    known = {target: cell for target, cell in zip(targets, cells, strict=False) if target and cell}
    others = {
        name: cell for name, target, cell in zip(table.names, targets, cells, strict=False) if not target and cell
    }
    try:
        item = read_row(known, others, table.mapping, where, problems)
    except RowRefused as refused:
        reading.problems.append(Problem(where, refused.why, what=refused.what))
        return
    reading.problems += problems
    reading.items.append(item)


def _tell_twins_apart(reading: Reading) -> None:
    """Of rows with one id only the first keeps it: the import takes equal ids for one item."""
    seen: set[str] = set()
    for place, item in enumerate(reading.items):
        origin = item.aspects.get(Aspect.ORIGIN)
        if not isinstance(origin, Origin) or origin.format != FORMAT or not origin.foreign_id:
            continue
        if origin.foreign_id in seen:
            single = msgspec.structs.replace(origin, foreign_id="")
            reading.items[place] = msgspec.structs.replace(item, aspects={**item.aspects, Aspect.ORIGIN: single})
            why = Message("An earlier row has the same id; this one came in as another item.")
            reading.problems.append(Problem(item.where, why, what=origin.foreign_id, skipped=False))
        seen.add(origin.foreign_id)
