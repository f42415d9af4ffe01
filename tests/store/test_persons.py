"""The person an item is about and its files are kept like every other aspect."""

from __future__ import annotations

from pathlib import Path

from qroc_desktop.domain.aspects import Attachment, Attachments, Person
from qroc_desktop.domain.query import Moment
from qroc_desktop.domain.vocabulary import Aspect
from qroc_desktop.store import Workspace
from tests.store.building import CountingIds, HandClock, create, edit, incident

PERSON = Person(surname="Nemo", first_names="Nils", born="1987-04", birth_place="Utopia", circumstances="seen <b>twice")
FILES = Attachments(files=(Attachment(name="gate.jpg", media_type="image/jpeg", size=7, sha256="00" * 32),))


def test_a_person_and_files_are_there_after_a_restart_and_can_be_cleared(tmp_path: Path) -> None:
    path, clock = tmp_path / "w.qroc", HandClock()
    with create(path, clock) as workspace:
        patch = {Aspect.PERSON: PERSON, Aspect.ATTACHMENTS: FILES}
        workspace.append([incident("i")], author="anna", label="add")
        workspace.append([edit("i", patch)], author="anna", label="edit")
    with Workspace.open(path, clock=clock, ids=CountingIds("again")) as workspace:
        item = workspace.item("i")
        assert item is not None
        assert (item.person, item.attachments) == (PERSON, FILES)
        then = workspace.now()
        clock.forward()
        workspace.append([edit("i", {Aspect.PERSON: None})], author="anna", label="edit")
        item, before = workspace.item("i"), workspace.item("i", Moment(then))
        assert item is not None
        assert before is not None
        assert (item.person, item.attachments, before.person) == (None, FILES, PERSON)
