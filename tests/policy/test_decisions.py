"""Single rules, each told with its article: what blocks, what lifts it, and what does not."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from qroc_desktop.domain.aspects import AspectValue, Nature, Wording
from qroc_desktop.domain.instant import Instant
from qroc_desktop.domain.state import Item
from qroc_desktop.domain.vocabulary import Aspect, ItemType, WorkspaceKind
from qroc_desktop.policy import Consent, Context, Decision, Policy, load, released
from qroc_desktop.policy.vocabulary import ConsentKind, Outcome, Purpose
from tests.policy.oracle import Share, Told
from tests.policy.picture import NOW, built, context, encoded

OWN = Share(to="peer", kind="eu", purpose="prevention", basis="dir-2023-977/own-initiative")
ELSEWHERE = Told(handling="H2", originator="third centre")


@pytest.fixture(scope="module")
def policy() -> Policy:
    return Policy(load())


def why(decision: Decision) -> list[str]:
    return [f"{reason.code} {reason.instrument} {reason.article}" for reason in decision.reasons]


@pytest.mark.parametrize(
    ("told", "share", "reasons"),
    [
        (Told(), OWN, ["permitted dir-2023-977 7"]),
        (Told(subject="unknown"), OWN, ["subject-unknown led-2016-680 6"]),
        (Told(person=True), OWN, ["subject-missing led-2016-680 6"]),
        (Told(subject="suspect", special=True), OWN, ["strict-necessity-missing led-2016-680 10"]),
        (Told(subject="suspect", special=True, necessity=True), OWN, ["permitted dir-2023-977 7"]),
        (
            ELSEWHERE, OWN,
            ["originator-control dir-2023-977 6(1)(h)", "handling-h2 europol-handling H2"],
        ),
        (
            Told(tlp="TLP:AMBER+STRICT", originator="third centre"), OWN,
            ["originator-control dir-2023-977 6(1)(h)", "tlp-no-forwarding tlp-2.0 TLP:AMBER+STRICT"],
        ),
        (Told(handling="H2"), OWN, ["permitted dir-2023-977 7"]),
        (Told(handling="H2", originator="peer"), OWN, ["permitted dir-2023-977 7"]),
        (Told(originator="NL"), OWN, ["originator-control dir-2023-977 6(1)(h)"]),
        (Told(originator="Peer"), OWN, ["originator-control dir-2023-977 6(1)(h)"]),
        (Told(handling="H3"), OWN, ["handling-h3 europol-handling H3"]),
        (Told(tlp="TLP:RED"), OWN, ["tlp-named-only tlp-2.0 TLP:RED"]),
        (Told(tlp="TLP:RED"), replace(OWN, officer=True), ["permitted dir-2023-977 7"]),
        (
            Told(classification="VS-NfD"), OWN,
            ["classified eu-classification 2", "clearance eu-classification 7"],
        ),
        (Told(classification="VS-NfD"), replace(OWN, clearance=4), ["classified eu-classification 2"]),
        (Told(), replace(OWN, mode="exercise"), ["modes-mix program 2"]),
        (Told(), replace(OWN, basis="fd-2006-960/request"), ["basis-repealed fd-2006-960 4"]),
        (Told(), replace(OWN, basis=""), ["basis-unknown program 1"]),
        (Told(), replace(OWN, kind="third"), ["recipient-not-covered dir-2023-977 7"]),
        (Told(), replace(OWN, purpose="major-event"), ["purpose-not-covered dir-2023-977 7"]),
        (Told(removed=True), OWN, ["not-on-picture program 4"]),
        (
            Told(subject="victim", conditions=True), replace(OWN, basis="pruem-2008-615/13"),
            ["mark-cannot-travel program 5", "personal-data pruem-2008-615 13"],
        ),
        (
            Told(subject="victim"), replace(OWN, basis="pruem-2008-615/16", purpose="terrorism-prevention"),
            ["nothing-left pruem-2008-615 16"],
        ),
        (
            Told(handling="H0"), replace(OWN, basis="pruem-2008-615/13", purpose="major-event"),
            ["handling-h0 europol-handling H0"],
        ),
        (
            Told(handling="H1"),
            replace(OWN, kind="third", basis="led-2016-680/38", purpose="judicial-proceedings"),
            ["handling-h1 europol-handling H1"],
        ),
    ],
)  # fmt: skip
def test_each_decision_names_its_reasons_and_articles(
    told: Told, share: Share, reasons: list[str], policy: Policy
) -> None:
    decided = policy.decide(built(told), context(told, share))
    assert why(decided) == reasons
    assert (decided.outcome is Outcome.REFUSE) is (not reasons[0].startswith("permitted"))
    assert all(field.reason == decided.reasons[0] for field in decided.fields if decided.outcome is Outcome.REFUSE)


def test_each_field_says_why_it_stays(policy: Policy) -> None:
    told = Told(subject="suspect", person=True)

    def stays(basis: str, purpose: str) -> dict[str, str]:
        decided = policy.decide(built(told), context(told, replace(OWN, basis=basis, purpose=purpose)))
        return {f.field: f"{f.code} {f.instrument} {f.article}" for f in decided.fields if f.outcome is Outcome.REDACT}

    internal = "internal led-2016-680 4(1)(c)"
    assert stays("dir-2023-977/request", "prevention") == {
        **dict.fromkeys(["origin.source_name", "origin.file", "origin.kept"], internal),
        "about": "link-elsewhere program 6",
    }
    sixteen = stays("pruem-2008-615/16", "terrorism-prevention")
    assert sixteen["wording.title"] == sixteen["shape"] == sixteen["nature"] == "not-in-list pruem-2008-615 16"
    thirteen = stays("pruem-2008-615/13", "prevention")
    assert thirteen["shape"] == thirteen["person.surname"] == "personal-data pruem-2008-615 13"
    assert thirteen["origin.kept"] == internal


def h2_share(**changes: object) -> Context:
    consented = context(ELSEWHERE, replace(OWN, consents=frozenset({"forward"})))
    consent = msgspec.structs.replace(consented.consents[0], **changes)
    return msgspec.structs.replace(consented, consents=(consent,))


def test_h2_goes_on_once_a_consent_is_recorded(policy: Policy) -> None:
    item = built(ELSEWHERE)
    assert policy.decide(item, context(ELSEWHERE, OWN)).outcome is Outcome.REFUSE
    going = released(item, policy.decide(item, h2_share()))
    assert going is not None
    assert '"handling":"H2"' in encoded(going)
    assert '"originator":"third centre"' in encoded(going)


@pytest.mark.parametrize(
    "changes",
    [
        {"item": "another item"},
        {"originator": "another centre"},
        {"originator": "Third centre"},
        {"recipient": "another peer"},
        {"purposes": (Purpose.DETECTION,)},
        {"purposes": ()},
        {"kind": ConsentKind.JUDICIAL},
        {"given_by": " "},
        {"recorded_by": ""},
        {"until": NOW},
        {"recorded_at": Instant(NOW + 1)},
    ],
    ids=str,
)
def test_a_consent_to_something_else_is_none(changes: dict[str, object], policy: Policy) -> None:
    assert policy.decide(built(ELSEWHERE), h2_share(**changes)).outcome is Outcome.REFUSE


def test_h1_goes_to_court_with_the_owners_permission_only(policy: Policy) -> None:
    told = Told(handling="H1")
    court = replace(OWN, kind="third", basis="led-2016-680/38", purpose="judicial-proceedings")
    for consents, outcome in (({"judicial"}, Outcome.REDACT), ({"forward"}, Outcome.REFUSE)):
        share = replace(court, consents=frozenset(consents))
        assert policy.decide(built(told), context(told, share)).outcome is outcome


@pytest.mark.parametrize(
    ("country", "kind"), [("NL", "third"), ("US", "eu"), ("NO", "eu"), ("", "eu"), ("nl", "eu"), ("NLD", "eu")]
)
def test_a_recipient_whose_kind_does_not_agree_with_its_country_gets_nothing(
    country: str, kind: str, policy: Policy
) -> None:
    share = context(Told(), replace(OWN, kind=kind))
    share = msgspec.structs.replace(share, recipient=msgspec.structs.replace(share.recipient, country=country))
    assert why(policy.decide(built(Told()), share))[0] == "recipient-unknown program 3"


def test_an_exercise_shares_what_is_classified_with_those_cleared_and_never_with_a_live_link(policy: Policy) -> None:
    told = Told(classification="RESTREINT UE/EU RESTRICTED")
    exercise = replace(OWN, mode="exercise", to_mode="exercise")
    outcomes = [
        policy.decide(built(told), context(told, share)).outcome
        for share in (replace(OWN, clearance=4), replace(exercise, clearance=1), exercise,
                      replace(exercise, clearance=4, to_mode="live"), replace(OWN, clearance=4, to_mode="exercise"))
    ]  # fmt: skip
    assert outcomes == [Outcome.REFUSE, Outcome.REDACT, Outcome.REFUSE, Outcome.REFUSE, Outcome.REFUSE]
    assert WorkspaceKind.LIVE is context(told, OWN).mode


def test_an_item_with_nothing_to_withhold_goes_whole(policy: Policy) -> None:
    aspects: dict[Aspect, AspectValue] = {
        Aspect.NATURE: Nature(type=ItemType.NOTE),
        Aspect.WORDING: Wording(title="hello"),
    }
    item = Item(id="item", aspects=aspects, seqs={}, valid_from=NOW, known_from=NOW)
    decided = policy.decide(item, context(Told(), OWN))
    assert decided.outcome is Outcome.RELEASE
    assert released(item, decided) == item
    nothing = msgspec.structs.replace(item, aspects={})
    assert why(policy.decide(nothing, context(Told(), OWN))) == ["not-on-picture program 4"]


def test_decisions_and_consents_survive_json(policy: Policy) -> None:
    decided = policy.decide(built(ELSEWHERE), h2_share())
    assert msgspec.json.decode(msgspec.json.encode(decided), type=Decision) == decided
    consent = h2_share().consents[0]
    assert msgspec.json.decode(msgspec.json.encode(consent), type=Consent) == consent


@pytest.mark.parametrize(("about", "goes"), [("peer", True), ("third centre", False), ("", False)])
def test_a_comment_says_what_it_is_about_to_the_owner_alone(policy: Policy, about: str, goes: bool) -> None:
    """To anybody else it would tell what a third centre has, or that an item of ours was withheld."""
    told = Told(about=about)
    going = released(built(told), policy.decide(built(told), context(told, OWN)))
    assert going is not None
    assert (going.about is not None) is goes
    assert ("commented-canary" in encoded(going)) is goes
