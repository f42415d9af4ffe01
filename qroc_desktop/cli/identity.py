"""qroc identity: our own keys; qroc peer: the centres that we know."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from qroc_desktop.cli.centre import Centre, moment, officer_option, peer_named, written
from qroc_desktop.cli.session import Session, answer, json_option
from qroc_desktop.domain.instant import Instant, seconds
from qroc_desktop.errors import Message, Refused
from qroc_desktop.services.directory import Card, Order, cards, fits, ordered
from qroc_desktop.services.node_view import Reach, look
from qroc_desktop.sync.identity import PublicIdentity
from qroc_desktop.sync.invitation import Contact
from qroc_desktop.sync.roster import Peer
from qroc_desktop.sync.words import words

MOST_INVITATION = 1024 * 1024


def register(root: click.Group) -> None:
    """Add the commands to `qroc`."""
    root.add_command(identity)
    root.add_command(peer)


@click.group(short_help="This centre's own keys.")
def identity() -> None:
    """This centre's own keys: make them, show them, renew them."""


@identity.command("create", short_help="Make this centre's keys.")
@click.option("--centre", required=True, metavar="NAME", help="The name by which other centres know this one.")
@click.option("--country", required=True, metavar="CC", help="Its country, two letters.")
@click.option("--keyring", is_flag=True, help="Keep the key in the operating system's keyring; no passphrase.")
@json_option
@click.pass_obj
def create(session: Session, centre: str, country: str, keyring: bool, as_json: bool) -> None:
    """Make this centre's keys and its exchange file. They stay on this machine."""
    own = Centre(session)
    passphrase = None if keyring else own.passphrase(confirm=True)
    made = own.folder.make(own.kind, name=centre, country=country, passphrase=passphrase)
    _answer_identity(made, as_json)


@identity.command("show", short_help="Show this centre and its fingerprint.")
@json_option
@click.pass_obj
def show(session: Session, as_json: bool) -> None:
    """Show this centre and the fingerprint that its peers compare."""
    with Centre(session).exchange() as exchange:
        _answer_identity(exchange.identity.public, as_json)


@identity.command("rotate", short_help="Renew this centre's keys.")
@click.option("--days", default=30, show_default=True, type=click.IntRange(1, 365), help="The old keys stay so long.")
@json_option
@click.pass_obj
def rotate(session: Session, days: int, as_json: bool) -> None:
    """Renew the keys. Old and new ones are valid side by side until peers have taken up a new invitation.

    A node or window that is running goes on with them by itself.
    """
    keys = Centre(session).unlocked()
    now = session.clock()
    renewed = keys.identity.rotated(now, Instant(now + seconds(days * 86_400)))
    keys.renew(renewed)
    _answer_identity(renewed.public, as_json)


@identity.command("contact", short_help="Say how others reach this centre's people.")
@click.option("--contact", "point", metavar="TEXT", help="The contact point that others see.")
@click.option("--telephone", multiple=True, metavar="NUMBER", help="A number that is answered day and night.")
@click.option("--speaks", multiple=True, metavar="CODE", help="A language that is spoken, such as de.")
@click.option("--email", metavar="ADDRESS", help="An address that is read day and night.")
@click.option("--confirm", is_flag=True, help="Tell it again as it is: it still holds.")
@click.option("--officer", default="", metavar="NAME", help="The officer who answers for it.")
@json_option
@click.pass_obj
def contact(
    session: Session, /, point: str | None, telephone: tuple[str, ...], speaks: tuple[str, ...], email: str | None,
    confirm: bool, officer: str, as_json: bool,
) -> None:  # fmt: skip
    """Show how others reach this centre's people, or change it and tell all peers, signed; keys are not touched.

    What is not named stays as it is.
    """
    with Centre(session).exchange() as exchange:
        before, told = exchange.contact(), None
        after = Contact(
            point=before.point if point is None else point, telephone=telephone or before.telephone,
            languages=speaks or before.languages, email=before.email if email is None else email,
        )  # fmt: skip
        if after != before or confirm:
            told = exchange.tell_contact(after, officer=officer)
    text = "\n".join(f"{name}: {value}" for name, value in _contact(after).items())
    answer(as_json, {**_contact(after), "told": told}, text if told is None else f"{text}\ntold to {told} centres")


@click.group(short_help="Other centres: invite, approve, revoke.")
def peer() -> None:
    """Other centres: invite, enrol, approve by two officers, revoke."""


@peer.command("invite", short_help="Write our invitation.")
@click.option("--route", "routes", multiple=True, metavar="URL", help="Where bundles reach us, in order of preference.")
@click.option("--contact", default="", metavar="TEXT", help="The contact point that others see.")
@click.option("--telephone", multiple=True, metavar="NUMBER", help="A number that is answered day and night.")
@click.option("--speaks", multiple=True, metavar="CODE", help="A language that is spoken, such as de.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="The file (default: standard output).")
@json_option
@click.pass_obj
def invite(
    session: Session, routes: tuple[str, ...], contact: str, telephone: tuple[str, ...], speaks: tuple[str, ...],
    out: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Write our invitation: public keys and how to reach us, nothing secret. Hand it over by any way."""
    with Centre(session).exchange() as exchange:
        told = Contact(point=contact, telephone=telephone, languages=speaks)
        text = exchange.invite(contact=told if told != Contact() else None, routes=routes)
        own = exchange.identity.public
    if as_json:
        answer(True, {"invitation": text, **_identity(own)}, "")
    if out or not as_json:
        written(out, text)


@peer.command("add", short_help="Take up another centre's invitation.")
@click.argument("file", type=click.File("rb"), metavar="FILE|-")
@officer_option
@json_option
@click.pass_obj
def add(session: Session, file: Any, officer: str, as_json: bool) -> None:
    """Take up an invitation. The centre is a proposal until two officers have compared its fingerprint."""
    text = file.read(MOST_INVITATION).decode("utf-8", "replace")
    with Centre(session).exchange() as exchange:
        _answer_peer(exchange.enrol(text, officer=officer), as_json)


@peer.command("list", short_help="List the centres that we know.")
@click.option(
    "--order",
    default=str(Order.REACHABLE),
    show_default=True,
    type=click.Choice([str(o) for o in Order]),
    callback=lambda _context, _option, value: Order(value),
    help="What comes first.",
)
@click.option("--find", "text", default="", metavar="TEXT", help="Only those with these words or this number.")
@json_option
@click.pass_obj
def list_(session: Session, order: Order, text: str, as_json: bool) -> None:  # fmt: skip
    """List the centres that we know: contact data, state, fingerprint, and whether each can be reached now."""
    own = Centre(session)
    with own.exchange() as exchange:
        node = look(own.folder.exchange_path(own.kind), session.clock())
        country = exchange.identity.public.country

        def last(centre: str) -> Instant | None:
            met = (exchange.last_contact(centre), node.reach.get(centre, Reach()).last)
            return max((at for at in met if at is not None), default=None)

        found = [c for c in ordered(cards(exchange.roster.peers(), node, last, country), order) if fits(c, text)]
    lines = [
        f"{c.peer.state:<9} {c.country} {c.name}  {_reachable(c)}  {' '.join(c.peer.contact.telephone) or '-'}"
        f"  {c.peer.identity.letters}  {c.peer.centre}"
        for c in found
    ]
    answer(as_json, {"peers": [_card(c) for c in found]}, "\n".join(lines) or "no other centre is known")


@peer.command("approve", short_help="Say that a fingerprint was compared.")
@click.argument("centre")
@click.option("--said", required=True, metavar="TEXT", help="The fingerprint as it was read out, letters or words.")
@officer_option
@json_option
@click.pass_obj
def approve(session: Session, centre: str, said: str, officer: str, as_json: bool) -> None:
    """Say that you compared the fingerprint by telephone, at a number that you know from elsewhere.

    It takes two officers.
    """
    with Centre(session).exchange() as exchange:
        found = peer_named(exchange, centre)
        _answer_peer(exchange.roster.approve(found.centre, officer=officer, said=said), as_json)


@peer.command("revoke", short_help="End all exchange with a centre.")
@click.argument("centre")
@click.option("--why", required=True, metavar="TEXT", help="The reason, kept in the audit log.")
@officer_option
@json_option
@click.pass_obj
def revoke(session: Session, centre: str, why: str, officer: str, as_json: bool) -> None:
    """End all exchange with a centre at once: nothing is sent to it or taken from it any more."""
    with Centre(session).exchange() as exchange:
        found = peer_named(exchange, centre)
        if not why.strip():
            raise Refused(Message("A revocation needs a reason."), where=found.name)
        _answer_peer(exchange.roster.revoke(found.centre, officer=officer, why=why), as_json)


@peer.command("resynchronise", short_help="Go on after an older copy of our exchange was put back.")
@click.argument("centre")
@click.option("--why", required=True, metavar="TEXT", help="The reason, kept in the audit log.")
@officer_option
@json_option
@click.pass_obj
def resynchronise(session: Session, centre: str, why: str, officer: str, as_json: bool) -> None:
    """Let our numbers go on behind the newest bundle that a centre has from us.

    For when our exchange file was put back from an older copy: the centre then refuses what we send, since it knows
    those numbers already. What it refused is sent again under new numbers; the centre has nothing to do.
    """
    with Centre(session).exchange() as exchange:
        found = peer_named(exchange, centre)
        done = exchange.numbering.resynchronise(found.centre, officer=officer, why=why)
    data = {"centre": found.centre, "after": done.after, "missing": done.missing, "again": done.again}
    text = f"{found.name}: goes on after number {done.after}; {len(done.again)} sent again"
    if done.missing:
        text += f"; it has {done.missing} from us that this file does not know"
    answer(as_json, data, text)


def _identity(public: PublicIdentity) -> dict[str, Any]:
    return {
        "centre": public.centre,
        "name": public.name,
        "country": public.country,
        "fingerprint": public.letters,
        "words": [" ".join(group) for group in words(public.fingerprint())],
    }


def _answer_identity(public: PublicIdentity, as_json: bool) -> None:
    data = _identity(public)
    spoken = "\n".join(f"  {group}" for group in data["words"])
    text = f"{public.name} ({public.country})  {public.centre}\nfingerprint {public.letters}\nto be read out:\n{spoken}"
    answer(as_json, data, text)


def _peer(one: Peer) -> dict[str, Any]:
    return {
        **_identity(one.identity),
        "state": str(one.state),
        "approvals": [{"officer": a.officer, "at": moment(a.at)} for a in one.approvals],
        "contact": _contact(one.contact),
        "confirmed_at": moment(one.contact_at),
        "routes": list(one.routes),
        "revoked_at": moment(one.revoked_at),
    }


def _contact(contact: Contact) -> dict[str, Any]:
    return {
        "point": contact.point,
        "telephone": list(contact.telephone),
        "languages": list(contact.languages),
        "email": contact.email,
    }


def _card(card: Card) -> dict[str, Any]:
    return {
        **_peer(card.peer),
        "missing": list(card.missing),
        "reachable": card.reach.reachable,
        "reachable_since": moment(card.reach.since),
        "trouble": card.reach.trouble or None,
        "last_contact": moment(card.last_contact),
        "border": card.borders > 0,
        "ways": [
            {"route": way.route, "kind": way.kind, "works": way.works, "since": moment(way.since),
             "trouble": way.trouble or None}
            for way in card.routes
        ],
    }  # fmt: skip


def _reachable(card: Card) -> str:
    words_ = {True: "reachable", False: "not reachable", None: "not known whether reachable"}[card.reach.reachable]
    return f"{words_} since {moment(card.reach.since)}" if card.reach.since is not None else words_


def _answer_peer(one: Peer, as_json: bool) -> None:
    approved = ", ".join(approval.officer for approval in one.approvals) or "nobody"
    answer(as_json, _peer(one), f"{one.name} ({one.identity.country}): {one.state}; approved by {approved}")
