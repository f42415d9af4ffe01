"""Truth and belief at an instant on a map of the report, drawn with the symbols and the base map of every briefing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Final

from qroc_desktop.domain.aspects import (
    NOWHERE,
    AspectValue,
    Evaluation,
    Identity,
    Nature,
    Placement,
    Situation,
    Style,
    Wording,
)
from qroc_desktop.domain.instant import FOREVER, Instant
from qroc_desktop.domain.query import Moment
from qroc_desktop.domain.shape import Bounds, Shape, point
from qroc_desktop.domain.standard_identity import affiliation_of_cot, affiliation_of_sidc
from qroc_desktop.domain.state import Item
from qroc_desktop.domain.vocabulary import Affiliation, Aspect, Basis, ItemType, Status, WorkspaceKind
from qroc_desktop.exercise.conditions import LonLat
from qroc_desktop.exercise.review import Gap
from qroc_desktop.paths import ProgramFiles
from qroc_desktop.reports.base_map import MapStyle
from qroc_desktop.reports.content import Content
from qroc_desktop.reports.legend import draw_rows, draw_scale, rows_of
from qroc_desktop.reports.lettering import Ink, Sheet, shortened
from qroc_desktop.reports.map_sheet import MapSheet, Sources
from qroc_desktop.reports.placing import MapArea
from qroc_desktop.reports.projection import frame_around
from qroc_desktop.reports.review.blocks import Canvas, Picture
from qroc_desktop.reports.space import Box
from qroc_desktop.services.exercise.review.after_action import AfterAction, Instance, Placed
from qroc_desktop.services.exercise.review.words import said_duration, said_metres
from qroc_desktop.services.maps import MapLibrary
from qroc_desktop.symbology import Kinds, Symbols
from qroc_desktop.translation import ntr, tr

HEIGHT: Final = 168.0
_LEGEND: Final = 42.0
_ROOM: Final = 0.2
_LEAST: Final = 0.008
"""Degrees around what is hunted."""
_LAYER: Final = "review"
_GAP_COLOUR: Final = "#15191e"
_BELIEVED: Final = "a-u-G"
MOST_DRAWN: Final = 40
"""Of what a team drew, so many stand on a map, those drawn last."""


@contextmanager
def opened_maps(files: ProgramFiles) -> Iterator[Maps]:
    """Maps over the base maps of this machine, which are open meanwhile."""
    kinds = Kinds.load(files.resources / "symbols" / "kinds.toml")
    symbols = Symbols(files.page_libraries / "milsymbol" / "dist" / "milsymbol.js", kinds.badges)
    style = MapStyle.load(files.maps / "styles" / "light.json")
    with ExitStack() as opened:
        printed = sorted(MapLibrary(files.maps).printed(), key=lambda archive: archive.detailed)
        archives = [opened.enter_context(archive) for archive in printed]
        yield Maps(Sources(symbols, kinds, style, archives))


class Maps:
    """Draws maps of instants."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources

    def picture(self, found: AfterAction, instance: Instance, clock: str) -> Picture:
        """The map of an instant. `clock`: its time of day."""
        content = _content(found, instance)

        def draw(canvas: Canvas, box: Box) -> None:
            if not isinstance(canvas, Sheet):
                raise TypeError("a map is drawn by matplotlib")
            self._draw(canvas, box, content)

        known = [gap for gap in instance.gaps if gap.off is not None]
        return Picture(
            title=tr("{time}: truth and what {team} believed.", time=clock, team=found.team_name),
            told=tr(
                "A dashed line leads from where somebody was believed to be to where he truly was. {known} of {all} "
                "that were there had been detected by then.",
                known=len(known), all=sum(gap.truth is not None for gap in instance.gaps),
            ) + _told_drawn(found, instance),
            height=HEIGHT,
            draw=draw,
            raster=True,
        )  # fmt: skip

    def numbers(self, found: AfterAction, instance: Instance) -> dict[str, int]:
        """The numbers on the map: of `true-ENTITY` and `believed-ENTITY`."""
        return {item.id: number for number, item in _content(found, instance).numbered}

    def _draw(self, sheet: Sheet, box: Box, content: Content) -> None:
        left, top, right, bottom = box
        # The graticule writes its degrees around the map.
        area: Box = (left + 4.0, top + 2.5, right - 4.0, bottom - _LEGEND - 5.0)
        frame = frame_around(content.bounds, area[2] - area[0], area[3] - area[1])
        drawn = MapSheet(sheet, MapArea(frame, area), content, self._sources, lambda: None).draw()
        foot = bottom - _LEGEND
        third = (right - left) / 3
        draw_scale(sheet, left, foot, frame, third - 6)
        rest = rows_of(drawn, self._sources.symbols, self._sources.kinds)
        for column in (1, 2):
            x = left + column * third
            rest = draw_rows(sheet, (x, foot, x + third - 3, bottom - 3), rest) if rest else rest
        if drawn.attributions:
            text = tr("Base map: {sources}", sources="; ".join(drawn.attributions))
            sheet.text(left, bottom - 0.6, shortened(text, right - left, 5.0), Ink(5.0, colour="#4a5a69"))


def _content(found: AfterAction, instance: Instance) -> Content:
    at = found.instant(instance.t)
    items = [item for item in _items(found, instance, at) if item.shape is not None]
    return Content(
        identity=Identity(centre=found.team_name, country=NOWHERE, kind=WorkspaceKind.EXERCISE),
        layers=[],
        items=items,
        entries=[],
        moment=Moment(at),
        made_at=at,
        title=found.title,
        asked=_around(instance),
    )


def _around(instance: Instance) -> Bounds | None:
    """Where those are who are hunted, where they were believed to be, and what was drawn that is not far from there:
    there the map is as large as it can be."""
    places = [place for gap in instance.gaps for place in (gap.truth, gap.believed) if place is not None]
    if not places:
        return None
    hunted = _with_room([(*place, *place) for place in places])
    # What reaches further would leave the map for nothing else.
    room_x, room_y = hunted[2] - hunted[0], hunted[3] - hunted[1]
    wide = (hunted[0] - room_x, hunted[1] - room_y, hunted[2] + room_x, hunted[3] + room_y)
    near = [bounds for bounds in _bounds_drawn(instance) if _within(bounds, wide)]
    return _with_room([*((*place, *place) for place in places), *near])


def _with_room(parts: Sequence[Bounds]) -> Bounds:
    west, south, east, north = (
        min(part[0] for part in parts), min(part[1] for part in parts),
        max(part[2] for part in parts), max(part[3] for part in parts),
    )  # fmt: skip
    room_x, room_y = max((east - west) * _ROOM, _LEAST), max((north - south) * _ROOM, _LEAST)
    return (west - room_x, south - room_y, east + room_x, north + room_y)


def _bounds_drawn(instance: Instance) -> Iterator[Bounds]:
    for _, aspects in instance.drawn[-MOST_DRAWN:]:
        shape = aspects.get(Aspect.SHAPE)
        if isinstance(shape, Shape):
            yield shape.bounds()


def _within(part: Bounds, whole: Bounds) -> bool:
    return part[0] >= whole[0] and part[1] >= whole[1] and part[2] <= whole[2] and part[3] <= whole[3]


def _told_drawn(found: AfterAction, instance: Instance) -> str:
    count = len(instance.drawn)
    if not count:
        return ""
    told = ntr("{team} had drawn {count} thing.", "{team} had drawn {count} things.", count, team=found.team_name)
    most = tr("The map has the {most} drawn last.", most=MOST_DRAWN) if count > MOST_DRAWN else ""
    around = _around(instance)
    far = around is not None and not all(_within(bounds, around) for bounds in _bounds_drawn(instance))
    beyond = tr("Some of it lies beyond the map.") if far else ""
    return " ".join(("", *(part for part in (told, most, beyond) if part)))


def _drawn(instance: Instance, at: Instant) -> Iterator[Item]:
    """What the team drew, under its own titles and in its own style."""
    for name, aspects in instance.drawn[-MOST_DRAWN:]:
        item = Item(id=f"drawn-{name}", aspects=dict(aspects), seqs={}, valid_from=at, known_from=at)
        title = tr("drawn: {name}", name=item.wording.title) if item.wording.title else tr("drawn")
        item.aspects[Aspect.WORDING] = Wording(title=title)
        item.aspects[Aspect.PLACEMENT] = Placement(layer=_LAYER)
        yield item


def _items(found: AfterAction, instance: Instance, at: Instant) -> Iterator[Item]:
    names = {belief.entity: belief.name for belief in found.beliefs}
    gaps = {gap.entity: gap for gap in instance.gaps}
    for placed in instance.placed:
        if placed.own or placed.entity in gaps:
            yield _unit(placed, at)
    for gap in instance.gaps:
        if gap.believed is None:
            continue
        yield _believed(gap, names.get(gap.entity, gap.entity), gap.believed, at)
        if gap.truth is not None and gap.truth != gap.believed:
            yield _between(gap, gap.believed, gap.truth, at)
    yield from _drawn(instance, at)


def _unit(placed: Placed, at: Instant) -> Item:
    identity = affiliation_of_sidc(placed.sidc) or affiliation_of_cot(placed.type) or Affiliation.UNKNOWN
    nature = Nature(type=ItemType.UNIT, kind=placed.type, sidc=placed.sidc, affiliation=identity)
    return _item(f"true-{placed.entity}", at, nature, point(*placed.place), placed.name, Status.CONFIRMED)


def _believed(gap: Gap, name: str, place: LonLat, at: Instant) -> Item:
    age = said_duration(gap.age or 0)
    title = tr("believed, {age} old: {name}", age=age, name=name)
    nature = Nature(type=ItemType.UNIT, kind=_BELIEVED, affiliation=Affiliation.SUSPECT)
    item = _item(f"believed-{gap.entity}", at, nature, point(*place), title, Status.UNCONFIRMED)
    item.aspects[Aspect.EVALUATION] = Evaluation(basis=Basis.ASSESSMENT)
    return item


def _between(gap: Gap, believed: LonLat, truth: LonLat, at: Instant) -> Item:
    shape = Shape(type="LineString", coordinates=[list(believed), list(truth)])
    text = said_metres(gap.off or 0.0)
    item = _item(f"gap-{gap.entity}", at, Nature(type=ItemType.LINE), shape, text, Status.CONFIRMED)
    item.aspects[Aspect.STYLE] = Style(stroke=_GAP_COLOUR, width=2.0, dash=(6.0, 4.0))
    return item


def _item(name: str, at: Instant, nature: Nature, shape: Shape, title: str, status: Status) -> Item:
    aspects: dict[Aspect, AspectValue] = {
        Aspect.NATURE: nature,
        Aspect.PLACEMENT: Placement(layer=_LAYER),
        Aspect.SHAPE: shape,
        Aspect.WORDING: Wording(title=title),
        Aspect.SITUATION: Situation(status=status, stale_at=FOREVER),
    }
    return Item(id=name, aspects=aspects, seqs={}, valid_from=at, known_from=at)
