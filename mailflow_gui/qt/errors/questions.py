"""What the error centre asks before it does what can't be undone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from mailflow_gui.language import _, ngettext
from mailflow_gui.qt.inspector import plain, saving
from mailflow_gui.qt.inspector.risks import RISKS, confirm, risk


class Questions:
    """Asks over a widget; tests answer through :attr:`confirm` and :attr:`choose_file`."""

    def __init__(self, parent: QWidget) -> None:
        self._parent = parent
        self.confirm: Callable[[str, str, str], bool] = self._confirm
        """Title, text, the words of the button."""
        self.choose_file: Callable[[str], str] = self._choose_file

    def discard(self, count: int) -> bool:
        """Whether that many messages are to be given up."""
        number = f"{count:,}"
        title = ngettext("Discard {count} message?", "Discard {count} messages?", count).format(count=number)
        text = _(
            "Nothing more is sent for them, and they are never tried again. Their contents stay until they expire."
        )
        button = ngettext("Discard {count}", "Discard {count}", count).format(count=number)
        return self.confirm(title, text, button)

    def about_one(self, action: str, subject: str) -> bool:
        """Whether a decision about one message is meant; a retry isn't asked about."""
        return action not in RISKS or self.confirm(*risk(action, subject))

    def file_for(self, subject: str) -> str:
        """Where to save a mail; empty: nowhere."""
        name = plain.one_line(subject, 60) or _("message")
        return self.choose_file(name.replace("/", "-").replace("\\", "-").rstrip(". ") + ".eml")

    def _confirm(self, title: str, text: str, button: str) -> bool:
        return confirm(self._parent, title, text, button)

    def _choose_file(self, name: str) -> str:
        dialog = QFileDialog(self._parent, _("Save"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setOption(QFileDialog.Option.DontConfirmOverwrite)  # never written over
        dialog.selectFile(str(saving.free_name(Path(dialog.directory().absolutePath()), name, "")))
        return dialog.selectedFiles()[0] if dialog.exec() else ""
