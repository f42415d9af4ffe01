"""What is written about a request: a question, an explanation, a refusal with its grounds, a notice of delay."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLineEdit,
    QPlainTextEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from qroc_desktop.domain.instant import Clock, Instant, InstantError
from qroc_desktop.policy.channels import REFUSAL_GROUND, listed
from qroc_desktop.policy.instruments import Instruments
from qroc_desktop.translation import tr
from qroc_desktop.ui.sharing.request_words import code_text
from qroc_desktop.ui.text import plain_label
from qroc_desktop.ui.theme import Theme
from qroc_desktop.ui.times import both, read_time

WIDTH = 560
REFUSE_WIDTH = 690
MOST = 20_000


class LetterDialog(QDialog):
    """A heading, fields, an officer; `missing` says what has still to be written. Ctrl+Enter sends."""

    def __init__(
        self, title: str, text: str, go: str, *, officer: str, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(theme.px(WIDTH))
        self.theme = theme
        self.officer_field = QLineEdit(officer, self)
        self.officer_field.setMaxLength(120)
        self.said = plain_label(role="warning", wrap=True, parent=self)
        self.form = QFormLayout()
        self.form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self.form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapAllRows)
        buttons = QDialogButtonBox(self)
        self.go = buttons.addButton(go, QDialogButtonBox.ButtonRole.AcceptRole)
        self.go.setProperty("role", "primary")
        self.go.setAutoDefault(False)
        buttons.addButton(tr("Cancel"), QDialogButtonBox.ButtonRole.RejectRole).setAutoDefault(False)
        buttons.accepted.connect(self._accept)
        buttons.rejected.connect(self.reject)
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            QShortcut(QKeySequence(keys), self, self._accept)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 18, 24, 16)
        column.setSpacing(10)
        heading = plain_label(title, wrap=True, parent=self)
        heading.setObjectName("dialogHeading")
        column.addWidget(heading)
        if text:
            column.addWidget(plain_label(text, role="muted", wrap=True, parent=self))
        column.addLayout(self.form, 1)
        column.addWidget(self.said)
        column.addWidget(buttons)
        self.officer_field.textChanged.connect(self.weigh)

    def finish(self) -> None:
        """The officer's line comes last; then it is seen what is missing."""
        self.form.addRow(tr("&Officer"), self.officer_field)
        self.weigh()

    @property
    def officer(self) -> str:
        """Who answers for it."""
        return " ".join(self.officer_field.text().split())

    def missing(self) -> str:
        """What has still to be written; empty where nothing is."""
        return ""

    def weigh(self) -> None:
        """See whether it can be sent."""
        missing = self.missing() or ("" if self.officer else tr("Say who sends it."))
        self.said.setText(missing)
        self.go.setEnabled(not missing)

    def _accept(self) -> None:
        if self.go.isEnabled():
            self.accept()


def area(theme: Theme, lines: int = 3, parent: QWidget | None = None) -> QPlainTextEdit:
    """A field of several lines, left by Tab."""
    field = QPlainTextEdit(parent)
    field.setTabChangesFocus(True)
    field.setFixedHeight(theme.px(20 * lines + 14))
    return field


class TextDialog(LetterDialog):
    """One text: a question, an explanation, a reason."""

    def __init__(
        self, title: str, text: str, go: str, label: str, *, officer: str, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(title, text, go, officer=officer, theme=theme, parent=parent)
        self.text = area(theme, 4, self)
        self.text.textChanged.connect(self.weigh)
        self.form.addRow(label, self.text)
        self.finish()
        self.text.setFocus()

    def missing(self) -> str:
        typed = self.text.toPlainText()
        if len(typed) > MOST:
            return tr("The text is too long: at most {count} characters.", count=MOST)
        return "" if typed.strip() else tr("Write the text.")


class RefuseDialog(LetterDialog):
    """Grounds, and what of the request they refuse."""

    def __init__(
        self, centre: str, instruments: Instruments, *, officer: str, theme: Theme, parent: QWidget | None = None
    ) -> None:
        text = tr("Only the affected part is refused: name it, and the rest stays due. The grounds are sent along.")
        title = tr("Refuse a request of {centre}", centre=centre)
        super().__init__(title, text, tr("Refuse (Ctrl+Enter)"), officer=officer, theme=theme, parent=parent)
        self.setMinimumWidth(theme.px(REFUSE_WIDTH))
        self.boxes: dict[str, QCheckBox] = {}
        inside = QWidget(self)
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(3))
        for entry in listed(instruments, REFUSAL_GROUND):
            box = QCheckBox(code_text(instruments, REFUSAL_GROUND, entry.id), inside)
            box.toggled.connect(self.weigh)
            self.boxes[entry.id] = box
            column.addWidget(box)
        scroll = QScrollArea(self)
        scroll.setWidget(inside)
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setMinimumHeight(theme.px(240))
        self.whole = QCheckBox(tr("&All of the request is refused"), self)
        self.part = QLineEdit(self)
        self.part.setPlaceholderText(tr("such as: the keeper of the vehicle"))
        self.note = QLineEdit(self)
        self.note.setPlaceholderText(tr("not required; the other centre sees it"))
        for field in (self.part, self.note):
            field.setMaxLength(2000)
            field.textChanged.connect(self.weigh)
        self.whole.toggled.connect(self._whole)
        self.form.addRow(tr("&Grounds"), scroll)
        self.form.addRow(tr("Which &part"), self.part)
        self.form.addRow(self.whole)
        self.form.addRow(tr("&Note"), self.note)
        self.finish()
        next(iter(self.boxes.values())).setFocus()

    @property
    def grounds(self) -> list[str]:
        """What is ticked."""
        return [ground for ground, box in self.boxes.items() if box.isChecked()]

    @property
    def refused_part(self) -> str:
        """Empty for all of it."""
        return "" if self.whole.isChecked() else self.part.text().strip()

    def missing(self) -> str:
        if not self.grounds:
            return tr("Tick the grounds.")
        if not self.whole.isChecked() and not self.part.text().strip():
            return tr("Name the part that is refused, or say that it is all.")
        return ""

    def _whole(self, whole: bool) -> None:
        self.part.setEnabled(not whole)
        self.weigh()


class DelayDialog(LetterDialog):
    """When the answer is expected, and why not before."""

    def __init__(
        self, centre: str, due: Instant, clock: Clock, *, officer: str, theme: Theme, parent: QWidget | None = None
    ) -> None:
        text = tr(
            "A judicial authorisation allows departing from the limit, which ends {due}. {centre} is told at once.",
            due=both(due), centre=centre,
        )  # fmt: skip
        super().__init__(
            tr("Notice of delay"), text, tr("Send (Ctrl+Enter)"), officer=officer, theme=theme, parent=parent
        )
        self._due = due
        self._clock = clock
        self.expected_field = QLineEdit(self)
        self.expected_field.setPlaceholderText(tr("such as 14:05, 2026-11-23 14:05, +6 h"))
        self.read_as = plain_label(role="muted", wrap=True, parent=self)
        self.reasons = area(theme, 3, self)
        self.form.addRow(tr("Answer &expected"), self.expected_field)
        self.form.addRow(self.read_as)
        self.form.addRow(tr("&Reasons"), self.reasons)
        self.expected_field.textChanged.connect(self.weigh)
        self.reasons.textChanged.connect(self.weigh)
        self.finish()
        self.expected_field.setFocus()

    @property
    def expected(self) -> Instant | None:
        """When; None for what is no time."""
        try:
            return read_time(self.expected_field.text(), self._clock())
        except InstantError:
            return None

    def missing(self) -> str:
        expected = self.expected
        self.read_as.setText(both(expected) if expected is not None else "")
        if expected is None:
            return tr("Say when the answer is expected.")
        if expected <= max(self._due, self._clock()):
            return tr("That is before the limit ends; there is no delay.")
        return "" if self.reasons.toPlainText().strip() else tr("Give the reasons for the delay.")
