"""Affiliation as it stands in a CoT type and in a symbol identification code (SIDC).

CoT: the second atom of a type that begins with `a` (`a-f-G-U`). MIL-STD-2525D/E and APP-6D/E: the fourth digit of
20 or 30. MIL-STD-2525C: the second of 15 letters, with letters of their own for exercise traffic.
"""

from __future__ import annotations

import re
from typing import Final

from qroc_desktop.domain.vocabulary import Affiliation

COT_LETTERS: Final = {
    Affiliation.PENDING: "p",
    Affiliation.UNKNOWN: "u",
    Affiliation.ASSUMED_FRIEND: "a",
    Affiliation.FRIEND: "f",
    Affiliation.NEUTRAL: "n",
    Affiliation.SUSPECT: "s",
    Affiliation.HOSTILE: "h",
}
SIDC_DIGITS: Final = {affiliation: str(digit) for digit, affiliation in enumerate(Affiliation)}
_FROM_COT: Final = {letter: affiliation for affiliation, letter in COT_LETTERS.items()} | {
    "j": Affiliation.SUSPECT,  # joker: a friend who plays a suspect
    "k": Affiliation.HOSTILE,  # faker: a friend who plays an enemy
}
_FROM_LETTER: Final = {letter.upper(): affiliation for letter, affiliation in _FROM_COT.items()} | {
    "G": Affiliation.PENDING,
    "W": Affiliation.UNKNOWN,
    "M": Affiliation.ASSUMED_FRIEND,
    "D": Affiliation.FRIEND,
    "L": Affiliation.NEUTRAL,
}
_FROM_DIGIT: Final = {digit: affiliation for affiliation, digit in SIDC_DIGITS.items()}
_NUMBERS: Final = re.compile(r"(?:[0-9]{20}|[0-9]{30})\Z")
_LETTERS: Final = re.compile(r"[A-Z][A-Z*-][A-Z*-][A-Z*-][A-Z0-9*-]{6,11}\Z")


def is_sidc(text: str) -> bool:
    """Whether the text has the form of a code: 20 or 30 digits, or 10 to 15 letters of 2525C (upper case)."""
    return bool(_NUMBERS.match(text) or _LETTERS.match(text))


def affiliation_of_cot(kind: str) -> Affiliation | None:
    """The affiliation in a CoT type; None where it has none (`b-m-p`, `a-.-G`, `a-o-G`)."""
    atoms = kind.split("-", 2)
    return _FROM_COT.get(atoms[1]) if len(atoms) > 1 and atoms[0] == "a" else None


def cot_with(kind: str, affiliation: Affiliation) -> str:
    """The CoT type with that affiliation; a type that has no place for one is given back as it is."""
    head, _, rest = kind.partition("-")
    if head != "a" or not rest:
        return kind
    return "-".join(["a", COT_LETTERS[affiliation], *rest.split("-")[1:]])


def affiliation_of_sidc(sidc: str) -> Affiliation | None:
    """The affiliation in a symbol code; None where it has none or the text is not a code."""
    if not is_sidc(sidc):
        return None
    return _FROM_DIGIT.get(sidc[3]) if sidc[0].isdigit() else _FROM_LETTER.get(sidc[1])


def sidc_with(sidc: str, affiliation: Affiliation) -> str:
    """The symbol code with that affiliation; a text that is not a code is given back as it is."""
    if not is_sidc(sidc):
        return sidc
    if sidc[0].isdigit():
        return sidc[:3] + SIDC_DIGITS[affiliation] + sidc[4:]
    return sidc[0] + COT_LETTERS[affiliation].upper() + sidc[2:]
