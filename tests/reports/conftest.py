"""A picture to draw: small, with everything that is hard to draw, and the real symbols, styles and base map."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import count
from zoneinfo import ZoneInfo

import pytest

from qroc_desktop.domain.aspects import (
    AspectValue,
    Entry,
    Evaluation,
    Identity,
    Label,
    Marking,
    Nature,
    Placement,
    Situation,
    Style,
    Wording,
)
from qroc_desktop.domain.instant import Instant, parse, seconds
from qroc_desktop.domain.query import Moment
from qroc_desktop.domain.shape import Bounds, Shape, point
from qroc_desktop.domain.state import Item, Layer, LogEntry
from qroc_desktop.domain.vocabulary import (
    Aspect,
    Basis,
    EntryKind,
    Handling,
    ItemType,
    Priority,
    Status,
    Tlp,
    WorkspaceKind,
)
from qroc_desktop.paths import program_files
from qroc_desktop.reports.base_map import MapStyle
from qroc_desktop.reports.content import Content
from qroc_desktop.reports.map_sheet import Sources
from qroc_desktop.services.maps import MapLibrary
from qroc_desktop.symbology import Kinds, Symbols

NOW = parse("2026-03-01T13:05:00Z")
MARKUP = "<img src=x onerror=alert(1)>"
ENDING = "</script><script>document.title='ran'</script>"
FORMULA = r"Loss $\frac{1}{0}$ and ${alert(2)} {{7*7}}"
LONG = "Kraftfahrzeughaftpflichtversicherungsgesellschaft-Straßenverkehrsunfalldatenerfassungsbogenverwaltung"
BIDI = "invoice\u202egpj.exe"
GREEK = "Διαδήλωση στο Σύνταγμα, Łódź, Ćuprija, България"

numbers = count(1)


def item(
    title: str,
    shape: Shape | None,
    *,
    type: ItemType = ItemType.INCIDENT,
    kind: str = "a-u-X-i-l-l-s",
    description: str = "",
    priority: Priority = Priority.ROUTINE,
    status: Status = Status.ONGOING,
    stale: bool = False,
    basis: Basis | None = None,
    marking: Marking | None = None,
    style: Style | None = None,
    layer: str = "layer",
) -> Item:
    """An item as the store would give it."""
    seq = next(numbers)
    aspects: dict[Aspect, AspectValue] = {
        Aspect.NATURE: Nature(type=type, kind=kind),
        Aspect.PLACEMENT: Placement(layer=layer),
        Aspect.WORDING: Wording(title=title, description=description, place="Vaduz"),
        Aspect.SITUATION: Situation(
            status=status, priority=priority, starts=Instant(NOW - seconds(600)), stale_at=NOW if stale else None
        ),
        Aspect.EVALUATION: Evaluation(basis=basis),
    }
    if shape is not None:
        aspects[Aspect.SHAPE] = shape
    if marking:
        aspects[Aspect.MARKING] = marking
    if style:
        aspects[Aspect.STYLE] = style
    return Item(
        id=f"item-{seq}",
        aspects=aspects,
        seqs=dict.fromkeys(aspects, seq),
        valid_from=Instant(NOW - seconds(600)),
        known_from=NOW,
    )


def entry(text: str, number: int = 1) -> LogEntry:
    """A logbook entry as the store would give it."""
    return LogEntry(
        id=f"entry-{number}",
        aspects={Aspect.ENTRY: Entry(kind=EntryKind.DECISION, text=text)},
        seqs={Aspect.ENTRY: number},
        valid_from=NOW,
        known_from=NOW,
        author="Duty officer",
    )


def layer(name: str = "Incidents", identifier: str = "layer") -> Layer:
    """A visible layer."""
    aspects: dict[Aspect, AspectValue] = {Aspect.LABEL: Label(name=name, order=1)}
    return Layer(id=identifier, aspects=aspects, seqs={Aspect.LABEL: 1}, valid_from=NOW, known_from=NOW)


def hard_items() -> list[Item]:
    """Items with every trap that texts and shapes can hold, around Vaduz."""
    polygon = Shape(type="Polygon", coordinates=[[[9.45, 47.1], [9.6, 47.1], [9.6, 47.2], [9.45, 47.1]]])
    line = Shape(type="LineString", coordinates=[[9.4, 47.05], [9.5, 47.15], [9.62, 47.12]])
    track = Shape(type="LineString", coordinates=[[9.5, 47.2], [9.52, 47.22]], times=(Instant(NOW - seconds(60)), NOW))
    return [
        item(MARKUP, point(9.52, 47.14), priority=Priority.FLASH, description=ENDING),
        item(FORMULA, point(9.52, 47.14), priority=Priority.IMMEDIATE, kind="a-h-X-i-l-l-b-e"),
        item(LONG, point(9.53, 47.16), priority=Priority.PRIORITY, kind="a-u-X-i-t-v-a", description=LONG * 3),
        item(GREEK, point(9.55, 47.13), kind="a-u-X-i-l-c-d", stale=True),
        item(BIDI, point(9.56, 47.15), kind="a-u-X-i-l-l-cyber", basis=Basis.ASSESSMENT),
        item("closed", point(9.5, 47.11), kind="a-u-X-i-m-f", status=Status.CLOSED),
        item("hospital", point(9.51, 47.12), type=ItemType.FACILITY, kind="a-f-G-I-X-H"),
        item("patrol", point(9.49, 47.12), type=ItemType.UNIT, kind="a-f-G-U-i-l-patrol"),
        item("cordon", polygon, type=ItemType.AREA, kind="u-d-f-cordon", style=Style(stroke="#b3261e")),
        item("circle", point(9.55, 47.1, radius_m=900.0), type=ItemType.AREA, kind="u-d-f-hazard"),
        item("rings", point(9.45, 47.18, rings_m=(500.0, 1000.0)), type=ItemType.AREA, kind="u-d-f-hazard"),
        item("route", line, type=ItemType.LINE, kind="b-m-r", style=Style(stroke="#1f7a3f", dash=(6.0, 4.0))),
        item("car", track, type=ItemType.TRACK, kind="a-s-G-E-V-C"),
        item("nowhere", None),
    ]


@pytest.fixture
def make_content() -> Callable[..., Content]:
    """A content of the hard items, with whatever shall be different."""

    def make(
        items: Sequence[Item] | None = None,
        *,
        kind: WorkspaceKind = WorkspaceKind.LIVE,
        asked: Bounds | None = None,
        known: Instant | None = None,
        title: str = "",
    ) -> Content:
        marking = Marking(tlp=Tlp.AMBER, handling=Handling.H1)
        return Content(
            identity=Identity(centre="Leitstelle Süd", country="LI", kind=kind, marking=marking),
            layers=[layer()],
            items=hard_items() if items is None else items,
            entries=[entry(f"{MARKUP} decided", 2), entry(LONG)],
            moment=Moment(NOW) if known is None else Moment(NOW, known),
            made_at=NOW,
            title=title,
            asked=asked,
            zone=ZoneInfo("Europe/Vaduz"),
        )

    return make


@pytest.fixture(scope="session")
def symbols() -> Iterator[Symbols]:
    """The real symbols."""
    files = program_files()
    kinds = Kinds.load(files.resources / "symbols" / "kinds.toml")
    symbols = Symbols(files.page_libraries / "milsymbol" / "dist" / "milsymbol.js", kinds.badges)
    yield symbols
    symbols.close()


@pytest.fixture
def sources(symbols: Symbols) -> Iterator[Sources]:
    """Real symbols, style and base map."""
    files = program_files()
    kinds = Kinds.load(files.resources / "symbols" / "kinds.toml")
    style = MapStyle.load(files.maps / "styles" / "light.json")
    printed = sorted(MapLibrary(files.maps).printed(), key=lambda archive: archive.detailed)
    for archive in printed:
        archive.__enter__()
    yield Sources(symbols, kinds, style, printed)
    for archive in printed:
        archive.__exit__(None, None, None)
