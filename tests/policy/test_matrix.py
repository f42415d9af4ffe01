"""Every (item, field, recipient, basis, purpose) of a generated picture, judged by an oracle that is a table."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from qroc_desktop.policy import Instrument, Instruments, Policy, load, released
from tests.policy.oracle import BASES, MARKS, PERSON_FIELDS_16, Share, Told, expected
from tests.policy.picture import MARKERS, OURS, STEPS, built, context, encoded, picture

PURPOSES = [
    "prevention", "detection", "investigation", "prosecution", "public-security", "terrorism-prevention",
    "major-event", "judicial-proceedings",
]  # fmt: skip
RECIPIENTS: dict[str, dict[str, object]] = {
    "an EU centre": {"kind": "eu"},
    "an associated centre, cleared, an officer named": {
        "kind": "schengen-associated", "clearance": 3, "officer": True,
    },
    "a third country": {"kind": "third"},
    "an organisation, nothing confirmed": {"kind": "organisation", "grounds": frozenset()},
    "an EU centre, all consents": {"kind": "eu", "consents": frozenset({"forward", "judicial"})},
    "a third country, all consents": {"kind": "third", "consents": frozenset({"forward", "judicial"})},
    "an exercise among cleared": {"kind": "eu", "mode": "exercise", "to_mode": "exercise", "clearance": 1},
    "an exercise to a live link": {"kind": "eu", "mode": "exercise"},
}  # fmt: skip


@pytest.fixture(scope="module")
def policy() -> Policy:
    return Policy(load())


@pytest.mark.slow
@pytest.mark.parametrize("name", RECIPIENTS)
def test_every_field_of_every_item_is_decided_as_the_table_says(name: str, policy: Policy) -> None:
    to = Share(to="peer", purpose="prevention", basis="", **RECIPIENTS[name])  # type: ignore[arg-type]
    shares = [replace(to, basis=basis, purpose=p) for basis in [*BASES, "made-up/basis"] for p in PURPOSES]
    wrong = []
    outcomes = set()
    for told in picture():
        item = built(told)
        for share in shares:
            decided = policy.decide(item, context(told, share))
            got = {str(field.field): str(field.outcome) for field in decided.fields}
            outcomes.add(str(decided.outcome))
            if got != expected(told, share):
                wrong.append((told, share, got, decided.reasons))
    assert wrong[:1] == []
    # The picture is worth its name: what can happen to this recipient did happen.
    assert outcomes == ({"refuse"} if "live link" in name or "nothing confirmed" in name else {"redact", "refuse"})


SHADOWED = {"handling-h2", "tlp-no-forwarding"}
"""What the owner's consent covers anyway: told as a reason, but nothing more is refused by it."""
RULES = [(i.id, at) for i in load() for at, rule in enumerate(i.rules) if rule.code not in SHADOWED]


@pytest.mark.parametrize(("instrument", "at"), RULES, ids=str)
def test_without_any_one_rule_the_table_disagrees(instrument: str, at: int) -> None:
    def without(i: Instrument) -> Instrument:
        rules = i.rules[:at] + i.rules[at + 1 :] if i.id == instrument else i.rules
        return msgspec.structs.replace(i, rules=rules)

    lax = Policy(Instruments(without(i) for i in load()))
    shares = [
        Share(to="peer", kind=kind, purpose=purpose, basis=basis, clearance=clearance, mode=mode, to_mode=mode)
        for kind, basis, purpose in (
            ("eu", "dir-2023-977/request", "prevention"), ("eu", "pruem-2008-615/13", "major-event"),
            ("third", "led-2016-680/38", "judicial-proceedings"),
        )
        for clearance, mode in ((0, "live"), (4, "live"), (0, "exercise"))
    ]  # fmt: skip
    items = [Told(), *(replace(Told(), **step) for step in STEPS)]  # type: ignore[arg-type]
    released = {
        str(field): expected(told, share).get(field)
        for told in items
        for share in shares
        for field in lax.decide(built(told), context(told, share)).released
        if expected(told, share)[field] != "release"
    }
    assert "refuse" in released.values()


def test_what_goes_is_in_the_bytes_and_what_does_not_is_not(policy: Policy) -> None:
    found = 0
    for told in picture():
        item = built(told)
        assert all(mark in encoded(item) for name in told.fields for mark in MARKERS[name]), told
        for basis, (recipients, purposes, *_) in BASES.items():
            share = Share(
                to="peer", kind=min(recipients), purpose=max(purposes), basis=basis, officer=True, clearance=3,
                mode="exercise", to_mode="exercise", consents=frozenset({"forward", "judicial"}),
            )  # fmt: skip
            going = released(item, policy.decide(item, context(told, share)))
            wanted = {name for name, outcome in expected(told, share).items() if outcome == "release"}
            assert (going is not None) is bool(wanted), (told, share)
            if going is None:
                continue
            text = encoded(going)
            said = {name for name, marks in MARKERS.items() if all(mark in text for mark in marks)}
            traces = {name for name, marks in MARKERS.items() if any(mark in text for mark in marks)}
            assert said == traces == wanted, (told, share)
            assert not any(ours in text for ours in OURS)
            found += 1
    assert found > 1000


def test_the_same_item_comes_out_differently_for_another_basis(policy: Policy) -> None:
    told = Told(subject="suspect", person=True)
    everything = told.fields - {"origin.kept", "origin.source_name", "origin.file", "about"}

    def gets(basis: str, purpose: str, **more: object) -> set[str]:
        share = Share(to="peer", kind="eu", purpose=purpose, basis=basis)
        decided = policy.decide(built(told), context(told, replace(share, **more)))  # type: ignore[arg-type]
        return {str(field) for field in decided.released}

    assert gets("dir-2023-977/own-initiative", "prevention") == everything
    assert gets("pruem-2008-615/14", "prevention") == everything
    assert gets("pruem-2008-615/16", "terrorism-prevention") == PERSON_FIELDS_16 | {"marking.subject"}
    thirteen = gets("pruem-2008-615/13", "prevention")
    assert thirteen == {
        "nature", "layer", "situation.status", "situation.priority", "situation.times", "evaluation.source",
        "evaluation.information", "evaluation.basis", "style", "origin.sent",
    }  # fmt: skip
    # the purpose alone, and the recipient alone
    assert gets("dir-2023-977/own-initiative", "major-event") == set()
    assert gets("dir-2023-977/own-initiative", "prevention", kind="third") == set()
    assert gets("led-2016-680/38", "prevention", kind="third") == everything
    assert thirteen.isdisjoint(PERSON_FIELDS_16 | MARKS)
