"""Nodes on the clipboard: a flow of their own, as JSON, so that they can also be pasted into another window or a text."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QGuiApplication

from mailflow_gui.errors import FlowFileError
from mailflow_gui.flow import file
from mailflow_gui.flow.model import Flow
from mailflow_gui.qt import own_clips

MIME = "application/x-mailflow-nodes"


def put(flow: Flow) -> None:
    """Put nodes on the clipboard."""
    text = file.dumps(flow)
    own_clips.put(MIME, text.encode(), text)


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
