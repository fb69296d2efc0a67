"""From the page to the dialog and back: the example is made in the editor's lane, the search has a thread of its own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QDialog

from mailflow_gui.errors import MailFlowError
from mailflow_gui.flow.shapes import plain
from mailflow_gui.language import _, ngettext
from mailflow_gui.qt.connections.task import Task
from mailflow_gui.qt.mapper import edits, samples
from mailflow_gui.qt.mapper.by_example import example
from mailflow_gui.qt.mapper.by_example.dialog import ExampleDialog
from mailflow_gui.qt.mapper.by_example.example import Example, Place, Wanted
from mailflow_gui.qt.mapper.by_example.searching import Answer, Progress, search
from mailflow_gui.qt.mapper.samples import Sample

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mailflow_gui.mapping.extraction import Extraction
    from mailflow_gui.mapping.rules import Rule
    from mailflow_gui.qt.mapper.page import MapperPage

EXAMPLE_KEYS = "Ctrl+E"

Answers = tuple[Answer, ...] | None


class ByExample:
    """Works on the page."""

    def __init__(self, page: MapperPage) -> None:
        self._page = page
        self.dialog: ExampleDialog | None = None
        self._target = ""
        self._task: Task[Answers] | None = None
        self._typed: tuple[tuple[str, str], dict[str, Wanted]] | None = None
        """What was typed for a node and a sample, and not used: who comes back finds it again."""
        self._asked = 0
        """Which question is under way: answers to earlier ones come too late."""

    def open(self, target: str = "") -> None:
        """Ask for the mail that is wanted.

        :param target: the field to begin with.
        """
        self._target = "" if target == "headers" else target
        self.dialog = dialog = ExampleDialog(self._page.window())
        dialog.search_wanted.connect(self._search)
        dialog.stop_wanted.connect(self.stop)
        dialog.used.connect(lambda made, gone: self._use(made, gone))  # noqa: PLW0108 - the signals are untyped
        dialog.finished.connect(self._close)
        dialog.nothing.open.clicked.connect(self._page.sampling.open_file)
        dialog.nothing.type.clicked.connect(self._page.sampling.type_mail)
        dialog.further.files_wanted.connect(lambda paths: self._add_files(paths))  # noqa: PLW0108 - the signal is untyped
        self.take_sample()
        dialog.open()

    def take_sample(self) -> None:
        """The page's sample is another one now, or there is one at last."""
        dialog, page = self.dialog, self._page
        if dialog is None or dialog.example is not None:
            return
        sample = page.sample
        if sample is None:
            dialog.show_nothing(_("There is no sample yet. Open a mail file or type a mail, such as this mapper gets."))
            return
        place = Place(page.flow, page.node, page.types, tuple(page.rules))
        dialog.show_nothing(_("Reading the sample…"), can_choose=False)
        self._asked += 1
        asked = self._asked

        def take(found: Example | Exception) -> None:
            if self.dialog is None or asked != self._asked:
                return
            if isinstance(found, Exception):
                self.dialog.show_nothing(str(found), can_choose=False)
                return
            known = [one for one in page.bar.samples.known() if one is not page.bar.samples.chosen]
            self.dialog.further.show_known(known)
            self.dialog.show_example(place, found, self._target, self._typed_before(found))

        page.live.do(lambda: example.example_of(place, sample), take)

    def _typed_before(self, made: Example) -> dict[str, Wanted]:
        key = (self._page.node, made.sample.key)
        return self._typed[1] if self._typed is not None and self._typed[0] == key else {}

    # ---- searching

    def _search(self) -> None:
        dialog = self.dialog
        if dialog is None or dialog.example is None or dialog.place is None:
            return
        if not dialog.wanted():
            dialog.show_answers(())  # some targets go, nothing is to be found
            return
        dialog.show_searching(searching=True)
        self._asked += 1
        asked = self._asked

        def take(found: tuple[Sample, ...] | Exception) -> None:
            if asked == self._asked and self.dialog is not None:
                self._begin(() if isinstance(found, Exception) else found)

        self._page.live.fetch(dialog.further.chosen(), take)

    def _begin(self, further: Sequence[Sample]) -> None:
        dialog = self.dialog
        if dialog is None or dialog.example is None or dialog.place is None:
            return
        place, made, wishes = dialog.place, dialog.example, dialog.wanted()
        others = [one for one in further if one.key != made.sample.key]

        def work(task: Task[Answers]) -> Answers:
            return search(place, made, wishes, others, say=task.say, stopped=lambda: task.cancelled)

        self._task = Task(work, on_done=self._found, on_failed=self._failed, on_word=self._heard)

    def _heard(self, word: object) -> None:
        if self.dialog is not None and isinstance(word, Progress):
            self.dialog.show_progress(word)

    def _found(self, answers: Answers) -> None:
        self._task = None
        if self.dialog is not None and answers is not None:
            self.dialog.show_answers(answers)

    def _failed(self, error: MailFlowError) -> None:
        self._task = None
        if self.dialog is not None:
            self.dialog.show_searching(searching=False)
            self.dialog.foot.said.setText(str(error))

    def stop(self) -> None:
        """Give the search up; what was typed stays."""
        self._asked += 1
        if self._task is not None:
            self._task.abandon()
            self._task = None
        if self.dialog is not None and self.dialog.searching:
            self.dialog.show_searching(searching=False)

    # ---- what comes of it

    def _add_files(self, paths: Sequence[Path]) -> None:
        def take(found: tuple[tuple[Sample, ...], tuple[str, ...]] | Exception) -> None:
            if self.dialog is None or isinstance(found, Exception):
                return
            read, unread = found
            self.dialog.further.add(read)
            if unread:
                words = _("These files can't be read: {names}.")
                self.dialog.further.about.setText(words.format(names=", ".join(unread)))

        self._page.live.do(lambda: samples.from_files(paths), take)

    def _use(self, made: Mapping[str, tuple[Rule, Sequence[Extraction]]], gone: Sequence[str]) -> None:
        page = self._page
        settings = example.with_rules(plain(page.flow.node(page.node).settings), page.key, made, gone)
        first = next(iter(made), "")
        page.acts.replace(settings, edits.index_of(settings[page.key], first) if first else None)
        words = ngettext("{count} mapping was made by example.", "{count} mappings were made by example.", len(made))
        page.said.emit(words.format(count=len(made)) if made else _("The emptied fields are no longer mapped."))

    def _close(self, code: int) -> None:
        dialog, self.dialog = self.dialog, None
        self.stop()
        if dialog is not None and dialog.example is not None:
            used = code == QDialog.DialogCode.Accepted
            typed = (self._page.node, dialog.example.sample.key), dialog.wishes.typed()
            self._typed = None if used else typed
