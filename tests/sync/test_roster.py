"""Enrolment, rotation, revocation; and two rows of officers who cannot be fooled by one invitation."""

from __future__ import annotations

from pathlib import Path

import pytest

from qroc_desktop.domain.instant import Instant
from qroc_desktop.errors import Refused
from qroc_desktop.sync import invitation
from qroc_desktop.sync.bundle import Answer
from qroc_desktop.sync.exchange import Exchange
from qroc_desktop.sync.identity import Identity
from qroc_desktop.sync.invitation import Contact
from qroc_desktop.sync.refusals import Code, Rejected
from qroc_desktop.sync.roster import OVERLAP, PeerState, UnexpectedKey
from tests.sync.building import START, Centre, forged, incident, manifest_of


def test_one_officer_is_not_two(tmp_path: Path, noord: Centre) -> None:
    est = Centre(tmp_path, "Est")
    noord.exchange.enrol(est.exchange.invite(), officer="Anna")
    said = est.identity.public.letters
    noord.exchange.roster.approve(est.id, officer="Anna Visser", said=said)
    for name in ("Anna Visser", " anna  VISSER ", ""):
        with pytest.raises(Refused):
            noord.exchange.roster.approve(est.id, officer=name, said=said)
    assert noord.exchange.roster.peer(est.id).state is PeerState.PROPOSED
    with pytest.raises(Rejected) as refusal:
        noord.sends(est, incident("a"))
    assert refusal.value.code is Code.NOT_APPROVED


def test_a_fingerprint_that_was_heard_otherwise_is_not_approved(tmp_path: Path, noord: Centre) -> None:
    est, mallory = Centre(tmp_path, "Est"), Centre(tmp_path, "Mallory")
    noord.exchange.enrol(mallory.exchange.invite(), officer="Anna")
    with pytest.raises(Refused, match="fingerprint is not the one"):
        noord.exchange.roster.approve(mallory.id, officer="Anna", said=est.identity.public.letters)
    assert noord.exchange.roster.peer(mallory.id).approvals == ()


def test_a_new_invitation_before_approval_starts_approval_anew(tmp_path: Path, noord: Centre) -> None:
    est = Centre(tmp_path, "Est")
    noord.exchange.enrol(est.exchange.invite(), officer="Anna")
    noord.exchange.roster.approve(est.id, officer="Anna", said=est.identity.public.letters)
    other = est.identity.rotated(START, START)
    noord.exchange.enrol(invitation.invite(other, START), officer="Bert")
    assert noord.exchange.roster.peer(est.id).approvals == ()
    assert noord.exchange.roster.peer(est.id).identity == other.public


def test_an_unexpected_key_is_an_alarm_and_changes_nothing(noord: Centre, sued: Centre) -> None:
    impostor = Identity(sued.id, "Süd", "NL", Identity.new("Süd", "NL", START).keys)
    with pytest.raises(UnexpectedKey):
        noord.exchange.enrol(invitation.invite(impostor, START), officer="Anna")
    assert [(alarm.code, alarm.peer) for alarm in noord.exchange.alarms.open()] == [("unexpected-key", sued.id)]
    assert noord.exchange.roster.peer(sued.id).identity == sued.identity.public
    assert noord.exchange.roster.peer(sued.id).state is PeerState.ACTIVE


def test_renewed_keys_and_former_ones_are_both_valid_for_a_while(noord: Centre, sued: Centre) -> None:
    before = sued.identity
    waiting = noord.sends(sued, incident("sealed for the former key"))
    sued.reopen(before.rotated(START, Instant(START + OVERLAP)))
    assert noord.exchange.receive(sued.parcel(sued.sends(noord, incident("a")))).answer is Answer.STORED
    peer = noord.exchange.enrol(sued.exchange.invite(), officer="Anna")
    assert (peer.state, peer.identity, len(peer.keys)) == (PeerState.ACTIVE, sued.identity.public, 2)
    assert noord.exchange.roster.by_certificate(before.public.certificate).centre == sued.id
    assert noord.exchange.roster.by_certificate(sued.identity.public.certificate).centre == sued.id
    assert sued.exchange.receive(noord.parcel(waiting)).answer is Answer.STORED
    assert sued.exchange.receive(noord.parcel(noord.sends(sued, incident("b")))).answer is Answer.STORED
    last = sued.sends(noord, incident("c"))
    assert noord.exchange.receive(sued.parcel(last)).answer is Answer.STORED

    for centre in (noord, sued):
        centre.clock.forward(OVERLAP / 1_000_000)
    with_old_key = forged(sued, noord, keys=before, seq=3, prev=last.bundle)
    with pytest.raises(Rejected) as refusal:
        noord.exchange.receive(with_old_key)
    assert refusal.value.code is Code.OLD_KEY
    with pytest.raises(Rejected):
        noord.exchange.roster.by_certificate(before.public.certificate)
    assert noord.exchange.receive(sued.parcel(sued.sends(noord, incident("d")))).answer is Answer.STORED


def test_revocation_holds_at_once_in_every_process(noord: Centre, sued: Centre) -> None:
    pending = noord.sends(sued, incident("a"))
    with Exchange(noord.path, noord.identity, noord.clock) as node:
        assert [row.bundle for row in node.dispatch.due()] == [pending.bundle]
        noord.exchange.roster.revoke(sued.id, officer="Anna", why="compromised")
        assert node.dispatch.due() == []
        with pytest.raises(Rejected) as refusal:
            node.receive(sued.parcel(sued.sends(noord, incident("b"))))
        assert refusal.value.code is Code.REVOKED
        with pytest.raises(Rejected):
            node.roster.by_certificate(sued.identity.public.certificate)
    with pytest.raises(Rejected):
        noord.sends(sued, incident("c"))


def test_a_revoked_centre_comes_back_only_by_two_officers(noord: Centre, sued: Centre) -> None:
    noord.exchange.roster.revoke(sued.id, officer="Anna", why="lost")
    peer = noord.exchange.enrol(sued.exchange.invite(), officer="Anna")
    assert (peer.state, peer.approvals) == (PeerState.PROPOSED, ())
    noord.enrols(sued)
    assert noord.sends(sued, incident("a")).seq == 1


def test_what_was_applied_of_a_revoked_peer_tells_it_nothing(noord: Centre, sued: Centre) -> None:
    queued = noord.sends(sued, incident("a"))
    sued.exchange.receive(noord.parcel(queued))
    sued.exchange.roster.revoke(noord.id, officer="Carla", why="lost")
    sued.exchange.inbox.applied(queued.bundle)
    assert sued.exchange.inbox.one(queued.bundle).state == "applied"
    assert sued.exchange.dispatch.board(own=True) == []


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (lambda text: "hello", "There is no invitation"),
        (lambda text: text.replace("END", "ENDE"), "There is no invitation"),
        (lambda text: "\n".join(text.splitlines()[:3] + text.splitlines()[-1:]), "incomplete or was changed"),
        (lambda text: text[:200] + ("A" if text[200] != "A" else "B") + text[201:], "incomplete or was changed"),
        (lambda text: text.replace("\n", "\n" + "A" * 70_000 + "\n", 1), "incomplete or was changed"),
    ],
)  # fmt: skip
def test_invitations_that_are_none(change, line: str, noord: Centre, sued: Centre) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(Refused, match=line):
        noord.exchange.enrol(change(sued.exchange.invite()), officer="Anna")


def test_the_own_invitation_is_recognised(noord: Centre) -> None:
    with pytest.raises(Refused, match="your own centre"):
        noord.exchange.enrol(noord.exchange.invite(), officer="Anna")


def test_the_directory_follows_a_new_invitation(noord: Centre, sued: Centre) -> None:
    contact = Contact(point="Lagezentrum", telephone=("+49 30 1",), languages=("de", "en"))
    text = sued.exchange.invite(contact=contact, routes=("https://sued.example:8443",))
    peer = noord.exchange.enrol(text.replace("\n", "\r\n> "), officer="Anna")
    assert (peer.contact, peer.routes, peer.state) == (contact, ("https://sued.example:8443",), PeerState.ACTIVE)


def test_routes_and_the_last_contact(noord: Centre, sued: Centre) -> None:
    assert noord.exchange.last_contact(sued.id) is None
    noord.exchange.roster.reroute(sued.id, ("folder:/media/stick",), officer="Anna")
    assert noord.exchange.roster.peer(sued.id).routes == ("folder:/media/stick",)
    noord.clock.forward(60)
    noord.exchange.receive(sued.parcel(sued.sends(noord, incident("a"))))
    assert noord.exchange.last_contact(sued.id) == noord.clock()


def test_each_change_is_a_signed_version_of_the_roster(noord: Centre) -> None:
    with noord.exchange.database.reading() as connection:
        versions = [row[0] for row in connection.execute("SELECT version FROM roster ORDER BY version")]
    assert versions == [1, 2, 3]


def test_bundles_are_signed_with_both_keys_during_a_rotation(noord: Centre, sued: Centre) -> None:
    from qroc_desktop.sync import envelope, parcel

    sued.reopen(sued.identity.rotated(START, Instant(START + OVERLAP)))
    data = sued.parcel(sued.sends(noord, incident("a")))
    assert len(envelope.read(parcel.unpacked(data).envelope).signatures) == 2
    assert manifest_of(data).sender == sued.id
