"""What it is, how urgent, what happened, on which layer."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from qroc_desktop.domain.aspects import Placement
from qroc_desktop.domain.state import Item, Layer
from qroc_desktop.domain.vocabulary import Affiliation, Aspect, ItemType, Priority, Status
from qroc_desktop.domain.words import PRIORITIES, STATUSES, TYPES
from qroc_desktop.symbology import Kind
from qroc_desktop.translation import said, tr
from qroc_desktop.ui.bench import Bench
from qroc_desktop.ui.kind_field import KindPalette
from qroc_desktop.ui.panels.details.fields import ChoiceField, LineField, TextField, TimeField
from qroc_desktop.ui.panels.details.section import Patch, Section
from qroc_desktop.ui.words import AFFILIATIONS


class MainSection(Section):
    """Wording, situation, nature and placement."""

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench)
        clock = bench.desk.clock
        self.title = LineField(tr("Title"))
        self.description = TextField(tr("Description"), bench.theme, lines=5)
        self.place = LineField(tr("Place"))
        self.status = ChoiceField[Status](tr("Status"), {k: said(w) for k, w in STATUSES.items()})
        self.priority = ChoiceField[Priority](
            tr("Priority"), {k: f"{int(k)} · {said(w)}" for k, w in PRIORITIES.items()}
        )
        self.starts = TimeField(tr("Began"), clock)
        self.ends = TimeField(tr("Ended"), clock)
        self.stale = TimeField(tr("Good until"), clock)
        self.type = ChoiceField[ItemType](tr("Type"), {k: said(w) for k, w in TYPES.items()})
        self.kind = QPushButton()
        self.kind.setAccessibleName(tr("Kind"))
        self.affiliation = ChoiceField[Affiliation](tr("Identity"), {k: said(w) for k, w in AFFILIATIONS.items()})
        self.sidc = LineField(tr("Symbol code"), longest=30)
        self.layer = ChoiceField[str](tr("Layer"), {})
        self._code = ""
        self._lay_out()
        for field in (
            self.title, self.description, self.place, self.status, self.priority, self.starts, self.ends,
            self.stale, self.type, self.affiliation, self.sidc, self.layer,
        ):
            field.edited.connect(self.edited)
        self.kind.clicked.connect(self._choose_kind)

    def show_layers(self, layers: list[Layer]) -> None:
        """Layers to put the item on."""
        self.layer.offer({layer.id: layer.name for layer in reversed(layers)})

    def fill(self, item: Item) -> None:
        wording, situation, nature = item.wording, item.situation, item.nature
        self.title.show_text(wording.title)
        self.description.show_text(wording.description)
        self.place.show_text(wording.place)
        self.status.show_choice(situation.status)
        self.priority.show_choice(situation.priority)
        self.starts.show_time(situation.starts)
        self.ends.show_time(situation.ends)
        self.stale.show_time(situation.stale_at)
        self.type.show_choice(nature.type)
        self.affiliation.show_choice(nature.affiliation)
        self.sidc.show_text(nature.sidc)
        self.layer.show_choice(item.layer)
        self._code = nature.kind
        self.kind.setText(tr(self.bench.kinds.kind_of(nature).name))

    def values(self, seen: Item) -> Patch:
        values: Patch = {
            Aspect.WORDING: msgspec.structs.replace(
                seen.wording,
                title=self.title.text(),
                description=self.description.text(),
                place=self.place.text(),
            ),
            Aspect.SITUATION: msgspec.structs.replace(
                seen.situation,
                status=self.status.chosen() or seen.situation.status,
                priority=self.priority.chosen() or seen.situation.priority,
                starts=self.starts.time(),
                ends=self.ends.time(),
                stale_at=self.stale.time(),
            ),
            Aspect.NATURE: msgspec.structs.replace(
                seen.nature,
                type=self.type.chosen() or seen.nature.type,
                kind=self._code,
                sidc=self.sidc.text().strip(),
                affiliation=self.affiliation.chosen() or seen.nature.affiliation,
            ),
        }
        layer = self.layer.chosen()
        if layer and layer != seen.layer:
            values[Aspect.PLACEMENT] = Placement(layer=layer)
        return values

    def wrong(self) -> bool:
        return self.starts.wrong or self.ends.wrong or self.stale.wrong

    def _choose_kind(self) -> None:
        dialog = KindDialog(self.bench, self.type.chosen(), self)
        if dialog.exec() == QDialog.DialogCode.Accepted and dialog.kind:
            self._code = dialog.kind.code.replace("-.-", "-u-", 1)
            self.kind.setText(tr(dialog.kind.name))
            # A symbol that was said by itself would go on hiding the kind that was chosen now.
            self.sidc.show_text("")
            self.edited.emit()

    def _lay_out(self) -> None:
        px = self.bench.theme.px
        self.row(tr("Title"), self.title)
        self.row(tr("Status"), self.status)
        self.row(tr("Priority"), self.priority)
        self.form.addRow(self.description)
        self.description.setPlaceholderText(tr("Description"))
        self.row(tr("Place"), self.place)
        self.heading(tr("Times"))
        self.row(tr("Began"), self.starts)
        self.row(tr("Ended"), self.ends)
        self.row(tr("Good until"), self.stale)
        self.heading(tr("Kind"))
        self.form.addRow(self.kind)
        self.row(tr("Type"), self.type)
        self.row(tr("Identity"), self.affiliation)
        self.row(tr("Symbol code"), self.sidc)
        self.row(tr("Layer"), self.layer)
        self.kind.setMinimumWidth(px(80))


class KindDialog(QDialog):
    """The kind palette as a dialog; `kind` is what was chosen."""

    def __init__(self, bench: Bench, type_: ItemType | None, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Kind"))
        self.resize(bench.theme.px(440), bench.theme.px(460))
        self.kind: Kind | None = None
        self.palette_ = KindPalette(bench.kinds, bench.icons, bench.theme)
        self.palette_.offer(type_)
        self.palette_.chosen.connect(self._chosen)
        cancel = QPushButton(tr("Cancel"))
        cancel.setAutoDefault(False)
        cancel.clicked.connect(self.reject)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(cancel)
        column = QVBoxLayout(self)
        column.addWidget(self.palette_, 1)
        column.addLayout(row)
        self.palette_.search.setFocus(Qt.FocusReason.OtherFocusReason)

    def _chosen(self, kind: Kind) -> None:
        self.kind = kind
        self.accept()
