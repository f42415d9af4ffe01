"""What of an item goes out, once it has been decided. A value that is not released is absent, not blanked."""

from __future__ import annotations

from collections.abc import Iterable, Set
from typing import Any

from qroc_desktop.domain.aspects import AspectValue, Label
from qroc_desktop.domain.state import Item, Layer
from qroc_desktop.domain.vocabulary import Aspect
from qroc_desktop.policy.decision import Decision
from qroc_desktop.policy.fields import SPECS, Field, said_of, values
from qroc_desktop.policy.vocabulary import Outcome


def released(item: Item, decision: Decision) -> Item | None:
    """The item made anew from its released values alone; None where nothing of it goes.

    Who wrote it, when it was recorded and how often it was changed are the workspace's own affair: nobody can
    tell from the result whether something was left out. Raises ValueError for the decision on another item.
    """
    if decision.item != item.id:
        raise ValueError(f"the decision is about item {decision.item}, not {item.id}")
    if decision.outcome is Outcome.REFUSE:
        return None
    going = decision.released & values(item).keys()
    aspects = {aspect: value for aspect in item.aspects if (value := _made_anew(item, aspect, going)) is not None}
    if not aspects:
        return None
    ordered = {aspect: aspects[aspect] for aspect in sorted(aspects)}
    return Item(id=item.id, aspects=ordered, seqs={}, valid_from=item.valid_from, known_from=item.valid_from)


def released_layer(layer: Layer, on_it: Iterable[tuple[Item, Decision]]) -> Layer | None:
    """The layer for the recipient; None where no item on it goes with its layer.

    `on_it`: every item that lies on it, with the decision on each. A layer has no marking of its own, and its name
    may tell what its items may not ("Search for ..."): it goes only where nobody's title stays behind. Otherwise it
    is empty, and the recipient's side calls the layer as it likes.
    """
    decided = list(on_it)
    if not any(Field.LAYER in decision.released for _, decision in decided):
        return None
    told = all(
        decision.outcome is not Outcome.REFUSE and (Field.TITLE in decision.released or not item.wording.title)
        for item, decision in decided
    )
    aspects: dict[Aspect, AspectValue] = {
        Aspect.DISPLAY: layer.display,
        Aspect.LABEL: Label(name=layer.name if told else "", order=layer.order),
    }
    return Layer(id=layer.id, aspects=aspects, seqs={}, valid_from=layer.valid_from, known_from=layer.valid_from)


def _made_anew(item: Item, aspect: Aspect, going: Set[Field]) -> AspectValue | None:
    specs = [SPECS[field] for field in SPECS if field in going and SPECS[field].aspect is aspect]
    if not specs:
        return None
    value: Any = item.aspects[aspect]
    names = tuple(name for spec in specs for name in spec.attributes)
    if not names:
        return value  # type: ignore[no-any-return]  # the aspect is one field
    return type(value)(**said_of(aspect, value, names))  # type: ignore[no-any-return]
