"""The dialog over the page: first what is wanted, then what was found; nothing changes before a person uses it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QHBoxLayout, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from mailflow_gui.language import _, ngettext
from mailflow_gui.mapping.extraction import Extraction
from mailflow_gui.mapping.rules import Rule
from mailflow_gui.qt.controls import Label
from mailflow_gui.qt.forms.body import line, surface
from mailflow_gui.qt.mapper.by_example.answers import Answers
from mailflow_gui.qt.mapper.by_example.closer import Closer
from mailflow_gui.qt.mapper.by_example.example import Example, Place, Wanted
from mailflow_gui.qt.mapper.by_example.foot import Foot
from mailflow_gui.qt.mapper.by_example.nothing import Nothing
from mailflow_gui.qt.mapper.by_example.received import Further, Received
from mailflow_gui.qt.mapper.by_example.searching import Answer, Progress
from mailflow_gui.qt.mapper.by_example.wish_row import title_of
from mailflow_gui.qt.mapper.by_example.wishes import Wishes

WIDTH, HEIGHT, EDGE = 1120, 760, 32


class ExampleDialog(QDialog):
    """Shows and asks; the search itself is somebody else's."""

    search_wanted = Signal()
    stop_wanted = Signal()
    used = Signal(object, object)
    """Rules by target with what they need, and the targets that nothing fills any more."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Map by example"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.place: Place | None = None
        self.example: Example | None = None
        self.searching = False
        self.nothing, self.received, self.further = Nothing(), Received(), Further()
        self.wishes, self.answers, self.closer, self.foot = Wishes(), Answers(), Closer(), Foot()
        self._lay_out()
        self.wishes.changed.connect(self._show_state)
        self.answers.chosen.connect(self._show_closer)
        self.answers.changed.connect(self._show_state)
        self.closer.way_chosen.connect(self._take_way, Qt.ConnectionType.QueuedConnection)
        self.foot.main.clicked.connect(self.go_on)
        self.foot.back.clicked.connect(self.go_back)
        self.foot.cancel.clicked.connect(self.reject)
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            QShortcut(QKeySequence(keys), self).activated.connect(self.foot.main.click)
        QShortcut(QKeySequence("Alt+Left"), self).activated.connect(self.foot.back.click)
        self._turn(self.nothing)

    def _lay_out(self) -> None:
        asking, left = QWidget(), QSplitter(Qt.Orientation.Vertical)
        left.setChildrenCollapsible(False)
        left.setHandleWidth(1)
        for part, share in ((self.received, 3), (self.further, 2)):
            left.addWidget(part)
            left.setStretchFactor(left.count() - 1, share)
        self._asking, self._found = asking, QWidget()
        for page, first, second, shares in (
            (asking, left, self.wishes, (9, 11)),
            (self._found, self.answers, self.closer, (1, 1)),
        ):
            row = QHBoxLayout(page)
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(0)
            row.addWidget(first, shares[0])
            row.addWidget(_upright())
            row.addWidget(second, shares[1])
        self.pages = QStackedWidget()
        for one in (self.nothing, asking, self._found):
            self.pages.addWidget(one)
        head = QWidget()
        surface(head)
        words = QVBoxLayout(head)
        words.setContentsMargins(16, 12, 16, 12)
        words.setSpacing(2)
        self.title = Label(_("Map by example"), "heading")
        self.about = Label("", "small", "text-2", wrap=True)
        words.addWidget(self.title)
        words.addWidget(self.about)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget in (head, line()):
            column.addWidget(widget)
        column.addWidget(self.pages, 1)
        column.addWidget(line())
        column.addWidget(self.foot)
        parent: QWidget | None = self.parentWidget()
        room = (parent if parent is not None else self).window().size()
        self.resize(min(WIDTH, max(860, room.width() - EDGE)), min(HEIGHT, max(520, room.height() - EDGE)))

    # ---- what it shows

    def show_nothing(self, words: str, *, can_choose: bool = True) -> None:
        """There is no sample to begin with, or it can't be used; why, as a sentence."""
        self.nothing.say(words, can_choose=can_choose)
        self._turn(self.nothing)

    def show_example(
        self, place: Place, example: Example, target: str = "", typed: Mapping[str, Wanted] | None = None
    ) -> None:
        """Ask what is wanted of a sample.

        :param target: the field that gets the keys.
        :param typed: what was typed for this sample before.
        """
        self.place, self.example = place, example
        self.received.show_example(example)
        self.wishes.show_example(place, example)
        for name, value in (typed or {}).items():
            self.wishes.add(name).put(value)
        self._turn(self._asking)
        self.wishes.focus(target)

    def show_progress(self, word: Progress) -> None:
        """Say which wish is looked into."""
        words = _("Looking for {field}: {place} of {count}…")
        self.foot.run(
            words.format(field=title_of(word.target), place=word.place, count=word.count), word.place - 1, word.count
        )

    def show_searching(self, *, searching: bool) -> None:
        """The search has begun, or was stopped."""
        self.searching = searching
        self._asking.setEnabled(not searching)
        if searching:
            self.foot.run(_("Reading the messages…"), 0, 0)
        else:
            self._show_state()
            self.wishes.focus()

    def show_answers(self, answers: tuple[Answer, ...]) -> None:
        """Show what was found."""
        self.searching = False
        self._asking.setEnabled(True)
        self.answers.show_answers(answers, self._rest())
        self.closer.clear()
        self._turn(self._found)
        doubtful = next((place for place, one in enumerate(answers) if one.confidence != "certain"), 0)
        self.answers.choose(doubtful)
        if answers:
            self.answers.focus()
        else:
            self.foot.main.setFocus(Qt.FocusReason.OtherFocusReason)

    def _rest(self) -> str:
        lines = []
        if gone := self.wishes.gone():
            words = _("No longer mapped: {fields}.")
            lines.append(words.format(fields=", ".join(map(title_of, gone))))
        if kept := self.wishes.kept():
            lines.append(_("Kept as it is: {fields}.").format(fields=", ".join(map(title_of, kept))))
        return "\n".join(lines)

    def _show_closer(self, index: int) -> None:
        card = self.answers.cards[index]
        self.closer.show_answer(card.answer, card.chosen)

    def _take_way(self, way: int) -> None:
        if not 0 <= self.answers.index < len(self.answers.cards):
            return
        card = self.answers.cards[self.answers.index]
        card.choose(way)
        card.use.setChecked(True)
        self._show_closer(self.answers.index)
        self.closer.focus_way(way)
        self._show_state()

    def _turn(self, page: QWidget) -> None:
        self.pages.setCurrentWidget(page)
        self.about.setText(self._words()[page]())
        self._show_state()

    def _words(self) -> Mapping[QWidget, Callable[[], str]]:
        return {
            self.nothing: lambda: _("Type the mail that you want, and rules that make it are proposed."),
            self._asking: lambda: _(
                "Write into the fields what the sample should become. Rules that do this are looked for, and checked with "
                "further messages."
            ),
            self._found: lambda: _("Look at what was found. Nothing changes before you use it."),
        }

    def _show_state(self) -> None:
        page = self.pages.currentWidget()
        if page is self._asking:
            count = len(self.wishes.wanted()) + len(self.wishes.gone())
            words = ngettext("{count} field differs from now.", "{count} fields differ from now.", count)
            self.foot.ask(words.format(count=count) if count else _("Change a field to begin."), can_go=count > 0)
        elif page is self._found:
            used, gone = len(self.answers.used()), len(self.wishes.gone())
            guesses = sum(card.answer.confidence == "guess" and not card.chosen for card in self.answers.used())
            words = ngettext("{count} of them is a guess.", "{count} of them are guesses.", guesses)
            self.foot.offer(words.format(count=guesses) if guesses else "", used, can_go=used + gone > 0)
        else:
            self.foot.wait()

    # ---- what a person does

    def go_on(self) -> None:
        """The main button: propose, or use what was proposed."""
        if self.searching:
            return
        if self.pages.currentWidget() is self._asking:
            if self.wishes.judge():
                self.search_wanted.emit()
        elif self.pages.currentWidget() is self._found:
            made: dict[str, tuple[Rule, tuple[Extraction, ...]]] = {}
            for card in self.answers.used():
                if card.way is not None:
                    made[card.answer.target] = (card.way.rule, card.way.extractions)
            self.used.emit(made, self.wishes.gone())
            self.accept()

    def go_back(self) -> None:
        """Back to what is wanted."""
        if self.pages.currentWidget() is self._found:
            target = self.answers.cards[self.answers.index].answer.target if self.answers.index >= 0 else ""
            self._turn(self._asking)
            self.wishes.focus(target)

    def wanted(self) -> dict[str, Wanted]:
        """What is wished for."""
        return self.wishes.wanted()

    def reject(self) -> None:
        """Stop a search that is under way; else leave all as it was."""
        if self.searching:
            self.stop_wanted.emit()
            return
        super().reject()


def _upright() -> QWidget:
    found = line()
    found.setFrameShape(type(found).Shape.VLine)
    found.setMinimumHeight(0)
    found.setMaximumHeight(16_777_215)
    found.setFixedWidth(1)
    return found
