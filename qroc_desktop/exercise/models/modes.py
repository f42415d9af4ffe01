"""How somebody on the run travels: whose rules hold for him and how fast he is in each setting."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from qroc_desktop.errors import Message
from qroc_desktop.exercise.models import card
from qroc_desktop.exercise.models.card import Input
from qroc_desktop.exercise.models.roads import Traveller


@dataclass(frozen=True, slots=True)
class Mode:
    """A way to travel. Speeds in km/h; `heeds_rules`: whether one-way streets and bans hold him back.

    `from_memory`: nobody has checked these speeds against a source.
    """

    key: str
    name: Message
    traveller: Traveller
    urban: float
    rural: float
    motorway: float
    heeds_rules: bool = True
    from_memory: bool = True

    def with_speed(self, kmh: float) -> Mode:
        """The same mode at one speed everywhere, which somebody has chosen."""
        card.speed(kmh)
        return dataclasses.replace(self, urban=kmh, rural=kmh, motorway=kmh, from_memory=False)

    @property
    def speeds(self) -> tuple[float, float, float]:
        """km/h by Setting."""
        return self.urban, self.rural, self.motorway

    @property
    def fastest(self) -> float:
        """The greatest of its speeds, km/h."""
        return max(self.speeds)

    def inputs(self) -> tuple[Input, ...]:
        """Its speeds, for a card: one where they are the same everywhere."""
        named = (
            ("speed_urban", Message("Speed in towns"), self.urban),
            ("speed_rural", Message("Speed in the country"), self.rural),
            ("speed_motorway", Message("Speed on motorways"), self.motorway),
        )
        if len(set(self.speeds)) == 1:
            named = (("speed", Message("Speed"), self.urban),)  # type: ignore[assignment]
        return tuple(Input(key, name, kmh, "km/h", self.from_memory) for key, name, kmh in named)


WALK: Final = Mode("walk", Message("Walking"), Traveller.FOOT, 5, 5, 5)
RUN: Final = Mode("run", Message("Running"), Traveller.FOOT, 10, 10, 10)
CYCLE: Final = Mode("cycle", Message("Bicycle"), Traveller.BICYCLE, 15, 15, 15)
CAR: Final = Mode("car", Message("Car"), Traveller.MOTOR, 40, 80, 120)
MODES: Final[Mapping[str, Mode]] = MappingProxyType({mode.key: mode for mode in (WALK, RUN, CYCLE, CAR)})
"""The speeds are from memory: defaults to edit, and marked so on every card."""
