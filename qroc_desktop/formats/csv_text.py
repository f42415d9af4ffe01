"""Text tables as they come: encoding, delimiter, decimal sign and header guessed, records with their real lines."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from typing import Final

import msgspec

from qroc_desktop.errors import Message, Refused

DELIMITERS: Final = (",", ";", "\t", "|")
ENCODINGS: Final = (
    "utf-8",
    "utf-16",
    "cp1252",
    "cp1250",
    "cp1251",
    "cp1253",
    "cp1254",
    "cp1257",
    "iso8859-15",
    "cp437",
)
"""What a person may choose from; `utf-8` and `utf-16` are found by themselves."""
LONGEST_LINE: Final = 16 * 1024 * 1024
_LONGEST_RECORD_LINES: Final = 10_000
_MOST_UNCLOSED: Final = 100
_SAMPLE: Final = 65_536
_SAMPLE_RECORDS: Final = 50
_NUMBER: Final = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?(?:[eE][+-]?[0-9]{1,3})?\Z")
_COMMA_NUMBER: Final = re.compile(r"[+-]?[0-9]+,[0-9]+\Z")
_POINT_NUMBER: Final = re.compile(r"[+-]?[0-9]+\.[0-9]+\Z")

# The module's default of 128 kB is less than the outline of a county; lines longer than this are refused before.
csv.field_size_limit(LONGEST_LINE)


class Record(msgspec.Struct, frozen=True):
    """One record: the line of the file that it begins in (from 1), its cells; or why it cannot be read."""

    line: int
    cells: list[str]
    why: Message | None = None


def decoded(data: bytes, name: str, encoding: str = "") -> tuple[str, str]:
    """The text and the encoding that it was read in, the given one or a guessed one.

    Raises Refused for what is no text.
    """
    chosen = encoding or _guess_encoding(data)
    try:
        text = data.decode("utf-8-sig" if chosen == "utf-8" else chosen)
    except (UnicodeDecodeError, LookupError) as error:
        at = f", byte {error.start}" if isinstance(error, UnicodeDecodeError) else ""
        raise Refused(
            Message("The file is not text in the encoding {encoding}.", encoding=chosen),
            where=f"{name}{at}",
            action=Message("Choose another encoding."),
        ) from error
    if "\x00" in text:
        raise Refused(
            Message("The file holds NUL characters: it is no text table."),
            where=f"{name}, line {text.count(chr(10), 0, text.index(chr(0))) + 1}",
        )
    return text, chosen


def records(text: str, delimiter: str) -> Iterator[Record]:
    """The records of a text, empty lines left out. One whose quotes do not close is told as unreadable and the next
    line is tried, so that a stray quotation mark does not swallow the rest of the file."""
    lines = list(io.StringIO(text, newline=""))
    at, unclosed = 0, 0
    while at < len(lines):
        at = yield from _run(lines, at, delimiter)
        if at < len(lines):
            unclosed += 1
            yield Record(at + 1, [], Message("The quotation marks of this line do not close."))
            at += 1
        if unclosed > _MOST_UNCLOSED:
            raise Refused(
                Message("Quotation marks do not close in more than {count} lines.", count=_MOST_UNCLOSED),
                where=f"line {at}",
                action=Message("Choose another delimiter, or save the table again."),
            )


def _run(lines: Sequence[str], start: int, delimiter: str) -> Generator[Record, None, int]:
    """Records from a line on; returns the line that cannot be read, or the number of lines."""
    taken = start

    def feed() -> Iterator[str]:
        nonlocal taken
        while taken < len(lines):
            if taken - begin >= _LONGEST_RECORD_LINES:
                raise csv.Error("a record without end")
            taken += 1
            yield lines[taken - 1]

    begin = start
    # Some programs put a space before a quoted cell; elsewhere a leading space belongs to the cell.
    spaced = bool(lines) and f'{delimiter} "' in lines[0]
    reader = csv.reader(feed(), delimiter=delimiter, strict=True, skipinitialspace=spaced)
    while True:
        begin = taken
        try:
            cells = next(reader)
        except StopIteration:
            return len(lines)
        except csv.Error:
            return begin
        if any(cell.strip() for cell in cells):
            yield Record(begin + 1, cells)


def check_lines(text: str, name: str) -> None:
    """Raise Refused where a line is too long to be a row of a table."""
    start, number = 0, 1
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        if end - start > LONGEST_LINE:
            raise Refused(
                Message("The line is longer than {limit} MB: this is no text table.", limit=LONGEST_LINE >> 20),
                where=f"{name}, line {number}",
            )
        start, number = end + 1, number + 1


def guess_delimiter(text: str) -> str:
    """The delimiter under which most of the first records have the same number of cells, more than one."""
    sample = text[:_SAMPLE]
    if len(text) > _SAMPLE:
        sample = sample[: sample.rfind("\n") + 1] or sample
    best, best_score = ",", 0.0
    for delimiter in DELIMITERS:
        widths = Counter(len(record.cells) for record in _first(sample, delimiter) if record.why is None)
        if not widths:
            continue
        width, count = max(widths.items(), key=lambda entry: (entry[1], entry[0]))
        score = 0.0 if width < 2 else count / sum(widths.values()) + min(width, 50) / 1000
        if score > best_score:
            best, best_score = delimiter, score
    return best


def without_directive(text: str) -> tuple[str, str]:
    """The text without the line `sep=;` that spreadsheets put first, and the delimiter it names, or nothing."""
    match = re.match(r"sep=([,;\t|])\r?\n", text, re.IGNORECASE)
    return (text[match.end() :], match[1]) if match else (text, "")


def guess_decimal(rows: Sequence[Sequence[str]], delimiter: str) -> str:
    """`,` where numbers are written with a decimal comma, else `.`."""
    cells = [cell.strip() for row in rows for cell in row]
    commas = sum(bool(_COMMA_NUMBER.match(cell)) for cell in cells)
    points = sum(bool(_POINT_NUMBER.match(cell)) for cell in cells)
    return "," if commas > points and (delimiter != "," or not points) else "."


def is_number(cell: str) -> bool:
    """Whether a cell is a number with either decimal sign."""
    return bool(_NUMBER.match(cell.strip()))


def _first(text: str, delimiter: str) -> list[Record]:
    found = []
    try:
        for record in records(text, delimiter):
            found.append(record)
            if len(found) >= _SAMPLE_RECORDS:
                break
    except Refused:
        pass
    return found


def _guess_encoding(data: bytes) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    head = data[:4096]
    if head.count(0) > len(head) // 4:
        return "utf-16-le" if head[1:2] == b"\x00" else "utf-16-be"
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"
