"""What a director can do, by the ids of the table of actions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from qroc_desktop.services.exercise.scenario_time import MINUTE, SECOND
from qroc_desktop.ui.action_set import ActionSet
from qroc_desktop.ui.exercise.director.clock_controls import ClockControls
from qroc_desktop.ui.exercise.director.panel import DirectorPanel

IDS: Final = tuple(
    f"exercise.{name}" for name in (
        "run", "step-10s", "step-1min", "step-5min", "jump", "faster", "slower", "improvise", "next", "fire", "begin",
        "hold", "release", "release-at", "skip", "shift", "fork", "end",
    )
)  # fmt: skip


def bind(actions: ActionSet, controls: ClockControls | None, panel: DirectorPanel | None) -> None:
    """Bind them to a window; where nobody conducts they are disabled and do nothing."""
    does = bindings(controls, panel) if controls is not None and panel is not None else {}
    for name in IDS:
        actions.bind(name, does.get(name, lambda: None))


def bindings(controls: ClockControls, panel: DirectorPanel) -> Mapping[str, Callable[[], object]]:
    """What each of them does. Where something cannot be done, it says so in a notice."""
    return {
        "exercise.run": controls.toggle,
        "exercise.step-10s": lambda: controls.step(10 * SECOND),
        "exercise.step-1min": lambda: controls.step(MINUTE),
        "exercise.step-5min": lambda: controls.step(5 * MINUTE),
        "exercise.jump": controls.ask_jump,
        "exercise.faster": lambda: controls.faster(1),
        "exercise.slower": lambda: controls.faster(-1),
        "exercise.improvise": panel.improvise,
        "exercise.next": panel.select_next,
        "exercise.fire": lambda: panel.events.press("fire"),
        "exercise.begin": lambda: panel.events.press("begin"),
        "exercise.hold": lambda: panel.events.press("hold"),
        "exercise.release": lambda: panel.events.press("release"),
        "exercise.release-at": lambda: panel.events.press("release_at"),
        "exercise.skip": lambda: panel.events.press("skip"),
        "exercise.shift": panel.ask_shift,
        "exercise.fork": panel.ask_fork,
        "exercise.end": controls.ask_end,
    }
