"""The man hunt as those read it who direct, evaluate and play: facts, languages, handbooks, deadlines."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from qroc_desktop.exercise.conditions import Acted as HasActed
from qroc_desktop.exercise.conditions import Executed, Seen, parts
from qroc_desktop.exercise.conduct import Conduct
from qroc_desktop.exercise.events import Acted, Fired
from qroc_desktop.exercise.handbooks import Handbook, bound
from qroc_desktop.exercise.recording import Recording
from qroc_desktop.exercise.review import Latency, Review
from qroc_desktop.exercise.scenario import Scenario, Wording, ms
from qroc_desktop.exercise.vocabulary import KnownBy
from tests.exercise.hunt import CONDUCTS, END, FOLDER, hunt, played
from tests.exercise.watch import Watch

CALL_SIGN = re.compile(r"^(Alfa|Delta|Golf|Hotel|November) \d$")
LANGUAGES = ("en", "de")


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return hunt()


@pytest.fixture(scope="module")
def written() -> list[Handbook]:
    return list(bound({path.name: path.read_text("utf-8") for path in FOLDER.glob("*.md")}))


# --- facts ---------------------------------------------------------------------------------------


Known = Callable[[str, str], dict[str, Latency]]


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Known]:
    """What a team knew in a conduct: asked of a record of it."""
    folder = tmp_path_factory.mktemp("conducts")
    records: dict[str, Recording] = {}

    def asked(name: str, team: str) -> dict[str, Latency]:
        if name not in records:
            course = played(name)
            assert course.world is not None
            records[name] = Recording.create(folder / f"{name}.qrocrun", hunt())
            records[name].append(course.events, course.world)
        return {one.fact: one for one in Review(records[name], END).latencies(team) if not one.entity}

    yield asked
    for record in records.values():
        record.close()


def test_the_facts_are_the_story_and_each_serves_an_objective(scenario: Scenario) -> None:
    asked = {team: [f for f in scenario.facts if team in f.matters_to] for team in ("blue", "neighbour", "red")}
    assert len(asked["blue"]) >= 20
    assert len(asked["neighbour"]) >= 5
    assert len(asked["red"]) >= 3
    objectives = {objective.id for objective in scenario.objectives}
    assert [fact.id for fact in scenario.facts if "blue" in fact.matters_to and fact.objective not in objectives] == []
    assert {fact.objective for fact in asked["blue"]} >= objectives - {"o8"}, "leading and recording is no knowledge"


def test_what_shows_a_fact_is_an_action_that_somebody_expects(scenario: Scenario) -> None:
    expected = {(e.team, e.action) for inject in scenario.injects for e in inject.expected}
    assert [
        (fact.id, shown.action)
        for fact in scenario.facts
        for shown in fact.shown
        if (shown.team, shown.action) not in expected
    ] == []


def test_every_fact_becomes_true_and_known_in_some_conduct(scenario: Scenario, known: Known) -> None:
    true, learned = set(), set()
    for name in CONDUCTS:
        for team in ("blue", "neighbour", "red"):
            for fact, latency in known(name, team).items():
                true.add(fact)
                if latency.known is not None:
                    learned.add(fact)
                    assert latency.known >= latency.true
    facts = {fact.id for fact in scenario.facts}
    assert facts - true == set()
    assert facts - learned == set()


def test_whoever_thinks_or_asks_knows_sooner(known: Known) -> None:
    nothing, well, late = (known(name, "blue") for name in ("nothing", "well", "late"))
    told, thought = nothing["school-empty"], well["school-empty"]
    assert told.how is KnownBy.TOLD
    assert (told.true, told.known) == (3_120_000, 4_320_000), "from the parents before the school"
    assert (thought.true, thought.known, thought.how) == (3_120_000, 3_300_000, KnownBy.CONCLUDED)
    # The van comes back over a bridge that nobody watches: nobody ever learns of it.
    assert (nothing["over-rhine"].known, "over-rhine" in well) == (None, False)
    # He leaves the hut before the dog is there: blue learns it from the cold hut half an hour before he gives up.
    assert late["left-hut"].by == "hut-empty"
    assert nothing["left-hut"].by == "hills-surrender"


def test_the_neighbour_knows_what_it_is_told(tmp_path: Path) -> None:
    """By a share that says what is needed, and not before."""
    made = Recording.create(tmp_path / "hunt.qrocrun", hunt())
    watch = Watch()
    conduct = Conduct(made, mono=watch.mono, wall=watch.wall)
    conduct.start()
    watch.wait(700)
    conduct.act("blue", "neighbour-informed")
    conduct.pause()
    latencies = {one.fact: one for one in Review(made).latencies("neighbour")}
    assert (latencies["armed"].known, latencies["armed"].how) == (700_000, KnownBy.PASSED_ON)
    assert latencies["names"].known is None
    made.close()


# --- languages -----------------------------------------------------------------------------------


def _worded(scenario: Scenario) -> Iterator[tuple[str, Wording]]:
    for inject in scenario.injects:
        yield f"{inject.id}/from", inject.from_
        yield f"{inject.id}/controllerNote", inject.controller_note
    for entity in scenario.entities:
        yield f"{entity.id}/note", entity.note
    for objective in scenario.objectives:
        yield f"{objective.id}/capability", objective.capability


def test_what_has_one_wording_for_all_is_a_call_sign(scenario: Scenario) -> None:
    alike = [(where, text) for where, text in _worded(scenario) if isinstance(text, str) and text]
    assert [(where, text) for where, text in alike if not CALL_SIGN.match(text)] == []
    notes = [i.controller_note for i in scenario.injects if not isinstance(i.controller_note, str)]
    assert len(notes) == len(scenario.injects)
    assert [note["de"] for note in notes if note["de"] == note["en"]] == []


def test_every_state_and_property_is_read_in_both_languages(scenario: Scenario) -> None:
    words: set[str] = set()
    for entity in scenario.entities:
        for status, props in [(entity.initial.status, entity.initial.props)] + [
            (s.status, s.props) for s in entity.states
        ]:
            words |= {status or "", *props, *(value for value in props.values() if isinstance(value, str))}
    for inject in scenario.injects:
        for effect in inject.effects:
            words |= {name for name in effect.patch if name != "status"}
            words |= {value for value in effect.patch.values() if isinstance(value, str)}
    plates = {word for word in words if word.startswith("EX ")}
    assert words - plates - {""} == set(scenario.terms)
    assert all(set(texts) == set(LANGUAGES) for texts in scenario.terms.values())


# --- handbooks -----------------------------------------------------------------------------------


def test_both_handbooks_are_there_in_both_languages(written: list[Handbook]) -> None:
    assert {book.name: tuple(book.written) for book in written} == {
        "directors-handbook": LANGUAGES,
        "evaluators-guide": LANGUAGES,
    }


def test_the_languages_say_the_same_in_the_same_order(written: list[Handbook]) -> None:
    """As many headings, tables and lists, the same injects and actions: neither has what the other lacks."""
    for book in written:
        english, german = (book.written[code] for code in LANGUAGES)
        assert re.findall(r"^#+(?= )", english, re.M) == re.findall(r"^#+(?= )", german, re.M), book.name
        assert english.count("\n| ") == german.count("\n| "), book.name
        assert len(re.findall(r"^(?:- |\d\. )", english, re.M)) == len(re.findall(r"^(?:- |\d\. )", german, re.M))
        assert set(re.findall(r"`([^`]+)`", english)) == set(re.findall(r"`([^`]+)`", german)), book.name
        assert set(re.findall(r"\b[0-9]{3}\b", english)) == set(re.findall(r"\b[0-9]{3}\b", german)), book.name


def test_every_inject_stands_in_the_event_list_of_both(scenario: Scenario, written: list[Handbook]) -> None:
    for code in LANGUAGES:
        handbook = written[0].written[code].splitlines()
        for inject in scenario.injects:
            (row,) = [line for line in handbook if line.startswith(f"| {inject.no} |")]
            assert inject.title[code] in row
            assert inject.contingent is row.endswith({"en": "*(contingent)* |", "de": "*(bedingt)* |"}[code]), inject.no


def test_the_times_of_the_event_list_are_those_of_the_scenario(scenario: Scenario, written: list[Handbook]) -> None:
    for code in LANGUAGES:
        handbook = written[0].written[code]
        for inject in scenario.injects:
            if inject.trigger.at is not None:
                minutes = 15 * 60 + 30 + int(inject.trigger.at) // 60
                assert f"| {inject.no} | {minutes // 60}:{minutes % 60:02}" in handbook, (code, inject.no)


def test_every_task_is_explained_in_both_with_its_criterion(scenario: Scenario, written: list[Handbook]) -> None:
    numbers = {inject.id: inject.no for inject in scenario.injects}
    for code in LANGUAGES:
        guide = written[1].written[code]
        for objective in scenario.objectives:
            capability = objective.capability
            assert not isinstance(capability, str)
            assert f"## {objective.id.upper()}  {capability[code]}" in guide
            for task in objective.tasks:
                (row,) = [line for line in guide.splitlines() if line.startswith(f"| `{task.id}` |")]
                assert task.criterion[code] in row
                if task.auto is not None:
                    assert numbers[task.auto.since] in row
                    assert f"`{task.auto.action}`" in row
                    assert f"{task.target:g} s" in row


def test_every_inject_stands_with_the_objective_that_it_serves(scenario: Scenario, written: list[Handbook]) -> None:
    for code, lead in (("en", "Served by: "), ("de", "Dem dienen: ")):
        guide = written[1].written[code]
        lists = [line.removeprefix(lead).rstrip(".") for line in guide.splitlines() if line.startswith(lead)]
        for objective, listed in zip(scenario.objectives, lists, strict=True):
            serving = {i.no for i in scenario.injects for e in i.expected
                       if e.objective == objective.id and e.team == "blue"}  # fmt: skip
            assert set(listed.split(", ")) == serving, (code, objective.id)


# --- the play ------------------------------------------------------------------------------------


def test_whatever_is_expected_has_a_deadline_that_comes_before_the_hot_wash(scenario: Scenario) -> None:
    for name in CONDUCTS:
        for inject, t in played(name).fired().items():
            expected = next(i.expected for i in scenario.injects if i.id == inject)
            for one in expected:
                assert 0 < one.within_s <= 3600, (inject, one.action)
                assert t + ms(one.within_s) <= END + 600_000, (name, inject, one.action)
    assert all(e.team and e.objective and set(e.text) == set(LANGUAGES) for i in scenario.injects for e in i.expected)


def test_nobody_reports_from_where_he_has_not_been_sent(scenario: Scenario) -> None:
    """Who says that he is at the bridge, in the hut or in the cellar has got there by then."""
    for name in CONDUCTS:
        fired = played(name).fired()
        for inject, before, seconds in (
            ("block-turned", "bendern-manned", 540),
            ("hills-arrest", "dog-to-hut", 1080),
            ("hut-empty", "dog-to-hut", 1080),
            ("sector-clear", "dog-on-way", 600),
        ):
            if inject in fired:
                assert fired[inject] - fired[before] >= seconds * 1000, (name, inject)
        assert not {"hills-arrest", "hut-empty"} <= set(fired)
        assert not {"arrest-here", "arrest-abroad"} <= set(fired)
        caught = min(fired.get(arrest, END) for arrest in ("arrest-here", "arrest-abroad"))
        assert fired.get("railway-call", 0) < caught, f"{name}: no train is held for somebody in custody"


def test_every_condition_can_come_true_in_some_conduct(scenario: Scenario) -> None:
    """Each part that asks for an action, an inject or a sighting has somebody who does it, plays it or sees it."""
    acted = {(e.team, e.action) for name in CONDUCTS for e in played(name).events if isinstance(e, Acted)}
    fired = {e.inject for name in CONDUCTS for e in played(name).events if isinstance(e, Fired)}
    conditions = [b.when for b in scenario.branches] + [i.trigger.when for i in scenario.injects if i.trigger.when]
    for part in (part for condition in conditions for part in parts(condition)):
        match part:
            case HasActed(team=team, action=action):
                assert (team, action) in acted
            case Executed(inject=inject):
                assert inject in fired
            case Seen(team=team, entity=entity):
                assert any(
                    world.sighting(team, entity) is not None for name in CONDUCTS if (world := played(name).world)
                )
            case _:
                pass
