"""Which change gave each aspect of a subject, as a short text: `42:5 99:a`.

Each part is a change's `seq` and, in hexadecimal, the set of aspects that it gave. States are not stored a
second time in the projection: the changes hold the values, and a state is the changes that it names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from qroc_desktop.domain.vocabulary import Aspect

# The numbers are part of the file format: they are never changed and never given twice.
BIT: dict[Aspect, int] = {
    Aspect.PRESENCE: 1 << 0,
    Aspect.NATURE: 1 << 1,
    Aspect.PLACEMENT: 1 << 2,
    Aspect.SHAPE: 1 << 3,
    Aspect.MOTION: 1 << 4,
    Aspect.SITUATION: 1 << 5,
    Aspect.WORDING: 1 << 6,
    Aspect.MARKING: 1 << 7,
    Aspect.EVALUATION: 1 << 8,
    Aspect.STYLE: 1 << 9,
    Aspect.ORIGIN: 1 << 10,
    Aspect.SETTLEMENT: 1 << 11,
    Aspect.PERSON: 1 << 12,
    Aspect.ATTACHMENTS: 1 << 13,
    Aspect.ABOUT: 1 << 14,
}
"""Aspects of items; those of other subjects are folded from their changes."""
CONTENT = sum(BIT.values()) & ~(BIT[Aspect.PRESENCE] | BIT[Aspect.SETTLEMENT])
"""An item with none of these is not there: nothing is known of it."""


def bits(named: Iterable[Aspect]) -> int:
    """The set of aspects as a number."""
    return sum(BIT[aspect] for aspect in named)


@lru_cache(maxsize=4096)
def aspects(mask: int) -> tuple[Aspect, ...]:
    """Inverse of `bits`."""
    return tuple(aspect for aspect, bit in BIT.items() if mask & bit)


def parse(text: str) -> dict[int, int]:
    """seq -> set of aspects."""
    found: dict[int, int] = {}
    for part in text.split():
        seq, _, mask = part.partition(":")
        found[int(seq)] = int(mask, 16)
    return found


def written(winners: Mapping[int, int]) -> str:
    """Inverse of `parse`; ascending `seq`, so that equal winners give equal texts."""
    return " ".join(f"{seq}:{winners[seq]:x}" for seq in sorted(winners))


def overruled(text: str, seq: int, mask: int) -> str:
    """The winners after change `seq` (newer than all of them) has won the aspects of `mask`."""
    kept = {old: left for old, had in parse(text).items() if (left := had & ~mask)}
    kept[seq] = mask
    return written(kept)


def seq_of(text: str, aspect: Aspect) -> int:
    """The change that gave the aspect; 0 where there is none."""
    bit = BIT[aspect]
    for seq, mask in parse(text).items():
        if mask & bit:
            return seq
    return 0


def seqs(text: str) -> dict[Aspect, int]:
    """The change that gave each aspect."""
    return {aspect: seq for seq, mask in parse(text).items() for aspect in aspects(mask)}
