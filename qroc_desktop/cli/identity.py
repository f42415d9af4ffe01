"""qroc identity: our own keys; qroc peer: the centres that we know."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from qroc_desktop.cli.centre import Centre, moment, officer_option, peer_named, written
from qroc_desktop.cli.session import Session, answer, json_option
from qroc_desktop.domain.instant import Instant, seconds
from qroc_desktop.errors import Message, Refused
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
    """Renew the keys. Old and new ones are valid side by side until peers have taken up a new invitation."""
    own = Centre(session)
    keystore = own.folder.keystore(own.kind)
    passphrase = own.passphrase() if keystore.exists and keystore.asks else ""
    now = session.clock()
    renewed = own.folder.identity(own.kind, passphrase).rotated(now, Instant(now + seconds(days * 86_400)))
    if passphrase:
        keystore.save(renewed, passphrase)
    else:
        keystore.save_in_keyring(renewed)
    _answer_identity(renewed.public, as_json)


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
        reachable = Contact(point=contact, telephone=telephone, languages=speaks)
        text = exchange.invite(contact=reachable, routes=routes)
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
@json_option
@click.pass_obj
def list_(session: Session, as_json: bool) -> None:
    """List the centres that we know, with state and fingerprint."""
    with Centre(session).exchange() as exchange:
        peers = exchange.roster.peers()
    lines = [f"{p.state:<9} {p.identity.country} {p.name}  {p.identity.letters}  {p.centre}" for p in peers]
    answer(as_json, {"peers": [_peer(p) for p in peers]}, "\n".join(lines) or "no other centre is known")


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
        "contact": {"point": one.contact.point, "telephone": one.contact.telephone, "languages": one.contact.languages},
        "routes": list(one.routes),
        "revoked_at": moment(one.revoked_at),
    }


def _answer_peer(one: Peer, as_json: bool) -> None:
    approved = ", ".join(approval.officer for approval in one.approvals) or "nobody"
    answer(as_json, _peer(one), f"{one.name} ({one.identity.country}): {one.state}; approved by {approved}")
