"""A joined seat's files of items: those that were attached here go to the node, those of the team's others come here.

Which ones is told by the team's edits, by what the node says that it has, and by what the workspace has. So nothing
has to be remembered: after the end of the process, of the node or of the line it goes on with the piece that is next.
An edit never waits for its files.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from qroc_desktop.errors import Damaged, Message, QrocError, Refused
from qroc_desktop.exercise.edits import Edit, attached
from qroc_desktop.exercise.team_files import LARGEST_FILE, count_pieces, too_large
from qroc_desktop.reasons import reason_of
from qroc_desktop.services.exercise.joining.link import Link, NotReachedError
from qroc_desktop.services.exercise.pieces import piece_here, size_here
from qroc_desktop.store import Workspace
from qroc_desktop.store.files import PIECE, DiskFile

FOLDER: Final = "coming"
_LOOK_S: Final = 0.5
_PATIENCE: Final = 3
"""After so many failures in turn it is told that a file cannot go or come."""
_BETWEEN_S: Final = 0.01
"""Between two pieces, so that a file leaves room on the line for what is said."""
_log = logging.getLogger(__name__)


class FileCourier:
    """`show` is called with what is served; `work` is a thread of its own until `ending`."""

    def __init__(
        self,
        workspace: Workspace,
        link: Link,
        folder: Path,
        *,
        sends: bool,
        refuse: Callable[[Refused], None],
        ending: threading.Event,
        pause: Callable[[int], float],
    ) -> None:
        """folder: where half of a file waits for the rest. sends: whether what is done here is the team's. refuse: is
        told of a file that the team will not get. pause: seconds after so many failures."""
        self._workspace = workspace
        self._link = link
        self._folder = folder / FOLDER
        self._sends = sends
        self._refuse = refuse
        self._ending = ending
        self._pause = pause
        self._news = threading.Event()
        self._turn = threading.Lock()
        self._seen = 0
        self._named: dict[str, set[str]] = {}
        self._there: Mapping[str, int] = {}
        self._settled: set[str] = set()
        self._handed: set[str] = set()
        self._waiting: set[str] = set()
        self.trouble: QrocError | None = None
        """Why files do not come or go though the node is there, such as a full disk; None where all is well."""

    def show(self, edits: Sequence[Edit], there: Mapping[str, int]) -> None:
        """The team's edits, and the files that may be fetched, with their sizes in bytes."""
        with self._turn:
            for edit in edits[self._seen :]:
                for sha256, item in attached(edit.touches):
                    self._named.setdefault(sha256, set()).add(item)
            self._seen = max(self._seen, len(edits))
            self._there = there
        self._news.set()

    def unsent(self) -> int:
        """Files that were attached here and that the node does not have yet."""
        return len(self._waiting)

    def work(self) -> None:
        """In the thread of the files."""
        failures = 0
        while not self._ending.is_set():
            self._news.wait(_LOOK_S)
            self._news.clear()
            try:
                self._look()
                failures, self.trouble = 0, None
            except NotReachedError as error:
                failures += 1
                if failures >= _PATIENCE:
                    self.trouble = error
            except QrocError as error:
                _log.error("a file cannot be kept: %s", error.what.template)
                failures, self.trouble = failures + 1, error
            except Exception as error:
                # A fault of ours must not end the thread: files would stay away, and nobody know it.
                _log.exception("a file cannot be carried")
                what = Message("Something went wrong inside the program ({kind}).", kind=type(error).__name__)
                failures, self.trouble = failures + 1, Damaged(what, kept=Message("What was recorded is safe."))
            if failures:
                self._ending.wait(self._pause(failures))

    # --- parts -----------------------------------------------------------------------------------

    def _look(self) -> None:
        with self._turn:
            named = {sha256: frozenset(items) for sha256, items in self._named.items() if sha256 not in self._settled}
            there = self._there
        sizes = {sha256: size_here(self._workspace, sha256) for sha256 in named}
        self._waiting = {
            sha256
            for sha256, size in sizes.items()
            if self._sends and size is not None and sha256 not in there and sha256 not in self._handed
        }
        for sha256, items in named.items():
            if self._ending.is_set():
                return
            size = sizes[sha256]
            if sha256 in there:
                if size is None:
                    self._fetch(sha256, there[sha256], items)
                (self._folder / sha256).unlink(missing_ok=True)
                self._settled.add(sha256)
            elif sha256 in self._waiting and size is not None:
                self._bring(sha256, size)

    def _bring(self, sha256: str, size: int) -> None:
        try:
            if size > LARGEST_FILE:
                raise Refused(too_large())
            number, before = self._link.bring(sha256, size, 0, b""), -1
            while number is not None and number > before and not self._ending.is_set():
                before = number
                data = piece_here(self._workspace, sha256, number) or b""
                number = self._link.bring(sha256, size, number, data)
                self._ending.wait(_BETWEEN_S)
            if number is None:
                self._handed.add(sha256)
                self._waiting.discard(sha256)
        except NotReachedError:
            raise
        except Refused as error:
            self._waiting.discard(sha256)
            self._settled.add(sha256)
            self._refuse(error)

    def _fetch(self, sha256: str, size: int, items: frozenset[str]) -> None:
        path = self._folder / sha256
        try:
            self._folder.mkdir(exist_ok=True)
            with path.open("ab") as file:
                have = min(file.tell(), size) // PIECE  # the last one may be half a piece
                file.truncate(have * PIECE)
                for number in range(have, count_pieces(size)):
                    if self._ending.is_set():
                        raise NotReachedError(Message("The exercise is being joined …"))
                    file.write(self._link.piece(sha256, number))
                    self._ending.wait(_BETWEEN_S)
        except OSError as error:
            what = Message("A file of the team cannot be kept: {reason}.", reason=reason_of(error))
            raise Refused(what, where=str(path)) from error
        whole = DiskFile(path)
        if whole.sha256 != sha256:
            path.unlink(missing_ok=True)
            raise Refused(Message("The bytes of the file are not what was announced."), where=sha256[:16])
        self._workspace.keep(whole, items).result()
