"""JSON as some programs write it although it is none: NaN and Infinity for numbers, halves of surrogate pairs."""

from __future__ import annotations

import json
import math
import re
from typing import Final

from qroc_desktop.errors import Message

MOST: Final = 64 * 1024 * 1024
"""Larger texts are not mended: it takes some ten times their size in memory."""
MENDED: Final = Message("Numbers that JSON does not have (NaN, Infinity) were left out, halves of characters replaced.")
_HALF: Final = re.compile("[\ud800-\udfff]")


def mended(data: bytes) -> bytes | None:
    """The same text as JSON: null for what is no finite number, U+FFFD for what is no character; None where more is
    wrong with it."""
    if len(data) > MOST:
        return None
    try:
        value = json.loads(data, parse_constant=lambda _: None, parse_float=_finite)
        text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    except (ValueError, RecursionError):
        return None
    return _HALF.sub("\N{REPLACEMENT CHARACTER}", text).encode("utf-8")


def _finite(text: str) -> float | None:
    value = float(text)
    return value if math.isfinite(value) else None
