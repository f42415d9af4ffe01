"""Text made comparable: lower case, no diacritics, one space between words."""

from __future__ import annotations

import unicodedata

# Letters that Unicode does not decompose into a base letter and a mark.
_LETTERS = str.maketrans(
    {
        "ß": "ss", "ẞ": "ss", "ø": "o", "Ø": "o", "æ": "ae", "Æ": "ae", "œ": "oe", "Œ": "oe", "ł": "l", "Ł": "l",
        "đ": "d", "Đ": "d", "ð": "d", "Ð": "d", "þ": "th", "Þ": "th", "ı": "i", "ħ": "h", "Ħ": "h", "ŋ": "n",
        "Ŋ": "n", "ŧ": "t", "Ŧ": "t", "ə": "a", "Ə": "a", "ʼ": " ", "ʻ": " ",
    }
)  # fmt: skip


def fold(text: str) -> str:
    """`Łódź – Straße` and `lodz strasse` give the same; anything but letters and digits parts words."""
    if not text.isascii():
        decomposed = unicodedata.normalize("NFKD", text.translate(_LETTERS))
        text = "".join(c for c in decomposed if unicodedata.category(c) != "Mn")
    plain = text.casefold()
    if not plain.isalnum():
        plain = "".join(c if c.isalnum() else " " for c in plain)
    return " ".join(plain.split())


def match_expression(text: str) -> str | None:
    """An FTS5 expression for words that must all occur, the last as a prefix; None where there is no word."""
    words = fold(text).split()
    if not words:
        return None
    return " ".join(f'"{word}"' for word in words) + "*"
