"""Undo, redo, remove, priorities, edits of one and of several items, conflicts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import msgspec
from PySide6.QtWidgets import QMenu, QWidget

from qroc_desktop.domain.aspects import AspectValue, Placement
from qroc_desktop.domain.instant import Instant
from qroc_desktop.domain.query import Conflict, Outcome
from qroc_desktop.domain.shape import Shape
from qroc_desktop.domain.state import Item
from qroc_desktop.domain.vocabulary import Aspect, Priority, Status
from qroc_desktop.mapview.widget import MapWidget
from qroc_desktop.services.desk import Desk
from qroc_desktop.services.persons import cleared
from qroc_desktop.translation import ntr, said, tr
from qroc_desktop.ui.action_set import ActionSet
from qroc_desktop.ui.bench import Bench
from qroc_desktop.ui.dialogs.history import HistoryDialog, undone_text
from qroc_desktop.ui.panels.details.panel import DetailsPanel
from qroc_desktop.ui.panels.details.section import Patch
from qroc_desktop.ui.panels.items import ItemsPanel
from qroc_desktop.ui.times import both
from qroc_desktop.ui.words import ASPECTS, step_name

CONTEXT = ("edit.details", "edit.comment", "edit.shape", "map.fit-selection", "draw.buffer", "log.write", "edit.delete")


class EditCommands:
    """Every edit is one step, on the base that the person saw, off the GUI thread."""

    def __init__(
        self,
        window: QWidget,
        bench: Bench,
        map_: MapWidget,
        details: DetailsPanel,
        items: ItemsPanel,
        show_details: Callable[[], None],
        stepped: Callable[[], None],
        actions: ActionSet,
    ) -> None:
        self._window = window
        self._bench = bench
        self._map = map_
        self._details = details
        self._show_details = show_details
        self._stepped = stepped
        self._actions = actions
        self.steps: HistoryDialog | None = None
        for number in Priority:
            actions.bind(f"edit.priority-{int(number)}", partial(self.change, None, number, None))
        for name, does in (
            ("edit.undo", self.undo),
            ("edit.redo", self.redo),
            ("edit.history", self.show_history),
            ("edit.delete", self.remove),
            ("edit.details", self.edit_details),
            ("edit.shape", self.edit_shape),
            ("edit.select-all", items.select_all),
            ("edit.select-none", lambda: bench.selection.set(())),
        ):
            actions.bind(name, does)
        details.apply_asked.connect(self._apply)
        details.edit_on_map.connect(self.edit_shape)
        details.several_asked.connect(self.change)
        details.take_asked.connect(self.take_other)
        details.settle_asked.connect(self.settle)
        map_.edited.connect(self._reshaped)

    # --- history ---------------------------------------------------------------------------------

    def undo(self) -> None:
        """Take back the newest step."""
        history = self._bench.desk.history
        self._step(history.undo, tr("Undone: {step}", step=step_name(history.next_undo or "")))

    def redo(self) -> None:
        """Do again what was taken back last."""
        history = self._bench.desk.history
        self._step(history.redo, tr("Done again: {step}", step=step_name(history.next_redo or "")))

    def _step(self, does: Callable[[], Outcome | None], words: str) -> None:
        """What it changes may lie outside of what is seen; so it is said."""

        def done(outcome: Outcome | None) -> None:
            self._say_kept(outcome)
            if outcome and not outcome.kept:
                self._bench.notices.info(words)

        self._bench.background.write(does, done)

    def show_history(self) -> None:
        """All steps, and undo of any of them."""
        self.steps = HistoryDialog(self._bench, self._window)
        self.steps.undone.connect(self.undo_step)
        self.steps.finished.connect(self._history_closed)
        self.steps.open()

    def undo_step(self, batch: str) -> None:
        """Take back one step by its id."""
        dialog, desk = self.steps, self._bench.desk

        def undone(outcome: Outcome) -> None:
            self._say_kept(outcome)
            if not outcome.kept:
                changed = len(outcome.items | outcome.layers)
                self._bench.notices.info(undone_text(changed), (tr("Undo"), self.undo_last_undo(outcome.batch)))

        self._bench.background.write(
            lambda: desk.history.undo_batch(batch), undone, failed=lambda: dialog.reload() if dialog else None
        )

    def undo_last_undo(self, batch: str) -> Callable[[], None]:
        """What puts a step back that was taken back by name."""
        return lambda: self._bench.background.write(
            lambda: self._bench.desk.history.undo_batch(batch), self._say_kept
        )

    def _history_closed(self) -> None:
        self.steps = None

    def _say_kept(self, outcome: Outcome | None) -> None:
        # The news of an undo may come before the history has noted that it can be done again.
        self._stepped()
        if outcome and outcome.kept:
            self._bench.notices.warning(
                ntr(
                    "{count} part was left as it is, because somebody edited it since.",
                    "{count} parts were left as they are, because somebody edited them since.",
                    len(outcome.kept),
                )
            )

    # --- items -----------------------------------------------------------------------------------

    def remove(self) -> None:
        """Take the selected items off the picture; undo brings them back."""
        desk, ids = self._bench.desk, self._bench.selection.ids

        def removed(_: object) -> None:
            self._bench.selection.set(())
            self._bench.notices.info(
                ntr("{count} item removed. Its history stays.", "{count} items removed. Their history stays.",
                    len(ids)),
                (tr("Undo"), self.undo),
            )

        self._bench.background.write(lambda: desk.items.remove(_read(desk, ids)), removed)

    def change(self, status: Status | None, priority: Priority | None, layer: str | None) -> None:
        """Status, priority, layer of everything selected; None leaves one as it is."""
        desk, ids = self._bench.desk, self._bench.selection.ids
        label = "layer" if layer else "priority" if priority and not status else "status"
        self._bench.background.write(lambda: _change(desk, ids, status, priority, layer, label))

    def edit_details(self) -> None:
        """Begin to type."""
        self._show_details()
        self._details.focus_title()

    def edit_shape(self) -> None:
        """Let the position be changed on the map."""
        ids, desk = self._bench.selection.ids, self._bench.desk
        if len(ids) != 1 or not self._bench.editable:
            return

        def begin(item: Item | None) -> None:
            if item is None or item.shape is None:
                self._bench.notices.info(tr("It has no position yet. Type one in the details."))
            else:
                self._map.edit(item.id, item.shape)

        self._bench.background.read(lambda: desk.picture.item(ids[0]), begin, key="edit-shape")

    def _reshaped(self, item: str, shape: Shape) -> None:
        desk = self._bench.desk

        def move() -> Outcome | None:
            seen = desk.picture.item(item)
            return desk.items.edit(seen, {Aspect.SHAPE: shape}, label="move") if seen else None

        self._bench.background.write(move)

    def _apply(self, seen: Item, patch: Patch, since: Instant | None) -> None:
        desk = self._bench.desk

        def edit() -> bool:
            desk.items.edit(seen, cleared(patch), valid_at=since)
            now = desk.picture.item(seen.id) if since is not None else None
            return now is not None and any(now.aspects.get(aspect) != value for aspect, value in patch.items())

        def done(overtaken: bool) -> None:
            if overtaken and since is not None:
                self._bench.notices.info(
                    tr("It is recorded as true from {time}. What is known of a later time still stands.",
                       time=both(since))
                )

        self._bench.background.write(edit, done, failed=lambda: self._details.put_back(seen, patch, since))

    # --- conflicts ---------------------------------------------------------------------------------

    def on_change(self, outcome: Outcome) -> None:
        """Say at once where two edits met."""
        if self.steps is not None:
            self.steps.on_change(outcome)
        for conflict in outcome.conflicts[:1]:
            self._bench.notices.warning(
                tr(
                    "{author} and you changed the {what} of one item at the same time. Both versions are kept.",
                    author=conflict.winner.author if conflict.loser.author == self._bench.desk.author
                    else conflict.loser.author,
                    what=said(ASPECTS[conflict.aspect]),
                ),
                (tr("Show"), partial(self._show, conflict)),
            )

    def take_other(self, conflict: Conflict) -> None:
        """Put the losing version in force, as an edit of its own."""
        desk = self._bench.desk

        def take() -> None:
            seen = desk.picture.item(conflict.subject)
            if seen is not None:
                patch = {conflict.aspect: conflict.loser.patch.get(conflict.aspect)}
                desk.items.edit(seen, patch, label="conflict")
            desk.history.settle([conflict])

        self._bench.background.write(take, lambda _: self._details.reload())

    def settle(self, conflict: Conflict) -> None:
        """Leave what is in force; the other stays in the history."""
        self._bench.background.write(
            lambda: self._bench.desk.history.settle([conflict]), lambda _: self._details.reload()
        )

    def _show(self, conflict: Conflict) -> None:
        self._bench.selection.set([conflict.subject])
        self._show_details()

    def context_menu(self, extra: Sequence[tuple[str, Callable[[], None]]] = ()) -> QMenu:
        """What can be done with the selection."""
        menu = QMenu(self._window)
        for text, does in extra:
            menu.addAction(text).triggered.connect(does)
        if extra:
            menu.addSeparator()
        for name in CONTEXT[:-1]:
            menu.addAction(self._actions[name])
        urgency = menu.addMenu(tr("Priority"))
        for number in Priority:
            urgency.addAction(self._actions[f"edit.priority-{int(number)}"])
        menu.addSeparator()
        menu.addAction(self._actions[CONTEXT[-1]])
        return menu


def _read(desk: Desk, ids: Sequence[str]) -> list[Item]:
    return [item for item in (desk.picture.item(i) for i in ids) if item is not None]


def _change(
    desk: Desk,
    ids: Sequence[str],
    status: Status | None,
    priority: Priority | None,
    layer: str | None,
    label: str,
) -> None:
    """One step for all of them; each keeps the rest of its own situation."""
    edits: list[tuple[Item, dict[Aspect, AspectValue]]] = []
    for item in _read(desk, ids):
        patch: dict[Aspect, AspectValue] = {}
        if status or priority:
            seen = item.situation
            patch[Aspect.SITUATION] = msgspec.structs.replace(
                seen, status=status or seen.status, priority=priority or seen.priority
            )
        if layer:
            patch[Aspect.PLACEMENT] = Placement(layer=layer)
        edits.append((item, patch))
    desk.items.edit_each(edits, label=label)
