"""An open workspace with everything a user can do in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from qroc_desktop.domain.aspects import Identity
from qroc_desktop.domain.ids import IdSource
from qroc_desktop.domain.instant import Clock, Instant, seconds
from qroc_desktop.domain.query import Outcome
from qroc_desktop.domain.vocabulary import WorkspaceKind
from qroc_desktop.services.attachments import Attachments
from qroc_desktop.services.comments import Comments
from qroc_desktop.services.exporting import Exports
from qroc_desktop.services.following import Follower
from qroc_desktop.services.history import History
from qroc_desktop.services.importing import Imports
from qroc_desktop.services.items import Items
from qroc_desktop.services.layers import Layers
from qroc_desktop.services.logbook import Logbook
from qroc_desktop.services.persons import Persons
from qroc_desktop.services.picture import Picture
from qroc_desktop.services.table import Table
from qroc_desktop.store import Workspace

CLOCK_TOLERANCE: Final = seconds(60)
"""Microseconds that two machines' clocks may differ by before anybody is told."""


class Desk:
    """Services over one workspace. `author` is who works at it, as it stands in every change."""

    def __init__(
        self,
        workspace: Workspace,
        *,
        author: str,
        clock: Clock,
        ids: IdSource,
        default_layer: str = "Incidents",
        left: bool = False,
    ) -> None:
        """left: it is a team's of an exercise that does not go on here; its time stands still."""
        self.workspace = workspace
        self.left = left
        self.author = author
        self.clock = clock
        self.picture = Picture(workspace)
        self.table = Table(workspace)
        self.layers = Layers(workspace, author=author, ids=ids, default_name=default_layer)
        self.items = Items(workspace, self.layers, author=author, ids=ids)
        self.attachments = Attachments(workspace, self.items)
        self.persons = Persons(self.items)
        self.comments = Comments(workspace, self.items)
        self.logbook = Logbook(workspace, author=author, ids=ids)
        self.history = History(workspace, author=author)
        self.imports = Imports(workspace, self.layers, author=author, ids=ids)
        self.exports = Exports(workspace, self.picture, clock=clock)
        self._followers: list[Follower] = []

    @property
    def identity(self) -> Identity:
        """Whose workspace it is, and of what kind."""
        return self.workspace.identity()

    @property
    def read_only(self) -> bool:
        """Whether another window writes to the file and this one only looks."""
        return self.workspace.read_only

    @property
    def clock_is_behind(self) -> bool:
        """Whether this machine's clock is behind the last record by more than clocks differ: it is wrong, or one was
        wrong before. What is recorded then bears the record's time and not the clock's.

        An exercise has a time of its own, on any day that its scenario names: there it says nothing.
        """
        return self.identity.kind is WorkspaceKind.LIVE and self.workspace.clock_behind > CLOCK_TOLERANCE

    def now(self) -> Instant:
        """The workspace's time: the clock, never before the last recorded change."""
        return self.workspace.now()

    def subscribe(self, callback: Callable[[Outcome], None]) -> Callable[[], None]:
        """Call back after every recorded batch, in another thread; gives the way to stop.

        Where the workspace is open for reading only, what another program records is told a moment later.
        """
        if not self.read_only:
            return self.workspace.subscribe(callback)
        follower = Follower(self.workspace, callback)
        self._followers.append(follower)
        return follower.close

    def close(self) -> None:
        """Write what is queued and let the file go."""
        for follower in self._followers:
            follower.close()
        self.history.close()
        self.workspace.close()
