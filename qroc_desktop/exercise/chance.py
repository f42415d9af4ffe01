"""Chance that is the same at every playing: a number of its own for each (seed, subject, draw).

Philox 4x64 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3", doi:10.1145/2063384.2063405), counter
based, so that no draw depends on how many were made before it, in which order, or at which speed.
"""

from __future__ import annotations

import hashlib
import math
from typing import Final

from numpy.random import Philox

_MANTISSA: Final = 2.0**-53


def uniform(seed: int, subject: str, draw: int) -> float:
    """A number in [0, 1)."""
    return _raw(seed, subject, draw)[0]


def normal_pair(seed: int, subject: str, draw: int) -> tuple[float, float]:
    """Two independent numbers of the standard normal distribution (Box and Muller 1958)."""
    first, second = _raw(seed, subject, draw)
    radius = math.sqrt(-2.0 * math.log(1.0 - first))
    return radius * math.cos(math.tau * second), radius * math.sin(math.tau * second)


def _raw(seed: int, subject: str, draw: int) -> tuple[float, float]:
    key = int.from_bytes(hashlib.sha256(f"{seed}\0{subject}".encode()).digest()[:16], "little")
    # numpy steps the counter before it draws; the two words are of one block.
    words = Philox(key=key, counter=draw).random_raw(2)
    return int(words[0] >> 11) * _MANTISSA, int(words[1] >> 11) * _MANTISSA
