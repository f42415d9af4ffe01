"""Training models from the menu: one dialog for each, one result on the map at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from qroc_desktop.domain.geodesy import LonLat
from qroc_desktop.domain.query import Outcome
from qroc_desktop.domain.shape import Bounds
from qroc_desktop.errors import Message
from qroc_desktop.mapview.messages import Drawn
from qroc_desktop.mapview.widget import MapWidget
from qroc_desktop.services.training_models import TrainingModels
from qroc_desktop.translation import tr
from qroc_desktop.ui.action_set import ActionSet
from qroc_desktop.ui.bench import Bench
from qroc_desktop.ui.commands.mapping import around
from qroc_desktop.ui.models.card_dialog import CardDialog
from qroc_desktop.ui.models.dialog import ModelDialog
from qroc_desktop.ui.models.kit import Kit, ModelForm
from qroc_desktop.ui.models.position_field import PositionField
from qroc_desktop.ui.models.ring_form import RingForm
from qroc_desktop.ui.models.road_forms import IsochroneForm, PlatesForm
from qroc_desktop.ui.models.sector_forms import EffortForm, SearchForm, SightingForm
from qroc_desktop.ui.models.sectors import SectorBook
from qroc_desktop.ui.ports import PlaceBook

TITLES: Final[Mapping[str, Message]] = {
    "model.ring": Message("Containment ring"),
    "model.isochrone": Message("Isochrone on the road graph"),
    "model.plates": Message("Plausibility of two number plate readings"),
    "model.sighting": Message("Sighting on a probability map"),
    "model.search": Message("Search of sectors"),
    "model.effort": Message("Share out hours of search"),
}


SPECK: Final = 0.05
"""A result that takes less of the map's width and height than this cannot be read."""


class ModelCommands:
    """A dialog keeps what was typed for as long as the window is open; the sectors are one list for all of them."""

    def __init__(
        self,
        window: QWidget,
        bench: Bench,
        map_: MapWidget,
        places: PlaceBook,
        models: TrainingModels,
        actions: ActionSet,
    ) -> None:
        self._window = window
        self._map = map_
        self._kit = Kit(bench, models, places, self._middle)
        self.book = SectorBook(bench, models, window)
        self.dialogs: dict[str, ModelDialog] = {}
        self._asking: PositionField | None = None
        for action in TITLES:
            actions.bind(action, partial(self.show, action))
        actions.bind("model.card", self.card)
        map_.drawn.connect(self._pointed)
        map_.tool_ended.connect(self._tool_ended)
        bench.cursor.changed.connect(lambda _: self._moved())

    def show(self, action: str) -> None:
        """The dialog of a model, in place of that of another one."""
        for name, other in self.dialogs.items():
            if name != action:
                other.hide()
        if action not in self.dialogs:
            self.dialogs[action] = self._made(action)
        dialog = self.dialogs[action]
        dialog.show()
        dialog.raise_()
        dialog.activateWindow()

    def card(self) -> None:
        """What the selected result was computed from, as it stands on the item."""
        bench = self._kit.bench
        item = bench.desk.picture.item(bench.selection.ids[0], bench.cursor.moment)
        if item is None or not item.wording.description:
            bench.notices.info(tr("The selected item has no card: it is not the result of a model."))
        else:
            CardDialog(item, bench.theme, self._window).open()

    def on_change(self, outcome: Outcome) -> None:
        """Something was recorded: sectors may have other edges now."""
        self.book.follow(outcome.items)

    def close(self) -> None:
        """The window goes."""
        for dialog in self.dialogs.values():
            dialog.hide()

    # --- parts ---------------------------------------------------------------------------------

    def _made(self, action: str) -> ModelDialog:
        makes: dict[str, Callable[[], ModelForm]] = {
            "model.ring": lambda: RingForm(self._kit),
            "model.isochrone": lambda: IsochroneForm(self._kit),
            "model.plates": lambda: PlatesForm(self._kit),
            "model.sighting": lambda: SightingForm(self._kit, self.book),
            "model.search": lambda: SearchForm(self._kit, self.book),
            "model.effort": lambda: EffortForm(self._kit, self.book),
        }
        dialog = ModelDialog(self._kit, TITLES[action], makes[action](), self._window)
        dialog.shown.connect(self._map.set_model)
        dialog.fit_asked.connect(lambda bounds: self._map.fit(around([bounds]) or bounds))
        dialog.answered.connect(self._bring_into_view)
        dialog.pick_asked.connect(self._pick)
        dialog.hidden.connect(self._leave)
        return dialog

    def _bring_into_view(self, bounds: Bounds) -> None:
        """Go there where nothing of it is seen, or no more than a speck."""
        view = self._map.view
        if view is None:
            return
        west, south, east, north = view.bounds
        apart = bounds[2] < west or bounds[0] > east or bounds[3] < south or bounds[1] > north
        speck = max((bounds[2] - bounds[0]) / (east - west), (bounds[3] - bounds[1]) / (north - south)) < SPECK
        if apart or speck:
            self._map.fit(around([bounds]) or bounds)

    def _middle(self) -> LonLat | None:
        view = self._map.view
        return (view.lon, view.lat) if view else None

    def _pick(self, field: PositionField) -> None:
        """Point at it on the map; asked again it is let be."""
        if self._asking is field:
            self._map.cancel_tool()
            return
        if self._asking is not None:
            self._asking.pick.setChecked(False)
        self._asking = field
        field.pick.setChecked(True)
        self._window.activateWindow()
        self._map.start_tool("pick")

    def _pointed(self, event: Drawn) -> None:
        field = self._asking
        if event.tool != "pick" or field is None:
            return
        field.put(event.shape.anchor())
        field.window().activateWindow()
        field.pick.setFocus(Qt.FocusReason.OtherFocusReason)

    def _tool_ended(self, tool: str, _finished: bool) -> None:
        if tool == "pick" and self._asking is not None:
            self._asking.pick.setChecked(False)
            self._asking = None

    def _leave(self) -> None:
        if self._asking is not None:
            self._map.cancel_tool()

    def _moved(self) -> None:
        for dialog in self.dialogs.values():
            dialog.on_moment()
