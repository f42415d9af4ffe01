"""What the tests of the store are built with: a clock set by hand, ids that count, short ways to write drafts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from qroc_desktop.domain.aspects import Entry, Identity, Label, Nature, Placement, Presence, Situation, Wording
from qroc_desktop.domain.change import Draft
from qroc_desktop.domain.instant import Instant, seconds
from qroc_desktop.domain.shape import point
from qroc_desktop.domain.vocabulary import Aspect, EntryKind, ItemType, Priority, SubjectType
from qroc_desktop.store import Workspace

START = Instant(1_790_000_000_000_000)
WORLD = (-180.0, -90.0, 180.0, 90.0)
IDENTITY = Identity(centre="Centre", country="NL")


class HandClock:
    """Tells the time it was set to."""

    def __init__(self, now: int = START) -> None:
        self.time = Instant(now)

    def __call__(self) -> Instant:
        return self.time

    def forward(self, by_seconds: float = 1.0) -> None:
        self.time = Instant(self.time + seconds(by_seconds))


class CountingIds:
    """`id1`, `id2`, ..."""

    def __init__(self, prefix: str = "id") -> None:
        self._prefix = prefix
        self._last = 0

    def __call__(self) -> str:
        self._last += 1
        return f"{self._prefix}{self._last}"


def create(path: Path, clock: HandClock | None = None) -> Workspace:
    return Workspace.create(path, IDENTITY, author="anna", clock=clock or HandClock(), ids=CountingIds())


def edit(item: str, patch: Mapping[Aspect, Any], at: int | None = None, **bases: int) -> Draft:
    return Draft(
        subject_type=SubjectType.ITEM,
        subject=item,
        patch=patch,
        valid_at=None if at is None else Instant(at),
        bases={Aspect(name): seq for name, seq in bases.items()},
    )


def incident(
    item: str, lon: float = 5.0, lat: float = 52.0, *, title: str = "", layer: str = "L", at: int | None = None,
    priority: Priority = Priority.ROUTINE, place: str = "", description: str = "",
) -> Draft:  # fmt: skip
    return edit(
        item,
        {
            Aspect.NATURE: Nature(type=ItemType.INCIDENT),
            Aspect.PLACEMENT: Placement(layer=layer),
            Aspect.SHAPE: point(lon, lat),
            Aspect.WORDING: Wording(title=title or item, place=place, description=description),
            Aspect.SITUATION: Situation(priority=priority),
        },
        at,
    )


def moved(item: str, lon: float, lat: float, at: int | None = None, **bases: int) -> Draft:
    return edit(item, {Aspect.SHAPE: point(lon, lat)}, at, **bases)


def titled(item: str, title: str, at: int | None = None, **bases: int) -> Draft:
    return edit(item, {Aspect.WORDING: Wording(title=title)}, at, **bases)


def removed(item: str) -> Draft:
    return edit(item, {Aspect.PRESENCE: Presence(removed=True)})


def layer(id_: str, name: str = "", order: float = 0.0) -> Draft:
    patch = {Aspect.LABEL: Label(name=name or id_, order=order)}
    return Draft(subject_type=SubjectType.LAYER, subject=id_, patch=patch)


def entry(id_: str, text: str, **fields: Any) -> Draft:
    patch = {Aspect.ENTRY: Entry(kind=EntryKind.MESSAGE, text=text, **fields)}
    return Draft(subject_type=SubjectType.ENTRY, subject=id_, patch=patch)
