"""What becomes of a broken inject: it waits on hold, for the director to tell by hand, and the rest plays.

An exercise is made by many authors under time pressure; one wrong word in one of eighty injects must not cost the
other seventy-nine. What can be used of it is kept, and others that name it still find it.
"""

from __future__ import annotations

from typing import Final

import msgspec

from qroc_desktop.errors import Message
from qroc_desktop.exercise.package import Aside, Package
from qroc_desktop.exercise.scenario import Inject, To, Trigger
from qroc_desktop.exercise.validation import Problem, broken_injects, told_plainly

_TOLD: Final = Message("It waits on hold without trigger and effects; the rest plays.")


def playable(package: Package) -> tuple[Package, list[Problem]]:
    """The package with its broken injects on hold, and what was wrong with each of them, no longer fatal."""
    found = [_put_aside(aside) for aside in package.aside]
    # One that is left out may have been named by another: that is broken then.
    while broken := list(broken_injects(package)):
        injects: list[Inject | None] = list(package.scenario.injects)
        for index, inject, problem in broken:
            kept = problem.where.startswith(f"injects/{inject.id}/")
            injects[index] = _on_hold(package, inject) if kept else None
            told = told_plainly(problem)
            found.append(_put_aside(Aside(where=told.where, why=told.why, kept=kept)))
        left = tuple(inject for inject in injects if inject is not None)
        package = msgspec.structs.replace(package, scenario=msgspec.structs.replace(package.scenario, injects=left))
    return package, found


def _put_aside(aside: Aside) -> Problem:
    told = _TOLD if aside.kept else Message("It is left out; the rest plays.")
    return Problem(where=aside.where, why=Message("{why} {kept}", why=aside.why, kept=told), fatal=False)


def _on_hold(package: Package, inject: Inject) -> Inject:
    scenario = package.scenario
    teams, roles = {team.id for team in scenario.teams}, {role.id for role in scenario.roles}
    to = To(
        teams=tuple(team for team in inject.to.teams if team in teams),
        roles=tuple(role for role in inject.to.roles if role in roles),
    )
    known = inject.storyline in {storyline.id for storyline in scenario.storylines}
    return msgspec.structs.replace(
        inject, trigger=Trigger(manual=True), to=to, storyline=inject.storyline if known else "", place=None,
        effects=(), expected=(), reveals=(),
    )  # fmt: skip
