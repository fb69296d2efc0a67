"""Data of the window's own on the clipboard, beside the text that other programs read."""

from __future__ import annotations

import atexit

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QGuiApplication

_TYPES: set[str] = set()
"""The media types that have been put there."""


def put(media_type: str, content: bytes, text: str) -> None:
    """Put data on the clipboard, and the text that stands for them."""
    atexit.unregister(_leave_text)
    atexit.register(_leave_text)
    _TYPES.add(media_type)
    data = QMimeData()
    data.setData(media_type, content)
    data.setText(text)
    QGuiApplication.clipboard().setMimeData(data)


def _leave_text() -> None:
    """At the end leave the plain text alone: PySide doesn't survive data of its own that lie on the clipboard then."""
    clipboard = QGuiApplication.clipboard() if QGuiApplication.instance() else None
    data = clipboard.mimeData() if clipboard is not None else None
    if clipboard is not None and data is not None and any(data.hasFormat(each) for each in _TYPES):
        clipboard.setText(data.text())
