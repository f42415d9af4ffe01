"""qroc request: ask another centre, answer what others ask of us, and count what became of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import click
import msgspec

from qroc_desktop.cli import share
from qroc_desktop.cli.centre import Centre, moment, officer_option, peer_named
from qroc_desktop.cli.session import InstantType, Session, answer, json_option
from qroc_desktop.domain.instant import MICROSECONDS, Instant
from qroc_desktop.errors import Message, Refused
from qroc_desktop.policy import load
from qroc_desktop.policy.channels import DEPARTURE, REFUSAL_GROUND, URGENCY_GROUND, Channel, listed
from qroc_desktop.policy.vocabulary import Purpose
from qroc_desktop.services.request_threads import Request
from qroc_desktop.services.requests import DIRECTIVE, Count, Question, Requests, Written
from qroc_desktop.sync.letters import Ask
from qroc_desktop.sync.shipment import Queued

C = TypeVar("C", bound=Callable[..., Any])


def register(root: click.Group) -> None:
    """Add the commands to `qroc`."""
    root.add_command(request)


@click.group(short_help="Ask other centres, and answer what they ask.")
def request() -> None:
    """Ask another centre for information, and answer what others ask of us, each with its deadline."""


def ask_options(command: C) -> C:
    """The fields of Directive (EU) 2023/977, article 4(5)."""
    options = (
        click.option("--subject", required=True, metavar="TEXT", help="A line for the other centre's list."),
        click.option("--information", required=True, metavar="TEXT", help="What is asked for."),
        click.option("--facts", required=True, metavar="TEXT", help="Purpose, facts and underlying offence."),
        click.option("--reasons", required=True, metavar="TEXT", help="Why it is believed to be available there."),
        click.option("--link", default="", metavar="TEXT", help="How the person is linked with the purpose."),
        click.option("--urgency", default="", metavar="CODE", help="The ground of urgency; see `qroc request codes`."),
        click.option("--urgency-reason", default="", metavar="TEXT", help="Why it is urgent."),
        click.option("--restrictions", default="", metavar="TEXT", help="Restrictions on the use of this request."),
        click.option("--instrument", default=DIRECTIVE, show_default=True, metavar="ID", help="The law."),
        click.option("--limit", default="other", show_default=True, metavar="ID", help="Its time limit."),
        click.option("--purpose", required=True, type=click.Choice([p.value for p in Purpose]), help="What it is for."),
        click.option("--channel", required=True, metavar="CODE", help="Why SIENA is not used; see `qroc share bases`."),
    )
    for option in reversed(options):
        command = option(command)
    return command


@request.command("codes", short_help="List time limits and codes.")
@json_option
def codes(as_json: bool) -> None:
    """List the time limits, and the codes of urgency, refusal and departure, that the program knows."""
    known = load()
    limits = [
        {
            "instrument": instrument.id, "limit": limit.id, "article": limit.article, "verified": limit.verified,
            "hours": limit.hours, "days": limit.days, "urgent": limit.urgent, "repealed": instrument.repealed,
        }
        for instrument in known for limit in instrument.limits if limit.starts == "receipt"
    ]  # fmt: skip
    lists = {
        name: [{"code": code.id, "article": code.article, "verified": code.verified} for code in listed(known, name)]
        for name in (URGENCY_GROUND, REFUSAL_GROUND, DEPARTURE)
    }
    lines = [f"limit {one['instrument']} {one['limit']}" for one in limits]
    lines += [f"{name} {code['code']}" for name, entries in lists.items() for code in entries]
    answer(as_json, {"limits": limits, **lists}, "\n".join(lines))


@request.command("send", short_help="Ask another centre.")
@click.option("--to", required=True, metavar="CENTRE", help="The centre, by name or id.")
@ask_options
@officer_option
@click.option("--why", default="", metavar="TEXT", help="A justification, kept in the audit log.")
@json_option
@click.pass_obj
def send(session: Session, /, to: str, officer: str, why: str, as_json: bool, **asked: Any) -> None:
    """Ask one centre, sealed for it alone. Its time begins when it has the request."""
    with _requests(session) as (requests, centre):
        ask = Ask(
            requested_information=asked["information"], purpose_facts_offence=asked["facts"],
            reasons_it_is_there=asked["reasons"], link_with_person=asked["link"], urgency=asked["urgency"],
            urgency_reason=asked["urgency_reason"], use_restrictions=asked["restrictions"],
            instrument=asked["instrument"], limit=asked["limit"],
        )  # fmt: skip
        queued = requests.send(
            Question(
                to=centre(to), ask=ask, purpose=Purpose(asked["purpose"]),
                channel=Channel(exception=asked["channel"]), officer=officer, subject=asked["subject"], why=why,
            )
        )  # fmt: skip
    _answer_queued(queued, queued.bundle, as_json)


@request.command("list", short_help="List requests and their deadlines.")
@click.option("--open", "only_open", is_flag=True, help="Only those that are due.")
@json_option
@click.pass_obj
def list_(session: Session, only_open: bool, as_json: bool) -> None:
    """List what was asked by us and of us: what is due first, the most pressing on top."""
    with _requests(session) as (requests, _):
        rows = [_row(one, session.clock()) for one in requests.all() if one.open or not only_open]
    answer(as_json, {"requests": rows}, "\n".join(map(_line, rows)) or "no requests")


@request.command("show", short_help="Show a request and all that was written about it.")
@click.argument("request_id", metavar="REQUEST")
@officer_option
@click.option("--why", default="", metavar="TEXT", help="The justification, kept in the audit log.")
@json_option
@click.pass_obj
def show(session: Session, request_id: str, officer: str, why: str, as_json: bool) -> None:
    """Show a request and its letters. That the officer has read it is recorded, and the other centre is told."""
    with _requests(session) as (requests, _):
        found, written = requests.read(request_id, officer=officer, why=why)
    data = {**_row(found, session.clock()), "letters": [_letter(one) for one in written]}
    lines = [_line(data)]
    for one in data["letters"]:
        lines.append(f"{one['at']}  {'we' if one['ours'] else 'they'}: {one['kind']}")
        lines += [f"  {name}: {value}" for name, value in one["says"].items() if value]
    answer(as_json, data, "\n".join(lines))


@request.command("clarify", short_help="Ask back about a request.")
@click.argument("request_id", metavar="REQUEST")
@click.option("--question", required=True, metavar="TEXT", help="What has to be known first.")
@officer_option
@json_option
@click.pass_obj
def clarify(session: Session, request_id: str, question: str, officer: str, as_json: bool) -> None:
    """Ask the centre that asked. The time goes on."""
    _write(session, request_id, as_json, lambda requests, found: requests.clarify(found, question, officer=officer))


@request.command("explain", short_help="Say more about our request.")
@click.argument("request_id", metavar="REQUEST")
@click.option("--text", required=True, metavar="TEXT", help="What the other centre asked back.")
@officer_option
@json_option
@click.pass_obj
def explain(session: Session, request_id: str, text: str, officer: str, as_json: bool) -> None:
    """Answer a question about a request of ours."""
    _write(session, request_id, as_json, lambda requests, found: requests.explain(found, text, officer=officer))


@request.command("answer", short_help="Answer a request with items.")
@click.argument("request_id", metavar="REQUEST")
@share.item_options
@click.option("--channel", required=True, metavar="CODE", help="Why SIENA is not used; see `qroc share bases`.")
@click.option("--purpose", type=click.Choice([p.value for p in Purpose]), help="What it is for (default: as asked).")
@click.option("--more", is_flag=True, help="More will follow; the request stays open.")
@officer_option
@click.option("--why", required=True, metavar="TEXT", help="The justification, kept in the audit log.")
@click.option("--text", default="", metavar="TEXT", help="Words to the recipient.")
@json_option
@click.pass_context
def answer_(
    context: click.Context, /, request_id: str, channel: str, purpose: str | None, officer: str, why: str,
    as_json: bool, **asked: Any,
) -> None:  # fmt: skip
    """Send items in answer to a request: decided by law and markings like every share, on the basis of a request."""
    with _requests(context.obj) as (requests, _):
        found = requests.one(request_id)
        basis, wanted = requests.basis(found), purpose or requests.purpose(found)
    if not basis or not wanted:
        raise Refused(Message("The basis or the purpose of this answer is not known; use qroc share send --answers."))
    context.invoke(
        share.send, centres=(found.peer,), purpose=str(wanted), basis=basis, channel=channel, waiver="", confirmed=(),
        person="", officer=officer, why=why, subject=found.subject, expires=None, answers=found.id, as_json=as_json,
        **asked,
    )  # fmt: skip


@request.command("refuse", short_help="Refuse a request or a part of it.")
@click.argument("request_id", metavar="REQUEST")
@click.option("--ground", "grounds", required=True, multiple=True, metavar="CODE", help="See `qroc request codes`.")
@click.option("--part", default="", metavar="TEXT", help="What is refused (default: all of it).")
@click.option("--note", default="", metavar="TEXT", help="Words to the other centre.")
@officer_option
@json_option
@click.pass_obj
def refuse(
    session: Session, request_id: str, grounds: tuple[str, ...], part: str, note: str, officer: str, as_json: bool
) -> None:
    """Refuse with grounds. Where a part is named only that is refused, and the rest stays due."""
    _write(
        session, request_id, as_json,
        lambda requests, found: requests.refuse(found, grounds, officer=officer, part=part, note=note),
    )  # fmt: skip


@request.command("delay", short_help="Give notice of a delay.")
@click.argument("request_id", metavar="REQUEST")
@click.option("--expected", required=True, type=InstantType(), help="When the answer is expected.")
@click.option("--reasons", required=True, metavar="TEXT", help="The reasons; the other centre sees them.")
@click.option("--ground", default="", metavar="CODE", help="What allows it (default: a judicial authorisation).")
@officer_option
@json_option
@click.pass_obj
def delay(
    session: Session, request_id: str, expected: Instant, reasons: str, ground: str, officer: str, as_json: bool
) -> None:
    """Tell the asking centre at once that a judge has to authorise first, until when, and why."""
    _write(
        session, request_id, as_json,
        lambda requests, found: requests.delay(found, expected, reasons, officer=officer, ground=ground),
    )  # fmt: skip


@request.command("cancel", short_help="Take our request back.")
@click.argument("request_id", metavar="REQUEST")
@click.option("--why", required=True, metavar="TEXT", help="The reason; the other centre sees it.")
@officer_option
@json_option
@click.pass_obj
def cancel(session: Session, request_id: str, why: str, officer: str, as_json: bool) -> None:
    """Take a request back that needs no answer any more."""
    _write(session, request_id, as_json, lambda requests, found: requests.cancel(found, why, officer=officer))


@request.command("statistics", short_help="Count requests by instrument and outcome.")
@json_option
@click.pass_obj
def statistics(session: Session, as_json: bool) -> None:
    """Count what was asked by us and of us, by instrument, time limit and outcome."""
    with _requests(session) as (requests, _):
        rows = [_counted(count) for count in requests.statistics()]
    lines = [
        f"{row['direction']} {row['instrument']} {row['limit']}: {row['total']}; "
        + ", ".join(f"{count} {name}" for name, count in row["outcomes"].items())
        + f"; {row['in_time']} in time, {row['late']} late, {row['overdue']} overdue"
        for row in rows
    ]
    answer(as_json, {"statistics": rows}, "\n".join(lines) or "no requests")


@contextmanager
def _requests(session: Session) -> Iterator[tuple[Requests, Callable[[str], str]]]:
    """The requests of this centre, and what a centre that was named is called."""
    with Centre(session).exchange() as exchange:
        requests = Requests(exchange, load(), session.clock)
        yield requests, lambda said: peer_named(exchange, said).centre


def _write(session: Session, request_id: str, as_json: bool, letter: Callable[[Requests, str], Queued]) -> None:
    """Write a letter about a request, which may be named by the beginning of its id."""
    with _requests(session) as (requests, _):
        found = requests.one(request_id).id
        queued = letter(requests, found)
    _answer_queued(queued, found, as_json)


def _direction(ours: bool) -> str:
    return "asked-by-us" if ours else "asked-of-us"


def _row(one: Request, now: Instant) -> dict[str, Any]:
    left, deadline = one.countdown(now), one.deadline
    return {
        "request": one.id,
        "direction": _direction(one.ours),
        "centre": one.peer,
        "name": one.name,
        "country": one.country,
        "subject": one.subject,
        "standing": str(one.standing),
        "created": moment(one.created),
        "received": moment(deadline.started) if deadline else None,
        "instrument": one.facts.instrument,
        "limit": one.facts.limit,
        "article": deadline.article if deadline else None,
        "urgency": one.facts.urgency or None,
        "zone": deadline.zone if deadline else None,
        "due": moment(deadline.due) if deadline else None,
        "expected": moment(deadline.expected) if deadline else None,
        "seconds_left": left.left // MICROSECONDS if left else None,
        "overdue": one.overdue(now),
        "closed_at": moment(one.closed_at),
        "late": one.late,
        "grounds": list(one.grounds),
    }


def _line(row: dict[str, Any]) -> str:
    due = f"due {row['due']}" if row["due"] else "not delivered yet"
    if row["expected"]:
        due += f", expected {row['expected']}"
    state = "OVERDUE, " + row["standing"] if row["overdue"] else row["standing"]
    late = ", late" if row["late"] else ""
    return f"{row['direction']}  {row['name']}  {row['subject']}  {state}{late}, {due}  {row['request']}"


def _letter(one: Written) -> dict[str, Any]:
    piece, content, letter = one.piece, one.content, one.letter
    says = {} if letter is None else msgspec.to_builtins(letter, str_keys=True)
    says.pop("letter", None)
    if "expected" in says:
        says["expected"] = moment(says["expected"])
    return {
        "bundle": piece.bundle,
        "kind": piece.kind,
        "ours": piece.ours,
        "at": moment(piece.at),
        "officer": content.officer if content else None,
        "erased": content is None,
        "withdrawn": piece.withdrawn,
        "state": piece.state,
        "items": [item.id for item in content.items] if content else [],
        "text": content.text if content else "",
        "purpose": (content.terms.purpose or None) if content else None,
        "says": says,
    }


def _counted(count: Count) -> dict[str, Any]:
    data = msgspec.to_builtins(count)
    return {"direction": _direction(data.pop("ours")), **data}


def _answer_queued(queued: Queued, request_id: str, as_json: bool) -> None:
    data = {"request": request_id, "bundle": queued.bundle, "seq": queued.seq, "bytes": queued.size}
    answer(as_json, data, f"request {request_id}: bundle {queued.bundle}")
