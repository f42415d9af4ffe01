"""Models on search sectors: a sighting, a search that found nobody, and how to share out hours."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from qroc_desktop.errors import Message, QrocError
from qroc_desktop.exercise.models.search import LAWS, Detection
from qroc_desktop.services.model_sketches import Sketch, percent_text, with_inputs
from qroc_desktop.services.training_models import Sweep
from qroc_desktop.translation import explained, said, tr
from qroc_desktop.ui.buttons import IconButton
from qroc_desktop.ui.measures import figures
from qroc_desktop.ui.models.kit import Kit, Mark, ModelForm, Table, Work, placed, put_number
from qroc_desktop.ui.models.position_field import PositionField
from qroc_desktop.ui.models.sectors import SectorBook, SectorTable
from qroc_desktop.ui.panels.details.fields import ChoiceField, LineField, NumberField
from qroc_desktop.ui.text import plain_label, set_state

SIGHTED = Message("Seen at")
HOURS, POD = 0, 1
"""Columns of the search's own."""


class WithinField(QWidget):
    """An area that he has not left, such as an isochrone: the selected one, or none."""

    changed = Signal()

    def __init__(self, kit: Kit) -> None:
        super().__init__()
        self._kit = kit
        self.item = ""
        theme, name = kit.bench.theme, tr("Only within the area")
        self.text = LineField(name, hint=tr("none; take the selected area"))
        self.text.setReadOnly(True)
        self.text.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # nothing can be typed there
        self.take = IconButton(theme, "square-mouse-pointer", tr("Take the selected area"))
        self.clear = IconButton(theme, "x", tr("Not within an area"))
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(theme.px(2))
        line.addWidget(self.text, 1)
        line.addWidget(self.take)
        line.addWidget(self.clear)
        self.setFocusProxy(self.take)
        self.take.clicked.connect(self.take_selected)
        self.clear.clicked.connect(lambda: self._put("", ""))
        self.clear.setEnabled(False)

    def take_selected(self) -> None:
        """The one selected item, where it is an area."""
        bench = self._kit.bench
        ids = bench.selection.ids
        if len(ids) != 1:
            self._refuse(tr("Select exactly one area first."))
            return
        try:
            self._kit.models.area_km2(ids[0])
        except QrocError as error:
            self._refuse(explained(error))
            return
        item = bench.desk.picture.item(ids[0])
        self._put(ids[0], (item.wording.title if item else "") or tr("Area"))

    def _put(self, item: str, name: str) -> None:
        self.item = item
        self.text.show_text(name)
        set_state(self.text, "wrong", "false")
        self.clear.setEnabled(bool(item))
        self.changed.emit()

    def _refuse(self, why: str) -> None:
        self.text.show_text("")
        self.text.setPlaceholderText(why)
        set_state(self.text, "wrong", "true")
        if self.item:
            self.item = ""
            self.clear.setEnabled(False)
            self.changed.emit()


class SightingForm(ModelForm):
    """What a sighting of some credibility does to the POA of sectors."""

    def __init__(self, kit: Kit, book: SectorBook) -> None:
        super().__init__(kit)
        self.book = book
        self.sectors = SectorTable(kit, book)
        self.place = PositionField(kit, said(SIGHTED))
        self.credibility = NumberField(tr("Credibility"), 0, 100, "0 – 100 %")
        self.sigma = NumberField(tr("Spread"), 1, 100_000, tr("m: how exact the place is"))
        self.within = WithinField(kit)
        self.form.addRow(self.sectors)
        self.row(said(SIGHTED), self.place)
        self.row(tr("Credibility") + " %", self.credibility)
        self.row(tr("Spread") + " m", self.sigma)
        self.row(tr("Only within"), self.within)
        self.place.pick_asked.connect(self.pick_asked)
        for part in (self.place, self.within, book):
            part.changed.connect(self.changed)
        for field in (self.credibility, self.sigma):
            field.edited.connect(self.changed)

    def asked(self) -> Work | str:
        poa, at, called = self.book.poa(), self.place.at, self.place.called
        credibility, sigma, within = self.credibility.number(), self.sigma.number(), self.within.item
        if isinstance(poa, str):
            return poa
        if at is None:
            return tr("Say where he was seen.")
        if credibility is None:
            return tr("Say how credible the sighting is, from 0 to 100 %.")
        if sigma is None:
            return tr("Say how exact the place is, in metres.")
        models, where = self.kit.models, placed("at", SIGHTED, at, called)
        return lambda: with_inputs(models.sighting(poa, at, sigma, credibility / 100, within), where)

    def marks(self) -> Sequence[Mark]:
        return [Mark(self.place.at, said(SIGHTED))] if self.place.at else []

    def goes_on(self) -> bool:
        return True

    def go_on(self, sketch: Sketch) -> bool:
        self.place.clear()
        self.book.take({one["id"]: one["poa"] for one in sketch.data["sectors"]})
        return True

    def table(self, sketch: Sketch) -> Table:
        rows: list[tuple[str, ...]] = [
            (str(one["name"]), percent_text(one["before"]), percent_text(one["poa"])) for one in sketch.data["sectors"]
        ]
        rows.append(_elsewhere(sketch, ()))
        return Table((tr("Sector"), tr("before"), tr("now")), tuple(rows))


class SweepFields:
    """How sectors are searched, in the rows of a form."""

    def __init__(self, form: ModelForm) -> None:
        self.width = NumberField(tr("Sweep width"), 0.1, 100_000, "m")
        self.speed = NumberField(tr("Speed of a searcher"), 0.01, 1000, "km/h")
        self.detection = ChoiceField[Detection](tr("Law of detection"), {law: said(name) for law, name in LAWS.items()})
        self.detection.show_choice(Detection.RANDOM)
        form.row(tr("Sweep width") + " W, m", self.width)
        form.row(tr("Speed") + " v, km/h", self.speed)
        form.row(tr("Law of detection"), self.detection)

    def sweep(self, hours: dict[str, float]) -> Sweep | None:
        """None where width or speed are not said."""
        width, speed = self.width.number(), self.speed.number()
        if width is None or speed is None:
            return None
        return Sweep(width, speed, hours, self.detection.chosen() or Detection.RANDOM)


class SearchForm(ModelForm):
    """POA after a search that found nobody; where nothing has been searched yet, POA as it is.

    A sector's POD is typed, or follows from the hours spent in it.
    """

    def __init__(self, kit: Kit, book: SectorBook) -> None:
        super().__init__(kit)
        self.book = book
        self.sectors = SectorTable(kit, book, ("t h", "POD %"))
        self.hint = plain_label(
            tr("t: hours of all searchers together; POD follows from it, or is typed. Empty: not searched."),
            role="muted", wrap=True,
        )  # fmt: skip
        self.within = WithinField(kit)
        self.form.addRow(self.sectors)
        self.form.addRow(self.hint)
        self.sweep = SweepFields(self)
        self.row(tr("Only within"), self.within)
        self.sectors.edited.connect(self._typed)
        book.changed.connect(self.changed)
        self.within.changed.connect(self.changed)
        for field in (self.sweep.width, self.sweep.speed, self.sweep.detection):
            field.edited.connect(self._swept)

    def asked(self) -> Work | str:
        poa, hours, pods = self.book.poa(), self._hours(), self._typed_pods()
        if isinstance(poa, str):
            return poa
        sweep = self.sweep.sweep(hours)
        if hours and sweep is None:
            return tr("Say sweep width and speed, so that the POD follows from the hours.")
        models, within = self.kit.models, self.within.item
        return lambda: models.search(poa, pods, within, sweep if hours else None)

    def goes_on(self) -> bool:
        return True

    def go_on(self, sketch: Sketch) -> bool:
        for item in self.book.sectors:
            for column in (HOURS, POD):
                self.sectors.own(item, column).show_number(None)
        self.book.take({one["id"]: one["poa"] for one in sketch.data["sectors"]})
        return True

    def table(self, sketch: Sketch) -> Table:
        found = sketch.data
        rows: list[tuple[str, ...]] = [
            (
                str(one["name"]),
                percent_text(one["before"]),
                percent_text(pod),
                percent_text(pos),
                percent_text(one["poa"]),
            )
            for one, pod, pos in zip(found["sectors"], found["pod"], found["pos"], strict=True)
        ]
        rows.append(_elsewhere(sketch, ("–", "–")))
        rows.append((tr("Together"), "100", "", percent_text(found["success"]), "100"))
        return Table((tr("Sector"), tr("POA before"), "POD", "POS", tr("POA now")), tuple(rows))

    def _hours(self) -> dict[str, float]:
        """Hours by sector, where the POD follows from them."""
        found = {item: self.sectors.own(item, HOURS).number() for item in self.book.sectors}
        return {item: hours for item, hours in found.items() if hours is not None}

    def _typed_pods(self) -> dict[str, float]:
        hours = self._hours()
        found = {item: self.sectors.own(item, POD).number() for item in self.book.sectors if item not in hours}
        return {item: percent / 100 for item, percent in found.items() if percent is not None and percent <= 100}

    def _typed(self, item: str, column: int) -> None:
        hours, pod = self.sectors.own(item, HOURS), self.sectors.own(item, POD)
        if column == POD:
            hours.show_number(None)
            set_state(pod, "wrong", "true" if pod.wrong or (pod.number() or 0) > 100 else "false")
        elif hours.number() is None:
            pod.show_number(None)
        self._swept()

    def _swept(self) -> None:
        """Show the POD that follows from hours."""
        hours = self._hours()
        sweep = self.sweep.sweep(hours)
        for item in hours:
            pod = self.sectors.own(item, POD)
            try:
                put_number(pod, None if sweep is None else round(100 * self.kit.models.pod(item, sweep)[1], 2))
            except QrocError:
                pod.show_number(None)  # it is told when the result is computed
        self.changed.emit()


class EffortForm(ModelForm):
    """How many hours each sector should get."""

    def __init__(self, kit: Kit, book: SectorBook) -> None:
        super().__init__(kit)
        self.book = book
        self.sectors = SectorTable(kit, book)
        self.form.addRow(self.sectors)
        self.sweep = SweepFields(self)
        self.hours = NumberField(tr("Hours of all searchers"), 0.01, 10_000, tr("h, of all together"))
        self.step = NumberField(tr("Step"), 0.01, 100, "h")
        put_number(self.step, 0.25)
        self.row(tr("Hours of all searchers"), self.hours)
        self.row(tr("Step") + " h", self.step)
        book.changed.connect(self.changed)
        for field in (self.sweep.width, self.sweep.speed, self.sweep.detection, self.hours, self.step):
            field.edited.connect(self.changed)

    def asked(self) -> Work | str:
        poa, sweep, hours, step = self.book.poa(), self.sweep.sweep({}), self.hours.number(), self.step.number()
        if isinstance(poa, str):
            return poa
        if sweep is None:
            return tr("Say sweep width and speed of a searcher.")
        if hours is None or step is None:
            return tr("Say how many hours there are, and in what steps to share them out.")
        models = self.kit.models
        return lambda: models.effort(poa, sweep.width_m, sweep.speed_kmh, hours, step_h=step, detection=sweep.detection)

    def table(self, sketch: Sketch) -> Table:
        rows = [
            (str(one["name"]), figures(one["hours"], 4), percent_text(one["pod"]), percent_text(one["pos"]))
            for one in sketch.data["sectors"]
        ]
        rows.append((tr("Together"), figures(sum(one["hours"] for one in sketch.data["sectors"]), 4), "",
                     percent_text(sketch.data["success"])))  # fmt: skip
        return Table((tr("Sector"), "t h", "POD", "POS"), tuple(rows))


def _elsewhere(sketch: Sketch, between: tuple[str, ...]) -> tuple[str, ...]:
    """The row of all that is no sector."""
    before = 1 - sum(one["before"] for one in sketch.data["sectors"])
    return (tr("Elsewhere"), percent_text(max(0.0, before)), *between, percent_text(sketch.data["outside"]))
