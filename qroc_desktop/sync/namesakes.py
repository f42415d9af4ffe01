"""Centres that could be taken for one another by their names.

Markings name whose information something is by the centre's name, and people read names. So no two centres that we deal
with may bear names that look alike; which is which must never depend on who looks closely.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Final

from qroc_desktop.errors import Message, Refused
from qroc_desktop.sync.alarms import Alarms
from qroc_desktop.sync.identity import PublicIdentity

ALARM = "namesake"
_LOOKS_LIKE: Final = str.maketrans(
    # Cyrillic, Greek and other letters that look like Latin ones (chosen from UTS #39), and digits that do.
    "АВЕКМНОРСТУХІЈЅԌԚԜҺӀ" + "авекмнорстухіјѕԁԛԝһӏ" + "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧϹ" + "αγικνορτυχϲϳ" + "ıłŁøØđĐħĦ" + "01|",
    "ABEKMHOPCTYXIJSGQWHI" + "abekmhopctyxijsdqwhl" + "ABEZHIKMNOPTYXC" + "aylkvoptuxcj" + "ilLoOdDhH" + "oll",
)  # fmt: skip


def skeleton(name: str) -> str:
    """What is left of a name for the eye: no case, accents, spaces or signs, one letter for those that look alike."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    folded = unicodedata.normalize("NFKC", bare.translate(_LOOKS_LIKE)).casefold()
    letters = "".join(c for c in folded if unicodedata.category(c)[0] in "LN")
    # What a quick look takes for one: I and l, and what stands for two letters.
    return letters.replace("i", "l").replace("rn", "m").replace("vv", "w")


def alike(one: str, other: str) -> bool:
    """Whether two names could be taken for one another; names of signs alone are compared as they are."""
    first, second = skeleton(one), skeleton(other)
    return first == second if first or second else one.strip() == other.strip()


def require_own_name(identity: PublicIdentity, others: Iterable[PublicIdentity]) -> None:
    """Raise Refused where another centre bears such a name; `others`: ours and those of peers that are not revoked."""
    for other in others:
        if other.centre != identity.centre and alike(other.name, identity.name):
            raise Refused(
                Message("Another centre is called that already, or nearly: {name}.", name=other.name),
                where=identity.name[:80],
                kept=Message("It was not taken up."),
                action=Message("Ask it for an invitation under a name that nobody takes for the other's."),
            )


def sound_for_pairs(alarms: Alarms, identities: Iterable[PublicIdentity]) -> None:
    """Alarm, once for each, where centres of one name were approved before this was looked at."""
    known = list(identities)
    for number, identity in enumerate(known):
        if any(alike(identity.name, other.name) for other in known[:number]):
            alarms.sound_once(ALARM, identity.centre)
