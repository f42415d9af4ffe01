"""What has become of a picture: two states of the same items, compared item by item; pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, cast

import msgspec

from qroc_desktop.domain.geodesy import bearing, distance
from qroc_desktop.domain.state import Item
from qroc_desktop.domain.vocabulary import Aspect

SAME_PLACE_M: Final = 1.0
"""Metres: positions nearer than this are one place to whoever looks at a map."""
_BOOKKEEPING: Final = frozenset({Aspect.PRESENCE, Aspect.PLACEMENT, Aspect.ORIGIN, Aspect.SETTLEMENT})
"""Aspects that say how an item is kept here and nothing of what it is about."""


class Fate(StrEnum):
    """What became of an item; the order is that of a list of them."""

    NEW = "new"
    MOVED = "moved"
    CHANGED = "changed"
    GONE = "gone"


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One item that is not as it was. `aspects`: those that differ, of an item that is in both.

    distance_m, bearing_deg: from the old place to the new one, where it moved; an item that moved may have changed in
    other aspects too. shown: it is gone from what was compared and still on our picture, by something else.
    """

    item: str
    fate: Fate
    before: Item | None = None
    after: Item | None = None
    aspects: tuple[Aspect, ...] = ()
    distance_m: float | None = None
    bearing_deg: float | None = None
    shown: bool = False

    @property
    def latest(self) -> Item:
        """The item as it was known last."""
        return cast("Item", self.after or self.before)


def compare(before: Mapping[str, Item], after: Mapping[str, Item]) -> tuple[Difference, ...]:
    """What is new, moved, changed and gone, in this order; within each the most urgent first, then by title."""
    found = [Difference(item=id_, fate=Fate.NEW, after=item) for id_, item in after.items() if id_ not in before]
    found += [Difference(item=id_, fate=Fate.GONE, before=item) for id_, item in before.items() if id_ not in after]
    both = (_difference(before[id_], item) for id_, item in after.items() if id_ in before)
    found += [difference for difference in both if difference is not None]
    return tuple(sorted(found, key=_place))


def _difference(before: Item, after: Item) -> Difference | None:
    named = (before.aspects.keys() | after.aspects.keys()) - _BOOKKEEPING
    differ = tuple(
        aspect for aspect in Aspect if aspect in named and before.aspects.get(aspect) != after.aspects.get(aspect)
    )
    if not differ:
        return None
    changed = Difference(item=after.id, fate=Fate.CHANGED, before=before, after=after, aspects=differ)
    if Aspect.SHAPE not in differ or before.shape is None or after.shape is None:
        return changed
    start, end = before.shape.anchor(), after.shape.anchor()
    metres = distance(start, end)
    if metres < SAME_PLACE_M:
        return changed
    return msgspec.structs.replace(changed, fate=Fate.MOVED, distance_m=metres, bearing_deg=bearing(start, end))


def _place(difference: Difference) -> tuple[int, int, str, str]:
    item = difference.latest
    return (list(Fate).index(difference.fate), item.situation.priority, item.wording.title.casefold(), item.id)
