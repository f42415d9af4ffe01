from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qroc_desktop.domain.aspects import Wording
from qroc_desktop.domain.instant import parse
from qroc_desktop.domain.vocabulary import Aspect
from qroc_desktop.errors import Refused
from qroc_desktop.formats import geojson
from tests.formats.foreign_items import as_item, writing
from tests.formats.geojson_files import RFC_EXAMPLE, at, collection, feature

WHOLE = json.dumps(RFC_EXAMPLE).encode()
REFUSED = [
    b"",
    b"{",
    b"[]",
    b"null",
    b'"x"',
    b"{}",
    b'{"type":"Topology"}',
    b'{"type":"FeatureCollection"}',
    b'{"type":"FeatureCollection","features":{}}',
    WHOLE[:-5],
    WHOLE.replace(b"value0", b"value\xff", 1),
    json.dumps(RFC_EXAMPLE).encode("utf-16"),
    b'{"type":"Feature","x":' + b"[" * 200_000,
    b'{"type":"FeatureCollection","features":[' + b'{"a":' * 200_000,
    b"<kml/>",
]


@pytest.mark.parametrize("data", REFUSED, ids=range(len(REFUSED)))
def test_a_hopeless_file_is_refused_in_one_line(data: bytes) -> None:
    with pytest.raises(Refused) as caught:
        geojson.read(data, name="hopeless.geojson")
    assert "\n" not in str(caught.value)
    assert "hopeless.geojson" in str(caught.value)


@pytest.mark.parametrize("number", [b"NaN", b"Infinity", b"-Infinity"])
def test_a_number_that_json_does_not_have_costs_one_feature(number: bytes) -> None:
    found = geojson.read(WHOLE.replace(b"0.5", number, 1), name="a.geojson")
    assert len(found.items) == len(RFC_EXAMPLE["features"]) - 1
    (skipped,) = (problem for problem in found.problems if problem.skipped)
    assert (skipped.where, str(skipped.why)) == ("feature 1", "A coordinate is no number.")


def test_nan_in_a_property_costs_nothing() -> None:
    data = WHOLE.replace(b'"value0"', b"NaN", 1)
    found = geojson.read(data, name="a.geojson")
    assert len(found.items) == len(RFC_EXAMPLE["features"])
    assert [problem.skipped for problem in found.problems] == [False]


def test_half_a_character_is_replaced() -> None:
    data = WHOLE.replace(b'"prop0": "value0"', b'"title": "Fire \\ud83d!"', 1)
    found = geojson.read(data, name="a.geojson")
    wording = found.items[0].aspects[Aspect.WORDING]
    assert isinstance(wording, Wording)
    assert wording.title == "Fire \ufffd!"


def test_a_feature_too_large_for_any_window_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(geojson, "LARGEST_FEATURE", 500)
    data = WHOLE.replace(b'"value0"', b'"' + b"x" * 600 + b'"', 1)
    found = geojson.read(data, name="a.geojson")
    assert len(found.items) == len(RFC_EXAMPLE["features"]) - 1
    assert [problem.where for problem in found.problems] == ["feature 1"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026/03/01 14:05:00", "2026-03-01T14:05:00Z"),
        ("2026/03/01 14:05:00+01", "2026-03-01T13:05:00Z"),
        ("2026/03/01", "2026-03-01T00:00:00Z"),
    ],
)
def test_times_as_gdal_writes_them(text: str, expected: str) -> None:
    point = {"type": "Point", "coordinates": [6.1, 50.7]}
    feature = {"type": "Feature", "properties": {"time": text}, "geometry": point}
    (item,) = geojson.read(json.dumps(feature).encode(), name="a.geojson").items
    assert item.valid_at == parse(expected)


def test_a_number_out_of_range_is_one_problem() -> None:
    data = WHOLE.replace(b"0.5", b"1e999", 1)
    found = geojson.read(data, name="a.geojson")
    assert (len(found.items), [p.where for p in found.problems]) == (2, ["feature 1"])


def test_a_byte_order_mark_is_no_harm() -> None:
    assert len(geojson.read(b"\xef\xbb\xbf" + WHOLE, name="a.geojson").items) == 3


def test_progress_is_told_and_may_stop() -> None:
    data = json.dumps(collection(*(feature(at(1, 2), {}) for _ in range(2500)))).encode()
    steps: list[tuple[int, int]] = []
    geojson.read(data, name="a.geojson", progress=lambda done, total: steps.append((done, total)))
    assert steps == [(1000, 2500), (2000, 2500), (2500, 2500)]

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        geojson.read(data, name="a.geojson", progress=stop)


def test_looks_like() -> None:
    assert geojson.looks_like(WHOLE, "x.txt")
    assert geojson.looks_like(b"\xef\xbb\xbf \n" + WHOLE, "x")
    assert geojson.looks_like(b"\x1e" + WHOLE, "x")
    assert geojson.looks_like(b"{", "x.geojson")
    assert not geojson.looks_like(b'{"a": 1}', "x.txt")
    assert not geojson.looks_like(b"<kml/>", "x.geojson")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["type", "coordinates", "features", "geometry", "properties", "qroc", "aspects", "crs", "id"]
            ),
            inner | st.sampled_from(["Feature", "FeatureCollection", "Point", "Polygon", "GeometryCollection"]),
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(json_values)
def test_any_json_is_read_or_refused(value: Any) -> None:
    data = json.dumps(value, ensure_ascii=True).encode()
    try:
        found = geojson.read(data, name="a.geojson")
    except Refused:
        return
    again = geojson.write([as_item(read) for read in found.items], writing())
    assert len(geojson.read(again.data, name="b.geojson").items) == len(found.items)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        found = geojson.read(data, name="a.geojson")
    except Refused:
        return
    assert found.items or found.problems or b"features" in data
