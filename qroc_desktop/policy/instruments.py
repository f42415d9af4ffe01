"""Legal instruments as versioned data: a TOML file each, read once, checked whole, and frozen.

A file says what rests on which article: the bases on which information may be sent, the rules that hold
whatever the basis, the time limits, and the lists of codes. Each datum says whether somebody has checked it
against a public text (`verified`); what is not verified is never shown as quoted law.
"""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Container, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import msgspec

from qroc_desktop.domain.vocabulary import Handling, SubjectCategory, Tlp
from qroc_desktop.errors import Damaged, Message
from qroc_desktop.paths import program_files
from qroc_desktop.policy.fields import SPECS, Field
from qroc_desktop.policy.vocabulary import (
    OWN_RULES,
    Code,
    Exemption,
    Ground,
    Lack,
    Level,
    Purpose,
    RecipientKind,
)

MAX_BYTES: Final = 256 * 1024
Name = Annotated[str, msgspec.Meta(pattern="^[a-z0-9][a-z0-9.-]{0,63}$")]
Article = Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Count = Annotated[int, msgspec.Meta(ge=1, le=10_000)]


class _Datum(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What all data of an instrument have: the article they rest on, and whether somebody has checked it."""

    article: Article
    verified: bool
    note: str = ""


class Basis(_Datum, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A legal basis for sending.

    personal: whether personal data may go at all. only: the fields of content that may go; empty for all.
    grounds: what an officer has to confirm. keep: name of the time limit after which the recipient erases.
    """

    id: Name
    purposes: tuple[Purpose, ...]
    recipients: tuple[RecipientKind, ...]
    personal: bool = True
    only: tuple[Field, ...] = ()
    grounds: tuple[Ground, ...] = ()
    keep: str = ""


class When(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """When a rule applies: everything that it names must be so; what it does not name does not matter.

    forwarding: somebody else than we or the recipient is the originator. over: classified above the
    recipient's clearance. A list is met by any of its values; of `lacks`, by all.
    """

    handling: tuple[Handling, ...] = ()
    tlp: tuple[Tlp, ...] = ()
    subject: tuple[SubjectCategory, ...] = ()
    recipients: tuple[RecipientKind, ...] = ()
    purposes: tuple[Purpose, ...] = ()
    other_purposes_than: tuple[Purpose, ...] = ()
    lacks: tuple[Lack, ...] = ()
    personal: bool | None = None
    special: bool | None = None
    forwarding: bool | None = None
    classified: bool | None = None
    over: bool | None = None


class Rule(_Datum, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What refuses an item whatever the basis: `when` is so, and nothing of `unless`."""

    code: Code
    when: When
    unless: tuple[Exemption, ...] = ()


class Withheld(_Datum, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Fields that never leave."""

    fields: tuple[Field, ...]


class Own(_Datum, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The place in the program's own rules of a refusal that rests on no law."""

    code: Code


class Limit(_Datum, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A time limit, in exactly one unit. Hours are elapsed hours, days and years are those of the calendar.

    starts: what starts the clock. urgent: whether it is claimed on a ground of urgency.
    """

    id: Name
    starts: Literal["receipt", "match", "record"] = "receipt"
    urgent: bool = False
    hours: Count | None = None
    days: Count | None = None
    years: Count | None = None


class Entry(_Datum, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One code of a closed list."""

    id: Name


class Classification(_Datum, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Texts that mean one level, as they are written on documents."""

    level: Literal["none", "restricted", "confidential", "secret", "top-secret"]
    texts: tuple[Text, ...]


class Instrument(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One file. `version` grows with every edit of it; decisions name the version they were taken by."""

    id: Name
    version: Count
    title: Text
    repealed: bool = False
    bases: tuple[Basis, ...] = ()
    rules: tuple[Rule, ...] = ()
    withheld: tuple[Withheld, ...] = ()
    own: tuple[Own, ...] = ()
    limits: tuple[Limit, ...] = ()
    lists: dict[Name, tuple[Entry, ...]] = {}
    classifications: tuple[Classification, ...] = ()


class Reason(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why, and by which article of which version of which instrument; `detail` names what is meant, as a code."""

    code: Code
    instrument: str
    article: str
    version: int
    verified: bool
    detail: str = ""


class Instruments:
    """All instruments, by id, and what is looked up in them."""

    def __init__(self, instruments: Iterable[Instrument]) -> None:
        """Raises ValueError, in one line, where they contradict each other or lack what a decision must cite."""
        given = sorted(instruments, key=lambda i: i.id)
        self._all = {i.id: i for i in given}
        if len(self._all) != len(given):
            raise ValueError("two instruments have one id")
        self._bases = {f"{i.id}/{b.id}": (i, b) for i in self for b in i.bases}
        self._own = {o.code: reason(o.code, i, o) for i in self for o in i.own}
        self._levels: dict[str, Level] = {}
        for text, level in ((t, _LEVELS[c.level]) for i in self for c in i.classifications for t in c.texts):
            # What two lists read differently is the higher of both.
            self._levels[_folded(text)] = max(level, self._levels.get(_folded(text), Level.NONE))
        missing = [code for code in OWN_RULES if code not in self._own]
        if missing:
            raise ValueError(f"no instrument cites {', '.join(missing)}")

    def __iter__(self) -> Iterator[Instrument]:
        return iter(self._all.values())

    def __len__(self) -> int:
        return len(self._all)

    def get(self, instrument: str) -> Instrument | None:
        """The instrument with that id."""
        return self._all.get(instrument)

    @property
    def bases(self) -> Mapping[str, tuple[Instrument, Basis]]:
        """Every basis by its full name, `instrument/basis`, in order."""
        return self._bases

    def own(self, code: Code) -> Reason:
        """The citation of a refusal that rests on no law; `code` is one of OWN_RULES."""
        return self._own[code]

    def level(self, classification: str) -> Level:
        """What a classification text means; Level.UNKNOWN for one that no list has."""
        return self._levels.get(_folded(classification), Level.UNKNOWN) if classification.strip() else Level.NONE

    def limit(self, instrument: str, limit: str) -> Limit | None:
        """The time limit with that id."""
        found = self.get(instrument)
        return next((each for each in found.limits if each.id == limit), None) if found else None


_LEVELS: Final[Mapping[str, Level]] = {level.name.lower().replace("_", "-"): level for level in Level}


def reason(code: Code, instrument: Instrument, datum: _Datum, detail: str = "") -> Reason:
    """The citation of a datum."""
    return Reason(
        code=code, instrument=instrument.id, article=datum.article, version=instrument.version,
        verified=datum.verified, detail=detail,
    )  # fmt: skip


def load(folder: Path | None = None) -> Instruments:
    """Read every `*.toml` of a folder; without one, those that come with the program.

    Raises Damaged, in one line, for a file that cannot be read, says what the program does not know, or
    contradicts itself or another; then none is used.
    """
    place = folder or program_files().resources / "instruments"
    try:
        paths = sorted(path for path in place.iterdir() if path.suffix == ".toml")
    except OSError as error:
        raise _damaged(place, error.strerror or "it cannot be read") from None
    found: dict[str, Instrument] = {}
    for path in paths:
        instrument = _read(path)
        if instrument.id in found:
            raise _damaged(path, f"another file has the id {instrument.id}")
        found[instrument.id] = instrument
    try:
        return Instruments(found.values())
    except ValueError as error:
        raise _damaged(place, str(error)) from None


def _read(path: Path) -> Instrument:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise _damaged(path, f"it is larger than {MAX_BYTES // 1024} KiB")
        raw: dict[str, Any] = tomllib.loads(data.decode("utf-8"))
        instrument = msgspec.convert(raw, Instrument)
        _check(instrument)
    except OSError as error:
        raise _damaged(path, error.strerror or "it cannot be read") from None
    except UnicodeDecodeError:
        raise _damaged(path, "it is not UTF-8 text") from None
    except RecursionError:
        raise _damaged(path, "it nests too deeply") from None
    except (ValueError, OverflowError) as error:
        raise _damaged(path, str(error)) from None
    return instrument


def _check(instrument: Instrument) -> None:
    """Raise ValueError for what the types alone do not forbid."""
    for what, ids in _ids(instrument):
        twice = sorted({id_ for id_ in ids if ids.count(id_) > 1})
        if twice:
            raise ValueError(f"{what} {twice[0]} occurs twice")
    limits = {limit.id for limit in instrument.limits}
    for basis in instrument.bases:
        _check_basis(basis, limits)
    for rule in instrument.rules:
        if rule.when == When():
            raise ValueError(f"rule {rule.code} does not say when it applies")
    for limit in instrument.limits:
        if sum(unit is not None for unit in (limit.hours, limit.days, limit.years)) != 1:
            raise ValueError(f"limit {limit.id} needs exactly one of hours, days and years")
    if any(SPECS[field].mark for withheld in instrument.withheld for field in withheld.fields):
        raise ValueError("a marking is never withheld")


def _check_basis(basis: Basis, limits: Container[str]) -> None:
    if basis.keep and basis.keep not in limits:
        raise ValueError(f"basis {basis.id} names the limit {basis.keep}, which is not there")
    if not basis.purposes or not basis.recipients:
        raise ValueError(f"basis {basis.id} covers no purpose or no recipient")
    if any(SPECS[field].mark for field in basis.only):
        raise ValueError(f"basis {basis.id} lists a marking among its fields; markings always travel")


def _ids(instrument: Instrument) -> Iterator[tuple[str, list[str]]]:
    yield "basis", [basis.id for basis in instrument.bases]
    yield "limit", [limit.id for limit in instrument.limits]
    yield "classification", [_folded(text) for each in instrument.classifications for text in each.texts]
    for name, entries in instrument.lists.items():
        yield f"{name}:", [entry.id for entry in entries]


def _folded(text: str) -> str:
    """Case, dashes and space do not make another level: `VS - NfD`, `vs-nfd`."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum() or c in "/.")


def _damaged(path: Path, problem: str) -> Damaged:
    return Damaged(
        Message("The legal instruments cannot be used: {problem}.", problem=" ".join(problem.split())[:200]),
        where=str(path),
        kept=Message("Nothing is shared until this is mended."),
        action=Message("Install QROC Desktop again, or correct the file."),
    )
