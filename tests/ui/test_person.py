"""The person that an item is about: entered, shown, cleared; there for items about a person and no others."""

from __future__ import annotations

import pytest

from qroc_desktop.domain.aspects import Marking, Person
from qroc_desktop.domain.vocabulary import Aspect, SubjectCategory
from qroc_desktop.ui.panels.details.panel import PERSON
from tests.ui.desk_window import ShownWindow, new_item

NEMO = Person(surname="Nemo", first_names="Nils", born="1987-04")


def apply(shown: ShownWindow) -> None:
    shown.window.details.apply.click()
    shown.settled()


def test_an_item_about_nobody_has_no_page_until_a_person_is_added(shown: ShownWindow) -> None:
    item = new_item(shown.desk, "Car, abandoned")
    shown.select(item)
    details = shown.window.details
    assert not details.tabs.isTabVisible(PERSON)
    details.tabs.setCurrentIndex(2)
    assert details.marking.add_person.isVisible()
    details.marking.add_person.click()
    assert details.tabs.currentIndex() == PERSON
    assert details.marking.subject.chosen() is SubjectCategory.UNKNOWN
    assert "nothing of the item goes" in details.person.blocked.text()
    assert shown.focus() is details.person.surname
    shown.keys("Nemo", details.person.surname)
    shown.keys("1987-04", details.person.born)
    apply(shown)
    found = shown.desk.picture.item(item)
    assert found is not None
    assert found.person == Person(surname="Nemo", born="1987-04")
    assert found.marking.subject is SubjectCategory.UNKNOWN
    details.marking.subject.setCurrentIndex(list(SubjectCategory).index(SubjectCategory.VICTIM))
    details.marking.subject.edited.emit()
    assert details.person.blocked.text() == ""
    apply(shown)
    found = shown.desk.picture.item(item)
    assert found is not None
    assert found.marking.subject is SubjectCategory.VICTIM


def test_a_person_is_shown_beside_the_kind_of_person_and_can_be_cleared(shown: ShownWindow) -> None:
    item = new_item(shown.desk, "", person=NEMO, marking=Marking(subject=SubjectCategory.SUSPECT))
    shown.select(item)
    details = shown.window.details
    assert details.tabs.isTabVisible(PERSON)
    assert details.header.title.text() == "Nemo, Nils"
    page = details.person
    details.tabs.setCurrentIndex(PERSON)
    assert page.surname.isVisible()
    assert details.marking.subject.isVisible()
    assert (page.surname.text(), page.first_names.text(), page.born.text()) == ("Nemo", "Nils", "1987-04")
    for field in (page.surname, page.first_names, page.born):
        field.clear()
        field.edited.emit()
    apply(shown)
    found = shown.desk.picture.item(item)
    assert found is not None
    assert Aspect.PERSON not in found.aspects


def test_what_is_no_date_is_marked_and_not_applied(shown: ShownWindow) -> None:
    item = new_item(shown.desk, "x", person=NEMO, marking=Marking(subject=SubjectCategory.SUSPECT))
    shown.select(item)
    details = shown.window.details
    details.tabs.setCurrentIndex(PERSON)
    details.person.born.clear()
    shown.keys("1987-13", details.person.born)
    assert details.person.born.property("wrong") == "true"
    assert not details.apply.isEnabled()
    apply(shown)
    found = shown.desk.picture.item(item)
    assert found is not None
    assert found.person == NEMO


def test_the_table_finds_a_person_by_name(shown: ShownWindow) -> None:
    new_item(shown.desk, "Car, abandoned", person=NEMO, marking=Marking(subject=SubjectCategory.SUSPECT))
    new_item(shown.desk, "Fire in a depot")
    shown.keys("nils nemo", shown.window.items.filter.search)
    shown.until(lambda: shown.window.items.model.rowCount() == 1)
    assert shown.titles() == ["Car, abandoned"]


@pytest.mark.usefixtures("in_german")
def test_a_long_german_page_keeps_the_panel_narrow(shown: ShownWindow) -> None:
    details = shown.window.details
    shown.select(new_item(shown.desk, "about nobody"))
    before = details.width()
    shown.select(new_item(shown.desk, "x", person=NEMO, marking=Marking(subject=SubjectCategory.UNKNOWN)))
    details.tabs.setCurrentIndex(PERSON)
    shown.settled()
    assert "nichts vom Objekt" in details.person.blocked.text()
    assert shown.window.width() == 1366
    assert details.width() == before
