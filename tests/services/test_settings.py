"""Settings: declared once, locked by policy, never in the way of the start."""

from __future__ import annotations

from pathlib import Path

import pytest

from qroc_desktop.errors import Refused
from qroc_desktop.services import settings as module
from qroc_desktop.services.settings import SETTINGS, Settings, setting_faults


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


def test_what_a_policy_sets_in_vain_is_told(tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text('thema = "light"\ngpu = "never"\nnotation = "utm"\n', encoding="utf-8")
    settings = Settings(tmp_path / "settings.json", policy)
    assert (settings.get("gpu"), settings.get("notation")) == ("auto", "utm")
    first, second = (str(fault) for fault in settings.faults)
    assert first == (
        f"{policy}: There is no setting thema. It is passed by; the others of the file hold. "
        "Ask your administrator to put the file right."
    )
    assert "The setting gpu takes no such value." in second


@pytest.mark.parametrize("text", ["", "{", "[]", "[" * 100_000, '{"theme": "dark"}\x00'])
def test_settings_that_cannot_be_read_are_told_and_not_in_the_way(tmp_path: Path, text: str) -> None:
    path = tmp_path / "settings.json"
    path.write_text(text, encoding="utf-8")
    settings = Settings(path)
    (fault,) = settings.faults
    assert str(path) in str(fault)
    assert "cannot be read" in str(fault)
    assert settings.get("theme") == "system"
    settings.set("theme", "dark")
    again = Settings(path)
    assert (again.get("theme"), again.faults) == ("dark", ())


def test_an_older_programs_settings_are_no_fault(tmp_path: Path) -> None:
    (tmp_path / "settings.json").write_text('{"retired": 1}', encoding="utf-8")
    assert Settings(tmp_path / "settings.json").faults == ()


def test_a_policy_that_cannot_be_read_is_among_the_faults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "administrators_folder", lambda: tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home"))
    assert setting_faults() == ()
    (tmp_path / "policy.toml").write_text("theme =", encoding="utf-8")
    (fault,) = setting_faults()
    assert "policy file cannot be read" in str(fault)
