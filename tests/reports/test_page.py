"""What folium composes, taken apart: nothing inline in a live page, nothing unnamed in an exported one."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from pathlib import Path
from typing import Any, Literal

import folium
import lxml.html
import pytest

from qroc_desktop.reports.page import LIVE_POLICY, MAP_ID, Asset, Options, compose

HOSTILE = "</script><script>alert(1)</script><!-- ${x} \u2028 & <img src=x onerror=alert(1)>"


def options(kind: Literal["live", "exported"], folder: Path, **more: Any) -> Options:
    (folder / "library.js").write_text("var L = {};\r\nvar x = 1 < 2;\n", "utf-8", newline="")
    (folder / "own.js").write_text("globalThis.done = true;\n", "utf-8")
    (folder / "own.css").write_text("body { color: red }\n", "utf-8")
    fields: dict[str, Any] = {
        "kind": kind,
        "title": HOSTILE,
        "language": "de",
        "lon": 10.0,
        "lat": 50.0,
        "zoom": 6.0,
        "scripts": [Asset(folder / "library.js", "lib/l.js"), Asset(folder / "own.js", "own/o.js", module=True)],
        "styles": [Asset(folder / "own.css", "own/o.css")],
        "libraries": 1,
        "data": {"told": {"name": HOSTILE}},
    }
    return Options(**(fields | more))


def hashes(texts: list[str]) -> set[str]:
    return {f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" for text in texts}


def directive(policy: str, name: str) -> set[str]:
    found = next(part.split() for part in policy.split("; ") if part.startswith(f"{name} "))
    return set(found[1:])


def test_a_live_page_has_nothing_inline(tmp_path: Path) -> None:
    page = compose(options("live", tmp_path))
    tree = lxml.html.document_fromstring(page.html)
    assert [script.get("src") for script in tree.iter("script") if script.get("type") != "application/json"] == [
        "/lib/l.js",
        "/page.js",
        "/own/o.js",
    ]
    assert list(tree.iter("style")) == []
    assert not any(str(name).startswith("on") or name == "style" for e in tree.iter() for name in e.attrib)
    assert page.policy == LIVE_POLICY
    assert "unsafe" not in page.policy
    assert f'L.map(\n                "{MAP_ID}"' in page.script
    assert "globalThis.qrocMap" in page.script


def test_an_exported_page_names_all_that_it_runs(tmp_path: Path) -> None:
    page = compose(options("exported", tmp_path))
    tree = lxml.html.document_fromstring(page.html)
    found = re.findall(r"<script>(.*?)</script>", page.html, re.DOTALL)
    assert len(found) == 3
    assert directive(page.policy, "script-src") == hashes(found)
    assert directive(page.policy, "style-src") == hashes(re.findall(r"<style>(.*?)</style>", page.html, re.DOTALL))
    assert [e for e in tree.iter() if e.get("src") or e.get("href")] == []
    assert "http" not in directive(page.policy, "img-src")
    assert [meta.get("content") for meta in tree.iter("meta") if meta.get("http-equiv")] == [page.policy]


@pytest.mark.parametrize("kind", ["live", "exported"])
def test_text_from_outside_comes_out_as_it_went_in(tmp_path: Path, kind: Literal["live", "exported"]) -> None:
    page = compose(options(kind, tmp_path))
    tree = lxml.html.document_fromstring(page.html)
    assert json.loads(tree.findtext(".//script[@id='told']") or "") == {"name": HOSTILE}
    assert tree.findtext(".//title") == HOSTILE
    assert list(tree.iter("img")) == []
    assert page.html.count("alert(1)</script>") == 0


def test_the_same_options_give_the_same_bytes(tmp_path: Path) -> None:
    assert compose(options("exported", tmp_path)) == compose(options("exported", tmp_path))


def test_a_script_that_would_end_its_element_is_refused(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.js"
    wrong.write_text("var a = '</SCRIPT>';", "utf-8")
    with pytest.raises(ValueError, match=r"wrong\.js"):
        compose(options("exported", tmp_path, scripts=[Asset(wrong, "wrong.js")]))


def test_an_element_that_asks_for_something_elsewhere_is_refused(tmp_path: Path) -> None:
    class Elsewhere(folium.MacroElement):
        def __init__(self) -> None:
            super().__init__()  # type: ignore[no-untyped-call]

        _template = folium.template.Template(
            "{% macro header(this, kwargs) %}<script src='https://example.org/x.js'></script>{% endmacro %}"
        )

    with pytest.raises(ValueError, match=r"example\.org"):
        compose(options("live", tmp_path, elements=[Elsewhere()]))
