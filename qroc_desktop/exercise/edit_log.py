"""The edits of each team in the order of their recording: the part of a run's state that no keyframe repeats.

A keyframe holds how many they are and the hash over them (`edits.EditStanding`); they themselves are read from the
record, once, however often it is asked for an instant.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence, Set

from qroc_desktop.exercise.edits import Edit, EditStanding, attached, size_of
from qroc_desktop.exercise.events import Edited, encoded


class EditLog:
    """Grows with `take`."""

    def __init__(self, events: Iterable[Edited] = ()) -> None:
        self._edits: dict[str, list[Edit]] = {}
        self._ids: dict[str, set[str]] = {}
        self._files: dict[str, dict[str, set[str]]] = {}
        for event in events:
            self.take(event)

    def take(self, event: Edited) -> None:
        """The next one."""
        made = Edit(id=event.id, at=event.t, by=event.by, label=event.label, undoes=event.undoes, touches=event.touches)
        self._edits.setdefault(event.team, []).append(made)
        self._ids.setdefault(event.team, set()).add(event.id)
        for sha256, item in attached(event.touches):
            self._files.setdefault(event.team, {}).setdefault(sha256, set()).add(item)

    def of(self, team: str) -> Sequence[Edit]:
        """A team's, the first first."""
        return self._edits.get(team, ())

    def ids(self, team: str) -> Set[str]:
        """Those of a team's."""
        return self._ids.get(team, frozenset())

    def files(self, team: str) -> Mapping[str, Set[str]]:
        """The files that a team's edits name, by SHA-256, each with the items that it was attached to."""
        return self._files.get(team, {})


def counted(before: EditStanding, event: Edited) -> EditStanding:
    """How it stands with a team's edits once there is one more."""
    chain = hashlib.sha256(b"%b|%b" % (before.chain.encode(), encoded(event))).hexdigest()
    return EditStanding(before.count + 1, before.size + size_of(event.touches), chain)
