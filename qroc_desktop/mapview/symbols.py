"""Symbols for the map: from an item's nature to an SVG document centred on its anchor."""

from __future__ import annotations

from qroc_desktop.domain.aspects import Nature
from qroc_desktop.domain.vocabulary import Affiliation, ItemType
from qroc_desktop.symbology.kinds import Kinds
from qroc_desktop.symbology.symbols import Symbols

# Drawn large and made smaller by the page, so that one document serves every size and resolution.
_SIZE = 96.0


class MapSymbols:
    """A `SymbolSource` over the program's kinds and its symbol engine. The page draws the priority itself."""

    def __init__(self, kinds: Kinds, symbols: Symbols) -> None:
        self._kinds = kinds
        self._symbols = symbols

    def svg(self, sidc: str, kind: str, affiliation: str, item_type: str) -> bytes:
        """An SVG document; ValueError for an affiliation or type that there is not."""
        nature = Nature(
            type=ItemType(item_type), kind=kind, sidc=sidc, affiliation=Affiliation(affiliation or "unknown")
        )
        return self._symbols.svg(self._kinds.symbol_for(nature), _SIZE, centred=True).svg.encode()
