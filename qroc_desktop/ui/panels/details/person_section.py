"""The person that an item is about, with the kind of data subject first: `unknown` lets nothing be sent."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from qroc_desktop.domain.aspects import Person
from qroc_desktop.domain.state import Item
from qroc_desktop.domain.vocabulary import Aspect, SubjectCategory
from qroc_desktop.policy.fields import about_a_person
from qroc_desktop.services.persons import is_born
from qroc_desktop.translation import tr
from qroc_desktop.ui.bench import Bench
from qroc_desktop.ui.panels.details.fields import LineField, TextField
from qroc_desktop.ui.panels.details.marking_section import MarkingSection
from qroc_desktop.ui.panels.details.section import Patch, Section
from qroc_desktop.ui.text import plain_label, set_state


class PersonSection(Section):
    """`there`: it is for items about a person, or once somebody adds one.

    The kind of data subject and the special categories are the marking's, and only stand here.
    """

    opened = Signal()
    """Somebody adds a person."""

    def __init__(self, bench: Bench, marking: MarkingSection) -> None:
        super().__init__(bench)
        self._marking = marking
        self.there = False
        self.blocked = plain_label(role="warning", wrap=True)
        self.surname = LineField(tr("Surname"))
        self.first_names = LineField(tr("First names"))
        self.born = LineField(tr("Born"), hint=tr("1987-04-30, 1987-04 or 1987"), longest=10)
        self.birth_place = LineField(tr("Place of birth"))
        self.circumstances = TextField(tr("Circumstances"), bench.theme, lines=4)
        self._lay_out()
        for field in (self.surname, self.first_names, self.born, self.birth_place, self.circumstances):
            field.edited.connect(self._edited)
        marking.subject.edited.connect(self._subject_chosen)
        marking.add_person.clicked.connect(self.add)

    def fill(self, item: Item) -> None:
        person = item.person or Person()
        self.surname.show_text(person.surname)
        self.first_names.show_text(person.first_names)
        self.born.show_text(person.born)
        self.birth_place.show_text(person.birth_place)
        self.circumstances.show_text(person.circumstances)
        self.there = about_a_person(item)
        self._show_parts()

    def values(self, seen: Item) -> Patch:
        said = msgspec.structs.replace(
            seen.person or Person(),
            surname=self.surname.text().strip(),
            first_names=self.first_names.text().strip(),
            born=self.born.text().strip(),
            birth_place=self.birth_place.text().strip(),
            circumstances=self.circumstances.text().strip(),
        )
        # A person that says nothing is none; there is no aspect to write where there was none before.
        return {} if said == Person() and seen.person is None else {Aspect.PERSON: said}

    def wrong(self) -> bool:
        return not is_born(self.born.text().strip())

    def _edited(self) -> None:
        set_state(self.born, "wrong", "true" if self.wrong() else "false")
        self.edited.emit()

    def _subject_chosen(self) -> None:
        self.there = self.there or self._marking.subject.chosen() is not SubjectCategory.NONE
        self._show_parts()

    def add(self) -> None:
        """Nobody has said yet what kind of person it is, and so that is what is said."""
        self.there = True
        if self._marking.subject.chosen() in (None, SubjectCategory.NONE):
            self._marking.subject.show_choice(SubjectCategory.UNKNOWN)
            self._marking.subject.edited.emit()
        self._show_parts()
        self.opened.emit()
        self.surname.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_parts(self) -> None:
        for part in (self._marking.personal, self._marking.add_person):
            part.setVisible(not self.there)
        subject = self._marking.subject.chosen()
        if subject is SubjectCategory.UNKNOWN:
            self.blocked.setText(tr("As long as this is unknown, nothing of the item goes to another centre."))
        elif self.there and subject in (None, SubjectCategory.NONE):
            self.blocked.setText(
                tr("It is about a person: say of which kind, or nothing of it goes to another centre.")
            )
        else:
            self.blocked.setText("")
        self.blocked.setVisible(bool(self.blocked.text()))

    def _lay_out(self) -> None:
        marking = self._marking
        self.row(tr("Kind of person"), marking.subject)
        self.form.addRow(self.blocked)
        for field in (self.surname, self.first_names, self.born, self.birth_place):
            self.row(field.accessibleName(), field)
        self.row(tr("Circumstances"), self.circumstances, above=True)
        boxes = QWidget()
        column = QVBoxLayout(boxes)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(self.bench.theme.px(2))
        for box in marking.special.values():
            column.addWidget(box)
        self.row(tr("Special categories"), boxes, above=True)
        self.row(tr("Strict necessity"), marking.necessity, above=True)
