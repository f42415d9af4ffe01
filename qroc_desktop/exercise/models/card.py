"""What a map tool shows beside every result of a training model, and how inputs are refused."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from qroc_desktop.errors import Message, Refused

YES: Final = Message("yes")
NO: Final = Message("no")
TRAINING_MODEL: Final = Message("Training model")
"""The label that stands on every result, in exercises and live."""
FASTEST_KMH: Final = 1000.0
LONGEST_S: Final = 30 * 86_400.0


@dataclass(frozen=True, slots=True)
class Input:
    """What went into a model. `from_memory`: a default that nobody has checked against a source; it can be edited."""

    key: str
    name: Message
    value: float | str | Message
    unit: str = ""
    from_memory: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """The model's name, its inputs, its formula as it is computed, where that is from, and what it does not know."""

    model: Message
    inputs: tuple[Input, ...]
    formula: str
    source: Message
    limits: tuple[Message, ...]
    label: Message = TRAINING_MODEL


def speed(kmh: float) -> float:
    """A speed in km/h as it is, or Refused."""
    if not (math.isfinite(kmh) and 0 < kmh <= FASTEST_KMH):
        raise Refused(Message("A speed must be more than 0 and at most {most} km/h.", most=int(FASTEST_KMH)))
    return kmh


def duration(seconds: float) -> float:
    """A duration in seconds as it is, or Refused."""
    if not (math.isfinite(seconds) and 0 <= seconds <= LONGEST_S):
        raise Refused(
            Message("A duration must not be negative, nor longer than {most} days.", most=int(LONGEST_S // 86_400))
        )
    return seconds


def length(value: float) -> float:
    """A length, width or area above zero as it is, or Refused."""
    if not (math.isfinite(value) and value > 0):
        raise Refused(Message("A length, a width or an area must be more than 0."))
    return value


def share(value: float) -> float:
    """A probability as it is, or Refused."""
    if not (math.isfinite(value) and 0 <= value <= 1):
        raise Refused(Message("A probability must lie between 0 and 1."))
    return value
