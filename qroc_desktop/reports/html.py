"""The picture as one HTML file that opens offline and asks for nothing.

folium composes the page; scripts and styles stand in the file and are named by hash in its policy; the picture and
a piece of the base map are data, and our script sets every text of theirs as text.
"""

from __future__ import annotations

import base64
import re
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from qroc_desktop.domain.state import Item, LogEntry
from qroc_desktop.domain.vocabulary import Basis, ItemType, Priority
from qroc_desktop.paths import ProgramFiles
from qroc_desktop.reports.content import Content
from qroc_desktop.reports.drawing import STALE, Look, look_of, outlined
from qroc_desktop.reports.extract import cut
from qroc_desktop.reports.legend import said_symbol
from qroc_desktop.reports.map_sheet import OVER, Sources
from qroc_desktop.reports.page import Asset, Options, compose
from qroc_desktop.reports.placing import SYMBOL_TYPES
from qroc_desktop.reports.projection import frame_around, inverse
from qroc_desktop.reports.words import (
    said_entry,
    said_evaluation,
    said_marking,
    said_priority,
    said_status,
)
from qroc_desktop.symbology.badges import badge_svg
from qroc_desktop.symbology.symbols import data_uri
from qroc_desktop.translation import language, said, tr

_SYMBOL_PIXELS: Final = 26
_LIBRARIES: Final = (
    "leaflet/dist/leaflet.js",
    "pmtiles/dist/pmtiles.js",
    "protomaps-leaflet/dist/protomaps-leaflet.js",
)
_BASE_MODULES: Final = ("schemas.js", "tilesources.js", "way.js", "basemap.js")
_IMPORT: Final = re.compile(r"^import \{[^}]*\} from \"\./[a-z]+\.js\";$", re.MULTILINE)
_EXPORT: Final = re.compile(r"^export (?=(?:async )?(?:function|class|const|let)\b)", re.MULTILINE)
_SOURCE_MAP: Final = re.compile(r"^(//[#@] sourceMappingURL=.*|/\*[#@] sourceMappingURL=.*?\*/)$", re.MULTILINE)
_STYLE_ADDRESS: Final = re.compile(r"url\([^)]*\)")
Step = Callable[[], None]


def draw_html(content: Content, sources: Sources, files: ProgramFiles, *, step: Step = lambda: None) -> bytes:
    """The page as UTF-8. Raises Damaged or OSError where the program's own scripts are missing."""
    shown = _Shown(content, sources)
    data = shown.data(step)
    base = _base(content, sources, step)
    step()
    west, south, east, north = content.bounds
    with tempfile.TemporaryDirectory() as folder:
        assets = _Prepared(files, Path(folder))
        page = compose(
            Options(
                kind="exported",
                title=f"{content.headline} - {content.identity.centre}",
                language=language().replace("_", "-"),
                lon=(west + (east if east >= west else east + 360)) / 2,
                lat=(south + north) / 2,
                zoom=5,
                scripts=[*assets.libraries, assets.base, assets.briefing],
                styles=assets.styles,
                libraries=len(assets.libraries),
                data={"briefing-data": data, "briefing-base": base},
                body_class="briefing",
            )
        )
    step()
    return page.html.encode("utf-8")


class _Prepared:
    """The scripts and styles as they can stand inside one file."""

    def __init__(self, files: ProgramFiles, folder: Path) -> None:
        self._folder = folder
        libraries = files.page_libraries
        self.libraries = [self._as(libraries / name, Path(name).name, _without_source_map) for name in _LIBRARIES]
        self.base = self._base(files.resources / "map")
        self.briefing = self._as(files.resources / "briefing" / "briefing.js", "briefing.js", str)
        self.styles = [
            self._as(libraries / "leaflet/dist/leaflet.css", "leaflet.css", _without_addresses),
            self._as(files.resources / "briefing" / "briefing.css", "briefing.css", str),
        ]

    def _base(self, folder: Path) -> Asset:
        """The modules that draw the base map, as one script."""
        target = self._folder / "basemap.js"
        modules = [(folder / name).read_text(encoding="utf-8") for name in _BASE_MODULES]
        target.write_text(_as_plain_script(modules), encoding="utf-8", newline="\n")
        return Asset(target, target.name)

    def _as(self, source: Path, name: str, change: Callable[[str], str]) -> Asset:
        target = self._folder / name
        target.write_text(change(source.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
        return Asset(target, name)


def _without_source_map(script: str) -> str:
    """Whoever opens the developer tools would send the browser looking for it."""
    return _SOURCE_MAP.sub("", script)


def _without_addresses(style: str) -> str:
    """Pictures of controls that the page does not use."""
    return _STYLE_ADDRESS.sub("none", _without_source_map(style))


def _as_plain_script(modules: Sequence[str]) -> str:
    """Modules as one script, each after those it imports from: one file has no second one to import from."""
    text = "\n".join(_EXPORT.sub("", _IMPORT.sub("", module)) for module in modules)
    return f"globalThis.qrocBase = (() => {{\n{text}\nreturn {{ basemapLayer }};\n}})();\n"


def _base(content: Content, sources: Sources, step: Step) -> dict[str, Any]:
    extracts = cut(sources.archives, content.bounds)
    imagery = sources.imagery
    tiles = imagery.embedded(content.bounds, step) if imagery else []
    used = [archive.attribution for archive in sources.archives if not archive.detailed]
    used += [
        archive.attribution
        for archive in sources.archives
        if archive.detailed and any(extract.detailed for extract in extracts)
    ]
    if imagery and tiles:
        used.insert(0, imagery.attribution)
    attributions = "; ".join(dict.fromkeys(text for text in used if text))
    zooms = [zoom for (zoom, _, _), _, _ in tiles]
    return {
        "style": {"background": sources.style.background, "rules": list(sources.style.rules), "font": _FONT},
        "language": language().split("_")[0].split("-")[0],
        "attribution": tr("Base map: {sources}", sources=attributions) if attributions else "",
        "note": said(imagery.note) if imagery and imagery.note else "",
        "good_zoom": max(zooms) if zooms else max((extract.max_zoom for extract in extracts), default=9) + 1,
        "pictures": {
            f"{z}/{x}/{y}": f"data:{media};base64,{base64.b64encode(data).decode('ascii')}"
            for (z, x, y), media, data in tiles
        },
        "archives": [
            {
                "name": extract.name,
                "bytes": base64.b64encode(extract.data).decode("ascii"),
                "max_zoom": extract.max_zoom,
                "streets": extract.detailed,
                "schema": extract.schema.told() if extract.schema else None,
            }
            for extract in extracts
        ],
    }


_FONT: Final = '"Noto Sans", "Segoe UI", "Helvetica Neue", Arial, "DejaVu Sans", sans-serif'


class _Shown:
    """The content as plain data for the page's script."""

    def __init__(self, content: Content, sources: Sources) -> None:
        self._content = content
        self._sources = sources
        self._frame = frame_around(content.bounds, 200.0, 150.0)
        self._symbols: dict[str, dict[str, Any]] = {}
        self._named: set[tuple[str, str]] = set()
        self._looks: dict[tuple[str, Look, bool], dict[str, Any]] = {}

    def data(self, step: Step) -> dict[str, Any]:
        """Everything but the base map."""
        content = self._content
        items = []
        for number, item in content.numbered:
            items.append(self._item(number, item))
            if number % 100 == 0:
                step()
        west, south, east, north = content.bounds
        return {
            "title": content.headline,
            "centre": f"{content.identity.centre} · {content.identity.country}",
            "exercise": content.exercise,
            "marking": content.marking,
            "times": self._times(),
            "made": tr("Made {time}", time="  ".join(content.clock(content.made_at))),
            "bounds": [west, south, east if east >= west else east + 360, north],
            "layers": [
                {"id": layer.id, "name": layer.name, "opacity": layer.display.opacity} for layer in content.layers
            ],
            "hidden": tr("Layers not shown: {names}", names=", ".join(content.hidden)) if content.hidden else "",
            "items": items,
            "symbols": self._symbols,
            "badges": self._badges(),
            "legend": self._legend(),
            "log_note": tr("Earlier entries are not listed here.") if content.earlier_entries else "",
            "log": [self._entry(entry) for entry in content.entries],
            "words": _words(),
        }

    def _times(self) -> list[list[str]]:
        content = self._content
        times = [[tr("True at"), *content.clock(content.moment.valid)]]
        if content.past_knowledge:
            times.append([tr("As known at"), *content.clock(content.moment.known)])
        return times

    def _item(self, number: int, item: Item) -> dict[str, Any]:
        content, situation, wording = self._content, item.situation, item.wording
        kind = self._sources.kinds.kind_of(item.nature)
        urgent = item.nature.type is ItemType.INCIDENT
        since = situation.starts or item.valid_from
        stale = item.stale(content.moment.valid)
        alpha = STALE if stale else 0.6 if situation.status in OVER else 1.0
        anchor = item.shape.anchor() if item.shape else None
        return {
            "number": number,
            "layer": item.layer,
            "title": wording.title,
            "place": wording.place,
            "description": wording.description,
            "kind": tr(kind.name),
            "priority": said_priority(situation.priority) if urgent else "",
            "status": said_status(situation.status) if urgent else "",
            "since": content.short_time(since),
            "assessment": item.evaluation.basis is Basis.ASSESSMENT,
            "alpha": alpha,
            "at": [round(anchor[1], 6), round(anchor[0], 6)] if anchor else None,
            "symbol": self._symbol(item) if anchor and item.nature.type in SYMBOL_TYPES else "",
            "shape": self._shape(item),
            "facts": [fact for fact in self._facts(item, tr(kind.name), since, stale) if fact[1]],
        }

    def _facts(self, item: Item, kind: str, since: Any, stale: bool) -> list[list[str]]:
        content, situation = self._content, item.situation
        urgent = item.nature.type is ItemType.INCIDENT
        anchor = item.shape.anchor() if item.shape else None
        old = content.short_time(situation.stale_at) if stale and situation.stale_at is not None else ""
        return [
            [tr("Kind"), kind],
            [tr("Priority"), said_priority(situation.priority) if urgent else ""],
            [tr("Status"), said_status(situation.status) if urgent else ""],
            [tr("Where"), item.wording.place],
            [tr("Position"), f"{anchor[1]:.5f}, {anchor[0]:.5f}" if anchor else tr("unknown")],
            [tr("Since"), content.short_time(since)],
            [tr("Last change"), content.short_time(item.valid_from)],
            [tr("Out of date since"), old],
            [tr("Evaluation"), said_evaluation(item.evaluation)],
            [tr("Marking"), said_marking(item.marking)],
            [tr("Originator"), item.marking.originator],
            [tr("Layer"), next((layer.name for layer in content.layers if layer.id == item.layer), "")],
        ]

    def _symbol(self, item: Item) -> str:
        kinds, priority = self._sources.kinds, item.situation.priority
        sidc = kinds.symbol_for(item.nature)
        key = f"{sidc}-{int(priority)}"
        self._keep(key, sidc, priority)
        self._keep(f"{sidc}-0", sidc, None)
        self._named.add((said_symbol(kinds.kind_of(item.nature).name, sidc), f"{sidc}-0"))
        return key

    def _keep(self, key: str, sidc: str, priority: Priority | None) -> None:
        if key in self._symbols:
            return
        symbol = self._sources.symbols.svg(sidc, _SYMBOL_PIXELS, priority=priority)
        self._symbols[key] = {
            "uri": data_uri(symbol),
            "width": round(symbol.width, 2),
            "height": round(symbol.height, 2),
            "anchor_x": round(symbol.anchor_x, 2),
            "anchor_y": round(symbol.anchor_y, 2),
        }

    def _shape(self, item: Item) -> dict[str, Any] | None:
        drawn = outlined(item.shape, self._frame) if item.shape else None
        if drawn is None:
            return None
        look = look_of(item)
        kind = self._sources.kinds.kind_of(item.nature)
        said = {
            "stroke": look.stroke, "fill": look.fill, "width": look.width, "fill_opacity": look.fill_opacity,
            "dash": list(look.dash),
        }  # fmt: skip
        entry = {"text": tr(kind.name), "look": said, "filled": drawn.filled}
        self._looks.setdefault((kind.code, look, drawn.filled), entry)
        return {"paths": [_degrees(path) for path in drawn.paths], "filled": drawn.filled, "look": said}

    def _badges(self) -> dict[str, Any]:
        reach = 38
        return {
            f"badge-{int(priority)}": {
                "uri": "data:image/svg+xml;base64,"
                + base64.b64encode(
                    f'<svg xmlns="http://www.w3.org/2000/svg" width="{2 * reach}" height="{2 * reach}" viewBox="'
                    f'{-reach} {-reach} {2 * reach} {2 * reach}">{badge_svg(badge, 0, 0)}</svg>'.encode()
                ).decode("ascii"),
                "width": 2 * reach,
                "height": 2 * reach,
            }
            for priority, badge in self._sources.kinds.badges.items()
        }

    def _legend(self) -> list[dict[str, Any]]:
        """As in print: symbols, areas and lines, priorities, ways of drawing."""
        content = self._content
        symbols = [{"symbol": key, "text": name} for name, key in sorted(self._named)]
        looks = sorted(self._looks.values(), key=lambda entry: str(entry["text"]))
        used = {item.situation.priority for item in content.items} & set(self._sources.kinds.badges)
        priorities = [{"symbol": f"badge-{int(p)}", "text": said_priority(p)} for p in sorted(used)]
        ways = []
        if any(item.stale(content.moment.valid) for item in content.items):
            ways.append({"sign": "stale", "text": tr("faded: information out of date")})
        if any(item.situation.status in OVER for item in content.items):
            ways.append({"sign": "over", "text": tr("pale: over, closed or false alarm")})
        if any(item.evaluation.basis is Basis.ASSESSMENT for item in content.items):
            ways.append({"sign": "slanted", "text": tr("slanted title: assessment, not fact")})
        groups: list[tuple[str, Sequence[dict[str, Any]]]] = [
            (tr("Symbols"), symbols),
            (tr("Areas and lines"), looks),
            (tr("Priority"), priorities),
            (tr("Signs"), ways),
        ]
        return [{"name": name, "rows": list(rows)} for name, rows in groups if rows]

    def _entry(self, entry: LogEntry) -> dict[str, Any]:
        said = entry.entry
        note = ""
        if said.corrects:
            wrong = next((other for other in self._content.entries if other.id == said.corrects), None)
            when = self._content.short_time(wrong.valid_from) if wrong else "?"
            note = tr("Corrects the entry of {time}.", time=when)
        elif entry.corrected_by:
            note = tr("Corrected later.")
        return {
            "time": self._content.short_time(entry.valid_from),
            "kind": said_entry(said.kind),
            "code": str(said.kind),
            "text": said.text,
            "counterpart": said.counterpart,
            "author": entry.author,
            "corrected": bool(entry.corrected_by),
            "note": note,
        }


def _degrees(path: np.ndarray[Any, Any]) -> list[list[float]]:
    """lat, lon pairs as Leaflet has them, to about ten centimetres."""
    return [[round(lat, 6), round(lon, 6)] for lon, lat in (inverse(x, y) for x, y in path)]


def _words() -> dict[str, str]:
    return {
        "exercise": tr("EXERCISE"),
        "items": tr("Items"),
        "legend": tr("Layers and legend"),
        "log": tr("Logbook"),
        "layers": tr("Layers"),
        "search": tr("Search in the items"),
        "count": tr("{n} items"),
        "more": tr("Show more"),
        "close": tr("Close"),
        "north": tr("N"),
        "no_log": tr("No entries."),
        "zoom_in": tr("Zoom in"),
        "zoom_out": tr("Zoom out"),
    }
