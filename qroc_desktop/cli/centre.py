"""What the commands between centres have in common: our folder, its passphrase, peers by name, instants as text."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from qroc_desktop.cli.session import Session
from qroc_desktop.domain.instant import Instant, iso
from qroc_desktop.domain.vocabulary import WorkspaceKind
from qroc_desktop.errors import Message, Refused
from qroc_desktop.services.centre import CentreFolder, usual_folder
from qroc_desktop.sync.exchange import Exchange
from qroc_desktop.sync.keystore import Unlocked
from qroc_desktop.sync.roster import Peer

ENVIRONMENT = "QROC_PASSPHRASE"
"""Environment variable with the passphrase, for scripts; a file is the better place."""


class Centre:
    """The centre that a command acts for. `kind`: that of the workspace at hand, where there is one."""

    def __init__(self, session: Session, kind: WorkspaceKind | None = None) -> None:
        self._session = session
        self.kind = kind or (WorkspaceKind.EXERCISE if session.exercise else WorkspaceKind.LIVE)
        self.folder = CentreFolder(session.home or usual_folder(), clock=session.clock)

    @contextmanager
    def exchange(self) -> Iterator[Exchange]:
        """The open exchange."""
        with self.folder.open_with(self.kind, self.unlocked()) as exchange:
            yield exchange

    def unlocked(self) -> Unlocked:
        """The opened keystore."""
        asks = self.folder.keystore(self.kind).exists and self.folder.keystore(self.kind).asks
        return self.folder.unlock(self.kind, self.passphrase() if asks else "")

    def passphrase(self, *, confirm: bool = False) -> str:
        """From the file, else the environment, else asked for; never shown."""
        file = self._session.passphrase_file
        if file == Path("-"):
            return sys.stdin.readline().strip("\r\n")
        if file is not None:
            try:
                return file.read_text(encoding="utf-8").strip("\r\n")
            except (OSError, ValueError) as error:
                reason = getattr(error, "strerror", None) or type(error).__name__
                raise Refused(
                    Message("The passphrase file cannot be read: {reason}.", reason=reason), where=str(file)
                ) from error
        given = os.environ.get(ENVIRONMENT)
        if given is not None:
            return given
        return str(click.prompt("Passphrase", hide_input=True, confirmation_prompt=confirm, err=True))


def peer_named(exchange: Exchange, said: str) -> Peer:
    """A peer by its id, the beginning of its id, or its name. Raises Refused where it is none, or several."""
    folded = " ".join(said.split()).casefold()
    peers = exchange.roster.peers()
    found = [peer for peer in peers if peer.name.casefold() == folded] or [
        peer for peer in peers if len(folded) >= 8 and peer.centre.startswith(folded)
    ]
    if len(found) != 1:
        what = Message("Several centres are called that.") if found else Message("There is no such centre.")
        raise Refused(what, where=said[:80], action=Message("`qroc peer list` names them all."))
    return found[0]


def moment(at: int | None) -> str | None:
    """An instant, in microseconds since 1970, for JSON."""
    return None if at is None else iso(Instant(at))


officer_option = click.option("--officer", required=True, metavar="NAME", help="The officer who answers for it.")


def written(out: Path | None, text: str) -> None:
    """Text into a new file, or to standard output."""
    if out is None:
        click.echo(text, nl=False)
        return
    from qroc_desktop.services.exporting import save_whole

    save_whole(out, text.encode())
