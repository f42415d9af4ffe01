"""Where it is, how it moves, how it is drawn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec
from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from qroc_desktop.domain.coordinates import CoordinateError, format_all, parse
from qroc_desktop.domain.shape import Shape, ShapeError, checked
from qroc_desktop.domain.state import Item
from qroc_desktop.domain.vocabulary import Aspect
from qroc_desktop.errors import Message
from qroc_desktop.translation import ntr, said, tr
from qroc_desktop.ui.bench import Bench
from qroc_desktop.ui.buttons import IconButton
from qroc_desktop.ui.measures import length_text
from qroc_desktop.ui.panels.details.fields import ChoiceField, LineField, NumberField
from qroc_desktop.ui.panels.details.section import Patch, Section
from qroc_desktop.ui.text import copyable, plain_label, set_state

DASHES: Final[Mapping[tuple[float, ...], Message]] = {
    (): Message("solid"), (8.0, 6.0): Message("dashed"), (2.0, 5.0): Message("dotted"),
    (10.0, 5.0, 2.0, 5.0): Message("dash and dot"),
}
"""Lengths of strokes and gaps in pixels."""
LARGEST_RADIUS_M = 20_000_000.0
KMH = 3.6


class PlaceSection(Section):
    """Shape, motion and style. A point is typed in any notation; other shapes are edited on the map."""

    edit_on_map = Signal()

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench)
        self.position = LineField(tr("Position"), hint=tr("Any notation"))
        self.notations = {
            name: copyable(plain_label()) for name in ("decimal", "dms", "utm", "mgrs")
        }
        self.what = plain_label(role="muted", wrap=True)
        self.radius = NumberField(tr("Radius"), 0.1, LARGEST_RADIUS_M, "m")
        self.accuracy = NumberField(tr("Accuracy"), 0, LARGEST_RADIUS_M, "m")
        self.map = QPushButton(tr("Edit on the map"))
        self.course = NumberField(tr("Course"), 0, 360, "°")
        self.speed = NumberField(tr("Speed"), 0, 100_000, "km/h")
        self.stroke = LineField(tr("Line colour"), hint="#rrggbb", longest=7)
        self.fill_colour = LineField(tr("Fill colour"), hint="#rrggbb", longest=7)
        self.width_ = NumberField(tr("Line width"), 0.1, 50, "px")
        self.opacity = NumberField(tr("Fill opacity"), 0, 100, "%")
        self.dash = ChoiceField[tuple[float, ...]](tr("Line pattern"), {k: said(w) for k, w in DASHES.items()})
        self._shape: Shape | None = None
        self._lay_out()
        for field in (
            self.radius, self.accuracy, self.course, self.speed, self.stroke, self.fill_colour, self.width_,
            self.opacity, self.dash,
        ):
            field.edited.connect(self.edited)
        self.position.edited.connect(self._typed)
        self.map.clicked.connect(self.edit_on_map)

    def fill(self, item: Item) -> None:
        shape = item.shape
        self._shape = shape
        point = shape is None or shape.type == "Point"
        self.position.setReadOnly(not point)
        self.radius.setEnabled(shape is not None and shape.radius_m is not None)
        self.radius.show_number(shape.radius_m if shape else None)
        self.accuracy.show_number(shape.accuracy_m if shape else None)
        accurate = shape.accuracy_m if shape else None
        self.what.setText(
            shape_words(shape) + (f" · {tr('accuracy {m}', m=length_text(accurate))}" if accurate is not None else "")
        )
        self._show_notations(show_field=True)
        motion, style = item.motion, item.style
        self.course.show_number(motion.course_deg)
        self.speed.show_number(None if motion.speed_ms is None else round(motion.speed_ms * KMH, 6))
        self.stroke.show_text(style.stroke or "")
        self.fill_colour.show_text(style.fill or "")
        self.width_.show_number(style.width)
        self.opacity.show_number(None if style.fill_opacity is None else round(style.fill_opacity * 100, 6))
        usual = {k: said(w) for k, w in DASHES.items()}
        # A pattern that came with a file stays choosable as what it is.
        self.dash.offer(usual if style.dash in usual else {**usual, style.dash: " ".join(f"{d:g}" for d in style.dash)})
        self.dash.show_choice(style.dash)

    def values(self, seen: Item) -> Patch:
        speed = self.speed.number()
        values: Patch = {
            Aspect.MOTION: msgspec.structs.replace(
                seen.motion, course_deg=self.course.number(), speed_ms=None if speed is None else speed / KMH
            ),
            Aspect.STYLE: msgspec.structs.replace(
                seen.style,
                stroke=_colour(self.stroke.text()),
                fill=_colour(self.fill_colour.text()),
                width=self.width_.number(),
                fill_opacity=self._opacity(seen),
                dash=self._dash(seen),
            ),
        }
        if seen.motion.speed_ms is not None and speed == round(seen.motion.speed_ms * KMH, 6):
            # Shown in km/h, stored in m/s: looking at it must not change its last digits.
            values[Aspect.MOTION] = msgspec.structs.replace(seen.motion, course_deg=self.course.number())
        shape = self._edited_shape()
        if shape is not None:
            values[Aspect.SHAPE] = shape
        return values

    def _opacity(self, seen: Item) -> float | None:
        percent, stored = self.opacity.number(), seen.style.fill_opacity
        if percent is None:
            return None
        # Shown in percent: looking at it must not change its last digits.
        return stored if stored is not None and round(stored * 100, 6) == percent else percent / 100

    def _dash(self, seen: Item) -> tuple[float, ...]:
        chosen = self.dash.chosen()
        return seen.style.dash if chosen is None else chosen

    def wrong(self) -> bool:
        colours = any(
            field.text().strip() and _colour(field.text()) is None for field in (self.stroke, self.fill_colour)
        )
        numbers = (self.radius, self.accuracy, self.course, self.speed, self.width_, self.opacity)
        return self.position.property("wrong") == "true" or colours or any(field.wrong for field in numbers)

    def _edited_shape(self) -> Shape | None:
        if self._shape is None:
            return None
        try:
            return checked(
                msgspec.structs.replace(
                    self._shape,
                    radius_m=self.radius.number() or self._shape.radius_m,
                    accuracy_m=self.accuracy.number(),
                )
            )
        except ShapeError:
            return None

    def _typed(self) -> None:
        text = self.position.text().strip()
        try:
            lon, lat = parse(text)
            base = self._shape or Shape(type="Point", coordinates=[lon, lat])
            # The height above ground of the old place says nothing about the new one.
            self._shape = msgspec.structs.replace(base, coordinates=[lon, lat])
            set_state(self.position, "wrong", "false")
        except CoordinateError:
            set_state(self.position, "wrong", "true" if text else "false")
        self._show_notations(show_field=False)
        self.edited.emit()

    def _show_notations(self, *, show_field: bool) -> None:
        anchor = self._shape.anchor() if self._shape else None
        forms = format_all(*anchor) if anchor else None
        for name, label in self.notations.items():
            label.setText(getattr(forms, name) if forms else "–")
        if show_field:
            self.position.show_text(forms.decimal if forms else "")
            set_state(self.position, "wrong", "false")

    def _lay_out(self) -> None:
        self.form.addRow(self.what)
        self.row(tr("Position"), self.position)
        for name, word in (("decimal", tr("Lat, lon")), ("dms", tr("DMS")), ("utm", "UTM"), ("mgrs", "MGRS")):
            label = self.notations[name]
            label.setAccessibleName(word)
            label.setFont(self.bench.theme.font(figures=True))
            self.row(word, self._with_copy(label, word))
        self.row(tr("Radius"), self.radius)
        self.row(tr("Accuracy"), self.accuracy)
        self.form.addRow(self.map)
        self.heading(tr("Motion"))
        self.row(tr("Course"), self.course)
        self.row(tr("Speed"), self.speed)
        self.heading(tr("Drawing"))
        self.row(tr("Line colour"), self.stroke)
        self.row(tr("Fill colour"), self.fill_colour)
        self.row(tr("Line width"), self.width_)
        self.row(tr("Line pattern"), self.dash)
        self.row(tr("Fill opacity"), self.opacity)

    def _with_copy(self, label: QLabel, word: str) -> QWidget:
        """A notation, and a button that copies it."""
        button = IconButton(self.bench.theme, "copy", tr("Copy {what}", what=word), size=14)
        button.clicked.connect(lambda: QGuiApplication.clipboard().setText(label.text()))
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(label, 1)
        row.addWidget(button)
        return holder


def shape_words(shape: Shape | None) -> str:
    """What kind of shape it is, and how large."""
    if shape is None:
        return tr("It has no position yet.")
    if shape.rings_m:
        return tr("Range rings: {list}", list=", ".join(length_text(r) for r in shape.rings_m))
    if shape.radius_m:
        return tr("Circle, radius {m}", m=length_text(shape.radius_m))
    if shape.type == "Point":
        return tr("Point")
    # Every ring of an area ends where it began; what was drawn is one point fewer.
    count = sum(1 for _ in shape.positions()) - _rings(shape)
    if shape.times:
        return ntr("Track with {count} position", "Track with {count} positions", count)
    if "Line" in shape.type:
        return ntr("Line with {count} point", "Line with {count} points", count)
    return ntr("Area with {count} point", "Area with {count} points", count)


def _rings(shape: Shape) -> int:
    """Number of closed rings."""
    if shape.type == "Polygon":
        return len(shape.coordinates)
    return sum(len(polygon) for polygon in shape.coordinates) if shape.type == "MultiPolygon" else 0


def _colour(text: str) -> str | None:
    """`#rrggbb`, or None for anything else."""
    typed = text.strip().lower()
    good = len(typed) == 7 and typed[0] == "#" and all(c in "0123456789abcdef" for c in typed[1:])
    return typed if good else None
