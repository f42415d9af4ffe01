"""Carry resources/ and maps/, which lie beside the package, into the wheel as qroc_desktop/_data/.

A build hook of hatchling. Of the fetched JavaScript only what the map page is served goes along: the built
files, the main file and the licence of each library named in resources/map/package.json.
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
            built = relative.parts[0] == "dist" and not path.name.endswith((".map", ".d.ts"))
            named = relative == Path(main) or relative.as_posix() == "package.json"
            licence = len(relative.parts) == 1 and relative.stem.lower() in {"license", "licence"}
            if path.is_file() and (built or named or licence):
                yield folder / relative


class CustomBuildHook(BuildHookInterface[Any]):
    """Adds the data files to a wheel; an editable installation finds them in the checkout instead."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Extend `build_data`, as hatchling asks; `version` is "standard" or "editable"."""
        if version == "editable":
            return
        root = Path(self.root)
        files = [*plain_files(root, "resources"), *library_files(root), *plain_files(root, "maps")]
        for file in files:
            build_data["force_include"][str(root / file)] = f"{DATA}/{file.as_posix()}"
