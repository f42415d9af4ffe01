"""Writing CAP 1.2: one alert with an info block for each item.

CAP has one alert a document, and the blocks of an alert may differ in everything that an item has: event,
urgency, times, text, area. What is the alert's own (status, scope, restriction) follows the whole picture, and
the strictest marking in it. Every aspect is carried in parameters with the prefix `qroc:`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from qroc_desktop.domain.aspects import Evaluation, Marking, Nature, Origin, Situation, Wording
from qroc_desktop.domain.instant import FIRST, LAST, MICROSECONDS, Instant, to_datetime
from qroc_desktop.domain.shape import Shape
from qroc_desktop.domain.state import Item
from qroc_desktop.domain.vocabulary import Aspect, ItemType, WorkspaceKind
from qroc_desktop.errors import Message, Refused
from qroc_desktop.formats import cap_terms, carried, markings, xml
from qroc_desktop.formats.cap_areas import shape_of, write_areas
from qroc_desktop.formats.cap_native import FORMAT, ID, LAYER, Alert, native_of, parameters, terms_of
from qroc_desktop.formats.carried import Aspects
from qroc_desktop.formats.reading import Problem, Writing, Written
from qroc_desktop.formats.xml import Element, add, created

_NOT_ALLOWED: Final = re.compile(r"[\s,<&]+")
_COPIED: Final = ("audience", "eventCode", "senderName", "web", "contact", "parameter", "resource")


def write(items: Sequence[Item], context: Writing) -> Written:
    """The items as one alert, sent now by the centre.

    Raises Refused where it would be larger than what this program reads again.
    """
    problems: list[Problem] = []
    root = created("alert", cap_terms.NAMESPACE)
    sender = _NOT_ALLOWED.sub("_", f"{context.identity.country}-{context.identity.centre}")
    add(root, "identifier", f"qroc.{sender}.{context.now}")
    add(root, "sender", sender)
    add(root, "sent", time(context.now))
    add(root, "status", "Exercise" if context.identity.kind is WorkspaceKind.EXERCISE else "Actual")
    add(root, "msgType", "Alert")
    restriction = _restriction(items, context)
    add(root, "scope", "Restricted" if restriction else "Public")
    if restriction:
        add(root, "restriction", restriction)
    layers = {layer.id: layer.name for layer in context.layers}
    for item in items:
        info = info_of(
            item.aspects, item.valid_from, item_id=item.id, layer=layers.get(item.layer, ""), problems=problems
        )
        root.append(info)
        _other_languages(root, item, problems)
    data = xml.document(xml.indented(root))
    if len(data) > xml.MAX_BYTES or data.count(b"<") - data.count(b"</") > xml.MAX_ELEMENTS:
        raise Refused(
            Message("These are too many items for one alert, which could not be read again."),
            action=Message("Choose another format, or fewer items."),
        )
    return Written(data=data, problems=problems)


def info_of(
    aspects: Aspects,
    valid: Instant | None,
    *,
    item_id: str,
    layer: str = "",
    problems: list[Problem] | None = None,
) -> Element:
    """The info block of an item. Codes and elements that it came with are used again while they still hold."""
    notes = problems if problems is not None else []
    info = created("info", cap_terms.NAMESPACE)
    kept = _kept_info(aspects)
    old = {name: list(xml.children(kept, name)) if kept is not None else [] for name in (*_COPIED, "category")}
    _codes(info, aspects, kept)
    for name in ("audience", "eventCode"):
        _copy(info, old[name])
    _times(info, aspects, valid, item_id, notes)
    _copy(info, old["senderName"][:1])
    _words(info, aspects, kept)
    for name in ("web", "contact"):
        _copy(info, old[name][:1])
    if kept is not None and xml.namespace(kept).endswith("cap/1.0"):
        old["parameter"], old["eventCode"] = [], []
        for name, value in parameters(kept):
            _parameter(info, name, value)
    _copy(info, old["parameter"])
    pairs = [(ID, item_id), (LAYER, layer), (carried.VALID, "" if valid is None else str(valid))]
    for name, value in (*(pair for pair in pairs if pair[1]), *carried.texts(aspects)):
        _parameter(info, name, value)
    _copy(info, old["resource"])
    _areas(info, aspects, kept, notes, item_id)
    return info


def time(instant: Instant) -> str:
    """CAP's dateTime: whole seconds and an offset in numbers, `-00:00` for UTC."""
    return to_datetime(Instant(instant // MICROSECONDS * MICROSECONDS)).strftime("%Y-%m-%dT%H:%M:%S-00:00").zfill(25)


def _other_languages(root: Element, item: Item, problems: list[Problem]) -> None:
    """The same block in other languages, as it came, while nobody changed what it says."""
    infos = _kept(item.origin).get("infos")
    if not (isinstance(infos, (list, tuple)) and len(infos) > 1):
        return
    elements = [e for text in infos if isinstance(text, str) and (e := xml.restored(text)) is not None]
    alert = Alert(version="", identifier="", sender="", sent=None, marking=Marking(), header="",
                  message_type=_kept_header(item.origin, "msgType"))  # fmt: skip
    before = native_of(alert, elements[0], [], []) if elements else {}
    if any(before.get(a) != item.aspects.get(a) for a in (Aspect.WORDING, Aspect.SITUATION, Aspect.SHAPE)):
        why = Message("The item was changed since it came in: its texts in other languages are left out.")
        problems.append(Problem(item.id, why, skipped=False))
        return
    for element in elements[1:]:
        info = add(root, "info")
        _copy(info, list(element))
        parameter = add(info, "parameter")
        add(parameter, "valueName", ID)
        add(parameter, "value", item.id)
        # A parameter stands before resources and areas.
        after = next((part for part in info if xml.local(part) in ("resource", "area")), None)
        if after is not None:
            after.addprevious(parameter)


def _restriction(items: Sequence[Item], context: Writing) -> str:
    """All markings of the picture in one line; empty only where everything says that it is free.

    An item without a marking is not for everybody either: CAP's Public is for an unrestricted audience.
    """
    own = context.identity.marking
    marks = {item.marking if item.marking != Marking() else _alert_marking(item) for item in items}
    restricted = [mark for mark in marks if mark is not None and not markings.free(mark)]
    if own != Marking() and not markings.free(own):
        restricted.append(own)
    public = bool(items) and not restricted
    return (
        "" if public else " | ".join(sorted({markings.codes(mark) or "unmarked" for mark in restricted})) or "unmarked"
    )


def _alert_marking(item: Item) -> Marking | None:
    """None for an unmarked item that came in as a public alert: it may go out as one."""
    return None if _kept_header(item.origin, "scope") == "Public" else Marking()


def _codes(info: Element, aspects: Aspects, kept: Element | None) -> None:
    """language, category, event, responseType, urgency, severity, certainty: in this order."""
    nature, situation, evaluation = _nature(aspects), _situation(aspects), _evaluation(aspects)
    terms = cap_terms.terms_for(situation.priority, situation.status, evaluation.basis)
    responses = ["AllClear"] if terms.cleared else []
    categories, event, language = ["Security"], "", ""
    if kept is not None:
        theirs = terms_of(kept, _kept_header(_origin(aspects), "msgType"))
        if (theirs.priority, theirs.status, theirs.basis) == (situation.priority, situation.status, evaluation.basis):
            terms = theirs
            responses = [
                t for e in xml.children(kept, "responseType") if (t := xml.text_of(e).strip()) in cap_terms.RESPONSE
            ]
        old = [t for e in xml.children(kept, "category") if (t := xml.text_of(e).strip()) in cap_terms.CATEGORY]
        categories = old or categories
        event, language = xml.child_text(kept, "event"), xml.child_text(kept, "language")
    if language:
        add(info, "language", language)
    for category in categories:
        add(info, "category", category)
    add(info, "event", event or nature.kind or str(nature.type))
    for response in responses:
        add(info, "responseType", response)
    add(info, "urgency", terms.urgency)
    add(info, "severity", terms.severity)
    add(info, "certainty", terms.certainty)


def _times(info: Element, aspects: Aspects, valid: Instant | None, item_id: str, problems: list[Problem]) -> None:
    situation = _situation(aspects)
    for name, instant in (("effective", valid), ("onset", situation.starts), ("expires", situation.stale_at)):
        if instant is None:
            continue
        if FIRST <= instant <= LAST:
            add(info, name, time(instant))
        else:
            why = Message("A time outside the years 1 to 9999 is left out.")
            problems.append(Problem(item_id, why, skipped=False))


def _words(info: Element, aspects: Aspects, kept: Element | None) -> None:
    """headline, description, instruction: the latter two apart where nobody changed them."""
    wording = _wording(aspects)
    if wording.title and not (
        kept is not None and not _kept_text(kept, "headline") and wording.title == _kept_text(kept, "event")
    ):
        add(info, "headline", wording.title)
    texts = ("", "")
    if kept is not None:
        texts = (xml.text_of(xml.child(kept, "description")), xml.text_of(xml.child(kept, "instruction")))
    if wording.description == "\n\n".join(text for text in texts if text.strip()):
        for name, text in zip(("description", "instruction"), texts, strict=True):
            if text.strip():
                add(info, name, text)
    elif wording.description:
        add(info, "description", wording.description)


def _areas(info: Element, aspects: Aspects, kept: Element | None, problems: list[Problem], item_id: str) -> None:
    shape = aspects.get(Aspect.SHAPE)
    shape = shape if isinstance(shape, Shape) else None
    place = _wording(aspects).place
    if kept is not None:
        areas = list(xml.children(kept, "area"))
        described = "; ".join(t for area in areas if (t := xml.child_text(area, "areaDesc")))
        if areas and place == described and shape == shape_of(areas, []):
            _copy(info, areas)
            return
    write_areas(shape, place, info, problems, item_id)


def _parameter(info: Element, name: str, value: str) -> None:
    parameter = add(info, "parameter")
    add(parameter, "valueName", name)
    add(parameter, "value", value)


def _copy(info: Element, elements: list[Element]) -> None:
    """Append kept elements, brought into the namespace of CAP 1.2."""
    for element in elements:
        copied = add(info, xml.local(element), element.text)
        if len(element):
            copied.text = None
            _copy(copied, list(element))


def _kept(origin: Origin) -> dict[str, Any]:
    kept = origin.kept.get(FORMAT)
    return kept if isinstance(kept, dict) else {}


def _kept_header(origin: Origin, name: str) -> str:
    """A field of the alert that the item came in."""
    header = _kept(origin).get("alert")
    root = xml.restored(header) if isinstance(header, str) else None
    return xml.child_text(root, name) if root is not None else ""


def _kept_info(aspects: Aspects) -> Element | None:
    """The info block that the item came from, whatever else a workspace file may hold in its place."""
    infos = _kept(_origin(aspects)).get("infos")
    if not (isinstance(infos, (list, tuple)) and infos and isinstance(infos[0], str)):
        return None
    return xml.restored(infos[0])


def _kept_text(kept: Element, name: str) -> str:
    return xml.child_text(kept, name)


def _origin(aspects: Aspects) -> Origin:
    value = aspects.get(Aspect.ORIGIN)
    return value if isinstance(value, Origin) else Origin()


def _nature(aspects: Aspects) -> Nature:
    value = aspects.get(Aspect.NATURE)
    return value if isinstance(value, Nature) else Nature(type=ItemType.NOTE)


def _situation(aspects: Aspects) -> Situation:
    value = aspects.get(Aspect.SITUATION)
    return value if isinstance(value, Situation) else Situation()


def _evaluation(aspects: Aspects) -> Evaluation:
    value = aspects.get(Aspect.EVALUATION)
    return value if isinstance(value, Evaluation) else Evaluation()


def _wording(aspects: Aspects) -> Wording:
    value = aspects.get(Aspect.WORDING)
    return value if isinstance(value, Wording) else Wording()
