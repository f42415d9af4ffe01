"""Power cuts under the record of a run: every event that was told is there, in one unbroken chain, although the pulse
of the clock does not wait for the disk; and the run goes on from there."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import sqlite3
from pathlib import Path

import pytest

from qroc_desktop.exercise.conduct import Conduct
from qroc_desktop.exercise.recording import Recording
from tests.exercise.building import SMALL, small
from tests.exercise.watch import Watch
from tests.fakes import power
from tests.sync.children import Child

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (hasattr(os, "fork") and power.available()), reason="needs fork, and an SQLite that shows its functions"
    ),
]
CUTS = int(os.environ.get("QROC_POWER_CUTS", "60"))
STEPS = 120
NAME = "run.qrocrun"


def played(path: Path, chance: random.Random, synchronous: str) -> bytes:
    """The record of the disk while a director plays; nothing is closed at the end."""
    recorder, watch = power.Recorder(), Watch()
    recording = Recording(path)
    connection = recording._connection
    connection.execute("PRAGMA wal_autocheckpoint = 20")  # what comes with size comes more often
    if synchronous != "FULL":
        recording._unhurried = contextlib.nullcontext  # type: ignore[assignment, method-assign]
        connection.execute(f"PRAGMA synchronous = {synchronous}")
    conduct = Conduct(recording, mono=watch.mono, wall=watch.wall)
    conduct.start()
    told = 0
    for number in range(STEPS):
        watch.wait(chance.uniform(0.1, 9.0))
        conduct.tick()
        if chance.random() < 0.4:
            conduct.act("blue", f"decision {number}")
        rows = connection.execute("SELECT seq, chain FROM event WHERE seq > ? ORDER BY seq", (told,)).fetchall()
        for seq, chain in rows:
            recorder.acknowledge(NAME, "event", f"{seq} {chain.hex()}")
            told = seq
    return recorder.to_bytes()


def faults(path: Path, acknowledged: list[power.Acknowledged]) -> list[str]:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        whole = connection.execute("PRAGMA integrity_check").fetchone()[0]
        chains = {f"{seq} {chain.hex()}" for seq, chain in connection.execute("SELECT seq, chain FROM event")}
    found = [] if whole == "ok" else [f"damaged: {whole}"]
    found += [f"lost: {entry.subject}" for entry in acknowledged if entry.subject not in chains]
    watch = Watch()
    recording = Recording(path)
    with contextlib.closing(recording):
        held = recording.verify()
        conduct = Conduct(recording, mono=watch.mono, wall=watch.wall)
        last = max((event.t for _, event in recording.events()), default=0)
        if conduct.clock.t < last:
            found.append(f"the clock stands at {conduct.clock.t}, before what happened at {last}")
        conduct.start()
        watch.wait(60)
        conduct.tick()
        conduct.act("blue", "afterwards")
        if recording.verify() <= held:
            found.append("it does not go on")
    return found


def cut_again_and_again(folder: Path, count: int, synchronous: str = "FULL") -> list[str]:
    folder.mkdir()
    path, base, record = folder / NAME, folder.parent / "base", folder.parent / "record"
    often = [
        {"id": f"i{at}", "title": {"en": "x"}, "body": {"en": "x"}, "to": {"teams": ["blue"]}, "trigger": {"at": at}}
        for at in range(10, 3600, 17)
    ]
    injects = [*SMALL["injects"], *often]
    Recording.create(path, small(injects=injects)).close()
    shutil.copytree(folder, base)

    def work() -> str:
        record.write_bytes(played(path, random.Random(1), synchronous))
        return "done"

    assert Child(work).ended() == (0, "done")
    shutil.rmtree(folder)
    shutil.copytree(base, folder)
    found: list[str] = []
    for _, acknowledged, leave in power.cuts(folder, power.events(record.read_bytes()), count, random.Random(2)):
        with power.quick_folder() as target:
            leave(target)
            found += faults(target / NAME, acknowledged)
    return found


def test_nothing_that_was_told_is_lost_though_the_pulse_does_not_wait(tmp_path: Path) -> None:
    assert cut_again_and_again(tmp_path / "run", CUTS) == []


def test_were_events_as_unhurried_as_the_pulse_they_would_be_lost(tmp_path: Path) -> None:
    """The proof can fail."""
    found = cut_again_and_again(tmp_path / "run", 20, synchronous="NORMAL")
    assert found
    assert all(one.startswith("lost: ") for one in found)
