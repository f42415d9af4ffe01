"""Requests, their deadlines and letters in words and signs: a state is never told by colour alone."""

from __future__ import annotations

from typing import Final

from qroc_desktop.domain.instant import Instant
from qroc_desktop.errors import Message
from qroc_desktop.policy import words
from qroc_desktop.policy.channels import Listed, listed
from qroc_desktop.policy.deadlines import Countdown
from qroc_desktop.policy.instruments import Instruments, Limit
from qroc_desktop.services.request_threads import Request, Standing
from qroc_desktop.services.requests import Written
from qroc_desktop.sync.letters import (
    Ask,
    Cancellation,
    Clarification,
    Delay,
    Explanation,
    Refusal,
    Reply,
    words_of,
)
from qroc_desktop.translation import ntr, said, tr
from qroc_desktop.ui.times import DAY, HOUR, MINUTE, both, brief

SECOND: Final = 1_000_000
STANDINGS: Final[dict[Standing, tuple[Message, str, str]]] = {
    Standing.SENDING: (Message("not delivered yet"), "clock", "warning"),
    Standing.STOPPED: (Message("refused at the door; see Sent"), "ban", "danger"),
    Standing.OPEN: (Message("open"), "hourglass", "accent"),
    Standing.CLARIFYING: (Message("asked back"), "message-circle-question-mark", "warning"),
    Standing.DELAYED: (Message("delay announced"), "hourglass", "warning"),
    Standing.ANSWERED: (Message("answered"), "circle-check", "good"),
    Standing.IN_PART: (Message("answered, refused in part"), "circle-check", "good"),
    Standing.REFUSED: (Message("refused"), "circle-slash", "muted"),
    Standing.CANCELLED: (Message("taken back"), "undo-2", "muted"),
}
PRESSING: Final = 0.75
"""From this share of the time on a countdown is shown as pressing."""


def span(microseconds: int) -> str:
    """A span of time in two units: `2 d 4 h`, `7 h 12 min`, `12 min 30 s`."""
    left = abs(microseconds)
    if left >= 2 * DAY:
        return tr("{days} d {hours} h", days=left // DAY, hours=left % DAY // HOUR)
    if left >= HOUR:
        return tr("{hours} h {minutes} min", hours=left // HOUR, minutes=left % HOUR // MINUTE)
    return tr("{minutes} min {seconds} s", minutes=left // MINUTE, seconds=left % MINUTE // SECOND)


def countdown_text(request: Request, now: Instant) -> str:
    """How much time there is, or that it is over; of a closed request whether it was late."""
    left = request.countdown(now)
    if left is not None:
        if left.overdue:
            return tr("OVERDUE by {time}", time=span(left.left))
        return tr("{time} left", time=span(left.left))
    if request.late:
        return tr("was late")
    return tr("in time") if request.closed_at is not None and request.standing is not Standing.CANCELLED else "–"


def countdown_sign(request: Request, now: Instant) -> tuple[str, str]:
    """Icon and colour of a countdown."""
    left = request.countdown(now)
    if left is None:
        return ("clock-alert", "warning") if request.late else ("check", "muted")
    return _sign(left)


def _sign(left: Countdown) -> tuple[str, str]:
    if left.overdue:
        return "triangle-alert", "danger"
    return ("hourglass", "warning") if left.share >= PRESSING else ("hourglass", "good")


def who(request: Request) -> str:
    """`from NL · Maastricht`, or `to` it."""
    name = f"{request.country} · {request.name}" if request.country else request.name
    return tr("to {centre}", centre=name) if request.ours else tr("from {centre}", centre=name)


def who_sign(request: Request) -> tuple[str, str]:
    """Icon and colour of who asks whom."""
    return ("arrow-up-right", "muted") if request.ours else ("arrow-down-left", "accent")


def standing(request: Request) -> str:
    """Where it is."""
    return said(STANDINGS[request.standing][0])


def standing_sign(request: Request) -> tuple[str, str]:
    """Icon and colour of where it is."""
    return STANDINGS[request.standing][1:]


def due_text(request: Request, now: Instant) -> str:
    """When it is due, and when it is expected where that is later."""
    if request.deadline is None:
        return "–"
    due = brief(request.deadline.due, now)
    if request.deadline.expected is not None:
        return tr("{due}, expected {expected}", due=due, expected=brief(request.deadline.expected, now))
    return due


def law_text(request: Request, instruments: Instruments) -> str:
    """By which limit of which article."""
    limit = instruments.limit(request.facts.instrument, request.facts.limit)
    law = said(words.instrument(request.facts.instrument, instruments))
    return f"{law}, {limit_text(limit)}" if limit is not None else law


def limit_text(limit: Limit) -> str:
    """`8 hours, urgent · art. 5(1)(a)`."""
    if limit.hours is not None:
        text = ntr("{count} hour", "{count} hours", limit.hours)
    else:
        text = ntr("{count} day", "{count} days", limit.days or 0)
    if limit.urgent:
        text = tr("{time}, urgent", time=text)
    article = Listed(list="", id=limit.id, instrument="", article=limit.article, verified=limit.verified)
    return f"{text} · {said(words.cited(article))}"


def code_text(instruments: Instruments, name: str, code: str) -> str:
    """A code of a list as a sentence with its article; one that is not known as it is."""
    entry = next((entry for entry in listed(instruments, name) if entry.id == code), None)
    text = words.LISTS.get(name, {}).get(code)
    shown = said(text) if text else code
    return f"{shown} · {said(words.cited(entry))}" if entry else shown


def letter_title(written: Written) -> str:
    """Who wrote what, and when."""
    titles = {
        "request": tr("Request"),
        "clarification": tr("Question"),
        "explanation": tr("Explanation"),
        "answer": tr("Answer"),
        "refusal": tr("Refusal of a part") if written.piece.facts.part else tr("Refusal"),
        "delay": tr("Notice of delay"),
        "cancellation": tr("Taken back"),
    }
    title = titles.get(written.piece.kind, written.piece.kind)
    if written.piece.withdrawn:
        title = tr("{title} (withdrawn)", title=title)
    officer = written.content.officer if written.content else ""
    return " · ".join(part for part in (title, officer, both(written.piece.at)) if part)


def letter_lines(written: Written, instruments: Instruments) -> list[tuple[str, str]]:
    """What it says, as name and text."""
    letter, content = written.letter, written.content
    if content is None:
        return [("", tr("Its content was erased."))]
    match letter:
        case Ask():
            return _ask_lines(letter, content.terms.purpose, instruments)
        case Clarification() | Explanation() | Cancellation():
            return [("", words_of(letter))]
        case Refusal():
            grounds = [code_text(instruments, "refusal-ground", ground) for ground in letter.grounds]
            return [(tr("Part"), letter.part), (tr("Grounds"), "\n".join(grounds)), (tr("Note"), letter.note)]
        case Delay():
            return [
                (tr("Expected"), both(Instant(letter.expected))),
                (tr("Because"), code_text(instruments, "departure", letter.ground)),
                (tr("Reasons"), letter.reasons),
            ]
        case Reply():
            items = ntr("{count} item", "{count} items", len(content.items))
            more = tr("more will follow") if letter.more else ""
            return [("", ", ".join(part for part in (items, more) if part)), (tr("Message"), content.text)]
        case _:
            return []


def _ask_lines(ask: Ask, purpose: str, instruments: Instruments) -> list[tuple[str, str]]:
    names = words.LISTS["request-field"]
    purposes = {str(code): said(text) for code, text in words.PURPOSES.items()}
    urgency = code_text(instruments, "urgency-ground", ask.urgency) if ask.urgency else ""
    return [
        (said(names["requested-information"]), ask.requested_information),
        (tr("Purpose"), purposes.get(purpose, purpose)),
        (said(names["purpose-facts-offence"]), ask.purpose_facts_offence),
        (said(names["reasons-it-is-there"]), ask.reasons_it_is_there),
        (said(names["link-with-person"]), ask.link_with_person),
        (tr("Urgency"), urgency),
        (said(names["urgency-reason"]), ask.urgency_reason),
        (said(names["use-restrictions"]), ask.use_restrictions),
    ]
