"""Which part of the main window hears which: every signal, and what each command does."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtGui import QKeySequence

from mailflow_gui.language import _
from mailflow_gui.qt import questions
from mailflow_gui.qt.keyring_shown import KeyringShown

if TYPE_CHECKING:
    from mailflow_gui.qt.main_window import MainWindow

_ZOOM_STEP = 1.25


def connect(window: MainWindow) -> None:
    """Connect the parts of a window that has all of them."""
    canvas, form = window.canvas, window.form
    canvas.edited.connect(window.note_edit)
    canvas.undo_stack.cleanChanged.connect(window.note_clean)
    canvas.selection_changed.connect(window.show_selected)
    canvas.node_opened.connect(window.open_node)
    canvas.zoom_changed.connect(window.tool_bar.show_zoom)
    canvas.said.connect(window.toast.say)
    canvas.deleted.connect(lambda text: _offer_undo(window, text))
    canvas.messages_wanted.connect(window.messages.of_node)
    form.settings_changed.connect(lambda node, settings: canvas.set_settings(node, settings))  # noqa: PLW0108
    form.name_changed.connect(canvas.set_name)
    form.stubs_changed.connect(lambda stubs: canvas.set_stubs(stubs))  # noqa: PLW0108 - the signal is untyped
    form.connection_wanted.connect(window.make_connection)
    form.mapper_wanted.connect(window.mapper.open)
    window.palette_tab.chosen.connect(canvas.add_node)
    window.problems_tab.chosen.connect(window.show_problem)
    window.tool_bar.problems_wanted.connect(lambda: window.docks_shown.show_bottom(window.problems_tab))
    window.status.restart_wanted.connect(window.running.restart_silent)
    canvas.link_opened.connect(window.messages.of_link)
    window.inspector.node_wanted.connect(canvas.focus_node)
    window.inspector.way_shown.connect(window.messages.light_way)
    window.inspector.said.connect(window.toast.say)
    window.connections.changed.connect(window.note_accounts)
    window.connections.changed.connect(KeyringShown(window.accounts, window.status, window).take_accounts)
    window.connections.said.connect(window.toast.say)
    window.document.changed.connect(window.show_document)
    window.document.kept.connect(window.files.note_kept)
    window.trust_banner.accepted.connect(window.files.accept)
    window.trust_banner.accepted.connect(window.check)
    window.missing.edited.connect(lambda flow, text: canvas.push(text, flow))
    window.engine.status.connect(window.accounts_shown.take_status)
    window.engine.runner_ended.connect(window.accounts_shown.take_end)
    window.engine.status.connect(window.keyring_banner.take_status)
    window.engine.runner_ended.connect(window.keyring_banner.take_end)
    window.accounts_shown.changed.connect(window.show_accounts)
    window.restart.clicked.connect(window.running.restart)
    window.run.changed.connect(window.running.show)
    window.run.told.connect(window.running.show_numbers)
    window.run.finished.connect(window.running.tell_end)
    window.run.failed.connect(window.running.tell_refusal)
    window.run.runner_lost.connect(window.running.tell_lost)
    window.welcome.sandbox_wanted.connect(window.files.open_sandbox)
    window.welcome.new_wanted.connect(window.files.new)
    window.welcome.open_wanted.connect(window.files.open_asking)
    window.welcome.example_wanted.connect(window.files.use_template)
    window.welcome.file_wanted.connect(window.files.open)
    for changed in (canvas.undo_stack.canUndoChanged, canvas.undo_stack.canRedoChanged, canvas.undo_stack.indexChanged):
        changed.connect(window.show_undo)
    _connect_errors(window)
    window.commands.connect_all(_slots(window))


def _test_connections(window: MainWindow) -> None:
    """Try all, where it can be seen how each does."""
    window.docks_shown.show_left(window.connections)
    if not window.connections.testing.running:
        window.connections.test_all()


def _connect_errors(window: MainWindow) -> None:
    window.errors_shown.count.changed.connect(window.status.show_errors)
    window.status.failed_wanted.connect(window.messages.failed)
    window.status.errors_wanted.connect(window.errors_shown.open)


def _offer_undo(window: MainWindow, text: str) -> None:
    """Deleting never asks: its toast offers the way back, as long as nothing else was done since."""
    stack = window.canvas.undo_stack
    after = stack.index()

    def undo() -> None:
        if stack.index() == after:
            window.canvas.undo()

    keys = window.commands["undo"].shortcut().toString(QKeySequence.SequenceFormat.NativeText)
    window.toast.say(text, _("Undo"), undo, key=keys)


def _slots(window: MainWindow) -> dict[str, Callable[[], object]]:
    canvas, files = window.canvas, window.files
    return {
        "new": files.new,
        "open": files.open_asking,
        "sandbox": files.open_sandbox,
        "save": files.save,
        "save-as": files.save_as,
        "close": files.close,
        "quit": window.close,
        "undo": window.mapper.undo,
        "redo": window.mapper.redo,
        "copy": canvas.copy,
        "paste": canvas.paste,
        "duplicate": canvas.duplicate,
        "delete": canvas.delete_selected,
        "select-all": canvas.select_all,
        "enable": canvas.toggle_enabled,
        "search-nodes": window.docks_shown.search_nodes,
        "dock-nodes": lambda: window.docks_shown.toggle_left(window.palette_tab),
        "dock-connections": lambda: window.docks_shown.toggle_left(window.connections),
        "dock-settings": lambda: window.docks_shown.toggle(window.docks.right),
        "dock-messages": lambda: window.docks_shown.toggle(window.docks.bottom),
        "errors": window.errors_shown.toggle,
        "zoom-in": lambda: canvas.set_zoom(canvas.zoom() * _ZOOM_STEP),
        "zoom-out": lambda: canvas.set_zoom(canvas.zoom() / _ZOOM_STEP),
        "zoom-full": lambda: canvas.set_zoom(1.0),
        "fit-all": canvas.fit_all,
        "fit-selection": canvas.fit_selection,
        "rename": files.rename,
        "next-problem": lambda: window.problems_tab.step(1),
        "previous-problem": lambda: window.problems_tab.step(-1),
        "run": window.running.start_or_stop,
        "run-once": window.running.run_once,
        "dry-run": window.show_dry,
        "show-connections": lambda: window.docks_shown.show_left(window.connections),
        "new-connection": window.connections.add,
        "test-connections": lambda: _test_connections(window),
        "shortcuts": lambda: questions.show_shortcuts(window),
        "about": lambda: questions.show_about(window),
    }
