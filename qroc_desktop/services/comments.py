"""Comments: notes of our own on an item, a peer's or ours, linked to it wherever they travel."""

from __future__ import annotations

from typing import Final

import msgspec

from qroc_desktop.domain.aspects import About, AspectValue, Nature, Wording
from qroc_desktop.domain.query import Outcome
from qroc_desktop.domain.shape import point
from qroc_desktop.domain.state import Item
from qroc_desktop.domain.vocabulary import Aspect, ItemType
from qroc_desktop.errors import Message, Refused
from qroc_desktop.services.items import Items
from qroc_desktop.services.receiving import FORMAT, local_id
from qroc_desktop.store import Workspace

LONGEST_TITLE: Final = 80
"""Characters of a comment that are its title; the whole of a longer one is its description."""


class Thread(msgspec.Struct, frozen=True, kw_only=True):
    """What an item has to do with comments. `about`: the item that it comments on, as far as we have it."""

    about: Item | None
    comments: tuple[Item, ...]


class Comments:
    """Of one workspace."""

    def __init__(self, workspace: Workspace, items: Items) -> None:
        self._workspace = workspace
        self._items = items

    def add(self, item: Item, text: str) -> tuple[str, Outcome]:
        """A note of our own beside the item; its id and the outcome.

        It is marked as the item is, originator included: it may repeat what the owner told us, and so goes back to the
        owner freely and on to others with the owner's consent. Whoever wrote it may mark it otherwise.
        """
        said = text.strip()
        if not said:
            raise Refused(Message("A comment needs a text."))
        aspects: dict[Aspect, AspectValue] = {
            Aspect.NATURE: Nature(type=ItemType.NOTE),
            Aspect.WORDING: _wording(said),
            Aspect.ABOUT: named(item),
            Aspect.MARKING: item.marking,
        }
        if item.shape is not None:
            aspects[Aspect.SHAPE] = point(*item.shape.anchor())
        return self._items.create(aspects, label="comment")

    def thread(self, item: Item) -> Thread:
        """What it comments on, and the comments on it, the first first."""
        about = self._workspace.item(local_name(item.about)) if item.about else None
        return Thread(about=about, comments=tuple(self._workspace.comments(named(item))))


def named(item: Item) -> About:
    """The name of an item that means the same at every centre."""
    if item.origin.format == FORMAT and item.origin.sender:
        return About(centre=item.origin.sender, item=item.origin.foreign_id)
    return About(item=item.id)


def local_name(about: About) -> str:
    """What we call the item that a link names."""
    return local_id(about.centre, about.item) if about.centre else about.item


def _wording(text: str) -> Wording:
    first = " ".join(text.split("\n", 1)[0].split())
    if first == text and len(first) <= LONGEST_TITLE:
        return Wording(title=first)
    cut = first if len(first) <= LONGEST_TITLE else first[: LONGEST_TITLE - 1].rstrip() + "…"
    return Wording(title=cut, description=text)
