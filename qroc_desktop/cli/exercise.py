"""qroc exercise: look at a scenario, play it with no window, ask a run for its state, verify and review it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import msgspec

from qroc_desktop.cli import after_action
from qroc_desktop.cli.scenario_time import ScenarioTime
from qroc_desktop.cli.session import EXERCISE, Session, answer, json_option, tell_notes
from qroc_desktop.domain.ids import random_id
from qroc_desktop.errors import Message, QrocError, Refused
from qroc_desktop.exercise import library
from qroc_desktop.exercise.clock import FASTEST
from qroc_desktop.exercise.conduct import Conduct
from qroc_desktop.exercise.handbooks import bound
from qroc_desktop.exercise.package import Package, plain, written
from qroc_desktop.exercise.recording import Recording
from qroc_desktop.exercise.review import Review
from qroc_desktop.exercise.scenario import said
from qroc_desktop.exercise.view import view_of
from qroc_desktop.exercise.vocabulary import ClockState, Passed
from qroc_desktop.services.exercise.run import ExerciseRun
from qroc_desktop.services.exercise.runs import RECORD, Exercises, Loaded, play
from qroc_desktop.services.exercise.scenario_time import plus_text
from qroc_desktop.services.exporting import save_whole
from qroc_desktop.services.system import system_user

_FILE = click.Path(dir_okay=False, path_type=Path)
_SCENARIO = _RUN = click.Path(path_type=Path)
_Driven = tuple[Conduct, Callable[[], None], Callable[[int, Passed], None]]
"""A run, what brings it up to its clock, and what takes it to a later instant."""


def register(root: click.Group) -> None:
    """Add the commands to `qroc`."""
    root.add_command(exercise)
    after_action.register(exercise)


@click.group()
def exercise() -> None:
    """Scenarios and runs of exercises."""


@exercise.command("list", short_help="The scenarios that come with the program.")
@json_option
@click.pass_obj
def list_(session: Session, as_json: bool) -> None:
    """Name the scenarios that come with the program; each can be given by its name where a file is asked for."""
    found = [
        {
            "id": one.id,
            "title": said(one.title),
            "folder": str(one.folder),
            "documents": [str(path) for path in one.documents],
        }
        for one in library.shipped(session.files.resources)
    ]
    lines = [f"{one['id']}: {one['title']} ({one['folder']})" for one in found]
    answer(as_json, {"scenarios": found}, "\n".join(lines) or "no scenarios")


@exercise.command(short_help="Look for faults in a scenario.")
@click.argument("path", type=_SCENARIO)
@json_option
@click.pass_obj
def validate(session: Session, path: Path, as_json: bool) -> None:
    """Name every fault of a scenario package by element and reason; refused where no run can be made of it."""
    loaded = _loaded(session, path)
    listed = [{"where": p.where, "why": str(p.why), "fatal": p.fatal} for p in loaded.problems]
    lines = [f"{'error  ' if p['fatal'] else 'warning'} {p['where']}: {p['why']}" for p in listed]
    answer(
        as_json, {"valid": loaded.playable, "problems": listed, **_summary(loaded)}, "\n".join([*lines, _line(loaded)])
    )
    if not loaded.playable:
        raise Refused(Message("No run can be made of this scenario."), where=str(path))


@exercise.command("import", short_help="Make a package of an ORBAT Mapper scenario.")
@click.argument("path", type=_FILE)
@click.option("--out", required=True, type=_FILE, help="The package to write.")
@json_option
@click.pass_obj
def import_(session: Session, path: Path, out: Path, as_json: bool) -> None:
    """Make a scenario package of a scenario of ORBAT Mapper."""
    loaded = _exercises(session).load(path)
    if out.exists():
        raise Refused(Message("There is a file of that name already."), where=str(out))
    save_whole(out, written(loaded.package))
    left_out = _notes(loaded)
    tell_notes(left_out)
    answer(as_json, {"written": str(out), "problems": left_out, **_summary(loaded)}, f"{out}: written. {_line(loaded)}")


@exercise.command(short_help="Play a scenario with no window.")
@click.argument("path", type=_SCENARIO)
@click.option("--out", required=True, type=_RUN, help="The file of the run; one that is there is gone on with.")
@click.option("--desks", is_flag=True, help="--out is a folder: the record, and a workspace of its own for each team.")
@click.option("--language", default="en", show_default=True, help="Of the scenario's texts on the desks, such as de.")
@click.option("--headless", is_flag=True, help="With no window; the only way from here.")
@click.option(
    "--speed", default=1.0, show_default=True, type=click.FloatRange(0.1, FASTEST), help="Scenario seconds a second."
)
@click.option("--until", type=ScenarioTime(), help="Pause there (default: play to the end).")
@click.option("--jump", is_flag=True, help="Do not wait: go there at once, every inject executed on the way.")
@json_option
@click.pass_obj
def run(
    session: Session, /, path: Path, out: Path, desks: bool, language: str, headless: bool, as_json: bool, **how: Any
) -> None:
    """Play a scenario. Interrupted or killed, the same command goes on at the second that was shown last.

    With --desks each team's workspace can be opened like any other; its time slider is the replay of what it knew.
    """
    if not headless:
        raise click.UsageError("The window is qroc-desktop; here a run is played with --headless.")
    loaded = _loaded(session, path)
    if loaded.playable:
        tell_notes(_notes(loaded))
    with (_with_desks(session, loaded, out, language) if desks else _alone(session, loaded, out)) as (
        conduct, tick, jump,
    ):  # fmt: skip
        _may_go_on(conduct, loaded.package, out)
        resumed = conduct.clock.t
        _go(conduct, tick, jump, **how)
        reading, digest, chain = conduct.clock, conduct.world.digest(), conduct.chain
    data = {
        "exercise": True, "run": str(out), "state": reading.state, "resumed_s": resumed / 1000, "t_s": reading.t / 1000,
        "sha256": digest, "record": chain,
    }  # fmt: skip
    over = " The exercise is over." if reading.state is ClockState.STOPPED else ""
    answer(as_json, data, f"{EXERCISE}\n{out}: at {plus_text(reading.t)}.{over}")


@exercise.command(short_help="The state of a run at an instant.")
@click.argument("run_file", metavar="RUN", type=_RUN)
@click.option("--at", type=ScenarioTime(), help="Scenario time (default: as far as it was played).")
@click.option("--team", default="", help="As this team sees it (default: the truth, for the directing staff).")
@json_option
@click.pass_obj
def state(session: Session, run_file: Path, at: int | None, team: str, as_json: bool) -> None:
    """What is true at an instant, or what a team sees of it."""
    with _exercises(session).reading(run_file) as recording:
        reached = recording.reached()
        world = recording.world(min(reached if at is None else at, recording.ground.duration))
        data: dict[str, Any] = {"exercise": True, "t_s": world.t / 1000, "played_s": reached / 1000}
        if team:
            data["view"] = msgspec.to_builtins(view_of(world, _team(recording, team), recording.secret))
            lines = [
                f"{said(seen['name']) or seen['id']}: {seen.get('place')}" for seen in data["view"].get("entities", ())
            ]
        else:
            data |= {"sha256": world.digest(), **msgspec.json.decode(_truth(world.canonical()))}
            lines = [f"{name}: {place}" for name, place, _ in data["entities"]]
    if world.t > reached:
        lines.insert(0, f"not played yet (only up to {plus_text(reached)}): as it goes on by itself")
    answer(as_json, data, "\n".join([EXERCISE, f"at {plus_text(world.t)}", *lines]))


@exercise.command(short_help="Check that a record is whole.")
@click.argument("run_file", metavar="RUN", type=_RUN)
@json_option
@click.pass_obj
def verify(session: Session, run_file: Path, as_json: bool) -> None:
    """Check every hash of the record and every keyframe against what the record folds to."""
    with _exercises(session).reading(run_file) as recording:
        count = recording.verify()
        chain = recording.chain()
    answer(as_json, {"sound": True, "events": count, "record": chain}, f"{run_file}: sound, {count} events, {chain}")


@exercise.command(short_help="What the record says about the exercise.")
@click.argument("run_file", metavar="RUN", type=_RUN)
@click.option("--at", type=ScenarioTime(), help="Up to this scenario time (default: all of it).")
@click.option("--team", default="blue", show_default=True, help="Whose knowledge is looked at.")
@json_option
@click.pass_obj
def review(session: Session, run_file: Path, at: int | None, team: str, as_json: bool) -> None:
    """Figures, tasks, what was expected and done, and how long it took a team to know."""
    with _exercises(session).reading(run_file) as recording:
        _team(recording, team)
        t = recording.reached() if at is None else at
        asked = Review(recording, t)
        data = msgspec.to_builtins(
            {
                "exercise": True,
                "figures": asked.figures(),
                "tasks": asked.tasks(),
                "expected": asked.answers(),
                "latencies": asked.latencies(team),
                "knew": asked.gaps(team, t),
            }
        )
    lines = [f"task {task['task']}: {_judged(task)}" for task in data["tasks"]]
    lines += [f"{_what(fact)}: {_known(fact)}" for fact in data["latencies"]]
    answer(as_json, data, "\n".join([EXERCISE, f"up to {plus_text(t)}", *lines]))


# --- parts ---------------------------------------------------------------------------------------


def _exercises(session: Session) -> Exercises:
    return Exercises(session.clock)


def _loaded(session: Session, path: Path) -> Loaded:
    """A scenario from a file or folder, or one that comes with the program by its name."""
    if not path.exists():
        for one in library.shipped(session.files.resources):
            if one.id == str(path):
                return _exercises(session).load(one.folder)
    return _exercises(session).load(path)


def _notes(loaded: Loaded) -> list[dict[str, str]]:
    return [{"where": problem.where, "why": str(problem.why)} for problem in loaded.problems]


def _summary(loaded: Loaded) -> dict[str, Any]:
    scenario = loaded.package.scenario
    return {
        "scenario": scenario.id,
        "entities": len(scenario.entities),
        "injects": len(scenario.injects),
        "media": len(loaded.package.media),
        "handbooks": len(bound(loaded.package.handbooks)),
    }


def _line(loaded: Loaded) -> str:
    scenario = loaded.package.scenario
    return f"{plain(said(scenario.title))}: {len(scenario.entities)} entities, {len(scenario.injects)} injects."


@contextmanager
def _alone(session: Session, loaded: Loaded, out: Path) -> Iterator[_Driven]:
    exercises = _exercises(session)
    if out.is_dir():  # often that of a run with desks
        raise Refused(Message("There is a folder of that name already."), where=str(out))
    if not out.parent.is_dir():
        raise Refused(Message("There is no such folder."), where=str(out.parent))
    if not out.exists():
        exercises.create(loaded.package, out)
    with exercises.conducting(out) as conduct:
        yield conduct, conduct.tick, conduct.jump


@contextmanager
def _with_desks(session: Session, loaded: Loaded, out: Path, language: str) -> Iterator[_Driven]:
    made = not (out / RECORD).exists()
    if made:
        ExerciseRun.create(loaded.package, out, clock=session.clock)
    try:
        running = ExerciseRun(out, clock=session.clock, mono=time.monotonic_ns, ids=random_id, author=system_user(),
                              language=language)  # fmt: skip
    except QrocError as error:
        if made:
            error.kept = Message("The run was made and stays; the same command goes on with it.")
        raise
    try:
        yield running.conduct, running.tick, running.jump
    finally:
        running.close()


def _may_go_on(conduct: Conduct, package: Package, out: Path) -> None:
    running = conduct.scenario.id
    if running != package.scenario.id:
        raise Refused(Message("This is a run of another scenario: {name}.", name=running), where=str(out))
    if conduct.over:
        again = Message("Name another file for a new run.")
        raise Refused(Message("This run is over."), where=str(out), action=again)


def _go(
    conduct: Conduct, tick: Callable[[], None], to: Callable[[int, Passed], None], *,
    speed: float, until: int | None, jump: bool,
) -> None:  # fmt: skip
    if jump:
        conduct.ready()
        to(conduct.duration if until is None else until, Passed.FIRE)
        return
    for _ in play(conduct, speed=speed, until=until, tick=tick):
        pass


def _team(recording: Recording, team: str) -> str:
    teams = [entry.id for entry in recording.scenario.teams]
    if team not in teams:
        raise Refused(
            Message("{name} is not defined.", name=team), action=Message("Teams: {teams}.", teams=", ".join(teams))
        )
    return team


def _truth(canonical: bytes) -> bytes:
    _, standing, entities = msgspec.json.decode(canonical)
    return msgspec.json.encode({"standing": standing, "entities": entities})


def _judged(task: dict[str, Any]) -> str:
    took = "not measured" if task["took"] is None else f"{task['took'] / 1000:g} s"
    met = {None: "", True: ", met", False: ", not met"}[task["met"]]
    return f"{took}{met}" + (f", rated {task['rating']}" if task["rating"] else "")


def _what(fact: dict[str, Any]) -> str:
    return f"{'sighting' if fact['entity'] else 'fact'} {fact['fact']}"


def _known(fact: dict[str, Any]) -> str:
    if fact["known"] is None:
        return "over, never known" if fact["over"] is not None else "never known"
    by = " ".join(part for part in (fact["how"], fact["by"]) if part)
    return f"known after {(fact['known'] - fact['true']) / 1000:g} s, {by}"
