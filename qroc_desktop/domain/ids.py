"""Identifiers: random, unguessable, never reused."""

from __future__ import annotations

import uuid
from collections.abc import Callable

IdSource = Callable[[], str]


def random_id() -> str:
    """32 hexadecimal digits from the operating system's randomness."""
    return uuid.uuid4().hex
