"""Base map, graticule and shapes on the map of a sheet."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

import msgspec
import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.path import Path as Outline
from shapely.geometry.base import BaseGeometry

from qroc_desktop.domain.shape import Shape
from qroc_desktop.domain.state import Item
from qroc_desktop.domain.vocabulary import ItemType
from qroc_desktop.reports.base_map import Ground, MapStyle, Rule, joined, lines_of, polygons_of, stop
from qroc_desktop.reports.imagery import Mosaic
from qroc_desktop.reports.lettering import POINTS_PER_MM
from qroc_desktop.reports.projection import CSS_PIXEL_MM, WORLD_M, Frame, circle, forward

PIXEL: Final = CSS_PIXEL_MM * POINTS_PER_MM
"""Points in a pixel of the style."""
STALE: Final = 0.45
HALO: Final = "#ffffff"
# As on the screen map.
TYPE_COLOURS: Final = {
    ItemType.AREA: "#6a3fc0",
    ItemType.LINE: "#00668c",
    ItemType.TRACK: "#1d6b45",
    ItemType.INCIDENT: "#a4161a",
    ItemType.UNIT: "#0b4f9e",
    ItemType.FACILITY: "#4a5568",
    ItemType.NOTE: "#5f5200",
}
_GRID: Final = "#5d7183"
_STEPS_MINUTES: Final = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800)


class Look(msgspec.Struct, frozen=True):
    """How a shape is drawn. width and dash in pixels of the style."""

    stroke: str
    fill: str
    width: float
    fill_opacity: float
    dash: tuple[float, ...]


def look_of(item: Item) -> Look:
    """The look of an item's shape: its own style, else that of its type."""
    style = item.style
    colour = style.stroke or TYPE_COLOURS[item.nature.type]
    width = min(20.0, max(0.5, style.width or 2.5))
    opacity = 0.14 if style.fill_opacity is None else min(1.0, max(0.0, style.fill_opacity))
    return Look(colour, style.fill or colour, width, opacity, style.dash)


def draw_ground(axes: Axes, ground: Ground, style: MapStyle) -> None:
    """Fills and lines of the base map, in the style's order."""
    axes.set_facecolor(style.background)
    zoom = ground.frame.zoom
    for order, rule in enumerate(style.active(zoom, ("fill", "line"))):
        features = ground.features(rule)
        if not features:
            continue
        if rule["kind"] == "fill":
            _fill(axes, joined(features), rule["colour"], stop(rule.get("opacity", 1), zoom), 1 + order / 1000)
        else:
            _stroke(axes, _seamless(rule, features), rule, zoom, 1 + order / 1000)


def draw_mosaic(axes: Axes, mosaic: Mosaic) -> None:
    """A raster map above the ground, its pixels as they are."""
    axes.imshow(
        mosaic.pixels, extent=(mosaic.west, mosaic.east, mosaic.south, mosaic.north), origin="upper", aspect="auto",
        interpolation="bilinear", zorder=2.5,
    )  # fmt: skip


def _seamless(rule: Rule, features: Sequence[Any]) -> list[BaseGeometry]:
    """Lines to draw; the outline of an area is that of the whole and not of each tile's part."""
    areas = [feature for feature in features if polygons_of(feature.geometry)]
    lines = [line for feature in features if feature not in areas for line in lines_of(feature.geometry)]
    return lines + (lines_of(joined(areas)) if areas else [])


def _fill(axes: Axes, area: BaseGeometry, colour: str, opacity: float, order: float) -> None:
    outlines = [_outline(polygon) for polygon in polygons_of(area)]
    axes.add_collection(
        PathCollection(outlines, facecolors=colour, edgecolors="none", alpha=opacity, zorder=order, linewidths=0),
        autolim=False,
    )


def _stroke(axes: Axes, lines: list[BaseGeometry], rule: Rule, zoom: float, order: float) -> None:
    width = stop(rule["width"], zoom) * PIXEL
    if width <= 0:
        return
    dash = rule.get("dash")
    axes.add_collection(
        LineCollection(
            [shapely.get_coordinates(line) for line in lines],
            colors=rule["colour"],
            linewidths=width,
            linestyles=(0, [part * PIXEL for part in dash]) if dash else "solid",
            capstyle=rule.get("cap", "butt"),
            joinstyle=rule.get("join", "miter"),
            alpha=stop(rule.get("opacity", 1), zoom),
            zorder=order,
        ),
        autolim=False,
    )


def _outline(polygon: shapely.Polygon) -> Outline:
    rings = [polygon.exterior, *polygon.interiors]
    points = [shapely.get_coordinates(ring) for ring in rings]
    codes = [
        [Outline.MOVETO, *[Outline.LINETO] * (len(ring) - 2), Outline.CLOSEPOLY] if len(ring) > 1 else [Outline.MOVETO]
        for ring in points
    ]
    return Outline(np.concatenate(points), np.concatenate([np.array(part) for part in codes]))


class GridLine(msgspec.Struct, frozen=True):
    """A line of the graticule: `at` in metres of the projection, along x for a meridian, along y for a parallel."""

    meridian: bool
    at: float
    text: str


def grid_lines(frame: Frame, about_mm: float = 45.0) -> list[GridLine]:
    """Meridians and parallels some `about_mm` apart, with their degrees."""
    west, south, east, north = frame.bounds
    wanted = (east - west) / (frame.width_mm / about_mm) * 60
    step = next((minutes for minutes in _STEPS_MINUTES if minutes >= wanted), _STEPS_MINUTES[-1]) / 60
    lines = []
    for number in range(math.ceil(west / step), math.floor(east / step) + 1):
        lon = number * step
        lines.append(GridLine(True, forward(lon, 0)[0], _degrees((lon + 540) % 360 - 180, "E", "W")))
    for number in range(math.ceil(south / step), math.floor(north / step) + 1):
        lines.append(GridLine(False, forward(0, number * step)[1], _degrees(number * step, "N", "S")))
    return lines


def _degrees(value: float, positive: str, negative: str) -> str:
    minutes = round(abs(value) * 60)
    whole, rest = divmod(minutes, 60)
    letter = "" if minutes == 0 else positive if value > 0 else negative
    return f"{whole}°{f'{rest:02}′' if rest else ''}{letter}"


def draw_grid(axes: Axes, frame: Frame, lines: Sequence[GridLine]) -> None:
    """The graticule."""
    segments = [
        [(line.at, frame.south), (line.at, frame.north)]
        if line.meridian
        else [(frame.west, line.at), (frame.east, line.at)]
        for line in lines
    ]
    axes.add_collection(LineCollection(segments, colors=_GRID, linewidths=0.35, alpha=0.55, zorder=4), autolim=False)


class Outlined(msgspec.Struct, frozen=True):
    """A shape in metres of the projection: paths, and whether they enclose an area."""

    paths: list[np.ndarray[Any, Any]]
    filled: bool
    vertices: np.ndarray[Any, Any] | None = None


def outlined(shape: Shape, frame: Frame) -> Outlined | None:
    """What a shape draws on a frame besides its symbol; None for a plain point."""
    if shape.type in ("Point", "MultiPoint"):
        reaches = (*((shape.radius_m,) if shape.radius_m else ()), *shape.rings_m)
        paths = [
            _path(circle(position[0], position[1], reach), frame) for position in shape.positions() for reach in reaches
        ]
        return Outlined(paths, bool(shape.radius_m)) if paths else None
    if shape.type in ("LineString", "MultiLineString"):
        lines = [shape.coordinates] if shape.type == "LineString" else shape.coordinates
        paths = [_path(line, frame) for line in lines]
        return Outlined(paths, False, np.concatenate(paths) if shape.times else None)
    polygons = [shape.coordinates] if shape.type == "Polygon" else shape.coordinates
    return Outlined([_path(ring, frame) for polygon in polygons for ring in polygon], True)


def draw_shape(axes: Axes, drawn: Outlined, look: Look, alpha: float, order: float) -> None:
    """A shape with a light casing, so that it stands out from every ground."""
    dash: Any = (0, [part * PIXEL for part in look.dash]) if look.dash else "solid"
    if drawn.filled:
        whole = Outline.make_compound_path(*(Outline(path, closed=True) for path in drawn.paths))
        axes.add_collection(
            PathCollection(
                [whole], facecolors=look.fill, edgecolors="none", alpha=alpha * look.fill_opacity, zorder=order
            ),
            autolim=False,
        )
    for colour, width, strength, style in (
        (HALO, look.width + 2.5, 0.7 * alpha, "solid"),
        (look.stroke, look.width, alpha, dash),
    ):
        axes.add_collection(
            LineCollection(
                drawn.paths,
                colors=colour,
                linewidths=width * PIXEL,
                linestyles=style,
                alpha=strength,
                capstyle="butt" if look.dash else "round",
                joinstyle="round",
                zorder=order,
            ),
            autolim=False,
        )
    if drawn.vertices is not None:
        axes.scatter(
            drawn.vertices[:, 0], drawn.vertices[:, 1], s=(look.width * 1.8 * PIXEL) ** 2, color=look.stroke,
            alpha=alpha, linewidths=0, zorder=order,
        )  # fmt: skip


def _path(positions: Sequence[Sequence[float]], frame: Frame) -> np.ndarray[Any, Any]:
    """Metres of the projection on the turn of the world that the frame shows, without jumps at the antimeridian."""
    points = np.array([forward(position[0], position[1]) for position in positions])
    jumps = np.diff(points[:, 0])
    turns = -np.sign(jumps) * (np.abs(jumps) > WORLD_M / 2)
    points[1:, 0] += np.cumsum(turns) * WORLD_M
    middle = (frame.west + frame.east) / 2
    points[:, 0] += round((middle - points[:, 0].mean()) / WORLD_M) * WORLD_M
    return points
