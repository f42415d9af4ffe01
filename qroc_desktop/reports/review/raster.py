"""What only matplotlib draws, as a picture for a page."""

from __future__ import annotations

import io
from typing import Any, Final

import matplotlib.image
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from qroc_desktop.reports.lettering import Sheet
from qroc_desktop.reports.print_map import drawing
from qroc_desktop.reports.review.blocks import Picture

DPI: Final = 170


def picture_png(picture: Picture, width: float) -> bytes:
    """A figure of so many millimetres' width as PNG."""
    with drawing():
        figure = Figure(figsize=(width / 25.4, picture.height / 25.4), facecolor="white")
        picture.draw(Sheet(figure, width, picture.height), (0.5, 0.5, width - 0.5, picture.height - 0.5))
        canvas: Any = FigureCanvasAgg(figure)
        figure.set_dpi(DPI)
        canvas.draw()
        buffer = io.BytesIO()
        told: Any = {"Software": None}
        matplotlib.image.imsave(buffer, np.asarray(canvas.buffer_rgba()), format="png", dpi=DPI, metadata=told)
        return buffer.getvalue()
