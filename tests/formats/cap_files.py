"""CAP alerts made for the tests, and what the standard demands of one."""

from __future__ import annotations

from typing import Any

from lxml import etree

from qroc_desktop.formats import cap
from qroc_desktop.formats.cap_terms import NAMESPACE

# The order and the number of elements as section 3.2 of CAP 1.2 has them, written as RELAX NG by hand.
TIME = r"<data type='string'><param name='pattern'>\d\d\d\d-\d\d-\d\dT\d\d:\d\d:\d\d[-+]\d\d:\d\d</param></data>"
POINT = r"-?\d+(\.\d+)?,-?\d+(\.\d+)?"
POLYGON = f"<data type='string'><param name='pattern'>{POINT}( {POINT}){{3,}}</param></data>"
CIRCLE = f"<data type='string'><param name='pattern'>{POINT} \\d+(\\.\\d+)?</param></data>"


def _element(name: str, content: str = "<text/>", times: str = "") -> str:
    element = f"<element name='{name}'>{content}</element>"
    return f"<{times}>{element}</{times}>" if times else element


def _choice(name: str, codes: str, times: str = "") -> str:
    values = "".join(f"<value>{code}</value>" for code in codes.split())
    return _element(name, f"<choice>{values}</choice>", times)


def _pair(name: str) -> str:
    return _element(name, _element("valueName") + _element("value"), "zeroOrMore")


TEXTS = ("senderName", "headline", "description", "instruction", "web", "contact")
AREA = (
    _element("areaDesc")
    + _element("polygon", POLYGON, "zeroOrMore")
    + _element("circle", CIRCLE, "zeroOrMore")
    + _pair("geocode")
    + _element("altitude", times="optional")
    + _element("ceiling", times="optional")
)
INFO = (
    _element("language", times="optional")
    + _choice("category", "Geo Met Safety Security Rescue Fire Health Env Transport Infra CBRNE Other", "oneOrMore")
    + _element("event")
    + _choice("responseType", "Shelter Evacuate Prepare Execute Avoid Monitor Assess AllClear None", "zeroOrMore")
    + _choice("urgency", "Immediate Expected Future Past Unknown")
    + _choice("severity", "Extreme Severe Moderate Minor Unknown")
    + _choice("certainty", "Observed Likely Possible Unlikely Unknown")
    + _element("audience", times="optional")
    + _pair("eventCode")
    + _element("effective", TIME, "optional")
    + _element("onset", TIME, "optional")
    + _element("expires", TIME, "optional")
    + "".join(_element(n, times="optional") for n in TEXTS)
    + _pair("parameter")
    + _element(
        "resource",
        _element("resourceDesc")
        + _element("mimeType")
        + "".join(_element(n, times="optional") for n in ["size", "uri", "derefUri", "digest"]),
        "zeroOrMore",
    )
    + _element("area", AREA, "zeroOrMore")
)
SCOPE = (
    "<choice><group><element name='scope'><value>Public</value></element></group>"
    "<group><element name='scope'><value>Restricted</value></element>"
    "<element name='restriction'><data type='string'><param name='minLength'>1</param></data></element>"
    "</group></choice>"
)
TOKEN = "<data type='string'><param name='pattern'>[^\\s,&lt;&amp;]+</param></data>"
SCHEMA = (
    f"<grammar xmlns='http://relaxng.org/ns/structure/1.0' ns='{NAMESPACE}' "
    "datatypeLibrary='http://www.w3.org/2001/XMLSchema-datatypes'><start>"
    + _element(
        "alert",
        _element("identifier", TOKEN)
        + _element("sender", TOKEN)
        + _element("sent", TIME)
        + _choice("status", "Actual Exercise System Test Draft")
        + _choice("msgType", "Alert Update Cancel Ack Error")
        + SCOPE
        + _element("info", INFO, "zeroOrMore"),
    )
    + "</start></grammar>"
)
VALID = etree.RelaxNG(etree.fromstring(SCHEMA))


def alert(info: str = "", *, head: str = "", namespace: str = NAMESPACE, **fields: str) -> bytes:
    values = {
        "identifier": "43b080713727",
        "sender": "hsas@dhs.gov",
        "sent": "2003-04-02T14:39:01-05:00",
        "status": "Actual",
        "msgType": "Alert",
        "scope": "Public",
    } | fields
    body = "".join(f"<{name}>{value}</{name}>" for name, value in values.items() if value)
    return f"<alert xmlns='{namespace}'>{body}{head}{info}</alert>".encode()


def info(*, area: str = "", language: str = "", **fields: str) -> str:
    values = {
        "category": "Security",
        "event": "Homeland Security Advisory System Update",
        "urgency": "Immediate",
        "severity": "Severe",
        "certainty": "Likely",
    } | fields
    body = "".join(f"<{name}>{value}</{name}>" for name, value in values.items() if value)
    return f"<info>{f'<language>{language}</language>' if language else ''}{body}{area}</info>"


def area(content: str, description: str = "U.S. nationwide") -> str:
    return f"<area><areaDesc>{description}</areaDesc>{content}</area>"


def only(data: bytes, **options: Any) -> Any:
    reading = cap.read(data, name="alert.cap", **options)
    assert len(reading.items) == 1
    return reading.items[0].aspects


# What the standard says (CAP 1.2 section 3.2 and appendix A, told in our own words).
