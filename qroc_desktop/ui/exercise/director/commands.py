"""What a director can do, by its id: for the table of actions, and for whoever binds them to a window."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from qroc_desktop.errors import Message
from qroc_desktop.services.scenario_time import MINUTE, SECOND
from qroc_desktop.ui.actions import Spec
from qroc_desktop.ui.exercise.director.clock_controls import ClockControls
from qroc_desktop.ui.exercise.director.panel import DirectorPanel

MENU: Final = "exercise"
SPECS: Final[tuple[Spec, ...]] = (
    Spec("exercise.run", Message("&Start, go on or pause"), MENU, 0, ("F6",), "play"),
    Spec("exercise.step-10s", Message("10 seconds on"), MENU, 0, ("Shift+F6",), "step-forward"),
    Spec("exercise.step-1min", Message("1 minute on"), MENU, 0, ("Ctrl+F6",)),
    Spec("exercise.step-5min", Message("5 minutes on"), MENU, 0, ("Ctrl+Shift+F6",)),
    Spec("exercise.jump", Message("&Jump forward …"), MENU, 0, ("Ctrl+Alt+J",), "skip-forward"),
    Spec("exercise.faster", Message("F&aster"), MENU, 0, ("Ctrl+Alt+.",), "chevrons-right"),
    Spec("exercise.slower", Message("S&lower"), MENU, 0, ("Ctrl+Alt+,",), "chevrons-left"),
    Spec("exercise.improvise", Message("&Improvise an inject …"), MENU, 1, ("F2",), "message-square-plus"),
    Spec("exercise.next", Message("Choose the &next inject"), MENU, 1, ("F3",), "arrow-right-to-line"),
    Spec("exercise.fire", Message("Inject no&w"), MENU, 2, ("Ctrl+Return",), "zap"),
    Spec("exercise.begin", Message("In &progress"), MENU, 2, ("Ctrl+Alt+B",), "phone-call"),
    Spec("exercise.hold", Message("&Hold"), MENU, 2, ("Ctrl+Alt+H",), "hand"),
    Spec("exercise.release", Message("&Release"), MENU, 2, ("Ctrl+Alt+R",), "clock"),
    Spec("exercise.release-at", Message("Release a&t …"), MENU, 2, ("Ctrl+Alt+Shift+R",), ""),
    Spec("exercise.skip", Message("S&kip"), MENU, 2, ("Ctrl+Alt+K",), "ban"),
    Spec("exercise.shift", Message("Shi&ft the whole exercise …"), MENU, 3, ("Ctrl+Alt+Shift+S",), "move-horizontal"),
    Spec("exercise.fork", Message("F&ork the run …"), MENU, 3, (), "git-fork"),
    Spec("exercise.end", Message("&End the exercise …"), MENU, 4, (), "square"),
)


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
