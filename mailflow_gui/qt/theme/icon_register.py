"""Which icons the theme handed out, so that those in use can be painted anew in other colours.

A QIcon can't change its colours and an icon engine written in Python dies with the copies Qt makes of it; but every copy of an
icon carries its cache key, so the widgets in use tell which icons they show.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QAction, QIcon
from PySide6.QtWidgets import QAbstractButton, QApplication, QTabBar

from mailflow_gui.qt.theme.alive import alive

_What = tuple[str, str, int, int]
"""Name, token, size, gap."""

Maker = Callable[[str, str, int, int], QIcon]


class IconRegister:
    """The icons handed out, by what they show and by cache key."""

    def __init__(self) -> None:
        self._made: dict[_What, QIcon] = {}
        self._known: dict[int, _What] = {}

    def get(self, name: str, token: str, size: int, gap: int) -> QIcon | None:
        """The icon that shows this, if there is one already."""
        made = self._made.get((name, token, size, gap))
        return None if made is None else QIcon(made)

    def note(self, icon: QIcon, name: str, token: str, size: int, gap: int) -> None:
        """Remember what an icon shows."""
        self._made[name, token, size, gap] = QIcon(icon)
        self._known[icon.cacheKey()] = (name, token, size, gap)

    def replace_all(self, application: QApplication, make: Maker) -> None:
        """Give every button, action and tab that shows one of the icons the same one in the colours of now."""
        known, self._known, self._made = self._known, {}, {}

        def renewed(icon: QIcon) -> QIcon | None:
            what = known.get(icon.cacheKey())
            return make(*what) if what else None

        actions: set[QAction] = set(application.findChildren(QAction))
        for widget in application.allWidgets():
            if not alive(widget):
                continue
            actions.update(widget.actions())
            if isinstance(widget, QAbstractButton):
                if icon := renewed(widget.icon()):
                    widget.setIcon(icon)
            elif isinstance(widget, QTabBar):
                for index in range(widget.count()):
                    if icon := renewed(widget.tabIcon(index)):
                        widget.setTabIcon(index, icon)
            if not widget.isWindow():
                continue
            actions.update(widget.findChildren(QAction))
            if icon := renewed(widget.windowIcon()):
                widget.setWindowIcon(icon)
        for action in actions:
            # A new icon lets a tool bar lay itself out anew, and drop actions of its own meanwhile.
            if alive(action) and (icon := renewed(action.icon())):
                action.setIcon(icon)
