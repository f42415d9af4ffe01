"""Codes of a review in words."""

from __future__ import annotations

from qroc_desktop.exercise.vocabulary import KnownBy, RemarkKind, Side
from qroc_desktop.services.exercise.review.after_action import Known
from qroc_desktop.services.exercise.review.chronicle import Mark, MarkKind
from qroc_desktop.translation import ntr, tr


def said_remark(kind: RemarkKind) -> str:
    """What a remark is."""
    return {
        RemarkKind.STRENGTH: tr("Strength"),
        RemarkKind.IMPROVEMENT: tr("To improve"),
        RemarkKind.ACTION: tr("Corrective action"),
    }[kind]


def said_side(side: Side) -> str:
    """Whom a team plays for."""
    return {
        Side.BLUE: tr("blue"),
        Side.RED: tr("red"),
        Side.WHITE: tr("directing staff"),
        Side.GREEN: tr("green"),
    }[side]


def said_outcome(outcome: str) -> str:
    """What became of something expected."""
    return {
        "in-time": tr("in time"),
        "late": tr("late"),
        "never": tr("never"),
        "open": tr("still open at the end of the record"),
    }[outcome]


def said_fact(known: Known) -> str:
    """What it was that became known: a fact in its own words, or that one of the hunted was sighted."""
    return tr("Sighting: {name}", name=known.name) if known.entity else known.name


def said_source(known: Known) -> str:
    """How a fact became known."""
    match known.how:
        case KnownBy.TOLD:
            return known.by
        case KnownBy.DETECTED:
            return tr("own detection")
        case KnownBy.CONCLUDED:
            return tr("own conclusion: {action}", action=known.by)
        case KnownBy.PASSED_ON:
            return tr("told by {team}", team=known.by)
        case None:
            return ""


def said_duration(milliseconds: int) -> str:
    """`45 s`, `12 min`, `1 h 05 min`: as exact as anybody needs it."""
    seconds = round(milliseconds / 1000)
    if abs(seconds) < 120:
        return tr("{count} s", count=seconds)
    minutes = round(seconds / 60)
    if abs(minutes) < 60:
        return tr("{count} min", count=minutes)
    if not minutes % 60:
        return tr("{count} h", count=minutes // 60)
    return tr("{hours} h {minutes} min", hours=minutes // 60, minutes=f"{minutes % 60:02}")


def said_metres(metres: float) -> str:
    """`240 m`, `3.4 km`."""
    if metres < 1000:
        return f"{round(metres):d} m"
    text = f"{metres / 1000:.1f}" if metres < 10_000 else f"{metres / 1000:.0f}"
    return tr("{distance} km", distance=_decimal(text))


def _decimal(text: str) -> str:
    return text.replace(".", tr("decimal\x04."))


def said_kind(kind: MarkKind) -> str:
    """What a line of the chronicle is."""
    return {
        MarkKind.INJECT: tr("Inject"),
        MarkKind.IMPROVISED: tr("Improvised inject"),
        MarkKind.BEGUN: tr("Inject begun"),
        MarkKind.HELD: tr("Inject held back"),
        MarkKind.RELEASED: tr("Inject released"),
        MarkKind.SKIPPED: tr("Inject skipped"),
        MarkKind.PASSED: tr("Inject passed over in a jump"),
        MarkKind.SHIFTED: tr("Everything shifted"),
        MarkKind.BRANCH: tr("Branch"),
        MarkKind.DETECTION: tr("Detection"),
        MarkKind.ACTION: tr("Action of a team"),
        MarkKind.PLAN: tr("Plan of red"),
        MarkKind.RATING: tr("Rating or observation"),
        MarkKind.REMARK: tr("Remark of the review"),
        MarkKind.NO_DUFF: tr("NO DUFF: real emergency"),
        MarkKind.RESUMED: tr("Real emergency over"),
        MarkKind.BRANCHED: tr("Forked during a real emergency"),
        MarkKind.PAUSE: tr("Pause"),
        MarkKind.JUMP: tr("Jump"),
        MarkKind.SPEED: tr("Speed"),
    }[kind]


def said_mark(mark: Mark, elapsed: str = "") -> str:
    """A line of the chronicle. `elapsed`: the goal of a jump as it is written."""
    match mark.kind:
        case MarkKind.SHIFTED:
            return said_duration(mark.value or 0)
        case MarkKind.JUMP:
            return tr("to {time}", time=elapsed)
        case MarkKind.SPEED:
            return f"{mark.text}×"
        case MarkKind.PAUSE if mark.value is not None:
            return tr("{duration} by the clock on the wall", duration=said_duration(mark.value))
        case MarkKind.DETECTION if mark.value:
            return tr("{name}, known {duration} later", name=mark.text, duration=said_duration(mark.value))
        case MarkKind.ACTION if mark.step:
            return tr("{text} (correction)", text=mark.text)
        case MarkKind.PLAN:
            step = {"proposed": tr("proposed"), "declined": tr("declined"), "accepted": tr("accepted")}[mark.step]
            return f"{mark.text} ({step})"
    return mark.text


def said_count(count: int) -> str:
    """How many events a record has."""
    return ntr("{count} event", "{count} events", count)
