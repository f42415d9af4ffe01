"""qroc items, qroc picture, qroc places."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import msgspec

from qroc_desktop.cli.session import (
    MOST,
    BoundsType,
    Session,
    WordsType,
    answer,
    json_option,
    moment_of,
    moment_options,
    tell_notes,
    write_bytes,
)
from qroc_desktop.domain.aspects import Origin
from qroc_desktop.domain.instant import Instant, iso, shown
from qroc_desktop.domain.query import ItemQuery, Row
from qroc_desktop.domain.shape import Bounds
from qroc_desktop.domain.state import Item
from qroc_desktop.formats import registry
from qroc_desktop.services.comments import local_name
from qroc_desktop.services.exporting import save_whole


def register(root: click.Group) -> None:
    """Add the commands to `qroc`."""
    root.add_command(items)
    root.add_command(picture)
    root.add_command(places)


@click.command()
@click.option("--layer", type=WordsType(), metavar="L", help="Only items of this layer, by name.")
@click.option("--bbox", type=BoundsType(), help="Only items in this box: W,S,E,N in degrees.")
@click.option("--query", "text", type=WordsType(), default="", metavar="TEXT", help="Only items with these words.")
@click.option("--limit", type=click.IntRange(1, MOST), help="At most so many.")
@moment_options
@json_option
@click.pass_obj
def items(
    session: Session,
    layer: str | None,
    bbox: Bounds | None,
    text: str,
    limit: int | None,
    valid: Instant | None,
    known: Instant | None,
    as_json: bool,
) -> None:
    """List items, most recent first."""
    with session.desk() as desk:
        layers = frozenset({desk.layers.id_named(layer)}) if layer else None
        query = ItemQuery(bounds=bbox, layers=layers, text=text, limit=limit)
        moment = moment_of(desk, valid, known)
        names = {layer.id: layer.name for layer in desk.picture.layers(moment)}
        rows = desk.table.rows(desk.table.ids(query, moment), moment)
        origins = desk.table.origins([row.id for row in rows], moment) if as_json else {}
        noted = desk.table.noted([row.id for row in rows], moment) if as_json else {}
    listed = [{**_row(row, names), "origin": _origin(origins.get(row.id)), **_noted(noted.get(row.id))} for row in rows]
    lines = [
        f"{row.id}  P{int(row.priority)}  {row.status:<12} {row.title or '(untitled)'}"
        + (f"  [{row.lat:.5f}, {row.lon:.5f}]" if row.lat is not None else "")
        for row in rows
    ]
    answer(as_json, {"count": len(listed), "items": listed}, "\n".join(lines) or "no items")


def _row(row: Row, layers: dict[str, str]) -> dict[str, Any]:
    return {
        "id": row.id,
        "layer": layers.get(row.layer, ""),
        "type": row.type,
        "kind": row.kind,
        "sidc": row.sidc,
        "affiliation": row.affiliation,
        "title": row.title,
        "place": row.place,
        "status": row.status,
        "priority": row.priority,
        "starts": iso(shown(row.starts)) if row.starts is not None else None,
        "valid_from": iso(shown(row.valid_from)),
        "stale_at": iso(shown(row.stale_at)) if row.stale_at is not None else None,
        "lon": row.lon,
        "lat": row.lat,
        "evaluation": row.evaluation,
        "assessment": row.assessment,
    }


def _origin(origin: Origin | None) -> dict[str, Any] | None:
    """Where an item came from; None where it was entered here."""
    if origin is None:
        return None
    return {
        "format": origin.format,
        "file": origin.file,
        "id": origin.foreign_id,
        "sender": origin.sender,
        "source": origin.source_name,
        "sent": iso(shown(origin.sent)) if origin.sent is not None else None,
    }


def _noted(item: Item | None) -> dict[str, Any]:
    """The person that an item is about and the item that it comments on; None where there is none."""
    person = item.person if item else None
    about = item.about if item else None
    return {
        "person": {**msgspec.structs.asdict(person), "category": item.marking.subject} if item and person else None,
        "about": local_name(about) if about else None,
    }


@click.command(short_help="The picture at two instants.")
@click.option(
    "--format",
    "format_name",
    default="geojson",
    show_default=True,
    type=click.Choice([*registry.WRITERS]),
    help="The format to write.",
)
@click.option(
    "--out",
    default="-",
    show_default=True,
    type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
    help="File, or - for standard output.",
)
@moment_options
@json_option
@click.pass_obj
def picture(
    session: Session, format_name: str, out: Path, valid: Instant | None, known: Instant | None, as_json: bool
) -> None:
    """The picture as it was true at one time, as known at another."""
    with session.desk() as desk:
        written = desk.exports.write(format_name, moment=moment_of(desk, valid, known))
    tell_notes({"where": problem.where, "why": str(problem.why)} for problem in written.problems)
    if str(out) == "-":
        write_bytes(written.data)
        return
    save_whole(out, written.data)
    answer(as_json, {"written": str(out), "format": format_name}, f"{out}: written")


@click.command(short_help="Find a place or read a coordinate.")
@click.argument("text", nargs=-1, required=True, type=WordsType())
@click.option("--limit", default=10, show_default=True, type=click.IntRange(1, 1000), help="At most so many.")
@json_option
@click.pass_obj
def places(session: Session, text: tuple[str, ...], limit: int, as_json: bool) -> None:
    """Find a place by name, or read a coordinate in any notation."""
    found = session.places().find(" ".join(text), limit=limit)
    listed = [{"name": d.name, "detail": d.detail, "lon": d.lon, "lat": d.lat} for d in found]
    lines = [f"{d.lat:.5f}, {d.lon:.5f}  {d.name}  {d.detail}" for d in found]
    answer(as_json, {"count": len(listed), "places": listed}, "\n".join(lines) or "no such place")
