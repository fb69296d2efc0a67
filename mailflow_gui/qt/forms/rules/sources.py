"""Where a rule's value comes from: chips for fields and flow properties, boxes for texts that are typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMenu, QVBoxLayout, QWidget

from mailflow_gui.language import _
from mailflow_gui.qt.controls import set_tool_tip
from mailflow_gui.qt.forms.boxes import Line, Paragraph
from mailflow_gui.qt.forms.editor import Editor, mark
from mailflow_gui.qt.forms.rules import catalogue
from mailflow_gui.qt.forms.rules.flow_layout import FlowLayout
from mailflow_gui.qt.forms.rules.parts import adder, emptied, field_menu, tool
from mailflow_gui.qt.forms.simple import shown
from mailflow_gui.qt.forms.surroundings import Surroundings
from mailflow_gui.qt.forms.values import MISSING, below, faulty
from mailflow_gui.qt.theme import theme


class SourcesEditor(Editor):
    """A list of sources, in their order."""

    def __init__(self, around: Surroundings) -> None:
        super().__init__()
        self._around = around
        self.chips: list[Chip] = []
        self._place = QWidget()
        self._flow = FlowLayout(self._place)
        self._menu = QMenu()
        self._menu.aboutToShow.connect(self._fill_menu)
        self.add_button = adder(_("Add a source"), self._menu)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self._place)
        layout.addWidget(self.add_button)
        theme.changed.connect(self._repaint)

    def control(self) -> QWidget:
        return self.chips[0].box() if self.chips else self.add_button

    def entries(self) -> list[Any]:
        """The sources as they are."""
        return list(self._raw) if isinstance(self._raw, list | tuple) else []

    def show_raw(self, raw: Any) -> None:
        emptied(self._flow)
        self.chips = [Chip(self, place, source) for place, source in enumerate(self.entries())]
        for chip in self.chips:
            self._flow.addWidget(chip)
        self._place.setVisible(bool(self.chips))
        self._flow.invalidate()
        self.updateGeometry()

    def _repaint(self) -> None:
        self.show_raw(self._raw)

    def add(self, source: Mapping[str, Any]) -> None:
        """One more source, at the end."""
        self._changed([*self.entries(), dict(source)])
        self.chips[-1].box().setFocus()

    def remove(self, place: int) -> None:
        """One less."""
        self._changed([one for number, one in enumerate(self.entries()) if number != place])

    def shift(self, place: int, by: int) -> None:
        """Put a source one further to the front or the back."""
        sources = self.entries()
        if 0 <= place + by < len(sources):
            sources[place], sources[place + by] = sources[place + by], sources[place]
            self._changed(sources)

    def typed(self, place: int, source: Mapping[str, Any]) -> None:
        """A text was typed; its box stays as it is."""
        sources = self.entries()
        sources[place] = dict(source)
        self.take(sources)

    def _changed(self, sources: list[Any]) -> None:
        self.take(sources or MISSING)
        self.show_raw(self._raw)

    def show_problems(self, problems: Mapping[str, str]) -> None:
        for place, chip in enumerate(self.chips):
            chip.show_problem(faulty(below(problems, str(place))))

    def focus_path(self, path: str) -> bool:
        place = path.partition(".")[0]
        chip = self.chips[int(place)] if place.isdigit() and int(place) < len(self.chips) else None
        (chip.box() if chip is not None else self.control()).setFocus()
        return True

    def _fill_menu(self) -> None:
        menu = self._menu
        menu.clear()
        menu.addAction(theme.icon("text-cursor-input", "text-3", 14), _("Text to type")).triggered.connect(
            lambda _checked=False: self.add({"constant": ""})
        )
        properties = menu.addMenu(theme.icon("variable", "text-3", 14), _("Flow property"))
        for name in self._around.flow.properties:
            properties.addAction(name).triggered.connect(lambda _checked=False, name=name: self.add({"property": name}))
        properties.menuAction().setVisible(bool(self._around.flow.properties))
        menu.addAction(theme.icon("tag", "text-3", 14), _("Field by name")).triggered.connect(
            lambda _checked=False: self.add({"field": ""})
        )
        menu.addSeparator()
        field_menu(menu, lambda name: self.add({"field": name}))


class Chip(QFrame):
    """One source."""

    def __init__(self, owner: SourcesEditor, place: int, source: Any) -> None:
        super().__init__()
        self._owner, self._at = owner, place
        self._source = source if isinstance(source, Mapping) else {}
        self._box: Line | Paragraph | None = None
        self.setObjectName("chip")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(6, 1, 1, 1)
        layout.setSpacing(4)
        name = self._source.get("field")
        if "constant" in self._source or (isinstance(name, str) and catalogue.field_title(name) == name):
            self._lay_out_box(layout)
        else:
            is_field = isinstance(name, str)
            icon = catalogue.field_icon(str(name)) if is_field else "variable"
            picture = QLabel()
            picture.setPixmap(theme.pixmap(icon, "text-3", 12, self.devicePixelRatioF()))
            text = QLabel(catalogue.source_title(self._source))
            text.setTextFormat(Qt.TextFormat.PlainText)
            text.setFont(theme.font("small", 500))
            layout.addWidget(picture)
            layout.addWidget(text)
            self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            self.setProperty("focusRing", 4)
            set_tool_tip(self, str(name) if is_field else _("Flow property"))
            self.setStyleSheet(_chip_style(False))
            self.setFixedHeight(24)
        layout.addWidget(tool("x", _("Remove"), lambda: owner.remove(place), 12))

    def _lay_out_box(self, layout: QHBoxLayout) -> None:
        """A box to type in: a constant, or a field by its name."""
        layout.setContentsMargins(0, 0, 0, 0)
        self.setProperty("wide", True)
        if "constant" in self._source:
            self._box = Paragraph(1, 12, _("Text"))
            constant = self._source["constant"]
            is_list = isinstance(constant, list | tuple)
            self._box.setPlainText("\n".join(map(shown, constant)) if is_list else shown(constant))
            self._box.setAccessibleName(_("Text"))
            self._box.textChanged.connect(self._typed)
            layout.addWidget(self._box)
            layout.setAlignment(self._box, Qt.AlignmentFlag.AlignTop)
        else:
            self._box = Line(_("headers.X-Name, or a field of an earlier step"))
            self._box.setText(str(self._source.get("field")))
            self._box.setAccessibleName(_("Name of the field"))
            self._box.textEdited.connect(self._typed)
            layout.addWidget(self._box)

    def box(self) -> QWidget:
        """What takes the keys."""
        return self._box if self._box is not None else self

    def show_problem(self, wrong: bool) -> None:
        """Redden the chip."""
        if self._box is not None:
            mark(self._box, wrong)
        else:
            self.setStyleSheet(_chip_style(wrong))

    def _typed(self) -> None:
        if isinstance(self._box, Line):
            self._owner.typed(self._at, {"field": self._box.text()})
        elif isinstance(self._box, Paragraph):
            text: Any = self._box.toPlainText()
            was = self._source.get("constant")
            if isinstance(was, list | tuple):
                text = text.split("\n")
            self._owner.typed(self._at, {**self._source, "constant": text})

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = QMenu(self)
        menu.addAction(_("Move to the front")).triggered.connect(lambda: self._owner.shift(self._at, -1))
        menu.addAction(_("Move to the back")).triggered.connect(lambda: self._owner.shift(self._at, 1))
        menu.addAction(_("Remove")).triggered.connect(lambda: self._owner.remove(self._at))
        menu.popup(event.globalPos())

    def keyPressEvent(self, event: Any) -> None:
        moves = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._owner.remove(self._at)
        elif event.key() in moves and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self._owner.shift(self._at, moves[event.key()])
        else:
            super().keyPressEvent(event)


def _chip_style(wrong: bool) -> str:
    edge = theme.color("danger-dot" if wrong else "border").name()
    return (
        f"QFrame#chip {{ background: {theme.color('sunken').name()}; border: 1px solid {edge}; border-radius: 4px; }}"
    )
