"""Editors of single values: texts, numbers, switches, choices, tables."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from mailflow_gui.language import _
from mailflow_gui.qt.forms.boxes import Line, Number, Paragraph
from mailflow_gui.qt.forms.description import Field
from mailflow_gui.qt.forms.editor import Editor, mark
from mailflow_gui.qt.forms.values import MISSING, merged
from mailflow_gui.qt.theme import theme


def shown(raw: Any) -> str:
    """A value as text, whatever stands in the file."""
    if raw is MISSING or raw is None:
        return ""
    return raw if isinstance(raw, str) else json.dumps(raw, ensure_ascii=False)


def filled(layout: QVBoxLayout | QHBoxLayout, *widgets: QWidget, spacing: int = 8) -> None:
    """Put widgets into a layout without margins."""
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(spacing)
    for widget in widgets:
        layout.addWidget(widget)


class TextEditor(Editor):
    """A text: one line, or a paragraph that grows."""

    def __init__(self, field: Field, *, grows: bool = False) -> None:
        super().__init__()
        self._field = field
        placeholder = _(field.placeholder)
        self._box: Line | Paragraph
        if grows or field.kind == "lines":
            self._box = Paragraph(3 if field.kind == "lines" else 1, 12, placeholder)
            self._box.textChanged.connect(self._typed)
        else:
            self._box = Line(placeholder)
            self._box.textEdited.connect(self._typed)
        filled(QVBoxLayout(self), self._box)

    def control(self) -> QWidget:
        return self._box

    def show_raw(self, raw: Any) -> None:
        self._box.blockSignals(True)
        if isinstance(self._box, Line):
            self._box.setText(shown(raw))
        else:
            self._box.setPlainText(shown(raw))
            self._box.fit()
        self._box.blockSignals(False)

    def _typed(self) -> None:
        text = self._box.text() if isinstance(self._box, Line) else self._box.toPlainText()
        if not text and self._field.optional:
            self.take(None)
        elif text != shown(self._raw) or not isinstance(self._raw, str):
            self.take(text)


class NumberEditor(Editor):
    """A number; an empty box means the default, or nothing at all."""

    def __init__(self, field: Field) -> None:
        super().__init__()
        self._field = field
        self._box = Number(
            whole=field.kind == "whole", minimum=field.minimum, maximum=field.maximum, unit=_(field.unit)
        )
        hint = _("No limit") if field.optional and field.unit else shown(field.default)
        self._box.lineEdit().setPlaceholderText(hint)
        self._box.changed.connect(self._typed)
        filled(QVBoxLayout(self), self._box)

    def control(self) -> QWidget:
        return self._box

    def show_raw(self, raw: Any) -> None:
        raw = self._field.default if raw is MISSING else raw
        self._box.show_text(shown(raw))

    def _typed(self) -> None:
        value = self._box.value()
        self.take((None if self._field.optional else MISSING) if value is None else value)


class SwitchEditor(Editor):
    """Yes or no."""

    says_title = True

    def __init__(self, field: Field) -> None:
        super().__init__()
        self._field = field
        self._box = QCheckBox(_(field.title))
        self._box.setFont(theme.font("small"))
        self._box.clicked.connect(lambda: self.take(self._box.isChecked()))
        filled(QVBoxLayout(self), self._box)

    def control(self) -> QWidget:
        return self._box

    def show_raw(self, raw: Any) -> None:
        self._box.setChecked((self._field.default if raw is MISSING else raw) is True)


class TextsEditor(Editor):
    """A list of texts, one on each line."""

    def __init__(self, field: Field) -> None:
        super().__init__()
        self._box = Paragraph(2, 12)
        self._box.textChanged.connect(self._typed)
        filled(QVBoxLayout(self), self._box)

    def control(self) -> QWidget:
        return self._box

    def show_raw(self, raw: Any) -> None:
        self._box.blockSignals(True)
        self._box.setPlainText("\n".join(map(shown, raw)) if isinstance(raw, list | tuple) else shown(raw))
        self._box.fit()
        self._box.blockSignals(False)

    def _typed(self) -> None:
        self.take([line for line in self._box.toPlainText().split("\n") if line.strip()])


class TableEditor(Editor):
    """Pairs of texts: what is looked up, and what is found."""

    def __init__(self, field: Field) -> None:
        super().__init__()
        self.pairs: list[tuple[Line, Line, QWidget]] = []
        self._rows = QVBoxLayout()
        filled(self._rows, spacing=4)
        self._add = QToolButton()
        self._add.setText(_("Add a line"))
        self._add.setFont(theme.font("small"))
        self._add.clicked.connect(self._added)
        layout = QVBoxLayout(self)
        filled(layout, spacing=4)
        layout.addLayout(self._rows)
        layout.addWidget(self._add)

    def control(self) -> QWidget:
        return self.pairs[0][0] if self.pairs else self._add

    def show_problems(self, problems: Mapping[str, str]) -> None:
        for key, _value, _row in self.pairs:
            mark(key, bool(problems))

    def show_raw(self, raw: Any) -> None:
        for _key, _value, row in self.pairs:
            row.deleteLater()
        self.pairs.clear()
        for key, value in raw.items() if isinstance(raw, dict) else ():
            self._row(str(key), shown(value))

    def _row(self, key: str, value: str) -> None:
        row = QWidget()
        first, second, remove = Line(_("Looked up")), Line(_("Found")), QToolButton()
        first.setText(key)
        second.setText(value)
        remove.setIcon(theme.icon("x"))
        remove.setAutoRaise(True)
        remove.setToolTip(_("Remove"))
        remove.setAccessibleName(_("Remove"))
        filled(QHBoxLayout(row), first, second, remove, spacing=4)
        self._rows.addWidget(row)
        pair = (first, second, row)
        self.pairs.append(pair)
        first.textEdited.connect(self._typed)
        second.textEdited.connect(self._typed)
        remove.clicked.connect(lambda: self._removed(pair))

    def _added(self) -> None:
        self._row("", "")
        self.pairs[-1][0].setFocus()

    def _removed(self, pair: tuple[Line, Line, QWidget]) -> None:
        self.pairs.remove(pair)
        pair[2].deleteLater()
        self._typed()

    def _typed(self) -> None:
        self.take({key.text(): value.text() for key, value, _row in self.pairs if key.text()})


class JsonEditor(Editor):
    """A value that forms have no other editor for: as it stands in the file."""

    def __init__(self, field: Field) -> None:
        super().__init__()
        self._box = Paragraph(2, 12)
        self._box.textChanged.connect(self._typed)
        filled(QVBoxLayout(self), self._box)

    def control(self) -> QWidget:
        return self._box

    def show_raw(self, raw: Any) -> None:
        self._box.blockSignals(True)
        self._box.setPlainText("" if raw is MISSING else json.dumps(raw, ensure_ascii=False, indent=2))
        self._box.fit()
        self._box.blockSignals(False)

    def _typed(self) -> None:
        text = self._box.toPlainText()
        try:
            value = json.loads(text) if text.strip() else MISSING
        except ValueError:
            mark(self._box, True)
            return
        mark(self._box, False)
        self.take(value)


class QuantityEditor(Editor):
    """A number with a unit that can be chosen, in one box."""

    def __init__(self, field: Field) -> None:
        super().__init__()
        self._field = field
        number, unit = field.fields
        self._number, self._unit = number, unit
        self._box = Number(
            whole=number.kind == "whole",
            minimum=number.minimum,
            maximum=number.maximum,
            units=[(value, _(title)) for value, title in unit.choices],
        )
        self._box.changed.connect(self._typed)
        self._box.unit_chosen.connect(lambda value: self._set(unit, value))
        filled(QVBoxLayout(self), self._box)

    def control(self) -> QWidget:
        return self._box

    def show_raw(self, raw: Any) -> None:
        whole = self._whole()
        self._box.show_text(
            shown(whole.get(self._number.key)) if isinstance(raw, dict) or raw is MISSING else shown(raw)
        )
        self._box.choose_unit(whole.get(self._unit.key))

    def _whole(self) -> dict[str, Any]:
        """Both parts, the default's where the file has none."""
        default = {part.key: part.default for part in self._field.fields}
        return {**default, **(self._raw if isinstance(self._raw, Mapping) else {})}

    def _typed(self) -> None:
        value = self._box.value()
        self._set(self._number, self._number.default if value is None else value)

    def _set(self, part: Field, value: Any) -> None:
        self.take(merged(self._whole(), part.key, value, kept=(part.key,)))


class AddressesEditor(TextEditor):
    """Mail addresses, separated by commas: a box that grows, since there may be many. A pasted list of lines becomes one of commas."""

    def __init__(self, field: Field) -> None:
        super().__init__(field, grows=True)

    def _typed(self) -> None:
        assert isinstance(self._box, Paragraph)
        text = self._box.toPlainText()
        if "\n" in text:
            lines = [line.strip().rstrip(",;") for line in text.split("\n")]
            cursor_at_end = self._box.textCursor().atEnd()
            joined = ", ".join(line for line in lines if line)
            self._box.blockSignals(True)
            self._box.setPlainText(joined)
            self._box.blockSignals(False)
            if cursor_at_end:
                self._box.moveCursor(self._box.textCursor().MoveOperation.End)
            self._box.fit()
        super()._typed()
