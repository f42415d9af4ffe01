"""Hybrid logical clock: stamps that follow cause and effect between centres and stay close to the wall clock.

After S. Kulkarni et al., Logical Physical Clocks (OPODIS 2014). A stamp is one integer: milliseconds since the Unix
epoch in the upper bits, a counter in the lower 16. It never goes back, even where the machine's clock does.
"""

from __future__ import annotations

from qroc_desktop.domain.instant import Instant, seconds

COUNTER_BITS = 16
ALLOWED_SKEW = seconds(5 * 60)
"""So many microseconds may clocks differ; a stamp that is further ahead of ours does not move ours."""
LARGEST = (1 << 62) - 1


def physical(stamp: int) -> Instant:
    """The wall-clock part of a stamp."""
    return Instant((stamp >> COUNTER_BITS) * 1000)


def ticked(last: int, now: Instant) -> int:
    """The stamp of something that happens here now; `last` is the newest stamp made or seen."""
    return max(_of(now), last + 1)


def merged(last: int, received: int, now: Instant) -> int:
    """The newest stamp after one was received. One that is ahead of the allowed must not get here."""
    return max(_of(now), last + 1, received + 1)


def ahead(stamp: int, now: Instant) -> bool:
    """Whether a stamp lies further in the future than clocks may differ."""
    return physical(stamp) > now + ALLOWED_SKEW


def _of(now: Instant) -> int:
    return max(0, now // 1000) << COUNTER_BITS
