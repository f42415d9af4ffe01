"""Where in (true at, known at) a state of an item holds.

When a change arrives, the state before it stays true for earlier instants and stays what was known earlier:
what is left of its region is an L. Stored as two rectangles it would cost two rows a change, and a search in time
would find both axes open. So a region here is a rectangle less one corner, which is closed under everything that
can happen to it: one row for every change that arrives in order, a few for one that arrives late.

Because live changes are recorded when they are true, an L is narrow in `min(true at, known at)`, the one time
axis that the R-tree holds; what it finds is rechecked exactly.
"""

from __future__ import annotations

from typing import NamedTuple

END = 2**63 - 1
"""Later than FOREVER, so that a question at FOREVER lies inside an open region."""


class Region(NamedTuple):
    """valid in [valid_from, valid_to), known in [known_from, known_to), less the corner
    valid >= notch_valid and known >= notch_known.

    A region without a notch has the notch at (valid_to, known_to), where it takes nothing away. So for a region
    with known_to = END, notch_valid is always where it ends for one who knows everything.
    """

    valid_from: int
    valid_to: int
    known_from: int
    known_to: int
    notch_valid: int
    notch_known: int

    def holds(self, valid: int, known: int) -> bool:
        """Whether the instant pair lies in it."""
        return (
            self.valid_from <= valid < self.valid_to
            and self.known_from <= known < self.known_to
            and not (valid >= self.notch_valid and known >= self.notch_known)
        )

    @property
    def open(self) -> bool:
        """Whether it holds for one who knows everything, somewhere."""
        return self.known_to == END

    def spell(self) -> tuple[int, int]:
        """Bounds of min(valid, known) over the region: the least, and one that is never reached."""
        corner = max(self.notch_valid, self.notch_known)
        return min(self.valid_from, self.known_from), min(self.valid_to, self.known_to, corner)


def rectangle(valid_from: int, valid_to: int, known_from: int, known_to: int) -> Region:
    """A region without a notch."""
    return Region(valid_from, valid_to, known_from, known_to, valid_to, known_to)


def cut(region: Region, valid: int, known: int) -> list[Region]:
    """What is left of an open region when from (valid, known) on something else holds.

    `known` must not be before any instant in the region's own corners, `valid` not before its start.
    """
    r = region
    if r.notch_valid == r.valid_to:
        pieces = [r._replace(notch_valid=valid, notch_known=known)]
    else:
        left = rectangle(r.valid_from, valid, r.known_from, r.known_to)
        right = r._replace(valid_from=valid, known_to=known)
        pieces = [left, right]
    return [tidy for piece in pieces if (tidy := _tidied(piece))]


def _tidied(r: Region) -> Region | None:
    """The same region with a notch only where it is one; None where nothing is left."""
    if r.notch_valid >= r.valid_to or r.notch_known >= r.known_to:
        r = r._replace(notch_valid=r.valid_to, notch_known=r.known_to)
    elif r.notch_known <= r.known_from:
        r = r._replace(valid_to=r.notch_valid, notch_known=r.known_to)
    elif r.notch_valid <= r.valid_from:
        r = r._replace(known_to=r.notch_known, notch_valid=r.valid_to)
    empty = r.valid_to <= r.valid_from or r.known_to <= r.known_from
    return None if empty else r
