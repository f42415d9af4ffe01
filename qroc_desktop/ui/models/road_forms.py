"""Models on the road graph: what can be reached, and whether one car can have been read twice."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence

from PySide6.QtWidgets import QLabel

from qroc_desktop.domain.instant import Instant, InstantError
from qroc_desktop.domain.state import Item
from qroc_desktop.errors import Message
from qroc_desktop.exercise.models.card import Input
from qroc_desktop.exercise.models.modes import CAR, MODES
from qroc_desktop.services.model_sketches import with_inputs
from qroc_desktop.translation import said, tr
from qroc_desktop.ui.measures import figures
from qroc_desktop.ui.models.blocks import BlockList, RoadBlock
from qroc_desktop.ui.models.kit import Kit, Mark, ModelForm, Work, known_since, minutes, placed, tick, time_of, timed
from qroc_desktop.ui.models.position_field import PositionField
from qroc_desktop.ui.panels.details.fields import ChoiceField, LineField, NumberField, TimeField
from qroc_desktop.ui.text import plain_label
from qroc_desktop.ui.times import both, brief, read_time

START = Message("Where he set out")
SET_OUT = Message("Set out at")
MOST_TIMES = 6
_LONGEST_MIN = 30 * 1440


def roads_line(kit: Kit) -> QLabel:
    """Says where there are roads to compute on, once that has been read."""
    label = plain_label(role="muted", wrap=True)

    def told(names: list[str]) -> None:
        label.setText(
            tr("Roads: {names}. Elsewhere there is no road graph, and nothing is computed.", names=", ".join(names))
            if names
            else tr("There is no road graph on this machine.")
        )

    kit.bench.background.read(kit.models.roads, told)
    return label


class IsochroneForm(ModelForm):
    """Times are minutes after he set out, or times of day."""

    def __init__(self, kit: Kit) -> None:
        super().__init__(kit)
        clock = kit.bench.desk.clock
        self.place = PositionField(kit, said(START))
        self.start = TimeField(said(SET_OUT), clock, past=True)
        self.mode = ChoiceField[str](tr("Way to travel"), {key: said(mode.name) for key, mode in MODES.items()})
        self.mode.show_choice(CAR.key)
        self.speed = NumberField(tr("One speed everywhere"), 0.1, 1000, tr("else by kind of road"))
        self.limits = LineField(tr("Within"), hint=tr("minutes or times: 5, 10, 14:30"), longest=60)
        self.limits.show_text("5, 10, 15")
        self.blocks = BlockList(kit)
        self.lawful = tick(tr("Heeds one-way streets and bans"), True, self.changed.emit)
        self.roads = tick(tr("Draw the roads reached as well"), False, self.changed.emit)
        self.row(said(START), self.place)
        self.row(said(SET_OUT), self.start)
        self.row(tr("Way to travel"), self.mode)
        self.row(tr("One speed everywhere") + ", km/h", self.speed)
        self.row(tr("Within") + ", min", self.limits)
        self.row(tr("Road blocks"), self.blocks)
        self.form.addRow("", self.lawful)
        self.form.addRow("", self.roads)
        self.form.addRow(roads_line(kit))
        self.place.changed.connect(self.changed)
        self.place.pick_asked.connect(self.pick_asked)
        self.place.taken.connect(self._taken)
        self.blocks.changed.connect(self.changed)
        for field in (self.start, self.mode, self.speed, self.limits):
            field.edited.connect(self.changed)

    def asked(self) -> Work | str:
        at, called, start = self.place.at, self.place.called, self._start()
        if at is None:
            return tr("Say where he set out.")
        if start is None:
            return tr("Say when he set out; nothing means now.")
        limits, blocks = self._limits(start), self.blocks.blocks
        if not limits:
            return tr("Say within how many minutes, or until when: up to {most} times.", most=MOST_TIMES)
        late = next((block.name for block in blocks if block.since is None), None)
        if late is not None:
            return tr("Say from when the road is closed: {name}.", name=late)
        if self.speed.wrong:
            return tr("Say how fast he can be, in km/h.")
        mode = MODES[self.mode.chosen() or CAR.key]
        speed = self.speed.number()
        mode = dataclasses.replace(
            mode if speed is None else mode.with_speed(speed), heeds_rules=self.lawful.isChecked()
        )
        standing = [(block.at, max(0.0, (block.since - start) / 1e6)) for block in blocks if block.since is not None]
        inputs = (placed("start", START, at, called), timed("set_out", SET_OUT, start), *_told(blocks))
        models, roads = self.kit.models, self.roads.isChecked()
        return lambda: with_inputs(models.isochrones(at, mode, limits, standing, roads=roads), *inputs)

    def marks(self) -> Sequence[Mark]:
        start = [Mark(self.place.at, said(START))] if self.place.at else []
        now = self.kit.bench.desk.clock()
        return start + [
            Mark(block.at, f"{block.name} · {brief(block.since, now)}" if block.since else block.name)
            for block in self.blocks.blocks
        ]

    def _start(self) -> Instant | None:
        if self.start.wrong:
            return None
        return self.start.time() or self.kit.bench.desk.clock()

    def _limits(self, start: Instant) -> list[float]:
        """Seconds after the start; empty where something is no time, or is none after it."""
        found = []
        for word in re.split(r"[,;\s]+", self.limits.text().strip()):
            if ":" in word:
                try:
                    seconds = (read_time(word, start) - start) / 1e6
                except InstantError:
                    return []
                # A time of day before he set out is that of the next day.
                seconds += 86_400 if seconds <= 0 else 0
            else:
                seconds = 60 * float(word) if re.fullmatch(r"\d{1,5}(\.\d{1,2})?", word) else 0.0
            if not 0 < seconds <= 60 * _LONGEST_MIN:
                return []
            found.append(seconds)
        return found if len(found) <= MOST_TIMES else []

    def _taken(self, item: Item) -> None:
        if self.start.time() is None:
            self.start.show_time(known_since(item))
        self.changed.emit()


def _told(blocks: Sequence[RoadBlock]) -> tuple[Input, ...]:
    """The blocks by name and time of day, for the card."""
    listed = "; ".join(f"{block.name} {both(block.since)}" for block in blocks if block.since is not None)
    return (Input("closed", Message("Closed from"), listed),) if listed else ()


FIRST = Message("First reading")
SECOND = Message("Second reading")
READ_FIRST = Message("First read at")
READ_SECOND = Message("Then read at")


class PlatesForm(ModelForm):
    """Two readings of one number plate, each with its place and time of day."""

    def __init__(self, kit: Kit) -> None:
        super().__init__(kit)
        clock = kit.bench.desk.clock
        self.first, self.second = PositionField(kit, said(FIRST)), PositionField(kit, said(SECOND))
        self.first_at = TimeField(said(READ_FIRST), clock, past=True)
        self.second_at = TimeField(said(READ_SECOND), clock, past=True)
        for time in (self.first_at, self.second_at):
            time.setPlaceholderText(tr("14:05, 13:05Z, -30"))
        self.speed = NumberField(tr("Greatest speed"), 0.1, 1000, "km/h")
        self.speed.show_number(CAR.motorway)
        self.span = plain_label(role="muted", wrap=True)
        self.row(said(FIRST), self.first)
        self.row(said(READ_FIRST), self.first_at)
        self.row(said(SECOND), self.second)
        self.row(said(READ_SECOND), self.second_at)
        self.form.addRow("", self.span)
        self.row(tr("Greatest speed") + ", km/h", self.speed)
        self.form.addRow(roads_line(kit))
        self.span.hide()
        for place, time in ((self.first, self.first_at), (self.second, self.second_at)):
            place.changed.connect(self._edited)
            place.pick_asked.connect(self.pick_asked)
            place.taken.connect(lambda item, time=time: self._taken(item, time))
            time.edited.connect(self._edited)
        self.speed.edited.connect(self._edited)

    def asked(self) -> Work | str:
        first, second = self.first.at, self.second.at
        earlier, later = time_of(self.first_at), time_of(self.second_at)
        speed = self.speed.number()
        if first is None or second is None:
            return tr("Say where the plate was read, both times.")
        if earlier is None or later is None:
            return tr("Say when the plate was read, both times.")
        if speed is None:
            return tr("Say how fast the car can be, in km/h.")
        inputs = (
            placed("first", FIRST, first, self.first.called), timed("first_at", READ_FIRST, earlier),
            placed("second", SECOND, second, self.second.called), timed("second_at", READ_SECOND, later),
        )  # fmt: skip
        models, seconds = self.kit.models, (later - earlier) / 1e6
        return lambda: with_inputs(models.plausibility(first, second, seconds, speed), *inputs)

    def marks(self) -> Sequence[Mark]:
        pairs = ((self.first, FIRST), (self.second, SECOND))
        return [Mark(place.at, said(name)) for place, name in pairs if place.at]

    def _taken(self, item: Item, time: TimeField) -> None:
        if time.time() is None:
            time.show_time(known_since(item))
        self._edited()

    def _edited(self) -> None:
        earlier, later = time_of(self.first_at), time_of(self.second_at)
        known = earlier is not None and later is not None
        self.span.setVisible(known)
        if earlier is not None and later is not None:
            self.span.setText(tr("{span} min between the readings", span=figures(minutes(later - earlier), 4)))
        self.changed.emit()
