"""What every refusal carries: what happened, where, what was kept, what to do.

QrocError
├── Refused      bad input, a lock, a policy: nothing was changed beyond what `kept` says
└── Damaged      a file or an index is not what it should be
"""

from __future__ import annotations

from typing import Any

CONTEXT = "\x04"


class Message:
    """A sentence as a template with parameters, so that the interface can translate it late.

    `str()` gives it in English. Parameters are plain text, numbers or messages and come last into the sentence:
    content from outside is never part of a template. A word that means two things may carry before it what it
    is about, and CONTEXT between them, as gettext has it: `level\\x04Priority`.
    """

    __slots__ = ("params", "template")

    def __init__(self, template: str, **params: Any) -> None:
        self.template = template
        self.params = params

    def __str__(self) -> str:
        return self.template.rpartition(CONTEXT)[2].format(**self.params)

    def __repr__(self) -> str:
        return f"Message({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Message) and (self.template, self.params) == (other.template, other.params)

    def __hash__(self) -> int:
        return hash((self.template, repr(self.params)))


class Because(ValueError):
    """A value that is no good, and why: half a sentence for whoever knows what it is about."""

    def __init__(self, why: Message) -> None:
        self.why = why
        super().__init__(why)


NOTHING_CHANGED = Message("Nothing was changed.")


class QrocError(Exception):
    """A problem told to a person in one line.

    what: what happened. where: the file, line, element or field. kept: what is safe.
    action: what to do next.
    """

    def __init__(
        self,
        what: Message,
        *,
        where: str = "",
        kept: Message = NOTHING_CHANGED,
        action: Message | None = None,
    ) -> None:
        self.what = what
        self.where = where
        self.kept = kept
        self.action = action
        super().__init__(what, where, kept, action)

    def __str__(self) -> str:
        head = f"{self.where}: {self.what}" if self.where else str(self.what)
        return " ".join(part for part in (head, str(self.kept), str(self.action or "")) if part)


class Refused(QrocError):
    """Input or an operation that is not accepted."""


class Damaged(QrocError):
    """Stored data that is not what was written."""
