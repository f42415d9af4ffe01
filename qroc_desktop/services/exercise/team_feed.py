"""What a team sees of a run, written into that team's own workspace, where it works with the ordinary tools.

The feed knows nothing but the team's view, so that nothing else can get into the file. Only what has changed is
written, and of what stays as it was no item is even made: that is most of a picture at every tick. Units that move are
written every so often, since the picture is for people, and of a crowd those first that have waited longest. A message
with media is an item with these files, with a place or without: whoever opens it in the logbook sees them. What was
written at another seat of the team comes into this logbook as the same entry, and what was done to the picture there is
done here (`team_edits`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from itertools import islice
from typing import Final

from qroc_desktop.domain.aspects import AspectValue, Attachments, Entry, Label, Lock, Presence
from qroc_desktop.domain.change import Draft
from qroc_desktop.domain.instant import Instant
from qroc_desktop.domain.query import ItemQuery, Outcome
from qroc_desktop.domain.vocabulary import Aspect, EntryKind, SubjectType
from qroc_desktop.errors import Message
from qroc_desktop.exercise.edits import OF_EXERCISE, Edit
from qroc_desktop.exercise.scenario import Texts, said
from qroc_desktop.exercise.seating import heard
from qroc_desktop.exercise.view import Seen, TeamView, Told
from qroc_desktop.exercise.vocabulary import Channel
from qroc_desktop.services.exercise.portrayal import Portrayal, Thing, is_item, layer_of, stays, things
from qroc_desktop.services.exercise.team_edits import FEED, EditFeed
from qroc_desktop.services.exercise.told_media import Fetch, ToldMedia
from qroc_desktop.services.workspaces import EXERCISE_AUTHOR
from qroc_desktop.store import Workspace
from qroc_desktop.store.files import NewFile

MOVES_EVERY_MS: Final = 5_000
MOST_MOVES: Final = 15
"""At most so many moves are written at once, so that a crowd at high speed delays nobody; the others come next."""
LEAST_MOVES: Final = 5
"""So many even while many are altered, which are written where they are now as well."""
MOST_ALTERED: Final = 20
"""And of units that are on the picture already, so many whose status or the like is another now. What is new, what was
detected and what was said never waits."""
MOST_ENTRIES: Final = 1_000_000
AUTHOR: Final = EXERCISE_AUTHOR
_LAYERS: Final = {
    "own": {"en": "Own forces", "de": "Eigene Kräfte"},
    "seen": {"en": "Sightings", "de": "Sichtungen"},
    "told": {"en": "Messages", "de": "Meldungen"},
    "drawn": {"en": "Drawings", "de": "Zeichnungen"},
}
"""In the language of the run's texts, as everything else that the feed writes."""
TEAM_LAYER: Final = "team"
_TEAM_LAYER_NAME: Final = {"en": "Own picture", "de": "Eigenes Lagebild"}
"""Where the team draws; there from the beginning, or each seat would make a layer of its own for that."""
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


def _nothing_refused(_batch: str) -> bool:
    return False


def _no_medium(_name: str) -> bytes | None:
    return None


class TeamFeed:
    """One team's workspace, kept up to its view. `language`: in which the texts of the scenario are told."""

    def __init__(
        self,
        workspace: Workspace,
        at: Callable[[int], Instant],
        language: str = "en",
        *,
        media: Fetch = _no_medium,
        refused: Callable[[str], bool] = _nothing_refused,
    ) -> None:
        """at: the instant of a scenario time in milliseconds. media: the bytes of a medium that the team has been told
        of, by its name; None where they cannot be had now. refused: whether a batch of this workspace will never be
        in the record."""
        self._workspace = workspace
        self._at = at
        self._language = language
        self._media = ToldMedia(media)
        self._portrayal = Portrayal(at, language, self._media)
        self._edits = EditFeed(workspace, at, refused)
        self._coming: Sequence[Edit] = ()
        self._looked = False
        self._draws = False
        self._shown: int | None = None
        self._waited_for: list[Future[Outcome]] = []
        self._brings = False
        self.behind = False
        """Whether something that was shown last is still to be written: it was not its turn."""
        self._load()

    @property
    def lacking(self) -> Mapping[str, Message]:
        """Media of messages that could not be had or used, by name, with why."""
        return self._media.lacking

    def show(self, view: TeamView, *, everything: bool = False) -> bool:
        """Bring the workspace up to a view; whether anything was written. everything: nothing is left for the next.

        While scenario time stands still, what has moved since it was last written comes without waiting.
        """
        self.begin(view, everything=everything)
        return self.finish()

    def begin(self, view: TeamView, *, everything: bool = False) -> None:
        """The first half of `show`: the workspace's own thread writes, while another team's feed is begun. `finish`
        follows."""
        self._look(view)
        wanted = dict(things(view))
        items = [*self._changed(wanted, view.t, everything), *self._gone(wanted, view.t)]
        drafts = [*items, *self._entries(view)]
        self._shown = view.t
        spoken = list(self._spoken(view))
        try:
            if drafts or not self._draws:
                # The files come in the transaction of the message that names them.
                self._append([*self._layers(wanted), *drafts], AUTHOR, self._media.waiting)
                self._brings = True
                self._draws = True
            for by, entry in spoken:
                self._append([entry], by or AUTHOR)
            self._coming = view.edits
        except BaseException:
            self._load()
            raise

    def finish(self) -> bool:
        """Wait until it is on the disk; whether anything was written. Raises what writing met."""
        waited_for, self._waited_for = self._waited_for, []
        brings, self._brings = self._brings, False
        trouble = [error for future in waited_for if (error := future.exception()) is not None]
        if trouble:
            self._load()  # what could not be written is written the next time
            raise trouble[0]
        if brings:
            self._media.kept()
        edited = self._edits.show(self._coming, self._last)
        return bool(waited_for) or edited

    # --- parts -----------------------------------------------------------------------------------

    def _load(self) -> None:
        """After a crash, or a disk that was full, the feed goes on from what is in the file."""
        self._known_layers = {layer.id for layer in self._workspace.layers()}
        self._draws = bool(self._workspace.history(SubjectType.LAYER, TEAM_LAYER))
        ours = frozenset(f"{OF_EXERCISE}{name}" for name in _LAYERS) & self._known_layers
        held = self._workspace.items(ItemQuery(layers=ours)) if ours else ()
        self._last: dict[str, dict[Aspect, AspectValue]] = {item.id: dict(item.aspects) for item in held}
        self._made_of: dict[str, Thing] = {}
        self._altered: dict[str, int] = {}
        self._moved: dict[str, int] = {}
        self._told = {entry.id for entry in self._workspace.entries(limit=MOST_ENTRIES)}

    def _append(self, drafts: Sequence[Draft], author: str, brings: Sequence[NewFile] = ()) -> None:
        self._waited_for.append(self._workspace.submit(drafts, author=author, label=FEED, brings=brings))

    def _look(self, view: TeamView) -> None:
        for told in view.told:
            if not told.media:
                continue
            if not self._looked:
                files = self._last.get(told.id, {}).get(Aspect.ATTACHMENTS)
                self._media.held(told.media, files.files if isinstance(files, Attachments) else ())
            self._media.look(told.media, view.t)
        self._looked = True

    def _changed(self, wanted: Mapping[str, Thing], t: int, everything: bool) -> Iterator[Draft]:
        """What is not as it is in the file: what cannot wait, and of the rest that which has waited longest."""
        urgent, altered, elsewhere = self._compared(wanted)
        every = 0 if everything or t == self._shown else MOVES_EVERY_MS
        waiting = sorted((self._moved.get(item, t - MOVES_EVERY_MS), item) for item in elsewhere)
        moves = [item for since, item in waiting if t - since >= every]
        for item in urgent:
            yield from self._draft(item, wanted[item], t)
        late = sorted((self._altered.setdefault(item, t), item) for item in altered)
        drafts = (draft for _, item in late for draft in self._draft(item, wanted[item], t))
        turned = list(islice(drafts, None if everything else MOST_ALTERED))
        yield from turned
        for item in moves if everything else moves[: max(LEAST_MOVES, MOST_MOVES - len(turned))]:
            yield from self._draft(item, wanted[item], t)
        self.behind = any(self._made_of.get(item) is not wanted[item] for item in (*altered, *elsewhere))

    def _compared(self, wanted: Mapping[str, Thing]) -> tuple[list[str], list[str], list[str]]:
        """Items that may be new or tell something new, units that may be altered, and those only elsewhere now."""
        urgent: list[str] = []
        altered: list[str] = []
        elsewhere: list[str] = []
        for item, thing in wanted.items():
            before = self._made_of.get(item)
            if before is not None and stays(before, thing):
                if isinstance(before, Seen) and isinstance(thing, Seen) and before.place != thing.place:
                    elsewhere.append(item)
            elif isinstance(thing, Seen) and thing.stale is None and item in self._last:
                altered.append(item)
            else:
                urgent.append(item)
        return urgent, altered, elsewhere

    def _draft(self, item: str, thing: Thing, t: int) -> Iterator[Draft]:
        """One, or none where the item in the file is made of the same."""
        aspects, last = self._portrayal.aspects(thing), self._last.get(item)
        patch: dict[Aspect, AspectValue | None] = {
            aspect: value for aspect, value in aspects.items() if last is None or last.get(aspect) != value
        }
        if last is None:
            patch[Aspect.PRESENCE] = Presence()
        self._last[item], self._made_of[item] = aspects, thing
        self._altered.pop(item, None)
        if patch:
            self._moved[item] = t
            yield Draft(subject_type=SubjectType.ITEM, subject=item, patch=patch, valid_at=self._at(t))

    def _gone(self, wanted: Mapping[str, object], t: int) -> Iterator[Draft]:
        for item in [item for item in self._last if item not in wanted]:
            del self._last[item]
            for known in (self._made_of, self._moved, self._altered):
                known.pop(item, None)
            patch: dict[Aspect, AspectValue | None] = {Aspect.PRESENCE: Presence(removed=True)}
            yield Draft(subject_type=SubjectType.ITEM, subject=item, patch=patch, valid_at=self._at(t))

    def _entries(self, view: TeamView) -> Iterator[Draft]:
        for told in view.told:
            subject = f"entry-{told.id}"
            if subject in self._told:
                continue
            self._told.add(subject)
            body = said(told.body, self._language) or ("" if told.media else "-")
            caller = said(told.from_, self._language)
            entry = Entry(
                kind=EntryKind.MESSAGE,
                text="\n".join(part for part in (body, f"[{', '.join(told.media)}]" if told.media else "") if part),
                items=(told.id,) if is_item(told) else (),
                counterpart=" · ".join(part for part in (caller, self._channel(told)) if part),
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

    def _layers(self, wanted: Mapping[str, Thing]) -> Iterator[Draft]:
        used = {layer_of(thing) for thing in wanted.values()}
        for order, (name, label) in enumerate(_LAYERS.items(), start=1):
            layer = f"{OF_EXERCISE}{name}"
            if layer in used and layer not in self._known_layers:
                self._known_layers.add(layer)
                yield self._layer(layer, label, float(order), locked=True)
        if not self._draws:
            yield self._layer(TEAM_LAYER, _TEAM_LAYER_NAME, len(_LAYERS) + 1.0, locked=False)

    def _layer(self, layer: str, name: Texts, order: float, *, locked: bool) -> Draft:
        patch: dict[Aspect, AspectValue | None] = {
            Aspect.LABEL: Label(name=said(name, self._language), order=order),
            Aspect.LOCK: Lock(locked=locked),
            Aspect.PRESENCE: Presence(),
        }
        return Draft(subject_type=SubjectType.LAYER, subject=layer, patch=patch)
