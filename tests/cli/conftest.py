"""Runs `qroc` as a person's shell would: arguments in, exit code and both streams out."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from qroc_desktop.cli.start import main


class Answer(NamedTuple):
    """What the command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as the one JSON document it must be."""
        return json.loads(self.out)


Qroc = Callable[..., Answer]


@pytest.fixture
def qroc(monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> Qroc:
    """`qroc(*arguments)`."""

    def run(*arguments: object) -> Answer:
        monkeypatch.setattr(sys, "argv", ["qroc", *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            main()
        out, err = capfdbinary.readouterr()
        return Answer(int(end.value.code or 0), out.decode(), err.decode())

    return run


@pytest.fixture
def workspace(qroc: Qroc, tmp_path: Path) -> Path:
    """A new workspace file."""
    path = tmp_path / "picture.qroc"
    answer = qroc("-w", path, "workspace", "create", "--centre", "Leitstelle Süd", "--country", "de")
    assert answer.code == 0, answer.err
    return path


@pytest.fixture
def geojson(tmp_path: Path) -> Path:
    """Two good features and one that lies outside this Earth."""
    features = [
        {
            "type": "Feature",
            "properties": {"title": title, "description": "<img src=x onerror=alert(1)>"},
            "geometry": {"type": "Point", "coordinates": position},
        }
        for title, position in (("Röntgenstraße", [6.08, 50.77]), ("Depot", [4.35, 50.85]), ("Nowhere", [4, 91]))
    ]
    path = tmp_path / "three.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path
