"""Answers that were overtaken on their way, and a peer that went back to an old copy of its file."""

from __future__ import annotations

import shutil

from tests.sync.building import Centre, incident


def test_an_answer_that_was_overtaken_says_nothing(noord: Centre, sued: Centre) -> None:
    first, second = noord.sends(sued, incident("a")), noord.sends(sued, incident("b"))
    late = sued.receive(noord.parcel(second), None).replies
    sued.clock.forward()
    for reply in sued.receive(noord.parcel(first), None).replies:
        noord.receive(reply, None)
    for reply in late:  # "I wait for the first"
        noord.receive(reply, None)
    assert [noord.exchange.dispatch.one(one.bundle).state for one in (first, second)] == ["stored", "stored"]
    assert noord.exchange.alarms.open() == []


def test_a_peer_that_lost_what_it_had_gets_it_again(noord: Centre, sued: Centre) -> None:
    sued.exchange.close()
    copy = sued.path.with_suffix(".copy")
    shutil.copy(sued.path, copy)
    sued.reopen()
    first = noord.sends(sued, incident("a"))
    for reply in sued.receive(noord.parcel(first), None).replies:
        noord.receive(reply, None)
    assert noord.exchange.dispatch.one(first.bundle).state == "stored"
    sued.exchange.close()
    shutil.copy(copy, sued.path)
    sued.reopen()
    sued.clock.forward()
    second = noord.sends(sued, incident("b"))
    for reply in sued.receive(noord.parcel(second), None).replies:
        noord.receive(reply, None)
    assert noord.exchange.dispatch.one(first.bundle).state == "queued"
    assert [alarm.code for alarm in noord.exchange.alarms.open()] == ["peer-lost"]
    for one in (first, second):
        for reply in sued.receive(noord.parcel(one), None).replies:
            noord.receive(reply, None)
    assert [row.bundle for row in sued.exchange.inbox.pending()] == [first.bundle, second.bundle]


def test_a_peer_that_is_there_again_is_tried_at_once(noord: Centre, sued: Centre) -> None:
    queued, waiting = noord.sends(sued, incident("a")), noord.sends(sued, incident("b"))
    for reply in sued.receive(noord.parcel(waiting), None).replies:
        noord.receive(reply, None)  # it waits for the first, and says so: asking again at once would change nothing
    for _ in range(8):
        noord.exchange.dispatch.tried(queued.bundle)
    assert noord.exchange.dispatch.due() == []
    noord.exchange.dispatch.wake(sued.id)
    assert [row.bundle for row in noord.exchange.dispatch.due()] == [queued.bundle]
