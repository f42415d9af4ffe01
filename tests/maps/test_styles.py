"""Every rule of the styles can be followed: known words, layers and properties that the tiles have."""

from __future__ import annotations

import json
import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.maps.tiles import MAPS, Archive

STYLES: dict[str, dict[str, Any]] = {
    name: json.loads((MAPS / "styles" / f"{name}.json").read_text(encoding="utf-8")) for name in ("light", "dark")
}
RULES = [(name, rule) for name, style in STYLES.items() for rule in style["rules"]]
COMMON = {"id", "source", "layer", "kind", "filter", "minzoom", "maxzoom", "colour"}
WORDS = {
    "fill": COMMON | {"opacity"},
    "line": COMMON | {"opacity", "width", "dash", "cap", "join"},
    "label": COMMON
    | {"text", "size", "weight", "italic", "upper", "spacing", "wrap", "halo", "halo_width", "priority"}
    | {"placement", "repeat", "once", "dot", "leads", "yields", "bare"},
}
TABLES = [tomllib.loads(path.read_text("utf-8")) for path in sorted((MAPS / "styles" / "schemas").glob("*.toml"))]
COLOUR = re.compile(r"#[0-9a-f]{6}")


@cache
def archives(source: str) -> tuple[Archive, ...]:
    names = {"world": ("world",), "streets": ("liechtenstein", "helsinki")}[source]
    return tuple(Archive(f"{name}.pmtiles") for name in names)


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(("style", "rule"), RULES, ids=lambda value: value["id"] if isinstance(value, dict) else value)
def test_a_rule_uses_the_vocabulary_only(style: str, rule: dict[str, Any]) -> None:
    assert set(rule) <= WORDS[rule["kind"]]
    assert COLOUR.fullmatch(rule["colour"])
    for key in ("width", "size", "opacity", "spacing"):
        stops = rule.get(key, 0)
        if isinstance(stops, list):
            zooms = [zoom for zoom, _ in stops]
            assert zooms == sorted(set(zooms))


@pytest.mark.parametrize(("style", "rule"), RULES, ids=lambda value: value["id"] if isinstance(value, dict) else value)
def test_a_rule_finds_its_layer_and_properties(style: str, rule: dict[str, Any]) -> None:
    holders = [archive for archive in archives(rule["source"]) if rule["layer"] in archive.layers()]
    told = [draw for schema in TABLES for draw in schema["draw"] if draw["to"] == rule["layer"]]
    assert holders or told
    fields = set().union(*(archive.fields(rule["layer"]) for archive in holders))
    fields |= {field for draw in told for field in draw.get("set", {})}
    if holders:
        assert set(rule.get("filter", {})) <= fields
        plain = [field for field in rule.get("text", []) if "{" not in field]
        assert not plain or fields & set(plain)


def test_both_styles_have_the_same_rules() -> None:
    shapes = [
        [{k: v for k, v in rule.items() if k not in ("colour", "halo", "dot")} for rule in style["rules"]]
        for style in STYLES.values()
    ]
    assert shapes[0] == shapes[1]


@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
def test_identifiers_are_unique(style: dict[str, Any]) -> None:
    identifiers = [rule["id"] for rule in style["rules"]]
    assert len(identifiers) == len(set(identifiers))


@pytest.mark.parametrize(("style", "rule"), RULES, ids=lambda value: value["id"] if isinstance(value, dict) else value)
def test_names_are_legible_on_their_halo(style: str, rule: dict[str, Any]) -> None:
    """3:1 is the least that WCAG 2.2 asks of large text and of what is seen without being read closely."""
    if rule["kind"] == "label":
        assert contrast(rule["colour"], rule["halo"]) >= 3.0


def test_the_sea_of_the_night_is_darker_than_its_land_and_not_black() -> None:
    dark = STYLES["dark"]
    land = next(rule["colour"] for rule in dark["rules"] if rule["id"] == "land")
    coast = next(rule["colour"] for rule in dark["rules"] if rule["id"] == "coast")
    assert 0 < luminance(dark["background"]) < luminance(land) < luminance(coast)


def test_boundaries_of_small_scale_end_at_zoom_10() -> None:
    for _, rule in RULES:
        if rule["source"] == "world" and rule["layer"] == "boundaries":
            assert rule["maxzoom"] <= 10


@pytest.mark.parametrize("name", STYLES)
def test_the_files_are_what_the_builder_writes(name: str, tmp_path: Path) -> None:
    from maps.builder import styles

    styles.build(tmp_path)
    assert (tmp_path / f"{name}.json").read_text(encoding="utf-8") == (MAPS / "styles" / f"{name}.json").read_text(
        encoding="utf-8"
    )
