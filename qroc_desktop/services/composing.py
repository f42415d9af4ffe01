"""What an officer chooses for a share, the previews for all chosen centres, and sending them one by one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import msgspec

from qroc_desktop.domain.instant import Instant
from qroc_desktop.errors import QrocError
from qroc_desktop.policy.channels import CHANNEL_EXCEPTION, SPOC_COPY_WAIVER, Channel, Listed, listed
from qroc_desktop.policy.instruments import Basis, Instruments
from qroc_desktop.policy.vocabulary import Ground, Purpose
from qroc_desktop.services.sharing import Grounds, Preview, Sharing
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
    """Who sends it and why; `why` stays here, in the audit log."""

    officer: str
    why: str
    subject: str = ""
    expires: Instant | None = None


class Sending(msgspec.Struct, frozen=True):
    """What became of one preview: a bundle in the outbox, or the reason why not."""

    preview: Preview
    queued: Queued | None
    trouble: QrocError | None = None


class Composing(Protocol):
    """Something to be sent: a new share or an update."""

    @property
    def instruments(self) -> Instruments:
        """The law."""

    def previews(self, centres: Sequence[str], grounds: Grounds) -> list[Preview]:
        """What each centre would get."""

    def send(self, previews: Sequence[Preview], words: Words) -> list[Sending]:
        """Send what was shown."""


class NewShare:
    """Items for any of the active peers."""

    def __init__(self, sharing: Sharing, items: Sequence[str]) -> None:
        self._sharing = sharing
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
        return [send_one(self._sharing, preview, words) for preview in previews]


class Update:
    """A share that is brought up to date, for the one centre that has it."""

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


def send_one(sharing: Sharing, preview: Preview, words: Words) -> Sending:
    """Send one preview; a refusal is told, not raised."""
    try:
        queued = sharing.send(
            preview, officer=words.officer, why=words.why, subject=words.subject, expires=words.expires
        )
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
