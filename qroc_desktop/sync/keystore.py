"""The file that holds a centre's private keys, sealed.

It is sealed with AES-256-GCM under a key that Argon2id (RFC 9106) makes of a passphrase or, where the operating
system has a keyring that can be used, under a random key that is kept there. The file carries a checksum of its own,
so that a damaged file is not mistaken for a wrong passphrase.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
import threading
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from qroc_desktop.errors import Damaged, Message, QrocError, Refused
from qroc_desktop.reasons import reason_of
from qroc_desktop.sync.files import replace
from qroc_desktop.sync.identity import Identity

FEWEST_LETTERS = 12
_MAGIC = b"QROC keys 1\n"
_KEY_BYTES = 32
_MOST_BYTES = 1024 * 1024
_SERVICE = "qroc-desktop"
_HANDED = "qroc-opened-key:"


class Cost(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a guess costs. The default is RFC 9106's for memory-constrained machines; bounds keep a forged file
    from exhausting this one."""

    memory_kib: Annotated[int, msgspec.Meta(ge=8, le=1024 * 1024)] = 64 * 1024
    passes: Annotated[int, msgspec.Meta(ge=1, le=64)] = 3
    lanes: Annotated[int, msgspec.Meta(ge=1, le=16)] = 4


class _Head(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    centre: Annotated[str, msgspec.Meta(max_length=64)]
    lock: Literal["passphrase", "keyring"]
    cost: Cost
    salt: Annotated[bytes, msgspec.Meta(min_length=16, max_length=16)]
    nonce: Annotated[bytes, msgspec.Meta(min_length=12, max_length=12)]


class Keystore:
    """One keystore file at `path`."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def exists(self) -> bool:
        """Whether there is a file."""
        return self.path.exists()

    @property
    def asks(self) -> bool:
        """Whether a passphrase is needed to open it. Raises Refused or Damaged where it cannot be read."""
        return self._read()[0].lock == "passphrase"

    def save(self, identity: Identity, passphrase: str, cost: Cost | None = None) -> None:
        """Seal under a passphrase; an existing file is replaced whole or stays as it was."""
        if len(passphrase) < FEWEST_LETTERS:
            what = Message("The passphrase is too short; it needs at least {count} characters.", count=FEWEST_LETTERS)
            raise Refused(what, where=str(self.path))
        head = _head(identity.centre, "passphrase", cost or Cost())
        self._write(head, _derived(passphrase, head), identity)

    def save_in_keyring(self, identity: Identity) -> None:
        """Seal under a random key that the operating system's keyring keeps. Raises Refused where there is none."""
        head = _head(identity.centre, "keyring", Cost())
        key = _from_keyring(identity.centre) or os.urandom(_KEY_BYTES)
        _into_keyring(identity.centre, key)
        self._write(head, key, identity)

    def open(self, passphrase: str = "") -> Identity:
        """The identity. Raises Refused for a wrong passphrase or a keyring without the key, Damaged for the file."""
        return self.unlock(passphrase).identity

    def unlock(self, secret: str = "") -> Unlocked:
        """The identity with what opens its file, for a process that goes on when the keys are renewed. As `open`.

        secret: the passphrase, or `Unlocked.secret` of a process that has it open.
        """
        mark = self.mark()
        head, sealed, start = self._read()
        if head.lock == "keyring":
            key = _from_keyring(head.centre)
            if key is None:
                raise self._closed(Message("The key to the keystore is not in this user's keyring."))
            wrong = Message("The key in this user's keyring is not the one of this keystore.")
        else:
            key = _handed(secret) or _derived(secret, head)
            wrong = Message("The passphrase is wrong.")
        return Unlocked(self, self._opened(key, head, sealed, start, wrong), key, head, mark)

    def mark(self) -> tuple[int, int, int] | None:
        """Another one when the file was replaced; None where there is none."""
        try:
            status = self.path.stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_ino, status.st_size

    def _opened(self, key: bytes, head: _Head, sealed: bytes, start: bytes, wrong: Message) -> Identity:
        try:
            secret = AESGCM(key).decrypt(head.nonce, sealed, start)
        except InvalidTag:
            raise self._closed(wrong) from None
        try:
            return Identity.from_secret(secret)
        except ValueError:
            raise self._damaged() from None

    def _read(self) -> tuple[_Head, bytes, bytes]:
        try:
            with self.path.open("rb") as file:
                data = file.read(_MOST_BYTES + 1)
        except OSError as error:
            reason = reason_of(error)
            raise Refused(
                Message("The keystore cannot be read: {reason}.", reason=reason), where=str(self.path)
            ) from error
        body, checksum = data[:-_KEY_BYTES], data[-_KEY_BYTES:]
        lines = body.split(b"\n", 2)
        if not body.startswith(_MAGIC) or hashlib.sha256(body).digest() != checksum or len(lines) < 3:
            raise self._damaged()
        try:
            head = msgspec.json.decode(lines[1], type=_Head)
        except msgspec.DecodeError:
            raise self._damaged() from None
        return head, lines[2], _MAGIC + lines[1]

    def _write(self, head: _Head, key: bytes, identity: Identity) -> None:
        start = _MAGIC + msgspec.json.encode(head)
        body = start + b"\n" + AESGCM(key).encrypt(head.nonce, identity.secret(), start)
        try:
            replace(self.path, body + hashlib.sha256(body).digest())
        except OSError as error:
            reason = reason_of(error)
            what = Message("The keystore cannot be written: {reason}.", reason=reason)
            raise Refused(what, where=str(self.path), action=Message("Make room or choose another folder.")) from error

    def _damaged(self) -> Damaged:
        return Damaged(
            Message("The keystore is damaged."),
            where=str(self.path),
            action=Message("Put back a copy of the file, or make new keys and have them approved by every peer."),
        )

    def _closed(self, what: Message) -> Refused:
        return Refused(what, where=str(self.path), kept=Message("The keystore stays closed."))


class Unlocked:
    """An opened keystore. It keeps the key that the passphrase was made into, never the passphrase: keys that are
    renewed under the same lock are read without anybody being asked again."""

    def __init__(
        self, store: Keystore, identity: Identity, key: bytes, head: _Head, mark: tuple[int, int, int] | None
    ) -> None:
        self.identity = identity
        self._store = store
        self._key = key
        self._head = head
        self._mark = mark
        self._turn = threading.Lock()
        self._renewed = False
        self._trouble: QrocError | None = None
        identity.kept_by(self._take_over)

    def __repr__(self) -> str:
        return "Unlocked(private)"

    @property
    def secret(self) -> str:
        """What opens this keystore in a child process of ours instead of the passphrase; empty with a keyring. Only
        for a pipe to it."""
        return "" if self._head.lock == "keyring" else _HANDED + base64.b64encode(self._key).decode()

    @property
    def replaced(self) -> bool:
        """Whether the file was replaced since it was read; costs next to nothing."""
        mark = self._store.mark()
        return mark is not None and mark != self._mark

    def renew(self, identity: Identity) -> None:
        """Keep renewed keys under the same lock. Other processes that have it open take them over by `look`."""
        head = msgspec.structs.replace(self._head, nonce=os.urandom(12))
        self._store._write(head, self._key, identity)

    def look(self) -> bool:
        """Take over keys that were renewed meanwhile; whether there were any since this was asked last.

        Raises Refused where they are under another lock now, Damaged for the file; the former keys stay in use.
        """
        self._take_over()
        with self._turn:
            trouble, self._trouble = self._trouble, None
            renewed, self._renewed = self._renewed, False
        if trouble is not None:
            raise trouble
        return renewed

    def _take_over(self) -> None:
        """Read the file where it was replaced. No passphrase is stretched here, which would take its time; whoever
        comes meanwhile waits until it is read. What came of it is told by `look`."""
        with self._turn:
            if not self.replaced:
                return
            self._mark = self._store.mark()
            try:
                head, sealed, start = self._store._read()
                wrong = Message("The keys of this centre were renewed under another passphrase.")
                renewed = self._store._opened(self._key, head, sealed, start, wrong)
            except QrocError as trouble:
                self._trouble = trouble
                return
            self._head = head
            self.identity.take_over(renewed)
            self._renewed, self._trouble = True, None


def keyring_usable() -> bool:
    """Whether the operating system offers a keyring that keeps secrets encrypted."""
    import keyring
    from keyring.errors import KeyringError

    with contextlib.suppress(KeyringError, RuntimeError, ImportError):
        return bool(keyring.get_keyring().priority >= 1)
    return False


def _head(centre: str, lock: Literal["passphrase", "keyring"], cost: Cost) -> _Head:
    return _Head(centre=centre, lock=lock, cost=cost, salt=os.urandom(16), nonce=os.urandom(12))


def _derived(passphrase: str, head: _Head) -> bytes:
    return hash_secret_raw(
        passphrase.encode(),
        head.salt,
        time_cost=head.cost.passes,
        memory_cost=max(head.cost.memory_kib, 8 * head.cost.lanes),
        parallelism=head.cost.lanes,
        hash_len=_KEY_BYTES,
        type=Type.ID,
    )


def _handed(secret: str) -> bytes | None:
    """The key that another process of ours hands over; None for a passphrase."""
    if not secret.startswith(_HANDED):
        return None
    try:
        key = base64.b64decode(secret.removeprefix(_HANDED), validate=True)
    except ValueError:
        return None
    return key if len(key) == _KEY_BYTES else None


def _from_keyring(centre: str) -> bytes | None:
    import keyring
    from keyring.errors import KeyringError

    try:
        kept = keyring.get_password(_SERVICE, centre)
        key = base64.b64decode(kept, validate=True) if kept else b""
    except (KeyringError, ValueError):
        return None
    return key if len(key) == _KEY_BYTES else None


def _into_keyring(centre: str, key: bytes) -> None:
    import keyring
    from keyring.errors import KeyringError

    try:
        keyring.set_password(_SERVICE, centre, base64.b64encode(key).decode())
    except KeyringError:
        what = Message("The operating system has no keyring that can be used.")
        raise Refused(what, action=Message("Choose a passphrase instead.")) from None
