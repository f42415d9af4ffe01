"""qroc workspace: create, info, check, recover; qroc undo."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from qroc_desktop.cli.session import Session, WordsType, answer, json_option, note_of, tell_notes
from qroc_desktop.domain.instant import MICROSECONDS, iso, shown
from qroc_desktop.domain.query import ItemQuery
from qroc_desktop.domain.vocabulary import WorkspaceKind
from qroc_desktop.errors import Message, Refused
from qroc_desktop.services.settings import setting_faults


def register(root: click.Group) -> None:
    """Add the commands to `qroc`."""
    root.add_command(workspace)
    root.add_command(undo)


@click.group()
def workspace() -> None:
    """Create a workspace file, describe it, check it, recover it."""


@workspace.command()
@click.option("--centre", type=WordsType(), required=True, metavar="NAME", help="The operations centre's name.")
@click.option("--country", type=WordsType(), required=True, metavar="CC", help="Its country, two letters.")
@click.option(
    "--kind",
    type=click.Choice([kind.value for kind in WorkspaceKind]),
    default=WorkspaceKind.LIVE.value,
    show_default=True,
    help="The two never mix: an exercise is a file of its own.",
)
@json_option
@click.pass_obj
def create(session: Session, centre: str, country: str, kind: str, as_json: bool) -> None:
    """Make a new workspace file."""
    desk = session.workspaces.create(session.path, centre=centre, country=country, kind=WorkspaceKind(kind))
    desk.close()
    answer(
        as_json,
        {"workspace": str(session.path), "centre": centre, "country": country.upper(), "kind": kind},
        f"{session.path}: a {kind} workspace of {centre} ({country.upper()})",
    )


@workspace.command()
@json_option
@click.pass_obj
def info(session: Session, as_json: bool) -> None:
    """Whose workspace it is and what is in it."""
    with session.desk() as desk:
        identity = desk.identity
        span = desk.workspace.span()
        layers = [layer.name for layer in desk.layers.all()]
        data: dict[str, Any] = {
            "workspace": str(session.path),
            "centre": identity.centre,
            "country": identity.country,
            "kind": identity.kind,
            "schema": desk.workspace.schema_version,
            "items": desk.table.count(ItemQuery()),
            "layers": layers,
            "first": iso(shown(span[0])) if span else None,
            "last": iso(shown(span[1])) if span else None,
            "conflicts": len(desk.history.conflicts()),
            "clock_behind_s": desk.workspace.clock_behind // MICROSECONDS,
            "settings": [note_of(fault) for fault in setting_faults()],
        }
    text = (
        f"{data['centre']} ({data['country']}), {data['kind']}\n"
        f"items: {data['items']}\nlayers: {', '.join(layers) or 'none'}\n"
        f"recorded: {data['first'] or '-'} to {data['last'] or '-'}\nopen conflicts: {data['conflicts']}"
    )
    if data["clock_behind_s"]:
        text += f"\nthe clock is {data['clock_behind_s']} s behind the last record"
    answer(as_json, data, text)
    if not as_json:
        tell_notes(data["settings"])


@workspace.command(short_help="Check the file and the picture in it.")
@json_option
@click.pass_obj
def check(session: Session, as_json: bool) -> None:
    """Check the file, the chain of changes, and that the picture is what the changes say."""
    with session.desk() as desk:
        report = desk.workspace.check()
    answer(as_json, {"sound": report.sound, "findings": report.findings}, "\n".join(report.findings) or "sound")
    if not report.sound:
        raise Refused(
            Message("The workspace is damaged: {count} findings.", count=len(report.findings)),
            where=str(session.path),
            action=Message("Recover what can be read: qroc -w FILE workspace recover NEWFILE."),
        )


@workspace.command(short_help="Copy what can be read of a damaged file.")
@click.argument("to", type=click.Path(dir_okay=False, path_type=Path))
@json_option
@click.pass_obj
def recover(session: Session, to: Path, as_json: bool) -> None:
    """Copy what can be read of a damaged workspace to a new file TO; the damaged one stays as it is."""
    report = session.workspaces.recover(session.path, to)
    data = {"workspace": str(to), "changes": report.changes, "batches": report.batches, "findings": report.findings}
    answer(as_json, data, "\n".join([f"{to}: {report.changes} changes recovered", *report.findings]))


@click.command(short_help="Take a batch back.")
@click.argument("batch", type=WordsType())
@json_option
@click.pass_obj
def undo(session: Session, batch: str, as_json: bool) -> None:
    """Undo a batch (an import, an edit) by inverse changes; what was edited since is kept."""
    with session.desk(write=True) as desk:
        outcome = desk.history.undo_batch(batch)
    kept = [{"item": subject, "aspect": aspect} for subject, aspect in outcome.kept]
    text = f"undone; the undo is batch {outcome.batch}"
    if kept:
        text += f"\n{len(kept)} later edits were kept"
    answer(as_json, {"undone": batch, "batch": outcome.batch, "items": len(outcome.items), "kept": kept}, text)
