"""The map page, composed with folium: the live map and an exported briefing come from the same code.

folium renders headers, elements and one script. Here they are taken apart again, because a page that shows text
from outside must not run anything that is written into it:

- the *live* page has no inline script or style at all; its parts are resources of the private scheme, and the
  policy allows that scheme alone;
- an *exported* page is one file; what it runs is named by hash in its policy, and nothing else runs.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

import folium
import lxml.html
from branca.element import Figure

from qroc_desktop.reports.elements import DataBlock, Handover

MAP_ID: Final = "map_picture"
"""Name of the map's element and of folium's variable; fixed, so that the same picture gives the same bytes."""
SCHEME: Final = "qroc"
_NOTHING_ELSE: Final = "default-src 'none'; base-uri 'none'; form-action 'none'"
LIVE_POLICY: Final = (
    f"{_NOTHING_ELSE}; script-src {SCHEME}:; style-src {SCHEME}:; img-src {SCHEME}:; connect-src {SCHEME}:"
)


@dataclass(frozen=True, slots=True)
class Asset:
    """A script or style of ours or of a library: where it is read, and under which path the live page asks for it."""

    path: Path
    url: str
    module: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    """What a page is made of.

    lon, lat, zoom: what it shows first. data: blocks of data by id, read by our scripts as JSON.
    scripts, styles: in order; folium's own script runs after the first `libraries` of the scripts.
    elements: further folium elements, added to the map. title: plain text.
    """

    kind: Literal["live", "exported"]
    title: str
    language: str
    lon: float
    lat: float
    zoom: float
    scripts: Sequence[Asset] = ()
    styles: Sequence[Asset] = ()
    libraries: int = 0
    data: dict[str, Any] = field(default_factory=dict)
    elements: Sequence[folium.MacroElement] = ()
    min_zoom: int = 2
    max_zoom: int = 19
    body_class: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """A composed page. `script` and `style` are empty in an exported page: it holds them itself."""

    html: str
    script: str
    style: str
    policy: str


def compose(options: Options) -> Page:
    """Compose the page; raises OSError where an asset of an exported page cannot be read."""
    script, style, body = _rendered(_folium_map(options))
    if options.kind == "live":
        return _live(options, script, style, body)
    return _exported(options, script, style, body)


def _folium_map(options: Options) -> folium.Map:
    page = folium.Map(
        location=[options.lat, options.lon],
        zoom_start=round(options.zoom),
        tiles=None,
        zoom_control=False,
        prefer_canvas=True,
        # folium passes these on to Leaflet. Our scripts draw the box, the scale and the attributions themselves:
        # Leaflet's attribution control takes markup.
        attribution_control=False,
        box_zoom=False,
        world_copy_jump=True,
        zoom_animation=True,
        fade_animation=False,
        inertia=True,
    )
    page._id = MAP_ID.removeprefix("map_")
    page.options |= {"minZoom": options.min_zoom, "maxZoom": options.max_zoom}
    # Bootstrap, jQuery and fonts from elsewhere: nothing of ours needs them.
    page.default_js, page.default_css = [], []
    for element in options.elements:
        page.add_child(element)
    page.add_child(Handover())
    for block_id, data in options.data.items():
        page.add_child(DataBlock(block_id, data))
    return page


def _rendered(page: folium.Map) -> tuple[str, str, str]:
    """folium's script, style and body, each by itself."""
    figure = page.get_root()
    if not isinstance(figure, Figure):
        raise TypeError("a folium map stands in a figure")
    figure.render()
    script, style = [], []
    for part in lxml.html.fragment_fromstring(figure.header.render(), create_parent="div"):
        if part.tag == "script" and part.get("src") is None:
            script.append(part.text or "")
        elif part.tag == "style":
            style.append(part.text or "")
        elif part.tag in ("script", "link"):
            raise ValueError(f"a page element asks for {part.get('src') or part.get('href')}")
    script.append(figure.script.render())
    return "\n".join(script).strip(), "\n".join(style).strip(), figure.html.render().strip()


def _live(options: Options, script: str, style: str, body: str) -> Page:
    links = [f'<link rel="stylesheet" href="/{asset.url}">' for asset in options.styles]
    links.append('<link rel="stylesheet" href="/page.css">')
    runs = [_run(asset) for asset in options.scripts]
    runs.insert(options.libraries, '<script src="/page.js"></script>')
    html = _document(options, LIVE_POLICY, "\n".join(links), f"{body}\n" + "\n".join(runs))
    return Page(html, script, style, LIVE_POLICY)


def _run(asset: Asset) -> str:
    return f'<script{" type=module" if asset.module else ""} src="/{asset.url}"></script>'


def _exported(options: Options, script: str, style: str, body: str) -> Page:
    scripts = [_read(asset, "script") for asset in options.scripts]
    scripts.insert(options.libraries, script)
    styles = [*(_read(asset, "style") for asset in options.styles), style]
    policy = (
        f"{_NOTHING_ELSE}; script-src {_hashes(scripts)}; style-src {_hashes(styles)}; img-src data:; font-src data:"
    )
    head = "\n".join(f"<style>{text}</style>" for text in styles)
    runs = "\n".join(f"<script>{text}</script>" for text in scripts)
    return Page(_document(options, policy, head, f"{body}\n{runs}"), "", "", policy)


def _read(asset: Asset, element: str) -> str:
    # Line endings as the browser's parser leaves them, or the hash would be of another text.
    text = asset.path.read_text(encoding="utf-8").replace("\r\n", "\n").replace("\r", "\n")
    if f"</{element}" in text.lower() or (element == "script" and "<!--" in text):
        raise ValueError(f"{asset.path.name} cannot stand inside a <{element}>")
    return text


def _hashes(texts: Sequence[str]) -> str:
    digests = (hashlib.sha256(text.encode()).digest() for text in texts)
    return " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)


def _document(options: Options, policy: str, head: str, body: str) -> str:
    title = lxml.html.tostring(_text_element("title", options.title), encoding="unicode")
    language = "".join(c for c in options.language if c.isalnum() or c == "-")
    return (
        f'<!DOCTYPE html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta name="referrer" content="no-referrer">\n{title}\n{head}\n</head>\n'
        f'<body class="{options.body_class}">\n{body}\n</body>\n</html>\n'
    )


def _text_element(tag: str, text: str) -> lxml.html.HtmlElement:
    element = lxml.html.Element(tag)
    element.text = "".join(c for c in text if c >= " " or c in "\t\n")
    return element
