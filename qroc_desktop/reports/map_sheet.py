"""The map on a sheet: base map, graticule, shapes, symbols and names."""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Sequence
from typing import Any, Final

import matplotlib.image
import msgspec
import numpy as np
import shapely

from qroc_desktop.domain.state import Item
from qroc_desktop.domain.vocabulary import Basis, ItemType, Priority, Status
from qroc_desktop.reports.base_map import Ground, MapStyle, Rule, lines_of, stop, text_of
from qroc_desktop.reports.content import Content
from qroc_desktop.reports.drawing import (
    HALO,
    PIXEL,
    STALE,
    Look,
    draw_grid,
    draw_ground,
    draw_mosaic,
    draw_shape,
    grid_lines,
    look_of,
    outlined,
)
from qroc_desktop.reports.imagery import Imagery, Mosaic
from qroc_desktop.reports.lettering import Ink, Sheet, line_mm, printable, width_mm, wrapped
from qroc_desktop.reports.placing import SYMBOL_TYPES, Crowd, MapArea, Mark, Wanted, place
from qroc_desktop.reports.projection import CSS_PIXEL_MM, ground_length
from qroc_desktop.reports.space import Box, Space, around
from qroc_desktop.symbology import Kind, Kinds, Symbols
from qroc_desktop.translation import language

FRAME_MM: Final = 4.6
"""Side on paper of the octagon that a symbol's frame is drawn around."""
_DRAWN_PIXELS: Final = 160
_UNIT: Final = 100.0
_TITLE: Final = 5.6
_NUMBER: Final = 5.8
_TITLE_MM: Final = 31.0
OVER: Final = frozenset({Status.RESOLVED, Status.CLOSED, Status.FALSE_ALARM})
_MOST_NAMES: Final = 260
_LEADING: Final = 2.9
_NAMES: Final = 0.8
"""Names are smaller than on the screen: here they are the ground, and there is room to come close."""


class Sources(msgspec.Struct, frozen=True):
    """What drawing needs besides the content: symbols, kinds, the style and the archives of the base map, and the
    raster map above them where one is chosen."""

    symbols: Symbols
    kinds: Kinds
    style: MapStyle
    archives: Sequence[Any]
    imagery: Imagery | None = None


class Sign(msgspec.Struct, frozen=True):
    """How shapes of a kind are drawn: their look, and whether they enclose an area."""

    code: str
    look: Look
    filled: bool


class Drawn(msgspec.Struct, frozen=True):
    """What a map shows, for its legend: symbols and shapes, each with the kind it stands for; kinds may share one."""

    area: MapArea
    symbols: dict[tuple[str, str], Kind]
    shapes: dict[Sign, Kind]
    priorities: frozenset[Priority]
    crowds: bool
    stale: bool
    over: bool
    assessments: bool
    moved: bool
    off_map: int
    attributions: list[str]


class MapSheet:
    """Draws one map onto a sheet."""

    def __init__(
        self, sheet: Sheet, area: MapArea, content: Content, sources: Sources, step: Callable[[], None]
    ) -> None:
        self._sheet = sheet
        self._area = area
        self._content = content
        self._sources = sources
        self._step = step
        self._space = Space(area.box)
        self._named: list[tuple[float, float]] | None = None
        self._mosaic: Mosaic | None = None
        self._opacity = {layer.id: layer.display.opacity for layer in content.layers}
        self._order = {layer.id: place for place, layer in enumerate(content.layers)}
        left, top, right, bottom = area.box
        (x, y), wide, high = sheet.at(left, bottom), (right - left) / sheet.width, (bottom - top) / sheet.height
        self._axes = sheet.figure.add_axes((x, y, wide, high), zorder=1)
        frame = area.frame
        self._axes.set(xlim=(frame.west, frame.east), ylim=(frame.south, frame.north), xticks=[], yticks=[])
        for spine in self._axes.spines.values():
            spine.set_visible(False)

    def draw(self) -> Drawn:
        """Draw everything and tell what was drawn."""
        ground = Ground(self._area.frame, self._sources.archives)
        self._step()
        draw_ground(self._axes, ground, self._sources.style)
        self._step()
        attributions = list(ground.attributions)
        if self._sources.imagery:
            self._mosaic = self._sources.imagery.mosaic(self._area.frame, self._step)
        if self._mosaic and self._sources.imagery:
            draw_mosaic(self._axes, self._mosaic)
            attributions = list(filter(None, dict.fromkeys([self._sources.imagery.attribution, *attributions])))
        self._draw_grid()
        shapes = self._draw_shapes()
        marks, crowds, off_map = self._placed()
        self._draw_leaders(marks)
        for mark in marks:
            self._draw_mark(mark)
            self._step()
        for crowd in crowds:
            self._draw_crowd(crowd)
        # Where a city is must be seen even where its symbols crowd; villages take what the titles leave.
        self._draw_names(ground, cities=True)
        if len(marks) <= _MOST_NAMES:
            for mark in marks:
                self._draw_title(mark)
        self._draw_shape_titles()
        self._draw_names(ground, cities=False)
        self._sheet.box(self._area.box, edge="#20262d", width=0.9, order=30)
        shown = [mark.item for mark in marks]
        return Drawn(
            area=self._area,
            symbols={(mark.sidc, kind.code): kind for mark in marks for kind in [self._kind(mark.item)]},
            shapes=shapes,
            priorities=frozenset(item.situation.priority for item in shown),
            crowds=bool(crowds),
            stale=any(self._stale(item) for item in shown),
            over=any(item.situation.status in OVER for item in shown),
            assessments=any(item.evaluation.basis is Basis.ASSESSMENT for item in shown),
            moved=any(mark.moved for mark in marks),
            off_map=off_map,
            attributions=attributions,
        )

    def _kind(self, item: Item) -> Kind:
        return self._sources.kinds.kind_of(item.nature)

    @property
    def _halo(self) -> float:
        """A photograph may be dark and busy: letters upon it need a wider edge."""
        return 0.55 if self._mosaic else 0.28

    def _stale(self, item: Item) -> bool:
        return item.stale(self._content.moment.valid)

    def _alpha(self, item: Item) -> float:
        """As on the screen map."""
        alpha = STALE if self._stale(item) else 0.6 if item.situation.status in OVER else 1.0
        return self._opacity.get(item.layer, 1.0) * alpha

    def _draw_grid(self) -> None:
        lines = grid_lines(self._area.frame)
        draw_grid(self._axes, self._area.frame, lines)
        ink = Ink(5.2, colour="#4a5a69")
        left, top, right, bottom = self._area.box
        for line in lines:
            if line.meridian:
                x, _ = self._area.spot_of(line.at, 0)
                self._sheet.text(x, top - 0.9, line.text, ink, anchor="center baseline")
                self._sheet.text(x, bottom + 2.6, line.text, ink, anchor="center baseline")
            else:
                _, y = self._area.spot_of(0, line.at)
                self._sheet.text(left - 1.0, y, line.text, ink, anchor="center baseline", rotation=90)
                self._sheet.text(right + 2.3, y, line.text, ink, anchor="center baseline", rotation=90)

    def _in_drawing_order(self) -> list[tuple[int, Item]]:
        return sorted(self._content.numbered, key=lambda entry: (self._order.get(entry[1].layer, -1), -entry[0]))

    def _draw_shapes(self) -> dict[Sign, Kind]:
        looks: dict[Sign, Kind] = {}
        frame = self._area.frame
        for order, (_, item) in enumerate(self._in_drawing_order()):
            drawn = outlined(item.shape, frame) if item.shape else None
            if drawn is None or not any(_touches(path, frame) for path in drawn.paths):
                continue
            look = look_of(item)
            draw_shape(self._axes, drawn, look, self._alpha(item), 5 + order / 100_000)
            kind = self._kind(item)
            looks.setdefault(Sign(kind.code, look, drawn.filled), kind)
        return looks

    def _placed(self) -> tuple[list[Mark], list[Crowd], int]:
        wanted, off_map = [], 0
        for number, item in self._content.numbered:
            if item.shape is None:
                continue
            spot = self._area.spot(*item.shape.anchor())
            if not self._area.holds(spot):
                off_map += 1
            elif item.nature.type in SYMBOL_TYPES:
                sidc = self._sources.kinds.symbol_for(item.nature)
                wanted.append(Wanted(number, item, sidc, spot, self._side(sidc, item.situation.priority)))
        marks, crowds = place(wanted, self._space)
        return marks, crowds, off_map

    def _side(self, sidc: str, priority: Priority) -> float:
        symbol = self._sources.symbols.svg(sidc, _UNIT, priority=priority)
        return max(symbol.width, symbol.height) / _UNIT * FRAME_MM

    def _draw_leaders(self, marks: Sequence[Mark]) -> None:
        for mark in marks:
            if mark.moved:
                x, y = mark.home
                self._sheet.line([mark.home, mark.stand], HALO, 1.5, order=16.0)
                self._sheet.line([mark.home, mark.stand], "#20262d", 0.55, order=16.1)
                self._sheet.shape(_dot(x, y, 0.6), "#20262d", HALO, 0.4, order=16.2)

    def _draw_mark(self, mark: Mark) -> None:
        pixels = symbol_pixels(self._sources.symbols, mark.sidc, mark.item.situation.priority)
        symbol = self._sources.symbols.svg(mark.sidc, _UNIT, priority=mark.item.situation.priority)
        scale = FRAME_MM / _UNIT
        # The picture is a square around the symbol; its anchor, not its middle, stands at the place.
        x = mark.stand[0] + (symbol.width / 2 - symbol.anchor_x) * scale
        y = mark.stand[1] + (symbol.height / 2 - symbol.anchor_y) * scale
        # Later items have the greater number and lie beneath.
        self._sheet.image(
            around(x, y, mark.side, mark.side), pixels, alpha=self._alpha(mark.item), order=18 - mark.number / 1e6
        )

    def _draw_crowd(self, crowd: Crowd) -> None:
        badge = self._sources.kinds.badges.get(crowd.priority)
        colour = badge.fill if badge else "#4a5568"
        self._sheet.shape(_dot(*crowd.spot, 3.2), colour, HALO, 1.0, order=18)
        text = f"{crowd.count}" if crowd.count < 10_000 else f"{crowd.count // 1000}k"
        self._sheet.text(*crowd.spot, text, Ink(6.0, "bold", colour="#ffffff"), anchor="center middle", order=19)

    def _draw_title(self, mark: Mark) -> None:
        """The number beside its symbol, with the title where there is room for it."""
        wording = mark.item.wording
        number = f"{mark.number}"
        wide = width_mm(number, _NUMBER, "bold")
        slanted = mark.item.evaluation.basis is Basis.ASSESSMENT
        old = self._stale(mark.item) or mark.item.situation.status in OVER
        colour = "#5a626b" if old and not self._mosaic else "#14181d"
        ink = Ink(_TITLE, slant="italic" if slanted else "normal", colour=colour, halo=HALO, reach=self._halo)
        lines = [line for line in wrapped(wording.title, _TITLE_MM, _TITLE, most=2) if line]
        for text in (lines, []):
            width = wide + (1.0 + max(width_mm(line, _TITLE) for line in text) if text else 0.0)
            height = line_mm(_TITLE) * max(1, len(text))
            for box in _beside(mark, width, height):
                if self._space.taken(box, 0.2):
                    self._write(box, number, wide, text, ink)
                    return
        # No room at all: the number stands on the corner of its symbol, for it leads to the table.
        left, top = mark.box[0], mark.box[3] - line_mm(_NUMBER)
        self._write((left, top, left + wide, top + line_mm(_NUMBER)), number, wide, [], ink)

    def _write(self, box: Box, number: str, wide: float, lines: list[str], ink: Ink) -> None:
        base = box[1] + line_mm(_TITLE) * 0.8
        self._sheet.text(
            box[0], base, number, msgspec.structs.replace(ink, size=_NUMBER, weight="bold", slant="normal"), order=21
        )
        for place_, line in enumerate(lines):
            self._sheet.text(box[0] + wide + 1.0, base + place_ * line_mm(_TITLE), line, ink, order=21)

    def _draw_shape_titles(self) -> None:
        for number, item in self._content.numbered:
            if item.shape is None or item.nature.type not in (ItemType.AREA, ItemType.LINE):
                continue
            spot = self._title_spot(item)
            if spot is None or not self._area.holds(spot):
                continue
            text = f"{number} {item.wording.title}".strip()
            lines = wrapped(text, _TITLE_MM, _TITLE, most=2)
            ink = Ink(_TITLE, slant="italic", colour=_darker(look_of(item).stroke), halo=HALO, reach=self._halo)
            width = max(width_mm(line, _TITLE) for line in lines)
            height = line_mm(_TITLE) * len(lines)
            for shift in (0.0, -4.0, 4.0, -8.0, 8.0):
                box = around(spot[0], spot[1] + shift, width, height)
                if self._space.taken(box, 0.2):
                    for place_, line in enumerate(lines):
                        base = box[1] + line_mm(_TITLE) * (place_ + 0.8)
                        self._sheet.text(spot[0], base, line, ink, anchor="center baseline", order=20.5)
                    break

    def _title_spot(self, item: Item) -> tuple[float, float] | None:
        shape = item.shape
        if shape is None:
            return None
        if shape.type in ("LineString", "MultiLineString"):
            middle = shape.to_shapely().interpolate(0.5, normalized=True)
            return self._area.spot(middle.x, middle.y)
        if shape.type == "Point" and (shape.radius_m or shape.rings_m):
            # Under the circle's upper edge, where a ring's symbol does not stand.
            north = shape.bounds()[3]
            spot = self._area.spot(shape.coordinates[0], north)
            return spot[0], spot[1] - 1.6
        return self._area.spot(*shape.anchor())

    def _draw_names(self, ground: Ground, *, cities: bool) -> None:
        """Names of the base map, in what room is left: those of cities, or all others."""
        zoom = self._area.frame.zoom
        for rule in self._sources.style.active(zoom, ("label",)):
            size = stop(rule["size"], zoom) * PIXEL * _NAMES
            features = ground.features(rule)
            rank = rule.get("priority", "")
            features.sort(key=lambda feature: _rank(feature.properties.get(rank)))
            for feature in features:
                if self._leading(rule, feature.properties) is not cities or self._steps_back(
                    rule, feature.geometry, ground
                ):
                    continue
                text = printable(text_of(rule, self._language, feature.properties, feature.schema))
                if text and rule.get("placement") == "line":
                    self._draw_along(rule, text, size, feature.geometry)
                elif text or rule.get("bare"):
                    self._draw_name(rule, text, size, feature.geometry, wide=cities)

    @property
    def _language(self) -> str:
        return language().split("_")[0].split("-")[0]

    def _ink(self, rule: Rule, size: float) -> Ink:
        return Ink(
            size,
            "bold" if rule.get("weight", 400) >= 600 else "normal",
            "italic" if rule.get("italic") else "normal",
            rule["colour"],
            rule.get("halo"),
        )

    def _leading(self, rule: Rule, properties: dict[str, Any]) -> bool:
        """Whether a name comes before the titles of items: countries, and cities that were shown three zooms ago."""
        if rule["id"] == "country":
            return True
        return rule["layer"] == "places" and _rank(properties.get("rank")) <= self._area.frame.zoom - _LEADING

    def _steps_back(self, rule: Rule, geometry: Any, ground: Ground) -> bool:
        """Whether a street archive names the same settlement, nearer than the rule allows; see maps/styles."""
        if not rule.get("yields"):
            return False
        reach = rule["yields"] / ground_length(1.0, self._area.frame.latitude)
        spot = geometry.representative_point()
        return any(math.hypot(spot.x - x, spot.y - y) < reach for x, y in self._leaders(ground))

    def _leaders(self, ground: Ground) -> list[tuple[float, float]]:
        """Where the names of street archives' settlements stand."""
        if self._named is None:
            leading = [
                rule for rule in self._sources.style.active(self._area.frame.zoom, ("label",)) if rule.get("leads")
            ]
            spots = [feature.geometry.representative_point() for rule in leading for feature in ground.features(rule)]
            self._named = [(spot.x, spot.y) for spot in spots]
        return self._named

    def _draw_name(self, rule: Rule, text: str, size: float, geometry: Any, *, wide: bool) -> None:
        middle = geometry if geometry.geom_type == "Point" else geometry.representative_point()
        spot = self._area.spot_of(middle.x, middle.y)
        if not self._area.holds(spot) or (self._mosaic and self._mosaic.covers(middle.x, middle.y)):
            return
        ink = self._ink(rule, size)
        lines = _broken(text, rule.get("wrap"))
        width = max(width_mm(line, size, ink.weight, ink.slant) for line in lines)
        height = line_mm(size) * len(lines)
        dot = rule.get("dot")
        radius = stop(dot["radius"], self._area.frame.zoom) * CSS_PIXEL_MM if dot else 0.0
        for middle_x, middle_y in _sides(spot, width, height, radius, wide=wide):
            box = around(middle_x, middle_y, width, height)
            dotted = around(*spot, 2 * radius, 2 * radius)
            clear = self._space.free(dotted)
            if not self._space.free(box, 0.4) or not (clear or wide):
                continue
            self._space.take(box)
            if dot and radius and clear:
                self._space.take(dotted)
                self._sheet.shape(_dot(*spot, radius), dot["colour"], dot["halo"], dot["halo_width"] * PIXEL, order=17)
            for place_, line in enumerate(lines):
                base = box[1] + line_mm(size) * (place_ + 0.8)
                self._sheet.text(middle_x, base, line, ink, anchor="center baseline", order=17.5)
            return

    def _draw_along(self, rule: Rule, text: str, size: float, geometry: Any) -> None:
        """A name once along the straightest middle of a line, where it is long enough."""
        ink = self._ink(rule, size)
        width = width_mm(text, size, ink.weight, ink.slant)
        scale = self._area.frame.metres_per_mm
        lines = sorted(lines_of(geometry), key=lambda line: -line.length)
        if not lines or lines[0].length / scale < width * 1.3:
            return
        middle = lines[0].length / 2
        first, last = (lines[0].interpolate(middle + side * width / 2 * scale) for side in (-1, 1))
        chord = shapely.distance(first, last) / scale
        if chord < width * 0.93:
            return
        if self._mosaic and self._mosaic.covers(first.x, first.y):
            return
        (x0, y0), (x1, y1) = sorted(self._area.spot_of(point.x, point.y) for point in (first, last))
        angle = math.degrees(math.atan2(y0 - y1, x1 - x0))
        x, y = (x0 + x1) / 2, (y0 + y1) / 2
        box = around(x, y, abs(x1 - x0) + 1.0, abs(y1 - y0) + 2.2)
        if self._space.taken(box):
            self._sheet.text(x, y, text, ink, anchor="center middle", rotation=angle, order=17.5)


def symbol_pixels(symbols: Symbols, sidc: str, priority: Priority | None) -> np.ndarray[Any, Any]:
    """A symbol as pixels with transparency."""
    data = symbols.png(sidc, _DRAWN_PIXELS, priority=priority)
    return np.asarray(matplotlib.image.imread(io.BytesIO(data), format="png"))


def _beside(mark: Mark, width: float, height: float) -> list[Box]:
    """Where a title may stand, best first."""
    left, top, right, bottom = mark.box
    x, y = mark.stand
    gap = 0.3
    return [
        (right + gap, y - height / 2, right + gap + width, y + height / 2),
        (left - gap - width, y - height / 2, left - gap, y + height / 2),
        (x - width / 2, bottom, x + width / 2, bottom + height),
        (x - width / 2, top - height, x + width / 2, top),
        (right - 0.5, bottom - 0.8, right - 0.5 + width, bottom - 0.8 + height),
        (right - 0.5, top - height + 0.8, right - 0.5 + width, top + 0.8),
        (left - width + 0.5, bottom - 0.8, left + 0.5, bottom - 0.8 + height),
        (left - width + 0.5, top - height + 0.8, left + 0.5, top + 0.8),
    ]


def _sides(
    spot: tuple[float, float], width: float, height: float, radius: float, *, wide: bool
) -> list[tuple[float, float]]:
    """Middles of a name at its dot, best first. `wide`: also further away, above and below first."""
    x, y = spot
    gap = radius + 0.6
    beside = [
        (x + gap + width / 2, y),
        (x - gap - width / 2, y),
        (x, y - gap - height / 2),
        (x, y + gap + height / 2),
    ]
    near = [spot] if radius <= 0 else beside
    if not wide:
        return near
    further = [
        (x + across * (width / 2 + 1.5), y + along * distance)
        for distance in (3.0, 6.0, 9.0, 12.0, 15.0, 18.0, 21.0, 24.0)
        for along in (-1, 1)
        for across in (0.0, 1.0, -1.0)
    ]
    return near + further


def _broken(text: str, limit: int | None) -> list[str]:
    """At spaces, into lines of some `limit` letters."""
    if not limit or len(text) <= limit:
        return [text]
    lines: list[str] = []
    for word in text.split(" "):
        if lines and len(lines[-1]) + len(word) < limit:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def _rank(value: Any) -> float:
    return float(value) if isinstance(value, (int, float)) else 1e9


def _dot(x: float, y: float, radius: float) -> list[tuple[float, float]]:
    corners = 24
    return [
        (x + radius * math.cos(2 * math.pi * i / corners), y + radius * math.sin(2 * math.pi * i / corners))
        for i in range(corners)
    ]


def _touches(path: np.ndarray[Any, Any], frame: Any) -> bool:
    low, high = path.min(axis=0), path.max(axis=0)
    return bool(low[0] <= frame.east and high[0] >= frame.west and low[1] <= frame.north and high[1] >= frame.south)


def _darker(colour: str) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return "#" + "".join(f"{round(part * 0.72):02x}" for part in (red, green, blue))
