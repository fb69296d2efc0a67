"""The editor of a template: fields, filters and tags are offered while it is typed, and a fault is underlined where it stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from mailflow_gui.language import _
from mailflow_gui.mapping.templates.completion import Completion, complete, filter_at
from mailflow_gui.qt.forms.completing import CompletedText
from mailflow_gui.qt.forms.editor import Editor
from mailflow_gui.qt.forms.rules.offered import offered
from mailflow_gui.qt.forms.simple import filled, shown
from mailflow_gui.qt.forms.surroundings import Surroundings
from mailflow_gui.qt.forms.text_places import underlined
from mailflow_gui.qt.forms.values import faulty

_LONGEST = 20_000
"""Characters of a template in which a fault is looked for at each key."""


class TemplateEditor(Editor):
    """A text in Liquid.

    :param target: what the template is for: in HTML values are escaped.
    """

    def __init__(self, around: Surroundings, target: Callable[[], str]) -> None:
        super().__init__()
        self._around, self._target = around, target
        hint = _("Text, with fields such as {{ subject }}")
        self.box = CompletedText(3, 12, hint, self._offered, _parameters)
        self.box.textChanged.connect(self._typed)
        self.completer = self.box.completer
        filled(QVBoxLayout(self), self.box)

    def control(self) -> QWidget:
        return self.box

    def show_raw(self, raw: Any) -> None:
        text = shown(raw)
        if self.box.toPlainText() == text:
            return
        self.box.blockSignals(True)
        self.box.setPlainText(text)
        self.box.fit()
        self.box.blockSignals(False)

    def _typed(self) -> None:
        text = self.box.toPlainText()
        if text != shown(self._raw) or not isinstance(self._raw, str):
            self.take(text)

    def _offered(self, text: str, at: int) -> Completion | None:
        return complete(text, at, offered(self._around))

    def show_problems(self, problems: Mapping[str, str]) -> None:
        super().show_problems(problems)
        span = self._fault() if faulty(problems) else None
        self.box.setExtraSelections([] if span is None else [underlined(self.box, span)])

    def _fault(self) -> tuple[int, int] | None:
        from mailflow_gui.mapping.templates.compiled import fault_of  # its engine takes a moment to load

        text = self.box.toPlainText()
        return fault_of(text, self._target() == "html") if len(text) <= _LONGEST else None


def _parameters(text: str, at: int) -> str:
    """The filter whose parameters are being typed, in a line."""
    found = filter_at(text, at)
    return f"{found.call}\n{_(found.text)}" if found is not None and found.parameters else ""
