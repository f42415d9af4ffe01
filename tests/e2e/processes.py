"""Starts the real programs as a person would, in a home of their own, and talks with the driven window."""

from __future__ import annotations

import json
import os
import queue
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from qroc_desktop.domain.ids import random_id
from qroc_desktop.services.system import system_clock
from qroc_desktop.services.workspaces import Workspaces

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0
# What Chromium writes past every log of ours on a machine without a message bus.
ENGINE_NOISE = re.compile(r"^\[\d+:\d+:[^\]]*\] |^\s*$|libpng|XDG_RUNTIME_DIR")


def makers() -> Workspaces:
    """Opens workspaces in the process of the test itself."""
    return Workspaces(author="another", clock=system_clock, ids=random_id)


class Answer(NamedTuple):
    """What a program left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def line(self) -> str:
        """The one line on standard error."""
        lines = said(self.err)
        assert len(lines) == 1, self.err
        return lines[0]


def said(text: str) -> list[str]:
    """Lines that our program wrote."""
    return [line for line in text.splitlines() if not ENGINE_NOISE.search(line)]


def environment(home: Path, more: Mapping[str, str] = {}) -> dict[str, str]:
    """This process's, with another home and nothing that leads back to the first."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "PYTEST"))}
    return {**kept, "HOME": str(home), **more}


class Machine:
    """A home folder, and the programs started in it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self._driven: list[Driven] = []

    def qroc(
        self, *words: object, before: Sequence[str] = (), cwd: Path = ROOT, more: Mapping[str, str] = {}
    ) -> Answer:
        """`qroc` to its end; `before`: the words of a program that starts it."""
        return self._run("qroc_desktop.cli.main", words, before, cwd, more)

    def desktop(self, *words: object, before: Sequence[str] = (), more: Mapping[str, str] = {}) -> Answer:
        """`qroc-desktop` to its end."""
        return self._run("qroc_desktop.app.main", words, before, ROOT, more)

    def _run(
        self, module: str, words: Sequence[object], before: Sequence[str], cwd: Path, more: Mapping[str, str]
    ) -> Answer:
        done = subprocess.run(
            [*before, sys.executable, "-m", module, *map(str, words)],
            cwd=cwd,
            env=environment(self.home, {"PYTHONPATH": str(ROOT), **more}),
            capture_output=True,
            check=False,
            timeout=180,
        )
        return Answer(done.returncode, done.stdout.decode(), done.stderr.decode())

    def window(self, *words: object, before: Sequence[str] = (), more: Mapping[str, str] = {}) -> Driven:
        """A driven `qroc-desktop`; ended with the test."""
        driven = Driven([*before, sys.executable, "-m", "tests.e2e.driven", *map(str, words)], self.home, more)
        self._driven.append(driven)
        return driven

    def end(self) -> None:
        for driven in self._driven:
            driven.kill()

    @property
    def data(self) -> Path:
        return self.home / ".local" / "share" / "qroc-desktop"

    @property
    def settings(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.home / ".config" / "qroc-desktop" / "settings.json").read_text())
        return found

    def opened_last(self, path: Path) -> None:
        """As if the program had been used with this workspace before."""
        folder = self.home / ".config" / "qroc-desktop"
        folder.mkdir(parents=True)
        (folder / "settings.json").write_text(json.dumps({"last_workspace": str(path)}))

    @property
    def log(self) -> str:
        folder = self.home / ".local" / "state" / "qroc-desktop" / "log"
        return "".join(path.read_text("utf-8") for path in sorted(folder.glob("*.log*")))


class Driven:
    """A window in another process."""

    def __init__(self, command: Sequence[str], home: Path, more: Mapping[str, str]) -> None:
        self._errors = tempfile.NamedTemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 - closed by `kill`
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment(home, more),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            encoding="utf-8",
        )
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        threading.Thread(target=self._listen, daemon=True).start()

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def err(self) -> str:
        self._errors.flush()
        return Path(self._errors.name).read_text("utf-8", "replace")

    def _listen(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self._lines.put(line)
        self._lines.put(None)

    def _ask(self, text: str, *, value: bool) -> Any:
        assert self.process.stdin
        self.process.stdin.write(json.dumps({"text": text, "value": value}) + "\n")
        self.process.stdin.flush()
        try:
            line = self._lines.get(timeout=PATIENCE)
        except queue.Empty:
            raise AssertionError(f"no answer to {text!r}: {self.err}") from None
        assert line is not None, f"the program ended with {self.process.wait()}: {self.err}"
        answer = json.loads(line)
        assert "error" not in answer, answer["error"]
        return answer["value"]

    def do(self, statements: str) -> None:
        """Run statements in the thread of the windows."""
        self._ask(statements, value=False)

    def get(self, expression: str) -> Any:
        """The value of an expression there."""
        return self._ask(expression, value=True)

    def until(self, expression: str) -> Any:
        """Ask again until it is true."""
        end = time.monotonic() + PATIENCE
        while not (found := self.get(expression)):
            assert time.monotonic() < end, (
                f"never true: {expression}\n{self.get('str(QApplication.topLevelWidgets())')}"
            )
            time.sleep(0.02)
        return found

    def shown(self) -> None:
        """Wait for the window with its picture read; a box in its place fails at once."""
        self.until("bool(windows()) or type(dialog()).__name__ == 'QMessageBox'")
        assert not self.get("dialog().text() if type(dialog()).__name__ == 'QMessageBox' else ''"), self.err
        self.until("bool(windows()) and window().bench.background.idle and window().map.view is not None")

    def asked(self, kind: str) -> None:
        """Wait for a dialog of a class."""
        self.until(f"dialog() is not None and type(dialog()).__name__ == {kind!r}")

    def notices(self) -> list[str]:
        found: list[str] = self.get("[n.text for n in window().bench.notices.history]")
        return found

    def until_noticed(self, words: str) -> str:
        """The first notice with these words."""
        found: list[str] = self.until(
            f"[n.text for n in window().bench.notices.history if {words!r} in n.text]",
        )
        return found[0]

    def close(self) -> int:
        """Close all windows as a person does; the exit code."""
        self.do("later(QApplication.closeAllWindows)")
        return self.ended()

    def ended(self) -> int:
        """The exit code, once the program has ended."""
        return self.process.wait(PATIENCE)

    def kill(self) -> None:
        """Kill -9."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(PATIENCE)
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe:
                try:
                    pipe.close()
                except BrokenPipeError:
                    pass
        self._errors.close()
