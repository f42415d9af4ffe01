"""Several seats of a team have one picture: what one draws, changes, deletes or takes back the others and the directing
staff see, with real sockets; nothing of it reaches another team, and nothing is lost or done twice."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from qroc_desktop.domain.aspects import Presence, Situation, Wording
from qroc_desktop.domain.change import encode_patch
from qroc_desktop.domain.ids import random_id
from qroc_desktop.domain.instant import Instant
from qroc_desktop.domain.query import ItemQuery, Moment
from qroc_desktop.domain.shape import point
from qroc_desktop.domain.vocabulary import Aspect, Status, SubjectType
from qroc_desktop.errors import Refused
from qroc_desktop.exercise.edits import Touch
from qroc_desktop.exercise.events import Edited
from qroc_desktop.exercise.recording import Recording
from qroc_desktop.exercise.seating import Edits, Seat
from qroc_desktop.exercise.vocabulary import RoleType
from qroc_desktop.services.desk import Desk
from qroc_desktop.services.exercise.joining.joined_seat import JoinedSeat, join
from qroc_desktop.services.exercise.review.run_review import ReviewedRun
from qroc_desktop.services.exercise.run import ExerciseRun
from qroc_desktop.services.exercise.runs import RECORD
from tests.exercise.building import package
from tests.services.exercise.exercise_host import BLUE, BLUEWORD, RED_SEAT, Host, kill, process, ring, until
from tests.services.exercise.joining_process import LOOPBACK
from tests.services.exercise.test_exercise_joining import _in_clear
from tests.services.reading_proxy import ReadingProxy

JUDGE_OF_BLUE = Seat(team="blue", role=RoleType.EVALUATOR)


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    made = Host(tmp_path / "run", package())
    yield made
    made.close()


def picture(desk: Desk) -> dict[str, tuple[Any, ...]]:
    """What officers see of their own: by id, without what the exercise shows."""
    layers = {layer.id: layer for layer in desk.layers.all() if not layer.id.startswith("exercise-")}
    shown = desk.workspace.items(ItemQuery(layers=frozenset(layers))) if layers else ()
    return {
        item.id: (
            item.wording,
            item.aspects.get(Aspect.SHAPE),
            item.aspects.get(Aspect.SITUATION),
            layers[item.layer].name,
        )
        for item in shown
    }


def titles(desk: Desk) -> set[str]:
    return {wording.title for wording, *_ in picture(desk).values()}


def edited(host: Host) -> list[Edited]:
    record = Recording(host.folder / RECORD, read_only=True)
    events = [event for _, event in record.events() if isinstance(event, Edited)]
    record.close()
    return events


def leave(host: Host, seat: JoinedSeat) -> None:
    seat.close()
    host._seats.remove(seat)


def test_what_one_seat_draws_changes_deletes_and_takes_back_all_of_the_team_see(host: Host, tmp_path: Path) -> None:
    driver = host.conduct(1)
    code = host.code(BLUE)
    anna, bert = (host.join(tmp_path / name, code, name) for name in ("Anna", "Bert"))
    until(lambda: anna.trouble() is None and bert.trouble() is None)
    desks = [anna.desk, bert.desk, driver.run.desks["blue"]]

    def equal() -> bool:
        return picture(desks[0]) == picture(desks[1]) == picture(desks[2])

    drawn = ring(anna.desk)
    until(lambda: equal() and titles(bert.desk) == {BLUEWORD})
    (seen,) = bert.desk.workspace.items_by_id([drawn]).values()
    assert seen.author == "Anna"
    bert.desk.items.edit(seen, {Aspect.WORDING: Wording(title="Ring of Bert")})
    until(lambda: equal() and titles(anna.desk) == {"Ring of Bert"})
    # The director's machine has a window of the team too.
    (seen,) = desks[2].workspace.items_by_id([drawn]).values()
    desks[2].items.edit(seen, {Aspect.SITUATION: Situation(status=Status.ONGOING)})
    until(lambda: equal() and picture(anna.desk)[drawn][2] == Situation(status=Status.ONGOING))
    anna.desk.items.remove([anna.desk.workspace.items_by_id([drawn])[drawn]])
    until(lambda: equal() and not picture(bert.desk))
    assert bert.desk.history.next_undo == "edit", "plain undo takes back what was done here"
    anna.desk.history.undo()
    until(lambda: equal() and titles(bert.desk) == {"Ring of Bert"})
    (removal,) = (c for c in bert.desk.workspace.history(SubjectType.ITEM, drawn)
                  if c.patch.get(Aspect.PRESENCE) == Presence(removed=True))  # fmt: skip
    then = bert.desk.workspace.item(drawn, Moment(valid=removal.valid_at))
    assert then is not None and not then.removed, "what was taken back never was, at his seat as well"  # noqa: PT018
    before = anna.desk.workspace.batch(next(e.id for e in edited(host) if e.by == "Bert"))
    assert before is not None
    anna.desk.history.undo_batch(before.id)
    until(lambda: equal() and titles(bert.desk) == {BLUEWORD})
    until(lambda: not anna.unsent() and not bert.unsent())
    until(lambda: bert.desk.history.next_undo is None)  # his step was taken back at another seat
    events = edited(host)
    assert {event.team for event in events} == {"blue"}
    assert len({event.id for event in events}) == len(events)
    ids = [event.id for event in events]
    for seat in (anna, bert):
        leave(host, seat)
    again = [host.open(tmp_path / name) for name in ("Anna", "Bert")]
    until(lambda: all(seat.trouble() is None and seat._reminded and not seat.unsent() for seat in again))
    late = host.join(tmp_path / "Carl", code, "Carl")
    until(lambda: picture(late.desk) == picture(again[0].desk) == picture(again[1].desk) == picture(desks[2]))
    time.sleep(0.3)
    assert [event.id for event in edited(host)] == ids, "done twice"
    record = Recording(host.folder / RECORD, read_only=True)
    assert record.verify() > 0
    record.close()
    # Afterwards the replay of the team's picture shows what it drew, when it had drawn it.
    driver.do(lambda run: run.conduct.stop()).result()
    reviewed = ReviewedRun(host.folder, ids=random_id, author="Reviewer")
    replayed = reviewed.desks["blue"].workspace
    batches = [replayed.batch(name) for name in ids]
    instants = [batch.recorded_at for batch in batches if batch is not None]
    shown = []
    for instant in (Instant(instants[0] - 1), *instants):
        item = replayed.item(drawn, Moment(valid=instant, known=instant))
        shown.append(None if item is None or item.removed else item.wording.title)
    reviewed.close()
    assert shown == [None, BLUEWORD, "Ring of Bert", "Ring of Bert", None, "Ring of Bert", BLUEWORD], shown


def test_neither_traffic_nor_files_of_red_hold_a_byte_of_what_blue_draws(host: Host, tmp_path: Path) -> None:
    proxy = ReadingProxy(host.folder, host.port)
    driver = host.conduct(8)
    anna, bert = (host.join(tmp_path / name, host.code(BLUE) if name == "Anna" else host.hosting.invite(BLUE), name)
                  for name in ("Anna", "Bert"))  # fmt: skip
    red = host.join(tmp_path / "red", host.code(RED_SEAT, proxy.port), "Rudi")
    until(lambda: bert.trouble() is None and red.trouble() is None)
    drawn = ring(bert.desk)
    ring(red.desk, "REDRING")
    until(lambda: titles(driver.run.desks["blue"]) == {BLUEWORD} and titles(driver.run.desks["red"]) == {"REDRING"})
    until(lambda: red.shown().view.edits and red.shown().view.t > 30_000 and not red.unsent())
    # A hostile red names a thing of blue's; it is done in red's own picture and nowhere else.
    vandal = Edits(id="vandal", by="Rudi", touches=(gone(drawn),))
    red.say(vandal)
    until(lambda: len([event for event in edited(host) if event.team == "red"]) == 2)
    assert titles(driver.run.desks["blue"]) == titles(bert.desk) == {BLUEWORD}
    leave(host, red)
    proxy.close()
    traffic = _in_clear(bytes(proxy.traffic))
    files = b"".join(path.read_bytes() for path in sorted((tmp_path / "red").rglob("*")) if path.is_file())
    assert b"REDRING" in traffic and b"REDRING" in files, "the search finds what is there"  # noqa: PT018
    assert BLUEWORD.encode() not in traffic + files
    leave(host, bert)
    files = b"".join(path.read_bytes() for path in sorted((tmp_path / "Bert").rglob("*")) if path.is_file())
    assert BLUEWORD.encode() in files
    assert b"REDRING" not in files
    until(anna.trouble)  # its code was renewed


def gone(item: str) -> Touch:
    patch = encode_patch({Aspect.PRESENCE: Presence(removed=True)}).decode()
    return Touch(type=SubjectType.ITEM, id=item, patch=patch)


def test_what_is_drawn_without_a_network_comes_later_and_the_records_last_word_holds(
    host: Host, tmp_path: Path
) -> None:
    driver = host.conduct(1)
    code = host.code(BLUE)
    anna, bert = (host.join(tmp_path / name, code, name) for name in ("Anna", "Bert"))
    until(lambda: anna.trouble() is None and bert.trouble() is None)
    drawn = ring(anna.desk)
    until(lambda: titles(bert.desk) == {BLUEWORD})
    leave(host, bert)
    host.node.kill()
    host.node.wait()
    until(anna.trouble)
    held = anna.desk.workspace.items_by_id([drawn])[drawn]
    anna.desk.items.edit(held, {Aspect.WORDING: Wording(title="changed alone")})
    ring(anna.desk, "drawn alone")
    until(lambda: "kept and sent later (2)" in str(anna.trouble()))
    leave(host, anna)
    # Meanwhile somebody else of the team changes the same words, and what nobody else touches.
    desk = driver.run.desks["blue"]
    (seen,) = desk.workspace.items_by_id([drawn]).values()
    desk.items.edit(seen, {Aspect.WORDING: Wording(title="changed meanwhile")})
    (seen,) = desk.workspace.items_by_id([drawn]).values()
    desk.items.edit(seen, {Aspect.SHAPE: point(9.6, 47.2)})
    until(lambda: len(edited(host)) == 3)
    host.restart_node()
    anna, bert = (host.open(tmp_path / name) for name in ("Anna", "Bert"))
    until(lambda: anna.trouble() is None and not anna.unsent() and len(edited(host)) == 5)
    desks = [anna.desk, bert.desk, desk]
    until(lambda: all(titles(one) == {"changed alone", "drawn alone"} for one in desks))
    assert picture(anna.desk) == picture(bert.desk) == picture(desk)
    assert picture(desk)[drawn][1] == point(9.6, 47.2)
    assert [event.by for event in edited(host)][-2:] == ["Anna", "Anna"], "the record's order"
    words = [c.patch[Aspect.WORDING] for c in anna.desk.workspace.history(SubjectType.ITEM, drawn)
             if Aspect.WORDING in c.patch]  # fmt: skip
    assert Wording(title="changed meanwhile") in words, "what does not hold is in the history all the same"


def test_in_a_pause_whoever_changes_last_has_the_last_word(host: Host, tmp_path: Path) -> None:
    driver = host.conduct(1)
    code = host.code(BLUE)
    anna, bert = (host.join(tmp_path / name, code, name) for name in ("Anna", "Bert"))
    until(lambda: anna.trouble() is None and bert.trouble() is None)
    driver.do(lambda run: run.conduct.pause()).result()
    drawn = ring(anna.desk, "0")
    desks = [anna.desk, bert.desk, driver.run.desks["blue"]]
    for turn in range(1, 8):
        until(lambda turn=turn: all(titles(desk) == {str(turn - 1)} for desk in desks))  # type: ignore[misc]
        desk = desks[turn % 3]
        held = desk.workspace.items_by_id([drawn])[drawn]
        desk.items.edit(held, {Aspect.WORDING: Wording(title=str(turn))})
        assert titles(desk) == {str(turn)}
    until(lambda: all(titles(desk) == {"7"} for desk in desks))


def test_what_a_hostile_seat_of_the_team_sends_gets_one_line_and_stops_nobody(host: Host, tmp_path: Path) -> None:
    driver = host.conduct(8)
    anna = host.join(tmp_path / "Anna", host.code(BLUE), "Anna")
    judge = host.join(tmp_path / "judge", host.code(JUDGE_OF_BLUE), "Judge")
    until(lambda: judge.trouble() is None and anna.shown().view.told)
    patrol = next(seen.id for seen in anna.shown().view.entities if seen.own)
    number = iter(range(1_000))

    def said(*touches: Touch, seat: JoinedSeat = anna, **more: Any) -> None:
        seat.say(Edits(id=f"hostile-{next(number)}", by="Eve", touches=touches, **more))

    title = '{"wording":{"title":"%s"}}'
    deep = '{"origin":{"kept":{"a":' + "[" * 5_000 + "]" * 5_000 + "}}}"
    with pytest.raises(Refused, match="not valid"):
        said(Touch(type=SubjectType.ITEM, id="x", patch='{"shape":{"type":"Point","coordinates":[999,0]}}'))
    with pytest.raises(Refused, match="not valid"):
        said(Touch(type=SubjectType.ITEM, id="x", patch=deep))
    with pytest.raises(Refused, match="not valid"):
        said(Touch(type=SubjectType.ITEM, id="x", patch="{}"))
    for kind, name, patch in (
        (SubjectType.LAYER, "exercise-seen", '{"presence":{"removed":true}}'),
        (SubjectType.ITEM, "x", '{"placement":{"layer":"exercise-seen"}}'),
    ):
        with pytest.raises(Refused, match="the exercise itself shows"):
            said(Touch(type=kind, id=name, patch=patch))
    for kind in (SubjectType.ENTRY, SubjectType.WORKSPACE):
        with pytest.raises(Refused, match="no identifier"):
            said(Touch(type=kind, id="x", patch='{"entry":{"kind":"message","text":"forged"}}'))
    with pytest.raises(Refused, match="not shared with the team"):
        said(Touch(type=SubjectType.ITEM, id="x", patch=title % ("x" * 140_000)))
    with pytest.raises(Refused, match="not shared with the team"):
        said(*(Touch(type=SubjectType.ITEM, id=f"x{n}", patch=title % "x") for n in range(501)))
    with pytest.raises(Refused, match="do not change the picture"):
        said(gone("x"), seat=judge)
    said(gone(patrol))
    markup = "<img src=x onerror=alert(1)>"
    said(Touch(type=SubjectType.ITEM, id="markup", patch=title % markup), label="exercise-feed")
    drawn = ring(anna.desk)
    until(lambda: BLUEWORD in titles(driver.run.desks["blue"]))
    blue = driver.run.desks["blue"].workspace
    assert not blue.items_by_id([patrol])[patrol].removed, "what the exercise shows stays"
    assert blue.items_by_id(["markup"])["markup"].wording.title == markup
    assert driver.snapshot.trouble is None
    assert {event.id for event in edited(host)} & {f"hostile-{n}" for n in range(9)} == set()
    # Who judges a team sees its picture, and what he draws himself is nobody else's.
    until(lambda: drawn in judge.desk.workspace.items_by_id([drawn]))
    ring(judge.desk, "of the judge")
    time.sleep(0.5)
    assert judge.unsent() == 0
    assert "of the judge" not in titles(driver.run.desks["blue"])


def test_a_large_step_travels_in_pieces_and_one_that_is_too_large_stays_with_a_word(host: Host, tmp_path: Path) -> None:
    driver = host.conduct(1)
    anna = host.join(tmp_path / "Anna", host.code(BLUE), "Anna")
    until(lambda: anna.trouble() is None)
    many = [ring(anna.desk, f"item {n}") for n in range(3)]
    items = anna.desk.workspace.items_by_id(many)
    anna.desk.items.edit_each([(items[name], {Aspect.WORDING: Wording(description=name[0] * 30_000)}) for name in many])
    until(lambda: len(edited(host)) > 5 and not anna.unsent())
    pieces = [event.id for event in edited(host) if "." in event.id]
    assert [name.rpartition(".")[2] for name in pieces] == ["1", "2", "3"]
    until(lambda: picture(driver.run.desks["blue"]) == picture(anna.desk))
    anna.desk.history.undo()
    until(lambda: picture(driver.run.desks["blue"]) == picture(anna.desk) and "item 0" in titles(anna.desk))
    held = anna.desk.workspace.items_by_id(many[:1])[many[0]]
    anna.desk.items.edit(held, {Aspect.WORDING: Wording(title="too large", description="x" * 300_000)})
    until(lambda: "too large to be shared" in str(anna.trouble()))
    assert "too large" in titles(anna.desk), "it stays where it was made"
    assert "too large" not in titles(driver.run.desks["blue"])


@pytest.mark.slow
def test_all_are_killed_while_a_seat_draws_and_every_step_is_recorded_once(tmp_path: Path) -> None:
    host = Host(tmp_path / "run", package())
    code = host.code(BLUE)
    host.admitted(code)
    join(code, tmp_path / "Anna", name="Anna", allowed=LOOPBACK)
    log = tmp_path / "drawn"

    def drawn() -> list[str]:
        return log.read_text().splitlines() if log.exists() else []

    start = {
        "node": lambda: process("node", host.folder, host.port),
        "conduct": lambda: process("conduct", host.folder, 8),
        "draw": lambda: process("draw", tmp_path / "Anna", "ring", into=log),
    }
    running = {"node": host.node, "conduct": start["conduct"](), "draw": start["draw"]()}
    for victims in (["draw"], ["conduct"], ["node", "draw"], ["conduct", "node"], ["draw"]):
        before = len(drawn())
        until(lambda before=before: len(drawn()) > before + 2)  # type: ignore[misc]
        for victim in victims:
            kill(running[victim])
            running[victim] = start[victim]()
    before = len(drawn())
    until(lambda: len(drawn()) > before + 2)
    kill(running["draw"])
    host.node = running["node"]
    anna = host.open(tmp_path / "Anna")
    until(lambda: anna.trouble() is None and not anna.unsent())
    until(lambda: set(picture(anna.desk)) <= {touch.id for event in edited(host) for touch in event.touches})
    kill(running["conduct"])
    ids = [event.id for event in edited(host)]
    assert len(ids) == len(set(ids)), "done twice"
    assert set(drawn()) <= set(picture(anna.desk)), "lost"
    driver = host.conduct(1)
    until(lambda: picture(driver.run.desks["blue"]) == picture(anna.desk))
    host.close()


def test_a_run_that_was_taken_down_in_the_middle_takes_in_what_its_desk_has_and_the_record_not(host: Host) -> None:
    driver = host.conduct(1)
    ring(driver.run.desks["blue"], "first")
    until(lambda: len(edited(host)) == 1)
    driver.do(lambda run: run.conduct.pause()).result()

    def killed_between(run: ExerciseRun) -> None:
        run.desks["blue"].history.undo()
        run._written.clear()

    driver.do(killed_between).result()
    driver.close()
    assert len(edited(host)) == 1
    host.driver = None
    driver = host.conduct(1)
    until(lambda: len(edited(host)) == 2)
    until(lambda: not titles(driver.run.desks["blue"]))
    assert [event.by for event in edited(host)] == ["Director"] * 2
    assert msgspec.json.decode(edited(host)[1].touches[0].patch)
