"""The bottom line: where the pointer is, how large the map is, what is selected, what is still running."""

from __future__ import annotations

import math

from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QStatusBar, QToolButton, QWidget

from qroc_desktop.domain.coordinates import format_all
from qroc_desktop.translation import ntr, tr
from qroc_desktop.ui.background import Background, LongJob
from qroc_desktop.ui.measures import figures, spaced
from qroc_desktop.ui.text import copyable, plain_label, tip
from qroc_desktop.ui.theme import Theme

HEIGHT = 24
METRES_PER_PIXEL = 156_543.033_928
"""Web Mercator at zoom 0 on the equator, 256-pixel tiles: 2 pi 6378137 / 256."""
PIXEL_M = 0.000_28
"""Size of a pixel that scales are said for (OGC WMS 1.3, 7.2.4.6.9)."""


class Status(QStatusBar):
    """`notation`: decimal, dms, utm, mgrs, or all."""

    def __init__(self, background: Background, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.notation = "all"
        self._pointer: tuple[float, float] | None = None
        self.setSizeGripEnabled(False)
        self.position = plain_label()
        self.position.setAccessibleName(tr("Position under the pointer"))
        self.scale = plain_label()
        self.scale.setAccessibleName(tr("Scale"))
        self.measured = copyable(plain_label())
        self.measured.setAccessibleName(tr("Measured"))
        self.selected = plain_label()
        self.tool = plain_label()
        self.addWidget(self.tool)
        self.addPermanentWidget(self.measured)
        self.addPermanentWidget(self.selected)
        self.addPermanentWidget(self.position)
        self.addPermanentWidget(self.scale)
        background.long_started.connect(self._show_job)
        theme.changed.connect(self._dress)
        self._dress()

    def set_notation(self, notation: str) -> None:
        """How coordinates are written."""
        self.notation = notation
        if self._pointer:
            self.show_pointer(*self._pointer)

    def show_pointer(self, lon: float, lat: float) -> None:
        """Where the pointer is."""
        self._pointer = (lon, lat)
        self.position.setText(position_text(lon, lat, self.notation))

    def show_view(self, lat: float, zoom: float) -> None:
        """How large the map is: `1:50 000` at its middle, and the zoom."""
        self.scale.setText(tr("1:{scale}  zoom {zoom}", scale=spaced(scale_at(lat, zoom)), zoom=figures(zoom, 3)))

    def show_selected(self, count: int) -> None:
        """How many items are selected."""
        self.selected.setText(ntr("{count} selected", "{count} selected", count) if count else "")

    def show_measured(self, text: str) -> None:
        """What the measuring tool says."""
        self.measured.setText(text)

    def _show_job(self, job: LongJob) -> None:
        self.addPermanentWidget(JobBar(job, self._theme, self))

    def _dress(self) -> None:
        # As high as with a progress bar in it, or the map would jump with every long job.
        self.setFixedHeight(self._theme.px(HEIGHT))
        figures = self._theme.font(0.95, figures=True)
        for label in (self.position, self.scale, self.selected, self.measured, self.tool):
            label.setFont(figures)


class JobBar(QWidget):
    """Progress of one long job, and the way to stop it."""

    def __init__(self, job: LongJob, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._job = job
        self.bar = QProgressBar()
        self.bar.setRange(0, 0)
        self.bar.setFixedWidth(theme.px(140))
        self.bar.setAccessibleName(job.title)
        self.stop = QToolButton()
        self.stop.setIcon(theme.icon("x", size=14))
        self.stop.setAccessibleName(tr("Stop: {what}", what=job.title))
        self.stop.setToolTip(tip(tr("Stop: {what}", what=job.title)))
        self.stop.clicked.connect(job.cancel)
        self.setMaximumHeight(theme.px(HEIGHT - 2))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(plain_label(job.title))
        row.addWidget(self.bar)
        row.addWidget(self.stop)
        job.progressed.connect(self._progress)
        job.ended.connect(self._end)

    def _progress(self, done: int, total: int) -> None:
        # Qt's range is a 32-bit integer; bytes of a large file are not.
        self.bar.setRange(0, 1000 if total else 0)
        if total:
            self.bar.setValue(round(1000 * done / total))

    def _end(self) -> None:
        self.hide()
        self.deleteLater()


def scale_at(lat: float, zoom: float) -> int:
    """The number behind `1:` at a latitude, rounded to two figures."""
    exact = METRES_PER_PIXEL * math.cos(math.radians(lat)) / 2**zoom / PIXEL_M
    digits = max(0, math.floor(math.log10(max(exact, 1))) - 1)
    return int(round(exact / 10**digits) * 10**digits)


def position_text(lon: float, lat: float, notation: str) -> str:
    """A position in one notation or in all four; a notation without an answer there is left out."""
    forms = format_all(lon, lat)
    if notation != "all":
        return getattr(forms, notation, "") or forms.decimal
    return "   ".join(form for form in (forms.decimal, forms.dms, forms.utm, forms.mgrs) if form)
