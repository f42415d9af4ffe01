"""How the information may be handled, and how far it can be relied on."""

from __future__ import annotations

import msgspec
from PySide6.QtWidgets import QCheckBox, QPushButton

from qroc_desktop.domain.state import Item
from qroc_desktop.domain.vocabulary import (
    Aspect,
    Basis,
    Handling,
    InformationAccuracy,
    SourceReliability,
    SpecialCategory,
    SubjectCategory,
    Tlp,
)
from qroc_desktop.domain.words import BASES
from qroc_desktop.translation import said, tr
from qroc_desktop.ui.bench import Bench
from qroc_desktop.ui.panels.details.fields import ChoiceField, LineField, TextField
from qroc_desktop.ui.panels.details.section import Patch, Section
from qroc_desktop.ui.text import plain_label
from qroc_desktop.ui.words import ACCURACIES, SOURCES, SPECIALS, SUBJECTS


class MarkingSection(Section):
    """Evaluation and marking; the axes are independent, none follows from another.

    What it says of a person (`subject`, `special`, `necessity`) stands on the page about the person, which is there for
    items about a person; `add_person` makes any item one.
    """

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench)
        unsaid = tr("not said")
        self.source = ChoiceField[SourceReliability](
            tr("Source"), {k: said(w) for k, w in SOURCES.items()}, none=tr("not evaluated")
        )
        self.information = ChoiceField[InformationAccuracy](
            tr("Information"), {k: said(w) for k, w in ACCURACIES.items()}, none=tr("not evaluated")
        )
        self.basis = ChoiceField[Basis](tr("Basis"), {k: said(w) for k, w in BASES.items()}, none=unsaid)
        self.tlp = ChoiceField[Tlp](tr("TLP"), {k: str(k) for k in Tlp}, none=unsaid)
        self.handling = ChoiceField[Handling](tr("Handling"), {k: str(k) for k in Handling}, none=unsaid)
        self.handling_text = LineField(tr("Handling, in words"))
        self.subject = ChoiceField[SubjectCategory](tr("Kind of person"), {k: said(w) for k, w in SUBJECTS.items()})
        self.special = {k: QCheckBox(said(w)) for k, w in SPECIALS.items()}
        self.necessity = LineField(tr("Strict necessity"))
        self.conditions = TextField(tr("Conditions of use"), bench.theme, lines=3, hint=tr("One a line"))
        self.originator = LineField(tr("Originator"))
        self.classification = LineField(tr("Classification"))
        self.personal = plain_label(tr("Personal data"), role="section")
        self.add_person = QPushButton(tr("Add a person"))
        self._lay_out()
        for field in (
            self.source, self.information, self.basis, self.tlp, self.handling, self.handling_text, self.subject,
            self.necessity, self.conditions, self.originator, self.classification,
        ):
            field.edited.connect(self.edited)
        for box in self.special.values():
            box.clicked.connect(self.edited)

    def fill(self, item: Item) -> None:
        evaluation, marking = item.evaluation, item.marking
        self.source.show_choice(evaluation.source)
        self.information.show_choice(evaluation.information)
        self.basis.show_choice(evaluation.basis)
        self.tlp.show_choice(marking.tlp)
        self.handling.show_choice(marking.handling)
        self.handling_text.show_text(marking.handling_text)
        self.subject.show_choice(marking.subject)
        for category, box in self.special.items():
            box.setChecked(category in marking.special)
        self.necessity.show_text(marking.strict_necessity)
        self.conditions.show_text("\n".join(marking.conditions))
        self.originator.show_text(marking.originator)
        self.classification.show_text(marking.classification)

    def values(self, seen: Item) -> Patch:
        ticked = {category for category, box in self.special.items() if box.isChecked()}
        special: tuple[SpecialCategory, ...] = seen.marking.special
        if ticked != set(special):
            special = tuple(category for category in SpecialCategory if category in ticked)
        conditions = tuple(line.strip() for line in self.conditions.text().split("\n") if line.strip())
        return {
            Aspect.EVALUATION: msgspec.structs.replace(
                seen.evaluation,
                source=self.source.chosen(),
                information=self.information.chosen(),
                basis=self.basis.chosen(),
            ),
            Aspect.MARKING: msgspec.structs.replace(
                seen.marking,
                tlp=self.tlp.chosen(),
                handling=self.handling.chosen(),
                handling_text=self.handling_text.text(),
                subject=self.subject.chosen() or seen.marking.subject,
                special=special,
                strict_necessity=self.necessity.text(),
                conditions=conditions,
                originator=self.originator.text(),
                classification=self.classification.text(),
            ),
        }

    def _lay_out(self) -> None:
        self.heading(tr("Evaluation (4x4)"))
        self.row(tr("Source"), self.source, above=True)
        self.row(tr("Information"), self.information, above=True)
        self.row(tr("Basis"), self.basis)
        self.heading(tr("Marking"))
        self.row(tr("TLP"), self.tlp)
        self.row(tr("Handling"), self.handling)
        self.row(tr("In words"), self.handling_text)
        self.row(tr("Classification"), self.classification)
        self.row(tr("Originator"), self.originator)
        self.row(tr("Conditions"), self.conditions, above=True)
        self.form.addRow(self.personal)
        self.form.addRow(self.add_person)
