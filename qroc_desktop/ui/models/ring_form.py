"""The containment ring, by the times of day that an officer has."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from qroc_desktop.domain.state import Item
from qroc_desktop.errors import Message
from qroc_desktop.exercise.models.modes import CAR
from qroc_desktop.services.model_sketches import Sketch, with_inputs
from qroc_desktop.translation import said, tr
from qroc_desktop.ui.measures import figures
from qroc_desktop.ui.models.kit import Kit, Mark, ModelForm, Work, known_since, minutes, placed, time_of, timed
from qroc_desktop.ui.models.position_field import PositionField
from qroc_desktop.ui.panels.details.fields import NumberField, TimeField
from qroc_desktop.ui.text import plain_label

LKP = Message("Last known position")
SEEN = Message("Seen there at")
STANDS = Message("Ring stands at")


class RingForm(ModelForm):
    """R = v_max · (from when he was seen until the ring stands)."""

    def __init__(self, kit: Kit) -> None:
        super().__init__(kit)
        clock = kit.bench.desk.clock
        self.place = PositionField(kit, said(LKP))
        self.seen = TimeField(said(SEEN), clock, past=True)
        self.seen.setPlaceholderText(tr("14:05, 13:05Z, -30"))
        self.stands = TimeField(said(STANDS), clock)
        self.speed = NumberField(tr("Greatest speed"), 0.1, 1000, "km/h")
        self.speed.show_number(CAR.rural)
        self.speed_said = plain_label(
            tr("A car in the country, from memory, to be edited"), role="muted", wrap=True
        )
        self.spans = plain_label(role="muted", wrap=True)
        self.row(said(LKP), self.place)
        self.row(said(SEEN), self.seen)
        self.row(said(STANDS), self.stands)
        self.form.addRow("", self.spans)
        self.row(tr("Greatest speed") + ", km/h", self.speed)
        self.form.addRow("", self.speed_said)
        self.spans.hide()
        self.place.changed.connect(self._edited)
        self.place.pick_asked.connect(self.pick_asked)
        self.place.taken.connect(self._taken)
        for field in (self.seen, self.stands, self.speed):
            field.edited.connect(self._edited)

    def asked(self) -> Work | str:
        at, called, spans = self.place.at, self.place.called, self._spans()
        seen, stands, speed = time_of(self.seen), time_of(self.stands), self.speed.number()
        if at is None:
            return tr("Say where he was last seen.")
        if seen is None:
            return tr("Say when he was seen there.")
        if stands is None:
            return tr("Say when the ring stands: +15 is in 15 minutes.")
        if spans is None:
            return tr("The ring stands before he was seen.")
        if speed is None:
            return tr("Say how fast he can be, in km/h.")
        inputs = (placed("lkp", LKP, at, called), timed("seen", SEEN, seen), timed("stands", STANDS, stands))
        models = self.kit.models
        return lambda: with_inputs(_marked(models.containment(at, speed, *spans)), *inputs)

    def marks(self) -> Sequence[Mark]:
        return [Mark(self.place.at, said(LKP))] if self.place.at else []

    def _spans(self) -> tuple[float, float] | None:
        """Seconds since he was seen, and from now until the ring stands; None where it stands too early."""
        seen, stands = time_of(self.seen), time_of(self.stands)
        if seen is None or stands is None or stands <= seen:
            return None
        now = min(max(seen, self.kit.bench.desk.clock()), stands)
        return (now - seen) / 1e6, (stands - now) / 1e6

    def _taken(self, item: Item) -> None:
        if self.seen.time() is None:
            self.seen.show_time(known_since(item))
        self._edited()

    def _edited(self) -> None:
        spans = self._spans()
        self.spans.setVisible(spans is not None)
        if spans is not None:
            since, until = (minutes(round(span * 1e6)) for span in spans)
            self.spans.setText(
                tr(
                    "{since} min since then, {until} min until it stands",
                    since=figures(since, 4), until=figures(until, 4),
                )
            )  # fmt: skip
        self.speed_said.setVisible(self.speed.number() == CAR.rural)
        self.changed.emit()


def _marked(sketch: Sketch) -> Sketch:
    """The default speed is one that nobody has checked; the card says so."""
    inputs = tuple(
        dataclasses.replace(one, from_memory=one.value == CAR.rural) if one.key == "v_max" else one
        for one in sketch.card.inputs
    )
    return dataclasses.replace(sketch, card=dataclasses.replace(sketch.card, inputs=inputs))
