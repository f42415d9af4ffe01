"""Settings: declared once, locked by policy, never in the way of the start."""

from __future__ import annotations

from pathlib import Path

import pytest

from qroc_desktop.errors import Refused
from qroc_desktop.services.settings import SETTINGS, Settings


def test_every_default_is_a_value_that_the_setting_takes() -> None:
    assert [s.key for s in SETTINGS.values() if not s.accepts(s.default)] == []


def test_a_value_survives_the_program(tmp_path: Path) -> None:
    Settings(tmp_path / "deep" / "settings.json").set("theme", "dark")
    assert Settings(tmp_path / "deep" / "settings.json").get("theme") == "dark"


def test_policy_wins_and_locks(tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text('theme = "light"\n', encoding="utf-8")
    (tmp_path / "settings.json").write_text('{"theme": "dark", "graticule": true}', encoding="utf-8")
    settings = Settings(tmp_path / "settings.json", policy)
    assert settings.get("theme") == "light"
    assert settings.get("graticule") is True
    with pytest.raises(Refused, match="administrator"):
        settings.set("theme", "dark")


def test_wrong_values_are_passed_by(tmp_path: Path) -> None:
    (tmp_path / "settings.json").write_text('{"theme": "pink", "graticule": 1, "x": 2}', encoding="utf-8")
    settings = Settings(tmp_path / "settings.json")
    assert (settings.get("theme"), settings.get("graticule")) == ("system", False)
    with pytest.raises(Refused):
        settings.set("theme", "pink")


def test_a_policy_that_cannot_be_read_is_not_no_policy(tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text("theme = ", encoding="utf-8")
    with pytest.raises(Refused, match="policy"):
        Settings(tmp_path / "settings.json", policy)
