"""Bring a checkout to life; what `make setup` and `make test` call.

    python packaging/set_up.py [run|test|tools]

`run` makes .venv (program and developers' tools) and fetches the map page's libraries; `test` also makes
.venv-core, which has no Qt, and fetches the checker of the map page's types; `tools` makes only .venv-tools
(npm, uv). Every step leaves a stamp keyed on what
it depends on, so that a second run neither asks apt, pip or npm nor takes longer than starting Python.

Standard library only, because it runs before anything is installed.
"""

from __future__ import annotations

import sys
import sysconfig
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import page_libraries
import system_libraries
import translations
from steps import ROOT, SetUpFailed, fingerprint, is_done, mark_done, only_one_set_up, run, say

LOCKS = ROOT / "packaging" / "locks"


class Environment:
    """A virtual environment that holds what one lock says, and the program itself if `with_program`."""

    def __init__(self, folder: str, lock: str, *, with_program: bool) -> None:
        self.name = folder.removeprefix(".")
        self.folder = ROOT / folder
        self.lock = LOCKS / lock
        self.with_program = with_program

    @property
    def python(self) -> Path:
        """The environment's interpreter."""
        return self.folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")

    def ensure(self) -> None:
        """Create or complete the environment."""
        # Not the full version: a security update of the system's Python leaves an environment valid.
        interpreter = f"{sys.implementation.cache_tag} {sysconfig.get_platform()} {sys.base_prefix}"
        self._step("made", fingerprint([], interpreter), self._make)
        self._step("locked", fingerprint([self.lock], interpreter), self._install_lock)
        if self.with_program:
            self._step("program", fingerprint([ROOT / "pyproject.toml"], interpreter), self._install_program)

    def _step(self, name: str, key: str, action: Callable[[], None]) -> None:
        stamp = self.folder / f".qroc-{name}"
        if not is_done(stamp, key):
            action()
            mark_done(stamp, key)

    def _make(self) -> None:
        run(f"{self.name}-make", [sys.executable, "-m", "venv", "--clear", self.folder])

    def _install_lock(self) -> None:
        # The lock names everything, so pip has nothing to choose; wheels only, so that no foreign script runs.
        self._pip("packages", "--require-hashes", "--no-deps", "--only-binary", ":all:", "-r", str(self.lock))

    def _install_program(self) -> None:
        self._pip("program", "--no-index", "--no-deps", "--no-build-isolation", "-e", str(ROOT))

    def _pip(self, step: str, *words: str) -> None:
        pip: list[str | Path] = [self.python, "-m", "pip", "--disable-pip-version-check", "--no-input"]
        run(f"{self.name}-{step}", [*pip, "install", *words])


DEVELOPMENT = Environment(".venv", "dev.txt", with_program=True)
WITHOUT_QT = Environment(".venv-core", "core.txt", with_program=True)
TOOLS = Environment(".venv-tools", "setup.txt", with_program=False)


def _page(for_tests: bool) -> None:
    fetched = page_libraries.are_there(with_checker=for_tests)
    if for_tests or not fetched:
        TOOLS.ensure()  # brings npm, and the node that runs the type checker
    if not fetched:
        words = ["check"] if for_tests else []
        run("map-page", [TOOLS.python, ROOT / "packaging" / "page_libraries.py", *words])


def _python_environments(for_tests: bool) -> None:
    # One after the other: the second finds the first one's downloads in pip's cache.
    DEVELOPMENT.ensure()
    if for_tests:
        WITHOUT_QT.ensure()


def set_up(purpose: str) -> None:
    """Do what `purpose` (run, test or tools) needs; raise SetUpFailed with the first failure."""
    if purpose == "tools":
        TOOLS.ensure()
        return
    system_libraries.ensure()
    with ThreadPoolExecutor(2) as pool:
        steps = [pool.submit(step, purpose == "test") for step in (_python_environments, _page)]
    for step in steps:
        step.result()
    if translations.stale():
        run("translations", [DEVELOPMENT.python, ROOT / "packaging" / "translations.py"])


def main(arguments: list[str]) -> int:
    """Run the set-up for the purpose named on the command line; return the exit code."""
    purpose = arguments[0] if arguments else "run"
    if purpose not in {"run", "test", "tools"} or len(arguments) > 1:
        say("usage: python packaging/set_up.py [run|test|tools]")
        return 2
    try:
        with only_one_set_up():
            set_up(purpose)
    except SetUpFailed as failure:
        say(str(failure))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
