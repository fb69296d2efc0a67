"""What every editor of a value is: it takes a value as it stands in the file, and gives it back as long as nobody touches it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from mailflow_gui.language import _
from mailflow_gui.qt.forms.description import Field
from mailflow_gui.qt.forms.labels import Complaint, Label
from mailflow_gui.qt.forms.values import MISSING, faulty


class Editor(QWidget):
    """Edits one value. Subclasses have a widget that people type into (:meth:`control`), or editors of their own inside."""

    edited = Signal()
    """A person changed the value; :meth:`raw` is the new one."""

    says_title = False
    """Whether the editor shows its field's title itself, as a check box does."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._raw: Any = MISSING
        self._shown = False

    def raw(self) -> Any:
        """The value as it goes to the file; MISSING: the key is absent."""
        return self._raw

    def set_raw(self, raw: Any) -> None:
        """Show ``raw`` without saying that anything was edited. What is shown already stays untouched, cursor and all."""
        if raw is self._raw or (raw == self._raw and type(raw) is type(self._raw)):
            return
        self._raw = raw
        self._shown = True
        self.show_raw(raw)

    def show_raw(self, raw: Any) -> None:
        """Put ``raw`` into the widgets."""
        raise NotImplementedError

    def ensure_shown(self) -> None:
        """Show the value once even if it is absent, so that the default is seen."""
        if not self._shown:
            self._shown = True
            self.show_raw(self._raw)

    def take(self, raw: Any) -> None:
        """A person made ``raw`` of the value."""
        if raw is self._raw or (raw == self._raw and type(raw) is type(self._raw)):
            return
        self._raw = raw
        self.edited.emit()

    def refresh(self) -> None:
        """Something around the value (accounts, the flow) may be different now."""

    def control(self) -> QWidget:
        """The widget that takes the keys, and the red frame."""
        return self

    def show_problems(self, problems: Mapping[str, str]) -> None:
        """Mark what is wrong; the keys are paths below this value, ``""`` is the value itself."""
        mark(self.control(), faulty(problems))

    def shown_inside(self, path: str) -> bool:
        """Whether a problem at ``path`` is told inside this editor."""
        return False

    def focus_path(self, path: str) -> bool:
        """Give the keys to the widget of ``path``; False if there is none."""
        self.control().setFocus()
        return True


class Row(QWidget):
    """An editor with its label above, and beneath it what is wrong and the hint."""

    def __init__(self, field: Field, editor: Editor, *, title: bool = True) -> None:
        super().__init__()
        self.field, self.editor = field, editor
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        if title and not editor.says_title:
            label = Label(_(field.title), "small", "secondary", weight=500, wrap=True)
            label.setBuddy(editor.control())
            layout.addWidget(label)
            layout.addStretch()  # beside a neighbour whose title takes two lines, the boxes stay in line
        layout.addWidget(editor)
        indent = 24 if editor.says_title else 0
        self.error = Complaint()
        self.error.setContentsMargins(indent, 0, 0, 0)
        layout.addWidget(self.error)
        self._hint: Label | None = None
        if field.hint:
            self._hint = Label(_(field.hint), "caption", "hint", weight=400, wrap=True)
            self._hint.setContentsMargins(indent, 0, 0, 0)
            layout.addWidget(self._hint)
        editor.control().setAccessibleName(_(field.title))
        editor.control().setAccessibleDescription(_(field.hint))

    def without_texts(self, below: QVBoxLayout) -> list[str]:
        """Where two rows share a line: what is wrong goes to the layout beneath it, and the hint to the caller."""
        below.addWidget(self.error)
        if self._hint is None:
            return []
        self._hint.hide()
        return [self._hint.text()]

    def show_problems(self, problems: Mapping[str, str]) -> None:
        """Show what is wrong with this field; editors with editors inside show theirs there."""
        self.editor.show_problems(problems)
        own = {path: text for path, text in problems.items() if not path or not self.editor.shown_inside(path)}
        self.error.say("\n".join(dict.fromkeys(own.values())), warning=not faulty(own))


def mark(widget: QWidget, wrong: bool) -> None:
    """Give a widget the red frame, or take it away."""
    if bool(widget.property("invalid")) != wrong:
        widget.setProperty("invalid", wrong)
        widget.style().unpolish(widget)
        widget.style().polish(widget)
        widget.update()
