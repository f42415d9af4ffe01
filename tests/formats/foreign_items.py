"""Items, pictures and strategies that the tests of the XML formats share."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st

from qroc_desktop.domain.aspects import (
    AspectValue,
    Evaluation,
    Identity,
    Label,
    Marking,
    Motion,
    Nature,
    Origin,
    Placement,
    Situation,
    Style,
    Wording,
)
from qroc_desktop.domain.instant import FOREVER, Instant, parse
from qroc_desktop.domain.shape import Shape
from qroc_desktop.domain.state import Item, Layer
from qroc_desktop.domain.vocabulary import (
    Affiliation,
    Aspect,
    Basis,
    Handling,
    InformationAccuracy,
    ItemType,
    Priority,
    SourceReliability,
    SpecialCategory,
    Status,
    SubjectCategory,
    Tlp,
    WorkspaceKind,
)
from qroc_desktop.formats.reading import ReadItem, Writing

NOW = parse("2024-05-01T10:00:00Z")
SCRIPT = "<img src=x onerror=alert(1)> & \"quotes\" ]]> ${x} 'a'"


def sample(path: str) -> bytes:
    """A real file that nobody here wrote; the test is skipped where there are none."""
    default = Path(__file__).resolve().parents[3] / "shared" / "samples"
    file = Path(os.environ.get("QROC_SAMPLES", default)) / path
    if not file.is_file():
        pytest.skip(f"no sample file {path}")
    return file.read_bytes()


def item(identifier: str = "i1", valid: Instant = NOW, layer: str = "", **aspects: AspectValue) -> Item:
    """An item with aspects by their names."""
    values = {Aspect(name): value for name, value in aspects.items()}
    if layer:
        values[Aspect.PLACEMENT] = Placement(layer=layer)
    return Item(id=identifier, aspects=values, seqs={}, valid_from=valid, known_from=NOW)


def as_item(read: ReadItem, identifier: str = "i1", **changed: AspectValue) -> Item:
    """An item that was read, as the workspace would have it, some of its aspects changed."""
    aspects = read.aspects | {Aspect(name): value for name, value in changed.items()}
    valid = NOW if read.valid_at is None else read.valid_at
    return Item(id=identifier, aspects=aspects, seqs={}, valid_from=valid, known_from=NOW)


def layer(identifier: str, name: str, order: float = 0.0) -> Layer:
    """A layer with a name."""
    label = Label(name=name, order=order)
    return Layer(id=identifier, aspects={Aspect.LABEL: label}, seqs={}, valid_from=NOW, known_from=NOW)


def writing(kind: WorkspaceKind = WorkspaceKind.LIVE, marking: Marking | None = None, layers: Any = ()) -> Writing:
    """The picture of a centre."""
    identity = Identity(centre="Leitstelle Mitte, Süd", country="AT", kind=kind, marking=marking or Marking())
    return Writing(identity=identity, layers=list(layers), valid=NOW, known=FOREVER, now=NOW)


def told(problems: list[Any]) -> list[str]:
    """The reasons of problems, as people read them."""
    return [str(problem.why) for problem in problems]


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30) | st.just(SCRIPT)
instants = st.integers(-62_135_596_800_000_000, 253_402_300_799_999_999).map(Instant)
lons = st.floats(-180, 180, allow_nan=False)
lats = st.floats(-90, 90, allow_nan=False)
lengths = st.floats(1, 100_000)
positions = st.tuples(lons, lats).map(list) | st.tuples(lons, lats, st.floats(-400, 9000)).map(list)


def _rectangle(corner: tuple[float, float, float, float]) -> list[list[float]]:
    west, south, width, height = corner
    east, north = west + width, south + height
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


rings = st.tuples(st.floats(-170, 160), st.floats(-80, 70), st.floats(0.01, 10), st.floats(0.01, 10)).map(_rectangle)


@st.composite
def tracks(draw: st.DrawFn) -> Shape:
    """A line with an instant for each position."""
    line = draw(st.lists(positions, min_size=2, max_size=5))
    times = draw(st.lists(instants, min_size=len(line), max_size=len(line)))
    return Shape(type="LineString", coordinates=line, times=tuple(times))


lines = st.lists(positions, min_size=2, max_size=6)
shapes = st.one_of(
    st.builds(
        lambda p, a, v: Shape(type="Point", coordinates=p, accuracy_m=a, vertical_accuracy_m=v),
        positions,
        st.none() | lengths,
        st.none() | lengths,
    ),
    st.builds(lambda p, r: Shape(type="Point", coordinates=p, radius_m=r), positions, lengths),
    st.builds(
        lambda p, r: Shape(type="Point", coordinates=p, rings_m=tuple(r)),
        positions,
        st.lists(lengths, min_size=1, max_size=3),
    ),
    st.builds(lambda ps: Shape(type="MultiPoint", coordinates=ps), st.lists(positions, min_size=1, max_size=4)),
    st.builds(lambda line: Shape(type="LineString", coordinates=line), lines),
    st.builds(lambda ls: Shape(type="MultiLineString", coordinates=ls), st.lists(lines, min_size=1, max_size=3)),
    st.builds(lambda ring: Shape(type="Polygon", coordinates=[ring]), rings),
    st.builds(lambda rs: Shape(type="Polygon", coordinates=rs), st.lists(rings, min_size=2, max_size=3)),
    st.builds(
        lambda rs: Shape(type="MultiPolygon", coordinates=[[r] for r in rs]), st.lists(rings, min_size=1, max_size=3)
    ),
    tracks(),
)
colours = st.integers(0, 0xFFFFFF).map(lambda n: f"#{n:06x}")
kinds = st.sampled_from(["", "a-u-X-i-h", "a-f-G-U-i", "a-h-G-I-i", "b-m-p-s-m", "u-d-f", "u-d-c-c", "b-m-r", "kind"])
natures = st.builds(
    Nature,
    type=st.sampled_from(ItemType),
    kind=kinds,
    sidc=st.sampled_from(["", "10031000001211000000", "SFGPUCI---*****"]),
    affiliation=st.sampled_from(Affiliation),
)
aspects_of_items = st.fixed_dictionaries(
    {},
    optional={
        "nature": natures,
        "shape": shapes,
        "motion": st.builds(
            Motion, course_deg=st.none() | st.floats(0, 359.99), speed_ms=st.none() | st.floats(0, 500)
        ),
        "situation": st.builds(
            Situation,
            status=st.sampled_from(Status),
            priority=st.sampled_from(Priority),
            starts=st.none() | instants,
            ends=st.none() | instants,
            stale_at=st.none() | instants,
        ),
        "wording": st.builds(Wording, title=texts, description=texts, place=texts),
        "marking": st.builds(
            Marking,
            handling=st.none() | st.sampled_from(Handling),
            handling_text=texts,
            tlp=st.none() | st.sampled_from(Tlp),
            subject=st.sampled_from(SubjectCategory),
            special=st.lists(st.sampled_from(SpecialCategory), max_size=2).map(tuple),
            conditions=st.lists(texts, max_size=2).map(tuple),
        ),
        "evaluation": st.builds(
            Evaluation,
            source=st.none() | st.sampled_from(SourceReliability),
            information=st.none() | st.sampled_from(InformationAccuracy),
            basis=st.none() | st.sampled_from(Basis),
        ),
        "style": st.builds(
            Style,
            stroke=st.none() | colours,
            fill=st.none() | colours,
            width=st.none() | st.floats(0, 20),
            fill_opacity=st.none() | st.floats(0, 1),
            dash=st.lists(st.floats(1, 20), max_size=2).map(tuple),
        ),
        "origin": st.builds(
            Origin,
            format=st.sampled_from(["", "csv", "cap", "kml", "cot"]),
            foreign_id=texts,
            sender=texts,
            sent=st.none() | instants,
            kept=st.dictionaries(st.sampled_from(["csv", "other"]), texts, max_size=2),
        ),
    },
)


def comparable(aspects: Any) -> dict[Aspect, Any]:
    """Aspects as they come back: JSON has lists where Python had tuples inside `kept`."""
    return {aspect: value for aspect, value in aspects.items() if aspect is not Aspect.PLACEMENT}
