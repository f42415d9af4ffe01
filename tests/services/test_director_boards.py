"""Teams, objectives and improvised injects as the directing staff sees them, without a window."""

from __future__ import annotations

import msgspec

from qroc_desktop.exercise.events import Acted, Improvised, Rated
from qroc_desktop.exercise.view import view_of
from qroc_desktop.exercise.vocabulary import Channel, InjectState, Rating
from qroc_desktop.services.exercise.directing.improvising import Idea, inject_of, players, usual_teams
from qroc_desktop.services.exercise.directing.objective_list import Lacks, ObjectiveRow, objective_rows
from qroc_desktop.services.exercise.directing.team_board import seen_rows, team_rows, told_rows
from tests.exercise.building import small
from tests.exercise.hunt import hunt
from tests.services.exercise.test_event_list import Played


def objectives(run: Played) -> list[ObjectiveRow]:
    return objective_rows(run.scenario, run.world.standing, list(run.rows().values()), run.log.done)


def test_a_task_is_met_only_within_its_time_and_no_failure_before_it_is_over() -> None:
    run = Played()
    task = objectives(run)[0].tasks[0]
    assert (task.limit, task.since, task.met(500_000)) == (300_000, None, None)
    run.to(70_000)
    task = objectives(run)[0].tasks[0]
    assert [task.met(t) for t in (360_000, 360_001)] == [None, False]
    run.to(359_000)
    run.do(Acted(t=359_000, team="blue", action="ring"))
    task = objectives(run)[0].tasks[0]
    assert (task.took, task.met(10**9)) == (299_000, True)
    run.do(Rated(t=359_000, objective="contain", task="ring-in-time", rating=Rating.PERFORMED))
    assert objectives(run)[0].tasks[0].rating is Rating.PERFORMED


def test_another_team_s_action_does_not_meet_the_task_of_blue() -> None:
    run = Played()
    run.to(70_000)
    run.do(Acted(t=70_000, team="red", action="ring"))
    assert objectives(run)[0].tasks[0].took is None


def test_objectives_say_what_they_lack() -> None:
    objective = small().objectives[0]
    bare = msgspec.structs.replace(objective, id="bare", tasks=())
    whole = msgspec.structs.replace(objective, evaluator="judge")
    run = Played(msgspec.structs.replace(small(), objectives=(whole, bare)))
    assert [row.lacks for row in objectives(run)] == [(), (Lacks.INJECT, Lacks.EVALUATOR, Lacks.TASK)]


def test_every_objective_of_the_man_hunt_has_injects_tasks_and_an_evaluator() -> None:
    made = objectives(Played(hunt()))
    assert len(made) == len(hunt().objectives)
    assert [row.lacks for row in made] == [()] * len(made)


def test_teams_are_counted_from_what_they_are_served_and_nothing_else() -> None:
    run = Played()
    run.to(1_700_000)
    views = {team: view_of(run.world, team, b"secret") for team in ("blue", "red", "white")}
    blue, red, white = team_rows(run.scenario, views)
    assert (blue.told, blue.own) == (len(views["blue"].told), 1)
    assert (red.own, white.seen) == (2, 3)
    times = [row.at for row in told_rows(views["blue"])]
    assert times == sorted((told.at for told in views["blue"].told), reverse=True)
    assert told_rows(views["blue"])[-1].text == "A man has fled from the bank."
    seen = seen_rows(views["blue"])
    assert [(row.name, row.error_m, row.lasting) for row in seen] == [("Possible sighting", 150.0, False)]
    assert "REDNAME" not in repr(seen)


def test_an_idea_becomes_an_inject_with_a_name_of_its_own() -> None:
    run = Played()
    idea = Idea(text="  The lights\n go out ", teams=("blue",), channel=Channel.RADIO)
    made = inject_of(idea, run.world.standing, language="en", word="EXERCISE")
    assert made.body == {"en": "EXERCISE. The lights go out EXERCISE."}
    assert (made.title, made.no, made.trigger.manual) == ({"en": "The lights go out"}, "+1", True)
    run.do(Improvised(t=0, inject=made))
    again = inject_of(idea, run.world.standing, language="en", word="EXERCISE")
    assert (again.id, again.no) == ("improvised-2", "+2")


def test_what_begins_with_the_word_gets_it_once() -> None:
    idea = Idea(text="ÜBUNG. Der Strom fällt aus. ÜBUNG.", teams=("blue",), at=90_500)
    made = inject_of(idea, Played().world.standing, language="de", word="ÜBUNG")
    assert made.body == {"de": "ÜBUNG. Der Strom fällt aus. ÜBUNG."}
    assert made.title == {"de": "Der Strom fällt aus."}
    assert made.trigger.at == 90.5


def test_a_long_text_is_cut_in_the_title_alone() -> None:
    idea = Idea(text="word " * 40, teams=("blue",))
    made = inject_of(idea, Played().world.standing, language="en", word="EXERCISE")
    assert len(made.title["en"]) <= 60
    assert made.title["en"].endswith("…")
    assert made.body["en"].count("word") == 40


def test_blue_is_told_where_nothing_else_is_said_and_the_staff_never() -> None:
    assert usual_teams(hunt()) == {"blue"}
    assert [team.id for team in players(hunt())] == ["blue", "red", "neighbour"]
    assert usual_teams(small(teams=[{"id": "a", "side": "green"}, {"id": "w", "side": "white"}])) == {"a"}
    assert Played().world.standing.injects["spare"].state is InjectState.ON_HOLD
