"""What a team sees, and that nothing else is in the bytes that it is served."""

from __future__ import annotations

import random

import pytest

from qroc_desktop.exercise import engine
from qroc_desktop.exercise.view import TeamView, encoded, opaque, view_of
from qroc_desktop.exercise.world import Ground, World
from tests.exercise.building import BALZERS, small

SECRET = b"\x07" * 32
RED = ["REDNAME", "REDNOTE", "REDPROP", "REDOVERLAY", "REDTITLE", "REDCONTROL", "REDBODY", "runner", "REDVAN", "a-h-G"]


def world_at(t: int) -> World:
    world = World(Ground(small()))
    engine.advance(world, t)
    return world


def blue(t: int) -> TeamView:
    return view_of(world_at(t), "blue", SECRET)


def test_no_word_of_red_is_in_what_blue_is_served_at_any_instant() -> None:
    chance = random.Random(3)
    for t in [0, 3_600_000, *(chance.randrange(3_600_000) for _ in range(100))]:
        served = encoded(blue(t)).decode()
        assert [word for word in RED if word in served] == []


def test_a_team_is_served_the_words_of_what_it_sees_and_of_nothing_else() -> None:
    terms = {
        word: {"en": word.upper(), "de": f"{word} auf Deutsch"} for word in ("free", "driving", "REDPROP", "weapon")
    }
    world = World(Ground(small(terms=terms)))
    served = view_of(world, "blue", SECRET)
    assert [seen.terms for seen in served.entities if seen.own] == [{"free": terms["free"]}]
    assert [word for word in RED if word in encoded(served).decode()] == []
    engine.advance(world, 1_900_000)
    (runner,) = [seen for seen in view_of(world, "red", SECRET).entities if seen.name]
    assert set(runner.terms) == {"REDPROP", "weapon", "driving"}


def test_red_sees_its_own_and_what_it_is_told() -> None:
    view = view_of(world_at(1_900_000), "red", SECRET)
    assert {seen.name.get("en") for seen in view.entities} == {"REDNAME", None}
    assert [told.body["en"] for told in view.told] == ["REDBODY"]
    assert next(seen for seen in view.entities if seen.name).props == {"vehicle": "van", "weapon": "REDPROP"}


def test_the_directing_staff_sees_all() -> None:
    view = view_of(world_at(1_900_000), "white", SECRET)
    assert len(view.entities) == 3
    assert len(view.overlays) == 2
    assert len(view.told) == 4


def test_a_detection_is_a_place_with_an_error_and_a_name_that_tells_nothing_and_grows_stale() -> None:
    assert [seen.own for seen in blue(100_000).entities] == [True], "nobody was near"
    last = world_at(3_600_000).standing.sightings["blue"]["runner"][-1]
    (seen,) = [seen for seen in blue(last.known).entities if not seen.own]
    assert seen.name == {"en": "Possible sighting"}
    assert seen.type == "a-u-G"
    assert (seen.at, seen.error_m, seen.fresh) == (last.t, 150, True)
    assert seen.place != world_at(last.t).position("runner")
    (stale,) = [seen for seen in blue(last.t + 121_000).entities if not seen.own]
    assert not stale.fresh
    assert stale.place == seen.place, "it stays where it was seen, whatever has become of him"


def test_a_detection_is_known_only_after_its_delay() -> None:
    first = min(world_at(3_600_000).standing.sightings["blue"]["runner"], key=lambda sighting: sighting.t)
    assert first.known == first.t + 20_000
    looks = [t for t in range(0, 3_600_000, 10_000) if any(not seen.own for seen in blue(t).entities)]
    earliest = world_at(looks[0]).sighting("blue", "runner")
    assert earliest is not None
    assert earliest.known <= looks[0] < earliest.known + 10_000


def test_identifiers_tell_nothing_and_differ_between_teams() -> None:
    assert opaque(SECRET, "blue", "runner") != opaque(SECRET, "red", "runner")
    assert opaque(SECRET, "blue", "runner") != opaque(b"\x08" * 32, "blue", "runner")
    assert "runner" not in opaque(SECRET, "blue", "runner")


def test_there_is_no_view_of_a_team_that_is_not_there() -> None:
    with pytest.raises(KeyError):
        view_of(world_at(0), "yellow", SECRET)


def test_a_shape_is_seen_for_its_time_by_those_it_is_for() -> None:
    overlays = [
        {
            "id": "later",
            "geometry": {"type": "Point", "coordinates": BALZERS},
            "visibleFromT": 10,
            "visibleUntilT": 20,
            "visibility": ["blue"],
        },
        {"id": "control", "geometry": {"type": "Point", "coordinates": BALZERS}},
    ]
    ground = Ground(small(overlays=overlays))

    def seen(team: str, t: int) -> int:
        world = World(ground)
        engine.advance(world, t)
        return len(view_of(world, team, SECRET).overlays)

    assert [seen("blue", t) for t in (9_999, 10_000, 19_999, 20_000)] == [0, 1, 1, 0]
    assert [seen("white", t) for t in (0, 10_000)] == [1, 2]
    assert seen("red", 10_000) == 0


def test_of_two_rules_about_one_thing_the_one_that_withholds_it_holds() -> None:
    rules = [
        {"inject": "alert", "team": "blue", "mode": "never"},
        {"inject": "alert", "team": "blue", "mode": "always"},
        {"entity": "runner", "team": "blue", "mode": "never"},
        {"entity": "runner", "team": "blue", "mode": "always"},
    ]
    world = World(Ground(small(visibility=rules)))
    engine.advance(world, 120_000)
    view = view_of(world, "blue", SECRET)
    assert view.told == ()
    assert [seen.name for seen in view.entities] == [{"en": "Patrol 1"}]
