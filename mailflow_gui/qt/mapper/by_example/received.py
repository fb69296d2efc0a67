"""The sample, to copy from, and the further messages that proposals are checked with."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from mailflow_gui.language import _
from mailflow_gui.mapping.by_example import OTHERS_LIMIT
from mailflow_gui.qt.controls import Button, Label, SectionHead
from mailflow_gui.qt.forms.body import surface
from mailflow_gui.qt.mapper.by_example.example import Example
from mailflow_gui.qt.mapper.samples import Offer, Sample
from mailflow_gui.qt.theme import theme

_DATA = Qt.ItemDataRole.UserRole


class Received(QWidget):
    """What came."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        surface(self)
        self.head = QGridLayout()
        self.head.setContentsMargins(0, 0, 0, 0)
        self.head.setHorizontalSpacing(12)
        self.head.setVerticalSpacing(2)
        self.head.setColumnStretch(1, 1)
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        self.text.setFont(theme.font("small"))
        self.text.setAccessibleName(_("Text of the sample"))
        self.lost = Label("", "small", "warn", wrap=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(8)
        column.addWidget(SectionHead(_("The sample")))
        column.addWidget(self.lost)
        column.addLayout(self.head)
        column.addWidget(self.text, 1)

    def show_example(self, example: Example) -> None:
        """Show this sample."""
        while (item := self.head.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        for place, (title, words) in enumerate(example.head):
            value = Label(words, "small", wrap=True)
            value.setTextInteractionFlags(
                Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
            )
            value.setAccessibleName(f"{title}: {words}")
            self.head.addWidget(Label(title, "small", "text-3"), place, 0, Qt.AlignmentFlag.AlignTop)
            self.head.addWidget(value, place, 1)
        self.text.setPlainText(example.text)
        self.lost.setText(example.lost)
        self.lost.setVisible(bool(example.lost))


class Further(QWidget):
    """Which messages proposals are checked with: at most ten."""

    files_wanted = Signal(object)
    """Paths of mail files."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        surface(self)
        self.list = QListWidget()
        self.list.setAccessibleName(_("Messages to check the rules with"))
        self.list.setFont(theme.font("small"))
        self.list.setTabKeyNavigation(False)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.list.itemChanged.connect(self._changed)
        self.about = Label("", "caption", "text-3", wrap=True)
        self.open = Button(_("Add mail files…"), "folder-open", compact=True)
        self.open.clicked.connect(self._ask)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.about, 1)
        row.addWidget(self.open)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(8)
        column.addWidget(SectionHead(_("Check with further messages")))
        column.addWidget(self.list, 1)
        column.addLayout(row)
        self._show_count()

    def show_known(self, known: Sequence[Offer | Sample]) -> None:
        """Offer these; those that this flow has received are chosen, up to ten."""
        self.list.blockSignals(True)
        self.list.clear()
        for one in known:
            usual = isinstance(one, Sample) or not one.foreign
            self._add(one, chosen=usual and len(self.chosen()) < OTHERS_LIMIT)
        self.list.blockSignals(False)
        self._show_count()

    def add(self, found: Sequence[Sample]) -> None:
        """More of them, chosen as long as there is room."""
        self.list.blockSignals(True)
        known = {one.key for one in self._all() if isinstance(one, Sample)}
        for sample in found:
            if sample.key not in known:
                self._add(sample, chosen=len(self.chosen()) < OTHERS_LIMIT)
        self.list.blockSignals(False)
        self.list.scrollToBottom()
        self._show_count()

    def chosen(self) -> list[Offer | Sample]:
        """Those to check with."""
        items = [self.list.item(row) for row in range(self.list.count())]
        return [item.data(_DATA) for item in items if item.checkState() == Qt.CheckState.Checked]

    def _all(self) -> list[Offer | Sample]:
        return [self.list.item(row).data(_DATA) for row in range(self.list.count())]

    def _add(self, one: Offer | Sample, *, chosen: bool) -> None:
        item = QListWidgetItem(one.title)
        item.setData(_DATA, one)
        item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsUserCheckable)
        item.setCheckState(Qt.CheckState.Checked if chosen else Qt.CheckState.Unchecked)
        self.list.addItem(item)
        if self.list.currentRow() < 0:
            self.list.setCurrentRow(0)

    def _changed(self, item: QListWidgetItem) -> None:
        if len(self.chosen()) > OTHERS_LIMIT:
            self.list.blockSignals(True)
            item.setCheckState(Qt.CheckState.Unchecked)
            self.list.blockSignals(False)
            self.about.setText(_("Ten messages are enough: take another one away first."))
            return
        self._show_count()

    def _show_count(self) -> None:
        if not self.list.count():
            words = _("None yet. Without them every proposal is a guess: add some mails of the same kind.")
        elif not self.chosen():
            words = _("None is chosen. Without them every proposal is a guess.")
        else:
            words = _("{count} of {all} chosen; choose mails of the sample's kind.").format(
                count=len(self.chosen()), all=self.list.count()
            )
        self.about.setText(words)

    def _ask(self) -> None:
        names, _kind = QFileDialog.getOpenFileNames(
            self, _("Add mail files"), "", _("Mail files (*.eml);;All files (*)")
        )
        if names:
            self.files_wanted.emit([Path(name) for name in names])
