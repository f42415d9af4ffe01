"""The training models in the real window, by keyboard and mouse: what is typed, seen, recorded and undone."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget

from qroc_desktop.domain.aspects import Evaluation
from qroc_desktop.domain.shape import point
from qroc_desktop.domain.vocabulary import Basis, ItemType
from qroc_desktop.mapview.messages import Drawn
from qroc_desktop.ui.models.card_dialog import CardDialog
from qroc_desktop.ui.models.dialog import ModelDialog
from qroc_desktop.ui.models.ring_form import RingForm
from qroc_desktop.ui.models.road_forms import IsochroneForm, PlatesForm
from qroc_desktop.ui.models.sector_forms import EffortForm, SearchForm, SightingForm
from qroc_desktop.ui.quick_entry import QuickEntry
from tests.clocks import HandClock
from tests.ui.desk_window import ShownWindow, new_item
from tests.ui.models.driving import CTRL_ALT, click, computed, fill, items, opened
from tests.ui.tabbing import backwards, first_of, name, reachable, stops


def ring(shown: ShownWindow) -> tuple[ModelDialog, RingForm]:
    """The note's ring: 80 km/h, seen ten minutes ago, standing in fifteen."""
    dialog = opened(shown, Qt.Key.Key_R)
    form = dialog.form
    assert isinstance(form, RingForm)
    fill(form.place.text, "47°08'27.6\"N 9°31'15.2\"E")
    fill(form.seen, "-10")
    fill(form.stands, "+15")
    fill(form.speed, "80")
    computed(shown, dialog)
    return dialog, form


def test_the_ring_of_the_note_is_seen_before_anything_is_recorded(shown: ShownWindow) -> None:
    dialog, form = ring(shown)
    texts = dialog.result_view.texts
    assert texts[:2] == ["Training model", "Containment ring, radius 33.3 km"]
    assert "R = v_max · (t_now + t_deploy − t_LKP)" in texts
    assert any("real roads are longer" in text for text in texts)
    assert any(text.startswith("Geometry: ") for text in texts)
    assert "80 km/h · from memory, to be edited" in texts
    assert form.spans.text() == "10 min since then, 15 min until it stands"
    title, text, classes, shapes = shown.map.of("model")[-1]
    assert (title, text) == ("Training model: Containment ring", "Tried out, not recorded")
    assert [one.text for one in classes] == ["Ring of 33.3 km"]
    assert shapes[0].shape.radius_m == pytest.approx(33_333.3, abs=0.1)
    assert shapes[1].shape.coordinates == pytest.approx([9.5209, 47.1410], abs=1e-4)
    assert items(shown) == []


def test_what_is_placed_keeps_its_card_and_goes_in_one_step(shown: ShownWindow) -> None:
    dialog, _ = ring(shown)
    QTest.keyClick(dialog, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    shown.until(lambda: len(items(shown)) == 1)
    shown.settled()
    (item,) = items(shown)
    assert item.wording.title == "Ring of 33.3 km · Training model"
    assert item.evaluation == Evaluation(basis=Basis.ASSESSMENT)
    for said in ("Last known position: 47.141", "Seen there at: 2026-03-01", "(12:15Z)", "Source: ", "R = v_max"):
        assert said in item.wording.description
    assert "Training model: Containment ring" in [layer.name for layer in shown.desk.layers.all()]
    assert shown.window.bench.selection.ids == (), "a ring of selection would lie over it"
    assert not dialog.place.isEnabled(), "it would lie there twice"
    assert dialog.result_view.texts[1] == "Containment ring, radius 33.3 km"
    assert shown.map.of("model")[-1][1] == "Recorded"
    assert shown.map.of("model")[-1][3] == []
    # The main window's own undo, one step: item and layer.
    shown.window.activateWindow()
    shown.until(shown.window.isActiveWindow)
    shown.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier, shown.window)
    shown.until(lambda: items(shown) == [])
    shown.settled()
    assert [layer.name for layer in shown.desk.layers.all()] == ["Incidents"]


def test_the_card_of_a_recorded_result_is_read_again(shown: ShownWindow) -> None:
    fire = new_item(shown.desk, "Fire")
    dialog, _ = ring(shown)
    click(dialog.place)
    shown.until(dialog.take_back.isEnabled)
    shown.settled()
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    shown.select(next(item.id for item in items(shown) if item.id != fire))
    shown.window.activateWindow()
    shown.until(shown.window.isActiveWindow)
    shown.key(Qt.Key.Key_D, CTRL_ALT, shown.window)
    card = shown.dialog(CardDialog)
    assert card.title.text() == "Ring of 33.3 km · Training model"
    for said in ("Training model: Containment ring", "Greatest speed: 80 km/h", "R = v_max", "Source: Geometry"):
        assert said in card.text.text()
    card.reject()
    shown.select(fire)
    shown.key(Qt.Key.Key_D, CTRL_ALT, shown.window)
    shown.until(lambda: any("has no card" in text for text in shown.notices()))


def test_the_dialog_takes_its_own_result_back(shown: ShownWindow) -> None:
    dialog, form = ring(shown)
    click(dialog.place)
    shown.until(dialog.take_back.isEnabled)
    fire = new_item(shown.desk, "Fire")
    shown.settled()
    fill(form.speed, "50")
    computed(shown, dialog)
    assert dialog.place.isEnabled(), "another result"
    click(dialog.take_back)
    shown.until(lambda: [item.id for item in items(shown)] == [fire])
    shown.settled()
    assert "Taken back" in dialog.said.text()
    assert dialog.place.isEnabled()
    assert shown.map.of("model")[-1][1] == "Tried out, not recorded"


def test_a_change_must_be_computed_before_it_can_be_placed(shown: ShownWindow) -> None:
    dialog, form = ring(shown)
    form.speed.setFocus()
    QTest.keyClicks(form.speed, "0")
    assert dialog.pending
    assert not dialog.place.isEnabled()
    computed(shown, dialog)
    assert dialog.result_view.texts[1] == "Containment ring, radius 333.3 km"
    fill(form.speed, "fast")
    computed(shown, dialog)
    assert dialog.said.text() == "Say how fast he can be, in km/h."
    assert not dialog.result_view.isVisible()
    assert not dialog.place.isEnabled()
    assert [one.text for one in shown.map.of("model")[-1][2]] == []


def test_a_place_is_pointed_at_on_the_map(shown: ShownWindow) -> None:
    dialog = opened(shown, Qt.Key.Key_R)
    form = dialog.form
    assert isinstance(form, RingForm)
    click(form.place.pick)
    assert form.place.pick.isChecked()
    assert shown.map.of("tool") == [["pick"]]
    shown.map.drawn.emit(Drawn(tool="pick", shape=point(9.5, 47.1)))
    shown.map.tool_ended.emit("pick", True)
    assert form.place.at == (9.5, 47.1)
    assert not form.place.pick.isChecked()
    shown.settled()
    assert shown.window.findChildren(QuickEntry) == [], "a place was asked for, and no new item"
    click(form.place.pick)
    click(form.place.pick)
    assert shown.map.of("cancel") != []
    shown.map.tool_ended.emit("pick", False)
    assert not form.place.pick.isChecked()


def test_a_place_and_its_time_are_those_of_the_selected_item(shown: ShownWindow, clock: HandClock) -> None:
    item = new_item(shown.desk, "Bank robbery", lon=9.5209, lat=47.1410)
    clock.forward(600)
    dialog = opened(shown, Qt.Key.Key_R)
    form = dialog.form
    assert isinstance(form, RingForm)
    click(form.place.take)
    assert form.place.where.text() == "Select exactly one item first."
    shown.select(item)
    click(form.place.take)
    assert form.place.at == (9.5209, 47.1410)
    assert form.place.where.text().startswith("Bank robbery · 47.141")
    fill(form.stands, "+15")
    computed(shown, dialog)
    assert dialog.result_view.texts[1] == "Containment ring, radius 33.3 km"


def test_a_place_is_found_by_its_name_and_nonsense_is_said(shown: ShownWindow) -> None:
    dialog = opened(shown, Qt.Key.Key_R)
    form = dialog.form
    assert isinstance(form, RingForm)
    fill(form.place.text, "Balzers")
    assert form.place.at == pytest.approx((9.5036, 47.0666), abs=0.01)
    assert "Balzers" in form.place.where.text()
    fill(form.place.text, "qqqqxyzzy")
    assert form.place.at is None
    assert form.place.where.text() == "No place or coordinate like this."
    computed(shown, dialog)
    assert dialog.said.text() == "Say where he was last seen."


def test_a_block_counts_from_its_time_of_day(shown: ShownWindow, clock: HandClock) -> None:
    # On the main road to Triesen.
    block = new_item(shown.desk, "Patrol 12", type_=ItemType.UNIT, lon=9.5227, lat=47.1300)
    dialog = opened(shown, Qt.Key.Key_I)
    form = dialog.form
    assert isinstance(form, IsochroneForm)
    fill(form.place.text, "47.1410, 9.5209")
    fill(form.start, "12:00Z")
    fill(form.limits, "5, soon")
    computed(shown, dialog)
    assert dialog.said.text().startswith("Say within how many minutes")
    fill(form.limits, "5 12:10Z")
    computed(shown, dialog)
    assert dialog.answer is not None
    free = [band["road_m"] for band in dialog.answer.sketch.data["bands"]]
    shown.select(block)
    click(form.blocks.add)
    fill(form.blocks.field(block), "12:00Z")
    computed(shown, dialog)
    assert dialog.answer is not None
    early = [band["road_m"] for band in dialog.answer.sketch.data["bands"]]
    assert early[0] < free[0]
    assert early[1] < free[1]
    fill(form.blocks.field(block), "12:09Z")
    computed(shown, dialog)
    assert dialog.answer is not None
    late = [band["road_m"] for band in dialog.answer.sketch.data["bands"]]
    assert late[0] == pytest.approx(free[0]), "whoever passed before is through"
    _, _, classes, shapes = shown.map.of("model")[-1]
    assert [one.text for one in classes] == ["Within 5 min", "Within 10 min"]
    assert [one.text for one in shapes][:2] == ["10", "5"]
    assert any(one.text.startswith("Patrol 12 · ") for one in shapes)
    assert any("Patrol 12 2026-03-01" in text for text in dialog.result_view.texts)
    assert any("from memory, to be edited" in text for text in dialog.result_view.texts)
    assert any("leads out of the road graph" in text for text in dialog.result_view.texts)
    click(dialog.place)
    shown.until(lambda: len(items(shown)) == 3)
    described = next(item for item in items(shown) if "Within 10 min" in item.wording.title).wording.description
    assert "OpenStreetMap" in described
    assert "Patrol 12 2026-03-01" in described


def test_where_there_are_no_roads_one_line_says_so(shown: ShownWindow) -> None:
    dialog = opened(shown, Qt.Key.Key_I)
    form = dialog.form
    assert isinstance(form, IsochroneForm)
    fill(form.place.text, "48.8566, 2.3522")
    computed(shown, dialog)
    assert "There is no road graph for this position" in dialog.said.text()
    assert "\n" not in dialog.said.text()
    assert not dialog.place.isEnabled()
    shown.until(lambda: any("Roads: Liechtenstein." in label for label in texts_of(form)))
    assert shown.notices() == []


def texts_of(widget: QWidget) -> list[str]:
    return [label.text() for label in widget.findChildren(QLabel)]


def test_a_plate_that_no_car_can_carry_is_flagged(shown: ShownWindow) -> None:
    dialog = opened(shown, Qt.Key.Key_K)
    form = dialog.form
    assert isinstance(form, PlatesForm)
    fill(form.first.text, "47.1410, 9.5209")
    fill(form.first_at, "11:50Z")
    fill(form.second.text, "47.0670, 9.5000")
    fill(form.second_at, "11:53Z")
    computed(shown, dialog)
    assert dialog.result_view.texts[1] == "No car is so fast: a cloned plate or a misread is likely."
    fill(form.second_at, "11:59Z")
    computed(shown, dialog)
    assert dialog.result_view.texts[1] == "One car can have been at both places."
    assert form.span.text() == "9 min between the readings"


def test_closing_leaves_the_map_as_it_was_and_keeps_what_was_typed(shown: ShownWindow) -> None:
    dialog, form = ring(shown)
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    shown.until(lambda: not dialog.isVisible())
    assert shown.map.of("model")[-1][0] == ""
    again = opened(shown, Qt.Key.Key_R)
    computed(shown, again)
    assert again is dialog
    assert form.speed.text() == "80"
    assert shown.map.of("model")[-1][0] == "Training model: Containment ring"


def test_in_the_past_it_is_computed_and_not_recorded(shown: ShownWindow, clock: HandClock) -> None:
    dialog, _ = ring(shown)
    shown.window.timeline.choose(type(clock.instant)(clock.instant - 60_000_000))
    shown.settled()
    assert not dialog.place.isEnabled()
    assert "You are looking at the past" in dialog.said.text()
    shown.window.timeline.go_live()
    shown.settled()
    assert dialog.place.isEnabled()


@pytest.mark.parametrize("key", ["R", "I", "K", "G", "F", "H"])
def test_tab_goes_through_a_model_as_one_reads(shown: ShownWindow, four: list[str], key: str) -> None:
    dialog = opened(shown, getattr(Qt.Key, f"Key_{key}"))
    form = dialog.form
    if isinstance(form, SearchForm | SightingForm | EffortForm):
        click(form.sectors.add)
        click(form.sectors.equal)
    if isinstance(form, IsochroneForm):
        click(form.blocks.add)
    computed(shown, dialog)
    wanted = reachable(dialog)
    found = stops(dialog, first_of(dialog, wanted))
    assert backwards(dialog, found) == []
    assert {name(w) for w in wanted} - {name(w) for w in found} == set()
