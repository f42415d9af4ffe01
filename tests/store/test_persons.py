"""The person an item is about and its files are kept like every other aspect."""

from __future__ import annotations

from pathlib import Path

import msgspec

from qroc_desktop.domain.aspects import About, Attachment, Attachments, Person, Presence
from qroc_desktop.domain.query import ItemQuery, Moment
from qroc_desktop.domain.vocabulary import Aspect
from qroc_desktop.store import Workspace
from tests.store.building import CountingIds, HandClock, create, edit, incident

PERSON = Person(surname="Nemo", first_names="Nils", born="1987-04", birth_place="Utopia", circumstances="seen <b>twice")
OTHER = Person(surname="Borg", birth_place="Łódź")
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


def test_a_person_is_found_by_words_while_an_item_is_about_him(tmp_path: Path) -> None:
    clock = HandClock()
    with create(tmp_path / "w.qroc", clock) as workspace:

        def found(text: str, at: Moment | None = None) -> list[str]:
            assert workspace.count(ItemQuery(text=text), at) == len(workspace.row_ids(ItemQuery(text=text), at))
            return sorted(workspace.row_ids(ItemQuery(text=text), at))

        together = msgspec.structs.replace(incident("j"), patch={**incident("j").patch, Aspect.PERSON: OTHER})
        workspace.append([incident("i"), together], author="anna", label="add")
        assert found("nemo") == []
        clock.forward()
        workspace.append([edit("i", {Aspect.PERSON: PERSON})], author="anna", label="edit")
        named = workspace.now()
        assert found("nemo") == found("NILS uto") == found("1987") == ["i"]
        assert found("lodz") == ["j"]
        assert found("nemo lodz") == []
        clock.forward()
        workspace.append([edit("i", {Aspect.PERSON: None})], author="anna", label="edit")
        workspace.append([edit("j", {Aspect.PERSON: None})], author="anna", label="edit")
        # The change that gave the person still gives the wording; what was cleared is found no more all the same.
        assert found("nemo") == found("lodz") == []
        assert found("nemo", Moment(named)) == ["i"]
        assert found("lodz", Moment(named)) == ["j"]
        workspace.repair()
        assert found("nemo", Moment(named)) == ["i"]
        assert workspace.check().sound


def test_comments_are_found_by_what_they_are_about(tmp_path: Path) -> None:
    theirs, ours = About(centre="c1", item="x-7"), About(item="i")
    with create(tmp_path / "w.qroc", HandClock()) as workspace:
        notes = [("n1", theirs), ("n2", ours), ("n3", theirs), ("n4", About(centre="c1", item="x")), ("n5", theirs)]
        for note, about in notes:
            workspace.append([edit(note, {Aspect.ABOUT: about})], author="anna", label="comment")
        workspace.append([edit("n3", {Aspect.PRESENCE: Presence(removed=True)})], author="anna", label="remove")
        workspace.append([edit("n5", {Aspect.ABOUT: ours})], author="anna", label="edit")
        assert [item.id for item in workspace.comments(theirs)] == ["n1"]
        assert {item.id for item in workspace.comments(ours)} == {"n2", "n5"}
        assert workspace.comments(About(centre="nobody", item="i")) == []
        assert workspace.row_ids(ItemQuery(text="c1")) == []
