"""A run that shares the record of another up to an instant, and goes on from there.

A real emergency that stands then is not taken along: it belongs to the run in which it was declared, and only there
it is said to be over. The record of the fork says that it branched off during one.
"""

from __future__ import annotations

from pathlib import Path

from qroc_desktop.domain.instant import Clock
from qroc_desktop.exercise.clock import Reading
from qroc_desktop.exercise.events import Resumed
from qroc_desktop.exercise.recording import Fork, Recording
from qroc_desktop.exercise.vocabulary import ClockState
from qroc_desktop.exercise.world import World


def forked(recording: Recording, path: Path, t: int, wall: Clock) -> Recording:
    """A new run file with the record of another up to and with `t`. Raises Refused where that name is taken."""
    events = [event for _, event in recording.events(until=t)]
    fork = Fork(file=recording.path.name, t=t, chain=recording.chain())
    made = Recording.create(
        path, recording.scenario, fork=fork, secret=recording.secret, media=recording.media(),
        handbooks=recording.handbooks(),
    )  # fmt: skip
    world = World(made.ground)
    for event in events:
        world.take(event)
    if world.standing.no_duff is not None:
        events.append(Resumed(t=t, branched=True))
        world.take(events[-1])
    world.t = t
    made.append(events, world)
    made.control(Reading(state=ClockState.PAUSED, t=t, speed=1.0), wall())
    return made
