"""The picture at a moment as one file to hand over: HTML, PDF or PNG."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from datetime import tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, cast, get_args

from qroc_desktop.domain.query import ItemQuery, Moment
from qroc_desktop.domain.shape import Bounds
from qroc_desktop.errors import Message, Refused
from qroc_desktop.paths import ProgramFiles
from qroc_desktop.reports.content import Content
from qroc_desktop.services.desk import Desk
from qroc_desktop.services.exporting import save_whole
from qroc_desktop.services.maps import MapLibrary, PrintedMap
from qroc_desktop.services.progress import Task
from qroc_desktop.services.tiles import PrintedPictures, Tiles
from qroc_desktop.symbology import Kinds, Symbols

if TYPE_CHECKING:
    from qroc_desktop.reports.imagery import Imagery
    from qroc_desktop.reports.map_sheet import Sources

Kind = Literal["html", "pdf", "png"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
PAPERS: Final = ("A4", "A3")
MOST_ITEMS: Final = 20_000
"""A briefing of more items is no briefing; it is refused, not cut."""
LOG_ENTRIES: Final = 200
"""Entries of the logbook in a page; more would make it slow. A PDF holds them all, up to as many as items."""
_STEPS: Final = 100


class Briefings:
    """Briefings of one workspace.

    tiles: where tiles of raster maps come from. base_map: asks for the id of the map that the user has chosen.
    zone: of the local times, None for the machine's own.
    """

    def __init__(
        self,
        desk: Desk,
        *,
        kinds: Kinds,
        symbols: Symbols,
        files: ProgramFiles,
        library: MapLibrary | None = None,
        tiles: Tiles | None = None,
        base_map: Callable[[], str] = lambda: "",
        zone: tzinfo | None = None,
    ) -> None:
        self._desk = desk
        self._kinds = kinds
        self._symbols = symbols
        self._files = files
        self._library = library or MapLibrary(files.maps)
        self._tiles = tiles or Tiles(self._library)
        self._base_map = base_map
        self._zone = zone

    def save(
        self,
        path: Path,
        *,
        kind: str,
        moment: Moment | None = None,
        bounds: Bounds | None = None,
        title: str = "",
        paper: str = "A4",
        base_map: str = "",
        task: Task | None = None,
    ) -> Message | None:
        """Write a briefing, whole or not at all; an earlier file of that name stays until the new one is complete.

        bounds: west, south, east, north of the map; None shows all items. paper: `A4` or `A3`, landscape, for PDF
        and PNG. base_map: the id of a map instead of the one that the user has chosen. Returns in one line what is
        not as it should be about the map, if anything. Raises Refused where the file cannot be written or there is
        too much for a briefing, and progress.Cancelled where the user stopped it.
        """
        imagery = self._imagery(base_map, asked=True) if base_map else self._imagery(self._base_map())
        data = self._bytes(kind, moment, bounds, title, paper, imagery, task)
        save_whole(path, data)
        return imagery.note if imagery else None

    def draw(
        self,
        *,
        kind: str,
        moment: Moment | None = None,
        bounds: Bounds | None = None,
        title: str = "",
        paper: str = "A4",
        task: Task | None = None,
    ) -> bytes:
        """The bytes of a briefing; see `save`."""
        return self._bytes(kind, moment, bounds, title, paper, self._imagery(self._base_map()), task)

    def _bytes(
        self,
        kind: str,
        moment: Moment | None,
        bounds: Bounds | None,
        title: str,
        paper: str,
        imagery: Imagery | None,
        task: Task | None,
    ) -> bytes:
        if kind not in KINDS or paper not in PAPERS:
            raise Refused(Message("There is no briefing of this kind."), where=f"{kind}, {paper}")
        progress = _Progress(task or Task())
        progress.step()
        entries = MOST_ITEMS if kind == "pdf" else LOG_ENTRIES
        content = self._content(moment or Moment(self._desk.now()), bounds, title, entries)
        with ExitStack() as opened:
            archives = [opened.enter_context(printed) for printed in self._printed()]
            progress.step()
            return self._drawn(kind, content, self._sources(archives, imagery), paper, progress)

    def _drawn(self, kind: str, content: Content, sources: Sources, paper: str, progress: _Progress) -> bytes:
        # Drawing libraries take a second to load, which only a briefing should cost.
        if kind == "html":
            from qroc_desktop.reports.html import draw_html

            return draw_html(content, sources, self._files, step=progress.step)
        from qroc_desktop.reports import print_map

        draw = print_map.draw_pdf if kind == "pdf" else print_map.draw_png
        return draw(content, sources, size=cast("print_map.Size", paper), step=progress.step)

    def _imagery(self, map_id: str, *, asked: bool = False) -> Imagery | None:
        """The chosen map where it is a raster map; one that is gone is no reason for no briefing."""
        from qroc_desktop.reports.imagery import Imagery

        entry = next((entry for entry in self._library.list() if entry.id == map_id), None)
        if entry is None and asked:
            raise Refused(Message("There is no such map."), where=map_id, kept=Message("No file was written."))
        return Imagery(PrintedPictures(entry, self._tiles)) if entry and entry.kind == "raster" else None

    def _sources(self, archives: list[PrintedMap], imagery: Imagery | None) -> Sources:
        from qroc_desktop.reports.base_map import MapStyle
        from qroc_desktop.reports.map_sheet import Sources

        style = MapStyle.load(self._files.maps / "styles" / "light.json")
        return Sources(self._symbols, self._kinds, style, archives, imagery)

    def _printed(self) -> list[PrintedMap]:
        """Vector maps on disk, the world first."""
        return sorted(self._library.printed(), key=lambda printed: printed.detailed)

    def _content(self, moment: Moment, bounds: Bounds | None, title: str, most: int) -> Content:
        picture = self._desk.picture
        visible = picture.visible_layers(moment)
        layers = picture.layers(moment)
        query = ItemQuery(layers=visible)
        count = self._desk.table.count(query, moment)
        if count > MOST_ITEMS:
            raise Refused(
                Message(
                    "A briefing shows at most {most} items; this picture has {count}.", most=MOST_ITEMS, count=count
                ),
                kept=Message("No file was written."),
                action=Message("Hide layers that the briefing does not need."),
            )
        entries = self._desk.logbook.entries(moment=moment, limit=most + 1)
        return Content(
            identity=self._desk.identity,
            layers=[layer for layer in layers if layer.id in visible],
            items=list(picture.items(query, moment)) if visible else [],
            entries=entries[:most],
            earlier_entries=len(entries) > most,
            moment=moment,
            made_at=self._desk.now(),
            title=title,
            hidden=[layer.name for layer in layers if layer.id not in visible],
            asked=bounds,
            zone=self._zone,
        )


class _Progress:
    """Turns steps of which nobody knows the number into progress that ends below the whole."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self._done = 0

    def step(self) -> None:
        """One step further; raises Cancelled where the user has had enough."""
        self._done = min(self._done + 1, _STEPS - 1)
        self._task.step(self._done, _STEPS)
