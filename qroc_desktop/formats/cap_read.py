"""Reading CAP 1.0, 1.1 and 1.2 alerts, alone or inside an envelope (EDXL-DE, a feed).

An alert gives an item for each info block; blocks that say the same in several languages give one, in the
language asked for or else the first, and the others are kept.
"""

from __future__ import annotations

import copy
from typing import Any, Final

import msgspec

from qroc_desktop.domain.aspects import Marking, Nature, Origin, Situation, Wording
from qroc_desktop.domain.vocabulary import Aspect, ItemType
from qroc_desktop.errors import Message, Refused
from qroc_desktop.formats import cap_terms, carried, xml
from qroc_desktop.formats.cap_native import (
    FORMAT,
    ID,
    LAYER,
    Alert,
    at,
    compact,
    kept_of,
    native_of,
    parameters,
    part_of,
    raw,
    text,
    texts,
    time_of,
)
from qroc_desktop.formats.cap_terms import Terms
from qroc_desktop.formats.cap_write import info_of
from qroc_desktop.formats.carried import Aspects
from qroc_desktop.formats.reading import Problem, Progress, Reading, ReadItem, Sameness
from qroc_desktop.formats.xml import Element

_EVERY: Final = 500
_DIGEST: Final = ("urgency", "severity", "certainty", "effective", "onset", "expires")


def read(data: bytes, *, name: str, progress: Progress | None = None, language: str = "") -> Reading:
    """Items of all alerts in the file. `language`: an RFC 3066 code, preferred where there is it or its variant.

    Raises Refused for what is not CAP, and where exercise and actual alerts are mixed.
    """
    root = xml.parse(data, name=name)
    alerts = [e for e in root.iter() if xml.local(e) == "alert" and xml.namespace(e) in cap_terms.VERSIONS]
    if not alerts:
        raise Refused(Message("It holds no CAP alert."), where=name)
    reading = Reading(format=FORMAT, sameness=Sameness.MESSAGE)
    exercise: set[bool] = set(_envelope_exercise(root))
    for number, element in enumerate(alerts):
        if progress and len(alerts) > 1:
            progress(number, len(alerts))
        status = xml.child_text(element, "status")
        if status not in cap_terms.STATUS:
            why = Message("The alert does not say whether it is actual or an exercise.")
            reading.problems.append(Problem(at(element, "status"), why, what=status))
            continue
        exercise.add(status != "Actual")
        _read_alert(element, language, reading, progress)
    if len(exercise) > 1:
        raise Refused(Message("It mixes actual alerts with exercise, test, system or draft ones."), where=name)
    reading.exercise = exercise.pop() if exercise else None
    return reading


def _read_alert(element: Element, language: str, reading: Reading, progress: Progress | None) -> None:
    alert = _alert(element, reading.problems)
    if alert.message_type in ("Ack", "Error"):
        why = Message("An acknowledgement or error report is nothing to show on a map.")
        reading.problems.append(Problem(at(element, "msgType"), why, what=alert.message_type))
        return
    groups = _groups(list(xml.children(element, "info")))
    for number, group in enumerate(groups):
        if progress and number % _EVERY == 0:
            progress(number, len(groups))
        info = _preferred(group, language)
        reading.items.append(_item(alert, info, group, reading.problems))
    if not groups and alert.message_type == "Cancel":
        reading.items.append(_cancelled(alert, element))
    elif not groups:
        why = Message("The alert has no info block: it says nothing to show.")
        reading.problems.append(Problem(xml.where(element), why, what=alert.identifier))


def _preferred(group: list[Element], language: str) -> Element:
    """The block that carries our aspects, else the one in the language asked for, else the first."""
    for info in group:
        if any(name.startswith(carried.PREFIX) and name != ID for name, _ in parameters(info)):
            return info
    wanted = language.lower().replace("_", "-")
    ranks = (wanted, wanted.split("-")[0])
    for rank in ranks if wanted else ():
        for info in group:
            said = (text(info, "language") or "en-US").lower()
            if said == rank or said.startswith(f"{rank}-"):
                return info
    return group[0]


def _alert(element: Element, problems: list[Problem]) -> Alert:
    required = {name: text(element, name) for name in ("identifier", "sender", "sent", "msgType", "scope")}
    for name, value in required.items():
        if not value:
            why = Message("The required element {name} is missing.", name=name)
            problems.append(Problem(xml.where(element), why, skipped=False))
    for name, codes in (("msgType", cap_terms.MESSAGE_TYPE), ("scope", cap_terms.SCOPE)):
        if required[name] and required[name] not in codes:
            why = Message("The code of {name} is not one of CAP.", name=name)
            problems.append(Problem(at(element, name), why, what=required[name], skipped=False))
    if not xml.namespace(element):
        why = Message("The alert has no namespace; it is read as CAP.")
        problems.append(Problem(xml.where(element), why, skipped=False))
    if required["msgType"] in ("Update", "Cancel") and not text(element, "references"):
        why = Message("An update or cancellation names no alert that it refers to.")
        problems.append(Problem(at(element, "references"), why, skipped=False))
    header = copy.deepcopy(element)
    for info in list(header):
        if xml.local(info) == "info":
            header.remove(info)
    return Alert(
        version=cap_terms.VERSIONS[xml.namespace(element)],
        identifier=required["identifier"],
        sender=required["sender"],
        sent=time_of(element, "sent", problems) if required["sent"] else None,
        message_type=required["msgType"],
        earlier=_earlier(element),
        marking=_marking(element, required["scope"], problems),
        header=compact(header),
        note=raw(element, "note"),
    )


def _earlier(element: Element) -> tuple[str, ...]:
    """Identifiers of the messages that this one takes the place of: `sender,identifier,sent` apart by white space.

    Another sender's messages are left as they are: nobody calls off the warning of somebody else.
    """
    if text(element, "msgType") not in ("Update", "Cancel"):
        return ()
    sender = text(element, "sender")
    parts = [reference.split(",") for reference in text(element, "references").split()]
    return tuple(dict.fromkeys(part[1] for part in parts if len(part) == 3 and part[0] == sender and part[1]))


def _marking(element: Element, scope: str, problems: list[Problem]) -> Marking:
    """How a scope restricts; it is written down as it stands and never read as a handling code or a TLP label."""
    restriction, addresses = text(element, "restriction"), text(element, "addresses")
    if scope == "Restricted":
        if not restriction:
            why = Message("The scope is Restricted, but the alert does not say how.")
            problems.append(Problem(at(element, "scope"), why, skipped=False))
        return Marking(handling_text=restriction or "Restricted")
    if scope == "Private":
        if not addresses:
            why = Message("The scope is Private, but the alert names no addresses.")
            problems.append(Problem(at(element, "scope"), why, skipped=False))
        return Marking(handling_text="Private", conditions=(addresses,) if addresses else ())
    if restriction:
        why = Message("The alert has a restriction although its scope is not Restricted.")
        problems.append(Problem(at(element, "restriction"), why, what=restriction, skipped=False))
        return Marking(handling_text=restriction)
    return Marking()


def _groups(infos: list[Element]) -> list[list[Element]]:
    """Blocks that differ in language alone lie in one group, by our own identifier or by what they say.

    The second block of one language that says the same is an item of its own.
    """
    groups: dict[tuple[Any, int], list[Element]] = {}
    seen: dict[tuple[Any, str], int] = {}
    for info in infos:
        language = text(info, "language") or "en-US"
        digest = dict(parameters(info)).get(ID) or _digest(info)
        number = seen.get((digest, language), 0)
        seen[(digest, language)] = number + 1
        groups.setdefault((digest, number), []).append(info)
    return list(groups.values())


def _digest(info: Element) -> tuple[Any, ...]:
    areas = tuple(
        (local, xml.text_of(part).split())
        for area in xml.children(info, "area")
        for part in area
        if (local := xml.local(part)) in ("polygon", "circle")
    )
    return (*(text(info, name) for name in _DIGEST), *texts(info, "category"), repr(areas))


def _item(alert: Alert, info: Element, group: list[Element], problems: list[Problem]) -> ReadItem:
    _check(info, problems)
    others = [other for other in group if other is not info]
    native = native_of(alert, info, others, problems)
    pairs = parameters(info)
    brought = carried.aspects_of(pairs, problems, xml.where(info))
    # Updates are paired with it part by part, whichever language was read here.
    aspects = native | {Aspect.ORIGIN: _with_part(native, group[0])}
    valid = carried.valid_of(pairs)
    stated = time_of(info, "effective", [])
    if any(name.startswith(carried.PREFIX) for name, _ in pairs):
        again = info_of(brought, valid if valid is not None else stated, item_id="")
        aspects = carried.reconciled(native, brought, native_of(alert, again, others, []), FORMAT)
        if stated is not None and valid is not None and valid // 1_000_000 != stated // 1_000_000:
            valid = None
    fallback = stated if stated is not None else alert.sent
    if alert.message_type in ("Update", "Cancel") and fallback is not None and alert.sent is not None:
        # Until it was sent, what it takes the place of was in force, whatever `effective` it repeats.
        fallback = max(fallback, alert.sent)
    return ReadItem(
        aspects=aspects,
        valid_at=valid if valid is not None else fallback,
        folders=(dict(pairs).get(LAYER) or text(info, "senderName") or alert.sender,),
        where=xml.where(info),
        known_as=Origin(format=carried.OURS, foreign_id=own) if (own := dict(pairs).get(ID)) else None,
    )


def _with_part(aspects: Aspects, first: Element) -> Origin:
    origin = aspects.get(Aspect.ORIGIN)
    return msgspec.structs.replace(origin if isinstance(origin, Origin) else Origin(), part=part_of(first))


def _cancelled(alert: Alert, element: Element) -> ReadItem:
    """A cancellation without info: the references that it kept say of what."""
    aspects: Aspects = {
        Aspect.NATURE: Nature(type=ItemType.INCIDENT),
        Aspect.SITUATION: Situation(status=Terms(cancelled=True).status),
        Aspect.WORDING: Wording(title=alert.identifier, description=alert.note),
        Aspect.ORIGIN: Origin(
            format=FORMAT,
            foreign_id=alert.identifier,
            sender=alert.sender,
            earlier=alert.earlier,
            sent=alert.sent,
            kept={FORMAT: kept_of(alert, [])},
        ),
    }
    if alert.marking != Marking():
        aspects[Aspect.MARKING] = alert.marking
    where = xml.where(element)
    return ReadItem(aspects=aspects, valid_at=alert.sent, folders=(alert.sender,), where=where, ends=True)


def _check(info: Element, problems: list[Problem]) -> None:
    lists = (
        ("category", cap_terms.CATEGORY),
        ("urgency", cap_terms.URGENCY),
        ("severity", cap_terms.SEVERITY),
        ("certainty", (*cap_terms.CERTAINTY, *cap_terms.OLD_CERTAINTY)),
        ("responseType", cap_terms.RESPONSE),
    )
    for name in ("event", "category", "urgency", "severity", "certainty"):
        if not text(info, name):
            why = Message("The required element {name} is missing.", name=name)
            problems.append(Problem(xml.where(info), why, skipped=False))
    for name, codes in lists:
        for value in texts(info, name):
            if value and value not in codes:
                why = Message("The code of {name} is not one of CAP.", name=name)
                problems.append(Problem(at(info, name), why, what=value, skipped=False))


def _envelope_exercise(root: Element) -> list[bool]:
    """What the status of an EDXL-DE envelope says, where the file is one (either spelling)."""
    if xml.local(root).lower() != "edxldistribution":
        return []
    status = next((xml.text_of(e).strip() for e in root if xml.local(e).lower() == "distributionstatus"), "")
    return [status != "Actual"] if status in cap_terms.STATUS else []
