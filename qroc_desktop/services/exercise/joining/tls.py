"""TLS between a node of an exercise and the workstations that join: version 1.3, and the certificate is the one that
the code pins. No certificate authority has a say, and no variable of the environment.

The node's key is made for one run and lies beside its record.
"""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import http.client
import os
import secrets
import socket
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from qroc_desktop.domain.instant import Clock, to_datetime
from qroc_desktop.errors import Message, Refused
from qroc_desktop.reasons import reason_of

KEY_FILE: Final = "node.pem"
_DAYS: Final = 3650


class WrongServerError(ssl.SSLCertVerificationError):
    """Whoever answers does not show the certificate of the code."""


def server_context(folder: Path, clock: Clock) -> ssl.SSLContext:
    """What the node of a run answers with. Its key is made where there is none. Raises Refused."""
    path = _key_file(folder, clock)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    try:
        context.load_cert_chain(path)
    except (OSError, ssl.SSLError) as error:
        raise _unusable(path, error) from error
    return context


def certificate(folder: Path, clock: Clock) -> bytes:
    """The certificate of a run's node, DER; made where there is none. Raises Refused."""
    path = _key_file(folder, clock)
    try:
        return x509.load_pem_x509_certificate(path.read_bytes()).public_bytes(serialization.Encoding.DER)
    except (OSError, ValueError) as error:
        raise _unusable(path, error) from error


def _key_file(folder: Path, clock: Clock) -> Path:
    path = folder / KEY_FILE
    if path.exists():
        return path
    rough = folder / f".{KEY_FILE}.{secrets.token_hex(4)}"
    try:
        with os.fdopen(os.open(rough, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(_made(clock))
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):  # another program made one meanwhile, and that one counts
            os.link(rough, path)
    except OSError as error:
        raise _unusable(path, error) from error
    finally:
        rough.unlink(missing_ok=True)
    return path


def _made(clock: Clock) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    now = to_datetime(clock())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "QROC exercise")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=_DAYS))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private + made.public_bytes(serialization.Encoding.PEM)


def _unusable(path: Path, error: Exception) -> Refused:
    what = Message("The key of the exercise's node cannot be used: {reason}.", reason=reason_of(error))
    return Refused(what, where=str(path), action=Message("Delete the file and invite everybody anew."))


class PinnedConnection(http.client.HTTPSConnection):
    """A connection on which not a byte is sent to whoever shows a certificate that is not believed."""

    def __init__(self, host: str, port: int, believed: Callable[[bytes], bool], *, timeout: float) -> None:
        """believed: whether a certificate (DER) is the one; it may take its time. timeout: seconds of silence."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE  # what is believed is asked below, and no authority
        super().__init__(host, port, timeout=timeout, context=context)
        self._trusted = context
        self._believed = believed

    def connect(self) -> None:
        """Raises WrongServerError, or OSError where there is no connection."""
        plain = socket.create_connection((self.host, self.port), self.timeout)
        try:
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            encrypted = self._trusted.wrap_socket(plain)
        except BaseException:
            plain.close()
            raise
        shown = encrypted.getpeercert(binary_form=True)
        if shown is None or not self._believed(shown):
            encrypted.close()
            raise WrongServerError("not the certificate of the code")
        self.sock = encrypted

    def abort(self) -> None:
        """End it from another thread that must not wait."""
        if self.sock is not None:
            with contextlib.suppress(OSError):
                self.sock.shutdown(socket.SHUT_RDWR)


def fingerprint(certificate: bytes) -> str:
    """SHA-256 of a certificate, hexadecimal."""
    return hashlib.sha256(certificate).hexdigest()
