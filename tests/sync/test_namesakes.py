"""No two centres of one name: markings say by name whose something is."""

from __future__ import annotations

from pathlib import Path

import pytest

from qroc_desktop.domain.instant import Instant
from qroc_desktop.errors import Refused
from qroc_desktop.sync import invitation
from qroc_desktop.sync.identity import Identity
from qroc_desktop.sync.namesakes import alike, require_own_name
from qroc_desktop.sync.roster import OVERLAP, PeerState, Roster
from tests.sync.building import START, Centre, befriended


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Leitstelle Süd", "leitstelle  SÜD"),
        ("Leitstelle Süd", "Leitstelle Su\N{COMBINING DIAERESIS}d"),
        ("Aachen", "\N{CYRILLIC CAPITAL LETTER A}\N{CYRILLIC SMALL LETTER A}chen"),
        ("HANNOVER", "\N{GREEK CAPITAL LETTER ETA}ANNOVER"),
        ("Aachen", "\N{FULLWIDTH LATIN CAPITAL LETTER A}achen"),
        ("Lille", "Li\N{ZERO WIDTH SPACE}lle"),
        ("Lille", "LiIle"),
        ("Meldkamer", "Meldkarner"),
        ("Lodz", "Łódź"),
        ("Brno", "Brn0"),
        ("Straße", "STRASSE"),
        ("???", " ??? "),
    ],
)
def test_names_that_one_takes_for_another(one: str, other: str) -> None:
    assert alike(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Aachen", "Maastricht"), ("Leitstelle 1", "Leitstelle 2"), ("Nord", "Noord"), ("Köln", "Kehl"),
     ("София", "Бургас"), ("Αθήνα", "Πάτρα"), ("???", "!!!")],
)  # fmt: skip
def test_names_that_nobody_takes_for_another(one: str, other: str) -> None:
    assert not alike(one, other)


def test_a_namesake_of_a_peer_or_of_ours_is_not_enrolled(tmp_path: Path, noord: Centre, sued: Centre) -> None:
    for number, name in enumerate(("SÜD", "noord")):
        (tmp_path / str(number)).mkdir()
        other = Centre(tmp_path / str(number), name)
        with pytest.raises(Refused, match="called that already"):
            noord.exchange.enrol(other.exchange.invite(), officer="Anna")
        other.exchange.close()
    assert [peer.centre for peer in noord.exchange.roster.peers()] == [sued.id]


def test_a_revoked_centre_gives_its_name_free(tmp_path: Path, noord: Centre, sued: Centre) -> None:
    noord.exchange.roster.revoke(sued.id, officer="Anna", why="keys lost")
    (tmp_path / "new").mkdir()
    again = Centre(tmp_path / "new", "Süd")
    assert noord.exchange.enrol(again.exchange.invite(), officer="Anna").state is PeerState.PROPOSED
    with pytest.raises(Refused, match="called that already"):
        noord.exchange.enrol(sued.exchange.invite(), officer="Anna")
    again.exchange.close()


def test_a_centre_does_not_take_another_ones_name_with_new_keys(tmp_path: Path) -> None:
    one, other, third = befriended(tmp_path, "One", "Other", "Third")
    renewed = other.identity.rotated(START, Instant(START + OVERLAP))
    posing = Identity(renewed.centre, "Third", renewed.country, renewed.keys, renewed.former)
    with pytest.raises(Refused, match="called that already"):
        one.exchange.enrol(invitation.invite(posing, START), officer="Anna")
    assert one.exchange.roster.peer(other.id).name == "Other"
    for centre in (one, other, third):
        centre.exchange.close()


def test_a_pair_from_before_is_an_alarm_once_and_is_not_approved(
    tmp_path: Path, noord: Centre, sued: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "new").mkdir()
    twin = Centre(tmp_path / "new", "Sued")
    twin.identity.name = "SUD"
    twin.reopen()
    with monkeypatch.context() as older:
        older.setattr(f"{Roster.__module__}.{require_own_name.__name__}", lambda *_: None)
        noord.exchange.enrol(twin.exchange.invite(), officer="Anna")
    for _ in range(2):
        noord.reopen()
        assert [(a.code, a.peer, a.count) for a in noord.exchange.alarms.open()] == [("namesake", twin.id, 1)]
    with pytest.raises(Refused, match="called that already"):
        noord.exchange.roster.approve(twin.id, officer="Anna", said=twin.identity.public.letters)
    (alarm,) = noord.exchange.alarms.open()
    noord.exchange.alarms.settle(alarm.no, officer="Anna")
    noord.reopen()
    assert noord.exchange.alarms.open() == []
    twin.exchange.close()
