"""A comment on the selected item: asked for in a dialog, recorded as one step."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from qroc_desktop.domain.state import Item
from qroc_desktop.services.receiving import FORMAT
from qroc_desktop.translation import tr
from qroc_desktop.ui.action_set import ActionSet
from qroc_desktop.ui.bench import Bench
from qroc_desktop.ui.dialogs.comment import CommentDialog
from qroc_desktop.ui.panels.details.panel import DetailsPanel


class CommentCommands:
    """What is commented on stays selected, with its new comment below it."""

    def __init__(self, window: QWidget, bench: Bench, details: DetailsPanel, actions: ActionSet) -> None:
        self._window = window
        self._bench = bench
        self._details = details
        self.dialog: CommentDialog | None = None
        actions.bind("edit.comment", self.comment)
        details.comment_asked.connect(self.comment)

    def comment(self) -> None:
        """Ask for the text."""
        ids, desk = self._bench.selection.ids, self._bench.desk
        if len(ids) == 1 and self._bench.editable:
            self._bench.background.read(lambda: desk.picture.item(ids[0]), self._ask, key="comment")

    def _ask(self, item: Item | None) -> None:
        if self.dialog is not None and self.dialog.isVisible():
            return  # asked for twice; one is enough
        if item is None or item.removed:
            self._bench.notices.info(tr("There is no such item."))
            return
        owner = item.origin.source_name if item.origin.format == FORMAT else ""
        self.dialog = dialog = CommentDialog(
            item.wording.title or tr("(no title)"), owner, self._bench.theme, self._window
        )
        dialog.accepted.connect(lambda: self._add(item, dialog.text))
        dialog.open()

    def _add(self, item: Item, text: str) -> None:
        def added(_: object) -> None:
            self._bench.notices.info(tr("The comment is on the picture; share it like any other item."))
            self._details.reload()

        self._bench.background.write(lambda: self._bench.desk.comments.add(item, text), added)
