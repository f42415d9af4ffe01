"""qroc attach, qroc attachments, qroc detach."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from qroc_desktop.cli.session import Session, answer, json_option, printable
from qroc_desktop.domain.state import Item
from qroc_desktop.errors import Message, Refused
from qroc_desktop.services.attachments import Named, numbered
from qroc_desktop.services.desk import Desk


def register(root: click.Group) -> None:
    """Add the commands to `qroc`."""
    root.add_command(attach)
    root.add_command(attachments)
    root.add_command(detach)


@click.command(short_help="Add files to an item.")
@click.argument("item")
@click.argument("paths", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
@json_option
@click.pass_obj
def attach(session: Session, item: str, paths: tuple[Path, ...], as_json: bool) -> None:
    """Add photos, PDFs or videos to an item, as one step. They are kept as they are; peers get cleaned copies."""
    with session.desk(write=True) as desk:
        outcome = desk.attachments.attach(_item(desk, item), paths)
        _answer(as_json, _item(desk, item), {"batch": outcome.batch})


@click.command(short_help="List or save the files of an item.")
@click.argument("item")
@click.option(
    "--save", "folder", type=click.Path(file_okay=False, exists=True, path_type=Path), help="Write copies here."
)
@json_option
@click.pass_obj
def attachments(session: Session, item: str, folder: Path | None, as_json: bool) -> None:
    """List the files of an item, and write copies of them into a folder."""
    with session.desk() as desk:
        found = _item(desk, item)
        saved = desk.attachments.save_all(found.attachments.files, folder) if folder else []
        _answer(as_json, found, {"saved": [str(path) for path in saved]} if folder else {})


@click.command(short_help="Take files off an item.")
@click.argument("item")
@click.argument("numbers", nargs=-1, required=True, metavar="NUMBER...", type=click.IntRange(1))
@json_option
@click.pass_obj
def detach(session: Session, item: str, numbers: tuple[int, ...], as_json: bool) -> None:
    """Take files off an item, by their numbers in `qroc attachments`. The record keeps them."""
    with session.desk(write=True) as desk:
        seen = _item(desk, item)
        files = {named.number: named.file.sha256 for named in numbered(seen)}
        if unknown := [number for number in numbers if number not in files]:
            raise Refused(Message("The item has no file {number}.", number=unknown[0]), where=item[:80])
        outcome = desk.attachments.detach(seen, [files[number] for number in numbers])
        _answer(as_json, _item(desk, item), {"batch": outcome.batch})


def _item(desk: Desk, item: str) -> Item:
    found = desk.picture.item(item)
    if found is None:
        raise Refused(Message("There is no such item."), where=item[:80])
    return found


def _answer(as_json: bool, item: Item, more: dict[str, Any]) -> None:
    named = numbered(item)
    data = {"item": item.id, "files": [_row(one) for one in named], **more}
    lines = [f"{one.number:>3}  {one.file.size:>12}  {one.file.media_type:<16}  {one.file.name}" for one in named]
    lines += [f"{path}: written" for path in more.get("saved", ())]
    answer(as_json, data, printable("\n".join(lines)) or "no files")


def _row(named: Named) -> dict[str, Any]:
    file = named.file
    return {
        "number": named.number,
        "name": file.name,
        "type": file.media_type,
        "size": file.size,
        "sha256": file.sha256,
    }
