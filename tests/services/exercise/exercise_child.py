"""A run that plays as fast as it can until it is killed; what was acknowledged it tells, line by line.

Run as a program: FOLDER, where a run of `played_until_killed` lies.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

from qroc_desktop.domain.aspects import Nature, Wording
from qroc_desktop.domain.ids import random_id
from qroc_desktop.domain.shape import point
from qroc_desktop.domain.vocabulary import Aspect, EntryKind, ItemType
from qroc_desktop.exercise.package import Package
from qroc_desktop.policy import Policy
from qroc_desktop.services.exercise.run import ExerciseRun
from qroc_desktop.services.sharing import Sharing
from qroc_desktop.services.system import system_clock
from tests.exercise.building import SMALL, small
from tests.services.sharing_centres import INSTRUMENTS, grounds

PICTURES = 60


def picture(number: int) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + f"PICTURE {number} ".encode() * 4000


def played_until_killed() -> Package:
    """A message with a picture every ten seconds, and a picture of the neighbour with every third."""
    teams = [
        {**SMALL["teams"][0], "name": {"en": "Blue"}, "centre": {"country": "LI"}},
        *SMALL["teams"][1:],
        {"id": "green", "side": "green", "name": {"en": "Neighbour"}, "centre": {"country": "AT"}},
    ]
    media = {f"{n}.png": picture(n) for n in range(PICTURES)}
    injects: list[dict[str, Any]] = []
    for n in range(PICTURES):
        shares = [{"by": "green", "to": "blue", "medium": f"{n}.geojson"}] if n % 3 == 0 else []
        media[f"{n}.geojson"] = (
            b'{"type": "FeatureCollection", "features": [{"type": "Feature", "id": "%d", "geometry": {"type": "Point",'
            b' "coordinates": [9.5, 47.1]}, "properties": {"name": "Theirs %d"}}]}' % (n, n)
        )
        injects.append(
            {
                "id": f"i{n}", "title": {"en": "T"}, "body": {"en": f"Message {n}."}, "to": {"teams": ["blue"]},
                "trigger": {"at": 10 * n + 5}, "media": [f"{n}.png"], "shares": shares,
            }
        )  # fmt: skip
    scenario = small(teams=teams, injects=injects, branches=[], objectives=[])
    return Package(scenario=scenario, media=media)


def told(*words: str) -> None:
    sys.stdout.write(" ".join(words) + "\n")
    sys.stdout.flush()


def main(folder: Path) -> None:
    run = ExerciseRun(folder, clock=system_clock, mono=time.monotonic_ns, ids=random_id, author="Officer")
    run.conduct.set_speed(30)
    run.conduct.start()
    run.tick()
    blue, number = run.desks["blue"], 0
    sharing = Sharing(blue.workspace, run.centre("blue").exchange, Policy(INSTRUMENTS))
    to = run.centre("green").exchange.identity.centre
    told("begun")
    while not run.conduct.over:
        number += 1
        entry, _ = blue.logbook.add(EntryKind.DECISION, f"Decision {number}")
        told("entry", entry)
        if number % 4 == 0:
            title = f"Ours {random_id()}"
            item, _ = blue.items.create(
                {
                    Aspect.NATURE: Nature(type=ItemType.NOTE),
                    Aspect.SHAPE: point(9.5, 47.1),
                    Aspect.WORDING: Wording(title=title),
                }
            )
            sharing.send(sharing.preview([item], to, grounds()), officer="Liaison", why="Needed")
            told("share", title)
        run.tick()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
