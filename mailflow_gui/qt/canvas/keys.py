"""What keys do on the canvas. Shortcuts of the window's menus come first; these work without one, too."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

from mailflow_gui.qt.canvas.places import GRID, Place

if TYPE_CHECKING:
    from mailflow_gui.qt.canvas.canvas import Canvas

_ARROWS: Mapping[int, Place] = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
_FIT_ALL = {Qt.Key.Key_1, Qt.Key.Key_Exclam}
_FIT_SELECTION = {Qt.Key.Key_2, Qt.Key.Key_At, Qt.Key.Key_QuoteDbl}
"""What Shift+1 and Shift+2 give on US, European and Japanese keyboards."""

_NONE = Qt.KeyboardModifier.NoModifier
_SHIFT = Qt.KeyboardModifier.ShiftModifier
_CTRL = Qt.KeyboardModifier.ControlModifier
_ALT = Qt.KeyboardModifier.AltModifier
_Standard = QKeySequence.StandardKey


def pressed(canvas: Canvas, event: QKeyEvent) -> bool:
    """Do what a key stands for; False if it stands for nothing here."""
    action = _standard(canvas, event) or _plain(canvas, event) or _arrow(canvas, event)
    if action is None:
        return False
    action()
    return True


def _standard(canvas: Canvas, event: QKeyEvent) -> Callable[[], object] | None:
    if event.key() in {Qt.Key.Key_Delete, Qt.Key.Key_Backspace}:
        return canvas.delete_and_reconnect if event.modifiers() & _SHIFT else canvas.delete_selected
    actions: tuple[tuple[QKeySequence.StandardKey, Callable[[], object]], ...] = (
        (_Standard.Undo, canvas.undo),
        (_Standard.Redo, canvas.redo),
        (_Standard.Copy, canvas.copy),
        (_Standard.Cut, canvas.cut),
        (_Standard.Paste, canvas.paste),
        (_Standard.SelectAll, canvas.select_all),
        (_Standard.ZoomIn, lambda: canvas.set_zoom(canvas.zoom() * 1.2)),
        (_Standard.ZoomOut, lambda: canvas.set_zoom(canvas.zoom() / 1.2)),
    )
    return next((action for key, action in actions if event.matches(key)), None)


def _plain(canvas: Canvas, event: QKeyEvent) -> Callable[[], object] | None:
    key = Qt.Key(event.key())
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    if modifiers == _SHIFT and key in _FIT_ALL:
        return canvas.fit_all
    if modifiers == _SHIFT and key in _FIT_SELECTION:
        return canvas.fit_selection
    actions: Mapping[tuple[Qt.Key, Qt.KeyboardModifier], Callable[[], object]] = {
        (Qt.Key.Key_D, _CTRL): canvas.duplicate,
        (Qt.Key.Key_E, _NONE): canvas.toggle_enabled,
        (Qt.Key.Key_F2, _NONE): canvas.rename,
        (Qt.Key.Key_0, _CTRL): lambda: canvas.set_zoom(1.0),
        (Qt.Key.Key_Tab, _NONE): canvas.quick_add_by_keyboard,
        (Qt.Key.Key_Return, _NONE): canvas.open_selected,
        (Qt.Key.Key_Enter, _NONE): canvas.open_selected,
        (Qt.Key.Key_Escape, _NONE): canvas.let_go,
    }
    return actions.get((key, modifiers))


def _arrow(canvas: Canvas, event: QKeyEvent) -> Callable[[], object] | None:
    if event.key() not in _ARROWS:
        return None
    x, y = _ARROWS[event.key()]
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    if modifiers == _ALT or (modifiers == _NONE and not canvas.selected_keys()):
        return lambda: canvas.step((x, y))
    if modifiers == _NONE:
        return lambda: canvas.nudge((x * GRID, y * GRID))
    return None
