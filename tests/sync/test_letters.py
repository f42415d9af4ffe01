"""Letters about requests at the door: what a faulty or hostile peer could write, duplicates, and order."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from qroc_desktop.domain.instant import Instant, seconds
from qroc_desktop.sync.bundle import Kind
from qroc_desktop.sync.content import written
from qroc_desktop.sync.letters import Ask, Cancellation, Clarification, Delay, Explanation, Letter, Refusal, Reply
from qroc_desktop.sync.refusals import Code, Rejected
from qroc_desktop.sync.shipment import Queued, Shipment
from tests.sync.building import START, Centre, answers, befriended, forged, incident, plain

ASK = Ask(
    requested_information="Keeper of the van", purpose_facts_offence="Attempted murder",
    reasons_it_is_there="Seen there", instrument="dir-2023-977", limit="urgent-direct",
    urgency="public-security", urgency_reason="On the move",
)  # fmt: skip


def replaced(letter: Letter, **fields: Any) -> Any:
    return msgspec.structs.replace(letter, **fields)


def asked(noord: Centre, sued: Centre) -> Queued:
    """Noord asks Süd, which has it."""
    queued = noord.sends(sued, kind=Kind.REQUEST, letter=ASK, subject="Van")
    carried(noord, sued, queued)
    return queued


def carried(sender: Centre, recipient: Centre, queued: Queued) -> None:
    for reply in recipient.receive(sender.parcel(queued), None).replies:
        sender.receive(reply, None)


def refusal(recipient: Centre, data: bytes) -> str:
    taken = recipient.receive(data, None)
    assert [answer.code for answer in answers(taken.replies)] == [taken.code]
    return taken.code


def letter(sender: Centre, recipient: Centre, letter: Any, kind: Kind = Kind.ANSWER, **more: Any) -> bytes:
    """A parcel with this letter, made by hand."""
    items = (incident("a"),) if kind is Kind.SNAPSHOT else ()
    content = plain(sender, recipient, *items, kind=kind, **{"letter": letter, "format": 2, **more})
    return forged(sender, recipient, kind=kind, content=written(content, {}))


UNKNOWN = {
    "a limit": replaced(ASK, limit="yesterday"),
    "a limit that does not start with the receipt": replaced(ASK, instrument="reg-2024-982", limit="core-data"),
    "an instrument": replaced(ASK, instrument="treaty-of-nowhere"),
    "a ground of urgency": replaced(ASK, urgency="boredom"),
    "urgency without a ground": replaced(ASK, urgency=""),
    "urgency without a reason": replaced(ASK, urgency_reason=" "),
    "a ground where none belongs": replaced(ASK, limit="other"),
}


@pytest.mark.parametrize("name", UNKNOWN)
def test_an_unknown_code_in_a_request_is_refused(name: str, noord: Centre, sued: Centre) -> None:
    assert refusal(sued, letter(noord, sued, UNKNOWN[name], Kind.REQUEST)) == Code.UNKNOWN_CODE
    assert sued.exchange.letters.pieces() == []
    assert [alarm.code for alarm in sued.exchange.alarms.open()] == ["unknown-code"]
    assert "does not have" in str(Rejected(Code.UNKNOWN_CODE))


@pytest.mark.parametrize(
    "wrong", [Refusal(grounds=("z",)), Delay(ground="laziness", expected=START + seconds(99), reasons="because")]
)
def test_an_unknown_code_in_a_letter_is_refused(wrong: Letter, noord: Centre, sued: Centre) -> None:
    request = asked(noord, sued)
    assert refusal(noord, letter(sued, noord, wrong, answers=request.bundle)) == Code.UNKNOWN_CODE
    assert [piece.kind for piece in noord.exchange.letters.pieces()] == ["request"]


BAD: dict[str, dict[str, Any]] = {
    "a request that answers": {"letter": ASK, "kind": Kind.REQUEST, "answers": "0" * 64},
    "a request in an answer": {"letter": ASK, "kind": Kind.ANSWER, "answers": "0" * 64},
    "a refusal in a request": {"letter": Refusal(grounds=("a",)), "kind": Kind.REQUEST},
    "a refusal that answers nothing": {"letter": Refusal(grounds=("a",))},
    "an answer without items": {"letter": Reply(), "answers": "0" * 64},
    "a refusal with a picture": {"letter": Refusal(grounds=("a",)), "kind": Kind.SNAPSHOT, "answers": "0" * 64},
    "a request without a letter": {"letter": msgspec.UNSET, "kind": Kind.REQUEST, "format": 1},
    "an answer without a letter": {"letter": msgspec.UNSET, "format": 1},
    "a letter in the older format": {"letter": ASK, "kind": Kind.REQUEST, "format": 1},
    "the newer format without a letter": {"letter": msgspec.UNSET, "kind": Kind.SNAPSHOT},
    "a question without words": {"letter": Clarification(question=" "), "answers": "0" * 64},
    "a refusal without a ground": {"letter": Refusal(grounds=()), "answers": "0" * 64},
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_letter_is_refused(name: str, noord: Centre, sued: Centre) -> None:
    fields = dict(BAD[name])
    assert refusal(sued, letter(noord, sued, fields.pop("letter"), **fields)) == Code.BAD_CONTENT
    assert sued.exchange.letters.pieces() == []


def test_a_letter_of_a_newer_format_is_refused_as_such(noord: Centre, sued: Centre) -> None:
    assert refusal(sued, letter(noord, sued, ASK, Kind.REQUEST, format=3)) == Code.UNKNOWN_FORMAT


@pytest.mark.parametrize(
    "wrong",
    [Refusal(grounds=("a",)), Reply(), Clarification(question="?"), Explanation(text="so"), Cancellation(why="no")],
)
def test_a_letter_about_no_request_is_refused(wrong: Letter, noord: Centre, sued: Centre) -> None:
    kind = Kind.SNAPSHOT if isinstance(wrong, Reply) else Kind.ANSWER
    assert refusal(sued, letter(noord, sued, wrong, kind, answers="0" * 64)) == Code.NOT_ASKED


def test_nobody_answers_for_another_centre(tmp_path: Path) -> None:
    noord, sued, est = befriended(tmp_path, "Noord", "Süd", "Est")
    request = asked(noord, sued)
    assert refusal(noord, letter(est, noord, Refusal(grounds=("a",)), answers=request.bundle)) == Code.NOT_ASKED
    assert refusal(sued, letter(est, sued, Cancellation(why="no"), answers=request.bundle)) == Code.NOT_ASKED
    for centre in (noord, sued, est):
        centre.exchange.close()


@pytest.mark.parametrize("wrong", [Refusal(grounds=("a",)), Clarification(question="?")])
def test_the_asking_centre_does_not_answer_its_own_request(wrong: Letter, noord: Centre, sued: Centre) -> None:
    request = asked(noord, sued)
    queued = noord.sends(sued, kind=Kind.ANSWER, letter=wrong, answers=request.bundle)
    assert refusal(sued, noord.parcel(queued)) == Code.NOT_ASKED
    assert [piece.kind for piece in sued.exchange.letters.pieces()] == ["request"]


def test_the_asked_centre_does_not_take_the_request_back(noord: Centre, sued: Centre) -> None:
    request = asked(noord, sued)
    queued = sued.sends(noord, kind=Kind.ANSWER, letter=Cancellation(why="no"), answers=request.bundle)
    assert refusal(noord, sued.parcel(queued)) == Code.NOT_ASKED


def test_twice_late_and_in_another_order_is_the_same(noord: Centre, sued: Centre) -> None:
    request = asked(noord, sued)
    question = sued.sends(noord, kind=Kind.ANSWER, letter=Clarification(question="?"), answers=request.bundle)
    sued.clock.forward()
    part = sued.sends(
        noord, kind=Kind.ANSWER, letter=Refusal(grounds=("a",), part="the keeper"), answers=request.bundle
    )
    for one in (part, question, part, question, part):
        carried(sued, noord, one)
    noord.reopen()
    pieces = noord.exchange.letters.pieces(request.bundle)
    assert [(piece.bundle, piece.kind) for piece in pieces] == [
        (request.bundle, "request"), (question.bundle, "clarification"), (part.bundle, "refusal"),
    ]  # fmt: skip
    assert [piece.ours for piece in pieces] == [True, False, False]


def test_the_receipt_is_the_first_one_that_is_told(noord: Centre, sued: Centre) -> None:
    queued = noord.sends(sued, kind=Kind.REQUEST, letter=ASK, subject="Van")
    data, got = noord.parcel(queued), []
    for _ in range(3):
        sued.clock.forward(60)
        got.append(sued.receive(data, None).replies[0])
    noord.clock.forward(600)
    for reply in (got[1], got[2], got[0], got[2]):
        noord.receive(reply, None)
    (piece,) = noord.exchange.letters.pieces()
    assert piece.arrived == START + seconds(60)
    (theirs,) = sued.exchange.letters.pieces()
    assert theirs.at == START + seconds(60)


@pytest.mark.parametrize(("off", "believed"), [(-7200, 0), (7200, 30)])
def test_a_clock_that_is_wrong_moves_the_receipt_no_further_than_can_be(
    off: float, believed: int, noord: Centre, sued: Centre
) -> None:
    queued = noord.sends(sued, kind=Kind.REQUEST, letter=ASK, subject="Van")
    noord.clock.forward(30)
    # A slow clock would make the bundle wait; an officer lets it in.
    sued.clock.time = Instant(START + seconds(off))
    sued.receive(noord.parcel(queued), None)
    if off < 0:
        sued.exchange.release(queued.bundle, officer="Clara", why="their clock is right")
    for reply in sued.receive(noord.parcel(queued), None).replies:
        noord.receive(reply, None)
    (piece,) = noord.exchange.letters.pieces()
    assert piece.arrived == START + seconds(believed)


def test_an_older_program_reads_what_is_no_letter(noord: Centre, sued: Centre) -> None:
    content = plain(noord, sued, incident("a"))
    data = written(content, {})
    assert b'"format":1' in data
    assert b"letter" not in data
    assert b"contact" not in data


def test_a_letter_that_is_none_does_not_leave(noord: Centre, sued: Centre) -> None:
    with pytest.raises(Rejected):
        noord.exchange.outbox.queue(
            Shipment(to=sued.id, kind=Kind.ANSWER, officer="Anna", letter=Refusal(grounds=("a",)))
        )
    assert noord.exchange.dispatch.board() == []
