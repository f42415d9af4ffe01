"""What a team sees of a run, written into that team's own workspace, where it works with the ordinary tools.

The feed knows nothing but the team's view, so that nothing else can get into the file. Only what has changed is
written; units that move are written every so often, since the picture is for people, and of a crowd those first that
have waited longest. A message with media is an
item with these files, with a place or without: whoever opens it in the logbook sees them. What was written at another
seat of the team comes into this logbook as the same entry.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Final

from qroc_desktop.domain.aspects import (
    AspectValue,
    Attachments,
    Entry,
    Evaluation,
    Label,
    Lock,
    Nature,
    Origin,
    Placement,
    Presence,
    Situation,
    Wording,
)
from qroc_desktop.domain.change import Draft
from qroc_desktop.domain.instant import Instant
from qroc_desktop.domain.query import ItemQuery
from qroc_desktop.domain.shape import Shape, point
from qroc_desktop.domain.standard_identity import affiliation_of_cot, affiliation_of_sidc
from qroc_desktop.domain.vocabulary import (
    Affiliation,
    Aspect,
    Basis,
    EntryKind,
    ItemType,
    SourceReliability,
    Status,
    SubjectType,
)
from qroc_desktop.errors import Message
from qroc_desktop.exercise.scenario import Geometry, Texts, said
from qroc_desktop.exercise.seating import heard
from qroc_desktop.exercise.view import Drawn, Seen, TeamView, Told
from qroc_desktop.exercise.vocabulary import Channel
from qroc_desktop.services.exercise.told_media import Fetch, ToldMedia
from qroc_desktop.services.workspaces import EXERCISE_AUTHOR
from qroc_desktop.store import Workspace
from qroc_desktop.store.files import NewFile

MOVES_EVERY_MS: Final = 5_000
MOST_MOVES: Final = 15
"""At most so many moves are written at once, so that a crowd at high speed delays nobody; the others come next."""
MOST_ENTRIES: Final = 1_000_000
AUTHOR: Final = EXERCISE_AUTHOR
FORMAT: Final = "exercise"
"""`Origin.format` of what a team is shown by an exercise."""
_LAYERS: Final = {
    "own": {"en": "Own forces", "de": "Eigene Kräfte"},
    "seen": {"en": "Sightings", "de": "Sichtungen"},
    "told": {"en": "Messages", "de": "Meldungen"},
    "drawn": {"en": "Drawings", "de": "Zeichnungen"},
}
"""In the language of the run's texts, as everything else that the feed writes."""
_CHANNELS: Final[Mapping[Channel, Texts]] = {
    Channel.PHONE: {"en": "telephone", "de": "Telefon"},
    Channel.RADIO: {"en": "radio", "de": "Funk"},
    Channel.EMAIL: {"en": "e-mail", "de": "E-Mail"},
    Channel.CAD: {"en": "dispatch system", "de": "Einsatzleitsystem"},
    Channel.ANPR: {"en": "plate reader", "de": "Kennzeichenleser"},
    Channel.SENSOR: {"en": "sensor", "de": "Sensor"},
    Channel.SOCIAL_MEDIA: {"en": "social media", "de": "soziale Medien"},
    Channel.CCTV: {"en": "camera", "de": "Kamera"},
    Channel.PAPER: {"en": "paper", "de": "Papier"},
}
_LONGEST_TITLE: Final = 80
_EXERCISE: Final = re.compile(r"^(?:(?:EXERCISE|ÜBUNG)[\s.:,–-]*)+")
_TYPES: Final = {
    "Point": ItemType.NOTE,
    "MultiPoint": ItemType.NOTE,
    "LineString": ItemType.LINE,
    "MultiLineString": ItemType.LINE,
}


def _no_medium(_name: str) -> bytes | None:
    return None


class TeamFeed:
    """One team's workspace, kept up to its view. `language`: in which the texts of the scenario are told."""

    def __init__(
        self, workspace: Workspace, at: Callable[[int], Instant], language: str = "en", *, media: Fetch = _no_medium
    ) -> None:
        """at: the instant of a scenario time in milliseconds. media: the bytes of a medium that the team has been told
        of, by its name; None where they cannot be had now."""
        self._workspace = workspace
        self._at = at
        self._language = language
        self._media = ToldMedia(media)
        self._looked = False
        self._shown: int | None = None
        self._load()

    @property
    def lacking(self) -> Mapping[str, Message]:
        """Media of messages that could not be had or used, by name, with why."""
        return self._media.lacking

    def show(self, view: TeamView, most_moves: int | None = MOST_MOVES) -> bool:
        """Bring the workspace up to a view; whether anything was written. most_moves: None writes every move there is.

        While scenario time stands still, what has moved since it was last written comes without waiting.
        """
        self._look(view)
        wanted = dict(self._wanted(view))
        every = 0 if most_moves is None or view.t == self._shown else MOVES_EVERY_MS
        moves = list(islice(self._moves(wanted, view.t, every), most_moves))
        drafts = [*self._changed(wanted, view.t), *moves, *self._gone(wanted, view.t), *self._entries(view)]
        self._shown = view.t
        spoken = list(self._spoken(view))
        try:
            if drafts:
                # The files come in the transaction of the message that names them.
                self._append([*self._layers(wanted), *drafts], AUTHOR, self._media.waiting)
                self._media.kept()
            for by, entry in spoken:
                self._append([entry], by or AUTHOR)
        except BaseException:
            self._load()  # what could not be written is written the next time
            raise
        return bool(drafts or spoken)

    # --- parts -----------------------------------------------------------------------------------

    def _load(self) -> None:
        """After a crash, or a disk that was full, the feed goes on from what is in the file."""
        self._known_layers = {layer.id for layer in self._workspace.layers()}
        ours = frozenset(f"exercise-{name}" for name in _LAYERS) & self._known_layers
        held = self._workspace.items(ItemQuery(layers=ours)) if ours else ()
        self._last: dict[str, dict[Aspect, AspectValue]] = {item.id: dict(item.aspects) for item in held}
        self._moved: dict[str, int] = {}
        self._told = {entry.id for entry in self._workspace.entries(limit=MOST_ENTRIES)}

    def _append(self, drafts: Sequence[Draft], author: str, brings: Sequence[NewFile] = ()) -> None:
        self._workspace.append(drafts, author=author, label="exercise-feed", brings=brings)

    def _look(self, view: TeamView) -> None:
        for told in view.told:
            if not told.media:
                continue
            if not self._looked:
                files = self._last.get(told.id, {}).get(Aspect.ATTACHMENTS)
                self._media.held(told.media, files.files if isinstance(files, Attachments) else ())
            self._media.look(told.media, view.t)
        self._looked = True

    def _wanted(self, view: TeamView) -> Iterator[tuple[str, dict[Aspect, AspectValue]]]:
        for seen in view.entities:
            if seen.place is not None:
                yield seen.id, self._entity(seen)
        for drawn in view.overlays:
            yield drawn.id, self._overlay(drawn)
        for told in view.told:
            if _is_item(told):
                yield told.id, self._message(told)

    def _entity(self, seen: Seen) -> dict[Aspect, AspectValue]:
        place = seen.place or (0.0, 0.0)
        identity = affiliation_of_sidc(seen.sidc) or affiliation_of_cot(seen.type) or Affiliation.UNKNOWN
        aspects: dict[Aspect, AspectValue] = {
            Aspect.NATURE: Nature(type=ItemType.UNIT, kind=seen.type, sidc=seen.sidc, affiliation=identity),
            Aspect.PLACEMENT: Placement(layer="exercise-own" if seen.own else "exercise-seen"),
            Aspect.SHAPE: point(*place, accuracy_m=seen.error_m or None),
            Aspect.WORDING: Wording(title=said(seen.name, self._language), description=_listed(seen)),
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
            Aspect.PLACEMENT: Placement(layer="exercise-drawn"),
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
            Aspect.PLACEMENT: Placement(layer="exercise-told"),
            Aspect.SITUATION: Situation(status=Status.UNCONFIRMED, starts=self._at(told.at)),
            Aspect.WORDING: Wording(title=_title(body), description="\n\n".join([body, *texts])),
            Aspect.ORIGIN: Origin(format=FORMAT, foreign_id=told.id),
        }
        if told.place is not None:
            aspects[Aspect.SHAPE] = point(*told.place)
        if files := self._media.files(told.media):
            aspects[Aspect.ATTACHMENTS] = Attachments(files=files)
        return aspects

    def _moves(self, wanted: Mapping[str, dict[Aspect, AspectValue]], t: int, every: int) -> Iterator[Draft]:
        """Those that are elsewhere now and nothing else, the one that has waited longest first."""
        moved = [item for item, aspects in wanted.items() if _differs(self._last.get(item), aspects) == [Aspect.SHAPE]]
        for since, item in sorted((self._moved.get(item, t - MOVES_EVERY_MS), item) for item in moved):
            if t - since < every:
                return
            yield self._draft(item, wanted[item], {Aspect.SHAPE: wanted[item][Aspect.SHAPE]}, t)

    def _changed(self, wanted: Mapping[str, dict[Aspect, AspectValue]], t: int) -> Iterator[Draft]:
        for item, aspects in wanted.items():
            changed = _differs(self._last.get(item), aspects)
            if not changed or changed == [Aspect.SHAPE]:
                continue
            patch: dict[Aspect, AspectValue | None] = {aspect: aspects[aspect] for aspect in changed}
            if item not in self._last:
                patch[Aspect.PRESENCE] = Presence()
            yield self._draft(item, aspects, patch, t)

    def _draft(
        self, item: str, aspects: dict[Aspect, AspectValue], patch: dict[Aspect, AspectValue | None], t: int
    ) -> Draft:
        self._last[item] = aspects
        self._moved[item] = t
        return Draft(subject_type=SubjectType.ITEM, subject=item, patch=patch, valid_at=self._at(t))

    def _gone(self, wanted: Mapping[str, object], t: int) -> Iterator[Draft]:
        for item in [item for item in self._last if item not in wanted]:
            del self._last[item]
            patch: dict[Aspect, AspectValue | None] = {Aspect.PRESENCE: Presence(removed=True)}
            yield Draft(subject_type=SubjectType.ITEM, subject=item, patch=patch, valid_at=self._at(t))

    def _entries(self, view: TeamView) -> Iterator[Draft]:
        for told in view.told:
            subject = f"entry-{told.id}"
            if subject in self._told:
                continue
            self._told.add(subject)
            body = said(told.body, self._language) or ("" if told.media else "-")
            entry = Entry(
                kind=EntryKind.MESSAGE,
                text="\n".join(part for part in (body, f"[{', '.join(told.media)}]" if told.media else "") if part),
                items=(told.id,) if _is_item(told) else (),
                counterpart=" · ".join(part for part in (told.from_, self._channel(told)) if part),
            )
            at = self._at(told.at)
            yield Draft(subject_type=SubjectType.ENTRY, subject=subject, patch={Aspect.ENTRY: entry}, valid_at=at)

    def _channel(self, told: Told) -> str:
        return said(_CHANNELS[told.channel], self._language)

    def _spoken(self, view: TeamView) -> Iterator[tuple[str, Draft]]:
        """Who wrote an entry at another seat, and the entry."""
        for one in view.said:
            if one.id in self._told:
                continue
            self._told.add(one.id)
            # What was written at this seat is in the file, and came back.
            if not self._workspace.history(SubjectType.ENTRY, one.id):
                kind, text = heard(one.text)
                patch: dict[Aspect, AspectValue | None] = {
                    Aspect.ENTRY: Entry(kind=kind, text=text, corrects=one.corrects)
                }
                at = self._at(one.at)
                yield one.by, Draft(subject_type=SubjectType.ENTRY, subject=one.id, patch=patch, valid_at=at)

    def _layers(self, wanted: Mapping[str, dict[Aspect, AspectValue]]) -> Iterator[Draft]:
        placed = (aspects[Aspect.PLACEMENT] for aspects in wanted.values())
        used = {placement.layer for placement in placed if isinstance(placement, Placement)}
        for order, (name, label) in enumerate(_LAYERS.items(), start=1):
            layer = f"exercise-{name}"
            if layer in used and layer not in self._known_layers:
                self._known_layers.add(layer)
                patch: dict[Aspect, AspectValue | None] = {
                    Aspect.LABEL: Label(name=said(label, self._language), order=float(order)),
                    Aspect.LOCK: Lock(locked=True),
                    Aspect.PRESENCE: Presence(),
                }
                yield Draft(subject_type=SubjectType.LAYER, subject=layer, patch=patch)


def _is_item(told: Told) -> bool:
    """Whether a message is an item of the picture, on which its place and its files are."""
    return told.place is not None or bool(told.media)


def _differs(before: Mapping[Aspect, AspectValue] | None, now: Mapping[Aspect, AspectValue]) -> list[Aspect]:
    """The aspects that are not as they were."""
    if before is None:
        return list(now)
    return [aspect for aspect, value in now.items() if before.get(aspect) != value]


def _listed(seen: Seen) -> str:
    told = [f"{name}: {value}" for name, value in sorted(seen.props.items())]
    return "\n".join([seen.status, *told] if seen.status else told)


def _title(body: str) -> str:
    # On the map every label would begin alike; the banner says that it is an exercise.
    first = _EXERCISE.sub("", body.strip()).partition("\n")[0]
    return first if len(first) <= _LONGEST_TITLE else first[: _LONGEST_TITLE - 1].rstrip() + "…"


def _type(geometry: Geometry) -> ItemType:
    if geometry.type == "Point" and geometry.radius_m:
        return ItemType.AREA
    return _TYPES.get(geometry.type, ItemType.AREA)
