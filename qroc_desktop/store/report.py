"""What a check or a recovery found."""

from __future__ import annotations

import msgspec

from qroc_desktop.errors import Message


class Report(msgspec.Struct, kw_only=True):
    """Findings, one line each, none of them where all is well; `changes` and `batches` that were read.

    incomplete: batches that miss changes. chain_broken_at: the first batch whose hash does not follow from its changes
    and the batch before it; empty where the chain holds.
    """

    changes: int = 0
    batches: int = 0
    incomplete: int = 0
    chain_broken_at: str = ""
    messages: list[Message] = []

    @property
    def sound(self) -> bool:
        """Whether nothing was found."""
        return not self.messages

    @property
    def findings(self) -> list[str]:
        """The findings in English."""
        return [str(message) for message in self.messages]
