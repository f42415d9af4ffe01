"""What is served travels as differences, and is put together again to the very same."""

from __future__ import annotations

import random
import zlib

import pytest

from qroc_desktop.errors import Damaged
from qroc_desktop.exercise import frames, seating
from qroc_desktop.exercise.clock import Reading
from qroc_desktop.exercise.frames import Assembler, Medium
from qroc_desktop.exercise.seating import Seat, Served
from qroc_desktop.exercise.view import Seen, TeamView, Told, view_of
from qroc_desktop.exercise.vocabulary import Channel, ClockState, RoleType
from qroc_desktop.exercise.world import Ground, World
from tests.exercise.building import dense, small

SECRET = b"s" * 32
NONE: dict[str, Medium] = {}


def served_at(world: World, t: int, team: str = "blue") -> Served:
    world.t = t
    reading = Reading(state=ClockState.STARTED, t=t, speed=1.0)
    return seating.served(Seat(team=team, role=RoleType.BLUE), reading, view_of(world, team, SECRET), world.standing)


def test_frames_after_any_frame_before_make_the_same(tmp_path: object) -> None:
    chance, world = random.Random(5), World(Ground(dense(40, 5)))
    held: dict[str, bytes] = {}
    assembler, number = Assembler(), 0
    for step in range(1, 60):
        served = served_at(world, step * chance.randrange(1, 90_000) % 7_000_000, chance.choice(["blue", "white"]))
        media = {f"m{n}": Medium(size=n, sha256=str(n)) for n in range(chance.randrange(3))}
        now = frames.parts(served, media)
        whole = chance.random() < 0.2
        packed = frames.frame(step, now, 0 if whole else number, {} if whole else held, frames.digest(now), True)
        assert assembler.take(packed) == served
        assert (assembler.media, assembler.digest) == (media, frames.digest(now))
        held, number = now, step


def test_what_stands_still_costs_nothing() -> None:
    world = World(Ground(small()))
    before, now = (frames.parts(served_at(world, t), NONE) for t in (700_000, 800_000))
    assert len(frames.frame(2, now, 1, before, frames.digest(now), True)) < 300
    assert {name for name in now if now[name] != before[name]} == {"reading", "rest"}


def test_what_is_gone_is_gone_and_a_sighting_keeps_its_time() -> None:
    def view(t: int, *entities: Seen) -> Served:
        told = (Told(id="m", at=5, channel=Channel.PHONE),)
        reading = Reading(state=ClockState.PAUSED, t=t, speed=1.0)
        return Served(reading=reading, view=TeamView(team="blue", t=t, entities=entities, told=told))

    sighted = Seen(id="s", type="a-u-G", at=0, stale=100, error_m=150.0, place=(9.5, 47.1))
    own = Seen(id="o", type="a-f-G", at=7, own=True)
    first, second = view(7, own, sighted), view(9, sighted)
    assembler = Assembler()
    a, b = frames.parts(first, NONE), frames.parts(second, NONE)
    assert assembler.take(frames.frame(1, a, 0, {}, frames.digest(a), True)) == first
    assert assembler.take(frames.frame(2, b, 1, a, frames.digest(b), False)) == second
    assert not assembler.conducted


def test_what_does_not_fit_is_damaged_and_what_was_there_stays() -> None:
    world = World(Ground(small()))
    a, b = (frames.parts(served_at(world, t), NONE) for t in (1000, 2000))
    assembler = Assembler()
    good = assembler.take(frames.frame(1, a, 0, {}, frames.digest(a), True))
    for bad in (
        b"",
        b"nothing",
        zlib.compress(b"[]"),
        zlib.compress(b"0" * 100_000_000),
        frames.frame(3, b, 2, a, frames.digest(b), True),  # of another frame
        frames.frame(2, b, 1, a, frames.digest(a), True),  # not what it says
        frames.frame(2, {"rest": b"{}"}, 0, {}, frames.digest({"rest": b"{}"}), True),
        frames.frame(2, {"odd/x": b"1"}, 0, {}, "", True),
    ):
        with pytest.raises(Damaged):
            assembler.take(bad)
        assert assembler.served == good
    assert assembler.take(frames.frame(2, b, 1, a, frames.digest(b), True)).view.t == 2000
