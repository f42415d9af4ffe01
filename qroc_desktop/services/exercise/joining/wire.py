"""What the node of an exercise and the workstations that joined say to each other, over HTTPS.

    GET  /1/seat             what the seat knows from the beginning (`seating.SeatInfo`)
    GET  /1/shown            without end: frames, each behind its length in 4 bytes; the first is whole
    POST /1/say              `seating.Saying`; the answer is a Receipt, given once it is on the disk
    GET  /1/medium/SHA256    a medium of something that the seat's team was told
    GET  /1/file/SHA256/NO   a piece of a file that an edit of the seat's team names
    POST /1/file/SHA256/NO   a piece of such a file, `?size=` bytes in all; no body: only the question. The answer is a
                             Wanted, given once it is on the disk

Whatever is not answered so is answered with a Why: template and parameters of one line.
"""

from __future__ import annotations

import string
from typing import Final
from urllib.parse import quote, unquote

import msgspec

from qroc_desktop.errors import Message, Refused
from qroc_desktop.exercise.intake import Why

SEAT: Final = "/1/seat"
SHOWN: Final = "/1/shown"
SAY: Final = "/1/say"
MEDIUM: Final = "/1/medium/"
FILE: Final = "/1/file/"
CLIENT: Final = "X-Client"
NAME: Final = "X-Name"
SCHEME: Final = "Bearer "

LONGEST_SAYING: Final = 256 * 1024
LONGEST_NAME: Final = 120
LONGEST_ANSWER: Final = 4 * 1024 * 1024
HEARTBEAT_S: Final = 1.0
"""After so long without anything new a frame without changes is sent: it is all there is, and the line is there."""
SILENCE_S: Final = 5.0
"""After so long without a frame the line is not there."""


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which piece of a file comes next; None where the node has all of it."""

    number: int | None


class LaterError(Exception):
    """Not now; it is worth trying again."""

    def __init__(self, what: Message) -> None:
        self.what = what
        super().__init__(what)


def written_name(name: str) -> str:
    """A person's name as the value of a header."""
    return quote(name[:LONGEST_NAME])


def read_name(value: str) -> str:
    """Inverse of `written_name`, for anything that a header can hold."""
    name = unquote(value[: 12 * LONGEST_NAME], errors="replace")
    return "".join(character for character in name if character.isprintable()).strip()[:LONGEST_NAME]


def refusal(why: Why) -> Refused:
    """What the other side says, as an error here. A template from outside is formatted with plain names only."""
    try:
        fields = list(string.Formatter().parse(why.what))
        plain = all(name is None or (name in why.params and not how and not turned) for _, name, how, turned in fields)
    except ValueError:
        plain = False
    text = Message(why.what, **why.params) if plain else Message("The node says: {what}", what=why.what)
    return Refused(text, where=why.where)


def read_why(body: bytes) -> Why:
    """Of an answer that may be anything."""
    try:
        return msgspec.json.decode(body, type=Why)
    except msgspec.DecodeError:
        return Why(what=Message("The node answers with something that cannot be read.").template)
