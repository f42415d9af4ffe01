"""Our own parts of a folium page. None of them puts text from outside into markup or script."""

from __future__ import annotations

import json
import re
from typing import Any

from folium import MacroElement
from folium.template import Template

_TEMPLATE_OPENS = re.compile(r"\{(?=[{%#])")


def json_for_script(data: Any) -> str:
    """JSON that cannot end a script element or open a comment in one, is valid JavaScript too, and holds nothing
    that Jinja would run: folium takes what an element renders for a template and renders it once more."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    # In the structure of JSON a brace is followed by a quote or a brace that closes; so this is inside a text.
    return _TEMPLATE_OPENS.sub(r"\\u007b", text)


class Handover(MacroElement):
    """Gives the Leaflet map that folium made to our own scripts, as `globalThis.qrocMap`."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # folium does not annotate it
        self._name = "Handover"

    _template = Template(
        "{% macro script(this, kwargs) %}globalThis.qrocMap = {{ this._parent.get_name() }};{% endmacro %}"
    )


class DataBlock(MacroElement):
    """Data for our scripts, as a block that the browser never runs."""

    _template = Template(
        '{% macro html(this, kwargs) %}<script type="application/json" id="{{ this.block_id }}">'
        "{{ this.text }}</script>{% endmacro %}"
    )

    def __init__(self, block_id: str, data: Any) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # folium does not annotate it
        self._name = "DataBlock"
        self.block_id = block_id
        self.text = json_for_script(data)


class Place(MacroElement):
    """An empty element that our scripts fill: `tag` and `place_id` are ours, never from outside."""

    _template = Template(
        '{% macro html(this, kwargs) %}<{{ this.tag }} id="{{ this.place_id }}"></{{ this.tag }}>{% endmacro %}'
    )

    def __init__(self, place_id: str, tag: str = "div") -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # folium does not annotate it
        self._name = "Place"
        self.place_id = place_id
        self.tag = tag
