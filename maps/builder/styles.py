"""light.json and dark.json: one list of rules, two palettes (vocabulary: maps/styles/README.md)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

Rule = dict[str, Any]
Stops = list[list[float]]

# Muted land and water, so that the symbols of the picture carry the strongest contrast on the screen.
LIGHT = {
    "water": "#c9d6de", "land": "#f4f3ef", "coast": "#a9bac5", "river": "#b3c6d2",
    "country": "#85808e", "country_glow": "#e4e0e6", "region": "#b9b5bf", "disputed": "#8f7f86",
    "cover": "#f4f3ef", "residential": "#ebe9e4", "commercial": "#ece6e2", "industrial": "#e6e4e8",
    "green": "#e0e8d6", "forest": "#d6e1cc", "farm": "#f0efe6", "civic": "#ebe5ea", "sand": "#efe9d9",
    "ice": "#f8fafb", "paved": "#eceae8", "building": "#dad7d1", "building_line": "#c8c4bc", "rail": "#a7a3a8",
    "motorway": "#f0c98f", "motorway_case": "#cda063", "trunk": "#f4d9a9", "trunk_case": "#d0b27c",
    "primary": "#faeac6", "primary_case": "#cfc09a", "street": "#ffffff", "street_case": "#cdc9c1",
    "path": "#b8b0a4", "label": "#43474e", "label_soft": "#666b74", "label_country": "#5c5668",
    "label_region": "#8a8592", "label_water": "#5f7f93", "label_street": "#55585e", "label_poi": "#5b6470",
    "poi": "#74808f", "halo": "#fbfaf8", "halo_water": "#d7e1e7", "dot": "#4b4f57", "aeroway": "#dedbe0",
}  # fmt: skip

# For night desks: no pure black, the sea darker than the land, the coast a clear lighter line.
DARK = {
    "water": "#171c23", "land": "#2a2f37", "coast": "#4a5561", "river": "#1d242d",
    "country": "#8d96a3", "country_glow": "#22262d", "region": "#4d5561", "disputed": "#a08f95",
    "cover": "#2a2f37", "residential": "#2f343c", "commercial": "#332f38", "industrial": "#2f3037",
    "green": "#2a352f", "forest": "#27322c", "farm": "#2c312f", "civic": "#342f3a", "sand": "#35322c",
    "ice": "#3b434c", "paved": "#31353c", "building": "#3a404a", "building_line": "#474e59", "rail": "#5b636f",
    "motorway": "#8b7248", "motorway_case": "#1f2329", "trunk": "#75654a", "trunk_case": "#1f2329",
    "primary": "#625b4e", "primary_case": "#1f2329", "street": "#4b525d", "street_case": "#22262d",
    "path": "#565d68", "label": "#d3d9e1", "label_soft": "#aab3bf", "label_country": "#b9b4c6",
    "label_region": "#8a90a0", "label_water": "#7092a8", "label_street": "#b4bac4", "label_poi": "#9aa5b4",
    "poi": "#8391a3", "halo": "#1c2027", "halo_water": "#151a20", "dot": "#c3cad3", "aeroway": "#3a3f48",
}  # fmt: skip

NAME = ["name:{lang}", "name"]


def build(folder: Path) -> None:
    """Write both styles into `folder`."""
    folder.mkdir(exist_ok=True)
    for name, palette in (("light", LIGHT), ("dark", DARK)):
        rules = [_coloured(rule, palette) for rule in _rules()]
        head = {
            "version": 1,
            "name": name,
            "background": palette["water"],
            "font": "Noto Sans, DejaVu Sans, Segoe UI, Helvetica Neue, Arial, sans-serif",
        }
        lines = ",\n".join("    " + json.dumps(rule, ensure_ascii=False) for rule in rules)
        text = json.dumps(head, ensure_ascii=False, indent=2)[:-2] + f',\n  "rules": [\n{lines}\n  ]\n}}\n'
        (folder / f"{name}.json").write_text(text, encoding="utf-8")


def _coloured(rule: Rule, palette: dict[str, str]) -> Rule:
    done = {}
    for key, value in rule.items():
        if isinstance(value, dict) and key == "dot":
            value = _coloured(value, palette)
        done[key] = palette[value[1:]] if isinstance(value, str) and value.startswith("$") else value
    return done


def _rules() -> list[Rule]:
    return [*_world_ground(), *_street_ground(), *_roads(), *_lines_above(), *_labels()]


def _fill(identifier: str, source: str, layer: str, colour: str, **more: Any) -> Rule:
    return {"id": identifier, "source": source, "layer": layer, "kind": "fill", "colour": colour, **more}


def _line(identifier: str, source: str, layer: str, colour: str, width: float | Stops, **more: Any) -> Rule:
    return {
        "id": identifier, "source": source, "layer": layer, "kind": "line", "colour": colour, "width": width, **more,
    }  # fmt: skip


def _label(identifier: str, source: str, layer: str, colour: str, size: float | Stops, **more: Any) -> Rule:
    rule = {
        "id": identifier, "source": source, "layer": layer, "kind": "label", "text": NAME, "colour": colour,
        "size": size, "halo": "$halo", "halo_width": 1.6, "priority": "rank", **more,
    }  # fmt: skip
    if layer == "places":
        # Two sources may name one place, some hundred metres apart.
        rule["once"] = 1500
    return rule


def _world_ground() -> list[Rule]:
    return [
        _fill("land", "world", "land", "$land"),
        _line("coast", "world", "land", "$coast", [[2, 0.4], [6, 0.8], [10, 1.1]], join="round"),
        _line(
            "rivers", "world", "rivers", "$river", [[3, 0.5], [6, 0.9], [9, 1.6], [12, 2.4]],
            filter={"kind": "river"}, minzoom=3, maxzoom=11, cap="round", join="round",
        ),
        _fill("lakes", "world", "water", "$water"),
        _line("lake-shores", "world", "water", "$coast", [[4, 0.3], [8, 0.7]], minzoom=4, opacity=0.7),
        _line(
            "regions", "world", "boundaries", "$region", [[4, 0.4], [7, 0.8], [10, 1.2]],
            filter={"kind": "region"}, minzoom=4, maxzoom=10, dash=[4, 3],
            opacity=[[4, 0.45], [6, 0.9]],
        ),
        # Natural Earth's lines are visibly off on large scales, so they end at zoom 10.
        _line(
            "countries-glow", "world", "boundaries", "$country_glow", [[3, 2.0], [6, 3.6], [10, 6.0]],
            filter={"kind": ["country", "disputed"]}, maxzoom=10, join="round", opacity=0.75,
        ),
        _line(
            "countries", "world", "boundaries", "$country", [[2, 0.6], [5, 1.0], [10, 1.8]],
            filter={"kind": "country"}, maxzoom=10, join="round",
        ),
        _line(
            "disputed", "world", "boundaries", "$disputed", [[2, 0.6], [5, 1.0], [10, 1.8]],
            filter={"kind": "disputed"}, maxzoom=10, dash=[5, 4], join="round",
        ),
    ]  # fmt: skip


def _street_ground() -> list[Rule]:
    uses = (
        ("farm", "$farm", ["farm"], 11), ("residential", "$residential", ["residential"], 9),
        ("commercial", "$commercial", ["commercial"], 10), ("industrial", "$industrial", ["industrial"], 10),
        ("forest", "$forest", ["forest"], 9), ("green", "$green", ["green", "cemetery"], 10),
        ("sand", "$sand", ["sand"], 11), ("ice", "$ice", ["ice"], 9),
        ("civic", "$civic", ["civic", "hospital", "school"], 12), ("paved", "$paved", ["paved"], 13),
        ("airfield", "$aeroway", ["airfield"], 10),
    )  # fmt: skip
    return [
        _fill("cover", "streets", "cover", "$cover", minzoom=9),
        *(
            _fill(f"use-{name}", "streets", "landuse", colour, filter={"kind": kinds}, minzoom=first)
            for name, colour, kinds, first in uses
        ),
        _line(
            "waterways", "streets", "waterways", "$river", [[9, 0.8], [12, 1.6], [15, 4], [17, 8]],
            filter={"kind": ["river", "canal"]}, minzoom=9, cap="round", join="round",
        ),
        _line(
            "streams", "streets", "waterways", "$river", [[12, 0.5], [15, 1.4], [17, 3]],
            filter={"kind": ["stream", "ditch"]}, minzoom=12, cap="round", join="round",
        ),
        _fill("water", "streets", "water", "$water", minzoom=9),
        _line("water-shores", "streets", "water", "$coast", [[10, 0.4], [14, 0.9]], minzoom=10, opacity=0.8),
        _line(
            "runways", "streets", "landuse_lines", "$aeroway", [[10, 1], [13, 8], [16, 40]],
            filter={"kind": "runway"}, minzoom=10,
        ),
        _fill("buildings", "streets", "buildings", "$building", minzoom=13, opacity=[[13, 0.5], [15, 1]]),
        _line("building-lines", "streets", "buildings", "$building_line", [[14, 0.4], [17, 1]], minzoom=15),
    ]  # fmt: skip


# name, kinds, first zoom of the surface, width by zoom, colour
_ROADS: tuple[tuple[str, list[str], int, Stops, str], ...] = (
    ("service", ["service"], 14, [[14, 0.8], [15, 1.8], [17, 6], [19, 14]], "street"),
    ("minor", ["minor"], 12, [[12, 0.6], [14, 2.2], [16, 7], [18, 16]], "street"),
    ("tertiary", ["tertiary"], 11, [[11, 0.7], [13, 2.0], [14, 3.4], [16, 9], [18, 20]], "street"),
    ("secondary", ["secondary"], 10, [[10, 0.8], [12, 1.8], [14, 4.4], [16, 11], [18, 24]], "street"),
    ("primary", ["primary"], 9, [[9, 0.9], [11, 1.8], [14, 5], [16, 12], [18, 26]], "primary"),
    ("trunk", ["trunk"], 8, [[8, 1], [11, 2.2], [14, 5.6], [16, 13], [18, 28]], "trunk"),
    ("motorway", ["motorway"], 7, [[7, 1], [10, 2.2], [12, 3.2], [14, 6], [16, 14], [18, 30]], "motorway"),
)


def _roads() -> list[Rule]:
    rules = [
        _line(
            "paths", "streets", "roads", "$path", [[14, 0.7], [16, 1.2], [18, 2.2]],
            filter={"kind": "path"}, minzoom=14, dash=[3, 2],
        ),
        _line(
            "tracks", "streets", "roads", "$path", [[13, 0.6], [16, 1.6], [18, 3]],
            filter={"kind": "track"}, minzoom=13, dash=[6, 3],
        ),
        _line(
            "pedestrian", "streets", "roads", "$paved", [[14, 1.4], [16, 5], [18, 12]],
            filter={"kind": "pedestrian"}, minzoom=14, cap="round", join="round",
        ),
    ]  # fmt: skip
    for name, kinds, first, width, colour in _ROADS:
        casing = [[zoom, wide + (0.8 if zoom < 13 else 1.8)] for zoom, wide in width]
        rules.append(
            _line(
                f"{name}-case", "streets", "roads", f"${colour}_case", casing,
                filter={"kind": kinds}, minzoom=max(first, 11), cap="round", join="round",
            )
        )  # fmt: skip
    for name, kinds, first, width, colour in _ROADS:
        # Below zoom 11 there is no casing: there the casing's colour is what stands out from the land.
        shown = f"${colour}" if first >= 11 else f"${colour}_case"
        if first < 11:
            rules.append(
                _line(
                    f"{name}-far", "streets", "roads", shown if colour != "street" else "$street_case", width,
                    filter={"kind": kinds}, minzoom=first, maxzoom=10, join="round",
                )
            )  # fmt: skip
        rules.append(
            _line(
                name, "streets", "roads", f"${colour}", width,
                filter={"kind": kinds}, minzoom=max(first, 11), cap="round", join="round",
            )
        )  # fmt: skip
    return rules


def _of_nobody() -> list[Rule]:
    """Areas and lines of a schema that nobody knows: to be seen, and not to be taken for anything."""
    return [
        _fill("other-areas", "streets", "other_areas", "$region", opacity=0.18),
        _line("other-outlines", "streets", "other_areas", "$region", [[6, 0.4], [14, 1]], join="round"),
        _line("other-lines", "streets", "other_lines", "$country", [[6, 0.5], [14, 1.1]], cap="round", join="round"),
    ]


def _lines_above() -> list[Rule]:
    return [
        *_of_nobody(),
        _line("rail", "streets", "rail", "$rail", [[9, 0.5], [13, 1.1], [16, 2]], filter={"kind": "rail"}, minzoom=9),
        _line(
            "rail-ties", "streets", "rail", "$rail", [[13, 3], [16, 6]],
            filter={"kind": "rail"}, minzoom=13, dash=[1, 9],
        ),
        _line(
            "tram", "streets", "rail", "$rail", [[13, 0.5], [16, 1.2]],
            filter={"kind": ["tram", "light_rail", "subway"]}, minzoom=13, opacity=0.8,
        ),
        _line(
            "municipalities", "streets", "boundaries", "$region", [[11, 0.8], [15, 1.4]],
            filter={"kind": "municipality"}, minzoom=11, dash=[6, 3, 1, 3],
        ),
        _line(
            "regions-near", "streets", "boundaries", "$region", [[9, 0.9], [15, 1.6]],
            filter={"kind": "region", "far": 1}, minzoom=9, dash=[4, 3],
        ),
        # An archive that hides the world beneath it brings its boundaries from as far as it does so.
        _line(
            "countries-far", "streets", "boundaries", "$country", [[9, 1.2], [10, 1.4]],
            filter={"kind": "country", "far": 1}, minzoom=9, maxzoom=10, join="round",
        ),
        _line(
            "disputed-near", "streets", "boundaries", "$disputed", [[9, 1.2], [15, 2]],
            filter={"kind": "disputed", "far": 1}, minzoom=9, dash=[5, 4], join="round",
        ),
        _line(
            "countries-near-glow", "streets", "boundaries", "$country_glow", [[11, 5], [15, 8]],
            filter={"kind": "country"}, minzoom=11, opacity=0.6, join="round",
        ),
        _line(
            "countries-near", "streets", "boundaries", "$country", [[11, 1.4], [15, 2.2]],
            filter={"kind": "country"}, minzoom=11, dash=[10, 3, 2, 3],
        ),
    ]  # fmt: skip


def _labels() -> list[Rule]:
    """In order of importance: an earlier rule's labels push later ones away."""
    dot = {"radius": [[4, 1.6], [8, 2.2], [10, 2], [11, 0]], "colour": "$dot", "halo": "$halo", "halo_width": 1}
    capital = {"radius": [[3, 2.2], [8, 3.2], [10, 3], [11, 0]], "colour": "$halo", "halo": "$dot", "halo_width": 1.3}
    return [
        _label(
            "country", "world", "places", "$label_country", [[2, 9.5], [4, 10.5], [6, 14], [8, 17]],
            filter={"kind": "country"}, minzoom=2, maxzoom=8, weight=600, upper=True,
            spacing=[[2, 0.3], [4, 0.7], [6, 2.2]], wrap=14, halo_width=2,
        ),
        *_settlements_of_streets(dot, capital),
        _label(
            "capital", "world", "places", "$label", [[3, 11], [6, 13.5], [10, 18], [13, 20]],
            filter={"kind": "city", "capital": 1}, minzoom=3, maxzoom=14, weight=600, dot=capital,
            priority="order", yields=2500,
        ),
        _label(
            "metropolis", "world", "places", "$label", [[3, 10.5], [6, 12.5], [10, 17], [13, 19]],
            filter={"kind": "city", "capital": None, "size": "metropolis"}, minzoom=3, maxzoom=14, weight=500,
            dot=dot, priority="order", yields=2500,
        ),
        _label(
            "city", "world", "places", "$label", [[4, 10], [7, 12], [10, 15], [13, 18]],
            filter={"kind": "city", "capital": None, "size": "city"}, minzoom=4, maxzoom=14, dot=dot,
            priority="order", yields=2500,
        ),
        _label(
            "sea", "world", "places", "$label_water", [[2, 10], [5, 13], [8, 16]],
            filter={"kind": "sea"}, minzoom=2, maxzoom=9, italic=True, spacing=1.5, wrap=12, halo="$halo_water",
        ),
        _label(
            "town", "world", "places", "$label", [[5, 9.5], [8, 11], [10, 13], [13, 16]],
            filter={"kind": "city", "capital": None, "size": "town"}, minzoom=5, maxzoom=15, dot=dot,
            priority="order", yields=1500,
        ),
        *_street_labels_above(),
        _label(
            "small", "world", "places", "$label_soft", [[7, 9.5], [10, 11.5], [13, 14.5]],
            filter={"kind": "city", "capital": None, "size": "small"}, minzoom=7, maxzoom=16, dot=dot,
            priority="order", yields=1200,
        ),
        _label(
            "region", "world", "places", "$label_region", [[5, 9.5], [8, 12]],
            filter={"kind": "region"}, minzoom=5, maxzoom=9, upper=True, spacing=1, wrap=14,
        ),
        _label(
            "village", "world", "places", "$label_soft", [[10, 9.5], [11, 10.5], [14, 13]],
            filter={"kind": "city", "capital": None, "size": "village"}, minzoom=10, maxzoom=16, dot=dot,
            priority="order", yields=1000,
        ),
        _label(
            "airport", "world", "airports", "$label_poi", [[7, 9], [11, 11]],
            filter={"kind": "airport"}, minzoom=8, maxzoom=14, text=["iata"],
            dot={"radius": [[7, 1.8], [11, 3]], "colour": "$poi", "halo": "$halo", "halo_width": 1, "shape": "square"},
        ),
        _label(
            "river-name", "world", "rivers", "$label_water", [[6, 9.5], [10, 11.5]],
            filter={"kind": "river"}, minzoom=6, maxzoom=11, italic=True, placement="line", repeat=500,
            halo="$halo",
        ),
        *_street_labels(),
    ]  # fmt: skip


def _settlements_of_streets(dot: Rule, capital: Rule) -> list[Rule]:
    """Where a street archive names a settlement, the world's name for it steps back: the archive has more languages."""
    return [
        _label(
            "near-capital", "streets", "places", "$label", [[8, 15], [10, 18], [13, 20]],
            filter={"kind": "city", "capital": 1}, minzoom=8, maxzoom=14, weight=600, dot=capital, priority="order",
            leads=True,
        ),
        _label(
            "near-city", "streets", "places", "$label", [[8, 13], [10, 16], [13, 19]],
            filter={"kind": "city", "capital": None}, minzoom=8, maxzoom=14, weight=500, dot=dot, priority="order",
            leads=True,
        ),
        _label(
            "near-town", "streets", "places", "$label", [[9, 11], [10, 12.5], [13, 16]],
            filter={"kind": "town"}, minzoom=9, maxzoom=15, dot=dot, priority="order", leads=True,
        ),
    ]  # fmt: skip


def _street_labels_above() -> list[Rule]:
    return [
        _label(
            "near-village", "streets", "places", "$label_soft", [[11, 10.5], [14, 13]],
            filter={"kind": "village"}, minzoom=11, maxzoom=16, priority="order", leads=True,
        ),
        _label(
            "suburb", "streets", "places", "$label_soft", [[12, 11], [15, 14]],
            filter={"kind": "suburb"}, minzoom=12, maxzoom=16, spacing=0.6,
        ),
        _label(
            "emergency", "streets", "pois", "$label", [[13, 10.5], [16, 12]],
            filter={"kind": ["police", "fire_station", "hospital"]}, minzoom=13, weight=600, wrap=16,
            dot={"radius": 3, "colour": "$dot", "halo": "$halo", "halo_width": 1.2, "shape": "square"},
        ),
        _label(
            "station", "streets", "pois", "$label_poi", [[12, 10], [16, 11.5]],
            filter={"kind": "station"}, minzoom=12, weight=500, wrap=16,
            dot={"radius": 2.6, "colour": "$poi", "halo": "$halo", "halo_width": 1.2, "shape": "square"},
        ),
    ]  # fmt: skip


def _street_labels() -> list[Rule]:
    return [
        _label(
            "road-ref", "streets", "roads", "$label_street", 9.5,
            filter={"kind": ["motorway", "trunk", "primary"]}, minzoom=10, maxzoom=13, text=["ref"], weight=600,
            placement="line", repeat=400,
        ),
        _label(
            "main-street", "streets", "roads", "$label_street", [[13, 10], [16, 12.5]],
            filter={"kind": ["motorway", "trunk", "primary", "secondary"]}, minzoom=13, placement="line", repeat=350,
        ),
        _label(
            "street", "streets", "roads", "$label_street", [[14, 9.5], [17, 12]],
            filter={"kind": ["tertiary", "minor", "pedestrian"]}, minzoom=14, placement="line", repeat=350,
        ),
        *(
            _label(
                f"water-name-{size}", "streets", "water", "$label_water", [[12, 10], [16, 13]],
                filter={"size": size}, minzoom=first, italic=True, wrap=14, halo="$halo_water",
            )
            for size, first in (("large", 11), ("medium", 13), ("small", 15))
        ),
        _label(
            "waterway-name", "streets", "waterways", "$label_water", [[11, 10], [16, 12]],
            filter={"kind": ["river", "canal"]}, minzoom=11, italic=True, placement="line", repeat=500,
        ),
        _label(
            "neighbourhood", "streets", "places", "$label_region", [[14, 10], [16, 12]],
            filter={"kind": ["hamlet", "neighbourhood", "locality"]}, minzoom=14,
        ),
        _label(
            "civic", "streets", "pois", "$label_poi", [[15, 9.5], [17, 11]],
            filter={"kind": ["civic", "school", "health", "embassy", "transport", "fuel"]}, minzoom=15, wrap=16,
            dot={"radius": 2, "colour": "$poi", "halo": "$halo", "halo_width": 1},
        ),
        _label(
            "small-street", "streets", "roads", "$label_street", [[16, 9], [18, 11]],
            filter={"kind": ["service", "path", "track"]}, minzoom=16, placement="line", repeat=350,
        ),
        _label(
            "other-names", "streets", "other_points", "$label_poi", [[8, 9.5], [14, 11]],
            wrap=16, bare=True, once=300,
            dot={"radius": [[6, 1.4], [14, 2.4]], "colour": "$poi", "halo": "$halo", "halo_width": 1},
        ),
        _label(
            "other-areas-names", "streets", "other_areas", "$label_region", [[8, 9.5], [14, 11]], wrap=16, once=2000,
        ),
        _label(
            "other-lines-names", "streets", "other_lines", "$label_street", [[10, 9.5], [16, 11.5]],
            placement="line", repeat=500,
        ),
        _label(
            "house-number", "streets", "buildings", "$label_region", [[17, 9], [19, 11]],
            minzoom=17, text=["number"],
        ),
    ]  # fmt: skip
