"""Share: choose on the left, see on the right what each centre would get, send exactly that."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeySequence, QShortcut
from PySide6.QtWidgets import QComboBox, QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from qroc_desktop.errors import Message, QrocError, Refused
from qroc_desktop.policy.consenting import wanted
from qroc_desktop.policy.vocabulary import Outcome
from qroc_desktop.services.composing import Choice, Composing, Sending
from qroc_desktop.services.consents import ConsentBook
from qroc_desktop.services.sharing import Preview
from qroc_desktop.sync.roster import Peer
from qroc_desktop.translation import explained, ntr, tr
from qroc_desktop.ui.attempt import attempt
from qroc_desktop.ui.bench import Bench
from qroc_desktop.ui.sharing.consent_dialog import ConsentDialog, Wanting
from qroc_desktop.ui.sharing.preview_view import PreviewView
from qroc_desktop.ui.sharing.share_form import ShareForm
from qroc_desktop.ui.text import plain_label
from qroc_desktop.ui.theme import Theme

SIZE = (1320, 690)


@dataclass(frozen=True, slots=True)
class Source:
    """Items that can be shared. `compose` finds them; it runs in a worker's thread."""

    text: str
    compose: Callable[[], Composing]


class ShareDialog(QDialog):
    """Accepted once everything that could be sent is in the outbox."""

    sent = Signal(object)
    """list[Sending]"""

    def __init__(
        self,
        bench: Bench,
        title: str,
        sources: Sequence[Source],
        peers: Sequence[tuple[Peer, str]],
        form: ShareForm,
        layers: Mapping[str, str],
        parent: QWidget | None = None,
        consents: ConsentBook | None = None,
    ) -> None:
        """consents: where consent of an owner is recorded; None: nowhere."""
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._bench = bench
        self._sources = sources
        self._layers = layers
        self._composing: Composing | None = None
        self._number = 0
        self._trouble = ""
        self._nobody = not peers
        self._consents = consents
        self.previews: list[Preview] = []
        self.form = form
        form.setParent(self)
        self.source = QComboBox(self)
        self.source.addItems([source.text for source in sources])
        self.source.setAccessibleName(tr("What is shared"))
        self.view = PreviewView(bench.kinds, bench.theme, self)
        self.said = plain_label(role="warning", wrap=True, parent=self)
        self.send_button = QPushButton(self)
        self.send_button.setProperty("role", "primary")
        self.send_button.setAutoDefault(False)
        self.consent_button = QPushButton(tr("&Record consent …"), self)
        self.consent_button.setAutoDefault(False)
        self.consent_button.hide()
        self.cancel = QPushButton(tr("Cancel"), self)
        self.cancel.setAutoDefault(False)
        self._lay_out(bench.theme)
        self._chain()
        self._connect()
        self._fit(bench.theme)
        form.peers.setFocus()
        self._look()

    @property
    def choice(self) -> Choice:
        """What was chosen, for the next time."""
        return self.form.choice

    # --- preview -------------------------------------------------------------------------------

    def _look(self) -> None:
        """Ask for previews of what is chosen now; until they are here nothing can be sent."""
        self.previews = []
        self._trouble = ""
        missing = self._nothing() or self.form.missing()
        self._number += 1
        grounds = self.form.choice.grounds
        if missing or grounds is None:
            self.view.show_hint(missing)
            self._weigh()
            return
        number, centres = self._number, self.form.centres
        compose = self._sources[self.source.currentIndex()].compose

        def work() -> tuple[int, Composing, list[Preview]]:
            composing = compose()
            return number, composing, composing.previews(centres, grounds)

        self._weigh()
        attempt(self._bench.background, work, self._show, lambda error: self._refused(number, error))

    def _nothing(self) -> str:
        if self._nobody:
            return tr("No other centre is approved yet.\n\nSharing, Centres … (Ctrl+Shift+K) takes up an invitation.")
        if not self._sources:
            return tr("There is nothing to share: select items, or show some on the map.")
        return ""

    def _show(self, found: tuple[int, Composing, list[Preview]]) -> None:
        number, composing, previews = found
        if number != self._number:
            return  # something else has been chosen since
        self._composing, self.previews = composing, previews
        self.view.show_previews(previews, composing.instruments, self._layers)
        self._weigh()

    def _refused(self, number: int, error: QrocError) -> None:
        if number == self._number:
            self.view.show_hint(explained(error))
            self._weigh()

    def _weigh(self) -> None:
        going = self._going()
        why = self._hindrance(bool(going))
        self.said.setText(self._trouble or why)
        self.send_button.setEnabled(not why and bool(going))
        self.consent_button.setVisible(self._consents is not None and bool(self._wanting()))
        text = ntr("Send to {count} centre (Ctrl+Enter)", "Send to {count} centres (Ctrl+Enter)", max(1, len(going)))
        if self._composing is not None and self._composing.even_nothing:
            text = tr("Keep up to date (Ctrl+Enter)")
        self.send_button.setText(text)
        # The style sheet makes it bold, which Qt does not reckon with when it works out the width.
        theme = self._bench.theme
        bold = QFontMetrics(theme.font(bold=True)).horizontalAdvance(text)
        self.send_button.setMinimumWidth(bold + theme.px(34))

    def _going(self) -> list[Preview]:
        even_nothing = self._composing is not None and self._composing.even_nothing
        return [p for p in self.previews if p.given or p.gone or even_nothing]

    def _hindrance(self, going: bool) -> str:
        if self._nothing() or self.form.missing():
            return ""  # the middle of the dialog says so
        if self.previews and not going:
            return tr("Nothing of this may go; the table says why.")
        return self.form.unsaid()

    # --- consent -------------------------------------------------------------------------------

    def record_consent(self) -> None:
        """Ask who gave it; the preview is decided anew with it."""
        preview, wanting = self.view.shown, self._wanting()
        if preview is None or not wanting or self._consents is None:
            return
        bench = self._bench
        dialog = ConsentDialog(
            wanting,
            preview.peer,
            preview.grounds.purpose,
            self.form.officer.text(),
            (self._consents, bench.background, bench.desk.clock),
            bench.theme,
            self,
        )
        dialog.accepted.connect(self._look)
        dialog.open()

    def _wanting(self) -> list[Wanting]:
        """What of the preview in front does not go for want of consent."""
        preview = self.view.shown
        if preview is None or self._composing is None:
            return []
        law, ours = self._composing.instruments, self._bench.desk.identity.centre
        return [
            Wanting(line.item.id, line.item.wording.title, line.item.marking.originator or ours, kinds)
            for line in preview.lines
            if line.decision.outcome is Outcome.REFUSE and (kinds := wanted(line.decision, law))
        ]

    # --- sending -------------------------------------------------------------------------------

    def send(self) -> None:
        """Send what is shown."""
        if not self.send_button.isEnabled() or self._composing is None:
            return
        composing, words = self._composing, self.form.words(self._bench.desk.clock())
        going = self._going()
        self._number += 1  # what is still being asked for comes too late
        self.send_button.setEnabled(False)
        self.said.setText(tr("Sending …"))
        self._bench.background.write(lambda: composing.send(going, words), self._sent, failed=self._look)

    def _sent(self, sendings: list[Sending]) -> None:
        self.sent.emit(sendings)
        # What was sent and could not be ordered is told by whoever listens: sent again it would go twice.
        failed = [sending for sending in sendings if sending.trouble is not None and sending.queued is None]
        if not failed:
            self.accept()
            return
        # What has gone is not sent twice: only those that were refused stay ticked.
        left = {sending.preview.peer.centre for sending in failed}
        self.form.only(left)
        self._look()
        self._trouble = "  ".join(explained(s.trouble) for s in failed if s.trouble)
        self._weigh()

    # --- parts ---------------------------------------------------------------------------------

    def _lay_out(self, theme: Theme) -> None:
        right = QVBoxLayout()
        right.setSpacing(theme.px(6))
        what = QHBoxLayout()
        label = plain_label(tr("&What"), role="section", parent=self)
        label.setBuddy(self.source)
        what.addWidget(label)
        what.addWidget(self.source, 1)
        right.addLayout(what)
        right.addWidget(self.view, 1)
        both = QHBoxLayout()
        both.setSpacing(theme.px(16))
        both.addWidget(self.form)
        both.addLayout(right, 1)
        last = QHBoxLayout()
        last.addWidget(self.said, 1)
        last.addWidget(self.consent_button)
        last.addWidget(self.cancel)
        last.addWidget(self.send_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(16), theme.px(12), theme.px(16), theme.px(12))
        column.setSpacing(theme.px(10))
        column.addLayout(both, 1)
        column.addLayout(last)

    def _chain(self) -> None:
        order = (
            self.form.officer, self.source, self.view.centres, self.view.tree, self.consent_button, self.cancel,
            self.send_button,
        )  # fmt: skip
        for one, following in pairwise(order):
            QWidget.setTabOrder(one, following)

    def _connect(self) -> None:
        self.form.changed.connect(self._look)
        self.form.typed.connect(self._weigh)
        self.source.currentIndexChanged.connect(self._look)
        self.send_button.clicked.connect(self.send)
        self.consent_button.clicked.connect(self.record_consent)
        self.view.centres.currentChanged.connect(lambda _: self._weigh())
        self.cancel.clicked.connect(self.reject)
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            QShortcut(QKeySequence(keys), self, self.send)

    def _fit(self, theme: Theme) -> None:
        parent = self.parentWidget()
        room = parent.screen().availableGeometry() if parent else self.screen().availableGeometry()
        width, height = theme.px(SIZE[0]), theme.px(SIZE[1])
        self.resize(min(width, room.width() - 40), min(height, room.height() - 60))


def nothing_chosen() -> Refused:
    """There are no items in a source."""
    return Refused(Message("There is no item to share there."))
