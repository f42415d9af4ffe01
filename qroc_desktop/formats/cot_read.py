"""Reading Cursor on Target: one event, an `events` element, or a recorded stream of events."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from qroc_desktop.domain.shape import Shape
from qroc_desktop.errors import Message, Refused
from qroc_desktop.formats import carried, cot_shapes, cot_terms, xml
from qroc_desktop.formats.cot_native import native_of, sidc_of, time_of
from qroc_desktop.formats.cot_terms import EXTENSION, FORMAT
from qroc_desktop.formats.cot_write import event_of
from qroc_desktop.formats.reading import Problem, Progress, Reading, ReadItem, Sameness
from qroc_desktop.formats.xml import Element

_DECLARATION: Final = re.compile(rb"<\?xml[^>]{0,200}\?>")
_END: Final = b"</event>"
_START: Final = re.compile(rb"<event[\s>/]")
_WRAPPER: Final = re.compile(rb"</?events\s*>")
_PROTOBUF: Final = b"\xbf"
_EVERY: Final = 500


def read(data: bytes, *, name: str, progress: Progress | None = None) -> Reading:
    """All events that are things with a place or a name.

    Raises Refused for what is no CoT, and where events of exercises and of live operations are mixed.
    """
    if data.startswith(_PROTOBUF):
        raise Refused(Message("It is a stream of TAK protocol messages, not CoT as XML."), where=name)
    reading = Reading(format=FORMAT, sameness=Sameness.STATE)
    events = list(_events(xml.decoded(data, name=name), name, reading.problems))
    if not events and not reading.problems:
        raise Refused(Message("It holds no CoT event."), where=name)
    states: set[bool] = set()
    for number, (event, where) in enumerate(events):
        if progress and number % _EVERY == 0:
            progress(number, len(events))
        said = cot_terms.says_exercise(event.get("opex") or "", event.get("type") or "", sidc_of(event))
        if said is not None:
            states.add(said)
        item = item_of(event, where, reading.problems)
        if item is not None:
            reading.items.append(item)
    if len(states) > 1:
        raise Refused(Message("It mixes events of an exercise with events of a live operation."), where=name)
    reading.exercise = states.pop() if states else None
    return reading


def item_of(event: Element, where: str, problems: list[Problem]) -> ReadItem | None:
    """The item of an event; None, with a problem, for an event that gives none."""
    uid, kind = event.get("uid") or "", event.get("type") or ""
    notes: list[Problem] = []
    if not uid or not kind:
        why = Message("The event has no {name}.", name="type" if uid else "uid")
        problems.append(Problem(where, why, what=uid))
        return None
    if cot_terms.no_item(kind):
        problems.append(Problem(where, Message("The event is a message, nothing to show on a map."), what=kind))
        return None
    try:
        shape = cot_shapes.shape_of(event, kind, notes)
    except ValueError as error:
        problems.append(Problem(where, Message("Its place cannot be read: {error}.", error=str(error)), what=uid))
        return None
    if shape is None:
        notes.append(
            Problem(where, Message("The event has no position: it came in without one."), what=uid, skipped=False)
        )
    native = native_of(event, shape, notes)
    start = time_of(event, "start", notes)
    start = start if start is not None else time_of(event, "time", [])
    item = ReadItem(aspects=native, valid_at=start, where=where)
    pairs, layer = _carried(event)
    if pairs:
        item = _own(event, item, pairs, layer, notes)
    problems += [_placed(note, where) for note in notes]
    return item


def _own(event: Element, item: ReadItem, pairs: list[tuple[str, str]], layer: str, notes: list[Problem]) -> ReadItem:
    """An item of our own export, or of a client that kept what we carried."""
    brought = carried.aspects_of(pairs, notes, item.where)
    valid = carried.valid_of(pairs)
    now = time_of(event, "time", [])
    again = event_of(brought, valid, now if now is not None else carried.FIRST_INSTANT, [], event.get("uid") or "")
    shape: Shape | None = None
    try:
        shape = cot_shapes.shape_of(again, again.get("type") or "", [])
    except ValueError:
        pass
    same_start = time_of(again, "start", []) == time_of(event, "start", [])
    return ReadItem(
        aspects=carried.reconciled(item.aspects, brought, native_of(again, shape, []), FORMAT),
        valid_at=valid if same_start and valid is not None else item.valid_at,
        folders=(layer,) if layer else (),
        where=item.where,
    )


def _carried(event: Element) -> tuple[list[tuple[str, str]], str]:
    detail = xml.child(event, "detail")
    extension = xml.child(detail, EXTENSION) if detail is not None else None
    if extension is None:
        return [], ""
    pairs = [(e.get("name") or "", xml.text_of(e)) for e in xml.children(extension, "aspect")]
    return pairs, extension.get("layer") or ""


def _events(data: bytes, name: str, problems: list[Problem]) -> Iterator[tuple[Element, str]]:
    """(event, where) of each. A stream is read as a whole where it can be, else event by event."""
    xml.refuse_dtd(data, name=name)
    body = _DECLARATION.sub(lambda m: b"\n" * m.group().count(b"\n"), data.replace(b"\x00", b" "))
    try:
        root = xml.root_of_text(b"<events>" + body + b"</events>", name=name)
    except Refused:
        if body.count(_END) == 0 or body.count(b"<event") < 2:
            xml.root_of_text(body, name=name)
            raise
        yield from _one_by_one(body, problems)
        return
    waiting = list(root)[::-1]
    while waiting:
        element = waiting.pop()
        if xml.local(element) == "event":
            yield element, xml.where(element)
        elif xml.local(element) == "events":
            waiting += list(element)[::-1]
        else:
            problems.append(Problem(xml.where(element), Message("The element is not a CoT event.")))


def _one_by_one(body: bytes, problems: list[Problem]) -> Iterator[tuple[Element, str]]:
    position, line = 0, 1
    while position < len(body):
        end = body.find(_END, position)
        end = len(body) if end < 0 else end + len(_END)
        start = _START.search(body, position, end)
        begin = start.start() if start else end
        between = _WRAPPER.sub(b"", body[position:begin]).strip()
        if between:
            why = Message("What stands between the events is not one.")
            problems.append(Problem(f"line {line}", why, what=_shown(between)))
        line += body.count(b"\n", position, begin)
        chunk = body[begin:end]
        if chunk:
            yield from _one(chunk, line, problems)
        line += chunk.count(b"\n")
        position = end


def _one(chunk: bytes, line: int, problems: list[Problem]) -> Iterator[tuple[Element, str]]:
    """The event that the bytes hold; where one was cut off before it, the last that begins in them."""
    where = f"line {line}, event"
    try:
        yield xml.root_of_text(chunk, name=where), where
    except Refused as error:
        problems.append(Problem(where, error.what, what=_shown(chunk)))
        last = max((match.start() for match in _START.finditer(chunk)), default=0)
        if last:
            yield from _one(chunk[last:], line + chunk.count(b"\n", 0, last), problems)


def _shown(data: bytes) -> str:
    return " ".join(data[:80].decode("utf-8", "replace").split())


def _placed(note: Problem, where: str) -> Problem:
    """A note with the event's line in the file: a parser of a single event counts from one."""
    return Problem(where, note.why, what=note.what, skipped=note.skipped)
