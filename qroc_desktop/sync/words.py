"""A fingerprint as words to be read over the telephone.

The alphabet is the one that every control room in Europe already speaks (ICAO; Alfa, Bravo, ...), so nobody has to
read words of a foreign language aloud. 24 words carry the first 120 bits of the fingerprint.
"""

from __future__ import annotations

import base64

ALPHABET = (
    "Alfa", "Bravo", "Charlie", "Delta", "Echo", "Foxtrot", "Golf", "Hotel",
    "India", "Juliett", "Kilo", "Lima", "Mike", "November", "Oscar", "Papa",
    "Quebec", "Romeo", "Sierra", "Tango", "Uniform", "Victor", "Whiskey", "X-ray",
    "Yankee", "Zulu", "Two", "Three", "Four", "Five", "Six", "Seven",
)  # fmt: skip
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_SPOKEN = dict(zip(_LETTERS, ALPHABET, strict=True))
_BYTES = 15
GROUP = 4


def letters(fingerprint: bytes) -> str:
    """Six groups of four letters and digits (RFC 4648 base 32), for the eye."""
    text = base64.b32encode(fingerprint[:_BYTES]).decode()
    return " ".join(text[at : at + GROUP] for at in range(0, len(text), GROUP))


def words(fingerprint: bytes) -> list[list[str]]:
    """The same six groups as words, for the voice."""
    return [[_SPOKEN[letter] for letter in group] for group in letters(fingerprint).split()]


def same(fingerprint: bytes, said: str) -> bool:
    """Whether what somebody typed, letters or words, is this fingerprint; case, spaces and hyphens do not matter."""
    spoken = "".join(word for group in words(fingerprint) for word in group)
    return _bare(said) in (_bare(letters(fingerprint)), _bare(spoken))


def _bare(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())
