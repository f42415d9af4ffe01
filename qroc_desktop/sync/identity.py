"""Who a centre is to others: three keys that are kept apart, and what of them may be told.

signing: Ed25519, under every bundle, receipt and invitation. encryption: X25519 (age), what peers seal for us with.
TLS: EC P-256 with a self-signed certificate that peers pin.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Callable, Sequence
from typing import Annotated

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.x509.oid import NameOID
from pyrage import x25519

from qroc_desktop.domain.ids import random_id
from qroc_desktop.domain.instant import Instant, to_datetime
from qroc_desktop.sync import words
from qroc_desktop.sync.encoding import Document

CERTIFICATE_DAYS = 3650

CentreId = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{32}$")]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Country = Annotated[str, msgspec.Meta(pattern="^[A-Z]{2}$")]


class PublicIdentity(Document, frozen=True, kw_only=True):
    """What a centre tells others about itself. `centre` is its id for life; the keys may be renewed.

    `encryption` is an age recipient (`age1...`), `certificate` DER.
    """

    centre: CentreId
    name: Name
    country: Country
    signing: Annotated[bytes, msgspec.Meta(min_length=32, max_length=32)]
    encryption: Annotated[str, msgspec.Meta(pattern="^age1[0-9a-z]{58}$")]
    certificate: Annotated[bytes, msgspec.Meta(min_length=1, max_length=4096)]

    def fingerprint(self) -> bytes:
        """SHA-256 over all of it, each part behind its length, so that no two identities share one."""
        digest = hashlib.sha256(b"qroc-identity-1\0")
        for part in (self.centre, self.name, self.country, self.signing, self.encryption, self.certificate):
            data = part.encode() if isinstance(part, str) else part
            digest.update(len(data).to_bytes(4, "big") + data)
        return digest.digest()

    @property
    def letters(self) -> str:
        """The fingerprint for the eye."""
        return words.letters(self.fingerprint())


class Keys:
    """One set of private keys. Nothing of it is shown by `repr`, `str` or an error."""

    __slots__ = ("certificate", "encryption", "signing", "tls")

    def __init__(
        self,
        signing: Ed25519PrivateKey,
        encryption: x25519.Identity,
        tls: ec.EllipticCurvePrivateKey,
        certificate: bytes,
    ) -> None:
        self.signing = signing
        self.encryption = encryption
        self.tls = tls
        self.certificate = certificate

    def __repr__(self) -> str:
        return "Keys(private)"

    @classmethod
    def new(cls, centre: str, now: Instant) -> Keys:
        """Fresh keys; the certificate is valid from a day ago, because clocks differ."""
        tls = ec.generate_private_key(ec.SECP256R1())
        return cls(Ed25519PrivateKey.generate(), x25519.Identity.generate(), tls, _certificate(tls, centre, now))

    def tls_pem(self) -> bytes:
        """Private key and certificate as PEM, for a TLS library; never written to a file that others can read."""
        key = self.tls.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return key + x509.load_der_x509_certificate(self.certificate).public_bytes(serialization.Encoding.PEM)


class Former(msgspec.Struct, frozen=True):
    """Keys that were renewed. They sign along with the new ones `until` then, and open old bundles for ever."""

    keys: Keys
    until: Instant


class Identity:
    """A centre's own identity, private keys included. Renewed keys are taken over in place, so that whoever holds an
    identity goes on with them; see `take_over`."""

    def __init__(self, centre: str, name: str, country: str, keys: Keys, former: Sequence[Former] = ()) -> None:
        self.centre = centre
        self.name = name
        self.country = country
        self._sets = (keys, tuple(former))
        self._look: Callable[[], None] = lambda: None

    def __repr__(self) -> str:
        return f"Identity({self.centre!r}, private)"

    @property
    def keys(self) -> Keys:
        """The keys in force."""
        return self._sets[0]

    @property
    def former(self) -> tuple[Former, ...]:
        """Those before them, the newest first."""
        return self._sets[1]

    def take_over(self, renewed: Identity) -> None:
        """From now on these keys, in every thread at once. Raises ValueError for another centre's."""
        if renewed.centre != self.centre:
            raise ValueError("another centre")
        self._sets = renewed._sets

    def kept_by(self, look: Callable[[], None]) -> None:
        """look: takes over what was renewed where these keys are kept; called often, and never raises."""
        self._look = look

    def renewed_since(self, keys: Keys) -> bool:
        """Whether other keys than these are in force, after one more look at where they are kept."""
        self._look()
        return self.keys is not keys

    @classmethod
    def new(cls, name: str, country: str, now: Instant) -> Identity:
        """An identity for a centre that has none; `country` is an ISO 3166 code of two letters."""
        centre = random_id()
        return cls(centre, name, country, Keys.new(centre, now))

    def rotated(self, now: Instant, until: Instant) -> Identity:
        """The same centre with new keys; the present ones stay valid until then."""
        former = (Former(self.keys, until), *self.former)
        return Identity(self.centre, self.name, self.country, Keys.new(self.centre, now), former)

    @property
    def public(self) -> PublicIdentity:
        """What peers get to know."""
        return PublicIdentity(
            centre=self.centre,
            name=self.name,
            country=self.country,
            signing=self.keys.signing.public_key().public_bytes_raw(),
            encryption=str(self.keys.encryption.to_public()),
            certificate=self.keys.certificate,
        )

    def signing_keys(self, now: Instant) -> list[Ed25519PrivateKey]:
        """The keys to sign with: the new one, and those that peers may not have replaced yet."""
        keys, former = self._sets
        return [keys.signing, *(one.keys.signing for one in former if now < one.until)][:3]

    def shown_keys(self, now: Instant) -> list[Keys]:
        """The keys whose certificate may be shown, the newest first: peers may not have replaced the former yet."""
        keys, former = self._sets
        return [keys, *(one.keys for one in former if now < one.until)]

    def opening_keys(self) -> list[x25519.Identity]:
        """The keys that may open what was sealed for us, the newest first."""
        keys, former = self._sets
        return [keys.encryption, *(one.keys.encryption for one in former)]

    def secret(self) -> bytes:
        """Everything as bytes, for the keystore alone."""
        former = tuple(_StoredFormer(keys=_stored(old.keys), until=old.until) for old in self.former)
        return msgspec.msgpack.encode(
            _Stored(centre=self.centre, name=self.name, country=self.country, keys=_stored(self.keys), former=former)
        )

    @classmethod
    def from_secret(cls, data: bytes) -> Identity:
        """Inverse of `secret`. Raises ValueError for anything else."""
        try:
            stored = msgspec.msgpack.decode(data, type=_Stored)
            former = [Former(_loaded(old.keys), Instant(old.until)) for old in stored.former]
            return cls(stored.centre, stored.name, stored.country, _loaded(stored.keys), former)
        except Exception:  # whatever a library says about key material stays in here
            raise ValueError("not an identity") from None


class _StoredKeys(msgspec.Struct, frozen=True, kw_only=True):
    signing: bytes
    encryption: str
    tls: bytes
    certificate: bytes

    def __repr__(self) -> str:
        return "_StoredKeys(private)"


class _StoredFormer(msgspec.Struct, frozen=True, kw_only=True):
    keys: _StoredKeys
    until: int


class _Stored(msgspec.Struct, frozen=True, kw_only=True):
    centre: str
    name: str
    country: str
    keys: _StoredKeys
    former: tuple[_StoredFormer, ...] = ()


def _stored(keys: Keys) -> _StoredKeys:
    return _StoredKeys(
        signing=keys.signing.private_bytes_raw(),
        encryption=str(keys.encryption),
        tls=keys.tls.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ),
        certificate=keys.certificate,
    )


def _loaded(stored: _StoredKeys) -> Keys:
    tls = serialization.load_der_private_key(stored.tls, None)
    if not isinstance(tls, ec.EllipticCurvePrivateKey):
        raise TypeError("the TLS key is not an elliptic curve key")
    return Keys(
        Ed25519PrivateKey.from_private_bytes(stored.signing),
        x25519.Identity.from_str(stored.encryption),
        tls,
        stored.certificate,
    )


def _certificate(key: ec.EllipticCurvePrivateKey, centre: str, now: Instant) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, centre)])
    start = to_datetime(now) - datetime.timedelta(days=1)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + datetime.timedelta(days=CERTIFICATE_DAYS))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(f"{centre}.qroc.invalid")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    )
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)
