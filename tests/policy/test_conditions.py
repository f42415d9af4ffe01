"""Conditions of use travel, bind, and survive a round trip and onward sharing."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from qroc_desktop.domain.aspects import Marking
from qroc_desktop.domain.instant import iso, parse
from qroc_desktop.domain.state import Item
from qroc_desktop.domain.vocabulary import Aspect, Handling, Tlp
from qroc_desktop.policy import Instruments, Policy, load, released
from qroc_desktop.policy.conditions import Conditions, against_use, bound, conditions_of, erase_by
from qroc_desktop.policy.vocabulary import Outcome, Purpose
from tests.policy.oracle import Share, Told
from tests.policy.picture import CONDITION, HANDLING_TEXT, NOW, built, context

FIRST = Share(to="second", kind="eu", purpose="prevention", basis="dir-2023-977/own-initiative", we="first")
ONWARD = replace(FIRST, we="second", to="third")
TOLD = Told(handling="H2", handling_text=True, tlp="TLP:AMBER", conditions=True, classification="LIMITE")


@pytest.fixture(scope="module")
def instruments() -> Instruments:
    return load()


def sent(told: Told, share: Share, instruments: Instruments) -> tuple[Item, Conditions]:
    """What arrives: the released item and its conditions, both through JSON."""
    item = built(told)
    decided = Policy(instruments).decide(item, context(told, share))
    going = released(item, decided)
    assert going is not None
    conditions = conditions_of(item, context(told, share), instruments)
    return going, msgspec.json.decode(msgspec.json.encode(conditions), type=Conditions)


def test_conditions_survive_the_journey_and_name_the_owner(instruments: Instruments) -> None:
    item, conditions = sent(TOLD, FIRST, instruments)
    assert conditions == Conditions(
        item="item", originator="first", purpose=Purpose.PREVENTION, basis="dir-2023-977/own-initiative",
        handling=Handling.H2, handling_text=HANDLING_TEXT, tlp=Tlp.AMBER, texts=(CONDITION,), classification="LIMITE",
    )  # fmt: skip
    marking = bound(item, conditions).marking
    assert marking == msgspec.structs.replace(built(TOLD).marking, originator="first")


def test_what_was_received_under_h2_is_not_passed_on_until_consent_is_recorded(instruments: Instruments) -> None:
    policy = Policy(instruments)
    arrived = bound(*sent(TOLD, FIRST, instruments))
    assert policy.decide(arrived, context(TOLD, ONWARD)).outcome is Outcome.REFUSE
    back = replace(ONWARD, to="first")
    assert policy.decide(arrived, context(TOLD, back)).outcome is Outcome.RELEASE
    owned = replace(TOLD, originator="first")
    consented = replace(ONWARD, consents=frozenset({"forward"}))
    assert policy.decide(arrived, context(owned, consented)).outcome is Outcome.RELEASE


@pytest.mark.parametrize(
    "edited",
    [
        Marking(),
        Marking(tlp=Tlp.CLEAR, handling=Handling.H0, originator="second"),
        Marking(conditions=("ours",), originator="third"),
    ],
)
def test_an_edit_of_the_marking_does_not_shake_the_conditions_off(edited: Marking, instruments: Instruments) -> None:
    item, conditions = sent(TOLD, FIRST, instruments)
    item = msgspec.structs.replace(item, aspects={**item.aspects, Aspect.MARKING: edited})
    again = bound(item, conditions)
    assert (again.marking.originator, again.marking.handling, again.marking.tlp) == ("first", Handling.H2, Tlp.AMBER)
    assert again.marking.conditions == (CONDITION, *edited.conditions)
    assert bound(again, conditions) == again
    assert Policy(instruments).decide(again, context(TOLD, ONWARD)).outcome is Outcome.REFUSE


def test_a_stricter_label_of_the_recipient_stays(instruments: Instruments) -> None:
    item, conditions = sent(TOLD, FIRST, instruments)
    stricter = Marking(tlp=Tlp.RED, handling=Handling.H0)
    item = msgspec.structs.replace(item, aspects={**item.aspects, Aspect.MARKING: stricter})
    assert bound(item, conditions).marking.tlp is Tlp.RED


def test_the_conditions_of_another_item_are_not_taken(instruments: Instruments) -> None:
    item, conditions = sent(TOLD, FIRST, instruments)
    with pytest.raises(ValueError, match="of item item, not of other"):
        bound(msgspec.structs.replace(item, id="other"), conditions)


@pytest.mark.parametrize(
    ("handling", "basis", "purpose", "codes"),
    [
        ("H0", "dir-2023-977/request", "investigation", []),
        ("H0", "pruem-2008-615/14", "major-event", ["handling-h0"]),
        ("H1", "led-2016-680/38", "judicial-proceedings", ["handling-h1"]),
        ("H1", "led-2016-680/38", "prosecution", []),
        ("H2", "dir-2023-977/request", "detection", []),
        ("", "dir-2023-977/request", "judicial-proceedings", ["purpose-not-covered"]),
        ("H1", "dir-2023-977/request", "judicial-proceedings", ["purpose-not-covered", "handling-h1"]),
        ("H0", "nobody's", "prevention", ["basis-unknown"]),
    ],
)
def test_using_it_oneself_is_bound_by_purpose_and_handling(
    handling: str, basis: str, purpose: str, codes: list[str], instruments: Instruments
) -> None:
    share = replace(FIRST, basis=basis)
    told = Told(handling=handling)
    conditions = conditions_of(built(told), context(told, share), instruments)
    assert [r.code for r in against_use(conditions, Purpose(purpose), NOW, instruments)] == codes


def test_personal_data_of_a_major_event_are_erased_after_a_year_at_most(instruments: Instruments) -> None:
    received = parse("2028-02-29T12:00:00+01:00")
    event = conditions_of(built(Told()), context(Told(), replace(FIRST, basis="pruem-2008-615/14")), instruments)
    end = erase_by(event, received, "Europe/Berlin", instruments)
    assert end is not None
    assert iso(end) == "2029-02-28T11:00:00Z"
    other = conditions_of(built(Told()), context(Told(), FIRST), instruments)
    assert erase_by(other, received, "Europe/Berlin", instruments) is None
