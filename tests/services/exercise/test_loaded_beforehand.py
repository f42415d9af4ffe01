"""While the clock runs nobody waits for a part of the program that is loaded only then."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PROGRAM = """
import sys
from pathlib import Path

from qroc_desktop.domain.ids import random_id
from qroc_desktop.exercise import library
from qroc_desktop.paths import program_files
from qroc_desktop.services.exercise.run import ExerciseRun
from tests.exercise.watch import Watch

watch, folder = Watch(), Path(sys.argv[1])
hunt = library.read(program_files().resources / library.FOLDER / "man-hunt")
ExerciseRun.create(hunt, folder, clock=watch.wall)
run = ExerciseRun(folder, clock=watch.wall, mono=watch.mono, ids=random_id, author="Officer")
before = set(sys.modules)
run.conduct.start()
for _ in range(15):
    watch.wait(6)
    run.tick()
sent = sum(len(post.exchange.dispatch.board(peer=other.centre))
           for post in run._centres._posts for other in run._centres._posts if other is not post)
print(sent, *sorted(name for name in set(sys.modules) - before if name.startswith("qroc_desktop.")))
run.close()
"""


def test_the_first_picture_that_a_simulated_centre_sends_loads_nothing(tmp_path: Path) -> None:
    line = [sys.executable, "-c", PROGRAM, str(tmp_path / "run")]
    done = subprocess.run(line, check=False, capture_output=True, text=True, cwd=Path(__file__).parents[3])
    assert done.returncode == 0, done.stderr
    sent, *loaded = done.stdout.split()
    assert int(sent) > 0, "something was read and sent"
    assert loaded == []
