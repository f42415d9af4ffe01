"""Figures of a report: what happened in lanes of time, spans as bars, and a value over time.

Everything is told by shape and word; shades only help, so that a figure printed in grey reads as well.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, Literal

import msgspec

from qroc_desktop.reports.lettering import Ink, line_mm, shortened, width_mm, wrapped
from qroc_desktop.reports.review.blocks import Canvas
from qroc_desktop.reports.space import Box

Sign = Literal["dot", "diamond", "triangle", "square", "bar", "stop"]
DARK: Final = "#15191e"
GREY: Final = "#5d6873"
RULE: Final = "#c4cbd2"
BAND: Final = "#f2f4f6"
_TEXT: Final = Ink(6.6)
_SMALL: Final = Ink(5.8, colour=GREY)
_STEPS: Final = (60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400)
_WHOLES: Final = (60, 120, 240, 600, 1200, 2400, 3600, 7200, 14400, 28800, 57600, 86400, 172800)
_MOST_TICKS: Final = 13
_SIDE: Final = 1.25
_EDGE: Final = 4.0
"""Room at the right for the last sign and for half the words of the last tick."""
LANE: Final = 7.4
AXIS: Final = 8.0
BAR: Final = 6.2


class Axis(msgspec.Struct, frozen=True):
    """Scenario time along a figure, milliseconds from 0 to `until`. `said`: the words of a tick."""

    until: int
    said: Callable[[int], str]

    def ticks(self) -> list[int]:
        """Round times, not too many."""
        step = next((step for step in _STEPS if self.until / 1000 / step <= _MOST_TICKS), _STEPS[-1]) * 1000
        return list(range(0, self.until + 1, step))


class Spot(msgspec.Struct, frozen=True):
    """Something that happened. `number`: written beside it, where it is looked up in a table."""

    t: int
    sign: Sign
    number: str = ""


class Lane(msgspec.Struct, frozen=True):
    """A row of what belongs together."""

    name: str
    spots: Sequence[Spot]


class Bar(msgspec.Struct, frozen=True):
    """A span: from when to when; without an end it is open to the end of the figure, or to `over`, and drawn hollow."""

    name: str
    start: int
    stop: int | None
    text: str
    over: int | None = None


class Course(msgspec.Struct, frozen=True):
    """A value over time: pieces of (milliseconds, value) that are not joined; a second value with a scale of its own.

    `since`: from when on there is anything to know; before that it is left blank, from there to the first piece it is
    shown as not known.
    """

    name: str
    pieces: Sequence[Sequence[tuple[int, float]]]
    second: Sequence[Sequence[tuple[int, float]]] = ()
    since: int | None = None


def lanes_height(lanes: Sequence[Lane]) -> float:
    """Millimetres that the lanes take, with their axis."""
    return len(lanes) * LANE + AXIS


def draw_lanes(canvas: Canvas, box: Box, lanes: Sequence[Lane], axis: Axis, name_width: float = 42.0) -> None:
    """What happened, a lane for each storyline or kind."""
    left, top, right = box[0], box[1], box[2] - _EDGE
    start = left + name_width
    foot = top + len(lanes) * LANE
    _time_axis(canvas, (start, top, right, foot), axis)
    for place, lane in enumerate(lanes):
        y = top + (place + 0.5) * LANE
        if place % 2:
            canvas.box((left, y - LANE / 2, right, y + LANE / 2), face=BAND, order=5)
        _named(canvas, left, y, lane.name, name_width - 2)
        canvas.line([(start, y), (right, y)], RULE, 0.4, order=9)
        _spots(canvas, lane.spots, y, start, right, axis)


def _spots(canvas: Canvas, spots: Sequence[Spot], y: float, start: float, right: float, axis: Axis) -> None:
    taken = -1e9
    for spot in sorted(spots, key=lambda spot: spot.t):
        x = start + spot.t / max(1, axis.until) * (right - start)
        draw_sign(canvas, x, y, spot.sign)
        if spot.number and x - width_mm(spot.number, 4.6) / 2 > taken + 0.4:
            canvas.text(x, y - 1.9, spot.number, Ink(4.6, colour=DARK), anchor="center baseline")
            taken = x + width_mm(spot.number, 4.6) / 2


def draw_sign(canvas: Canvas, x: float, y: float, sign: Sign) -> None:
    """One sign; each has an outline of its own."""
    side = _SIDE
    match sign:
        case "dot":
            corners = [(x - side * 0.45, y - side), (x + side * 0.45, y - side), (x + side, y - side * 0.45)]
            corners += [(x + side, y + side * 0.45), (x + side * 0.45, y + side), (x - side * 0.45, y + side)]
            corners += [(x - side, y + side * 0.45), (x - side, y - side * 0.45)]
            canvas.shape(corners, "#3b6ea5", "#ffffff", 0.4, order=18)
        case "diamond":
            corners = [(x, y - side * 1.35), (x + side * 1.35, y), (x, y + side * 1.35), (x - side * 1.35, y)]
            canvas.shape(corners, "#f5b800", DARK, 0.6, order=18)
        case "triangle":
            corners = [(x, y - side * 1.2), (x + side * 1.15, y + side * 0.9), (x - side * 1.15, y + side * 0.9)]
            canvas.shape(corners, "#ffffff", DARK, 0.7, order=18)
        case "square":
            corners = [(x - side, y - side), (x + side, y - side), (x + side, y + side), (x - side, y + side)]
            canvas.shape(corners, "#8a949e", DARK, 0.5, order=18)
        case "bar":
            canvas.line([(x, y - side * 2), (x, y + side * 2)], DARK, 1.1, order=18)
        case "stop":
            canvas.shape([(x - side, y - side), (x + side, y - side), (x + side, y + side), (x - side, y + side)],
                         "#ffffff", DARK, 0.8, order=18)  # fmt: skip
            canvas.line([(x - side, y - side), (x + side, y + side)], DARK, 0.8, order=19)
            canvas.line([(x - side, y + side), (x + side, y - side)], DARK, 0.8, order=19)


def draw_key(canvas: Canvas, box: Box, entries: Sequence[tuple[Sign, str]]) -> None:
    """What the signs mean, in a line that goes on below where it is full."""
    x, y = box[0], box[1] + 2.2
    for sign, words in entries:
        wide = 5.0 + width_mm(words, _SMALL.size) + 5.0
        if x + wide > box[2] + 5.0 and x > box[0]:
            x, y = box[0], y + 4.6
        draw_sign(canvas, x + 1.6, y, sign)
        canvas.text(x + 4.6, y, words, _SMALL, anchor="left middle")
        x += wide


def bars_height(bars: Sequence[Bar]) -> float:
    """Millimetres that the bars take, with their axis."""
    return len(bars) * BAR + AXIS


def draw_bars(canvas: Canvas, box: Box, bars: Sequence[Bar], axis: Axis, name_width: float = 58.0) -> None:
    """Spans of time, one below the other, each with its words."""
    left, top, right = box[0], box[1], box[2] - _EDGE
    start = left + name_width
    _time_axis(canvas, (start, top, right, top + len(bars) * BAR), axis)
    for place, bar in enumerate(bars):
        y = top + (place + 0.5) * BAR
        _named(canvas, left, y, bar.name, name_width - 2)
        x0 = start + bar.start / max(1, axis.until) * (right - start)
        end = bar.stop if bar.stop is not None else axis.until if bar.over is None else bar.over
        x1 = start + end / max(1, axis.until) * (right - start)
        x1 = max(x1, x0 + 0.6)
        if bar.stop is None:
            canvas.box((x0, y - 1.5, x1, y + 1.5), face="#ffffff", edge=DARK, width=0.7, dash=(3, 2), order=14)
        else:
            canvas.box((x0, y - 1.5, x1, y + 1.5), face="#3b6ea5", edge=DARK, width=0.5, order=14)
        _beside(canvas, bar, x0, x1, y, (start, right))


def _beside(canvas: Canvas, bar: Bar, x0: float, x1: float, y: float, ends: tuple[float, float]) -> None:
    """The words of a bar: after it, before it where the figure ends, in it where it fills the figure."""
    wide = width_mm(bar.text, _TEXT.size) + 2
    ink = Ink(_TEXT.size, colour=DARK, halo="#ffffff")
    if x1 + wide <= ends[1]:
        canvas.text(x1 + 1.2, y, bar.text, ink, anchor="left middle")
    elif x0 - wide >= ends[0]:
        canvas.text(x0 - 1.2, y, bar.text, ink, anchor="right middle")
    else:
        inside = ink if bar.stop is None else Ink(_TEXT.size, "bold", colour="#ffffff")
        canvas.text((x0 + x1) / 2, y, bar.text, inside, anchor="center middle")


_HATCH: Final = 3.0
COURSE: Final = 34.0


def draw_course(
    canvas: Canvas, box: Box, course: Course, axis: Axis, said: Callable[[float], str],
    said_second: Callable[[float], str], not_known: str,
) -> None:  # fmt: skip
    """One value over time on the left scale as a heavy line, a second one, milliseconds, on the right scale as a thin
    dashed one."""
    left, top, right, bottom = box
    area = (left + 16.0, top + 2.0, right - 16.0, bottom - AXIS)
    canvas.box(area, edge=RULE, width=0.6, order=9)
    _time_axis(canvas, area, axis)
    _unknown(canvas, area, course, axis, not_known)
    for pieces, words, x, anchor, heavy in (
        (course.pieces, said, area[0] - 1.0, "right middle", True),
        (course.second, said_second, area[2] + 1.0, "left middle", False),
    ):
        values = [value for piece in pieces for _, value in piece]
        if not values:
            continue
        most = _round_up(max([*values, 1e-9])) if heavy else _round_duration(max(values))
        for share in (0.0, 0.5, 1.0):
            y = area[3] - share * (area[3] - area[1])
            canvas.text(x, y, words(most * share), _SMALL, anchor=anchor)  # type: ignore[arg-type]
        for piece in pieces:
            points = [
                (
                    area[0] + t / max(1, axis.until) * (area[2] - area[0]),
                    area[3] - value / most * (area[3] - area[1]),
                )
                for t, value in piece
            ]
            if len(points) > 1:
                dash = () if heavy else (2.0, 2.0)
                canvas.line(points, "#1f4e79" if heavy else GREY, 1.5 if heavy else 0.7, dash=dash, order=17)


def _unknown(canvas: Canvas, area: Box, course: Course, axis: Axis, words: str) -> None:
    if course.since is None:
        return
    begins = min((piece[0][0] for piece in course.pieces if piece), default=axis.until)
    wide = area[2] - area[0]
    x0, x1 = (area[0] + t / max(1, axis.until) * wide for t in (course.since, begins))
    if x1 - x0 < 0.5:
        return
    canvas.box((x0, area[1], x1, area[3]), face="#e3e6e9", order=8)
    high = area[3] - area[1]
    at = x0 + _HATCH
    while at < x1 + high:
        start = (at, area[1]) if at <= x1 else (x1, area[1] + at - x1)
        stop = (at - high, area[3]) if at - high >= x0 else (x0, area[1] + at - x0)
        canvas.line([start, stop], "#c4cbd2", 0.4, order=8.5)
        at += _HATCH
    if width_mm(words, _SMALL.size) < x1 - x0 - 2:
        canvas.text((x0 + x1) / 2, (area[1] + area[3]) / 2, words, Ink(5.8, colour=DARK, halo="#ffffff"),
                    anchor="center middle")  # fmt: skip


def _round_up(value: float) -> float:
    power = 1.0
    while power * 10 <= value:
        power *= 10
    while power > value:
        power /= 10
    return next(power * step for step in (1, 2, 4, 5, 10) if power * step >= value * 0.999)


def _round_duration(milliseconds: float) -> float:
    """The next duration whose half is a round one too."""
    return next((step * 1000.0 for step in _WHOLES if step * 1000 >= milliseconds), milliseconds)


def _time_axis(canvas: Canvas, area: Box, axis: Axis) -> None:
    left, top, right, bottom = area
    for tick in axis.ticks():
        x = left + tick / max(1, axis.until) * (right - left)
        canvas.line([(x, top), (x, bottom)], "#dde2e6", 0.4, order=7)
        canvas.line([(x, bottom), (x, bottom + 1.0)], GREY, 0.5, order=10)
        canvas.text(x, bottom + 3.6, axis.said(tick), _SMALL, anchor="center baseline")
    canvas.line([(left, bottom), (right, bottom)], GREY, 0.6, order=10)


def _named(canvas: Canvas, x: float, y: float, name: str, width: float) -> None:
    lines = wrapped(name, width, _TEXT.size, most=2)
    if len(lines) > 1:
        lines[1] = shortened(lines[1], width, _TEXT.size)
    high = line_mm(_TEXT.size)
    for place, line in enumerate(lines):
        canvas.text(x, y + (place - (len(lines) - 1) / 2) * high, line, _TEXT, anchor="left middle")
