"""What an officer chooses for a share, the previews for all chosen centres, and sending them one by one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec

from qroc_desktop.domain.instant import Instant
from qroc_desktop.errors import QrocError
from qroc_desktop.policy.channels import CHANNEL_EXCEPTION, SPOC_COPY_WAIVER, Channel, Listed, listed
from qroc_desktop.policy.instruments import Basis, Instruments
from qroc_desktop.policy.vocabulary import Ground, Purpose
from qroc_desktop.services.requests import Requests
from qroc_desktop.services.sharing import Grounds, Preview, Sharing
from qroc_desktop.services.standing import Scope, Standing
from qroc_desktop.sync.letters import Reply
from qroc_desktop.sync.orders import Order
from qroc_desktop.sync.shipment import Queued


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """Purpose, basis and channel as chosen so far; what is not chosen is empty."""

    purpose: Purpose | None = None
    basis: str = "dir-2023-977/own-initiative"
    exception: str = ""
    waiver: str = ""
    person: str = ""
    confirmed: frozenset[Ground] = frozenset()

    @property
    def grounds(self) -> Grounds | None:
        """As the policy wants it; None where the purpose or the channel is not chosen yet."""
        if self.purpose is None or not self.exception:
            return None
        return Grounds(
            purpose=self.purpose,
            basis=self.basis,
            channel=Channel(exception=self.exception, waiver=self.waiver),
            officer=self.person,
            confirmed=self.confirmed,
        )


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """Who sends it and why; `why` stays here, in the audit log. keep: whether it is kept up to date from then on."""

    officer: str
    why: str
    subject: str = ""
    expires: Instant | None = None
    keep: Keep | None = None


class Keep(msgspec.Struct, frozen=True):
    """A share is to be kept up to date by standing order. until: None for as long as an order may hold by itself."""

    until: Instant | None = None


class Sending(msgspec.Struct, frozen=True):
    """What became of one preview: a bundle in the outbox, or the reason why not; and the order that was given."""

    preview: Preview
    queued: Queued | None
    trouble: QrocError | None = None
    order: Order | None = None


class Composing(Protocol):
    """Something to be sent: a new share, an update, or an update with those that follow it by themselves."""

    even_nothing: bool
    """Whether there is something to do where nothing goes just now."""

    @property
    def instruments(self) -> Instruments:
        """The law."""

    def previews(self, centres: Sequence[str], grounds: Grounds) -> list[Preview]:
        """What each centre would get."""

    def send(self, previews: Sequence[Preview], words: Words) -> list[Sending]:
        """Send what was shown."""


class NewShare:
    """Items for any of the active peers. scope: where they were taken from; new ones there go by standing order."""

    even_nothing = False

    def __init__(
        self, sharing: Sharing, items: Sequence[str], standing: Standing | None = None, scope: Scope | None = None
    ) -> None:
        self._sharing = sharing
        self._standing = standing
        self._scope = scope
        self.items = tuple(items)

    @property
    def instruments(self) -> Instruments:
        """The law."""
        return self._sharing.instruments

    def previews(self, centres: Sequence[str], grounds: Grounds) -> list[Preview]:
        """What each centre would get."""
        return [self._sharing.preview(self.items, centre, grounds) for centre in centres]

    def send(self, previews: Sequence[Preview], words: Words) -> list[Sending]:
        """Send what was shown; what one centre is refused does not hold up the others."""
        return [self._sent(preview, words) for preview in previews]

    def _sent(self, preview: Preview, words: Words) -> Sending:
        sending = send_one(self._sharing, preview, words)
        if sending.queued is None or self._standing is None:
            return sending
        if self._scope is not None:
            self._standing.compose(sending.queued.bundle, self._scope)
        if words.keep is None:
            return sending
        return ordered(self._standing, sending, sending.queued.bundle, words, self._scope)


class AnswerShare(NewShare):
    """Items that answer a request. more: more will follow."""

    def __init__(self, sharing: Sharing, items: Sequence[str], requests: Requests, request: str, *, more: bool) -> None:
        super().__init__(sharing, items)
        self._requests = requests
        self._request = request
        self._more = more

    def send(self, previews: Sequence[Preview], words: Words) -> list[Sending]:
        """Send what was shown, as an answer."""
        return [send_one(self._sharing, preview, words, self._replying) for preview in previews]

    def _replying(self, preview: Preview) -> tuple[str, Reply]:
        return self._request, self._requests.reply(self._request, to=preview.peer.centre, more=self._more)


class Update:
    """A share that is brought up to date, for the one centre that has it."""

    even_nothing = False

    def __init__(self, sharing: Sharing, bundle: str) -> None:
        self._sharing = sharing
        self._bundle = bundle

    @property
    def instruments(self) -> Instruments:
        """The law."""
        return self._sharing.instruments

    def previews(self, centres: Sequence[str], grounds: Grounds) -> list[Preview]:
        """What the centre would have then."""
        return [self._sharing.preview_update(self._bundle, grounds)] if centres else []

    def send(self, previews: Sequence[Preview], words: Words) -> list[Sending]:
        """Send what was shown."""
        return [send_one(self._sharing, preview, words) for preview in previews]


class KeptUpToDate(Update):
    """The same, and from then on by standing order."""

    even_nothing = True

    def __init__(self, sharing: Sharing, bundle: str, standing: Standing) -> None:
        super().__init__(sharing, bundle)
        self._standing = standing

    def previews(self, centres: Sequence[str], grounds: Grounds) -> list[Preview]:
        """What the centre would have then, with what is new where the share was taken from."""
        also = self._standing.found_in(self._standing.composed_from(self._bundle))
        return [self._sharing.preview_update(self._bundle, grounds, also)] if centres else []

    def send(self, previews: Sequence[Preview], words: Words) -> list[Sending]:
        """Send what there is to send, then give the order."""
        sendings = []
        for preview in previews:
            going = bool(preview.given or preview.gone)
            sending = send_one(self._sharing, preview, words) if going else Sending(preview, None)
            if sending.trouble is None:
                sending = ordered(self._standing, sending, self._bundle, words)
            sendings.append(sending)
        return sendings


def ordered(
    standing: Standing, sending: Sending, bundle: str, words: Words, scope: Scope | None = None
) -> Sending:
    """The same sending with the order that was given for its share; a refusal is told, not raised."""
    until = words.keep.until if words.keep is not None else None
    try:
        order = standing.give(
            bundle, sending.preview.grounds, officer=words.officer, why=words.why, until=until, scope=scope
        )
    except QrocError as trouble:
        return msgspec.structs.replace(sending, trouble=trouble)
    return msgspec.structs.replace(sending, order=order)


def send_one(
    sharing: Sharing, preview: Preview, words: Words, replying: Callable[[Preview], tuple[str, Reply]] | None = None
) -> Sending:
    """Send one preview; a refusal is told, not raised. replying: the request that it answers, with its letter."""
    try:
        answers, letter = replying(preview) if replying is not None else ("", None)
        queued = sharing.send(
            preview, officer=words.officer, why=words.why, subject=words.subject, expires=words.expires,
            answers=answers, letter=letter,
        )  # fmt: skip
    except QrocError as trouble:
        return Sending(preview, None, trouble)
    return Sending(preview, queued)


def exceptions(instruments: Instruments) -> tuple[Listed, ...]:
    """Reasons why SIENA is not used."""
    return listed(instruments, CHANNEL_EXCEPTION)


def waivers(instruments: Instruments) -> tuple[Listed, ...]:
    """Reasons why our single point of contact gets no copy."""
    return listed(instruments, SPOC_COPY_WAIVER)


def basis_of(instruments: Instruments, name: str) -> Basis | None:
    """The basis of that name, `instrument/basis`."""
    found = instruments.bases.get(name)
    return found[1] if found else None
