"""qroc node: the process that talks to other centres."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from qroc_desktop.cli.centre import Centre, moment
from qroc_desktop.cli.session import Session, answer, json_option
from qroc_desktop.services import settings


def register(root: click.Group) -> None:
    """Add the commands to `qroc`."""
    root.add_command(node)


@click.group(short_help="The process that talks to other centres.")
def node() -> None:
    """The process that talks to other centres: it needs no window, and goes on when one is closed."""


@node.command("run", short_help="Talk to other centres until it is told to stop.")
@click.option(
    "--allowed",
    "list_",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The administrator's list of routes (default: exchange.toml of this machine).",
)
@json_option
@click.pass_obj
def run(session: Session, list_: Path | None, as_json: bool) -> None:
    """Bring and fetch bundles until SIGTERM or Ctrl+C, on the routes that an administrator allows (exchange.toml)."""
    # Servers and clients of several networks: no other command should wait for them.
    from qroc_desktop.sync import allowed
    from qroc_desktop.sync.node import Node

    routes = allowed.read(list_ or settings.administrators_folder() / allowed.FILE)
    centre = Centre(session)
    keys = centre.unlocked()
    with centre.folder.open_with(centre.kind, keys) as exchange:
        Node(exchange, routes, session.clock, keys=keys).run()
    answer(as_json, _told(session), "")


@node.command("status", short_help="What the node is about, and who can be reached.")
@json_option
@click.pass_obj
def status(session: Session, as_json: bool) -> None:
    """Tell whether the node is at work, and which centres it reaches."""
    data = _told(session)
    if len(data) == 1:
        answer(as_json, data, "No node has been at work here.")
        return
    lines = [f"{'running' if data['running'] else 'not running'}  {data['listening'] or 'not listening'}"]
    lines += [
        f"{centre}  {_reached(peer['reachable'])}  {peer['last_contact'] or ''}  {peer['trouble']}"
        for centre, peer in data["peers"].items()
    ]
    lines += [f"{name}: {why}" for name, why in data["trouble"].items()]
    answer(as_json, data, "\n".join(line.rstrip() for line in lines))


def _told(session: Session) -> dict[str, Any]:
    from qroc_desktop.sync import status as node_status

    own = Centre(session)
    found = node_status.read(own.folder.exchange_path(own.kind))
    if found is None:
        return {"running": False}
    peers = {
        centre: {
            "reachable": contact.reachable,
            "trouble": contact.trouble,
            "last_contact": moment(contact.last_contact),
        }
        for centre, contact in found.peers.items()
    }
    return {
        "running": found.running(session.clock()), "pid": found.pid, "listening": found.listening,
        "at": moment(found.at), "last_round": moment(found.last_round), "sent": found.sent,
        "received": found.received, "peers": peers, "trouble": found.trouble,
    }  # fmt: skip


def _reached(reachable: bool | None) -> str:
    return {True: "reachable", False: "not reachable", None: "not asked yet"}[reachable]
