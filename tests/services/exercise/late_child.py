"""A seat that joins late, in a process of its own that ends in the middle of writing: `FOLDER RECORD STEPS`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import msgspec

from qroc_desktop.exercise.edits import Edit
from tests.services.exercise.test_team_edits import Seat


def main(folder: Path, record: Path, steps: int) -> None:
    seat = Seat(folder, "late")
    written = 0

    def looked_at(statement: str) -> None:
        nonlocal written
        written += statement.startswith("INSERT INTO batch ")
        if written == steps:
            os._exit(9)

    seat.desk.workspace._writing().do(lambda connection: connection.set_trace_callback(looked_at))
    seat.hear(msgspec.json.decode(record.read_bytes(), type=list[Edit]))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
