"""An item as a row of named plain values: the fields that GeoJSON properties and CSV columns share.

`COLUMNS` is their stable order. Geometry has its own way in either format and is no part of it. What has more than
one part is a list in JSON, joined with `; ` where it is text.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeVar

import msgspec

from qroc_desktop.domain.aspects import (
    AspectValue,
    Evaluation,
    Marking,
    Motion,
    Nature,
    Origin,
    Situation,
    Style,
    Wording,
)
from qroc_desktop.domain.instant import Instant, InstantError, from_datetime, iso
from qroc_desktop.domain.standard_identity import affiliation_of_cot, affiliation_of_sidc, is_sidc
from qroc_desktop.domain.vocabulary import (
    Affiliation,
    Aspect,
    Basis,
    Handling,
    InformationAccuracy,
    ItemType,
    Priority,
    SourceReliability,
    SpecialCategory,
    Status,
    SubjectCategory,
    Tlp,
)
from qroc_desktop.errors import Message
from qroc_desktop.formats.reading import Problem

Aspects = dict[Aspect, AspectValue]
Note = Callable[[str, Message, str], None]
"""Called with (column, why, the value) for a value that was left out or taken with a reservation."""
E_ = TypeVar("E_")

FIELDS: Final[dict[Aspect, tuple[str, ...]]] = {
    Aspect.NATURE: ("type", "kind", "sidc", "affiliation"),
    Aspect.WORDING: ("title", "description", "place"),
    Aspect.SITUATION: ("status", "priority", "starts", "ends", "stale_at"),
    Aspect.MOTION: ("course_deg", "speed_ms"),
    Aspect.MARKING: (
        "handling",
        "handling_text",
        "tlp",
        "subject",
        "special",
        "strict_necessity",
        "conditions",
        "originator",
        "classification",
    ),
    Aspect.EVALUATION: ("source", "information", "basis"),
    Aspect.STYLE: ("stroke", "stroke-width", "stroke-dasharray", "fill", "fill-opacity"),
}
COLUMNS: Final = tuple(name for names in FIELDS.values() for name in names)
_SEPARATOR: Final = "; "
_COT: Final = re.compile(r"[a-z]-[A-Za-z0-9.-]+\Z")
_SLASHED: Final = re.compile(r"[0-9]{4}/[0-9]{2}/[0-9]{2}(?![0-9])")
_COLOUR: Final = re.compile(r"#?([0-9a-fA-F]{6}|[0-9a-fA-F]{3})\Z")
_PRIORITY_NAMES: Final = {priority.name.lower(): priority for priority in Priority}
_TYPE_OF_COT: Final = (
    ("a-.-X-i", ItemType.INCIDENT),
    ("a-.-G-I", ItemType.FACILITY),
    ("a-.-", ItemType.UNIT),
    ("b-a", ItemType.INCIDENT),
    ("b-m-r", ItemType.LINE),
    ("b-m-p", ItemType.NOTE),
    ("u-d-l", ItemType.LINE),
    ("u-rb", ItemType.LINE),
    ("u-d", ItemType.AREA),
)


def flatten(aspects: Mapping[Aspect, AspectValue]) -> dict[str, Any]:
    """Values by column, in the order of COLUMNS; what is at its default or absent is left out."""
    row: dict[str, Any] = {}
    for aspect, names in FIELDS.items():
        value = aspects.get(aspect)
        if value is not None:
            row.update(
                (name, told) for name, told in zip(names, _TELL[aspect](value), strict=True) if told not in _NOTHING
            )
    return row


def aspects_of(row: Mapping[str, Any], note: Note, *, default: ItemType = ItemType.NOTE, ours: bool = True) -> Aspects:
    """The aspects that columns tell, Nature and Wording always; `default` is the item's type where no column says.

    A value that cannot be read is left out and noted; the rest of its aspect stays. ours: False where the names
    were not meant for us, so that a value which is none of our codes is no mistake: it is passed over in silence.
    """
    read = _Row(row, note, ours=ours)
    found: Aspects = {Aspect.NATURE: _nature(read, default), Aspect.WORDING: _wording(read)}
    for aspect, reading in _READ.items():
        if not read.lacks(FIELDS[aspect]):
            value = reading(read)
            if value != type(value)():
                found[aspect] = value
    return found


def time_of(value: Any, note: Note, column: str) -> Instant | None:
    """An instant from ISO 8601 or a Unix time in seconds or milliseconds; a text without a zone is read as UTC and
    noted. None for nothing and for what is no time, which is noted too."""
    if value is None or value == "" or isinstance(value, bool):
        return None
    try:
        if isinstance(value, (int, float)):
            return _from_unix(value)
        moment = datetime.fromisoformat(_as_iso(str(value).strip()))
    except (ValueError, OverflowError):
        note(column, Message("The time cannot be read; it is left out."), str(value))
        return None
    try:
        if moment.tzinfo is None:
            note(column, Message("The time has no zone and is read as UTC."), str(value))
            moment = moment.replace(tzinfo=UTC)
        return from_datetime(moment)
    except (InstantError, OverflowError):
        note(column, Message("The time cannot be read; it is left out."), str(value))
        return None


def _as_iso(text: str) -> str:
    """GDAL and the programs upon it write `2026/03/01 14:05:00+01`."""
    return f"{text[:4]}-{text[5:7]}-{text[8:]}" if _SLASHED.match(text) else text


def noter(problems: list[Problem], where: str) -> Note:
    """A Note that adds to a list of problems as reservations."""

    def note(column: str, why: Message, value: str) -> None:
        problems.append(Problem(f"{where}, {column}", why, what=value, skipped=False))

    return note


def joined(parts: Iterable[str]) -> str:
    """A list as one text, from which `parted` gives the same list."""
    texts = list(parts)
    plain = all(text and text == text.strip() and ";" not in text and not text.startswith("[") for text in texts)
    return _SEPARATOR.join(texts) if plain else json.dumps(texts, ensure_ascii=False)


def parted(value: Any) -> list[str]:
    """The list that a text tells: JSON where it begins with `[`, else parted at semicolons."""
    if isinstance(value, (list, tuple)):
        return [str(part) for part in value]
    text = str(value)
    if text.startswith("["):
        try:
            parts = json.loads(text)
        except (ValueError, RecursionError):
            return [text]
        return [str(part) for part in parts]
    return [part.strip() for part in text.split(";") if part.strip()]


def type_of_cot(kind: str) -> ItemType | None:
    """The item type that a CoT type stands for; None where it does not say."""
    atoms = kind.split("-")
    if atoms[0] == "a" and len(atoms) > 1:
        atoms[1] = "."
    plain = "-".join(atoms)
    return next((type_ for prefix, type_ in _TYPE_OF_COT if plain.startswith(prefix)), None)


class _Row:
    """Columns of one row, read by kind of value."""

    def __init__(self, row: Mapping[str, Any], note: Note, *, ours: bool) -> None:
        self._row = row
        self.ours = ours
        self._note: Note = note if ours else _pass_over
        self._time_note = note

    def lacks(self, columns: tuple[str, ...]) -> bool:
        """Whether none of these columns says anything; most rows of others lack most of ours."""
        return self._row.keys().isdisjoint(columns)

    def text(self, column: str) -> str:
        value = self._row.get(column)
        if value is None:
            return ""
        if isinstance(value, str):
            return value
        return str(value) if type(value) is int else json.dumps(value, ensure_ascii=False)

    def number(self, column: str, low: float, high: float) -> float | None:
        value = self._row.get(column)
        if value is None or value == "":
            return None
        try:
            number = float(value)
        except (TypeError, ValueError, OverflowError):
            number = math.nan
        if low <= number <= high:
            return number
        self._note(column, Message("The number is out of range; it is left out."), str(value))
        return None

    def time(self, column: str) -> Instant | None:
        if column not in self._row:
            return None
        return time_of(self._row.get(column), self._time_note, column)

    def code(self, column: str, codes: Callable[[str], E_]) -> E_ | None:
        if column not in self._row:
            return None
        text = self.text(column).strip()
        if not text:
            return None
        try:
            return codes(text)
        except (ValueError, KeyError):
            self._note(column, Message("The code is not known; it is left out."), text)
            return None

    def codes(self, column: str, codes: Callable[[str], E_]) -> tuple[E_, ...]:
        value = self._row.get(column)
        if value is None or value == "":
            return ()
        found = []
        for part in parted(value):
            try:
                found.append(codes(part))
            except (ValueError, KeyError):
                self._note(column, Message("The code is not known; it is left out."), part)
        return tuple(found)

    def colour(self, column: str) -> str | None:
        text = self.text(column).strip()
        match = _COLOUR.match(text)
        if match is None:
            if text:
                self._note(column, Message("This is no colour; it is left out."), text)
            return None
        digits = match[1].lower()
        return "#" + (digits if len(digits) == 6 else "".join(2 * digit for digit in digits))


def _pass_over(column: str, why: Message, value: str) -> None:
    """No note: the value stays with what is kept of the foreign item."""


def _nature(read: _Row, default: ItemType) -> Nature:
    if read.lacks(FIELDS[Aspect.NATURE]):
        return Nature(type=default)
    kind, sidc = read.text("kind").strip(), read.text("sidc").strip()
    if not read.ours:
        # A foreign `kind` or `symbol` is often something else altogether.
        kind = kind if _COT.match(kind) else ""
        sidc = sidc if is_sidc(sidc) else ""
    affiliation = read.code("affiliation", lambda text: Affiliation(text.lower()))
    return Nature(
        type=read.code("type", lambda text: ItemType(text.lower())) or type_of_cot(kind) or default,
        kind=kind,
        sidc=sidc,
        affiliation=affiliation or affiliation_of_cot(kind) or affiliation_of_sidc(sidc) or Affiliation.UNKNOWN,
    )


def _wording(read: _Row) -> Wording:
    return Wording(title=read.text("title"), description=read.text("description"), place=read.text("place"))


def _situation(read: _Row) -> Situation:
    return Situation(
        status=read.code("status", lambda text: Status(text.lower().replace("_", "-").replace(" ", "-")))
        or Status.UNCONFIRMED,
        priority=read.code("priority", _priority) or Priority.ROUTINE,
        starts=read.time("starts"),
        ends=read.time("ends"),
        stale_at=read.time("stale_at"),
    )


def _motion(read: _Row) -> Motion:
    return Motion(course_deg=read.number("course_deg", 0, 360), speed_ms=read.number("speed_ms", 0, 3e8))


def _marking(read: _Row) -> Marking:
    return Marking(
        handling=read.code("handling", lambda text: Handling(text.upper())),
        handling_text=read.text("handling_text"),
        tlp=read.code("tlp", _tlp),
        subject=read.code("subject", lambda text: SubjectCategory(text.lower())) or SubjectCategory.NONE,
        special=read.codes("special", SpecialCategory),
        strict_necessity=read.text("strict_necessity"),
        conditions=read.codes("conditions", str),
        originator=read.text("originator"),
        classification=read.text("classification"),
    )


def _evaluation(read: _Row) -> Evaluation:
    return Evaluation(
        source=read.code("source", lambda text: SourceReliability(text.upper())),
        information=read.code("information", InformationAccuracy),
        basis=read.code("basis", lambda text: Basis(text.lower())),
    )


def _style(read: _Row) -> Style:
    return Style(
        stroke=read.colour("stroke"),
        fill=read.colour("fill"),
        width=read.number("stroke-width", 0, 1000),
        fill_opacity=read.number("fill-opacity", 0, 1),
        dash=read.codes("stroke-dasharray", _length),
    )


_READ: Final[dict[Aspect, Callable[[_Row], Any]]] = {
    Aspect.SITUATION: _situation,
    Aspect.MOTION: _motion,
    Aspect.MARKING: _marking,
    Aspect.EVALUATION: _evaluation,
    Aspect.STYLE: _style,
}


def _length(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 1e4:
        raise ValueError(text)
    return value


def _priority(text: str) -> Priority:
    return Priority(int(text)) if text.isdecimal() else _PRIORITY_NAMES[text.lower()]


def _tlp(text: str) -> Tlp:
    upper = text.upper().replace(" ", "")
    return Tlp(upper if upper.startswith("TLP:") else f"TLP:{upper}")


def _from_unix(value: float) -> Instant:
    """Seconds up to the year 5138, milliseconds beyond: what spreadsheets, phones and earthquake feeds write."""
    if not math.isfinite(value) or not 0 < value < 1e14:
        raise ValueError(value)
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    return from_datetime(epoch + (timedelta(milliseconds=value) if value >= 1e11 else timedelta(seconds=value)))


def _told(instant: Instant | None) -> str:
    if instant is None:
        return ""
    try:
        return iso(instant)
    except OverflowError:
        return ""


_NOTHING: Final[tuple[Any, ...]] = (None, "", [], ())
_TELL: Final[dict[Aspect, Callable[[Any], tuple[Any, ...]]]] = {
    Aspect.NATURE: lambda v: (
        v.type,
        v.kind,
        v.sidc,
        v.affiliation,
    ),
    Aspect.WORDING: lambda v: (v.title, v.description, v.place),
    Aspect.SITUATION: lambda v: (
        v.status,
        v.priority.name.lower(),
        _told(v.starts),
        _told(v.ends),
        _told(v.stale_at),
    ),
    Aspect.MOTION: lambda v: (v.course_deg, v.speed_ms),
    Aspect.MARKING: lambda v: (
        v.handling,
        v.handling_text,
        v.tlp,
        "" if v.subject is SubjectCategory.NONE else v.subject,
        list(v.special),
        v.strict_necessity,
        list(v.conditions),
        v.originator,
        v.classification,
    ),
    Aspect.EVALUATION: lambda v: (v.source, v.information, v.basis),
    Aspect.STYLE: lambda v: (v.stroke, v.width, list(v.dash), v.fill, v.fill_opacity),
}


def kept_origin(origin: Origin | None, format_name: str) -> Mapping[str, Any]:
    """What an item keeps for the way back into a format, empty where it keeps nothing."""
    kept = origin.kept.get(format_name) if origin else None
    return kept if isinstance(kept, dict) else {}


def with_kept(origin: Origin, format_name: str, data: Mapping[str, Any]) -> Origin:
    """The origin with a format's own data beside what others keep."""
    return msgspec.structs.replace(origin, kept={**origin.kept, format_name: dict(data)}) if data else origin
