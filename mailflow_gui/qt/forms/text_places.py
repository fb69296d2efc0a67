"""Places in a text, which Qt counts in UTF-16 and Python in characters; and a stretch of a text marked as wrong."""

from __future__ import annotations

from PySide6.QtGui import QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit

from mailflow_gui.qt.theme import theme


def units(text: str, place: int) -> int:
    """A place of a text as Qt counts it, in UTF-16."""
    return len(text[:place].encode("utf-16-le", "surrogatepass")) // 2


def place(text: str, units: int) -> int:
    """A place that Qt names, as Python counts it."""
    head = text.encode("utf-16-le", "surrogatepass")[: 2 * units]
    return len(head.decode("utf-16-le", "ignore"))


def underlined(box: QPlainTextEdit, span: tuple[int, int]) -> QTextEdit.ExtraSelection:
    """A stretch of a text, as Python counts places, marked as wrong."""
    text = box.toPlainText()
    cursor = QTextCursor(box.document())
    cursor.setPosition(units(text, span[0]))
    cursor.setPosition(units(text, span[1]), QTextCursor.MoveMode.KeepAnchor)
    look = QTextCharFormat()
    look.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
    look.setUnderlineColor(theme.color("danger-dot"))
    look.setBackground(theme.color("danger-soft"))
    selection = QTextEdit.ExtraSelection()
    selection.cursor, selection.format = cursor, look
    return selection
