"""The tree of kinds: CoT types with a symbol code, a name and search words beside each."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from qroc_desktop.domain.aspects import Nature
from qroc_desktop.domain.standard_identity import affiliation_of_cot, is_sidc, sidc_with
from qroc_desktop.domain.vocabulary import Affiliation, ItemType, Priority
from qroc_desktop.errors import Damaged, Message

Translate = Callable[[str], str]
_FUNCTION_LETTERS: Final = 6
"""Length of the function part of a 2525C code; a CoT type of the warfighting tree spells it letter by letter."""
_DIMENSIONS: Final = frozenset("PAGSUF")
_WORD: Final = re.compile(r"[^\W_]+")


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """One kind. `code`: CoT type with `.` for the affiliation. `sidc`: 20 digits, affiliation unknown.
    `name`, `words`: English templates for translation. `ours`: a refinement that the CoT list does not have.
    `parent`: code of the kind that this one refines, empty at the top."""

    code: str
    sidc: str
    name: str
    words: str = ""
    ours: bool = False
    type: ItemType = ItemType.NOTE
    parent: str = ""


class Badge(msgspec.Struct, frozen=True, kw_only=True):
    """What a priority adds to a symbol.

    shape: `triangle`, `diamond` or `circle`; fill: `#rrggbb`; mark: `!` or empty.
    """

    shape: str
    fill: str
    mark: str = ""


class _File(msgspec.Struct, kw_only=True):
    priority: dict[str, Badge]
    fallback: dict[ItemType, str]
    kinds: dict[ItemType, list[Kind]]


class Kinds:
    """All kinds, in the order of the data file."""

    def __init__(
        self, kinds: Iterable[Kind], fallback: Mapping[ItemType, str], badges: Mapping[Priority, Badge]
    ) -> None:
        given = list(kinds)
        codes = {kind.code for kind in given}
        self._kinds = {k.code: msgspec.structs.replace(k, parent=_parent(k.code, codes)) for k in given}
        self._fallback = {type_: self._kinds[code] for type_, code in fallback.items()}
        self._by_symbol: dict[str, Kind] = {}
        for kind in self._kinds.values():
            self._by_symbol.setdefault(_meaning(kind.sidc), kind)
        self.badges = dict(badges)

    @classmethod
    def load(cls, path: Path) -> Kinds:
        """Read `kinds.toml`; raises Damaged where it is not what was shipped."""
        try:
            raw: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
            file = msgspec.convert(raw, _File)
            kinds = [msgspec.structs.replace(k, type=t) for t, group in file.kinds.items() for k in group]
            badges = {Priority(int(number)): badge for number, badge in file.priority.items()}
            return cls(kinds, file.fallback, badges)
        except (OSError, ValueError, KeyError, msgspec.ValidationError) as error:
            raise Damaged(
                Message("The list of kinds cannot be read."),
                where=str(path),
                action=Message("Install QROC Desktop again."),
            ) from error

    def __iter__(self) -> Iterator[Kind]:
        return iter(self._kinds.values())

    def __len__(self) -> int:
        return len(self._kinds)

    def get(self, code: str) -> Kind | None:
        """The kind with that very code, whatever affiliation the code names."""
        return self._kinds.get(_plain(code))

    def children(self, code: str = "", type_: ItemType | None = None) -> list[Kind]:
        """Kinds directly below a code; those at the top for an empty one. `type_` restricts to an item type."""
        return [k for k in self._kinds.values() if k.parent == code and type_ in (None, k.type)]

    def match(self, cot_type: str) -> Kind | None:
        """The kind that an arbitrary CoT type is or refines, by its longest known prefix; None where none fits."""
        atoms = _plain(cot_type).split("-")
        for length in range(len(atoms), 0, -1):
            kind = self._kinds.get("-".join(atoms[:length]))
            if kind:
                return kind
        return None

    def match_sidc(self, sidc: str) -> Kind | None:
        """The kind that a symbol code means: with its modifiers, else without, else its entity type, else its
        entity. A 2525C code is read by the CoT type that is spelled with the same letters."""
        if not is_sidc(sidc):
            return None
        if not sidc[0].isdigit():
            function = sidc[4:10].rstrip("*-")
            return self.match("-".join(["a", ".", sidc[2], *function]))
        symbol = _meaning(sidc)
        for length in (12, 8, 6, 4):
            kind = self._by_symbol.get(symbol[:length].ljust(12, "0"))
            if kind:
                return kind
        return None

    def fallback(self, type_: ItemType) -> Kind:
        """The most general kind of an item type."""
        return self._fallback[type_]

    def kind_of(self, nature: Nature) -> Kind:
        """The kind that an item is shown as: by its CoT type, else by its symbol, else the general one of its type."""
        return self.match(nature.kind) or self.match_sidc(nature.sidc) or self._fallback[nature.type]

    def symbol_for(self, nature: Nature) -> str:
        """The symbol code that an item is drawn with.

        A code that the item brought wins as it is. A CoT type of the warfighting tree that is finer than our
        list (`a-f-G-U-C-I-M`) becomes the 2525C code spelled with the same letters, so that no detail is lost.
        """
        if is_sidc(nature.sidc):
            return nature.sidc
        kind = self.match(nature.kind)
        if kind and kind.code != _plain(nature.kind):
            letters = _letters(nature.kind, nature.affiliation)
            if letters:
                return letters
        return sidc_with((kind or self._fallback[nature.type]).sidc, nature.affiliation)

    def search(self, text: str, translate: Translate = str, type_: ItemType | None = None) -> list[Kind]:
        """Kinds in whose name, words or code every word of the text begins a word, in the language of `translate`
        or in English; case and diacritics do not matter. Best first: the name begins so (the shortest name before
        longer ones), the name has it, the rest."""
        wanted = _words(text)
        found: list[tuple[int, int, int, Kind]] = []
        for place, kind in enumerate(self._kinds.values()):
            if type_ not in (None, kind.type):
                continue
            name = _words(translate(kind.name))
            if not _has(name + _words(f"{kind.name} {kind.words} {kind.code} {_said(translate, kind.words)}"), wanted):
                continue
            rank = 0 if name[: len(wanted)] and _has(name[:1], wanted[:1]) and _has(name, wanted) else 1
            rank = rank if rank == 0 or _has(name, wanted) else 2
            found.append((rank, 0 if rank else len(name), place, kind))
        return [kind for *_, kind in sorted(found, key=lambda entry: entry[:3])]

    def templates(self) -> list[str]:
        """Every text that a translation should have."""
        return list(dict.fromkeys(text for k in self._kinds.values() for text in (k.name, k.words) if text))


def _said(translate: Translate, words: str) -> str:
    return translate(words) if words else ""


def _plain(code: str) -> str:
    atoms = code.split("-")
    if atoms[0] == "a" and len(atoms) > 1:
        atoms[1] = "."
    return "-".join(atoms)


def _parent(code: str, codes: set[str]) -> str:
    atoms = code.split("-")
    prefixes = ("-".join(atoms[:length]) for length in range(len(atoms) - 1, 0, -1))
    return next((prefix for prefix in prefixes if prefix in codes), "")


def _meaning(sidc: str) -> str:
    """Symbol set, entity and modifiers: what is left without version, context, affiliation, status and echelon."""
    return sidc[4:6] + sidc[10:20]


def _letters(cot_type: str, affiliation: Affiliation) -> str:
    atoms = cot_type.split("-")
    function = atoms[3:]
    if atoms[0] != "a" or len(atoms) < 4 or atoms[2] not in _DIMENSIONS or len(function) > _FUNCTION_LETTERS:
        return ""
    if not all(len(atom) == 1 and (atom.isupper() or atom.isdigit()) and atom.isascii() for atom in function):
        return ""
    spelled = affiliation_of_cot(cot_type)
    code = f"SUP{''.join(function)}".replace("SUP", f"SU{atoms[2]}P", 1).ljust(15, "-")
    # The aspect's own affiliation is what people edit; the letter in the type is what came with the file.
    return sidc_with(code, affiliation if affiliation is not Affiliation.UNKNOWN or spelled is None else spelled)


def _words(text: str) -> list[str]:
    folded = unicodedata.normalize("NFKD", text.casefold())
    return _WORD.findall("".join(c for c in folded if not unicodedata.combining(c)))


def _has(words: list[str], wanted: list[str]) -> bool:
    return all(any(word.startswith(part) for word in words) for part in wanted)
