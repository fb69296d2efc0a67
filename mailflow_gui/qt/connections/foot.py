"""The foot of the connection dialog: what can be done with what stands in it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from mailflow_gui.accounts.account import Account
from mailflow_gui.language import _, ngettext
from mailflow_gui.qt.connections.mnemonics import KeyButton
from mailflow_gui.qt.connections.pieces import Spinner, flat
from mailflow_gui.qt.connections.standing import used_by
from mailflow_gui.qt.controls import Button, ElidedLabel, set_tool_tip

_HEIGHT = 56


class Foot(QWidget):
    """Validate (which becomes Stop), Cancel and Save, and one line that says what Save would mean."""

    def __init__(self, flows: Sequence[str], *, new: bool) -> None:
        """:param flows: names of the flows that use the connection."""
        super().__init__()
        self._flows, self._new = tuple(flows), new
        self.setFixedHeight(_HEIGHT)
        self.setProperty("panel", "surface-alt")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.validate = KeyButton(_("&Validate"), "plug-zap")
        self.cancel = Button(_("Cancel"))
        self.save = KeyButton(_("&Save"), None, "primary")
        self._words = ElidedLabel("", "caption", "text-3", weight=400)
        self._busy = Spinner()
        line = flat(QHBoxLayout(self), 8)
        line.setContentsMargins(16, 0, 16, 0)
        line.addWidget(self.validate)
        line.addWidget(self._busy)
        line.addWidget(self._words, 1)
        line.addWidget(self.cancel)
        line.addWidget(self.save)

    @property
    def words(self) -> str:
        """By how many flows it is used, and whether it has validated."""
        return self._words.text()

    def show_state(
        self,
        *,
        good: bool,
        validating: bool,
        saving: bool,
        failed: bool = False,
        changed: bool = False,
        twin: Account | None = None,
    ) -> None:
        """:param good: what stands in the fields has validated well.
        :param failed: it was tried and didn't; the panel says how.
        :param changed: saving would change a connection that flows use.
        :param twin: saving would make a second connection.
        """
        self.validate.setText(_("Stop &validating") if validating else _("&Validate"))
        self.validate.set_icon("square" if validating else "plug-zap")
        both = twin is not None
        self.save.setText((_("&Save both") if both else _("&Save")) if good else _("&Save anyway"))
        self.save.set_kind("primary" if good else "normal")
        for button in (self.validate, self.cancel, self.save):
            button.setEnabled(not saving)
        (self.save if good else self.validate).setDefault(True)
        self._busy.setVisible(saving)
        parts = [] if self._new else [self._use(changed)]
        if not good and not validating and not failed:
            parts.append(_("Not validated yet"))
        self._words.setText(_("Saving…") if saving else " · ".join(parts))
        set_tool_tip(self._words, "\n".join((self._words.text(), *self._flows)))

    def _use(self, changed: bool) -> str:
        """Who uses it; once something is changed, whom that touches."""
        if not changed or not self._flows:
            return used_by(len(self._flows))
        return ngettext("Saving changes the flow {names}", "Saving changes the flows {names}", len(self._flows)).format(
            names=", ".join(self._flows)
        )
