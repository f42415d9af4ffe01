"""Facts: since when they are true, by whom and how they came to be known, and what an older scenario meant by them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from qroc_desktop.exercise import package as packages
from qroc_desktop.exercise.conduct import Conduct
from qroc_desktop.exercise.package import Package
from qroc_desktop.exercise.recording import Recording
from qroc_desktop.exercise.review import Latency, Review
from qroc_desktop.exercise.validation import problems
from qroc_desktop.exercise.vocabulary import KnownBy, Passed
from tests.exercise.building import SMALL, package, small
from tests.exercise.watch import Watch

ALERT = {"inject": "alert"}
"""Executed at 60 s; the call of a witness follows at 150.5 s."""


def fact(name: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "text": {"en": name}, **more}


FACTS = [
    fact("told", since=[ALERT]),
    fact("thought", since=[{"inject": "alert", "delayS": 20}], shown=[{"action": "ring", "team": "blue"}]),
    fact("passed-on", shown=[{"action": "ring", "team": "blue", "tells": ["white"]}], mattersTo=["white"]),
    fact("over", since=[{"at": 30}], until=[{"at": 45}, ALERT]),
    fact("never-true", since=[{"inject": "spare"}]),
    fact("before", since=[{"at": 210}], shown=[{"action": "ring", "team": "blue"}]),
]


def _scenario(**changes: Any) -> Any:
    injects = [dict(inject) for inject in SMALL["injects"]]
    injects[1]["reveals"] = [entry["id"] for entry in FACTS if entry["id"] not in ("passed-on", "before")]
    return small(injects=injects, facts=FACTS, **changes)


@pytest.fixture
def review(tmp_path: Path) -> Iterator[Review]:
    """Blue draws its ring at 200 s."""
    made = Recording.create(tmp_path / "run.qrocrun", _scenario())
    watch = Watch()
    conduct = Conduct(made, mono=watch.mono, wall=watch.wall)
    conduct.start()
    watch.wait(100)
    conduct.act("blue", "ring", "Ring drawn")
    watch.wait(100)
    conduct.act("blue", "ring", "Ring drawn again")
    conduct.pause()
    conduct.jump(600_000, Passed.FIRE)
    yield Review(made)
    made.close()


def _of(review: Review, team: str) -> dict[str, Latency]:
    return {one.fact: one for one in review.latencies(team) if not one.entity}


def test_what_is_told_is_known_from_the_telling_on(review: Review) -> None:
    told = _of(review, "blue")["told"]
    assert (told.true, told.known, told.how, told.by) == (60_000, 150_500, KnownBy.TOLD, "call")


def test_an_action_that_nobody_takes_who_does_not_know_shows_it(review: Review) -> None:
    thought = _of(review, "blue")["thought"]
    assert (thought.true, thought.known, thought.how, thought.by) == (80_000, 100_000, KnownBy.CONCLUDED, "ring")


def test_what_was_done_before_a_fact_was_true_does_not_show_it(review: Review) -> None:
    before = _of(review, "blue")["before"]
    assert (before.true, before.known, before.how) == (210_000, None, None)


def test_whoever_is_told_by_another_team_knows_it_from_then_on(review: Review) -> None:
    passed = _of(review, "white")["passed-on"]
    assert (passed.true, passed.known, passed.how, passed.whose) == (0, 100_000, KnownBy.PASSED_ON, "blue")
    assert "passed-on" not in _of(review, "blue"), "nobody asks blue about it"


def test_what_is_over_cannot_be_known_any_more(review: Review) -> None:
    over = _of(review, "blue")["over"]
    assert (over.true, over.over, over.known) == (30_000, 45_000, None)


def test_what_has_not_become_true_is_no_fact(review: Review) -> None:
    assert "never-true" not in _of(review, "blue")


def test_asked_for_an_earlier_instant_it_knows_nothing_of_what_came_later(tmp_path: Path, review: Review) -> None:
    early = _of(Review(review._recording, 99_000), "blue")
    assert early["thought"].known is None
    assert early["told"].known is None
    assert set(early) == {"told", "thought", "over"}


def test_a_sighting_counts_from_when_somebody_looks(tmp_path: Path) -> None:
    """The runner is seen in the 19th minute at the earliest; whoever looks from the 40th on has not seen him yet."""
    known = {}
    for name, looked_for in (("always", []), ("later", [{"at": 2400}]), ("not-yet", [{"inject": "spare"}])):
        rule = {**SMALL["visibility"][0], "lookedFor": looked_for}
        made = Recording.create(tmp_path / f"{name}.qrocrun", small(visibility=[rule]))
        watch = Watch()
        conduct = Conduct(made, mono=watch.mono, wall=watch.wall)
        conduct.ready()
        conduct.jump(3_600_000, Passed.FIRE)
        known[name] = [(one.true, one.known) for one in Review(made).latencies("blue") if one.entity]
        made.close()
    ((true, first),) = known["always"]
    assert true == 0
    assert first is not None
    assert first < 2_400_000
    ((true, later),) = known["later"]
    assert true == 2_400_000
    assert later is None or later >= true
    assert known["not-yet"] == []


# --- what is wrong with them ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "where", "why"),
    [
        ({"text": {}}, "facts/x/text", "Nothing says"),
        ({"since": [{"inject": "nobody"}]}, "facts/x/since", "nobody is not defined"),
        ({"since": [{}]}, "facts/x/since", "Exactly one"),
        ({"until": [{"at": 1, "inject": "alert"}]}, "facts/x/until", "Exactly one"),
        ({"since": [{"at": 1e15}]}, "facts/x/since", "outside the exercise"),
        ({"since": [{"inject": "alert", "delayS": -1}]}, "facts/x/since", "negative"),
        ({"shown": [{"action": "a", "team": "none"}]}, "facts/x/shown", "none is not defined"),
        ({"shown": [{"action": "a", "team": "blue", "tells": ["none"]}]}, "facts/x/shown", "none is not defined"),
        ({"mattersTo": ["none"]}, "facts/x/mattersTo", "none is not defined"),
        ({"objective": "none"}, "facts/x/objective", "none is not defined"),
    ],
)
def test_a_wrong_fact_is_told_with_its_element_and_the_reason(wrong: dict[str, Any], where: str, why: str) -> None:
    found = problems(package(facts=[fact("x", **{"shown": [{"action": "a", "team": "blue"}], **wrong})]))
    assert [problem.where for problem in found if problem.fatal] == [where]
    assert why in str(found[0].why)


def test_a_fact_that_nobody_can_come_to_know_is_worth_a_warning() -> None:
    (found,) = problems(package(facts=[fact("x")]))
    assert (found.where, found.fatal) == ("facts/x", False)


def test_an_inject_reveals_facts_and_nothing_else() -> None:
    injects = [{**SMALL["injects"][0], "reveals": ["call"]}, *SMALL["injects"][1:]]
    found = [problem for problem in problems(package(injects=injects)) if problem.fatal]
    assert [problem.where for problem in found] == ["injects/alert/reveals"]


def test_a_rule_of_visibility_says_from_which_moment_somebody_looks() -> None:
    rule = {**SMALL["visibility"][0], "lookedFor": [{"at": 1, "inject": "alert"}]}
    found = [problem for problem in problems(package(visibility=[rule])) if problem.fatal]
    assert [problem.where for problem in found] == ["visibility/0/lookedFor"]


# --- version 1 -----------------------------------------------------------------------------------


def _version_1() -> dict[str, Any]:
    """In version 1 an inject revealed another one, and capabilities and callers were in one language."""
    injects = [{**inject, "from": "Caller"} for inject in SMALL["injects"]]
    injects[1]["reveals"] = ["alert", "switch", "alert"]
    objectives = [{**SMALL["objectives"][0], "capability": "Containment"}]
    return {**SMALL, "formatVersion": 1, "injects": injects, "objectives": objectives}


def test_what_version_1_revealed_is_a_fact_of_the_inject_s_own(tmp_path: Path) -> None:
    read = packages.read(json.dumps(_version_1()).encode())
    assert [problem for problem in problems(read) if problem.fatal] == []
    assert [(one.id, one.text["en"], [moment.inject for moment in one.since]) for one in read.scenario.facts] == [
        ("alert", "REDTITLE", ["alert"]),
        ("switch", "Change of vehicle", ["switch"]),
    ]
    assert read.scenario.format_version == 2
    assert read.scenario.objectives[0].capability == "Containment"
    assert read.scenario.injects[0].from_ == "Caller"
    assert packages.read(packages.written(read)).scenario == read.scenario


def test_a_run_that_was_begun_with_version_1_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "run.qrocrun"
    Recording.create(path, small()).close()
    recording = Recording(path)
    with recording._connection as connection:
        connection.execute("UPDATE meta SET value = ? WHERE name = 'scenario'", [msgspec.json.encode(_version_1())])
    recording.close()
    again = Recording(path)
    watch = Watch()
    conduct = Conduct(again, mono=watch.mono, wall=watch.wall)
    conduct.ready()
    conduct.jump(200_000, Passed.FIRE)
    alert = _of(Review(again), "blue")["alert"]
    assert (alert.true, alert.known, alert.by) == (60_000, 150_500, "call")
    again.close()


def test_a_package_keeps_its_facts() -> None:
    made = Package(scenario=_scenario())
    assert packages.read(packages.written(made)).scenario == made.scenario
