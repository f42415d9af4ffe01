"""The programs in a home of their own, as in tests/e2e."""

from __future__ import annotations

from tests.e2e.conftest import machine, workspace

__all__ = ["machine", "workspace"]
