"""A picture whose every field holds a value found nowhere else, so that it can be searched for in bytes."""

from __future__ import annotations

import msgspec

from qroc_desktop.domain.aspects import (
    About,
    AspectValue,
    Attachment,
    Attachments,
    Evaluation,
    Marking,
    Motion,
    Nature,
    Origin,
    Person,
    Placement,
    Presence,
    Settlement,
    Situation,
    Style,
    Wording,
)
from qroc_desktop.domain.instant import Instant
from qroc_desktop.domain.shape import point
from qroc_desktop.domain.state import Item
from qroc_desktop.domain.vocabulary import (
    Affiliation,
    Aspect,
    Basis,
    Handling,
    InformationAccuracy,
    ItemType,
    Priority,
    SourceReliability,
    SpecialCategory,
    Status,
    SubjectCategory,
    Tlp,
    WorkspaceKind,
)
from qroc_desktop.policy import Consent, Context, Recipient
from qroc_desktop.policy.vocabulary import ConsentKind, Ground, Level, Purpose, RecipientKind
from tests.policy.oracle import Share, Told, deviations

NOW = Instant(1_790_000_000_000_000)
NECESSITY = "necessity-canary"
HANDLING_TEXT = "handling-text-canary"
CONDITION = "condition-canary"

# What each field of `built` leaves in JSON, and nothing else does.
MARKERS: dict[str, tuple[str, ...]] = {
    "nature": ("a-u-G-canary",),
    "layer": ("layer-canary",),
    "shape": ("5.1234567", "52.7654321"),
    "motion": ("271.125", "13.0625"),
    "situation.status": ('"contained"',),
    "situation.priority": ('"priority":1',),
    "situation.times": ("1789000000000001", "1789000000000002", "1789000000000003"),
    "wording.title": ("title-canary",),
    "wording.description": ("description-canary",),
    "wording.place": ("place-canary",),
    "marking.handling": ('"handling":',),
    "marking.handling_text": (HANDLING_TEXT,),
    "marking.tlp": ("TLP:",),
    "marking.subject": ('"subject":',),
    "marking.special": ('"health"',),
    "marking.strict_necessity": (NECESSITY,),
    "marking.conditions": (CONDITION,),
    "marking.originator": ('"originator":',),
    "marking.classification": ('"classification":',),
    "evaluation.source": ('"source":"B"',),
    "evaluation.information": ('"information":"3"',),
    "evaluation.basis": ('"assessment"',),
    "style": ("#a1b2c3", "#d4e5f6"),
    "person.surname": ("surname-canary",),
    "person.first_names": ("first-canary",),
    "person.born": ("1987-04-canary",),
    "person.birth_place": ("born-where-canary",),
    "person.circumstances": ("circumstances-canary",),
    "attachments": ("photo-canary.jpg", "f00dcafe"),
    "about": ("commented-canary",),
    "origin.reference": ("foreign-canary", "sender-canary", "part-canary", "earlier-canary", "cot-canary"),
    "origin.sent": ("1788000000000009",),
    "origin.source_name": ("informant-canary",),
    "origin.file": ("file-canary.kml",),
    "origin.kept": ("kept-canary",),
}
# What belongs to our workspace and never goes, whatever is decided.
OURS = ("author-canary", "4242", "1787000000000007")


def built(told: Told) -> Item:
    """The item that is told of, full to the brim."""
    marking = Marking(
        handling=Handling(told.handling) if told.handling else None,
        handling_text=HANDLING_TEXT if told.handling_text else "",
        tlp=Tlp(told.tlp) if told.tlp else None,
        subject=SubjectCategory(told.subject),
        special=(SpecialCategory.HEALTH,) if told.special else (),
        strict_necessity=NECESSITY if told.necessity else "",
        conditions=(CONDITION,) if told.conditions else (),
        originator=told.originator,
        classification=told.classification,
    )
    aspects: dict[Aspect, AspectValue] = {
        Aspect.PRESENCE: Presence(removed=told.removed),
        Aspect.NATURE: Nature(type=ItemType.INCIDENT, kind="a-u-G-canary", affiliation=Affiliation.SUSPECT),
        Aspect.PLACEMENT: Placement(layer="layer-canary"),
        Aspect.SHAPE: point(5.1234567, 52.7654321),
        Aspect.MOTION: Motion(course_deg=271.125, speed_ms=13.0625),
        Aspect.SITUATION: Situation(
            status=Status.CONTAINED, priority=Priority.FLASH, starts=Instant(1_789_000_000_000_001),
            ends=Instant(1_789_000_000_000_002), stale_at=Instant(1_789_000_000_000_003),
        ),
        Aspect.WORDING: Wording(title="title-canary", description="description-canary", place="place-canary"),
        Aspect.MARKING: marking,
        Aspect.EVALUATION: Evaluation(
            source=SourceReliability.B, information=InformationAccuracy.CORROBORATED, basis=Basis.ASSESSMENT
        ),
        Aspect.STYLE: Style(stroke="#a1b2c3", fill="#d4e5f6"),
        Aspect.ORIGIN: Origin(
            format="cot-canary", foreign_id="foreign-canary", part="part-canary", earlier=("earlier-canary",),
            sender="sender-canary", sent=Instant(1_788_000_000_000_009), source_name="informant-canary",
            file="file-canary.kml",
            kept={"cot": "<detail>kept-canary title-canary description-canary</detail>"},
        ),
        Aspect.ATTACHMENTS: Attachments(
            files=(Attachment(name="photo-canary.jpg", media_type="image/jpeg", size=7, sha256="f00dcafe"),)
        ),
        Aspect.ABOUT: About(centre=told.about, item="commented-canary"),
        Aspect.SETTLEMENT: Settlement(losers=(4242,)),
    }  # fmt: skip
    if told.person:
        aspects[Aspect.PERSON] = Person(
            surname="surname-canary", first_names="first-canary", born="1987-04-canary",
            birth_place="born-where-canary", circumstances="circumstances-canary",
        )  # fmt: skip
    return Item(
        id=told.id, aspects=aspects, seqs=dict.fromkeys(aspects, 4242), valid_from=NOW,
        known_from=Instant(1_787_000_000_000_007), author="author-canary",
    )  # fmt: skip


def recipient(share: Share) -> Recipient:
    return Recipient(
        centre=share.to,
        country={"eu": "NL", "schengen-associated": "NO", "third": "US", "organisation": ""}[share.kind],
        kind=RecipientKind(share.kind),
        clearance=Level(share.clearance),
        officer="the one meant" if share.officer else "",
        mode=WorkspaceKind(share.to_mode),
        key=share.to,
    )


def context(told: Told, share: Share) -> Context:
    """The share, with its consents as they would be recorded for this item."""
    consents = [
        Consent(
            kind=ConsentKind(kind), item=told.id, originator=told.originator or share.we, recipient=share.to,
            purposes=(Purpose(share.purpose),), given_by="their officer", recorded_by="our officer", recorded_at=NOW,
        )
        for kind in sorted(share.consents)
    ]  # fmt: skip
    return Context(
        centre=share.we, recipient=recipient(share), purpose=Purpose(share.purpose), basis=share.basis, at=NOW,
        mode=WorkspaceKind(share.mode), grounds=frozenset(Ground(ground) for ground in share.grounds),
        consents=tuple(consents),
    )  # fmt: skip


def encoded(item: Item) -> str:
    """All bytes of an item, as text."""
    return msgspec.json.encode(item).decode()


SUSPECT = Told(subject="suspect", person=True)
STEPS: tuple[dict[str, object], ...] = (
    {"subject": "suspect"},
    {"subject": "victim", "person": True},
    {"subject": "unknown", "person": True},
    {"person": True},
    {"subject": "suspect", "special": True},
    {"subject": "suspect", "special": True, "necessity": True, "person": True},
    {"handling": "H0"},
    {"handling": "H1"},
    {"handling": "H2"},
    {"handling": "H3"},
    {"handling": "H3", "handling_text": True},
    {"tlp": "TLP:RED"},
    {"tlp": "TLP:AMBER+STRICT"},
    {"tlp": "TLP:AMBER"},
    {"tlp": "TLP:CLEAR"},
    {"originator": "ours"},
    {"originator": "peer"},
    {"originator": "third centre"},
    {"classification": "RESTREINT UE/EU RESTRICTED"},
    {"classification": "VS-NfD"},
    {"classification": "SECRET UE/EU SECRET"},
    {"classification": "a level of nobody's"},
    {"classification": "LIMITE"},
    {"conditions": True},
    {"about": "peer"},
    {"about": ""},
    {"removed": True},
)
"""What a generated item has beside the rest: each alone, and each pair."""


def picture() -> list[Told]:
    """Every item that one or two steps make of a plain one, once."""
    return [Told(), *dict.fromkeys(deviations(Told(), *STEPS))]
