"""The panel on the right: why a message is stuck, or what an error means, and everything that is in the mail."""

from __future__ import annotations

import time
from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QStackedWidget, QTabBar, QVBoxLayout, QWidget

from mailflow_gui.accounts.account import Account
from mailflow_gui.journal.error_groups import Group
from mailflow_gui.journal.history import Attempt
from mailflow_gui.language import _, ngettext
from mailflow_gui.qt.controls import Button, Chip, ElidedLabel
from mailflow_gui.qt.errors import reading, words
from mailflow_gui.qt.errors.looking import ErrorRow
from mailflow_gui.qt.errors.messages_table import next_word
from mailflow_gui.qt.errors.reading import Found
from mailflow_gui.qt.errors.side_list import account_name
from mailflow_gui.qt.errors.why import Place, Reason, WhyPane
from mailflow_gui.qt.inspector import plain, states
from mailflow_gui.qt.inspector.line_list import Line, LineList
from mailflow_gui.qt.inspector.outcome import CardList, attempt_cards
from mailflow_gui.qt.inspector.preview import Preview, reading_pane
from mailflow_gui.qt.inspector.reading import Content
from mailflow_gui.qt.inspector.steps import NO_WAY, Way

WHY, PREVIEW, HEADERS, RAW, HISTORY = range(5)
NODE, ACCOUNT, MESSAGE = "node", "account", "message"


class ErrorDetail(QWidget):
    """Shows one message or one group. ``asked`` has a message's id and what the person decided."""

    asked = Signal(int, str)
    save_wanted = Signal(int)
    followed = Signal(tuple)
    """A link: :data:`NODE` with flow and node, :data:`ACCOUNT` or :data:`MESSAGE` with its id."""
    closed = Signal()
    copied = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("panel", "surface")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._row: ErrorRow | None = None
        self._content: Content | None = None
        self._unfilled: set[int] = set()
        self.chip, self.class_chip = Chip(""), Chip("")
        self.close_button = Button("", "x", "ghost", compact=True, name=_("Close"))
        self.close_button.clicked.connect(self.closed)
        self.title, self.subtitle = ElidedLabel("", "heading"), ElidedLabel("", "small", "text-2")
        self.tabs = QTabBar()
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.why = WhyPane()
        self.why.followed.connect(self.followed)
        self.why.copied.connect(self.copied)
        self.preview = Preview()
        self.headers = LineList(_("Headers"))
        self.raw = reading_pane("mono", _("Raw"))
        self.raw.setLineWrapMode(self.raw.LineWrapMode.NoWrap)
        self.history = CardList(_("History"))
        self.pages = QStackedWidget()
        for title, page in (
            (_("Why"), self.why),
            (_("Preview"), self.preview),
            (_("Headers"), self.headers),
            (_("Raw"), self.raw),
            (_("History"), self.history),
        ):
            self.tabs.addTab(title)
            self.pages.addWidget(page)
        self.tabs.currentChanged.connect(self._turn)
        self.retry = Button(_("Retry now"), "rotate-cw", "primary")
        self.arrived = Button(_("It arrived"), "circle-check")
        self.resend = Button(_("Send again…"), "rotate-cw")
        self.show_message = Button(_("Show in Messages"))
        self.save = Button("", "save", name=_("Save the mail as a file…"))
        self.discard = Button("", "trash-2", "danger", name=_("Discard…"))
        for button, action in (
            (self.retry, "retry"),
            (self.arrived, "resolve-sent"),
            (self.resend, "resolve-resend"),
            (self.discard, "discard"),
        ):
            button.clicked.connect(lambda _checked=False, action=action: self._ask(action))
        self.save.clicked.connect(self._save)
        self.show_message.clicked.connect(self._follow_message)
        self._build()

    @property
    def item(self) -> int | None:
        """The message that is shown."""
        return None if self._row is None else self._row.listed.id

    @property
    def content_of(self) -> int | None:
        """The message whose contents are shown."""
        return None if self._content is None else self._content.item

    def show_group(
        self,
        group: Group,
        attempt: Attempt | None,
        places: Mapping[str, str],
        ways: Mapping[str, Way],
        accounts: Mapping[str, Account],
    ) -> None:
        """Show what an error means; ``places``: flow id -> name."""
        self._row = self._content = None
        look = words.look(group.outcome)
        self.chip.hide()
        self.class_chip.set_kind(look.chip, look.icon)
        self.class_chip.set_text(_(look.title))
        self.title.setText(group.name)
        times = ngettext("{count} time", "{count} times", group.count).format(count=f"{group.count:,}")
        self.subtitle.setText(f"{times} · {words.clock(group.last)}" if group.last else times)
        self.tabs.hide()
        self.foot.hide()
        self.tabs.setCurrentIndex(WHY)
        where: list[Place] = []
        for place in sorted(group.places, key=lambda place: -group.places[place])[:5]:
            where += _places(place, places.get(place[0], place[0]), ways, accounts)
        told = reading.told(attempt) if attempt is not None else None
        self.why.show_reason(
            Reason(
                title=words.meaning(group),
                text=_(look.next) if look.next else "",
                advice=told.advice if told is not None else "",
                places=tuple(dict.fromkeys(where)),
                raw=told.raw if told is not None else "",
            )
        )

    def show_row(self, row: ErrorRow) -> None:
        """Show a message, or the one that is shown as it is now; the rest follows with :meth:`show_found`."""
        if self.item != row.listed.id:
            self._content = None
            self.preview.clear()
            self.headers.show_lines([])
            self.raw.clear()
            self.history.show_cards([])
            self.why.show_reason(Reason(""))
        self._row = row
        listed = row.listed
        icon, word, token = next_word(row)
        look = words.look(listed.outcome)
        self.chip.set_kind({"warn": "warn", "danger": "danger", "ok": "ok"}.get(token, "neutral"), icon)  # type: ignore[arg-type]  # kinds of chips
        self.chip.set_text(states.chip_text(listed, time.time()) if listed.state == "retrying" else word)
        self.chip.show()
        self.class_chip.setVisible(look.title != words.look("uncertain").title or listed.state != "uncertain")
        self.class_chip.set_kind(look.chip, look.icon)
        self.class_chip.set_text(_(look.title) if look.title else "")
        self.title.setText(plain.one_line(listed.subject) or _("(no subject)"))
        self.subtitle.setText(f"{plain.one_line(listed.sender)} · {states.full_time(listed.received)}")
        self.tabs.show()
        self.foot.show()
        self.retry.setVisible(listed.state in states.FITTING["retry"])
        for button in (self.arrived, self.resend):
            button.setVisible(listed.state in states.FITTING["resolve-sent"] and not listed.dry)
        self.discard.setVisible(listed.state in states.FITTING["discard"])

    def show_found(self, found: Found, accounts: Mapping[str, Account]) -> None:
        """Show what the journal and the mail say of the message."""
        row, detail = self._row, found.detail
        if row is None or detail.item.id != row.listed.id:
            return
        attempts = detail.attempts
        last = attempts[-1] if attempts else None
        told = reading.told(last) if last is not None else None
        flow = plain.one_line(row.listed.flow_name, 120)
        if found.version:
            flow = _("{flow}, version {number}").format(flow=flow, number=found.version)
        node, account = (last.node or "", last.account or "") if last is not None else (row.listed.node, "")
        places = _places((row.listed.flow, node, account), flow, {row.listed.flow: row.way}, accounts)
        self.why.show_reason(
            Reason(
                title=told.title if told is not None else _(states.look(row.listed.state).title),
                text=told.text if told is not None else "",
                advice=told.advice if told is not None else "",
                places=tuple(places),
                attempts=attempts,
                ended=row.listed.state == "failed",
                raw=told.raw if told is not None else "",
                mail=found.mail if row.listed.state != "sent" else (),
            )
        )
        self.history.show_cards(attempt_cards(detail, row.way.names), _("No error so far."))
        if found.content is not None:
            self._content = found.content
            self.headers.show_lines([Line(name, value, value) for name, value in found.content.headers])
            self._unfilled = {PREVIEW, RAW}
            self._fill(self.tabs.currentIndex())
        self.save.setEnabled(self._content is None or self._content.gone is None)

    def _turn(self, tab: int) -> None:
        self.pages.setCurrentIndex(tab)
        self._fill(tab)

    def _fill(self, tab: int) -> None:
        """Laying out a long text takes its time: only what is looked at is filled."""
        content = self._content
        if content is None or tab not in self._unfilled:
            return
        self._unfilled.discard(tab)
        if tab == PREVIEW:
            self.preview.show_content(content)
        elif content.gone is not None:
            self.raw.setPlainText(f"{content.gone.text} {content.gone.advice}".strip())
        else:
            self.raw.setPlainText(content.raw + (_("\n\n… The rest is not shown.") if content.raw_cut else ""))

    def _ask(self, action: str) -> None:
        if self._row is not None:
            self.asked.emit(self._row.listed.id, action)

    def _save(self) -> None:
        if self._row is not None:
            self.save_wanted.emit(self._row.listed.id)

    def _follow_message(self) -> None:
        if self._row is not None:
            self.followed.emit((MESSAGE, str(self._row.listed.id)))

    def _build(self) -> None:
        chips = QHBoxLayout()
        chips.setContentsMargins(0, 0, 0, 0)
        chips.setSpacing(8)
        chips.addWidget(self.chip)
        chips.addWidget(self.class_chip)
        chips.addStretch(1)
        chips.addWidget(self.close_button)
        head = QVBoxLayout()
        head.setContentsMargins(16, 16, 16, 16)
        head.setSpacing(0)
        head.addLayout(chips)
        head.addSpacing(4)
        head.addWidget(self.title)
        head.addWidget(self.subtitle)
        self.foot = QWidget()
        row = QHBoxLayout(self.foot)
        row.setContentsMargins(16, 11, 16, 12)
        row.setSpacing(8)
        for button in (self.retry, self.arrived, self.resend, self.show_message):
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(self.save)
        row.addWidget(self.discard)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.tabs)
        column.addWidget(_line())
        column.addWidget(self.pages, 1)
        column.addWidget(_line())
        column.addWidget(self.foot)
        self.tabs.setStyleSheet("QTabBar::tab:first { margin-left: 8px; }")


def _places(
    place: tuple[str, str, str], flow_words: str, ways: Mapping[str, Way], accounts: Mapping[str, Account]
) -> list[Place]:
    flow, node, account = place
    found = [Place(_("Flow"), flow_words)] if flow else []
    if node:
        title = ways.get(flow, NO_WAY).names.get(node, node)
        found.append(Place(_("Node"), title, link=_("Show on canvas") if flow else "", target=(NODE, flow, node)))
    if account:
        known = accounts.get(account)
        host = f" · {known.host}" if known is not None else ""
        link = _("Open") if known is not None else ""
        found.append(
            Place(_("Connection"), account_name(accounts, account) + host, link=link, target=(ACCOUNT, account))
        )
    return found


def _line() -> QFrame:
    line = QFrame()
    line.setFrameShape(QFrame.Shape.HLine)
    return line
