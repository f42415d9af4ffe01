"""What the record says afterwards, and that it says the same at every asking."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import pytest

from qroc_desktop.exercise.conduct import Conduct
from qroc_desktop.exercise.recording import Recording
from qroc_desktop.exercise.review import Answered, Review
from qroc_desktop.exercise.vocabulary import Passed, Rating
from tests.exercise.building import FACTS, SMALL, small
from tests.exercise.watch import Watch


@pytest.fixture
def recording(tmp_path: Path) -> Iterator[Recording]:
    """Blue draws a ring 140 s after the alert; a witness's call, at 150.5 s, makes a fact known of 60 s."""
    injects = [dict(inject) for inject in SMALL["injects"]]
    injects[1]["reveals"] = ["alert"]
    injects[2]["reveals"] = ["switch"]
    made = Recording.create(tmp_path / "run.qrocrun", small(injects=injects, facts=FACTS))
    watch = Watch()
    conduct = Conduct(made, mono=watch.mono, wall=watch.wall)
    conduct.start()
    watch.wait(200)
    conduct.act("blue", "ring", "Ring drawn")
    conduct.rate("contain", "ring-in-time", Rating.SOME_CHALLENGES, "Late to telephone", by="judge")
    conduct.rate("contain", "", None, "Calm", by="judge")
    conduct.pause()
    conduct.jump(3_600_000, Passed.FIRE)
    yield made
    made.close()


def test_a_task_is_measured_from_the_record(recording: Recording) -> None:
    (task,) = Review(recording).tasks()
    assert (task.took, task.met, task.rating) == (140_000, True, Rating.SOME_CHALLENGES)
    assert task.notes == ("Late to telephone", "Calm")


def test_asked_for_an_earlier_instant_it_knows_nothing_of_what_came_later(recording: Recording) -> None:
    (task,) = Review(recording, 199_000).tasks()
    assert (task.took, task.met, task.rating, task.notes) == (None, None, None, ())
    (answer,) = Review(recording, 199_000).answers()
    assert answer.done is None


def test_what_was_expected_is_set_beside_what_was_done(recording: Recording) -> None:
    (answer,) = Review(recording).answers()
    assert answer == Answered(inject="alert", action="ring", team="", told=60_000, due=360_000, done=200_000)
    assert answer.in_time


def test_how_long_it_took_to_know(recording: Recording) -> None:
    latencies = {entry.fact: entry for entry in Review(recording).latencies("blue")}
    assert (latencies["alert"].true, latencies["alert"].known, latencies["alert"].by) == (60_000, 150_500, "call")
    assert latencies["switch"].known is None, "only red was told"
    sightings = recording.world(3_600_000).standing.sightings["blue"]["runner"]
    assert latencies["runner"].known is not None
    assert latencies["runner"].known <= sightings[0].known


def test_what_blue_knew_beside_the_truth(recording: Recording) -> None:
    sighting = recording.world(3_600_000).standing.sightings["blue"]["runner"][-1]
    (gap,) = Review(recording).gaps("blue", sighting.known + 60_000)
    assert gap.age == 80_000
    assert gap.believed == sighting.place
    truth = recording.world(sighting.known + 60_000).position("runner")
    assert gap.truth == truth
    assert truth is not None
    assert gap.off == pytest.approx(_haversine(sighting.place, truth), rel=0.006)


def test_figures(recording: Recording) -> None:
    figures = Review(recording).figures()
    assert (figures.executed, figures.improvised, figures.decisions, figures.until) == (4, 0, 1, 3_600_000)


def _haversine(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Metres on a sphere of 6,371 km: another formula than the program's."""
    lon1, lat1, lon2, lat2 = map(math.radians, (*a, *b))
    half = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * 6_371_000 * math.asin(math.sqrt(half))


def test_a_correction_is_no_second_decision(tmp_path: Path) -> None:
    made = Recording.create(tmp_path / "run.qrocrun", small())
    watch = Watch()
    conduct = Conduct(made, mono=watch.mono, wall=watch.wall)
    conduct.start()
    conduct.act("blue", text="Ring of 3 km", entry="a")
    conduct.act("blue", text="Ring of 5 km", entry="b", corrects="a")
    assert Review(made).figures().decisions == 1
    made.close()
