"""`qroc node` in this process, ended by the signal that a service manager sends."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

import pytest

from qroc_desktop.cli.centre import ENVIRONMENT
from qroc_desktop.services import settings
from qroc_desktop.sync import status
from tests.cli.conftest import Qroc

pytestmark = pytest.mark.skipif(os.name == "nt", reason="SIGTERM ends a process at once there")


@pytest.fixture
def home(qroc: Qroc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A centre on a machine whose administrator allows nothing."""
    monkeypatch.setenv(ENVIRONMENT, "correct horse battery")
    monkeypatch.setattr(settings, "administrators_folder", lambda: tmp_path / "none")
    home = tmp_path / "home"
    assert qroc("--home", home, "identity", "create", "--centre", "Maastricht", "--country", "nl").code == 0
    return home


def terminated_once_it_runs(exchange: Path) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        found = status.read(exchange)
        if found is not None and found.state == "running":
            break
        time.sleep(0.02)
    os.kill(os.getpid(), signal.SIGTERM)


def test_it_runs_until_it_is_told_to_stop(qroc: Qroc, home: Path) -> None:
    (exchange,) = home.glob("*.qrocx")
    assert qroc("--home", home, "node", "status", "--json").json == {"running": False}
    before = signal.getsignal(signal.SIGTERM)
    stopper = threading.Thread(target=terminated_once_it_runs, args=(exchange,))
    stopper.start()
    ended = qroc("--home", home, "node", "run")
    stopper.join()
    assert (ended.code, ended.out, ended.err) == (0, "", "")
    assert signal.getsignal(signal.SIGTERM) is before
    told = qroc("--home", home, "node", "status", "--json").json
    assert (told["running"], told["listening"], told["peers"], told["trouble"]) == (False, "", {}, {})
    assert qroc("--home", home, "node", "status").out == "not running  not listening\n"


def test_a_second_one_is_refused_in_one_line(qroc: Qroc, home: Path) -> None:
    (exchange,) = home.glob("*.qrocx")
    lock = status.NodeLock(exchange)
    refused = qroc("--home", home, "node", "run")
    lock.release()
    assert refused.code == 1
    assert refused.err.count("\n") == 1
    assert "Another node is at work on this exchange file." in refused.err
