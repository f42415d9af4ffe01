"""What is folded of a run: where everything stands at an instant, beside what follows from the scenario alone."""

from __future__ import annotations

from typing import Any

import msgspec

from qroc_desktop.exercise.conditions import LonLat
from qroc_desktop.exercise.edits import EditStanding
from qroc_desktop.exercise.events import Acted, Committed, NoDuff, PlannedLeg, Proposed, Rated, Remarked
from qroc_desktop.exercise.scenario import Inject
from qroc_desktop.exercise.vocabulary import InjectState, Rating


class InjectStanding(msgspec.Struct, omit_defaults=True):
    """Where an inject stands. `due`, `since`: scenario milliseconds; `since` is when it came to this state, and
    `shifts` how many shifts of the exercise had been before."""

    state: InjectState
    due: int | None = None
    since: int = 0
    shifts: int = 0


class EntityStanding(msgspec.Struct, omit_defaults=True):
    """What events have made of an entity. `moved`: where it was set down and when; `legs` go from there on."""

    present: bool = True
    props: dict[str, Any] = {}
    moved: tuple[int, float, float] | None = None
    legs: tuple[PlannedLeg, ...] = ()
    vehicle: str = ""


class Sighting(msgspec.Struct, omit_defaults=True):
    """The last that a team knows of an entity: seen at `t` at about `place`, known from `known` on."""

    t: int
    known: int
    place: LonLat


class Judgement(msgspec.Struct, omit_defaults=True):
    """The last rating of a task."""

    rating: Rating
    t: int
    by: str = ""


class PlanStanding(msgspec.Struct, omit_defaults=True):
    """What is planned for an entity: what waits for the director, else why the last one was declined, or why it was
    accepted with changes only: then `asked` and `ruled` are what had been proposed and what happens of it."""

    proposed: Proposed | None = None
    declined: str = ""
    changed: str = ""
    asked: Proposed | None = None
    ruled: Committed | None = None


class Standing(msgspec.Struct):
    """All that is folded; what follows from the scenario alone (tracks, overlays) is not repeated here.

    branches: how often each has fired. waiting: those that fired and have been true ever since.
    shifts: when the exercise was shifted and by how much, in milliseconds.
    spent: points of the plans committed, by team. no_duff: the real emergency that is going on. noted: every rating
    and observation, in the order of recording. said: what was written at each team's own seats, in its order.
    edited: by team, where one has edited; left out where none has, for then it is the state of older records.
    """

    injects: dict[str, InjectStanding] = {}
    entities: dict[str, EntityStanding] = {}
    improvised: dict[str, Inject] = {}
    branches: dict[str, int] = {}
    waiting: set[str] = set()
    shifts: list[tuple[int, int]] = []
    sightings: dict[str, dict[str, list[Sighting]]] = {}
    acts: dict[str, dict[str, int]] = {}
    said: dict[str, list[Acted]] = {}
    ratings: dict[str, Judgement] = {}
    plans: dict[str, PlanStanding] = {}
    spent: dict[str, float] = {}
    no_duff: NoDuff | None = None
    remarks: dict[str, Remarked] = {}
    noted: list[Rated] = []
    events: int = 0
    edited: dict[str, EditStanding] | msgspec.UnsetType = msgspec.UNSET
