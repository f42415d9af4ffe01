"""How much may be asked of a node, and what becomes of those who show a wrong key."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Hashable
from contextlib import asynccontextmanager
from typing import Final

_MOST_KNOWN: Final = 1000
_WAITING_AT_ONCE: Final = 4


class Allowance:
    """So much a second for each key, and a burst before that counts."""

    def __init__(self, *, per_second: float, burst: float, mono: Callable[[], float] = time.monotonic) -> None:
        self._per_second = per_second
        self._burst = burst
        self._mono = mono
        self._left: dict[Hashable, tuple[float, float]] = {}

    def take(self, key: Hashable) -> bool:
        """Whether one more is allowed now."""
        now = self._mono()
        left, since = self._left.pop(key, (self._burst, now))
        left = min(self._burst, left + (now - since) * self._per_second)
        while len(self._left) >= _MOST_KNOWN:
            del self._left[next(iter(self._left))]
        self._left[key] = (left - 1 if left >= 1 else left, now)
        return left >= 1


class Strikes:
    """Who showed wrong keys, how often, by address. Each waits longer the more there were, a few at a time."""

    def __init__(self, first_s: float = 0.25, longest_s: float = 8.0) -> None:
        self._first_s = first_s
        self._longest_s = longest_s
        self._waiting: dict[str, int] = {}
        self.counts: dict[str, int] = {}

    @asynccontextmanager
    async def waiting(self, address: str) -> AsyncIterator[bool]:
        """Waits its time; whether there was room to wait, and so an answer is due."""
        count = self.counts.pop(address, 0) + 1
        while len(self.counts) >= _MOST_KNOWN:
            del self.counts[next(iter(self.counts))]
        self.counts[address] = count
        if self._waiting.get(address, 0) >= _WAITING_AT_ONCE:
            yield False
            return
        self._waiting[address] = self._waiting.get(address, 0) + 1
        try:
            await asyncio.sleep(min(self._longest_s, self._first_s * 2 ** min(count - 1, 20)))
            yield True
        finally:
            self._waiting[address] -= 1
            if not self._waiting[address]:
                del self._waiting[address]
