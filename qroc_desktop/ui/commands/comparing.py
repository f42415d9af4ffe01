"""Comparisons of received pictures: read off the GUI thread, shown in the panel and, if wished, on the map."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from qroc_desktop.domain.comparison import Difference, Fate
from qroc_desktop.mapview.widget import MapWidget
from qroc_desktop.services.comparing import Comparing, Comparison, State
from qroc_desktop.services.share_board import InRow
from qroc_desktop.ui.action_set import ActionSet
from qroc_desktop.ui.commands.mapping import around
from qroc_desktop.ui.sharing.comparison_panel import ComparisonPanel
from qroc_desktop.ui.sharing.comparison_words import legend_text, marks_of
from qroc_desktop.ui.sharing.seat import ShareSeat


@dataclass(frozen=True, slots=True)
class Read:
    """What was read for the panel."""

    states: list[State]
    earlier: list[State]
    found: Comparison | None


class CompareCommands:
    """The marks are on from the first comparison until somebody switches them off."""

    def __init__(
        self,
        seat: ShareSeat,
        panel: ComparisonPanel,
        map_: MapWidget,
        show_panel: Callable[[], None],
        actions: ActionSet,
    ) -> None:
        self._seat = seat
        self._bench = seat.bench
        self._panel = panel
        self._map = map_
        self._show_panel = show_panel
        self._on_map = actions["share.compare-marks"]
        self._shown = False
        self._comparing: Comparing | None = None
        actions.bind("view.comparison", self.show)
        actions.bind("share.compare-marks", self.switch)
        panel.on_map.clicked.connect(self._on_map.trigger)
        panel.asked.connect(self._ask)
        panel.chosen.connect(self._look_at)
        panel.unlock_asked.connect(self.show)
        seat.opened.connect(self._opened)
        seat.changed.connect(lambda _: self._follow())
        self._bench.cursor.changed.connect(lambda _: self._mark())

    def show(self) -> None:
        """The panel, with what came last."""
        self._show_panel()
        if self._panel.found is None:
            self._seat.with_keys(lambda _: self._ask("", None))

    def compare(self, row: InRow | None) -> None:
        """What this bundle made of the picture."""
        if row is not None:
            self._show_panel()
            self._ask(row.received.bundle, None)

    def switch(self) -> None:
        """Marks on or off; without a comparison the one of what came last is made."""
        self._shown = self._on_map.isChecked()
        if self._shown and self._panel.found is None:
            self.show()
        self._mark()

    # --- parts -----------------------------------------------------------------------------------

    def _ask(self, bundle: str, against: State | None, peer: str = "") -> None:
        works = self._seat.works
        if works is None:
            return
        if self._comparing is None:
            self._comparing = Comparing(self._bench.desk.workspace, works.exchange)
        comparing = self._comparing
        self._bench.background.read(lambda: _read(comparing, bundle, against, peer), self._read, key="compare")

    def _read(self, read: Read) -> None:
        first = self._panel.found is None
        if read.found is None:
            self._panel.show_nothing()
        else:
            names = {peer.centre: peer.name for peer in self._seat.overview.peers}
            self._panel.show_comparison(read.states, read.earlier, read.found, names)
            self._shown = self._shown or first
        self._mark()

    def _mark(self) -> None:
        found = self._panel.found
        on = self._shown and found is not None
        self._on_map.setChecked(on)
        self._panel.on_map.setChecked(on)
        if not on or found is None:
            self._map.set_comparison("", [])
            return
        names = {peer.centre: peer.name for peer in self._seat.overview.peers}
        past = not self._bench.cursor.live
        text = legend_text(found, names.get(found.after.peer, ""), self._bench.desk.clock(), past=past)
        self._map.set_comparison(text, marks_of(found))

    def _opened(self) -> None:
        if self._panel.found is None:
            self._panel.show_nothing()

    def _follow(self) -> None:
        """Something came in, or onto the picture: a panel that shows the newest of a centre goes on to the next."""
        if self._panel.isVisible() and self._panel.newest_chosen:
            found = self._panel.found
            self._ask("", None, found.after.peer if found else "")

    def _look_at(self, one: Difference) -> None:
        shape, before = one.latest.shape, one.before
        if one.fate is not Fate.GONE or one.shown:
            self._bench.selection.set([one.item])
        if shape is None:
            return
        lon, lat = shape.anchor()
        if one.fate is Fate.MOVED and before is not None and before.shape is not None:
            self._map.fit(around([shape.bounds(), before.shape.bounds()]) or shape.bounds())
        else:
            self._map.go_to(lon, lat)


def _read(comparing: Comparing, bundle: str, against: State | None, peer: str) -> Read:
    """Without a bundle the newest, of a centre where one is named."""
    states = comparing.states()
    if not states:
        return Read([], [], None)
    wanted = bundle or next((state.bundle for state in states if state.peer == peer), states[0].bundle)
    found = comparing.against(wanted, against) if against else comparing.compare(wanted)
    return Read(states, comparing.earlier(wanted), found)
