"""Text made comparable: lower case, no diacritics, one space between words."""

from __future__ import annotations

import re
import unicodedata

# Letters that Unicode does not decompose into a base letter and a mark.
_LETTERS = str.maketrans(
    {
        "ß": "ss", "ẞ": "ss", "ø": "o", "Ø": "o", "æ": "ae", "Æ": "ae", "œ": "oe", "Œ": "oe", "ł": "l", "Ł": "l",
        "đ": "d", "Đ": "d", "ð": "d", "Ð": "d", "þ": "th", "Þ": "th", "ı": "i", "ħ": "h", "Ħ": "h", "ŋ": "n",
        "Ŋ": "n", "ŧ": "t", "Ŧ": "t", "ə": "a", "Ə": "a", "ʼ": " ", "ʻ": " ",
    }
)  # fmt: skip
_BETWEEN = re.compile(r"[\W_]+")


class _Unmarked(dict[int, int | None]):
    """For str.translate(): leaves out combining marks; learns each character when it first comes."""

    def __missing__(self, code: int) -> int | None:
        kept = None if unicodedata.category(chr(code)) == "Mn" else code
        self[code] = kept
        return kept


_MARKS = _Unmarked()


def fold(text: str) -> str:
    """`Łódź – Straße` and `lodz strasse` give the same; anything but letters and digits parts words."""
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text.translate(_LETTERS)).translate(_MARKS)
    return _BETWEEN.sub(" ", text.casefold()).strip()


def match_expression(text: str) -> str | None:
    """An FTS5 expression for words that must all occur, the last as a prefix; None where there is no word."""
    words = fold(text).split()
    if not words:
        return None
    return " ".join(f'"{word}"' for word in words) + "*"
