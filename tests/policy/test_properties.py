"""What holds for every item and every share that Hypothesis can think of."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from qroc_desktop.domain.aspects import ASPECT_TYPES, SUBJECT_ASPECTS, Marking, Wording
from qroc_desktop.domain.state import Item
from qroc_desktop.domain.vocabulary import Aspect, SubjectType
from qroc_desktop.policy import Context, Policy, load, released
from qroc_desktop.policy.fields import BOOKKEEPING, SPECS, Field, values
from qroc_desktop.policy.vocabulary import Outcome
from tests.policy.oracle import ALL_GROUNDS, BASES, Share, Told
from tests.policy.picture import built, context, encoded

POLICY, SAME = Policy(load()), Policy(load())
WORDS = st.text(max_size=12)
TOLD = st.builds(
    Told,
    subject=st.sampled_from(["none", "suspect", "convicted", "victim", "other", "unknown"]),
    person=st.booleans(),
    special=st.booleans(),
    necessity=st.booleans(),
    handling=st.sampled_from(["", "H0", "H1", "H2", "H3"]),
    handling_text=st.booleans(),
    tlp=st.sampled_from(["", "TLP:RED", "TLP:AMBER+STRICT", "TLP:AMBER", "TLP:GREEN", "TLP:CLEAR"]),
    originator=st.one_of(st.sampled_from(["", "ours", "peer", "third centre"]), WORDS),
    classification=st.one_of(st.sampled_from(["", "", "VS-NfD", "SECRET", "LIMITE"]), WORDS),
    conditions=st.booleans(),
    removed=st.sampled_from([False, False, False, True]),
)


@st.composite
def shares(draw: st.DrawFn) -> Share:
    basis = draw(st.sampled_from([*BASES, "unknown/basis"]))
    recipients, purposes, *_ = BASES.get(basis, BASES["dir-2023-977/request"])
    # Mostly shares that have a chance, or everything would be a refusal.
    kinds = sorted(recipients) * 3 + ["eu", "schengen-associated", "third", "organisation"]
    mode = draw(st.sampled_from(["live", "exercise"]))
    return Share(
        to="peer",
        kind=draw(st.sampled_from(kinds)),
        purpose=draw(st.sampled_from(sorted(purposes) * 3 + ["prevention", "judicial-proceedings", "major-event"])),
        basis=basis,
        officer=draw(st.booleans()),
        clearance=draw(st.sampled_from([0, 1, 2, 3, 4])),
        mode=mode,
        to_mode=draw(st.sampled_from([mode] * 4 + ["live"])),
        grounds=draw(st.one_of(st.just(ALL_GROUNDS), st.frozensets(st.sampled_from(sorted(ALL_GROUNDS))))),
        consents=draw(st.frozensets(st.sampled_from(["forward", "judicial"]))),
    )


@st.composite
def items(draw: st.DrawFn) -> tuple[Told, Item]:
    told = draw(TOLD)
    item = built(told)
    absent = draw(st.frozensets(st.sampled_from(sorted(item.aspects))))
    aspects = {aspect: value for aspect, value in item.aspects.items() if aspect not in absent}
    if draw(st.booleans()):
        aspects[Aspect.WORDING] = Wording(title=draw(WORDS), description=draw(WORDS), place=draw(WORDS))
    return told, msgspec.structs.replace(item, aspects=aspects)


def restricted(share: Context, draw: st.DataObject) -> Context:
    """A share that confirms, allows or names less."""
    kept = draw.draw(st.frozensets(st.sampled_from(sorted(share.grounds)))) if share.grounds else frozenset()
    recipient = msgspec.structs.replace(
        share.recipient,
        officer=draw.draw(st.sampled_from([share.recipient.officer, ""])),
        clearance=draw.draw(st.sampled_from([level for level in type(share.recipient.clearance)
                                             if level <= share.recipient.clearance])),
    )  # fmt: skip
    fewer = draw.draw(st.integers(0, len(share.consents)))
    return msgspec.structs.replace(share, grounds=kept, recipient=recipient, consents=share.consents[:fewer])


@settings(deadline=None, max_examples=300)
@given(items(), shares())
def test_deciding_is_total_and_deterministic(given_item: tuple[Told, Item], share: Share) -> None:
    told, item = given_item
    decided = POLICY.decide(item, context(told, share))
    assert decided == POLICY.decide(item, context(told, share)) == SAME.decide(item, context(told, share))
    assert {field.field for field in decided.fields} == set(values(item))
    assert decided.reasons
    for reason in (*decided.reasons, *(field.reason for field in decided.fields)):
        assert POLICY.instruments.get(reason.instrument) is not None
        assert reason.article
    outcomes = {field.outcome for field in decided.fields}
    assert (decided.outcome is Outcome.REFUSE) is (Outcome.RELEASE not in outcomes)
    assert Outcome.REFUSE not in outcomes or outcomes == {Outcome.REFUSE}


@settings(deadline=None, max_examples=300)
@given(items(), shares())
def test_redaction_never_adds_and_doing_it_twice_changes_nothing(given_item: tuple[Told, Item], share: Share) -> None:
    told, item = given_item
    decided = POLICY.decide(item, context(told, share))
    going = released(item, decided)
    if going is None:
        assert decided.outcome is Outcome.REFUSE
        return
    had, has = values(item), values(going)
    assert has == {field: had[field] for field in SPECS if field in decided.released}
    assert released(going, decided) == going
    assert set(going.aspects) <= set(item.aspects) - BOOKKEEPING
    assert (going.author, going.seqs) == ("", {})
    assert msgspec.json.decode(msgspec.json.encode(going), type=dict)["id"] == item.id
    # What a recipient would be allowed to send on in the same share is never more than what it got.
    again = POLICY.decide(going, context(told, share))
    assert again.released <= decided.released


@settings(deadline=None, max_examples=300)
@given(items(), shares(), st.data())
def test_a_weaker_share_never_gets_more(given_item: tuple[Told, Item], share: Share, data: st.DataObject) -> None:
    told, item = given_item
    full = context(told, share)
    assert POLICY.decide(item, restricted(full, data)).released <= POLICY.decide(item, full).released


@settings(deadline=None, max_examples=200)
@given(items(), shares(), WORDS)
def test_a_text_that_no_list_has_is_never_taken_for_unclassified(
    given_item: tuple[Told, Item], share: Share, text: str
) -> None:
    told, item = given_item
    assume(text.strip() and not any(text.casefold() in known for known in ("limite", "open", "public", "offen")))
    marked = msgspec.structs.replace(item, aspects={**item.aspects, Aspect.MARKING: Marking(classification=text)})
    decided = POLICY.decide(marked, context(told, replace(share, mode="live", to_mode="live", clearance=4)))
    assert "classified" in [reason.code for reason in decided.reasons]
    assert not decided.released


@settings(deadline=None, max_examples=100)
@given(items(), shares(), st.sampled_from(["title", "description", "place"]))
def test_a_withheld_text_is_in_no_byte(given_item: tuple[Told, Item], share: Share, name: str) -> None:
    told, item = given_item
    needle = "Nadel7391"
    wording = msgspec.structs.replace(item.wording, **{name: needle})
    item = msgspec.structs.replace(item, aspects={**item.aspects, Aspect.WORDING: wording})
    decided = POLICY.decide(item, context(told, share))
    going = released(item, decided)
    if going is not None:
        assert (needle in encoded(going)) is (Field(f"wording.{name}") in decided.released)


def test_every_attribute_of_an_item_has_exactly_one_field_or_stays_in_the_workspace() -> None:
    by_aspect: dict[Aspect, list[tuple[str, ...]]] = {}
    for spec in SPECS.values():
        by_aspect.setdefault(spec.aspect, []).append(spec.attributes)
    assert set(by_aspect) == SUBJECT_ASPECTS[SubjectType.ITEM] - BOOKKEEPING
    for aspect, attributes in by_aspect.items():
        if attributes != [()]:
            named = [name for names in attributes for name in names]
            assert sorted(named) == sorted(ASPECT_TYPES[aspect].__struct_fields__), aspect


def test_the_decision_on_another_item_is_not_taken() -> None:
    told = Told()
    decided: Any = POLICY.decide(built(told), context(told, Share("peer", "eu", "prevention", "dir-2023-977/request")))
    with pytest.raises(ValueError, match="about item item, not other"):
        released(msgspec.structs.replace(built(told), id="other"), decided)
