"""kill -9 at each named point between "send" and "everybody knows": what was acknowledged comes, and comes once."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from qroc_desktop.sync.content import attached
from qroc_desktop.sync.shipment import Queued
from tests.sync.building import incident
from tests.sync.children import KILLED
from tests.sync.killing_points import AFTER_SEAL_BEFORE_COMMIT, POINTS
from tests.sync.nodes import NodeCentre, centres, until

pytestmark = pytest.mark.slow
AT_THE_SENDER = (
    "after-commit-before-send", "after-an-attempt-was-counted", "mid-transfer", "after-ack-before-record",
    "before-commit-of-an-ack",
)  # fmt: skip
AT_THE_RECIPIENT = (
    "before-taking-in", "before-commit-of-what-came-in", "between-parts", "after-their-commit-before-the-ack",
)  # fmt: skip
AT_A_RECEIPT = ("before-a-receipt-is-noted", "before-commit-of-a-receipt")


@pytest.fixture
def two(tmp_path: Path) -> Iterator[tuple[NodeCentre, NodeCentre]]:
    with centres(tmp_path, "Noord", "Süd") as (noord, sued):
        yield noord, sued
        assert [centre.said_wrong() for centre in (noord, sued)] == ["", ""]


def large(sender: NodeCentre, recipient: NodeCentre, title: str) -> Queued:
    """In several parts, so that there is something between them."""
    data = os.urandom(2_600_000)
    entry = attached(data, "a.bin", "application/octet-stream")
    return sender.sends(recipient, incident(title), attachments=(entry,), files={entry.sha256: data})


def dies(centre: NodeCentre, point: str) -> None:
    until(lambda: not centre.running, f"{centre.name} dies {point}")
    assert centre.reap() == KILLED, point


def applied_once(noord: NodeCentre, sued: NodeCentre, queued: Queued, title: str) -> None:
    until(lambda: noord.state(queued.bundle) == "stored", f"stored in spite of {title}")
    (row,) = sued.exchange.inbox.pending()
    assert [item.id for item in sued.exchange.inbox.opened(row.bundle).items()] == [title]
    sued.exchange.inbox.applied(row.bundle)


def test_every_point_is_named_here() -> None:
    assert sorted(POINTS) == sorted(AT_THE_SENDER + AT_THE_RECIPIENT + AT_A_RECEIPT)


def test_at_every_point(two: tuple[NodeCentre, NodeCentre]) -> None:
    noord, sued = two
    sued.start()
    for point in AT_THE_SENDER:
        queued = large(noord, sued, point)
        noord.start(f"{point}:1", wait=False)
        dies(noord, point)
        noord.start(wait=False)
        applied_once(noord, sued, queued, point)
        noord.kill()
    sued.kill()
    noord.start()
    for point in AT_THE_RECIPIENT:
        sued.start(f"{point}:1", wait=False)
        queued = large(noord, sued, point)
        dies(sued, point)
        sued.start(wait=False)
        applied_once(noord, sued, queued, point)
        sued.kill()
    noord.kill()
    sued.start()
    for point in AT_A_RECEIPT:
        noord.start(wait=False)
        queued = large(noord, sued, point)
        until(lambda bundle=queued.bundle: noord.state(bundle) == "stored", "stored")  # type: ignore[misc]
        noord.kill()
        noord.start(f"{point}:1", wait=False)
        applied_once(noord, sued, queued, point)
        dies(noord, point)
        noord.start(wait=False)
        until(lambda bundle=queued.bundle: noord.exchange.dispatch.one(bundle).seen, "receipt")  # type: ignore[misc]
        noord.kill()


def test_a_window_that_dies_before_the_commit_has_sent_nothing(two: tuple[NodeCentre, NodeCentre]) -> None:
    noord, sued = two
    assert noord.queue_and_die(sued, AFTER_SEAL_BEFORE_COMMIT) == KILLED
    assert noord.exchange.dispatch.board() == []
    assert [entry.action for entry in noord.exchange.audit.entries()].count("disclosure") == 0
    assert noord.sends(sued, incident("a")).seq == 1
