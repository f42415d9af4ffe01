"""qroc exercise host, invite, guests, join: several workstations in one exercise, each with its seat's view only."""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qroc_desktop.cli.exercise import exercise
from qroc_desktop.cli.scenario_time import ScenarioTime
from qroc_desktop.cli.session import EXERCISE, Session, answer, json_option
from qroc_desktop.domain.ids import random_id
from qroc_desktop.errors import Message, Refused
from qroc_desktop.services import settings
from qroc_desktop.services.system import system_user
from qroc_desktop.sync.ending import told_to_end

if TYPE_CHECKING:
    from qroc_desktop.services.exercise.joining.hosting import Hosting
    from qroc_desktop.services.exercise.joining.joined_seat import JoinedSeat
    from qroc_desktop.sync.allowed import Allowed

_FOLDER = click.Path(file_okay=False, path_type=Path)
_LOOK_S = 0.1
PATIENCE_S = 600.0
_allowed_option = click.option(
    "--allowed",
    "list_",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The administrator's list of routes (default: exchange.toml of this machine).",
)


def register() -> None:
    """Add the commands to `qroc exercise`."""
    for command in (host, invite, guests, join):
        exercise.add_command(command)


@click.command(short_help="Let workstations join a run.")
@click.argument("folder", metavar="RUN", type=_FOLDER)
@_allowed_option
@click.option(
    "--while-conducted", is_flag=True, help="End when nobody has conducted the run for ten minutes, as after a crash."
)
@json_option
@click.pass_obj
def host(session: Session, folder: Path, list_: Path | None, while_conducted: bool, as_json: bool) -> None:
    """Serve each seat its view of a run that another process conducts, until SIGTERM or Ctrl+C.

    It listens only where an administrator allows it ([exercise] in exchange.toml), and only who has a code comes in.
    """
    # A server: no other command should wait for it.
    from qroc_desktop.services.exercise.joining.node import ExerciseNode

    hosting = _hosting(session, folder, list_)
    listening = hosting.listening
    hosting.close()
    if listening is not None:
        patience = PATIENCE_S if while_conducted else None
        ExerciseNode(folder, listening, session.clock, patience_s=patience).run()
    answer(as_json, {"exercise": True, "running": False}, "")


@click.command(short_help="A code with which workstations take a seat.")
@click.argument("folder", metavar="RUN", type=_FOLDER)
@click.option("--team", required=True, help="Whose seat.")
@click.option("--role", default="", help="observer, evaluator, ... (default: the one that plays the team).")
@click.option("--revoke", is_flag=True, help="Take the code back: whoever has the seat has to go.")
@_allowed_option
@json_option
@click.pass_obj
def invite(
    session: Session, folder: Path, team: str, role: str, revoke: bool, list_: Path | None, as_json: bool
) -> None:
    """Make a code for a seat and tell it, once; a former code of the seat is worth nothing then."""
    hosting = _hosting(session, folder, list_)
    try:
        seat = hosting.seat(team, role)
        data: dict[str, Any] = {"exercise": True, "team": seat.team, "role": seat.role}
        if revoke:
            hosting.revoke(seat)
            answer(as_json, {**data, "revoked": True}, f"{seat.team}, {seat.role}: nobody can take this seat any more.")
            return
        code = hosting.invite(seat)
        answer(as_json, {**data, "code": str(code)}, f"{EXERCISE}\n{seat.team}, {seat.role}\n{code}")
    finally:
        hosting.close()


@click.command(short_help="Who has joined a run.")
@click.argument("folder", metavar="RUN", type=_FOLDER)
@json_option
@click.pass_obj
def guests(session: Session, folder: Path, as_json: bool) -> None:
    """Tell whether the node is at work, who has taken which seat, and who came with a wrong code."""
    from qroc_desktop.services.exercise.joining import node_status as exercise_node_status

    found = exercise_node_status.read(folder)
    if found is None or not found.running(session.clock()):
        answer(as_json, {"exercise": True, "running": False}, "No node is at work on this run.")
        return
    here = [{"team": one.team, "role": one.role, "name": one.name, "address": one.address} for one in found.guests]
    lines = [f"listening at {found.listening}" + ("" if found.conducted else "; nobody conducts the exercise")]
    lines += [f"{one['team']}  {one['role']}  {one['name']}  {one['address']}" for one in here]
    lines += [f"{address}: {count} times a wrong code" for address, count in found.wrong_keys.items()]
    data = {
        "exercise": True, "running": True, "listening": found.listening, "conducted": found.conducted,
        "guests": here, "wrong_codes": found.wrong_keys, "trouble": found.trouble,
    }  # fmt: skip
    answer(as_json, data, "\n".join(lines))


@click.command(short_help="Take a seat with a code.")
@click.argument("code", default="")
@click.option("--out", "folder", required=True, type=_FOLDER, help="The seat's own folder; one of before goes on.")
@click.option("--name", default=system_user, help="Who you are (default: the user who is logged in).")
@click.option("--headless", is_flag=True, help="With no window; the only way from here.")
@click.option("--until", type=ScenarioTime(), help="Leave there (default: at the end of the exercise).")
@_allowed_option
@json_option
@click.pass_obj
def join(session: Session, /, code: str, folder: Path, as_json: bool, **how: Any) -> None:
    """Join an exercise with the code that its director gave, until Ctrl+C.

    What the seat is shown is written into a workspace of its own. CODE is - for standard input; without it the exercise
    of --out is joined again.
    """
    if not how["headless"]:
        raise click.UsageError("The window is qroc-desktop; here an exercise is joined with --headless.")
    from qroc_desktop.exercise import join_code
    from qroc_desktop.services.exercise.joining import joined_seat as joining

    allowed = _allowed(how["list_"])
    if code:
        typed = sys.stdin.readline() if code == "-" else code
        joining.join(join_code.read(typed), folder, name=how["name"], allowed=allowed)
    seat = joining.JoinedSeat(folder, allowed=allowed, ids=random_id)
    try:
        _stay(seat, how["until"])
    finally:
        seat.close()
    shown, trouble = seat.shown(), seat.trouble()
    data = {
        "exercise": True, "team": seat.info.seat.team, "role": seat.info.seat.role, "state": shown.reading.state,
        "t_s": shown.view.t / 1000, "told": len(shown.view.told), "trouble": str(trouble) if trouble else None,
    }  # fmt: skip
    answer(as_json, data, f"{EXERCISE}\n{folder}: {seat.info.seat.team}, at {shown.view.t / 1000:g} s")


# --- parts ---------------------------------------------------------------------------------------


def _allowed(list_: Path | None) -> Allowed:
    from qroc_desktop.sync import allowed

    return allowed.read(list_ or settings.administrators_folder() / allowed.FILE)


def _hosting(session: Session, folder: Path, list_: Path | None) -> Hosting:
    from qroc_desktop.services.exercise.joining.hosting import Hosting

    if not folder.is_dir():
        raise Refused(Message("There is no such folder."), where=str(folder))
    return Hosting(folder, _allowed(list_), session.clock)


def _stay(seat: JoinedSeat, until: int | None) -> None:
    """Until it is told to go, the exercise is over, or the instant is reached and shown."""
    with told_to_end(threading.Event()) as going:
        said = None
        while not going.is_set():
            shown, trouble = seat.shown(), seat.trouble()
            if trouble is None and (shown.reading.state == "stopped" or (until is not None and shown.view.t >= until)):
                return
            if trouble is not None and str(trouble) != said:
                said = str(trouble)
                click.echo(f"qroc: {said}", err=True)
            time.sleep(_LOOK_S)
