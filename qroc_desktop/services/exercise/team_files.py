"""Files that a team attaches to items of its picture: into the record, and from there into the team's workspace.

The bytes are where somebody attached them, in this machine's workspace of the team or on their way from a workstation
in the intake. They come after the edit that names them and never hold it up, a few pieces at a tick, so that a large
file stops nobody. What is here and what is there follows from the files alone: ended at any moment, it goes on.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import Any, Final

from qroc_desktop import translation
from qroc_desktop.errors import Message, QrocError
from qroc_desktop.exercise.conduct import Conduct
from qroc_desktop.exercise.intake import Intake
from qroc_desktop.exercise.team_files import LARGEST_FILE, Which, count_pieces
from qroc_desktop.services.desk import Desk
from qroc_desktop.services.exercise.pieces import piece_here, size_here
from qroc_desktop.store.files import HeldFile

PIECES_A_TICK: Final = 2
LOOK_S: Final = 0.3
AGAIN_S: Final = 10.0
"""After so long it is looked again whether a file has come, and tried again where it could not be kept."""


class TeamFiles:
    """Those of all teams of a run; `tick` often, in the thread that conducts."""

    def __init__(
        self,
        conduct: Conduct,
        desks: Mapping[str, Desk],
        intake: Callable[[], Intake | None],
        mono: Callable[[], float] = time.monotonic,
    ) -> None:
        """intake: of the run, where there is one."""
        self._conduct = conduct
        self._desks = desks
        self._intake = intake
        self._mono = mono
        self._next = 0.0
        self._done: set[tuple[str, str]] = set()
        self._lines: list[Message] = []
        self._keeping: dict[tuple[str, str], Future[Any]] = {}

    def tick(self) -> list[Message]:
        """Bring some of it further; what the directing staff has to know. Raises nothing: the exercise goes on."""
        now = self._mono()
        if now < self._next:
            return []
        lines, self._lines = self._lines, []
        try:
            self._next = now if self._move() else now + LOOK_S
        except QrocError as error:
            self._next = now + AGAIN_S
            lines.append(Message("Files of items cannot be kept: {reason}", reason=translation.explained(error)))
        return lines

    def _move(self) -> bool:
        """Whether there is more to do at once."""
        for team, desk in self._desks.items():
            for sha256, items in self._conduct.world.edits.files(team).items():
                if (team, sha256) not in self._done and self._bring(team, desk, sha256, frozenset(items)):
                    return True
        return False

    def _bring(self, team: str, desk: Desk, sha256: str, items: frozenset[str]) -> bool:
        wanted = self._conduct.files.wanted(team, sha256)
        if wanted is not None:
            return self._record(team, desk, sha256, wanted)
        keeping = self._keeping.get((team, sha256))
        if keeping is not None:
            if not keeping.done():
                return False
            del self._keeping[team, sha256]
            keeping.result()
        if size_here(desk.workspace, sha256) is None:
            self._keeping[team, sha256] = desk.workspace.keep(HeldFile(self._read(team, sha256)), items)
            return True
        intake = self._intake()
        if intake is not None:
            intake.files.let_go(team, sha256)
        self._done.add((team, sha256))
        return False

    def _record(self, team: str, desk: Desk, sha256: str, wanted: int) -> bool:
        """The next pieces into the record; False where they are not here yet."""
        size, intake = size_here(desk.workspace, sha256), self._intake()
        here = size is not None
        if size is None and intake is not None:
            size = intake.files.whole(team).get(sha256)
        if size is None:
            return False
        if size > LARGEST_FILE:
            self._done.add((team, sha256))
            limit = LARGEST_FILE // 1_000_000
            what = Message("A file of {team} is larger than {limit} MB; its other seats do not get it.",
                           team=desk.identity.centre, limit=limit)  # fmt: skip
            self._lines.append(what)
            return False
        for number in range(wanted, min(wanted + PIECES_A_TICK, count_pieces(size))):
            if here or intake is None:
                data = piece_here(desk.workspace, sha256, number)
            else:
                data = intake.files.piece(team, sha256, number)
            if data is None:
                return False
            self._conduct.files.take(Which(team, sha256, size), number, data)
        return True

    def _read(self, team: str, sha256: str) -> bytes:
        size = self._conduct.files.whole(team)[sha256]
        pieces = (self._conduct.files.piece(team, sha256, number) for number in range(count_pieces(size)))
        return b"".join(piece or b"" for piece in pieces)
