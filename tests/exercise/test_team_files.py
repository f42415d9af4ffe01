"""Files of teams in record and intake: in pieces, whole or not there, each team's apart, within what is allowed."""

from __future__ import annotations

import hashlib
import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from qroc_desktop.errors import Damaged, Refused
from qroc_desktop.exercise.intake import Intake
from qroc_desktop.exercise.recording import VERSION, Recording
from qroc_desktop.exercise.team_files import LARGEST_FILE, Shelf, Which
from qroc_desktop.store.files import PIECE
from tests.exercise.building import small

DATA = random.Random(3).randbytes(2 * PIECE + 17)
FILE = Which("blue", hashlib.sha256(DATA).hexdigest(), len(DATA))


def piece(number: int, data: bytes = DATA) -> bytes:
    return data[number * PIECE : (number + 1) * PIECE]


@pytest.fixture(params=["record", "intake"])
def shelf(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Shelf]:
    kept = Recording.create(tmp_path / "run.qrocrun", small()) if request.param == "record" else Intake(tmp_path)
    yield kept.files
    kept.close()


def test_a_file_is_there_once_all_of_it_is_and_every_piece_is_kept_once(shelf: Shelf) -> None:
    assert shelf.take(FILE, 0, b"") == 0, "nothing is kept by asking"
    assert shelf.take(FILE, 0, piece(0)) == 1
    for number in (0, 2, 1_000):
        assert shelf.take(FILE, number, piece(number)) == 1, "it wants the next one and no other"
    assert shelf.take(FILE, 1, piece(1)) == 2
    assert shelf.whole("blue") == {}
    assert shelf.piece("blue", FILE.sha256, 0) is None
    assert shelf.take(FILE, 2, piece(2)) is None
    assert shelf.take(FILE, 0, piece(0)) is None
    assert shelf.whole("blue") == {FILE.sha256: len(DATA)}
    assert b"".join(shelf.piece("blue", FILE.sha256, number) or b"" for number in range(4)) == DATA
    assert shelf.verify() == 1
    shelf.let_go("blue", FILE.sha256)
    assert shelf.take(FILE, 0, b"") is None, "that it came is known"


def test_no_team_learns_what_another_one_has(shelf: Shelf) -> None:
    for number in range(3):
        shelf.take(FILE, number, piece(number))
    assert shelf.whole("red") == {}
    assert shelf.piece("red", FILE.sha256, 0) is None
    assert shelf.wanted("red", FILE.sha256) == shelf.wanted("red", "0" * 64) == 0
    red = FILE._replace(team="red")
    assert shelf.take(red, 0, b"") == 0
    assert [shelf.take(red, number, piece(number)) for number in range(3)] == [1, 2, None]


def test_other_bytes_than_announced_are_not_kept_and_the_right_ones_are_taken_afterwards(shelf: Shelf) -> None:
    shelf.take(FILE, 0, piece(0))
    with pytest.raises(Refused, match="wrong length"):
        shelf.take(FILE, 1, piece(1)[:-1])
    shelf.take(FILE, 1, bytes(PIECE))
    with pytest.raises(Refused, match="not what was announced"):
        shelf.take(FILE, 2, piece(2))
    assert shelf.wanted("blue", FILE.sha256) == 0
    assert [shelf.take(FILE, number, piece(number)) for number in range(3)] == [1, 2, None]


def test_too_large_too_much_or_no_name_gets_one_line(shelf: Shelf) -> None:
    with pytest.raises(Refused, match="larger than 50 MB"):
        shelf.take(FILE._replace(size=LARGEST_FILE + 1), 0, piece(0))
    for wrong in (FILE._replace(sha256="../../x"), FILE._replace(size=0), FILE._replace(size=-1)):
        with pytest.raises(Refused, match="no identifier"):
            shelf.take(wrong, 0, piece(0))
    room = 2 * 1024 * 1024
    assert shelf.take(FILE, 0, piece(0), seat="blue blue", room=room) == 1
    with pytest.raises(Refused, match="more than 2 MB"):
        shelf.take(Which("blue", "1" * 64, room), 0, bytes(PIECE), seat="blue blue", room=room)
    # Begun small and then called larger, it is another file.
    with pytest.raises(Refused, match="more than 2 MB"):
        shelf.take(FILE._replace(size=room + 1), 1, piece(1), seat="blue blue", room=room)
    assert shelf.take(Which("blue", "1" * 64, room), 0, bytes(PIECE), seat="blue evaluator", room=room) == 1
    assert shelf.take(FILE, 1, piece(1), seat="blue blue", room=room) == 2


def test_a_full_disk_keeps_what_was_acknowledged_and_takes_the_rest_afterwards(tmp_path: Path) -> None:
    recording = Recording.create(tmp_path / "run.qrocrun", small())
    recording.files.take(FILE, 0, piece(0))
    pages = recording._connection.execute("PRAGMA page_count").fetchone()[0]
    recording._connection.execute(f"PRAGMA max_page_count = {pages + 2}").fetchone()
    with pytest.raises(Refused, match="full") as refused:
        recording.files.take(FILE, 1, piece(1))
    assert refused.value.where == str(recording.path)
    recording._connection.execute("PRAGMA max_page_count = 1000000").fetchone()
    assert recording.files.wanted("blue", FILE.sha256) == 1
    assert [recording.files.take(FILE, number, piece(number)) for number in (1, 2)] == [2, None]
    recording.close()


def test_a_record_of_before_there_were_files_is_read_and_gets_room_for_them(tmp_path: Path) -> None:
    path = tmp_path / "run.qrocrun"
    Recording.create(path, small()).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript("DROP TABLE team_file; DROP TABLE team_file_piece; PRAGMA user_version = 4;")
    old = Recording(path, read_only=True)
    assert old.verify() == 0
    assert old.files.whole("blue") == {}
    assert old.files.piece("blue", FILE.sha256, 0) is None
    new = Recording(path)
    for number in range(3):
        new.files.take(FILE, number, piece(number))
    new.close()
    assert old.files.whole("blue") == {FILE.sha256: len(DATA)}, "whoever follows it sees them at once"
    old.close()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (VERSION,)


def test_a_file_that_was_changed_in_the_record_is_found_by_verify(tmp_path: Path) -> None:
    recording = Recording.create(tmp_path / "run.qrocrun", small())
    for number in range(3):
        recording.files.take(FILE, number, piece(number))
    recording._connection.execute("UPDATE team_file_piece SET data = ? WHERE no = 1", (bytes(PIECE),))
    with pytest.raises(Damaged, match="damaged"):
        recording.verify()
    recording.close()
