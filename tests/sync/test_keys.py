"""Keys: made, sealed, opened, renewed; and never shown."""

from __future__ import annotations

import io
import logging
import pickle
import stat
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import keyring
import keyring.backend
import pytest
from cryptography import x509

from qroc_desktop.errors import Damaged, QrocError, Refused
from qroc_desktop.sync import words
from qroc_desktop.sync.identity import Identity
from qroc_desktop.sync.keystore import Keystore, keyring_usable
from tests.sync.building import CHEAP, START, Centre, incident

PASSPHRASE = "correct horse battery"


class Ring(keyring.backend.KeyringBackend):
    """A keyring as an operating system offers one."""

    priority: ClassVar[float] = 5

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


@pytest.fixture
def ring() -> Iterator[Ring]:
    before = keyring.get_keyring()
    ring = Ring()
    keyring.set_keyring(ring)
    yield ring
    keyring.set_keyring(before)


@pytest.fixture
def no_ring() -> Iterator[None]:
    import keyring.backends.fail

    before = keyring.get_keyring()
    keyring.set_keyring(keyring.backends.fail.Keyring())  # type: ignore[no-untyped-call]
    yield
    keyring.set_keyring(before)


@pytest.fixture
def identity() -> Identity:
    return Identity.new("Leitstelle Süd", "DE", START)


@pytest.fixture
def store(tmp_path: Path) -> Keystore:
    return Keystore(tmp_path / "keys.qrock")


def test_sealed_and_opened_again(store: Keystore, identity: Identity) -> None:
    renewed = identity.rotated(START, START)
    store.save(renewed, PASSPHRASE, CHEAP)
    again = store.open(PASSPHRASE)
    assert (again.public, again.secret()) == (renewed.public, renewed.secret())
    assert len(again.opening_keys()) == 2
    assert store.asks
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600


def test_the_default_cost_is_that_of_the_rfc(store: Keystore, identity: Identity) -> None:
    store.save(identity, PASSPHRASE)
    head = store.path.read_bytes().split(b"\n")[1]
    assert b'"memory_kib":65536,"passes":3,"lanes":4' in head
    assert store.open(PASSPHRASE).public == identity.public


def test_a_wrong_passphrase_is_told_from_a_damaged_file(store: Keystore, identity: Identity) -> None:
    store.save(identity, PASSPHRASE, CHEAP)
    with pytest.raises(Refused, match="passphrase is wrong"):
        store.open("correct horse batterx")
    whole = store.path.read_bytes()
    for at in {*range(0, len(whole), 61), len(whole) - 1}:
        store.path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with pytest.raises(Damaged, match="keystore is damaged"):
            store.open(PASSPHRASE)
    for length in (0, 5, 12, 100, len(whole) - 1):
        store.path.write_bytes(whole[:length])
        with pytest.raises(Damaged):
            store.open(PASSPHRASE)
    store.path.unlink()
    with pytest.raises(Refused, match="cannot be read"):
        store.open(PASSPHRASE)


def test_a_forged_file_cannot_ask_for_all_the_memory(store: Keystore, identity: Identity) -> None:
    import hashlib

    store.save(identity, PASSPHRASE, CHEAP)
    body = store.path.read_bytes()[:-32].replace(b'"memory_kib":8', b'"memory_kib":99999999')
    store.path.write_bytes(body + hashlib.sha256(body).digest())
    with pytest.raises(Damaged):
        store.open(PASSPHRASE)


def test_a_short_passphrase_is_refused(store: Keystore, identity: Identity) -> None:
    with pytest.raises(Refused, match="at least 12"):
        store.save(identity, "short", CHEAP)
    assert not store.exists


def test_a_folder_that_is_not_there(tmp_path: Path, identity: Identity) -> None:
    with pytest.raises(Refused, match="cannot be written"):
        Keystore(tmp_path / "nowhere" / "keys").save(identity, PASSPHRASE, CHEAP)


def test_kept_in_the_keyring(store: Keystore, identity: Identity, ring: Ring) -> None:
    assert keyring_usable()
    store.save_in_keyring(identity)
    assert not store.asks
    assert store.open().public == identity.public
    store.save_in_keyring(identity.rotated(START, START))
    assert len(store.open().opening_keys()) == 2
    ring.kept.clear()
    with pytest.raises(Refused, match="not in this user's keyring"):
        store.open()
    ring.kept["qroc-desktop", identity.centre] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
    with pytest.raises(Refused, match="not the one of this keystore"):
        store.open()


def test_no_keyring_to_be_used(store: Keystore, identity: Identity, no_ring: None) -> None:
    assert not keyring_usable()
    with pytest.raises(Refused, match="no keyring that can be used"):
        store.save_in_keyring(identity)
    assert not store.exists


def secrets_of(identity: Identity) -> list[str]:
    keys = identity.keys
    raw = keys.signing.private_bytes_raw()
    tls = keys.tls.private_numbers().private_value
    return [raw.hex(), repr(raw), str(keys.encryption), format(tls, "x"), str(tls), PASSPHRASE]


def test_secrets_are_in_no_repr_log_or_exception(
    store: Keystore, identity: Identity, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    told = io.StringIO()
    with caplog.at_level(logging.DEBUG):
        store.save(identity, PASSPHRASE, CHEAP)
        for passphrase, data in ((PASSPHRASE + "x", None), (PASSPHRASE, b"junk")):
            if data:
                store.path.write_bytes(data)
            try:
                store.open(passphrase)
            except QrocError as error:
                traceback.print_exception(error, file=told)
                told.write(repr(error) + str(error))
        try:
            Identity.from_secret(identity.secret()[:-7])
        except ValueError as error:
            traceback.print_exception(error, file=told)
        centre = Centre(tmp_path, "Noord")
        for thing in (identity, identity.keys, identity.public, store, centre.exchange, identity.rotated(START, START)):
            told.write(repr(thing) + str(thing) + f"{thing}")
            told.write(repr(getattr(thing, "__dict__", "")))
    said = told.getvalue() + caplog.text
    assert len(said) > 500
    assert [secret for secret in [*secrets_of(identity), *secrets_of(centre.identity)] if secret in said] == []
    centre.exchange.close()


def test_private_keys_do_not_leave_by_pickle(identity: Identity) -> None:
    with pytest.raises(TypeError):
        pickle.dumps(identity)


def test_the_exchange_file_holds_no_private_key(noord: Centre, sued: Centre) -> None:
    noord.sends(sued, incident("a", "Explosion am Bahnhof"))
    noord.exchange.close()
    data = noord.path.read_bytes()
    keys = noord.identity.keys
    assert keys.signing.private_bytes_raw() not in data
    assert str(keys.encryption).encode() not in data
    assert b"AGE-SECRET" not in data
    assert b"Explosion" not in data


def test_the_certificate_names_the_centre_and_has_begun(identity: Identity) -> None:
    certificate = x509.load_der_x509_certificate(identity.public.certificate)
    assert certificate.subject.rfc4514_string() == f"CN={identity.centre}"
    begun = certificate.not_valid_before_utc.timestamp() * 1_000_000
    assert START - 2 * 86_400_000_000 < begun < START
    assert b"BEGIN PRIVATE KEY" in identity.keys.tls_pem()


def test_fingerprints_differ_in_every_part(identity: Identity) -> None:
    import msgspec

    other = Identity.new("Leitstelle Süd", "DE", START).public
    prints = {identity.public.fingerprint()}
    for name in ("centre", "signing", "encryption", "certificate"):
        prints.add(msgspec.structs.replace(identity.public, **{name: getattr(other, name)}).fingerprint())
    prints.add(msgspec.structs.replace(identity.public, name="Leitstelle Sü", country="DD").fingerprint())
    prints.add(msgspec.structs.replace(identity.public, country="NL").fingerprint())
    assert len(prints) == 7


def test_words_are_those_of_the_alphabet_that_is_spoken() -> None:
    # RFC 4648: base 32 of "foobarfoobarfoo" without its padding.
    fingerprint = b"foobarfoobarfoo" + bytes(17)
    assert words.letters(fingerprint) == "MZXW 6YTB OJTG 633C MFZG M33P"
    assert words.words(fingerprint)[0] == ["Mike", "Zulu", "X-ray", "Whiskey"]
    assert words.words(fingerprint)[1] == ["Six", "Yankee", "Tango", "Bravo"]
    assert words.same(fingerprint, "mzxw6ytb ojtg633c mfzgm33p")
    spoken = " ".join(word for group in words.words(fingerprint) for word in group)
    assert words.same(fingerprint, spoken.replace("X-ray", "xray"))
    assert not words.same(fingerprint, spoken.replace("Mike", "Kilo", 1))
    assert not words.same(fingerprint, "")
    assert len(set(words.ALPHABET)) == 32
