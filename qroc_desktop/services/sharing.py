"""Showing a peer our picture: what law and markings let go, seen before it leaves, sealed for that peer alone."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

import msgspec

from qroc_desktop.domain.change import encode_patch
from qroc_desktop.domain.instant import Instant
from qroc_desktop.domain.state import Item
from qroc_desktop.domain.vocabulary import Aspect
from qroc_desktop.errors import Message, Refused
from qroc_desktop.policy import Consent, Context, Decision, Instruments, Policy, Recipient, released
from qroc_desktop.policy.channels import Channel, checked_channel
from qroc_desktop.policy.context import kind_of_country
from qroc_desktop.policy.vocabulary import Ground, Level, Outcome, Purpose
from qroc_desktop.services.consents import for_policy, in_force
from qroc_desktop.services.copies import Copies, Going, with_copies
from qroc_desktop.services.share_history import ShareHistory
from qroc_desktop.store import Workspace
from qroc_desktop.sync.bundle import Kind
from qroc_desktop.sync.content import Attachment as Attached
from qroc_desktop.sync.content import Opened, Terms, attached
from qroc_desktop.sync.exchange import Exchange
from qroc_desktop.sync.letters import Reply
from qroc_desktop.sync.outbox import Ready
from qroc_desktop.sync.roster import Peer
from qroc_desktop.sync.shipment import DecisionRecord, Queued, Sent, Shipment


class Grounds(msgspec.Struct, frozen=True, kw_only=True):
    """Why something is shared, and under which law. `basis`: `instrument/basis`, as the instruments have it.

    officer: the one person there whom it is meant for, where there is one. clearance: what the peer may hold.
    confirmed: what an officer has confirmed, where the basis requires it.
    """

    purpose: Purpose
    basis: str
    channel: Channel
    officer: str = ""
    clearance: Level = Level.NONE
    confirmed: frozenset[Ground] = frozenset()
    consents: tuple[Consent, ...] = ()


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One item side by side: what we have, what they get (None: nothing of it), and why.

    files: what becomes of each of its files, where the policy lets them go.
    """

    item: Item
    decision: Decision
    given: Item | None
    files: tuple[Going, ...] = ()

    @property
    def outcome(self) -> Outcome:
        """What becomes of the item: what the policy has decided, and in part where a file cannot go."""
        stays = any(going.copy is None for going in self.files)
        return Outcome.REDACT if stays and self.decision.outcome is Outcome.RELEASE else self.decision.outcome


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """What one peer would get. `continues`: the bundle that it brings up to date, and then `gone`: ids of what the
    peer has and is to lose. `changed`: ids of what the peer does not have, or has otherwise."""

    peer: Peer
    grounds: Grounds
    lines: tuple[Line, ...]
    continues: str = ""
    gone: tuple[str, ...] = ()
    changed: frozenset[str] = frozenset()

    @property
    def given(self) -> tuple[Item, ...]:
        """What goes."""
        going = (line.given for line in self.lines if line.given is not None)
        return tuple(item for item in going if not self.continues or item.id in self.changed)

    def count(self, outcome: Outcome) -> int:
        """How many items are released, redacted or refused."""
        return sum(line.outcome is outcome for line in self.lines)


class Share(NamedTuple):
    """A bundle that is ready to be recorded, with the decisions that it rests on."""

    bundle: Ready
    decisions: list[DecisionRecord]


class Sharing:
    """Shares of one workspace through one exchange."""

    def __init__(self, workspace: Workspace, exchange: Exchange, policy: Policy) -> None:
        self._workspace = workspace
        self._exchange = exchange
        self._policy = policy
        self._history = ShareHistory(exchange)
        self._copies = Copies(workspace)

    @property
    def instruments(self) -> Instruments:
        """The law that is decided by."""
        return self._policy.instruments

    def preview(self, items: Iterable[str], to: str, grounds: Grounds) -> Preview:
        """What the peer would get of these items as they are now. Nothing is sent.

        Raises Refused where the peer is not approved, live and exercise would mix, or no channel exception is named.
        """
        peer = self._peer(to, grounds)
        return Preview(peer=peer, grounds=grounds, lines=self._lines(items, peer, grounds))

    def preview_update(self, bundle: str, grounds: Grounds, also: Iterable[str] = ()) -> Preview:
        """What would bring a share up to date: of the items it was decided on, and of those in `also`."""
        base = self._base(bundle)
        if base.withdrawn_by:
            raise Refused(Message("The share was withdrawn already."), where=base.bundle)
        peer = self._peer(base.peer, grounds)
        has, decided = self._history.given(base.bundle), self._history.decided(base.bundle)
        lines = self._lines(dict.fromkeys((*decided, *also)), peer, grounds, may_lack=frozenset(decided))
        now = {line.given.id: encode_patch(line.given.aspects) for line in lines if line.given}
        return Preview(
            peer=peer,
            grounds=grounds,
            lines=lines,
            continues=base.bundle,
            gone=tuple(sorted(has.keys() - now.keys())),
            changed=frozenset(item for item, patch in now.items() if has.get(item) != patch),
        )

    def send(
        self, preview: Preview, *, officer: str, why: str, subject: str = "", text: str = "",
        expires: Instant | None = None, answers: str = "", letter: Reply | None = None,
    ) -> Queued:  # fmt: skip
        """Send what a preview showed. It is decided anew, and refused where anything would go otherwise than shown.

        answers, letter: the request that the share answers, with what goes along (`Requests.reply`).
        When this returns, bundle, decisions and audit entry are on the disk. Raises Refused where nothing would go.
        """
        again = (
            self.preview_update(preview.continues, preview.grounds, [line.item.id for line in preview.lines])
            if preview.continues
            else self.preview([line.item.id for line in preview.lines], preview.peer.centre, preview.grounds)
        )
        if _shown(again) != _shown(preview):
            raise Refused(
                Message("The picture has changed since the preview; nothing was sent."),
                action=Message("Look at the new preview and send again."),
            )
        if not (preview.given or preview.gone):
            raise Refused(
                Message("Nothing of this may go to this centre."),
                where=preview.peer.name,
                action=Message("The preview says why, item by item."),
            )
        return self.queue(
            preview, officer=officer, why=why, subject=subject, text=text, expires=expires, answers=answers,
            letter=letter,
        )  # fmt: skip

    def queue(  # noqa: PLR0913 - all that may go along with a bundle, by name
        self, preview: Preview, *, officer: str, why: str, subject: str = "", text: str = "",
        expires: Instant | None = None, order: str = "", decided: Collection[str] | None = None,
        answers: str = "", letter: Reply | None = None,
    ) -> Queued:  # fmt: skip
        """Put into the outbox what a preview holds, as it is. Whoever calls has just decided it.

        order: the standing order that it is sent by. decided: items whose decisions are recorded with it; None: all.
        """
        return self.record(
            self.sealed(
                preview, officer=officer, why=why, subject=subject, text=text, expires=expires, order=order,
                decided=decided, answers=answers, letter=letter,
            )
        )  # fmt: skip

    def record(self, share: Share) -> Queued:
        """Put into the outbox what was sealed; by itself, or as part of a transaction that is open."""
        return self._exchange.outbox.record(share.bundle, share.decisions)

    def sealed(  # noqa: PLR0913 - as `queue`
        self, preview: Preview, *, officer: str, why: str, subject: str = "", text: str = "",
        expires: Instant | None = None, order: str = "", decided: Collection[str] | None = None,
        answers: str = "", letter: Reply | None = None,
    ) -> Share:  # fmt: skip
        """All of `queue` that takes its time: files are cleaned and everything is sealed, and nobody waits for it."""
        base = self._exchange.dispatch.one(preview.continues) if preview.continues else None
        entries, files = self._files(preview)
        bundle = self._exchange.outbox.seal(
            Shipment(
                to=preview.peer.centre,
                kind=Kind.DELTA if base else Kind.SNAPSHOT,
                officer=officer,
                why=_required(why),
                subject=subject,
                text=text,
                terms=self._terms(preview.grounds),
                items=preview.given,
                tombstones=preview.gone,
                attachments=entries,
                files=files,
                replaces=preview.continues,
                # What brings a share up to date must not outlive it.
                expires=base.expires if base and expires is None else expires,
                order=order,
                consents=self._relied_on(preview),
                answers=answers,
                letter=letter,
            )
        )
        taken = [line.decision for line in preview.lines if decided is None or line.item.id in decided]
        return Share(bundle, [_record(decision) for decision in taken])

    def withdraw(self, bundle: str, *, officer: str, why: str) -> Queued:
        """Take a share back, with all that brought it up to date."""
        base = self._base(bundle)
        if base.withdrawn_by:
            raise Refused(Message("The share was withdrawn already."), where=base.bundle)
        return self._exchange.outbox.queue(
            Shipment(
                to=base.peer, kind=Kind.WITHDRAWAL, officer=officer, why=_required(why), text=why, replaces=base.bundle
            )
        )

    def board(self) -> list[Sent]:
        """Who has seen what, the newest first."""
        return self._exchange.dispatch.board()

    # --- parts -----------------------------------------------------------------------------------

    def _peer(self, to: str, grounds: Grounds) -> Peer:
        mode = self._workspace.identity().kind
        if mode is not self._exchange.mode:
            raise Refused(
                Message("Live and exercise never mix."),
                action=Message("Use the identity that belongs to this kind of workspace."),
            )
        checked_channel(self._policy.instruments, grounds.channel)
        return self._exchange.roster.active(to)

    def _lines(
        self, items: Iterable[str], peer: Peer, grounds: Grounds, may_lack: Collection[str] = ()
    ) -> tuple[Line, ...]:
        """may_lack: items that were shared once; one whose making was undone since is gone and has no line."""
        wanted = list(dict.fromkeys(items))
        found = self._workspace.items_by_id(wanted)
        if missing := [item for item in wanted if item not in found and item not in may_lack]:
            raise Refused(Message("There is no such item."), where=missing[0][:80])
        context = self._context(peer, grounds)
        decided = ((found[item], self._policy.decide(found[item], context)) for item in wanted if item in found)
        return tuple(self._line(item, said) for item, said in decided)

    def _line(self, item: Item, decision: Decision) -> Line:
        given = released(item, decision)
        if given is None or Aspect.ATTACHMENTS not in given.aspects:
            return Line(item=item, decision=decision, given=given)
        going = self._copies.going(given.attachments.files)
        left = with_copies(given, going)
        return Line(item=item, decision=decision, given=left if left.aspects else None, files=going)

    def _files(self, preview: Preview) -> tuple[tuple[Attached, ...], dict[str, bytes]]:
        """What goes along: each copy once, and none that the peer has by an earlier bundle of this share."""
        sent = {item.id for item in preview.given}
        if not any(line.files for line in preview.lines if line.item.id in sent):
            return (), {}  # and nobody has to open the bundles before it
        has = self._has_files(preview)
        owners: dict[str, list[str]] = {}
        first: dict[str, Going] = {}
        for line in preview.lines:
            for going in line.files if line.item.id in sent else ():
                if going.copy is not None and going.copy.sha256 not in has:
                    first.setdefault(going.copy.sha256, going)
                    owners.setdefault(going.copy.sha256, []).append(line.item.id)
        files = {sha256: self._copies.data(going) for sha256, going in first.items()}
        entries = [
            attached(files[sha256], going.copy.name, going.copy.media_type, list(dict.fromkeys(owners[sha256])))
            for sha256, going in first.items()
            if going.copy is not None
        ]
        return tuple(entries), files

    def _has_files(self, preview: Preview) -> frozenset[str]:
        """Files that the peer has acknowledged. What is still on its way may yet be refused, and so goes again."""
        if not preview.continues:
            return frozenset()
        stored = [sent for sent in self.chain(preview.continues) if sent.state == "stored"]
        copies = [Opened(self._exchange.outbox.copy(sent.bundle), {}).items() for sent in stored]
        return frozenset(file.sha256 for items in copies for item in items for file in item.attachments.files)

    def _context(self, peer: Peer, grounds: Grounds) -> Context:
        country, now = peer.identity.country, self._workspace.now()
        return Context(
            centre=self._exchange.identity.name,
            recipient=Recipient(
                centre=peer.name,
                country=country,
                kind=kind_of_country(country),
                clearance=grounds.clearance,
                officer=grounds.officer,
                mode=self._exchange.mode,
                key=peer.centre,
            ),
            purpose=grounds.purpose,
            basis=grounds.basis,
            at=now,
            mode=self._exchange.mode,
            grounds=grounds.confirmed,
            consents=(*grounds.consents, *for_policy(in_force(self._exchange, peer, now), peer)),
        )

    def _relied_on(self, preview: Preview) -> tuple[str, ...]:
        """Ids of the recorded consents without which something would not go."""
        going = {item.id for item in preview.given}
        recorded = in_force(self._exchange, preview.peer, self._workspace.now())
        return tuple(c.id for c in recorded if c.item in going and str(preview.grounds.purpose) in c.purposes)

    def _terms(self, grounds: Grounds) -> Terms:
        name = grounds.basis.partition("/")[0]
        instrument = self._policy.instruments.get(name)
        return Terms(
            purpose=str(grounds.purpose),
            basis=grounds.basis,
            instrument=f"{name}@{instrument.version}" if instrument else name,
            channel=grounds.channel.exception,
        )

    def _base(self, bundle: str) -> Sent:
        sent = self._exchange.dispatch.one(bundle)
        if sent.kind is Kind.DELTA:
            sent = self._exchange.dispatch.one(sent.replaces)
        if sent.kind is not Kind.SNAPSHOT:
            raise Refused(Message("This bundle is no share of a picture."), where=bundle[:16])
        return sent

    def chain(self, bundle: str) -> list[Sent]:
        """A share and what brought it up to date, first to last."""
        return self._history.chain(self._base(bundle).bundle)

    def given_before(self, bundle: str) -> dict[str, bytes]:
        """What the peer has been given by a share, by item: patches as `domain.change.encode_patch` writes them."""
        return self._history.given(bundle)

    def decided_before(self, bundle: str) -> list[str]:
        """Every item that was decided on for a share."""
        return self._history.decided(bundle)


def _shown(preview: Preview) -> tuple[Sequence[object], ...]:
    """All that a preview promised."""
    lines = [(line.item.id, line.decision, line.given, line.files) for line in preview.lines]
    return (lines, preview.gone, sorted(preview.changed))


def _record(decision: Decision) -> DecisionRecord:
    return DecisionRecord(decision.item, msgspec.json.encode(decision))


def _required(why: str) -> str:
    if not why.strip():
        raise Refused(Message("A share needs a justification: it is kept in the audit log."))
    return why.strip()
