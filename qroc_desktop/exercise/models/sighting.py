"""A sighting of credibility c: how it moves the probability of where somebody is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from qroc_desktop.errors import Message, Refused
from qroc_desktop.exercise.models import card

FORMULA: Final = "L(x) = c·N(x; s, σ) + (1 − c)·U;  POA' ∝ POA·L"
SOURCE: Final = Message(
    "Bayes' rule, with a mixture of a true report (normal about the place) and a false one (anywhere)."
)
LIMITS: Final = (
    Message("Credibility and spread are somebody's judgement; the result is no better than they are."),
    Message("Sightings are taken to be independent: two witnesses who talked to each other are one."),
)


def density(distance_m: float, sigma_m: float) -> float:
    """N(x; s, σ): density of a normal distribution in the plane, per square metre, at a distance from its middle."""
    card.length(sigma_m)
    return math.exp(-0.5 * (distance_m / sigma_m) ** 2) / (2 * math.pi * sigma_m**2)


def likelihood(normal: float, credibility: float, uniform: float) -> float:
    """L(x) = c·N + (1−c)·U. normal, uniform: densities per square metre; credibility from 0 to 1. Raises Refused."""
    card.share(credibility)
    return credibility * normal + (1 - credibility) * uniform


def updated(prior: Sequence[float], likelihoods: Sequence[float]) -> list[float]:
    """POA' ∝ POA·L, with the sum that the prior had. Raises Refused where the sighting leaves nothing possible."""
    products = [poa * weight for poa, weight in zip(prior, likelihoods, strict=True)]
    total = math.fsum(products)
    if total <= 0:
        raise Refused(
            Message("By this sighting nobody can be anywhere on the probability map."),
            action=Message("Give it less credibility or a wider spread."),
        )
    scale = math.fsum(prior) / total
    return [product * scale for product in products]
