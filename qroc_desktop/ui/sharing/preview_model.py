"""Side by side: what we have, what they get, and why; an item's fields below it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QColor, QIcon

from qroc_desktop.errors import Message
from qroc_desktop.policy import words
from qroc_desktop.policy.decision import FieldDecision
from qroc_desktop.policy.fields import Field
from qroc_desktop.policy.instruments import Instruments, Reason
from qroc_desktop.policy.vocabulary import Outcome
from qroc_desktop.services.copies import Going
from qroc_desktop.services.sharing import Line, Preview
from qroc_desktop.symbology import Kinds
from qroc_desktop.translation import ntr, said, tr
from qroc_desktop.ui.measures import size_text
from qroc_desktop.ui.sharing.value_words import field_texts
from qroc_desktop.ui.text import tip
from qroc_desktop.ui.theme import Theme

Index = QModelIndex | QPersistentModelIndex
NOWHERE: Final = QModelIndex()
HAVE, GET, OUTCOME, WHY = range(4)
WHY_LETTERS: Final = 48
"""So many letters are taken to fit into a line of the causes, rather too few than too many."""
ORDER: Final = (Outcome.REFUSE, Outcome.REDACT, Outcome.RELEASE)
ICONS: Final = {Outcome.RELEASE: "circle-check", Outcome.REDACT: "eye-off", Outcome.REFUSE: "ban"}
COLOURS: Final = {Outcome.RELEASE: "good", Outcome.REDACT: "warning", Outcome.REFUSE: "danger"}
ITEM_OUTCOMES: Final = {
    Outcome.RELEASE: Message("goes whole"),
    Outcome.REDACT: Message("goes in part"),
    Outcome.REFUSE: Message("refused"),
}


class PreviewModel(QAbstractItemModel):
    """The preview for one peer; refused items first, then those that go in part."""

    def __init__(self, kinds: Kinds, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._kinds = kinds
        self._theme = theme
        self._law: dict[str, str] = {}
        self._layers: Mapping[str, str] = {}
        self._texts: dict[int, tuple[dict[Field, str], dict[Field, str]]] = {}
        self.lines: list[Line] = []

    def show(self, preview: Preview | None, instruments: Instruments, layers: Mapping[str, str]) -> None:
        """Another preview; `layers`: names by id."""
        self.beginResetModel()
        self._law = {each.id: said(words.instrument(each.id, instruments)) for each in instruments}
        self._layers, self._texts = layers, {}
        lines = preview.lines if preview else ()
        self.lines = sorted(lines, key=lambda line: ORDER.index(line.outcome))
        self.endResetModel()

    def rowCount(self, parent: Index = NOWHERE) -> int:
        if not parent.isValid():
            return len(self.lines)
        if parent.internalId() != 0:
            return 0
        line = self.lines[parent.row()]
        return len(line.decision.fields) + len(line.files)

    def columnCount(self, parent: Index = NOWHERE) -> int:
        return 4

    def index(self, row: int, column: int, parent: Index = NOWHERE) -> QModelIndex:
        if not self.hasIndex(row, column, parent):
            return QModelIndex()
        return self.createIndex(row, column, parent.row() + 1 if parent.isValid() else 0)

    def parent(self, index: Index = NOWHERE) -> QModelIndex:  # type: ignore[override]
        if not index.isValid() or index.internalId() == 0:
            return QModelIndex()
        return self.createIndex(index.internalId() - 1, 0, 0)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return (tr("What we have"), tr("What they get"), tr("Outcome"), tr("Why"))[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        number = index.internalId()
        row = number - 1 if number else index.row()
        line = self.lines[row]
        parts: tuple[FieldDecision | Going, ...] = (*line.decision.fields, *line.files)
        field = parts[index.row()] if number else None
        outcome = _outcome(line, field)
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self._text(line, field, index.column(), row)
        if role == Qt.ItemDataRole.ToolTipRole:
            return tip(self._tip(line, field, index.column(), row))
        if role == Qt.ItemDataRole.DecorationRole and index.column() == OUTCOME:
            icon = self._theme.icon(ICONS[outcome], size=15, colour=COLOURS[outcome])
            return _same_when_open(icon, self._theme.px(15))
        told = index.column() == OUTCOME or (index.column() == GET and outcome is not Outcome.RELEASE)
        if role == Qt.ItemDataRole.ForegroundRole and told:
            return QColor(getattr(self._theme.tokens, COLOURS[outcome]))
        if role == Qt.ItemDataRole.SizeHintRole and index.column() == WHY:
            lines = sum(-(-len(part) // WHY_LETTERS) for part in str(self.data(index)).split("\n"))
            return QSize(0, self._theme.px(10 + 16 * lines))
        if role == Qt.ItemDataRole.FontRole and field is None and index.column() < WHY:
            return self._theme.font(bold=True)
        return None

    def _text(self, line: Line, field: FieldDecision | Going | None, column: int, row: int) -> str:
        if isinstance(field, Going):
            return file_text(field, column)
        if column == WHY:
            return self._cause(line, field)
        have, get = self._texts_of(line, row)
        if field is not None:
            return self._field_text(line, field, column, have.get(field.field, ""), get.get(field.field, ""))
        if column == HAVE:
            return have.get(Field.TITLE) or have.get(Field.NATURE, "")
        if column == OUTCOME:
            return said(ITEM_OUTCOMES[line.outcome])
        return self._given(line, get)

    def _field_text(self, line: Line, field: FieldDecision, column: int, have: str, get: str) -> str:
        if _files_of(line, field):
            have, get = _files(len(line.files)), _files(sum(going.copy is not None for going in line.files))
        if column == HAVE:
            return f"{said(words.FIELDS[field.field])}: {have}"
        if column == OUTCOME:
            whole = _outcome(line, field) is field.outcome
            return said(words.OUTCOMES[field.outcome] if whole else ITEM_OUTCOMES[Outcome.REDACT])
        return get if field.outcome is Outcome.RELEASE else tr("nothing")

    def _given(self, line: Line, get: Mapping[Field, str]) -> str:
        if line.given is None:
            return tr("nothing")
        title = get.get(Field.TITLE) or get.get(Field.NATURE) or tr("(no title)")
        kept_back = [said(words.FIELDS[f.field]) for f in line.decision.fields if f.outcome is not Outcome.RELEASE]
        if stay := sum(going.copy is None for going in line.files):
            kept_back.append(_files(stay))
        return tr("{title}, without {fields}", title=title, fields=", ".join(kept_back)) if kept_back else title

    def _tip(self, line: Line, field: FieldDecision | Going | None, column: int, row: int) -> str:
        if column != WHY or field is not None:
            return self._text(line, field, column, row)
        return " · ".join(self._why(reason).replace("\n", " ") for reason in line.decision.reasons)

    def _cause(self, line: Line, field: FieldDecision | None) -> str:
        """Of a field what is not said of the item already: a released one has the article alone."""
        head = line.decision.reasons[0]
        if field is None:
            return self._why(head)
        short = field.reason.instrument == head.instrument
        cited = said(words.cited(field.reason)) if short else self._cited(field.reason)
        if field.outcome is Outcome.RELEASE:
            return cited
        return f"{said(words.sentence(field.reason))} {cited}"

    def _why(self, reason: Reason) -> str:
        parts = [said(words.sentence(reason))]
        detail = words.detail(reason)
        if detail is not None:
            parts.append(f"({said(detail)})")
        return f"{' '.join(parts)}\n{self._cited(reason)}"

    def _cited(self, reason: Reason) -> str:
        article = said(words.cited(reason))
        if reason.instrument == "program":
            return article
        return f"{self._law.get(reason.instrument, reason.instrument)}, {article}"

    def _texts_of(self, line: Line, row: int) -> tuple[dict[Field, str], dict[Field, str]]:
        if row not in self._texts:
            self._texts[row] = (
                field_texts(line.item, self._kinds, self._layers),
                field_texts(line.given, self._kinds, self._layers),
            )
        return self._texts[row]


def file_text(going: Going, column: int) -> str:
    """A file side by side with the copy that goes in its place."""
    if column == HAVE:
        return f"{going.file.name} ({size_text(going.file.size)})"
    if column == GET:
        return f"{going.copy.name} ({size_text(going.copy.size)})" if going.copy else tr("nothing")
    if column == OUTCOME:
        return tr("cleaned") if going.copy else tr("stays here")
    return " ".join(said(note) for note in ((going.why,) if going.why else going.notes))


def _outcome(line: Line, part: FieldDecision | Going | None) -> Outcome:
    """Of an item, of a field of it, or of a file; in part where the policy lets more go than can be cleaned."""
    if part is None:
        return line.outcome
    if isinstance(part, Going):
        return Outcome.RELEASE if part.copy else Outcome.REFUSE
    stays = _files_of(line, part) and any(going.copy is None for going in line.files)
    return Outcome.REDACT if stays else part.outcome


def _files_of(line: Line, field: FieldDecision) -> bool:
    """Whether it is the field whose files stand below it, one by one."""
    return field.field is Field.ATTACHMENTS and bool(line.files)


def _files(count: int) -> str:
    return ntr("{count} file", "{count} files", count)


def _same_when_open(icon: QIcon, side: int) -> QIcon:
    """A tree draws the icons of rows that are open as if they were switched on, in the colour of a selection."""
    made = QIcon()
    for mode in (QIcon.Mode.Normal, QIcon.Mode.Selected):
        for state in (QIcon.State.Off, QIcon.State.On):
            made.addPixmap(icon.pixmap(QSize(side, side), 2.0, mode, QIcon.State.Off), mode, state)
    return made
