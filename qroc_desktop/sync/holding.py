"""Holding back what has not been delivered yet, when its share is withdrawn.

A number that was given stays given, for later bundles name it. So the sealed content is removed, and in its place goes
the manifest signed a second time as *withdrawn*: the peer learns the number and never the content.
"""

from __future__ import annotations

import sqlite3

from qroc_desktop.domain.instant import Instant
from qroc_desktop.sync import envelope
from qroc_desktop.sync.bundle import WITHDRAWN_TYPE
from qroc_desktop.sync.identity import Identity


def hold_back(connection: sqlite3.Connection, identity: Identity, share: str, now: Instant) -> list[str]:
    """Hold back a share and its updates, as far as the peer has not acknowledged them; gives their bundles.

    Part of the transaction that records the withdrawal: with it, or not at all. Whether the peer had one of them all
    the same (its acknowledgement was lost), its answer tells.
    """
    rows = connection.execute(
        "SELECT bundle, envelope FROM outbox WHERE (bundle = ? OR replaces = ? AND kind = 'delta')"
        " AND state IN ('queued', 'stopped') AND void IS NULL ORDER BY seq",
        (share, share),
    ).fetchall()
    for bundle, signed in rows:
        manifest = envelope.read(bytes(signed)).body
        void = envelope.signed(WITHDRAWN_TYPE, manifest, identity.signing_keys(now))
        connection.execute("DELETE FROM out_chunk WHERE bundle = ?", (bundle,))
        connection.execute(
            "UPDATE outbox SET void = ?, lacking = NULL, next_at = ?,"
            " code = CASE state WHEN 'queued' THEN '' ELSE code END WHERE bundle = ?",
            (void, now, bundle),
        )
    return [str(bundle) for bundle, _ in rows]
