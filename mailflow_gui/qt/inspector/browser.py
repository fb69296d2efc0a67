"""A view for cleaned HTML that loads nothing: pictures come from the mail itself, links only tell where they lead."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import QImage, Qt, QTextDocument, QTextOption
from PySide6.QtWidgets import QTextBrowser, QWidget

from mailflow_gui.language import _
from mailflow_gui.qt.inspector.safe_html import SCHEME
from mailflow_gui.qt.theme import theme


class SafeBrowser(QTextBrowser):
    """Shows what :mod:`safe_html` made. ``link_clicked`` has the address; nothing is opened here."""

    link_clicked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pictures: Mapping[str, QImage] = {}
        self._html = ""
        # A valid picture, however small: for anything less Qt goes on and loads the file itself.
        self._nothing = QImage(1, 1, QImage.Format.Format_ARGB32)
        self._nothing.fill(Qt.GlobalColor.transparent)
        self.setOpenLinks(False)
        self.setOpenExternalLinks(False)
        self.setUndoRedoEnabled(False)
        self.setSearchPaths([])
        self.setAccessibleName(_("Preview"))
        self.setProperty("bare", True)
        self.setFont(theme.font("body"))
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.document().setDocumentMargin(4)
        self.anchorClicked.connect(lambda address: self.link_clicked.emit(address.toString()))
        theme.changed.connect(self._restyle)

    def show_html(self, html: str, pictures: Mapping[str, QImage]) -> None:
        """Show a cleaned document; ``pictures`` are all that it may show."""
        self._pictures, self._html = pictures, html
        self._restyle()

    def clear_all(self) -> None:
        """Show nothing, keep nothing."""
        self.show_html("", {})

    def loadResource(self, kind: int, name: QUrl | str) -> object:
        """Answer every wish with a picture of ours: one of the mail's own, or a single transparent dot."""
        address = name if isinstance(name, str) else name.toString()
        if kind == QTextDocument.ResourceType.ImageResource.value and address.startswith(f"{SCHEME}:"):
            picture = self._pictures.get(address)
            if picture is not None:
                room = max(80, self.viewport().width() - 24)
                return (
                    picture
                    if picture.width() <= room
                    else picture.scaledToWidth(room, Qt.TransformationMode.SmoothTransformation)
                )
        return self._nothing

    def _restyle(self) -> None:
        link, line = theme.color("accent-text").name(), theme.color("text-2").name()
        self.document().clear()
        self.document().setDefaultStyleSheet(
            f"a {{ color: {link}; }} blockquote {{ color: {line}; margin-left: 16px; }}"
        )
        self.setHtml(self._html)
