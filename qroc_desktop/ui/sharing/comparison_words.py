"""Comparisons of received pictures in words, signs and marks of the map."""

from __future__ import annotations

from typing import Final

from qroc_desktop.domain.comparison import Difference, Fate
from qroc_desktop.domain.instant import Instant
from qroc_desktop.domain.vocabulary import Aspect
from qroc_desktop.errors import Message
from qroc_desktop.mapview.messages import CompareMark
from qroc_desktop.services.comparing import Comparison, State
from qroc_desktop.translation import said, tr
from qroc_desktop.ui.change_words import differences
from qroc_desktop.ui.measures import length_text
from qroc_desktop.ui.sharing.share_words import KINDS
from qroc_desktop.ui.times import brief

FATES: Final[dict[Fate, tuple[Message, str, str]]] = {
    Fate.NEW: (Message("new"), "circle-plus", "good"),
    Fate.MOVED: (Message("moved"), "move-up-right", "accent"),
    Fate.CHANGED: (Message("changed"), "diff", "warning"),
    Fate.GONE: (Message("gone"), "square-x", "muted"),
}
"""Word, icon and token of its colour."""


def title_of(one: Difference) -> str:
    """The item's name."""
    return one.latest.wording.title or tr("(no title)")


def detail_of(one: Difference) -> str:
    """What became of it: how far it moved and where to, what of it became what."""
    if one.fate is Fate.GONE:
        return tr("Still on the picture: another share has it.") if one.shown else ""
    parts = []
    if one.distance_m is not None and one.bearing_deg is not None:
        parts.append(tr("{length} towards {bearing}°", length=length_text(one.distance_m), bearing=bearing(one)))
    before, after = one.before, one.after
    if before is not None and after is not None:
        for aspect in one.aspects:
            if aspect is Aspect.SHAPE and one.distance_m is not None:
                continue
            parts += differences(aspect, before.aspects.get(aspect), after.aspects.get(aspect))
    return " · ".join(parts)


def bearing(one: Difference) -> str:
    """Three figures, as on the radio: `047`."""
    return f"{round(one.bearing_deg or 0.0) % 360:03d}"


def state_text(state: State, name: str, now: Instant) -> str:
    """A received picture in a list: when, from whom, what."""
    if state.reader:
        return tr("{time} · as {officer} read it", time=brief(state.at, now), officer=state.reader)
    what = f"{said(KINDS[state.kind])}: {state.subject}" if state.subject else said(KINDS[state.kind])
    return " · ".join(part for part in (brief(state.at, now), name, what) if part)


def legend_text(found: Comparison, name: str, now: Instant, *, past: bool) -> str:
    """What the map says over the meaning of the marks."""
    lines = [name]
    after = brief(found.after.at, now)
    if found.before is None:
        lines.append(tr("{time}, all of it", time=after))
    else:
        lines.append(tr("{time} against {earlier}", time=after, earlier=brief(found.before.at, now)))
        if found.before.reader:
            lines.append(tr("as {officer} read it", officer=found.before.reader))
    if past:
        lines.append(tr("Does not follow the time slider."))
    return "\n".join(lines)


def marks_of(found: Comparison) -> list[CompareMark]:
    """The marks of all that has a place."""
    return [mark for mark in map(_mark, found.differences) if mark is not None]


def _mark(one: Difference) -> CompareMark | None:
    shape = one.latest.shape
    if shape is None:
        return None
    lon, lat = shape.anchor()
    moved = one.fate is Fate.MOVED and one.before is not None and one.before.shape is not None
    was = one.before.shape.anchor() if moved and one.before and one.before.shape else None
    return CompareMark(fate=one.fate.value, lon=lon, lat=lat, was=was, text=one.latest.wording.title)
