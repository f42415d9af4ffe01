"""What a training model gives, as something to draw and to say: shapes with titles and styles, numbers, sentences."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from qroc_desktop.domain.aspects import Style
from qroc_desktop.domain.shape import Shape
from qroc_desktop.domain.vocabulary import ItemType
from qroc_desktop.errors import Message
from qroc_desktop.exercise.models.card import Card, Input
from qroc_desktop.exercise.models.containment import Containment
from qroc_desktop.exercise.models.isochrones import Isochrones
from qroc_desktop.exercise.models.plausibility import Basis, Plausibility, Verdict
from qroc_desktop.exercise.models.probability_map import HeatClass, ProbabilityMap
from qroc_desktop.exercise.models.search import Allocation
from qroc_desktop.translation import language, said

_RING: Final = Style(stroke="#c0392b", width=3.0, dash=(8.0, 6.0), fill_opacity=0.0)
_WAY: Final = Style(stroke="#8e44ad", width=4.0)
_DASHES: Final = ((24.0, 3.0), (10.0, 5.0), (5.0, 5.0), (2.0, 6.0))
_WIDTHS: Final = (3.5, 2.5, 2.0, 2.0)
# One colour of middle lightness that covers the more, the likelier the class: darker than a light ground and lighter
# than a dark one, so that the order reads in grey in both themes. Edges tell it a second time by their pattern.
_HEAT_COLOUR: Final = "#e8581f"
_HEAT_COVERS: Final = (0.76, 0.52, 0.31, 0.14)
_BAND_COLOUR: Final = "#2f7fd6"
_BAND_COVERS: Final = 0.2
_BAND_WIDTHS: Final = (2.5, 1.5, 1.5, 1.0)

_OUT: Final = Message(
    "After {minutes:.0f} min a main road leads out of the road graph: he can be farther away than is drawn."
)

VERDICTS: Final[Mapping[Verdict, Message]] = {
    Verdict.PLAUSIBLE: Message("One car can have been at both places."),
    Verdict.TOO_FAST: Message("No car is so fast: a cloned plate or a misread is likely."),
    Verdict.NO_WAY: Message("The road graph knows no way between the readings; it cannot be judged."),
    Verdict.NOT_LATER: Message("The second reading is not later than the first: look at their order and their clocks."),
}
BASES: Final[Mapping[Basis, Message]] = {
    Basis.ROADS: Message("measured along roads"),
    Basis.ROADS_AGAINST_RULES: Message("measured along roads, against one-way streets or bans"),
    Basis.STRAIGHT_LINE: Message("measured in a straight line"),
}


@dataclass(frozen=True, slots=True)
class Drawn:
    """One thing to draw; its title is short enough for a label on the map. `mark`: a figure that tells it from the
    others of the same result, in words as short as a rank or a number of minutes; empty where there are none."""

    title: Message
    shape: Shape
    type: ItemType
    style: Style
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Sketch:
    """A result: what to draw, the lowest first; what was found in sentences; the same in numbers; and the card.

    cautions: what would mislead whoever reads the result without it."""

    card: Card
    drawn: tuple[Drawn, ...]
    findings: tuple[Message, ...]
    data: Mapping[str, Any]
    cautions: tuple[Message, ...] = ()


def heat_style(rank: int) -> Style:
    """How a class of a probability map is drawn; rank 1 is the likeliest."""
    place = min(rank, len(_HEAT_COVERS)) - 1
    return Style(
        stroke=_HEAT_COLOUR,
        fill=_HEAT_COLOUR,
        fill_opacity=_HEAT_COVERS[place],
        width=_WIDTHS[place],
        dash=_DASHES[place],
    )


def _band_style(number: int) -> Style:
    """The areas lie on one another: what is reached soonest is covered by all of them."""
    place = min(number, len(_DASHES) - 1)
    return Style(
        stroke=_BAND_COLOUR,
        fill=_BAND_COLOUR,
        fill_opacity=_BAND_COVERS,
        width=_BAND_WIDTHS[place],
        dash=_DASHES[place],
    )


def of_containment(found: Containment) -> Sketch:
    """The ring as a circle."""
    km = found.radius_m / 1000
    return Sketch(
        card=found.card,
        drawn=(Drawn(Message("Ring of {km:.1f} km", km=km), found.circle, ItemType.AREA, _RING),),
        findings=(Message("Containment ring, radius {km:.1f} km", km=km),),
        data={"radius_m": found.radius_m, "lon": found.centre[0], "lat": found.centre[1]},
    )


def of_isochrones(found: Isochrones, *, roads: bool = False) -> Sketch:
    """The areas, the largest lowest; with `roads` the roads reached within the longest time too."""
    drawn, listed, findings = [], [], []
    for number, band in enumerate(found.bands):
        minutes = band.limit_s / 60
        title = Message("Within {minutes:g} min", minutes=minutes)
        drawn.append(Drawn(title, band.area, ItemType.AREA, _band_style(number), f"{minutes:g}"))
        findings.append(
            Message("Within {minutes:g} min: {km:.1f} km of road", minutes=minutes, km=band.length_m / 1000)
        )
        listed.append({"minutes": minutes, "road_m": band.length_m, "area": band.area.geojson()})
    drawn.reverse()
    if roads and found.bands:
        longest = found.bands[-1]
        title = Message("Roads reached within {minutes:g} min", minutes=longest.limit_s / 60)
        drawn.append(Drawn(title, longest.lines, ItemType.LINE, Style(stroke=_BAND_COLOUR, width=2.0)))
    start = {"lon": found.start.lon, "lat": found.start.lat, "off_road_m": found.start.off_m}
    leaves = found.leaves_s / 60 if math.isfinite(found.leaves_s) else None
    data = {"start": start, "bands": listed, "leaves_minutes": leaves}
    cautions = () if leaves is None else (Message(_OUT.template, minutes=leaves),)
    return Sketch(found.card, tuple(drawn), tuple(findings), data, cautions)


def of_plausibility(found: Plausibility) -> Sketch:
    """The way between the readings, where there is one."""
    needed = (
        Message("{km:.1f} km in {minutes:.1f} min ask for {kmh:.0f} km/h", km=found.distance_m / 1000,
                minutes=found.seconds / 60, kmh=found.required_kmh)
        if found.required_kmh is not None
        else Message("{km:.1f} km between the readings", km=found.distance_m / 1000)
    )  # fmt: skip
    data = {
        "verdict": found.verdict.value,
        "flagged": found.flagged,
        "distance_m": found.distance_m,
        "basis": found.basis.value,
        "seconds": found.seconds,
        "required_kmh": found.required_kmh,
    }
    title = needed if found.required_kmh is None else Message("{kmh:.0f} km/h needed", kmh=found.required_kmh)
    drawn = (Drawn(title, found.way, ItemType.LINE, _WAY),) if found.way else ()
    return Sketch(found.card, drawn, (VERDICTS[found.verdict], needed, BASES[found.basis]), data)


def of_map(
    card: Card, before: ProbabilityMap, after: ProbabilityMap, classes: Sequence[HeatClass], **more: Any
) -> Sketch:
    """The classes as areas, the least likely lowest, each with its values in its title."""
    old, new = before.sector_poa, after.sector_poa
    drawn = []
    for one in reversed(classes):
        title = Message("{rank}: {poa:.0f} % in {area:.2f} km²", rank=one.rank, poa=100 * one.poa, area=one.area_km2)
        drawn.append(Drawn(title, one.area, ItemType.AREA, heat_style(one.rank), str(one.rank)))
    sectors, findings = [], []
    for sector, earlier, later in zip(after.sectors, old, new, strict=True):
        sectors.append({"id": sector.id, "name": sector.name, "before": earlier, "poa": later})
        now = Message(
            "{name}: {before:.1f} % before, {after:.1f} % now",
            name=sector.name,
            before=100 * earlier,
            after=100 * later,
        )
        findings.append(now)
    findings.append(Message("Elsewhere: {share:.1f} %", share=100 * after.outside))
    if "success" in more:
        findings.append(Message("Success of the search, ΣPOS: {share:.1f} %", share=100 * more["success"]))
    findings += [
        Message(
            "Class {rank}: {poa:.0f} % in {area:.2f} km², {least:.0f} to {greatest:.0f} % per km²",
            rank=one.rank,
            poa=100 * one.poa,
            area=one.area_km2,
            least=100 * one.least,
            greatest=100 * one.greatest,
        )
        for one in classes
    ]
    listed = [
        {"rank": one.rank, "poa": one.poa, "within": one.within, "area_km2": one.area_km2,
         "least_per_km2": one.least, "greatest_per_km2": one.greatest, "area": one.area.geojson()}
        for one in classes
    ]  # fmt: skip
    data = {"sectors": sectors, "outside": after.outside, "classes": listed, **more}
    return Sketch(card, tuple(drawn), tuple(findings), data)


def of_allocation(found: Allocation, card: Card, ids: Sequence[str], names: Sequence[str]) -> Sketch:
    """Hours, POD and POS of each sector; there is nothing to draw."""
    rows = list(zip(ids, names, found.hours, found.pod, found.pos, strict=True))
    findings = [
        Message("{name}: {hours:g} h, POD {pod:.1f} %, POS {pos:.1f} %", name=name, hours=hours, pod=100 * pod,
                pos=100 * pos)
        for _, name, hours, pod, pos in rows
    ]  # fmt: skip
    findings.append(Message("Success of all: {share:.1f} %", share=100 * found.success))
    listed = [{"id": id_, "name": name, "hours": h, "pod": pod, "pos": pos} for id_, name, h, pod, pos in rows]
    return Sketch(card, (), tuple(findings), {"sectors": listed, "success": found.success})


def told(sketch: Sketch) -> str:
    """All that is to be known of a result, in the user's language: findings, inputs, formula, source, limits."""
    card = sketch.card
    found = [figured(finding) for finding in (*sketch.findings, *sketch.cautions)]
    lines = [f"{said(card.label)}: {said(card.model)}", *found, ""]
    for one in card.inputs:
        mark = f" ({said(FROM_MEMORY)})" if one.from_memory else ""
        lines.append(f"{said(one.name)}: {value_text(one)}{mark}")
    lines += [card.formula, said(Message("Source: {source}", source=said(card.source)))]
    return "\n".join([*lines, *(said(limit) for limit in card.limits)])


def value_text(one: Input) -> str:
    """The value of an input with its unit, in the user's language."""
    if isinstance(one.value, Message):
        value = figured(one.value)
    else:
        value = one.value if isinstance(one.value, str) else number_text(one.value)
    return f"{value} {one.unit}".rstrip()


def with_inputs(sketch: Sketch, *inputs: Input) -> Sketch:
    """The same result with more of what went in, named first: which place it was, and at what time of day."""
    card = dataclasses.replace(sketch.card, inputs=(*inputs, *sketch.card.inputs))
    return dataclasses.replace(sketch, card=card)


class _Figure(float):
    """A number with the decimal sign of the user's language."""

    def __format__(self, spec: str) -> str:
        text = super().__format__(spec)
        return text.replace(".", _DECIMAL_SIGNS.get(language()[:2], "."))


def number_text(value: float) -> str:
    """A number as short as it is, with the decimal sign of the user's language."""
    return f"{_Figure(value):g}"


def percent_text(share: float) -> str:
    """A probability in percent with two decimals, without the sign."""
    return f"{_Figure(100 * share):.2f}"


_DECIMAL_SIGNS: Final = {"de": ","}


def figured(message: Message) -> str:
    """A message in the user's language, its figures with the decimal sign of that."""
    params = {name: _Figure(value) if isinstance(value, float) else value for name, value in message.params.items()}
    return said(Message(message.template, **params))


FROM_MEMORY: Final = Message("from memory, to be edited")
