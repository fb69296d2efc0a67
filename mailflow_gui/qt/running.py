"""What the Run menu does, and what the window shows of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailflow_gui import sentences
from mailflow_gui.journal.reader import Reader
from mailflow_gui.language import _
from mailflow_gui.qt import questions
from mailflow_gui.qt.journal_numbers import JournalNumbers, JournalWatch
from mailflow_gui.qt.live import Numbers

if TYPE_CHECKING:
    from mailflow_gui.engine.work import Mode
    from mailflow_gui.qt.main_window import MainWindow


class Running:
    """Works on the window's run control."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self._wanted: Mode = "continuous"
        self._again = False
        self._journal = JournalWatch(Reader(window.home), window)
        self._journal.seen.connect(self._take_journal)

    def close(self) -> None:
        """The window closes."""
        self._journal.close()

    # ---- what a person wants

    def start_or_stop(self) -> None:
        """F5."""
        run = self._window.run
        if run.state == "idle":
            self._start("continuous")
        elif run.may_stop_now:
            if questions.stop_now(self._window):
                run.stop_now()
        elif run.state == "stopping":
            self._window.toast.say(_("Stopping: the message in hand is finished first."))
        else:
            run.stop()

    def run_once(self) -> None:
        """One poll, and what is due."""
        if not self._window.run.busy:
            self._start("once")

    def restart(self) -> None:
        """After the runner was lost."""
        self._window.notice.hide()
        self._start(self._wanted)

    def restart_silent(self) -> None:
        """End a runner that doesn't respond, and start anew; the journal bears it."""
        if self._window.run.silent:
            self._again = True
            self._window.run.stop_now()

    def offer_new_version(self) -> None:
        """The running flow was saved: the run goes on with the version it began with, unless a person wants the new one."""
        window = self._window
        if window.run.state == "running" and window.run.path == window.document.path:
            window.toast.say(
                _("Saved. The run goes on with the version it began with."), _("Apply now"), self._apply_new_version
            )

    def _apply_new_version(self) -> None:
        if self._window.run.state == "running":
            self._again = True
            self._window.run.stop()

    def _start(self, mode: Mode) -> None:
        window = self._window
        document = window.document
        if not document.is_open:
            return
        if not document.trusted:
            window.toast.say(sentences.text("flow-not-accepted", {"name": document.name}))
            return
        error = window.first_error()
        if error is not None:
            window.toast.say(error.text)
            window.show_problem(error.node or "", error.field or "")
            return
        if (document.unsaved or document.path is None) and not window.files.save():
            return
        assert document.path is not None
        window.notice.hide()
        self._wanted = mode
        window.run.start(document.path, mode, dry=window.commands["dry-run"].isChecked())

    # ---- what is shown

    def show(self) -> None:
        """Another state."""
        window = self._window
        window.tool_bar.show_run(window.run.state, is_open=window.document.is_open)
        title = _("&Start") if window.run.state == "idle" else _("&Stop")
        window.commands["run"].setText(title)
        window.commands["run-once"].setEnabled(window.document.is_open and not window.run.busy)
        window.commands["dry-run"].setEnabled(window.document.is_open and not window.run.busy)
        if window.document.is_open:
            window.status.show_run(window.run)
        else:
            window.status.show_idle()
        window.show_live()

    def show_numbers(self) -> None:
        """New numbers."""
        run = self._window.run
        self._journal.look(run.version)
        self._window.status.show_run(run)
        self._window.show_live()

    def _take_journal(self, numbers: JournalNumbers) -> None:
        self._window.status.show_journal(numbers)

    def tell_end(self, seen: Numbers) -> None:
        """A run is over."""
        if self._again:
            self._again = False
            self._start(self._wanted)
            return
        run = self._window.run
        self._journal.look(run.version, at_once=True)
        self._window.inspector.refresh()
        words = _("{received} received, {sent} sent, {skipped} skipped, {failed} failed").format(
            received=seen.received, sent=seen.sent, skipped=seen.skipped, failed=seen.failed
        )
        if seen.uncertain:
            words += _(", {count} maybe sent").format(count=seen.uncertain)
        self._window.toast.say(_("Done: {counts}.").format(counts=words))
        if seen.trouble:
            self._window.notice.say("warn", seen.trouble)
            self._window.notice.show()

    def tell_refusal(self, code: str, text: str) -> None:
        """A start was refused."""
        self._window.notice.say("danger", text or code)
        self._window.notice.show()

    def tell_lost(self, words: str) -> None:
        """The runner ended by itself, or because it didn't respond."""
        if self._again:
            self._again = False
            self._start(self._wanted)
            return
        self._window.notice.say(
            "danger",
            words,
            _("Every step is in the journal; the next run goes on where this one stopped."),
        )
        self._window.notice.show()
