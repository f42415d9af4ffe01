"""Training models in an exercise: by the clock of the scenario, on the desk of the team that used them and no other."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from qroc_desktop.domain.instant import parse
from qroc_desktop.domain.query import ItemQuery
from qroc_desktop.ui.models.ring_form import RingForm
from tests.ui.exercise.playing import Playing
from tests.ui.models.driving import computed, fill, opened


def titles(playing: Playing, team: str) -> list[str]:
    desk = playing.windows[team].desk
    return [item.wording.title for item in desk.picture.items(ItemQuery()) if not item.removed]


def test_blue_draws_a_ring_by_scenario_time_and_nobody_else_has_it(playing: Playing) -> None:
    """The scenario stands at its beginning, 14:00 CET on 15 March 2027, whatever the clock on the wall says."""
    blue = playing.team("blue")
    dialog = opened(blue, Qt.Key.Key_R)
    form = dialog.form
    assert isinstance(form, RingForm)
    fill(form.place.text, "47.1410, 9.5209")
    fill(form.seen, "-10")
    fill(form.stands, "13:15Z")
    fill(form.speed, "80")
    computed(blue, dialog)
    assert dialog.result_view.texts[1] == "Containment ring, radius 33.3 km"
    assert form.seen.time() == parse("2027-03-15T12:50:00Z")
    QTest.keyClick(dialog, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    blue.until(lambda: "Ring of 33.3 km · Training model" in titles(playing, "blue"))
    blue.settled()
    (ring,) = [item for item in blue.desk.picture.items(ItemQuery()) if item.wording.title.startswith("Ring")]
    assert 0 <= ring.valid_from - parse("2027-03-15T13:00:00Z") < 1_000_000
    assert "Ring of 33.3 km · Training model" not in titles(playing, "white")
