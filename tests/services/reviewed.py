"""A small exercise that was played, paused, jumped, rated and talked about: few enough events to count by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qroc_desktop.domain.ids import random_id
from qroc_desktop.exercise.events import Remarked
from qroc_desktop.exercise.package import Package
from qroc_desktop.exercise.scenario import Inject, To, Trigger
from qroc_desktop.exercise.vocabulary import Passed, Rating, RemarkKind
from qroc_desktop.services.exercise.run import ExerciseRun
from tests.exercise.building import FACTS, SMALL, small
from tests.exercise.watch import Watch

MARKUP = "<script>alert(1)</script> ${x} & \u00e9"


def played(folder: Path, watch: Watch, *, over: bool = True) -> Path:
    """At 200 s blue draws the ring that was due 300 s after 60 s; at 210 s an emergency stops everything for 90 s of
    the wall clock; an improvised inject and an observation follow at 220 s; then a jump to the end."""
    injects: list[dict[str, Any]] = [dict(inject) for inject in SMALL["injects"]]
    injects[1]["reveals"] = ["alert"]
    injects[2]["reveals"] = ["switch"]
    injects[1]["expected"] = [{"action": "answer", "withinS": 30, "objective": "contain", "text": {"en": "Call back"}}]
    injects[0]["storyline"] = "main"
    ExerciseRun.create(Package(scenario=small(injects=injects, facts=FACTS)), folder, clock=watch.wall)
    run = ExerciseRun(folder, clock=watch.wall, mono=watch.mono, ids=random_id, author="director")
    conduct = run.conduct
    conduct.start()
    watch.wait(200)
    conduct.act("blue", "ring", "Ring drawn", by="Officer")
    watch.wait(10)
    conduct.no_duff("broken ankle", "blue", by="director")
    watch.wait(90)
    conduct.emergency_over(by="director")
    conduct.start()
    watch.wait(10)
    made = Inject(id="drone", title={"en": MARKUP}, to=To(teams=("blue",)), trigger=Trigger(manual=True))
    conduct.improvise(made, by="director")
    conduct.rate("contain", "ring-in-time", Rating.SOME_CHALLENGES, MARKUP, by="judge")
    conduct.pause()
    run.tick()
    if over:
        run.jump(3_600_000, Passed.FIRE)
        for number, kind in enumerate(RemarkKind):
            owner, due = ("Keller", "2027-05-31") if kind is RemarkKind.ACTION else ("", "")
            text = f"{kind} {MARKUP}"
            conduct.remark(Remarked(t=0, id=f"r{number}", kind=kind, text=text, owner=owner, due=due, by="director"))
    run.close()
    return folder
