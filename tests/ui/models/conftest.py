"""Four search sectors on the desk."""

from __future__ import annotations

import pytest

from tests.ui.desk_window import ShownWindow
from tests.ui.models.driving import BOXES, area


@pytest.fixture
def four(shown: ShownWindow) -> list[str]:
    """Four sectors, selected."""
    ids = [area(shown, f"Sector {n}", (x, y, x + 0.02, y + 0.02)) for n, (x, y) in enumerate(BOXES, start=1)]
    shown.select(*ids)
    return ids
