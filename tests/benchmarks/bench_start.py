"""From the start of the process to the painted map, beside a bare page in the same engine:

    xvfb-run -a python -m tests.benchmarks.bench_start [--runs 5]

Prints medians and their ratio from one run; it judges nothing.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BARE = """
import sys, time
from PySide6.QtWidgets import QApplication
from PySide6.QtWebEngineWidgets import QWebEngineView
application = QApplication(sys.argv)
view = QWebEngineView()
view.resize(1366, 768)
view.loadFinished.connect(lambda *_: application.quit())
view.setHtml("<p>bare</p>")
view.show()
application.exec()
print(time.time())
view.page().deleteLater()
"""
PROGRAM = """
import sys, time
from qroc_desktop import paths
from qroc_desktop.app.arguments import parse
from qroc_desktop.app.engine import prepare
from qroc_desktop.services.settings import user_settings
from qroc_desktop.translation import use_language
settings, files = user_settings(), paths.program_files()
use_language("en", files.resources / "translations")
prepare(settings.text("gpu"))
from PySide6.QtCore import QTimer
from qroc_desktop.app.composition import Program
program = Program(["qroc-desktop"], parse([sys.argv[1], "--size", "1366x768"]), settings, files)
program.start()
painted = []
from PySide6.QtWidgets import QApplication
def note(*_):
    if not painted:
        painted.append(time.time())
        QTimer.singleShot(0, QApplication.closeAllWindows)
for widget in QApplication.topLevelWidgets():
    if hasattr(widget, "map"):
        widget.map.painted.connect(note)
program.run()
print(painted[0])
"""


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as folder:
        environment = _environment(Path(folder))
        workspace = Path(folder) / "start.qroc"
        _demonstration(workspace)
        seconds: dict[str, list[float]] = {"bare page": [], "painted map, 74 items": []}
        # In turn, so that what else the machine does falls on both alike; the first pair warms the disk cache.
        for number in range(runs + 1):
            bare = _timed([sys.executable, "-c", BARE], environment)
            whole = _timed([sys.executable, "-c", PROGRAM, str(workspace)], environment)
            if number:
                seconds["bare page"].append(bare)
                seconds["painted map, 74 items"].append(whole)
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    print(f"{'process start to':<24} {'median s':>9} {'slowest s':>10}")
    for name, values in seconds.items():
        print(f"{name:<24} {medians[name]:>9.2f} {max(values):>10.2f}")
    print(f"ratio map / bare page: {medians['painted map, 74 items'] / medians['bare page']:.2f}")


def _environment(home: Path) -> dict[str, str]:
    environment = {**os.environ, "HOME": str(home), "XDG_CONFIG_HOME": str(home), "XDG_DATA_HOME": str(home)}
    environment.setdefault("PYTHONPATH", str(Path(__file__).parents[2]))
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        environment["QTWEBENGINE_DISABLE_SANDBOX"] = "1"
    return environment


def _demonstration(path: Path) -> None:
    from qroc_desktop.services import demonstration
    from qroc_desktop.services.system import system_clock

    demonstration.create(path, clock=system_clock)


def _timed(command: list[str], environment: dict[str, str]) -> float:
    started = time.time()
    answer = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if answer.returncode:
        sys.exit(answer.stderr)
    return float(answer.stdout.split()[-1]) - started


if __name__ == "__main__":
    main()
