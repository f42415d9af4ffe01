"""What every test runs under: a private display, a strict log, and Qt's settings for a machine of tests."""

from __future__ import annotations

import importlib.util
import logging
import os
import re
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

# What counts is what a property finds, not how fast the machine of the day is.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")
# Chromium refuses to start its sandbox as root; tests run there, the shipped program must not.
if hasattr(os, "geteuid") and os.geteuid() == 0:
    os.environ["QTWEBENGINE_DISABLE_SANDBOX"] = "1"
os.environ.setdefault("QTWEBENGINE_CHROMIUM_FLAGS", "--disable-gpu")
# The private X display is meant even where the person who runs the tests sits at a Wayland desktop.
os.environ.pop("WAYLAND_DISPLAY", None)

# Options of plugins that the environment without Qt does not have; pytest refuses names it does not know.
PLUGIN_OPTIONS = {
    "pytestqt": ("qt_api", "qt_log_level_fail", "qt_log_ignore"),
    "pytest_xvfb": ("xvfb_width", "xvfb_height"),
}


def pytest_addoption(parser: pytest.Parser) -> None:
    for plugin, names in PLUGIN_OPTIONS.items():
        if importlib.util.find_spec(plugin) is None:
            for name in names:
                parser.addini(name, f"for {plugin}, which is not installed here")


class _Collector(logging.Handler):
    """Keeps the records of level WARNING and above."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@pytest.fixture(autouse=True)
def strict_log(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that logs a warning it did not announce, or announces one that does not come.

    `@pytest.mark.expects_log("pattern")` announces; the pattern is searched in the record's message.
    """
    patterns = [str(mark.args[0]) for mark in request.node.iter_markers("expects_log")]
    collector = _Collector()
    root = logging.getLogger()
    root.addHandler(collector)
    try:
        yield
    finally:
        root.removeHandler(collector)
    messages = [f"{record.name}: {record.levelname}: {record.getMessage()}" for record in collector.records]
    unexpected = [m for m in messages if not any(re.search(pattern, m) for pattern in patterns)]
    absent = [pattern for pattern in patterns if not any(re.search(pattern, m) for m in messages)]
    if unexpected or absent:
        pytest.fail(f"unexpected log lines: {unexpected}; announced but absent: {absent}", pytrace=False)
