"""The picture as a fold over changes: the definition that every index must agree with."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from qroc_desktop.domain.aspects import AspectValue
from qroc_desktop.domain.change import Change
from qroc_desktop.domain.instant import Instant
from qroc_desktop.domain.state import Subject
from qroc_desktop.domain.vocabulary import Aspect

S = TypeVar("S", bound=Subject)


def fold_subject(changes: Iterable[Change], kind: type[S], *, valid: Instant, known: Instant) -> S | None:
    """One subject as it was true at `valid`, as known at `known`; None where nothing was known.

    For each aspect the winner among the changes with `valid_at <= valid` and
    `recorded_at <= known` is the one true latest; of equals the one recorded last (`seq`).
    """
    winners: dict[Aspect, tuple[tuple[int, int], Change, AspectValue | None]] = {}
    seen: list[Change] = []
    for change in changes:
        if change.valid_at > valid or change.recorded_at > known:
            continue
        seen.append(change)
        rank = (change.valid_at, change.seq)
        for aspect, value in change.patch.items():
            if aspect not in winners or rank > winners[aspect][0]:
                winners[aspect] = (rank, change, value)
    if not seen:
        return None
    newest = max((change for _, change, _ in winners.values()), key=lambda c: c.seq)
    return kind(
        id=newest.subject,
        aspects={aspect: value for aspect, (_, _, value) in winners.items() if value is not None},
        seqs={aspect: change.seq for aspect, (_, change, _) in winners.items()},
        valid_from=Instant(max(change.valid_at for _, change, _ in winners.values())),
        known_from=newest.recorded_at,
        author=newest.author,
    )
