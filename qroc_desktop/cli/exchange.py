"""qroc import and qroc export."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from qroc_desktop.cli.session import (
    BoundsType,
    Session,
    WordsType,
    ZoneType,
    answer,
    json_option,
    moment_of,
    moment_options,
    tell_notes,
)
from qroc_desktop.domain.instant import Instant
from qroc_desktop.domain.shape import Bounds
from qroc_desktop.errors import Message, Refused
from qroc_desktop.formats import registry
from qroc_desktop.formats.reading import Problem, Wishes
from qroc_desktop.services.briefing import KINDS as BRIEFINGS
from qroc_desktop.services.importing import ImportPlan
from qroc_desktop.translation import language

_SHOWN = 200


def register(root: click.Group) -> None:
    """Add the commands to `qroc`."""
    root.add_command(import_files)
    root.add_command(export)


@click.command("import", short_help="Import files as one batch.")
@click.argument("files", nargs=-1, required=True, metavar="PATH...", type=click.Path(path_type=Path))
@click.option(
    "--layer",
    type=WordsType(),
    default="",
    metavar="NAME",
    help="Layer to import to (default: one named after the file).",
)
@click.option(
    "--zone",
    type=ZoneType(),
    default="",
    metavar="ZONE",
    help="Time zone of times in tables that name none, such as Europe/Berlin (default: UTC, with a note).",
)
@click.option("--dry-run", is_flag=True, help="Read and report; write nothing.")
@json_option
@click.pass_obj
def import_files(
    session: Session, files: tuple[Path, ...], layer: str, zone: str, dry_run: bool, as_json: bool
) -> None:
    """Import files as one batch that undoes as one step: all of them, or nothing.

    Read are GeoJSON, CAP 1.0-1.2, KML, KMZ, GPX, Cursor on Target, TAK data packages and tables (CSV). What was
    skipped is told with where and why. Importing a newer file updates the items that came in before.
    """
    with session.desk(write=not dry_run) as desk:
        plan = desk.imports.plan(files, wishes=Wishes(language=language(), zone=zone))
        for _, refusal in plan.refusals:
            raise refusal
        batch = None
        if plan.count and not dry_run:
            batch = desk.imports.accept(plan, layer=layer).batch
    _report_import(plan, batch, dry_run=dry_run, as_json=as_json)
    if not plan.count:
        raise Refused(
            Message("There is nothing to import."),
            where=", ".join(path.name for path in files),
        )


def _report_import(plan: ImportPlan, batch: str | None, *, dry_run: bool, as_json: bool) -> None:
    skipped = [_problem(path, p) for path, p in plan.problems if p.skipped]
    notes = [_problem(path, p) for path, p in plan.problems if not p.skipped]
    brought = plan.count - plan.removals
    data = {"imported": brought, "removed": plan.removals, "skipped": skipped, "batch": batch}
    verb = "would be imported" if dry_run else "imported"
    removed = f", {plan.removals} removed" if plan.removals else ""
    lines = [f"{brought} {verb}{removed}, {len(skipped)} skipped"]
    lines += _some([f"skipped {entry['where']}: {entry['why']}" for entry in skipped], "skipped")
    lines += _some([f"note {entry['where']}: {entry['why']}" for entry in notes], "notes")
    if batch:
        lines.append(f"batch {batch}")
    answer(as_json, data, "\n".join(lines))
    if as_json and plan.count:
        tell_notes(notes)


def _some(lines: list[str], what: str) -> list[str]:
    """Not more lines than a person reads: a table of a million rows may have a note on every one."""
    left = len(lines) - _SHOWN
    return lines if left <= 0 else [*lines[:_SHOWN], f"and {left} more {what}; --json tells all"]


def _problem(path: Path, problem: Problem) -> dict[str, Any]:
    why = f"{problem.why} ({problem.what})" if problem.what else str(problem.why)
    return {"where": f"{path.name}: {problem.where}", "why": why}


@click.command(short_help="Write the picture to a file.")
@click.option(
    "--format",
    "format_name",
    required=True,
    type=click.Choice([*registry.WRITERS, *BRIEFINGS]),
    help="What to write: a format for other programs, or a briefing (html, pdf, png).",
)
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The file to write.")
@click.option("--bbox", type=BoundsType(), help="W,S,E,N of a briefing's map (default: all items).")
@click.option(
    "--base-map", help="Id of a briefing's base map, see `qroc maps list` (default: as chosen in the window)."
)
@moment_options
@json_option
@click.pass_obj
def export(
    session: Session,
    format_name: str,
    out: Path,
    bbox: Bounds | None,
    base_map: str | None,
    valid: Instant | None,
    known: Instant | None,
    as_json: bool,
) -> None:
    """Write the picture at an instant to a file: for other programs, or as a briefing."""
    if str(out) == "-":
        raise click.UsageError("export writes files; for standard output use qroc picture --format NAME.")
    with session.desk() as desk:
        moment = moment_of(desk, valid, known)
        if format_name in BRIEFINGS:
            note = session.briefings(desk).save(
                out, kind=format_name, moment=moment, bounds=bbox, base_map=base_map or ""
            )
            problems = [Problem("base map", note, skipped=False)] if note else []
        else:
            problems = desk.exports.save(out, format_name, moment=moment)
    notes = [{"where": p.where, "why": str(p.why), "what": p.what} for p in problems]
    lines = [f"{out}: written", *(f"note {n['where']}: {n['why']}" for n in notes)]
    answer(as_json, {"written": str(out), "format": format_name, "notes": notes}, "\n".join(lines))
