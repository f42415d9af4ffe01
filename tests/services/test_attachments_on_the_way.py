"""A file of many chunks over real sockets that are cut in the middle: what had arrived is not sent again."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from qroc_desktop.services.receiving import local_id
from qroc_desktop.sync.bundle import Answer
from qroc_desktop.sync.sealing import CHUNK_BYTES
from qroc_desktop.sync.transports.base import Unreachable
from tests.services.sharing_centres import Desk, Neighbours, grounds
from tests.sync.building import answers
from tests.sync.proxy import Fate, Proxy
from tests.sync.test_https import door, transport


@pytest.fixture
def centres(tmp_path: Path) -> Iterator[tuple[Desk, Desk]]:
    one, other = Desk(tmp_path, "Maastricht", "NL"), Desk(tmp_path, "Aachen", "DE")
    Neighbours(one, other)
    yield one, other
    one.close()
    other.close()


def test_a_photo_goes_on_where_it_was_cut_and_is_on_the_other_picture(
    centres: tuple[Desk, Desk], tmp_path: Path
) -> None:
    maastricht, aachen = centres
    pixels = np.random.default_rng(5).integers(0, 256, (1300, 1300, 3), dtype=np.uint8)  # nothing compresses it
    path = tmp_path / "gate.png"
    Image.fromarray(pixels).save(path)
    item = maastricht.incident("Shooting")
    maastricht.desk.attachments.attach(maastricht.item(item), [path])
    preview = maastricht.sharing.preview([item], aachen.id, grounds())
    bundle = maastricht.sharing.send(preview, officer="Anna", why="near").bundle
    (data,) = maastricht.exchange.dispatch.parcels(bundle)
    assert len(data) > 4 * CHUNK_BYTES
    fates = iter([Fate(kind="cut", after=2 * CHUNK_BYTES + CHUNK_BYTES // 2)])
    with (
        door(aachen) as at,  # type: ignore[arg-type]
        Proxy(at.port, lambda: next(fates, Fate())) as network,
        transport(maastricht) as (https, alarms),  # type: ignore[arg-type]
    ):
        way, peer = https.to(f"https://127.0.0.1:{network.port}"), maastricht.exchange.roster.active(aachen.id)
        with pytest.raises(Unreachable):
            way.send(peer, data)
        first = network.up
        replies = way.send(peer, data)
        again = network.up - first
        assert alarms == []
    assert answers(tuple(replies))[0].answer is Answer.STORED
    assert first + again < len(data) + CHUNK_BYTES + 50_000  # of the chunk that was cut a part went twice
    assert again < len(data) - 2 * CHUNK_BYTES + 50_000  # two had arrived whole
    assert aachen.applied() == 1
    (file,) = aachen.item(local_id(maastricht.id, item)).attachments.files
    with aachen.desk.attachments.opened(file) as stream:
        shown = np.asarray(Image.open(io.BytesIO(stream.read())))
    assert np.array_equal(shown, pixels)
