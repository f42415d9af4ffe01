"""Cursor on Target: types, identities, colours and the numbers that mean "unknown".

Sources: the event schema of MITRE's Cursor on Target 2.0 (attributes, `opex`, 9999999 for unknown), MIL-STD-2525
for the identity letters, and what TAK clients write under `detail`.
"""

from __future__ import annotations

import re
from typing import Final

from qroc_desktop.domain.vocabulary import Affiliation, ItemType
from qroc_desktop.formats import xml

FORMAT: Final = "cot"
UNKNOWN: Final = "9999999.0"
UNKNOWN_FROM: Final = 999_999.0
EXTENSION: Final = "__qroc"
"""Name of the element under `detail` in which our own aspects are carried."""
SEALED: Final = "seal"
"""Its attribute that tells whether anybody edited the event since."""

_LETTERS: Final = {
    "p": Affiliation.PENDING,
    "u": Affiliation.UNKNOWN,
    "a": Affiliation.ASSUMED_FRIEND,
    "f": Affiliation.FRIEND,
    "n": Affiliation.NEUTRAL,
    "s": Affiliation.SUSPECT,
    "h": Affiliation.HOSTILE,
    "j": Affiliation.SUSPECT,
    "k": Affiliation.HOSTILE,
}
_EXERCISE_LETTERS: Final = frozenset("jk")
"""Joker and faker: friends that act as suspect and hostile in an exercise."""
_EXERCISE_2525C: Final = frozenset("GWMDLJK")
DELETION: Final = "t-x-d-d"
"""Type of the event with which TAK clients delete another one."""
_NO_ITEM: Final = ("t-", "b-t-", "b-f-", "y-")
"""Tasking, chat, file transfer and replies: messages, not things with a place."""
_SIDC_MODERN: Final = re.compile(r"\d{20}|\d{30}", re.ASCII)
_SIDC_2525C: Final = re.compile(r"[A-Z][A-Z\-][A-Z\-*]{8,13}", re.ASCII)


def affiliation_of(kind: str) -> Affiliation:
    """Standard identity of an `a-` type; unknown for every other."""
    letter = kind[2:3].lower() if kind.startswith("a-") else ""
    return _LETTERS.get(letter, Affiliation.UNKNOWN)


def with_affiliation(kind: str, affiliation: Affiliation) -> str:
    """The `a-` type with the letter of an identity, as it stands where the letter says so already."""
    if not kind.startswith("a-") or affiliation_of(kind) is affiliation:
        return kind
    letter = next(letter for letter, value in _LETTERS.items() if value is affiliation)
    return f"a-{letter}{kind[3:]}"


def item_type(kind: str, geometry: str) -> ItemType:
    """What an event's type is on the picture; `geometry` is its shape's type, empty where it has none."""
    if kind.startswith("a-"):
        if kind[4:5] == "X":
            return ItemType.INCIDENT
        return ItemType.FACILITY if kind[4:].startswith("G-I") else ItemType.UNIT
    if kind.startswith(("b-a-", "b-r-")):
        return ItemType.INCIDENT
    if "Polygon" in geometry or kind.startswith(("u-d-c", "u-r-b-c", "u-d-r")):
        return ItemType.AREA
    if "Line" in geometry or kind.startswith(("b-m-r", "u-rb-a")):
        return ItemType.LINE
    return ItemType.NOTE


def no_item(kind: str) -> bool:
    """Whether the event is a message rather than a thing."""
    return kind.startswith(_NO_ITEM)


def says_exercise(opex: str, kind: str, sidc: str) -> bool | None:
    """True for exercise or simulation, False for a live operation, None where the event says nothing.

    `opex` decides where it is there; else identities and symbol codes that exist in exercises alone.
    """
    if opex[:1] in ("e", "s"):
        return True
    if opex[:1] == "o":
        return False
    if kind.startswith("a-") and kind[2:3] in _EXERCISE_LETTERS:
        return True
    if _SIDC_MODERN.fullmatch(sidc):
        return True if sidc[2] in "12" else None
    return True if _SIDC_2525C.fullmatch(sidc) and sidc[1] in _EXERCISE_2525C else None


def colour_of(text: str) -> tuple[str, float] | None:
    """(#rrggbb, opacity) of a colour as a signed or unsigned 32-bit ARGB number, or as `#rrggbb`/`aarrggbb`."""
    text = text.strip()
    if re.fullmatch(r"-?\d{1,10}", text, re.ASCII) and -(2**31) <= int(text) < 2**32:
        argb = f"{int(text) & 0xFFFFFFFF:08x}"
    elif re.fullmatch(r"#?(?:[0-9a-fA-F]{8}|[0-9a-fA-F]{6})", text):
        argb = text.removeprefix("#").lower().rjust(8, "f")
    else:
        return None
    return f"#{argb[2:]}", round(int(argb[:2], 16) / 255, 3)


def argb(colour: str, opacity: float = 1.0) -> int:
    """The signed 32-bit ARGB number of `#rrggbb`; white where it is no colour."""
    rgb = int(colour[1:], 16) if re.fullmatch(r"#[0-9a-fA-F]{6}", colour) else 0xFFFFFF
    value = max(0, min(255, round(opacity * 255))) << 24 | rgb
    return value - 2**32 if value >= 2**31 else value


def measure(text: str | None) -> float | None:
    """A number of metres, degrees or metres per second; None for unknown, missing or no number."""
    try:
        value = xml.number(text or "")
    except ValueError:
        return None
    return None if value >= UNKNOWN_FROM else value
