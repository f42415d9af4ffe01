"""qroc comment and qroc person: what is added to one item."""

from __future__ import annotations

import click

from qroc_desktop.cli.session import Session, WordsType, answer, json_option
from qroc_desktop.domain.state import Item
from qroc_desktop.domain.vocabulary import SubjectCategory
from qroc_desktop.errors import Message, Refused
from qroc_desktop.services.desk import Desk


def register(root: click.Group) -> None:
    """Add the commands to `qroc`."""
    root.add_command(comment)
    root.add_command(person)


@click.command(short_help="Add a comment to an item.")
@click.argument("item", type=WordsType())
@click.argument("text", nargs=-1, required=True, type=WordsType())
@json_option
@click.pass_obj
def comment(session: Session, item: str, text: tuple[str, ...], as_json: bool) -> None:
    """Add a note of our own that is linked to an item, of a peer's or ours; it may be shared like any other."""
    with session.desk(write=True) as desk:
        note, outcome = desk.comments.add(_found(desk, item), " ".join(text))
    answer(as_json, {"item": note, "about": item, "batch": outcome.batch}, f"comment {note}")


@click.command(short_help="Say which person an item is about.")
@click.argument("item", type=WordsType())
@click.option("--surname", type=WordsType(), metavar="TEXT", help="Surname.")
@click.option("--first-names", type=WordsType(), metavar="TEXT", help="First names.")
@click.option("--born", type=WordsType(), metavar="DATE", help="Date of birth: 1987-04-30, 1987-04 or 1987.")
@click.option("--birth-place", type=WordsType(), metavar="TEXT", help="Place of birth.")
@click.option("--circumstances", type=WordsType(), metavar="TEXT", help="What gives reason to believe.")
@click.option(
    "--category",
    type=click.Choice([str(category) for category in SubjectCategory]),
    help="Kind of data subject (LED article 6); unknown lets nothing be sent.",
)
@json_option
@click.pass_obj
def person(session: Session, /, item: str, category: str | None, as_json: bool, **given: str | None) -> None:
    """Set what is known of the person that an item is about; an empty text clears a field, others stay."""
    fields = {name: value for name, value in given.items() if value is not None}
    if not fields and category is None:
        raise click.UsageError("Nothing to set: name at least one field.")
    with session.desk(write=True) as desk:
        seen = _found(desk, item)
        outcome = desk.persons.describe(seen, fields, SubjectCategory(category) if category else None)
        now = _found(desk, item).marking.subject
    data = {"item": item, "batch": outcome.batch if outcome else None, "category": str(now)}
    text = f"{item}: recorded, category {now}" if outcome else f"{item}: nothing new"
    answer(as_json, data, text)


def _found(desk: Desk, item: str) -> Item:
    found = desk.picture.item(item)
    if found is None or found.removed:
        raise Refused(Message("There is no such item."), where=item[:80])
    return found
