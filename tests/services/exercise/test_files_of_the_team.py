"""A file that one seat attaches to an item comes to the team's other seats, the directing staff and the record, with
real sockets; no other team learns of it, and nothing of it is lost or done twice."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from qroc_desktop.domain.query import Outcome
from qroc_desktop.domain.vocabulary import Aspect
from qroc_desktop.exercise.recording import Recording
from qroc_desktop.services.desk import Desk
from qroc_desktop.services.exercise.runs import RECORD
from tests.exercise.building import package
from tests.services.exercise.exercise_host import BLUE, Host, ring, until
from tests.services.exercise.test_one_picture import leave

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    made = Host(tmp_path / "run", package())
    yield made
    made.close()


def photo(path: Path, size: int, seed: int = 1) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(PNG + random.Random(seed).randbytes(size - len(PNG)))
    return path


def attach(desk: Desk, item: str, *paths: Path) -> None:
    desk.attachments.attach(desk.workspace.items_by_id([item])[item], list(paths))


def held(desk: Desk, item: str) -> dict[str, bytes | None]:
    """By name: the bytes of an item's files as they are in a workspace; None for one that is on its way."""
    found: dict[str, bytes | None] = {}
    for file in desk.workspace.items_by_id([item])[item].attachments.files:
        stream = desk.workspace.file(file.sha256)
        found[file.name] = None if stream is None else stream.read()
        if stream is not None:
            stream.close()
    return found


def test_what_one_seat_attaches_all_of_the_team_have(host: Host, tmp_path: Path) -> None:
    driver = host.conduct(1)
    code = host.code(BLUE)
    anna, bert = (host.join(tmp_path / name, code, name) for name in ("Anna", "Bert"))
    until(lambda: anna.trouble() is None and bert.trouble() is None)
    desks = [anna.desk, bert.desk, driver.run.desks["blue"]]
    drawn = ring(anna.desk)
    until(lambda: all(drawn in desk.workspace.items_by_id([drawn]) for desk in desks))
    told: list[Outcome] = []
    bert.desk.subscribe(told.append)
    path = photo(tmp_path / "files" / "car.png", 700_000)
    attach(anna.desk, drawn, path)
    until(lambda: all(held(desk, drawn) == {"car.png": path.read_bytes()} for desk in desks))
    assert any(not one.batch and one.items == {drawn} and one.aspects == {Aspect.ATTACHMENTS} for one in told)
    until(lambda: not anna.unsent())
    assert anna.trouble() is None
    # From the director's machine as well, and to whoever comes late.
    second = photo(tmp_path / "files" / "house.png", 1_000, 2)
    attach(desks[2], drawn, second)
    late = host.join(tmp_path / "Carl", code, "Carl")
    both = {"car.png": path.read_bytes(), "house.png": second.read_bytes()}
    until(lambda: late.desk.workspace.items_by_id([drawn]))
    until(lambda: all(held(desk, drawn) == both for desk in (*desks, late.desk)))
    for seat in (anna, bert, late):
        assert not list((seat.folder / "coming").glob("*"))
        leave(host, seat)
    record = Recording(host.folder / RECORD, read_only=True)
    assert record.files.whole("blue") == {
        hashlib.sha256(file.read_bytes()).hexdigest(): file.stat().st_size for file in (path, second)
    }
    assert record.files.whole("red") == {}
    record.verify()
    record.close()
