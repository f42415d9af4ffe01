"""TLS between centres: version 1.3, both sides show a certificate, and only pinned ones are believed.

No certificate authority has a say. A side trusts the certificates that its roster holds, each byte for byte.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import ssl
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, cast

from cryptography.hazmat.primitives import serialization

from qroc_desktop.sync.identity import Keys

Alarm = Callable[[str], None]
UNKNOWN_CERTIFICATE = "unknown-certificate"
UNEXPECTED_CERTIFICATE = "unexpected-certificate"


def server_name(certificate: bytes) -> str:
    """What a client asks for by SNI: the one of our certificates that it has pinned. It tells nobody which centre."""
    return f"{hashlib.sha256(certificate).hexdigest()[:32]}.qroc.invalid"


class PinnedSocket(ssl.SSLSocket):
    """A client's socket. A server that shows another certificate gets not a byte."""

    def do_handshake(self, block: bool = False) -> None:
        """Raises SSLCertVerificationError and tells the context's owner."""
        context = cast(ClientContext, self.context)
        try:
            super().do_handshake(block)
            if self.getpeercert(binary_form=True) not in context.pins:
                raise ssl.SSLCertVerificationError("not the pinned certificate")
        except ssl.SSLCertVerificationError:
            context.alarm(UNEXPECTED_CERTIFICATE)
            raise


class ClientContext(ssl.SSLContext):
    """For connections to one peer, whose certificates are the pins."""

    sslsocket_class = PinnedSocket
    pins: frozenset[bytes]
    alarm: Alarm

    @classmethod
    def to(cls, pins: Iterable[bytes], own: Keys, alarm: Alarm) -> ClientContext:
        """A context that shows our own certificate and believes these (DER)."""
        context = cls(ssl.PROTOCOL_TLS_CLIENT)
        context.pins, context.alarm = frozenset(pins), alarm
        context.check_hostname = False  # a pin says more than a name
        _strict(context, context.pins, own)
        return context


class _ServerObject(ssl.SSLObject):
    """A server's side of a connection. Who shows no certificate of a peer's gets nothing."""

    def do_handshake(self) -> None:
        try:
            super().do_handshake()
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            raise
        except ssl.SSLError as error:
            if "CERTIFICATE" in (error.reason or ""):
                cast(_OneServerContext, self.context).alarm(UNKNOWN_CERTIFICATE)
            raise


class _OneServerContext(ssl.SSLContext):
    sslobject_class = _ServerObject
    alarm: Alarm

    @classmethod
    def showing(cls, own: Keys, pins: Iterable[bytes], alarm: Alarm) -> _OneServerContext:
        context = cls(ssl.PROTOCOL_TLS_SERVER)
        context.alarm = alarm
        context.num_tickets = 0  # a resumed session would not show the certificate again
        _strict(context, pins, own)
        return context


class ServerContext(ssl.SSLContext):
    """Each connection is under what the peers' certificates are at that time; see `trust`.

    After a rotation a client that has pinned the former certificate is still shown that one.
    """

    _own: list[Keys]
    _alarm: Alarm
    _present: _OneServerContext

    @classmethod
    def of(cls, own: list[Keys], alarm: Alarm) -> ServerContext:
        """A context of a centre with these keys, the newest first; it trusts nobody yet."""
        context = cls(ssl.PROTOCOL_TLS_SERVER)
        context._own, context._alarm = own, alarm
        context.trust([])
        return context

    def renew(self, own: list[Keys], pins: Iterable[bytes]) -> None:
        """From now on new connections are shown one of these of our certificates as well; see `trust`."""
        self._own = own
        self.trust(pins)

    def trust(self, pins: Iterable[bytes]) -> None:
        """From now on new connections need one of these certificates (DER)."""
        pins = list(pins)
        contexts = [_OneServerContext.showing(keys, pins, self._alarm) for keys in self._own]
        by_name = {server_name(keys.certificate): one for keys, one in zip(self._own, contexts, strict=True)}

        def chosen(connection: ssl.SSLObject | ssl.SSLSocket, name: str | None, _: ssl.SSLContext) -> None:
            if name in by_name and connection.context is not by_name[name]:
                connection.context = by_name[name]

        contexts[0].sni_callback = chosen
        self._present = contexts[0]

    def wrap_bio(self, *arguments: Any, **more: Any) -> ssl.SSLObject:
        """The server's side of a new connection."""
        return self._present.wrap_bio(*arguments, **more)


def _strict(context: ssl.SSLContext, pins: Iterable[bytes], own: Keys) -> None:
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.verify_mode = ssl.CERT_REQUIRED
    # Looks for the certificate itself. A search for its issuer would take any of the same name for it, and a peer's
    # former and present certificates have the same name.
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    for pin in pins:
        context.load_verify_locations(cadata=pin)
    password = secrets.token_bytes(32).hex().encode()
    with _handed_over(_locked_pem(own, password)) as path:
        context.load_cert_chain(path, password=password)


def _locked_pem(keys: Keys, password: bytes) -> bytes:
    """The private key under a password that lives for this call only, and the certificate."""
    key = keys.tls.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(password),
    )
    return key + ssl.DER_cert_to_PEM_cert(keys.certificate).encode()


@contextlib.contextmanager
def _handed_over(pem: bytes) -> Iterator[str]:
    """A path for OpenSSL, which reads keys from files only: in memory where the system can, else a file in a folder
    that only we can enter, gone at once. Neither holds a key that could be used without the password."""
    if hasattr(os, "memfd_create") and Path("/proc/self/fd").is_dir():
        descriptor = os.memfd_create("pem")
        try:
            os.write(descriptor, pem)
            yield f"/proc/self/fd/{descriptor}"
        finally:
            os.close(descriptor)
        return
    with tempfile.TemporaryDirectory(prefix="qroc-") as folder:
        path = Path(folder) / "pem"
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(pem)
        yield str(path)
