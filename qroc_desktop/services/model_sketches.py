"""What a training model gives, as something to draw and to say: shapes with titles and styles, numbers, sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from qroc_desktop.domain.aspects import Style
from qroc_desktop.domain.shape import Shape
from qroc_desktop.domain.vocabulary import ItemType
from qroc_desktop.errors import Message
from qroc_desktop.exercise.models.card import Card
from qroc_desktop.exercise.models.containment import Containment
from qroc_desktop.exercise.models.isochrones import Isochrones
from qroc_desktop.exercise.models.plausibility import Basis, Plausibility, Verdict
from qroc_desktop.exercise.models.probability_map import HeatClass, ProbabilityMap
from qroc_desktop.exercise.models.search import Allocation
from qroc_desktop.translation import said

_RING: Final = Style(stroke="#c0392b", width=3.0, dash=(8.0, 6.0), fill_opacity=0.0)
_WAY: Final = Style(stroke="#8e44ad", width=4.0)
# From little time to much, and from likely to unlikely: light to dark in one direction, so that it reads in grey.
_BANDS: Final = ("#08519c", "#3182bd", "#6baed6", "#9ecae1", "#c6dbef")
_HEAT: Final = ("#b10026", "#fc4e2a", "#feb24c", "#ffeda0")

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
    """One thing to draw; its title is short enough for a label on the map."""

    title: Message
    shape: Shape
    type: ItemType
    style: Style


@dataclass(frozen=True, slots=True)
class Sketch:
    """A result: what to draw, the lowest first; what was found in sentences; the same in numbers; and the card."""

    card: Card
    drawn: tuple[Drawn, ...]
    findings: tuple[Message, ...]
    data: Mapping[str, Any]


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
        colour = _BANDS[min(number, len(_BANDS) - 1)]
        minutes = band.limit_s / 60
        title = Message("Within {minutes:g} min", minutes=minutes)
        drawn.append(Drawn(title, band.area, ItemType.AREA, Style(stroke=colour, fill=colour, fill_opacity=0.2)))
        findings.append(
            Message("Within {minutes:g} min: {km:.1f} km of road", minutes=minutes, km=band.length_m / 1000)
        )
        listed.append({"minutes": minutes, "road_m": band.length_m, "area": band.area.geojson()})
    drawn.reverse()
    if roads and found.bands:
        longest = found.bands[-1]
        title = Message("Roads reached within {minutes:g} min", minutes=longest.limit_s / 60)
        drawn.append(Drawn(title, longest.lines, ItemType.LINE, Style(stroke=_BANDS[0], width=2.0)))
    start = {"lon": found.start.lon, "lat": found.start.lat, "off_road_m": found.start.off_m}
    return Sketch(found.card, tuple(drawn), tuple(findings), {"start": start, "bands": listed})


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
        colour = _HEAT[min(one.rank, len(_HEAT)) - 1]
        title = Message("{rank}: {poa:.0f} % in {area:.2f} km²", rank=one.rank, poa=100 * one.poa, area=one.area_km2)
        drawn.append(Drawn(title, one.area, ItemType.AREA, Style(stroke=colour, fill=colour, fill_opacity=0.45)))
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
    lines = [f"{said(card.label)}: {said(card.model)}", *(said(finding) for finding in sketch.findings), ""]
    for one in card.inputs:
        value = said(one.value) if isinstance(one.value, Message) else one.value
        value = value if isinstance(value, str) else f"{value:g}"
        mark = f" ({said(FROM_MEMORY)})" if one.from_memory else ""
        lines.append(f"{said(one.name)}: {value} {one.unit}".rstrip() + mark)
    lines += [card.formula, said(Message("Source: {source}", source=said(card.source)))]
    return "\n".join([*lines, *(said(limit) for limit in card.limits)])


FROM_MEMORY: Final = Message("from memory, to be edited")
