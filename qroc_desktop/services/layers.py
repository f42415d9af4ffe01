"""Layers: names, order, visibility, opacity, lock."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from qroc_desktop.domain.aspects import AspectValue, Display, Label, Lock, Presence
from qroc_desktop.domain.change import Draft
from qroc_desktop.domain.ids import IdSource
from qroc_desktop.domain.query import ItemQuery, Outcome
from qroc_desktop.domain.state import Layer
from qroc_desktop.domain.vocabulary import Aspect, SubjectType
from qroc_desktop.errors import Message, Refused
from qroc_desktop.store import Workspace


class Layers:
    """Every method is one batch."""

    def __init__(self, workspace: Workspace, *, author: str, ids: IdSource, default_name: str) -> None:
        self._workspace = workspace
        self._author = author
        self._ids = ids
        self._default_name = default_name

    def all(self) -> list[Layer]:
        """Layers in drawing order, lowest first."""
        return self._workspace.layers()

    def add(self, name: str) -> str:
        """A new layer on top; its id."""
        layer = self._ids()
        self._workspace.append([self.draft_new(layer, name)], author=self._author, label="layer-add")
        return layer

    def draft_new(self, layer: str, name: str, *, above: int = 1) -> Draft:
        """The change that makes a layer, for batches that make more at once."""
        order = max((existing.order for existing in self.all()), default=0.0) + above
        return _draft(layer, Aspect.LABEL, Label(name=_named(name), order=order), {Aspect.LABEL: 0})

    def named(self, name: str) -> Layer | None:
        """The topmost layer of that name, however many spaces it is given with: a layer's name has single ones."""
        wanted = _cleaned(name)
        return next((layer for layer in reversed(self.all()) if layer.name == wanted), None)

    def id_named(self, name: str) -> str:
        """The id of the layer of that name. Raises Refused where there is none."""
        found = self.named(name)
        if found is None:
            raise Refused(Message("There is no such layer."), where=name[:80])
        return found.id

    def default(self) -> str:
        """Where a new item goes when nobody says: the topmost unlocked layer, or a new one."""
        unlocked = [layer for layer in self.all() if not layer.locked]
        return unlocked[-1].id if unlocked else self.add(self._default_name)

    def rename(self, layer: Layer, name: str) -> Outcome:
        """Give it another name."""
        return self._set(layer, Aspect.LABEL, Label(name=_named(name), order=layer.order), "layer-rename")

    def display(self, layer: Layer, *, visible: bool | None = None, opacity: float | None = None) -> Outcome:
        """Show or hide it, or change its opacity (0 to 1)."""
        seen = layer.display
        value = Display(
            visible=seen.visible if visible is None else visible,
            opacity=seen.opacity if opacity is None else min(1.0, max(0.0, opacity)),
        )
        return self._set(layer, Aspect.DISPLAY, value, "layer-display")

    def lock(self, layer: Layer, *, locked: bool) -> Outcome:
        """Protect its items from edits, or open them again."""
        return self._set(layer, Aspect.LOCK, Lock(locked=locked), "layer-lock")

    def reorder(self, layers: Sequence[Layer]) -> Outcome:
        """Draw layers in this order, lowest first."""
        drafts = [
            _draft(
                layer.id,
                Aspect.LABEL,
                Label(name=layer.name, order=float(place)),
                {Aspect.LABEL: layer.seqs.get(Aspect.LABEL, 0)},
            )
            for place, layer in enumerate(layers, start=1)
        ]
        return self._workspace.append(drafts, author=self._author, label="layer-order")

    def remove(self, layer: Layer) -> Outcome:
        """Remove an empty layer; one that holds items is refused."""
        self.require_unlocked({layer.id})
        if self._workspace.count(ItemQuery(layers=frozenset({layer.id}))):
            raise Refused(
                Message("The layer still holds items."),
                where=layer.name,
                action=Message("Move or remove its items first."),
            )
        return self._set(layer, Aspect.PRESENCE, Presence(removed=True), "layer-remove")

    def require_unlocked(self, layers: Iterable[str]) -> None:
        """Raise Refused where one of these layers is locked."""
        wanted = set(layers)
        for layer in self.all():
            if layer.id in wanted and layer.locked:
                raise Refused(
                    Message("The layer is locked."),
                    where=layer.name,
                    action=Message("Unlock the layer in the layers panel to edit its items."),
                )

    def _set(self, layer: Layer, aspect: Aspect, value: AspectValue, label: str) -> Outcome:
        draft = _draft(layer.id, aspect, value, {aspect: layer.seqs.get(aspect, 0)})
        return self._workspace.append([draft], author=self._author, label=label)


def _draft(layer: str, aspect: Aspect, value: AspectValue, bases: dict[Aspect, int]) -> Draft:
    return Draft(subject_type=SubjectType.LAYER, subject=layer, patch={aspect: value}, bases=bases)


def _named(name: str) -> str:
    cleaned = _cleaned(name)
    if not cleaned:
        raise Refused(Message("A layer needs a name."))
    return cleaned


def _cleaned(name: str) -> str:
    return " ".join(name.split())
