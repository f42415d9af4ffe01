"""Documents too large for one tree, read a feature at a time.

The same hardening as `xml.parse`: no DTD, no entities, no network, limits on depth, names and texts. The limits on
the whole are wider, since what has been read is let go: a feature (a placemark, an event) is a tree only while
somebody looks at it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, cast

from lxml import etree

from qroc_desktop.errors import Message, Refused
from qroc_desktop.formats import xml
from qroc_desktop.formats.xml import Element

MAX_BYTES: Final = 256 * 1024 * 1024
"""A hundred thousand of our own items with all that one can have take some 150 MiB."""
MAX_ELEMENTS: Final = 6_000_000
MAX_FEATURES: Final = 1_000_000
MAX_LIVE: Final = 4_000_000
"""Elements and attributes that may be in memory at one time; some 0.6 GB."""
_CHUNK: Final = 64 * 1024
_ALIVE: Final = etree.XPath("count(//*) + count(//@*)")


def pieces(data: bytes, begin: int = 0) -> Iterator[bytes]:
    """The bytes from `begin` on in pieces that a parser takes one by one."""
    for start in range(begin, len(data), _CHUNK):
        yield data[start : start + _CHUNK]


def require_count(data: bytes, *, name: str) -> None:
    """Raise Refused where UTF-8 bytes have more elements than are read."""
    if data.count(b"<") - data.count(b"</") > MAX_ELEMENTS:
        raise _too_many(name, MAX_ELEMENTS)


class Stream:
    """One pass through a document.

    tags: the elements that are told of, as lxml writes them (`{*}Placemark`). `root` is there after the pass: what
    is left of the document once features have been let go.
    """

    def __init__(self, tags: Iterable[str], *, name: str) -> None:
        self.root: Element | None = None
        self._tags = tuple(tags)
        self._name = name
        self._let_go: Element | None = None
        self._features = 0
        self._weight = 0

    def events(self, parts: Iterable[bytes]) -> Iterator[tuple[str, Element]]:
        """(`start` or `end`, element), in the order of the document. Raises Refused, with the line where there is one.

        Events before a refusal have been given by then: only a whole pass says that the document is sound.
        """
        parser = etree.XMLPullParser(
            events=("start", "end"),
            tag=self._tags,
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
            for part in parts:
                self._require_room(part)
                parser.feed(part)
                yield from self._told(parser)
            self.root = parser.close()
        except etree.XMLSyntaxError as error:
            raise xml.not_well_formed(error, self._name) from None
        xml.refuse_declared_type(self.root, name=self._name)
        yield from self._told(parser)

    def let_go(self, feature: Element) -> None:
        """Free what is in a feature whose end has been told.

        The element itself goes with the next one: the parser may be writing the text after it still.
        """
        self._features += 1
        if self._features > MAX_FEATURES:
            raise Refused(Message("It has more than {limit} features.", limit=MAX_FEATURES), where=self._name)
        feature.clear(keep_tail=True)  # type: ignore[call-arg]  # newer than the types of lxml
        before, self._let_go = self._let_go, feature
        parent = before.getparent() if before is not None else None
        if before is not None and parent is not None:
            parent.remove(before)

    def _told(self, parser: etree.XMLPullParser) -> Iterator[tuple[str, Element]]:
        for event, told in parser.read_events():
            element = cast("Element", told)
            if self.root is None:
                self.root = element.getroottree().getroot()
                xml.refuse_declared_type(self.root, name=self._name)
            yield event, element

    def _require_room(self, part: bytes) -> None:
        """Count what the tree gains at most; where that could be too much, what it has."""
        self._weight += part.count(b"<") - part.count(b"</") + part.count(b"=")
        if self._weight <= MAX_LIVE:
            return
        try:
            self._weight = int(cast("float", _ALIVE(self.root))) if self.root is not None else MAX_LIVE
        except etree.XPathError:
            self._weight = MAX_LIVE
        # Half of it, so that counting takes no longer than reading does.
        if self._weight > MAX_LIVE // 2:
            raise _too_many(self._name, MAX_LIVE // 2)


def _too_many(name: str, limit: int) -> Refused:
    return Refused(Message("It has more than {limit} elements.", limit=limit), where=name)
