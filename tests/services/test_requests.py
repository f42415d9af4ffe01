"""Requests between two centres with real exchange files; times of ends worked out by hand on a calendar."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from qroc_desktop.domain.instant import Instant, iso, parse, seconds
from qroc_desktop.errors import Refused
from qroc_desktop.policy import Instrument, Instruments
from qroc_desktop.policy.channels import Channel
from qroc_desktop.policy.instruments import Limit
from qroc_desktop.policy.vocabulary import Purpose
from qroc_desktop.services.request_threads import Request, Standing
from qroc_desktop.services.requests import Question, Requests
from qroc_desktop.sync.audit import Action
from qroc_desktop.sync.letters import Ask, Refusal
from tests.services.sharing_centres import INSTRUMENTS, Desk, Neighbours, grounds

HOUR = seconds(3600)
URGENT: dict[str, Any] = {
    "limit": "urgent-direct", "urgency": "life-or-integrity", "urgency_reason": "He is armed and on the move",
}  # fmt: skip


class Side:
    """One centre with its requests."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.requests = Requests(desk.exchange, INSTRUMENTS, desk.clock)

    def asks(self, other: Side, **more: Any) -> str:
        values: dict[str, Any] = {
            "requested_information": "Keeper of the vehicle L-AB 12 and where it was seen",
            "purpose_facts_offence": "Shooting at the Markt, attempted murder",
            "reasons_it_is_there": "The vehicle crossed the border at Vaals",
            "instrument": "dir-2023-977", "limit": "other",
        }  # fmt: skip
        question = Question(
            to=other.desk.id, ask=Ask(**(values | more)), purpose=Purpose.INVESTIGATION,
            channel=Channel(exception="urgency"), officer="Anna", subject="Grey van",
        )  # fmt: skip
        return self.requests.send(question).bundle

    @property
    def only(self) -> Request:
        (found,) = self.requests.all()
        return found

    def at(self, time: str) -> None:
        self.desk.time = parse(time)


class Pair:
    def __init__(self, folder: Path) -> None:
        self.ours, self.theirs = Side(Desk(folder, "Maastricht", "NL")), Side(Desk(folder, "Aachen", "DE"))
        self.way = Neighbours(self.ours.desk, self.theirs.desk)

    def at(self, time: str) -> None:
        for side in (self.ours, self.theirs):
            side.at(time)

    def carry(self) -> None:
        self.way.carry()


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    made = Pair(tmp_path)
    yield made
    for side in (made.ours, made.theirs):
        side.desk.close()


LIMITS = [
    # Amsterdam and Berlin: clocks go forward on 29 March 2026 at 01:00 UTC and back on 25 October at 01:00 UTC.
    (URGENT, "2026-11-26T20:30:00+01:00", "2026-11-27T04:30:00+01:00"),  # across midnight
    (URGENT, "2026-03-28T22:00:00+01:00", "2026-03-29T07:00:00+02:00"),  # eight real hours in a short night
    (URGENT, "2026-10-24T22:00:00+02:00", "2026-10-25T05:00:00+01:00"),  # and in a long one
    ({**URGENT, "limit": "urgent-indirect"}, "2026-03-27T14:05:00+01:00", "2026-03-30T14:05:00+02:00"),  # 71 hours
    ({**URGENT, "limit": "urgent-indirect"}, "2026-10-23T14:05:00+02:00", "2026-10-26T14:05:00+01:00"),  # 73 hours
    ({}, "2026-03-25T09:00:00+01:00", "2026-04-01T09:00:00+02:00"),
    ({}, "2026-12-28T23:59:59+01:00", "2027-01-04T23:59:59+01:00"),
]


@pytest.mark.parametrize(("fields", "received", "end"), LIMITS)
def test_both_sides_count_down_to_the_same_end(pair: Pair, fields: dict[str, Any], received: str, end: str) -> None:
    pair.at(received)
    pair.ours.asks(pair.theirs, **fields)
    pair.carry()
    for side in (pair.ours, pair.theirs):
        deadline = side.only.deadline
        assert deadline is not None
        # Delivery takes some thousandths of a second here.
        assert iso(Instant(deadline.due - deadline.due % 1_000_000)) == iso(parse(end))
        assert not side.only.overdue(Instant(parse(end)))
        assert side.only.overdue(Instant(parse(end) + seconds(2)))
        assert deadline.zone == "Europe/Berlin"


def test_the_clock_starts_with_the_receipt_and_not_with_the_sending(pair: Pair) -> None:
    pair.at("2026-11-26T08:00:00+01:00")
    pair.ours.asks(pair.theirs)
    before = pair.ours.only
    assert (before.standing, before.countdown(pair.ours.desk.clock())) == (Standing.SENDING, None)
    pair.at("2026-11-28T08:00:00+01:00")
    pair.carry()
    deadline = pair.ours.only.deadline
    assert pair.ours.only.standing is Standing.OPEN
    assert deadline is not None
    assert iso(Instant(deadline.due - deadline.due % 1_000_000)) == iso(parse("2026-12-05T08:00:00+01:00"))


def test_a_clarification_an_explanation_and_an_answer(pair: Pair) -> None:
    pair.ours.asks(pair.theirs)
    pair.carry()
    request = pair.theirs.only.id
    pair.theirs.requests.clarify(request, "Which colour?", officer="Clara")
    pair.carry()
    assert (pair.ours.only.standing, pair.theirs.only.standing) == (Standing.CLARIFYING, Standing.CLARIFYING)
    pair.ours.requests.explain(request, "Grey", officer="Anna")
    pair.carry()
    assert (pair.ours.only.standing, pair.theirs.only.standing) == (Standing.OPEN, Standing.OPEN)
    van = pair.theirs.desk.incident("Van seen at Vaals")
    law = grounds(basis=pair.theirs.requests.basis(pair.theirs.only), purpose=Purpose.INVESTIGATION)
    assert law.basis == "dir-2023-977/request"
    shown = pair.theirs.desk.sharing.preview([van], pair.ours.desk.id, law)
    reply = pair.theirs.requests.reply(request, to=pair.ours.desk.id, more=False)
    pair.theirs.desk.sharing.send(shown, officer="Clara", why="asked", answers=request, letter=reply)
    pair.carry()
    pair.ours.desk.applied()
    for side in (pair.ours, pair.theirs):
        assert side.only.standing is Standing.ANSWERED
        assert not side.only.late
        assert side.only.countdown(side.desk.clock()) is None
    assert "Van seen at Vaals" in pair.ours.desk.pictured().values()
    with pytest.raises(Refused, match="closed"):
        pair.theirs.requests.refuse(request, ["a"], officer="Clara")


def test_a_clock_that_is_put_back_does_not_change_what_follows_what(pair: Pair) -> None:
    pair.at("2026-11-26T08:00:00+01:00")
    pair.ours.asks(pair.theirs)
    pair.carry()
    request = pair.theirs.only.id
    pair.theirs.requests.clarify(request, "Which colour?", officer="Clara")
    pair.carry()
    pair.at("2026-11-26T07:58:00+01:00")
    pair.ours.requests.explain(request, "Grey", officer="Anna")
    pair.carry()
    kinds = ["request", "clarification", "explanation"]
    for side in (pair.ours, pair.theirs):
        assert side.only.standing is Standing.OPEN
        assert [piece.kind for piece in side.only.pieces] == kinds


def test_what_is_refused_in_part_leaves_the_rest_due(pair: Pair) -> None:
    pair.ours.asks(pair.theirs)
    pair.carry()
    request = pair.theirs.only.id
    pair.theirs.requests.refuse(request, ["d", "h"], part="Keeper of the vehicle", officer="Clara")
    pair.carry()
    for side in (pair.ours, pair.theirs):
        assert side.only.standing is Standing.OPEN
        assert side.only.grounds == ("d", "h")
        assert side.only.countdown(side.desk.clock()) is not None
    _, written = pair.ours.requests.read(request, officer="Anna")
    letter = written[-1].letter
    assert isinstance(letter, Refusal)
    assert (letter.part, letter.grounds) == ("Keeper of the vehicle", ("d", "h"))
    item = pair.theirs.desk.incident("Seen at Vaals")
    shown = pair.theirs.desk.sharing.preview([item], pair.ours.desk.id, grounds(basis="dir-2023-977/request"))
    reply = pair.theirs.requests.reply(request, to=pair.ours.desk.id)
    pair.theirs.desk.sharing.send(shown, officer="Clara", why="asked", answers=request, letter=reply)
    pair.carry()
    assert (pair.ours.only.standing, pair.theirs.only.standing) == (Standing.IN_PART, Standing.IN_PART)


def test_a_delay_has_to_be_expected_later_and_to_give_reasons(pair: Pair) -> None:
    pair.at("2026-11-26T08:00:00+01:00")
    pair.ours.asks(pair.theirs, **URGENT)
    pair.carry()
    request, theirs = pair.theirs.only.id, pair.theirs.requests
    with pytest.raises(Refused, match="after the time limit"):
        theirs.delay(request, parse("2026-11-26T15:00:00+01:00"), "The judge is asked", officer="Clara")
    with pytest.raises(Refused, match="reasons"):
        theirs.delay(request, parse("2026-11-27T12:00:00+01:00"), " ", officer="Clara")
    theirs.delay(request, parse("2026-11-27T12:00:00+01:00"), "The judge is asked", officer="Clara")
    pair.carry()
    for side in (pair.ours, pair.theirs):
        assert side.only.standing is Standing.DELAYED
        assert not side.only.overdue(parse("2026-11-27T11:59:00+01:00"))
        assert side.only.overdue(parse("2026-11-27T12:00:01+01:00"))
        deadline = side.only.deadline
        assert deadline is not None
        assert deadline.due < parse("2026-11-26T16:00:01+01:00")


def test_late_and_overdue_are_counted_by_instrument_and_outcome(pair: Pair) -> None:
    pair.at("2026-11-26T08:00:00+01:00")
    first = pair.ours.asks(pair.theirs, **URGENT)
    second = pair.ours.asks(pair.theirs, **URGENT)
    pair.ours.asks(pair.theirs, **URGENT)
    fourth = pair.ours.asks(pair.theirs, instrument="fd-2006-960", limit="other")
    pair.carry()
    pair.theirs.requests.refuse(first, ["a"], officer="Clara")
    pair.ours.requests.cancel(fourth, "found it ourselves", officer="Anna")
    pair.at("2026-11-26T16:00:30+01:00")
    pair.theirs.requests.refuse(second, ["f-ii", "a"], officer="Clara")
    pair.carry()
    for side in (pair.ours, pair.theirs):
        directive, framework = side.requests.statistics()
        assert (directive.instrument, directive.limit, directive.total) == ("dir-2023-977", "urgent-direct", 3)
        assert directive.outcomes == {"refused": 2, "open": 1}
        assert directive.grounds == {"a": 2, "f-ii": 1}
        assert (directive.in_time, directive.late, directive.overdue) == (1, 1, 1)
        assert (framework.outcomes, framework.in_time, framework.late) == ({"cancelled": 1}, 0, 0)
        assert directive.ours is (side is pair.ours)


@pytest.mark.parametrize(
    ("fields", "what"),
    [
        ({"limit": "yesterday"}, "no such time limit"),
        ({"instrument": "reg-2024-982", "limit": "core-data"}, "no such time limit"),  # starts with a match
        ({"limit": "urgent-direct"}, "none of the codes"),
        ({**URGENT, "urgency": "boredom"}, "none of the codes"),
        ({**URGENT, "urgency_reason": " "}, "needs its reason"),
        ({"urgency": "life-or-integrity", "urgency_reason": "armed"}, "none for urgent requests"),
        ({"requested_information": "  "}, "Say what is asked for"),
    ],
)
def test_a_request_that_lacks_something_is_not_sent(pair: Pair, fields: dict[str, Any], what: str) -> None:
    with pytest.raises(Refused, match=what):
        pair.ours.asks(pair.theirs, **fields)
    assert pair.ours.requests.all() == []


def test_only_the_asked_centre_answers_and_only_the_asking_one_explains(pair: Pair) -> None:
    pair.ours.asks(pair.theirs)
    pair.carry()
    request = pair.ours.only.id
    with pytest.raises(Refused, match="of another centre"):
        pair.ours.requests.refuse(request, ["a"], officer="Anna")
    with pytest.raises(Refused, match="of our own"):
        pair.theirs.requests.explain(request, "because", officer="Clara")
    with pytest.raises(Refused, match="none of the codes"):
        pair.theirs.requests.refuse(request, ["z"], officer="Clara")
    with pytest.raises(Refused, match="needs a ground"):
        pair.theirs.requests.refuse(request, [], officer="Clara")


def test_a_law_that_the_other_side_does_not_have_stops_the_request(pair: Pair) -> None:
    limit = Limit(id="soon", article="1", verified=False, hours=1)
    treaty = Instrument(id="treaty", version=1, title="Treaty", limits=(limit,))
    ours = Requests(pair.ours.desk.exchange, Instruments([*INSTRUMENTS, treaty]), pair.ours.desk.clock)
    pair.ours.requests = ours
    request = pair.ours.asks(pair.theirs, instrument="treaty", limit="soon")
    pair.carry()
    assert pair.ours.only.standing is Standing.STOPPED
    assert pair.theirs.requests.all() == []
    assert pair.ours.desk.exchange.dispatch.one(request).code == "unknown-code"
    with pytest.raises(Refused, match="closed"):
        ours.explain(request, "it holds here", officer="Anna")


def test_an_answer_that_is_withdrawn_is_none(pair: Pair) -> None:
    pair.ours.asks(pair.theirs)
    pair.carry()
    request, desk = pair.theirs.only.id, pair.theirs.desk
    shown = desk.sharing.preview([desk.incident("Seen")], pair.ours.desk.id, grounds(basis="dir-2023-977/request"))
    reply = pair.theirs.requests.reply(request, to=pair.ours.desk.id)
    sent = desk.sharing.send(shown, officer="Clara", why="asked", answers=request, letter=reply)
    pair.carry()
    assert pair.ours.only.standing is Standing.ANSWERED
    desk.sharing.withdraw(sent.bundle, officer="Clara", why="sent in error")
    pair.carry()
    assert (pair.ours.only.standing, pair.theirs.only.standing) == (Standing.OPEN, Standing.OPEN)


def test_everything_is_in_the_audit_log_and_deadlines_outlive_erasure(pair: Pair) -> None:
    pair.ours.asks(pair.theirs)
    pair.carry()
    request = pair.theirs.only.id
    before = pair.theirs.only.deadline
    pair.theirs.requests.read(request, officer="Clara", why="duty")
    pair.theirs.requests.refuse(request, ["a"], officer="Clara")
    log = pair.theirs.desk.exchange.audit.entries()
    read = [e.detail for e in log if e.action == Action.CONSULTATION and e.detail]
    assert [(d.officer, d.subject, d.counterpart, d.why) for d in read] == [
        ("Clara", f"bundle:{request}", pair.ours.desk.id, "duty")
    ]
    (refused,) = [e.detail for e in log if e.action == Action.DISCLOSURE and e.detail]
    assert refused.facts["letter"] == "refusal"
    assert (refused.facts["answers"], refused.facts["grounds"], refused.officer) == (request, "a", "Clara")
    pair.carry()
    pair.theirs.desk.exchange.inbox.forget(request, officer="Clara", why="time is over")
    again = Requests(pair.theirs.desk.exchange, INSTRUMENTS, pair.theirs.desk.clock)
    (left,) = again.all()
    assert (left.subject, left.deadline, left.standing) == ("", before, Standing.REFUSED)
