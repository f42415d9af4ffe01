"""qroc inbox compare: what has become of a received picture."""

from __future__ import annotations

from typing import Any

import click

from qroc_desktop.cli.boxes import inbox
from qroc_desktop.cli.centre import Centre, moment
from qroc_desktop.cli.session import Session, WordsType, answer, json_option
from qroc_desktop.domain.comparison import Difference, Fate
from qroc_desktop.services.comparing import Comparing, Comparison, State

_SIGNS = {Fate.NEW: "+", Fate.MOVED: ">", Fate.CHANGED: "~", Fate.GONE: "-"}


def register() -> None:
    """Add `compare` to `qroc inbox`."""
    inbox.add_command(compare)


@click.command(short_help="Show what a bundle made of the picture.")
@click.argument("bundle")
@click.option("--with", "earlier", default="", metavar="BUNDLE", help="An earlier bundle of the same centre.")
@click.option(
    "--since-read", "reader", type=WordsType(), default="", metavar="OFFICER", help="What this officer read last."
)
@json_option
@click.pass_obj
def compare(session: Session, bundle: str, earlier: str, reader: str, as_json: bool) -> None:
    """Show what is new, moved, changed and gone by a bundle: since the one before of the same share, or since another.

    The bundle has to be on the picture of this workspace. Nothing is written, and nobody is told.
    """
    if earlier and reader:
        raise click.UsageError("--with and --since-read exclude each other.")
    with session.desk() as desk, Centre(session, desk.identity.kind).exchange() as exchange:
        found = Comparing(desk.workspace, exchange).compare(bundle, earlier=earlier, reader=reader)
        name = exchange.roster.peer(found.after.peer).name
    answer(as_json, _document(found, name), _text(found, name))


def _document(found: Comparison, name: str) -> dict[str, Any]:
    return {
        "from": found.after.peer,
        "name": name,
        "picture": _state(found.after),
        "compared_with": _state(found.before) if found.before else None,
        "counts": {str(fate): found.count(fate) for fate in Fate},
        "differences": [_difference(one) for one in found.differences],
    }


def _state(state: State) -> dict[str, Any]:
    return {
        "bundle": state.bundle,
        "kind": str(state.kind),
        "share": state.share,
        "subject": state.subject,
        "as_of": moment(state.created),
        "at": moment(state.at),
        "read_by": state.reader or None,
    }


def _difference(one: Difference) -> dict[str, Any]:
    before, after = one.before, one.after
    return {
        "item": one.item,
        "title": one.latest.wording.title,
        "fate": str(one.fate),
        "aspects": [str(aspect) for aspect in one.aspects],
        "distance_m": round(one.distance_m, 1) if one.distance_m is not None else None,
        "bearing_deg": round(one.bearing_deg, 1) if one.bearing_deg is not None else None,
        "from": list(before.shape.anchor()) if before and before.shape else None,
        "to": list(after.shape.anchor()) if after and after.shape else None,
        "still_shown": one.shown,
    }


def _text(found: Comparison, name: str) -> str:
    since = f"since {moment(found.before.at)}" if found.before else "nothing to compare with"
    read = f", read by {found.before.reader}" if found.before and found.before.reader else ""
    lines = [f"{name}  {moment(found.after.at)}, {since}{read}"]
    for one in found.differences:
        detail = ", ".join(str(aspect) for aspect in one.aspects)
        if one.distance_m is not None and one.bearing_deg is not None:
            detail = f"{one.distance_m:.0f} m to {one.bearing_deg:.0f}°, {detail}"
        if one.shown:
            detail = "still on the picture by another share"
        lines.append(f"{_SIGNS[one.fate]} {one.fate:<8} {one.latest.wording.title or '(untitled)'}  {detail}".rstrip())
    return "\n".join(lines if found.differences else [*lines, "no difference"])
