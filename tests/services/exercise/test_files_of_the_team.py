"""A file that one seat attaches to an item comes to the team's other seats, the directing staff and the record, with
real sockets; no other team learns of it, and nothing of it is lost or done twice."""

from __future__ import annotations

import hashlib
import random
import resource
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from qroc_desktop.domain.aspects import Attachment, Attachments
from qroc_desktop.domain.change import encode_patch
from qroc_desktop.domain.query import Outcome
from qroc_desktop.domain.vocabulary import Aspect, SubjectType
from qroc_desktop.errors import Refused
from qroc_desktop.exercise.edits import Edit, Touch
from qroc_desktop.exercise.intake import INTAKE
from qroc_desktop.exercise.recording import Recording
from qroc_desktop.exercise.team_files import LARGEST_FILE
from qroc_desktop.services.desk import Desk
from qroc_desktop.services.exercise.fork import Fork
from qroc_desktop.services.exercise.run import ExerciseRun
from qroc_desktop.services.exercise.runs import RECORD
from qroc_desktop.store.files import PIECE
from tests.exercise.building import package
from tests.services.exercise.exercise_host import BLUE, RED_SEAT, Host, kill, link_of, process, ring, until
from tests.services.exercise.joining_process import driver_of
from tests.services.exercise.test_exercise_joining import _in_clear
from tests.services.exercise.test_one_picture import JUDGE_OF_BLUE, leave
from tests.services.reading_proxy import ReadingProxy

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
    until(lambda: any(not one.batch and one.items == {drawn} and one.aspects == {Aspect.ATTACHMENTS} for one in told))
    until(lambda: not anna.unsent() and anna.trouble() is None)
    # From the director's machine as well, and to whoever comes late.
    second = photo(tmp_path / "files" / "house.png", 1_000, 2)
    attach(desks[2], drawn, second)
    late = host.join(tmp_path / "Carl", code, "Carl")
    both = {"car.png": path.read_bytes(), "house.png": second.read_bytes()}
    until(lambda: late.desk.workspace.items_by_id([drawn]))
    until(lambda: all(held(desk, drawn) == both for desk in (*desks, late.desk)))
    for seat in (anna, bert, late):
        until(lambda seat=seat: not list((seat.folder / "coming").glob("*")))  # type: ignore[misc]
        leave(host, seat)
    record = Recording(host.folder / RECORD, read_only=True)
    assert record.files.whole("blue") == {
        hashlib.sha256(file.read_bytes()).hexdigest(): file.stat().st_size for file in (path, second)
    }
    assert record.files.whole("red") == {}
    record.verify()
    record.close()


def test_who_asks_for_a_file_of_another_team_hears_what_he_hears_of_none(host: Host, tmp_path: Path) -> None:
    host.conduct(1)
    codes = {"blue": host.code(BLUE), "red": host.code(RED_SEAT), "judge": host.code(JUDGE_OF_BLUE)}
    anna, judge = (host.join(tmp_path / name, codes[name], name) for name in ("blue", "judge"))
    rudi = host.join(tmp_path / "red", codes["red"], "Rudi")
    until(lambda: anna.trouble() is None and rudi.trouble() is None and judge.trouble() is None)
    drawn = ring(anna.desk)
    path = photo(tmp_path / "files" / "car.png", 300_000)
    attach(anna.desk, drawn, path)
    until(lambda: judge.desk.workspace.items_by_id([drawn]))
    until(lambda: held(judge.desk, drawn) == {"car.png": path.read_bytes()})
    name, none = hashlib.sha256(path.read_bytes()).hexdigest(), "0" * 64
    links = {who: link_of(code) for who, code in codes.items()}

    def answers(who: str, sha256: str) -> list[str]:
        heard = []
        for ask in (
            lambda: links[who].piece(sha256, 0),
            lambda: links[who].piece(sha256, 99),
            lambda: links[who].bring(sha256, 300_000, 0, b""),
            lambda: links[who].bring(sha256, 300_000, 0, path.read_bytes()[:PIECE]),
            lambda: links[who].bring(sha256, 300_000, 1, path.read_bytes()[PIECE:]),
        ):
            with pytest.raises(Refused) as refused:
                ask()
            heard.append(str(refused.value))
        return heard

    assert answers("red", name) == answers("red", none)
    assert set(answers("red", name)) == {answers("blue", none)[0]}
    # A file of the same bytes that red attaches itself is red's, and comes to nobody else.
    ours = ring(rudi.desk, "REDRING")
    attach(rudi.desk, ours, path)
    until(lambda: len(rudi.shown().view.edits) == 2)
    until(lambda: links["red"].bring(name, 300_000, 0, b"") is None)
    # Who judges a team sees its files and brings none.
    with pytest.raises(Refused, match="do not change the picture"):
        links["judge"].bring(name, 300_000, 0, b"")
    # Nonsense gets one line and stops nobody.
    for number, size in ((10**9 - 1, 300_000), (0, 0), (0, 10**10)):
        links["blue"].bring(name, size, number, b"x")
    second = photo(tmp_path / "files" / "second.png", 1_000, 2)
    attach(anna.desk, drawn, second)
    until(lambda: held(judge.desk, drawn).get("second.png") == second.read_bytes())
    for link in links.values():
        link.close()


def test_neither_traffic_nor_files_of_one_side_hold_a_byte_of_what_the_other_attaches(
    host: Host, tmp_path: Path
) -> None:
    driver = host.conduct(8)
    proxies = [ReadingProxy(host.folder, host.port) for _ in range(2)]
    sides = [
        host.join(tmp_path / seat.team, host.code(seat, proxy.port), seat.team)
        for seat, proxy in zip((BLUE, RED_SEAT), proxies, strict=True)
    ]
    until(lambda: all(side.trouble() is None for side in sides))
    for side, word in zip(sides, ("BLUEPHOTO", "REDPHOTO"), strict=True):
        path = tmp_path / "files" / f"{word}NAME.png"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(PNG + word.encode() * 40_000)
        attach(side.desk, ring(side.desk, word), path)
    for team in ("blue", "red"):
        until(lambda team=team: driver.do(lambda run: run.conduct.files.whole(team)).result())  # type: ignore[misc]
        until(lambda team=team: team == "red" or len(sides[0].shown().view.edits) == 2)  # type: ignore[misc]
    t = sides[0].shown().view.t
    until(lambda: all(side.shown().view.t > t + 5_000 and not side.unsent() for side in sides))
    for side in sides:
        leave(host, side)
    traffic = [_in_clear(bytes(proxy.traffic)) for proxy in proxies]
    for proxy in proxies:
        proxy.close()
    assert host.driver is not None
    host.driver.close()
    kept = []
    for team in ("blue", "red"):
        files = [*(tmp_path / team).rglob("*"), *host.folder.glob(f"{team}.qroc*")]
        kept.append(b"".join(path.read_bytes() for path in files if path.is_file()))
    words = (b"BLUEPHOTO", b"REDPHOTO")
    for number, (mine, other) in enumerate((words, words[::-1])):
        assert mine in traffic[number], "the search finds what is there"
        assert mine in kept[number]
        assert other not in traffic[number] + kept[number]


def test_what_is_attached_without_a_network_comes_later(host: Host, tmp_path: Path) -> None:
    host.conduct(1)
    code = host.code(BLUE)
    anna, bert = (host.join(tmp_path / name, code, name) for name in ("Anna", "Bert"))
    until(lambda: anna.trouble() is None and bert.trouble() is None)
    drawn = ring(anna.desk)
    until(lambda: bert.desk.workspace.items_by_id([drawn]))
    host.node.kill()
    host.node.wait()
    until(anna.trouble)
    path = photo(tmp_path / "files" / "car.png", 600_000)
    attach(anna.desk, drawn, path)
    until(lambda: "kept and sent later (1)" in str(anna.trouble()))
    leave(host, anna)
    host.restart_node()
    until(lambda: bert.trouble() is None)
    assert held(bert.desk, drawn) == {}
    anna = host.open(tmp_path / "Anna")
    until(lambda: held(bert.desk, drawn) == {"car.png": path.read_bytes()})
    until(lambda: not anna.unsent() and anna.trouble() is None)


@pytest.mark.slow
def test_all_are_killed_while_a_seat_attaches_and_every_file_comes_whole_and_once(tmp_path: Path) -> None:
    host = Host(tmp_path / "run", package())
    code = host.code(BLUE)
    host.admitted(code)
    anna = host.join(tmp_path / "Anna", code, "Anna")
    drawn = ring(anna.desk)
    leave(host, anna)
    bert = host.join(tmp_path / "Bert", code, "Bert")
    log = tmp_path / "attached"

    def attached() -> list[str]:
        return log.read_text().splitlines() if log.exists() else []

    start = {
        "node": lambda: process("node", host.folder, host.port),
        "conduct": lambda: process("conduct", host.folder, 8),
        "attach": lambda: process("attach", tmp_path / "Anna", drawn, into=log),
    }
    running = {"node": host.node, "conduct": start["conduct"](), "attach": start["attach"]()}
    for victims in (["attach"], ["conduct"], ["node", "attach"], ["conduct", "node"]):
        before = len(attached())
        until(lambda before=before: len(attached()) > before + 1)  # type: ignore[misc]
        for victim in victims:
            kill(running[victim])
            running[victim] = start[victim]()
    before = len(attached())
    until(lambda: len(attached()) > before)
    kill(running["attach"])
    host.node = running["node"]
    anna = host.open(tmp_path / "Anna")
    files = held(anna.desk, drawn)
    until(lambda: bert.desk.workspace.items_by_id([drawn]) and held(bert.desk, drawn) == files)
    assert set(attached()) <= {hashlib.sha256(data or b"").hexdigest() for data in files.values()}, "lost"
    until(lambda: anna.trouble() is None and not anna.unsent())
    kill(running["conduct"])
    record = Recording(host.folder / RECORD, read_only=True)
    assert set(attached()) <= set(record.files.whole("blue"))
    record.verify()
    record.close()
    driver = host.conduct(1)
    until(lambda: held(driver.run.desks["blue"], drawn) == files)
    until(lambda: not _pieces(host.folder / INTAKE))
    host.close()


def _pieces(intake: Path) -> int:
    with closing(sqlite3.connect(intake)) as connection:
        return int(connection.execute("SELECT count(*) FROM team_file_piece").fetchone()[0])


def test_a_file_that_is_too_large_stays_with_a_word_and_the_step_is_not_lost(host: Host, tmp_path: Path) -> None:
    host.conduct(1)
    code = host.code(BLUE)
    anna, bert = (host.join(tmp_path / name, code, name) for name in ("Anna", "Bert"))
    until(lambda: anna.trouble() is None and bert.trouble() is None)
    drawn = ring(anna.desk)
    large = tmp_path / "large.mp4"
    with large.open("wb") as file:
        file.write(b"\x00\x00\x00\x18ftypmp42")
        file.truncate(LARGEST_FILE + 1)
    attach(anna.desk, drawn, large)
    until(lambda: "larger than 50 MB" in str(anna.trouble()))
    until(lambda: bert.desk.workspace.items_by_id([drawn]) and held(bert.desk, drawn) == {"large.mp4": None})
    until(lambda: not anna.unsent())
    small = photo(tmp_path / "files" / "car.png", 1_000)
    attach(anna.desk, drawn, small)
    until(lambda: held(bert.desk, drawn) == {"large.mp4": None, "car.png": small.read_bytes()})


@pytest.mark.expects_log("a file cannot be kept: The disk is full")
def test_a_workstation_whose_disk_is_full_says_so_and_takes_the_file_when_there_is_room(
    host: Host, tmp_path: Path
) -> None:
    host.conduct(1)
    code = host.code(BLUE)
    anna, bert = (host.join(tmp_path / name, code, name) for name in ("Anna", "Bert"))
    until(lambda: anna.trouble() is None and bert.trouble() is None)
    drawn = ring(anna.desk)
    until(lambda: bert.desk.workspace.items_by_id([drawn]))

    def room(pages: int | None) -> None:
        def limited(connection: sqlite3.Connection) -> None:
            most = 2**30 if pages is None else connection.execute("PRAGMA page_count").fetchone()[0] + pages
            connection.execute(f"PRAGMA max_page_count = {most}").fetchone()

        bert.desk.workspace._writing().do(limited)

    room(100)
    path = photo(tmp_path / "files" / "car.png", 2_000_000)
    attach(anna.desk, drawn, path)
    until(lambda: "full" in str(bert.trouble()))
    assert held(bert.desk, drawn) == {"car.png": None}, "the step itself is there"
    room(None)
    until(lambda: held(bert.desk, drawn) == {"car.png": path.read_bytes()} and bert.trouble() is None)


def test_a_fork_has_the_files_that_are_there_and_does_not_wait_for_one_on_its_way(host: Host, tmp_path: Path) -> None:
    driver = host.conduct(1)
    desk = driver.run.desks["blue"]
    drawn, path = ring(desk), photo(tmp_path / "files" / "car.png", 1_000)
    attach(desk, drawn, path)
    until(lambda: driver.do(lambda run: run.conduct.files.whole("blue")).result())
    coming = Attachment(name="coming.png", media_type="image/png", size=9, sha256="1" * 64)
    seen = desk.workspace.items_by_id([drawn])[drawn]
    files = Attachments(files=(*seen.attachments.files, coming))
    patch = encode_patch({Aspect.ATTACHMENTS: files}).decode()
    edit = Edit(id="of-anna", by="Anna", touches=(Touch(type=SubjectType.ITEM, id=drawn, patch=patch),))
    driver.do(lambda run: run.conduct.edit("blue", edit)).result()
    there = {"car.png": path.read_bytes(), "coming.png": None}
    until(lambda: held(desk, drawn) == there)
    driver.do(lambda run: run.conduct.pause()).result()
    folder = driver.do(lambda run: Fork(run, tmp_path / "fork")).result().complete()
    fork = driver_of(folder)
    assert held(fork.run.desks["blue"], drawn) == there
    fork.do(lambda run: run.conduct.start()).result()
    until(lambda: list(fork.do(lambda run: run.conduct.files.whole("blue").values()).result()) == [1_000])
    fork.close()


def test_a_node_that_cannot_write_any_more_is_told_of_and_takes_the_file_when_it_can(
    host: Host, tmp_path: Path
) -> None:
    host.conduct(1)
    code = host.code(BLUE)
    anna, bert = (host.join(tmp_path / name, code, name) for name in ("Anna", "Bert"))
    until(lambda: anna.trouble() is None and bert.trouble() is None)
    drawn = ring(anna.desk)
    until(lambda: bert.desk.workspace.items_by_id([drawn]))
    written = max(path.stat().st_size for path in host.folder.glob(f"{INTAKE}*"))
    resource.prlimit(host.node.pid, resource.RLIMIT_FSIZE, (written + 400_000, resource.RLIM_INFINITY))
    path = photo(tmp_path / "files" / "car.png", 2_000_000)
    attach(anna.desk, drawn, path)
    until(lambda: "cannot keep anything now" in str(anna.trouble()))
    assert anna.unsent() == 1
    until(lambda: held(bert.desk, drawn) == {"car.png": None})
    resource.prlimit(host.node.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    until(lambda: held(bert.desk, drawn) == {"car.png": path.read_bytes()})
    until(lambda: anna.trouble() is None and not anna.unsent())


def test_a_record_that_has_no_room_for_a_file_has_room_for_the_step_and_the_exercise_goes_on(host: Host) -> None:
    driver = host.conduct(1)
    desk = driver.run.desks["blue"]
    drawn = ring(desk)
    until(lambda: driver.do(lambda run: run.conduct.edited("blue")).result())

    def room(run: ExerciseRun, pages: int | None = None) -> None:
        connection = run.conduct._recording._connection
        most = 2**30 if pages is None else connection.execute("PRAGMA page_count").fetchone()[0] + pages
        connection.execute(f"PRAGMA max_page_count = {most}").fetchone()

    driver.do(lambda run: room(run, 40)).result()
    path = photo(host.folder.parent / "files" / "car.png", 300_000)
    attach(desk, drawn, path)
    until(lambda: len(driver.do(lambda run: run.conduct.edited("blue")).result()) == 2)
    staff = driver.run.desks["white"].workspace
    until(lambda: any("Files of items cannot be kept" in entry.entry.text for entry in staff.entries()))
    t = driver.snapshot.reading.t
    until(lambda: driver.snapshot.reading.t > t + 500)
    assert driver.snapshot.trouble is None

    def again(run: ExerciseRun) -> None:
        room(run)
        run._team_files._next = 0.0

    driver.do(again).result()
    until(lambda: driver.do(lambda run: run.conduct.files.whole("blue")).result())
