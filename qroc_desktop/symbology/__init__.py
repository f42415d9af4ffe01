"""What items can be, and the symbols that say so: kinds from data, symbols drawn by milsymbol."""

from qroc_desktop.symbology.kinds import Badge, Kind, Kinds
from qroc_desktop.symbology.symbols import Symbol, Symbols

__all__ = ["Badge", "Kind", "Kinds", "Symbol", "Symbols"]
