"""A centre's own folder: its keys and its exchange with other centres, for live work and for exercises apart."""

from __future__ import annotations

from pathlib import Path

import platformdirs

from qroc_desktop.domain.instant import Clock
from qroc_desktop.domain.vocabulary import WorkspaceKind
from qroc_desktop.errors import Message, Refused
from qroc_desktop.reasons import reason_of
from qroc_desktop.services.settings import PROGRAM
from qroc_desktop.services.workspaces import centre_name, country_code
from qroc_desktop.sync.exchange import SUFFIX, Exchange
from qroc_desktop.sync.identity import Identity, PublicIdentity
from qroc_desktop.sync.keystore import Cost, Keystore, Unlocked

KEYS = ".keys"


def usual_folder() -> Path:
    """Where the folder of this user's centre is, where nobody says otherwise."""
    return Path(platformdirs.user_data_dir(PROGRAM, appauthor=False)) / "centre"


class CentreFolder:
    """The folder of one centre. What is live and what is an exercise have keys and files of their own."""

    def __init__(self, folder: Path, *, clock: Clock) -> None:
        self.folder = folder
        self._clock = clock

    def keystore(self, kind: WorkspaceKind) -> Keystore:
        """The sealed keys."""
        return Keystore(self.folder / f"{kind}{KEYS}")

    def exchange_path(self, kind: WorkspaceKind) -> Path:
        """The exchange file."""
        return self.folder / f"{kind}{SUFFIX}"

    def make(
        self, kind: WorkspaceKind, *, name: str, country: str, passphrase: str | None, cost: Cost | None = None
    ) -> PublicIdentity:
        """Make an identity and its exchange. passphrase: None keeps the key in the operating system's keyring.

        Raises Refused where there is an identity already: other centres know it by its keys.
        """
        keystore = self.keystore(kind)
        if keystore.exists:
            raise Refused(
                Message("This centre has an identity already."),
                where=str(keystore.path),
                action=Message("Renew its keys instead, so that other centres still know it."),
            )
        identity = Identity.new(centre_name(name), country_code(country), self._clock())
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            reason = reason_of(error)
            raise Refused(
                Message("The folder cannot be made: {reason}.", reason=reason), where=str(self.folder)
            ) from error
        if passphrase is None:
            keystore.save_in_keyring(identity)
        else:
            keystore.save(identity, passphrase, cost)
        self._exchange(kind, identity).close()
        return identity.public

    def unlock(self, kind: WorkspaceKind, passphrase: str = "") -> Unlocked:
        """The opened keystore. Raises Refused where there is none, or the passphrase is wrong."""
        keystore = self.keystore(kind)
        if not keystore.exists:
            raise Refused(
                Message("This centre has no identity yet."),
                where=str(self.folder),
                action=Message("Make one first; the keys stay on this machine."),
            )
        return keystore.unlock(passphrase)

    def open(self, kind: WorkspaceKind, passphrase: str = "") -> Exchange:
        """The open exchange; the caller closes it."""
        return self.open_with(kind, self.unlock(kind, passphrase))

    def open_with(self, kind: WorkspaceKind, keys: Unlocked) -> Exchange:
        """The open exchange of an opened keystore, whose renewed keys it takes over; the caller closes it."""
        return self._exchange(kind, keys.identity)

    def _exchange(self, kind: WorkspaceKind, identity: Identity) -> Exchange:
        path = self.exchange_path(kind)
        if path.exists():
            return Exchange(path, identity, self._clock)
        # The keys are kept before the file is made: a stop between the two leaves keys without an exchange.
        return Exchange.create(path, identity, self._clock, mode=kind)
