"""A director's whole exercise through the real program: made, started, paused, jumped, improvised, forked, killed,
gone on with at the same second, ended and reviewed. By keys, dialogs and buttons alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("PySide6.QtWidgets")

from qroc_desktop.exercise.events import Acted, Fired, Improvised, Remarked
from qroc_desktop.exercise.package import written
from qroc_desktop.exercise.recording import Recording
from qroc_desktop.services.exercise.runs import RECORD
from tests.e2e.directing import BLUE, Director, recorded
from tests.e2e.processes import Machine, said
from tests.exercise.building import package


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    made = Machine(tmp_path / "home")
    yield made
    made.end()


def blue_decides(director: Director, text: str) -> None:
    director.do("director.place.open_team('blue')")
    director.until("any(w.place and not w.place.driver for w in windows())")
    director.do(f"blue = {BLUE}")
    director.until("blue.strip.state.text() == 'running'")
    director.key("Ctrl+L", "blue")
    director.do(f"typed({text!r}, blue.logbook.writer.text); key('Return', blue.logbook.writer.text)")


def jump(director: Director, to: str) -> list[str]:
    """To a later time, everything on the way executed; what lay on the way."""
    director.key("Ctrl+Alt+J")
    director.dialog("ahead", "JumpDialog")
    director.do(f"typed({to!r}, ahead.text)")
    director.until("ahead.list.count() > 0")
    passed: list[str] = director.get("[ahead.list.item(i).text() for i in range(ahead.list.count())]")
    assert not director.get("ahead.go.isEnabled()"), "what becomes of the injects has to be said"
    director.do("QTest.mouseClick(ahead.choices.button(0), Qt.MouseButton.LeftButton)")
    director.until("ahead.choices.button(0).isChecked() and ahead.go.isEnabled()")
    director.do("QTest.mouseClick(ahead.go, Qt.MouseButton.LeftButton)")
    return passed


def improvise(director: Director, text: str) -> None:
    director.key("F3")
    director.dialog("idea", "ImproviseDialog")
    director.do(f"typed({text!r}, idea.text); key('Return', idea.text)")


def test_a_directors_whole_exercise(machine: Machine, tmp_path: Path) -> None:
    scenario, run, fork = tmp_path / "small.zip", tmp_path / "run", tmp_path / "fork"
    scenario.write_bytes(written(package()))
    director = Director(machine.window("--demo", "--size", "1366x768", "--language", "en"))
    director.make(scenario, run)

    # start, faster, a decision of blue's, pause
    director.key("F6")
    director.state("started")
    blue_decides(director, "Ring of ten kilometres")
    for speed in (2, 4, 8, 16):  # one step after the other: a key that comes before the last one is done adds none
        director.key("Ctrl+Alt+.")
        director.until(f"director.place.driver.snapshot.reading.speed == {speed}")
    director.reached(70_000)
    director.key("F6")
    director.state("paused")
    paused = director.reading()[1]
    assert paused < 3_000_000

    # jump
    assert jump(director, "T+0:20:00")
    director.until("director.place.driver.snapshot.reading.t == 1200000")

    # improvise, told to blue
    improvise(director, "A caller has seen him at the station.")
    director.until("any('station' in told.body.get('en', '') + told.body.get('und', '') + str(told.body) "
                   "for told in blue.place.seat.shown().view.told)")

    # fork from before the jump
    director.do("director.commands['exercise.fork'].trigger()")
    director.dialog("branch", "ForkDialog")
    director.do(f"branch.time.setText('T+0:01:05'); branch.folder.setText({str(fork)!r})")
    director.until("branch.go.isEnabled()")
    director.do("QTest.mouseClick(branch.go, Qt.MouseButton.LeftButton)")
    director.until(f"__import__('pathlib').Path({str(fork / RECORD)!r}).exists()")

    # crash in the middle of it, and go on at the second that was shown
    director.key("F6")
    director.state("started")
    director.reached(1_210_000)
    director.driven.kill()
    shown = last_shown(run)
    assert shown >= 1_210_000
    director = Director(machine.window(run, "--size", "1366x768", "--language", "en"))
    director.sit_down()
    assert director.reading() == ("paused", shown)

    # end, and review
    director.key("F6")
    director.state("started")
    director.do("director.commands['exercise.end'].trigger()")
    director.dialog("ask", "AskDialog")
    director.do("QTest.mouseClick(ask.go, Qt.MouseButton.LeftButton)")
    director.state("stopped")
    director.do("panel.tabs.setCurrentIndex(panel.tabs.count() - 1); review = panel.tabs.currentWidget()")
    director.until("review.wash.isEnabled() and review._found is not None")
    director.do("review.tabs.setCurrentWidget(review.wash)")
    director.do("QTest.mouseClick(review.wash.add, Qt.MouseButton.LeftButton)")
    director.do("review.wash.kind.setCurrentIndex(review.wash.kind.count() - 1)")
    director.until("review.wash.owner.isEnabled()")
    director.do("typed('Warn the neighbour sooner', review.wash.text); typed('Watch commander', review.wash.owner)")
    director.until("review.wash.accept.isEnabled()")
    director.do("QTest.mouseClick(review.wash.accept, Qt.MouseButton.LeftButton)")
    held = "director.place.driver.snapshot.standing.remarks.values()"
    director.until(f"any(remark.owner == 'Watch commander' for remark in {held})")
    director.do("director.close()")
    director.driven.process.wait(timeout=60)
    assert said(director.driven.err) == []

    look_at_what_is_left(machine, run, fork)


def last_shown(run: Path) -> int:
    record = Recording(run / RECORD, read_only=True)
    try:
        return record.reached()
    finally:
        record.close()


def look_at_what_is_left(machine: Machine, run: Path, fork: Path) -> None:
    verified = machine.qroc("exercise", "verify", run, "--json").json
    assert verified["sound"]
    events = recorded(run)
    assert [e.text for e in events if isinstance(e, Acted)] == ["message: Ring of ten kilometres"]
    assert len([e for e in events if isinstance(e, Improvised)]) == 1
    assert [e.owner for e in events if isinstance(e, Remarked)] == ["Watch commander"]
    told_in_fork = {e.inject for e in recorded(fork) if isinstance(e, Fired)}
    assert told_in_fork == {e.inject for e in events if isinstance(e, Fired) and e.t <= 65_000}
    report = run / "report.html"
    answer: Any = machine.qroc("exercise", "report", run, "--out", report, "--json").json
    assert json.dumps(answer)
    assert "Warn the neighbour sooner" in report.read_text("utf-8")
