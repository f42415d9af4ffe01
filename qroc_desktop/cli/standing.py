"""qroc share order, orders, pause, go-on, end, follow: shares that are kept up to date by themselves."""

from __future__ import annotations

import threading
from typing import Any

import click

from qroc_desktop.cli.centre import moment, officer_option
from qroc_desktop.cli.session import BoundsType, InstantType, Session, answer, json_option, printable
from qroc_desktop.cli.share import ground_options, grounds_of, opened, share
from qroc_desktop.domain.instant import Instant
from qroc_desktop.errors import QrocError
from qroc_desktop.services.desk import Desk
from qroc_desktop.services.standing import Scope, Standing, Step
from qroc_desktop.sync.ending import told_to_end
from qroc_desktop.sync.orders import Order, OrderState

PAUSE_S = 1.0


def register(root: click.Group) -> None:
    """Add the commands to `qroc share`, which is in `root` already."""
    for command in (order, orders, pause, go_on, end, follow):
        share.add_command(command)


_why_option = click.option("--why", default="", metavar="TEXT", help="The reason, kept in the audit log.")


@click.command("order", short_help="Order that a share is kept up to date.")
@click.argument("bundle")
@click.option("--layer", "layers", multiple=True, metavar="NAME", help="New items on this layer go too.")
@click.option("--bbox", type=BoundsType(), help="New items in this box, W,S,E,N, go too.")
@click.option("--query", default="", metavar="TEXT", help="New items with these words go too.")
@click.option("--until", type=InstantType(), help="When it ends (default: with the share, else after 24 hours).")
@ground_options
@officer_option
@click.option("--why", required=True, metavar="TEXT", help="The justification, kept in the audit log.")
@json_option
@click.pass_obj
def order(
    session: Session, /, bundle: str, until: Instant | None, officer: str, why: str, as_json: bool, **asked: Any
) -> None:
    """Order that a share is kept up to date. `qroc share follow`, or a window on the workspace, carries it out.

    New items come from where the share was taken from, a layer or an area, unless something else is named.
    """
    with opened(session) as (desk, exchange, sharing):
        standing = Standing(desk.workspace, exchange, sharing, session.clock)
        given = standing.give(
            bundle, grounds_of(asked), officer=officer, why=why, until=until, scope=_scope(desk, asked)
        )
    answer(as_json, _row(given), _line(_row(given)))


@click.command("orders", short_help="List standing orders.")
@json_option
@click.pass_obj
def orders(session: Session, as_json: bool) -> None:
    """List the standing orders for shares of this workspace, those that are over too; newest first."""
    with opened(session) as (desk, exchange, sharing):
        rows = [_row(one) for one in Standing(desk.workspace, exchange, sharing, session.clock).all()]
    answer(as_json, {"orders": rows}, "\n".join(map(_line, rows)) or "there is no standing order")


@click.command("pause", short_help="Pause a standing order.")
@click.argument("order_id", metavar="ORDER")
@officer_option
@_why_option
@json_option
@click.pass_obj
def pause(session: Session, order_id: str, officer: str, why: str, as_json: bool) -> None:
    """Send nothing by a standing order until it goes on."""
    _change(session, order_id, OrderState.PAUSED, officer, why, as_json=as_json)


@click.command("go-on", short_help="Let a paused standing order go on.")
@click.argument("order_id", metavar="ORDER")
@officer_option
@_why_option
@json_option
@click.pass_obj
def go_on(session: Session, order_id: str, officer: str, why: str, as_json: bool) -> None:
    """Let a paused standing order go on; what has changed meanwhile is sent."""
    _change(session, order_id, OrderState.ACTIVE, officer, why, as_json=as_json)


@click.command("end", short_help="End a standing order.")
@click.argument("order_id", metavar="ORDER")
@officer_option
@_why_option
@json_option
@click.pass_obj
def end(session: Session, order_id: str, officer: str, why: str, as_json: bool) -> None:
    """End a standing order; what was sent stays sent until it is withdrawn."""
    _change(session, order_id, OrderState.ENDED, officer, why, as_json=as_json)


@click.command("follow", short_help="Carry out standing orders.")
@click.option("--once", is_flag=True, help="Do what is due now, then end.")
@json_option
@click.pass_obj
def follow(session: Session, once: bool, as_json: bool) -> None:
    """Carry out the standing orders of a workspace until SIGTERM or Ctrl+C, one line for each thing done.

    The workspace may be open in a window meanwhile; it is only read. Updates go to the outbox, the node delivers them.
    """
    with opened(session) as (desk, exchange, sharing), told_to_end(threading.Event()) as told:
        standing = Standing(desk.workspace, exchange, sharing, session.clock)
        said = ""
        while True:
            try:
                for step in standing.run():
                    row = _step(step)
                    answer(as_json, row, " ".join(str(value) for value in row.values() if value))
                said = ""
            except QrocError as error:
                if once:
                    raise
                if str(error) != said:  # said once and not every second
                    click.echo(f"qroc: {printable(' '.join(str(error).split()))}", err=True)
                said = str(error)
            if once or told.wait(PAUSE_S):
                return


def _scope(desk: Desk, asked: dict[str, Any]) -> Scope | None:
    if not (asked["layers"] or asked["bbox"] or asked["query"]):
        return None
    layers = tuple(desk.layers.id_named(name) for name in asked["layers"])
    return Scope(layers=layers, bounds=asked["bbox"], text=asked["query"])


def _change(session: Session, order_id: str, state: OrderState, officer: str, why: str, *, as_json: bool) -> None:
    with opened(session) as (desk, exchange, sharing):
        standing = Standing(desk.workspace, exchange, sharing, session.clock)
        row = _row(standing.change(order_id, state, officer=officer, why=why))
    answer(as_json, row, _line(row))


def _row(order: Order) -> dict[str, Any]:
    given = order.given
    return {
        "order": order.id,
        "bundle": given.bundle,
        "to": given.peer,
        "state": str(order.state),
        "reason": order.reason or None,
        "by": order.by or None,
        "changed_at": moment(order.changed_at),
        "officer": given.officer,
        "why": given.why,
        "at": moment(order.at),
        "until": moment(given.until),
    }


def _line(row: dict[str, Any]) -> str:
    return f"{row['order']}  {row['state']:<8} until {row['until']}  {row['officer']}: {row['why']}  {row['bundle']}"


def _step(step: Step) -> dict[str, Any]:
    return {
        "order": step.order.id,
        "state": str(step.order.state),
        "reason": step.order.reason if step.order.state is not OrderState.ACTIVE else None,
        "bundle": step.queued.bundle if step.queued else None,
        "seq": step.queued.seq if step.queued else None,
    }
