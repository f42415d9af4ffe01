"""The master event list as rows, from a run that is short enough to be reckoned by hand."""

from __future__ import annotations

import msgspec

from qroc_desktop.exercise import engine
from qroc_desktop.exercise.events import Acted, Event, Held, Improvised
from qroc_desktop.exercise.scenario import Inject, Scenario, To, Trigger
from qroc_desktop.exercise.vocabulary import InjectState, Passed
from qroc_desktop.exercise.world import Ground, World
from qroc_desktop.services.exercise.directing.event_list import EventRow, Reply, Waits, next_due, next_of, rows
from qroc_desktop.services.exercise.directing.event_log import EventLog
from tests.exercise.building import small


class Played:
    """A run of the small exercise, by the engine alone."""

    def __init__(self, scenario: Scenario | None = None) -> None:
        self.scenario = scenario or small()
        self.world = World(Ground(self.scenario))
        self.log = EventLog()
        self.log.take(engine.settle(self.world))

    def to(self, t: int, passed: Passed = Passed.FIRE) -> None:
        self.log.take(engine.advance(self.world, t, passed))

    def do(self, event: Event) -> None:
        self.world.take(event)
        self.log.take([event, *engine.settle(self.world)])

    def rows(self, language: str = "en") -> dict[str, EventRow]:
        made = rows(self.scenario, self.world.standing, self.log.done, language)
        return {row.id: row for row in made}


def test_at_the_beginning_each_says_what_it_waits_for() -> None:
    made = Played().rows()
    assert list(made) == ["alert", "call", "switch", "camera", "spare"]
    assert [row.waits for row in made.values()] == [
        Waits.TIME, Waits.AFTER, Waits.CONDITION, Waits.AFTER, Waits.HAND,
    ]  # fmt: skip
    assert [row.state for row in made.values()] == [
        InjectState.SCHEDULED, InjectState.SCHEDULED, InjectState.SCHEDULED, InjectState.ON_HOLD, InjectState.ON_HOLD,
    ]  # fmt: skip
    assert (made["alert"].coming, made["call"].coming, made["spare"].coming) == (60_000, None, None)
    assert made["call"].after == "alert"
    assert made["call"].told == ("desk",)
    assert made["call"].teams == ("blue",)
    assert made["alert"].note == "REDCONTROL"
    assert made["alert"].objectives == ("contain",)


def test_what_follows_another_is_due_once_that_was_told() -> None:
    run = Played()
    run.to(70_000)
    made = run.rows()
    assert (made["alert"].state, made["alert"].when) == (InjectState.EXECUTED, 60_000)
    assert made["call"].coming == 150_500
    following = next_of(made.values())
    assert following is not None
    assert following.id == "call"
    assert next_due(run.world.standing) == ("call", 150_500)


def test_what_is_expected_becomes_open_overdue_and_done_late() -> None:
    run = Played()
    answer = run.rows()["alert"].answers[0]
    assert (answer.reply(0), answer.due) == (Reply.NOT_YET, None)
    run.to(70_000)
    answer = run.rows()["alert"].answers[0]
    assert answer.due == 360_000
    assert [answer.reply(t) for t in (70_000, 360_000, 360_001)] == [Reply.OPEN, Reply.OPEN, Reply.OVERDUE]
    assert run.rows()["alert"].overdue(400_000) == 1
    run.to(400_000)
    run.do(Acted(t=400_000, team="blue", action="ring"))
    row = run.rows()["alert"]
    assert (row.answers[0].reply(500_000), row.overdue(500_000), row.replied()) == (Reply.LATE, 0, 1)


def test_what_was_done_before_it_was_asked_is_not_done() -> None:
    run = Played()
    run.to(30_000)
    run.do(Acted(t=30_000, team="blue", action="ring"))
    run.to(70_000)
    assert run.rows()["alert"].answers[0].done is None
    run.to(100_000)
    run.do(Acted(t=100_000, team="blue", action="ring"))
    assert run.rows()["alert"].answers[0].done == 100_000
    assert run.rows()["alert"].answers[0].reply(100_000) is Reply.DONE


def test_a_row_stays_equal_as_long_as_nothing_happens_to_its_inject() -> None:
    run = Played()
    run.to(70_000)
    before = run.rows()
    run.to(140_000)
    run.do(Held(t=140_000, inject="call"))
    after = run.rows()
    assert [name for name in before if before[name] != after[name]] == ["call"]


def test_what_was_improvised_stands_at_the_end_and_is_marked() -> None:
    run = Played()
    run.to(10_000)
    inject = Inject(id="x", title={"en": "Now this"}, to=To(teams=("blue",)), trigger=Trigger(at=12.0))
    run.do(Improvised(t=10_000, inject=inject))
    *_, last = run.rows().values()
    assert (last.id, last.improvised, last.coming, last.teams) == ("x", True, 12_000, ("blue",))


def test_texts_are_told_in_the_language_of_the_window() -> None:
    titled = msgspec.structs.replace(small().injects[0], title={"en": "Alarm", "de": "Der Alarm"})
    run = Played(msgspec.structs.replace(small(), injects=(titled, *small().injects[1:])))
    assert run.rows("de")["alert"].title == "Der Alarm"
    assert run.rows("fr")["alert"].title == "Alarm"
