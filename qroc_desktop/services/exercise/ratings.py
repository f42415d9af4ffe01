"""Ratings in words, as exercise evaluation guides have them: one home for the seats, the review and its papers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from qroc_desktop.errors import Message
from qroc_desktop.exercise.vocabulary import Rating
from qroc_desktop.translation import said, tr


class Wording(NamedTuple):
    """What a rating is called. `listed`: with its letter, for tables. `short`: on a key. `full`: by itself.
    `when`: what has to be seen for it to be given."""

    listed: Message
    short: Message
    full: Message
    when: Message


RATINGS: Final[Mapping[Rating, Wording]] = {
    Rating.PERFORMED: Wording(
        listed=Message("P · performed"),
        short=Message("without challenges"),
        full=Message("Performed without challenges"),
        when=Message("done in the sense of the criterion, in time, with no added risk"),
    ),
    Rating.SOME_CHALLENGES: Wording(
        listed=Message("S · some challenges"),
        short=Message("some challenges"),
        full=Message("Performed with some challenges"),
        when=Message("done, but late, in the wrong order, or after a detour; no harm followed"),
    ),
    Rating.MAJOR_CHALLENGES: Wording(
        listed=Message("M · major challenges"),
        short=Message("major challenges"),
        full=Message("Performed with major challenges"),
        when=Message("done in part, or so late that it cost something"),
    ),
    Rating.UNABLE: Wording(
        listed=Message("U · unable to perform"),
        short=Message("unable"),
        full=Message("Unable to be performed"),
        when=Message("not done, or done so that it made things worse"),
    ),
}


def said_rating(rating: Rating | None) -> str:
    """A rating with its letter, in the user's language; None is that nobody has rated."""
    return tr("not rated") if rating is None else said(RATINGS[rating].listed)
