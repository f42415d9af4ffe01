"""Closed lists of codes. Words for people are the interface's; these are what is stored."""

from __future__ import annotations

from enum import IntEnum, StrEnum


class ItemType(StrEnum):
    """What an item on the picture is."""

    INCIDENT = "incident"
    UNIT = "unit"
    FACILITY = "facility"
    AREA = "area"
    LINE = "line"
    NOTE = "note"
    TRACK = "track"


class Priority(IntEnum):
    """1 is the most urgent, so that an ascending sort puts it first."""

    FLASH = 1
    IMMEDIATE = 2
    PRIORITY = 3
    ROUTINE = 4


class Status(StrEnum):
    """Where an item is in its life."""

    UNCONFIRMED = "unconfirmed"
    CONFIRMED = "confirmed"
    ONGOING = "ongoing"
    CONTAINED = "contained"
    RESOLVED = "resolved"
    CLOSED = "closed"
    FALSE_ALARM = "false-alarm"


class Affiliation(StrEnum):
    """Standard identity; the CoT letter and the second SIDC digit follow from it."""

    PENDING = "pending"
    UNKNOWN = "unknown"
    ASSUMED_FRIEND = "assumed-friend"
    FRIEND = "friend"
    NEUTRAL = "neutral"
    SUSPECT = "suspect"
    HOSTILE = "hostile"


class Handling(StrEnum):
    """Europol handling codes."""

    H0 = "H0"
    H1 = "H1"
    H2 = "H2"
    H3 = "H3"


class SourceReliability(StrEnum):
    """Europol 4x4: A no doubt, B mostly reliable, C mostly unreliable, X cannot be assessed."""

    A = "A"
    B = "B"
    C = "C"
    X = "X"


class InformationAccuracy(StrEnum):
    """Europol 4x4: 1 not in doubt ... 4 not known to the source and not corroborated."""

    NOT_IN_DOUBT = "1"
    KNOWN_TO_SOURCE = "2"
    CORROBORATED = "3"
    NOT_CORROBORATED = "4"


class Tlp(StrEnum):
    """TLP 2.0 labels, never translated; not a classification."""

    RED = "TLP:RED"
    AMBER_STRICT = "TLP:AMBER+STRICT"
    AMBER = "TLP:AMBER"
    GREEN = "TLP:GREEN"
    CLEAR = "TLP:CLEAR"


class SubjectCategory(StrEnum):
    """Directive (EU) 2016/680 article 6, plus `unknown`, and `none` for no personal data."""

    NONE = "none"
    SUSPECT = "suspect"
    CONVICTED = "convicted"
    VICTIM = "victim"
    OTHER = "other"
    UNKNOWN = "unknown"


class SpecialCategory(StrEnum):
    """Directive (EU) 2016/680 article 10."""

    RACIAL_OR_ETHNIC_ORIGIN = "racial-or-ethnic-origin"
    POLITICAL_OPINION = "political-opinion"
    RELIGIOUS_BELIEF = "religious-belief"
    UNION_MEMBERSHIP = "union-membership"
    GENETIC = "genetic"
    BIOMETRIC = "biometric"
    HEALTH = "health"
    SEX_LIFE = "sex-life"


class Basis(StrEnum):
    """Directive (EU) 2016/680 article 7: facts are kept apart from assessments."""

    FACT = "fact"
    ASSESSMENT = "assessment"


class EntryKind(StrEnum):
    """What a logbook entry records."""

    MESSAGE = "message"
    DECISION = "decision"
    ACTION = "action"


class WorkspaceKind(StrEnum):
    """Live and exercise are different files that never mix."""

    LIVE = "live"
    EXERCISE = "exercise"


class SubjectType(StrEnum):
    """What a change is about."""

    ITEM = "item"
    LAYER = "layer"
    ENTRY = "entry"
    WORKSPACE = "workspace"


class Aspect(StrEnum):
    """Parts of a subject that change on their own, so that two edits of one item rarely collide."""

    PRESENCE = "presence"
    NATURE = "nature"
    PLACEMENT = "placement"
    SHAPE = "shape"
    MOTION = "motion"
    SITUATION = "situation"
    WORDING = "wording"
    MARKING = "marking"
    EVALUATION = "evaluation"
    STYLE = "style"
    ORIGIN = "origin"
    PERSON = "person"
    ATTACHMENTS = "attachments"
    ABOUT = "about"
    LABEL = "label"
    DISPLAY = "display"
    LOCK = "lock"
    ENTRY = "entry"
    IDENTITY = "identity"
    SETTLEMENT = "settlement"
