"""Buttons: one main action per view, the others quiet."""

from __future__ import annotations

from typing import Final, Literal

from PySide6.QtCore import QSize
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QPushButton, QWidget

from mailflow_gui.qt.controls.text import restyle, set_tool_tip
from mailflow_gui.qt.theme import theme

Kind = Literal["normal", "primary", "ghost", "danger", "link"]

_ICON_TOKENS: Final = {
    "normal": "text",
    "primary": "on-accent",
    "ghost": "text-2",
    "danger": "danger",
    "link": "accent-text",
}
_GAP = 3
"""Added to Qt's own distance between icon and text."""


class Button(QPushButton):
    """A button.

    :param icon: name of an icon, before the text or, without a text, instead of it.
    :param kind: primary is the one main action of a view, ghost has no frame, danger destroys, link looks like text.
    :param compact: 28 px high, for docks; 32 otherwise.
    :param name: what screen readers and the tool tip call a button that has no text.
    """

    def __init__(
        self,
        text: str = "",
        icon: str | None = None,
        kind: Kind = "normal",
        *,
        compact: bool = False,
        name: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, parent)
        self._icon, self._kind, self._compact = icon, kind, compact
        self.setAutoDefault(False)  # Enter presses the button that a dialog names, not the one that has the focus
        self.setProperty("kind", kind)
        self.setProperty("compact", compact)
        self.setProperty("square", not text)
        self.setFont(theme.font("small" if compact else "body", 500))
        if name:
            self.setAccessibleName(name)
            set_tool_tip(self, name)
        self.set_icon(icon)

    @property
    def kind(self) -> Kind:
        """Which kind of button this is."""
        return self._kind

    def set_icon(self, icon: str | None) -> None:
        """Show another icon, or none."""
        self._icon = icon
        if icon is None:
            self.setIcon(QIcon())
            return
        size = theme.size("icon-small") if self._compact and self.text() else theme.size("icon")
        gap = _GAP if self.text() else 0
        self.setIconSize(QSize(size + gap, size))
        self.setIcon(theme.icon(icon, _ICON_TOKENS[self._kind], size, gap=gap))

    def set_kind(self, kind: Kind) -> None:
        """Become another kind, such as Start that turns into Stop."""
        if kind != self._kind:
            self._kind = kind
            restyle(self, "kind", kind)
            self.set_icon(self._icon)
