"""Attaches one file after another and says each hash once it is acknowledged, until it is killed."""

from __future__ import annotations

import random
import sys
from itertools import count
from pathlib import Path

from qroc_desktop.store import Workspace
from qroc_desktop.store.files import PIECE, HeldFile
from tests.store.building import CountingIds, HandClock
from tests.store.test_files import naming

if __name__ == "__main__":
    chance = random.Random(int(sys.argv[2]))
    clock = HandClock()
    with Workspace.open(Path(sys.argv[1]), clock=clock, ids=CountingIds("p")) as workspace:
        for number in count():
            clock.forward()
            file = HeldFile(chance.randbytes(chance.randrange(1, 6 * PIECE)))
            workspace.append([naming(f"i{number}", file)], author="anna", label="attach", brings=[file])
            print(file.sha256, flush=True)  # noqa: T201
