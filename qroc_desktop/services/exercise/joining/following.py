"""A run's record as somebody else conducts it: read as it grows, and never written.

What is new is folded onto what was known; nothing is folded from the start again. The instant is the one that the
conductor showed last (`pulse`), so that nothing is served before it is on the conductor's own screen.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from qroc_desktop.exercise import frames, seating
from qroc_desktop.exercise.clock import Reading
from qroc_desktop.exercise.frames import Medium, Parts
from qroc_desktop.exercise.recording import Recording
from qroc_desktop.exercise.seating import Seat
from qroc_desktop.exercise.view import TeamView, views_of
from qroc_desktop.exercise.vocabulary import ClockState
from qroc_desktop.services.exercise.joining.hearing import BEAT
from qroc_desktop.services.exercise.runs import RECORD
from qroc_desktop.store.connections import reading_connection

SILENT_S: Final = 3.0
"""Whoever conducts gives a sign of life many times in so long, also where time stands still."""
_AT_REST: Final = Reading(state=ClockState.RESET, t=0, speed=1.0)


class TeamFiles(NamedTuple):
    """Files of items of one team by SHA-256: those that its edits name, and which of them are there, with their sizes
    in bytes."""

    named: frozenset[str]
    there: Mapping[str, int]


NO_FILES: Final = TeamFiles(frozenset(), {})


class Published:
    """What is served to a seat as of a look. Frames are packed once for all who have the same one before it."""

    def __init__(
        self, number: int, media: Mapping[str, Medium], conducted: bool, parts: Parts, files: TeamFiles = NO_FILES
    ) -> None:
        self.number = number
        self.parts = parts
        self.conducted = conducted
        self.media = dict(media)
        self.files = files
        self.digest = frames.digest(parts)
        self._packed: dict[int, bytes] = {}

    def after(self, before: Published | None) -> bytes:
        """The frame for whoever has `before`, None for nothing yet."""
        base = before.number if before is not None else 0
        if base not in self._packed:
            held = before.parts if before is not None else {}
            self._packed[base] = frames.frame(self.number, self.parts, base, held, self.digest, self.conducted)
        return self._packed[base]


class Following:
    """The record and what each seat is served of it. For one thread. Close it at the end."""

    def __init__(self, folder: Path, mono: Callable[[], float] = time.monotonic) -> None:
        """Raises Refused or Damaged where there is no record that can be read."""
        self._mono = mono
        self._folder = folder
        self._beat = -1
        self._recording = Recording(folder / RECORD, read_only=True)
        self._changes = reading_connection(folder / RECORD)
        self._version = -1
        self._heard: float | None = None
        self._media: dict[str, Medium] = {}
        self._published: dict[Seat, Published] = {}
        self._numbers: dict[Seat, int] = {}
        reading = self._recording.last_reading()
        self.reading = reading if reading is not None else _AT_REST
        self._world = self._recording.world(self.reading.t)
        self.scenario = self._recording.scenario

    @property
    def conducted(self) -> bool:
        """Whether somebody conducts it now."""
        try:
            beat = (self._folder / BEAT).stat().st_mtime_ns
        except OSError:
            beat = 0
        if beat != self._beat:
            # What it says counts only where it changes: a clock may have been set, or the file be of long ago.
            self._heard = self._mono() if self._beat != -1 else self._heard
            self._beat = beat
        return self._heard is not None and self._mono() - self._heard < SILENT_S

    def look(self) -> bool:
        """Take in what is new; whether there was anything, the clock included. Raises Refused or Damaged."""
        version = int(self._changes.execute("PRAGMA data_version").fetchone()[0])
        if version == self._version:
            return False
        if self._version != -1:
            self._heard = self._mono()
        self._version = version
        reading = self._recording.last_reading()
        if reading is None or reading.t < self._world.t:
            return True
        for _, event in self._recording.events(after=self._world.standing.events, until=reading.t):
            self._world.take(event)
        self._world.t = reading.t
        self.reading = reading
        return True

    def served(self, seats: set[Seat]) -> dict[Seat, Published]:
        """What these seats are shown now; the very same object as before where nothing changed for one."""
        views = views_of(self._world, {seat.team for seat in seats}, self._recording.secret)
        for seat in seats:
            self._publish(seat, views[seat.team])
        self._published = {seat: one for seat, one in self._published.items() if seat in seats}
        return dict(self._published)

    def medium(self, name: str) -> bytes | None:
        """A medium of the run. Whether a seat may have it is asked elsewhere."""
        return self._recording.medium(name)

    def piece(self, team: str, sha256: str, number: int) -> bytes | None:
        """A piece of a file of an item. Whether a seat may have it is asked elsewhere."""
        return self._recording.files.piece(team, sha256, number)

    def close(self) -> None:
        """Let the record go."""
        self._changes.close()
        self._recording.close()

    def _publish(self, seat: Seat, view: TeamView) -> None:
        conducted = self.conducted
        reading = self.reading
        if not conducted and reading.running:
            # Where nobody conducts it time stands still, and goes on from here.
            reading = msgspec.structs.replace(reading, state=ClockState.PAUSED)
        served = seating.served(seat, reading, view, self._world.standing, self.scenario.objectives)
        media = self._media_of(view)
        files = self._files_of(seat.team)
        parts = frames.parts(served, media, files.there)
        before = self._published.get(seat)
        if before is not None and before.parts == parts and before.conducted == conducted:
            return
        # Each seat counts for itself: gaps would tell it how much another one is shown.
        number = self._numbers[seat] = self._numbers.get(seat, 0) + 1
        made = self._published[seat] = Published(number, media, conducted, parts, files)
        if before is not None:
            made.after(before)

    def _files_of(self, team: str) -> TeamFiles:
        named = self._world.edits.files(team)
        if not named:
            return NO_FILES
        there = self._recording.files.whole(team)
        return TeamFiles(frozenset(named), {sha256: size for sha256, size in there.items() if sha256 in named})

    def _media_of(self, view: TeamView) -> dict[str, Medium]:
        found = {}
        for name in sorted({name for told in view.told for name in told.media}):
            if name not in self._media:
                data = self._recording.medium(name)
                if data is None:
                    continue
                self._media[name] = Medium(size=len(data), sha256=hashlib.sha256(data).hexdigest())
            found[name] = self._media[name]
        return found
