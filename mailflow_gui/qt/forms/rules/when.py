"""When a rule counts, in either of two ways: comparisons to choose from, or an expression in CEL for experts. Neither loses the other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QVBoxLayout, QWidget

from mailflow_gui.language import _
from mailflow_gui.mapping.cel_completion import complete
from mailflow_gui.mapping.cel_reading import from_cel
from mailflow_gui.mapping.cel_writing import UnsaidError, to_cel
from mailflow_gui.qt.controls import Segments
from mailflow_gui.qt.forms.completing import CompletedText
from mailflow_gui.qt.forms.editor import mark
from mailflow_gui.qt.forms.labels import Complaint, Label
from mailflow_gui.qt.forms.rules import catalogue
from mailflow_gui.qt.forms.rules.condition import ConditionEditor
from mailflow_gui.qt.forms.rules.offered import offered
from mailflow_gui.qt.forms.surroundings import Surroundings
from mailflow_gui.qt.forms.text_places import underlined
from mailflow_gui.qt.forms.values import MISSING, below, faulty
from mailflow_gui.qt.theme import theme

_BUILDER, _EXPRESSION = 0, 1


class WhenEditor(ConditionEditor):
    """A condition with a switch between its two forms."""

    def __init__(self, around: Surroundings) -> None:
        super().__init__()
        self._is_expression = False
        self._failure, self._is_told = "", False
        self.switch = Segments([_("Builder"), _("Expression (CEL)")], name=_("How the condition is written"))
        self.switch.chosen.connect(self._switched)
        self.box = CompletedText(
            2,
            10,
            'subject.contains("order") && size(attachments) > 0',
            lambda text, at: complete(text, at, offered(around)),
        )
        self.completer = self.box.completer
        self.box.setFont(theme.font("mono"))
        self.box.setAccessibleName(_("Expression (CEL)"))
        self.box.textChanged.connect(self._typed)
        self.box.left.connect(self._left)
        self.note = Label("", "caption", "warn", weight=400, wrap=True)
        """Why there is no expression for what was chosen."""
        self.why = Label("", "caption", "hint", weight=400, wrap=True)
        """Why the builder can't show what was written."""
        self.failed = Complaint()
        layout = self.layout()
        assert isinstance(layout, QVBoxLayout)
        layout.insertWidget(0, self.switch)
        layout.insertWidget(1, self.note)
        for widget in (self.box, self.why, self.failed):
            layout.addWidget(widget)
        self._show_form()

    @property
    def is_expression(self) -> bool:
        """Whether the condition is shown as an expression."""
        return self._is_expression

    def control(self) -> QWidget:
        # Asked for while the builder is being made, too.
        return self.box if getattr(self, "_is_expression", False) else super().control()

    def show_raw(self, raw: Any) -> None:
        text = _expression_of(raw)
        if text is not None:
            self._is_expression = True
            self._show_text(text)
        elif raw is not MISSING and raw is not None:
            self._is_expression = False
        elif not self.box.hasFocus():
            self._is_expression = False
            self._show_text("")
        super().show_raw(MISSING if text is not None else raw)
        self._show_form()

    def _show_text(self, text: str) -> None:
        if self.box.toPlainText() != text:
            self.box.blockSignals(True)
            self.box.setPlainText(text)
            self.box.fit()
            self.box.blockSignals(False)
            self.box.setExtraSelections([])

    def _show_form(self, note: str = "") -> None:
        """Show the chosen form alone, and whether the other one could show the same."""
        expression = self._is_expression
        for widget in self.builder_parts():
            if expression:
                widget.hide()
        self.box.setVisible(expression)
        self.switch.choose(_EXPRESSION if expression else _BUILDER)
        text = self.box.toPlainText().strip() if expression else ""
        can_go_back = not text or from_cel(text) is not None
        builder = self.switch.button(_BUILDER)
        builder.setEnabled(can_go_back)
        why = "" if can_go_back else _("This expression says more than the builder can show.")
        builder.setToolTip(why)
        for label, words in ((self.note, note), (self.why, "" if self._is_told else why)):
            label.setText(words)
            label.setVisible(bool(words))

    # ---- from one form to the other

    def _switched(self, form: int) -> None:
        if form == _BUILDER:
            self._to_builder()
        else:
            self._to_expression()

    def _to_expression(self) -> None:
        raw, text = self._raw, ""
        if isinstance(raw, Mapping):
            try:
                text = to_cel(raw)
            except UnsaidError as error:
                words = catalogue.condition_line({"all": [error.row]}) if "field" in error.row else ""
                self._show_form(
                    _(
                        "An expression can't say exactly this: {condition}. Change it, or go on with the builder."
                    ).format(condition=words or _("this many conditions"))
                )
                return
        self._is_expression = True
        self._show_text(text)
        if text:
            self.take({"cel": text})
        super().show_raw(MISSING)
        self._show_form()
        QTimer.singleShot(0, self.box, self.box.setFocus)  # an arrow key gives the keys to the segment first

    def _to_builder(self) -> None:
        text = self.box.toPlainText().strip()
        found = from_cel(text) if text else None
        if text and found is None:
            return
        self._is_expression = False
        self._show_text("")
        self.take(MISSING if found is None else found)
        self.show_raw(self._raw)
        self._form.setFocus()

    def _typed(self) -> None:
        text = self.box.toPlainText()
        self.take({"cel": text} if text.strip() else MISSING)
        self._show_form()

    def _left(self) -> None:
        """Who leaves an empty expression finds the builder again, which says that the rule counts always."""
        if self._is_expression and not self.box.toPlainText().strip():
            self._is_expression = False
            super().show_raw(self._raw)
            self._show_form()

    # ---- what is wrong

    def show_problems(self, problems: Mapping[str, str]) -> None:
        if not self._is_expression:
            super().show_problems(problems)
        wrong = faulty(problems) if self._is_expression else False
        mark(self.box, wrong)
        self._is_told = bool(problems)
        self.say_failure(self._failure)
        if self._is_expression:
            self._show_form()
        text = self.box.toPlainText()
        span = _fault(text) if wrong and below(problems, "cel") else None
        self.box.setExtraSelections([] if span is None else [underlined(self.box, span)])

    def say_failure(self, text: str) -> None:
        """Say why the condition failed on a sample, unless it is wrong in itself."""
        self._failure = text
        self.failed.say("" if self._is_told else text)

    def shown_inside(self, path: str) -> bool:
        return not self._is_expression and super().shown_inside(path)

    def focus_path(self, path: str) -> bool:
        if self._is_expression:
            self.box.setFocus()
            return True
        return super().focus_path(path)


def _expression_of(raw: Any) -> str | None:
    text = raw.get("cel") if isinstance(raw, Mapping) and len(raw) == 1 else None
    return text if isinstance(text, str) else None


def _fault(text: str) -> tuple[int, int] | None:
    from mailflow_gui.mapping.cel import fault_of  # its parser takes a moment to load

    return fault_of(text)
