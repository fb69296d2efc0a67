"""The detail beside the table: one message, what a person can do about it, and everything that is known of it, in tabs."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QMenu,
    QStackedWidget,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from mailflow_gui.errors import MailFlowError
from mailflow_gui.language import _, ngettext
from mailflow_gui.qt.controls import Banner, Button, Chip, Count, ElidedLabel, EmptyState
from mailflow_gui.qt.inspector import plain, saving, states
from mailflow_gui.qt.inspector.attachments import AttachmentStrip
from mailflow_gui.qt.inspector.line_list import Line, LineList
from mailflow_gui.qt.inspector.looking import Row
from mailflow_gui.qt.inspector.outcome import CardList, attempt_cards, sent_cards
from mailflow_gui.qt.inspector.preview import Preview, reading_pane
from mailflow_gui.qt.inspector.reading import Content, Detail
from mailflow_gui.qt.inspector.risks import RISKS, confirm, risk
from mailflow_gui.qt.inspector.states import Action
from mailflow_gui.qt.inspector.thread_list import ThreadList, placed

_NARROW = 320

FIELDS, PREVIEW, HEADERS, RAW, ATTEMPTS, SENT, THREAD = range(7)


class DetailPane(QWidget):
    """Shows one message. ``asked`` has its id and what the person decided; ``said`` a line about what was done."""

    asked = Signal(int, str)
    source_wanted = Signal(int, str)
    """Save the whole mail: its id, and the path of the new file."""
    said = Signal(str)
    item_wanted = Signal(int)
    """Another message of the conversation."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("panel", "surface")
        self._row: Row | None = None
        self._detail: Detail | None = None
        self._content: Content | None = None
        self._unfilled: set[int] = set()
        self._asked_about: tuple[int, str, float | None] | None = None
        """The message that something was asked about, as it stood then: asked once is enough until it has moved."""
        self.confirm: Callable[[str, str, str], bool] = self._confirm
        """Asks a question (title, text, words of the button); tests answer for the person."""
        self.choose_file: Callable[[str], str] = self._choose_file
        self.choose_directory: Callable[[], str] = lambda: QFileDialog.getExistingDirectory(
            self, _("Save all attachments")
        )
        self.title = ElidedLabel("", "title")
        self.chip = Chip("")
        self.retry = Button(_("Retry now"), compact=True)
        self.arrived = Button(_("It arrived"), compact=True)
        self.resend = Button(_("Send again…"), compact=True)
        self.more = Button("", "ellipsis", "ghost", compact=True, name=_("More"))
        self._buttons: tuple[tuple[Button, Action], ...] = (
            (self.retry, "retry"),
            (self.arrived, "resolve-sent"),
            (self.resend, "resolve-resend"),
        )
        for button, action in self._buttons:
            button.clicked.connect(lambda _checked=False, action=action: self._ask(action))
        self.more.clicked.connect(self._open_menu)
        self.menu = QMenu(self)
        self.discard_action = QAction(_("Discard…"), self.menu)
        self.discard_action.triggered.connect(lambda: self._ask("discard"))
        self.save_action = QAction(_("Save the mail as a file…"), self.menu)
        self.save_action.triggered.connect(self._save_source)
        self.menu.addActions([self.discard_action, self.save_action])
        self.banner = Banner("warn")
        self.fields = LineList(_("Fields"))
        self.preview = Preview()
        self.headers = LineList(_("Headers"))
        self.raw = reading_pane("mono", _("Raw"))
        self.raw.setLineWrapMode(self.raw.LineWrapMode.NoWrap)
        self.attempts = CardList(_("Attempts"))
        self.sent = CardList(_("Sent"))
        self.conversation = ThreadList()
        self.conversation.item_wanted.connect(self.item_wanted)
        self.strip = AttachmentStrip()
        self.strip.save_wanted.connect(self._save_one)
        self.strip.save_all_wanted.connect(self._save_all)
        self._build()
        self.clear()

    @property
    def item(self) -> int | None:
        """The message that is shown."""
        return None if self._row is None else self._row.listed.id

    @property
    def content_of(self) -> int | None:
        """The message whose contents are shown."""
        return None if self._content is None else self._content.item

    def clear(self) -> None:
        """Show no message."""
        self._row = self._detail = self._content = None
        self._empty_content()
        self._stack.setCurrentIndex(0)

    def show_row(self, row: Row) -> None:
        """Show a message, or the one that is shown as it is now; the rest of it follows with :meth:`show_detail`."""
        if self.item != row.listed.id:
            self._detail = self._content = None
            self._empty_content()
        self._row = row
        listed = row.listed
        self.title.setText(plain.one_line(listed.subject) or _("(no subject)"))
        look = states.look(listed.state, dry=listed.dry)
        self.chip.set_kind(look.chip, look.icon)
        asked = self._asked_about == (listed.id, listed.state, listed.due)
        for button, action in self._buttons:
            button.setVisible(listed.state in states.FITTING[action] and not (listed.dry and action != "retry"))
            button.setEnabled(not asked)
        self.discard_action.setVisible(listed.state in states.FITTING["discard"])
        self.discard_action.setEnabled(not asked)
        self.refresh_time()
        self._stack.setCurrentIndex(1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        # The table shows the state as well; the subject needs the room more.
        self.chip.setVisible(self.width() >= _NARROW)

    def refresh_time(self) -> None:
        """What changes by itself: the time until the next try."""
        if self._row is not None:
            self.chip.set_text(states.chip_text(self._row.listed, time.time()))

    def show_detail(self, detail: Detail) -> None:
        """Show what the journal says of the message."""
        if detail.item.id != self.item or self._row is None or detail == self._detail:
            return
        self._detail = detail
        names = self._row.way.names
        self.attempts.show_cards(attempt_cards(detail, names), _("No error so far."))
        nothing = _("A dry run sends nothing.") if detail.item.dry else _("Nothing has been sent for this message.")
        self.sent.show_cards(sent_cards(detail, names), nothing)
        failing = self._row.listed.state not in {"sent", "skipped"}
        self._count(ATTEMPTS, len(detail.attempts), "warn" if failing else "neutral")
        deliveries = [delivery for sent in detail.sent for delivery in sent.deliveries]
        unsent = bool(deliveries) and all(delivery.state != "sent" for delivery in deliveries)
        self.tabs.setTabText(SENT, _("Mail") if unsent else _("Sent"))
        self._count(SENT, len(deliveries), "neutral")
        self.conversation.show_rows(placed(detail.thread, detail.item.id, names))
        mails = len(detail.thread.mails)
        self._count(THREAD, mails if mails > 1 else 0, "neutral")

    def show_content(self, content: Content) -> None:
        """Show what is in the mail."""
        if content.item != self.item:
            return
        self._content = content
        self.banner.setVisible(content.gone is not None)
        if content.gone is not None:
            self.banner.say("warn", content.gone.text, content.gone.advice)
        self.fields.show_lines([Line(field.name, field.line, field.value, field.icon) for field in content.fields])
        self.headers.show_lines([Line(name, value, value) for name, value in content.headers])
        self._unfilled = {PREVIEW, RAW}
        self._fill(self.tabs.currentIndex())
        self.strip.show_attachments(content.attachments)
        self.save_action.setEnabled(content.gone is None)

    def _fill(self, tab: int) -> None:
        """Laying out a long text takes its time: only what is looked at is filled."""
        content = self._content
        if content is None or tab not in self._unfilled:
            return
        self._unfilled.discard(tab)
        if tab == PREVIEW:
            self.preview.show_content(content)
        else:
            self.raw.setPlainText(content.raw + (_("\n\n… The rest is not shown.") if content.raw_cut else ""))

    def answered(self, item: int, error: MailFlowError | None) -> None:
        """What became of the person's decision."""
        if error is None:
            return
        self._asked_about = None
        if self._row is not None and item == self.item:
            self.show_row(self._row)
        self.said.emit(f"{error.text} {error.advice}".strip())

    def _build(self) -> None:
        self.tabs = QTabBar()
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setUsesScrollButtons(True)
        self.tabs.setStyleSheet(
            "QTabBar::tab { height: 25px; margin: 0; padding: 0 6px; }"
        )  # the design's 28 px with its underline
        self.pages = QStackedWidget()
        for title, page in (
            (_("Fields"), self.fields),
            (_("Preview"), self.preview),
            (_("Headers"), self.headers),
            (_("Raw"), self.raw),
            (_("Attempts"), self.attempts),
            (_("Sent"), self.sent),
            (_("Thread"), self.conversation),
        ):
            self.tabs.addTab(title)
            self.pages.addWidget(page)
        self.tabs.currentChanged.connect(self.pages.setCurrentIndex)
        self.tabs.currentChanged.connect(self._fill)
        head = QHBoxLayout()
        head.setContentsMargins(12, 4, 12, 4)
        head.setSpacing(8)
        head.addWidget(self.title, 1)
        for widget in (self.chip, self.retry, self.arrived, self.resend, self.more):
            head.addWidget(widget)
        message = QWidget()
        column = QVBoxLayout(message)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.tabs)
        line = QFrame()
        line.setFrameShape(QFrame.Shape.HLine)
        column.addWidget(line)
        column.addWidget(self.banner)
        column.addWidget(self.pages, 1)
        column.addWidget(self.strip)
        self._stack = QStackedWidget()
        self._stack.addWidget(EmptyState("mail-open", _("No message selected"), _("Select one to see what is in it.")))
        self._stack.addWidget(message)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._stack)

    def _empty_content(self) -> None:
        self.banner.hide()
        self.fields.show_lines([])
        self.headers.show_lines([])
        self.preview.clear()
        self.raw.clear()
        self.attempts.show_cards([])
        self.sent.show_cards([])
        self.strip.show_attachments([])
        self._count(ATTEMPTS, 0, "neutral")
        self.tabs.setTabText(SENT, _("Sent"))
        self._count(SENT, 0, "neutral")
        self.conversation.show_rows([])
        self._count(THREAD, 0, "neutral")

    def _count(self, tab: int, number: int, kind: str) -> None:
        old = self.tabs.tabButton(tab, QTabBar.ButtonPosition.RightSide)
        if old is not None:
            old.deleteLater()
        badge = Count(number, "warn" if kind == "warn" else "neutral") if number else None
        self.tabs.setTabButton(tab, QTabBar.ButtonPosition.RightSide, badge)

    def _ask(self, action: Action) -> None:
        if self._row is None:
            return
        listed = self._row.listed
        if action in RISKS and not self.confirm(*risk(action, plain.one_line(listed.subject, 80))):
            return
        self._asked_about = (listed.id, listed.state, listed.due)
        self.show_row(self._row)
        self.asked.emit(listed.id, action)

    def _confirm(self, title: str, text: str, button: str) -> bool:
        return confirm(self, title, text, button)

    def _open_menu(self) -> None:
        self.menu.popup(self.more.mapToGlobal(self.more.rect().bottomLeft()))

    def _choose_file(self, name: str) -> str:
        dialog = QFileDialog(self, _("Save"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        # Never written over: the answer to "replace it?" would be no.
        dialog.setOption(QFileDialog.Option.DontConfirmOverwrite)
        dialog.selectFile(str(saving.free_name(Path(dialog.directory().absolutePath()), name, "")))
        return dialog.selectedFiles()[0] if dialog.exec() else ""

    def _save_one(self, number: int) -> None:
        if self._content is None:
            return
        file = self._content.attachments[number]
        if chosen := self.choose_file(file.name):
            self._saved(lambda: saving.save(file.content, Path(chosen)), Path(chosen).name)

    def _save_all(self) -> None:
        if self._content is None or not (chosen := self.choose_directory()):
            return
        files = self._content.attachments

        def save() -> None:
            for file in files:
                saving.save(file.content, saving.free_name(Path(chosen), file.name, file.type))

        self._saved(save, ngettext("{count} file", "{count} files", len(files)).format(count=len(files)))

    def _save_source(self) -> None:
        if self._row is None:
            return
        name = plain.one_line(self._row.listed.subject, 60) or _("message")
        chosen = self.choose_file(name.replace("/", "-").replace("\\", "-").rstrip(". ") + ".eml")
        if chosen:
            self.source_wanted.emit(self._row.listed.id, chosen)

    def _saved(self, save: Callable[[], None], what: str) -> None:
        try:
            save()
        except MailFlowError as error:
            self.said.emit(f"{error.text} {error.advice}".strip())
        else:
            self.said.emit(_("Saved: {name}").format(name=what))
