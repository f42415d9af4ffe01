"""The training models on a workspace: positions and sectors from its items, results as items on a layer of their own.

The same live and in an exercise. Whatever a model gives is marked as an assessment and says on the item itself that it
is a training model, what went in, where it is from and what it does not know.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from qroc_desktop.domain import coordinates, geodesy
from qroc_desktop.domain.aspects import AspectValue, Evaluation, Nature, Placement, Wording
from qroc_desktop.domain.change import Draft
from qroc_desktop.domain.geodesy import LonLat
from qroc_desktop.domain.ids import IdSource
from qroc_desktop.domain.query import Outcome
from qroc_desktop.domain.shape import Shape
from qroc_desktop.domain.state import Item
from qroc_desktop.domain.vocabulary import Aspect, Basis, SubjectType
from qroc_desktop.errors import Message, Refused
from qroc_desktop.exercise.models import (
    containment,
    isochrones,
    plausibility,
    probability_map,
    search,
    sighting,
)
from qroc_desktop.exercise.models.card import Card, Input
from qroc_desktop.exercise.models.modes import Mode
from qroc_desktop.exercise.models.routing import Block, blocks_at
from qroc_desktop.exercise.models.search import Detection
from qroc_desktop.exercise.models.snapping import snap
from qroc_desktop.services import model_sketches
from qroc_desktop.services.desk import Desk
from qroc_desktop.services.model_sketches import Sketch
from qroc_desktop.services.road_graphs import RoadGraphs
from qroc_desktop.translation import said

LAYER: Final = Message("Training model: {model}")
BLOCK_SNAP_M: Final = 200.0
"""A block that is put down beside a road stands on the nearest one within this, and on all that meet there."""


@dataclass(frozen=True, slots=True)
class Sweep:
    """How sectors are searched: sweep width in metres, speed in km/h, hours of all searchers together by sector."""

    width_m: float
    speed_kmh: float
    hours: Mapping[str, float]
    detection: Detection = Detection.RANDOM


class TrainingModels:
    """Computing changes nothing; `place` records. Raises Refused for bad input."""

    def __init__(self, desk: Desk, graphs: RoadGraphs, *, ids: IdSource) -> None:
        self._desk = desk
        self._graphs = graphs
        self._ids = ids

    def position(self, text: str) -> LonLat:
        """lon, lat of a coordinate in any notation, or of an item by its id."""
        try:
            return coordinates.parse(text)
        except coordinates.CoordinateError:
            return self._shape(self._item(text)).anchor()

    def roads(self) -> list[str]:
        """What there are road graphs of, by name. Reads them; raises Damaged."""
        return [self._graphs.graph(name).about.name for name in self._graphs.names()]

    def area_km2(self, item: str) -> float:
        """The size of an item's area. Raises Refused for one that is none."""
        found = self._item(item)
        shape = self._area(found)
        if shape.type not in ("Polygon", "MultiPolygon"):
            raise Refused(Message("The item is no area."), where=found.wording.title or found.id)
        return geodesy.area(shape) / 1e6

    def containment(self, at: LonLat, v_max_kmh: float, elapsed_s: float, deploy_s: float) -> Sketch:
        """The ring around a last known position."""
        return model_sketches.of_containment(containment.containment(at, v_max_kmh, elapsed_s, deploy_s))

    def isochrones(
        self,
        at: LonLat,
        mode: Mode,
        limits_s: Sequence[float],
        blocks: Sequence[tuple[LonLat, float]] = (),
        *,
        roads: bool = False,
    ) -> Sketch:
        """What can be reached. blocks: where they stand and since when, in seconds after the start."""
        graph = self._graphs.around(at)
        start = snap(graph, *at, traveller=mode.traveller, heeds_rules=mode.heeds_rules)
        standing: list[Block] = []
        for place, since in blocks:
            on_road = snap(graph, *place, within_m=BLOCK_SNAP_M)
            standing += blocks_at(graph, on_road.lon, on_road.lat, since)
        return model_sketches.of_isochrones(
            isochrones.isochrones(graph, start, mode, limits_s, blocks=standing), roads=roads
        )

    def plausibility(self, first: LonLat, second: LonLat, seconds: float, v_max_kmh: float) -> Sketch:
        """Whether one car can have been read at both places."""
        graph = self._graphs.around(first, second)
        return model_sketches.of_plausibility(plausibility.plausibility(graph, first, second, seconds, v_max_kmh))

    def sighting(
        self, sectors: Mapping[str, float], at: LonLat, sigma_m: float, credibility: float, within: str = ""
    ) -> Sketch:
        """Sectors (POA by the id of their item) after a sighting. within: the item of an area that he has not left."""
        before = self._spread(sectors, within)
        after = probability_map.sighted(before, at, sigma_m, credibility)
        card = Card(
            model=Message("Sighting on a probability map"),
            inputs=(
                Input("credibility", Message("Credibility"), credibility),
                Input("sigma", Message("Spread of the place reported"), sigma_m, "m"),
                *self._given(sectors),
                *self._within(within),
            ),
            formula=sighting.FORMULA,
            source=sighting.SOURCE,
            limits=sighting.LIMITS,
        )
        return model_sketches.of_map(card, before, after, probability_map.heat(after))

    def search(
        self,
        sectors: Mapping[str, float],
        pods: Mapping[str, float],
        within: str = "",
        sweep: Sweep | None = None,
    ) -> Sketch:
        """Sectors (POA by the id of their item) after a search, with the POD of each, that found nobody.

        sweep: for sectors that `pods` does not name, their POD is that of the coverage in so many hours.
        """
        before = self._spread(sectors, within)
        swept = {one: self.pod(one, sweep)[1] for one in sweep.hours if one not in pods} if sweep else {}
        pods = {**swept, **pods}
        after = probability_map.searched(before, pods)
        detected = [pods.get(sector, 0.0) for sector in sectors]
        failed = search.after_failed_search(before.sector_poa, detected)
        card = dataclasses.replace(
            failed.card,
            inputs=(
                *self._given(sectors),
                Input("pod", Message("Probability of detection"), self._shares(pods)),
                *(self._swept(sweep) if swept and sweep else ()),
                *self._within(within),
            ),
            formula=f"{search.formula_of(sweep.detection)};  {search.FORMULA}" if swept and sweep else search.FORMULA,
        )
        return model_sketches.of_map(
            card, before, after, probability_map.heat(after), success=failed.success, pos=list(failed.pos),
            pod=detected,
        )  # fmt: skip

    def pod(self, sector: str, sweep: Sweep) -> tuple[float, float]:
        """Coverage and POD of a sector, by its size and the hours that searchers spend in it."""
        km2 = geodesy.area(self._area(self._item(sector))) / 1e6
        covered = search.coverage(sweep.width_m, sweep.speed_kmh, sweep.hours.get(sector, 0.0), km2)
        return covered, search.pod(covered, sweep.detection)

    def effort(
        self,
        sectors: Mapping[str, float],
        width_m: float,
        speed_kmh: float,
        hours: float,
        *,
        step_h: float = 0.25,
        detection: Detection = Detection.RANDOM,
    ) -> Sketch:
        """How to share out searchers' hours over sectors (POA by the id of their item), of the sizes that they have."""
        items = [self._item(sector) for sector in sectors]
        grounds = [
            search.Ground(poa, geodesy.area(self._area(item)) / 1e6, width_m, speed_kmh)
            for item, poa in zip(items, sectors.values(), strict=True)
        ]
        found = search.allocation(grounds, hours, step_h=step_h, detection=detection)
        inputs = (
            *found.card.inputs,
            Input("width", Message("Sweep width"), width_m, "m"),
            Input("speed", Message("Speed"), speed_kmh, "km/h"),
            *self._given(sectors),
        )
        names = [item.wording.title or item.id for item in items]
        return model_sketches.of_allocation(found, dataclasses.replace(found.card, inputs=inputs), list(sectors), names)

    def place(self, sketch: Sketch) -> tuple[list[str], Outcome]:
        """Record what is drawn as items on the model's layer, which is made where there is none, as one step."""
        if not sketch.drawn:
            raise Refused(Message("There is nothing to draw."))
        name = said(Message(LAYER.template, model=said(sketch.card.model)))
        layer = self._desk.layers.named(name)
        drafts = []
        if layer is None:
            layer_id = self._ids()
            drafts.append(self._desk.layers.draft_new(layer_id, name))
        else:
            layer_id = layer.id
            self._desk.layers.require_unlocked({layer_id})
        told = model_sketches.told(sketch)
        items = [self._ids() for _ in sketch.drawn]
        for item, drawn in zip(items, sketch.drawn, strict=True):
            patch: dict[Aspect, AspectValue | None] = {
                Aspect.NATURE: Nature(type=drawn.type),
                Aspect.SHAPE: drawn.shape,
                Aspect.WORDING: Wording(
                    title=f"{model_sketches.figured(drawn.title)} · {said(sketch.card.label)}", description=told
                ),
                Aspect.EVALUATION: Evaluation(basis=Basis.ASSESSMENT),
                Aspect.STYLE: drawn.style,
                Aspect.PLACEMENT: Placement(layer=layer_id),
            }
            drafts.append(Draft(subject_type=SubjectType.ITEM, subject=item, patch=patch))
        return items, self._desk.workspace.append(drafts, author=self._desk.author, label="training-model")

    def _spread(self, sectors: Mapping[str, float], within: str) -> probability_map.ProbabilityMap:
        listed = []
        for item_id, poa in sectors.items():
            item = self._item(item_id)
            listed.append(probability_map.Sector(item_id, item.wording.title or item_id, self._area(item), poa))
        found = probability_map.spread(listed)
        return probability_map.clipped(found, self._area(self._item(within))) if within else found

    def _given(self, sectors: Mapping[str, float]) -> tuple[Input, ...]:
        return (Input("poa", Message("Probability of area"), self._shares(sectors)),)

    def _shares(self, shares: Mapping[str, float]) -> str:
        """Probabilities of sectors by the names of these, in percent."""
        return "; ".join(
            f"{self._item(item).wording.title or item} {model_sketches.percent_text(share)} %"
            for item, share in shares.items()
        )

    def _swept(self, sweep: Sweep) -> tuple[Input, ...]:
        hours = "; ".join(
            f"{self._item(one).wording.title or one} {model_sketches.number_text(spent)}"
            for one, spent in sweep.hours.items()
        )
        return (
            Input("width", Message("Sweep width"), sweep.width_m, "m"),
            Input("speed", Message("Speed"), sweep.speed_kmh, "km/h"),
            Input("hours", Message("Hours of all searchers"), hours, "h"),
            Input("detection", Message("Law of detection"), search.LAWS[sweep.detection]),
        )

    def _within(self, within: str) -> tuple[Input, ...]:
        if not within:
            return ()
        return (Input("within", Message("Only within the area"), self._item(within).wording.title or within),)

    def _item(self, item: str) -> Item:
        found = self._desk.picture.item(item)
        if found is None or found.removed:
            raise Refused(Message("There is no such item, and it is no coordinate."), where=item[:60])
        return found

    def _shape(self, item: Item) -> Shape:
        if item.shape is None:
            raise Refused(Message("The item has no place on the map."), where=item.wording.title or item.id)
        return item.shape

    def _area(self, item: Item) -> Shape:
        shape = self._shape(item)
        if shape.type == "Point" and shape.radius_m:
            return geodesy.circle(shape.coordinates, shape.radius_m, 180)
        return shape
