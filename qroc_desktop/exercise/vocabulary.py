"""The closed lists of the exercise: sides, roles, channels, states of injects and of the clock."""

from __future__ import annotations

from enum import StrEnum


class Side(StrEnum):
    """Whom a team plays for. White runs the exercise, green are those who are neither."""

    BLUE = "blue"
    RED = "red"
    WHITE = "white"
    GREEN = "green"


class RoleType(StrEnum):
    """What a participant does in the exercise."""

    DIRECTOR = "director"
    EXCON = "excon"
    RED = "red"
    BLUE = "blue"
    ROLEPLAYER = "roleplayer"
    OBSERVER = "observer"
    EVALUATOR = "evaluator"


class Channel(StrEnum):
    """How an inject reaches those it is meant for."""

    PHONE = "phone"
    RADIO = "radio"
    EMAIL = "email"
    CAD = "cad"
    ANPR = "anpr"
    SENSOR = "sensor"
    SOCIAL_MEDIA = "socialmedia"
    CCTV = "cctv"
    PAPER = "paper"


class InjectState(StrEnum):
    """Where an inject stands. Cancelled ones were skipped by the director or passed over in a jump."""

    ON_HOLD = "on-hold"
    SCHEDULED = "scheduled"
    IN_PROGRESS = "in-progress"
    EXECUTED = "executed"
    CANCELLED = "cancelled"


class Traffic(StrEnum):
    """What goes from one centre to another. `read`: an officer has looked at what came."""

    REQUEST = "request"
    SHARE = "share"
    ANSWER = "answer"
    WITHDRAWAL = "withdrawal"
    READ = "read"


class VisibilityMode(StrEnum):
    """Whether a team sees a thing of another team's: always, never, or once it has detected it."""

    ALWAYS = "always"
    NEVER = "never"
    DETECTED = "detected"


class KnownBy(StrEnum):
    """How a team came to know a fact: told by an inject, by its own detection, by its own action which shows that it
    had concluded it, or told by another team's action."""

    TOLD = "told"
    DETECTED = "detected"
    CONCLUDED = "concluded"
    PASSED_ON = "passed-on"


class Rating(StrEnum):
    """How a task was performed, as exercise evaluation guides have it."""

    PERFORMED = "P"
    SOME_CHALLENGES = "S"
    MAJOR_CHALLENGES = "M"
    UNABLE = "U"


class RemarkKind(StrEnum):
    """What a review concludes: what went well, what should be better, and who does what about it by when."""

    STRENGTH = "strength"
    IMPROVEMENT = "improvement"
    ACTION = "action"


class ClockState(StrEnum):
    """Reset, initialised, started or paused in turn, stopped; and from there only back to reset."""

    RESET = "reset"
    INITIALISED = "initialised"
    STARTED = "started"
    PAUSED = "paused"
    STOPPED = "stopped"


class Passed(StrEnum):
    """What becomes of the injects that a jump forward passes."""

    FIRE = "fire"
    SKIP = "skip"
    LIST = "list"
