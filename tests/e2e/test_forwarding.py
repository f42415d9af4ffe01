"""Three real centres, three nodes, nothing but `qroc`: what came under H2 goes on only with its owner's consent."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from qroc_desktop.domain.aspects import Marking, Nature, Wording
from qroc_desktop.domain.ids import random_id
from qroc_desktop.domain.shape import point
from qroc_desktop.domain.vocabulary import Aspect, Handling, ItemType, Tlp
from qroc_desktop.services.desk import Desk
from qroc_desktop.services.system import system_clock
from qroc_desktop.services.workspaces import Workspaces
from tests.e2e.test_two_centres import LAW, Centre

pytestmark = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can write an administrator's file"
)
TITLE = "Weapons in a white van"


@contextmanager
def opened(centre: Centre) -> Iterator[Desk]:
    """The workspace, for what `qroc` has no command for: markings."""
    desk = Workspaces(author="Officer", clock=system_clock, ids=random_id).open(centre.workspace)
    try:
        yield desk
    finally:
        desk.close()


@pytest.mark.slow
def test_h2_blocks_forwarding_until_consent_is_recorded(tmp_path: Path) -> None:
    (tmp_path / "stick").mkdir()
    first, second, third = (Centre(tmp_path, n, c) for n, c in (("Lille", "FR"), ("Liège", "BE"), ("Aachen", "DE")))
    for one, other in ((first, second), (second, first), (second, third), (third, second)):
        one.enrols(other)
    with opened(first) as desk:
        ours, _ = desk.items.create({
            Aspect.NATURE: Nature(type=ItemType.INCIDENT),
            Aspect.SHAPE: point(3.06, 50.63),
            Aspect.WORDING: Wording(title=TITLE),
            Aspect.MARKING: Marking(handling=Handling.H2, tlp=Tlp.AMBER, conditions=("not to the press",)),
        })  # fmt: skip
    why = ("--officer", "Anna", "--why", "Attack near the border")
    with first.node(), second.node(), third.node():
        sent = first.json(
            "-w", first.workspace, "share", "send", "--to", "Liège", "--item", ours, *LAW, *why
        )["sent"]  # fmt: skip
        first.until_sent(sent[0]["bundle"], {("stored", "")})
        second.ok("-w", second.workspace, "inbox", "apply")
        (theirs,) = second.json("-w", second.workspace, "items")["items"]
        to_third = ("-w", second.workspace, "share", "send", "--to", "Aachen", "--item", theirs["id"], *LAW, *why)
        refused = second.run(*to_third)
        assert refused.returncode == 1
        assert "Nothing of this may go to this centre." in refused.stderr
        (consent,) = second.json(
            "-w", second.workspace, "consent", "add", "--item", theirs["id"], "--to", "Aachen",
            "--purpose", "prevention", "--given-by", "Capitaine Dubois", "--way", "telephone", "--officer", "Berta",
        )["recorded"]  # fmt: skip
        assert (consent["originator"], consent["given_by"]) == ("Lille", "Capitaine Dubois")
        onward = second.json(*to_third)["sent"][0]["bundle"]
        second.until_sent(onward, {("stored", "")})
        third.ok("-w", third.workspace, "inbox", "apply")
    (arrived,) = third.json("-w", third.workspace, "items")["items"]
    with opened(third) as desk:
        item = desk.picture.item(arrived["id"])
        assert item is not None
        marking = item.marking
    assert (arrived["title"], marking.originator) == (TITLE, "Lille")
    assert (marking.handling, marking.tlp, marking.conditions) == (Handling.H2, Tlp.AMBER, ("not to the press",))
    entries = second.json("audit")["entries"]
    disclosed = next(e["detail"] for e in entries if e["action"] == "disclosure")
    assert disclosed["facts"]["consents"] == consent["consent"]
    second.ok(
        "-w", second.workspace, "consent", "revoke", consent["consent"], "--officer", "Berta", "--why", "Lille called"
    )  # fmt: skip
    assert second.run(*to_third).returncode == 1
    assert second.json("audit", "verify")["whole"] is True
