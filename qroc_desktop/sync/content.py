"""The inside of a bundle: what is sealed, for the recipient alone.

    QROCCON1 | length of head (4 bytes) | head (JSON) | attachments, one after another in the head's order

Only released values get here: whoever calls has filtered the items, and an aspect that was not released is absent.
The head repeats whom and what the bundle is for, so that sealed chunks cannot be put under another manifest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Annotated, TypeVar

import msgspec

from qroc_desktop.domain.aspects import AspectValue, Marking
from qroc_desktop.domain.change import ChangeError, check_patch, decode_patch, encode_patch
from qroc_desktop.domain.instant import Instant
from qroc_desktop.domain.state import Item, Layer, Subject
from qroc_desktop.domain.vocabulary import Aspect, SubjectType, WorkspaceKind
from qroc_desktop.sync.bundle import BundleId, Hash, Kind, Time
from qroc_desktop.sync.encoding import Document, decoded, encoded
from qroc_desktop.sync.identity import CentreId
from qroc_desktop.sync.invitation import Contact
from qroc_desktop.sync.letters import Letter
from qroc_desktop.sync.refusals import Code, Rejected

S = TypeVar("S", bound=Subject)

_MAGIC = b"QROCCON1"
NEWEST = 2
"""The newest format of a content."""
_MOST_HEAD_BYTES = 128 * 1024 * 1024
_LOCAL = frozenset({Aspect.SETTLEMENT})
"""Aspects that mean something in our own file only and never travel."""

SubjectId = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Text = Annotated[str, msgspec.Meta(max_length=20_000)]
Line = Annotated[str, msgspec.Meta(max_length=500)]


class Shared(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An item or a layer as it travels: its released aspects as `domain.change.encode_patch` writes them."""

    id: SubjectId
    valid_from: Time
    patch: msgspec.Raw


class Attachment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file that goes along. `name` is a label and never a path; `items` are the items that it belongs to."""

    sha256: Hash
    size: Annotated[int, msgspec.Meta(ge=0)]
    name: Annotated[str, msgspec.Meta(max_length=255, pattern=r"^[^/\\\x00-\x1f]*$")]
    media: Annotated[str, msgspec.Meta(max_length=100)]
    items: tuple[SubjectId, ...] = ()


class Terms(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Under which law and conditions the content goes; they bind the recipient and travel on with it.

    Codes as the instruments in `resources/` have them. `channel`: why not another channel. `erase_by`, `review_by`:
    instants.
    """

    purpose: Line = ""
    basis: Line = ""
    instrument: Line = ""
    conditions: tuple[Text, ...] = ()
    marking: Marking | None = None
    channel: Line = ""
    urgency: Line = ""
    review_by: Time | None = None
    erase_by: Time | None = None


class ReceiptState(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`state`: `applied` or `read`; `officer`: who read it, empty for the program itself."""

    bundle: Hash
    state: Annotated[str, msgspec.Meta(pattern="^(applied|read)$")]
    officer: Line = ""
    at: Time


class Content(Document, frozen=True, kw_only=True):
    """items, layers: what is released. tombstones: ids of items that a delta takes away. officer: who sends it.
    subject, text: words to the recipient. answers: the request that a letter belongs to.
    receipt, head, contact: of bundles that the program writes itself. letter, contact: of format 2, which is
    given where one of them is there and not otherwise, so that older programs read all the rest."""

    sender: CentreId = msgspec.field(name="from")
    recipient: CentreId = msgspec.field(name="to")
    kind: Kind
    mode: WorkspaceKind
    officer: Line = ""
    subject: Line = ""
    text: Text = ""
    terms: Terms = Terms()
    layers: tuple[Shared, ...] = ()
    items: tuple[Shared, ...] = ()
    tombstones: tuple[SubjectId, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    answers: BundleId = ""
    receipt: ReceiptState | None = None
    head: bytes | None = None
    letter: Letter | msgspec.UnsetType = msgspec.UNSET
    contact: Contact | msgspec.UnsetType = msgspec.UNSET


class Opened(msgspec.Struct, frozen=True):
    """A content with the bytes of its attachments by hash."""

    content: Content
    files: Mapping[str, bytes]

    def items(self) -> list[Item]:
        """The items, each with the aspects that it came with."""
        return [_subject(shared, Item, SubjectType.ITEM) for shared in self.content.items]

    def layers(self) -> list[Layer]:
        """The layers they lie on, as far as those were released."""
        return [_subject(shared, Layer, SubjectType.LAYER) for shared in self.content.layers]


def format_of(letter: object, contact: object) -> int:
    """The format that a content with these parts has."""
    return 1 if letter is msgspec.UNSET and contact is msgspec.UNSET else 2


def shared(subject: Subject) -> Shared:
    """A released item or layer in the form in which it travels. What is known of its history stays here."""
    aspects = {aspect: value for aspect, value in subject.aspects.items() if aspect not in _LOCAL}
    return Shared(id=subject.id, valid_from=subject.valid_from, patch=msgspec.Raw(encode_patch(aspects)))


def attached(data: bytes, name: str, media: str, items: Sequence[str] = ()) -> Attachment:
    """The entry of a file; its bytes are handed to `written` beside it."""
    return Attachment(
        sha256=hashlib.sha256(data).hexdigest(), size=len(data), name=name, media=media, items=tuple(items)
    )


def written(content: Content, files: Mapping[str, bytes]) -> bytes:
    """The bytes that are sealed. Raises KeyError where an attachment's bytes are missing."""
    return b"".join(parts(content, files))


def parts(content: Content, files: Mapping[str, bytes]) -> list[bytes]:
    """The same bytes as they lie in memory already: all but the files, and then each file."""
    head = encoded(content)
    start = b"".join((_MAGIC, len(head).to_bytes(4, "big"), head))
    return [start, *(files[entry.sha256] for entry in content.attachments)]


def require_readable(written: Sequence[bytes]) -> None:
    """Raises Rejected, as `read` would at the peer, where these `parts` cannot be read."""
    content, rest = _head(memoryview(written[0]))
    files = [memoryview(part) for part in written[1:]]
    if rest or len(files) != len(content.attachments):
        raise Rejected(Code.BAD_CONTENT)
    for entry, data in zip(content.attachments, files, strict=True):
        _require_file(entry, data)


def read(data: bytes) -> Opened:
    """Everything is looked at before anything is believed. Raises Rejected: UNKNOWN_FORMAT or BAD_CONTENT."""
    content, rest = _head(memoryview(data))
    return Opened(content, _files(content, rest))


def _head(data: memoryview) -> tuple[Content, memoryview]:
    """The content, and what follows on it."""
    start = len(_MAGIC) + 4
    size = int.from_bytes(data[len(_MAGIC) : start], "big")
    if data[: len(_MAGIC)] != _MAGIC:
        raise Rejected(Code.UNKNOWN_FORMAT if data[: len(_MAGIC) - 1] == _MAGIC[:-1] else Code.BAD_CONTENT)
    if size > _MOST_HEAD_BYTES or start + size > len(data):
        raise Rejected(Code.BAD_CONTENT)
    content = decoded(bytes(data[start : start + size]), Content, bad=Code.BAD_CONTENT, newest=NEWEST)
    if content.format != format_of(content.letter, content.contact):
        raise Rejected(Code.BAD_CONTENT)
    opened = Opened(content, {})
    try:
        opened.items()
        opened.layers()
    except (msgspec.DecodeError, ChangeError, ValueError, RecursionError) as error:
        raise Rejected(Code.BAD_CONTENT) from error
    return content, data[start + size :]


def _files(content: Content, data: memoryview) -> dict[str, bytes]:
    files, at = {}, 0
    for entry in content.attachments:
        part = data[at : at + entry.size]
        _require_file(entry, part)
        files[entry.sha256] = bytes(part)
        at += entry.size
    if at != len(data):
        raise Rejected(Code.BAD_CONTENT)
    return files


def _require_file(entry: Attachment, data: memoryview) -> None:
    if len(data) != entry.size or hashlib.sha256(data).hexdigest() != entry.sha256:
        raise Rejected(Code.BAD_CONTENT)


def _subject(shared: Shared, kind: type[S], subject_type: SubjectType) -> S:
    patch = decode_patch(bytes(shared.patch))
    aspects: dict[Aspect, AspectValue] = {a: v for a, v in patch.items() if v is not None and a not in _LOCAL}
    if aspects:
        check_patch(subject_type, aspects)
    return kind(
        id=shared.id,
        aspects=aspects,
        seqs={},
        valid_from=Instant(shared.valid_from),
        known_from=Instant(shared.valid_from),
    )
