"""What the start of the program must not wait for."""

from __future__ import annotations

import subprocess
import sys

import pytest

LATER = ("matplotlib", "resvg_py", "qroc_desktop.services.demonstration")


@pytest.mark.parametrize("module", ["qroc_desktop.app.composition", "qroc_desktop.cli.main"])
def test_libraries_of_single_features_are_loaded_with_the_feature(module: str) -> None:
    program = f"import sys, {module}; print(*[name for name in {LATER!r} if name in sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert loaded.stdout.split() == []
