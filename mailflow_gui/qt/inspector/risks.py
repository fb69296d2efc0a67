"""Decisions that can't be taken back, and the questions that explain them."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from mailflow_gui.language import _

RISKS: Final = frozenset({"discard", "resolve-sent", "resolve-resend"})
"""The actions that are asked about first."""


def risk(action: str, subject: str) -> tuple[str, str, str]:
    """Title, text and the words of the button; ``subject`` on one line."""
    if action == "resolve-resend":
        return (
            _("Send this message again?"),
            _(
                "The server took “{subject}”, but its answer was lost: it may have arrived. If it did, the recipients get it twice."
                " Look for it at a recipient, or in the Sent folder, before you send it again."
            ).format(subject=subject),
            _("Send again"),
        )
    if action == "resolve-sent":
        return (
            _("Has this message arrived?"),
            _(
                "“{subject}” will count as sent and is never sent again. If it did not arrive, its recipients will never get it."
            ).format(subject=subject),
            _("It arrived"),
        )
    return (
        _("Discard this message?"),
        _("“{subject}” is given up for good: nothing more is sent for it.").format(subject=subject),
        _("Discard"),
    )


def confirm(parent: QWidget, title: str, text: str, button: str) -> bool:
    """Ask; Esc and Enter mean no."""
    # All in one text: the format doesn't reach Qt's "informative text", which would read a subject as markup.
    box = QMessageBox(QMessageBox.Icon.NoIcon, title, f"{title}\n\n{text}", QMessageBox.StandardButton.Cancel, parent)
    box.setTextFormat(Qt.TextFormat.PlainText)
    yes = box.addButton(button, QMessageBox.ButtonRole.DestructiveRole)
    box.setDefaultButton(QMessageBox.StandardButton.Cancel)
    box.exec()
    return box.clickedButton() is yes
