"""What an administrator set in vain, and what is passed by, is said where somebody looks."""

from __future__ import annotations

from pathlib import Path

import pytest

from qroc_desktop.services import map_servers, settings
from tests.cli.conftest import Qroc

SERVERS = """
[[server]]
id = "aerial"
name = "Luftbild"
type = "xyz"
url = "https://maps.example/{z}/{x}/{y}.png"
"""


@pytest.fixture
def etc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The administrator's folder."""
    folder = tmp_path / "etc"
    folder.mkdir()
    for module in (map_servers, settings):
        monkeypatch.setattr(module, "administrators_folder", lambda: folder)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return folder


def test_maps_of_a_list_that_anybody_may_write_are_missed_aloud(qroc: Qroc, etc: Path) -> None:
    (etc / "servers.toml").write_text(SERVERS, encoding="utf-8")
    (etc / "servers.toml").chmod(0o666)
    text = qroc("maps", "list")
    assert text.code == 0
    assert "aerial" not in text.out
    (line,) = text.err.splitlines()
    assert line == (
        f"note {etc / 'servers.toml'}: The list of map servers can be changed by others than the administrator. "
        "No map server is used. Ask your administrator to put the file right."
    )
    document = qroc("maps", "list", "--json")
    assert document.err == ""
    assert [note["where"] for note in document.json["notes"]] == [str(etc / "servers.toml")]
    assert "by others than the administrator" in document.json["notes"][0]["why"]
    assert [entry["origin"] for entry in document.json["maps"]] == ["bundled"] * 3


def test_a_map_that_cannot_be_opened_is_missed_aloud(qroc: Qroc, etc: Path, tmp_path: Path) -> None:
    folder = tmp_path / "data" / "qroc-desktop" / "maps"
    folder.mkdir(parents=True)
    (folder / "torn.pmtiles").write_bytes(b"nothing")
    (note,) = qroc("maps", "list", "--json").json["notes"]
    assert "torn.pmtiles" in note["where"]


def test_nothing_is_said_where_all_is_well(qroc: Qroc, etc: Path) -> None:
    assert qroc("maps", "list").err == ""
    assert qroc("maps", "list", "--json").json["notes"] == []


def test_a_policy_with_a_word_that_means_nothing_is_told(qroc: Qroc, etc: Path, workspace: Path) -> None:
    (etc / "policy.toml").write_text('thema = "dark"\n', encoding="utf-8")
    text = qroc("-w", workspace, "workspace", "info")
    assert text.code == 0
    assert text.err == (
        f"note {etc / 'policy.toml'}: There is no setting thema. It is passed by; the others of the file hold. "
        "Ask your administrator to put the file right.\n"
    )
    (fault,) = qroc("-w", workspace, "workspace", "info", "--json").json["settings"]
    assert fault["where"] == str(etc / "policy.toml")
    (etc / "policy.toml").write_text("thema", encoding="utf-8")
    (fault,) = qroc("-w", workspace, "workspace", "info", "--json").json["settings"]
    assert "cannot be read" in fault["why"]
