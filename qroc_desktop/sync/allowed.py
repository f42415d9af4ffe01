"""Which ways to peers an administrator has opened on this machine. Without the file there is none, and no request
leaves the machine.

    [https]
    listen = "0.0.0.0:8443"            # where peers may bring parcels; empty: nowhere
    to = ["*.police.example:8443"]     # whose nodes may be called: host:port, with * and ?
    [exercise]
    listen = "0.0.0.0:8444"            # where workstations may join exercises that are conducted here
    name = "ops.example:8444"          # how they reach it, where it is another address; it stands in their codes
    to = ["*.police.example:8444"]     # which exercises may be joined from here: host:port, with * and ?
    [folder]
    paths = ["/mnt/exchange"]          # folders that are looked into, and that parcels may be put into
    [[nats]]
    server = "tls://relay.example:4222"
    mailbox = "noord"                  # ours at this relay
    credentials = "/etc/qroc-desktop/relay.creds"
    authority = "/etc/qroc-desktop/relay.pem"
    replicas = 3                       # on so many servers the relay keeps our mailbox
    plain = false                      # true: a `nats://` server, without TLS, is meant as it stands
    [routes]                           # instead of those that a peer's invitation names, by centre id
    "0123456789abcdef0123456789abcdef" = ["https://10.0.0.5:8443", "folder:/mnt/exchange"]
"""

from __future__ import annotations

import fnmatch
import re
import tomllib
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import msgspec

from qroc_desktop.errors import Message, Refused
from qroc_desktop.paths import only_administrators
from qroc_desktop.sync.roster import Peer

FILE = "exchange.toml"

_MAILBOX = re.compile("[A-Za-z0-9_-]{1,64}")
Mailbox = Annotated[str, msgspec.Meta(pattern=f"^{_MAILBOX.pattern}$")]


class Https(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """See above."""

    listen: str = ""
    to: tuple[str, ...] = ()


class Exercise(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """See above."""

    listen: str = ""
    name: str = ""
    to: tuple[str, ...] = ()


class Folder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """See above."""

    paths: tuple[str, ...] = ()


class Relay(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """See above. `credentials` and `authority` are paths of files; empty: none is used."""

    server: Annotated[str, msgspec.Meta(pattern="^(nats|tls)://[^/#?]+$")]
    mailbox: Mailbox
    credentials: str = ""
    authority: str = ""
    replicas: Annotated[int, msgspec.Meta(ge=1, le=5)] = 1
    plain: bool = False


class Allowed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the file says; by default nothing is allowed."""

    https: Https = Https()
    exercise: Exercise = Exercise()
    folder: Folder = Folder()
    nats: tuple[Relay, ...] = ()
    routes: dict[str, tuple[str, ...]] = {}

    def listening(self) -> tuple[str, int] | None:
        """Host and port to listen at; port 0 takes a free one."""
        if not self.https.listen:
            return None
        return _host_and_port(self.https.listen)

    def hosting(self) -> tuple[str, int] | None:
        """Host and port at which workstations may join an exercise; port 0 takes a free one."""
        return _host_and_port(self.exercise.listen) if self.exercise.listen else None

    def hosting_name(self) -> tuple[str, int] | None:
        """Host and port by which they reach it, where that was said."""
        return _host_and_port(self.exercise.name) if self.exercise.name else None

    def allows_joining(self, host: str, port: int) -> bool:
        """Whether an exercise at this address may be joined."""
        return any(fnmatch.fnmatchcase(f"{host}:{port}", pattern.lower()) for pattern in self.exercise.to)

    def routes_to(self, peer: Peer) -> list[str]:
        """The routes to a peer that may be used, the preferred one first."""
        return [route for route in self.routes.get(peer.centre, peer.routes) if self.allows(route)]

    def allows(self, route: str) -> bool:
        """Whether a route may be used. Where a peer invites us to is its word alone and opens nothing."""
        kind, _, rest = route.partition(":")
        if kind == "https":
            try:
                parts = urlsplit(route)
                named = f"{parts.hostname or ''}:{parts.port or 443}"
            except ValueError:
                return False
            plain = not (parts.username or parts.password or parts.query or parts.fragment or parts.path.strip("/"))
            return plain and any(fnmatch.fnmatchcase(named, pattern.lower()) for pattern in self.https.to)
        if kind == "folder":
            return rest in self.folder.paths
        if kind in ("nats", "tls"):
            server, _, mailbox = route.rpartition("#")
            return bool(_MAILBOX.fullmatch(mailbox)) and any(server == relay.server for relay in self.nats)
        return False


def read(path: Path, *, owner: int = 0) -> Allowed:
    """What an administrator allows. It is not guessed at: raises Refused for a file that is not understood, or is not
    an administrator's (POSIX: owned by `owner`, writable by nobody else, its folder too; on Windows the folder's
    access list is what protects it)."""
    try:
        text = path.read_text("utf-8")
        if not only_administrators(path, owner):
            raise _refused(path, Message("The list of routes can be changed by others than the administrator."))
        allowed = msgspec.convert(tomllib.loads(text), Allowed)
        allowed.listening(), allowed.hosting(), allowed.hosting_name()
        for relay in allowed.nats:
            if relay.server.startswith("nats://") and not relay.plain:
                raise _in_the_open(path, relay)
    except FileNotFoundError:
        return Allowed()
    except (OSError, ValueError) as error:
        what = Message("The list of routes cannot be used: {reason}.", reason=_short(error))
        raise _refused(path, what) from error
    return allowed


def _refused(path: Path, what: Message) -> Refused:
    return Refused(
        what,
        where=str(path),
        kept=Message("Nothing is sent and nothing is received until then."),
        action=Message("Ask your administrator to put the file right."),
    )


def _in_the_open(path: Path, relay: Relay) -> Refused:
    return Refused(
        Message(
            "The relay {server} is named without TLS; who writes to whom could be read on the way.", server=relay.server
        ),
        where=str(path),
        kept=Message("Nothing is sent and nothing is received until then."),
        action=Message("Name it by tls://, or write plain = true if its way is protected otherwise."),
    )


def _host_and_port(text: str) -> tuple[str, int]:
    parts = urlsplit(f"//{text}")
    if parts.hostname is None or parts.port is None or parts.path:
        raise ValueError("listen and name need host:port")
    return parts.hostname, parts.port


def _short(error: Exception) -> str:
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    return str(error)
