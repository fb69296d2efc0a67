"""The strip of attachments below a message: names and sizes; a click saves one, nothing opens one."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QWidget

from mailflow_gui.language import _, ngettext
from mailflow_gui.mail.message import Attachment
from mailflow_gui.qt.controls import IconLabel, Label, set_tool_tip
from mailflow_gui.qt.inspector import plain, states
from mailflow_gui.qt.theme import theme

_REST = 80
"""Pixels for the icon and what lies between."""


class AttachmentStrip(QWidget):
    """One line. ``save_wanted`` has the attachment's number."""

    save_wanted = Signal(int)
    save_all_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("panel", "surface-alt")
        self.setFixedHeight(32)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(12, 0, 8, 0)
        self._row.setSpacing(4)
        self._row.addWidget(IconLabel("paperclip", "text-3", 14))
        self._count = Label("", "small", "text-2")
        self._row.addWidget(self._count)
        self.first = QToolButton()
        self.first.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.first.setFont(theme.font("small", 500))
        self.first.setIconSize(QSize(14, 14))
        self.first.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.first.clicked.connect(lambda: self.save_wanted.emit(0))
        self._row.addWidget(self.first)
        self._row.addStretch(1)
        self.save = QToolButton()
        self.save.setText(_("Save…"))
        self.save.setIcon(theme.icon("download", size=14))
        self.save.setIconSize(QSize(14, 14))
        self.save.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.save.setFont(theme.font("small", 500))
        self.save.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.save.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.menu = QMenu(self)
        self.save.setMenu(self.menu)
        self._row.addWidget(self.save)
        self._shown = ("", "")
        self.hide()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._name_first()

    def _name_first(self) -> None:
        """The first one's name as far as there is room, and always its size."""
        name, size = self._shown
        metrics = QFontMetrics(self.first.font())
        room = self.width() - self.save.sizeHint().width() - metrics.horizontalAdvance(size) - _REST
        if not self._count.isHidden():
            room -= self._count.sizeHint().width()
        short = metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, max(40, room))
        self.first.setText(f"{short}  {size}".replace("&", "&&"))

    def show_attachments(self, attachments: Sequence[Attachment]) -> None:
        """Show other attachments, or nothing."""
        self.menu.clear()
        self.setVisible(bool(attachments))
        if not attachments:
            return
        metrics = QFontMetrics(self.first.font())
        shown = [(plain.one_line(file.name, 200), states.size(file.size)) for file in attachments]
        self._shown = shown[0]
        set_tool_tip(self.first, _("Save {name}…").format(name=shown[0][0]))
        more = len(shown) - 1
        self._count.setText(
            "" if not more else ngettext("{count} file", "{count} files", len(shown)).format(count=len(shown))
        )
        self._count.setVisible(bool(more))
        self._name_first()
        for number, (name, size) in enumerate(shown):
            short = metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, 320).replace("&", "&&")
            action = QAction(f"{short}  ({size})", self.menu)
            action.triggered.connect(lambda _checked=False, number=number: self.save_wanted.emit(number))
            self.menu.addAction(action)
        if more:
            self.menu.addSeparator()
            self.menu.addAction(_("Save all…"), self.save_all_wanted.emit)
