"""The Preview tab: the mail as HTML or as text, what was left out of it, and where a link leads before anybody follows it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QStackedWidget, QVBoxLayout, QWidget

from mailflow_gui.language import _, ngettext
from mailflow_gui.qt.controls import Button, ElidedLabel, Label, Segments
from mailflow_gui.qt.inspector import plain
from mailflow_gui.qt.inspector.browser import SafeBrowser
from mailflow_gui.qt.inspector.reading import Content
from mailflow_gui.qt.theme import theme


def reading_pane(style: str, name: str) -> QPlainTextEdit:
    """A text that can be read and copied, without a frame."""
    pane = QPlainTextEdit()
    pane.setReadOnly(True)
    pane.setUndoRedoEnabled(False)
    pane.setProperty("bare", True)
    pane.setFont(theme.font(style))
    pane.setAccessibleName(name)
    pane.document().setDocumentMargin(8)
    return pane


class Preview(QWidget):
    """Shows a mail's body."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.browser = SafeBrowser()
        self.text = reading_pane("body", _("Text"))
        self.link_bar = LinkBar()
        self.note = ElidedLabel("", "caption", "text-3", weight=400)
        self.kinds = Segments([_("HTML"), _("Text")], name=_("Show as"))
        self.kinds.chosen.connect(self._choose)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.browser)
        self._stack.addWidget(self.text)
        self._top = QWidget()
        row = QHBoxLayout(self._top)
        row.setContentsMargins(12, 4, 12, 4)
        row.addWidget(self.note, 1)
        row.addWidget(self.kinds)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._top)
        column.addWidget(self._stack, 1)
        column.addWidget(self.link_bar)
        self.browser.link_clicked.connect(self.link_bar.offer)
        self._content: Content | None = None
        self.clear()

    def clear(self) -> None:
        """Show nothing."""
        self._content = None
        self.browser.clear_all()
        self.text.clear()
        self._top.hide()
        self.link_bar.hide()

    def show_content(self, content: Content) -> None:
        """Show another mail: its HTML if it has any, else its text."""
        self._content = content
        self.link_bar.hide()
        self.text.clear()
        if content.html is not None:
            self.browser.show_html(content.html.html, content.pictures)
        self.kinds.setVisible(content.html is not None and bool(content.text.strip()))
        self.kinds.choose(0 if content.html is not None else 1)
        self._choose(0 if content.html is not None else 1)

    def _choose(self, which: int) -> None:
        self._stack.setCurrentIndex(which)
        content = self._content
        if which == 1 and content is not None and self.text.document().isEmpty():
            self.text.setPlainText(content.text)
        notes = []
        if content is not None and which == 0 and content.html is not None:
            if content.html.left_out:
                count = content.html.left_out
                notes.append(
                    ngettext("{count} remote picture not loaded", "{count} remote pictures not loaded", count).format(
                        count=count
                    )
                )
            if content.html.cut:
                notes.append(_("too long: the end isn't shown"))
        elif content is not None and content.text_cut:
            notes.append(_("too long: the end isn't shown"))
        self.note.setText(" · ".join(notes))
        self._top.setVisible(bool(notes) or not self.kinds.isHidden())


class LinkBar(QWidget):
    """Where a clicked link leads. Only the button follows it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.opener: Callable[[QUrl], object] = QDesktopServices.openUrl
        self._address = QUrl()
        self.address = ElidedLabel("", "mono")
        copy = Button(_("Copy"), kind="ghost", compact=True)
        self.open = Button(_("Open"), "external-link", compact=True)
        close = Button("", "x", "ghost", compact=True, name=_("Close"))
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self._written()))
        self.open.clicked.connect(self._follow)
        close.clicked.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 4, 8, 4)
        row.setSpacing(4)
        row.addWidget(Label(_("Leads to"), "small", "text-2"))
        row.addSpacing(4)
        row.addWidget(self.address, 1)
        for button in (copy, self.open, close):
            row.addWidget(button)
        self.setProperty("panel", "surface-alt")
        self.hide()

    def offer(self, address: str) -> None:
        """Show an address, as it goes over the wire: a name in other letters can't pose as a known one."""
        found = QUrl(address)
        if found.isValid() and found.scheme().lower() in {"http", "https", "mailto"}:
            self._address = found
            self.address.setText(plain.one_line(self._written(), 2000))
            self.show()

    def _written(self) -> str:
        return bytes(self._address.toEncoded().data()).decode("ascii", "replace")

    def _follow(self) -> None:
        self.hide()
        self.opener(self._address)
