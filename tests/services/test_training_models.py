"""Training models on a real workspace: what is computed, what is drawn, and what is said beside it."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest
import shapely

from qroc_desktop.domain import geodesy
from qroc_desktop.domain.aspects import AspectValue, Evaluation, Nature, Wording
from qroc_desktop.domain.query import ItemQuery
from qroc_desktop.domain.shape import from_shapely, point
from qroc_desktop.domain.vocabulary import Aspect, Basis, ItemType
from qroc_desktop.errors import Damaged, Refused
from qroc_desktop.exercise.models.modes import MODES
from qroc_desktop.paths import program_files
from qroc_desktop.services.desk import Desk
from qroc_desktop.services.road_graphs import RoadGraphs
from qroc_desktop.services.training_models import TrainingModels

VADUZ, BALZERS = (9.5209, 47.1410), (9.5000, 47.0670)
Drawing = Callable[[str, tuple[float, float, float, float]], str]


@pytest.fixture
def models(desk: Desk) -> TrainingModels:
    numbers = count(1)
    return TrainingModels(desk, RoadGraphs(program_files().maps), ids=lambda: f"model-{next(numbers):04}")


@pytest.fixture
def area(desk: Desk) -> Drawing:
    """Draws a box as an area item; its id."""

    def drawn(title: str, box: tuple[float, float, float, float]) -> str:
        aspects: dict[Aspect, AspectValue] = {
            Aspect.NATURE: Nature(type=ItemType.AREA),
            Aspect.SHAPE: from_shapely(shapely.box(*box)),
            Aspect.WORDING: Wording(title=title),
        }
        return desk.items.create(aspects)[0]

    return drawn


@pytest.fixture
def sectors(area: Drawing) -> dict[str, float]:
    boxes = ((9.50, 47.12), (9.52, 47.12), (9.50, 47.14), (9.52, 47.14))
    ids = [area(f"Sector {n}", (x, y, x + 0.02, y + 0.02)) for n, (x, y) in enumerate(boxes, start=1)]
    return dict(zip(ids, (0.4, 0.3, 0.2, 0.1), strict=True))


def test_a_ring_is_drawn_on_a_layer_of_its_model_and_says_what_it_is(desk: Desk, models: TrainingModels) -> None:
    sketch = models.containment(VADUZ, 80, 600, 900)
    assert list(desk.picture.items(ItemQuery())) == []
    ids, outcome = models.place(sketch)
    (item,) = desk.picture.items(ItemQuery())
    assert ids == [item.id]
    assert desk.layers.all()[-1].name == "Training model: Containment ring"
    assert item.shape is not None
    assert item.shape.radius_m == pytest.approx(33_333.3, abs=0.1)
    assert item.wording.title == "Ring of 33.3 km · Training model"
    for said in ("Greatest speed: 80 km/h", "R = v_max", "Source: ", "real roads are longer"):
        assert said in item.wording.description
    assert item.get(Aspect.EVALUATION, Evaluation) == Evaluation(basis=Basis.ASSESSMENT)
    desk.history.undo()
    assert list(desk.picture.items(ItemQuery())) == []
    assert outcome.items == {item.id}


def test_a_second_result_goes_onto_the_same_layer(desk: Desk, models: TrainingModels) -> None:
    models.place(models.containment(VADUZ, 80, 600, 900))
    models.place(models.containment(VADUZ, 50, 600, 900))
    assert [layer.name for layer in desk.layers.all()] == ["Incidents", "Training model: Containment ring"]
    assert len(list(desk.picture.items(ItemQuery()))) == 2


def test_a_locked_layer_takes_no_result(desk: Desk, models: TrainingModels) -> None:
    models.place(models.containment(VADUZ, 80, 600, 900))
    desk.layers.lock(desk.layers.all()[-1], locked=True)
    with pytest.raises(Refused, match="locked"):
        models.place(models.containment(VADUZ, 50, 600, 900))


def test_isochrones_are_drawn_the_largest_lowest(desk: Desk, models: TrainingModels) -> None:
    sketch = models.isochrones(VADUZ, MODES["walk"], [600, 300], roads=True)
    assert [one["minutes"] for one in sketch.data["bands"]] == [5, 10]
    assert [drawn.type for drawn in sketch.drawn] == [ItemType.AREA, ItemType.AREA, ItemType.LINE]
    assert geodesy.area(sketch.drawn[0].shape) > geodesy.area(sketch.drawn[1].shape)
    ids, _ = models.place(sketch)
    item = desk.picture.item(ids[0])
    assert item is not None
    assert "OpenStreetMap" in item.wording.description
    assert "Speed: 5 km/h (from memory, to be edited)" in item.wording.description


def test_a_block_makes_less_to_reach(models: TrainingModels) -> None:
    free = models.isochrones(VADUZ, MODES["car"], [600])
    # On the main road to Triesen, and there from the beginning.
    blocked = models.isochrones(VADUZ, MODES["car"], [600], [((9.5227, 47.1300), 0.0)])
    assert blocked.data["bands"][0]["road_m"] < free.data["bands"][0]["road_m"]
    with pytest.raises(Refused, match="within 200 m"):
        models.isochrones(VADUZ, MODES["car"], [600], [((9.62, 47.06), 0.0)])


def test_readings_that_one_car_cannot_make(desk: Desk, models: TrainingModels) -> None:
    sketch = models.plausibility(VADUZ, BALZERS, 180, 120)
    assert sketch.data["flagged"]
    assert str(sketch.findings[0]) == "No car is so fast: a cloned plate or a misread is likely."
    (item,) = models.place(sketch)[0]
    assert desk.picture.item(item) is not None


def test_a_failed_search_gives_the_specified_values(models: TrainingModels, sectors: dict[str, float]) -> None:
    sketch = models.search(sectors, {next(iter(sectors)): 0.6})
    assert sketch.data["success"] == pytest.approx(0.24)
    assert [one["poa"] for one in sketch.data["sectors"]] == pytest.approx([0.2105, 0.3947, 0.2632, 0.1316], abs=5e-5)
    assert str(sketch.findings[0]) == "Sector 1: 40.0 % before, 21.1 % now"
    assert str(sketch.drawn[-1].title).startswith("1: ")
    assert "% per km²" in str(sketch.findings[-1])


def test_a_sighting_within_an_isochrone(models: TrainingModels, sectors: dict[str, float]) -> None:
    reach = models.place(models.isochrones(VADUZ, MODES["walk"], [1800]))[0][0]
    sketch = models.sighting(sectors, (9.527, 47.145), 300, 0.8, reach)
    poa = [one["poa"] for one in sketch.data["sectors"]]
    assert sum(poa) + sketch.data["outside"] == pytest.approx(1)
    assert max(poa) == poa[3] > 2 * sketch.data["sectors"][3]["before"]
    found = models.place(sketch)[0]
    assert len(found) == len(sketch.data["classes"])


def test_positions_are_coordinates_or_items(desk: Desk, models: TrainingModels) -> None:
    item, _ = desk.items.create({Aspect.NATURE: Nature(type=ItemType.UNIT), Aspect.SHAPE: point(*VADUZ)})
    nowhere, _ = desk.items.create({Aspect.NATURE: Nature(type=ItemType.NOTE)})
    assert models.position("47.1410, 9.5209") == pytest.approx(VADUZ)
    assert models.position(item) == VADUZ
    with pytest.raises(Refused, match="no place on the map"):
        models.position(nowhere)
    with pytest.raises(Refused, match="no coordinate"):
        models.position("nothing")


def test_where_there_is_no_road_graph_one_line_says_so(models: TrainingModels) -> None:
    with pytest.raises(Refused, match="there are: liechtenstein") as caught:
        models.isochrones((2.35, 48.86), MODES["car"], [600])
    assert "\n" not in str(caught.value)


def test_a_broken_road_graph_is_told_by_name(tmp_path: Path) -> None:
    (tmp_path / "atlantis-roads.npz").write_bytes(b"nothing")
    graphs = RoadGraphs(tmp_path)
    assert graphs.names() == ["atlantis"]
    with pytest.raises(Damaged, match=r"^atlantis-roads\.npz: This is not a road graph"):
        graphs.around(VADUZ)
    with pytest.raises(Damaged, match="cannot be read"):
        graphs.graph("mu")
