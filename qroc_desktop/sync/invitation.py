"""What one centre hands another to be enrolled: a file or a text to paste, signed with the keys that it names."""

from __future__ import annotations

import base64
import textwrap
from typing import Annotated

import msgspec

from qroc_desktop.domain.instant import Instant
from qroc_desktop.errors import Message, Refused
from qroc_desktop.sync import envelope
from qroc_desktop.sync.encoding import Document, decoded, encoded
from qroc_desktop.sync.identity import Identity, PublicIdentity
from qroc_desktop.sync.refusals import Code, Rejected

TYPE = "application/vnd.qroc.invitation+json"
MOST_CHARACTERS = 64 * 1024
_BEGIN = "-----BEGIN QROC INVITATION-----"
_END = "-----END QROC INVITATION-----"

Line = Annotated[str, msgspec.Meta(max_length=300)]


class Contact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """How to reach a centre's people: the directory's part that the centre tells itself."""

    point: Line = ""
    telephone: Annotated[tuple[Line, ...], msgspec.Meta(max_length=8)] = ()
    languages: Annotated[tuple[Line, ...], msgspec.Meta(max_length=16)] = ()
    email: Line = ""


class Invitation(Document, frozen=True, kw_only=True):
    """`routes`: where bundles may be delivered, in order of preference (`https://host:port`, `nats:...`)."""

    identity: PublicIdentity
    at: Instant
    contact: Contact = Contact()
    routes: Annotated[tuple[Line, ...], msgspec.Meta(max_length=8)] = ()


class Invited(msgspec.Struct, frozen=True):
    """An invitation as read. `also`: keys other than its own that signed it, of those that were asked about."""

    invitation: Invitation
    also: frozenset[bytes] = frozenset()


def invite(identity: Identity, now: Instant, *, contact: Contact | None = None, routes: tuple[str, ...] = ()) -> str:
    """The text to hand over. After a rotation the former keys sign along, so that peers know it is still us."""
    document = Invitation(identity=identity.public, at=now, contact=contact or Contact(), routes=routes)
    data = envelope.signed(TYPE, encoded(document), identity.signing_keys(now))
    lines = textwrap.wrap(base64.b64encode(data).decode(), 76)
    return "\n".join([_BEGIN, *lines, _END, ""])


def read(text: str, known: tuple[bytes, ...] = ()) -> Invited:
    """Read an invitation with whatever stands around it in a mail. Raises Refused in one line.

    known: signing keys that we have of this centre already.
    """
    data = _bare(text)
    try:
        signed = envelope.read(data)
        document = decoded(signed.body, Invitation)
        own = document.identity.signing
        signers = envelope.signers(signed, TYPE, [own, *known])
    except Rejected as rejection:
        if rejection.code is Code.UNKNOWN_FORMAT:
            raise Refused(Message("The invitation is from a newer version of the program.")) from rejection
        raise _useless() from rejection
    if own not in signers:
        raise _useless()
    return Invited(document, frozenset(signers - {own}))


def _bare(text: str) -> bytes:
    start, end = text.find(_BEGIN), text.find(_END)
    if start < 0 or end < start:
        raise Refused(Message("There is no invitation in this text."))
    # Mail programs break lines anew and put `>` before what they quote.
    inner = "".join(text[start + len(_BEGIN) : end].replace(">", " ").split())
    if len(inner) > MOST_CHARACTERS:
        raise _useless()
    try:
        return base64.b64decode(inner, validate=True)
    except ValueError as error:
        raise _useless() from error


def _useless() -> Refused:
    what = Message("The invitation is incomplete or was changed on its way.")
    return Refused(what, action=Message("Ask the other centre to send it again."))
