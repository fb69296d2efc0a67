"""The main window: puts canvas, docks, bars and run control together, and decides nothing itself."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QActionGroup, QCloseEvent, QDragEnterEvent, QDropEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QMenu, QStackedWidget, QVBoxLayout, QWidget

from mailflow_gui import nodes
from mailflow_gui.accounts.account import Account
from mailflow_gui.accounts.secrets import SecretStore
from mailflow_gui.accounts.store import AccountStore
from mailflow_gui.errors import MailFlowError
from mailflow_gui.flow.file import EXTENSION
from mailflow_gui.flow.model import Flow
from mailflow_gui.flow.problems import Problem
from mailflow_gui.journal.reader import Reader
from mailflow_gui.language import _
from mailflow_gui.paths import Home
from mailflow_gui.qt import live, questions, recent, wiring
from mailflow_gui.qt.accounts_shown import AccountsShown
from mailflow_gui.qt.canvas import Canvas
from mailflow_gui.qt.commands import Commands
from mailflow_gui.qt.connections import ConnectionsTab, MissingShown
from mailflow_gui.qt.connections.missing_shown import MissingBanner
from mailflow_gui.qt.controls import Banner, Button, Toast
from mailflow_gui.qt.docks import Docks
from mailflow_gui.qt.docks_shown import DocksShown
from mailflow_gui.qt.document import Document
from mailflow_gui.qt.engine_thread import EngineThread
from mailflow_gui.qt.errors_shown import ErrorsShown
from mailflow_gui.qt.faults import Faults
from mailflow_gui.qt.files import Files
from mailflow_gui.qt.forms import SettingsForm
from mailflow_gui.qt.inspector import Inspector
from mailflow_gui.qt.keyring_banner import KeyringBanner
from mailflow_gui.qt.mapper import MapperShown
from mailflow_gui.qt.menu_bar import MenuBar
from mailflow_gui.qt.messages_shown import MessagesShown
from mailflow_gui.qt.palette import Palette
from mailflow_gui.qt.problems.finding import find, first_error
from mailflow_gui.qt.problems.problems_tab import ProblemsTab
from mailflow_gui.qt.run_control import RunControl
from mailflow_gui.qt.running import Running
from mailflow_gui.qt.sandbox_here import SandboxHere
from mailflow_gui.qt.status_bar import StatusBar
from mailflow_gui.qt.theme import MODES, theme
from mailflow_gui.qt.tool_bar import ToolBar
from mailflow_gui.qt.trust_banner import TrustBanner
from mailflow_gui.qt.welcome import WelcomePage

CHECK_MILLISECONDS = 300
"""After an edit, until its problems are shown."""
QUESTION_MILLISECONDS = 200
"""Between two looks whether an open question was answered."""


class MainWindow(QMainWindow):
    """One window, one flow."""

    def __init__(self, home: Home, faults: Faults | None = None) -> None:
        super().__init__()
        self.home = home
        self._is_over = False
        self.node_types = nodes.load()
        self.accounts = AccountStore(home.accounts_file)
        self.engine = EngineThread(self)
        self.run = RunControl(self.engine, self)
        self.sandbox = SandboxHere(home)
        self.problems: tuple[Problem, ...] = ()
        self._make_parts()
        self.document = Document(home, self.canvas.to_flow, self)
        self.files = Files(self)
        self.messages = MessagesShown(self)
        self.errors_shown = ErrorsShown(self)
        self.running = Running(self)
        self._make_menus()
        self._lay_out()
        self.docks_shown = DocksShown(self)
        self.mapper = MapperShown(self)
        self._checking = QTimer(self)
        self._checking.setSingleShot(True)
        self._checking.setInterval(CHECK_MILLISECONDS)
        self._checking.timeout.connect(self.check)
        wiring.connect(self)
        if faults is not None:
            faults.happened.connect(lambda report: questions.show_fault(self, report))
        self.setAcceptDrops(True)
        self.docks_shown.restore()
        self.show_document()
        self.engine.start()

    # ---- putting together

    def _make_parts(self) -> None:
        self.canvas = Canvas(self.node_types)
        self.palette_tab = Palette(self.node_types)
        self.connections = ConnectionsTab(self.accounts, SecretStore(), self.home)
        self.accounts_shown = AccountsShown(self.connections, self)
        self.form = SettingsForm(self.accounts, states=self.connections.states)
        self.inspector = Inspector(Reader(self.home))
        self.problems_tab = ProblemsTab()
        self.welcome = WelcomePage(self.node_types)
        self.trust_banner = TrustBanner()
        self.keyring_banner = KeyringBanner(SecretStore())
        self.missing = MissingShown(
            self.connections, self.node_types, self._editable_flow, lambda: self.document.name, self
        )
        self.notice = Banner("danger", closable=True)
        self.notice.hide()
        self.restart = self.notice.add_button(Button(_("Restart"), "rotate-cw", compact=True))
        self.docks = Docks(self)
        self.status = StatusBar()
        self.setStatusBar(self.status)

    def _make_menus(self) -> None:
        self.commands = Commands(self)
        self._recent_menu = QMenu(self)
        self._recent_menu.aboutToShow.connect(self._fill_recent)
        themes = QMenu(self)
        group = QActionGroup(self)
        for mode in MODES:
            action = themes.addAction({"system": _("Follow the system"), "light": _("Light"), "dark": _("Dark")}[mode])
            action.setCheckable(True)
            action.setChecked(mode == theme.mode)
            action.triggered.connect(lambda _checked=False, mode=mode: theme.set_mode(mode))
            group.addAction(action)
        self.setMenuBar(MenuBar())
        self.menuBar().setFixedHeight(theme.size("menubar"))
        self.commands.fill(self.menuBar(), {"recent": self._recent_menu, "theme": themes})
        self.commands.give_to_canvas(self.canvas)
        self.tool_bar = ToolBar(self.commands, self._recent_menu)
        self.addToolBar(self.tool_bar)

    def _lay_out(self) -> None:
        work = QWidget()
        column = QVBoxLayout(work)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for banner in (self.trust_banner, self.missing.banner, self.keyring_banner, self.notice):
            row = QWidget()
            inside = QVBoxLayout(row)
            inside.setContentsMargins(8, 8, 8, 8)
            inside.addWidget(banner)
            banner.installEventFilter(self)
            row.setVisible(False)
            column.addWidget(row)
        column.addWidget(self.canvas, 1)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.welcome)
        self.pages.addWidget(work)
        self.setCentralWidget(self.pages)
        self.toast = Toast(self.pages)
        self.docks.nodes.addTab(self.palette_tab, _("Nodes"))
        self.docks.nodes.addTab(self.connections, _("Connections"))
        self.docks.messages.addTab(self.inspector, _("Messages"))
        self.docks.messages.addTab(self.problems_tab, _("Problems"))
        self.docks.messages.setCornerWidget(
            self.inspector.take_bar()
        )  # beside the tabs, as long as the messages are shown
        self.docks.messages.currentChanged.connect(self._show_corner)
        self.docks.right.setWidget(self.form)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        """A hidden banner leaves no gap."""
        if isinstance(watched, Banner | TrustBanner | MissingBanner) and event.type() in {
            QEvent.Type.ShowToParent,
            QEvent.Type.HideToParent,
        }:
            row = watched.parentWidget()
            if row is not None:
                row.setVisible(event.type() == QEvent.Type.ShowToParent)
        return False

    # ---- the document

    def show_flow(self, flow: Flow) -> None:
        """Put another flow on the canvas."""
        self.mapper.leave()
        self.run.forget()
        self.errors_shown.close()
        self.status.forget_journal()
        self.toast.hide()
        self.notice.hide()
        self.canvas.show_flow(flow)
        self.form.show_nothing()
        self.canvas.set_readonly(not self.document.trusted)
        self.check()
        self.canvas.setFocus()

    def show_document(self) -> None:
        """Title, bars and pages follow the document."""
        document = self.document
        self.setWindowTitle(document.title)
        self.setWindowModified(document.unsaved)
        if not self.errors_shown.is_open and (self.pages.currentIndex() != 0) != document.is_open:
            self.mapper.leave()
            self.docks_shown.turn_page(1 if document.is_open else 0)
        self.commands.show_flow(is_open=document.is_open)
        self.tool_bar.show_flow(document.name, unsaved=document.unsaved)
        self.show_undo()
        self.trust_banner.setVisible(document.is_open and not document.trusted)
        if document.opened is not None and not document.trusted:
            self.trust_banner.show_flow(document.opened, self.node_types)
        self.canvas.set_readonly(not document.trusted)
        self.form.setEnabled(document.trusted)
        self.running.show()
        self.mapper.show_commands()

    def note_edit(self) -> None:
        self.document.edited(clean=self.canvas.undo_stack.isClean())
        self._checking.start()
        if self.mapper.is_open:
            self.mapper.note_edit()
        else:
            self.show_selected(self.canvas.selected())

    def note_clean(self, clean: bool) -> None:
        self.document.edited(clean=clean)

    def check(self) -> None:
        """Find the open flow's problems and show them everywhere."""
        self._checking.stop()
        if not self.document.is_open:
            return
        flow = self.document.flow()
        self.accounts_shown.show_flow(flow)
        self.problems = find(flow, self.node_types, self._saved_accounts())
        self.missing.check()
        titles = {node_type.id: _(node_type.title) for node_type in self.node_types}
        names = {node.id: node.name or titles.get(node.type, node.type) for node in flow.nodes}
        errors = sum(problem.severity == "error" for problem in self.problems)
        self.canvas.set_problems(self.problems)
        self.problems_tab.show_problems(self.problems, names)
        self.tool_bar.show_problems(errors, len(self.problems) - errors)
        count = len(self.problems)
        title = _("Problems ({count})").format(count=count) if count else _("Problems")
        self.docks.messages.show_count(self.problems_tab, count, title, "danger" if errors else "warn")
        if self.mapper.is_open:
            self.mapper.show_problems()
        else:
            self.show_selected(self.canvas.selected())

    def _editable_flow(self) -> Flow | None:
        return self.canvas.to_flow() if self.document.is_open and self.document.trusted else None

    def _saved_accounts(self) -> Sequence[Account]:
        try:
            return self.accounts.all()
        except MailFlowError:
            return ()  # the list of connections says what is wrong with the file

    def first_error(self) -> Problem | None:
        """What keeps the flow from running, as of now."""
        self.check()
        return first_error(self.problems)

    # ---- nodes

    def show_selected(self, selected: Sequence[str]) -> None:
        if len(selected) != 1 or not self.document.is_open:
            self.form.show_nothing()
            return
        flow = self.canvas.to_flow()
        known = {node_type.id: node_type for node_type in self.node_types}
        node = next((node for node in flow.nodes if node.id == selected[0]), None)
        if node is not None:
            mine = [problem for problem in self.problems if problem.node == node.id]
            self.form.show_node(node, known.get(node.type), flow, mine)

    def open_node(self, node_id: str) -> None:
        if self.mapper.open(node_id):
            return
        self.docks_shown.show_settings()
        self.show_selected([node_id])
        self.form.setFocus()

    def show_problem(self, node: str, field: str) -> None:
        """Lead to where a problem is."""
        if self.mapper.show_problem(node, field):
            return
        if node:
            self.canvas.focus_node(node)
            self.docks_shown.show_settings()
            self.show_selected([node])
            if field:
                self.form.focus_field(field)

    def make_connection(self, protocols: str) -> None:
        stub = self.missing.stub_of(self.canvas.selected(), protocols.split(","))
        if stub is not None:
            self.missing.create(stub)
            return
        first = protocols.partition(",")[0] or "imap"
        dialog = self.connections.add(first)  # type: ignore[arg-type]  # a node type names protocols of accounts
        dialog.saved.connect(lambda account: self.form.choose_connection(account.id))

    def note_accounts(self) -> None:
        self.show_accounts()
        self._checking.start()

    def show_accounts(self) -> None:
        """Connections, or how they stand, have changed."""
        self.form.refresh()
        count = self.connections.troubled
        title = _("Connections ({count})").format(count=count) if count else _("Connections")
        self.docks.nodes.show_count(self.connections, count, title)

    # ---- docks and bars

    def _show_corner(self) -> None:
        self.inspector.bar.setVisible(self.docks.messages.currentWidget() is self.inspector)

    def show_undo(self) -> None:
        editable = self.document.is_open and self.document.trusted
        self.commands["undo"].setEnabled(editable and self.mapper.can_undo)
        self.commands["redo"].setEnabled(editable and self.mapper.can_redo)
        self.mapper.show_undo()

    def show_dry(self) -> None:
        self.canvas.set_dry_run(self.commands["dry-run"].isChecked())

    def show_live(self) -> None:
        """Put the run's numbers on the canvas."""
        if self.document.is_open and self.run.path == self.document.path:
            self.canvas.set_live(live.node_states(self.canvas.to_flow(), self.run.nodes, running=self.run.busy))

    def _fill_recent(self) -> None:
        self._recent_menu.clear()
        for path in recent.files():
            action = self._recent_menu.addAction(path.stem.replace("&", "&&"))
            action.setToolTip(str(path))
            action.triggered.connect(lambda _checked=False, path=path: self.files.open(path))
        if self._recent_menu.isEmpty():
            self._recent_menu.addAction(_("No recent flows")).setEnabled(False)

    def come_to_front(self, files: Sequence[Path], demo: bool) -> None:
        """A second start hands over what it was asked for; it waits for the answer to a question that is open."""
        if self.isMinimized():
            self.showNormal()
        self.raise_()
        self.activateWindow()
        self._open_when_free(files, demo)

    def _open_when_free(self, files: Sequence[Path], demo: bool) -> None:
        if self._is_over:
            return
        if QApplication.activeModalWidget() is not None:
            QTimer.singleShot(QUESTION_MILLISECONDS, self, lambda: self._open_when_free(files, demo))
            return
        if demo:
            self.files.open_sandbox()
        for path in files[:1]:
            self.files.open(path)

    # ---- Qt's own

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.docks_shown.fit()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.toLocalFile().endswith(EXTENSION) for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        names = [url.toLocalFile() for url in event.mimeData().urls() if url.toLocalFile().endswith(EXTENSION)]
        if names:
            event.acceptProposedAction()
            QTimer.singleShot(0, lambda: self.files.open(Path(names[0])))  # questions may follow: not inside the drop

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._is_over:
            event.accept()
            return
        if not self.files.may_close():
            event.ignore()
            return
        self._end()
        self.document.close()
        event.accept()

    def leave(self) -> None:
        """Close without a question, as the system asks at its end: unsaved work is kept for the next window."""
        if not self._is_over:
            self.document.keep()
            self._end()
            self.close()

    def _end(self) -> None:
        self._is_over = True
        self.errors_shown.close()
        self.mapper.leave()
        if self.document.is_open:
            self.docks_shown.remember()
        self.canvas.undo_stack.cleanChanged.disconnect(self.note_clean)  # it says so once more while it is destroyed
        self.inspector.shut_down()
        self.mapper.close()
        self.errors_shown.shut_down()
        self.running.close()
        self.engine.shutdown()
        self.sandbox.stop()
