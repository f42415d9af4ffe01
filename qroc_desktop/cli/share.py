"""qroc share: look at what a centre would get, send it, bring it up to date, take it back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import click

from qroc_desktop.cli.centre import Centre, officer_option, peer_named
from qroc_desktop.cli.session import BoundsType, InstantType, Session, answer, json_option
from qroc_desktop.domain.instant import Instant
from qroc_desktop.domain.query import ItemQuery
from qroc_desktop.domain.shape import Bounds
from qroc_desktop.errors import Message, Refused
from qroc_desktop.policy import Instruments, Policy, load, words
from qroc_desktop.policy.channels import CHANNEL_EXCEPTION, SPOC_COPY_WAIVER, Channel, listed
from qroc_desktop.policy.instruments import Reason
from qroc_desktop.policy.vocabulary import Ground, Outcome, Purpose
from qroc_desktop.services.belonging import belonging
from qroc_desktop.services.desk import Desk
from qroc_desktop.services.requests import Requests
from qroc_desktop.services.sharing import Grounds, Line, Preview, Sharing
from qroc_desktop.services.standing import Scope, Standing
from qroc_desktop.sync.exchange import Exchange
from qroc_desktop.sync.shipment import Queued

C = TypeVar("C", bound=Callable[..., Any])


def register(root: click.Group) -> None:
    """Add the commands to `qroc`."""
    root.add_command(share)


@click.group(short_help="Show another centre our picture.")
def share() -> None:
    """Show another centre our picture: only what law and markings allow, sealed for that centre alone."""


def ground_options(command: C) -> C:
    """Why, and under which law."""
    options = (
        click.option("--purpose", required=True, type=click.Choice([p.value for p in Purpose]), help="What it is for."),
        click.option("--basis", required=True, metavar="ID", help="The legal basis; `qroc share bases` lists them."),
        click.option("--channel", required=True, metavar="CODE", help="Why SIENA is not used; see `qroc share bases`."),
        click.option("--waiver", default="", metavar="CODE", help="Why our single point of contact gets no copy."),
        click.option(
            "--confirm", "confirmed", multiple=True, type=click.Choice([g.value for g in Ground]),
            help="What an officer has confirmed, where the basis requires it.",
        ),
        click.option("--for", "person", default="", metavar="NAME", help="The one officer there whom it is meant for."),
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


def item_options(command: C) -> C:
    """Which items."""
    options = (
        click.option("--item", "items", multiple=True, metavar="ID", help="An item, by its id."),
        click.option("--incident", default="", metavar="ID", help="An item and what belongs to it: comments, log."),
        click.option("--layer", default="", metavar="NAME", help="All items of this layer."),
        click.option("--bbox", type=BoundsType(), help="All items in this box, W,S,E,N."),
        click.option("--query", default="", metavar="TEXT", help="All items with these words."),
    )
    for option in reversed(options):
        command = option(command)
    return command


@share.command("bases", short_help="List legal bases and codes.")
@json_option
def bases(as_json: bool) -> None:
    """List the legal bases that the program knows, and the codes of channel exceptions and waivers."""
    known = load()
    rows = [
        {
            "basis": name,
            "article": basis.article,
            "verified": basis.verified,
            "title": str(words.basis(name, known)),
            "purposes": sorted(str(p) for p in basis.purposes),
            "confirm": sorted(str(g) for g in basis.grounds),
            "repealed": instrument.repealed,
        }
        for name, (instrument, basis) in known.bases.items()
    ]
    codes = {
        name: [{"code": code.id, "article": code.article} for code in listed(known, name)]
        for name in (CHANNEL_EXCEPTION, SPOC_COPY_WAIVER)
    }
    lines = [f"{row['basis']:<34} {row['title']}" for row in rows]
    lines += [f"{name}: {code['code']}" for name, entries in codes.items() for code in entries]
    answer(as_json, {"bases": rows, **codes}, "\n".join(lines))


@share.command("preview", short_help="Show what a centre would get.")
@click.option("--to", required=True, metavar="CENTRE", help="The centre, by name or id.")
@item_options
@ground_options
@json_option
@click.pass_obj
def preview(session: Session, /, to: str, as_json: bool, **asked: Any) -> None:
    """Show side by side what we have, what the centre would get, and why. Nothing is sent."""
    with opened(session) as (desk, exchange, sharing):
        shown = sharing.preview(_chosen(desk, **_items(asked)), peer_named(exchange, to).centre, grounds_of(asked))
    _answer_preview(shown, sharing.instruments, as_json)


@share.command("send", short_help="Send a share.")
@click.option(
    "--to", "centres", required=True, multiple=True, metavar="CENTRE", help="A centre; several get a bundle each."
)
@item_options
@ground_options
@officer_option
@click.option("--why", required=True, metavar="TEXT", help="The justification, kept in the audit log.")
@click.option("--subject", default="", metavar="TEXT", help="What it is about, for the recipient.")
@click.option("--text", default="", metavar="TEXT", help="Words to the recipient.")
@click.option("--expires", type=InstantType(), help="From this time on it must not be used any more.")
@click.option("--answers", default="", metavar="REQUEST", help="The request of that centre that it answers.")
@click.option("--more", is_flag=True, help="More will follow; the request stays open.")
@json_option
@click.pass_obj
def send(
    session: Session, /, centres: tuple[str, ...], officer: str, why: str, subject: str, text: str,
    expires: Instant | None, as_json: bool, **asked: Any,
) -> None:  # fmt: skip
    """Send items to centres, a sealed bundle each. When this ends they are kept until they have been delivered."""
    with opened(session) as (desk, exchange, sharing):
        items, grounds = _chosen(desk, **_items(asked)), grounds_of(asked)
        peers = [peer_named(exchange, to) for to in centres]
        shown = [sharing.preview(items, peer.centre, grounds) for peer in peers]
        requests = Requests(exchange, sharing.instruments, session.clock)
        answered = requests.one(asked["answers"]).id if asked["answers"] else ""
        letters = [
            requests.reply(answered, to=one.peer.centre, more=asked["more"]) if answered else None for one in shown
        ]
        queued = [
            sharing.send(
                one, officer=officer, why=why, subject=subject, text=text, expires=expires, answers=answered,
                letter=letter,
            )
            for one, letter in zip(shown, letters, strict=True)
        ]  # fmt: skip
        if not asked["items"]:
            standing, scope = Standing(desk.workspace, exchange, sharing, session.clock), scope_of(desk, asked)
            for one in queued:
                standing.compose(one.bundle, scope)
    _answer_sent(list(zip(shown, queued, strict=True)), as_json)


@share.command("update", short_help="Bring a share up to date.")
@click.argument("bundle")
@item_options
@ground_options
@officer_option
@click.option("--why", required=True, metavar="TEXT", help="The justification, kept in the audit log.")
@json_option
@click.pass_obj
def update(session: Session, /, bundle: str, officer: str, why: str, as_json: bool, **asked: Any) -> None:
    """Send what has changed of a share since, and what is gone; items that are named come in addition."""
    with opened(session) as (desk, _, sharing):
        also = _chosen(desk, **_items(asked)) if any(_items(asked).values()) else []
        shown = sharing.preview_update(bundle, grounds_of(asked), also)
        queued = sharing.send(shown, officer=officer, why=why)
    _answer_sent([(shown, queued)], as_json)


@share.command("withdraw", short_help="Take a share back.")
@click.argument("bundle")
@officer_option
@click.option("--why", required=True, metavar="TEXT", help="The reason; the recipient sees it.")
@json_option
@click.pass_obj
def withdraw(session: Session, bundle: str, officer: str, why: str, as_json: bool) -> None:
    """Take a share back: what it brought leaves the other picture."""
    with opened(session) as (_, _, sharing):
        queued = sharing.withdraw(bundle, officer=officer, why=why)
    answer(as_json, {"bundle": queued.bundle, "withdraws": bundle}, f"bundle {queued.bundle} takes it back")


@contextmanager
def opened(session: Session) -> Iterator[tuple[Desk, Exchange, Sharing]]:
    """The workspace, our exchange, and shares of the one through the other."""
    with session.desk() as desk, Centre(session, desk.identity.kind).exchange() as exchange:
        yield desk, exchange, Sharing(desk.workspace, exchange, Policy(load()))


def _items(asked: dict[str, Any]) -> dict[str, Any]:
    return {name: asked[name] for name in ("items", "incident", "layer", "bbox", "query")}


def _chosen(
    desk: Desk, *, items: tuple[str, ...], incident: str, layer: str, bbox: Bounds | None, query: str
) -> list[str]:
    """Ids of the items that were named, in the order of naming, then of those that fit the rest."""
    if not (items or incident or layer or bbox or query):
        raise click.UsageError("Say which items: --item, --incident, --layer, --bbox or --query.")
    chosen = list(items)
    if incident:
        found = desk.picture.item(incident)
        if found is None:
            raise Refused(Message("There is no such item."), where=incident[:80])
        chosen += belonging(desk.workspace, found)
    if layer or bbox or query:
        named = frozenset({desk.layers.id_named(layer)}) if layer else None
        wanted = ItemQuery(layers=named, bounds=bbox, text=query)
        chosen += desk.workspace.row_ids(wanted)
    if not chosen:
        raise Refused(Message("No item fits."))
    return chosen


def scope_of(desk: Desk, asked: dict[str, Any]) -> Scope:
    """Where items were taken from by `item_options`, for those that are new there later on."""
    layers = (desk.layers.id_named(asked["layer"]),) if asked["layer"] else ()
    return Scope(layers=layers, bounds=asked["bbox"], text=asked["query"])


def grounds_of(asked: dict[str, Any]) -> Grounds:
    """What `ground_options` asked for."""
    return Grounds(
        purpose=Purpose(asked["purpose"]),
        basis=asked["basis"],
        channel=Channel(exception=asked["channel"], waiver=asked["waiver"]),
        officer=asked["person"],
        confirmed=frozenset(Ground(ground) for ground in asked["confirmed"]),
    )


def _answer_preview(shown: Preview, instruments: Instruments, as_json: bool) -> None:
    counts = {str(outcome): shown.count(outcome) for outcome in Outcome}
    lines = [_line(line, instruments) for line in shown.lines]
    text = [f"{shown.peer.name}: " + ", ".join(f"{count} {name}" for name, count in counts.items())]
    for line in lines:
        text.append(f"{line['outcome']:<8} {line['title']}  {line['why']}")
        held_back = [field for field in line["fields"] if field["outcome"] != "release"]
        text += [f"         {field['outcome']} {field['field']}: {field['why']}" for field in held_back]
        text += [f"         {file['file']}: {file['goes_as'] or 'does not go'} {file['why']}" for file in line["files"]]
    answer(as_json, {"to": shown.peer.centre, **counts, "items": lines}, "\n".join(text))


def _line(line: Line, instruments: Instruments) -> dict[str, Any]:
    decision = line.decision
    return {
        "id": line.item.id,
        "title": line.item.wording.title,
        "outcome": str(line.outcome),
        "why": _why(decision.reasons[0], instruments),
        "fields": [
            {"field": str(f.field), "outcome": str(f.outcome), "code": str(f.code), "why": _why(f.reason, instruments)}
            for f in decision.fields
        ],
        "files": [
            {
                "file": going.file.name,
                "goes_as": going.copy.name if going.copy else None,
                "size": going.copy.size if going.copy else None,
                "why": " ".join(str(said) for said in ((going.why,) if going.why else going.notes)),
            }
            for going in line.files
        ],
    }


def _why(reason: Reason, instruments: Instruments) -> str:
    sentence, article = words.sentence(reason), words.cited(reason)
    if reason.instrument == "program":
        return f"{sentence} ({article})"
    return f"{sentence} ({words.instrument(reason.instrument, instruments)}, {article})"


def _answer_sent(sent: list[tuple[Preview, Queued]], as_json: bool) -> None:
    rows = [
        {
            "to": shown.peer.centre,
            "bundle": queued.bundle,
            "seq": queued.seq,
            "bytes": queued.size,
            "items": len(shown.given),
            "gone": len(shown.gone),
            "refused": shown.count(Outcome.REFUSE),
            "redacted": shown.count(Outcome.REDACT),
        }
        for shown, queued in sent
    ]
    lines = [
        f"{shown.peer.name}: {row['items']} items, {row['redacted']} redacted, {row['refused']} refused;"
        f" bundle {row['bundle']}"
        for (shown, _), row in zip(sent, rows, strict=True)
    ]
    answer(as_json, {"sent": rows}, "\n".join(lines))
