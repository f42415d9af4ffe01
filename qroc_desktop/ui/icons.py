"""Icons in the theme's colours, from Lucide (ISC licence) as its Python package carries them."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from lucide import lucide_icon
from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer


@lru_cache(maxsize=512)
def icon_svg(name: str, colour: str) -> bytes:
    """SVG of an icon; KeyError where there is none of that name, so that a typing error shows in the tests."""
    svg = lucide_icon(name, fallback_text="\0", stroke=colour, stroke_width=1.9)
    if "data-missing-icon" in svg:
        raise KeyError(name)
    return str(svg).encode()


def pixmap(svg: bytes, size: int, ratio: float = 1.0) -> QPixmap:
    """An SVG document drawn into a square of `size` logical pixels, its proportions kept."""
    picture = QPixmap(QSize(round(size * ratio), round(size * ratio)))
    picture.fill(Qt.GlobalColor.transparent)
    renderer = QSvgRenderer(QByteArray(svg))
    renderer.setAspectRatioMode(Qt.AspectRatioMode.KeepAspectRatio)
    painter = QPainter(picture)
    renderer.render(painter, QRectF(0, 0, picture.width(), picture.height()))
    painter.end()
    picture.setDevicePixelRatio(ratio)
    return picture


@lru_cache(maxsize=512)
def icon(name: str, colour: str, disabled: str, checked: str, size: int) -> QIcon:
    """An icon with its looks for disabled and checked, sharp up to three times the size."""
    made = QIcon()
    for ratio in (1.0, 2.0, 3.0):
        made.addPixmap(pixmap(icon_svg(name, colour), size, ratio))
        made.addPixmap(pixmap(icon_svg(name, disabled), size, ratio), QIcon.Mode.Disabled)
        made.addPixmap(pixmap(icon_svg(name, checked), size, ratio), QIcon.Mode.Normal, QIcon.State.On)
        made.addPixmap(pixmap(icon_svg(name, checked), size, ratio), QIcon.Mode.Selected)
    return made


def program_icon(path: Path) -> QIcon:
    """The program's own icon, from its SVG."""
    made, svg = QIcon(), path.read_bytes()
    for size in (16, 24, 32, 48, 64, 128, 256):
        made.addPixmap(pixmap(svg, size))
    return made


def icon_file(name: str, colour: str, folder: Path) -> Path:
    """The icon as a file for the style sheet, which can only name files."""
    svg = icon_svg(name, colour)
    path = folder / f"{name}-{hashlib.sha256(svg).hexdigest()[:12]}.svg"
    if not path.exists():
        path.write_bytes(svg)
    return path
