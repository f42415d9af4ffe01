"""A seat as a window works with it, on the director's machine or joined from another one."""

from __future__ import annotations

from typing import Protocol

from qroc_desktop.errors import QrocError
from qroc_desktop.exercise import seating
from qroc_desktop.exercise.clock import Reading
from qroc_desktop.exercise.scenario import Scenario
from qroc_desktop.exercise.seating import Saying, Seat, SeatInfo, Served
from qroc_desktop.exercise.teams import team_of
from qroc_desktop.exercise.vocabulary import RoleType, Side
from qroc_desktop.services.centre_session import CentreSession
from qroc_desktop.services.desk import Desk
from qroc_desktop.services.exercise.driver import ExerciseDriver


class ExerciseSeat(Protocol):
    """`info`, `desk` and `shown` answer at once; `say` waits until it is recorded and belongs off the GUI thread."""

    @property
    def info(self) -> SeatInfo:
        """What the seat knows from the beginning."""

    @property
    def desk(self) -> Desk:
        """The workspace that is worked in."""

    def shown(self) -> Served:
        """What was served last."""

    def reading(self) -> Reading:
        """The exercise's clock now, between what is served as well."""

    def trouble(self) -> QrocError | None:
        """Why nothing new is served, or what is said goes nowhere for now; None where all is well."""

    def say(self, saying: Saying) -> None:
        """Have it recorded. Raises Refused where it does not fit."""

    @property
    def centre(self) -> CentreSession | None:
        """What its windows share by; None where that is this machine's own centre of exercises."""

    def taken(self) -> None:
        """Its window was opened."""

    def left(self) -> None:
        """Its window was closed."""


class LocalSeat:
    """A seat on the machine that conducts the exercise."""

    def __init__(self, driver: ExerciseDriver, seat: Seat) -> None:
        self._driver = driver
        self._seat = seat
        self.info: SeatInfo = seating.info(driver.scenario, seat)

    @property
    def desk(self) -> Desk:
        """The team's workspace."""
        return self._driver.run.desks[self._seat.team]

    @property
    def centre(self) -> CentreSession:
        """What its windows share by: the team's centre in this run, and never one of the machine's own."""
        return self._driver.run.centre(self._seat.team)

    def taken(self) -> None:
        """Its window was opened: what comes in for the team's centre is for whoever sits there."""
        self._driver.do(lambda run: run.seat_taken(self._seat.team))

    def left(self) -> None:
        """Its window was closed."""
        self._driver.do(lambda run: run.seat_left(self._seat.team))

    def shown(self) -> Served:
        """What the run last published."""
        snapshot = self._driver.snapshot
        view, objectives = snapshot.views[self._seat.team], self._driver.scenario.objectives
        return seating.served(self._seat, snapshot.reading, view, snapshot.standing, objectives)

    def reading(self) -> Reading:
        """The clock as the run last published it."""
        return self._driver.snapshot.reading

    def trouble(self) -> QrocError | None:
        """Why the run cannot go on."""
        return self._driver.snapshot.trouble

    def say(self, saying: Saying) -> None:
        """Have it recorded."""
        self._driver.do(lambda run: seating.take(run.conduct, self._seat, saying)).result()


def usual_seat(scenario: Scenario, team: str) -> Seat:
    """The seat of a team as its side plays it. KeyError where there is no such team."""
    return Seat(team=team, role=_ROLES[team_of(scenario, team).side])


_ROLES = {
    Side.WHITE: RoleType.DIRECTOR,
    Side.RED: RoleType.RED,
    Side.BLUE: RoleType.BLUE,
    Side.GREEN: RoleType.ROLEPLAYER,
}
