"""Scenario packages: a ZIP with `scenario.json` and `media/`. Bytes come from strangers.

Reading raises Refused with one line where the package as a whole is no good; what is wrong with single parts of the
scenario is told by `validation.problems`.
"""

from __future__ import annotations

import io
import json
import posixpath
import zipfile
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from qroc_desktop.errors import Message, Refused
from qroc_desktop.exercise.scenario import FORMAT_VERSION, Scenario
from qroc_desktop.exercise.versions import brought_up

SCENARIO_NAME: Final = "scenario.json"
MEDIA: Final = "media/"
LARGEST_SCENARIO: Final = 64 * 1024 * 1024
LARGEST_MEDIUM: Final = 64 * 1024 * 1024
LARGEST_WHOLE: Final = 512 * 1024 * 1024
MOST_FILES: Final = 2_000
_DETERMINISTIC_DATE: Final = (1980, 1, 1, 0, 0, 0)


class Package(msgspec.Struct, frozen=True, kw_only=True):
    """A scenario and its media by name (without `media/`). `ignored`: members that are neither."""

    scenario: Scenario
    media: Mapping[str, bytes] = {}
    ignored: tuple[str, ...] = ()


def read(data: bytes) -> Package:
    """A package, or a bare `scenario.json`, from its bytes. Raises Refused."""
    if not zipfile.is_zipfile(io.BytesIO(data)):
        if len(data) > LARGEST_SCENARIO:
            raise _too_large(SCENARIO_NAME)
        return Package(scenario=scenario_of(data))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _read(archive)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise Refused(Message("The package is damaged and cannot be read.")) from error


def written(package: Package) -> bytes:
    """The package as a ZIP; equal packages have equal bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        text = msgspec.json.format(msgspec.json.encode(package.scenario), indent=1)
        _put(archive, SCENARIO_NAME, text)
        for name in sorted(package.media):
            _put(archive, MEDIA + name, package.media[name])
    return out.getvalue()


def scenario_of(data: bytes) -> Scenario:
    """A scenario from JSON of any version that is known. Raises Refused, naming the element, else."""
    try:
        raw = json.loads(data, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise Refused(
            Message("The scenario is not JSON: {reason}.", reason=_short(error)), where=SCENARIO_NAME
        ) from error
    if not isinstance(raw, dict):
        raise Refused(Message("The scenario is not an object."), where=SCENARIO_NAME)
    current = brought_up(raw)
    try:
        return msgspec.convert(current, Scenario, strict=True)
    except (msgspec.ValidationError, RecursionError) as error:
        said, _, where = str(error).partition(" - at ")
        raise Refused(
            Message("The scenario cannot be read: {reason}.", reason=said),
            where=_element(current, where.strip("`")) or SCENARIO_NAME,
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
            raise Refused(Message("The package has two files of one name."), where=_plain(info.filename))
        by_name[info.filename] = info
    if SCENARIO_NAME not in by_name:
        raise Refused(Message("The package has no scenario.json."))
    media: dict[str, bytes] = {}
    ignored: list[str] = []
    for name, info in by_name.items():
        if name == SCENARIO_NAME:
            continue
        if not name.startswith(MEDIA) or not _safe(name):
            ignored.append(_plain(name))
            continue
        media[name.removeprefix(MEDIA)] = _bytes(archive, info, LARGEST_MEDIUM)
    scenario = scenario_of(_bytes(archive, by_name[SCENARIO_NAME], LARGEST_SCENARIO))
    return Package(scenario=scenario, media=media, ignored=tuple(ignored))


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
        return f"{path} ({_plain(str(name))})" if name else path
    return path


def _plain(name: str) -> str:
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in name[:120])


def _short(error: Exception) -> str:
    return _plain(str(error)) or type(error).__name__


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no number")


def _too_large(name: str) -> Refused:
    return Refused(Message("The package is too large."), where=_plain(name))
