"""What somebody on the way, or a hostile peer, could send: refused with its own line, nothing taken in."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
import zstandard

from qroc_desktop.domain.instant import Instant, seconds
from qroc_desktop.domain.vocabulary import WorkspaceKind
from qroc_desktop.sync import envelope, parcel
from qroc_desktop.sync.bundle import ACKNOWLEDGEMENT_TYPE, TYPE, Acknowledgement, Answer, Kind
from qroc_desktop.sync.content import ReceiptState, attached, written
from qroc_desktop.sync.encoding import encoded
from qroc_desktop.sync.refusals import MESSAGES, Code, Rejected
from qroc_desktop.sync.sealing import CHUNK_BYTES, seal
from tests.sync.building import START, Centre, answers, befriended, forged, incident, manifest_of, plain

HOUR = seconds(3600)


@pytest.fixture
def centres(tmp_path: Path) -> list[Centre]:
    """Sender, recipient, and a third that both know."""
    return befriended(tmp_path, "Noord", "Süd", "Est")


def nothing_taken(centre: Centre) -> None:
    assert [row for row in centre.exchange.inbox.received() if row.state != "refused"] == []
    assert centre.exchange.inbox.pending() == []


def refusal(centre: Centre, data: bytes, carrier: str | None = None) -> Code:
    """Why it was refused: outright, or with a signed answer to its sender."""
    try:
        taken = centre.exchange.receive(data, carrier)
    except Rejected as rejection:
        return rejection.code
    assert taken.answer is Answer.REFUSED
    assert [answer.code for answer in answers(taken.replies)] == [taken.code]
    assert taken.said == MESSAGES[Code(taken.code)]
    return Code(taken.code)


def resealed(body: bytes) -> bytes:
    """With the checksum that fits, as somebody who means it would."""
    return body[:-32] + hashlib.sha256(body[:-32]).digest()


def flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 0x01]) + data[at + 1 :]


def test_a_flipped_byte_anywhere_is_damage(noord: Centre, sued: Centre) -> None:
    data = noord.parcel(noord.sends(sued, incident("a")))
    assert refusal(sued, flipped(data, 0)) is Code.NOT_A_PARCEL
    for at in {*range(8, len(data), 41), 8, 11, 12, len(data) - 32, len(data) - 1}:
        assert refusal(sued, flipped(data, at)) is Code.DAMAGED
    nothing_taken(sued)
    assert sued.exchange.receive(data).answer is Answer.STORED


def test_a_flipped_byte_under_a_repaired_checksum_is_never_believed(noord: Centre, sued: Centre) -> None:
    data = noord.parcel(noord.sends(sued, incident("a")))
    signed = len(parcel.unpacked(data).envelope)
    places = {
        "length": range(8, 12), "envelope": range(12, 12 + signed, 17), "count": range(12 + signed, 14 + signed),
        "size": range(14 + signed, 18 + signed), "chunk": range(18 + signed, len(data) - 32, 29),
    }  # fmt: skip
    codes = {region: {refusal(sued, resealed(flipped(data, at))) for at in where} for region, where in places.items()}
    assert codes["chunk"] == {Code.FOREIGN_CHUNK}
    assert codes["length"] | codes["count"] | codes["size"] <= {Code.MALFORMED, Code.FOREIGN_CHUNK}
    assert codes["envelope"] >= {Code.BAD_SIGNATURE, Code.MALFORMED}
    assert codes["envelope"] <= {
        Code.BAD_SIGNATURE, Code.MALFORMED, Code.UNKNOWN_FORMAT, Code.UNKNOWN_PEER, Code.WRONG_RECIPIENT,
    }  # fmt: skip
    nothing_taken(sued)
    assert sued.exchange.receive(data).answer is Answer.STORED


def test_a_truncated_parcel_is_damage(noord: Centre, sued: Centre) -> None:
    data = noord.parcel(noord.sends(sued, incident("a")))
    for length in (8, 9, 40, 100, len(data) // 2, len(data) - 33, len(data) - 1):
        assert refusal(sued, data[:length]) is Code.DAMAGED
    assert refusal(sued, b"") is Code.NOT_A_PARCEL
    assert refusal(sued, b"%PDF-1.7") is Code.NOT_A_PARCEL
    assert refusal(sued, bytes(parcel.MOST_BYTES + 1)) is Code.TOO_LARGE
    nothing_taken(sued)


@pytest.mark.parametrize("cut", [10, 30, 100])
def test_a_shortened_parcel_with_a_checksum_that_fits(cut: int, noord: Centre, sued: Centre) -> None:
    data = noord.parcel(noord.sends(sued, incident("a")))
    assert refusal(sued, resealed(data[:-cut])) is Code.MALFORMED
    nothing_taken(sued)


Making = Callable[[Centre, Centre, Centre], bytes]


def changed_recipient(noord: Centre, sued: Centre, est: Centre) -> bytes:
    signed = envelope.read(parcel.unpacked(forged(noord, est)).envelope)
    payload = signed.body.replace(est.id.encode(), sued.id.encode())
    other = envelope.Envelope(base64.b64encode(payload).decode(), TYPE, signed.signatures)
    return parcel.packed(msgspec.json.encode(other))


def other_manifest(noord: Centre, sued: Centre, est: Centre) -> bytes:
    one, other = (parcel.unpacked(forged(noord, sued)) for _ in range(2))
    return parcel.packed(one.envelope, other.chunks)


def stolen_content(noord: Centre, sued: Centre, est: Centre) -> bytes:
    chunks = list(parcel.unpacked(forged(noord, sued)).chunks)
    return forged(est, sued, chunks=chunks)


def payload_with(field: bytes) -> Making:
    def make(noord: Centre, sued: Centre, est: Centre) -> bytes:
        data = envelope.read(parcel.unpacked(forged(noord, sued)).envelope).body
        return forged(noord, sued, payload=data.replace(b'{"', b"{" + field + b',"', 1).replace(b',"format":1', b"", 1))

    return make


def newer_content(noord: Centre, sued: Centre, est: Centre) -> bytes:
    return forged(noord, sued, content=written(plain(noord, sued, format=3), {}))


def content_with(change: Callable[[bytes], bytes]) -> Making:
    def make(noord: Centre, sued: Centre, est: Centre) -> bytes:
        return forged(noord, sued, content=change(written(plain(noord, sued, incident("a")), {})))

    return make


def exercise(noord: Centre, sued: Centre, est: Centre) -> bytes:
    return forged(noord, sued, content=written(plain(noord, sued, mode=WorkspaceKind.EXERCISE), {}))


def other_kind(noord: Centre, sued: Centre, est: Centre) -> bytes:
    return forged(noord, sued, content=written(plain(noord, sued, kind=Kind.REQUEST), {}))


def wrong_attachment(noord: Centre, sued: Centre, est: Centre) -> bytes:
    entry = attached(b"photo", "p.jpg", "image/jpeg")
    return forged(noord, sued, content=written(plain(noord, sued, attachments=(entry,)), {entry.sha256: b"PHOTO"}))


def bomb(noord: Centre, sued: Centre, est: Centre) -> bytes:
    import pyrage
    from pyrage import x25519

    packed = zstandard.ZstdCompressor().compress(bytes(400 * 1024 * 1024))
    key = x25519.Recipient.from_str(sued.identity.public.encryption)
    return forged(noord, sued, chunks=[pyrage.encrypt(packed, [key])])


def receipt_in_a_snapshot(noord: Centre, sued: Centre, est: Centre) -> bytes:
    receipt = ReceiptState(bundle="0" * 64, state="applied", at=START)
    return forged(noord, sued, content=written(plain(noord, sued, receipt=receipt), {}))


def _aspect(data: bytes) -> bytes:
    head = data[12:].replace(b'"nature":{"type":"incident"}', b'"label":{"name":"x"}')
    return data[:8] + len(head).to_bytes(4, "big") + head


CASES: dict[str, tuple[Making, Code]] = {
    "for another centre": (lambda n, s, e: forged(n, e), Code.WRONG_RECIPIENT),
    "recipient swapped": (changed_recipient, Code.BAD_SIGNATURE),
    "signed by another": (lambda n, s, e: forged(n, s, keys=e.identity), Code.BAD_SIGNATURE),
    "manifest of another bundle": (other_manifest, Code.FOREIGN_CHUNK),
    "content of another sender": (stolen_content, Code.OTHER_BUNDLE),
    "sealed for another": (lambda n, s, e: forged(n, s, sealed_for=e), Code.CANNOT_DECRYPT),
    "chunks that are none": (lambda n, s, e: forged(n, s, chunks=[b"junk"]), Code.CANNOT_DECRYPT),
    "another kind inside": (other_kind, Code.OTHER_BUNDLE),
    "an exercise": (exercise, Code.OTHER_MODE),
    "newer manifest": (payload_with(b'"format":2'), Code.UNKNOWN_FORMAT),
    "manifest without a format": (payload_with(b'"x":1'), Code.MALFORMED),
    "unknown field": (payload_with(b'"format":1,"title":"Explosion"'), Code.MALFORMED),
    "no manifest": (lambda n, s, e: forged(n, s, payload=b"[" * 100_000), Code.MALFORMED),
    "negative number": (lambda n, s, e: forged(n, s, seq=-1), Code.MALFORMED),
    "newer content": (newer_content, Code.UNKNOWN_FORMAT),
    "newer container": (content_with(lambda data: b"QROCCON2" + data[8:]), Code.UNKNOWN_FORMAT),
    "no content": (content_with(lambda data: b"nothing at all"), Code.BAD_CONTENT),
    "content cut": (content_with(lambda data: data[:-1]), Code.BAD_CONTENT),
    "content too long": (content_with(lambda data: data + b"x"), Code.BAD_CONTENT),
    "wrong attachment": (wrong_attachment, Code.BAD_CONTENT),
    "aspect of a layer": (content_with(_aspect), Code.BAD_CONTENT),
    "a receipt in a snapshot": (receipt_in_a_snapshot, Code.BAD_CONTENT),
    "a bomb": (bomb, Code.EXPANDS_TOO_MUCH),
    "expired": (lambda n, s, e: forged(n, s, created=START - 2 * HOUR, expires=START - HOUR), Code.EXPIRED),
    "too far ahead": (lambda n, s, e: forged(n, s, seq=400, prev="0" * 64), Code.TOO_FAR_AHEAD),
    "not the first": (lambda n, s, e: forged(n, s, prev="0" * 64), Code.CHAIN_BROKEN),
    "continues nothing": (
        lambda n, s, e: forged(n, s, kind=Kind.DELTA, replaces="0" * 64), Code.BASE_MISSING,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_refused_for_its_own_reason(name: str, centres: list[Centre]) -> None:
    noord, sued, est = centres
    make, code = CASES[name]
    data = make(noord, sued, est)
    assert refusal(sued, data) is code
    nothing_taken(sued)
    assert code in {alarm.code for alarm in sued.exchange.alarms.open()}


def test_every_reason_has_a_line_of_its_own() -> None:
    assert set(MESSAGES) == set(Code)
    assert len({message.template for message in MESSAGES.values()}) == len(Code)
    for code, message in MESSAGES.items():
        assert str(Rejected(code, "Noord")).startswith(f"Noord: {message} Nothing was taken in.")


def test_a_sender_that_is_unknown_not_approved_or_revoked(tmp_path: Path) -> None:
    noord, sued = Centre(tmp_path, "Noord"), Centre(tmp_path, "Süd")
    data = forged(noord, sued)
    assert refusal(sued, data) is Code.UNKNOWN_PEER
    peer = sued.exchange.enrol(noord.exchange.invite(), officer="Carla")
    assert refusal(sued, data) is Code.NOT_APPROVED
    for officer in ("Carla", "Dora"):
        sued.exchange.roster.approve(peer.centre, officer=officer, said=noord.identity.public.letters)
    assert sued.exchange.receive(data).answer is Answer.STORED
    sued.exchange.roster.revoke(noord.id, officer="Carla", why="laptop lost")
    assert refusal(sued, forged(noord, sued, seq=2, prev="0" * 64)) is Code.REVOKED
    assert refusal(sued, data) is Code.REVOKED


def test_a_replay_changes_nothing_and_is_answered_alike(centres: list[Centre]) -> None:
    noord, sued, est = centres
    queued = noord.sends(sued, incident("a"))
    data = noord.parcel(queued)
    sued.exchange.receive(data)
    sued.exchange.inbox.applied(queued.bundle)
    entries = len(sued.exchange.audit.entries())
    for _ in range(3):
        assert sued.exchange.receive(data).answer is Answer.STORED
    assert (len(sued.exchange.audit.entries()), sued.exchange.inbox.pending()) == (entries, [])
    assert refusal(sued, data, carrier=est.id) is Code.WRONG_CARRIER
    assert refusal(est, data) is Code.WRONG_RECIPIENT


def test_another_bundle_under_a_number_that_is_taken(noord: Centre, sued: Centre) -> None:
    sued.exchange.receive(noord.parcel(noord.sends(sued, incident("a"))))
    assert refusal(sued, forged(noord, sued)) is Code.SEQUENCE_REUSED
    assert len(sued.exchange.inbox.pending()) == 1


def test_a_gap_waits_and_reordered_bundles_end_up_in_order(noord: Centre, sued: Centre) -> None:
    queued = [noord.sends(sued, incident(f"i{n}")) for n in range(5)]
    parcels = [noord.parcel(one) for one in queued]
    for n in (4, 2, 1, 3):
        taken = sued.exchange.receive(parcels[n])
        (answer,) = answers(taken.replies)
        assert (taken.answer, taken.code, answer.seq) == (Answer.WAITING, "gap", 1)
        assert "missing" in str(taken.said)
        assert sued.exchange.inbox.pending() == []
    told = answers(sued.exchange.receive(parcels[0]).replies)
    assert [(answer.bundle, answer.answer) for answer in told] == [(q.bundle, Answer.STORED) for q in queued]
    assert [row.bundle for row in sued.exchange.inbox.pending()] == [q.bundle for q in queued]


def test_one_that_waited_and_does_not_follow_is_not_taken_in(noord: Centre, sued: Centre) -> None:
    second = forged(noord, sued, seq=2, prev="f" * 64)
    assert sued.exchange.receive(second).answer is Answer.WAITING
    first = noord.sends(sued, incident("a"))
    told = answers(sued.exchange.receive(noord.parcel(first)).replies)
    assert [(answer.answer, answer.code) for answer in told] == [(Answer.STORED, ""), (Answer.REFUSED, "chain-broken")]
    assert [row.bundle for row in sued.exchange.inbox.received()] == [first.bundle]


@pytest.mark.parametrize("minutes", [-60.0, -5.0, 0.0, 4.99, 5.0])
def test_clocks_may_differ_by_five_minutes(minutes: float, noord: Centre, sued: Centre) -> None:
    noord.clock.forward(minutes * 60)
    queued = noord.sends(sued, incident("a"), expires=Instant(noord.clock() + HOUR))
    assert sued.exchange.receive(noord.parcel(queued)).answer is Answer.STORED


def test_a_stamp_further_ahead_waits_until_the_clock_gets_there(noord: Centre, sued: Centre) -> None:
    noord.clock.forward(5 * 60 + 1)
    data = noord.parcel(noord.sends(sued, incident("a")))
    taken = sued.exchange.receive(data)
    assert (taken.answer, taken.code) == (Answer.WAITING, "clock")
    assert "clock" in str(taken.said)
    assert [alarm.code for alarm in sued.exchange.alarms.open()] == ["clock"]
    assert sued.exchange.tick() == []
    assert manifest_of(sued.parcel(sued.sends(noord, incident("b")))).hlc >> 16 == START // 1000
    sued.clock.forward(1)
    ((peer, reply),) = sued.exchange.tick()
    assert (peer.centre, answers((reply,))[0].answer) == (noord.id, Answer.STORED)
    assert manifest_of(sued.parcel(sued.sends(noord, incident("b")))).hlc > manifest_of(data).hlc


def test_a_stamp_that_runs_away_does_not_take_our_clock_along(noord: Centre, sued: Centre) -> None:
    """The sender's clock was wrong before, or it heard from a centre whose clock is; its bundle is good anyway."""
    far = (START + 10 * HOUR) // 1000 << 16
    assert sued.exchange.receive(forged(noord, sued, hlc=far)).answer is Answer.STORED
    assert manifest_of(sued.parcel(sued.sends(noord, incident("b")))).hlc >> 16 == START // 1000


def test_an_officer_may_take_it_in_before(noord: Centre, sued: Centre) -> None:
    noord.clock.forward(3600)
    queued = noord.sends(sued, incident("a"))
    sued.exchange.receive(noord.parcel(queued))
    sued.exchange.release(queued.bundle, officer="Carla", why="called them, their clock is wrong")
    assert [row.bundle for row in sued.exchange.inbox.pending()] == [queued.bundle]
    assert "release" in [entry.action for entry in sued.exchange.audit.entries()]


def test_parts_of_a_bundle_are_told_from_parts_of_another(noord: Centre, sued: Centre) -> None:
    import random

    noise = random.Random(2).randbytes(CHUNK_BYTES * 2)
    chunks = seal(noise, [sued.identity.public.encryption])
    first = forged(noord, sued, chunks=chunks[:1], named=chunks)
    assert sued.exchange.receive(first).answer is Answer.LACKING
    foreign = seal(noise, [sued.identity.public.encryption])
    assert refusal(sued, parcel.packed(parcel.unpacked(first).envelope, foreign[1:2])) is Code.FOREIGN_CHUNK
    rest = sued.exchange.receive(parcel.packed(parcel.unpacked(first).envelope, chunks[1:]))
    assert rest.code == Code.BAD_CONTENT, "all chunks were there, what is in them is noise"


def acknowledgement(
    sender: Centre, signer: Centre, recipient: Centre, bundle: str, answer: Answer, code: str = ""
) -> bytes:
    document = Acknowledgement(
        sender=sender.id, recipient=recipient.id, bundle=bundle, answer=answer, code=code, at=START
    )
    return parcel.packed(envelope.signed(ACKNOWLEDGEMENT_TYPE, encoded(document), [signer.identity.keys.signing]))


def test_answers_count_only_from_the_centre_that_was_written_to(centres: list[Centre]) -> None:
    noord, sued, est = centres
    queued = noord.sends(sued, incident("a"))
    assert refusal(noord, acknowledgement(sued, est, noord, queued.bundle, Answer.STORED)) is Code.BAD_SIGNATURE
    assert refusal(noord, acknowledgement(sued, sued, est, queued.bundle, Answer.STORED)) is Code.WRONG_RECIPIENT
    noord.exchange.receive(acknowledgement(est, est, noord, queued.bundle, Answer.STORED))
    assert noord.exchange.dispatch.one(queued.bundle).state == "queued"
    assert "unknown-answer" in [alarm.code for alarm in noord.exchange.alarms.open()]


def test_a_late_refusal_does_not_undo_what_was_acknowledged(noord: Centre, sued: Centre) -> None:
    queued = noord.sends(sued, incident("a"))
    noord.exchange.receive(acknowledgement(sued, sued, noord, queued.bundle, Answer.STORED))
    noord.exchange.receive(acknowledgement(sued, sued, noord, queued.bundle, Answer.REFUSED, "bad-content"))
    assert noord.exchange.dispatch.one(queued.bundle).state == "stored"


def test_a_receipt_for_a_bundle_that_was_never_sent_is_an_alarm(noord: Centre, sued: Centre) -> None:
    receipt = ReceiptState(bundle="a" * 64, state="read", officer="Eve", at=START)
    inside = plain(noord, sued, kind=Kind.RECEIPT, receipt=receipt)
    data = forged(noord, sued, kind=Kind.RECEIPT, content=written(inside, {}))
    assert sued.exchange.receive(data).answer is Answer.STORED
    assert [alarm.code for alarm in sued.exchange.alarms.open()] == ["unknown-answer"]


def test_a_flood_of_junk_fills_no_disk(noord: Centre) -> None:
    for n in range(50):
        with pytest.raises(Rejected):
            noord.exchange.receive(b"junk %d" % n)
    (alarm,) = noord.exchange.alarms.open()
    assert alarm.count == 50
    noord.exchange.alarms.settle(alarm.no, officer="Anna")
    assert noord.exchange.alarms.open() == []
