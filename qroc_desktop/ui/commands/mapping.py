"""The map: where it looks, what it measures, how it is drawn over."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from qroc_desktop.domain.query import ItemQuery, Moment
from qroc_desktop.domain.shape import Bounds
from qroc_desktop.mapview.messages import Boxed, Clicked, Measured
from qroc_desktop.mapview.widget import MapWidget
from qroc_desktop.services.desk import Desk
from qroc_desktop.translation import tr
from qroc_desktop.ui.action_set import ActionSet
from qroc_desktop.ui.bench import Bench
from qroc_desktop.ui.measures import area_text, length_text
from qroc_desktop.ui.ports import Dialogs
from qroc_desktop.ui.status_bar import Status

POINT_ZOOM = 14.0
MARGIN = 0.08
WORLD = (-180.0, -90.0, 180.0, 90.0)
FEW = 500
SMALLEST = 0.004
"""Degrees: one point is shown with its surroundings."""


class MapCommands:
    """Also keeps the selection of map and window in step."""

    def __init__(
        self,
        window: QWidget,
        bench: Bench,
        map_: MapWidget,
        dialogs: Dialogs,
        status: Status,
        actions: ActionSet,
    ) -> None:
        self._window = window
        self._bench = bench
        self._map = map_
        self._dialogs = dialogs
        self._status = status
        for name, does in (
            ("map.box", lambda: map_.start_tool("box")),
            ("map.measure", lambda: map_.start_tool("measure")),
            ("map.measure-area", lambda: map_.start_tool("measure-area")),
            ("map.cancel", self.cancel),
            ("map.go-to", self.go_to),
            ("map.fit-all", self.fit_all),
            ("map.fit-selection", self.fit_selection),
            ("map.reload", map_.reload),
            ("view.map", lambda: map_.setFocus(Qt.FocusReason.ShortcutFocusReason)),
        ):
            actions.bind(name, does)
        map_.pointer.connect(status.show_pointer)
        map_.view_changed.connect(lambda view: status.show_view(view.lat, view.zoom))
        map_.clicked.connect(self._clicked)
        map_.boxed.connect(self._boxed)
        map_.measured.connect(self._measured)
        map_.tool_changed.connect(lambda step: status.tool.setText(tool_hint(step.tool, step.step)))
        map_.tool_ended.connect(lambda *_: status.tool.setText(""))
        map_.troubled.connect(self._troubled)
        bench.selection.changed.connect(map_.select)
        bench.selection.changed.connect(lambda ids: status.show_selected(len(ids)))

    def cancel(self) -> None:
        """End the tool; with none, nothing is selected any more."""
        self._map.cancel_tool()
        self._map.set_overlay([])
        self._status.tool.setText("")
        self._status.show_measured("")

    def go_to(self) -> None:
        """Ask for a place and show it."""
        view = self._map.view
        place = self._dialogs.go_to(self._window, (view.lon, view.lat) if view else None)
        if place:
            self._map.go_to(place.lon, place.lat, place.zoom, place.name)

    def fit_all(self) -> None:
        """Show everything on visible layers."""
        desk, moment = self._bench.desk, self._bench.cursor.moment
        self._bench.background.read(lambda: bounds_of_all(desk, moment), self._fit, key="fit")

    def fit_selection(self) -> None:
        """Show all that is selected."""
        desk, moment, ids = self._bench.desk, self._bench.cursor.moment, self._bench.selection.ids

        def positions() -> Bounds | None:
            items = (desk.picture.item(item, moment) for item in ids)
            return around([item.shape.bounds() for item in items if item and item.shape])

        self._bench.background.read(positions, self._fit, key="fit")

    def _fit(self, bounds: Bounds | None) -> None:
        if bounds is None:
            self._bench.notices.info(tr("There is nothing with a position to show."))
        else:
            self._map.fit(bounds)

    def _clicked(self, event: Clicked) -> None:
        hit = self._hit(event)
        if event.control:
            self._bench.selection.toggle(hit)
        elif event.shift:
            self._bench.selection.add(hit)
        else:
            self._bench.selection.set(hit)

    def _hit(self, event: Clicked) -> list[str]:
        """Of several items under the pointer the topmost; clicked again, the next one below the selected one."""
        selected = self._bench.selection.ids
        plain = not (event.control or event.shift)
        if not (plain and len(selected) == 1 and selected[0] in event.ids):
            return event.ids[:1]
        following = event.ids.index(selected[0]) + (0 if event.double else 1)
        return [event.ids[following % len(event.ids)]]

    def _boxed(self, event: Boxed) -> None:
        """A box takes everything in it, also what was drawn as a cluster."""
        desk, moment, bounds, add = self._bench.desk, self._bench.cursor.moment, event.bounds, event.shift

        def inside() -> Sequence[str]:
            query = ItemQuery(bounds=bounds, layers=desk.picture.visible_layers(moment))
            return desk.table.ids(query, moment, order="priority", descending=False)

        def select(ids: Sequence[str]) -> None:
            self._bench.selection.add(ids) if add else self._bench.selection.set(ids)

        self._bench.background.read(inside, select, key="box")

    def _measured(self, event: Measured) -> None:
        """In the status line while it grows; at the end as a notice, to be copied into the logbook."""
        text = measured_text(event.length_m, event.area_m2)
        self._status.show_measured(text)
        if event.done:
            self._bench.notices.info(text, (tr("Copy"), lambda: QGuiApplication.clipboard().setText(text)))

    def _troubled(self, code: str) -> None:
        if code == "reloaded":
            self._bench.notices.warning(tr("The map had to be loaded again. Nothing was lost."))
        elif code == "given-up":
            self._bench.notices.warning(
                tr("The map does not draw. Table, logbook and everything else work on."),
                (tr("Load the map again"), self._map.reload),
            )
        else:
            self._bench.notices.warning(tr("The map could not read the picture. F5 loads it again."))


def bounds_of_all(desk: Desk, moment: Moment | None) -> Bounds | None:
    """A box around everything on visible layers; None where nothing has a position."""
    # Clusters tell where a million items are; few items are looked at one by one, with all their extent.
    view = desk.picture.view(WORLD, 0, moment, limit=FEW)
    boxes = [cluster.bounds for cluster in view.clusters]
    for row in view.rows:
        item = desk.picture.item(row.id, moment) if row.extent else None
        if item and item.shape:
            boxes.append(item.shape.bounds())
        elif row.lon is not None and row.lat is not None:
            boxes.append((row.lon, row.lat, row.lon, row.lat))
    return around(boxes)


def around(boxes: Sequence[Bounds]) -> Bounds | None:
    """A box around boxes, with a margin; None for none."""
    if not boxes:
        return None
    west, south = min(b[0] for b in boxes), min(b[1] for b in boxes)
    east, north = max(b[2] for b in boxes), max(b[3] for b in boxes)
    wide, high = max((east - west) * MARGIN, SMALLEST), max((north - south) * MARGIN, SMALLEST)
    return (max(-180.0, west - wide), max(-85.0, south - high), min(180.0, east + wide), min(85.0, north + high))


def measured_text(length_m: float, area_m2: float) -> str:
    """What was measured: `Length 688.4 km`, with the area where there is one."""
    length = tr("Length {m}", m=length_text(length_m))
    return f"{tr('Area {m}', m=area_text(area_m2))} · {length}" if area_m2 else length


def tool_hint(tool: str, step: str) -> str:
    """What to do next with a tool."""
    if step == "edit":
        return tr("Drag the points. Enter finishes, Esc gives up.")
    if step == "radius":
        return tr("Move and click for the radius. Esc gives up.")
    if step == "first":
        return tr("Click on the map, or move the crosshair with the arrow keys and press Enter. Esc gives up.")
    if tool == "box":
        return tr("Drag a box around what you want to select.")
    return tr("Click for the next point. Enter or a double click finishes, Esc gives up.")
