"""maps/sources.toml says truly what the built files are."""

from __future__ import annotations

import hashlib
import tomllib
from typing import Any

import pytest

from tests.maps.tiles import MAPS

LIST: dict[str, Any] = tomllib.loads((MAPS / "sources.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("entry", LIST["file"], ids=lambda entry: str(entry["name"]))
def test_a_file_is_the_one_that_was_built(entry: dict[str, Any]) -> None:
    content = (MAPS / entry["name"]).read_bytes()
    assert len(content) == entry["size"]
    assert hashlib.sha256(content).hexdigest() == entry["sha256"]


def test_each_data_file_is_listed() -> None:
    built = {path.name for path in MAPS.iterdir() if path.suffix in (".npz", ".pmtiles", ".sqlite")}
    assert built == {entry["name"] for entry in LIST["file"]}


@pytest.mark.parametrize("entry", LIST["file"], ids=lambda entry: str(entry["name"]))
def test_each_source_has_version_licence_and_attribution(entry: dict[str, Any]) -> None:
    assert entry["sources"]
    for key in entry["sources"]:
        source = LIST["source"][key]
        assert source["version"]
        assert source["licence"]
        assert source["attribution"] in entry["attribution"]
