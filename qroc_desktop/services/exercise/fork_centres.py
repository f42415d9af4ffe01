"""The centres of a run in a fork of it: what they had exchanged by then, and keys that only they know of each other.

A fork's centres are the same ones, so that whose item is whose stays as it is, and what was shared can be withdrawn.
But their keys are renewed as they branch off, and they alone learn of it: what one of them signs is believed by nobody
in the run that it came from.

Where an exchange file is damaged, none is taken along: of two centres that have their numbers and receipts from each
other one cannot go on alone. The fork's centres then begin with new files, as in a new run.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from qroc_desktop.domain.instant import BEGINNING, Instant
from qroc_desktop.domain.vocabulary import WorkspaceKind
from qroc_desktop.errors import Damaged, Message, Refused
from qroc_desktop.reasons import reason_of
from qroc_desktop.services.centre import CentreFolder
from qroc_desktop.services.exercise.centres import FOLDER, PASSPHRASE, passphrase_of
from qroc_desktop.services.exercise.team_feed import AUTHOR
from qroc_desktop.sync.earlier import Earlier, as_they_were, sound
from qroc_desktop.sync.exchange import Exchange
from qroc_desktop.sync.identity import Former, Identity
from qroc_desktop.sync.roster import PeerState

_KIND: Final = WorkspaceKind.EXERCISE
_ALONG: Final = 1
"""Microseconds for which the former keys sign along: until the others have been told, for which time stands still."""


class ForkedCentres:
    """The centres of a fork in the making. `run`, `fork`: the folders of the two."""

    def __init__(self, run: Path, fork: Path) -> None:
        """In the thread of the run, between two ticks: what is committed to its exchanges from now on is not in the
        fork. Raises Refused where something cannot be read or made."""
        self._folder = fork / FOLDER
        self._earlier: list[Earlier] = []
        self.left_behind: Message | None = None
        """What of the run is not in the fork, and why; None where all is."""
        self._files = ExitStack()
        homes = list(_homes(run / FOLDER, self._folder))
        self._names = [old.folder.name for old in homes]
        with ExitStack() as opening:
            opening.callback(self.close)
            try:
                for old in homes:
                    self._open(old)
            except Damaged as error:
                self._leave_behind(error)
            opening.pop_all()

    def close(self) -> None:
        """Let the files of the run go. A second time does nothing."""
        self._files.close()

    def complete(self, until: Instant, now: Instant) -> None:
        """In any thread: fill the exchanges with what was committed up to `until`, and renew the keys. now: what the
        clock of the fork says."""
        keys = [self._home(name, now).unlock(_KIND, passphrase_of(self._folder)) for name in self._names]
        renewed = [one.identity.rotated(now, Instant(now + _ALONG)) for one in keys]
        try:
            whole = as_they_were(self._earlier, until, {one.identity.centre: one.identity for one in keys})
            self.close()
            if whole and self._earlier:
                self._tell_of_keys(renewed, now)
            else:
                self._forget()
        except Damaged as error:
            self._leave_behind(error)
        for held, identity in zip(keys, renewed, strict=True):
            held.renew(_silenced(identity, now))

    def _open(self, old: CentreFolder) -> None:
        path = old.exchange_path(_KIND)
        if path.exists():
            made = Earlier(path, self._home(old.folder.name).exchange_path(_KIND))
            self._files.callback(made.close)
            self._earlier.append(made)

    def _leave_behind(self, error: Damaged) -> None:
        self.close()
        self._forget()
        self.left_behind = Message(
            "The exchange file of {centre} is damaged: what went between the centres is not in the fork.",
            centre=Path(error.where).parent.name,
        )

    def _forget(self) -> None:
        for name in self._names:
            self._home(name).exchange_path(_KIND).unlink(missing_ok=True)
        self._earlier.clear()

    def _tell_of_keys(self, renewed: Sequence[Identity], now: Instant) -> None:
        """Each takes up the renewed keys of those that it knows."""
        with ExitStack() as opening:
            exchanges: list[Exchange] = []
            for name, identity in zip(self._names, renewed, strict=True):
                path = self._home(name).exchange_path(_KIND)
                with sound(path):
                    exchanges.append(opening.enter_context(Exchange(path, identity, lambda: now)))
            for one in exchanges:
                with sound(one.path):
                    known = {peer.centre for peer in one.roster.peers() if peer.state is PeerState.ACTIVE}
                    for other in exchanges:
                        if other.identity.centre in known:
                            one.enrol(other.invite(), officer=AUTHOR)

    def _home(self, name: str, now: Instant = BEGINNING) -> CentreFolder:
        return CentreFolder(self._folder / name, clock=lambda: now)


def _homes(old: Path, new: Path) -> Iterator[CentreFolder]:
    """The folders of centres that have keys; the keys are copied, and what opens them."""
    try:
        for path in sorted(old.iterdir()) if old.is_dir() else ():
            home = CentreFolder(path, clock=lambda: BEGINNING)
            if path.name == PASSPHRASE:
                new.mkdir(mode=0o700, exist_ok=True)
                shutil.copy2(path, new / PASSPHRASE)
            elif home.keystore(_KIND).exists:
                (new / path.name).mkdir(mode=0o700, parents=True)
                shutil.copy2(home.keystore(_KIND).path, new / path.name)
                yield home
    except OSError as error:
        what = Message("The keys of the centres cannot be copied: {reason}.", reason=reason_of(error))
        raise Refused(what, where=str(new)) from error


def _silenced(identity: Identity, now: Instant) -> Identity:
    """The former keys open what was sealed for them, and sign nothing any more."""
    former = [Former(one.keys, min(one.until, now)) for one in identity.former]
    return Identity(identity.centre, identity.name, identity.country, identity.keys, former)
