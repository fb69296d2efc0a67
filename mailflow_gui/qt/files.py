"""What the File menu does: opening, saving, recovering and closing, with the questions that belong to it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from mailflow_gui.errors import MailFlowError
from mailflow_gui.flow.file import EXTENSION
from mailflow_gui.language import _
from mailflow_gui.qt import drafts, questions, recent
from mailflow_gui.qt.document import read

if TYPE_CHECKING:
    from mailflow_gui.qt.main_window import MainWindow


class Files:
    """Works on the window's document."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self._kept = True

    # ---- opening

    def new(self) -> None:
        """A new flow, ready to wire."""
        if self.may_close():
            self._window.show_flow(self._window.document.new(self._window.node_types))

    def open_asking(self) -> None:
        """Let a person choose a file."""
        path = questions.flow_to_open(self._window, self._directory())
        if path is not None:
            self.open(path)

    def open(self, path: Path) -> bool:
        """Open a file; says why if that can't be."""
        window = self._window
        try:
            read(path)  # before anything is asked, or stopped, for a file that can't be opened
            if not self.may_close():
                return False
            flow = window.document.open(path)
        except MailFlowError as error:
            questions.tell(window, error.text, error.advice)
            return False
        recent.add(path)
        window.show_flow(flow)
        return True

    def use_template(self, path: Path) -> None:
        """A new flow after one of MailFlow's own."""
        if not self.may_close():
            return
        try:
            self._window.show_flow(self._window.document.template(path))
        except MailFlowError as error:
            questions.tell(self._window, error.text, error.advice)

    def open_sandbox(self) -> None:
        """Start the sandbox and open its flow."""
        window = self._window
        try:
            window.sandbox.start()
            path = window.sandbox.demo_flow()
        except MailFlowError as error:
            questions.tell(window, error.text, error.advice)
            return
        window.connections.refresh()
        if window.document.path == path and window.document.is_open:
            return
        if self.open(path) and not window.document.trusted and _is_our_demo(path):
            self.accept()

    def recover(self) -> None:
        """Offer what an earlier window has left."""
        window = self._window
        for draft in window.document.left():
            answer = questions.recover(window, draft.flow.name, draft.at)
            if answer is None:
                return
            if answer:
                window.show_flow(window.document.recover(draft))
                window.canvas.undo_stack.resetClean()
                return
            drafts.discard(draft)

    # ---- saving

    def save(self) -> bool:
        """Save; asks where to only the first time. False if nothing was saved."""
        if self._window.document.path is None:
            return self.save_as()
        return self._write(None)

    def save_as(self) -> bool:
        """Save as another flow."""
        document = self._window.document
        suggestion = document.path or self._directory() / f"{_file_name(document.name)}{EXTENSION}"
        path = questions.flow_to_write(self._window, suggestion)
        return path is not None and self._write(path)

    def _write(self, path: Path | None) -> bool:
        window = self._window
        try:
            written = window.document.save(path)
        except MailFlowError as error:
            questions.tell(window, error.text, error.advice)
            return False
        window.canvas.undo_stack.setClean()
        window.status.say_saved(None)
        recent.add(written)
        window.running.offer_new_version()
        return True

    def rename(self) -> None:
        """Give the flow another name."""
        name = questions.flow_name(self._window, self._window.document.name)
        if name is not None:
            self._window.document.rename(name)

    def accept(self) -> None:
        """A person accepts a stranger's flow."""
        try:
            self._window.document.accept()
        except MailFlowError as error:
            questions.tell(self._window, error.text, error.advice)

    def note_kept(self, kept: bool) -> None:
        """Unsaved work was kept in the home, or couldn't be."""
        self._window.status.say_saved(time.time() if kept else None)
        was_kept, self._kept = self._kept, kept
        if was_kept and not kept:  # it is tried again and again: said once
            self._window.toast.say(_("Unsaved changes can't be kept: there is no room or no right to write."))

    # ---- closing

    def close(self) -> None:
        """Close the flow and show the welcome page."""
        if self.may_close():
            self._window.document.close()
            self._window.run.forget()

    def may_close(self) -> bool:
        """Ask what has to be asked before the open flow goes; True if it may go."""
        window = self._window
        document = window.document
        if not document.is_open:
            return True
        if document.unsaved:
            answer = questions.save_first(window, document.name)
            if answer == "cancel" or (answer == "save" and not self.save()):
                return False
        if window.run.busy:
            if not questions.stop_first(window, document.name):
                return False
            window.run.stop()
        return True

    def _directory(self) -> Path:
        path = self._window.document.path
        if path is not None and path.parent != self._window.home.data:
            return path.parent
        return next((path.parent for path in recent.files() if path.parent != self._window.home.data), Path.home())


def _is_our_demo(path: Path) -> bool:
    """The demo flow in the home was made by us; only one that somebody changed behind our back needs a look."""
    from mailflow_gui import paths

    return path.read_bytes() == (paths.resources() / "examples" / path.name).read_bytes()


def _file_name(name: str) -> str:
    """A flow's name as a file's, on every system."""
    kept = "".join(sign if sign.isprintable() and sign not in '<>:"/\\|?*' else "-" for sign in name)
    return kept.strip(". ") or "flow"
