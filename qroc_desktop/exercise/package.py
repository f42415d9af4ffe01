"""Scenario packages: a ZIP with `scenario.json`, `media/` and `handbooks/`. Bytes come from strangers.

Reading raises Refused with one line where the package as a whole is no good; what is wrong with single parts of the
scenario is told by `validation.problems`.
"""

from __future__ import annotations

import io
import json
import posixpath
import re
import zipfile
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from qroc_desktop.errors import Message, Refused
from qroc_desktop.exercise.handbooks import SUFFIX, text_of
from qroc_desktop.exercise.scenario import FORMAT_VERSION, Inject, Scenario
from qroc_desktop.exercise.versions import brought_up

SCENARIO_NAME: Final = "scenario.json"
MEDIA: Final = "media/"
HANDBOOKS: Final = "handbooks/"
LARGEST_SCENARIO: Final = 64 * 1024 * 1024
LARGEST_MEDIUM: Final = 64 * 1024 * 1024
LARGEST_HANDBOOK: Final = 4 * 1024 * 1024
LARGEST_WHOLE: Final = 512 * 1024 * 1024
MOST_FILES: Final = 2_000
MOST_PARTS: Final = 1_500_000
"""Objects and lists in a scenario: what they take in memory is many times what they take in the file."""
LARGEST_NUMBER: Final = 2**53
"""Whole numbers up to here are exact in every program that reads JSON."""
_TOLD: Final = ("no", "storyline", "title", "body", "from", "to", "channel", "media", "controllerNote", "responsible")
_DETERMINISTIC_DATE: Final = (1980, 1, 1, 0, 0, 0)


_HALF: Final = re.compile(rb"\\u[dD][89a-fA-F]")


class Aside(msgspec.Struct, frozen=True, kw_only=True):
    """An inject that cannot be used as it is. `where`: its element. `kept`: on hold; else there was nothing to keep."""

    where: str
    why: Message
    kept: bool = True


class Package(msgspec.Struct, frozen=True, kw_only=True):
    """A scenario, its media by name (without `media/`) and the texts of its handbooks by file name. `ignored`: members
    that are none of these. `aside`: injects that could not be read and wait on hold."""

    scenario: Scenario
    media: Mapping[str, bytes] = {}
    handbooks: Mapping[str, str] = {}
    ignored: tuple[str, ...] = ()
    aside: tuple[Aside, ...] = ()


def read(data: bytes, name: str = "") -> Package:
    """A package, or a bare scenario, from its bytes. `name`: of the file, for what is said about it.

    Raises Refused; of a package it names the file and what in it is meant.
    """
    if not zipfile.is_zipfile(io.BytesIO(data)):
        if len(data) > LARGEST_SCENARIO:
            raise _too_large(name or SCENARIO_NAME)
        return package_of(data, name=name or SCENARIO_NAME)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _read(archive)
    except Refused as refused:
        where = ": ".join(part for part in (name, refused.where) if part)
        raise Refused(refused.what, where=where, kept=refused.kept, action=refused.action) from refused
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise Refused(Message("The package is damaged and cannot be read."), where=name) from error


def written(package: Package) -> bytes:
    """The package as a ZIP; equal packages have equal bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        text = msgspec.json.format(msgspec.json.encode(package.scenario), indent=1)
        _put(archive, SCENARIO_NAME, text)
        for name in sorted(package.media):
            _put(archive, MEDIA + name, package.media[name])
        for name in sorted(package.handbooks):
            _put(archive, HANDBOOKS + name, package.handbooks[name].encode())
    return out.getvalue()


def package_of(
    data: bytes,
    media: Mapping[str, bytes] | None = None,
    ignored: tuple[str, ...] = (),
    *,
    handbooks: Mapping[str, str] | None = None,
    name: str = SCENARIO_NAME,
) -> Package:
    """A package of a scenario's JSON, of any version that is known, from a file called `name`. An inject that cannot be
    read is put aside and stops nothing else. Raises Refused, naming the element, for all other faults."""
    raw = _raw(data, name)
    aside: tuple[Aside, ...] = ()
    try:
        scenario = _converted(raw)
    except Refused as refused:
        if not refused.where.startswith("$.injects["):
            raise
        raw, aside = salvaged(raw)
        scenario = _converted(raw)
    return Package(scenario=scenario, media=media or {}, handbooks=handbooks or {}, ignored=ignored, aside=aside)


def salvaged(raw: dict[str, Any]) -> tuple[dict[str, Any], tuple[Aside, ...]]:
    """Plain data of a scenario with those injects on hold that cannot be read, and what is wrong with each."""
    kept: list[Any] = []
    aside: list[Aside] = []
    for index, inject in enumerate(raw["injects"] if isinstance(raw.get("injects"), list) else ()):
        why = _unreadable(inject)
        if why is None:
            kept.append(inject)
            continue
        path = f"$.injects[{index}]"
        name = inject.get("id") if isinstance(inject, dict) else None
        usable = isinstance(name, str)
        aside.append(Aside(where=_element(raw, path), why=why, kept=usable))
        if usable:
            kept.append(_readable(inject))
    return {**raw, "injects": kept}, tuple(aside)


def _unreadable(inject: Any) -> Message | None:
    try:
        msgspec.convert(inject, Inject, strict=True)
    except (msgspec.ValidationError, RecursionError) as error:
        said, _, where = str(error).partition(" - at ")
        part = where.strip("`").removeprefix("$.")
        reason = f"{part}: {said}" if part and part != "$" else said
        return Message("The inject cannot be read: {reason}.", reason=plain(reason))
    return None


def _readable(inject: dict[str, Any]) -> dict[str, Any]:
    """What can be used of an inject, on hold."""
    found: dict[str, Any] = {"id": inject["id"], "title": {}, "trigger": {"manual": True}}
    for name in _TOLD:
        if name in inject and _unreadable({**found, name: inject[name]}) is None:
            found[name] = inject[name]
    return found


def _raw(data: bytes, name: str) -> dict[str, Any]:
    if data.count(b"{") + data.count(b"[") > MOST_PARTS or data.count(b",") > 4 * MOST_PARTS:
        raise Refused(Message("There is too much in it to be played."), where=name)
    try:
        raw = json.loads(data, parse_constant=_no_constant, parse_float=_float, parse_int=_int)
    except _TooLarge as error:
        line = data[: max(0, data.find(str(error).encode()))].count(b"\n") + 1
        raise Refused(
            Message("A number is too large to be meant: {number}.", number=plain(str(error))[:40]),
            where=f"{name}:{line}",
        ) from error
    except RecursionError as error:
        raise Refused(Message("It is nested too deeply."), where=name) from error
    except ValueError as error:
        raise Refused(
            Message("The scenario is not JSON: {reason}.", reason=_short(error)), where=name
        ) from error
    if not isinstance(raw, dict):
        raise Refused(Message("The scenario is not an object."), where=name)
    if _HALF.search(data) and not _is_text(raw):
        raise Refused(Message("A text in it has half of a character that has two."), where=name)
    return brought_up(raw)


def _is_text(raw: dict[str, Any]) -> bool:
    try:
        msgspec.json.encode(raw)
    except UnicodeEncodeError:
        return False
    return True


def _converted(raw: dict[str, Any]) -> Scenario:
    try:
        return msgspec.convert(raw, Scenario, strict=True)
    except (msgspec.ValidationError, RecursionError) as error:
        said, _, where = str(error).partition(" - at ")
        raise Refused(
            Message("The scenario cannot be read: {reason}.", reason=plain(said)),
            where=_element(raw, where.strip("`")) or SCENARIO_NAME,
        ) from error


def schema() -> dict[str, Any]:
    """The published JSON Schema (2020-12) of `scenario.json`."""
    made = msgspec.json.schema(Scenario)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Scenario of an exercise, format version {FORMAT_VERSION}",
        **made,
    }


def _read(archive: zipfile.ZipFile) -> Package:
    members = [info for info in archive.infolist() if not info.is_dir()]
    if len(members) > MOST_FILES:
        raise Refused(Message("The package has too many files: {count}.", count=len(members)))
    if sum(info.file_size for info in members) > LARGEST_WHOLE:
        raise _too_large("")
    by_name: dict[str, zipfile.ZipInfo] = {}
    for info in members:
        if info.filename in by_name:
            raise Refused(Message("The package has two files of one name."), where=plain(info.filename))
        by_name[info.filename] = info
    if SCENARIO_NAME not in by_name:
        raise Refused(Message("The package has no scenario.json."))
    media: dict[str, bytes] = {}
    handbooks: dict[str, str] = {}
    ignored: list[str] = []
    for name, info in by_name.items():
        if name == SCENARIO_NAME:
            continue
        if name.startswith(MEDIA) and _safe(name):
            media[name.removeprefix(MEDIA)] = _bytes(archive, info, LARGEST_MEDIUM)
        elif _is_handbook(name) and (text := text_of(_bytes(archive, info, LARGEST_HANDBOOK))) is not None:
            handbooks[name.removeprefix(HANDBOOKS)] = text
        else:
            ignored.append(plain(name))
    scenario = _bytes(archive, by_name[SCENARIO_NAME], LARGEST_SCENARIO)
    return package_of(scenario, media, tuple(ignored), handbooks=handbooks)


def _is_handbook(name: str) -> bool:
    folder, _, file = name.rpartition("/")
    return f"{folder}/" == HANDBOOKS and file.endswith(SUFFIX) and _safe(name)


def _bytes(archive: zipfile.ZipFile, info: zipfile.ZipInfo, most: int) -> bytes:
    """A member's bytes; what it says of its own size is not believed."""
    with archive.open(info) as member:
        data = member.read(most + 1)
    if len(data) > most:
        raise _too_large(info.filename)
    return data


def _safe(name: str) -> bool:
    return (
        "\\" not in name
        and ":" not in name
        and name.isprintable()
        and not name.startswith("/")
        and posixpath.normpath(name) == name
        and ".." not in name.split("/")
    )


def _put(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    info = zipfile.ZipInfo(name, _DETERMINISTIC_DATE)
    info.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(info, data)


def _element(raw: dict[str, Any], path: str) -> str:
    """`$.injects[3].trigger` with the identifier of what stands there, so that an author finds it."""
    if not path.startswith("$."):
        return path
    kind, _, rest = path[2:].partition("[")
    index, _, _ = rest.partition("]")
    listed = raw.get(kind)
    if (
        index.isdigit()
        and isinstance(listed, list)
        and int(index) < len(listed)
        and isinstance(listed[int(index)], dict)
    ):
        name = listed[int(index)].get("id")
        return f"{path} ({plain(str(name))})" if name else path
    return path


def plain(name: str) -> str:
    """Content from outside for a line of ours: no control characters, no change of direction, not without end."""
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in name[:120])


def _short(error: Exception) -> str:
    return plain(str(error)) or type(error).__name__


class _TooLarge(ValueError):
    """A number beyond all that a scenario can mean."""


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no number")


def _float(text: str) -> float:
    value = float(text)
    if not -LARGEST_NUMBER <= value <= LARGEST_NUMBER:
        raise _TooLarge(text)
    return value


def _int(text: str) -> int:
    if len(text) > len(str(LARGEST_NUMBER)) + 1 or not -LARGEST_NUMBER <= (value := int(text)) <= LARGEST_NUMBER:
        raise _TooLarge(text)
    return value


def _too_large(name: str) -> Refused:
    return Refused(Message("The package is too large."), where=plain(name))
