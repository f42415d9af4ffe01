"""kill -9 in the middle of a run: nothing that was acknowledged is lost, and nothing is there twice."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from qroc_desktop.domain.ids import random_id
from qroc_desktop.domain.query import ItemQuery
from qroc_desktop.exercise.events import Acted
from qroc_desktop.services.exercise.run import ExerciseRun
from qroc_desktop.services.exercise.runs import Exercises
from qroc_desktop.services.system import system_clock
from tests.services.exercise.exercise_child import picture, played_until_killed

KILLS = 4
TOP = Path(__file__).parents[3]


def killed(folder: Path, lines: int, after: float) -> list[str]:
    """What the child had acknowledged when it was killed: so many lines, and those of so many seconds more."""
    command = [sys.executable, "-m", "tests.services.exercise.exercise_child", str(folder)]
    with subprocess.Popen(command, cwd=TOP, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "begun\n"
        said = [child.stdout.readline() for _ in range(lines)]
        time.sleep(after)
        child.kill()
        # A line that was cut off was not acknowledged.
        return [line.rstrip("\n") for line in (*said, *child.stdout) if line.endswith("\n")]


def test_nothing_is_lost_and_nothing_is_there_twice(tmp_path: Path) -> None:
    folder, chance = tmp_path / "run", random.Random(7)
    ExerciseRun.create(played_until_killed(), folder, clock=system_clock)
    said: list[str] = []
    for _ in range(KILLS):
        said += killed(folder, chance.randrange(2, 12), chance.random())
    assert any(line.startswith("share ") for line in said)
    run = ExerciseRun(folder, clock=system_clock, mono=time.monotonic_ns, ids=random_id, author="Officer")
    run.conduct.start()
    for _ in range(60):
        run.tick()
    run.conduct.pause()
    # What fell due in the last of them is on its way; while the clock stands nothing else does.
    for _ in range(60):
        run.tick()
    _check_logbook(run, [line.removeprefix("entry ") for line in said if line.startswith("entry ")])
    _check_sharing(run, [line.removeprefix("share ") for line in said if line.startswith("share ")])
    _check_messages(run)
    reports = [desk.workspace.check() for desk in run.desks.values()]
    assert [report.messages for report in reports] == [[]] * len(reports)
    run.close()
    with Exercises(system_clock).reading(folder) as recording:
        assert recording.verify() > 0
        assert not [name for name, count in Counter(_acts(recording.events())).items() if count > 1]


def _acts(events: object) -> list[str]:
    return [event.id for _, event in events if isinstance(event, Acted) and event.id]  # type: ignore[attr-defined]


def _check_logbook(run: ExerciseRun, entries: list[str]) -> None:
    """Every entry is in the record, once."""
    said = Counter(one.id for one in run.conduct.world.standing.said["blue"])
    assert [entry for entry in entries if said[entry] != 1] == []


def _check_sharing(run: ExerciseRun, shares: list[str]) -> None:
    """What was sent is there; what the neighbour had to send came once."""
    theirs = Counter(item.wording.title for item in run.desks["green"].workspace.items(ItemQuery()))
    assert [title for title in shares if theirs[title] != 1] == []
    ours = Counter(item.wording.title for item in run.desks["blue"].workspace.items(ItemQuery()))
    due = {
        f"Theirs {inject.id[1:]}"
        for inject in run.conduct.scenario.injects
        if inject.shares and run.conduct.world.executed_at(inject.id) is not None
    }
    assert due
    assert {title: ours[title] for title in due} == dict.fromkeys(due, 1)
    inbox = run.centre("blue").exchange.inbox
    assert len(inbox.received()) == len(due)


def _check_messages(run: ExerciseRun) -> None:
    """Every message stands once, with its picture."""
    blue = run.desks["blue"]
    told = {one.id: one for one in run.views["blue"].told}
    assert told
    entries = Counter(entry.entry.text.splitlines()[0] for entry in blue.workspace.entries(limit=100_000))
    for id_, one in told.items():
        assert entries[one.body["en"]] == 1
        item = blue.workspace.item(id_)
        assert item is not None
        (file,) = item.attachments.files
        with blue.attachments.opened(file) as stream:
            assert stream.read() == picture(int(one.media[0].removesuffix(".png")))
