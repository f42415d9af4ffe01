"""What a team is shown, as items: everything in its view that is on a picture, and what such an item is made of."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from operator import attrgetter
from typing import Final

from qroc_desktop.domain.aspects import (
    AspectValue,
    Attachments,
    Evaluation,
    Nature,
    Origin,
    Placement,
    Situation,
    Wording,
)
from qroc_desktop.domain.instant import Instant
from qroc_desktop.domain.shape import Shape, point
from qroc_desktop.domain.standard_identity import affiliation_of_cot, affiliation_of_sidc
from qroc_desktop.domain.vocabulary import Affiliation, Aspect, Basis, ItemType, SourceReliability, Status
from qroc_desktop.exercise.edits import OF_EXERCISE
from qroc_desktop.exercise.scenario import Geometry, Texts, said
from qroc_desktop.exercise.view import Drawn, Seen, TeamView, Told
from qroc_desktop.services.exercise.told_media import ToldMedia

# In the language of the run, as the channels are: it need not be the window's.
_YES: Final[Texts] = {"en": "yes", "de": "ja"}
_NO: Final[Texts] = {"en": "no", "de": "nein"}
FORMAT: Final = "exercise"
"""`Origin.format` of what a team is shown by an exercise."""
Thing = Seen | Drawn | Told
_LONGEST_TITLE: Final = 80
_EXERCISE: Final = re.compile(r"^(?:(?:EXERCISE|ÜBUNG)[\s.:,–-]*)+")
_TYPES: Final = {
    "Point": ItemType.NOTE,
    "MultiPoint": ItemType.NOTE,
    "LineString": ItemType.LINE,
    "MultiLineString": ItemType.LINE,
}
_steady: Final = attrgetter("type", "name", "sidc", "status", "props", "own", "stale", "error_m")
"""What an entity's item is made of, but where it is and when it was seen."""


def things(view: TeamView) -> Iterator[tuple[str, Thing]]:
    """All that is an item, by the item's identifier."""
    for seen in view.entities:
        if seen.place is not None:
            yield seen.id, seen
    for drawn in view.overlays:
        yield drawn.id, drawn
    for told in view.told:
        if is_item(told):
            yield told.id, told


def is_item(told: Told) -> bool:
    """Whether a message is an item of the picture, on which its place and its files are."""
    return told.place is not None or bool(told.media)


def layer_of(thing: Thing) -> str:
    """The identifier of the layer that the thing is on."""
    match thing:
        case Seen():
            return OF_EXERCISE + ("own" if thing.own else "seen")
        case Drawn():
            return OF_EXERCISE + "drawn"
        case Told():
            return OF_EXERCISE + "told"


def stays(before: Thing, now: Thing) -> bool:
    """Whether an item would be made of them that differs in its place at most."""
    if isinstance(before, Seen) and isinstance(now, Seen):
        again = now.stale is not None and not now.own and before.at != now.at
        return not again and bool(_steady(before) == _steady(now))
    # A medium may be there now that could not be had before.
    return before == now and not (isinstance(now, Told) and now.media)


class Portrayal:
    """Makes items of things, in one language. at: the instant of a scenario time in milliseconds."""

    def __init__(self, at: Callable[[int], Instant], language: str, media: ToldMedia) -> None:
        self._at = at
        self._language = language
        self._media = media

    def aspects(self, thing: Thing) -> dict[Aspect, AspectValue]:
        """What the thing's item is made of now."""
        match thing:
            case Seen():
                return self._entity(thing)
            case Drawn():
                return self._overlay(thing)
            case Told():
                return self._message(thing)

    def _entity(self, seen: Seen) -> dict[Aspect, AspectValue]:
        place = seen.place or (0.0, 0.0)
        identity = affiliation_of_sidc(seen.sidc) or affiliation_of_cot(seen.type) or Affiliation.UNKNOWN
        aspects: dict[Aspect, AspectValue] = {
            Aspect.NATURE: Nature(type=ItemType.UNIT, kind=seen.type, sidc=seen.sidc, affiliation=identity),
            Aspect.PLACEMENT: Placement(layer=layer_of(seen)),
            Aspect.SHAPE: point(*place, accuracy_m=seen.error_m or None),
            Aspect.WORDING: Wording(title=said(seen.name, self._language), description=_listed(seen, self._language)),
            Aspect.SITUATION: self._situation(seen),
            Aspect.ORIGIN: Origin(format=FORMAT, foreign_id=seen.id),
        }
        if not seen.own:
            aspects[Aspect.EVALUATION] = Evaluation(source=SourceReliability.B, basis=Basis.ASSESSMENT)
        return aspects

    def _situation(self, seen: Seen) -> Situation:
        if seen.own or seen.stale is None:
            # What is seen all the time has no instant that it was seen at: one would be written at every tick.
            return Situation(status=Status.CONFIRMED)
        return Situation(status=Status.UNCONFIRMED, starts=self._at(seen.at), stale_at=self._at(seen.stale))

    def _overlay(self, drawn: Drawn) -> dict[Aspect, AspectValue]:
        return {
            Aspect.NATURE: Nature(type=_type(drawn.geometry)),
            Aspect.PLACEMENT: Placement(layer=layer_of(drawn)),
            Aspect.SHAPE: Shape(
                type=drawn.geometry.type, coordinates=drawn.geometry.coordinates, radius_m=drawn.geometry.radius_m
            ),
            Aspect.WORDING: Wording(title=said(drawn.name, self._language)),
            Aspect.ORIGIN: Origin(format=FORMAT, foreign_id=drawn.id),
        }

    def _message(self, told: Told) -> dict[Aspect, AspectValue]:
        body = said(told.body, self._language)
        texts = [f"[{name}]\n{text}" for name, text in self._media.texts(told.media).items()]
        aspects: dict[Aspect, AspectValue] = {
            Aspect.NATURE: Nature(type=ItemType.NOTE),
            Aspect.PLACEMENT: Placement(layer=layer_of(told)),
            Aspect.SITUATION: Situation(status=Status.UNCONFIRMED, starts=self._at(told.at)),
            Aspect.WORDING: Wording(title=_title(body), description="\n\n".join([body, *texts])),
            Aspect.ORIGIN: Origin(format=FORMAT, foreign_id=told.id),
        }
        if told.place is not None:
            aspects[Aspect.SHAPE] = point(*told.place)
        if files := self._media.files(told.media):
            aspects[Aspect.ATTACHMENTS] = Attachments(files=files)
        return aspects


def _listed(seen: Seen, language: str) -> str:
    def read(word: str | float) -> str:
        if isinstance(word, bool):
            return said(_YES if word else _NO, language)
        return f"{word:g}" if isinstance(word, float) else said(seen.terms.get(str(word), {}), language) or str(word)

    told = [f"{read(name)}: {read(value)}" for name, value in sorted(seen.props.items())]
    return "\n".join([read(seen.status), *told] if seen.status else told)


def _title(body: str) -> str:
    # On the map every label would begin alike; the banner says that it is an exercise.
    first = _EXERCISE.sub("", body.strip()).partition("\n")[0]
    return first if len(first) <= _LONGEST_TITLE else first[: _LONGEST_TITLE - 1].rstrip() + "…"


def _type(geometry: Geometry) -> ItemType:
    if geometry.type == "Point" and geometry.radius_m:
        return ItemType.AREA
    return _TYPES.get(geometry.type, ItemType.AREA)
