"""Colours by what they mean, dark and light; everything that paints takes them from here.

Text on its ground has at least 4.5:1, what only marks a state at least 3:1 (WCAG 2.2, 1.4.3 and 1.4.11);
`contrast` computes it and the tests hold every pair to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from qroc_desktop.domain.vocabulary import Priority, Tlp

ThemeName = Literal["dark", "light"]


@dataclass(frozen=True, slots=True)
class Tokens:
    """One theme. All values are `#rrggbb`."""

    name: ThemeName
    window: str
    panel: str
    raised: str
    field: str
    hover: str
    line: str
    edge: str
    text: str
    muted: str
    disabled: str
    accent: str
    on_accent: str
    selection: str
    on_selection: str
    danger: str
    warning: str
    good: str
    info_ground: str
    warning_ground: str
    danger_ground: str
    live: str
    on_live: str
    exercise: str
    on_exercise: str
    past: str
    on_past: str
    flash: str
    immediate: str
    priority: str
    routine: str
    on_priority: str


DARK: Final = Tokens(
    name="dark",
    window="#12161c",
    panel="#191f27",
    raised="#232b36",
    field="#0e1217",
    hover="#2c3644",
    line="#303a48",
    edge="#738296",
    text="#e9edf2",
    muted="#a9b5c3",
    disabled="#738296",
    accent="#6cb4ff",
    on_accent="#06121f",
    selection="#1f4e82",
    on_selection="#ffffff",
    danger="#ff8a85",
    warning="#ffc266",
    good="#6fdca4",
    info_ground="#1b3147",
    warning_ground="#443210",
    danger_ground="#4d1f20",
    live="#0f5c3c",
    on_live="#ffffff",
    exercise="#f2b705",
    on_exercise="#161200",
    past="#6b3fc0",
    on_past="#ffffff",
    flash="#ff6b66",
    immediate="#ffa04d",
    priority="#6cb4ff",
    routine="#a9b5c3",
    on_priority="#0b0f14",
)

LIGHT: Final = Tokens(
    name="light",
    window="#e9edf2",
    panel="#f8fafc",
    raised="#ffffff",
    field="#ffffff",
    hover="#dde6f0",
    line="#c9d2dd",
    edge="#6b7888",
    text="#151b23",
    muted="#4a5665",
    disabled="#6b7888",
    accent="#0a5bb0",
    on_accent="#ffffff",
    selection="#0a5bb0",
    on_selection="#ffffff",
    danger="#b3211f",
    warning="#845000",
    good="#0b6b42",
    info_ground="#dcebfa",
    warning_ground="#fdeecb",
    danger_ground="#fbdedc",
    live="#0f6b45",
    on_live="#ffffff",
    exercise="#f2b705",
    on_exercise="#161200",
    past="#5f35b5",
    on_past="#ffffff",
    flash="#c8171d",
    immediate="#a84a00",
    priority="#0060b9",
    routine="#4a5665",
    on_priority="#ffffff",
)

THEMES: Final[dict[ThemeName, Tokens]] = {"dark": DARK, "light": LIGHT}

TLP_COLOURS: Final = {
    Tlp.RED: "#ff2b2b",
    Tlp.AMBER_STRICT: "#ffc000",
    Tlp.AMBER: "#ffc000",
    Tlp.GREEN: "#33ff00",
    Tlp.CLEAR: "#ffffff",
}
"""Text colours on black, as FIRST's TLP 2.0 lays down."""


def priority_colour(tokens: Tokens, priority: Priority) -> str:
    """Of one hue with the badge on the map; readable as text on a panel and as ground of `on_priority`."""
    return {
        Priority.FLASH: tokens.flash,
        Priority.IMMEDIATE: tokens.immediate,
        Priority.PRIORITY: tokens.priority,
        Priority.ROUTINE: tokens.routine,
    }[priority]


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two `#rrggbb` colours, 1 to 21 (WCAG 2.2, definition of contrast ratio)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)
