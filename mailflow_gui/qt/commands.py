"""Commands: everything that a person can ask the window for, in one table; menus, tool bar and the list of shortcuts are made from it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from mailflow_gui.language import N_, _
from mailflow_gui.qt.theme import theme

MenuName = Literal["file", "edit", "view", "flow", "run", "connections", "help"]

MENUS: dict[MenuName, str] = {
    "file": N_("&File"),
    "edit": N_("&Edit"),
    "view": N_("&View"),
    "flow": N_("F&low"),
    "run": N_("&Run"),
    "connections": N_("&Connections"),
    "help": N_("&Help"),
}

BREAK = "-"


@dataclass(frozen=True)
class Command:
    """One command. Those with ``on_canvas`` hear their keys only while the canvas has the focus."""

    name: str
    menu: MenuName
    title: str
    keys: tuple[str, ...] = ()
    checkable: bool = False
    on_canvas: bool = False
    needs_flow: bool = True


COMMANDS: tuple[Command | str, ...] = (
    Command("new", "file", N_("&New flow"), ("Ctrl+N",), needs_flow=False),
    Command("open", "file", N_("&Open…"), ("Ctrl+O",), needs_flow=False),
    Command("recent", "file", N_("Open &recent"), needs_flow=False),
    Command("sandbox", "file", N_("Open the &sandbox"), ("Ctrl+Shift+T",), needs_flow=False),
    BREAK,
    Command("save", "file", N_("&Save"), ("Ctrl+S",)),
    Command("save-as", "file", N_("Save &as…"), ("Ctrl+Shift+S",)),
    BREAK,
    Command("close", "file", N_("&Close flow"), ("Ctrl+W",)),
    Command("quit", "file", N_("&Quit"), ("Ctrl+Q",), needs_flow=False),
    Command("undo", "edit", N_("&Undo"), ("Ctrl+Z",)),
    Command("redo", "edit", N_("&Redo"), ("Ctrl+Shift+Z", "Ctrl+Y")),
    BREAK,
    Command("copy", "edit", N_("&Copy"), ("Ctrl+C",), on_canvas=True),
    Command("paste", "edit", N_("&Paste"), ("Ctrl+V",), on_canvas=True),
    Command("duplicate", "edit", N_("D&uplicate"), ("Ctrl+D",), on_canvas=True),
    Command("delete", "edit", N_("&Delete"), ("Del",), on_canvas=True),
    BREAK,
    Command("select-all", "edit", N_("Select &all"), ("Ctrl+A",), on_canvas=True),
    Command("enable", "edit", N_("Switch on or &off"), ("E",), on_canvas=True),
    Command("dock-nodes", "view", N_("&Nodes"), ("Ctrl+1",), checkable=True),
    Command("search-nodes", "view", N_("Sea&rch nodes"), ("/",)),
    Command("dock-connections", "view", N_("&Connections"), ("Ctrl+2",), checkable=True),
    Command("dock-settings", "view", N_("&Settings"), ("Ctrl+3",), checkable=True),
    Command("dock-messages", "view", N_("&Messages and problems"), ("Ctrl+4",), checkable=True),
    Command("errors", "view", N_("&Errors"), ("Ctrl+5",), checkable=True, needs_flow=False),
    BREAK,
    Command("zoom-in", "view", N_("Zoom &in"), ("Ctrl++", "Ctrl+=")),
    Command("zoom-out", "view", N_("Zoom &out"), ("Ctrl+-",)),
    Command("zoom-full", "view", N_("&100 %"), ("Ctrl+0",)),
    Command("fit-all", "view", N_("Show &all nodes"), ("Shift+1",), on_canvas=True),
    Command("fit-selection", "view", N_("Show the s&election"), ("Shift+2",), on_canvas=True),
    BREAK,
    Command("theme", "view", N_("&Theme"), needs_flow=False),
    Command("rename", "flow", N_("&Rename the flow…")),
    BREAK,
    Command("next-problem", "flow", N_("&Next problem"), ("F8",)),
    Command("previous-problem", "flow", N_("&Previous problem"), ("Shift+F8",)),
    Command("run", "run", N_("&Start"), ("F5",)),
    Command("run-once", "run", N_("Run &once"), ("Ctrl+Return", "Ctrl+Enter")),
    BREAK,
    Command("dry-run", "run", N_("&Dry run"), ("Ctrl+Shift+D",), checkable=True),
    Command("show-connections", "connections", N_("&Show connections"), needs_flow=True),
    Command("new-connection", "connections", N_("&New connection…"), needs_flow=False),
    Command("test-connections", "connections", N_("&Test all connections"), needs_flow=True),
    Command("shortcuts", "help", N_("&Keyboard shortcuts"), ("F1",), needs_flow=False),
    Command("about", "help", N_("&About MailFlow"), needs_flow=False),
)


class Commands(QObject):
    """The window's actions, by name."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._actions: dict[str, QAction] = {}
        for command in COMMANDS:
            if isinstance(command, Command):
                action = QAction(_(command.title), self)
                action.setShortcuts([QKeySequence(keys) for keys in command.keys])
                action.setCheckable(command.checkable)
                if command.on_canvas:
                    action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
                else:
                    window.addAction(action)
                self._actions[command.name] = action

    def __getitem__(self, name: str) -> QAction:
        return self._actions[name]

    def connect_all(self, slots: dict[str, Callable[[], object]]) -> None:
        """Say what each command does."""
        for name, slot in slots.items():
            self._actions[name].triggered.connect(lambda _checked=False, slot=slot: slot())

    def give_to_canvas(self, canvas: QWidget) -> None:
        """Let the canvas hear the keys of its commands."""
        for command in COMMANDS:
            if isinstance(command, Command) and command.on_canvas:
                canvas.addAction(self._actions[command.name])

    def fill(self, bar: QMenuBar, menus: dict[str, QMenu]) -> None:
        """Make the menus; ``menus`` stand in the place of commands that are menus themselves."""
        made = {name: bar.addMenu(_(title)) for name, title in MENUS.items()}
        menu: QMenu | None = None
        for command in COMMANDS:
            if isinstance(command, Command):
                menu = made[command.menu]
                if command.name in menus:
                    menus[command.name].setTitle(_(command.title))
                    menu.addMenu(menus[command.name])
                else:
                    menu.addAction(self._actions[command.name])
            elif menu is not None:
                menu.addSeparator()
        _centre(bar)

    def show_flow(self, *, is_open: bool) -> None:
        """Without a flow, what needs one can't be chosen."""
        for command in COMMANDS:
            if isinstance(command, Command) and command.needs_flow:
                self._actions[command.name].setEnabled(is_open)


def without_mnemonic(title: str) -> str:
    """A menu's text without its mnemonic, in Japanese the letter in brackets with it: 保存(&S)."""
    return re.sub(r"\s*\(&.\)|&", "", title)


def shortcuts() -> list[tuple[str, list[tuple[str, str]]]]:
    """Every menu with its commands and their keys, as people read them; those of the canvas itself last."""
    found = []
    for menu, title in MENUS.items():
        rows = [
            (without_mnemonic(_(command.title)).rstrip("…"), _keys(command.keys[0]))
            for command in COMMANDS
            if isinstance(command, Command) and command.menu == menu and command.keys
        ]
        if rows:
            found.append((without_mnemonic(_(title)), rows))
    found.append(
        (
            _("On the canvas"),
            [
                (_("Search a node and add it"), _keys("Tab")),
                (_("Rename the selected node"), _keys("F2")),
                (_("Move the selection"), _("Arrow keys")),
                (_("Pan"), _("Space and drag")),
                (_("Zoom at the pointer"), _("Ctrl and wheel")),
            ],
        )
    )
    return found


def _centre(bar: QMenuBar) -> None:
    """Put the menus' titles into the middle of the bar. One a pixel too high, as other scripts are, and Qt would hide them all."""
    metrics = bar.fontMetrics()
    text = max(metrics.size(Qt.TextFlag.TextShowMnemonic, action.text()).height() for action in bar.actions())
    above = max(0, (theme.size("menubar") - text) // 2)
    bar.setStyleSheet(f"QMenuBar::item {{ padding: {above}px 8px; }}")


def _keys(keys: str) -> str:
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)
