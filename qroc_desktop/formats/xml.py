"""The one way by which XML from outside comes in, and the small things that every XML format needs.

No DTD (so no entity of any kind beyond the five of XML), no network, no remote reference; limits on
size, depth, number of elements and length of a text. What is over a limit is refused as a whole.
"""

from __future__ import annotations

import codecs
import math
import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final, cast

from lxml import etree

from qroc_desktop.domain.instant import Instant, InstantError
from qroc_desktop.domain.instant import parse as parse_instant
from qroc_desktop.errors import Because, Message, Refused

MAX_BYTES: Final = 64 * 1024 * 1024
MAX_ELEMENTS: Final = 2_000_000
"""Some 0.3 GB as a tree; a hundred thousand placemarks with twenty elements each."""
SNIFFED: Final = 64 * 1024
"""How much of a file is looked at to tell what it is."""

_NAME = r"[A-Za-z_][\w.\-]*"
_DECLARED: Final = re.compile(rb"""^<\?xml\s[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._\-]{1,40})["']""")
_ROOT: Final = re.compile(rf"<(?:({_NAME}):)?({_NAME})([^>]*)", re.ASCII)
_NUMBER: Final = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_ILLEGAL: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\x00", "utf-16-le"),
    (b"\x00<", "utf-16-be"),
)
_ALLOWED: Final = re.compile(
    r"(utf-?(8|16(-?[bl]e)?|32)|(us-)?ascii|iso-?8859-?\d+|latin-?\d+|windows-?125\d|cp125\d|koi8-[ru])", re.I
)
"""Encodings in which `<` reads as such: in EBCDIC or UTF-7 a DTD could hide from the check for one."""
DECLARATION: Final = b"<?xml version='1.0' encoding='UTF-8'?>\n"
LINE_LIMIT: Final = 65_535
"""From this line on libxml2 knows a line only from the text near it."""

_PIECE: Final = 1024 * 1024
_BLANK: Final = b" \t\r\n\x00"

Element = etree._Element


def parse(data: bytes, *, name: str) -> Element:
    """The root element of a document. `name` is the file's, for the refusal.

    Comments and processing instructions are left out. Raises Refused, with the line where there is one.
    """
    return root_of_text(decoded(data, name=name), name=name)


def root_of_text(data: bytes, *, name: str) -> Element:
    """The root element of UTF-8 bytes that `decoded` gave."""
    refuse_dtd(data, name=name)
    if data.count(b"<") - data.count(b"</") > MAX_ELEMENTS:
        raise Refused(Message("It has more than {limit} elements.", limit=MAX_ELEMENTS), where=name)
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise not_well_formed(error, name) from None
    refuse_declared_type(root, name=name)
    return root


def refuse_declared_type(root: Element, *, name: str) -> None:
    """Raise Refused where a document has a DTD after a prolog longer than what `refuse_dtd` looks at."""
    if root.getroottree().docinfo.internalDTD is not None:
        raise Refused(Message("It declares a document type (DTD), which is never read."), where=name)


def refuse_dtd(data: bytes, *, name: str) -> None:
    """Raise Refused where UTF-8 bytes begin with a DTD, before a parser sees it."""
    if _after_prolog(data[:SNIFFED]).lstrip()[:9].upper() == b"<!DOCTYPE":
        raise Refused(Message("It declares a document type (DTD), which is never read."), where=name)


def not_well_formed(error: etree.XMLSyntaxError, name: str) -> Refused:
    """What the parser says, as a refusal with its line."""
    line = cast("tuple[int, int] | None", error.position)
    detail = " ".join((error.msg or "").split(", line ")[0].split())
    place = f"{name}, line {line[0]}" if line and line[0] else name
    if "Excessive depth" in detail:
        return Refused(Message("Its elements are nested too deep."), where=place)
    if "too long" in detail or "Resource limit" in detail:
        return Refused(Message("It has a text or a name that is too long."), where=place)
    return Refused(
        Message("It is not well-formed XML: {detail}.", detail=detail[:120]),
        where=place,
        action=Message("Ask the sender for the file again."),
    )


def decoded(data: bytes, *, name: str, limit: int = MAX_BYTES) -> bytes:
    """The document as UTF-8 without BOM, whatever it was in. Raises Refused for size and encoding."""
    if len(data) > limit:
        raise Refused(Message("It is larger than {limit} MiB.", limit=limit >> 20), where=name)
    if not data[:SNIFFED].strip(_BLANK) and not data.strip(_BLANK):
        raise Refused(Message("It is empty."), where=name)
    encoding = _encoding(data)
    if not _ALLOWED.fullmatch(encoding):
        raise Refused(Message("Its encoding {encoding} is not one that is read.", encoding=encoding), where=name)
    try:
        decoder = codecs.getincrementaldecoder(encoding)()
    except LookupError:
        raise Refused(Message("Its encoding {encoding} is not known.", encoding=encoding), where=name) from None
    as_it_is = encoding.lower() in ("utf-8", "utf8")
    parts: list[bytes] = []
    # Piece by piece: as text it would take up to four times its size in memory.
    for start in range(0, len(data), _PIECE):
        waiting = len(decoder.getstate()[0])
        try:
            text = decoder.decode(data[start : start + _PIECE], start + _PIECE >= len(data))
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, max(0, start - waiting + error.start)) + 1
            why = Message("It is not text in {encoding}, as which it is declared.", encoding=encoding)
            raise Refused(why, where=f"{name}, line {line}") from None
        if not as_it_is:
            parts.append(text.encode("utf-8"))
    whole = data if as_it_is else b"".join(parts)
    return whole.removeprefix(codecs.BOM_UTF8)


def root_name(data: bytes) -> tuple[str, str]:
    """(namespace, local name) of the root element as far as the first bytes show it; empty where they do not."""
    head = data[:SNIFFED]
    encoding = _encoding(head)
    try:
        text = head.decode(encoding if _ALLOWED.fullmatch(encoding) else "utf-8", "ignore")
    except LookupError:
        return ("", "")
    rest = _after_prolog(text.removeprefix("\ufeff").encode("utf-8")).lstrip()
    if rest[:9].upper() == b"<!DOCTYPE":
        rest = _after_doctype(rest)
    match = _ROOT.match(rest.decode("utf-8", "ignore"))
    if not match:
        return ("", "")
    prefix, local_name, attributes = match.groups()
    declared = re.search(rf"""\bxmlns{":" + re.escape(prefix) if prefix else ""}\s*=\s*["']([^"']*)["']""", attributes)
    return (declared.group(1) if declared else "", local_name)


def local(element: Element) -> str:
    """The element's name without its namespace."""
    return _split(element.tag)[1]


def namespace(element: Element) -> str:
    """The element's namespace, empty where it has none."""
    return _split(element.tag)[0]


def children(element: Element, *names: str) -> Iterator[Element]:
    """Child elements with one of these local names in the parent's own namespace, in order."""
    return element.iterchildren(*_tags(_split(element.tag)[0], names))


def child(element: Element, name: str) -> Element | None:
    """The first such child."""
    return next(element.iterchildren(*_tags(_split(element.tag)[0], (name,))), None)


def text_of(element: Element | None) -> str:
    """All text in the element, exactly as it stands."""
    if element is None:
        return ""
    if not len(element):
        return element.text or ""
    return "".join(str(part) for part in element.itertext())


def child_text(element: Element, name: str) -> str:
    """The text of the first such child without the white space around it; empty where there is none."""
    return text_of(child(element, name)).strip()


def where(element: Element) -> str:
    """The element and the line that it stands on."""
    line = cast("int | None", element.sourceline) or 0
    return f"line {'about ' if line >= LINE_LIMIT else ''}{line}, {local(element)}"


def number(text: str) -> float:
    """A finite decimal number; ValueError for anything else (`nan`, `inf`, `1_0`, empty)."""
    if not _NUMBER.fullmatch(text.strip()):
        raise Because(Message("not a number: {text}", text=repr(text[:40])))
    value = float(text)
    if not math.isfinite(value):
        raise Because(Message("number out of range: {text}", text=repr(text[:40])))
    return value


def moment(text: str) -> tuple[Instant, bool]:
    """(instant, whether it had a zone) of an xs:dateTime, date, month or year; without a zone it is read as UTC.

    Digits below the microsecond are cut. Raises InstantError.
    """
    text = text.strip()
    if not text.isascii():
        raise InstantError(Message("not a time: {text}", text=repr(text[:60])))
    if match := re.fullmatch(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?(Z|[+-]\d\d:\d\d)?", text):
        year, month, day, zone = match.groups()
        return parse_instant(f"{year}-{month or '01'}-{day or '01'}T00:00:00{zone or 'Z'}"), zone is not None
    zoned = re.search(r"(Z|[+-]\d\d:?\d\d)$", text[10:]) is not None
    return parse_instant(text if zoned else text + "Z"), zoned


def legal(text: str) -> str:
    """The text with what XML 1.0 cannot hold replaced by U+FFFD."""
    return _ILLEGAL.sub("\ufffd", text)


def created(name: str, space: str = "", **prefixes: str) -> Element:
    """A new element, its namespace the default one, with further prefixes declared."""
    nsmap: dict[Any, str] = {**({None: space} if space else {}), **prefixes}
    return etree.Element(f"{{{space}}}{name}" if space else name, nsmap=nsmap)


def add(
    parent: Element, tag: str, text: str | None = None, /, *, space: str | None = None, **attributes: str
) -> Element:
    """A new last child, in the parent's namespace where none is given; text made legal XML."""
    space = namespace(parent) if space is None else space
    element = etree.SubElement(parent, f"{{{space}}}{tag}" if space else tag)
    for key, value in attributes.items():
        element.set(key, legal(value))
    element.text = legal(text) if text is not None else None
    return element


def decimal(value: float) -> str:
    """The shortest plain decimal that reads back as the same number, without an exponent."""
    text = repr(float(value))
    if "e" not in text:
        return text.removesuffix(".0")
    return format(Decimal(text), "f")


def compacted(element: Element) -> Element:
    """The element without the white space between its elements, for formats where that means nothing."""
    for part in element.iter():
        if len(part) and not (part.text or "").strip():
            part.text = None
        if part.tail and not part.tail.strip():
            part.tail = None
    return element


def serialised(element: Element) -> str:
    """The element as text on its own, to be kept for the way back."""
    return etree.tostring(element, encoding="unicode", with_tail=False)


def restored(text: str) -> Element | None:
    """The element that `serialised` gave; None where the text (from a workspace file) is not one."""
    try:
        return parse(text.encode("utf-8", "replace"), name="")
    except Refused:
        return None


def document(root: Element) -> bytes:
    """A document in UTF-8 with its declaration."""
    return DECLARATION + etree.tostring(root, encoding="utf-8") + b"\n"


def indented(root: Element) -> Element:
    """The same element, laid out for reading; only for formats whose white space means nothing."""
    etree.indent(root)
    return root


def opened(element: Element, depth: int) -> bytes:
    """The element in UTF-8 without its last end tags, so many as `depth`: more is written there."""
    written: bytes = etree.tostring(element, encoding="utf-8")
    for _ in range(depth):
        written = written[: written.rindex(b"</")]
    return written


@lru_cache(4096)
def _split(tag: Any) -> tuple[str, str]:
    space, _, name = str(tag).rpartition("}")
    return space[1:], name


@lru_cache(4096)
def _tags(space: str, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{{{space}}}{name}" if space else name for name in names)


def _encoding(data: bytes) -> str:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return encoding
    declared = _DECLARED.match(data[:SNIFFED].lstrip())
    encoding = declared.group(1).decode("ascii") if declared else "utf-8"
    # Bytes that were sniffed as ASCII cannot be what such a declaration says.
    return "utf-8" if encoding.lower().startswith(("utf-16", "utf16", "utf-32", "utf32")) else encoding


def _after_prolog(text: bytes) -> bytes:
    """What follows XML declaration, comments and processing instructions."""
    position = 0
    while True:
        rest = text[position : position + 4].lstrip()
        if not rest:
            stripped = text[position:].lstrip()
            if not stripped:
                return b""
            position = len(text) - len(stripped)
            continue
        start = text.find(rest[:1], position)
        if text.startswith(b"<?", start):
            end = text.find(b"?>", start)
            position = end + 2
        elif text.startswith(b"<!--", start):
            end = text.find(b"-->", start)
            position = end + 3
        else:
            return text[start:]
        if end < 0:
            return b""


def _after_doctype(text: bytes) -> bytes:
    subset, end = text.find(b"["), text.find(b">")
    if 0 <= subset < end:
        end = text.find(b"]", subset)
        end = text.find(b">", end) if end >= 0 else -1
    return _after_prolog(text[end + 1 :]).lstrip() if end >= 0 else b""
