"""Search: coverage, probability of detection and of success, and what a failed search tells.

POA: probability of area, that somebody is there. POD: probability of detection, that the search finds him if he is
there. POS = POA·POD: probability of success. Formulas after Koopman, "Search and Screening" (Operations Evaluation
Group report 56, 1946).
"""

from __future__ import annotations

import enum
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from qroc_desktop.errors import Message, Refused
from qroc_desktop.exercise.models import card
from qroc_desktop.exercise.models.card import Card, Input

FORMULA: Final = "C = W·v·t / A;  POS = POA·POD;  POA' = POA·(1 − POD) / (1 − ΣPOS)"
TOLERANCE: Final = 1e-6
_MOST_STEPS: Final = 10_000
_SOURCE: Final = Message("Koopman, Search and Screening (1946).")
_LIMITS: Final = (
    Message("Whoever is searched for stays in one place: moving between sectors is not counted."),
    Message("The sweep width holds for these searchers, this ground, this light: it is measured or it is a guess."),
    Message("Searches are taken to be independent of one another."),
)


class Detection(enum.StrEnum):
    """How detection falls off beside the searcher, and with it POD as a function of coverage C."""

    RANDOM = "random"
    INVERSE_CUBE = "inverse-cube"
    DEFINITE_RANGE = "definite-range"


LAWS: Final[dict[Detection, Message]] = {
    Detection.RANDOM: Message("random search"),
    Detection.INVERSE_CUBE: Message("inverse cube law"),
    Detection.DEFINITE_RANGE: Message("definite range"),
}
_POD: Final[dict[Detection, tuple[Callable[[float], float], str]]] = {
    Detection.RANDOM: (lambda c: -math.expm1(-c), "POD = 1 − e^−C"),
    Detection.INVERSE_CUBE: (lambda c: math.erf(math.sqrt(math.pi) * c / 2), "POD = erf(√π·C/2)"),
    Detection.DEFINITE_RANGE: (lambda c: min(1.0, c), "POD = min(1, C)"),
}


@dataclass(frozen=True, slots=True)
class Failed:
    """After a search that found nobody: POA of each sector and of everywhere else, POS of each and of all."""

    poa: tuple[float, ...]
    outside: float
    pos: tuple[float, ...]
    success: float
    card: Card


@dataclass(frozen=True, slots=True)
class Ground:
    """A sector as a search sees it: its POA, its size in km², sweep width in m and speed in km/h of who searches it."""

    poa: float
    area_km2: float
    width_m: float
    speed_kmh: float


@dataclass(frozen=True, slots=True)
class Allocation:
    """Hours for each sector, its POD and POS by them, and the POS of all."""

    hours: tuple[float, ...]
    pod: tuple[float, ...]
    pos: tuple[float, ...]
    success: float
    card: Card


def coverage(width_m: float, speed_kmh: float, hours: float, area_km2: float) -> float:
    """C = W·v·t/A. width_m: sweep width; hours: of all searchers together. Raises Refused."""
    card.length(width_m)
    card.length(area_km2)
    return width_m / 1000 * card.speed(speed_kmh) * card.duration(hours * 3600) / 3600 / area_km2


def pod(covered: float, detection: Detection = Detection.RANDOM) -> float:
    """The probability of detection at a coverage of 0 or more. Raises Refused."""
    if not (math.isfinite(covered) and covered >= 0):
        raise Refused(Message("A coverage must not be negative."))
    return _POD[detection][0](covered)


def pos(poa: float, detected: float) -> float:
    """POS = POA·POD."""
    return card.share(poa) * card.share(detected)


def cumulative_pod(pods: Sequence[float]) -> float:
    """1 − Π(1 − POD_k), of several searches of one sector."""
    return 1 - math.prod(1 - card.share(one) for one in pods)


def outside_of(poa: Sequence[float]) -> float:
    """What sectors leave to everywhere else; Refused where they hold more than all."""
    total = math.fsum(card.share(one) for one in poa)
    if total > 1 + TOLERANCE:
        raise Refused(
            Message("The probabilities of the sectors add up to {total:.4f}, which is more than 1.", total=total),
            action=Message("Make them add up to 1 or less; what is missing is taken to be elsewhere."),
        )
    return max(0.0, 1 - total)


def after_failed_search(poa: Sequence[float], pods: Sequence[float]) -> Failed:
    """POA after a search that found nobody: POA_i(1−POD_i)/(1−ΣPOS), all others divided by the same.

    pods: for each sector, 0 where it was not searched. What POA lacks to 1 is the share of everywhere else. Raises
    Refused where the search leaves nothing possible.
    """
    outside = outside_of(poa)
    each = tuple(pos(one, detected) for one, detected in zip(poa, pods, strict=True))
    success = math.fsum(each)
    left = 1 - success
    if left <= 0:
        raise Refused(
            Message("The search was certain to find somebody and found nobody."),
            action=Message("Look at the probabilities again: the person may be somewhere else."),
        )
    return Failed(
        poa=tuple(one * (1 - detected) / left for one, detected in zip(poa, pods, strict=True)),
        outside=outside / left,
        pos=each,
        success=success,
        card=_card((Input("sectors", Message("Sectors"), float(len(poa))), *_given(poa, pods)), FORMULA),
    )


def allocation(
    grounds: Sequence[Ground], hours: float, *, step_h: float = 0.25, detection: Detection = Detection.RANDOM
) -> Allocation:
    """How to share out searchers' hours: each step goes where it adds most POS.

    POD grows ever more slowly with effort in all three laws, and so the greedy choice is the best there is at this
    step (Fox, "Discrete optimization via marginal analysis", Management Science 13, 1966). Raises Refused.
    """
    outside_of([ground.poa for ground in grounds])
    steps = int(card.duration(hours * 3600) / (card.length(step_h) * 3600) + 1e-9)
    if not grounds or not 0 < steps <= _MOST_STEPS:
        raise Refused(Message("There is nothing to share out: name sectors, hours, and a step that fits into them."))
    given = [0] * len(grounds)

    def gain(number: int, count: int) -> float:
        ground = grounds[number]
        covered = coverage(ground.width_m, ground.speed_kmh, count * step_h, ground.area_km2)
        return ground.poa * pod(covered, detection)

    more = [gain(number, 1) for number in range(len(grounds))]
    for _ in range(steps):
        best = max(range(len(grounds)), key=lambda number: (more[number], -number))
        given[best] += 1
        more[best] = gain(best, given[best] + 1) - gain(best, given[best])
    spent = tuple(count * step_h for count in given)
    pods = tuple(
        pod(coverage(one.width_m, one.speed_kmh, each, one.area_km2), detection)
        for one, each in zip(grounds, spent, strict=True)
    )
    each = tuple(one.poa * found for one, found in zip(grounds, pods, strict=True))
    inputs = (
        Input("hours", Message("Hours of all searchers"), hours, "h"),
        Input("step", Message("Step"), step_h, "h"),
        Input("detection", Message("Law of detection"), LAWS[detection]),
    )
    formula = f"C = W·v·t / A;  {_POD[detection][1]};  POS = POA·POD"
    return Allocation(spent, pods, each, math.fsum(each), _card(inputs, formula))


def formula_of(detection: Detection) -> str:
    """POD as a function of coverage, as it is computed."""
    return _POD[detection][1]


def _given(poa: Sequence[float], pods: Sequence[float]) -> tuple[Input, ...]:
    return (
        Input("poa", Message("Probability of area"), ", ".join(f"{one:.4g}" for one in poa)),
        Input("pod", Message("Probability of detection"), ", ".join(f"{one:.4g}" for one in pods)),
    )


def _card(inputs: tuple[Input, ...], formula: str) -> Card:
    return Card(Message("Search of sectors"), inputs, formula, _SOURCE, _LIMITS)
