"""qroc log: list entries, add one."""

from __future__ import annotations

from typing import Any

import click

from qroc_desktop.cli.session import MOST, InstantType, Session, WordsType, answer, json_option
from qroc_desktop.domain.instant import Instant, iso, shown
from qroc_desktop.domain.state import LogEntry
from qroc_desktop.domain.vocabulary import EntryKind
from qroc_desktop.errors import Message, Refused


def register(root: click.Group) -> None:
    """Add the commands to `qroc`."""
    root.add_command(log)


@click.group(invoke_without_command=True)
@click.option("--query", "text", type=WordsType(), default="", metavar="TEXT", help="Only entries with these words.")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1, MOST), help="At most so many.")
@json_option
@click.pass_context
def log(context: click.Context, text: str, limit: int, as_json: bool) -> None:
    """The logbook, newest first; `log add` appends to it."""
    if context.invoked_subcommand:
        return
    session: Session = context.obj
    with session.desk() as desk:
        entries = desk.logbook.entries(text=text, limit=limit)
    listed = [_entry(entry) for entry in entries]
    lines = [f"{e['at']}  {e['kind']:<8} {e['text']}" + (" (corrected)" if e["corrected_by"] else "") for e in listed]
    answer(as_json, {"count": len(listed), "entries": listed}, "\n".join(lines) or "no entries")


@log.command(short_help="Append an entry.")
@click.argument("kind", type=click.Choice([kind.value for kind in EntryKind]))
@click.argument("text", nargs=-1, required=True, type=WordsType())
@click.option("--item", "items", type=WordsType(), multiple=True, metavar="ID", help="An item that the entry is about.")
@click.option("--corrects", type=WordsType(), default="", metavar="ID", help="The entry that this one corrects.")
@click.option("--at", type=InstantType(), help="When it happened (default: now).")
@json_option
@click.pass_obj
def add(
    session: Session,
    kind: str,
    text: tuple[str, ...],
    items: tuple[str, ...],
    corrects: str,
    at: Instant | None,
    as_json: bool,
) -> None:
    """Append an entry; entries are never edited, only corrected."""
    with session.desk(write=True) as desk:
        for item in items:
            if desk.picture.item(item) is None:
                raise Refused(Message("There is no such item."), where=item)
        entry, outcome = desk.logbook.add(EntryKind(kind), " ".join(text), items=items, corrects=corrects, at=at)
    answer(as_json, {"entry": entry, "batch": outcome.batch}, f"entry {entry}")


def _entry(entry: LogEntry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "at": iso(shown(entry.valid_from)),
        "recorded_at": iso(shown(entry.known_from)),
        "author": entry.author,
        "kind": entry.entry.kind,
        "text": entry.entry.text,
        "counterpart": entry.entry.counterpart or None,
        "items": list(entry.entry.items),
        "corrects": entry.entry.corrects or None,
        "corrected_by": list(entry.corrected_by),
    }
