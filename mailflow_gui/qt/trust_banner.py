"""The banner over a stranger's flow: what it reads, sends and deletes, and the button to accept it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from mailflow_gui.flow.model import Flow
from mailflow_gui.flow.node_type import AnyNodeType
from mailflow_gui.language import _
from mailflow_gui.qt.controls import Banner, Button
from mailflow_gui.qt.trust import deeds


class TrustBanner(QWidget):
    """Nothing of the flow can be started or changed until it is accepted."""

    accepted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._banner = Banner("warn", long=True)
        self.button = self._banner.add_button(Button(_("Accept"), compact=True))
        self.button.clicked.connect(self.accepted)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._banner)

    def show_flow(self, flow: Flow, node_types: Sequence[AnyNodeType]) -> None:
        """Say what the flow would do."""
        lines = deeds(flow, node_types) or [_("It reads, sends and deletes nothing.")]
        self._banner.say(
            "warn",
            _("This flow wasn't made here. It can't run until you accept what it does:"),
            "\n".join(f"• {line}" for line in lines),
        )
