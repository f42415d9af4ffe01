"""The three kinds of process of an exercise with several workstations, for tests that end them by kill -9:

    python -m tests.services.exercise.joining_process node RUN PORT
    python -m tests.services.exercise.joining_process conduct RUN SPEED
    python -m tests.services.exercise.joining_process seat FOLDER WORD     writes WORD 1, WORD 2 ... into its logbook
    python -m tests.services.exercise.joining_process draw FOLDER WORD     draws WORD 1, WORD 2 ... on its map
    python -m tests.services.exercise.joining_process attach FOLDER ITEM   attaches one file after another to an item

A seat prints each entry, the id of what it draws or the hash of a file, once it is on its disk.
"""

from __future__ import annotations

import hashlib
import random
import sys
import time
from pathlib import Path

from qroc_desktop.domain.aspects import AspectValue, Nature, Wording
from qroc_desktop.domain.ids import random_id
from qroc_desktop.domain.query import ItemQuery
from qroc_desktop.domain.shape import point
from qroc_desktop.domain.vocabulary import Aspect, EntryKind, ItemType
from qroc_desktop.errors import Refused
from qroc_desktop.services.exercise.driver import ExerciseDriver
from qroc_desktop.services.exercise.joining.joined_seat import JoinedSeat
from qroc_desktop.services.exercise.joining.node import ExerciseNode
from qroc_desktop.services.exercise.run import ExerciseRun
from qroc_desktop.services.system import system_clock
from qroc_desktop.sync.allowed import Allowed, Exercise

LOOPBACK = Allowed(exercise=Exercise(listen="127.0.0.1:0", to=("127.0.0.1:*",)))


def driver_of(folder: Path) -> ExerciseDriver:
    def opened() -> ExerciseRun:
        return ExerciseRun(folder, clock=system_clock, mono=time.monotonic_ns, ids=random_id, author="Director")

    return ExerciseDriver(opened, tick_s=0.02)


def conduct(folder: Path, speed: float) -> None:
    driver = driver_of(folder)
    driver.do(lambda run: run.conduct.set_speed(speed)).result()
    driver.do(lambda run: run.conduct.start()).result()
    while True:
        time.sleep(1)


def say(line: str) -> None:
    """In one piece, unbuffered Python or not: print() writes its line end apart, and a kill may come between."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def write(folder: Path, word: str) -> None:
    seat = JoinedSeat(folder, allowed=LOOPBACK, ids=random_id)
    number = sum(entry.author == seat.name for entry in seat.desk.logbook.entries(limit=10_000))
    while True:
        number += 1
        seat.desk.logbook.add(EntryKind.ACTION, f"{word} {number}")
        say(f"{word} {number}")
        time.sleep(0.05)


def draw(folder: Path, word: str) -> None:
    seat = JoinedSeat(folder, allowed=LOOPBACK, ids=random_id)
    number = seat.desk.workspace.count(ItemQuery())
    while True:
        number += 1
        drawn: dict[Aspect, AspectValue] = {
            Aspect.NATURE: Nature(type=ItemType.NOTE),
            Aspect.SHAPE: point(9.5, 47.1),
            Aspect.WORDING: Wording(title=f"{word} {number}"),
        }
        say(seat.desk.items.create(drawn)[0])
        time.sleep(0.05)


def attach(folder: Path, item: str) -> None:
    seat = JoinedSeat(folder, allowed=LOOPBACK, ids=random_id)
    while True:
        path = folder.with_name(f"{random_id()}.png")
        path.write_bytes(b"\x89PNG\r\n\x1a\n" + random.randbytes(1_500_000))
        seat.desk.attachments.attach(seat.desk.workspace.items_by_id([item])[item], [path])
        say(hashlib.sha256(path.read_bytes()).hexdigest())
        time.sleep(0.5)


def main(kind: str, path: str, rest: str) -> None:
    if kind == "node":
        ExerciseNode(Path(path), ("127.0.0.1", int(rest)), system_clock).run()
    elif kind == "conduct":
        conduct(Path(path), float(rest))
    elif kind == "draw":
        draw(Path(path), rest)
    elif kind == "attach":
        attach(Path(path), rest)
    else:
        write(Path(path), rest)


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except Refused as error:  # the one before has only just been killed
        sys.exit(f"refused: {error}")
