"""Containment: how far away somebody can be by the time that the ring around him stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from qroc_desktop.domain import geodesy
from qroc_desktop.domain.geodesy import LonLat
from qroc_desktop.domain.shape import Shape, point
from qroc_desktop.errors import Message, Refused
from qroc_desktop.exercise.models import card
from qroc_desktop.exercise.models.card import Card, Input

FORMULA: Final = "R = v_max · (t_now + t_deploy − t_LKP)"
_SOURCE: Final = Message("Geometry: the distance covered at the greatest speed since the last known position.")
_LIMITS: Final = (
    Message("Straight lines: real roads are longer, so that the ring errs on the outer side."),
    Message("It holds only if nobody travels faster than the speed named, from the position and time named."),
)
_CORNERS: Final = 180


@dataclass(frozen=True, slots=True)
class Containment:
    """The ring: centre as (lon, lat), radius in metres, the circle as a Point with its radius, and as an area."""

    centre: LonLat
    radius_m: float
    circle: Shape
    area: Shape
    card: Card


def radius_m(v_max_kmh: float, elapsed_s: float, deploy_s: float) -> float:
    """R ≥ v_max·(t_now + t_deploy − t_LKP), in metres.

    v_max_kmh: the greatest speed. elapsed_s: t_now − t_LKP. deploy_s: until the ring stands. Raises Refused.
    """
    return card.speed(v_max_kmh) / 3.6 * (card.duration(elapsed_s) + card.duration(deploy_s))


def containment(lkp: LonLat, v_max_kmh: float, elapsed_s: float, deploy_s: float) -> Containment:
    """The ring around a last known position (lon, lat); arguments as `radius_m` has them. Raises Refused."""
    radius = radius_m(v_max_kmh, elapsed_s, deploy_s)
    if not 0 < radius < geodesy.FARTHEST_M / 2:
        raise Refused(Message("No time has passed, or so much that the ring would cover half the Earth."))
    return Containment(
        centre=lkp,
        radius_m=radius,
        circle=point(*lkp, radius_m=radius),
        area=geodesy.circle(lkp, radius, _CORNERS),
        card=Card(
            model=Message("Containment ring"),
            inputs=(
                Input("v_max", Message("Greatest speed"), v_max_kmh, "km/h"),
                Input("elapsed", Message("Since the last known position"), elapsed_s / 60, "min"),
                Input("deploy", Message("Until the ring stands"), deploy_s / 60, "min"),
            ),
            formula=FORMULA,
            source=_SOURCE,
            limits=_LIMITS,
        ),
    )
