"""The directing staff's seat at a run that is only looked at: over, or conducted somewhere else."""

from __future__ import annotations

from qroc_desktop.domain.instant import Clock
from qroc_desktop.errors import Message, QrocError, Refused
from qroc_desktop.exercise import seating
from qroc_desktop.exercise.clock import Reading
from qroc_desktop.exercise.seating import Saying, SeatInfo, Served
from qroc_desktop.exercise.teams import staff
from qroc_desktop.exercise.view import view_of
from qroc_desktop.exercise.vocabulary import ClockState
from qroc_desktop.services.centre_session import CentreSession
from qroc_desktop.services.desk import Desk
from qroc_desktop.services.exercise.review.run_review import ReviewedRun
from qroc_desktop.services.exercise.runs import Exercises
from qroc_desktop.services.exercise.seat import usual_seat

_ELSEWHERE = Message("Somebody else conducts this exercise; here it is looked at only.")


class ReviewedSeat:
    """Implements `seat.ExerciseSeat`; nothing can be said from it."""

    def __init__(self, run: ReviewedRun, clock: Clock) -> None:
        """Raises Refused where the run was played without desks: there is nothing to be replayed in a window."""
        self._run = run
        seat = usual_seat(run.scenario, staff(run.scenario).id)
        if seat.team not in run.desks:
            raise Refused(
                Message("This run was played without desks."), where=str(run.folder),
                action=Message("Review it by command line: qroc exercise report RUN."),
            )  # fmt: skip
        self.info: SeatInfo = seating.info(run.scenario, seat)
        with Exercises(clock).reading(run.folder) as recording:
            world = recording.world(recording.reached())
            held = recording.last_reading()
            state = held.state if held is not None else ClockState.RESET
            # Its clock goes on elsewhere and not here.
            reading = Reading(state=ClockState.PAUSED if state is ClockState.STARTED else state, t=world.t, speed=1.0)
            view = view_of(world, seat.team, recording.secret)
            self._served = seating.served(seat, reading, view, world.standing, run.scenario.objectives)

    @property
    def desk(self) -> Desk:
        """The directing staff's workspace, read only."""
        return self._run.desks[self.info.seat.team]

    @property
    def centre(self) -> CentreSession | None:
        """None: nothing is shared from a review."""
        return None

    def shown(self) -> Served:
        """The end of what was played."""
        return self._served

    def reading(self) -> Reading:
        """The clock where it was left."""
        return self._served.reading

    def trouble(self) -> QrocError | None:
        """That it is a review."""
        return None if self._run.over else Refused(_ELSEWHERE, where=str(self._run.folder))

    def say(self, saying: Saying) -> None:
        """Raises Refused."""
        raise Refused(_ELSEWHERE, where=str(self._run.folder))

    def taken(self) -> None:
        """Its window was opened."""

    def left(self) -> None:
        """Its window was closed."""
        self._run.close()
