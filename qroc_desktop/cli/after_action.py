"""qroc exercise report and remark: the after-action report of a run, and the conclusions that stand in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from qroc_desktop.cli.scenario_time import ScenarioTime
from qroc_desktop.cli.session import Session, answer, json_option
from qroc_desktop.services.after_action_files import AfterActionFiles
from qroc_desktop.translation import use_language

_RUN = click.Path(path_type=Path)
LANGUAGES = ("en", "de")


def register(exercise: click.Group) -> None:
    """Add the commands to `qroc exercise`."""
    exercise.add_command(report)


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
    use_language(language, session.files.resources / "translations")
    files = AfterActionFiles(session.files, clock=session.clock)
    found = files.save(run_file, out, team=what["team"], at=what["at"], centre=what["centre"], language=language)
    data = {
        "exercise": True, "written": str(out), "format": out.suffix[1:].lower(), "record": found.chain,
        "events": found.events, "team": found.team, "until_s": found.until / 1000, "over": found.over,
        "remarks": len(found.remarks),
    }  # fmt: skip
    answer(as_json, data, f"{out}: written, of the record {found.chain}")


