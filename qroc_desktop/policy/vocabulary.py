"""Closed lists of codes of the policy; the sentences for people are in `words`."""

from __future__ import annotations

from enum import IntEnum, StrEnum


class RecipientKind(StrEnum):
    """Under which law a recipient stands."""

    EU = "eu"
    ASSOCIATED = "schengen-associated"
    THIRD = "third"
    ORGANISATION = "organisation"


class Purpose(StrEnum):
    """What the recipient is to use the information for."""

    PREVENTION = "prevention"
    DETECTION = "detection"
    INVESTIGATION = "investigation"
    PROSECUTION = "prosecution"
    PUBLIC_SECURITY = "public-security"
    TERRORISM_PREVENTION = "terrorism-prevention"
    MAJOR_EVENT = "major-event"
    JUDICIAL_PROCEEDINGS = "judicial-proceedings"


class Ground(StrEnum):
    """What an officer has to confirm before a basis may be used."""

    OFFENCE_OR_THREAT = "offence-or-threat"
    REASON_TO_BELIEVE = "reason-to-believe"
    CONFIRMED_MATCH = "confirmed-match"
    VITAL_INTEREST_OR_SERIOUS_THREAT = "vital-interest-or-serious-threat"


class Outcome(StrEnum):
    """What becomes of an item or of one of its fields."""

    RELEASE = "release"
    REDACT = "redact"
    REFUSE = "refuse"


class Level(IntEnum):
    """Levels of classification; a higher number is the more protected.

    UNKNOWN is a text that no list has: it counts as above everything, because it may be.
    """

    NONE = 0
    RESTRICTED = 1
    CONFIDENTIAL = 2
    SECRET = 3
    TOP_SECRET = 4
    UNKNOWN = 99


class ConsentKind(StrEnum):
    """What the owner of information has consented to."""

    FORWARD = "forward"
    JUDICIAL = "judicial"


class Lack(StrEnum):
    """Something that ought to be there."""

    STRICT_NECESSITY = "strict-necessity"
    HANDLING_TEXT = "handling-text"
    SUBJECT = "subject"
    NAMED_OFFICER = "named-officer"


class Exemption(StrEnum):
    """What lifts a rule."""

    FORWARD_CONSENT = "forward-consent"
    JUDICIAL_CONSENT = "judicial-consent"
    EXERCISE = "exercise"


class Code(StrEnum):
    """Why something is released or not."""

    PERMITTED = "permitted"
    # about the share as a whole
    BASIS_UNKNOWN = "basis-unknown"
    BASIS_REPEALED = "basis-repealed"
    MODES_MIX = "modes-mix"
    RECIPIENT_UNKNOWN = "recipient-unknown"
    RECIPIENT_NOT_COVERED = "recipient-not-covered"
    PURPOSE_NOT_COVERED = "purpose-not-covered"
    GROUND_MISSING = "ground-missing"
    # about the item
    NOT_ON_PICTURE = "not-on-picture"
    NOTHING_LEFT = "nothing-left"
    MARK_CANNOT_TRAVEL = "mark-cannot-travel"
    SUBJECT_UNKNOWN = "subject-unknown"
    SUBJECT_MISSING = "subject-missing"
    STRICT_NECESSITY_MISSING = "strict-necessity-missing"
    HANDLING_H0 = "handling-h0"
    HANDLING_H1 = "handling-h1"
    HANDLING_H2 = "handling-h2"
    HANDLING_H3 = "handling-h3"
    ORIGINATOR_CONTROL = "originator-control"
    TLP_NAMED_ONLY = "tlp-named-only"
    TLP_NO_FORWARDING = "tlp-no-forwarding"
    CLASSIFIED = "classified"
    CLEARANCE = "clearance"
    # about a field
    PERSONAL_DATA = "personal-data"
    NOT_IN_LIST = "not-in-list"
    LINK_ELSEWHERE = "link-elsewhere"
    INTERNAL = "internal"


OWN_RULES = (
    Code.BASIS_UNKNOWN,
    Code.MODES_MIX,
    Code.RECIPIENT_UNKNOWN,
    Code.NOT_ON_PICTURE,
    Code.MARK_CANNOT_TRAVEL,
    Code.LINK_ELSEWHERE,
)
"""Refusals that rest on no law: each has its place in the program's own rules."""
