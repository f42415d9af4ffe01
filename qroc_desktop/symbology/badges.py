"""The small sign at a symbol's corner that tells its priority by outline as well as by colour."""

from __future__ import annotations

from typing import Final

from qroc_desktop.symbology.kinds import Badge

BADGE_REACH: Final = 36.0
"""Half the side of the square that holds a badge, in the units of a symbol (its octagon has 100)."""
INSET: Final = 10.0
"""How far the badge's middle lies inside the corner of the symbol, in the same units."""
_OUTLINES: Final = {
    "triangle": "M0,-30 L32,26 L-32,26 Z",
    "diamond": "M0,-31 L31,0 L0,31 L-31,0 Z",
    "circle": "M-24,0 A24,24 0 1 1 24,0 A24,24 0 1 1 -24,0 Z",
}
_EXCLAMATION: Final = "M-4.5,-15 L4.5,-15 L3,7 L-3,7 Z M-4,12 L4,12 L4,20 L-4,20 Z"


def badge_svg(badge: Badge, x: float, y: float) -> str:
    """SVG of a badge around (x, y): white line, black line, fill, mark."""
    outline = _OUTLINES[badge.shape]
    mark = f'<path d="{_EXCLAMATION}" fill="white"/>' if badge.mark == "!" else ""
    return (
        f'<g transform="translate({x:.6g},{y:.6g})">'
        f'<path d="{outline}" fill="none" stroke="white" stroke-width="12" stroke-linejoin="round"/>'
        f'<path d="{outline}" fill="{badge.fill}" stroke="black" stroke-width="4" stroke-linejoin="round"/>'
        f"{mark}</g>"
    )
