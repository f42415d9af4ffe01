from __future__ import annotations

from collections.abc import Iterator

import pytest

from qroc_desktop.paths import program_files
from qroc_desktop.symbology import Kinds, Symbols


@pytest.fixture(scope="session")
def kinds() -> Kinds:
    return Kinds.load(program_files().resources / "symbols" / "kinds.toml")


@pytest.fixture(scope="session")
def symbols(kinds: Kinds) -> Iterator[Symbols]:
    drawn = Symbols(program_files().page_libraries / "milsymbol" / "dist" / "milsymbol.js", kinds.badges)
    yield drawn
    drawn.close()
