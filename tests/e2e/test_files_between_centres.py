"""Photos, a PDF and a video from one centre to another: real nodes, real files, nothing but `qroc`."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from tests.e2e.test_two_centres import LAW, Centre
from tests.formats.media_files import document, frames_of, photo, unpacked, video

pytestmark = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can write an administrator's file"
)
SECRET = "Quetzalcoatlus"
HIDDEN = dict.fromkeys(
    ("exif", "maker", "gps", "comment", "xmp", "iptc", "trailing", "info", "pdf-xmp", "revision", "file", "filename",
     "script", "outline", "piece", "pdf-exif", "pdf-comment", "title", "handler"),
    SECRET,
)  # fmt: skip


def upright(data: bytes) -> np.ndarray:
    return np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB"))


@pytest.mark.slow
def test_files_arrive_as_they_are_seen_and_nothing_that_was_hidden_in_them_does(tmp_path: Path) -> None:
    (tmp_path / "stick").mkdir()
    ours, theirs = Centre(tmp_path, "Maastricht", "NL"), Centre(tmp_path, "Aachen", "DE")
    ours.enrols(theirs)
    theirs.enrols(ours)
    feature = {
        "type": "Feature",
        "properties": {"title": "Shooting"},
        "geometry": {"type": "Point", "coordinates": [5.7, 50.8]},
    }
    points = tmp_path / "points.geojson"
    points.write_text(json.dumps(feature), encoding="utf-8")
    ours.ok("-w", ours.workspace, "import", points)
    (item,) = [one["id"] for one in ours.json("-w", ours.workspace, "items")["items"]]
    own = {
        f"{SECRET} 1.jpg": photo(HIDDEN),
        f"{SECRET} 2.jpg": photo(HIDDEN, orientation=6),
        f"{SECRET} 3.pdf": document(HIDDEN),
        f"{SECRET} 4.mp4": video(HIDDEN),
    }
    for name, data in own.items():
        (tmp_path / name).write_bytes(data)
    ours.ok("-w", ours.workspace, "attach", item, *(tmp_path / name for name in own))
    shown = ours.json("-w", ours.workspace, "share", "preview", "--to", "Aachen", "--item", item, *LAW)["items"][0]
    assert [file["goes_as"] for file in shown["files"]] == [
        "photo 1.jpg",
        "photo 2.jpg",
        "document 1.pdf",
        "video 1.mp4",
    ]
    with ours.node(), theirs.node():
        sent = ours.json(
            "-w", ours.workspace, "share", "send", "--to", "Aachen", "--item", item, *LAW,
            "--officer", "Anna", "--why", "Attack near the border",
        )  # fmt: skip
        ours.until_sent(sent["sent"][0]["bundle"], {("stored", "")})
        theirs.ok("-w", theirs.workspace, "inbox", "apply")
    (received,) = [one["id"] for one in theirs.json("-w", theirs.workspace, "items")["items"]]
    copies = tmp_path / "copies"
    copies.mkdir()
    saved = theirs.json("-w", theirs.workspace, "attachments", received, "--save", copies)["saved"]
    one, two, pdf, film = [Path(path).read_bytes() for path in saved]
    first, second = (data for name, data in own.items() if name.endswith(".jpg"))
    assert np.array_equal(upright(one), upright(first))
    assert upright(two).shape == upright(second).shape
    assert np.abs(upright(two).astype(int) - upright(second).astype(int)).max() <= 8
    assert frames_of(film) == frames_of(own[f"{SECRET} 4.mp4"])
    assert SECRET.encode() not in unpacked(pdf)
    assert theirs.json("-w", theirs.workspace, "workspace", "check")["sound"]
    searched = 0
    for folder in (theirs.folder, copies, tmp_path / "stick"):
        for path in folder.rglob("*"):
            if path.is_file():
                searched += 1
                assert SECRET.encode() not in path.read_bytes(), path
                assert SECRET not in path.name
    assert searched > 6
