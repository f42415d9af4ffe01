"""Edits: what an officer does to a team's picture with the ordinary tools, as it travels and as the record has it.

An edit is one step in the workspace of whoever made it, a batch, and bears its id in everybody's: what arrives twice is
there already. Which aspects travel is said here; how a layer is looked at and which conflicts were settled is each
workstation's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import msgspec

from qroc_desktop.domain.aspects import (
    SUBJECT_ASPECTS,
    AspectValue,
    Attachments,
    Label,
    Placement,
    Presence,
    Wording,
)
from qroc_desktop.domain.change import decode_patch, encode_patch
from qroc_desktop.domain.instant import BEGINNING, FOREVER, Instant
from qroc_desktop.domain.vocabulary import Aspect, SubjectType
from qroc_desktop.errors import Message, Refused
from qroc_desktop.exercise.team_files import is_name
from qroc_desktop.reasons import reason_of
from qroc_desktop.store.accepting import require_acceptable

MOST_TOUCHES: Final = 500
LARGEST_EDIT: Final = 128 * 1024
"""Bytes of its patches."""
MOST_EDITS: Final = 20_000
ROOM: Final = 8 * 1024 * 1024
"""So many edits, and so many bytes of patches, a team has in the record of a run."""
LONGEST_LINE: Final = 200
_LARGEST: Final = 2**40
"""Bytes of a file that an edit names; whether its bytes travel is another question."""
OF_EXERCISE: Final = "exercise-"
"""How the layers are called that the exercise itself writes; no edit goes there."""
_NAME: Final = re.compile(r"[\x21-\x7e]{1,200}")
_OWN: Final = {Aspect.SETTLEMENT, Aspect.DISPLAY}
_NAMES_FILES: Final = f'"{Aspect.ATTACHMENTS}":{{'
TRAVELS: Final[Mapping[SubjectType, frozenset[Aspect]]] = {
    kind: SUBJECT_ASPECTS[kind] - _OWN for kind in (SubjectType.ITEM, SubjectType.LAYER)
}
"""What of whom travels. Of a file that belongs to an item an edit has the name; its bytes come for themselves."""


class Touch(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A change of an item or a layer. `patch`: JSON as `domain.change.encode_patch` writes it.

    From when it is true: `at`, where its author said so; as long as what the edit `of` changed in it, which an undo
    gives back; else from when the edit was made.
    """

    type: SubjectType
    id: str
    patch: str
    at: Instant | None = None
    of: str = ""


class Edit(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`at`: scenario milliseconds of its recording. `undoes`: the edit that it takes back. `label`: of the step."""

    id: str
    at: int = 0
    by: str = ""
    label: str = "edit"
    undoes: str = ""
    touches: tuple[Touch, ...] = ()


class EditStanding(msgspec.Struct, omit_defaults=True):
    """A team's edits in the fold of a run: how many, bytes of their patches, SHA-256 of all in order (hexadecimal)."""

    count: int = 0
    size: int = 0
    chain: str = ""


def patch_of(touch: Touch) -> dict[Aspect, AspectValue | None]:
    """What a touch sets. Raises ValueError for what is none."""
    return decode_patch(touch.patch, TRAVELS[touch.type])


def names(touches: Sequence[Touch]) -> list[str]:
    """Titles of items and names of layers that are set, as far as they are; plain text."""
    values = (value for touch in touches for value in patch_of(touch).values())
    found = (value.title if isinstance(value, Wording) else value.name for value in values
             if isinstance(value, Wording | Label))  # fmt: skip
    return [name for name in dict.fromkeys(found) if name]


def attached(touches: Iterable[Touch]) -> Iterator[tuple[str, str]]:
    """The files that they name, each with the item that it belongs to: its SHA-256 and the item's id."""
    for touch in touches:
        # Within a text quotation marks are escaped, so that this is found nowhere but where it is meant.
        files = patch_of(touch).get(Aspect.ATTACHMENTS) if _NAMES_FILES in touch.patch else None
        for file in files.files if isinstance(files, Attachments) else ():
            yield file.sha256, touch.id


def drawn(edits: Iterable[Edit]) -> set[str]:
    """The items that are on the picture by these edits, in the form in which the record has them."""
    found: set[str] = set()
    for touch in (touch for edit in edits for touch in edit.touches if touch.type is SubjectType.ITEM):
        # Within a text quotation marks are escaped, so that these are found nowhere but where they are meant.
        if '"presence":{"removed":true}' in touch.patch or '"nature":null' in touch.patch:
            found.discard(touch.id)
        elif '"nature":' in touch.patch or '"presence":' in touch.patch:
            found.add(touch.id)
    return found


def picture(edits: Iterable[Edit]) -> dict[str, dict[Aspect, AspectValue]]:
    """The items that are on the picture by these edits, the first drawn first: what was set last of each aspect."""
    found: dict[str, dict[Aspect, AspectValue]] = {}
    for touch in (touch for edit in edits for touch in edit.touches if touch.type is SubjectType.ITEM):
        item = found.setdefault(touch.id, {})
        for aspect, value in patch_of(touch).items():
            if value is None:
                item.pop(aspect, None)
            else:
                item[aspect] = value
    return {name: item for name, item in found.items() if Aspect.NATURE in item and not _removed(item)}


def _removed(item: Mapping[Aspect, AspectValue]) -> bool:
    presence = item.get(Aspect.PRESENCE)
    return isinstance(presence, Presence) and presence.removed


def size_of(touches: Sequence[Touch]) -> int:
    """Bytes of their patches."""
    return sum(len(touch.patch.encode()) for touch in touches)


def checked(edit: Edit) -> Edit:
    """The edit as it is recorded. Raises Refused for what no workspace would take, is too large, or touches what the
    exercise itself writes."""
    if not 0 < len(edit.touches) <= MOST_TOUCHES or size_of(edit.touches) > LARGEST_EDIT:
        raise Refused(
            Message(
                "A step of more than {limit} KB is not shared with the team; it stays where it was made.",
                limit=LARGEST_EDIT // 1024,
            ),
        )
    for name in (edit.id, edit.undoes or edit.id):
        if not _NAME.fullmatch(name):
            raise Refused(Message("This is no identifier."), where=name[:80])
    touches = tuple(_checked(touch) for touch in edit.touches)
    return msgspec.structs.replace(edit, by=_line(edit.by), label=_line(edit.label), touches=touches)


def require_room(standing: EditStanding, edit: Edit) -> None:
    """Raises Refused where a team has made so many edits that no more are kept."""
    if standing.count >= MOST_EDITS or standing.size + size_of(edit.touches) > ROOM:
        raise Refused(
            Message("The team has taken {count} steps on its map; what is done from now on stays where it is done.",
                    count=standing.count),
        )  # fmt: skip


def _line(text: str) -> str:
    return "".join(character for character in text[:LONGEST_LINE] if character.isprintable())


def _checked(touch: Touch) -> Touch:
    where = touch.id[:80]
    if touch.type not in TRAVELS or not _NAME.fullmatch(touch.id) or len(touch.of) > LONGEST_LINE:
        raise Refused(Message("This is no identifier."), where=where)
    try:
        patch = patch_of(touch)
        require_acceptable(touch.type, patch)
        written = encode_patch(patch)
        if decode_patch(written) != patch:
            raise ValueError("a number is not finite")
    except (ValueError, OverflowError, RecursionError, msgspec.MsgspecError) as error:
        raise Refused(Message("The change is not valid: {reason}.", reason=reason_of(error)), where=where) from error
    placement = patch.get(Aspect.PLACEMENT)
    layer = placement.layer if isinstance(placement, Placement) else ""
    if layer.startswith(OF_EXERCISE) or (touch.type is SubjectType.LAYER and touch.id.startswith(OF_EXERCISE)):
        raise Refused(Message("What the exercise itself shows is not changed."), where=where)
    files = patch.get(Aspect.ATTACHMENTS)
    if isinstance(files, Attachments) and not _nameable(files):
        raise Refused(Message("The change is not valid: {reason}.", reason="attachments"), where=where)
    if touch.at is not None and not BEGINNING <= touch.at < FOREVER:
        raise Refused(Message("The instant of a change is out of range."), where=where)
    return msgspec.structs.replace(touch, patch=written.decode())


def _nameable(files: Attachments) -> bool:
    return all(
        is_name(file.sha256) and 0 <= file.size < _LARGEST and max(len(file.name), len(file.media_type)) <= LONGEST_LINE
        for file in files.files
    )
