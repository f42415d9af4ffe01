"""Exercises for whoever conducts or reviews them: packages from files, runs as files, one conductor at a time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec

from qroc_desktop.domain.instant import Clock
from qroc_desktop.errors import Message, Refused
from qroc_desktop.exercise import library, orbat
from qroc_desktop.exercise import package as packages
from qroc_desktop.exercise.conduct import Conduct, Mono
from qroc_desktop.exercise.package import Package
from qroc_desktop.exercise.recording import Recording
from qroc_desktop.exercise.salvage import playable
from qroc_desktop.exercise.validation import Problem, problems
from qroc_desktop.reasons import reason_of
from qroc_desktop.store.lock import WorkspaceLock

RECORD: Final = "run.qrocrun"
"""The record's name in the folder of a run that has desks for its teams."""
LARGEST_FILE: Final = 600 * 1024 * 1024
TICK_S: Final = 0.05


class Loaded(msgspec.Struct, frozen=True, kw_only=True):
    """A package from a file, with what is wrong with it and what an import left out."""

    package: Package
    problems: tuple[Problem, ...]

    @property
    def playable(self) -> bool:
        """Whether a run can be made of it."""
        return not any(problem.fatal for problem in self.problems)


class Exercises:
    """Scenarios and runs."""

    def __init__(self, clock: Clock, mono: Mono = time.monotonic_ns) -> None:
        self._clock = clock
        self._mono = mono

    def load(self, path: Path) -> Loaded:
        """A scenario package, a bare scenario, a scenario folder, or a scenario of ORBAT Mapper. Raises Refused where
        it is none."""
        if path.is_dir():
            return _looked_at(library.read(path))
        data = _bytes(path)
        if orbat.is_orbat(data):
            made = orbat.imported(data)
            left_out = [Problem(where=where, why=why, fatal=False) for where, why in made.skipped]
            return _looked_at(Package(scenario=made.scenario), left_out)
        return _looked_at(packages.read(data, path.name))

    def create(self, package: Package, path: Path) -> None:
        """A new run of a scenario, at its beginning. Raises Refused where it has errors or the name is taken."""
        if fatal := [problem for problem in problems(package) if problem.fatal]:
            raise Refused(
                fatal[0].why,
                where=fatal[0].where,
                action=Message("See all errors, {count}: qroc exercise validate FILE.", count=len(fatal)),
            )
        Recording.create(path, package.scenario, media=package.media, handbooks=package.handbooks).close()

    @contextmanager
    def conducting(self, path: Path) -> Iterator[Conduct]:
        """A run to go on with, paused where it was interrupted. Raises Refused where another program conducts it."""
        lock = WorkspaceLock(path, self._clock())
        try:
            recording = Recording(path)
            try:
                yield Conduct(recording, mono=self._mono, wall=self._clock)
            finally:
                recording.close()
        finally:
            lock.release()

    @contextmanager
    def reading(self, path: Path) -> Iterator[Recording]:
        """A run to look at, also while it is conducted: its record, or the folder that it lies in."""
        recording = Recording(path / RECORD if path.is_dir() else path, read_only=True)
        try:
            yield recording
        finally:
            recording.close()


def play(
    conduct: Conduct, *, speed: float, until: int | None = None, tick: Callable[[], None] | None = None
) -> Iterator[int]:
    """Start and let a run go by itself at a speed, to its end or to `until` (milliseconds): the instants shown.

    tick: what brings the run up to the clock, where that is more than `conduct.tick`.
    """
    conduct.set_speed(speed)
    conduct.start()
    while True:
        (tick or conduct.tick)()
        yield conduct.world.t
        if conduct.over:
            return
        if until is not None and conduct.world.t >= until:
            conduct.pause()
            return
        time.sleep(TICK_S)


def _looked_at(package: Package, left_out: Sequence[Problem] = ()) -> Loaded:
    usable, aside = playable(package)
    return Loaded(package=usable, problems=(*problems(usable), *aside, *left_out))


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise Refused(Message("The package is too large."), where=str(path))
        return path.read_bytes()
    except OSError as error:
        raise Refused(
            Message("The file cannot be read: {reason}.", reason=reason_of(error)), where=str(path)
        ) from error
