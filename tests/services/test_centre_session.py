"""The keys of a window that stays open while somebody renews them."""

from __future__ import annotations

from pathlib import Path

from qroc_desktop.domain.instant import Instant
from qroc_desktop.domain.vocabulary import WorkspaceKind
from qroc_desktop.services.centre import CentreFolder
from qroc_desktop.services.centre_session import CentreSession
from qroc_desktop.sync.keystore import Cost

START = Instant(1_790_000_000_000_000)
PASSPHRASE = "correct horse battery"


def test_an_open_window_goes_on_with_renewed_keys(tmp_path: Path) -> None:
    folder = CentreFolder(tmp_path, clock=lambda: START)
    session = CentreSession(folder, WorkspaceKind.LIVE, cost=Cost(memory_kib=8, passes=1, lanes=1))
    try:
        before = session.make(name="Noord", country="NL", passphrase=PASSPHRASE).identity.public
        keys = folder.unlock(WorkspaceKind.LIVE, PASSPHRASE)
        keys.renew(keys.identity.rotated(START, Instant(START + 1_000)))
        session.renew()
        after = session.exchange.identity.public
        assert after == folder.unlock(WorkspaceKind.LIVE, PASSPHRASE).identity.public
        assert (after.centre, after.name) == (before.centre, before.name)
        assert {after.signing, after.certificate} & {before.signing, before.certificate} == set()
        assert session.exchange.invite()
    finally:
        session.close()
