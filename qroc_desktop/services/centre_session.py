"""This centre while somebody works with others from a window: its keys opened once, for all windows of one kind.

Nothing happens here at the start of the program: the keys are asked for when sharing is used for the first time. The
passphrase is used to open them and not kept; the node gets the key that it was made into.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from enum import StrEnum

from qroc_desktop.domain.vocabulary import WorkspaceKind
from qroc_desktop.errors import Message, QrocError, Refused
from qroc_desktop.services.centre import CentreFolder
from qroc_desktop.services.node_child import NodeChild
from qroc_desktop.services.receiving import workspace_id
from qroc_desktop.store import Workspace
from qroc_desktop.sync.exchange import Exchange
from qroc_desktop.sync.keystore import Cost, Unlocked, keyring_usable
from qroc_desktop.sync.orders import waiting

NodeMaker = Callable[[WorkspaceKind, str], NodeChild]


class Access(StrEnum):
    """How it stands with our keys."""

    NONE = "none"
    LOCKED = "locked"
    OPEN = "open"


class CentreSession:
    """Our centre, live or of exercises. Methods that touch keys or files take their time and may be called from any
    thread; `access` and `exchange` answer at once."""

    def __init__(
        self, folder: CentreFolder, kind: WorkspaceKind, *, cost: Cost | None = None, node: NodeMaker | None = None
    ) -> None:
        """node: starts the node once the keys are open; None: the window works without one."""
        self.folder = folder
        self.kind = kind
        self._cost = cost
        self._make_node = node
        self._turn = threading.RLock()
        self._exchange: Exchange | None = None
        self._keys: Unlocked | None = None
        self.node: NodeChild | None = None

    @property
    def access(self) -> Access:
        """Whether there are keys, and whether they are open."""
        if self._exchange is not None:
            return Access.OPEN
        return Access.LOCKED if self.folder.keystore(self.kind).exists else Access.NONE

    @property
    def asks(self) -> bool:
        """Whether opening needs a passphrase. Raises Refused or Damaged where the keystore cannot be read."""
        return self.folder.keystore(self.kind).asks

    def waiting_orders(self, workspace: Workspace) -> int:
        """How many standing orders of a workspace wait for the keys to be opened."""
        path = self.folder.exchange_path(self.kind)
        if self._exchange is not None or not path.exists():
            return 0
        return waiting(path, workspace_id(workspace))

    @staticmethod
    def keyring() -> bool:
        """Whether the operating system can keep the key."""
        return keyring_usable()

    @property
    def exchange(self) -> Exchange:
        """The open exchange. Raises Refused where the keys are not open."""
        if self._exchange is None:
            raise Refused(
                Message("The keys of this centre are locked."), action=Message("Unlock them with the passphrase first.")
            )
        return self._exchange

    def renew(self) -> None:
        """Take over keys that somebody renewed meanwhile; asked every few seconds, and costs next to nothing."""
        keys = self._keys
        if keys is not None:
            with contextlib.suppress(QrocError):  # the node tells of keys that cannot be opened
                keys.look()

    def make(self, *, name: str, country: str, passphrase: str | None) -> Exchange:
        """Make our keys and open them. passphrase: None keeps the key in the operating system's keyring."""
        with self._turn:
            self.folder.make(self.kind, name=name, country=country, passphrase=passphrase, cost=self._cost)
            return self.unlock(passphrase or "")

    def unlock(self, passphrase: str = "") -> Exchange:
        """Open the keys and the exchange, and have the node started. Raises Refused where the passphrase is wrong."""
        with self._turn:
            if self._exchange is None:
                self._keys = self.folder.unlock(self.kind, passphrase)
                self._exchange = self.folder.open_with(self.kind, self._keys)
                if self._make_node is not None:
                    self.node = self._make_node(self.kind, self._keys.secret)
            return self._exchange

    def close(self) -> None:
        """Let keys, file and node go."""
        with self._turn:
            node, self.node = self.node, None
            exchange, self._exchange, self._keys = self._exchange, None, None
        if node is not None:
            node.stop()
        if exchange is not None:
            exchange.close()


class CentreSessions:
    """One session for each kind, made when it is asked for."""

    def __init__(self, make: Callable[[WorkspaceKind], CentreSession]) -> None:
        self._make = make
        self._sessions: dict[WorkspaceKind, CentreSession] = {}

    def of(self, kind: WorkspaceKind) -> CentreSession:
        """The session of a kind."""
        if kind not in self._sessions:
            self._sessions[kind] = self._make(kind)
        return self._sessions[kind]

    def close(self) -> None:
        """Close them all."""
        for session in self._sessions.values():
            session.close()
