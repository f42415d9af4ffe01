"""Vector tiles in the schemas of others, as layers of our own: the tables in maps/styles/schemas, read and followed.

The vocabulary of the tables is described in maps/styles/README.md; resources/map/schemas.js follows the same tables on
the screen.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Literal

import msgspec

from qroc_desktop.errors import Damaged, Message

Geometry = Literal["point", "line", "area"]
UNKNOWN: Final = "unknown"
"""Id of the table that draws whatever nobody knows."""
NAMES: Final = "#names"
"""What the name of a layer ends with that holds names alone."""
_OWN_STREETS: Final = frozenset({"cover", "roads"})
_OWN_WORLD: Final = frozenset({"land", "places", "boundaries"})


class Draw(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What becomes of the features of one layer. The first entry that fits a feature is the one that counts."""

    source: str = msgspec.field(name="from")
    to: str
    geometry: Geometry | None = None
    where: dict[str, Any] = {}
    without: dict[str, Any] = {}
    by: tuple[str, ...] = ()
    kinds: dict[str, list[str | int]] = {}
    kind: str = ""
    use: Literal["", "ground", "names"] = ""
    set: dict[str, str | int] = {}
    take: dict[str, str] = {}
    falling: dict[str, str] = {}

    def properties(self, geometry: Geometry | None, found: Mapping[str, Any]) -> dict[str, Any] | None:
        """The feature's properties as our style knows them; None where this entry does not fit it."""
        if self.geometry is not None and geometry != self.geometry:
            return None
        if not all(_one_of(found.get(key), wanted) for key, wanted in self.where.items()):
            return None
        if any(_one_of(found.get(key), unwanted) for key, unwanted in self.without.items()):
            return None
        kind = self.kind
        if self.kinds:
            value = next((found[key] for key in self.by if found.get(key) is not None), None)
            kind = next((ours for ours, theirs in self.kinds.items() if value in theirs), "")
            if not kind:
                return None
        done = {**found, **self.set}
        # What they call `kind` and we do not know must not be taken for one of ours.
        done.pop("kind", None)
        if kind:
            done["kind"] = kind
        done |= {ours: found[theirs] for ours, theirs in self.take.items() if theirs in found}
        for ours, theirs in self.falling.items():
            value = found.get(theirs)
            if isinstance(value, (int, float)):
                done[ours] = -value
        return done


class Schema(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, dict=True):
    """One schema. layers: an archive with all of them is in this schema. cover: whether each tile hides the world
    beneath it, for want of a layer of its own that says where land is. min_zoom: the first data zoom that is read.
    fields: where a text of ours is found, by the name that our style has for it.
    """

    id: str = ""
    name: str
    layers: tuple[str, ...]
    cover: bool = False
    min_zoom: int = 0
    fields: dict[str, list[str]] = {}
    draw: tuple[Draw, ...]

    @property
    def known(self) -> bool:
        """Whether somebody wrote a table for just this schema."""
        return self.id != UNKNOWN

    def told(self) -> dict[str, Any]:
        """The table as plain data, for the map page."""
        told: dict[str, Any] = msgspec.to_builtins(self)
        return told

    def texts(self, fields: Iterable[str]) -> list[str]:
        """Where to look for a text, in order, instead of in the fields of our own style."""
        return list(dict.fromkeys(name for field in fields for name in self.fields.get(field, [field])))

    def translated(
        self, layer: str, geometry: Geometry | None, properties: Mapping[str, Any]
    ) -> list[tuple[str, dict[str, Any]]]:
        """The layers of our own that a feature belongs to, with its properties there; none where it is not drawn."""
        for draw in self._by_layer.get(layer, self._any):
            done = draw.properties(geometry, properties)
            if done is not None:
                layers = {"": (draw.to, draw.to + NAMES), "ground": (draw.to,), "names": (draw.to + NAMES,)}[draw.use]
                return [(name, done) for name in layers]
        return []

    @cached_property
    def _by_layer(self) -> dict[str, list[Draw]]:
        by_layer: dict[str, list[Draw]] = {}
        for draw in self.draw:
            by_layer.setdefault(draw.source, []).append(draw)
        return by_layer

    @cached_property
    def _any(self) -> list[Draw]:
        return self._by_layer.get("*", [])


class Schemas:
    """All tables of a folder."""

    def __init__(self, known: Sequence[Schema], unknown: Schema) -> None:
        self._known = known
        self._unknown = unknown

    @classmethod
    def load(cls, folder: Path) -> Schemas:
        """Read the tables; raises Damaged where they are not what was shipped."""
        found = {path.stem: _read(path) for path in sorted(folder.glob("*.toml"))}
        if UNKNOWN not in found:
            raise _damaged(folder)
        unknown = found.pop(UNKNOWN)
        return cls(list(found.values()), unknown)

    def of(self, layers: Iterable[str]) -> Schema | None:
        """The schema of an archive that says it has these layers; None for our own."""
        said = frozenset(layers)
        for schema in self._known:
            if said.issuperset(schema.layers):
                return schema
        return None if said >= _OWN_STREETS or said >= _OWN_WORLD else self._unknown


def _read(path: Path) -> Schema:
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        return msgspec.convert({**raw, "id": path.stem}, Schema)
    except (OSError, ValueError, msgspec.ValidationError) as error:
        raise _damaged(path) from error


def _damaged(path: Path) -> Damaged:
    return Damaged(
        Message("The description of foreign maps cannot be read."),
        where=str(path),
        action=Message("Install QROC Desktop again."),
    )


def _one_of(found: Any, wanted: Any) -> bool:
    return found in wanted if isinstance(wanted, list) else found == wanted
