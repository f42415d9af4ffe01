"""Signs of ratings; never the only thing that tells one from another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from qroc_desktop.exercise.vocabulary import Rating


class Sign(NamedTuple):
    """An icon and a token of the theme."""

    icon: str
    colour: str


RATING_SIGNS: Final[Mapping[Rating | None, Sign]] = {
    None: Sign("circle-dashed", "muted"),
    Rating.PERFORMED: Sign("check", "good"),
    Rating.SOME_CHALLENGES: Sign("check", "accent"),
    Rating.MAJOR_CHALLENGES: Sign("triangle-alert", "warning"),
    Rating.UNABLE: Sign("x", "danger"),
}
