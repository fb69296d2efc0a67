"""Small parts of the rule editors."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QLayout, QMenu, QSizePolicy, QToolButton, QWidget

from mailflow_gui.language import _
from mailflow_gui.qt.forms.rules import catalogue
from mailflow_gui.qt.theme import theme


def tool(icon: str, title: str, act: Callable[[], object] | None = None, size: int = 14) -> QToolButton:
    """A small button with an icon and no text; its title is its tooltip."""
    button = QToolButton()
    button.setIcon(theme.icon(icon, "text-2", size))
    button.setIconSize(QSize(size, size))
    button.setFixedSize(22, 22)
    button.setStyleSheet("QToolButton { padding: 2px; border-radius: 4px; }")
    button.setToolTip(title)
    button.setAccessibleName(title)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    if act is not None:
        button.clicked.connect(lambda _checked=False: act())
    return button


def adder(title: str, menu: QMenu | None = None, act: Callable[[], object] | None = None) -> QToolButton:
    """A button that adds something: at once, or what is chosen from its menu."""
    button = QToolButton()
    button.setText(title)
    button.setIcon(theme.icon("plus", "accent-text", 14))
    button.setIconSize(QSize(14, 14))
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    button.setFont(theme.font("small", 500))
    button.setStyleSheet("QToolButton { padding: 3px 6px 3px 4px; }")
    button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
    if menu is not None:
        menu.setParent(button, menu.windowFlags())
        button.setMenu(menu)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    elif act is not None:
        button.clicked.connect(lambda _checked=False: act())
    return button


def field_menu(menu: QMenu, chosen: Callable[[str], object]) -> None:
    """Fill ``menu`` with the fields of a mail; those with parts open a menu of their own."""
    for one, parts in catalogue.fields_by_root():
        icon = theme.icon(catalogue.ICONS[one.type], "text-3", 14)
        if not parts:
            menu.addAction(icon, _(one.title)).triggered.connect(lambda _checked=False, name=one.name: chosen(name))
            continue
        inner = menu.addMenu(icon, _(one.title))
        inner.addAction(_("Whole field")).triggered.connect(lambda _checked=False, name=one.name: chosen(name))
        inner.addSeparator()
        for part in parts:
            inner.addAction(_(part.title)).triggered.connect(lambda _checked=False, name=part.name: chosen(name))


def emptied(layout: QLayout) -> None:
    """Take everything out of a layout, and end it."""
    while layout.count():
        item = layout.takeAt(0)
        widget: QWidget | None = item.widget() if item is not None else None
        if widget is not None:
            widget.hide()
            widget.deleteLater()
