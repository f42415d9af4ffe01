"""Straight to a peer's node: HTTPS with certificates pinned on both sides.

A connection is kept and used again. Of a bundle of several chunks the peer is asked first which it lacks, and each of
those goes in a request of its own: whatever arrived before a cut is not sent again.
"""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec
import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError
from urllib3.util.retry import Retry

from qroc_desktop.domain.instant import Clock
from qroc_desktop.sync import envelope, parcel
from qroc_desktop.sync.bundle import ACKNOWLEDGEMENT_TYPE, Acknowledgement, Answer, bundle_id
from qroc_desktop.sync.encoding import decoded, sha256
from qroc_desktop.sync.identity import Identity, Keys
from qroc_desktop.sync.refusals import Rejected
from qroc_desktop.sync.roster import Peer
from qroc_desktop.sync.tls import ClientContext, server_name
from qroc_desktop.sync.transports import wire
from qroc_desktop.sync.transports.base import Incoming, Unreachable

SCHEME = "https://"
Alarm = Callable[[str, str], None]
"""Code and centre."""


class Patience(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds: to connect, between two signs of life, and for one answer as a whole."""

    connect: float = 10.0
    silence: float = 30.0
    answer: float = 120.0


class HttpsTransport:
    """Our way to peers' nodes at their `https://host:port`; threads may share it, each peer its own connection."""

    def __init__(
        self,
        identity: Identity,
        clock: Clock,
        alarm: Alarm,
        *,
        patience: Patience | None = None,
        took: dict[str, str] | None = None,
    ) -> None:
        """took: the SHA-256 of the certificate of ours that each peer took last, as far as that is known; kept up."""
        self._identity = identity
        self._clock = clock
        self._alarm = alarm
        self._patience = patience or Patience()
        self._turn = threading.Lock()
        self._sessions: dict[tuple[str, bytes, tuple[bytes, ...]], requests.Session] = {}
        self._took = {} if took is None else took

    def to(self, address: str) -> Way:
        """The transport to whoever answers there."""
        return Way(self, address)

    def close(self) -> None:
        """Close all connections."""
        with self._turn:
            sessions, self._sessions = list(self._sessions.values()), {}
        for session in sessions:
            session.close()

    def call(self, peer: Peer, address: str, path: str, body: bytes | None) -> bytes:
        """One request. Raises Unreachable.

        Shown is the certificate of ours that the peer took last. Where none is known the newest, and the one before
        where the peer does not know that yet: it is alarmed then, once. Who is silent, or answers with something else,
        has not refused a certificate and is shown no other one.
        """
        failure: Unreachable | None = None
        for keys in self._own(peer):
            try:
                answer = self._once(self._session(peer, keys), address + path, body)
                self._took[peer.centre] = sha256(keys.certificate)
                return answer
            except (requests.RequestException, HTTPError, OSError, ValueError) as error:
                failure = Unreachable(_reason(error), address)
                failure.__cause__ = error
                if isinstance(error, (requests.Timeout, ValueError)):
                    break
        raise failure or Unreachable("no key", address)

    def _own(self, peer: Peer) -> list[Keys]:
        keys = self._identity.shown_keys(self._clock())
        took = self._took.get(peer.centre)
        return sorted(keys, key=lambda one: sha256(one.certificate) != took)

    def _session(self, peer: Peer, own: Keys) -> requests.Session:
        pins = tuple(key.certificate for key in peer.valid_keys(self._clock()))
        if not pins:
            raise ValueError("no valid certificate is known of it")
        key = (peer.centre, own.certificate, pins)
        with self._turn:
            if key not in self._sessions:
                context = ClientContext.to(pins, own, lambda code: self._alarm(code, peer.centre))
                self._sessions[key] = _session(context, server_name(pins[0]))
            return self._sessions[key]

    def _once(self, session: requests.Session, address: str, body: bytes | None) -> bytes:
        patience = self._patience
        with session.request(
            "GET" if body is None else "POST",
            address,
            # As a file it is sent in blocks, and the patience counts for each block and not for all of it.
            data=None if body is None else io.BytesIO(body),
            headers={"Content-Type": wire.MEDIA_TYPE, "Accept-Encoding": "identity"},
            timeout=(patience.connect, patience.silence),
            allow_redirects=False,
            stream=True,
        ) as response:
            until = time.monotonic() + patience.answer
            parts, size = [], 0
            for part in response.iter_content(64 * 1024):
                parts.append(part)
                size += len(part)
                if size > wire.MOST_RESPONSE or time.monotonic() > until:
                    raise ValueError("its answer does not end")
            if response.status_code != (200 if body is not None else 204):
                raise ValueError(f"it answers with HTTP status {response.status_code}")
            return b"".join(parts)


class Way:
    """The transport to one address."""

    def __init__(self, transport: HttpsTransport, address: str) -> None:
        self._transport = transport
        self._address = address.rstrip("/")

    def poll(self) -> Iterable[Incoming]:
        """Nothing: peers bring their parcels themselves."""
        return ()

    def reach(self, peer: Peer) -> None:
        """Ask whether it is there. Raises Unreachable."""
        self._transport.call(peer, self._address, wire.HERE, None)

    def send(self, peer: Peer, data: bytes) -> list[bytes]:
        """Carry a parcel. Raises Unreachable or Rejected."""
        opened = parcel.unpacked(data)
        if len(opened.chunks) > 1:
            return self._resumed(peer, opened)
        return self._answers(self.send_together(peer, [data])[0])

    def send_together(self, peer: Peer, parcels: Sequence[bytes]) -> list[wire.Outcome]:
        """Carry several parcels in one request; what became of each. Raises Unreachable."""
        body = self._transport.call(peer, self._address, wire.PARCELS, wire.request(list(parcels)))
        outcomes = wire.read_response(body, len(parcels))
        if outcomes is None:
            raise Unreachable("its answer cannot be read", self._address)
        return outcomes

    def _resumed(self, peer: Peer, opened: parcel.Parcel) -> list[bytes]:
        bundle = bundle_id(envelope.read(opened.envelope).body)
        replies = self.send_together(peer, [parcel.packed(opened.envelope)])[0]
        for chunk in opened.chunks:
            lacking = _lacking(self._answers(replies), bundle)
            if lacking is None:
                break
            if sha256(chunk) in lacking:
                replies = self.send_together(peer, [parcel.packed(opened.envelope, [chunk])])[0]
        return self._answers(replies)

    def _answers(self, outcome: wire.Outcome) -> list[bytes]:
        if outcome.code:
            raise wire.rejection(outcome.code)
        return list(outcome.replies)


class _Pinned(HTTPAdapter):
    """Keeps connections under our own TLS context, and no bundle of certificate authorities near it."""

    def __init__(self, context: ClientContext, name: str) -> None:
        self._context = context
        self._name = name
        super().__init__(pool_connections=1, pool_maxsize=4, max_retries=Retry(0, read=False))

    def init_poolmanager(self, *arguments: Any, **more: Any) -> None:
        more |= {"ssl_context": self._context, "assert_hostname": False, "server_hostname": self._name}
        super().init_poolmanager(*arguments, **more)

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        conn.cert_reqs = "CERT_REQUIRED"


def _session(context: ClientContext, name: str) -> requests.Session:
    session = requests.Session()
    session.trust_env = False  # or a variable of the environment would replace the trust, or lead through a proxy
    session.headers.clear()
    session.mount(SCHEME, _Pinned(context, name))
    session.adapters.pop("http://", None)
    return session


def _lacking(replies: list[bytes], bundle: str) -> frozenset[str] | None:
    """Which chunks the peer lacks of a bundle; None where it does not ask for any. Only a hint, and so not verified:
    the exchange verifies the answer before it believes it."""
    for reply in replies:
        try:
            signed = envelope.read(parcel.unpacked(reply).envelope)
            answer = decoded(signed.body, Acknowledgement)
        except Rejected:
            continue
        if signed.payloadType == ACKNOWLEDGEMENT_TYPE and answer.bundle == bundle and answer.answer is Answer.LACKING:
            return frozenset(answer.chunks)
    return None


def _reason(error: Exception) -> str:
    """A short word without addresses, which differ at every attempt."""
    if isinstance(error, requests.exceptions.SSLError):
        return "it does not show its certificate, or does not know ours"
    if isinstance(error, requests.Timeout):
        return "it does not answer in time"
    if isinstance(error, requests.ConnectionError):
        return "no connection"
    if isinstance(error, ValueError) and not isinstance(error, requests.RequestException):
        return str(error)
    return type(error).__name__
