"""Signatures, seals, stamps and parcels, held against what is published about them."""

from __future__ import annotations

import base64
import json
import os
import tracemalloc

import pytest
import zstandard
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from pyrage import x25519

from qroc_desktop.domain.instant import Instant, seconds
from qroc_desktop.sync import envelope, hlc, parcel
from qroc_desktop.sync.bundle import Kind
from qroc_desktop.sync.content import attached
from qroc_desktop.sync.refusals import Code, Rejected
from qroc_desktop.sync.sealing import CHUNK_BYTES, MOST_PLAIN_BYTES, seal, seal_parts, unseal
from qroc_desktop.sync.shipment import Shipment
from tests.sync.building import START, Centre, incident


def test_the_bytes_under_a_signature_are_those_of_the_standard() -> None:
    # The example of DSSE's protocol description.
    assert envelope.pae("http://example.com/HelloWorld", b"hello world") == (
        b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    )


def test_a_signature_is_ed25519_over_these_bytes() -> None:
    # RFC 8032, section 7.1, test 1: secret and public key.
    secret = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    public = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
    key = Ed25519PrivateKey.from_private_bytes(secret)
    document = json.loads(envelope.signed("text/plain", b"hello", [key]))
    assert base64.b64decode(document["payload"]) == b"hello"
    key.public_key().verify(base64.b64decode(document["signatures"][0]["sig"]), b"DSSEv1 10 text/plain 5 hello")
    assert key.public_key().public_bytes_raw() == public
    assert envelope.opened(envelope.signed("text/plain", b"hello", [key]), "text/plain", public) == b"hello"


def test_a_document_of_one_type_is_none_of_another() -> None:
    key = Ed25519PrivateKey.generate()
    with pytest.raises(Rejected):
        envelope.opened(envelope.signed("a/b", b"hello", [key]), "a/c", key.public_key().public_bytes_raw())


@given(st.binary(max_size=5000))
def test_anything_that_was_sealed_is_unsealed(plain: bytes) -> None:
    key = x25519.Identity.generate()
    assert unseal(seal(plain, [str(key.to_public())]), [key]) == plain


def test_chunks_are_at_most_a_mebibyte() -> None:
    import random

    key = x25519.Identity.generate()
    noise = random.Random(3).randbytes(3 * CHUNK_BYTES)
    assert [len(chunk) for chunk in seal(noise, [str(key.to_public())])][:3] == [1_048_576] * 3


def test_parts_are_sealed_as_if_they_were_one() -> None:
    key = x25519.Identity.generate()
    parts = [b"head", b"", bytes(range(256)) * 9000, b"x", os.urandom(CHUNK_BYTES + 1)]
    chunks = seal_parts(parts, [str(key.to_public())])
    assert unseal(chunks, [key]) == b"".join(parts)
    assert {len(chunk) for chunk in chunks[:-1]} == {CHUNK_BYTES}
    assert 0 < len(chunks[-1]) <= CHUNK_BYTES
    assert seal_parts([], [str(key.to_public())]) != []


def test_more_than_a_bundle_may_hold_is_refused_before_it_is_sealed() -> None:
    part = bytes(1024 * 1024)
    with pytest.raises(Rejected) as refusal:
        seal_parts([part] * (MOST_PLAIN_BYTES // len(part) + 1), [])
    assert refusal.value.code is Code.TOO_LARGE


def test_a_large_file_is_sealed_with_room_for_its_chunks_alone(noord: Centre, sued: Centre) -> None:
    video = os.urandom(24 * 1024 * 1024)
    entry = attached(video, "video.mp4", "video/mp4", ["a"])
    shipment = Shipment(
        to=sued.id, kind=Kind.SNAPSHOT, officer="Anna", items=(incident("a"),), attachments=(entry,),
        files={entry.sha256: video},
    )  # fmt: skip
    tracemalloc.start()
    try:
        noord.exchange.outbox.queue(shipment)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 1.5 * len(video)


def test_a_file_that_is_not_what_its_entry_says_does_not_leave(noord: Centre, sued: Centre) -> None:
    entry = attached(b"one", "a.png", "image/png", ["a"])
    for wrong in (b"two", b"one, and more"):
        with pytest.raises(Rejected) as refusal:
            noord.sends(sued, incident("a"), attachments=(entry,), files={entry.sha256: wrong})
        assert refusal.value.code is Code.BAD_CONTENT
    assert noord.exchange.dispatch.board() == []


@pytest.mark.parametrize("declared", [True, False])
def test_a_bomb_is_not_unpacked(declared: bool) -> None:
    import pyrage

    key = x25519.Identity.generate()
    packed = zstandard.ZstdCompressor(write_content_size=declared).compress(bytes(64 * 1024 * 1024))
    sealed = [pyrage.encrypt(packed, [key.to_public()])]
    assert len(sealed[0]) < 10_000
    with pytest.raises(Rejected) as refusal:
        unseal(sealed, [key], limit=1_000_000)
    assert refusal.value.code is (Code.EXPANDS_TOO_MUCH if declared else Code.BAD_CONTENT)


def test_a_compressed_part_that_is_cut_is_not_taken_for_whole() -> None:
    import pyrage

    key = x25519.Identity.generate()
    packed = zstandard.ZstdCompressor(write_checksum=True).compress(b"x" * 1000 + bytes(range(256)))
    for data in (packed[:-5], packed + b"more", b"", b"none"):
        with pytest.raises(Rejected) as refusal:
            unseal([pyrage.encrypt(data, [key.to_public()])], [key])
        assert refusal.value.code is Code.BAD_CONTENT


@given(st.lists(st.tuples(st.integers(-(10**9), 10**9), st.integers(0, 10**6)), min_size=1))
def test_stamps_never_go_back_and_stay_near_the_clock(steps: list[tuple[int, int]]) -> None:
    last, latest = 0, 0
    for offset, received in steps:
        now = Instant(START + offset)
        latest = max(latest, now, START + received)
        stamp = hlc.merged(last, ((START + received) // 1000) << 16, now)
        after = hlc.ticked(stamp, now)
        assert last < stamp < after
        assert hlc.physical(after) <= latest + 1000
        last = after


def test_five_minutes_are_allowed_and_no_more() -> None:
    stamp = ((START + seconds(300)) // 1000) << 16
    assert not hlc.ahead(stamp, START)
    assert hlc.ahead(stamp + (1 << 16), START)


@given(st.binary(max_size=200), st.lists(st.binary(max_size=50), max_size=8))
def test_parcels_come_apart_as_they_were_packed(signed: bytes, chunks: list[bytes]) -> None:
    assert parcel.unpacked(parcel.packed(signed, chunks)) == parcel.Parcel(signed, tuple(chunks))


@given(st.binary(max_size=400))
def test_any_bytes_are_refused_in_order(data: bytes) -> None:
    for junk in (data, parcel.MAGIC + data):
        with pytest.raises(Rejected):
            parcel.unpacked(junk)
