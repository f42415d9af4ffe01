"""The files that the live page is made of: the only ones its scheme hands out."""

from __future__ import annotations

from pathlib import Path

from qroc_desktop.reports.page import Asset

_LIBRARIES = (
    ("leaflet/dist/leaflet.js", "lib/leaflet.js"),
    ("pmtiles/dist/pmtiles.js", "lib/pmtiles.js"),
    ("protomaps-leaflet/dist/protomaps-leaflet.js", "lib/protomaps-leaflet.js"),
    ("geographiclib-geodesic/geographiclib-geodesic.min.js", "lib/geographiclib-geodesic.js"),
)
CHANNEL = "lib/qwebchannel.js"
"""Comes from Qt itself, not from a file."""
ENTRY = "own/main.js"


class PageAssets:
    """Scripts, styles and all other files of the page, by the path under which it asks for them."""

    def __init__(self, map_folder: Path) -> None:
        libraries = map_folder / "node_modules"
        self.libraries = tuple(Asset(libraries / source, url) for source, url in _LIBRARIES)
        self.entry = Asset(map_folder / "main.js", ENTRY, module=True)
        self.scripts = (Asset(Path(CHANNEL), CHANNEL), *self.libraries, self.entry)
        """In the order they run; folium's own comes before the last."""
        self.styles = (
            Asset(libraries / "leaflet/dist/leaflet.css", "lib/leaflet.css"),
            Asset(map_folder / "map.css", "own/map.css"),
        )
        self.files = {asset.url: asset.path for asset in (*self.libraries, *self.styles)}
        # Our own modules import each other; the list is taken once, so that nothing put there later is served.
        self.files |= {f"own/{path.name}": path for path in sorted(map_folder.glob("*.js"))}
        self.files[ENTRY] = self.entry.path

    def missing(self) -> list[str]:
        """Names of files that are not there."""
        return sorted(url for url, path in self.files.items() if not path.is_file())
