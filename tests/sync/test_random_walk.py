"""Any order of sending, losing, repeating, damaging, reordering and restarting, against a ledger kept by the test."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from qroc_desktop.errors import Refused
from qroc_desktop.sync import envelope
from qroc_desktop.sync.bundle import Kind, bundle_id
from qroc_desktop.sync.delivery import deliver
from qroc_desktop.sync.exchange import Exchange
from qroc_desktop.sync.parcel import unpacked
from qroc_desktop.sync.refusals import Rejected
from qroc_desktop.sync.roster import Peer
from qroc_desktop.sync.transports.base import Incoming, Unreachable
from qroc_desktop.sync.verifying import verify
from tests.store.building import HandClock
from tests.sync.building import Centre, befriended, incident

sides = st.sampled_from([0, 1])
places = st.integers(0, 9999)
fates = st.sampled_from(["arrives", "arrives", "arrives", "arrives twice", "lost", "damaged"])
MEMORY = Path("/dev/shm")
"""Where the disk is asked for nothing: a walk commits some hundred times, and no power is cut here."""


class Post:
    """A carrier that delivers when the test says so, if at all."""

    def __init__(self) -> None:
        self.under_way: list[tuple[str, bytes]] = []
        self.strike = False

    def send(self, peer: Peer, data: bytes) -> list[bytes]:
        if self.strike:
            raise Unreachable("strike")
        self.under_way.append((peer.centre, data))
        return []

    def poll(self) -> Iterable[Incoming]:
        return ()


class Template:
    """Two centres that know each other, made once and copied for each walk."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="qroc-walk-", dir=MEMORY if MEMORY.is_dir() else None))
        self.centres = befriended(self.folder, "Noord", "Süd")
        for centre in self.centres:
            centre.exchange.close()

    def copies(self, folder: Path) -> list[Centre]:
        copies = []
        for centre in self.centres:
            copy = object.__new__(Centre)
            copy.name, copy.identity, copy.clock = centre.name, centre.identity, HandClock()
            copy.path = folder / centre.path.name
            shutil.copyfile(centre.path, copy.path)
            copy.exchange = Exchange(copy.path, copy.identity, copy.clock, chance=lambda: 0.5)
            copies.append(copy)
        return copies


@pytest.fixture(scope="module")
def template() -> Iterable[Template]:
    made = Template()
    yield made
    shutil.rmtree(made.folder)


def flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


class Walk(RuleBasedStateMachine):
    template: Template

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="qroc-walk-", dir=MEMORY if MEMORY.is_dir() else None))
        self.centres = self.template.copies(self.folder)
        self.post = Post()
        self.number = 0
        # The ledger: what each side was told is safe, in order; what each side applied and read.
        self.sent: list[list[tuple[str, str]]] = [[], []]
        self.applied: list[list[str]] = [[], []]
        self.read: list[set[tuple[str, str]]] = [set(), set()]
        self.acknowledged: list[set[str]] = [set(), set()]
        self.shares: list[list[str]] = [[], []]
        self.follows: dict[str, list[str]] = {}
        self.withdrawn: set[str] = set()
        # Withdrawn before they were acknowledged: from then on their content must not leave.
        self.held: set[str] = set()

    @initialize(first=st.integers(1, 4), second=st.integers(0, 3))
    def begin(self, first: int, second: int) -> None:
        """Without anything under way there is little to walk through."""
        for side, count in enumerate((first, second)):
            for _ in range(count):
                self.send(side)
            self.hand_over(side)

    @rule(side=sides)
    def send(self, side: int) -> None:
        self.number += 1
        title = f"item {self.number}"
        queued = self.centres[side].sends(self.centres[1 - side], incident(title))
        self.sent[side].append((queued.bundle, title))
        self.shares[side].append(queued.bundle)

    @precondition(lambda self: any(self.sent))
    @rule(side=sides, data=st.data())
    def update(self, side: int, data: st.DataObject) -> None:
        if not self.shares[side]:
            return
        base = data.draw(st.sampled_from(self.shares[side]))
        self.number += 1
        kind = data.draw(st.sampled_from([Kind.DELTA, Kind.WITHDRAWAL]))
        items = [incident(f"item {self.number}")] if kind is Kind.DELTA else []
        if kind is Kind.DELTA and base in self.withdrawn:
            with pytest.raises(Refused):
                self.centres[side].sends(self.centres[1 - side], *items, kind=kind, replaces=base)
            return
        queued = self.centres[side].sends(self.centres[1 - side], *items, kind=kind, replaces=base)
        self.sent[side].append((queued.bundle, f"item {self.number}" if items else ""))
        if kind is Kind.DELTA:
            self.follows.setdefault(base, []).append(queued.bundle)
        else:
            self._withdrew(side, base)

    @rule(side=sides)
    def think_better(self, side: int) -> None:
        """Send a share and withdraw it at once."""
        self.send(side)
        base = self.shares[side][-1]
        queued = self.centres[side].sends(self.centres[1 - side], kind=Kind.WITHDRAWAL, replaces=base)
        self.sent[side].append((queued.bundle, ""))
        self._withdrew(side, base)

    def _withdrew(self, side: int, base: str) -> None:
        if base not in self.withdrawn:
            self.withdrawn.add(base)
            self.held |= {base, *self.follows.get(base, [])} - self.acknowledged[side]

    @rule(side=sides)
    def hand_over(self, side: int) -> None:
        before = len(self.post.under_way)
        deliver(self.centres[side].exchange, lambda _: self.post)
        for _, data in self.post.under_way[before:]:
            opened = unpacked(data)
            assert not (opened.chunks and bundle_id(envelope.read(opened.envelope).body) in self.held)

    @rule(side=sides)
    def strike(self, side: int) -> None:
        self.post.strike = True
        deliver(self.centres[side].exchange, lambda _: self.post)
        self.post.strike = False

    @precondition(lambda self: self.post.under_way)
    @rule(moves=st.lists(st.tuples(places, fates, places), min_size=1, max_size=8))
    def carry(self, moves: list[tuple[int, str, int]]) -> None:
        """Out of those under way any one, as often as there are moves; what is answered is under way then."""
        for place, fate, where in moves:
            if not self.post.under_way:
                return
            at = place % len(self.post.under_way)
            parcel = self.post.under_way[at]
            if fate != "arrives twice":
                del self.post.under_way[at]
            if fate == "damaged":
                self.arrive((parcel[0], flipped(parcel[1], where % len(parcel[1]))), damaged=True)
            elif fate != "lost":
                self.arrive(parcel)

    @rule(side=sides)
    def restart(self, side: int) -> None:
        self.centres[side].reopen()

    @rule(side=sides, by=st.sampled_from([0.5, 10.0, 301.0]))
    def wait(self, side: int, by: float) -> None:
        self.centres[side].clock.forward(by)

    @rule(side=sides)
    def apply(self, side: int) -> None:
        for row in self.centres[side].exchange.inbox.pending():
            self.applied[side].append(row.bundle)
            self.centres[side].exchange.inbox.applied(row.bundle)

    @rule(side=sides, officer=st.sampled_from(["Carla", "Dora"]))
    def look(self, side: int, officer: str) -> None:
        for bundle in self.applied[side][-1:]:
            self.centres[side].exchange.inbox.read(bundle, officer=officer)
            self.read[side].add((bundle, officer))

    @invariant()
    def what_came_in_is_a_beginning_of_what_was_sent(self) -> None:
        for side in (0, 1):
            rows = self.centres[1 - side].exchange.inbox.received()
            dealt_with = sorted((row for row in rows if row.state != "waiting"), key=lambda row: row.seq)
            ids = [row.bundle for row in dealt_with]
            assert ids == [bundle for bundle, _ in self.sent[side]][: len(ids)]
            assert len(set(self.applied[side])) == len(self.applied[side])
            refused = {(row.bundle, row.code) for row in rows if row.state == "refused"}
            assert refused <= {(bundle, "withdrawn") for bundle in self.held}

    @invariant()
    def nothing_is_acknowledged_that_is_not_there(self) -> None:
        for side in (0, 1):
            there = {row.bundle for row in self.centres[1 - side].exchange.inbox.received() if row.state != "waiting"}
            board = self.centres[side].exchange.dispatch.board()
            assert [row.bundle for row in reversed(board)] != [] or not self.sent[side]
            assert {row.bundle for row in board} == {bundle for bundle, _ in self.sent[side]}
            self.acknowledged[side] |= {row.bundle for row in board if row.state == "stored"}
            assert self.acknowledged[side] <= there
            for row in board:
                seen = {(s.state, s.officer) for s in row.seen}
                readers = {("read", officer) for bundle, officer in self.read[1 - side] if bundle == row.bundle}
                applied = {("applied", "")} if row.bundle in self.applied[1 - side] else set()
                assert seen <= readers | applied

    def arrive(self, parcel: tuple[str, bytes], *, damaged: bool = False) -> None:
        centre = next(one for one in self.centres if one.id == parcel[0])
        other = next(one for one in self.centres if one is not centre)
        if damaged:
            with pytest.raises(Rejected):
                centre.exchange.receive(parcel[1], other.id)
            return
        taken = centre.exchange.receive(parcel[1], other.id)
        self.post.under_way += [(other.id, reply) for reply in taken.replies]

    def teardown(self) -> None:
        """Now the post works: everything gets through, in order, each once, with all its receipts."""
        try:
            for _ in range(40):
                for centre in self.centres:
                    centre.clock.time = max(one.clock.time for one in self.centres)
                    centre.clock.forward(301)
                    deliver(centre.exchange, lambda _: self.post)
                while self.post.under_way:
                    self.arrive(self.post.under_way.pop(0))
                self.apply(0)
                self.apply(1)
                if not any(centre.exchange.dispatch.next_due() for centre in self.centres):
                    break
            self.what_came_in_is_a_beginning_of_what_was_sent()
            self.nothing_is_acknowledged_that_is_not_there()
            for side in (0, 1):
                self._all_there(side)
        finally:
            for centre in self.centres:
                centre.exchange.close()
            shutil.rmtree(self.folder)

    def _all_there(self, side: int) -> None:
        here, there = self.centres[side].exchange, self.centres[1 - side].exchange
        kept_back = {row.bundle for row in there.inbox.received() if row.state == "refused"}
        assert self.applied[1 - side] == [bundle for bundle, _ in self.sent[side] if bundle not in kept_back]
        for bundle, title in self.sent[side]:
            if bundle in kept_back:
                row = here.dispatch.one(bundle)
                assert (row.state, row.kept_back, row.seen) == ("stored", True, ())
                continue
            assert [item.id for item in there.inbox.opened(bundle).items()] == ([title] if title else [])
            row = here.dispatch.one(bundle)
            assert row.state == "stored"
            readers = {("read", officer) for read, officer in self.read[1 - side] if read == bundle}
            assert {(s.state, s.officer) for s in row.seen} == {("applied", ""), *readers}
        assert verify(self.centres[side].path).findings == ()


def test_any_walk(template: Template) -> None:
    from hypothesis.stateful import run_state_machine_as_test

    Walk.template = template
    chosen = settings(
        max_examples=40, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck), database=None
    )
    run_state_machine_as_test(Walk, settings=chosen)
