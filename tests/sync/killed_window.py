"""A window that sends one bundle and is killed at it: `python -m tests.sync.killed_window EXCHANGE KEYS TO POINT`."""

from __future__ import annotations

import sys
from pathlib import Path

from qroc_desktop.services.system import system_clock
from qroc_desktop.sync.bundle import Kind
from qroc_desktop.sync.exchange import Exchange
from qroc_desktop.sync.keystore import Keystore
from qroc_desktop.sync.shipment import Shipment
from tests.sync.building import DECISION, incident
from tests.sync.killing_points import arm


def main(exchange_path: str, keys: str, to: str, point: str) -> None:
    identity = Keystore(Path(keys)).open(sys.stdin.readline().strip())
    with Exchange(Path(exchange_path), identity, system_clock) as exchange:
        arm(f"{point}:1", exchange)
        shipment = Shipment(to=to, kind=Kind.SNAPSHOT, officer="Anna", items=(incident("never", "Nie gesendet"),))
        exchange.outbox.queue(shipment, [DECISION])


if __name__ == "__main__":
    main(*sys.argv[1:])
