"""A centre puts back an older copy of its exchange file: what it gave out again is refused, and there is a way on."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from qroc_desktop.errors import Refused
from qroc_desktop.sync.bundle import Answer, Kind
from qroc_desktop.sync.delivery import deliver
from qroc_desktop.sync.refusals import Code
from qroc_desktop.sync.verifying import verify
from tests.sync.building import DECISION, Centre, answers, connected, incident, way


class Story:
    """Noord has sent five bundles, was copied, sent four more and got three; then the copy is put back."""

    def __init__(self, noord: Centre, sued: Centre, folder: Path) -> None:
        self.noord, self.sued = noord, sued
        self.hub = connected(noord, sued)
        self.common = [noord.sends(sued, incident(f"common-{n}")) for n in range(5)]
        self.deliver()
        noord.exchange.close()
        copy = folder / "copy"
        shutil.copy(noord.path, copy)
        noord.reopen()
        self.lost = [noord.sends(sued, incident(f"lost-{n}")) for n in range(4)]
        self.back = [sued.sends(noord, incident(f"back-{n}")) for n in range(3)]
        self.deliver()
        noord.exchange.close()
        for end in ("-wal", "-shm"):
            Path(f"{noord.path}{end}").unlink(missing_ok=True)
        shutil.copy(copy, noord.path)
        noord.reopen()

    def deliver(self) -> None:
        for _ in range(6):
            for centre in (self.noord, self.sued):
                centre.clock.forward(600)
                deliver(centre.exchange, lambda _, at=centre: way(self.hub, at))  # type: ignore[misc]

    def came(self) -> list[str]:
        """What Süd has taken in, in order."""
        inbox = self.sued.exchange.inbox
        return [item.id for row in inbox.pending() for item in inbox.opened(row.bundle).items()]


@pytest.fixture
def story(noord: Centre, sued: Centre, tmp_path: Path) -> Story:
    return Story(noord, sued, tmp_path)


def codes(centre: Centre) -> set[str]:
    return {alarm.code for alarm in centre.exchange.alarms.open()}


def test_numbers_given_out_again_are_refused_and_both_sides_are_told(story: Story) -> None:
    again = [story.noord.sends(story.sued, incident(f"new-{n}")) for n in range(6)]
    assert [queued.seq for queued in again] == [6, 7, 8, 9, 10, 11]
    story.deliver()
    board = {row.bundle: (row.state, row.code) for row in story.noord.exchange.dispatch.board()}
    assert [board[queued.bundle] for queued in again] == [
        *[("stopped", "sequence-reused")] * 4, ("stopped", "chain-broken"), ("queued", "gap"),
    ]  # fmt: skip
    assert {"sequence-reused", "chain-broken"} <= codes(story.sued)
    assert "numbers-behind" in codes(story.noord)
    assert story.came() == [f"common-{n}" for n in range(5)] + [f"lost-{n}" for n in range(4)]
    position = story.noord.exchange.numbering.ahead(story.sued.id)
    assert position is not None
    assert (position.seq, position.bundle) == (9, story.lost[-1].bundle)


def test_an_officer_lets_the_numbers_go_on(story: Story) -> None:
    noord, sued = story.noord, story.sued
    first = noord.sends(sued, incident("new-0"))
    noord.sends(sued, incident("new-1"), kind=Kind.DELTA, replaces=first.bundle)
    noord.sends(sued, incident("new-2"), kind=Kind.DELTA, replaces=story.common[2].bundle)
    story.deliver()
    done = noord.exchange.numbering.resynchronise(sued.id, officer="Anna", why="copy of yesterday put back")
    assert (done.after, done.missing, len(done.again)) == (9, 4, 3)
    rows = [noord.exchange.dispatch.one(bundle) for bundle in done.again.values()]
    assert [(row.seq, row.state) for row in rows] == [(10, "queued"), (11, "queued"), (12, "queued")]
    assert [row.replaces for row in rows] == ["", rows[0].bundle, story.common[2].bundle]
    assert [noord.exchange.outbox.decisions(row.bundle) for row in rows] == [[DECISION]] * 3
    assert noord.exchange.outbox.copy(rows[0].bundle).items[0].id == "new-0"
    story.deliver()
    assert [noord.exchange.dispatch.one(row.bundle).state for row in rows] == ["stored"] * 3
    assert story.came()[9:] == ["new-0", "new-1", "new-2"]
    assert codes(noord) == set()
    assert noord.sends(sued, incident("later")).seq == 13
    story.deliver()
    assert story.came()[12:] == ["later"]
    told = [entry.detail for entry in noord.exchange.audit.entries() if entry.detail and entry.detail.why]
    assert [detail.facts["before"] for detail in told if "before" in detail.facts] == list(done.again)
    assert [detail.facts["missing"] for detail in told if "missing" in detail.facts] == ["4"]
    assert verify(noord.path).findings == verify(sued.path).findings == ()


def test_what_waits_at_the_other_centre_behind_a_refused_one_is_numbered_anew_too(story: Story) -> None:
    for n in range(8):
        story.noord.sends(story.sued, incident(f"new-{n}"))
    story.deliver()
    assert len(story.noord.exchange.numbering.resynchronise(story.sued.id, officer="Anna", why="test").again) == 8
    story.deliver()
    assert story.came()[9:] == [f"new-{n}" for n in range(8)]
    assert {row.state for row in story.noord.exchange.dispatch.board()} == {"stored"}
    assert codes(story.noord) == set()


def test_nothing_that_was_refused_is_accepted_afterwards(story: Story) -> None:
    """Süd takes in nothing by the new start that it would not have taken in before: replays stay replays."""
    noord, sued = story.noord, story.sued
    refused = noord.parcel(noord.sends(sued, incident("new-0")))
    story.deliver()
    old_word = sued.exchange.receive(refused).replies[0]
    noord.exchange.numbering.resynchronise(sued.id, officer="Anna", why="test")
    story.deliver()
    before = story.came()
    taken = sued.exchange.receive(refused)
    assert (taken.answer, taken.code) == (Answer.REFUSED, Code.SEQUENCE_REUSED)
    assert story.came() == before
    noord.exchange.receive(old_word)  # somebody held it back, and brings it now
    assert noord.exchange.numbering.ahead(sued.id) is None
    with pytest.raises(Refused, match="numbers towards this centre agree"):
        noord.exchange.numbering.resynchronise(sued.id, officer="Anna", why="again")


def test_what_the_others_sent_meanwhile_comes_again_by_itself(story: Story) -> None:
    story.sued.sends(story.noord, incident("next"))
    story.deliver()
    inbox = story.noord.exchange.inbox
    assert [item.id for row in inbox.pending() for item in inbox.opened(row.bundle).items()] == [
        "back-0", "back-1", "back-2", "next",
    ]  # fmt: skip
    assert "peer-lost" in codes(story.sued)


def test_an_older_word_of_the_peer_does_not_lead_back(story: Story) -> None:
    noord, sued = story.noord, story.sued
    parcel = noord.parcel(noord.sends(sued, incident("new-0")))
    (early,) = sued.exchange.receive(parcel).replies
    assert (answers((early,))[0].seq, answers((early,))[0].last) == (9, story.lost[-1].bundle)
    with sued.exchange.database.writing() as connection:  # as if a later one of ours had come there meanwhile
        connection.execute("UPDATE inbox SET bundle = ? WHERE seq = 9", ("f" * 64,))
        connection.execute("UPDATE inbox SET seq = 12 WHERE seq = 9")
    (late,) = sued.exchange.receive(parcel).replies
    for word in (late, early):
        noord.exchange.receive(word)
    position = noord.exchange.numbering.ahead(sued.id)
    assert position is not None
    assert (position.seq, position.bundle) == (12, "f" * 64)


def test_it_is_not_used_where_nothing_is_behind(noord: Centre, sued: Centre) -> None:
    noord.sends(sued, incident("a"))
    with pytest.raises(Refused, match="numbers towards this centre agree"):
        noord.exchange.numbering.resynchronise(sued.id, officer="Anna", why="just so")
    for officer, why in (("", "reason"), ("Anna", " ")):
        with pytest.raises(Refused, match="name of an officer and a reason"):
            noord.exchange.numbering.resynchronise(sued.id, officer=officer, why=why)


@pytest.mark.parametrize("refused", [Code.EXPIRED, Code.BASE_MISSING, Code.CANNOT_DECRYPT])
def test_other_refusals_say_nothing_about_numbers(story: Story, refused: Code) -> None:
    noord, sued = story.noord, story.sued
    queued = noord.sends(sued, incident("a"))

    def word(code: str, bundle: str) -> bytes:
        from qroc_desktop.sync import envelope, parcel
        from qroc_desktop.sync.bundle import ACKNOWLEDGEMENT_TYPE, Acknowledgement
        from qroc_desktop.sync.encoding import encoded

        said = Acknowledgement(
            sender=sued.id, recipient=noord.id, bundle=bundle, answer=Answer.REFUSED, code=code, seq=99,
            last="e" * 64, at=sued.clock(),
        )  # fmt: skip
        keys = sued.identity.signing_keys(sued.clock())
        return parcel.packed(envelope.signed(ACKNOWLEDGEMENT_TYPE, encoded(said), keys))

    noord.exchange.receive(word(Code.SEQUENCE_REUSED, "d" * 64))  # of a bundle that is none of ours
    noord.exchange.receive(word(str(refused), queued.bundle))
    assert noord.exchange.numbering.ahead(sued.id) is None


def test_what_was_withdrawn_in_time_stays_withdrawn_under_its_new_number(story: Story) -> None:
    noord, sued = story.noord, story.sued
    first = noord.sends(sued, incident("new-0"))
    noord.sends(sued, incident("taken back", "Nie"), kind=Kind.WITHDRAWAL, replaces=first.bundle)
    noord.sends(sued, incident("new-1"))
    story.deliver()
    noord.exchange.numbering.resynchronise(sued.id, officer="Anna", why="test")
    story.deliver()
    assert "new-0" not in story.came()
    assert "new-1" in story.came()
