"""qroc exercise report and remark: the after-action report of a run, and the conclusions that stand in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import msgspec

from qroc_desktop.cli.scenario_time import ScenarioTime
from qroc_desktop.cli.session import Session, answer, json_option
from qroc_desktop.domain.ids import random_id
from qroc_desktop.errors import Message, Refused
from qroc_desktop.exercise.events import Remarked
from qroc_desktop.exercise.vocabulary import RemarkKind
from qroc_desktop.services.exercise.review.after_action import AfterAction, after_action
from qroc_desktop.services.exercise.review.files import AfterActionFiles
from qroc_desktop.services.exercise.review.hot_wash import drafts
from qroc_desktop.services.exercise.review.remarks import Changes, Remarks, changed
from qroc_desktop.services.exercise.runs import Exercises
from qroc_desktop.services.system import system_user
from qroc_desktop.translation import language as spoken
from qroc_desktop.translation import use_language

_RUN = click.Path(path_type=Path)
LANGUAGES = ("en", "de")


def register(exercise: click.Group) -> None:
    """Add the commands to `qroc exercise`."""
    for command in (report, hot_wash, remark):
        exercise.add_command(command)


@click.command(short_help="The after-action report of a run, as HTML or PDF.")
@click.argument("run_file", metavar="RUN", type=_RUN)
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="FILE.html or FILE.pdf.")
@click.option("--team", default="", help="Whose knowledge is looked at (default: the first blue team).")
@click.option("--language", type=click.Choice(LANGUAGES), default="en", show_default=True, help="Of the report.")
@click.option("--at", type=ScenarioTime(), multiple=True, help="Instants for maps of truth and belief; several times.")
@click.option("--centre", default="", help="The centre that is named in the report.")
@json_option
@click.pass_obj
def report(session: Session, /, run_file: Path, out: Path, language: str, as_json: bool, **what: Any) -> None:
    """Timeline, ratings, knowledge beside the truth, conclusions and the whole record, from the record of a run.

    Every hash of the record is looked at first: there is no report of a record that was changed.
    """
    files = AfterActionFiles(session.files, clock=session.clock)
    with _speaking(session, language):
        found = files.save(run_file, out, team=what["team"], at=what["at"], centre=what["centre"], language=language)
    data = {
        "exercise": True, "written": str(out), "format": out.suffix[1:].lower(), "record": found.chain,
        "events": found.events, "team": found.team, "until_s": found.until / 1000, "over": found.over,
        "remarks": len(found.remarks),
    }  # fmt: skip
    answer(as_json, data, f"{out}: written, of the record {found.chain}")


@click.command("hot-wash", short_help="What the record suggests to talk about, and the remarks there are.")
@click.argument("run_file", metavar="RUN", type=_RUN)
@click.option("--team", default="", help="Whose knowledge is looked at (default: the first blue team).")
@click.option("--language", type=click.Choice(LANGUAGES), default="en", show_default=True, help="Of the drafts.")
@json_option
@click.pass_obj
def hot_wash(session: Session, run_file: Path, team: str, language: str, as_json: bool) -> None:
    """Drafts made from measurements, each with the measurement, and the remarks that people have recorded.

    A draft is taken up with "qroc exercise remark RUN --accept DRAFT" and dropped with --drop DRAFT.
    """
    found = _looked_back(session, run_file, team, language)
    with _speaking(session, language):
        proposed = drafts(found, found.time_of_day)
    data = {
        "exercise": True, "drafts": msgspec.to_builtins(proposed), "remarks": msgspec.to_builtins(found.remarks),
        "record": found.chain,
    }  # fmt: skip
    lines = [f"draft {one.id} [{one.kind}] {one.text}\n    {one.basis}" for one in proposed]
    lines += [f"remark {one.id} [{one.kind}] {one.text}{_told(one)}" for one in found.remarks]
    answer(as_json, data, "\n".join(lines) or "no drafts, no remarks")


@click.command(short_help="Add, change or withdraw a conclusion of the review.")
@click.argument("run_file", metavar="RUN", type=_RUN)
@click.option("--id", "remark_id", default="", help="Of a remark that is there: change it.")
@click.option("--accept", default="", metavar="DRAFT", help="Take up a draft of the hot wash, as it is or changed.")
@click.option("--drop", default="", metavar="DRAFT", help="Drop a draft: it does not come again.")
@click.option("--withdraw", is_flag=True, help="Take the remark --id back.")
@click.option("--kind", type=click.Choice([str(kind) for kind in RemarkKind]), help="What it is.")
@click.option("--text", help="What it says.")
@click.option("--objective", help="Which objective of the scenario it is about.")
@click.option("--owner", help="Who answers for a corrective action.")
@click.option("--due", metavar="DATE", help="By when, as 2027-05-31.")
@click.option("--done/--open", default=None, help="Whether a corrective action is done.")
@click.option("--language", type=click.Choice(LANGUAGES), default="en", show_default=True, help="Of a draft's text.")
@json_option
@click.pass_obj
def remark(session: Session, /, run_file: Path, language: str, as_json: bool, **what: Any) -> None:
    """Record strengths, improvements and corrective actions with owner and date, also after the end.

    The run must not be conducted by another program meanwhile.
    """
    ways = [name for name in ("remark_id", "accept", "drop") if what[name]]
    if len(ways) > 1 or (what["withdraw"] and not what["remark_id"]):
        raise click.UsageError("One of --id, --accept and --drop; --withdraw needs --id.")
    kind = RemarkKind(what["kind"]) if what["kind"] else None
    rest = {name: what[name] for name in ("text", "objective", "owner", "due", "done")}
    made = _recorded(session, run_file, language, what, Changes(kind=kind, **rest))
    state = "recorded" if made.text else "withdrawn"
    data = {"exercise": True, "state": state, "remark": msgspec.to_builtins(made)}
    answer(as_json, data, f"{made.id}: {state}")


def _recorded(session: Session, run: Path, language: str, what: dict[str, Any], changes: Changes) -> Remarked:
    remarks = Remarks(run, clock=session.clock, ids=random_id, author=system_user())
    if what["withdraw"]:
        return remarks.withdraw(what["remark_id"])
    if what["remark_id"]:
        return remarks.change(what["remark_id"], changes)
    if wanted := what["accept"] or what["drop"]:
        found = _looked_back(session, run, "", language)
        with _speaking(session, language):
            draft = next((one for one in drafts(found, found.time_of_day) if one.id == wanted), None)
        if draft is None:
            raise Refused(
                Message("There is no draft of this name."),
                where=wanted,
                action=Message("See all of them: qroc exercise hot-wash RUN."),
            )
        return remarks.record(draft.declined() if what["drop"] else changed(draft.accepted(), changes))
    return remarks.add(changes)


def _looked_back(session: Session, run: Path, team: str, language: str) -> AfterAction:
    with Exercises(session.clock).reading(run) as recording:
        return after_action(recording, team=team, language=language)


@contextmanager
def _speaking(session: Session, wanted: str) -> Iterator[None]:
    """What is made meanwhile is in that language; the program's own lines stay in theirs."""
    before, folder = spoken(), session.files.resources / "translations"
    use_language(wanted, folder)
    try:
        yield
    finally:
        use_language(before, folder)


def _told(one: Remarked) -> str:
    parts = [one.owner, one.due, "done" if one.done else ""]
    told = ", ".join(part for part in parts if part)
    return f" ({told})" if told else ""
