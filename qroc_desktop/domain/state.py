"""What a subject is at an instant: its aspects, each with the change that gave it."""

from __future__ import annotations

from typing import TypeVar, cast

import msgspec

from qroc_desktop.domain.aspects import (
    About,
    AspectValue,
    Attachments,
    Display,
    Entry,
    Evaluation,
    Label,
    Lock,
    Marking,
    Motion,
    Nature,
    Origin,
    Person,
    Placement,
    Presence,
    Situation,
    Style,
    Wording,
)
from qroc_desktop.domain.instant import Instant
from qroc_desktop.domain.shape import Shape
from qroc_desktop.domain.vocabulary import Aspect, ItemType

V = TypeVar("V")


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """Aspects of one subject at (true at t, known at k).

    `seqs`: for each aspect the `seq` of the change that gave it, to name as the base of an edit.
    `valid_from`, `known_from`: of the newest change that is part of it.
    """

    id: str
    aspects: dict[Aspect, AspectValue]
    seqs: dict[Aspect, int]
    valid_from: Instant
    known_from: Instant
    author: str = ""

    def get(self, aspect: Aspect, kind: type[V]) -> V | None:
        """The aspect's value, where it has one."""
        return cast("V | None", self.aspects.get(aspect))

    @property
    def removed(self) -> bool:
        """Whether a removal is in force."""
        presence = self.get(Aspect.PRESENCE, Presence)
        return presence is not None and presence.removed


class Item(Subject, frozen=True, kw_only=True):
    """An item on the picture; absent aspects read as their defaults."""

    @property
    def nature(self) -> Nature:
        """What it is; a note where nobody said."""
        return self.get(Aspect.NATURE, Nature) or Nature(type=ItemType.NOTE)

    @property
    def layer(self) -> str:
        """Id of its layer, empty where it has none."""
        placement = self.get(Aspect.PLACEMENT, Placement)
        return placement.layer if placement else ""

    @property
    def shape(self) -> Shape | None:
        """Where it is, if that is known."""
        return self.get(Aspect.SHAPE, Shape)

    @property
    def wording(self) -> Wording:
        """What people wrote about it."""
        return self.get(Aspect.WORDING, Wording) or Wording()

    @property
    def situation(self) -> Situation:
        """Status, priority and times."""
        return self.get(Aspect.SITUATION, Situation) or Situation()

    @property
    def marking(self) -> Marking:
        """How it may be handled."""
        return self.get(Aspect.MARKING, Marking) or Marking()

    @property
    def evaluation(self) -> Evaluation:
        """How far it can be relied on."""
        return self.get(Aspect.EVALUATION, Evaluation) or Evaluation()

    @property
    def motion(self) -> Motion:
        """Course and speed."""
        return self.get(Aspect.MOTION, Motion) or Motion()

    @property
    def style(self) -> Style:
        """How it is drawn."""
        return self.get(Aspect.STYLE, Style) or Style()

    @property
    def origin(self) -> Origin:
        """Where it came from."""
        return self.get(Aspect.ORIGIN, Origin) or Origin()

    @property
    def person(self) -> Person | None:
        """The person it is about, where it is about one."""
        return self.get(Aspect.PERSON, Person)

    @property
    def attachments(self) -> Attachments:
        """Its files."""
        return self.get(Aspect.ATTACHMENTS, Attachments) or Attachments()

    @property
    def about(self) -> About | None:
        """The item that it comments on, where it is a comment."""
        return self.get(Aspect.ABOUT, About)

    def stale(self, at: Instant) -> bool:
        """Whether the information is old at that instant."""
        limit = self.situation.stale_at
        return limit is not None and at >= limit


class Layer(Subject, frozen=True, kw_only=True):
    """A named group of items."""

    @property
    def name(self) -> str:
        """Its name."""
        label = self.get(Aspect.LABEL, Label)
        return label.name if label else ""

    @property
    def order(self) -> float:
        """Lower is drawn first."""
        label = self.get(Aspect.LABEL, Label)
        return label.order if label else 0.0

    @property
    def display(self) -> Display:
        """Visibility and opacity."""
        return self.get(Aspect.DISPLAY, Display) or Display()

    @property
    def origin(self) -> Origin:
        """Where it came from; empty for one of our own."""
        return self.get(Aspect.ORIGIN, Origin) or Origin()

    @property
    def locked(self) -> bool:
        """Whether its items refuse edits."""
        lock = self.get(Aspect.LOCK, Lock)
        return lock is not None and lock.locked


class LogEntry(Subject, frozen=True, kw_only=True):
    """A logbook entry as recorded; `corrected_by` names the entries that correct it."""

    corrected_by: tuple[str, ...] = ()

    @property
    def entry(self) -> Entry:
        """What was written."""
        return cast("Entry", self.aspects[Aspect.ENTRY])
