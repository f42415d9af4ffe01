"""A new item in a few keys: what it is, how urgent, what to call it, Enter."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from qroc_desktop.domain.aspects import AspectValue, Nature, Situation, Wording
from qroc_desktop.domain.coordinates import format_all
from qroc_desktop.domain.instant import Instant
from qroc_desktop.domain.shape import Shape, point
from qroc_desktop.domain.state import Layer
from qroc_desktop.domain.vocabulary import Aspect, ItemType, Priority, Status
from qroc_desktop.domain.words import PRIORITIES, STATUSES, TYPES
from qroc_desktop.services.places import Destination
from qroc_desktop.symbology import Kind
from qroc_desktop.translation import said, tr
from qroc_desktop.ui.bench import Bench
from qroc_desktop.ui.buttons import one_stop
from qroc_desktop.ui.kind_field import KindPalette
from qroc_desktop.ui.panels.details.fields import ChoiceField, LineField, TimeField
from qroc_desktop.ui.panels.details.place_section import shape_words
from qroc_desktop.ui.ports import PlaceBook
from qroc_desktop.ui.signs import PrioritySign
from qroc_desktop.ui.text import plain_label, set_state, tip

SYMBOL = 64
TYPING_PAUSE_MS = 150


@dataclass(frozen=True, slots=True)
class NewItem:
    """What is to be created."""

    aspects: dict[Aspect, AspectValue]
    layer: str | None
    since: Instant | None = None
    """Since when it is so; None: from now."""


class QuickEntry(QDialog):
    """Enter goes on and creates at the end; 1 to 4 in the search, Alt+1 to Alt+4 anywhere set the priority."""

    asked = Signal(object)
    """NewItem"""

    def __init__(
        self,
        bench: Bench,
        type_: ItemType,
        shape: Shape | None,
        layers: list[Layer],
        parent: QWidget,
        places: PlaceBook,
        *,
        guessed: bool = False,
    ) -> None:
        """guessed: nobody pointed at `shape`; it is the middle of the map, and the form says so."""
        super().__init__(parent)
        self.setWindowTitle(tr("New: {type}", type=said(TYPES[type_])))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._bench = bench
        self._type = type_
        self._shape = shape
        self._places = places
        self._guessed = guessed
        self.kinds = KindPalette(bench.kinds, bench.icons, bench.theme)
        self.title = LineField(tr("Title"), hint=tr("Title: what, in a few words"))
        self.place = LineField(tr("Place"), hint=tr("Place, in words"))
        self.position = LineField(tr("Position"), hint=tr("Coordinate or name of a place"))
        self.where = plain_label(role="muted", wrap=True)
        self.since = TimeField(tr("True since"), bench.desk.clock, past=True)
        self.status = ChoiceField[Status](tr("Status"), {k: said(w) for k, w in STATUSES.items()})
        self.layer = ChoiceField[str](tr("Layer"), {la.id: la.name for la in reversed(layers) if not la.locked})
        self.symbol = plain_label()
        self.kind_name = plain_label(role="title", wrap=True)
        self.priorities: dict[Priority, QToolButton] = {}
        self.create_button = QPushButton(tr("Create"))
        self.cancel = QPushButton(tr("Cancel"))
        self._make_priorities()
        self._lay_out()
        self._connect()
        self._begin()

    @property
    def priority(self) -> Priority:
        """What is chosen."""
        return next(priority for priority, button in self.priorities.items() if button.isChecked())

    def new_item(self) -> NewItem | None:
        """What would be created; None where something is missing or cannot be read."""
        kind, shape = self.kinds.current(), self._placed()
        if shape is None or kind is None or self.since.wrong:
            return None
        aspects: dict[Aspect, AspectValue] = {
            Aspect.NATURE: Nature(type=self._type, kind=kind.code.replace("-.-", "-u-", 1)),
            Aspect.SITUATION: Situation(
                status=self.status.chosen() or Status.UNCONFIRMED, priority=self.priority
            ),
            Aspect.WORDING: Wording(title=self.title.text().strip() or tr(kind.name), place=self.place.text().strip()),
            Aspect.SHAPE: shape,
        }
        return NewItem(aspects, self.layer.chosen(), self.since.time())

    def _placed(self) -> Shape | None:
        if self._shape is not None and self._shape.type != "Point":
            return self._shape
        if self._untouched():
            return self._shape
        found = self._found()
        if found is None:
            self._say_where()
            return None
        lon, lat = found.lon, found.lat
        if self._shape is None:
            return point(lon, lat)
        return Shape(type="Point", coordinates=[lon, lat], radius_m=self._shape.radius_m, rings_m=self._shape.rings_m)

    def _found(self) -> Destination | None:
        """The coordinate or the place that the position names."""
        near = self._shape.anchor() if self._shape else None
        text = self.position.text().strip()
        places = self._places.find(text, limit=1, near=near) if text else []
        return places[0] if places else None

    def _say_where(self) -> None:
        """What the position was taken for: a name that was understood otherwise must be seen before Enter."""
        found = None if self._untouched() else self._found()
        good = found is not None or self._untouched()
        set_state(self.position, "wrong", "false" if good else "true")
        if found is not None:
            decimal = format_all(found.lon, found.lat).decimal
            words = decimal if found.detail == decimal else f"{found.name}, {found.detail} · {decimal}"
        elif not good:
            words = tr("No place or coordinate like this.")
        elif self._guessed:
            words = tr("The middle of the map: nobody has pointed at it yet.")
        else:
            words = shape_words(self._shape) if self._shape and self._shape.radius_m else ""
        self.where.setText(words)
        self.where.setVisible(bool(words))

    def _untouched(self) -> bool:
        """Whether the position is what was pointed at or drawn."""
        if self._shape is None:
            return False
        return self._shape.type != "Point" or self.position.text() == format_all(*self._shape.anchor()).decimal

    def _create(self) -> None:
        item = self.new_item()
        if item is None:
            (self.since if self.since.wrong else self.position).setFocus()
            return
        self.asked.emit(item)
        self.accept()

    def _kind_chosen(self, _kind: Kind) -> None:
        self.title.setFocus(Qt.FocusReason.TabFocusReason)

    def _show_kind(self) -> None:
        kind = self.kinds.current()
        self.kind_name.setText(tr(kind.name) if kind else tr("No kind has these letters."))
        self.create_button.setEnabled(kind is not None)
        if kind is None:
            return
        side, ratio = self._bench.theme.px(SYMBOL), self.devicePixelRatioF()
        picture = self._bench.icons.of_code(kind.sidc, round(side * ratio), self.priority)
        if picture is not None and not picture.isNull():
            picture.setDevicePixelRatio(ratio)
            self.symbol.setPixmap(picture)

    def _begin(self) -> None:
        self.kinds.offer(self._type)
        self.status.show_choice(Status.UNCONFIRMED)
        if self.layer.count():
            self.layer.setCurrentIndex(0)
        drawn = self._shape is not None and self._shape.type != "Point"
        self.position.setReadOnly(drawn)
        if self._shape is not None:
            self.position.show_text(
                shape_words(self._shape) if drawn else format_all(*self._shape.anchor()).decimal
            )
        self._say_where()
        self.kinds.search.setFocus(Qt.FocusReason.OtherFocusReason)

    def _choose_priority(self, number: int) -> None:
        self.priorities[Priority(number)].setChecked(True)
        self._show_kind()

    def _make_priorities(self) -> None:
        group = QButtonGroup(self)
        for priority, word in PRIORITIES.items():
            button = PriorityButton(priority, said(word), self._bench)
            button.setToolTip(tip(f"{said(word)} (Alt+{int(priority)})"))
            group.addButton(button)
            self.priorities[priority] = button
            shortcut = QShortcut(QKeySequence(f"Alt+{int(priority)}"), self)
            shortcut.activated.connect(button.click)
        self.priorities[Priority.PRIORITY].setChecked(True)
        one_stop(group)

    def _connect(self) -> None:
        self.kinds.chosen.connect(self._kind_chosen)
        self.kinds.moved.connect(self._show_kind)
        self.kinds.key.connect(self._choose_priority)
        self._bench.icons.drawn.connect(self._show_kind)
        for button in self.priorities.values():
            button.clicked.connect(self._show_kind)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(TYPING_PAUSE_MS)
        self._pause.timeout.connect(self._say_where)
        self.position.edited.connect(self._pause.start)
        for field in (self.title, self.place, self.position, self.since):
            field.returnPressed.connect(self._create)
        self.create_button.clicked.connect(self._create)
        self.cancel.clicked.connect(self.reject)
        shortcut = QShortcut(QKeySequence("Ctrl+Return"), self)
        shortcut.activated.connect(self._create)

    def _lay_out(self) -> None:
        px = self._bench.theme.px
        self.resize(px(740), px(470))
        # Enter belongs to the fields: it goes on to the title before it creates.
        for plain in (self.create_button, self.cancel):
            plain.setAutoDefault(False)
        self.create_button.setProperty("role", "primary")
        self.kind_name.setFont(self._bench.theme.font(1.2, bold=True))
        self.symbol.setFixedSize(px(SYMBOL), px(SYMBOL))
        self.symbol.setAlignment(Qt.AlignmentFlag.AlignCenter)
        head = QHBoxLayout()
        head.setSpacing(px(12))
        head.addWidget(self.symbol)
        head.addWidget(self.kind_name, 1)
        urgency = QHBoxLayout()
        urgency.setSpacing(px(4))
        for button in self.priorities.values():
            urgency.addWidget(button, 1)
        form = QGridLayout()
        form.setHorizontalSpacing(px(10))
        form.setVerticalSpacing(px(8))
        rows = (
            (tr("Title"), self.title), (tr("Place"), self.place), (tr("Position"), self.position),
            ("", self.where), (tr("True since"), self.since), (tr("Status"), self.status), (tr("Layer"), self.layer),
        )
        for row, (name, field) in enumerate(rows):
            label = plain_label(name, role="muted")
            label.setBuddy(field)
            form.addWidget(label, row, 0)
            form.addWidget(field, row, 1)
        form.setColumnStretch(1, 1)
        buttons = QHBoxLayout()
        buttons.addWidget(plain_label(tr("Enter goes on · Ctrl+Enter creates"), role="muted"), 1)
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.create_button)
        right = QVBoxLayout()
        right.setSpacing(px(12))
        right.addLayout(head)
        right.addLayout(urgency)
        right.addLayout(form)
        right.addStretch(1)
        right.addLayout(buttons)
        row_ = QHBoxLayout(self)
        row_.setContentsMargins(px(14), px(14), px(14), px(14))
        row_.setSpacing(px(16))
        row_.addWidget(self.kinds, 5)
        row_.addLayout(right, 6)


class PriorityButton(QToolButton):
    """A priority with its sign, number and word."""

    def __init__(self, priority: Priority, word: str, bench: Bench) -> None:
        super().__init__()
        self.setCheckable(True)
        self.setProperty("menu", "true")
        self.setAccessibleName(f"{int(priority)} {word}")
        px = bench.theme.px
        sign = PrioritySign(bench.theme, 20)
        sign.show_priority(priority)
        sign.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        name = plain_label(word)
        name.setAlignment(Qt.AlignmentFlag.AlignCenter)
        name.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        # A style sheet gives the words inside a button no look of their own for a button that is pressed down.
        self.toggled.connect(sign.show_selected)
        self.toggled.connect(lambda on: set_state(name, "chosen", "true" if on else "false"))
        column = QVBoxLayout(self)
        column.setContentsMargins(px(4), px(5), px(4), px(5))
        column.setSpacing(px(2))
        column.addWidget(sign, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(name)
        self.setMinimumHeight(px(52))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(name.sizeHint().width() + px(12))
