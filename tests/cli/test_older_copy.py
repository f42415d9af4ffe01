"""`qroc peer resynchronise`, after somebody put back an older copy of the exchange file."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from qroc_desktop.domain.vocabulary import WorkspaceKind
from qroc_desktop.services.centre import CentreFolder
from qroc_desktop.services.system import system_clock
from qroc_desktop.sync.bundle import Kind
from qroc_desktop.sync.delivery import deliver
from qroc_desktop.sync.shipment import Shipment
from qroc_desktop.sync.transports.memory import Hub, MemoryTransport
from tests.cli.conftest import Qroc
from tests.cli.test_sharing import Centre, enrol, ours, theirs  # noqa: F401
from tests.sync.building import incident

LIVE = WorkspaceKind.LIVE


def sent(tmp_path: Path, *items: str) -> list[str]:
    """Ours queues one bundle for each and delivers what it can; the states of all."""
    folders = [CentreFolder(tmp_path / name, clock=system_clock) for name in ("ours", "theirs")]
    with (
        folders[0].open(LIVE, "correct horse battery") as own,
        folders[1].open(LIVE, "correct horse battery") as other,
    ):
        for item in items:
            shipment = Shipment(to=other.identity.centre, kind=Kind.SNAPSHOT, officer="Anna", items=(incident(item),))
            own.outbox.queue(shipment)
        hub = Hub()
        hub.attach(other.identity.centre, other.receive)
        deliver(own, lambda _: MemoryTransport(hub, own.identity.centre))
        return [row.state for row in reversed(own.dispatch.board())]


def test_ours_goes_on_behind_what_theirs_has(ours: Centre, theirs: Centre, tmp_path: Path) -> None:  # noqa: F811
    enrol(ours, theirs, tmp_path)
    invitation = tmp_path / "back.txt"
    ours("peer", "invite", "--out", invitation)
    theirs("peer", "add", invitation, "--officer", "Carla")
    said = ours("identity", "show", "--json").json["fingerprint"]
    for officer in ("Carla", "Dirk"):
        theirs("peer", "approve", "Maastricht", "--said", said, "--officer", officer)
    refusal = ours("peer", "resynchronise", "Aachen", "--officer", "Anna", "--why", "just so")
    assert (refusal.code, refusal.err.count("\n")) == (1, 1)
    assert "Aachen: The numbers towards this centre agree, as far as it has said." in refusal.err

    live, copy = tmp_path / "ours" / "live.qrocx", tmp_path / "copy"
    assert sent(tmp_path, "a") == ["stored"]
    shutil.copy(live, copy)
    assert sent(tmp_path, "lost", "lost too") == ["stored"] * 3
    shutil.copy(copy, live)
    assert sent(tmp_path, "b") == ["stored", "stopped"]
    said_so = ours("peer", "resynchronise", "Aachen", "--officer", "Anna", "--why", "copy put back", "--json").json
    assert (said_so["after"], said_so["missing"], len(said_so["again"])) == (3, 2, 1)
    assert sent(tmp_path) == ["stored", "stored"]
    assert [row["seq"] for row in ours("outbox", "--json").json["bundles"]] == [4, 1]
    assert [row["state"] for row in theirs("inbox", "--json").json["bundles"]] == ["stored"] * 4
    assert ours("audit", "verify").code == theirs("audit", "verify").code == 0


@pytest.mark.parametrize("missing", ["--officer", "--why"])
def test_it_needs_an_officer_and_a_reason(qroc: Qroc, missing: str) -> None:
    words = {"--officer": "Anna", "--why": "test"}
    del words[missing]
    answer = qroc("peer", "resynchronise", "Aachen", *[word for pair in words.items() for word in pair])
    assert (answer.code, missing in answer.err) == (2, True)
