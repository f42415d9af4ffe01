"""The edits of each team in the order of their recording: the part of a run's state that no keyframe repeats.

A keyframe holds how many they are and the hash over them (`edits.EditStanding`); they themselves are read from the
record, once, however often it is asked for an instant.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence, Set

from qroc_desktop.exercise.edits import Edit, EditStanding, attached, size_of
from qroc_desktop.exercise.events import Edited, encoded


class EditLog:
    """Grows with `take`."""

    def __init__(self) -> None:
        self._edits: dict[str, list[Edit]] = {}
        self._ids: dict[str, set[str]] = {}
        self._files: dict[str, dict[str, set[str]]] = {}
        self._lent: dict[str, int] = {}

    def take(self, event: Edited) -> None:
        """The next one."""
        made = Edit(id=event.id, at=event.t, by=event.by, label=event.label, undoes=event.undoes, touches=event.touches)
        self._own(event.team).append(made)
        if event.team in self._ids:
            self._ids[event.team].add(event.id)
        if event.team in self._files:
            _name(self._files[event.team], made)

    def first(self, counts: Mapping[str, int]) -> EditLog:
        """The first so many of each of these teams, as a log of its own. Nothing is copied before somebody asks for a
        team's: an instant of a run is looked at far more often than what was edited until then."""
        log = EditLog()
        log._edits = {team: self._own(team) for team in counts}
        log._lent = dict(counts)
        return log

    def of(self, team: str) -> Sequence[Edit]:
        """A team's, the first first."""
        return self._own(team) if team in self._edits else ()

    def ids(self, team: str) -> Set[str]:
        """Those of a team's."""
        if team not in self._ids:
            self._ids[team] = {edit.id for edit in self.of(team)}
        return self._ids[team]

    def files(self, team: str) -> Mapping[str, Set[str]]:
        """The files that a team's edits name, by SHA-256, each with the items that it was attached to."""
        if team not in self._files:
            named: dict[str, set[str]] = {}
            for edit in self.of(team):
                _name(named, edit)
            self._files[team] = named
        return self._files[team]

    def _own(self, team: str) -> list[Edit]:
        held = self._edits.setdefault(team, [])
        count = self._lent.pop(team, None)
        if count is not None:
            # Another log goes on with the same list.
            held = self._edits[team] = held[:count]
        return held


def counted(before: EditStanding, event: Edited) -> EditStanding:
    """How it stands with a team's edits once there is one more."""
    chain = hashlib.sha256(b"%b|%b" % (before.chain.encode(), encoded(event))).hexdigest()
    return EditStanding(before.count + 1, before.size + size_of(event.touches), chain)


def _name(files: dict[str, set[str]], edit: Edit) -> None:
    for sha256, item in attached(edit.touches):
        files.setdefault(sha256, set()).add(item)
