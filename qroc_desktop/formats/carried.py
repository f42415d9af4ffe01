"""Aspects written into a foreign format as they are, so that our own export comes back without loss.

The format's own fields are for others; beside them stands every aspect as JSON under a name with our
prefix. Coming back, an aspect is taken from there unless somebody edited the format's own fields since:
that shows when writing the carried aspects again does not give what the file says.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from typing import Any, Final

import msgspec

from qroc_desktop.domain.aspects import AspectValue, Origin, Situation
from qroc_desktop.domain.change import Patch, decode_patch, encode_patch
from qroc_desktop.domain.instant import FIRST, LAST, Instant
from qroc_desktop.domain.shape import Shape, checked
from qroc_desktop.domain.state import Item
from qroc_desktop.domain.vocabulary import Aspect
from qroc_desktop.errors import Message
from qroc_desktop.formats.reading import Problem

Aspects = dict[Aspect, AspectValue]
PREFIX: Final = "qroc:"
OURS: Final = "qroc"
"""The format of the origin of an item that a centre made itself and whose id it wrote beside the item."""
ID: Final = "qroc:id"
"""Name under which that id is carried."""
VALID: Final = "qroc:valid"
"""Name under which the instant that an item was true at is carried, in microseconds since 1970."""
CARRIED: Final = frozenset(
    {
        Aspect.NATURE,
        Aspect.SHAPE,
        Aspect.MOTION,
        Aspect.SITUATION,
        Aspect.WORDING,
        Aspect.MARKING,
        Aspect.EVALUATION,
        Aspect.STYLE,
        Aspect.ORIGIN,
    }
)
"""What a file may set: where an item lies and whether it is there is the workspace's own affair."""
_BY_NAME: Final = {PREFIX + aspect: aspect for aspect in CARRIED}
_NO_GOOD: Final = (msgspec.DecodeError, ArithmeticError, ValueError, TypeError, RecursionError)
_NOT_XML: Final = re.compile("[\x7f\ufffe\uffff]")


def texts(aspects: Mapping[Aspect, AspectValue]) -> list[tuple[str, str]]:
    """(name with prefix, JSON) of each aspect that is carried, by name; legal XML text."""
    pairs = []
    for aspect in sorted(CARRIED & aspects.keys()):
        patch: Patch = {aspect: aspects[aspect]}
        whole = encode_patch(patch).decode("utf-8")
        value = whole[whole.index(":") + 1 : -1]
        pairs.append((PREFIX + aspect, _NOT_XML.sub(lambda m: f"\\u{ord(m.group()):04x}", value)))
    return pairs


def left_behind(items: Iterable[Item]) -> Iterator[Problem]:
    """What no format has a place for and is not carried either, item by item."""
    for item in items:
        if count := len(item.attachments.files):
            why = Message("Its attached files ({count}) are not exported.", count=count)
            yield Problem(item.id, why, skipped=False)
        if item.person is not None:
            yield Problem(item.id, Message("What it says of a person is not exported."), skipped=False)


def aspects_of(pairs: Iterable[tuple[str, str]], problems: list[Problem], where: str) -> Aspects:
    """The aspects that `texts` wrote; one that is no good is left out and noted."""
    told = [(_BY_NAME[name], text) for name, text in pairs if name in _BY_NAME]
    whole = ",".join([f'"{aspect}":{text}' for aspect, text in told])
    try:
        return _decoded(f"{{{whole}}}", {aspect for aspect, _ in told})
    except _NO_GOOD:
        pass
    found: Aspects = {}
    for aspect, text in told:
        try:
            found |= _decoded(f'{{"{aspect}":{text}}}', {aspect})
        except _NO_GOOD:
            why = Message("What is carried as {name} cannot be read.", name=PREFIX + aspect)
            problems.append(Problem(where, why, skipped=False))
    return found


def _decoded(text: str, only: Container[Aspect]) -> Aspects:
    found: Aspects = {}
    for aspect, value in decode_patch(text, only).items():
        if isinstance(value, Shape):
            checked(value)
        _check_instants(value)
        if value is not None:
            found[aspect] = value
    return found


def valid_of(pairs: Iterable[tuple[str, str]]) -> Instant | None:
    """The instant carried as VALID, where there is one."""
    text = dict(pairs).get(VALID, "")
    if not re.fullmatch(r"-?\d{1,19}", text, re.ASCII):
        return None
    return Instant(int(text)) if FIRST <= int(text) <= LAST else None


def _check_instants(value: AspectValue | None) -> None:
    """ValueError for an instant outside the years 1 to 9999, which nothing could show."""
    instants: tuple[Instant | None, ...] = ()
    if isinstance(value, Shape):
        instants = value.times
    elif isinstance(value, Situation):
        instants = (value.starts, value.ends, value.stale_at)
    elif isinstance(value, Origin):
        instants = (value.sent,)
    if any(instant is not None and not FIRST <= instant <= LAST for instant in instants):
        raise ValueError("an instant outside the years 1 to 9999")


def reconciled(native: Aspects, brought: Aspects, rewritten: Aspects, format_name: str) -> Aspects:
    """What an item of our own making is now.

    native: what the format's own fields say. brought: what is carried. rewritten: what the format's own
    fields would say had nobody edited them.
    """
    result: Aspects = {}
    for aspect in native.keys() | brought.keys():
        edited = native.get(aspect) != rewritten.get(aspect)
        value = native.get(aspect) if edited else brought.get(aspect)
        if value is not None:
            result[aspect] = value
    ours, theirs = brought.get(Aspect.ORIGIN), result.get(Aspect.ORIGIN)
    if isinstance(ours, Origin) and isinstance(theirs, Origin) and ours is not theirs:
        kept: dict[str, Any] = {**ours.kept, format_name: theirs.kept.get(format_name)}
        result[Aspect.ORIGIN] = msgspec.structs.replace(ours, kept={k: v for k, v in kept.items() if v is not None})
    return result
