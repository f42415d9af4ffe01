"""Keeping shares up to date by standing order: every change is decided anew, and what may go is sent by itself.

Whoever has the workspace open carries orders out, window and `qroc share follow` alike, several at once even: an update
is put into the outbox only where nobody else has put one there since it was decided. What the peer is to have less of
goes at once. What needs an officer's word, a consent or a confirmation, is not sent: the order stops and alarms.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

from qroc_desktop.domain.change import decode_patch, encode_patch
from qroc_desktop.domain.instant import Clock, Instant, seconds
from qroc_desktop.domain.query import ItemQuery
from qroc_desktop.domain.shape import Bounds
from qroc_desktop.domain.state import Item
from qroc_desktop.errors import Message, QrocError, Refused
from qroc_desktop.policy.consenting import ASKS_AN_OFFICER, wanted
from qroc_desktop.policy.decision import Decision
from qroc_desktop.policy.fields import SPECS, values
from qroc_desktop.policy.vocabulary import Outcome
from qroc_desktop.services.receiving import workspace_id
from qroc_desktop.services.sharing import Grounds, Preview, Share, Sharing
from qroc_desktop.store import Workspace
from qroc_desktop.sync.exchange import Exchange
from qroc_desktop.sync.orders import OPEN, Given, Order, OrderState
from qroc_desktop.sync.roster import PeerState
from qroc_desktop.sync.shipment import Queued, Sent

USUAL: Final = seconds(24 * 3600)
"""How long an order holds where nobody says otherwise and the share has no end."""
LONGEST: Final = seconds(7 * 24 * 3600)
PAUSE: Final = seconds(30)
"""Between two updates of one share, unless the peer is to have less of something."""
AGAIN: Final = seconds(60)
"""How often an order is looked at where nothing has changed: consents and times run out by themselves."""
AFTER_TROUBLE: Final = seconds(10)
ALARM: Final = "order-stopped"


class Scope(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where new items of a share come from: what it was composed from. Empty: from nowhere, its items alone are kept up
    to date."""

    layers: tuple[str, ...] = ()
    bounds: Bounds | None = None
    text: str = ""

    @property
    def query(self) -> ItemQuery | None:
        """The question that finds them."""
        if not (self.layers or self.bounds or self.text):
            return None
        return ItemQuery(layers=frozenset(self.layers) or None, bounds=self.bounds, text=self.text)


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """What was done for an order: an update that was queued, or how the order stands now."""

    order: Order
    queued: Queued | None = None


class Standing:
    """The standing orders for shares of one workspace."""

    def __init__(self, workspace: Workspace, exchange: Exchange, sharing: Sharing, clock: Clock) -> None:
        self._workspace = workspace
        self._exchange = exchange
        self._sharing = sharing
        self._clock = clock
        self._id = workspace_id(workspace)
        self._seen: tuple[int, ...] = ()
        self._next: Instant | None = None

    def give(
        self, bundle: str, grounds: Grounds, *, officer: str, why: str, until: Instant | None = None,
        scope: Scope | None = None,
    ) -> Order:  # fmt: skip
        """Order that a share is kept up to date. until: at most seven days from now, and not longer than the share;
        None: until the share ends, else for 24 hours. scope: None for what the share was composed from.

        Raises Refused where the share is over, the time does not fit, or nobody is named.
        """
        base, now = self._sharing.chain(bundle)[0], self._clock()
        wished = scope if scope is not None else self.composed_from(base.bundle)
        preview = self._sharing.preview_update(base.bundle, grounds, self.found_in(wished))
        return self._exchange.orders.give(
            Given(
                bundle=base.bundle,
                peer=base.peer,
                workspace=self._id,
                officer=" ".join(officer.split()),
                why=why.strip(),
                until=_ending(base, until, now),
                grounds=msgspec.Raw(msgspec.json.encode(msgspec.structs.replace(grounds, consents=()))),
                scope=msgspec.Raw(msgspec.json.encode(wished)),
                known=tuple(sorted(self._needing(preview))),
            )
        )

    def compose(self, bundle: str, scope: Scope) -> None:
        """Remember what a share was taken from."""
        if scope.query is not None:
            self._exchange.orders.compose(bundle, msgspec.json.encode(scope))

    def composed_from(self, bundle: str) -> Scope:
        """What a share was taken from; an empty scope where its items were chosen one by one."""
        record = self._exchange.orders.composed_from(bundle)
        return msgspec.json.decode(record, type=Scope) if record else Scope()

    def found_in(self, scope: Scope) -> Iterable[str]:
        """Ids of the items that are in a scope now."""
        query = scope.query
        return self._workspace.row_ids(query) if query is not None else ()

    def all(self) -> list[Order]:
        """The orders of this workspace, the newest first."""
        return self._exchange.orders.all(workspace=self._id)

    def change(self, order: str, state: OrderState, *, officer: str, why: str) -> Order:
        """Pause it, let it go on, end it."""
        if not officer.strip():
            raise Refused(Message("A standing order needs the name of an officer."))
        return self._exchange.orders.change(order, state, officer=officer, why=why)

    def run(self) -> list[Step]:
        """Do what is due now. Called every few seconds it costs next to nothing where nothing has changed.

        What goes wrong with one order holds up no other; the first trouble is raised when all were looked after.
        """
        now, trouble = self._clock(), None
        seen = self._marks()
        if seen == self._seen and self._next is not None and now < self._next:
            return []
        orders, steps = self.all(), []
        self._next = self._when_to_look_again(orders, now)
        for order in orders:
            try:
                step = self._look_after(order, now)
            except QrocError as error:
                trouble, self._next = trouble or error, Instant(now + AFTER_TROUBLE)
                continue
            if step is not None:
                steps.append(step)
        self._seen = seen
        if trouble is not None:
            raise trouble
        return steps

    def _when_to_look_again(self, orders: Iterable[Order], now: Instant) -> Instant:
        ends = [order.given.until for order in orders if order.state in OPEN]
        ends += [c.until for c in self._exchange.consents.all() if c.until is not None and c.in_force(now)]
        return min([Instant(now + AGAIN), *(end for end in ends if end > now)])

    # --- one order -----------------------------------------------------------------------------

    def _look_after(self, order: Order, now: Instant) -> Step | None:
        if order.state not in OPEN:
            return None
        over = self._over(order, now)
        if over:
            return self._change(order, OrderState.ENDED, over)
        if order.state is OrderState.PAUSED:
            return None
        if self._exchange.dispatch.one(order.given.bundle).state == "stopped":
            return self._stop(order, "share-stopped")
        return self._bring_up_to_date(order, now)

    def _over(self, order: Order, now: Instant) -> str:
        """Why it has come to its end; empty where it has not."""
        given = order.given
        share = self._exchange.dispatch.one(given.bundle)
        known = {peer.centre: peer.state for peer in self._exchange.roster.peers()}
        if known.get(given.peer) is not PeerState.ACTIVE:
            return "peer-revoked"
        if share.withdrawn_by:
            return "share-withdrawn"
        if share.expires is not None and now >= share.expires:
            return "share-expired"
        return "time-over" if now >= given.until else ""

    def _bring_up_to_date(self, order: Order, now: Instant) -> Step | None:
        given = order.given
        # Read in this order: whoever was faster has seen no less of the workspace than we are about to see.
        chain = self._sharing.chain(given.bundle)
        grounds = msgspec.json.decode(bytes(given.grounds), type=Grounds)
        scope = msgspec.json.decode(bytes(given.scope), type=Scope)
        preview = self._sharing.preview_update(given.bundle, grounds, self.found_in(scope))
        less = self._less(preview)
        if self._needing(preview) - set(given.known):
            # What the peer loses does not wait for anybody's word; everything else does.
            only = msgspec.structs.replace(preview, changed=less)
            return self._queue(order, only, chain, then=OrderState.STOPPED)
        if not (preview.changed or preview.gone):
            return None
        if not (less or preview.gone) and now < chain[-1].created + PAUSE:
            self._next = min(self._next or now, Instant(chain[-1].created + PAUSE))
            return None
        return self._queue(order, preview, chain)

    def _queue(
        self, order: Order, preview: Preview, chain: list[Sent], *, then: OrderState | None = None
    ) -> Step | None:
        """Record the update, and that the order stops where it does, in one step; nothing where somebody was faster.

        Files are cleaned and sealed before that step, since everybody who writes waits for it.
        """
        queued = None
        if self._overtaken(order, chain):
            return None
        share = self._sealed(order, preview) if preview.given or preview.gone else None
        if share is not None and share.bundle.shipment.files and not self._still_allowed(order, preview):
            self._next = self._clock()
            return None
        with self._exchange.database.writing():
            if self._overtaken(order, chain):
                return None
            if share is not None:
                queued = self._sharing.record(share)
            if then is OrderState.STOPPED:
                return msgspec.structs.replace(self._stop(order, "needs-officer"), queued=queued)
        return Step(order=order, queued=queued)

    def _overtaken(self, order: Order, chain: list[Sent]) -> bool:
        """Whether somebody else sent an update or changed the order since it was looked at."""
        if self._exchange.orders.one(order.id).state is not OrderState.ACTIVE:
            return True
        if self._sharing.chain(order.given.bundle)[-1].bundle == chain[-1].bundle:
            return False
        self._next = self._clock()
        return True

    def _sealed(self, order: Order, preview: Preview) -> Share:
        given = order.given
        decided = self._sharing.decided_before(given.bundle)
        about = {line.item.id for line in preview.lines}.difference(decided) | preview.changed | set(preview.gone)
        return self._sharing.sealed(preview, officer=given.officer, why=given.why, order=order.id, decided=about)

    def _still_allowed(self, order: Order, preview: Preview) -> bool:
        """Whether all that was sealed may still go: files take their time, and an officer may have been faster."""
        again = self._sharing.preview_update(
            order.given.bundle, preview.grounds, [line.item.id for line in preview.lines]
        )
        now = {line.given.id: line.given for line in again.lines if line.given is not None}
        return all(
            item.id in now and not _tightened(encode_patch(item.aspects), now[item.id]) for item in preview.given
        )

    def _stop(self, order: Order, why: str) -> Step:
        with self._exchange.database.writing():
            if self._exchange.orders.one(order.id).state not in OPEN:
                return Step(order=self._exchange.orders.one(order.id))
            self._exchange.alarms.sound(ALARM, order.given.peer, order.given.bundle)
            return self._change(order, OrderState.STOPPED, why)

    def _change(self, order: Order, state: OrderState, why: str) -> Step:
        with self._exchange.database.writing():
            present = self._exchange.orders.one(order.id)
            if present.state not in OPEN:  # somebody else ended it meanwhile
                return Step(order=present)
            return Step(order=self._exchange.orders.change(order.id, state, why=why))

    # --- what it looks at ----------------------------------------------------------------------

    def _needing(self, preview: Preview) -> set[str]:
        """Items that do not go for want of a consent or of an officer's confirmation."""
        return {line.item.id for line in preview.lines if self._asks(line.decision)}

    def _asks(self, decision: Decision) -> bool:
        if decision.outcome is not Outcome.REFUSE:
            return False
        codes = {reason.code for reason in decision.reasons}
        return bool(codes & ASKS_AN_OFFICER) or bool(wanted(decision, self._sharing.instruments))

    def _less(self, preview: Preview) -> frozenset[str]:
        """Of the items that go those of which the peer is to have less than it has, or under other conditions."""
        has = self._sharing.given_before(preview.continues)
        going = {item.id: item for item in preview.given if item.id in has}
        return frozenset(id_ for id_, item in going.items() if _tightened(has[id_], item))

    def _marks(self) -> tuple[int, ...]:
        peers = sum(peer.state is PeerState.ACTIVE for peer in self._exchange.roster.peers())
        return (self._workspace.last_seq, self._exchange.consents.mark(), self._exchange.orders.mark(), peers)


def _tightened(patch: bytes, now: Item) -> bool:
    aspects = {aspect: value for aspect, value in decode_patch(patch).items() if value is not None}
    before = values(Item(id=now.id, aspects=aspects, seqs={}, valid_from=now.valid_from, known_from=now.known_from))
    after = values(now)
    if before.keys() - after.keys():
        return True
    return any(before.get(field) != after.get(field) for field, spec in SPECS.items() if spec.mark)


def _ending(share: Sent, until: Instant | None, now: Instant) -> Instant:
    most = Instant(now + LONGEST)
    if until is None:
        return min(share.expires, most) if share.expires is not None else Instant(now + USUAL)
    if until <= now:
        raise Refused(Message("The standing order would have ended already."))
    if until > most:
        raise Refused(Message("A standing order holds for seven days at most."))
    if share.expires is not None and until > share.expires:
        raise Refused(Message("A standing order ends with its share at the latest."))
    return until
