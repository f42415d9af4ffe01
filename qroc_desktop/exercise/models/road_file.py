"""A road graph as bytes: NumPy's archive of arrays (.npz), so that anybody can read it without us.

The arrays are those of `RoadGraph`, with positions as differences of 1e-7 degrees and lengths in centimetres, and
`about` and `names` as JSON in UTF-8. maps/README.md describes them. A file from elsewhere is believed in nothing: its
size is bounded before it is unpacked, and every index is checked before it is used.
"""

from __future__ import annotations

import io
import zipfile
from typing import Any, Final

import msgspec
import numpy as np

from qroc_desktop.errors import Damaged, Message
from qroc_desktop.exercise.models.roads import About, RoadClass, RoadGraph, Setting

FORMAT_VERSION: Final = 1
MAX_BYTES: Final = 1 << 30
"""Unpacked; Europe's roads would not fit, a country's do."""
_DEGREES: Final = 1e-7
_METRES: Final = 0.01
_STAMP: Final = (1980, 1, 1, 0, 0, 0)
_ARRAYS: Final[dict[str, str]] = {
    "node_lon": "<i4",
    "node_lat": "<i4",
    "node_bars": "|u1",
    "link_from": "<i4",
    "link_to": "<i4",
    "link_length": "<i4",
    "link_class": "|u1",
    "link_setting": "|u1",
    "link_limit": "|u1",
    "link_passes": "|u1",
    "link_structure": "|u1",
    "link_name": "<i4",
    "shape_count": "<i4",
    "shape_lon": "<i4",
    "shape_lat": "<i4",
    "about": "|u1",
    "names": "|u1",
}


class _Head(msgspec.Struct, kw_only=True):
    format: int
    name: str
    as_of: str
    attribution: str
    licence: str
    dropped_links: int = 0
    dropped_m: float = 0.0


def encode(graph: RoadGraph) -> bytes:
    """The bytes of a graph; equal graphs give equal bytes."""
    about = graph.about
    head = _Head(
        format=FORMAT_VERSION,
        name=about.name,
        as_of=about.as_of,
        attribution=about.attribution,
        licence=about.licence,
        dropped_links=about.dropped_links,
        dropped_m=about.dropped_m,
    )
    arrays: dict[str, Any] = {
        "node_lon": _differences(graph.node_lon),
        "node_lat": _differences(graph.node_lat),
        "link_length": np.rint(graph.link_length / _METRES),
        "shape_count": np.diff(graph.shape_first),
        "shape_lon": _differences(graph.shape_lon),
        "shape_lat": _differences(graph.shape_lat),
        "about": np.frombuffer(msgspec.json.encode(head), dtype=np.uint8),
        "names": np.frombuffer(msgspec.json.encode(list(graph.names)), dtype=np.uint8),
    }
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, kind in _ARRAYS.items():
            values = arrays[name] if name in arrays else getattr(graph, name)
            part = io.BytesIO()
            np.lib.format.write_array(part, np.ascontiguousarray(values, dtype=kind), allow_pickle=False)
            info = zipfile.ZipInfo(f"{name}.npy", _STAMP)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, part.getvalue())
    return target.getvalue()


def decode(data: bytes, where: str = "") -> RoadGraph:
    """The graph that bytes hold; raises Damaged with one line for any that hold none."""
    try:
        arrays = _arrays(data)
        head = msgspec.json.decode(arrays["about"].tobytes(), type=_Head)
        names = msgspec.json.decode(arrays["names"].tobytes(), type=list[str])
    except (zipfile.BadZipFile, KeyError, ValueError, EOFError, OSError, OverflowError, MemoryError) as error:
        raise _no_graph(where) from error
    if head.format != FORMAT_VERSION:
        raise Damaged(
            Message("The road graph is of format {found}, and this program reads {known}.", found=head.format,
                    known=FORMAT_VERSION),
            where=where,
            action=Message("Build it again with this version of the program."),
        )  # fmt: skip
    if not _consistent(arrays, names):
        raise _no_graph(where)
    return RoadGraph(
        about=About(head.name, head.as_of, head.attribution, head.licence, head.dropped_links, head.dropped_m),
        node_lon=_degrees(arrays["node_lon"]),
        node_lat=_degrees(arrays["node_lat"]),
        link_length=arrays["link_length"] * _METRES,
        shape_first=_first(arrays["shape_count"]),
        shape_lon=_degrees(arrays["shape_lon"]),
        shape_lat=_degrees(arrays["shape_lat"]),
        names=tuple(names),
        **{
            name: arrays[name]
            for name in (
                "node_bars", "link_from", "link_to", "link_class", "link_setting", "link_limit", "link_passes",
                "link_structure", "link_name",
            )
        },
    )  # fmt: skip


def _arrays(data: bytes) -> dict[str, Any]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {info.filename: info for info in archive.infolist()}
        if sum(info.file_size for info in parts.values()) > MAX_BYTES:
            raise ValueError("too large")
        found = {}
        for name, kind in _ARRAYS.items():
            # What an entry says of its size need not be true; no more than that is read.
            info = parts[f"{name}.npy"]
            with archive.open(info) as stream:
                raw = stream.read(info.file_size + 1)
            array = np.lib.format.read_array(io.BytesIO(raw), allow_pickle=False)
            if array.dtype != np.dtype(kind) or array.ndim != 1:
                raise ValueError(name)
            found[name] = array
    return found


def _consistent(arrays: dict[str, Any], names: list[str]) -> bool:
    nodes, links, positions = len(arrays["node_lon"]), len(arrays["link_from"]), len(arrays["shape_lon"])
    counts = arrays["shape_count"].astype(np.int64)
    same = all(len(arrays[name]) == links for name in _ARRAYS if name.startswith("link_")) and all(
        len(arrays[name]) == nodes for name in ("node_lat", "node_bars")
    )
    return bool(
        same
        and links > 0
        and len(counts) == links
        and len(arrays["shape_lat"]) == positions
        and counts.min() >= 2
        and counts.sum() == positions
        and all(_within(arrays[name], nodes) for name in ("link_from", "link_to"))
        and _within(arrays["link_name"], len(names))
        and names[0] == ""
        and arrays["link_length"].min() > 0
        and arrays["link_class"].max() <= max(RoadClass)
        and arrays["link_setting"].max() <= max(Setting)
        and all(_on_earth(arrays[f"{what}_lon"], 180) and _on_earth(arrays[f"{what}_lat"], 90)
                for what in ("node", "shape"))
    )  # fmt: skip


def _within(indices: Any, count: int) -> bool:
    return bool(indices.min() >= 0 and indices.max() < count)


def _on_earth(differences: Any, most: float) -> bool:
    return bool(np.abs(np.cumsum(differences.astype(np.int64))).max() <= round(most / _DEGREES))


def _differences(degrees: Any) -> Any:
    return np.diff(np.rint(degrees / _DEGREES).astype(np.int64), prepend=0)


def _degrees(differences: Any) -> Any:
    return np.cumsum(differences.astype(np.int64)) * _DEGREES


def _first(counts: Any) -> Any:
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)


def _no_graph(where: str) -> Damaged:
    return Damaged(
        Message("This is not a road graph, or not a whole one."),
        where=where,
        action=Message("Build it again, or install QROC Desktop again."),
    )
