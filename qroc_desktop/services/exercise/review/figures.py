"""The figures of an after-action report: the course by storylines, latencies, and belief beside truth over time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from qroc_desktop.reports.review import charts
from qroc_desktop.reports.review.blocks import Block, Canvas, Picture
from qroc_desktop.reports.review.charts import Axis, Bar, Course, Lane, Sign, Spot
from qroc_desktop.reports.space import Box
from qroc_desktop.services.exercise.review.after_action import AfterAction, Belief
from qroc_desktop.services.exercise.review.chronicle import Mark, MarkKind
from qroc_desktop.services.exercise.review.words import said_duration, said_fact, said_metres
from qroc_desktop.translation import tr

_KEY: Final = 12.0
_SIGNS: Final[dict[MarkKind, Sign]] = {
    MarkKind.INJECT: "dot",
    MarkKind.ACTION: "diamond",
    MarkKind.DETECTION: "triangle",
    MarkKind.BRANCH: "square",
    MarkKind.PLAN: "square",
    MarkKind.NO_DUFF: "stop",
    MarkKind.JUMP: "bar",
    MarkKind.PAUSE: "bar",
    MarkKind.SHIFTED: "bar",
    MarkKind.RESUMED: "bar",
    MarkKind.BRANCHED: "bar",
}
_MOST_LANES: Final = 28
_MOST_BARS: Final = 34
"""As many as a page has room for; the next figure goes on with the others."""
_CLOSE: Final = 60_000
"""Detections of one entity so close to each other are one sign."""


class Figures:
    """Figures of one run."""

    def __init__(self, found: AfterAction) -> None:
        self._found = found
        self._axis = Axis(max(found.until, 1), found.time_of_day)

    def timeline(self) -> Iterator[Block]:
        """Injects by storyline; below them what the teams did, found and planned, and what stopped the exercise."""
        lanes = self._lanes()
        key = self._key(lanes)
        count = sum(mark.kind is MarkKind.INJECT for mark in self._found.marks)
        for first in range(0, len(lanes), _MOST_LANES):
            yield self._lanes_picture(lanes[first : first + _MOST_LANES], key, count)

    def _lanes_picture(self, lanes: list[Lane], key: list[tuple[Sign, str]], count: int) -> Picture:
        def draw(canvas: Canvas, box: Box) -> None:
            left, top, right, bottom = box
            charts.draw_lanes(canvas, (left, top, right, bottom - _KEY), lanes, self._axis)
            charts.draw_key(canvas, (left, bottom - _KEY + 2.5, right, bottom), key)

        return Picture(
            title=tr("The course of the exercise by storylines."),
            told=tr(
                "{count} injects with their numbers, what the teams recorded, and what {team} detected, over the time "
                "of the scenario. The annex lists all of it.",
                count=count,
                team=self._found.team_name,
            ),
            height=charts.lanes_height(lanes) + _KEY + 1.0,
            draw=draw,
        )

    def latencies(self) -> Iterator[Block]:
        """From when each fact was true to when it was known."""
        bars = []
        for one in sorted(self._found.latencies, key=lambda one: one.true):
            words = tr("never known") if one.latency is None else said_duration(one.latency)
            bars.append(Bar(said_fact(one), one.true, one.known, words, one.over))
        for first in range(0, len(bars), _MOST_BARS):
            yield self._bars_picture(bars[first : first + _MOST_BARS])

    def _bars_picture(self, bars: list[Bar]) -> Picture:
        return Picture(
            title=tr("How long it took to know."),
            told=tr(
                "Each bar begins when a fact was true and ends when {team} knew of it. A hollow bar: it never did.",
                team=self._found.team_name,
            ),
            height=charts.bars_height(bars) + 1.0,
            draw=lambda canvas, box: charts.draw_bars(canvas, box, bars, self._axis),
        )

    def belief(self, belief: Belief) -> Iterator[Block]:
        """How far what was believed was from the truth, and how old it was."""
        course = course_of(belief)
        if course is None:
            return
        known = [gap.off for gap in belief.course if gap.off is not None]
        if not known:
            # A figure of nothing says less than the bar that is hollow.
            return
        yield Picture(
            title=tr("{name}: believed against true.", name=belief.name),
            told=tr(
                "Heavy line, left: how far the place that {team} had detected last was from the true one, at most "
                "{most}. Thin dashed line, right: how old that knowledge was. Hatched: nothing was known.",
                team=self._found.team_name, most=said_metres(max(known)),
            ),
            height=charts.COURSE + 6.0,
            draw=lambda canvas, box: charts.draw_course(
                canvas, box, course, self._axis, said_metres, lambda value: said_duration(round(value)),
                tr("nothing known"),
            ),
        )  # fmt: skip

    # --- parts -----------------------------------------------------------------------------------

    def _lanes(self) -> list[Lane]:
        found = self._found
        told = [mark for mark in found.marks if mark.kind is MarkKind.INJECT]
        lanes = []
        named = {storyline for storyline, _ in found.storylines}
        for storyline, title in found.storylines:
            spots = [_spot(mark) for mark in told if mark.storyline == storyline]
            if spots:
                lanes.append(Lane(title, spots))
        others = [_spot(mark) for mark in told if mark.storyline not in named]
        if others:
            lanes.append(Lane(tr("Other injects"), others))
        for team, name, _ in found.teams:
            acts = [_spot(mark) for mark in found.marks if mark.kind is MarkKind.ACTION and mark.team == team]
            if acts:
                lanes.append(Lane(tr("Actions: {team}", team=name), acts))
        for title, kinds in (
            (tr("Plans of red, branches"), (MarkKind.PLAN, MarkKind.BRANCH)),
            (
                tr("Clock, NO DUFF"),
                (MarkKind.NO_DUFF, MarkKind.RESUMED, MarkKind.BRANCHED, MarkKind.JUMP, MarkKind.PAUSE,
                 MarkKind.SHIFTED),
            ),
        ):
            spots = [_spot(mark) for mark in found.marks if mark.kind in kinds]
            if spots:
                lanes.append(Lane(title, spots))
        detections = self._detections()
        if detections:
            lanes.insert(len(lanes) - 1, Lane(tr("Detections: {team}", team=found.team_name), detections))
        return lanes

    def _detections(self) -> list[Spot]:
        last: dict[str, int] = {}
        spots = []
        for mark in self._found.marks:
            if mark.kind is not MarkKind.DETECTION or mark.team != self._found.team:
                continue
            if mark.t - last.get(mark.ref, -_CLOSE) >= _CLOSE:
                spots.append(Spot(mark.t, "triangle"))
            last[mark.ref] = mark.t
        return spots

    def _key(self, lanes: list[Lane]) -> list[tuple[Sign, str]]:
        used = {spot.sign for lane in lanes for spot in lane.spots}
        words: list[tuple[Sign, str]] = [
            ("dot", tr("inject, with its number")),
            ("diamond", tr("action or decision that a team recorded")),
            ("triangle", tr("detection")),
            ("square", tr("plan of red, branch")),
            ("bar", tr("pause, jump, shift")),
            ("stop", tr("NO DUFF: real emergency")),
        ]
        return [entry for entry in words if entry[0] in used]


def course_of(belief: Belief) -> Course | None:
    """A belief as a course: pieces break where nothing was known; None where there never was anything to know."""
    pieces: list[list[tuple[int, float]]] = []
    ages: list[list[tuple[int, float]]] = []
    since = None
    joined = False
    for gap in belief.course:
        if gap.truth is not None and since is None:
            since = gap.t
        if gap.off is None or gap.age is None:
            joined = False
            continue
        if not joined:
            pieces.append([])
            ages.append([])
        pieces[-1].append((gap.t, gap.off))
        ages[-1].append((gap.t, float(gap.age)))
        joined = True
    if since is None:
        return None
    return Course(belief.name, pieces, ages, since)


def _spot(mark: Mark) -> Spot:
    number = mark.text.partition(" ")[0] if mark.kind is MarkKind.INJECT else ""
    return Spot(mark.t, _SIGNS[mark.kind], number if number[:1].isdigit() else "")
