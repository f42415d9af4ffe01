"""What has become of a received picture: since the bundle before, since it was read, since any earlier one.

Nothing is kept for this. The batch of a bundle says when it came onto the picture, its logbook entry which items it
told of, and the timeline how these were then; a comparison is a pure function of two such states.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from qroc_desktop.domain.aspects import Entry
from qroc_desktop.domain.comparison import Difference, Fate, compare
from qroc_desktop.domain.instant import Instant
from qroc_desktop.domain.query import ItemQuery, Moment
from qroc_desktop.domain.state import Item
from qroc_desktop.domain.vocabulary import Aspect, SubjectType
from qroc_desktop.errors import Message, QrocError, Refused
from qroc_desktop.services.receiving import batch_id, entry_id, layer_id
from qroc_desktop.store import Workspace
from qroc_desktop.sync.bundle import CONTINUES, Kind
from qroc_desktop.sync.exchange import Exchange
from qroc_desktop.sync.shipment import Received

_PICTURES = frozenset({Kind.SNAPSHOT, Kind.DELTA, Kind.WITHDRAWAL})


class State(msgspec.Struct, frozen=True, kw_only=True):
    """A received picture as it was on ours at an instant: by a bundle, or when an officer read it.

    share: the snapshot that it began with. created: as of when, by the sender's clock. at: on our picture, or read.
    reader: the officer who read it then; empty for the bundle itself.
    """

    bundle: str
    share: str
    peer: str
    kind: Kind
    subject: str
    created: Instant
    at: Instant
    reader: str = ""


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the picture. before: None where there was nothing to compare with, so that all of it is new."""

    after: State
    before: State | None
    differences: tuple[Difference, ...]

    def count(self, fate: Fate) -> int:
        """How many items are new, moved, changed or gone."""
        return sum(difference.fate is fate for difference in self.differences)


class Comparing:
    """Compares what one exchange received and one workspace shows."""

    def __init__(self, workspace: Workspace, exchange: Exchange) -> None:
        self._workspace = workspace
        self._exchange = exchange
        self._subjects: dict[str, str] = {}

    def states(self, peer: str | None = None) -> list[State]:
        """Every received picture that came onto ours, the newest first."""
        known = {one.bundle: one for one in self._exchange.inbox.received(peer)}
        found = [self._state(one, known) for one in known.values() if one.kind in _PICTURES]
        return sorted((state for state in found if state), key=lambda state: state.at, reverse=True)

    def earlier(self, bundle: str) -> list[State]:
        """What a bundle can be compared with, of the same centre, the newest first: earlier bundles and readings."""
        after, states = self._after(bundle)
        before = [state for state in states if state.at < after.at]
        return sorted([*before, *self._read(before, after)], key=lambda state: state.at, reverse=True)

    def compare(self, bundle: str, *, earlier: str = "", reader: str = "") -> Comparison:
        """What a bundle made of the picture, since an `earlier` bundle, or since `reader` last read of it before.

        With neither: since the bundle before of the same share; for the first of a share since the newest earlier share
        of that centre that told of one of its items; and where there is none, all of it is new. Raises Refused where a
        bundle is unknown or not on this picture, is of another centre or not earlier, or where that officer had read
        nothing of it.
        """
        after, states = self._after(bundle)
        return self._compared(after, self._chosen(after, states, earlier, reader), states)

    def against(self, bundle: str, before: State) -> Comparison:
        """What a bundle made of the picture since a state that `earlier` gave."""
        after, states = self._after(bundle)
        return self._compared(after, before, states)

    # --- parts -----------------------------------------------------------------------------------

    def _compared(self, after: State, before: State | None, states: list[State]) -> Comparison:
        then = self._items(before, states, self._layer(before)) if before else {}
        layer = self._layer(after)
        now = self._items(after, states, layer)
        remaining = layer.keys() - now.keys()
        differences = tuple(
            msgspec.structs.replace(one, shown=one.fate is Fate.GONE and one.item in remaining)
            for one in compare(then, now)
        )
        return Comparison(after=after, before=before, differences=differences)

    def _after(self, bundle: str) -> tuple[State, list[State]]:
        received = self._exchange.inbox.one(bundle)
        states = self.states(received.peer)
        return _named(bundle, states), states

    def _chosen(self, after: State, states: list[State], earlier: str, reader: str) -> State | None:
        if earlier:
            before = _named(earlier, states)
            if before.at >= after.at:
                raise Refused(
                    Message("This bundle is not earlier than the one that it is compared with."), where=earlier[:16]
                )
            return before
        if reader:
            return self._last_reading(after, states, reader)
        older = [state for state in states if state.at < after.at]
        same = next((state for state in older if state.share == after.share), None)
        told = self._told(after, states)
        return same or next((state for state in older if told & self._told(state, states)), None)

    def _last_reading(self, after: State, states: list[State], reader: str) -> State:
        """The newest reading of the share that is not of this bundle; of another share only where there is none."""
        name = reader.strip().casefold()
        read = [state for state in self._read(states, after) if state.reader.casefold() == name]
        found = [state for state in read if state.share == after.share] or read
        if not found:
            raise Refused(
                Message("This officer had read nothing of this centre before that bundle came."),
                where=reader[:80],
                action=Message("Compare with an earlier bundle."),
            )
        return max(found, key=lambda state: state.at)

    def _read(self, states: Iterable[State], after: State) -> list[State]:
        """The readings before `after` came; what is read before it is on the picture is seen once it is there."""
        read = (
            msgspec.structs.replace(state, at=max(seen.at, state.at), reader=seen.officer)
            for state in states
            for seen in self._exchange.inbox.readings(state.bundle)
        )
        return [state for state in read if state.at < after.at]

    def _state(self, one: Received, known: dict[str, Received]) -> State | None:
        batch = self._workspace.batch(batch_id(one.bundle))
        if batch is None:
            return None
        share = one
        while share.kind in CONTINUES and share.replaces in known:
            share = known[share.replaces]
        return State(
            bundle=one.bundle, share=share.bundle, peer=one.peer, kind=one.kind, subject=self._subject(share),
            created=one.created, at=batch.recorded_at,
        )  # fmt: skip

    def _subject(self, share: Received) -> str:
        """What the officer there wrote over it; opened once, since it never changes."""
        if share.bundle not in self._subjects:
            try:
                self._subjects[share.bundle] = self._exchange.inbox.opened(share.bundle).content.subject
            except QrocError:
                return ""  # its content was erased
        return self._subjects[share.bundle]

    def _told(self, state: State, states: list[State]) -> set[str]:
        """Items that the share had told of by then."""
        bundles = [one.bundle for one in states if one.share == state.share and one.at <= state.at]
        return {item for bundle in bundles for item in self._entry(bundle).items}

    def _entry(self, bundle: str) -> Entry:
        changes = self._workspace.history(SubjectType.ENTRY, entry_id(bundle))
        values = (change.patch.get(Aspect.ENTRY) for change in changes)
        return next(value for value in values if isinstance(value, Entry))

    def _items(self, state: State, states: list[State], layer: dict[str, Item]) -> dict[str, Item]:
        """The picture that the share was then, of what its centre's layer held; one that was taken back is empty."""
        chain = [one for one in states if one.share == state.share and one.at <= state.at]
        if any(one.kind is Kind.WITHDRAWAL for one in chain):
            return {}
        told = self._told(state, states)
        return {id_: item for id_, item in layer.items() if id_ in told}

    def _layer(self, state: State) -> dict[str, Item]:
        """Everything of that centre that was on our picture then."""
        query = ItemQuery(layers=frozenset({layer_id(state.peer)}))
        return {item.id: item for item in self._workspace.items(query, Moment(state.at, state.at))}


def _named(bundle: str, states: list[State]) -> State:
    found = next((state for state in states if state.bundle == bundle), None)
    if found is None:
        raise Refused(
            Message("This bundle is not on this picture."),
            where=bundle[:16],
            action=Message("Put what came in on the picture first, and compare bundles of one centre."),
        )
    return found
