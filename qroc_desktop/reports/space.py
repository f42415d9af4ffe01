"""What is taken on a sheet, so that texts and symbols do not lie on each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

Box = tuple[float, float, float, float]
"""left, top, right, bottom in millimetres of the sheet."""
_CELL: Final = 10.0


class Space:
    """Boxes on an area of the sheet, looked up through a grid."""

    def __init__(self, area: Box) -> None:
        self.area = area
        self._cells: dict[tuple[int, int], list[Box]] = defaultdict(list)

    def free(self, box: Box, gap: float = 0.0) -> bool:
        """Whether a box lies within the area and, with a gap around it, on nothing that is taken."""
        left, top, right, bottom = box
        if left < self.area[0] or top < self.area[1] or right > self.area[2] or bottom > self.area[3]:
            return False
        wide = (left - gap, top - gap, right + gap, bottom + gap)
        return not any(_meet(wide, other) for cell in _cells(wide) for other in self._cells.get(cell, ()))

    def take(self, box: Box) -> None:
        """Mark a box as taken."""
        for cell in _cells(box):
            self._cells[cell].append(box)

    def taken(self, box: Box, gap: float = 0.0) -> bool:
        """Take a box where it is free; whether it was."""
        if not self.free(box, gap):
            return False
        self.take(box)
        return True


def around(x: float, y: float, width: float, height: float) -> Box:
    """The box of that size whose middle is x, y."""
    return (x - width / 2, y - height / 2, x + width / 2, y + height / 2)


def _cells(box: Box) -> Iterator[tuple[int, int]]:
    for column in range(int(box[0] // _CELL), int(box[2] // _CELL) + 1):
        for row in range(int(box[1] // _CELL), int(box[3] // _CELL) + 1):
            yield column, row


def _meet(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
