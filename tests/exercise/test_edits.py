"""A team's edits of its picture in the record: of that team alone, once, the same however an instant is come to."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest

from qroc_desktop.domain.aspects import (
    Attachment,
    Attachments,
    Display,
    Label,
    Nature,
    Placement,
    Presence,
    Wording,
)
from qroc_desktop.domain.change import Patch, encode_patch
from qroc_desktop.domain.shape import Shape
from qroc_desktop.domain.vocabulary import Aspect, ItemType, SubjectType
from qroc_desktop.errors import Damaged, Refused
from qroc_desktop.exercise import edits, frames, seating
from qroc_desktop.exercise.conduct import Conduct
from qroc_desktop.exercise.edits import Edit, EditStanding, Touch
from qroc_desktop.exercise.events import Edited, encoded
from qroc_desktop.exercise.recording import VERSION, Recording
from qroc_desktop.exercise.seating import Edits, Saying, Seat
from qroc_desktop.exercise.vocabulary import RoleType
from tests.exercise.building import small
from tests.exercise.watch import Watch

BLUE, RED = Seat(team="blue", role=RoleType.BLUE), Seat(team="red", role=RoleType.RED)


def touch(patch: Patch, item: str = "ring", kind: SubjectType = SubjectType.ITEM) -> Touch:
    return Touch(type=kind, id=item, patch=encode_patch(patch).decode())


def files(**other: Any) -> Touch:
    fields: dict[str, Any] = {"name": "a.png", "media_type": "image/png", "size": 1, "sha256": "0" * 64} | other
    return touch({Aspect.ATTACHMENTS: Attachments(files=(Attachment(**fields),))})


def worded(title: str, item: str = "ring") -> Touch:
    return touch({Aspect.WORDING: Wording(title=title)}, item)


def said(name: str, *touches: Touch, by: str = "Anna") -> Edits:
    return Edits(id=name, by=by, touches=touches or (worded(name),))


class Run:
    def __init__(self, path: Path) -> None:
        self.path, self.watch = path, Watch()
        self.recording = Recording.create(path, small(durationS=900))
        self.conduct = Conduct(self.recording, mono=self.watch.mono, wall=self.watch.wall)
        self.conduct.start()

    def say(self, seat: Seat, saying: Saying, after_s: float = 0.0) -> None:
        self.watch.wait(after_s)
        self.conduct.tick()
        seating.take(self.conduct, seat, saying)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run(tmp_path / "run.qrocrun")


def test_edits_are_the_same_played_rewound_and_loaded_and_only_that_teams(run: Run) -> None:
    shown: dict[int, tuple[str, tuple[str, ...], tuple[str, ...]]] = {}
    for number in range(40):
        seat = RED if number % 4 == 0 else BLUE
        run.say(seat, said(f"{seat.team}-{number}"), after_s=17.3)
        world = run.conduct.world
        blue, red = (tuple(one.id for one in run.conduct.view(team).edits) for team in ("blue", "red"))
        shown[world.t] = world.digest(), blue, red
    run.conduct.stop()
    assert run.recording.verify() == run.conduct.world.standing.events
    end = shown[max(shown)]
    assert end[1] == tuple(f"blue-{n}" for n in range(40) if n % 4)
    assert end[2] == tuple(f"red-{n}" for n in range(0, 40, 4))
    run.recording.close()
    for read_only in (False, True):
        again = Recording(run.path, read_only=read_only)
        for t, (digest, blue, red) in reversed(shown.items()):
            world = again.world(t)
            assert world.digest() == digest
            assert tuple(one.id for one in world.edits.of("blue")) == blue
            assert tuple(one.id for one in world.edits.of("red")) == red
        again.close()
    with closing(sqlite3.connect(run.path)) as connection:
        frames_held = connection.execute("SELECT data FROM keyframe").fetchall()
    assert len(frames_held) > 8
    assert all(b"blue-1" not in data for (data,) in frames_held), "no keyframe repeats them"


def test_another_word_in_an_edit_is_another_state_and_is_found_out(run: Run, tmp_path: Path) -> None:
    other = Run(tmp_path / "other.qrocrun")
    for one, title in ((run, "Ring"), (other, "Rink")):
        one.say(BLUE, said("a", worded(title)), after_s=5)
    assert run.conduct.world.digest() != other.conduct.world.digest()
    run.recording.close()
    with closing(sqlite3.connect(run.path)) as connection, connection:
        connection.execute("UPDATE event SET data = CAST(replace(CAST(data AS TEXT), 'Ring', 'Rink') AS BLOB)")
    with pytest.raises(Damaged, match="changed or cut"):
        Recording(run.path).verify()


def test_what_arrives_twice_is_recorded_once(run: Run) -> None:
    for _ in range(3):
        run.say(BLUE, said("a"))
    assert [one.id for one in run.conduct.view("blue").edits] == ["a"]
    run.say(RED, said("a", worded("of red")))
    assert [one.touches for one in run.conduct.view("blue").edits] == [(worded("a"),)]
    assert run.conduct.world.edited("blue").count == 1


def test_instants_that_are_looked_at_one_after_the_other_have_each_its_own_edits(run: Run) -> None:
    for number in range(20):
        run.say(BLUE, said(f"b{number}"), 20)
        run.say(RED, said(f"r{number}"))
    looked_at = {}
    for t in (390_000, 70_000, 250_000, 130_000):
        # A keyframe comes every minute, so that of these some are before it and some are after.
        looked_at[t] = run.recording.world(t)
    late = looked_at[70_000]
    late.take(Edited(t=70_000, team="blue", id="elsewhere", touches=(worded("elsewhere"),)))
    for t, world in looked_at.items():
        names = [str(number) for number in range(t // 20_000)]
        assert [one.id for one in world.edits.of("red")] == [f"r{name}" for name in names]
        assert world.edits.ids("red") == {f"r{name}" for name in names}
        more = ["elsewhere"] if world is late else []
        assert [one.id for one in world.edits.of("blue")] == [f"b{name}" for name in names] + more
        assert world.edits.ids("blue") == {*(f"b{name}" for name in names), *more}


def test_a_fork_has_the_edits_until_then(run: Run, tmp_path: Path) -> None:
    run.say(BLUE, said("before"), after_s=10)
    run.say(BLUE, said("after"), after_s=10)
    fork = run.conduct.fork(tmp_path / "fork.qrocrun", 15_000)
    assert [one.id for one in fork.world(15_000).edits.of("blue")] == ["before"]
    fork.close()


def test_a_record_of_before_there_were_edits_is_read_verified_and_goes_on(run: Run) -> None:
    run.watch.wait(130)
    run.conduct.tick()
    digest, t = run.conduct.world.digest(), run.conduct.world.t
    assert b"edited" not in run.conduct.world.packed()
    run.recording.close()
    with closing(sqlite3.connect(run.path)) as connection:
        connection.executescript("DROP INDEX event_edit; PRAGMA user_version = 3;")
    old = Recording(run.path, read_only=True)
    assert old.verify() > 0
    assert old.world(t).digest() == digest
    assert old.world(t).edits.of("blue") == ()
    old.close()
    new = Recording(run.path)
    conduct = Conduct(new, mono=run.watch.mono, wall=run.watch.wall)
    conduct.start()
    seating.take(conduct, BLUE, said("a"))
    assert new.verify() == conduct.world.standing.events
    new.close()
    with closing(sqlite3.connect(run.path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (VERSION,)
        plan = connection.execute(
            "EXPLAIN QUERY PLAN SELECT data FROM event WHERE substr(data, 1, 13) = x'7b2265223a2265646974656422'"
        ).fetchall()
    assert "event_edit" in plan[0][3]
    assert encoded(Edited(t=0, team="", id="", touches=())).startswith(bytes.fromhex("7b2265223a2265646974656422"))


def test_what_a_team_edits_comes_through_frames_as_it_was(run: Run) -> None:
    run.say(BLUE, said("a", touch({Aspect.SHAPE: Shape(type="Point", coordinates=(9.5, 47.1), radius_m=50.0)})))
    run.say(BLUE, Edits(id="b", by="Ä", undoes="a", label="undo", touches=(
        Touch(type=SubjectType.ITEM, id="ring", patch='{"shape":null}', of="a"),)))  # fmt: skip
    served = seating.served(BLUE, run.conduct.clock, run.conduct.view("blue"), run.conduct.world.standing)
    parts = frames.parts(served, {})
    assembler = frames.Assembler()
    assert assembler.take(frames.frame(1, parts, 0, {}, frames.digest(parts), True)).view == served.view
    assert len(served.view.edits) == 2


def test_only_what_a_team_shares_is_recorded_and_in_one_form(run: Run) -> None:
    picture = Attachments(files=(Attachment(name="a.png", media_type="image/png", size=1, sha256="0" * 64),))
    item = touch({Aspect.WORDING: Wording(title="T"), Aspect.ATTACHMENTS: picture})
    layer = touch({Aspect.LABEL: Label(name="L"), Aspect.DISPLAY: Display(visible=False)}, "layer", SubjectType.LAYER)
    spaced = Touch(type=SubjectType.ITEM, id="s", patch='{ "wording": {"place": "", "title" : "S", "unheard": 1} }')
    run.say(BLUE, said("a", item, layer, spaced))
    (made,) = run.conduct.view("blue").edits
    assert [one.patch for one in made.touches] == [
        '{"attachments":{"files":[{"name":"a.png","media_type":"image/png","size":1,"sha256":"%s"}]},'
        '"wording":{"title":"T"}}' % ("0" * 64), '{"label":{"name":"L"}}', '{"wording":{"title":"S"}}',
    ]  # fmt: skip
    assert edits.names(made.touches) == ["T", "L", "S"]


@pytest.mark.parametrize(
    ("touches", "why"),
    [
        ((), "not shared"),
        ((touch({Aspect.DISPLAY: Display(visible=False)}, "layer", SubjectType.LAYER),), "not valid"),
        ((files(sha256="../../etc/passwd"),), "not valid"),
        ((files(size=-1),), "not valid"),
        ((files(size=2**60),), "not valid"),
        ((files(name="x" * 1_000),), "not valid"),
        ((files(media_type="x" * 1_000),), "not valid"),
        ((Touch(type=SubjectType.ITEM, id="x", patch="no JSON"),), "not valid"),
        ((Touch(type=SubjectType.ITEM, id="x", patch='{"wording":{"title":1}}'),), "not valid"),
        ((Touch(type=SubjectType.ITEM, id="x", patch='{"motion":{"speed_ms":1e999}}'),), "not valid"),
        ((Touch(type=SubjectType.ITEM, id="a b", patch='{"wording":{}}'),), "no identifier"),
        ((Touch(type=SubjectType.ITEM, id="x" * 201, patch='{"wording":{}}'),), "no identifier"),
        ((touch({Aspect.PLACEMENT: Placement(layer="exercise-own")}),), "the exercise itself"),
        ((touch({Aspect.PRESENCE: Presence(removed=True)}, "exercise-own", SubjectType.LAYER),), "the exercise itself"),
        ((Touch(type=SubjectType.ITEM, id="x", patch='{"wording":{}}', at=2**62),), "out of range"),  # type: ignore[arg-type]
    ],
)  # fmt: skip
def test_what_no_workspace_would_take_is_refused_and_nothing_recorded(
    run: Run, touches: tuple[Touch, ...], why: str
) -> None:
    with pytest.raises(Refused, match=why):
        run.say(BLUE, Edits(id="a", by="Eve", touches=touches))
    assert run.conduct.view("blue").edits == ()


def test_a_name_that_is_none_or_a_saying_that_is_none_is_refused(run: Run) -> None:
    for name in ("a b", "", "x" * 201, "ü"):
        with pytest.raises(Refused, match="no identifier"):
            run.say(BLUE, said(name, worded("t")))
    with pytest.raises(msgspec.ValidationError):
        seating.decoded(b'{"say":"edits","id":"a","touches":[],"team":"red"}')
    with pytest.raises(msgspec.ValidationError):
        seating.decoded(b'{"say":"edits","id":"a","touches":[{"type":"item","id":"x","patch":{}}]}')


def test_who_judges_a_team_does_not_draw_for_it_and_who_judges_with_the_staff_does(run: Run) -> None:
    for role in (RoleType.EVALUATOR, RoleType.OBSERVER):
        with pytest.raises(Refused, match="do not change the picture"):
            run.say(Seat(team="blue", role=role), said("a"))
        run.say(Seat(team="white", role=role), said(str(role)))
    assert run.conduct.view("blue").edits == ()
    assert len(run.conduct.view("white").edits) == 2


def test_a_team_that_fills_its_room_is_told_and_the_others_are_not_touched(run: Run) -> None:
    full = EditStanding(count=edits.MOST_EDITS)
    large = Edit(id="a", touches=(worded("x" * 1_000),))
    for standing in (full, EditStanding(count=1, size=edits.ROOM - 1_000)):
        with pytest.raises(Refused, match="stays where it is done"):
            edits.require_room(standing, large)
    edits.require_room(EditStanding(count=1, size=edits.ROOM - 2_000), large)
    run.conduct.world.standing.edited = {"blue": full}
    with pytest.raises(Refused, match="stays where it is done"):
        run.say(BLUE, said("a"))
    run.say(RED, said("a"))


def test_the_picture_of_edits_is_what_was_set_last_and_what_was_not_taken_away() -> None:
    ring, post = {Aspect.NATURE: Nature(type=ItemType.AREA)}, {Aspect.NATURE: Nature(type=ItemType.NOTE)}
    made = [
        Edit(id="1", touches=(touch({**ring, Aspect.WORDING: Wording(title="five")}), touch(post, "post"))),
        Edit(id="2", touches=(worded("six"), touch({Aspect.PRESENCE: Presence(removed=True)}, "post"))),
        Edit(id="3", touches=(touch({Aspect.LABEL: Label(name="a")}, "layer", SubjectType.LAYER), worded("?", "x"))),
    ]
    assert edits.picture(made) == {"ring": {**ring, Aspect.WORDING: Wording(title="six")}}
    back = Edit(id="4", touches=(touch({Aspect.PRESENCE: None}, "post"), touch({Aspect.WORDING: None})))
    assert edits.picture([*made, back]) == {"ring": ring, "post": post}
    assert list(edits.picture([*made, back])) == ["ring", "post"]
