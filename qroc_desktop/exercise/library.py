"""The scenarios that come with the program: folders of resources/scenarios, read as packages.

A scenario folder is what its author edits. It has either a `scenario.json`, or several TOML files that are joined in
the order of their names: tables by their keys, lists one after the other. Two files are not joined but looked up in:
`places.toml` (a name and lon, lat) and `routes.json` (a name and a list of them); wherever a text is just `@name`, the
place or the route of that name stands. Beside them lie `media/` and the handbooks (`handbooks.py`).
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from qroc_desktop.errors import Message, Refused
from qroc_desktop.exercise.handbooks import SUFFIX, Handbook, bound, text_of
from qroc_desktop.exercise.package import SCENARIO_NAME, Package, package_of
from qroc_desktop.exercise.scenario import Texts
from qroc_desktop.reasons import reason_of

FOLDER: Final = "scenarios"
_LOOKED_UP: Final = ("places.toml", "routes.json")


class Shipped(msgspec.Struct, frozen=True, kw_only=True):
    """A scenario that is there to be played, with the handbooks beside it and the files that these are in."""

    id: str
    title: Texts
    description: Texts
    folder: Path
    handbooks: tuple[Handbook, ...] = ()
    documents: tuple[Path, ...] = ()


def shipped(resources: Path) -> tuple[Shipped, ...]:
    """All of them, by name. Raises Refused where one of them cannot be read."""
    listed = []
    for folder in sorted(path for path in (resources / FOLDER).glob("*") if path.is_dir()):
        package = read(folder)
        scenario = package.scenario
        listed.append(
            Shipped(
                id=scenario.id,
                title=scenario.title,
                description=scenario.description,
                folder=folder,
                handbooks=bound(package.handbooks),
                documents=tuple(folder / name for name in sorted(package.handbooks)),
            )
        )
    return tuple(listed)


def read(folder: Path) -> Package:
    """The package that a scenario folder holds. Raises Refused."""
    single = folder / SCENARIO_NAME
    parts = (*folder.glob("*.toml"), single, *(folder / name for name in _LOOKED_UP))
    if not any(part.is_file() for part in parts):
        raise Refused(Message("There is no scenario in this folder."), where=str(folder))
    try:
        text = single.read_bytes() if single.is_file() else json.dumps(_joined(folder)).encode()
        media = {
            path.relative_to(folder / "media").as_posix(): path.read_bytes()
            for path in sorted((folder / "media").rglob("*"))
            if path.is_file()
        }
        beside = {path.name: text_of(path.read_bytes()) for path in folder.glob(f"*{SUFFIX}") if path.is_file()}
    except OSError as error:
        raise Refused(Message("The scenario cannot be read: {reason}.", reason=reason_of(error))) from error
    handbooks = {name: held for name, held in beside.items() if held is not None}
    return package_of(text, media, tuple(sorted(beside.keys() - handbooks.keys())), handbooks=handbooks)


def _joined(folder: Path) -> dict[str, Any]:
    names: dict[str, Any] = {}
    for name in _LOOKED_UP:
        if (folder / name).is_file():
            names |= _parsed(folder / name)
    whole: dict[str, Any] = {}
    for path in sorted(folder.glob("*.toml")):
        if path.name not in _LOOKED_UP:
            for key, value in _parsed(path).items():
                held = whole.get(key)
                if isinstance(held, list) and isinstance(value, list):
                    held.extend(value)
                elif isinstance(held, dict) and isinstance(value, dict):
                    held.update(value)
                else:
                    whole[key] = value
    resolved: dict[str, Any] = _resolved(whole, names)
    return resolved


def _parsed(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8")
        parsed = tomllib.loads(text) if path.suffix == ".toml" else json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Refused(Message("The scenario cannot be read: {reason}.", reason=str(error)), where=path.name) from error
    if not isinstance(parsed, dict):
        raise Refused(Message("The scenario is not an object."), where=path.name)
    return parsed


def _resolved(value: Any, names: Mapping[str, Any]) -> Any:
    match value:
        case dict():
            return {key: _resolved(held, names) for key, held in value.items()}
        case list():
            return [_resolved(held, names) for held in value]
        case str() if value.startswith("@"):
            if value[1:] not in names:
                raise Refused(Message("{name} is not defined.", name=value), where="places.toml, routes.json")
            return names[value[1:]]
        case _:
            return value
