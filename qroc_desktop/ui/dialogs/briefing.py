"""What a briefing shall be: its form, its title, its area, its paper."""

from __future__ import annotations

from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from qroc_desktop.domain.shape import Bounds
from qroc_desktop.errors import Message
from qroc_desktop.translation import said, tr

FORMS = (
    ("pdf", Message("PDF: map, legend, incidents and logbook, to print")),
    ("html", Message("HTML: a map to pan and zoom, in one file, without a network")),
    ("png", Message("PNG: one picture of the map with its legend")),
)
PAPERS = ("A4", "A3")


class BriefingDialog(QDialog):
    """Asks how the briefing shall look; the file name is asked for afterwards."""

    def __init__(self, when: str, bounds: Bounds | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Briefing"))
        self.setMinimumWidth(480)
        self._bounds = bounds
        self._forms = QButtonGroup(self)
        self._title = QLineEdit(self)
        self._title.setMaxLength(120)
        self._title.setText(tr("Situation briefing"))
        self._area = QComboBox(self)
        if bounds is not None:
            self._area.addItem(tr("What the map shows now"))
        self._area.addItem(tr("All items"))
        self._paper = QComboBox(self)
        self._paper.addItems(list(PAPERS))
        buttons = QDialogButtonBox(self)
        buttons.addButton(tr("Save as …"), QDialogButtonBox.ButtonRole.AcceptRole).setDefault(True)
        buttons.addButton(tr("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self._lay_out(when, buttons)
        self._forms.idToggled.connect(self._note_form)
        self._note_form()

    @property
    def kind(self) -> str:
        """`pdf`, `html` or `png`."""
        return FORMS[self._forms.checkedId()][0]

    @property
    def title(self) -> str:
        """The heading; never empty."""
        return " ".join(self._title.text().split()) or tr("Situation briefing")

    @property
    def bounds(self) -> Bounds | None:
        """The area to show; None for all items."""
        return self._bounds if self._area.currentIndex() == 0 else None

    @property
    def paper(self) -> str:
        """`A4` or `A3`, landscape."""
        return self._paper.currentText()

    def _lay_out(self, when: str, buttons: QDialogButtonBox) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 18, 24, 16)
        column.setSpacing(12)
        heading = QLabel(tr("The picture {when}", when=when), self)
        heading.setObjectName("dialogHeading")
        column.addWidget(heading)
        for number, (_, words) in enumerate(FORMS):
            choice = QRadioButton(said(words), self)
            self._forms.addButton(choice, number)
            column.addWidget(choice)
            if number == 0:
                choice.setChecked(True)
                # One begins at the first choice, which was made after the fields.
                choice.setFocus()
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        form.addRow(tr("&Title"), self._title)
        form.addRow(tr("&Area"), self._area)
        form.addRow(tr("&Paper"), self._paper)
        column.addLayout(form)
        column.addStretch(1)
        column.addWidget(buttons)

    def _note_form(self) -> None:
        self._paper.setEnabled(self.kind != "html")
