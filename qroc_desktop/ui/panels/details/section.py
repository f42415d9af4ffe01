"""What the parts of the form share: show an item's aspects, say which of them a person changed."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFormLayout, QWidget

from qroc_desktop.domain.aspects import AspectValue
from qroc_desktop.domain.state import Item
from qroc_desktop.domain.vocabulary import Aspect
from qroc_desktop.ui.bench import Bench
from qroc_desktop.ui.text import plain_label

Patch = dict[Aspect, AspectValue]
LABEL_WIDTH = 100


class Section(QWidget):
    """Part of the form for one or a few aspects.

    It holds the item as it was read, so that only what a person changed is written, on the base that he saw.
    """

    edited = Signal()

    def __init__(self, bench: Bench) -> None:
        super().__init__()
        self.bench = bench
        self._seen: Item | None = None
        px = bench.theme.px
        self.form = QFormLayout(self)
        self.form.setContentsMargins(px(12), px(8), px(12), px(8))
        self.form.setHorizontalSpacing(px(10))
        self.form.setVerticalSpacing(px(6))
        self.form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self.form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)

    def load(self, item: Item, patch: Mapping[Aspect, AspectValue]) -> None:
        """Show an item with edits that are not applied yet laid over it."""
        self._seen = item
        self.fill(msgspec.structs.replace(item, aspects={**item.aspects, **patch}))

    def edits(self) -> Patch:
        """Aspects that differ from the item as it was read."""
        if self._seen is None:
            return {}
        return {aspect: value for aspect, value in self.values(self._seen).items() if value != self.seen_value(aspect)}

    def seen_value(self, aspect: Aspect) -> AspectValue | None:
        """The aspect as it was read, its default where it was absent."""
        if self._seen is None:
            return None
        defaults: dict[Aspect, AspectValue | None] = {
            Aspect.NATURE: self._seen.nature,
            Aspect.SITUATION: self._seen.situation,
            Aspect.WORDING: self._seen.wording,
            Aspect.MARKING: self._seen.marking,
            Aspect.EVALUATION: self._seen.evaluation,
            Aspect.MOTION: self._seen.motion,
            Aspect.STYLE: self._seen.style,
            Aspect.SHAPE: self._seen.shape,
        }
        return defaults.get(aspect, self._seen.aspects.get(aspect))

    def wrong(self) -> bool:
        """Whether a field holds something that cannot be stored."""
        return False

    def fill(self, item: Item) -> None:
        """Put an item's values into the fields."""
        raise NotImplementedError

    def values(self, seen: Item) -> Patch:
        """Aspects as the fields say; what the form has no field for stays as `seen` has it."""
        raise NotImplementedError

    def heading(self, text: str) -> None:
        """A heading over the rows that follow."""
        self.form.addRow(plain_label(text, role="section"))

    def row(self, name: str, field: QWidget, *, above: bool = False) -> None:
        """A field with its name before it, or above it where the field needs all the width."""
        if above:
            over = plain_label(name, role="muted", wrap=True)
            over.setBuddy(field)
            self.form.addRow(over)
            self.form.addRow(field)
            return
        # One width for all tabs: a long word of one language must not squeeze the fields.
        label = plain_label(name, role="muted", wrap=True)
        label.setFixedWidth(self.bench.theme.px(LABEL_WIDTH))
        label.setBuddy(field)
        self.form.addRow(label, field)
