"""Nodes on the clipboard: a flow of their own, as JSON, so that they can also be pasted into another window or a text."""

from __future__ import annotations

import atexit
from typing import cast

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QGuiApplication

from mailflow_gui.errors import FlowFileError
from mailflow_gui.flow import file
from mailflow_gui.flow.model import Flow

MIME = "application/x-mailflow-nodes"


def put(flow: Flow) -> None:
    """Put nodes on the clipboard."""
    atexit.unregister(_leave_text)
    atexit.register(_leave_text)
    text = file.dumps(flow)
    data = QMimeData()
    data.setData(MIME, text.encode())
    data.setText(text)
    QGuiApplication.clipboard().setMimeData(data)


def _leave_text() -> None:
    """At the end leave the plain text alone: PySide doesn't survive data of its own that lie on the clipboard then."""
    clipboard = QGuiApplication.clipboard() if QGuiApplication.instance() else None
    data = clipboard.mimeData() if clipboard is not None else None
    if clipboard is not None and data is not None and data.hasFormat(MIME):
        clipboard.setText(data.text())


def get() -> Flow | None:
    """The nodes on the clipboard, also from the text of a flow file; None if there are none."""
    data = cast("QMimeData | None", QGuiApplication.clipboard().mimeData())  # None while another program holds it
    if data is None:
        return None
    if data.hasFormat(MIME):
        text = bytes(data.data(MIME).data()).decode("utf-8", "replace")
    elif data.hasText():
        text = data.text()
    else:
        return None
    if len(text) > file.LARGEST or not text.lstrip("\ufeff \r\n\t").startswith("{"):
        return None
    try:
        return file.loads(text, "")
    except FlowFileError:
        return None
