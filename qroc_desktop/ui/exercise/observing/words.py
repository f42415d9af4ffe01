"""What a task was measured to take, as evaluators read it."""

from __future__ import annotations

from qroc_desktop.exercise.scenario import Task
from qroc_desktop.exercise.seating import Stopwatch
from qroc_desktop.translation import tr
from qroc_desktop.ui.exercise.plans.words import decimal
from qroc_desktop.ui.exercise.scenario_clock import length_of_time


def target_text(task: Task) -> str:
    """What a task is to reach."""
    if task.target is None:
        return ""
    if task.unit == "s":
        return length_of_time(round(task.target * 1000))
    return f"{decimal(task.target)} {task.unit}".strip()


def measured_text(task: Task, watch: Stopwatch | None, now: int) -> str:
    """How long it took, or has been taking."""
    if watch is None:
        return tr("not yet due") if task.auto is not None else tr("by you")
    if watch.done is not None:
        return length_of_time(watch.done - watch.since)
    return tr("runs: {time}", time=length_of_time(now - watch.since))


def measured_colour(task: Task, watch: Stopwatch | None, now: int) -> str:
    """`good` in time, `danger` too late, `text` while it can still be either."""
    if watch is None or task.target is None:
        return "muted"
    took = (now if watch.done is None else watch.done) - watch.since
    if took > task.target * 1000:
        return "danger"
    return "text" if watch.done is None else "good"
