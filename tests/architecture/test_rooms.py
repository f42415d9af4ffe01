"""The rooms of the package stay apart: arrows point one way, and Qt stays in its three rooms."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "qroc_desktop"
QT_ROOMS = {"app", "mapview", "ui"}
QT_NAMES = {"PySide6", "shiboken6"}
# Question a module at 400 lines; at this many it is split.
MOST_LINES = 500

# Run in a fresh interpreter: imports the modules named on its command line where no Qt can be imported.
IMPORT_WITHOUT_QT = """
import importlib, importlib.abc, sys

class NoQt(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name.partition(".")[0] in {"PySide6", "shiboken6"}:
            raise ModuleNotFoundError(f"{name} is not for this room", name=name)

sys.meta_path.insert(0, NoQt())
for name in sys.argv[1:]:
    importlib.import_module(name)
    print(name)
"""


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def room(module: Path) -> str:
    return module.relative_to(PACKAGE).parts[0].removesuffix(".py")


def dotted(module: Path) -> str:
    parts = module.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(module: Path) -> set[str]:
    """Return the top-level names that a module imports anywhere, also inside functions and for types only."""
    names = set()
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.partition(".")[0])
    return names


def test_the_scan_sees_an_import_inside_a_function(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text("def f() -> None:\n    from PySide6.QtCore import Qt\n    import json.decoder\n")
    assert imported(module) == {"PySide6", "json"}


def test_qt_is_imported_only_in_its_rooms() -> None:
    offenders = [dotted(module) for module in modules() if room(module) not in QT_ROOMS and imported(module) & QT_NAMES]
    assert offenders == []


def test_every_other_room_imports_where_qt_is_absent() -> None:
    names = [dotted(module) for module in modules() if room(module) not in QT_ROOMS]
    answer = subprocess.run(
        [sys.executable, "-c", IMPORT_WITHOUT_QT, *names], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.split() == names


def test_arrows_between_rooms_point_one_way() -> None:
    script = Path(sys.executable).with_name("lint-imports")
    answer = subprocess.run([script, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert " 0 broken" in answer.stdout


@pytest.mark.parametrize("folder", ["qroc_desktop", "packaging", "tests", "maps"])
def test_modules_stay_small(folder: str) -> None:
    sizes = {
        path.relative_to(ROOT).as_posix(): len(path.read_text(encoding="utf-8").splitlines())
        for path in (ROOT / folder).rglob("*.py")
    }
    assert sizes, f"{folder} holds no module"
    assert {name: lines for name, lines in sizes.items() if lines > MOST_LINES} == {}
