"""The name of a layer tells nothing that its items may not."""

from __future__ import annotations

from dataclasses import replace

import msgspec

from qroc_desktop.domain.aspects import Display, Label, Lock
from qroc_desktop.domain.state import Item, Layer
from qroc_desktop.domain.vocabulary import Aspect
from qroc_desktop.policy import Decision, Policy, load, released_layer
from tests.policy.oracle import Share, Told
from tests.policy.picture import NOW, built, context

POLICY = Policy(load())
SHARE = Share(to="peer", kind="eu", purpose="prevention", basis="dir-2023-977/request")
LAYER = Layer(
    id="layer-canary",
    aspects={Aspect.LABEL: Label(name="Search for N.", order=2.5), Aspect.DISPLAY: Display(opacity=0.5),
             Aspect.LOCK: Lock(locked=True)},
    seqs={Aspect.LABEL: 4242}, valid_from=NOW, known_from=NOW, author="author-canary",
)  # fmt: skip


def on_it(*told: Told, share: Share = SHARE) -> list[tuple[Item, Decision]]:
    return [(built(each), POLICY.decide(built(each), context(each, share))) for each in told]


def name(items: list[tuple[Item, Decision]]) -> str | None:
    layer = released_layer(LAYER, items)
    return layer.name if layer else None


def test_a_name_goes_where_every_title_goes() -> None:
    layer = released_layer(LAYER, on_it(Told(), Told(id="other", subject="victim")))
    assert layer is not None
    assert (layer.name, layer.order, layer.display.opacity, layer.locked) == ("Search for N.", 2.5, 0.5, False)
    assert (layer.seqs, layer.author) == ({}, "")


def test_a_name_stays_where_a_title_stays_or_an_item_does() -> None:
    thirteen = replace(SHARE, basis="pruem-2008-615/13")
    suspect = on_it(Told(subject="suspect"), share=thirteen)
    for items in (suspect, on_it(Told(), share=thirteen) + suspect, on_it(Told(), Told(subject="unknown"))):
        assert name(items) == ""
        layer = released_layer(LAYER, items)
        assert b"Search for N." not in msgspec.json.encode(layer)


def test_a_layer_of_which_nothing_goes_does_not_go() -> None:
    sixteen = replace(SHARE, basis="pruem-2008-615/16", purpose="terrorism-prevention")
    assert name(on_it(Told(subject="suspect", person=True), share=sixteen)) is None
    assert name(on_it(Told(subject="unknown"))) is None
    assert name([]) is None
