"""What `make test` calls beside the tests finds what it is there to find."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import checks
import pytest
from page_libraries import PAGE

FAULTS = {
    "a name that is not there": ("export const width = () => windw.innerWidth;", "windw"),
    "a method that is not there": ("/** @param {L.Map} map */\nexport const go = (map) => map.flyTwo();", "flyTwo"),
    "a wrong type": ('/** @type {number} */\nexport const zoom = "7";', "'string'"),
    "something unused": ("export const go = () => {\n  const forgotten = 1;\n};", "forgotten"),
    "a type that is not given": ("/* Twice. */\nexport const twice = (size) => 2 * size;", "'size'"),
}


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """A copy of our own scripts, beside the fetched libraries."""
    folder = tmp_path / "map"
    shutil.copytree(PAGE, folder, ignore=shutil.ignore_patterns("node_modules"))
    (folder / "node_modules").symlink_to(PAGE / "node_modules")
    return folder


def verdict(page: Path) -> tuple[int, str]:
    answer = subprocess.run(checks.page_types(page), capture_output=True, text=True, check=False)
    return answer.returncode, answer.stdout + answer.stderr


@pytest.mark.slow
def test_the_types_of_the_map_page_are_checked(page: Path) -> None:
    assert verdict(page) == (0, "")
    for number, (script, _) in enumerate(FAULTS.values()):
        (page / f"fault{number}.js").write_text(script, encoding="utf-8")
    code, said = verdict(page)
    assert code != 0
    for number, (name, (_, culprit)) in enumerate(FAULTS.items()):
        assert [line for line in said.splitlines() if f"fault{number}.js" in line and culprit in line], (name, said)


def test_every_linter_is_installed() -> None:
    assert [name for name, words in checks.linters() if not Path(words[0]).is_file()] == []
    assert {name for name, _ in checks.linters()} == {"ruff", "import-linter", "mypy", "types of the map page"}


def test_the_closing_lines_of_both_runs_are_one() -> None:
    without = "....\n3 passed, 2 skipped, 1 deselected in 61.00s (0:01:01)\n"
    with_qt = "F..\n===== 1 failed, 2 passed, 1 error in 5.00s =====\n"
    assert checks.together([without, with_qt], 70) == (
        "===== 1 failed, 5 passed, 2 skipped, 1 deselected, 1 error in 70.00s ====="
    )
    assert checks.together(["", ""], 1) == "===== no tests ran in 1.00s ====="
