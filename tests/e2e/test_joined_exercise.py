"""Two workstations and a node: blue joins with a code through the window, is served its view, and what it writes is
the record; the director's program is killed and both find each other again.

Commands are given and not pressed: two programs on a display without a window manager take each other the keyboard.
"""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("PySide6.QtWidgets")

from qroc_desktop.exercise.events import Acted
from qroc_desktop.exercise.package import written
from qroc_desktop.services.exercise.joining import node_status
from qroc_desktop.services.exercise.runs import RECORD
from tests.e2e.directing import Director, recorded
from tests.e2e.processes import Driven, Machine, said
from tests.exercise.building import package
from tests.fakes.free_ports import free_port
from tests.formats.media_files import photo

pytestmark = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can write an administrator's file"
)
RED = [
    b"REDNAME", b"REDNOTE", b"REDPROP", b"REDOVERLAY", b"REDTITLE", b"REDCONTROL", b"REDBODY", b"REDVAN", b"REDBOOK",
    b"runner",
]  # fmt: skip


@pytest.fixture
def machines(tmp_path: Path) -> Iterator[tuple[Machine, Machine]]:
    made = Machine(tmp_path / "director"), Machine(tmp_path / "blue")
    yield made
    for machine in made:
        machine.end()


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Path]:
    """Where the run is kept; a node that a killed window left behind would wait some minutes for somebody."""
    folder = tmp_path / "run"
    yield folder
    if (left := node_status.read(folder)) is not None and left.state == "running":
        with contextlib.suppress(ProcessLookupError):
            os.kill(left.pid, signal.SIGKILL)


@pytest.fixture
def administrators(tmp_path: Path) -> Path:
    """An administrator who lets exercises be joined on this machine alone."""
    port = free_port()
    folder = tmp_path / "administrators"
    folder.mkdir(mode=0o755)
    (folder / "exchange.toml").write_text(f'[exercise]\nlisten = "127.0.0.1:{port}"\nto = ["127.0.0.1:{port}"]\n')
    return folder


def opened(machine: Machine, administrators: Path, *words: object) -> Driven:
    return machine.window("--administrators", administrators, *words, "--size", "1366x768", "--language", "en")


def invited(director: Director) -> str:
    """The code of blue's seat, as the director reads it out."""
    director.do("director.commands['exercise.invite'].trigger()")
    director.dialog("invite", "InviteDialog")
    director.until("'work' in invite.node.text() or 'listen' in invite.node.text().lower()")
    director.do("seats = [invite.seats.topLevelItem(i) for i in range(invite.seats.topLevelItemCount())]")
    director.do("invite.seats.setCurrentItem(next(s for s in seats if invite._names['blue'] == s.text(0)))")
    director.do("QTest.mouseClick(invite.renew, Qt.MouseButton.LeftButton)")
    director.until("invite.code is not None")
    code: str = director.get("str(invite.code)")
    return code


def joins(blue: Driven, code: str, folder: Path) -> None:
    blue.until("bool(windows())")
    blue.do("window().commands['exercise.join'].trigger()")
    found = "[d for d in QApplication.topLevelWidgets() if type(d).__name__ == 'JoinDialog' and d.isVisible()]"
    blue.until(f"len({found})")
    blue.do(f"join = {found}[0]; typed({code!r}, join.code); join.name.setText('Ada')")
    blue.do(f"join.place.setText({str(folder)!r})")
    blue.until("join.go.isEnabled()")
    blue.do("QTest.mouseClick(join.go, Qt.MouseButton.LeftButton)")
    blue.until("any(w.place for w in windows())")
    blue.do("seat = next(w for w in windows() if w.place)")


def told(blue: Driven) -> None:
    """Blue reads its message in its own logbook."""
    blue.until("any('fled from the bank' in e.entry.text for e in seat.bench.desk.logbook.entries())")


def files_go_both_ways(blue: Driven, director: Director, folder: Path) -> None:
    """A photo that blue adds at its workstation is on the director's machine, and one that the team's seat there adds
    is shown at the workstation."""
    ours, theirs = folder / "Fluchtauto.jpg", folder / "Sperre von oben.jpg"
    ours.write_bytes(photo({}))
    theirs.write_bytes(photo({}, orientation=6))
    blue.do("block = next(i for i in seat.bench.desk.picture.items(Q()) if i.wording.title == 'Road block')")
    blue.do("seat.bench.selection.set((block.id,)); seat.details.show_files()")
    blue.until("seat.details.files.item is not None")
    blue.do(f"from pathlib import Path; seat.attaching.add([Path({str(ours)!r})])")
    director.do("desk = director.place.driver.run.desks['blue']")
    director.do("found = lambda: next(i for i in desk.picture.items(ItemQuery()) if i.wording.title == 'Road block')")
    director.until("[desk.attachments.held(file) for file in found().attachments.files] == [True]")
    director.do("(file,) = found().attachments.files")
    assert director.get("file.name") == ours.name
    assert director.get("desk.attachments.opened(file).read().hex()") == ours.read_bytes().hex()
    director.do(f"desk.attachments.attach(found(), [Path({str(theirs)!r})])")
    blue.until("seat.details.files.list.count() == 2")
    blue.do(f"new = next(f for f in seat.details.files.item.attachments.files if f.name == {theirs.name!r})")
    blue.until("seat.details.files.picture(new) is not None")
    assert blue.get("seat.bench.desk.attachments.opened(new).read().hex()") == theirs.read_bytes().hex()


def test_blue_joins_by_a_code_and_comes_again_after_a_crash(
    machines: tuple[Machine, Machine], administrators: Path, run: Path, tmp_path: Path
) -> None:
    scenario, folder = tmp_path / "small.zip", tmp_path / "seat"
    scenario.write_bytes(written(package()))
    director = Director(opened(machines[0], administrators, "--demo"))
    director.make(scenario, run)
    blue = opened(machines[1], administrators, "--demo")
    joins(blue, invited(director), folder)

    director.do("director.commands['exercise.run'].trigger()")
    director.state("started")
    blue.until("seat.strip.state.text() == 'running'")
    for speed in (2, 4, 8, 16):  # one step after the other: one that comes before the last is done adds none
        director.do("director.commands['exercise.faster'].trigger()")
        director.until(f"director.place.driver.snapshot.reading.speed == {speed}")
    told(blue)
    blue.do("seat.commands['log.write'].trigger()")
    blue.do("typed('Ring of ten kilometres', seat.logbook.writer.text); key('Return', seat.logbook.writer.text)")
    director.until("any('Ring of ten' in said.text for said in director.place.driver.snapshot.views['blue'].said)")
    blue.do(
        "from qroc_desktop.domain.aspects import Nature, Wording; from qroc_desktop.domain.shape import point;"
        "from qroc_desktop.domain.vocabulary import Aspect, ItemType;"
        "from qroc_desktop.domain.query import ItemQuery as Q;"
        "seat.bench.desk.items.create({Aspect.NATURE: Nature(type=ItemType.NOTE), Aspect.SHAPE: point(9.52, 47.14),"
        " Aspect.WORDING: Wording(title='Road block')})"
    )
    director.until("len(director.place.driver.snapshot.views['blue'].edits)")
    director.do("from qroc_desktop.domain.query import ItemQuery")
    director.do("picture = director.place.driver.run.desks['blue'].workspace")
    director.until("'Road block' in {item.wording.title for item in picture.items(ItemQuery())}")

    files_go_both_ways(blue, director, tmp_path)

    # the director's program is killed; blue says so and works on
    director.driven.kill()
    blue.until("bool(seat.strip.trouble.text())")
    blue.do("typed('Written meanwhile', seat.logbook.writer.text); key('Return', seat.logbook.writer.text)")
    director = Director(opened(machines[0], administrators, run / RECORD))
    director.sit_down()
    director.until("any('meanwhile' in said.text for said in director.place.driver.snapshot.views['blue'].said)")
    blue.until("not seat.strip.trouble.text()")

    # one key at blue's workstation stops the director's clock
    director.do("director.commands['exercise.run'].trigger()")
    director.state("started")
    blue.do("seat.commands['exercise.no-duff'].trigger()")
    director.state("paused")
    director.until("director.strip.currentWidget() is director.strip._alarm")

    blue.do("QApplication.quit()")
    director.do("QApplication.quit()")
    for driven in (blue, director.driven):
        driven.process.wait(timeout=60)
        assert said(driven.err) == []
    written_by_blue = [event.text for event in recorded(run) if isinstance(event, Acted)]
    assert written_by_blue == ["message: Ring of ten kilometres", "message: Written meanwhile"]
    held = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert b"fled from the bank" in held
    assert [word for word in RED if word in held] == []
