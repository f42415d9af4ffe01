"""A run that is conducted in this process, with its node as a process of its own."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from qroc_desktop.domain.aspects import Nature, Wording
from qroc_desktop.domain.ids import random_id
from qroc_desktop.domain.shape import Shape
from qroc_desktop.domain.vocabulary import Aspect, ItemType
from qroc_desktop.exercise.frames import Assembler
from qroc_desktop.exercise.join_code import JoinCode
from qroc_desktop.exercise.package import Package
from qroc_desktop.exercise.seating import Seat
from qroc_desktop.exercise.vocabulary import RoleType
from qroc_desktop.services.desk import Desk
from qroc_desktop.services.exercise.driver import ExerciseDriver
from qroc_desktop.services.exercise.joining import wire
from qroc_desktop.services.exercise.joining.hosting import Hosting
from qroc_desktop.services.exercise.joining.joined_seat import JoinedSeat, join
from qroc_desktop.services.exercise.joining.link import Link, NotReachedError, Target
from qroc_desktop.services.exercise.joining.tls import PinnedConnection
from qroc_desktop.services.exercise.run import ExerciseRun
from qroc_desktop.services.system import system_clock
from qroc_desktop.sync.allowed import Allowed, Exercise
from tests.exercise.building import VADUZ
from tests.fakes.ports import HeldPort
from tests.services.exercise.joining_process import LOOPBACK, driver_of

ROOT = Path(__file__).parents[3]
BLUE, RED_SEAT = Seat(team="blue", role=RoleType.BLUE), Seat(team="red", role=RoleType.RED)
BLUEWORD = "BLUERING"
JUDGE = Seat(team="white", role=RoleType.EVALUATOR)


def until(holds: Callable[[], Any], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.01)


def process(*words: object, into: Path | None = None) -> subprocess.Popen[str]:
    """into: a file that what it prints is added to."""
    line = [sys.executable, "-m", "tests.services.exercise.joining_process", *map(str, words)]
    with open(into or os.devnull, "a") as printed:
        return subprocess.Popen(line, cwd=ROOT, stdout=printed, stderr=subprocess.DEVNULL, text=True)


def kill(child: subprocess.Popen[str]) -> None:
    """kill -9."""
    if child.poll() is None:
        os.kill(child.pid, signal.SIGKILL)
    child.wait()


class Host:
    def __init__(self, folder: Path, package: Package) -> None:
        self.folder = folder
        ExerciseRun.create(package, folder, clock=system_clock)
        self._place = HeldPort()
        self.port = self._place.number
        self.hosting = Hosting(folder, self.allowed, system_clock)
        self.node = process("node", folder, self.port)
        self.driver: ExerciseDriver | None = None
        self._seats: list[JoinedSeat] = []
        until(self.hosting.status)

    @property
    def allowed(self) -> Allowed:
        return Allowed(exercise=Exercise(listen=f"127.0.0.1:{self.port}", to=("127.0.0.1:*",)))

    def conduct(self, speed: float) -> ExerciseDriver:
        driver = self.driver = driver_of(self.folder)
        driver.do(lambda run: run.conduct.set_speed(speed)).result()
        driver.do(lambda run: run.conduct.start()).result()
        return driver

    def code(self, seat: Seat = BLUE, port: int | None = None) -> JoinCode:
        code = self.hosting.invite(seat)
        return code if port is None else code._replace(port=port)

    def join(self, folder: Path, code: JoinCode, name: str = "Anna") -> JoinedSeat:
        join(code, folder, name=name, allowed=LOOPBACK)
        return self.open(folder)

    def open(self, folder: Path) -> JoinedSeat:
        seat = JoinedSeat(folder, allowed=LOOPBACK, ids=random_id)
        self._seats.append(seat)
        return seat

    def admitted(self, code: JoinCode) -> None:
        """Wait until the node has taken note of a code."""
        link = link_of(code)
        until(link.seat)
        link.close()

    def restart_node(self) -> None:
        kill(self.node)
        self.node = process("node", self.folder, self.port)

    def close(self) -> None:
        for seat in self._seats:
            seat.close()
        if self.driver is not None:
            self.driver.close()
        if self.node.poll() is None:
            self.node.terminate()
        self.node.communicate(timeout=60)
        self.hosting.close()
        self._place.close()


def ring(desk: Desk, title: str = BLUEWORD) -> str:
    """What an officer draws with the ordinary tools; its id."""
    return desk.items.create(
        {
            Aspect.NATURE: Nature(type=ItemType.AREA),
            Aspect.SHAPE: Shape(type="Point", coordinates=VADUZ, radius_m=5_000.0),
            Aspect.WORDING: Wording(title=title),
        }
    )[0]


def link_of(code: JoinCode, client: str = "client") -> Link:
    target = Target(host=code.host, port=code.port, pin=code.pin, key=code.key(), client=client, name="Test")
    return Link(target)


def follow(code: JoinCode, client: str, stop: Callable[[], bool], into: list[tuple[Any, str]]) -> None:
    """Keep (served, digest) of every frame; where the node is silent for too long, come again."""
    while not stop():
        assembler = Assembler()
        with contextlib.suppress(NotReachedError), contextlib.closing(link_of(code, client).frames()) as coming:
            for frame in coming:
                into.append((assembler.take(frame), assembler.digest))
                if stop():
                    return


def flood(key: bytes, port: int, stopped: threading.Event) -> None:
    """Say nonsense without a pause, as whoever has this key."""
    link = PinnedConnection("127.0.0.1", port, lambda _: True, timeout=10)
    sent = 0
    while not stopped.is_set() and sent < 100_000:
        sent += 1
        try:
            link.request("POST", wire.SAY, body=b"{}", headers={"Authorization": wire.SCHEME + key.hex()})
            link.getresponse().read()
        except (OSError, http.client.HTTPException):
            link.close()
    link.close()
