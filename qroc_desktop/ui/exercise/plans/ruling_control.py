"""The director's hand on a plan: the bar under its legs, pointing on the map, and the ways that are found for it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final, Literal

import msgspec
from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from qroc_desktop.domain.geodesy import LonLat
from qroc_desktop.domain.shape import Shape
from qroc_desktop.errors import Refused
from qroc_desktop.exercise import ruling
from qroc_desktop.exercise.events import Proposed
from qroc_desktop.exercise.scenario import Budget
from qroc_desktop.mapview.messages import Drawn
from qroc_desktop.mapview.widget import MapWidget
from qroc_desktop.services.exercise.plan_drafts import RulingDraft, RulingFile, RulingLeg, Rulings
from qroc_desktop.services.road_graphs import RoadGraphs
from qroc_desktop.translation import tr
from qroc_desktop.ui.bench import Bench
from qroc_desktop.ui.exercise.plans.ruling import Ruling, gone, laid
from qroc_desktop.ui.exercise.plans.ruling_bar import RulingBar
from qroc_desktop.ui.exercise.plans.table import LegsView
from qroc_desktop.ui.measures import length_text
from qroc_desktop.ui.own_keys import took_key

Key = tuple[str, int]
FAR_M: Final = 100.0
"""From so far beside the way on it is said where the leg ends."""
_Pointing = tuple[Key, int, Literal["way", "stop"]]


class RulingControl(QObject):
    """`changed`: the plan that is looked at is ruled otherwise than a moment ago. Without a map nothing can be pointed
    at, without roads every way is straight."""

    changed = Signal()

    def __init__(
        self, bench: Bench, legs: LegsView, map_: MapWidget | None, roads: RoadGraphs | None, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._bench, self._legs, self._map, self._roads = bench, legs, map_, roads
        self.bar = RulingBar(bench.theme)
        self._file = RulingFile(bench.desk.workspace.path)
        self._kept: Rulings | None = None
        self._made: dict[Key, Ruling] = {}
        self._key: Key | None = None
        self._start: LonLat | None = None
        self._shown: tuple[Key | None, int] = (None, -1)
        self._pointing: _Pointing | None = None
        self._connect()
        bench.background.read(self._file.read, self._resume, failed=lambda: self._resume(()))

    # --- what is ruled -----------------------------------------------------------------------------

    def look_at(self, key: Key, budget: Budget, start: LonLat | None, proposed: Proposed) -> Ruling | None:
        """The plan that is looked at; None while nobody knows where it begins. start: lon, lat."""
        self._key, self._start = key, start
        if start is None:
            return None
        self.bar.offer(budget)
        if key not in self._made:
            self._made[key] = Ruling(budget, start, proposed.legs)
            self._go_on(key)
        return self._made[key]

    def leave(self) -> None:
        """No plan is looked at."""
        self._key = self._start = None
        self.show()

    def keep(self, keys: set[Key]) -> None:
        """These plans still wait, and no others."""
        if self._made.keys() <= keys and all((one.entity, one.t) in keys for one in self._kept or ()):
            return  # asked every half second: mostly nothing is gone
        before = self._drafts()
        self._made = {key: made for key, made in self._made.items() if key in keys}
        if self._kept is not None:
            self._kept = tuple(one for one in self._kept if (one.entity, one.t) in keys)
        if self._drafts() != before:
            self._keep()

    def show(self) -> None:
        """Fill the bar with the leg that is chosen, unless somebody is at it."""
        number, made = self._number(), self._ruling()
        if self.bar.busy and self._shown == (self._key, number):
            return
        self._shown = (self._key, number)
        at = made.find(number) if made is not None else -1
        edit = made.edits[at] if made is not None and at >= 0 else None
        self.bar.show_leg(edit, number, touched=made is not None and made.touched)

    # --- what a person does ------------------------------------------------------------------------

    def point_way(self) -> None:
        """Another way for the leg: point at it on the map, from where the leg begins."""
        edit, made = self._edit(), self._ruling()
        if edit is None or made is None or self._start is None or self._map is None or not edit.leg.intent.points:
            return
        self._point("way")
        self._map.start_leg(made.start_of(edit.leg.asked, self._start))

    def point_stop(self) -> None:
        """The leg ends early, and with it the plan: point at where."""
        edit = self._edit()
        if edit is None or self._map is None or not edit.leg.intent.points:
            return
        self._point("stop")
        self._map.start_tool("pick")

    def drop(self) -> None:
        """Take the leg out."""
        made = self._ruling()
        if made is not None and made.find(self._number()) >= 0:
            made.without(self._number())
            self._renewed()

    def back(self) -> None:
        """Take the last step back."""
        if (made := self._ruling()) is not None and made.touched:
            made.back()
            self._renewed()

    def reset(self) -> None:
        """As red asked for it."""
        if (made := self._ruling()) is not None:
            made.reset()
            self._renewed()

    # --- parts ---------------------------------------------------------------------------------------

    def _ruling(self) -> Ruling | None:
        return self._made.get(self._key) if self._key is not None and self._start is not None else None

    def _resume(self, kept: Rulings) -> None:
        """What was being made when the window was last open."""
        self._kept = kept
        for key in self._made:
            self._go_on(key)
        if self._drafts() != kept:
            self._keep()
        self.changed.emit()

    def _go_on(self, key: Key) -> None:
        for one in self._kept or ():
            if (one.entity, one.t) == key:
                self._made[key].resume(one.legs)

    def _drafts(self) -> Rulings:
        """What is being made, and what was kept of plans that nobody has looked at since."""
        unseen = [one for one in self._kept or () if (one.entity, one.t) not in self._made]
        made = [
            RulingDraft(entity=entity, t=t, legs=made.edits)
            for (entity, t), made in self._made.items()
            if made.touched
        ]
        return (*unseen, *made)

    def _keep(self) -> None:
        """Nothing that is being ruled is lost with the window; nothing is written over what has not been read."""
        if self._kept is not None:
            drafts = self._drafts()
            self._bench.background.write(lambda: self._file.write(drafts))

    def _number(self) -> int:
        row = self._legs.current()
        return row.number if row is not None else 0

    def _edit(self) -> RulingLeg | None:
        made, number = self._ruling(), self._number()
        at = made.find(number) if made is not None else -1
        return made.edits[at] if made is not None and at >= 0 else None

    def _change(self, does: Callable[[RulingLeg], RulingLeg], number: int = 0) -> None:
        made = self._ruling()
        if made is not None and made.change(number or self._number(), does):
            self._renewed()

    def _renewed(self) -> None:
        """Show it at once, and find the ways that follow roads anew."""
        self._shown = (None, -1) if not self.bar.busy else self._shown
        self._keep()
        self.changed.emit()
        made, start, roads = self._ruling(), self._start, self._roads
        if made is None or start is None or roads is None or not any(edit.roads for edit in made.edits):
            return
        before = made.edits

        def found(edits: tuple[RulingLeg, ...]) -> None:
            if made.edits == before and edits != before:
                made.put(edits, step=False)
                self._keep()
                self.changed.emit()

        self._bench.background.read(lambda: laid(roads, start, before), found)

    def _typed(self) -> None:
        self._change(self.bar.applied)

    def _roads_asked(self, along: bool) -> None:
        def by_road(edit: RulingLeg) -> RulingLeg:
            points = edit.leg.intent.points
            return gone(edit, places=edit.places or points[-1:], roads=along)

        def straight(edit: RulingLeg) -> RulingLeg:
            """By the places that were pointed at; where there are none, as red goes."""
            asked = made.asked[edit.leg.asked - 1].points if made is not None else ()
            own = gone(edit, places=edit.places or asked, roads=False)
            return gone(edit, places=asked, roads=False) if edit.places == asked[-1:] else own

        made = self._ruling()
        self._change(by_road if along else straight)

    def _point(self, what: Literal["way", "stop"]) -> None:
        if self._key is not None:
            self._pointing = (self._key, self._number(), what)

    def _drawn_way(self, shape: Shape) -> None:
        """Its first place is where the leg begins."""
        places = tuple((float(lon), float(lat)) for lon, lat, *_ in shape.positions())[1:]
        if self._pointed_at("way") and places:
            roads = self.bar.roads.isChecked()
            self._change(lambda edit: gone(edit, places=places, roads=roads), self._pointing_number())
        self._pointing = None
        self._legs.setFocus()

    def _drawn(self, event: Drawn) -> None:
        if event.tool != "pick" or not self._pointed_at("stop"):
            return
        made, start, number = self._ruling(), self._start, self._pointing_number()
        self._pointing = None
        if made is not None and start is not None:
            self._stop(made, made.start_of(number, start), number, event.shape.anchor())
        self._legs.setFocus()

    def _stop(self, made: Ruling, begins: LonLat, number: int, place: LonLat) -> None:
        """What comes after it does not happen."""
        edit = made.edits[made.find(number)]
        try:
            points, metres = ruling.stopped(begins, edit.leg.intent.points, place)
        except Refused as refused:
            self._bench.notices.error(refused)
            return
        intent = msgspec.structs.replace(edit.leg.intent, points=points)
        # Straight along what is left: the road would be looked for only to the end of it.
        ended = RulingLeg(leg=ruling.gone_otherwise(edit.leg, intent), along=edit.along)
        made.put((*(other for other in made.edits if other.leg.asked < number), ended))
        if metres > FAR_M:
            self._bench.notices.info(
                tr("The leg does not lead there; it ends where it comes nearest, {metres} away.",
                   metres=length_text(metres))
            )  # fmt: skip
        self._renewed()

    def _pointed_at(self, what: str) -> bool:
        """Whether it was asked for, of the plan that is still looked at."""
        made = self._ruling()
        if self._pointing is None or made is None:
            return False
        key, number, asked = self._pointing
        return asked == what and key == self._key and made.find(number) >= 0

    def _pointing_number(self) -> int:
        return self._pointing[1] if self._pointing is not None else 0

    def _tool_ended(self, tool: str, _finished: bool) -> None:
        if self._pointing is not None and tool == {"way": "leg", "stop": "pick"}[self._pointing[2]]:
            self._pointing = None

    def _connect(self) -> None:
        self.bar.changed.connect(self._typed)
        self.bar.roads_asked.connect(self._roads_asked)
        self.bar.way_asked.connect(self.point_way)
        self.bar.stop_asked.connect(self.point_stop)
        self.bar.drop_asked.connect(self.drop)
        self.bar.back_asked.connect(self.back)
        self.bar.reset_asked.connect(self.reset)
        self._legs.installEventFilter(self)
        if self._map is not None:
            self._map.leg_drawn.connect(self._drawn_way)
            self._map.drawn.connect(self._drawn)
            self._map.tool_ended.connect(self._tool_ended)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys of the legs come before those of the window: there they mean legs, not items."""
        return took_key(event, self._key_does) or super().eventFilter(watched, event)

    def _key_does(self, event: QKeyEvent) -> Callable[[], object] | None:
        none, ctrl = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier
        keys: dict[tuple[object, int], Callable[[], object]] = {
            (none, Qt.Key.Key_Insert): self.point_way,
            (none, Qt.Key.Key_S): self.point_stop,
            (none, Qt.Key.Key_Delete): self.drop,
            (none, Qt.Key.Key_Backspace): self.back,
            (ctrl, Qt.Key.Key_Z): self.back,
            (none, Qt.Key.Key_M): partial(self._focus, self.bar.mode),
            (none, Qt.Key.Key_Plus): partial(self._focus, self.bar.extra),
            (none, Qt.Key.Key_W): partial(self._focus, self.bar.after),
        }
        return keys.get((event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier, event.key()))

    def _focus(self, field: QWidget) -> None:
        if field.isVisible() and field.isEnabled():
            field.setFocus(Qt.FocusReason.ShortcutFocusReason)
