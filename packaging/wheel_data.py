"""Carry resources/ and maps/, which lie beside the package, into the wheel as qroc_desktop/_data/.

A build hook of hatchling. Of the fetched JavaScript only what the map page is served goes along: the built
files and the main file of each library named in resources/map/package.json, and the licences of these and of all
that is built into them. What only developers need stays behind.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

DATA = "qroc_desktop/_data"
LIBRARIES = Path("resources/map/node_modules")
# Sources and build scripts stay behind: what is read at run time is what they make.
BUILDER = Path("maps/builder")
NOT_CARRIED = {".py", ".po", ".pot", ".pyc"}


def plain_files(root: Path, folder: str) -> Iterator[Path]:
    """Yield the files of `folder` that a running program reads, relative to `root`."""
    for path in sorted((root / folder).rglob("*")):
        relative = path.relative_to(root)
        if {LIBRARIES, BUILDER} & set(relative.parents) or any(part.startswith(".") for part in relative.parts):
            continue
        if path.is_file() and path.suffix not in NOT_CARRIED:
            yield relative


def library_files(root: Path) -> Iterator[Path]:
    """Yield the files of the map page's libraries that the page is served, relative to `root`."""
    wanted = json.loads((root / "resources/map/package.json").read_text(encoding="utf-8"))["dependencies"]
    for name in sorted(wanted):
        folder = LIBRARIES / name
        if not (root / folder / "package.json").is_file():
            raise FileNotFoundError(f"{folder} is missing; run `make setup` first")
        main = json.loads((root / folder / "package.json").read_text(encoding="utf-8")).get("main", "")
        for path in sorted((root / folder).rglob("*")):
            relative = path.relative_to(root / folder)
            built = relative.parts[0] == "dist" and not path.name.endswith((".map", ".d.ts", ".d.cts"))
            if path.is_file() and (built or relative == Path(main)):
                yield folder / relative


def licence_files(root: Path) -> Iterator[Path]:
    """Yield what says who wrote the libraries and under which licence, relative to `root`."""
    lock = json.loads((root / "resources/map/package-lock.json").read_text(encoding="utf-8"))
    for name, entry in sorted(lock["packages"].items()):
        # Type declarations leave no trace in what is built.
        if not name or entry.get("dev") or "/@types/" in name:
            continue
        folder = Path("resources/map") / name
        for path in sorted((root / folder).iterdir()):
            if path.name == "package.json" or path.stem.lower() in {"license", "licence"}:
                yield folder / path.name


class CustomBuildHook(BuildHookInterface[Any]):
    """Adds the data files to a wheel; an editable installation finds them in the checkout instead."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Extend `build_data`, as hatchling asks; `version` is "standard" or "editable"."""
        if version == "editable":
            return
        root = Path(self.root)
        libraries = sorted({*library_files(root), *licence_files(root)})
        files = [*plain_files(root, "resources"), *libraries, *plain_files(root, "maps")]
        for file in files:
            build_data["force_include"][str(root / file)] = f"{DATA}/{file.as_posix()}"
