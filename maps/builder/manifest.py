"""maps/sources.toml: each built file's size, SHA-256, sources, licence and attribution."""

from __future__ import annotations

import hashlib
from pathlib import Path

import babel

from .fetch import Input, read_inputs

_FILES: dict[str, tuple[str, list[str]]] = {
    "world.pmtiles": (
        "The world to data zoom 7, Europe to 9: land, water, boundaries, places, airports",
        ["gpuwm", "magics", "qgis", "geonames", "airports", "gshhg", "cldr"],
    ),
    "liechtenstein.pmtiles": ("Street map of Liechtenstein", ["liechtenstein"]),
    "liechtenstein-roads.npz": ("Road graph of Liechtenstein, for training models", ["liechtenstein"]),
    "helsinki.pmtiles": ("Street map of the centre of Helsinki", ["helsinki"]),
    "places.sqlite": (
        "Gazetteer: countries, regions, places, airports, streets",
        ["geonames", "qgis", "airports", "cldr", "liechtenstein", "helsinki"],
    ),
}

# A library that the builder runs with, not an archive that it unpacks.
CLDR = Input(
    key="cldr",
    kind="pip",
    package="babel",
    version=babel.__version__,
    file="",
    sha256="",
    data="Unicode CLDR: names of countries and of time zones' cities by language",
    licence="Unicode-3.0",
    attribution="Unicode CLDR",
)


def write(folder: Path) -> None:
    """Write the list for the built files in `folder`. Every file must be there."""
    inputs = {**read_inputs(), "cldr": CLDR}
    lines = ["# Written by `python -m maps.builder manifest`; checked by `qroc maps check` and by the tests.", ""]
    for name, (description, keys) in _FILES.items():
        content = (folder / name).read_bytes()
        attribution = ", ".join(dict.fromkeys(_credit(inputs[key]) for key in keys))
        licences = " and ".join(dict.fromkeys(inputs[key].licence for key in keys))
        lines += [
            "[[file]]",
            f'name = "{name}"',
            f'description = "{description}"',
            f"size = {len(content)}",
            f'sha256 = "{hashlib.sha256(content).hexdigest()}"',
            f'licence = "{licences}"',
            f'attribution = "{attribution}"',
            f"sources = [{', '.join(_quoted(key) for key in keys)}]",
            "",
        ]
    for key, entry in inputs.items():
        lines += [
            f"[source.{key}]",
            f'package = "{entry.package}"',
            f'version = "{entry.version}"',
            *([f'file = "{entry.file}"', f'sha256 = "{entry.sha256}"'] if entry.file else []),
            f'data = "{entry.data}"',
            f'licence = "{entry.licence}"',
            f'attribution = "{entry.attribution}"',
            "",
        ]
    (folder / "sources.toml").write_text("\n".join(lines), encoding="utf-8")


def _credit(entry: Input) -> str:
    known = {"CC-BY-4.0": "CC BY 4.0", "ODbL-1.0": "ODbL", "LGPL-3.0-or-later": "LGPL"}
    short = known.get(entry.licence)
    return f"{entry.attribution} ({short})" if short else entry.attribution


def _quoted(text: str) -> str:
    return f'"{text}"'
