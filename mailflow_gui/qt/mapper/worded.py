"""Buttons of a bar that lose their words, one after the other, where there is no room for all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtWidgets import QWidget

from mailflow_gui.qt.controls import Button, restyle, set_tool_tip

_BARE, _BARE_MENU = 32, 56


@dataclass(frozen=True)
class Worded:
    """A button with the words that it begins with."""

    button: Button
    icon: str
    tip: str = ""
    """What the tool tip says while the words are shown."""


class WordedButtons(QWidget):
    """Not shown itself; :meth:`fit` is called whenever the bar has another width, or other things in it."""

    def __init__(self, buttons: Sequence[Worded], parent: QWidget | None = None) -> None:
        """:param buttons: the first one loses its words first."""
        super().__init__(parent)
        self.hide()
        self._buttons = tuple(buttons)
        self._words = [one.button.text() for one in self._buttons]
        self._wide: list[int] = []

    def fit(self, room: int, gap: int) -> None:
        """Let as many have their words as fit into ``room`` pixels, with ``gap`` pixels between two."""
        if not self._wide:
            for one in self._buttons:
                one.button.ensurePolished()
            self._wide = [one.button.sizeHint().width() for one in self._buttons]
        bare = [_BARE_MENU if one.button.menu() is not None else _BARE for one in self._buttons]
        bare_first = 0
        while bare_first < len(bare):
            needed = sum(bare[:bare_first]) + sum(self._wide[bare_first:]) + gap * (len(bare) - 1)
            if needed <= room:
                break
            bare_first += 1
        for place, (one, words) in enumerate(zip(self._buttons, self._words, strict=True)):
            _dress(one, words, has_words=place >= bare_first)


def _dress(one: Worded, words: str, *, has_words: bool) -> None:
    button, shown = one.button, words if has_words else ""
    set_tool_tip(button, one.tip if has_words else words)
    if button.text() == shown:
        return
    button.setText(shown)
    button.setAccessibleName(words)
    is_menu = button.menu() is not None
    button.setMinimumWidth(_BARE_MENU if is_menu and not has_words else 0)
    restyle(button, "square", not has_words and not is_menu)
    button.set_icon(one.icon)
