"""`python -m maps.builder PART...`: builds the base map's files; see maps/README.md."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from .fetch import SourceMissing
from .names import WrongName
from .sources import Sources

MAPS = Path(__file__).parent.parent
PARTS = ("world", "liechtenstein", "helsinki", "roads", "places", "styles", "manifest")


def main() -> int:
    """Build what was asked for; 1 and one line on standard error where a source is absent."""
    parser = argparse.ArgumentParser(prog="python -m maps.builder", description=__doc__)
    parser.add_argument(
        "parts",
        nargs="*",
        metavar="PART",
        help=f"of {', '.join(PARTS)}; all where none is named; or: streets EXTRACT..., roads EXTRACT...",
    )
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache" / "qroc-maps", help="downloaded packages")
    parser.add_argument("--out", type=Path, default=MAPS, help="where the built files go")
    arguments = parser.parse_args()
    if arguments.parts[:1] == ["streets"] or (arguments.parts[:1] == ["roads"] and set(arguments.parts) - set(PARTS)):
        return _own(arguments.parts[0], [Path(name) for name in arguments.parts[1:]], arguments.out)
    unknown = set(arguments.parts) - set(PARTS)
    if unknown:
        parser.error(f"unknown part: {', '.join(sorted(unknown))}")
    sources = Sources(arguments.cache)
    try:
        for part in arguments.parts or PARTS:
            _build(part, sources, arguments.out)
    except (SourceMissing, WrongName) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _own(part: str, extracts: list[Path], out: Path) -> int:
    """Street maps or road graphs from extracts of one's own; 2 where none is named."""
    if not extracts:
        print(f"{part}: name at least one .osm.pbf file", file=sys.stderr)
        return 2
    for path in extracts:
        if not path.is_file():
            print(f"{path}: there is no such file; nothing was built.", file=sys.stderr)
            return 1
    for path in extracts:
        name = path.name.removesuffix(".pbf").removesuffix(".osm")
        if part == "roads":
            _roads(path, name, "", out / f"{name}-roads.npz")
        else:
            from . import streets

            count = streets.build(streets.read(path, name), out / f"{name}.pmtiles")
            print(f"{name}.pmtiles: {count} tiles")
    return 0


def _roads(extract: Path, name: str, as_of: str, target: Path) -> None:
    from qroc_desktop.exercise.models.roads import About

    from . import roads, streets

    graph = roads.build(extract, About(name, as_of, streets.ATTRIBUTION, "ODbL-1.0"), target)
    about = graph.about
    print(
        f"{target.name}: {graph.nodes} nodes, {graph.links} links, {graph.link_length.sum() / 1000:.0f} km; "
        f"dropped as unconnected: {about.dropped_links} links, {about.dropped_m / 1000:.1f} km"
    )


def _build(part: str, sources: Sources, out: Path) -> None:
    if part == "world":
        from . import world

        print(f"world.pmtiles: {world.build(sources, out / 'world.pmtiles')} tiles")
    elif part == "places":
        from . import places

        print(f"places.sqlite: {places.build(sources, out / 'places.sqlite')} places")
    elif part == "styles":
        from . import styles

        styles.build(out / "styles")
        print("styles written")
    elif part == "manifest":
        from . import manifest

        manifest.write(out)
        print("sources.toml written")
    elif part == "roads":
        from . import streets

        _roads(streets.path(sources, "liechtenstein"), "Liechtenstein", "2013-08-03", out / "liechtenstein-roads.npz")
    else:
        from . import streets

        extract = streets.extract(sources, part)
        print(f"{part}.pmtiles: {streets.build(extract, out / f'{part}.pmtiles')} tiles")


if __name__ == "__main__":
    sys.exit(main())
