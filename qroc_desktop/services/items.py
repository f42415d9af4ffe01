"""Creating, editing and removing items."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from qroc_desktop.domain.aspects import AspectValue, Placement, Presence
from qroc_desktop.domain.change import Draft
from qroc_desktop.domain.ids import IdSource
from qroc_desktop.domain.instant import Instant
from qroc_desktop.domain.query import Outcome
from qroc_desktop.domain.state import Item
from qroc_desktop.domain.vocabulary import Aspect, SubjectType
from qroc_desktop.errors import Message, Refused
from qroc_desktop.services.layers import Layers
from qroc_desktop.store import Workspace
from qroc_desktop.store.files import NewFile


class Items:
    """Every method is one batch, undone as one step. Items of a locked layer refuse all of them."""

    def __init__(self, workspace: Workspace, layers: Layers, *, author: str, ids: IdSource) -> None:
        self._workspace = workspace
        self._layers = layers
        self._author = author
        self._ids = ids

    def create(
        self,
        aspects: Mapping[Aspect, AspectValue],
        *,
        layer: str | None = None,
        valid_at: Instant | None = None,
        label: str = "create",
    ) -> tuple[str, Outcome]:
        """A new item on `layer` (None: the first unlocked one, made if there is none); its id and the outcome."""
        item = self._ids()
        target = layer or self._layers.default()
        self._layers.require_unlocked({target})
        patch = {**aspects, Aspect.PLACEMENT: Placement(layer=target)}
        draft = Draft(subject_type=SubjectType.ITEM, subject=item, patch=patch, valid_at=valid_at)
        return item, self._workspace.append([draft], author=self._author, label=label)

    def edit(
        self,
        seen: Item,
        patch: Mapping[Aspect, AspectValue | None],
        *,
        valid_at: Instant | None = None,
        label: str = "edit",
        brings: Sequence[NewFile] = (),
    ) -> Outcome:
        """Change aspects of an item as the author saw it: an aspect that somebody else changed since
        `seen` was read becomes a conflict that keeps both. `brings`: files that its attachments name."""
        self._require_editable([seen])
        placement = patch.get(Aspect.PLACEMENT)
        if isinstance(placement, Placement):
            self._layers.require_unlocked({placement.layer})
        drafts = [self._draft(seen, patch, valid_at)]
        return self._workspace.append(drafts, author=self._author, label=label, brings=brings)

    def edit_many(
        self, seen: Iterable[Item], patch: Mapping[Aspect, AspectValue | None], *, label: str = "edit"
    ) -> Outcome:
        """The same aspects for several items, as one step."""
        return self.edit_each([(item, patch) for item in seen], label=label)

    def edit_each(
        self, edits: Sequence[tuple[Item, Mapping[Aspect, AspectValue | None]]], *, label: str = "edit"
    ) -> Outcome:
        """To each item its own aspects, all as one step."""
        self._require_editable([item for item, _ in edits])
        self._layers.require_unlocked(
            {p.layer for _, patch in edits if isinstance(p := patch.get(Aspect.PLACEMENT), Placement)}
        )
        drafts = [self._draft(item, patch, None) for item, patch in edits]
        return self._workspace.append(drafts, author=self._author, label=label)

    def remove(self, seen: Iterable[Item], *, label: str = "remove") -> Outcome:
        """Take items off the picture; their history stays."""
        return self.edit_many(seen, {Aspect.PRESENCE: Presence(removed=True)}, label=label)

    def restore(self, seen: Iterable[Item], *, label: str = "restore") -> Outcome:
        """Bring removed items back."""
        return self.edit_many(seen, {Aspect.PRESENCE: Presence(removed=False)}, label=label)

    def _draft(self, seen: Item, patch: Mapping[Aspect, AspectValue | None], valid_at: Instant | None) -> Draft:
        return Draft(
            subject_type=SubjectType.ITEM,
            subject=seen.id,
            patch=patch,
            valid_at=valid_at,
            bases={aspect: seen.seqs.get(aspect, 0) for aspect in patch},
        )

    def _require_editable(self, items: list[Item]) -> None:
        if not items:
            raise Refused(Message("No item is selected."))
        self._layers.require_unlocked({item.layer for item in items})
