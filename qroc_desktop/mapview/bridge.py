"""The channel between the program and the page: texts, checked where they arrive."""

from __future__ import annotations

import logging

import msgspec
from PySide6.QtCore import QObject, Signal, Slot

from qroc_desktop.mapview import messages

_log = logging.getLogger(__name__)
_LONGEST_LOGGED = 200


class Bridge(QObject):
    """Registered with the channel as `bridge`: the page sees the signal `told` and the slot `tell`, no more."""

    told = Signal(str)

    def __init__(self, receiver: EventReceiver, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._receiver = receiver

    def send(self, command: messages.Command) -> None:
        """Tell the page."""
        self.told.emit(messages.encode(command))

    @Slot(str)
    def tell(self, text: str) -> None:
        """Called by the page; what is no event is written to the log and dropped."""
        try:
            event = messages.decode(text)
        except msgspec.DecodeError as error:
            _log.error("the map page said something unknown: %s", str(error)[:_LONGEST_LOGGED])
            return
        self._receiver.happened.emit(event)


class EventReceiver(QObject):
    """Takes events of the page; not registered with the channel, so that the page cannot reach it."""

    happened = Signal(object)
