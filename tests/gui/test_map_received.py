"""What lies on a peer's layer says on the map whose it is."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from qroc_desktop.mapview.messages import LayerLook
from tests.mapview.memory_picture import MemoryPicture, row
from tests.mapview.shown_map import shown_map


def test_pointing_at_a_received_item_names_the_centre_that_sent_it(qtbot: QtBot) -> None:
    picture = MemoryPicture.of([row("theirs", 10.0, 50.0, layer="peer"), row("ours", 12.0, 50.0, layer="own")])
    with shown_map(qtbot, picture) as shown:
        looks = [LayerLook(id="peer", locked=True, source="Maastricht <b>"), LayerLook(id="own", locked=True)]
        shown.widget.set_layers(looks)
        shown.until_js("qroc.pictureLayer.looks.size === 2")
        for lon, said in ((10.0, "from Maastricht <b>"), (12.0, "layer locked")):
            shown.hover(shown.place(lon, 50.0))
            shown.until_js(f"document.querySelector('.qroc-tooltip').innerText.includes({said!r})")
