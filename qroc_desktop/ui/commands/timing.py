"""Time: live, past, steps."""

from __future__ import annotations

from qroc_desktop.ui.action_set import ActionSet
from qroc_desktop.ui.bench import Bench
from qroc_desktop.ui.panels.timeline import Timeline


class TimeCommands:
    """Binds the actions to the timeline."""

    def __init__(self, bench: Bench, timeline: Timeline, actions: ActionSet) -> None:
        for name, does in (
            ("time.live", timeline.go_live),
            ("time.go", timeline.ask_time),
            ("time.play", timeline.toggle_play),
            ("time.back", lambda: timeline.step(-1)),
            ("time.forward", lambda: timeline.step(1)),
            ("time.previous", lambda: timeline.jump(-1)),
            ("time.next", lambda: timeline.jump(1)),
            ("time.link", timeline.toggle_link),
            ("view.timeline", timeline.bar.setFocus),
        ):
            actions.bind(name, does)
        actions["time.link"].setChecked(bench.cursor.linked)
        timeline.linked.connect(actions["time.link"].setChecked)
