"""The offline verifier of an audit log: needs the exchange file, the centre's public key, and heads that peers kept."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterable, Sequence
from enum import StrEnum
from pathlib import Path

import msgspec

from qroc_desktop.errors import Message
from qroc_desktop.sync import audit, envelope
from qroc_desktop.sync.database import reading_only, told
from qroc_desktop.sync.encoding import decoded
from qroc_desktop.sync.refusals import Rejected


class Fault(StrEnum):
    """What can be wrong with a log."""

    MISSING = "missing"
    EDITED = "edited"
    DETAIL_EDITED = "detail-edited"
    ERASED_UNRECORDED = "erased-unrecorded"
    CUT_SHORT = "cut-short"
    REWRITTEN = "rewritten"
    HEAD_INVALID = "head-invalid"


FAULT_MESSAGES: dict[Fault, Message] = {
    Fault.MISSING: Message("Entries are missing before this one."),
    Fault.EDITED: Message("The entry was changed, inserted or moved."),
    Fault.DETAIL_EDITED: Message("What the entry says was changed."),
    Fault.ERASED_UNRECORDED: Message("What the entry says was erased, and no erasure is recorded."),
    Fault.CUT_SHORT: Message("The log was cut short: a peer holds a signed head with this number."),
    Fault.REWRITTEN: Message("The log was written anew: a peer holds another signed head for this entry."),
    Fault.HEAD_INVALID: Message("The head handed in is not signed by this centre."),
}


class Finding(msgspec.Struct, frozen=True):
    """Something wrong at entry `no`."""

    fault: Fault
    no: int


class Verification(msgspec.Struct, frozen=True, kw_only=True):
    """entries: how many there are. erased: how many of them have their detail erased. heads: how many peers' heads
    agree with the log. findings: what is wrong, in order; empty where the log is whole."""

    entries: int
    erased: int
    heads: int
    findings: tuple[Finding, ...]


def verify(path: Path, heads: Iterable[bytes] = (), keys: Sequence[bytes] = ()) -> Verification:
    """Check the log of an exchange file. heads: envelopes that peers kept; keys: the centre's signing keys."""
    with told(path), contextlib.closing(reading_only(path)) as connection:
        return _verified(connection, [_head(head, keys) for head in heads])


def _verified(connection: sqlite3.Connection, heads: list[audit.Head | None]) -> Verification:
    findings: list[Finding] = []
    hashes: dict[int, str] = {}
    erased: set[int] = set()
    allowed: set[int] = set()
    previous, expected = audit.START, 1
    for no, at, action, salt, detail, digest, link in audit.rows(connection):
        if no != expected:
            findings.append(Finding(Fault.MISSING, no))
        if audit.linked(previous, no, at, action, digest) != link:
            findings.append(Finding(Fault.EDITED, no))
        if detail is None and salt is None:
            erased.add(no)
        elif detail is None or salt is None or audit.detail_digest(salt, detail) != digest:
            findings.append(Finding(Fault.DETAIL_EDITED, no))
        if action == audit.Action.ERASURE:
            allowed |= _erased_by(detail)
        hashes[no] = link.hex()
        previous, expected = link, no + 1
    findings += [Finding(Fault.ERASED_UNRECORDED, no) for no in sorted(erased - allowed)]
    agreeing = 0
    for head in heads:
        fault = _fault(head, hashes, expected - 1)
        if fault is None:
            agreeing += 1
        else:
            findings.append(Finding(fault, head.no if head else 0))
    return Verification(entries=len(hashes), erased=len(erased), heads=agreeing, findings=tuple(findings))


def _fault(head: audit.Head | None, hashes: dict[int, str], newest: int) -> Fault | None:
    if head is None:
        return Fault.HEAD_INVALID
    if head.no > newest:
        return Fault.CUT_SHORT
    known = hashes.get(head.no, audit.START.hex() if head.no == 0 else "")
    return None if known == head.hash else Fault.REWRITTEN


def _erased_by(detail: bytes | None) -> set[int]:
    """The number of the entry that an entry of action `erasure` is about."""
    try:
        kind, _, no = msgspec.json.decode(detail or b"{}", type=audit.Detail).subject.partition(":")
        return {int(no)} if kind == "audit" else set()
    except (msgspec.DecodeError, ValueError):
        return set()


def _head(data: bytes, keys: Sequence[bytes]) -> audit.Head | None:
    try:
        signed = envelope.read(data)
        if not envelope.signers(signed, audit.HEAD_TYPE, keys):
            return None
        return decoded(signed.body, audit.Head)
    except Rejected:
        return None
