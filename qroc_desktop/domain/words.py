"""Words for the codes of a picture that the window and its papers say alike; chosen in a language by who shows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from qroc_desktop.domain.vocabulary import Basis, EntryKind, ItemType, Priority, Status
from qroc_desktop.errors import Message

TYPES: Final[Mapping[ItemType, Message]] = {
    ItemType.INCIDENT: Message("Incident"),
    ItemType.UNIT: Message("Unit"),
    ItemType.FACILITY: Message("Facility"),
    ItemType.AREA: Message("Area"),
    ItemType.LINE: Message("Line"),
    ItemType.NOTE: Message("Note"),
    ItemType.TRACK: Message("Track"),
}
PRIORITIES: Final[Mapping[Priority, Message]] = {
    Priority.FLASH: Message("Flash"),
    Priority.IMMEDIATE: Message("Immediate"),
    Priority.PRIORITY: Message("level\x04Priority"),
    Priority.ROUTINE: Message("Routine"),
}
STATUSES: Final[Mapping[Status, Message]] = {
    Status.UNCONFIRMED: Message("unconfirmed"),
    Status.CONFIRMED: Message("confirmed"),
    Status.ONGOING: Message("ongoing"),
    Status.CONTAINED: Message("contained"),
    Status.RESOLVED: Message("resolved"),
    Status.CLOSED: Message("closed"),
    Status.FALSE_ALARM: Message("false alarm"),
}
ENTRIES: Final[Mapping[EntryKind, Message]] = {
    EntryKind.MESSAGE: Message("Message"),
    EntryKind.DECISION: Message("Decision"),
    EntryKind.ACTION: Message("Action"),
}
BASES: Final[Mapping[Basis, Message]] = {
    Basis.FACT: Message("Fact"),
    Basis.ASSESSMENT: Message("Assessment"),
}
