"""Questions and dialogs of the window: plain texts, named buttons, nothing lost by Esc."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QInputDialog,
    QLineEdit,
    QMessageBox,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from mailflow_gui import __version__
from mailflow_gui.flow.file import EXTENSION
from mailflow_gui.language import _
from mailflow_gui.qt.commands import shortcuts
from mailflow_gui.qt.controls import Button, KeyBadge, Label, set_more_text
from mailflow_gui.qt.theme import theme

Answer = Literal["save", "discard", "cancel"]


def save_first(window: QWidget, name: str) -> Answer:
    """Unsaved work is about to be closed."""
    box = _box(window, QMessageBox.Icon.Question, _("Save the changes to “{name}”?").format(name=name))
    set_more_text(box, _("Otherwise they are lost."))
    save = box.addButton(_("Save"), QMessageBox.ButtonRole.AcceptRole)
    discard = box.addButton(_("Don't save"), QMessageBox.ButtonRole.DestructiveRole)
    cancel = box.addButton(_("Cancel"), QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(save)
    box.setEscapeButton(cancel)
    box.exec()
    return "save" if box.clickedButton() is save else "discard" if box.clickedButton() is discard else "cancel"


def stop_first(window: QWidget, name: str) -> bool:
    """A flow runs that is about to be closed."""
    return confirm(
        window,
        _("“{name}” is running. Stop it?").format(name=name),
        _("What is in hand is finished; the next run goes on where this one stops."),
        _("Stop"),
    )


def stop_now(window: QWidget) -> bool:
    """Stopping takes long, and a person presses again."""
    return confirm(
        window,
        _("Stop now, without finishing the message in hand?"),
        _(
            "Nothing is lost: the next run goes on from the journal. A mail on its way at this moment may be shown as maybe sent."
        ),
        _("Stop now"),
    )


def recover(window: QWidget, name: str, at: float) -> bool | None:
    """An earlier window has left unsaved work: take it up (True), throw it away (False), or decide later (None)."""
    when = datetime.fromtimestamp(at).astimezone().strftime("%Y-%m-%d %H:%M")
    box = _box(window, QMessageBox.Icon.Question, _("Recover unsaved changes to “{name}”?").format(name=name))
    set_more_text(box, _("MailFlow ended unexpectedly. The changes were kept at {time}.").format(time=when))
    yes = box.addButton(_("Recover"), QMessageBox.ButtonRole.AcceptRole)
    no = box.addButton(_("Discard"), QMessageBox.ButtonRole.DestructiveRole)
    later = box.addButton(_("Decide later"), QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(yes)
    box.setEscapeButton(later)
    box.exec()
    return True if box.clickedButton() is yes else False if box.clickedButton() is no else None


def confirm(window: QWidget, question: str, explanation: str, action: str) -> bool:
    """Yes (named ``action``) or cancel."""
    box = _box(window, QMessageBox.Icon.Question, question)
    set_more_text(box, explanation)
    yes = box.addButton(action, QMessageBox.ButtonRole.AcceptRole)
    cancel = box.addButton(_("Cancel"), QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(cancel)
    box.setEscapeButton(cancel)
    box.exec()
    return box.clickedButton() is yes


def tell(window: QWidget, what: str, advice: str = "") -> None:
    """Something went wrong that a person has just asked for."""
    box = _box(window, QMessageBox.Icon.Warning, what)
    set_more_text(box, advice)
    box.addButton(_("Close"), QMessageBox.ButtonRole.AcceptRole)
    box.exec()


def flow_to_open(window: QWidget, directory: Path) -> Path | None:
    """Which file, or None."""
    name, _filter = QFileDialog.getOpenFileName(window, _("Open a flow"), str(directory), _filter_text())
    return Path(name) if name else None


def flow_to_write(window: QWidget, suggestion: Path) -> Path | None:
    """Where to, with the extension, or None."""
    name, _filter = QFileDialog.getSaveFileName(window, _("Save the flow"), str(suggestion), _filter_text())
    if not name:
        return None
    path = Path(name)
    return path if path.suffix.lower() == EXTENSION else path.with_name(path.name + EXTENSION)


def flow_name(window: QWidget, name: str) -> str | None:
    """The flow's new name, or None."""
    text, is_given = QInputDialog.getText(window, _("Rename the flow"), _("Name:"), QLineEdit.EchoMode.Normal, name)
    return text.strip() if is_given and text.strip() else None


def show_fault(window: QWidget, report: str) -> None:
    """A fault of our own, with a report that can be copied; without a nested event loop, so that it can't lock anything up."""
    dialog = QDialog(window)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setWindowTitle(_("A fault in MailFlow"))
    layout = QVBoxLayout(dialog)
    layout.setContentsMargins(24, 24, 24, 16)
    layout.setSpacing(12)
    layout.addWidget(Label(_("Something went wrong inside MailFlow."), "heading"))
    layout.addWidget(
        Label(
            _(
                "Your flow and your mail are safe, and you can go on working. Save your flow. If you report this, add these lines."
            ),
            wrap=True,
        )
    )
    words = QPlainTextEdit(report)
    words.setReadOnly(True)
    words.setFont(theme.font("mono"))
    words.setMinimumSize(560, 200)
    layout.addWidget(words)
    buttons = QHBoxLayout()
    copy, close = Button(_("Copy"), "copy"), Button(_("Close"), kind="primary")
    copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(report))
    close.clicked.connect(dialog.accept)
    buttons.addWidget(copy)
    buttons.addStretch(1)
    buttons.addWidget(close)
    layout.addLayout(buttons)
    dialog.open()


def show_shortcuts(window: QWidget) -> None:
    """All keys at a glance."""
    dialog = QDialog(window)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setWindowTitle(_("Keyboard shortcuts"))
    columns = QHBoxLayout(dialog)
    columns.setContentsMargins(24, 24, 24, 24)
    columns.setSpacing(32)
    groups = shortcuts()
    for part in (groups[: len(groups) // 2], groups[len(groups) // 2 :]):
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(4)
        for title, rows in part:
            grid.addWidget(Label(title, "title"), grid.rowCount(), 0, 1, 2)
            for words, keys in rows:
                row = grid.rowCount()
                grid.addWidget(Label(words, "small"), row, 0)
                grid.addWidget(KeyBadge(keys), row, 1, Qt.AlignmentFlag.AlignRight)
        grid.setRowStretch(grid.rowCount(), 1)
        columns.addLayout(grid)
    dialog.open()


def show_about(window: QWidget) -> None:
    """Which MailFlow this is."""
    box = _box(window, QMessageBox.Icon.NoIcon, _("MailFlow {version}").format(version=__version__))
    box.setIconPixmap(theme.pixmap("workflow", "accent-text", 32, window.devicePixelRatioF()))
    set_more_text(
        box, _("Automate mail on your own machine: receive, map, send. Nothing lost, nothing twice, nothing leaked.")
    )
    box.addButton(_("Close"), QMessageBox.ButtonRole.AcceptRole)
    box.exec()


def _box(window: QWidget, icon: QMessageBox.Icon, text: str) -> QMessageBox:
    box = QMessageBox(window)
    box.setWindowTitle("MailFlow")
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setIcon(icon)
    box.setText(text)
    return box


def _filter_text() -> str:
    return _("Flows") + f" (*{EXTENSION})"
