"""What the fields of a CAP alert and of its info blocks say by themselves, as aspects."""

from __future__ import annotations

import copy
import re
from typing import Any, Final

import msgspec

from qroc_desktop.domain.aspects import AspectValue, Evaluation, Marking, Nature, Origin, Situation, Wording
from qroc_desktop.domain.instant import Instant, InstantError
from qroc_desktop.domain.vocabulary import Aspect, ItemType
from qroc_desktop.errors import Message
from qroc_desktop.formats import cap_terms, carried, xml
from qroc_desktop.formats.cap_areas import shape_of
from qroc_desktop.formats.cap_terms import Terms
from qroc_desktop.formats.carried import Aspects
from qroc_desktop.formats.reading import Problem
from qroc_desktop.formats.xml import Element

FORMAT: Final = "cap"
ID: Final = carried.ID
LAYER: Final = "qroc:layer"
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?([+-]\d\d:\d\d|Z)?", re.ASCII)


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """What all info blocks of an alert share. `sent`: None where the file has no usable time."""

    version: str
    identifier: str
    sender: str
    sent: Instant | None
    message_type: str
    marking: Marking
    header: str
    note: str = ""
    earlier: tuple[str, ...] = ()


def native_of(alert: Alert, info: Element, others: list[Element], problems: list[Problem]) -> Aspects:
    """The aspects that the fields of an info block say by themselves."""
    terms = terms_of(info, alert.message_type)
    headline, event = text(info, "headline"), text(info, "event")
    aspects: Aspects = {
        Aspect.NATURE: Nature(type=ItemType.INCIDENT),
        Aspect.SITUATION: Situation(
            status=terms.status,
            priority=terms.priority,
            starts=time_of(info, "onset", problems) or time_of(info, "effective", problems),
            stale_at=time_of(info, "expires", problems),
        ),
        Aspect.WORDING: Wording(
            title=headline or event,
            description="\n\n".join(t for t in (raw(info, "description"), raw(info, "instruction")) if t.strip()),
            place=_place(info),
        ),
        Aspect.ORIGIN: Origin(
            format=FORMAT,
            foreign_id=alert.identifier,
            part=part_of(info),
            earlier=alert.earlier,
            sender=alert.sender,
            sent=alert.sent,
            source_name=text(info, "senderName"),
            kept={FORMAT: kept_of(alert, [info, *others])},
        ),
    }
    shape = shape_of(list(xml.children(info, "area")), problems)
    optional: dict[Aspect, AspectValue | None] = {
        Aspect.SHAPE: shape,
        Aspect.EVALUATION: Evaluation(basis=terms.basis) if terms.basis else None,
        Aspect.MARKING: alert.marking if alert.marking != Marking() else None,
    }
    return aspects | {aspect: value for aspect, value in optional.items() if value is not None}


def part_of(info: Element) -> str:
    """Which part of an alert a block is: what happens, where."""
    return " | ".join(t for t in (text(info, "event"), _place(info)) if t)


def terms_of(info: Element, message_type: str) -> Terms:
    """The codes of an info block; one that is not in its list counts as Unknown."""
    certainty = text(info, "certainty")
    certainty = cap_terms.OLD_CERTAINTY.get(certainty, certainty)
    urgency, severity = text(info, "urgency"), text(info, "severity")
    return Terms(
        urgency=urgency if urgency in cap_terms.URGENCY else "Unknown",
        severity=severity if severity in cap_terms.SEVERITY else "Unknown",
        certainty=certainty if certainty in cap_terms.CERTAINTY else "Unknown",
        cleared="AllClear" in texts(info, "responseType"),
        cancelled=message_type == "Cancel",
    )


def parameters(info: Element) -> list[tuple[str, str]]:
    """(valueName, value) of the parameters; CAP 1.0 has `name=value` as text."""
    pairs = []
    for parameter in xml.children(info, "parameter"):
        if len(parameter):
            pairs.append((text(parameter, "valueName"), raw(parameter, "value")))
        else:
            name, _, value = xml.text_of(parameter).strip().partition("=")
            pairs.append((name, value))
    return pairs


def kept_of(alert: Alert, infos: list[Element]) -> dict[str, Any]:
    """The alert without its info blocks, and the blocks without what we added, for the way back."""
    texts = []
    for info in infos:
        own = copy.deepcopy(info)
        for parameter in list(xml.children(own, "parameter")):
            if text(parameter, "valueName").startswith(carried.PREFIX):
                own.remove(parameter)
        texts.append(compact(own))
    return {"version": alert.version, "alert": alert.header, "infos": texts}


def _place(info: Element) -> str:
    return "; ".join(t for a in xml.children(info, "area") if (t := text(a, "areaDesc")))


def compact(element: Element) -> str:
    """The element as text without the white space between its elements, which means nothing in CAP."""
    return xml.serialised(xml.compacted(element))


def time_of(parent: Element, name: str, problems: list[Problem]) -> Instant | None:
    """An instant that CAP's own rule allows (an offset in numbers), or with `Z`, which is noted."""
    said = text(parent, name)
    if not said:
        return None
    match = _TIME.fullmatch(said)
    if not match or not match.group(2):
        why = Message("{name} is not a time with an offset; it is left out.", name=name)
        problems.append(Problem(at(parent, name), why, what=said, skipped=False))
        return None
    if match.group(2) == "Z":
        why = Message("{name} has Z where CAP asks for an offset in numbers.", name=name)
        problems.append(Problem(at(parent, name), why, what=said, skipped=False))
    try:
        return xml.moment(said)[0]
    except InstantError:
        why = Message("{name} is not a time with an offset; it is left out.", name=name)
        problems.append(Problem(at(parent, name), why, what=said, skipped=False))
        return None


def at(parent: Element, name: str) -> str:
    """The place of a child element, or of its parent where there is no such child."""
    element = xml.child(parent, name)
    return xml.where(element if element is not None else parent)


def text(parent: Element, name: str) -> str:
    """The text of the first such child, without white space around it."""
    return xml.child_text(parent, name)


def raw(parent: Element, name: str) -> str:
    """The text of the first such child, exactly as it stands."""
    return xml.text_of(xml.child(parent, name))


def texts(parent: Element, name: str) -> list[str]:
    """The texts of all such children."""
    return [xml.text_of(element).strip() for element in xml.children(parent, name)]
