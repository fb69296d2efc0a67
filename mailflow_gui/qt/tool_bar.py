"""The tool bar: the flow's name, undo, save, run, dry run, problems, zoom."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QSizePolicy, QToolBar, QToolButton, QWidget

from mailflow_gui.language import _, ngettext
from mailflow_gui.qt.commands import Commands, without_mnemonic
from mailflow_gui.qt.controls import Button, Chip, ElidedLabel, IconLabel, Label, Switch, set_tool_tip
from mailflow_gui.qt.inspector import plain
from mailflow_gui.qt.run_control import State
from mailflow_gui.qt.theme import theme

_DOT = 7
_ROOM_FOR_ZOOM = 860
_ROOM_FOR_TOOLS = 720
_NARROWEST = 480
_TOOLS = (("undo", "undo-2"), ("redo", "redo-2"), ("save", "save"))


class ToolBar(QToolBar):
    """Shows what it is told and passes on what is clicked."""

    problems_wanted = Signal()

    def __init__(self, commands: Commands, recent: QMenu, parent: QWidget | None = None) -> None:
        super().__init__(_("Tool bar"), parent)
        self.setObjectName("tool-bar")
        self.setMovable(False)
        self.setFloatable(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        # Qt takes one padding for all four sides of a tool bar: the row inside has the real margins.
        self.setStyleSheet("QToolBar { padding: 0; }")
        self._commands = commands
        self._is_open = False
        self._name = ElidedLabel("", "title")
        self._name.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._dot = _UnsavedDot()
        self._more = _ghost("chevron-down", _("Recent flows"), 14)
        self._more.setMenu(recent)
        self._more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.once = Button(_("Run once"), "circle-play")
        self.once.clicked.connect(commands["run-once"].trigger)
        self.run = Button(_("Start"), "play-filled", "primary")
        self.run.clicked.connect(commands["run"].trigger)
        self.dry = Switch(_("Dry run"))
        set_tool_tip(self.dry, _("Nothing is sent, moved, marked or deleted on a server."))
        self.dry.toggled.connect(self._pass_dry)
        commands["dry-run"].toggled.connect(self.dry.setChecked)
        self.problems = _ProblemsChip()
        self.problems.clicked.connect(self.problems_wanted)
        self._zoom = Label("100%", "body", weight=500)
        self._zoom.setFixedWidth(44)
        self._zoom.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._zoom_row = _row(
            self._trigger("minus", "zoom-out"),
            self._zoom,
            self._trigger("plus", "zoom-in"),
            self._trigger("maximize", "fit-all"),
            spacing=0,
        )
        self._zoom_rule = _rule()
        inside = _Inside()
        inside.setFixedHeight(theme.size("toolbar") - 1)
        row = QHBoxLayout(inside)
        row.setSizeConstraint(QHBoxLayout.SizeConstraint.SetNoConstraint)
        row.setContentsMargins(12, 0, 12, 0)
        row.setSpacing(8)
        row.addWidget(_row(IconLabel("workflow", "text-2", 16), self._name, self._dot))
        row.addWidget(self._more)
        row.addWidget(_rule())
        self._tools = (_row(*(self._tool(name, icon) for name, icon in _TOOLS)), _rule())
        for widget in self._tools:
            row.addWidget(widget)
        for widget in (self.once, self.run, _row(self.dry, left=8)):
            row.addWidget(widget)
        row.addStretch(1)
        for widget in (self.problems, self._zoom_rule, self._zoom_row):
            row.addWidget(widget)
        self.addWidget(inside)
        self.setFixedHeight(theme.size("toolbar"))

    # ---- what it shows

    def show_flow(self, name: str, *, unsaved: bool) -> None:
        """The open flow; an empty name: none."""
        self._name.setText(plain.one_line(name, 200) or _("No flow open"))
        self._name.set_token("text" if name else "text-3")
        self._dot.setVisible(bool(name) and unsaved)
        self._is_open = bool(name)
        self._make_room()
        if not name:
            self.show_problems(0, 0)

    def show_run(self, state: State, *, is_open: bool) -> None:
        """Start turns into Stop while something runs."""
        busy = state != "idle"
        self.run.setText({"idle": _("Start"), "stopping": _("Stopping…")}.get(state, _("Stop")))
        self.run.set_icon("square-filled" if busy else "play-filled")
        self.run.setEnabled(is_open)
        self.once.setEnabled(is_open and not busy)
        self.dry.setEnabled(is_open and not busy)

    def show_problems(self, errors: int, warnings: int) -> None:
        """How many problems there are; none: nothing is shown."""
        count = errors + warnings
        self.problems.setVisible(count > 0)
        if count:
            self.problems.show_count(count, has_errors=errors > 0)

    def show_zoom(self, zoom: float) -> None:
        """1.0 is 100 %."""
        self._zoom.setText(f"{round(zoom * 100)}%")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        """In a narrow window, what has keys and a place in the menus stands aside for what starts and stops."""
        for widget in (self._zoom_rule, self._zoom_row):
            widget.setVisible(self._is_open and self.width() >= _ROOM_FOR_ZOOM)
        for widget in self._tools:
            widget.setVisible(self.width() >= _ROOM_FOR_TOOLS)

    # ---- parts

    def _pass_dry(self, on: bool) -> None:
        action = self._commands["dry-run"]
        if action.isChecked() != on:
            action.trigger()

    def _tool(self, command: str, icon: str) -> QToolButton:
        action = self._commands[command]
        action.setIcon(theme.icon(icon))
        button = QToolButton()
        button.setDefaultAction(action)
        button.setIconSize(QSize(16, 16))
        button.setFixedSize(32, 32)
        return button

    def _trigger(self, icon: str, command: str) -> QToolButton:
        action = self._commands[command]
        button = _ghost(icon, without_mnemonic(action.text()))
        button.clicked.connect(action.trigger)
        return button


class _Inside(QWidget):
    """Never keeps the window from being made narrow."""

    def minimumSizeHint(self) -> QSize:
        return QSize(_NARROWEST, theme.size("toolbar") - 1)


class _UnsavedDot(QWidget):
    """Something isn't saved yet."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(_DOT + 2, _DOT + 2)
        self.setAccessibleName(_("Unsaved changes"))
        set_tool_tip(self, _("Unsaved changes"))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("accent-line"))
        painter.drawEllipse(1, 1, _DOT, _DOT)


class _ProblemsChip(Chip):
    """How many problems; a click shows them."""

    clicked = Signal()

    def __init__(self) -> None:
        super().__init__("", "warn", "triangle-alert", large=True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def show_count(self, count: int, *, has_errors: bool) -> None:
        """Say it."""
        self.set_text(ngettext("{count} problem", "{count} problems", count).format(count=count))
        self.set_kind("danger" if has_errors else "warn", "circle-alert" if has_errors else "triangle-alert")

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        self.clicked.emit()


def _ghost(icon: str, name: str, size: int = 16) -> QToolButton:
    button = QToolButton()
    button.setIcon(theme.icon(icon, "text-2", size))
    button.setIconSize(QSize(size, size))
    button.setFixedSize(size + 16 if size == 16 else size + 8, 32)
    button.setAccessibleName(name)
    button.setToolTip(name)
    return button


def _rule() -> QFrame:
    rule = QFrame()
    rule.setFrameShape(QFrame.Shape.VLine)
    rule.setFixedSize(1, 24)
    return rule


def _row(*widgets: QWidget, spacing: int = 8, left: int = 0) -> QWidget:
    row = QWidget()
    layout = QHBoxLayout(row)
    layout.setContentsMargins(left, 0, 0, 0)
    layout.setSpacing(spacing)
    for widget in widgets:
        layout.addWidget(widget)
    return row
