"""Consents of the owner: recorded, relied on, revoked, ended, and in the audit log."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from qroc_desktop.domain.aspects import Marking
from qroc_desktop.domain.instant import Instant, seconds
from qroc_desktop.domain.vocabulary import Handling, SubjectCategory, Tlp
from qroc_desktop.errors import Refused
from qroc_desktop.policy.consenting import wanted
from qroc_desktop.policy.vocabulary import ConsentKind, Outcome, Purpose
from qroc_desktop.services.consents import ConsentBook, Given
from qroc_desktop.services.receiving import local_id
from tests.services.sharing_centres import INSTRUMENTS, Desk, Neighbours, grounds

CONDITIONS = ("not to the press", "delete after the operation")


class Three:
    """One shares an H2 item with Two, which wants to pass it on to Three."""

    def __init__(self, folder: Path) -> None:
        self.one, self.two, self.three = (
            Desk(folder, n, c) for n, c in (("One", "NL"), ("Two", "BE"), ("Three", "DE"))
        )
        self.between = Neighbours(self.one, self.two, self.three)
        marking = Marking(
            handling=Handling.H2, tlp=Tlp.AMBER, conditions=CONDITIONS, subject=SubjectCategory.NONE, originator=""
        )
        self.theirs = self.one.incident("Weapons", marking=marking)
        preview = self.one.sharing.preview([self.theirs], self.two.id, grounds())
        self.one.sharing.send(preview, officer="Anna", why="Attack")
        self.between.carry()
        self.two.applied()
        self.item = local_id(self.one.id, self.theirs)
        self.book = ConsentBook(self.two.desk.workspace, self.two.exchange)

    def outcome(self, to: Desk | None = None, **more: object) -> Outcome:
        preview = self.two.sharing.preview([self.item], (to or self.three).id, grounds(**more))
        return preview.lines[0].decision.outcome

    def given(self, **more: object) -> Given:
        values: dict[str, object] = {
            "items": (self.item,), "kinds": (ConsentKind.FORWARD,), "recipient": self.three.id,
            "purposes": (Purpose.PREVENTION,), "given_by": "Piet of One", "officer": "Berta", "way": "telephone",
        }  # fmt: skip
        return Given(**(values | more))  # type: ignore[arg-type]

    def pass_on(self) -> str:
        preview = self.two.sharing.preview([self.item], self.three.id, grounds())
        bundle = self.two.sharing.send(preview, officer="Berta", why="They are next").bundle
        self.between.carry()
        return bundle


@pytest.fixture
def three(tmp_path: Path) -> Iterator[Three]:
    made = Three(tmp_path)
    yield made
    for desk in (made.one, made.two, made.three):
        desk.close()


def test_what_was_refused_goes_on_with_consent_and_its_conditions_go_with_it(three: Three) -> None:
    assert three.outcome() is Outcome.REFUSE
    with pytest.raises(Refused):
        three.pass_on()
    (recorded,) = three.book.record(three.given())
    assert (recorded.originator, recorded.name) == ("One", "Three")
    assert three.outcome() is Outcome.REDACT  # where it came from, in our file, stays here
    three.pass_on()
    three.three.applied()
    arrived = three.three.item(local_id(three.two.id, three.item))
    assert arrived.wording.title == "Weapons"
    assert arrived.marking.originator == "One"
    assert (arrived.marking.handling, arrived.marking.tlp) == (Handling.H2, Tlp.AMBER)
    assert arrived.marking.conditions == CONDITIONS
    # It binds there as well: the third centre may not pass it on, not even on the word of the second.
    onward = three.three.sharing.preview([arrived.id], three.one.id, grounds())
    assert onward.lines[0].decision.outcome is Outcome.REFUSE


def test_it_holds_for_its_recipient_its_purpose_and_its_item_alone(three: Three) -> None:
    other = three.two.incident("Ours", marking=Marking(handling=Handling.H2, originator="Elsewhere"))
    three.book.record(three.given())
    assert three.outcome(purpose=Purpose.INVESTIGATION) is Outcome.REFUSE
    preview = three.two.sharing.preview([other], three.three.id, grounds())
    assert preview.lines[0].decision.outcome is Outcome.REFUSE


def test_it_is_bound_to_the_keys_of_the_recipient_and_not_to_its_name(three: Three, tmp_path: Path) -> None:
    three.book.record(three.given())
    three.two.exchange.roster.revoke(three.three.id, officer="Anna", why="keys lost")
    (tmp_path / "again").mkdir()
    namesake = Desk(tmp_path / "again", "Three", "DE")
    peer = three.two.exchange.enrol(namesake.exchange.invite(), officer="Anna")
    for officer in ("Anna", "Bert"):
        three.two.exchange.roster.approve(peer.centre, officer=officer, said=namesake.identity.public.letters)
    assert three.outcome(namesake) is Outcome.REFUSE
    namesake.close()


def test_it_ends_at_its_time_and_by_revocation(three: Three) -> None:
    ends = Instant(three.two.time + seconds(3600))
    three.book.record(three.given(until=ends))
    assert three.outcome() is not Outcome.REFUSE
    three.two.time = ends
    assert three.outcome() is Outcome.REFUSE
    (again,) = three.book.record(three.given())
    assert three.outcome() is not Outcome.REFUSE
    three.book.revoke(again.id, officer="Berta", why="One called")
    assert three.outcome() is Outcome.REFUSE
    with pytest.raises(Refused, match="revoked already"):
        three.book.revoke(again.id, officer="Berta", why="twice")
    newest, oldest = three.book.all()
    assert (newest.revoked_by, newest.revoked_why, oldest.revoked_at) == ("Berta", "One called", None)


def test_the_audit_log_shows_who_gave_and_who_recorded_and_what_relied_on_it(three: Three) -> None:
    (recorded,) = three.book.record(three.given())
    three.pass_on()
    three.book.revoke(recorded.id, officer="Berta", why="One called")
    details = {e.action: e.detail for e in three.two.exchange.audit.entries() if e.detail}
    consent, sent, revoked = (details[action] for action in ("consent", "disclosure", "consent-revoked"))
    assert (consent.officer, consent.subject, consent.counterpart) == ("Berta", f"item:{three.item}", three.three.id)
    assert consent.facts["given_by"] == "Piet of One"
    assert consent.facts["originator"] == "One"
    assert sent.facts["consents"] == recorded.id
    assert revoked.facts["consent"] == recorded.id


def test_nothing_half_done_is_recorded(three: Three) -> None:
    for wrong in ({"given_by": " "}, {"officer": ""}, {"purposes": ()}, {"items": (three.item, "unknown")},
                  {"recipient": "0" * 32}, {"until": three.two.time}):  # fmt: skip
        with pytest.raises(Refused):
            three.book.record(three.given(**wrong))
    assert three.book.all() == []


def test_what_consent_would_lift_is_read_from_the_rules(three: Three) -> None:
    (line,) = three.two.sharing.preview([three.item], three.three.id, grounds()).lines
    assert wanted(line.decision, INSTRUMENTS) == {ConsentKind.FORWARD}
    court = three.two.incident("Court", marking=Marking(handling=Handling.H1))
    purpose = grounds(purpose=Purpose.JUDICIAL_PROCEEDINGS)
    (line,) = three.two.sharing.preview([court], three.three.id, purpose).lines
    assert wanted(line.decision, INSTRUMENTS) == {ConsentKind.JUDICIAL}
    suspect = three.two.incident("Who", marking=Marking(subject=SubjectCategory.UNKNOWN))
    (line,) = three.two.sharing.preview([suspect], three.three.id, grounds()).lines
    assert wanted(line.decision, INSTRUMENTS) == frozenset()


def test_records_of_consents_cannot_be_edited_or_removed(three: Three) -> None:
    three.book.record(three.given())
    with three.two.exchange.database.reading():
        pass
    for statement in ("UPDATE consent SET item = 'x'", "DELETE FROM consent"):
        with pytest.raises(Refused, match="append-only"), three.two.exchange.database.writing() as connection:
            connection.execute(statement)
