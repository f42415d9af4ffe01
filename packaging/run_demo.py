"""Open the demo workspace: in a window where there is a display, else on a virtual one, into a picture.

    python packaging/run_demo.py [--screenshot FILE] [-- words for the program]
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

from set_up import DEVELOPMENT
from steps import ROOT


def has_display() -> bool:
    """Tell whether a window can be shown to somebody."""
    if sys.platform in {"win32", "darwin"}:
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def without_display(command: list[str], picture: Path) -> int:
    """Run `command` on a virtual display of its own and have it leave a picture; return the exit code."""
    if shutil.which("xvfb-run") is None:
        print("run: no display and no xvfb-run; install the package xvfb", file=sys.stderr)
        return 1
    picture.parent.mkdir(parents=True, exist_ok=True)
    picture.unlink(missing_ok=True)
    environment = dict(os.environ)
    if os.geteuid() == 0:
        # Only for this picture of made-up data: the shipped program never runs without Chromium's sandbox.
        environment["QTWEBENGINE_DISABLE_SANDBOX"] = "1"
    words = ["xvfb-run", "-a", "-s", "-screen 0 1920x1080x24", *command, "--screenshot", str(picture)]
    code = subprocess.run(words, env=environment, check=False).returncode
    if code == 0 and not picture.is_file():
        print(f"run: the program ended without an error but left no picture at {picture}", file=sys.stderr)
        return 1
    if code == 0:
        print(f"run: no display, so a picture was taken: {picture}")
    return code


def main(arguments: list[str]) -> int:
    """Start the program on the demo workspace; return its exit code."""
    parser = argparse.ArgumentParser(description="Open the demo workspace.")
    parser.add_argument("--screenshot", type=Path, default=Path("build/qroc-desktop.png"))
    parser.add_argument("words", nargs="*", help="words for the program, after --")
    options = parser.parse_args(arguments)
    command = [str(DEVELOPMENT.python.parent / "qroc-desktop"), "--demo", *options.words]
    if has_display():
        return subprocess.run(command, check=False).returncode
    return without_display(command, (ROOT / options.screenshot).absolute())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
