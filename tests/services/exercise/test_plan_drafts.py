"""Drafts of a secret plan: kept whole in a folder of the seat's own, and nowhere else."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from qroc_desktop.errors import Damaged, Refused
from qroc_desktop.exercise.plans import Intent
from qroc_desktop.services.exercise.plan_drafts import DraftFile, DraftLeg, Drafts

DRAFTS = Drafts(
    making={"van": (DraftLeg(intent=Intent(mode="car", points=((9.5, 47.1),)), places=((9.5, 47.1),), roads=True),)},
    sent={"f1": (DraftLeg(intent=Intent(wait_s=60, hide=True)),)},
)


def test_what_was_kept_is_there_again_beside_the_workspace(tmp_path: Path) -> None:
    file = DraftFile(tmp_path / "red.qroc")
    assert file.read() == Drafts()
    file.write(DRAFTS)
    assert DraftFile(tmp_path / "red.qroc").read() == DRAFTS
    assert DraftFile(tmp_path / "blue.qroc").read() == Drafts()
    assert [path.name for path in (tmp_path / "red-plans").iterdir()] == ["drafts.json"]
    assert stat.S_IMODE((tmp_path / "red-plans").stat().st_mode) & 0o077 == 0


@pytest.mark.parametrize("data", [b"", b"{", b'{"making": [1]}', b'{"making": {"van": [{"intent": {"x": 1}}]}}'])
def test_what_is_no_draft_is_told(tmp_path: Path, data: bytes) -> None:
    file = DraftFile(tmp_path / "red.qroc")
    file.write(DRAFTS)
    file.path.write_bytes(data)
    with pytest.raises(Damaged, match="no drafts"):
        file.read()
    file.write(DRAFTS)
    assert file.read() == DRAFTS


def test_where_it_cannot_be_kept_that_is_told_and_the_old_one_stays(tmp_path: Path) -> None:
    file = DraftFile(tmp_path / "red.qroc")
    file.write(DRAFTS)
    file.path.with_suffix(".new").mkdir()
    with pytest.raises(Refused, match="cannot be kept"):
        file.write(Drafts())
    assert file.read() == DRAFTS
