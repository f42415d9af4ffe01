"""What peers send us, as layers of our picture: with where it came from, how it is marked and how it may be used.

A bundle is applied as one batch whose id follows from the bundle's, so that nothing is ever applied twice. The items
of a peer are its own: their layer is locked here, and whoever has something to add makes an item beside them.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from qroc_desktop.domain.aspects import (
    About,
    AspectValue,
    Attachments,
    Entry,
    Label,
    Lock,
    Origin,
    Placement,
    Presence,
)
from qroc_desktop.domain.change import Draft
from qroc_desktop.domain.instant import Instant
from qroc_desktop.domain.query import Outcome
from qroc_desktop.domain.state import Item
from qroc_desktop.domain.vocabulary import Aspect, EntryKind, SubjectType
from qroc_desktop.errors import Message, Refused
from qroc_desktop.formats.media import media_named
from qroc_desktop.formats.media_names import safe_name
from qroc_desktop.policy.conditions import Conditions, bound, erase_by
from qroc_desktop.policy.context import BUNDLE
from qroc_desktop.policy.instruments import Instruments
from qroc_desktop.policy.vocabulary import Purpose
from qroc_desktop.store import Workspace
from qroc_desktop.store.files import HeldFile, NewFile
from qroc_desktop.sync.bundle import Kind
from qroc_desktop.sync.content import Content, Opened
from qroc_desktop.sync.exchange import Exchange
from qroc_desktop.sync.letters import tag_of, words_of
from qroc_desktop.sync.roster import Peer
from qroc_desktop.sync.shipment import Received

FORMAT = BUNDLE
"""`Origin.format` of what a peer sent."""
CAME = "bundle:"
"""Begins the id of a batch by which a bundle came onto the picture."""
EXPIRED = "expired:"
"""Begins the id of a batch by which a bundle left it because its time had run out."""
_OURS = frozenset({Aspect.PLACEMENT, Aspect.ORIGIN, Aspect.PRESENCE, Aspect.SETTLEMENT})
"""Aspects of a received item that we set and not the peer."""


class Applied(msgspec.Struct, frozen=True, kw_only=True):
    """A bundle that was applied. `outcome` is None where it brought nothing new to the picture."""

    received: Received
    outcome: Outcome | None


class Receiving:
    """The inbox of one exchange, applied to one workspace."""

    def __init__(self, workspace: Workspace, exchange: Exchange, instruments: Instruments, *, author: str) -> None:
        self._workspace = workspace
        self._exchange = exchange
        self._instruments = instruments
        self._author = author

    @functools.cached_property
    def workspace(self) -> str:
        """The id of the workspace that it is applied to: that of the batch that made it."""
        return workspace_id(self._workspace)

    def pending(self) -> list[Received]:
        """What is to be put on this picture: a bundle belongs to the workspace that it was put on first, and what
        continues it or takes it back follows it there, and to wherever else it was put."""
        return self._exchange.inbox.pending_for(self.workspace)

    def received(self) -> list[Received]:
        """All bundles for people, the newest first."""
        return self._exchange.inbox.received()

    def content(self, bundle: str) -> Content:
        """What a bundle says; looking at it is for `read` to record."""
        return self._exchange.inbox.opened(bundle).content

    def apply_pending(self) -> Iterator[Applied]:
        """Apply what is pending for this workspace, in its order; then what has run out leaves the picture."""
        self._require_same_kind()
        for received in self.pending():
            if applied := self._apply(received.bundle):
                yield applied
        for received, drafts in self._leaving():
            outcome = self._append(f"{EXPIRED}{received.bundle}", drafts, "bundle-expired")
            if outcome:
                yield Applied(received=received, outcome=outcome)

    def apply(self, bundle: str) -> Applied:
        """Put one bundle on the picture and tell its sender. Applied before, it changes nothing.

        Raises Refused where another workspace has it: that is for `apply_here_too`.
        """
        applied = self._apply(bundle)
        if applied is None:
            raise Refused(
                Message("The bundle belongs to another workspace."),
                where=bundle[:16],
                action=Message("Put it on this picture too, if that is wanted."),
            )
        return applied

    def apply_here_too(self, bundle: str) -> list[Applied]:
        """Put a share that another workspace has on this picture as well, with all that brought it up to date.

        Raises Refused for one that is not in use any more.
        """
        received = self._exchange.inbox.one(bundle)
        base = self._exchange.inbox.one(received.replaces) if received.replaces else received
        if base.withdrawn_by or received.kind is Kind.WITHDRAWAL:
            raise Refused(Message("The share was withdrawn by its sender."), where=base.bundle[:16])
        if base.expires is not None and base.expires <= self._workspace.now():
            raise Refused(Message("The time of this share has run out."), where=base.bundle[:16])
        chain = self._exchange.inbox.chain(base.bundle)
        return [applied for one in chain if (applied := self._apply(one.bundle, as_well=True))]

    def run_out(self) -> list[Received]:
        """Bundles whose time has run out while something of them is on the picture; `apply_pending` takes it off."""
        return [received for received, _ in self._leaving()]

    def read(self, bundle: str, *, officer: str, why: str = "") -> None:
        """A named officer has looked at it; the sender is told."""
        self._exchange.inbox.read(bundle, officer=officer, why=why)

    # --- parts -----------------------------------------------------------------------------------

    def _apply(self, bundle: str, *, as_well: bool = False) -> Applied | None:
        """The batch is on the disk before the exchange says so; a stop in between leaves the second to the next time.

        Which workspace it belongs to is written down before that: no other one takes it up in the meantime.
        """
        self._require_same_kind()
        name, inbox = self._workspace.path.stem, self._exchange.inbox
        received, opened = inbox.one(bundle), inbox.opened(bundle)
        peer = self._exchange.roster.peer(received.peer)
        drafts, brings = self._drafts(received, opened, peer), self._brings(received, opened)
        if not inbox.choose(bundle, workspace=self.workspace, name=name, as_well=as_well):
            return None
        outcome = self._append(batch_id(bundle), drafts, f"bundle-{received.kind}", brings)
        inbox.applied(bundle, workspace=self.workspace, name=name)
        return Applied(received=received, outcome=outcome)

    def _leaving(self) -> Iterator[tuple[Received, list[Draft]]]:
        """What has run out and has not left the picture, one at a time: each may leave less to the next."""
        for received in self._exchange.inbox.overdue():
            done = self._workspace.batch(f"{EXPIRED}{received.bundle}") is not None
            if not done and (drafts := list(self._taken_back(received))):
                yield received, drafts

    def _require_same_kind(self) -> None:
        if self._workspace.identity().kind is not self._exchange.mode:
            raise Refused(
                Message("Live and exercise never mix."),
                action=Message("Use the identity that belongs to this kind of workspace."),
            )

    def _append(
        self, batch: str, drafts: list[Draft], label: str, brings: Sequence[NewFile] = ()
    ) -> Outcome | None:
        if not drafts or self._workspace.batch(batch) is not None:
            return None
        return self._workspace.append(drafts, author=self._author, label=label, batch=batch, brings=brings)

    def _brings(self, received: Received, opened: Opened) -> list[NewFile]:
        """The bytes of the files that its items name. Those that a bundle before it brought may lie in the inbox
        alone, where that was applied to another workspace."""
        wanted = {file.sha256 for item in opened.items() for file in item.attachments.files}
        found = {sha256: data for sha256, data in opened.files.items() if sha256 in wanted}
        if received.replaces and (missing := [one for one in wanted - found.keys() if not self._held(one)]):
            for one in self._exchange.inbox.chain(received.replaces):
                earlier = self._exchange.inbox.opened(one.bundle).files
                found |= {sha256: earlier[sha256] for sha256 in missing if sha256 in earlier}
        return [HeldFile(data) for _, data in sorted(found.items())]

    def _held(self, sha256: str) -> bool:
        stream = self._workspace.file(sha256)
        if stream is not None:
            stream.close()
        return stream is not None

    def _drafts(self, received: Received, opened: Opened, peer: Peer) -> list[Draft]:
        drafts = list(self._brought(received, opened, peer))
        drafts += self._gone(local_id(peer.centre, item) for item in opened.content.tombstones)
        if received.kind is Kind.WITHDRAWAL:
            drafts += self._taken_back(self._exchange.inbox.one(received.replaces))
        return [*self._layer(received, peer, drafts), *drafts, self._entry(received, opened.content, peer)]

    def _brought(self, received: Received, opened: Opened, peer: Peer) -> Iterator[Draft]:
        items = opened.items()
        known = self._workspace.items_by_id([local_id(peer.centre, item.id) for item in items])
        now = self._workspace.now()
        for item in items:
            local = local_id(peer.centre, item.id)
            aspects = self._aspects(item, received, opened.content, peer)
            patch = _difference(known.get(local), aspects)
            if patch:
                # A peer's clock may be ahead of ours; nothing is true here in a future that hides it.
                valid_at = Instant(min(item.valid_from, now))
                yield Draft(subject_type=SubjectType.ITEM, subject=local, patch=patch, valid_at=valid_at)

    def _aspects(self, item: Item, received: Received, content: Content, peer: Peer) -> dict[Aspect, AspectValue]:
        conditions = Conditions(
            item=item.id,
            originator=self._originator(item, peer),
            purpose=_purpose(content),
            basis=content.terms.basis,
            mode=content.mode,
            handling=item.marking.handling,
            handling_text=item.marking.handling_text,
            tlp=item.marking.tlp,
            texts=(*item.marking.conditions, *content.terms.conditions),
            classification=item.marking.classification,
        )
        origin = Origin(
            format=FORMAT, foreign_id=item.id, sender=peer.centre, source_name=peer.name, sent=received.created
        )
        about = {Aspect.ABOUT: self._named_here(item.about, peer)} if item.about else {}
        return {
            **_named_safely(bound(item, conditions).aspects),
            **about,
            Aspect.PLACEMENT: Placement(layer=layer_id(peer.centre)),
            Aspect.ORIGIN: origin,
        }

    def _originator(self, item: Item, peer: Peer) -> str:
        """Whose consent it needs to go on. What a peer wrote about something of ours, and marked as ours, are its
        words all the same: without it they do not go on to others."""
        named = item.marking.originator
        return peer.name if named in ("", self._exchange.identity.name) else named

    def _named_here(self, about: About, peer: Peer) -> About:
        """A link as we say it: what is the peer's own without a name is the peer's, and what is ours needs none."""
        centre = about.centre or peer.centre
        return About(centre="" if centre == self._exchange.identity.centre else centre, item=about.item)

    def _layer(self, received: Received, peer: Peer, drafts: list[Draft]) -> Iterator[Draft]:
        """The peer's own layer, made where something comes to lie on it; it says whose it is and as of when."""
        layers = self._workspace.layers()
        there = any(layer.id == layer_id(peer.centre) for layer in layers)
        if not (drafts or there):
            return
        origin = Origin(format=FORMAT, sender=peer.centre, source_name=peer.name, sent=received.created)
        patch: dict[Aspect, AspectValue | None] = {Aspect.ORIGIN: origin}
        if not there:
            order = max((layer.order for layer in layers), default=0.0) + 1
            patch[Aspect.LABEL] = Label(name=f"{peer.name} ({peer.identity.country})", order=order)
            patch[Aspect.LOCK] = Lock(locked=True)
            patch[Aspect.PRESENCE] = Presence()
        yield Draft(subject_type=SubjectType.LAYER, subject=layer_id(peer.centre), patch=patch)

    def _gone(self, items: Iterable[str]) -> Iterator[Draft]:
        wanted = list(items)
        for item, known in self._workspace.items_by_id(wanted).items():
            if not known.removed:
                patch = {Aspect.PRESENCE: Presence(removed=True)}
                yield Draft(subject_type=SubjectType.ITEM, subject=item, patch=patch)

    def _taken_back(self, received: Received) -> Iterator[Draft]:
        """Everything that a share brought and that no other share of this peer still holds."""
        shares = [
            one
            for one in self._exchange.inbox.received(received.peer)
            if one.kind in (Kind.SNAPSHOT, Kind.DELTA) and one.state in ("stored", "applied")
        ]
        leaving = {one.bundle for one in shares if received.bundle in (one.bundle, one.replaces)}
        ended = leaving | {one.bundle for one in shares if one.withdrawn_by or self._withdrawn(one, shares)}
        lost = self._items_of(one.bundle for one in shares if one.bundle in leaving)
        held = self._items_of(one.bundle for one in shares if one.bundle not in ended and self._is_here(one))
        return self._gone(sorted(local_id(received.peer, item) for item in lost - held))

    def _is_here(self, one: Received) -> bool:
        """Whether a bundle is on this picture; of what an older program applied the workspace itself knows."""
        if one.on:
            return any(on.workspace == self.workspace for on in one.on)
        return self._workspace.batch(batch_id(one.bundle)) is not None

    @staticmethod
    def _withdrawn(one: Received, shares: list[Received]) -> bool:
        return any(base.bundle == one.replaces and base.withdrawn_by for base in shares)

    def _items_of(self, bundles: Iterable[str]) -> set[str]:
        return {item.id for bundle in bundles for item in self._exchange.inbox.opened(bundle).content.items}

    def _entry(self, received: Received, content: Content, peer: Peer) -> Draft:
        """What came, in the logbook."""
        letter = None if isinstance(content.letter, msgspec.UnsetType) else content.letter
        kind = str(received.kind) if letter is None else tag_of(letter)
        words = [kind, content.subject, content.text, words_of(letter) if letter is not None else ""]
        text = " - ".join(word for word in words if word)
        items = tuple(local_id(peer.centre, item.id) for item in content.items)
        entry = Entry(kind=EntryKind.MESSAGE, text=text, items=items, counterpart=_counterpart(peer, content))
        subject = entry_id(received.bundle)
        return Draft(subject_type=SubjectType.ENTRY, subject=subject, patch={Aspect.ENTRY: entry})

    def erase_by(self, bundle: str, zone: str) -> Instant | None:
        """When what a bundle brought must be gone at the latest; None where its basis sets no limit."""
        received, content = self._exchange.inbox.one(bundle), self.content(bundle)
        found = self._instruments.bases.get(content.terms.basis)
        conditions = Conditions(
            item="",
            originator="",
            purpose=_purpose(content),
            basis=content.terms.basis,
            keep=found[1].keep if found else "",
        )
        return erase_by(conditions, received.received_at, zone, self._instruments)


def workspace_id(workspace: Workspace) -> str:
    """What tells workspaces apart, whatever their files are called: the batch that made it, first in its record."""
    return next((change.batch for change in workspace.changes()), "")


def local_id(centre: str, item: str) -> str:
    """What we call an item of a peer; the same every time, and no item of anybody else."""
    return _short("item", centre, item)


def layer_id(centre: str) -> str:
    """What we call the layer of a peer."""
    return _short("layer", centre)


def batch_id(bundle: str) -> str:
    """The batch by which a bundle came onto the picture."""
    return f"{CAME}{bundle}"


def entry_id(bundle: str) -> str:
    """The logbook entry of a bundle; it names the items that the bundle told of."""
    return _short("entry", bundle)


def _purpose(content: Content) -> Purpose:
    try:
        return Purpose(content.terms.purpose)
    except ValueError:
        raise Refused(
            Message("The bundle was sent for a purpose that this program does not know."),
            where=content.terms.purpose[:60],
            kept=Message("The bundle stays in the inbox; nothing of it is on the picture."),
        ) from None


def _named_safely(aspects: dict[Aspect, AspectValue]) -> dict[Aspect, AspectValue]:
    """A peer's names of files lead nowhere, turn no line around and drive no terminal."""
    value = aspects.get(Aspect.ATTACHMENTS)
    if not isinstance(value, Attachments):
        return aspects
    files = tuple(
        msgspec.structs.replace(file, name=safe_name(file.name, media_named(file.media_type))) for file in value.files
    )
    return {**aspects, Aspect.ATTACHMENTS: Attachments(files=files)}


def _short(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


def _counterpart(peer: Peer, content: Content) -> str:
    return f"{peer.name}, {content.officer}" if content.officer else peer.name


def _difference(known: Item | None, wanted: dict[Aspect, AspectValue]) -> dict[Aspect, AspectValue | None]:
    """The changes from what we have to what the peer says; what it says no more is cleared."""
    has = known.aspects if known else {}
    patch: dict[Aspect, AspectValue | None] = {a: v for a, v in wanted.items() if has.get(a) != v}
    patch.update((aspect, None) for aspect in has if aspect not in wanted and aspect not in _OURS)
    if known and known.removed:
        patch[Aspect.PRESENCE] = Presence(removed=False)
    return patch if patch.keys() - {Aspect.ORIGIN} else {}
