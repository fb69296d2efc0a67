"""The foot of the dialog: what is going on, and what can be done next."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QWidget

from mailflow_gui.language import _, ngettext
from mailflow_gui.qt.controls import Button, ElidedLabel


class Foot(QWidget):
    """Its main button is the next step."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("panel", "window")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setFixedWidth(120)
        self.said = ElidedLabel("", "small", "text-2")
        self.back = Button(_("Back"), "arrow-left")
        self.cancel = Button(_("Cancel"))
        self.main = Button(_("Propose"), kind="primary")
        self.main.setDefault(True)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 12, 16, 12)
        row.setSpacing(8)
        row.addWidget(self.progress)
        row.addWidget(self.said, 1)
        for button in (self.back, self.cancel, self.main):
            row.addWidget(button)
        self.wait()

    def wait(self) -> None:
        """There is nothing to go on with."""
        self._show("", main="", cancel=_("Close"))

    def ask(self, words: str, *, can_go: bool) -> None:
        """Rules can be looked for."""
        self._show(words, main=_("Propose"), cancel=_("Cancel"))
        self.main.setEnabled(can_go)

    def run(self, words: str, done: int, count: int) -> None:
        """They are being looked for; ``count`` 0: nobody knows yet how long it takes."""
        self._show(words, main="", cancel=_("Stop"), running=True)
        self.progress.setRange(0, count)
        self.progress.setValue(done)
        self.progress.setAccessibleName(words)

    def offer(self, words: str, rules: int, *, can_go: bool) -> None:
        """What was found can be used."""
        use = ngettext("Use this rule", "Use these {count} rules", rules).format(count=rules)
        self._show(words, main=use if rules or not can_go else _("Use this"), cancel=_("Cancel"), back=True)
        self.main.setEnabled(can_go)

    def _show(self, words: str, *, main: str, cancel: str, back: bool = False, running: bool = False) -> None:
        self.said.setText(words)
        self.progress.setVisible(running)
        self.back.setVisible(back)
        self.main.setVisible(bool(main))
        if main:
            self.main.setText(main)
        self.cancel.setText(cancel)
