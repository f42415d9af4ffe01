"""Reading Cursor on Target: one event, an `events` element, or a recorded stream of events."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from qroc_desktop.domain.aspects import Origin
from qroc_desktop.domain.instant import FIRST
from qroc_desktop.domain.shape import Shape
from qroc_desktop.domain.vocabulary import Aspect
from qroc_desktop.errors import Message, Refused
from qroc_desktop.formats import carried, cot_shapes, cot_terms, xml, xml_stream
from qroc_desktop.formats.cot_native import native_of, sidc_of, time_of
from qroc_desktop.formats.cot_terms import EXTENSION, FORMAT, SEALED
from qroc_desktop.formats.cot_write import event_of
from qroc_desktop.formats.reading import Problem, Progress, Reading, ReadItem, Sameness
from qroc_desktop.formats.seal import seal_of
from qroc_desktop.formats.xml import Element
from qroc_desktop.formats.xml_stream import Stream
from qroc_desktop.reasons import reason_of

_DECLARATION: Final = re.compile(rb"<\?xml[^>]{0,200}\?>")
_END: Final = b"</event>"
_START: Final = re.compile(rb"<event[\s>/]")
_WRAPPER: Final = re.compile(rb"</?events\s*>")
_PROTOBUF: Final = b"\xbf"
_EVERY: Final = 500
_Found = tuple[Element, str] | Problem
"""An event with where it is, or what is none."""


def read(data: bytes, *, name: str, progress: Progress | None = None) -> Reading:
    """All events that are things with a place or a name.

    Raises Refused for what is no CoT, and where events of exercises and of live operations are mixed.
    """
    if data.startswith(_PROTOBUF):
        raise Refused(Message("It is a stream of TAK protocol messages, not CoT as XML."), where=name)
    text = xml.decoded(data, name=name, limit=xml_stream.MAX_BYTES)
    xml.refuse_dtd(text, name=name)
    xml_stream.require_count(text, name=name)
    try:
        reading = _gathered(_as_document(text, name), text, name, progress)
    except _Broken as broken:
        body = _without_declarations(text)
        if body.count(_END) == 0 or body.count(b"<event") < 2:
            xml.root_of_text(body, name=name)
            raise broken.refused from None
        reading = _gathered(_one_by_one(body), text, name, progress)
    if not reading.items and not reading.problems:
        raise Refused(Message("It holds no CoT event."), where=name)
    return reading


class _Broken(Exception):
    """The file is no well-formed document as a whole."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(str(refused))
        self.refused = refused


def _gathered(found: Iterable[_Found], data: bytes, name: str, progress: Progress | None) -> Reading:
    """What the events say. Raises Refused where events of exercises and of live operations are mixed."""
    reading = Reading(format=FORMAT, sameness=Sameness.STATE)
    states: set[bool] = set()
    total = data.count(_END)
    for number, event in enumerate(found):
        if number > xml_stream.MAX_FEATURES:
            raise Refused(Message("It has more than {limit} features.", limit=xml_stream.MAX_FEATURES), where=name)
        if progress and number % _EVERY == 0:
            progress(min(number, total), total)
        if isinstance(event, Problem):
            reading.problems.append(event)
            continue
        element, where = event
        said = cot_terms.says_exercise(element.get("opex") or "", element.get("type") or "", sidc_of(element))
        if said is not None:
            states.add(said)
        item = item_of(element, where, reading.problems)
        if item is not None:
            reading.items.append(item)
    if len(states) > 1:
        raise Refused(Message("It mixes events of an exercise with events of a live operation."), where=name)
    reading.exercise = states.pop() if states else None
    return reading


def item_of(event: Element, where: str, problems: list[Problem]) -> ReadItem | None:
    """The item of an event; None, with a problem, for an event that gives none."""
    uid, kind = event.get("uid") or "", event.get("type") or ""
    if not uid or not kind:
        why = Message("The event has no {name}.", name="type" if uid else "uid")
        problems.append(Problem(where, why, what=uid))
        return None
    if kind.startswith(cot_terms.DELETION):
        return _deletion(event, where, problems)
    if cot_terms.no_item(kind):
        problems.append(Problem(where, Message("The event is a message, nothing to show on a map."), what=kind))
        return None
    extension = _extension(event)
    if extension is not None and (untouched := _untouched(event, extension, where)) is not None:
        return untouched
    notes: list[Problem] = []
    try:
        shape = cot_shapes.shape_of(event, kind, notes)
    except ValueError as error:
        problems.append(Problem(where, Message("Its place cannot be read: {error}.", error=reason_of(error)), what=uid))
        return None
    if shape is None:
        notes.append(
            Problem(where, Message("The event has no position: it came in without one."), what=uid, skipped=False)
        )
    native = native_of(event, shape, notes)
    start = time_of(event, "start", notes)
    start = start if start is not None else time_of(event, "time", [])
    item = ReadItem(aspects=native, valid_at=start, where=where)
    if extension is not None and (pairs := _carried(extension)):
        item = _own(event, item, pairs, extension.get("layer") or "", notes)
    problems += [_placed(note, where) for note in notes]
    return item


def _deletion(event: Element, where: str, problems: list[Problem]) -> ReadItem | None:
    """What says that another event's thing is gone: its uid stands in a link."""
    detail = xml.child(event, "detail")
    uid = next((u for link in xml.children(detail, "link") if (u := link.get("uid"))), "") if detail is not None else ""
    if not uid:
        problems.append(Problem(where, Message("The deletion does not say of what."), what=event.get("uid") or ""))
        return None
    notes: list[Problem] = []
    sent = time_of(event, "time", notes)
    problems += [_placed(note, where) for note in notes]
    return ReadItem(
        aspects={Aspect.ORIGIN: Origin(format=FORMAT, foreign_id=uid, sent=sent)},
        valid_at=sent,
        where=where,
        ends=True,
    )


def _own(event: Element, item: ReadItem, pairs: list[tuple[str, str]], layer: str, notes: list[Problem]) -> ReadItem:
    """An item of our own export, or of a client that kept what we carried."""
    brought = carried.aspects_of(pairs, notes, item.where)
    valid = carried.valid_of(pairs)
    now = time_of(event, "time", [])
    again = event_of(brought, valid, now if now is not None else FIRST, [], event.get("uid") or "")
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
        known_as=_known_as(event),
    )


def _untouched(event: Element, extension: Element, where: str) -> ReadItem | None:
    """The item of our own export whose seal says that nobody edited it; None where it has to be compared."""
    seal = extension.attrib.pop(SEALED, "")
    if not seal or seal_of(event) != seal:
        return None
    pairs, problems = _carried(extension), list[Problem]()
    brought, valid = carried.aspects_of(pairs, problems, where), carried.valid_of(pairs)
    if problems or valid is None:
        return None
    layer = extension.get("layer")
    folders = (layer,) if layer else ()
    return ReadItem(aspects=brought, valid_at=valid, folders=folders, where=where, known_as=_known_as(event))


def _known_as(event: Element) -> Origin:
    return Origin(format=FORMAT, foreign_id=event.get("uid") or "", sent=time_of(event, "time", []))


def _extension(event: Element) -> Element | None:
    detail = xml.child(event, "detail")
    return xml.child(detail, EXTENSION) if detail is not None else None


def _carried(extension: Element) -> list[tuple[str, str]]:
    return [(e.get("name") or "", xml.text_of(e)) for e in xml.children(extension, "aspect")]


def _as_document(data: bytes, name: str) -> Iterator[_Found]:
    """The events of a file or of a whole stream, each let go after. Raises _Broken where it is not well-formed."""
    stream = Stream(("{*}event",), name=name)
    told = stream.events(_wrapped(data))
    while True:
        try:
            event, element = next(told)
        except StopIteration:
            break
        except Refused as refused:
            raise _Broken(refused) from None
        if event == "end" and all(xml.local(parent) == "events" for parent in element.iterancestors()):
            yield element, xml.where(element)
            stream.let_go(element)
    for element in stream.root.iterdescendants() if stream.root is not None else ():
        parent = element.getparent()
        if xml.local(element) not in ("event", "events") and parent is not None and xml.local(parent) == "events":
            yield Problem(xml.where(element), Message("The element is not a CoT event."))


def _wrapped(data: bytes) -> Iterator[bytes]:
    """A stream as one document, in pieces: an element around it, declarations and NULs in it blank."""
    yield b"<events>"
    position = 0
    for match in _DECLARATION.finditer(data):
        for piece in xml_stream.pieces(data[position : match.start()]):
            yield piece.replace(b"\x00", b" ")
        yield b"\n" * match.group().count(b"\n")
        position = match.end()
    for piece in xml_stream.pieces(data, position):
        yield piece.replace(b"\x00", b" ")
    yield b"</events>"


def _without_declarations(data: bytes) -> bytes:
    return _DECLARATION.sub(lambda m: b"\n" * m.group().count(b"\n"), data.replace(b"\x00", b" "))


def _one_by_one(body: bytes) -> Iterator[_Found]:
    position, line = 0, 1
    while position < len(body):
        end = body.find(_END, position)
        end = len(body) if end < 0 else end + len(_END)
        start = _START.search(body, position, end)
        begin = start.start() if start else end
        between = _WRAPPER.sub(b"", body[position:begin]).strip()
        if between:
            why = Message("What stands between the events is not one.")
            yield Problem(f"line {line}", why, what=_shown(between))
        line += body.count(b"\n", position, begin)
        chunk = body[begin:end]
        if chunk:
            yield from _one(chunk, line)
        line += chunk.count(b"\n")
        position = end


def _one(chunk: bytes, line: int) -> Iterator[_Found]:
    """The event that the bytes hold; where one was cut off before it, the last that begins in them."""
    where = f"line {line}, event"
    try:
        yield xml.root_of_text(chunk, name=where), where
    except Refused as error:
        yield Problem(where, error.what, what=_shown(chunk))
        last = max((match.start() for match in _START.finditer(chunk)), default=0)
        if last:
            yield from _one(chunk[last:], line + chunk.count(b"\n", 0, last))


def _shown(data: bytes) -> str:
    return " ".join(data[:80].decode("utf-8", "replace").split())


def _placed(note: Problem, where: str) -> Problem:
    """A note with the event's line in the file: a parser of a single event counts from one."""
    return Problem(where, note.why, what=note.what, skipped=note.skipped)
