"""Which files of an item go to a peer, and as what: cleaned copies under names that tell nothing.

The file as it was added stays here. What a peer gets is made from it when it is asked for, the same each time, so that
what was shown is what is sent.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Sequence
from typing import Final

import msgspec

from qroc_desktop.domain.aspects import Attachment, Attachments
from qroc_desktop.domain.state import Item
from qroc_desktop.domain.vocabulary import Aspect
from qroc_desktop.errors import Message, QrocError, Refused
from qroc_desktop.formats.cleaning import Cleaned, cleaned
from qroc_desktop.formats.media import SPECS, Media
from qroc_desktop.store import Workspace

HELD_BYTES: Final = 64 * 1024 * 1024
"""So many bytes of copies stay in memory; of others what they come to is remembered, and they are made again."""


class Going(msgspec.Struct, frozen=True, kw_only=True):
    """A file side by side: what we have, and what they get (None: nothing, `why` says why not)."""

    file: Attachment
    copy: Attachment | None
    why: Message | None = None
    notes: tuple[Message, ...] = ()


class _Made(msgspec.Struct, frozen=True, kw_only=True):
    sha256: str = ""
    size: int = 0
    media: Media | None = None
    why: Message | None = None
    notes: tuple[Message, ...] = ()


class _Missing(Refused):
    """The bytes are not here."""


class Copies:
    """Cleaned copies of the files of one workspace."""

    def __init__(self, workspace: Workspace, *, held_bytes: int = HELD_BYTES) -> None:
        self._workspace = workspace
        self._most = held_bytes
        self._made: dict[str, _Made] = {}
        self._held: OrderedDict[str, bytes] = OrderedDict()
        self._turn = threading.Lock()

    def going(self, files: Sequence[Attachment]) -> tuple[Going, ...]:
        """What goes of these files of one item. The names count what goes, so that they do not tell what stays."""
        counts: dict[str, int] = {}
        result = []
        for file in files:
            made = self._of(file)
            if made.media is None:
                result.append(Going(file=file, copy=None, why=made.why))
                continue
            spec = SPECS[made.media]
            counts[spec.word] = counts.get(spec.word, 0) + 1
            copy = Attachment(
                name=f"{spec.word} {counts[spec.word]}{spec.suffix}",
                media_type=spec.type,
                size=made.size,
                sha256=made.sha256,
            )
            result.append(Going(file=file, copy=copy, notes=made.notes))
        return tuple(result)

    def data(self, going: Going) -> bytes:
        """The bytes of a copy that was shown. Raises Refused where they are not the same any more."""
        held = self._held.get(going.file.sha256)
        data = held if held is not None else self._clean(going.file).data
        if going.copy is None or hashlib.sha256(data).hexdigest() != going.copy.sha256:
            raise Refused(
                Message("The picture has changed since the preview; nothing was sent."),
                action=Message("Look at the new preview and send again."),
            )
        return data

    def _of(self, file: Attachment) -> _Made:
        known = self._made.get(file.sha256)
        if known is None:
            try:
                copy = self._clean(file)
            except _Missing as error:  # what is lacking now may come
                return _Made(why=error.what)
            except QrocError as error:
                known = _Made(why=error.what)
            else:
                known = _Made(
                    sha256=hashlib.sha256(copy.data).hexdigest(),
                    size=len(copy.data),
                    media=copy.media,
                    notes=copy.notes,
                )
                self._hold(file.sha256, copy.data)
            self._made[file.sha256] = known
        return known

    def _clean(self, file: Attachment) -> Cleaned:
        stream = self._workspace.file(file.sha256)
        if stream is None:
            raise _Missing(Message("The bytes of this file are not in the workspace."))
        with stream:
            return cleaned(stream)

    def _hold(self, sha256: str, data: bytes) -> None:
        with self._turn:
            self._held[sha256] = data
            while sum(map(len, self._held.values())) > self._most:
                self._held.popitem(last=False)


def with_copies(given: Item, going: Sequence[Going]) -> Item:
    """The released item, naming the copies in place of our files; without the aspect where none goes."""
    copies = tuple(one.copy for one in going if one.copy is not None)
    aspects = dict(given.aspects)
    del aspects[Aspect.ATTACHMENTS]
    if copies:
        aspects[Aspect.ATTACHMENTS] = Attachments(files=copies)
    ordered = {aspect: aspects[aspect] for aspect in sorted(aspects)}
    return msgspec.structs.replace(given, aspects=ordered)
