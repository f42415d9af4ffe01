"""Road graphs for tests: Liechtenstein's, and small ones that are made of a list of links."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from qroc_desktop.exercise.models.road_file import decode
from qroc_desktop.exercise.models.roads import About, RoadClass, RoadGraph, Setting

FILE = Path(__file__).resolve().parents[3] / "maps" / "liechtenstein-roads.npz"
ALL_WAYS = 0b111111


@functools.cache
def liechtenstein() -> RoadGraph:
    return decode(FILE.read_bytes(), FILE.name)


@dataclass(frozen=True)
class Road:
    """From node to node, metres, and who may pass: bits for foot, bicycle, motor, forward before back."""

    start: int
    end: int
    metres: float
    passes: int = ALL_WAYS
    setting: Setting = Setting.URBAN
    road: RoadClass = RoadClass.RESIDENTIAL


def small(roads: Sequence[Road], nodes: int, bars: Sequence[int] = ()) -> RoadGraph:
    """Nodes stand side by side in a row; what counts is how long the roads are said to be."""
    lon = np.linspace(9.5, 9.5 + 0.01 * max(1, nodes - 1), nodes)
    lat = np.full(nodes, 47.1)
    starts = np.array([road.start for road in roads], dtype=np.int32)
    ends = np.array([road.end for road in roads], dtype=np.int32)
    # A bend to the north, so that a loop has a length too.
    shape_lon = np.column_stack([lon[starts], (lon[starts] + lon[ends]) / 2, lon[ends]]).ravel()
    shape_lat = np.column_stack([lat[starts], lat[starts] + 0.002, lat[ends]]).ravel()
    count = len(roads)
    return RoadGraph(
        about=About("Test", "2026-01-01", "nobody", "none"),
        node_lon=lon,
        node_lat=lat,
        node_bars=np.array(bars or [0] * nodes, dtype=np.uint8),
        link_from=starts,
        link_to=ends,
        link_length=np.array([road.metres for road in roads], dtype=np.float64),
        link_class=np.array([road.road for road in roads], dtype=np.uint8),
        link_setting=np.array([road.setting for road in roads], dtype=np.uint8),
        link_limit=np.zeros(count, dtype=np.uint8),
        link_passes=np.array([road.passes for road in roads], dtype=np.uint8),
        link_structure=np.zeros(count, dtype=np.uint8),
        link_name=np.zeros(count, dtype=np.int32),
        shape_first=np.arange(count + 1, dtype=np.int32) * 3,
        shape_lon=shape_lon,
        shape_lat=shape_lat,
        names=("",),
    )
