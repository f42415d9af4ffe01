"""What every form of a training model works with, and what a form is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QFormLayout, QWidget

from qroc_desktop.domain.coordinates import format_all
from qroc_desktop.domain.geodesy import LonLat
from qroc_desktop.domain.instant import Instant
from qroc_desktop.domain.state import Item
from qroc_desktop.errors import Message
from qroc_desktop.exercise.models.card import Input
from qroc_desktop.services.model_sketches import Sketch, number_text
from qroc_desktop.services.training_models import TrainingModels
from qroc_desktop.ui.bench import Bench
from qroc_desktop.ui.panels.details.fields import NumberField, TimeField
from qroc_desktop.ui.ports import PlaceBook
from qroc_desktop.ui.text import plain_label
from qroc_desktop.ui.times import MINUTE, both

LABEL_WIDTH = 150
Work = Callable[[], Sketch]


@dataclass(frozen=True, slots=True)
class Kit:
    """near: lon, lat of the middle of the map, for names of places that there are several of."""

    bench: Bench
    models: TrainingModels
    places: PlaceBook
    near: Callable[[], LonLat | None]


@dataclass(frozen=True, slots=True)
class Mark:
    """A place that went into the model, for the map."""

    at: LonLat
    text: str


@dataclass(frozen=True, slots=True)
class Table:
    """A result by rows; the first column is text, all others are figures."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class ModelForm(QWidget):
    """What goes into one model."""

    changed = Signal()
    pick_asked = Signal(object)
    """PositionField: a place is to be pointed at on the map."""

    def __init__(self, kit: Kit) -> None:
        super().__init__()
        self.kit = kit
        self.setObjectName("form")
        self.form = QFormLayout(self)
        self.form.setContentsMargins(0, 0, 0, 0)
        self.form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self.form.setVerticalSpacing(kit.bench.theme.px(6))

    def asked(self) -> Work | str:
        """What computes the result, in a worker's thread; or what has still to be said, in the user's language."""
        raise NotImplementedError

    def marks(self) -> Sequence[Mark]:
        """Places that go in."""
        return ()

    def table(self, sketch: Sketch) -> Table | None:
        """The result by rows, where it has some."""
        return None

    def go_on(self, sketch: Sketch) -> bool:
        """Begin the next step with what this one has given; False where there is no next step of it."""
        return False

    def goes_on(self) -> bool:
        """Whether `go_on` does something."""
        return False

    def row(self, name: str, field: QWidget) -> None:
        """A field with its name before it."""
        label = plain_label(name, role="muted", wrap=True)
        label.setFixedWidth(self.kit.bench.theme.px(LABEL_WIDTH))
        label.setBuddy(field)
        self.form.addRow(label, field)


def tick(name: str, on: bool, changed: Callable[[], object]) -> QCheckBox:
    """A box that says `changed`."""
    box = QCheckBox(name)
    box.setChecked(on)
    box.toggled.connect(lambda _: changed())
    return box


def placed(key: str, name: Message, at: LonLat, called: str) -> Input:
    """A place as an input of a card, by coordinate and by what it was called."""
    decimal = format_all(*at).decimal
    return Input(key, name, f"{decimal} ({called})" if called else decimal)


def timed(key: str, name: Message, at: Instant) -> Input:
    """A time of day as an input of a card."""
    return Input(key, name, both(at))


def time_of(field: TimeField) -> Instant | None:
    """The instant in a field; None for nothing, and for what is no time."""
    return None if field.wrong else field.time()


def known_since(item: Item) -> Instant:
    """When what an item tells of happened: as somebody said, else since when it is true."""
    return item.situation.starts or item.valid_from


def put_number(field: NumberField, value: float | None) -> None:
    """Show a number with the decimal sign of the user's language; the field reads either."""
    field.show_number(value)
    if value is not None:
        field.setText(number_text(value))


def minutes(span: int) -> float:
    """Microseconds as minutes."""
    return span / MINUTE
