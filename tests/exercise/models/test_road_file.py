"""Road graphs as bytes: what goes in comes out, what is no graph is refused, and Liechtenstein's is as it should be."""

from __future__ import annotations

import io
import zipfile

import networkx
import numpy as np
import pytest
import shapely

from qroc_desktop.domain import geodesy
from qroc_desktop.errors import Damaged
from qroc_desktop.exercise.models import road_file
from qroc_desktop.exercise.models.road_file import decode, encode
from qroc_desktop.exercise.models.roads import BRIDGE, RoadClass, RoadGraph, Traveller
from tests.exercise.models.graphs import FILE, liechtenstein


def test_a_graph_comes_back_as_it_was_and_in_the_same_bytes() -> None:
    graph = liechtenstein()
    data = encode(graph)
    assert data == encode(decode(data))
    again = decode(data)
    assert (again.about, again.names) == (graph.about, graph.names)
    for name, value in vars(graph).items():
        if isinstance(value, np.ndarray):
            assert np.array_equal(value, getattr(again, name)), name


def test_the_arrays_cannot_be_written_to() -> None:
    with pytest.raises(ValueError, match="read-only"):
        liechtenstein().link_length[0] = 1.0


def test_lengths_are_those_of_the_lines_on_the_ellipsoid() -> None:
    graph = liechtenstein()
    for link in range(0, graph.links, 97):
        assert geodesy.length(graph.line(link)) == pytest.approx(graph.link_length[link], rel=1e-4, abs=0.02)


def test_links_begin_and_end_at_their_nodes() -> None:
    graph = liechtenstein()
    first, last = graph.shape_first[:-1], graph.shape_first[1:] - 1
    for nodes, places in ((graph.link_from, first), (graph.link_to, last)):
        assert np.allclose(graph.node_lon[nodes], graph.shape_lon[places], atol=1e-9)
        assert np.allclose(graph.node_lat[nodes], graph.shape_lat[places], atol=1e-9)


def test_liechtenstein_is_whole_and_says_what_was_dropped() -> None:
    graph = liechtenstein()
    assert "OpenStreetMap" in graph.about.attribution
    assert graph.about.licence == "ODbL-1.0"
    # The country has some 630 km of roads without forest roads; the extract holds strips beyond its boundary.
    assert 600 < graph.link_length.sum() / 1000 < 1200
    assert 0 < graph.about.dropped_m < 0.06 * graph.link_length.sum()
    network = networkx.Graph(list(zip(graph.link_from.tolist(), graph.link_to.tolist(), strict=True)))
    assert set(network) == set(range(graph.nodes))
    assert networkx.is_connected(network)


def test_footpaths_are_not_for_cars_and_roundabouts_go_one_way() -> None:
    graph = liechtenstein()
    motor = graph.link_passes & (Traveller.MOTOR.forward | Traveller.MOTOR.back)
    assert not motor[graph.link_class == RoadClass.STEPS].any()
    assert (motor[graph.link_class == RoadClass.PRIMARY] > 0).all()
    adler = [link for link in range(graph.links) if graph.name(link) == "Adlerkreisel"]
    assert adler
    assert all(graph.passes(link, Traveller.MOTOR, forward=True) for link in adler)
    assert not any(graph.passes(link, Traveller.MOTOR, forward=False) for link in adler)
    assert all(graph.passes(link, Traveller.FOOT, forward=False) for link in adler)
    assert all(graph.passes(link, Traveller.MOTOR, forward=False, heeds_rules=False) for link in adler)


def test_a_bridge_crosses_roads_without_a_junction() -> None:
    graph = liechtenstein()
    bridges = np.flatnonzero(graph.link_structure & BRIDGE)
    lines = [shapely.LineString(graph.line(link)) for link in range(graph.links)]
    tree = shapely.STRtree(lines)
    over = [
        (int(link), int(other))
        for link in bridges
        for other in tree.query(lines[link], predicate="crosses")
        if not {int(graph.link_from[link]), int(graph.link_to[link])}
        & {int(graph.link_from[other]), int(graph.link_to[other])}
    ]
    assert over


def altered(**arrays: object) -> bytes:
    """Liechtenstein's graph with other arrays in it."""
    target = io.BytesIO()
    with zipfile.ZipFile(FILE) as archive, zipfile.ZipFile(target, "w") as out:
        for info in archive.infolist():
            name = info.filename.removesuffix(".npy")
            content = archive.read(info)
            if name in arrays:
                part = io.BytesIO()
                np.save(part, arrays[name], allow_pickle=True)  # type: ignore[arg-type]
                content = part.getvalue()
            out.writestr(info.filename, content)
    return target.getvalue()


def graph_with(name: str, place: int, value: int) -> bytes:
    with zipfile.ZipFile(FILE) as archive:
        array = np.load(io.BytesIO(archive.read(f"{name}.npy"))).copy()
    array[place] = value
    return altered(**{name: array})


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK\x03\x04 and no more",
        FILE.read_bytes()[:100_000],
        altered(link_from=np.array([0], dtype="<i4")),
        altered(names=np.array([object()], dtype=object)),
        altered(names=np.frombuffer(b'{"not": "a list"}', dtype=np.uint8)),
        altered(about=np.frombuffer(b"\xff\xfe", dtype=np.uint8)),
        altered(link_length=np.zeros((2, 2), dtype="<i4")),
        graph_with("link_from", 0, 1_000_000),
        graph_with("link_to", 3, -1),
        graph_with("link_name", 0, 1_000_000),
        graph_with("link_length", 5, 0),
        graph_with("link_class", 5, 200),
        graph_with("link_setting", 5, 7),
        graph_with("shape_count", 0, 1),
        graph_with("shape_lon", 0, 2_000_000_000),
    ],
    ids=range(16),
)
def test_what_is_no_road_graph_is_refused_in_one_line(data: bytes) -> None:
    with pytest.raises(Damaged) as caught:
        decode(data, "roads.npz")
    assert str(caught.value).startswith("roads.npz: This is not a road graph")
    assert "\n" not in str(caught.value)


def test_more_than_a_country_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    data = FILE.read_bytes()
    monkeypatch.setattr(road_file, "MAX_BYTES", 100_000)
    with pytest.raises(Damaged, match="not a road graph"):
        decode(data)


def test_another_format_says_what_to_do() -> None:
    head = b'{"format": 2, "name": "x", "as_of": "", "attribution": "", "licence": ""}'
    with pytest.raises(Damaged, match="format 2, and this program reads 1"):
        decode(altered(about=np.frombuffer(head, dtype=np.uint8)))


def test_the_part_of_a_line_begins_and_ends_where_it_is_asked_to() -> None:
    graph: RoadGraph = liechtenstein()
    for link in range(0, graph.links, 211):
        length = float(graph.link_length[link])
        part = graph.line(link, 0.25 * length, 0.75 * length)
        assert geodesy.length(part) == pytest.approx(length / 2, rel=5e-3, abs=0.05)
        assert part[0] == graph.position(link, 0.25 * length)
