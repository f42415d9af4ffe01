"""Messages between program and page: what is no message is refused, and both sides know the same ones."""

from __future__ import annotations

import typing

import msgspec
import pytest

from qroc_desktop.domain.shape import Shape
from qroc_desktop.mapview import messages
from tests.mapview.map_files import RESOURCES


def test_a_shape_comes_as_it_was_sent() -> None:
    text = '{"is":"drawn","tool":"circle","shape":{"type":"Point","coordinates":[10.5,50],"radius_m":250.5}}'
    event = messages.decode(text)
    assert event == messages.Drawn(tool="circle", shape=Shape(type="Point", coordinates=[10.5, 50], radius_m=250.5))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        '{"is":"unheard-of"}',
        '{"do":"refresh"}',
        '{"is":"pointer","lon":"10","lat":50}',
        '{"is":"pointer","lon":10}',
        '{"is":"drawn","tool":"rocket","shape":{"type":"Point","coordinates":[1,2]}}',
        '{"is":"clicked","ids":[1],"lon":1,"lat":2}',
        '{"is":"pointer","lon":NaN,"lat":50}',
    ],
)
def test_what_is_no_event_is_refused(text: str) -> None:
    with pytest.raises(msgspec.DecodeError):
        messages.decode(text)


def test_a_message_beyond_measure_is_refused_unread() -> None:
    with pytest.raises(msgspec.ValidationError, match="too long"):
        messages.decode('{"is":"failed","text":"' + "x" * messages.LONGEST_EVENT + '"}')


def test_every_command_is_told_with_all_its_fields() -> None:
    """The page refuses a message that lacks a field, so that none may be left out where it has its default."""
    signatures = messages.signatures()
    sent = msgspec.json.decode(messages.encode(messages.GoTo(lon=1, lat=2)))
    assert set(sent) == {"do", *signatures["go-to"]}
    assert signatures["go-to"] == {"lat": ["number"], "lon": ["number"], "text": ["string"], "zoom": ["null", "number"]}
    assert signatures["boxed"] == {"bounds": ["array"], "ids": ["array"], "shift": ["boolean"]}


def test_the_page_does_every_command() -> None:
    script = (RESOURCES / "map" / "main.js").read_text("utf-8")
    handlers = script[script.index("const handlers") : script.index("// The script runs once more")]
    for kind in typing.get_args(messages.AnyCommand):
        tag = str(kind.__struct_config__.tag)
        assert any(form in handlers for form in (f"  {tag}(", f"  {tag}:", f'  "{tag}"(', f'  "{tag}":')), tag
