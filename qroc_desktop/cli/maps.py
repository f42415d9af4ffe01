"""qroc maps: list base maps, add one, check them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from qroc_desktop.cli.session import Session, answer, json_option, note_of, tell_notes
from qroc_desktop.errors import Message, Refused
from qroc_desktop.services.maps import MapEntry, MapLibrary, said_schema


def register(root: click.Group) -> None:
    """Add the commands to `qroc`."""
    root.add_command(maps)


@click.group(short_help="Base maps of this machine.")
def maps() -> None:
    """Base maps of this machine: bundled, added, and servers that an administrator allowed."""


@maps.command("list")
@json_option
@click.pass_obj
def list_maps(session: Session, as_json: bool) -> None:
    """All base maps that can be used."""
    library = MapLibrary(session.files.maps)
    entries = [_entry(entry) for entry in library.list()]
    notes = [note_of(error) for error in library.passed_by()]
    lines = [
        f"{e['id']:<24} {e['origin']:<8} {e['kind']:<12} z{e['zooms'][0]}-{e['zooms'][1]}  {e['name']}" for e in entries
    ]
    answer(as_json, {"count": len(entries), "maps": entries, "notes": notes}, "\n".join(lines) or "no maps")
    if not as_json:
        tell_notes(notes)


@maps.command()
@click.argument("path", type=click.Path(path_type=Path))
@json_option
@click.pass_obj
def add(session: Session, path: Path, as_json: bool) -> None:
    """Copy a PMTiles or MBTiles file to the maps of this user."""
    entry = MapLibrary(session.files.maps).add(path)
    said = said_schema(entry)
    answer(as_json, _entry(entry), f"{entry.id}: added" + (f"\n{said}" if said else ""))


@maps.command()
@json_option
@click.pass_obj
def check(session: Session, as_json: bool) -> None:
    """Compare every map file with its checksum, and open it."""
    findings = MapLibrary(session.files.maps).check()
    bad = [finding for finding in findings if finding.problem]
    listed = [
        {
            "name": f.name,
            "origin": f.origin,
            "sound": f.problem is None,
            "why": str(f.problem or "") or None,
            "note": str(f.note or "") or None,
        }
        for f in findings
    ]
    lines = [f"{e['name']}: {e['why'] or 'sound'}" + (f"; {e['note']}" if e["note"] else "") for e in listed]
    answer(as_json, {"sound": not bad, "maps": listed}, "\n".join(lines))
    if bad:
        raise Refused(
            Message("{count} maps are not what they should be.", count=len(bad)),
            where=", ".join(finding.name for finding in bad),
            action=Message("Add them again, or install QROC Desktop again."),
        )


def _entry(entry: MapEntry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "name": entry.name,
        "origin": entry.origin,
        "kind": entry.kind,
        "zooms": [entry.min_zoom, entry.max_zoom],
        "bounds": list(entry.bounds),
        "attribution": entry.attribution,
        "schema": entry.schema.id if entry.schema else None,
    }
