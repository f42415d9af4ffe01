"""The policy in sentences for people: every code, field, basis and list, as templates to be translated late."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from qroc_desktop.errors import Message
from qroc_desktop.policy.channels import Listed
from qroc_desktop.policy.fields import Field
from qroc_desktop.policy.instruments import Instruments, Reason
from qroc_desktop.policy.vocabulary import Code, Ground, Level, Outcome, Purpose, RecipientKind

REASONS: Final[Mapping[Code, Message]] = {
    Code.PERMITTED: Message("The legal basis permits it."),
    Code.BASIS_UNKNOWN: Message("No legal basis is named that the program knows."),
    Code.BASIS_REPEALED: Message("The legal basis has been repealed; it serves in exercises only."),
    Code.MODES_MIX: Message("Live and exercise never mix: the recipient's link serves the other."),
    Code.RECIPIENT_UNKNOWN: Message("The recipient has no name, or its kind does not agree with its country."),
    Code.RECIPIENT_NOT_COVERED: Message("The legal basis does not cover this kind of recipient."),
    Code.PURPOSE_NOT_COVERED: Message("The legal basis does not cover this purpose."),
    Code.GROUND_MISSING: Message("An officer has to confirm first what the legal basis requires."),
    Code.NOT_ON_PICTURE: Message("The item is not on the picture, or says nothing."),
    Code.NOTHING_LEFT: Message("The item has nothing that the legal basis allows to be sent."),
    Code.MARK_CANNOT_TRAVEL: Message(
        "A condition of use is written in words that the legal basis does not allow to be sent, and without its"
        " conditions nothing of an item goes."
    ),
    Code.SUBJECT_UNKNOWN: Message("It is not known whether the person is a suspect, a victim or someone else."),
    Code.SUBJECT_MISSING: Message("The item is about a person, and its marking does not say which kind."),
    Code.STRICT_NECESSITY_MISSING: Message("Special categories of data need a reason why they are strictly necessary."),
    Code.HANDLING_H0: Message("H0: for preventing and combating crime only."),
    Code.HANDLING_H1: Message("H1: not in judicial proceedings without permission."),
    Code.HANDLING_H2: Message("H2: not to be passed on without permission, and no consent is recorded."),
    Code.HANDLING_H3: Message("H3 needs a text that says how the information may be handled."),
    Code.ORIGINATOR_CONTROL: Message("It comes from another centre, and no consent of that centre is recorded."),
    Code.TLP_NAMED_ONLY: Message("TLP:RED is for named persons only, and the share names none."),
    Code.TLP_NO_FORWARDING: Message("The TLP label does not allow it to be passed on, and no consent is recorded."),
    Code.CLASSIFIED: Message("Classified information: this program is not accredited for it outside an exercise."),
    Code.CLEARANCE: Message("It is classified above what the recipient is cleared for, or the level is not known."),
    Code.PERSONAL_DATA: Message("The item is about a person, and the legal basis allows no personal data."),
    Code.NOT_IN_LIST: Message("It is not among the data that the legal basis allows to be sent."),
    Code.LINK_ELSEWHERE: Message("It names an item that is not the recipient's own."),
    Code.INTERNAL: Message("It never leaves this centre: it holds more than is necessary."),
}

FIELDS: Final[Mapping[Field, Message]] = {
    Field.NATURE: Message("kind"),
    Field.LAYER: Message("layer"),
    Field.SHAPE: Message("position"),
    Field.MOTION: Message("motion"),
    Field.STATUS: Message("status"),
    Field.PRIORITY: Message("priority"),
    Field.TIMES: Message("times"),
    Field.TITLE: Message("title"),
    Field.DESCRIPTION: Message("description"),
    Field.PLACE: Message("place"),
    Field.HANDLING: Message("handling"),
    Field.HANDLING_TEXT: Message("handling, in words"),
    Field.TLP: Message("TLP label"),
    Field.SUBJECT: Message("person"),
    Field.SPECIAL: Message("special categories"),
    Field.STRICT_NECESSITY: Message("strict necessity"),
    Field.CONDITIONS: Message("conditions"),
    Field.ORIGINATOR: Message("originator"),
    Field.CLASSIFICATION: Message("classification"),
    Field.SOURCE: Message("source"),
    Field.INFORMATION: Message("information"),
    Field.FACT_OR_ASSESSMENT: Message("fact or assessment"),
    Field.STYLE: Message("style"),
    Field.SURNAME: Message("surname"),
    Field.FIRST_NAMES: Message("first names"),
    Field.BORN: Message("date of birth"),
    Field.BIRTH_PLACE: Message("place of birth"),
    Field.CIRCUMSTANCES: Message("circumstances"),
    Field.ATTACHMENTS: Message("attachments"),
    Field.ABOUT: Message("item commented on"),
    Field.REFERENCE: Message("identifiers in other systems"),
    Field.SENT: Message("sent"),
    Field.SOURCE_NAME: Message("source named in the message"),
    Field.FILE: Message("name of the file it came in"),
    Field.KEPT: Message("the original message"),
}

OUTCOMES: Final[Mapping[Outcome, Message]] = {
    Outcome.RELEASE: Message("released"),
    Outcome.REDACT: Message("withheld"),
    Outcome.REFUSE: Message("refused"),
}

PURPOSES: Final[Mapping[Purpose, Message]] = {
    Purpose.PREVENTION: Message("preventing criminal offences"),
    Purpose.DETECTION: Message("detecting criminal offences"),
    Purpose.INVESTIGATION: Message("investigating criminal offences"),
    Purpose.PROSECUTION: Message("prosecuting criminal offences"),
    Purpose.PUBLIC_SECURITY: Message("averting threats to public security"),
    Purpose.TERRORISM_PREVENTION: Message("preventing terrorist offences"),
    Purpose.MAJOR_EVENT: Message("security of a major event"),
    Purpose.JUDICIAL_PROCEEDINGS: Message("judicial proceedings"),
}

RECIPIENTS: Final[Mapping[RecipientKind, Message]] = {
    RecipientKind.EU: Message("Member State of the European Union"),
    RecipientKind.ASSOCIATED: Message("Schengen-associated state"),
    RecipientKind.THIRD: Message("third country"),
    RecipientKind.ORGANISATION: Message("international organisation"),
}

GROUNDS: Final[Mapping[Ground, Message]] = {
    Ground.OFFENCE_OR_THREAT: Message("Convictions or other circumstances point to offences or a threat at the event."),
    Ground.REASON_TO_BELIEVE: Message(
        "Circumstances give reason to believe that the person will commit terrorist offences."
    ),
    Ground.CONFIRMED_MATCH: Message("A match of biometric data has been confirmed by a person."),
    Ground.VITAL_INTEREST_OR_SERIOUS_THREAT: Message(
        "A person's vital interests, or an immediate and serious threat to public security, require it."
    ),
}

LEVELS: Final[Mapping[Level, Message]] = {
    Level.NONE: Message("not classified"),
    Level.RESTRICTED: Message("restricted"),
    Level.CONFIDENTIAL: Message("confidential"),
    Level.SECRET: Message("secret"),
    Level.TOP_SECRET: Message("top secret"),
    Level.UNKNOWN: Message("level not known"),
}

INSTRUMENTS: Final[Mapping[str, Message]] = {
    "dir-2023-977": Message("Directive (EU) 2023/977"),
    "fd-2006-960": Message("Framework Decision 2006/960/JHA"),
    "pruem-2008-615": Message("Council Decision 2008/615/JHA (Prüm)"),
    "reg-2024-982": Message("Regulation (EU) 2024/982 (Prüm II)"),
    "led-2016-680": Message("Directive (EU) 2016/680"),
    "europol-handling": Message("Europol handling codes"),
    "tlp-2.0": Message("Traffic Light Protocol 2.0"),
    "eu-classification": Message("Council Decision 2013/488/EU"),
    "program": Message("Rules of QROC Desktop"),
}

BASES: Final[Mapping[str, Message]] = {
    "dir-2023-977/request": Message("Answer to a request"),
    "dir-2023-977/own-initiative": Message("On our own initiative"),
    "fd-2006-960/request": Message("Answer to a request (repealed law)"),
    "led-2016-680/38": Message("Transfer in a specific situation"),
    "pruem-2008-615/13": Message("Major event, no personal data"),
    "pruem-2008-615/14": Message("Major event, personal data"),
    "pruem-2008-615/16": Message("Preventing terrorist offences"),
    "reg-2024-982/47": Message("Core data after a confirmed match"),
}

LISTS: Final[Mapping[str, Mapping[str, Message]]] = {
    "urgency-ground": {
        "public-security": Message("Immediate and serious threat to public security"),
        "life-or-integrity": Message("Imminent threat to life or physical integrity"),
        "deprivation-of-liberty": Message("Decision on depriving someone of their liberty"),
        "losing-relevance": Message("Imminent risk that the information loses its relevance"),
    },
    "request-field": {
        "requested-information": Message("Information asked for"),
        "purpose-facts-offence": Message("Purpose, facts and underlying offence"),
        "reasons-it-is-there": Message("Reasons to believe that it is available there"),
        "link-with-person": Message("Link between the person and the purpose"),
        "urgency-reason": Message("Reason for urgency"),
        "use-restrictions": Message("Restrictions on use"),
    },
    "refusal-ground": {
        "a": Message("The information is not available"),
        "b": Message("The request does not meet the requirements"),
        "c": Message("The judicial authorisation was refused"),
        "d": Message("Personal data outside the permitted categories"),
        "e": Message("The information is inaccurate, incomplete or outdated"),
        "f-i": Message("It would harm essential interests of national security"),
        "f-ii": Message("It would endanger an investigation or a person's safety"),
        "f-iii": Message("It would harm important interests of a legal person"),
        "g-i": Message("The offence is punishable by one year or less"),
        "g-ii": Message("It is no offence here"),
        "h": Message("It originated elsewhere, and there is no consent"),
    },
    "departure": {
        "judicial-authorisation": Message("A judicial authorisation is required first"),
    },
    "channel-exception": {
        "third-country": Message("Third countries or international organisations are involved"),
        "urgency": Message("Urgency requires another channel for a time"),
        "incident": Message("A technical or operational incident prevents SIENA"),
    },
    "spoc-copy-waiver": {
        "sensitive-investigation": Message("Highly sensitive investigation under way"),
        "terrorism": Message("Terrorism, without emergency or crisis management"),
        "persons-safety": Message("Safety of a person"),
    },
    "own-initiative": {
        "may": Message("It may be relevant"),
        "shall": Message("It concerns a serious offence and has to be provided"),
    },
    "special-category": {
        "racial-or-ethnic-origin": Message("racial or ethnic origin"),
        "political-opinion": Message("political opinion"),
        "religious-belief": Message("religious or philosophical belief"),
        "union-membership": Message("trade union membership"),
        "genetic": Message("genetic data"),
        "biometric": Message("biometric data"),
        "health": Message("health"),
        "sex-life": Message("sex life or orientation"),
    },
    "log-operation": {
        "collection": Message("collection"),
        "alteration": Message("alteration"),
        "consultation": Message("consultation"),
        "disclosure": Message("disclosure"),
        "combination": Message("combination"),
        "erasure": Message("erasure"),
    },
}


_BY_LABEL: Final = frozenset({"tlp-2.0", "europol-handling"})
"""Instruments without articles: their labels and codes are what is cited."""


def sentence(reason: Reason) -> Message:
    """Why, as a sentence; `cited` says by which article."""
    return REASONS[reason.code]


def detail(reason: Reason) -> Message | None:
    """What exactly is meant, where the reason names it: the purpose, recipient, ground or field."""
    tables: tuple[Mapping[str, Message], ...] = (PURPOSES, RECIPIENTS, GROUNDS, FIELDS)  # type: ignore[assignment]
    return next((table[reason.detail] for table in tables if reason.detail in table), None)


def cited(citation: Reason | Listed) -> Message:
    """The article, to stand beside the sentence. What nobody has checked against a public text says so."""
    if citation.instrument == "program":
        return Message("Rules of QROC Desktop, no. {article}", article=citation.article)
    if citation.instrument in _BY_LABEL:
        return Message("{article}", article=citation.article)
    if citation.verified:
        return Message("art. {article}", article=citation.article)
    return Message("art. {article} (from memory, not verified)", article=citation.article)


def instrument(id_: str, instruments: Instruments) -> Message:
    """What an instrument is called; one that was added to the folder by its own title, as it is."""
    known = INSTRUMENTS.get(id_)
    if known is not None:
        return known
    found = instruments.get(id_)
    return Message("{title}", title=found.title if found else id_)


def basis(name: str, instruments: Instruments) -> Message:
    """What a basis (`instrument/basis`) is called; one that was added to the folder by its instrument and id."""
    known = BASES.get(name)
    if known is not None:
        return known
    found = instruments.get(name.partition("/")[0])
    return Message("{title}, {basis}", title=found.title if found else name, basis=name.partition("/")[2])
