"""Documents read a feature at a time: the same refusals as for one tree, and features that are let go."""

from __future__ import annotations

import re

import pytest

from qroc_desktop.errors import Refused
from qroc_desktop.formats import xml, xml_stream
from qroc_desktop.formats.xml_stream import Stream, pieces
from tests.formats.test_xml import LAUGHS


def titles(data: bytes) -> tuple[list[str | None], Stream]:
    stream = Stream(("{*}f",), name="f.xml")
    found = []
    for event, element in stream.events(pieces(data)):
        if event == "end":
            found.append(element.get("t"))
            stream.let_go(element)
    return found, stream


def test_features_are_let_go_and_the_rest_stays() -> None:
    features = "".join(f"<f t='{n}'><x>{'y' * 50}</x></f>tail {n} " for n in range(5_000))
    found, stream = titles(f"<r><s>kept</s>{features}<s>too</s></r>".encode())
    assert found == [str(n) for n in range(5_000)]
    assert stream.root is not None
    assert [element.text for element in stream.root.iter("s")] == ["kept", "too"]
    assert len(stream.root) == 3


def test_a_text_after_a_feature_that_goes_over_pieces_is_whole() -> None:
    long = "z" * 300_000
    found, stream = titles(f"<r>a<f t='1'/>{long}<f t='2'/>{long}<g/>b</r>".encode())
    assert found == ["1", "2"]
    assert stream.root is not None
    assert stream.root.text == "a"
    assert stream.root[-2].tail == long


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (f"{LAUGHS}<r><f t='&x39;'/></r>".encode(), "Maximum entity nesting depth exceeded"),
        (b"<!DOCTYPE r [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><r>&e;<f/></r>", "document type"),
        (b"<!--" + b" " * 200_000 + b"--><!DOCTYPE r [<!ENTITY e 'x'>]><r>&e;<f/></r>", "document type"),
        (b"<!--" + b" " * 200_000 + b"--><!DOCTYPE r [<!ENTITY e 'x'>]><r>&e;</r>", "document type"),
        (b"<r>&undefined;</r>", "not well-formed"),
        (b"<r>\n\n<f></r>", "f.xml, line 3: It is not well-formed"),
        (b"<r>", "not well-formed"),
        (b"<f/><f/>", "not well-formed"),
        (b"<r>" * 300, "nested too deep"),
        (b"<r>" + b"x" * 11_000_000 + b"</r>", "too long"),
        (b"<r b='" + b"x" * 11_000_000 + b"'/>", "too long"),
        (b"<r>" + b"<x/>" * (xml_stream.MAX_LIVE + 1) + b"</r>", "more than 2000000 elements"),
        (b"<r><f/>" + b"<x/>" * (xml_stream.MAX_LIVE + 1) + b"</r>", "more than 2000000 elements"),
    ],
    ids=lambda value: value if isinstance(value, str) else f"{len(value)}",
)
def test_what_is_refused(data: bytes, why: str) -> None:
    with pytest.raises(Refused, match=re.escape(why)) as refusal:
        titles(data)
    assert "\n" not in str(refusal.value)


def test_more_features_than_a_tree_could_hold() -> None:
    found, _ = titles(b"<r>" + b"<f t=''><x a='1'/><x a='2'/></f>" * 900_000 + b"</r>")
    assert len(found) == 900_000


def test_there_is_an_end_to_features() -> None:
    with pytest.raises(Refused, match="more than 1000000 features"):
        titles(b"<r>" + b"<f/>" * (xml_stream.MAX_FEATURES + 1) + b"</r>")
    with pytest.raises(Refused, match="more than 6000000 elements"):
        xml_stream.require_count(b"<f/>" * (xml_stream.MAX_ELEMENTS + 1), name="x")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1"])
def test_text_over_the_edge_of_what_is_decoded_at_once(encoding: str) -> None:
    body = "<r>" + "x" * (1024 * 1024 - 41) + "üöä" * 50 + "</r>"
    declared = "" if encoding == "utf-16" else f"<?xml version='1.0' encoding='{encoding}'?>"
    data = (declared + body).encode(encoding)
    assert xml.decoded(data, name="x").decode("utf-8").endswith(body)


def test_the_line_of_what_is_no_text_is_named_beyond_the_first_piece() -> None:
    data = b"<r>\n" * 400_000 + b"\xff"
    with pytest.raises(Refused, match=r"^x, line 400001: It is not text in utf-8"):
        xml.decoded(data, name="x")
