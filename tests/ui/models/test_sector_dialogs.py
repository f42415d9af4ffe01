"""Search sectors in the real window: POA, POD and POS, hours shared out, sightings, a search that found nobody."""


from __future__ import annotations

import pytest
import shapely
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from qroc_desktop.domain.aspects import Wording
from qroc_desktop.domain.shape import from_shapely
from qroc_desktop.domain.vocabulary import Aspect
from qroc_desktop.ui.models.sector_forms import HOURS, POD, EffortForm, SearchForm, SightingForm
from tests.ui.desk_window import ShownWindow, new_item
from tests.ui.models.driving import area, cells, click, computed, fill, opened, sectors


def test_the_failed_search_of_the_note(shown: ShownWindow, four: list[str]) -> None:
    dialog = opened(shown, Qt.Key.Key_F)
    form = dialog.form
    assert isinstance(form, SearchForm)
    sectors(dialog, four, ("40", "30", "20", "10"))
    assert form.sectors.sum.text() == "Together 100 %."
    fill(form.sectors.own(four[0], POD), "60")
    computed(shown, dialog)
    rows = cells(dialog)
    assert [row[-1] for row in rows] == ["21.05", "39.47", "26.32", "13.16", "0.00", "100"]
    assert rows[0] == ["Sector 1", "40.00", "60.00", "24.00", "21.05"]
    assert rows[-1] == ["Together", "100", "", "24.00", "100"]
    _, _, classes, shapes = shown.map.of("model")[-1]
    assert [one.mark for one in classes] == ["1", "2", "3"]
    assert [one.text for one in shapes] == ["3", "2", "1"], "the likeliest is drawn last"
    # The next search goes on from there: to full precision, with nothing searched yet.
    click(dialog.go_on)
    computed(shown, dialog)
    assert [form.sectors.poa(item).text() for item in four] == ["21.05", "39.47", "26.32", "13.16"]
    assert [shown.window.modelling.book.sectors[item].poa for item in four] == pytest.approx(
        [0.16 / 0.76, 0.30 / 0.76, 0.20 / 0.76, 0.10 / 0.76]
    )
    assert form.sectors.own(four[0], POD).text() == ""
    # Nothing has been searched yet: the map is that of POA as it is.
    assert [row[1] for row in cells(dialog)] == [row[-1] for row in cells(dialog)]
    assert cells(dialog)[-1] == ["Together", "100", "", "0.00", "100"]


@pytest.mark.parametrize(("hours", "percent"), [("0.5", "39.35"), ("1", "63.21"), ("2", "86.47")])
def test_pod_follows_from_hours_by_the_coverage_of_the_note(shown: ShownWindow, hours: str, percent: str) -> None:
    """A sector of 1.5 km x 2.25 km or so: its size is the window's; a sweep width in its measure makes C = hours."""
    only = area(shown, "Field", (9.50, 47.12, 9.52, 47.14))
    shown.select(only)
    dialog = opened(shown, Qt.Key.Key_F)
    form = dialog.form
    assert isinstance(form, SearchForm)
    click(form.sectors.add)
    fill(form.sectors.poa(only), "50")
    assert form.sectors.sum.text() == "Together 50 %: 50 % are elsewhere."
    km2 = shown.window.modelling.book.sectors[only].km2
    fill(form.sweep.width, f"{km2 * 1000:.6f}")
    fill(form.sweep.speed, "1")
    fill(form.sectors.own(only, HOURS), hours)
    assert form.sectors.own(only, POD).text() == percent
    computed(shown, dialog)
    texts = dialog.result_view.texts
    assert any("POD = 1 − e^−C" in text for text in texts)
    assert any(text.startswith("Field ") and "h" in text for text in texts)


def test_the_inverse_cube_law_of_the_note(shown: ShownWindow) -> None:
    only = area(shown, "Field", (9.50, 47.12, 9.52, 47.14))
    shown.select(only)
    dialog = opened(shown, Qt.Key.Key_F)
    form = dialog.form
    assert isinstance(form, SearchForm)
    click(form.sectors.add)
    click(form.sectors.equal)
    fill(form.sweep.width, f"{shown.window.modelling.book.sectors[only].km2 * 1000:.6f}")
    fill(form.sweep.speed, "1")
    fill(form.sectors.own(only, HOURS), "1")
    form.sweep.detection.setFocus()
    QTest.keyClick(form.sweep.detection, Qt.Key.Key_Down)
    assert form.sectors.own(only, POD).text() == "78.99"


def test_probabilities_must_add_up(shown: ShownWindow, four: list[str]) -> None:
    dialog = opened(shown, Qt.Key.Key_F)
    form = dialog.form
    assert isinstance(form, SearchForm)
    sectors(dialog, four, ("40", "40", "30", "10"))
    fill(form.sectors.own(four[0], POD), "60")
    computed(shown, dialog)
    assert form.sectors.sum.text() == dialog.said.text() == "Together 120 %: more than 100 %."
    assert not dialog.place.isEnabled()
    click(form.sectors.equal)
    assert [form.sectors.poa(item).text() for item in four] == ["25"] * 4
    computed(shown, dialog)
    assert dialog.place.isEnabled()
    fill(form.sectors.poa(four[3]), "")
    computed(shown, dialog)
    assert dialog.said.text() == "Say how likely he is in Sector 4, in percent."


def test_probabilities_by_area(shown: ShownWindow) -> None:
    small = area(shown, "Small", (9.50, 47.12, 9.51, 47.13))
    large = area(shown, "Large", (9.52, 47.12, 9.55, 47.13))
    spot = new_item(shown.desk, "No area", lon=9.5, lat=47.1)
    shown.select(small, large, spot)
    dialog = opened(shown, Qt.Key.Key_H)
    form = dialog.form
    assert isinstance(form, EffortForm)
    click(form.sectors.add)
    assert form.sectors.sum.text().startswith("No area: The item is no area.")
    click(form.sectors.by_area)
    assert float(form.sectors.poa(small).text()) == pytest.approx(25, abs=0.05)
    assert float(form.sectors.poa(large).text()) == pytest.approx(75, abs=0.05)
    assert set(shown.window.modelling.book.sectors) == {small, large}


def test_a_sector_has_the_edges_that_its_item_has_now(shown: ShownWindow, four: list[str]) -> None:
    dialog = opened(shown, Qt.Key.Key_F)
    form = dialog.form
    assert isinstance(form, SearchForm)
    sectors(dialog, four, ("40", "30", "20", "10"))
    computed(shown, dialog)
    book = shown.window.modelling.book
    before = book.sectors[four[0]].km2
    half = from_shapely(shapely.box(9.50, 47.12, 9.51, 47.14))
    first, last = (shown.desk.picture.item(item) for item in (four[0], four[3]))
    assert first is not None
    assert last is not None
    shown.desk.items.edit(first, {Aspect.SHAPE: half, Aspect.WORDING: Wording(title="Rheinau")})
    shown.desk.items.remove([last])
    computed(shown, dialog)
    assert book.sectors[four[0]].km2 == pytest.approx(before / 2, rel=0.001)
    assert [row[0] for row in cells(dialog)] == ["Rheinau", "Sector 2", "Sector 3", "Elsewhere", "Together"]
    assert form.sectors.sum.text() == "Together 90 %: 10 % are elsewhere."


def test_hours_are_shared_out_and_nothing_is_drawn(shown: ShownWindow, four: list[str]) -> None:
    dialog = opened(shown, Qt.Key.Key_H)
    form = dialog.form
    assert isinstance(form, EffortForm)
    sectors(dialog, four, ("70", "10", "10", "10"))
    fill(form.sweep.width, "50")
    fill(form.sweep.speed, "2")
    fill(form.hours, "20")
    computed(shown, dialog)
    rows = cells(dialog)
    assert float(rows[0][1]) == max(float(row[1]) for row in rows[:-1])
    assert float(rows[-1][1]) == sum(float(row[1]) for row in rows[:-1]) == 20
    assert not dialog.place.isEnabled()
    assert dialog.said.text() == "There is nothing to put on the map."


def test_a_sighting_moves_the_sectors_that_a_search_goes_on_with(shown: ShownWindow, four: list[str]) -> None:
    dialog = opened(shown, Qt.Key.Key_G)
    form = dialog.form
    assert isinstance(form, SightingForm)
    sectors(dialog, four, ("25", "25", "25", "25"))
    fill(form.place.text, "47.145, 9.527")
    fill(form.credibility, "80")
    fill(form.sigma, "300")
    computed(shown, dialog)
    now = [float(row[-1]) for row in cells(dialog)]
    assert max(now) == now[3] > 60
    assert sum(now) == pytest.approx(100, abs=0.03)
    marks = [one.mark for one in shown.map.of("model")[-1][2]]
    assert marks == ["1", "2", "3", "4"]
    click(dialog.go_on)
    search = opened(shown, Qt.Key.Key_F)
    assert not dialog.isVisible(), "one result on the map at a time"
    form = search.form
    assert isinstance(form, SearchForm)
    assert float(form.sectors.poa(four[3]).text()) == now[3]


def test_within_an_area_that_he_has_not_left(shown: ShownWindow, four: list[str]) -> None:
    west = area(shown, "West", (9.49, 47.11, 9.52, 47.17))
    dialog = opened(shown, Qt.Key.Key_F)
    form = dialog.form
    assert isinstance(form, SearchForm)
    sectors(dialog, four, ("25", "25", "25", "25"))
    fill(form.sectors.own(four[0], POD), "0")
    click(form.within.take)
    assert form.within.text.placeholderText() == "Select exactly one area first."
    shown.select(west)
    click(form.within.take)
    computed(shown, dialog)
    assert [row[-1] for row in cells(dialog)][:4] == ["50.00", "0.00", "50.00", "0.00"]
    assert any(text == "West" for text in dialog.result_view.texts)
