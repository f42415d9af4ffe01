"""The closed lists of the instruments: grounds of urgency and refusal, why another channel was used, ..."""

from __future__ import annotations

from typing import Final

import msgspec

from qroc_desktop.errors import Message, Refused
from qroc_desktop.policy.instruments import Instruments

URGENCY_GROUND: Final = "urgency-ground"
REQUEST_FIELD: Final = "request-field"
REFUSAL_GROUND: Final = "refusal-ground"
DEPARTURE: Final = "departure"
CHANNEL_EXCEPTION: Final = "channel-exception"
SPOC_COPY_WAIVER: Final = "spoc-copy-waiver"
OWN_INITIATIVE: Final = "own-initiative"
LOG_OPERATION: Final = "log-operation"


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """One code of a list, with the article it stands in."""

    list: str
    id: str
    instrument: str
    article: str
    verified: bool


class Channel(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why a share went this way: recorded with every one.

    exception: of CHANNEL_EXCEPTION, why not by SIENA. waiver: of SPOC_COPY_WAIVER, why our single point of contact
    got no copy; empty where it got one.
    """

    exception: str
    waiver: str = ""
    note: str = ""


def listed(instruments: Instruments, name: str) -> tuple[Listed, ...]:
    """The codes of a list, in the order of the instruments; empty for a list that nobody has."""
    return tuple(
        Listed(list=name, id=entry.id, instrument=instrument.id, article=entry.article, verified=entry.verified)
        for instrument in instruments
        for entry in instrument.lists.get(name, ())
    )


def checked(instruments: Instruments, name: str, code: str) -> Listed:
    """The code, with its article. Raises Refused for one that the list does not have."""
    for entry in listed(instruments, name):
        if entry.id == code:
            return entry
    raise Refused(Message("{code} is none of the codes of the list {list}.", code=code[:60], list=name))


def checked_channel(instruments: Instruments, channel: Channel) -> tuple[Listed, ...]:
    """The articles that a channel rests on: of the exception, and of the waiver where there is one.

    Raises Refused where no reason is given, or one that the law does not know.
    """
    if not channel.exception:
        raise Refused(Message("Say why SIENA is not used: this is recorded with every share."))
    found = [checked(instruments, CHANNEL_EXCEPTION, channel.exception)]
    if channel.waiver:
        found.append(checked(instruments, SPOC_COPY_WAIVER, channel.waiver))
    return tuple(found)
