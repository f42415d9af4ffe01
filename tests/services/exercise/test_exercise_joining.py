"""Several workstations in one exercise, with a node and sockets as they are: each is served its seat's view and
nothing else, the same that the record gives; nothing that is said is lost or done twice."""

from __future__ import annotations

import hashlib
import random
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from qroc_desktop.domain.query import ItemQuery
from qroc_desktop.domain.vocabulary import EntryKind, SubjectType, WorkspaceKind
from qroc_desktop.errors import Refused
from qroc_desktop.exercise import frames, seating
from qroc_desktop.exercise.clock import Reading
from qroc_desktop.exercise.edits import Edit, Touch
from qroc_desktop.exercise.events import Acted, Event, NoDuff, Rated
from qroc_desktop.exercise.frames import Medium
from qroc_desktop.exercise.intake import Fate
from qroc_desktop.exercise.package import Package
from qroc_desktop.exercise.recording import Recording
from qroc_desktop.exercise.seating import CallsNoDuff, Plans, Rates, Seat, Served, Wrote, encoded
from qroc_desktop.exercise.view import view_of
from qroc_desktop.exercise.vocabulary import ClockState, Passed, Rating, RoleType
from qroc_desktop.exercise.world import World
from qroc_desktop.services.exercise.driver import ExerciseDriver
from qroc_desktop.services.exercise.joining import wire
from qroc_desktop.services.exercise.joining.joined_seat import join
from qroc_desktop.services.exercise.joining.link import NotAdmittedError, NotReachedError
from qroc_desktop.services.exercise.joining.node import ExerciseNode
from qroc_desktop.services.exercise.runs import RECORD
from qroc_desktop.services.system import system_clock
from tests.exercise.building import SMALL, dense, package
from tests.services.exercise.exercise_host import (
    BLUE,
    JUDGE,
    RED_SEAT,
    Host,
    flood,
    follow,
    kill,
    link_of,
    process,
    until,
)
from tests.services.exercise.joining_process import LOOPBACK
from tests.services.exercise.test_exercise_run import RED
from tests.services.reading_proxy import ReadingProxy

PHOTO = b"\xff\xd8 a photo " * 1000


def with_media() -> Any:
    injects = [dict(inject) for inject in SMALL["injects"]]
    injects[0]["media"] = ["media/photo.jpg"]
    injects[2]["media"] = ["media/REDPHOTO.jpg"]
    made = package(injects=injects)
    return msgspec.structs.replace(
        made, media={"media/photo.jpg": PHOTO, "media/REDPHOTO.jpg": b"REDBODY in a photo" * 50}
    )


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    made = Host(tmp_path / "run", with_media())
    yield made
    made.close()


def recorded(host: Host) -> list[Event]:
    record = Recording(host.folder / RECORD, read_only=True)
    events = [event for _, event in record.events()]
    record.close()
    return events


def from_disk(record: Recording, seat: Seat, served: Served) -> set[str]:
    """What the record alone says that the seat is shown at the instant: one digest for each number of events that
    happened at that very millisecond."""
    events = [event for _, event in record.events()]
    before = [event for event in events if event.t < served.view.t]
    at = [event for event in events if event.t == served.view.t]
    found = set()
    for count in range(len(at) + 1):
        world = World(record.ground).take_all([*before, *at[:count]], served.view.t)
        view = view_of(world, seat.team, record.secret)
        named = sorted({name for told in view.told for name in told.media})
        held = {name: record.medium(name) or b"" for name in named}
        media = {name: Medium(size=len(data), sha256=sha256(data)) for name, data in held.items()}
        found.add(
            frames.digest(
                frames.parts(
                    seating.served(seat, served.reading, view, world.standing, record.scenario.objectives), media
                )
            )
        )
    return found


def jump(driver: ExerciseDriver, t: int) -> None:
    driver.do(lambda run: run.conduct.pause()).result()
    driver.do(lambda run: run.jump(t, Passed.FIRE)).result()
    driver.do(lambda run: run.conduct.start()).result()


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.mark.slow
def test_what_joined_seats_are_served_at_any_instant_and_speed_is_what_the_record_gives(host: Host) -> None:
    codes = {seat: host.code(seat) for seat in (BLUE, RED_SEAT, JUDGE)}
    for code in codes.values():
        host.admitted(code)
    ended = threading.Event()
    seen: dict[tuple[Seat, str], list[tuple[Served, str]]] = {
        (BLUE, "a"): [], (BLUE, "b"): [], (RED_SEAT, "c"): [], (JUDGE, "d"): [],
    }  # fmt: skip
    threads = [
        threading.Thread(target=follow, args=(codes[seat], client, ended.is_set, into), daemon=True)
        for (seat, client), into in seen.items()
    ]
    for thread in threads:
        thread.start()
    driver = host.conduct(64)
    for speed in (64, 8, 1, 0.5):
        driver.do(lambda run, speed=speed: run.conduct.set_speed(speed)).result()  # type: ignore[misc]
        time.sleep(1.5)
        driver.do(lambda run: run.conduct.act("blue", "ring", "Ring", "A")).result()
        touch = Touch(type=SubjectType.ITEM, id="ring", patch=f'{{"wording":{{"title":"{speed}"}}}}')
        edit = Edit(id=f"edit-{speed}", by="A", touches=(touch,))
        driver.do(lambda run, edit=edit: run.conduct.edit("blue", edit)).result()  # type: ignore[misc]
        driver.do(lambda run: run.conduct.rate("contain", "ring-in-time", Rating.PERFORMED, "", "B")).result()
    # Not so fast that the exercise could be over before they have seen enough of it.
    driver.do(lambda run: run.conduct.set_speed(8)).result()
    until(lambda: all(len(shown) > 60 for shown in seen.values()))
    until(lambda: len({served.view.t for served, _ in seen[BLUE, "a"]} & {s.view.t for s, _ in seen[BLUE, "b"]}) > 40)
    jump(driver, 2_400_000)
    until(lambda: all(shown[-1][0].view.t > 2_400_000 for shown in seen.values()))
    ended.set()
    for thread in threads:
        thread.join()
    record = Recording(host.folder / RECORD, read_only=True)
    for (seat, client), shown in seen.items():
        assert len(shown) > 30, client
        for served, digest in shown[:: max(1, len(shown) // 60)]:
            assert digest in from_disk(record, seat, served), (client, served.view.t)
    # Several frames may be of one instant: what is commanded falls on the millisecond at which the clock stands, and
    # whoever is slow sees the last of them only. So two are compared by what the record has for that instant.
    first: dict[int, dict[str, Reading]] = {}
    for served, digest in seen[BLUE, "a"]:
        first.setdefault(served.view.t, {})[digest] = served.reading
    both = [(served, digest) for served, digest in seen[BLUE, "b"] if served.view.t in first]
    assert len(both) > 30
    for served, digest in both:
        if digest not in (alike := first[served.view.t]):
            possible = from_disk(record, BLUE, served)
            assert digest in possible
            assert len(possible) > 1 or served.reading not in alike.values(), "nothing happened between the two"
    record.close()
    assert len(seen[BLUE, "b"][-1][0].view.edits) == 4
    assert not seen[RED_SEAT, "c"][-1][0].view.edits
    assert seen[JUDGE, "d"][-1][0].judgements["ring-in-time"].rating is Rating.PERFORMED


@pytest.mark.slow
def test_neither_traffic_nor_files_of_blue_hold_a_byte_of_red(host: Host, tmp_path: Path) -> None:
    proxies = [ReadingProxy(host.folder, host.port) for _ in range(2)]
    blue = host.join(tmp_path / "blue", host.code(BLUE, proxies[0].port))
    red = host.join(tmp_path / "red", host.code(RED_SEAT, proxies[1].port), "Rudi")
    driver = host.conduct(64)
    until(lambda: driver.snapshot.reading.t > 60_000 and blue.shown().view.told)
    assert blue.medium("media/photo.jpg") == PHOTO
    assert blue.medium("media/photo.jpg") == PHOTO
    with pytest.raises(Refused, match="Nothing of this name was told"):
        blue.medium("media/REDPHOTO.jpg")
    jump(driver, 3_400_000)
    until(lambda: red.shown().view.told)
    assert red.medium("media/REDPHOTO.jpg").startswith(b"REDBODY")
    red.desk.logbook.add(EntryKind.DECISION, "REDNOTE: on to Schaan")
    until(lambda: driver.snapshot.reading.t > 3_500_000 and not red.unsent())
    until(lambda: "Possible sighting" in {item.wording.title for item in blue.desk.workspace.items(ItemQuery())})
    assert blue.desk.identity.kind is WorkspaceKind.EXERCISE
    blue.close()
    red.close()
    host._seats.clear()
    opened = [_in_clear(bytes(proxy.traffic)) for proxy in proxies]
    files = [b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())
             for folder in (tmp_path / "blue", tmp_path / "red")]  # fmt: skip
    for proxy in proxies:
        proxy.close()
    assert b"A man has fled" in opened[0], "the search finds what is there"
    assert b"A man has fled" in files[0]
    assert [word for word in RED if word in opened[0] + files[0]] == []
    assert b"REDNAME" in opened[1]
    assert b"REDNAME" in files[1]
    assert b"A man has fled" not in opened[1] + files[1]


def _in_clear(traffic: bytes) -> bytes:
    """The traffic, and behind it whatever in it can be unpacked, wherever it begins."""
    found, at = [traffic], 0
    while (at := traffic.find(b"\x78\x01", at)) != -1:
        unpacker = zlib.decompressobj()
        try:
            found.append(unpacker.decompress(traffic[at : at + 4_000_000]))
        except zlib.error:
            pass
        at += 2
    return b"".join(found)


def test_what_seats_say_is_recorded_once_and_what_does_not_fit_is_refused(host: Host, tmp_path: Path) -> None:
    driver = host.conduct(1)
    blue = host.join(tmp_path / "blue", host.code(BLUE))
    judge = host.join(tmp_path / "judge", host.code(JUDGE), "Judge")
    until(lambda: blue.trouble() is None and judge.trouble() is None)
    assert blue.info.objectives == ()
    assert judge.info.objectives
    blue.desk.logbook.add(EntryKind.DECISION, "Ring of five kilometres")
    for _ in range(2):
        blue.say(Wrote(id="1", by="Anna", text="Ring", action="ring"))
    judge.say(
        Rates(id="1", by="Judge", objective="contain", task="ring-in-time", rating=Rating.PERFORMED, note="Good.")
    )
    with pytest.raises(Refused, match="Only observers"):
        blue.say(Rates(id="2", objective="contain", note="We were good."))
    for entity in ("runner", "nobody"):
        with pytest.raises(Refused, match="not of your team"):
            blue.say(Plans(id=entity, entity=entity, intents=()))
    assert "not of your team" in str(blue.trouble())
    until(lambda: judge.shown().judgements.get("ring-in-time"))
    assert blue.shown().judgements == {}
    blue.say(CallsNoDuff(id="3", by="Anna", text="A real accident"))
    until(lambda: judge.shown().view.no_duff == "A real accident")
    until(lambda: driver.snapshot.reading.state is ClockState.PAUSED)
    until(lambda: judge.reading().state is ClockState.PAUSED)
    until(lambda: not blue.unsent())
    done = [event for event in recorded(host) if isinstance(event, Acted | Rated | NoDuff)]
    assert sorted(type(event).__name__ for event in done) == ["Acted", "Acted", "NoDuff", "Rated"]
    assert {(event.by, event.text) for event in done if isinstance(event, Acted)} == {
        ("Anna", "decision: Ring of five kilometres"), ("Anna", "Ring"),
    }  # fmt: skip


def test_two_workstations_of_a_team_and_the_director_have_one_logbook(host: Host, tmp_path: Path) -> None:
    driver = host.conduct(1)
    code = host.code(BLUE)
    seats = [host.join(tmp_path / name, code, name) for name in ("Anna", "Bert")]
    until(lambda: all(seat.trouble() is None for seat in seats))
    wrong, _ = seats[0].desk.logbook.add(EntryKind.DECISION, "Ring of five kilometres")
    until(seats[1].desk.logbook.entries)
    (entry,) = seats[1].desk.logbook.entries()
    assert (entry.id, entry.author, entry.entry.kind) == (wrong, "Anna", EntryKind.DECISION)
    seats[1].desk.logbook.correct(entry, "Ring of six kilometres")
    desks = [*(seat.desk for seat in seats), driver.run.desks["blue"]]
    until(lambda: all(len(desk.logbook.entries()) == 2 for desk in desks))
    until(lambda: not any(seat.unsent() for seat in seats))
    texts = [(event.by, event.text) for event in recorded(host) if isinstance(event, Acted)]
    assert texts == [("Anna", "decision: Ring of five kilometres"), ("Bert", "decision: Ring of six kilometres")]
    assert [entry.corrected_by != () for entry in seats[0].desk.logbook.entries()] == [False, True]
    seats[1].close()
    host._seats.remove(seats[1])
    again = host.open(tmp_path / "Bert")
    until(lambda: again.trouble() is None and again._reminded)
    time.sleep(0.5)
    assert len([event for event in recorded(host) if isinstance(event, Acted)]) == 2
    assert driver.run.desks["red"].logbook.entries() == []


def test_without_a_network_it_works_on_says_so_and_sends_everything_later(host: Host, tmp_path: Path) -> None:
    host.conduct(1)
    blue = host.join(tmp_path / "blue", host.code(BLUE))
    until(lambda: blue.trouble() is None)
    host.node.kill()
    host.node.wait()
    until(blue.trouble)
    before = blue.reading().t
    blue.desk.logbook.add(EntryKind.ACTION, "written alone")
    blue.say(Wrote(id="said-alone", by="Anna", text="said alone"))
    until(lambda: blue.unsent() == 2)
    assert "kept and sent later (2)" in str(blue.trouble())
    until(lambda: blue.reading().t > before)
    blue.close()
    host._seats.clear()
    again = host.open(tmp_path / "blue")
    assert again.desk.now() >= again._clock.instant(before)
    again.desk.logbook.add(EntryKind.ACTION, "written after a new start")
    host.restart_node()
    until(lambda: again.trouble() is None and not again.unsent())
    texts = [event.text for event in recorded(host) if isinstance(event, Acted)]
    assert sorted(texts) == ["action: written after a new start", "action: written alone", "said alone"]


def test_where_nobody_conducts_time_stands_and_it_is_said(host: Host, tmp_path: Path) -> None:
    driver = host.conduct(8)
    blue = host.join(tmp_path / "blue", host.code(BLUE))
    until(lambda: blue.trouble() is None and blue.shown().reading.state is ClockState.STARTED)
    driver.do(lambda run: run.conduct.pause()).result()
    time.sleep(4.0)
    until(lambda: blue.trouble() is None)  # a pause is no absence
    driver.do(lambda run: run.conduct.start()).result()
    until(lambda: blue.shown().reading.state is ClockState.STARTED)
    driver.close()
    until(lambda: "Nobody conducts" in str(blue.trouble()))
    assert blue.shown().reading.state is ClockState.PAUSED
    stands = blue.reading().t
    blue.desk.logbook.add(EntryKind.ACTION, "meanwhile")
    until(lambda: not blue.unsent())
    time.sleep(0.3)
    assert blue.reading().t == stands
    assert not [event for event in recorded(host) if isinstance(event, Acted)]
    host.conduct(8)
    until(lambda: blue.trouble() is None)
    until(lambda: [event.text for event in recorded(host) if isinstance(event, Acted)] == ["action: meanwhile"])


def test_a_wrong_revoked_or_renewed_code_gets_nothing(host: Host, tmp_path: Path) -> None:
    host.conduct(8)
    code = host.code(BLUE)
    blue = host.join(tmp_path / "blue", code)
    until(lambda: blue.trouble() is None)
    with pytest.raises(NotAdmittedError, match="not valid"):
        host.join(tmp_path / "wrong", code._replace(secret="0" * 10))
    with pytest.raises(NotReachedError, match="not the exercise of this code"):
        host.join(tmp_path / "pin", code._replace(pin="0" * 12))
    assert not (tmp_path / "wrong").exists()
    assert not (tmp_path / "pin").exists()
    until(lambda: (status := host.hosting.status()) and status.wrong_keys.get("127.0.0.1"))
    until(lambda: [(guest.team, guest.name) for guest in host.hosting.guests()] == [("blue", "Anna")])
    fresh = host.code(BLUE)
    until(lambda: isinstance(blue.trouble(), NotAdmittedError))
    with pytest.raises(NotAdmittedError):
        link_of(code).seat()
    blue.close()
    host._seats.clear()
    renewed = host.join(tmp_path / "blue", fresh)
    until(lambda: renewed.trouble() is None)
    host.hosting.revoke(BLUE)
    until(lambda: isinstance(renewed.trouble(), NotAdmittedError))
    until(lambda: not host.hosting.guests())
    with pytest.raises(Refused, match="another exercise or another seat"):
        host.join(tmp_path / "blue", host.code(RED_SEAT))


def test_a_lying_client_stops_nobody(host: Host, tmp_path: Path) -> None:
    driver = host.conduct(8)
    code, theirs = host.code(BLUE), host.code(RED_SEAT)
    host.admitted(code)
    red = host.join(tmp_path / "red", theirs, "Rudi")
    liar = link_of(code)
    for body in (
        b"x" * (wire.LONGEST_SAYING + 1),
        b"[" * 100_000,
        b"",
        b"\xff\xfe",
        b'{"say":"wrote"}',
        b'{"say":"x","id":"1"}',
    ):
        with pytest.raises(Refused):
            liar.say(body)
    assert liar.say(encoded(Wrote(id="1", text="true"))).number == 1
    assert liar.say(encoded(Wrote(id="1", text="true"))).number == 1
    with pytest.raises(Refused, match="used for something else"):
        liar.say(encoded(Wrote(id="1", text="false")))
    with pytest.raises(Refused):
        liar.say(encoded(Wrote(id="i" * 1000, text="long name")))
    with pytest.raises(Refused, match="Nothing of this name"):
        liar.medium(Medium(size=10**9, sha256="0" * 64))
    stopped = threading.Event()
    keys = (code.key(), b"0" * 32)
    floods = [threading.Thread(target=flood, args=(key, host.port, stopped), daemon=True) for key in keys]
    for one in floods:
        one.start()
    before = red.shown().view.t
    until(lambda: red.shown().view.t > before + 20_000)
    red.say(Wrote(id="1", by="Rudi", text="heard all the same"))
    until(
        lambda: [event.text for event in recorded(host) if isinstance(event, Acted)] == ["true", "heard all the same"]
    )
    stopped.set()
    for one in floods:
        one.join()
    assert host.node.poll() is None
    assert driver.snapshot.trouble is None
    liar.close()


def test_a_seat_that_no_team_has_is_not_invited(host: Host) -> None:
    with pytest.raises(Refused, match="blue, red, white"):
        host.hosting.seat("green")
    with pytest.raises(Refused, match="not defined"):
        host.hosting.seat("blue", "king")
    assert {(seat.team, seat.role) for seat in host.hosting.seats()} == {
        ("blue", RoleType.BLUE), ("red", RoleType.RED), ("white", RoleType.DIRECTOR), ("white", RoleType.EVALUATOR),
    }  # fmt: skip


def test_a_second_node_is_refused_and_the_status_is_not_kept_for_ever(host: Host) -> None:
    with pytest.raises(Refused, match="Another node"):
        ExerciseNode(host.folder, ("127.0.0.1", 0), system_clock).run()
    host.node.terminate()
    host.node.wait(30)
    assert host.hosting.status() is None


def test_a_node_that_a_window_left_behind_ends_when_nobody_conducts_any_more(host: Host) -> None:
    host.node.terminate()
    host.node.wait(30)
    driver = host.conduct(1)
    node = ExerciseNode(host.folder, ("127.0.0.1", 0), system_clock, patience_s=60.0)
    ended = threading.Event()

    def run() -> None:
        node.run()
        ended.set()

    threading.Thread(target=run, daemon=True).start()
    until(lambda: (status := host.hosting.status()) and status.conducted)
    node._patience_s = 1.0  # only now: how long it takes to hear of who conducts is not what this is about
    assert not ended.wait(4), "the run is conducted"
    driver.close()
    assert ended.wait(60)


@pytest.mark.slow
def test_node_conductor_and_workstation_are_killed_at_random_and_nothing_is_lost_or_done_twice(tmp_path: Path) -> None:
    chance = random.Random(11)
    host = Host(tmp_path / "run", package())
    code = host.code(BLUE)
    host.admitted(code)
    join(code, tmp_path / "blue", name="Anna", allowed=LOOPBACK)
    log = tmp_path / "written"

    def written() -> list[str]:
        return log.read_text().splitlines() if log.exists() else []

    start: dict[str, Callable[[], Any]] = {
        "node": lambda: process("node", host.folder, host.port),
        "conduct": lambda: process("conduct", host.folder, 8),
        "seat": lambda: process("seat", tmp_path / "blue", "note", into=log),
    }
    running = {"node": host.node, "conduct": start["conduct"](), "seat": start["seat"]()}
    for _ in range(7):
        before = len(written())
        until(lambda before=before: len(written()) > before + 2)  # type: ignore[misc]
        time.sleep(chance.uniform(0.1, 2.0))
        for victim in chance.sample(sorted(running), chance.choice([1, 1, 2])):
            kill(running[victim])
            running[victim] = start[victim]()
    before = len(written())
    until(lambda: len(written()) > before + 2)
    kill(running["seat"])
    host.node = running["node"]
    blue = host.open(tmp_path / "blue")
    until(lambda: blue.trouble() is None and not blue.unsent())
    until(lambda: all(blue._sayings.receipt(name).fate is Fate.DONE for name in blue._sayings.ids()))  # type: ignore[union-attr]
    kill(running["conduct"])
    host.close()
    texts = [event.text.removeprefix("action: ") for event in recorded(host) if isinstance(event, Acted)]
    assert len(written()) > 20
    assert len(texts) == len(set(texts)), "done twice"
    assert set(written()) <= set(texts), "lost"
    assert texts == sorted(texts, key=lambda text: int(text.split()[1])), "in order"
    record = Recording(host.folder / RECORD, read_only=True)
    assert record.verify() >= len(texts)
    record.close()


def test_a_crowd_is_where_it_is_on_a_joined_workstation_when_the_clock_stands(tmp_path: Path) -> None:
    crowd = dense(120, 300, 600)
    entities = tuple(msgspec.structs.replace(entity, team="blue") for entity in crowd.entities)
    host = Host(tmp_path / "run", Package(scenario=msgspec.structs.replace(crowd, entities=entities)))
    seat = host.join(tmp_path / "seat", host.code())
    driver = host.conduct(8)
    until(lambda: seat.shown().view.t > 8_000)
    driver.do(lambda run: run.conduct.pause()).result()
    stood = driver.snapshot.reading.t
    until(lambda: seat.shown().view.t == stood)

    def late() -> int:
        items = seat.desk.workspace.items(ItemQuery())
        there = {item.id: (item.shape.coordinates, item.wording.description) for item in items if item.shape}
        shown = seat.shown().view.entities
        return sum(there.get(seen.id) != ([*(seen.place or ())], seen.status) for seen in shown)

    until(lambda: late() == 0)
    host.close()
