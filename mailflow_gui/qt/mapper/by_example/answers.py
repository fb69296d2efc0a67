"""What was found, a card for each target: the rule, how sure it is, what it gives, and how it does on the further messages."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from mailflow_gui.language import _
from mailflow_gui.qt.controls import Card, Chip, ElidedLabel, IconLabel, Label
from mailflow_gui.qt.forms.body import surface
from mailflow_gui.qt.mapper.by_example import pieces, sureness
from mailflow_gui.qt.mapper.by_example.rule_line import RuleLine
from mailflow_gui.qt.mapper.by_example.searching import Answer, Way
from mailflow_gui.qt.mapper.by_example.wish_row import title_of
from mailflow_gui.qt.theme import theme


class Answers(QWidget):
    """The cards, one of them the chosen one; up and down lead to the next."""

    chosen = Signal(int)
    changed = Signal()
    """Others are to be used."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        surface(self)
        self.cards: list[AnswerCard] = []
        self.index = -1
        inside = QWidget()
        surface(inside)
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(16, 12, 12, 12)
        self._column.setSpacing(8)
        self.rest = Label("", "small", "text-2", wrap=True)
        self._column.addWidget(self.rest)
        self._column.addStretch(1)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.setWidget(inside)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.area)

    def show_answers(self, answers: Sequence[Answer], rest: str) -> None:
        """Show these; ``rest``: what becomes of the other targets."""
        for card in self.cards:
            card.deleteLater()
        self.cards = []
        for place, answer in enumerate(answers):
            card = AnswerCard(answer)
            card.picked.connect(lambda place=place: self.choose(place))
            card.moved.connect(self._step)
            card.used_changed.connect(self.changed)
            self._column.insertWidget(place, card)
            self.cards.append(card)
        self.rest.setText(rest)
        self.rest.setVisible(bool(rest))
        self.index = -1

    def choose(self, index: int) -> None:
        """Make a card the chosen one."""
        if index == self.index or not 0 <= index < len(self.cards):
            return
        self.index = index
        for place, card in enumerate(self.cards):
            card.set_selected(place == index)
        self.area.ensureWidgetVisible(self.cards[index], 0, 8)
        self.chosen.emit(index)

    def used(self) -> list[AnswerCard]:
        """Those whose rules are to be used."""
        return [card for card in self.cards if card.way is not None and card.use.isChecked()]

    def focus(self) -> None:
        """Give the keys to the chosen card."""
        if self.cards:
            self.cards[max(0, self.index)].use.setFocus(Qt.FocusReason.OtherFocusReason)

    def _step(self, by: int) -> None:
        place = self.index + by
        if 0 <= place < len(self.cards):
            self.cards[place].use.setFocus(Qt.FocusReason.TabFocusReason)


class AnswerCard(Card):
    """One answer."""

    picked = Signal()
    moved = Signal(int)
    """To the next card (1), or the one before (-1)."""
    used_changed = Signal()

    def __init__(self, answer: Answer) -> None:
        super().__init__(edge="border-control")
        self.answer = answer
        self.chosen = 0
        """Which of its ways is to be used."""
        self.use = QCheckBox(title_of(answer.target).replace("&", "&&"))
        self.use.setFont(theme.font("body", 600))
        self.use.setChecked(bool(answer.ways))
        self.use.setToolTip(_("Use this rule"))
        self.use.installEventFilter(self)
        self.use.toggled.connect(self._toggled)
        self.badge = Chip("")
        self.line = RuleLine(4)
        self.arrow = IconLabel("arrow-right", "text-3", 12)
        self.gives = ElidedLabel("", "small", "text")
        self.tally = Label("", "caption", "text-3")
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.use, 1)
        head.addWidget(self.badge)
        foot = QHBoxLayout()
        foot.setSpacing(6)
        foot.addWidget(self.arrow)
        foot.addWidget(self.gives, 1)
        foot.addWidget(self.tally)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 8)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(self.line)
        column.addLayout(foot)
        self.choose(0)

    @property
    def way(self) -> Way | None:
        """The way that is chosen; None where nothing was found."""
        return self.answer.ways[self.chosen] if self.answer.ways else None

    def choose(self, way: int) -> None:
        """Take another of its ways."""
        self.chosen = way
        badge = sureness.badge_of(self.answer, way)
        self.badge.set_text(badge.text)
        self.badge.set_kind(badge.kind, badge.icon)
        wanted = self.answer.wanted
        gives = ", ".join(wanted) if isinstance(wanted, tuple) else wanted
        self.gives.setText(gives or _("no file"))
        words = ""
        if self.way is not None:
            words = pieces.words_of(self.way.rule)
            self.line.show_pieces(pieces.pieces_of(self.way.rule), words)
            self.tally.setText(sureness.tally(self.way))
        else:
            self.use.setEnabled(False)
            self.use.setChecked(False)
            self.line.hide()
        self.use.setAccessibleName(f"{title_of(self.answer.target)}: {badge.text}. {words}. {self.tally.text()}")

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            if self.use.isEnabled():
                self.use.setFocus(Qt.FocusReason.MouseFocusReason)
            self.picked.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusIn:
            self.picked.emit()
        elif event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            by = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
            if by:
                self.moved.emit(by)
                return True
        return super().eventFilter(watched, event)

    def _toggled(self, _checked: object) -> None:
        self.used_changed.emit()
