"""Lengths, areas and counts as people read them: one way for window, map and wall.

Thousands are set apart by a thin space (ISO 80000-1, 7.3.1), never by a point or a comma: `1.234 km` is read as a
good kilometre in one country and as a thousand of them in the next. The decimal sign is that of the language.
"""

from __future__ import annotations

import math

from PySide6.QtCore import QLocale

from qroc_desktop.translation import language, tr

THIN_SPACE = "\u2009"


def length_text(metres: float) -> str:
    """`742 m`, `27.15 km`, `1 123 km`: the figures that the map shows."""
    return f"{figures(metres, 3)} m" if metres < 1000 else f"{figures(metres / 1000, 4)} km"


def area_text(square_metres: float) -> str:
    """`950 m²`, `12.4 ha`, `3.21 km²`."""
    if square_metres < 10_000:
        return f"{figures(square_metres, 3)} m²"
    if square_metres < 1_000_000:
        return f"{figures(square_metres / 10_000, 3)} ha"
    return f"{figures(square_metres / 1_000_000, 4)} km²"


def figures(value: float, digits: int) -> str:
    """So many significant figures below 1000, whole numbers above, with the language's decimal sign."""
    before = max(1, math.ceil(math.log10(abs(value) + 1e-9)))
    text = f"{value:,.{max(0, digits - before)}f}".replace(",", THIN_SPACE)
    whole, _, rest = text.partition(".")
    rest = rest.rstrip("0")
    return f"{whole}{decimal_sign()}{rest}" if rest else whole


def spaced(number: int) -> str:
    """With thin spaces between thousands, as ISO 80000 has it: read the same in every country."""
    return f"{number:,}".replace(",", THIN_SPACE)


def size_text(size: int) -> str:
    """Bytes as people say them."""
    if size < 1_000:
        return tr("{count} bytes", count=size)
    return f"{figures(size / 1_000, 2)} kB" if size < 1_000_000 else f"{figures(size / 1_000_000, 3)} MB"


def decimal_sign() -> str:
    """What stands before the decimals in the user's language."""
    return QLocale(language()).decimalPoint()
