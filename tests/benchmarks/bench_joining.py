"""Workstations that join an exercise, as a table: `python -m tests.benchmarks.bench_joining [--seconds N]`.

The man hunt is conducted in a process of its own at speed 1 with the usual tick; the node is another one; participants
are threads of a third, each with its own connection, and put every frame together. Lag is from the instant on the
conductor's clock until a participant holds what is shown at that instant, the wait for the next tick not included.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import closing
from pathlib import Path

from qroc_desktop.domain.ids import random_id
from qroc_desktop.exercise.frames import Assembler
from qroc_desktop.exercise.join_code import JoinCode
from qroc_desktop.exercise.package import Package
from qroc_desktop.exercise.seating import Seat, Wrote, encoded
from qroc_desktop.exercise.vocabulary import RoleType
from qroc_desktop.paths import program_files
from qroc_desktop.services.exercise.driver import ExerciseDriver
from qroc_desktop.services.exercise.joining.hosting import Hosting
from qroc_desktop.services.exercise.joining.link import Link, Target
from qroc_desktop.services.exercise.joining.tls import certificate, fingerprint
from qroc_desktop.services.exercise.run import ExerciseRun
from qroc_desktop.services.exercise.runs import Exercises
from qroc_desktop.services.system import system_clock
from qroc_desktop.sync.allowed import Allowed, Exercise
from tests.fakes.free_ports import free_port
from tests.services.exercise.exercise_host import process, until

_TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
SAYINGS = 10


def conduct(folder: Path) -> None:
    """The child that conducts: prints the monotonic nanoseconds and the scenario time of one moment."""

    def opened() -> ExerciseRun:
        return ExerciseRun(folder, clock=system_clock, mono=time.monotonic_ns, ids=random_id, author="Director")

    driver = ExerciseDriver(opened)
    driver.do(lambda run: run.conduct.start()).result()
    mono, t = driver.do(lambda run: (time.monotonic_ns(), run.conduct.clock.t)).result()
    print(mono, t, flush=True)
    time.sleep(3600)


def cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


class Participant:
    """Follows a seat; `lags`: milliseconds for each frame that was new."""

    def __init__(self, link: Link, anchor: tuple[int, int], stopped: threading.Event) -> None:
        self.lags: list[float] = []
        self.octets = 0
        self.link = link
        self._anchor = anchor
        self._stopped = stopped
        self.thread = threading.Thread(target=self._follow, daemon=True)

    def _follow(self) -> None:
        assembler, last = Assembler(), -1
        mono, since = self._anchor
        with closing(self.link.frames()) as frames:
            for frame in frames:
                served = assembler.take(frame)
                self.octets += len(frame)
                if served.view.t != last:
                    last = served.view.t
                    self.lags.append((time.monotonic_ns() - mono) / 1e6 - (last - since))
                if self._stopped.is_set():
                    return


def link_of(code: JoinCode, key: bytes, number: int, known: str) -> Link:
    host, port, pin, _ = code
    client = f"client-{number}"
    return Link(Target(host=host, port=port, pin=pin, key=key, client=client, name="P", certificate=known))


def measured(package: Package, folder: Path, participants: int, seconds: float) -> None:
    ExerciseRun.create(package, folder, clock=system_clock)
    line = [sys.executable, "-m", "tests.benchmarks.bench_joining", "--conduct", str(folder)]
    conductor = subprocess.Popen(line, stdout=subprocess.PIPE, text=True)
    assert conductor.stdout is not None
    mono, t = map(int, conductor.stdout.readline().split())
    port = free_port()
    node = process("node", folder, port) if participants else None
    allowed = Allowed(exercise=Exercise(listen=f"127.0.0.1:{port}"))
    hosting = Hosting(folder, allowed, system_clock)
    stopped, followers = threading.Event(), []
    if node is not None:
        until(hosting.status)
        seats = [Seat(team=team.id, role=RoleType.BLUE) for team in package.scenario.teams]
        codes = [(code, code.key()) for code in (hosting.invite(seat) for seat in seats)]
        # The pin is stretched: some tenth of a second at each workstation, which here would be one machine fifty times.
        known = fingerprint(certificate(folder, system_clock))
        for number in range(participants):
            code, key = codes[number % len(codes)]
            followers.append(Participant(link_of(code, key, number, known), (mono, t), stopped))
        begun = time.perf_counter()
        for one in followers:
            one.thread.start()
        until(lambda: all(one.lags for one in followers))
        joined_s = time.perf_counter() - begun
    before = cpu_s(conductor.pid), cpu_s(node.pid) if node else 0.0
    for one in followers:
        one.lags.clear()
    time.sleep(seconds)
    after = cpu_s(conductor.pid), cpu_s(node.pid) if node else 0.0
    load = f"conductor {100 * (after[0] - before[0]) / seconds:5.1f} % of a core"
    if node is None:
        print(f"{participants:3} participants: {load}")
    else:
        lags = sorted(lag for one in followers for lag in one.lags)
        frames, octets = len(lags) / seconds, sum(one.octets for one in followers)
        print(
            f"{participants:3} participants: {load}, node {100 * (after[1] - before[1]) / seconds:5.1f} %, "
            f"all joined in {joined_s:4.1f} s, lag median {statistics.median(lags):5.1f} ms, "
            f"95 % {lags[int(len(lags) * 0.95)]:5.1f} ms, most {lags[-1]:6.1f} ms, {frames:5.0f} frames/s, "
            f"{octets / max(1, len(lags)) / 1024:4.1f} KiB a frame"
        )
        said(followers)
    stopped.set()
    for one in followers:
        one.thread.join(10)
        one.link.close()
    hosting.close()
    for child in (conductor, node):
        if child is not None:
            child.kill()
            child.communicate()


def said(followers: list[Participant]) -> None:
    """Everybody writes at the same time; an answer comes once it is recorded."""

    def say(one: Participant) -> None:
        for _ in range(SAYINGS):
            one.link.say(encoded(Wrote(id=random_id(), by="P", text="decision: Ring of five kilometres")))

    threads = [threading.Thread(target=say, args=(one,)) for one in followers]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    taken = time.perf_counter() - begun
    print(
        f"{len(followers):3} write {SAYINGS} entries each at once: {len(followers) * SAYINGS / taken:6.0f} recorded/s"
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--conduct", type=Path)
    chosen = parser.parse_args()
    if chosen.conduct:
        conduct(chosen.conduct)
        return
    package = Exercises(system_clock).load(program_files().resources / "scenarios" / "man-hunt").package
    with tempfile.TemporaryDirectory() as folder:
        for participants in (0, 1, 10, 50):
            measured(package, Path(folder) / f"run-{participants}", participants, chosen.seconds)


if __name__ == "__main__":
    main()
