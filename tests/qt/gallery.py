"""A picture of every control, to hold against the design: ``python -m tests.qt.gallery DIRECTORY``."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QDialogButtonBox,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QProgressBar,
    QRadioButton,
    QSpinBox,
    QTableWidget,
    QTableWidgetItem,
    QTabWidget,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from mailflow_gui.qt import controls as c
from mailflow_gui.qt.controls.states import State
from mailflow_gui.qt.theme import theme

W = TypeVar("W", bound=QWidget)


class Gallery(QWidget):
    """All controls on one page, in the order of the design's picture."""

    def __init__(self) -> None:
        super().__init__()
        grid = QGridLayout(self)
        grid.setContentsMargins(32, 24, 32, 24)
        grid.setSpacing(16)
        grid.addWidget(c.Label("MailFlow components", "display"), 0, 0, 1, 3)
        grid.addWidget(_panel("States", "icon, word and colour together", _states()), 1, 0)
        grid.addWidget(_panel("Controls", "32 px in toolbars and dialogs, 28 px in docks", _controls()), 1, 1)
        grid.addWidget(_panel("Feedback", "one line, says what happened", _feedback()), 1, 2)
        grid.addWidget(_panel("Lists", "", _lists()), 2, 0)
        grid.addWidget(_panel("Fields", "", _fields()), 2, 1)
        grid.addWidget(_panel("Type", "", _type()), 2, 2)


def _panel(title: str, text: str, content: QWidget) -> c.Card:
    card = c.Card()
    column = QVBoxLayout(card)
    column.setContentsMargins(24, 20, 24, 20)
    column.addWidget(_row(c.Label(title, "page"), c.Label(text, "body", "text-2"), spacing=12))
    column.addSpacing(10)
    column.addWidget(content)
    column.addStretch()
    return card


def _row(*widgets: QWidget | int, spacing: int = 8) -> QWidget:
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(spacing)
    for widget in widgets:
        if isinstance(widget, int):
            row.addStretch(widget)
        else:
            row.addWidget(widget)
    if not any(isinstance(widget, int) for widget in widgets):
        row.addStretch()
    return holder


def _column(widgets: Sequence[QWidget], spacing: int = 16) -> QWidget:
    holder = QWidget()
    column = QVBoxLayout(holder)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(spacing)
    for widget in widgets:
        column.addWidget(widget)
    return holder


def _wide(widget: W, width: int) -> W:
    widget.setFixedWidth(width)
    return widget


def _states() -> QWidget:
    rows: list[QWidget] = [c.SectionHead("Message")]
    for icon, word, token in (
        ("loader", "Running", "accent-text"),
        ("circle-check", "Sent", "ok"),
        ("rotate-cw", "Retrying", "warn"),
        ("circle-x", "Failed", "danger"),
        ("circle-dashed", "Skipped", "text-3"),
        ("circle-pause", "Held", "text-2"),
    ):
        rows.append(c.StateText(icon, word, token))
    rows.append(c.SectionHead("Error class"))
    rows += [
        _row(c.Chip("Retry", "warn", "rotate-cw")),
        _row(c.Chip("Recover", "accent", "refresh-cw")),
        _row(c.Chip("Sign in again", "danger", "key-round")),
        _row(c.Chip("Reject", "neutral", "ban")),
    ]
    rows.append(c.SectionHead("Dots"))
    states: tuple[State, ...] = ("idle", "running", "done", "warning", "failing", "off", "held")
    rows.append(_row(*(c.StateDot(state) for state in states)))
    return _column(rows, 8)


def _controls() -> QWidget:
    disabled = c.Button("Step", "step-forward")
    disabled.setEnabled(False)
    folder = _wide(QComboBox(), 120)
    folder.addItem(theme.icon("folder", "text-3", 14), "INBOX")
    seconds = _wide(QSpinBox(), 112)
    seconds.setSuffix(" seconds")
    seconds.setValue(5)
    wrong = _wide(QLineEdit("not-an-address"), 160)
    c.restyle(wrong, "invalid", True)
    off_field = _wide(QLineEdit("Disabled"), 120)
    off_field.setEnabled(False)
    checked, chosen, on = QCheckBox("Checked"), QRadioButton("Chosen"), c.Switch(name="On")
    for button in (checked, chosen, on):
        button.setChecked(True)
    segments = c.Segments(["None", "STARTTLS", "SSL/TLS"])
    segments.choose(2)
    large = c.Segments(["Light", "Dark"], compact=False)
    return _column(
        [
            _row(
                c.Button("Start", "play-filled", "primary"),
                c.Button("Run once", "circle-play"),
                c.Button("Reset", kind="ghost"),
                c.Button("Discard…", "trash-2", "danger"),
                disabled,
            ),
            _row(
                c.Button("New flow", "plus", compact=True),
                c.Button("", "ellipsis", "ghost", compact=True, name="More"),
                c.Button("", "x", "ghost", name="Close"),
                c.Button("Show", kind="link"),
                c.Switch("With a text"),
            ),
            _row(_wide(QLineEdit("imap.acme.example"), 160), _wide(c.SearchField(compact=False), 120), folder, seconds),
            _row(_wide(QLineEdit("0123456789 日本語"), 160), wrong, off_field),
            _row(checked, QCheckBox("Off"), chosen, QRadioButton("Other"), on, c.Switch(name="Off"), spacing=20),
            _row(segments, large),
            _row(
                c.Chip("Ready", "ok", "circle-check", large=True),
                c.Chip("2 problems", "warn", "triangle-alert", large=True),
                c.Chip("1 error", "danger", "circle-alert", large=True),
                c.Chip("Dry run", "accent", "flask-conical", large=True),
            ),
            _row(
                c.Count(7),
                c.Count(2, "warn"),
                c.Count(4, "danger"),
                c.Count(128, "accent"),
                c.KeyBadge("Ctrl+K"),
                c.ProtocolBadge("IMAP"),
                c.ProtocolBadge("SMTP"),
            ),
            _wide(c.SearchField("Search nodes"), 240),
        ]
    )


def _feedback() -> QWidget:
    ground = QWidget()
    ground.setFixedHeight(56)
    toast = c.Toast(ground)
    toast.say("Filter deleted with 3 links", "Undo", lambda: None, key="Ctrl+Z")
    failed = c.Banner(
        "danger", "The server refused the password.", "Sign in again; 12 messages wait until then.", closable=True
    )
    failed.add_button(c.Button("Sign in", compact=True))
    progress = QProgressBar()
    progress.setValue(40)
    return _column(
        [
            ground,
            c.Banner("info", "This is a dry run: nothing is sent."),
            c.Banner("ok", "Connected"),
            c.Banner("warn", "The file was changed by another program."),
            failed,
            c.ErrorLine("To is required, not mapped."),
            _row(
                c.Pips(["done", "done", "running", "waiting"]),
                c.Pips(["done", "done", "done", "retrying"]),
                c.Pips(["done", "done", "done", "failed"]),
                c.Pips(["done", "skipped", "skipped"]),
                spacing=12,
            ),
            progress,
            c.EmptyState("inbox", "No messages yet", "Start the flow, and what it receives appears here.", "Start"),
        ],
        12,
    )


def _lists() -> QWidget:
    tabs = QTabWidget()
    table = QTableWidget(4, 3)
    table.setHorizontalHeaderLabels(["Time", "Subject", "State"])
    table.verticalHeader().hide()
    table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    table.horizontalHeader().setHighlightSections(False)
    table.setShowGrid(False)
    table.verticalHeader().setDefaultSectionSize(theme.size("row"))
    for row in range(4):
        for column, text in enumerate((f"10:0{row}:11", "お問い合わせの件", "Sent")):
            table.setItem(row, column, QTableWidgetItem(text))
    table.selectRow(1)
    table.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
    tree = QTreeWidget()
    tree.setHeaderHidden(True)
    for name in ("Receive", "Transform"):
        group = QTreeWidgetItem(tree, [name])
        QTreeWidgetItem(group, [f"{name} Email"])
        group.setExpanded(name == "Receive")
    tabs.addTab(table, "Messages")
    tabs.setFixedHeight(180)
    other = QTabWidget()
    other.addTab(tree, theme.icon("list", "text-3", 14), "Nodes")
    other.addTab(QWidget(), "Flows")
    other.setFixedHeight(160)
    return _column([tabs, other])


def _fields() -> QWidget:
    wrong = c.ErrorField(QLineEdit("imap.acme"), "Server", "The name your provider gives.")
    wrong.set_error("This server can’t be found. Check the name.")
    dense = QComboBox()
    dense.setProperty("compact", True)
    dense.addItems(["Unseen only", "All"])
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
    buttons.button(QDialogButtonBox.StandardButton.Ok).setProperty("kind", "primary")
    text = QPlainTextEdit("Dear {{ name }},\nthank you for writing.")
    text.setFont(theme.font("mono"))
    text.setFixedHeight(90)
    read_only = QLineEdit("read only")
    read_only.setReadOnly(True)
    return _column([wrong, c.ErrorField(dense, "Which mails"), c.ErrorField(text, "Text"), read_only, buttons])


def _type() -> QWidget:
    rows: list[QWidget] = [
        c.Label(text, style)
        for style, text in (
            ("display", "Welcome to MailFlow"),
            ("page", "Template gallery テンプレート"),
            ("heading", "お問い合わせの件"),
            ("title", "Support desk"),
            ("body", "Body and controls 本文と操作"),
            ("small", "Tables, dense forms 山田 花子"),
            ("caption", "Ports, counters, hints"),
            ("mono", "421 4.7.0 try again later -> il1|"),
        )
    ]
    rows += [
        c.Label("<b>Not bold</b>", "body", "text-2"),
        c.ElidedLabel("A very long line that has to end somewhere, but where exactly?" * 3),
    ]
    return _column(rows, 8)


def main(directory: Path) -> None:
    """Save the gallery in both themes, with a focused button, a menu and a list."""
    application = QApplication(sys.argv)
    theme.apply(application)
    gallery = Gallery()
    gallery.resize(1440, 900)
    gallery.show()
    gallery.activateWindow()
    application.processEvents()
    for mode in ("light", "dark"):
        theme.set_mode(mode)
        gallery.findChildren(c.Button)[1].setFocus(Qt.FocusReason.TabFocusReason)
        application.processEvents()
        gallery.grab().save(str(directory / f"gallery-{mode}.png"))
        menu = QMenu()
        menu.addAction(theme.icon("save"), "Save").setShortcut("Ctrl+S")
        menu.addAction("Undo").setEnabled(False)
        menu.addSeparator()
        shown = menu.addAction("Minimap")
        shown.setCheckable(True)
        shown.setChecked(True)
        menu.addMenu("Recent").addAction("x")
        menu.setActiveAction(menu.actions()[0])
        menu.popup(gallery.pos())
        application.processEvents()
        menu.grab().save(str(directory / f"menu-{mode}.png"))
        menu.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
