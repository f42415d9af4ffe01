"""What may be sent, as a table written by hand from the rules for sharing. Nothing here calls the policy.

Codes are written out as plain text on purpose: a code that is renamed or a rule that is lost in the program must
show here as a difference.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

CRIME = {"prevention", "detection", "investigation"}
EUROPE = {"eu", "schengen-associated"}
PERSON_FIELDS_16 = {
    "person.surname", "person.first_names", "person.born", "person.birth_place", "person.circumstances",
}  # fmt: skip

# basis: recipients, purposes, what of personal data, what of the content, what an officer confirms, repealed
BASES: dict[str, tuple[set[str], set[str], bool, set[str] | None, str, bool]] = {
    "dir-2023-977/request": (EUROPE, CRIME, True, None, "", False),
    "dir-2023-977/own-initiative": (EUROPE, CRIME, True, None, "", False),
    "fd-2006-960/request": (EUROPE, CRIME, True, None, "", True),
    "pruem-2008-615/13": (EUROPE, {"prevention", "major-event"}, False, None, "", False),
    "pruem-2008-615/14": (EUROPE, {"prevention", "major-event"}, True, None, "offence-or-threat", False),
    "pruem-2008-615/16": (EUROPE, {"terrorism-prevention"}, True, PERSON_FIELDS_16, "reason-to-believe", False),
    "reg-2024-982/47": (EUROPE, CRIME, True, PERSON_FIELDS_16 - {"person.circumstances"}, "confirmed-match", False),
    "led-2016-680/38": (
        {"third", "organisation"},
        CRIME | {"prosecution", "public-security", "judicial-proceedings"},
        True, None, "vital-interest-or-serious-threat", False,
    ),
}  # fmt: skip
ALL_GROUNDS = frozenset(row[4] for row in BASES.values() if row[4])

# Marks travel with whatever goes, because they bind.
BINDING = {
    "marking.handling", "marking.handling_text", "marking.tlp", "marking.conditions", "marking.originator",
    "marking.classification",
}  # fmt: skip
MARKS = BINDING | {"marking.subject", "marking.special", "marking.strict_necessity"}
NEVER = {"origin.kept", "origin.source_name", "origin.file"}
# Of an item about a person, what is left when nothing personal may go.
NOT_PERSONAL = {
    "nature", "layer", "situation.status", "situation.priority", "situation.times", "evaluation.source",
    "evaluation.information", "evaluation.basis", "style", "origin.sent",
    "marking.handling", "marking.tlp", "marking.originator", "marking.classification",
}  # fmt: skip
CONTENT = {
    "nature", "layer", "shape", "motion", "situation.status", "situation.priority", "situation.times",
    "wording.title", "wording.description", "wording.place", "evaluation.source", "evaluation.information",
    "evaluation.basis", "style", "attachments", "about", "origin.reference", "origin.sent", "origin.source_name",
    "origin.file", "origin.kept",
}  # fmt: skip
OPEN_TEXTS = {"", "LIMITE"}
CLEARED_FOR = {"RESTREINT UE/EU RESTRICTED": 1, "VS-NfD": 1, "SECRET UE/EU SECRET": 3}
"""Level of each text that the picture uses; any other text is above every clearance."""


@dataclass(frozen=True)
class Told:
    """An item in plain words."""

    id: str = "item"
    subject: str = "none"
    person: bool = False
    special: bool = False
    necessity: bool = False
    handling: str = ""
    handling_text: bool = False
    tlp: str = ""
    originator: str = ""
    classification: str = ""
    conditions: bool = False
    about: str = "third centre"
    """Whose item it is a comment on; empty for one of our own."""
    removed: bool = False

    @property
    def about_a_person(self) -> bool:
        return self.subject != "none" or self.person or self.special

    @property
    def fields(self) -> set[str]:
        """The fields in which it says something."""
        marks = {
            "marking.handling": self.handling,
            "marking.handling_text": self.handling_text,
            "marking.tlp": self.tlp,
            "marking.subject": self.subject != "none",
            "marking.special": self.special,
            "marking.strict_necessity": self.necessity,
            "marking.conditions": self.conditions,
            "marking.originator": self.originator,
            "marking.classification": self.classification,
        }
        return CONTENT | {mark for mark, said in marks.items() if said} | (PERSON_FIELDS_16 if self.person else set())


@dataclass(frozen=True)
class Share:
    """A share in plain words. `we`: our own centre."""

    to: str
    kind: str
    purpose: str
    basis: str
    we: str = "ours"
    officer: bool = False
    clearance: int = 0
    mode: str = "live"
    to_mode: str = "live"
    grounds: frozenset[str] = ALL_GROUNDS
    consents: frozenset[str] = field(default_factory=frozenset)
    """Of `forward`, `judicial`: recorded for just this item, recipient and purpose."""


def refused(item: Told, share: Share) -> bool:
    """Whether nothing of the item goes."""
    if share.basis not in BASES:
        return True
    recipients, purposes, _, _, ground, repealed = BASES[share.basis]
    elsewhere = item.originator not in ("", share.we, share.to)
    live = share.mode == "live"
    return any(
        (
            share.mode != share.to_mode,
            share.kind not in recipients,
            share.purpose not in purposes,
            ground and ground not in share.grounds,
            repealed and live,
            item.removed,
            item.subject == "unknown",
            item.about_a_person and item.subject == "none",
            item.special and not item.necessity,
            item.handling == "H0" and share.purpose in ("public-security", "major-event"),
            item.handling == "H1" and share.purpose == "judicial-proceedings" and "judicial" not in share.consents,
            item.handling == "H3" and not item.handling_text,
            elsewhere and "forward" not in share.consents,
            item.tlp == "TLP:RED" and not share.officer,
            item.classification not in OPEN_TEXTS and live,
            item.classification not in OPEN_TEXTS
            and CLEARED_FOR.get(item.classification, 1000) > share.clearance,
        )
    )  # fmt: skip


def expected(item: Told, share: Share) -> dict[str, str]:
    """Outcome of each field."""
    everything = dict.fromkeys(item.fields, "refuse")
    if refused(item, share):
        return everything
    _, _, personal, only, _, _ = BASES[share.basis]
    going = item.fields - NEVER
    if item.about != share.to:
        going -= {"about"}
    if only is not None:
        going &= only | MARKS
    if not personal and item.about_a_person:
        going &= NOT_PERSONAL
    if (item.fields & BINDING) - going or not going - MARKS:
        return everything
    return {name: "release" if name in going else "redact" for name in item.fields}


def deviations(base: Told, *steps: dict[str, object]) -> Iterable[Told]:
    """The item with each step on its own, and with each pair of steps."""
    for at, step in enumerate(steps):
        yield replace(base, **step)  # type: ignore[arg-type]
        for other in steps[at + 1 :]:
            yield replace(base, **{**step, **other})  # type: ignore[arg-type]
