"""qroc consent: write down that the owner of something allows it to go on."""

from __future__ import annotations

from typing import Any

import click

from qroc_desktop.cli.centre import Centre, moment, officer_option, peer_named
from qroc_desktop.cli.session import InstantType, Session, answer, json_option
from qroc_desktop.domain.instant import Instant
from qroc_desktop.policy.vocabulary import ConsentKind, Purpose
from qroc_desktop.services.consents import ConsentBook, Given
from qroc_desktop.sync.consents import Recorded


def register(root: click.Group) -> None:
    """Add the commands to `qroc`."""
    root.add_command(consent)


@click.group(short_help="Record what owners of information allow.")
def consent() -> None:
    """Record that the owner of an item allows it to go on to another centre; list and revoke such consents."""


@consent.command("add", short_help="Record a consent.")
@click.option("--item", "items", multiple=True, required=True, metavar="ID", help="The item; several may be named.")
@click.option("--to", required=True, metavar="CENTRE", help="The centre that may get it, by name or id.")
@click.option(
    "--purpose", "purposes", multiple=True, required=True, type=click.Choice([p.value for p in Purpose]),
    help="What it may be used for; several may be named.",
)  # fmt: skip
@click.option("--given-by", required=True, metavar="NAME", help="Who at the originator gave it.")
@click.option("--way", default="", metavar="TEXT", help="How it was given: by telephone, by which message.")
@click.option("--until", type=InstantType(), help="From this time on it holds no more (default: until revoked).")
@click.option(
    "--kind", "kinds", multiple=True, type=click.Choice([k.value for k in ConsentKind]),
    default=[ConsentKind.FORWARD.value], show_default=True, help="To go on, or to be used in court.",
)  # fmt: skip
@officer_option
@json_option
@click.pass_obj
def add(session: Session, /, to: str, officer: str, as_json: bool, **said: Any) -> None:
    """Record a consent. Whose it is says the marking of the item; the audit log keeps who gave and who recorded it."""
    until: Instant | None = said["until"]
    with session.desk() as desk, Centre(session, desk.identity.kind).exchange() as exchange:
        given = Given(
            items=said["items"],
            kinds=tuple(ConsentKind(kind) for kind in said["kinds"]),
            recipient=peer_named(exchange, to).centre,
            purposes=tuple(Purpose(purpose) for purpose in said["purposes"]),
            given_by=said["given_by"],
            officer=officer,
            way=said["way"],
            until=until,
        )
        rows = [_row(one) for one in ConsentBook(desk.workspace, exchange).record(given)]
    answer(as_json, {"recorded": rows}, "\n".join(_line(row) for row in rows))


@consent.command("list", short_help="List consents.")
@click.option("--item", default="", metavar="ID", help="Only those for this item.")
@json_option
@click.pass_obj
def list_(session: Session, item: str, as_json: bool) -> None:
    """List the consents, revoked and ended ones too; newest first."""
    with session.desk() as desk, Centre(session, desk.identity.kind).exchange() as exchange:
        now = desk.now()
        recorded = ConsentBook(desk.workspace, exchange).all(item)
    rows = [_row(one) | {"in_force": one.in_force(now)} for one in recorded]
    answer(as_json, {"consents": rows}, "\n".join(map(_line, rows)) or "no consent is recorded")


@consent.command("revoke", short_help="Revoke a consent.")
@click.argument("consent_id", metavar="CONSENT")
@click.option("--why", required=True, metavar="TEXT", help="The reason, kept in the audit log.")
@officer_option
@json_option
@click.pass_obj
def revoke(session: Session, consent_id: str, why: str, officer: str, as_json: bool) -> None:
    """Revoke a consent; what was sent under it stays sent until it is withdrawn."""
    with session.desk() as desk, Centre(session, desk.identity.kind).exchange() as exchange:
        row = _row(ConsentBook(desk.workspace, exchange).revoke(consent_id, officer=officer, why=why))
    answer(as_json, row, _line(row))


def _row(one: Recorded) -> dict[str, Any]:
    return {
        "consent": one.id,
        "kind": one.kind,
        "item": one.item,
        "title": one.title,
        "originator": one.originator,
        "to": one.recipient,
        "name": one.name,
        "purposes": list(one.purposes),
        "given_by": one.given_by,
        "recorded_by": one.recorded_by,
        "at": moment(one.at),
        "until": moment(one.until),
        "way": one.way or None,
        "revoked_by": one.revoked_by or None,
        "revoked_at": moment(one.revoked_at),
        "revoked_why": one.revoked_why or None,
    }


def _line(row: dict[str, Any]) -> str:
    until = f" until {row['until']}" if row["until"] else ""
    end = f"  revoked {row['revoked_at']} by {row['revoked_by']}" if row["revoked_at"] else ""
    return (
        f"{row['consent']}  {row['kind']}: {row['originator']} ({row['given_by']}) lets {row['title'] or row['item']}"
        f" go to {row['name']} for {', '.join(row['purposes'])}{until}{end}"
    )
