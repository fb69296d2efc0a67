"""The panel in which a validation shows how far it comes, and how it ended."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent, QGuiApplication, QMoveEvent, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from mailflow_gui.accounts.stages import Stage
from mailflow_gui.accounts.validate import NAMES
from mailflow_gui.language import _
from mailflow_gui.qt.connections.compare import Comparison
from mailflow_gui.qt.connections.facts import Fact, duration
from mailflow_gui.qt.connections.pieces import Framed, Note, Spinner, clear, flat
from mailflow_gui.qt.controls import Button, ElidedLabel, IconLabel, Label

_INDENT = 28
_SETTLING = 300
"""Milliseconds in which the layout finds its new sizes; it takes one or two rounds of events."""
_MOST = 4000
"""Characters of a server's words that are shown."""
_LABEL = 92


class ResultPanel(Framed):
    """Hidden while there is nothing to show."""

    trust_wanted = Signal()
    """The failure is a certificate that nobody trusts, and the person wants to look at it."""
    proposal_taken = Signal()
    """The person wants to try what was proposed."""
    resized = Signal()
    """It shows something else in another size or place, and may reach out of view."""

    def __init__(self) -> None:
        super().__init__("surface-alt", "border", "card")
        self.setObjectName("result")
        self._settling = QTimer(self)
        self._settling.setSingleShot(True)
        self._settling.setInterval(_SETTLING)
        self._title = Label("", "title")
        self._title.setObjectName("result-title")
        self._seconds = Label("", "small", "text-2")
        self._icon, self._spinner = IconLabel("circle-check", "ok", 20), Spinner(20)
        head = flat(QHBoxLayout(), 8)
        for widget in (self._icon, self._spinner, self._title):
            head.addWidget(widget)
        head.addStretch(1)
        head.addWidget(self._seconds)
        self._facts = QGridLayout()
        self._facts.setContentsMargins(_INDENT, 0, 0, 0)
        self._facts.setHorizontalSpacing(16)
        self._facts.setVerticalSpacing(0)
        self._facts.setColumnStretch(0, 1)
        self._facts.setColumnStretch(1, 1)
        self._warning = Note(14)
        self._failure = _Failure()
        self.trust_button, self.fold_button = self._failure.trust, self._failure.fold
        self.copy_button, self.proposal_button = self._failure.copy, self._failure.proposal
        self.comparison = self._failure.comparison
        self.stage: Stage | None = None
        self.proposal_button.clicked.connect(self.proposal_taken)
        self.trust_button.clicked.connect(self.trust_wanted)
        self.fold_button.clicked.connect(self._settle)
        layout = flat(QVBoxLayout(self), 4)
        layout.setContentsMargins(16, 12, 16, 12)
        layout.addLayout(head)
        layout.addLayout(self._facts)
        indented = flat(QHBoxLayout(), 0)
        indented.setContentsMargins(_INDENT, 0, 0, 0)
        indented.addWidget(self._warning)
        layout.addLayout(indented)
        layout.addWidget(self._failure)
        self.hide()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._tell()

    def moveEvent(self, event: QMoveEvent) -> None:
        super().moveEvent(event)
        self._tell()

    @property
    def title(self) -> str:
        """The panel's heading; empty while it is hidden."""
        return "" if self.isHidden() else self._title.text()

    @property
    def words(self) -> list[str]:
        """The lines of facts, as a screen reader says them."""
        items = [self._facts.itemAt(number) for number in range(self._facts.count())]
        found = [item.widget() for item in items if item is not None]
        return [widget.accessibleName() for widget in found if widget is not None]

    def run(self, doing: str, facts: Sequence[Fact]) -> None:
        """Show that a validation is under way."""
        self._begin(doing, "text", "border", "")
        self._spinner.show()
        self._icon.hide()
        self._show(facts)

    def succeed(self, facts: Sequence[Fact], warnings: str, seconds: float) -> None:
        """Show that everything went well, and what was found."""
        self._begin(_("Connected"), "ok", "ok-dot", duration(seconds))
        self._icon.set_icon("circle-check", "ok")
        self._show(facts)
        self._warning.warn(warnings)
        self._announce()

    def fail(
        self,
        heading: str,
        what: str,
        advice: str,
        detail: str,
        seconds: float | None,
        *,
        stage: Stage | None = None,
        trust: bool = False,
    ) -> None:
        """Show what happened, what to do, and the folded detail.

        :param stage: the stage that failed; what it proposes can be taken with a button, and certificates are shown side by side.
        :param trust: offer a look at the server's certificate.
        """
        self._begin(heading, "danger", "danger-dot", "" if seconds is None else duration(seconds))
        self._icon.set_icon("circle-x", "danger")
        self._failure.say(heading, what, advice, detail)
        self.stage = stage
        self._failure.offer(stage, trust=trust)
        self._failure.show()
        self._announce()

    def stopped(self) -> None:
        """Show that the person stopped it."""
        self._begin(_("Stopped"), "text-2", "border-control", "")
        self._icon.set_icon("ban", "text-2")
        self._failure.say(_("Stopped"), _("The validation was stopped. Nothing was changed."), "", "")
        self._failure.show()

    def _settle(self) -> None:
        """What follows is the layout's answer to what the panel shows, and not to what somebody types elsewhere."""
        self._settling.start()
        self._tell()

    def _tell(self) -> None:
        if self._settling.isActive():
            self.resized.emit()

    def _announce(self) -> None:
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    def _begin(self, title: str, token: str, edge: str, seconds: str) -> None:
        clear(self._facts)
        self._title.setText(title)
        self._title.set_token(token)
        self._seconds.setText(seconds)
        self._spinner.hide()
        self._icon.show()
        self._warning.say("")
        self._failure.hide()
        self.stage = None
        self.set_edge(edge)
        self.setAccessibleName(title)
        self.show()
        self._settle()

    def _show(self, facts: Sequence[Fact]) -> None:
        narrow = [fact for fact in facts if not fact.wide]
        rows = (len(narrow) + 1) // 2
        for number, fact in enumerate(narrow):
            self._facts.addWidget(_FactLine(fact), number % rows, number // rows)
        for number, fact in enumerate(fact for fact in facts if fact.wide):
            self._facts.addWidget(_FactLine(fact), rows + number, 0, 1, 2)


class _FactLine(QWidget):
    def __init__(self, fact: Fact) -> None:
        super().__init__()
        layout = flat(QHBoxLayout(self), 6)
        self.setMinimumHeight(20)
        icon: QWidget
        if fact.mark == "running":
            icon = Spinner(14)
        else:
            names = {"ok": ("check", "ok"), "warn": ("triangle-alert", "warn"), "waiting": ("circle-dashed", "text-3")}
            icon = IconLabel(*names[fact.mark], 14)
        label = Label(fact.label, "small", "text-3" if fact.mark == "waiting" else "text", weight=500)
        label.setFixedWidth(_LABEL)
        token = "warn" if fact.mark == "warn" else "text-2"
        value = Label(fact.text, "small", token, wrap=True) if fact.wide else _elided(fact.text, token)
        layout.addWidget(icon)
        layout.addWidget(label)
        layout.addWidget(value, 1)
        self.setAccessibleName(f"{fact.label}: {fact.text}" if fact.text else fact.label)


def _elided(text: str, token: str) -> ElidedLabel:
    """A server's name and port: what is left out is in the middle."""
    return ElidedLabel(text, "small", token, mode=Qt.TextElideMode.ElideMiddle)


class _Failure(QWidget):
    """What happened, what to do, technical detail."""

    def __init__(self) -> None:
        super().__init__()
        layout = flat(QVBoxLayout(self), 8)
        layout.setContentsMargins(_INDENT, 4, 0, 0)
        self._what = Label(wrap=True)
        self._what.setObjectName("what-happened")
        self._advice = Label(wrap=True)
        self._advice.setObjectName("what-to-do")
        for label in (self._what, self._advice):
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._advice_row = QWidget()
        line = flat(QHBoxLayout(self._advice_row), 8)
        head = Label(_("What to do"), weight=500)
        head.setMinimumHeight(0)  # so that it stands level with the first of several lines
        line.addWidget(head, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(self._advice, 1)
        self.trust = Button(_("Look at its certificate"), "shield-check")
        self.proposal = Button("", "arrow-right")
        self.proposal.setProperty("square", False)  # its text comes later
        self.comparison = Comparison()
        self._offers = QWidget()
        offers = flat(QHBoxLayout(self._offers), 8)
        offers.addWidget(self.proposal)
        offers.addWidget(self.trust)
        offers.addStretch(1)
        self.fold = Button(_("Technical detail"), "chevron-right", "ghost", compact=True)
        self.fold.clicked.connect(self._fold_pressed)
        self.copy: Button = Button(_("Copy"), "copy", "ghost", compact=True)
        self.copy.clicked.connect(self._copied)
        for button in (self.fold, self.copy):
            button.setStyleSheet("padding: 0; border: none")  # they stand in line with the texts
        self._fold_row = QWidget()
        fold_line = flat(QHBoxLayout(self._fold_row), 8)
        fold_line.addWidget(self.fold)
        fold_line.addStretch(1)
        fold_line.addWidget(self.copy)
        self._box = Framed("surface", "border")
        self._detail = Label("", "mono", wrap=True)
        self._detail.setObjectName("technical-detail")
        self._detail.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        box = flat(QVBoxLayout(self._box), 0)
        box.setContentsMargins(10, 8, 10, 8)
        box.addWidget(self._detail)
        layout.addWidget(self._what)
        layout.addWidget(self._advice_row)
        layout.addWidget(self._offers)
        layout.addWidget(self.comparison)
        layout.addWidget(self._fold_row)
        layout.addWidget(self._box)
        self._heading = ""

    def say(self, heading: str, what: str, advice: str, detail: str) -> None:
        self._heading = heading
        self._what.setText(what[:_MOST])
        self._advice.setText(advice)
        self._advice_row.setVisible(bool(advice))
        self._detail.setText(detail[:_MOST])
        self._fold_row.setVisible(bool(detail))
        self._unfold(False)
        self.offer(None, trust=False)

    def offer(self, stage: Stage | None, *, trust: bool) -> None:
        proposal = stage.proposal if stage is not None else None
        before, now = (stage.trusted, stage.shown) if stage is not None else (None, None)
        if proposal is not None:
            words = _("Use port {port} with {security}")
            self.proposal.setText(words.format(port=proposal.port, security=NAMES[proposal.security]))
        if before is not None and now is not None:
            self.comparison.show_both(before, now)
        else:
            self.comparison.hide()
        self.proposal.setVisible(proposal is not None)
        self.trust.setVisible(trust and self.comparison.isHidden())
        self._offers.setVisible(not (self.proposal.isHidden() and self.trust.isHidden()))

    def _fold_pressed(self) -> None:
        self._unfold(self._box.isHidden())

    def _unfold(self, unfolded: bool) -> None:
        self.fold.setAccessibleDescription(_("Unfolded") if unfolded else _("Folded"))
        self.fold.set_icon("chevron-down" if unfolded else "chevron-right")
        self._box.setVisible(unfolded)

    def _copied(self) -> None:
        parts = (self._heading, self._what.text(), self._advice.text(), self._detail.text())
        QGuiApplication.clipboard().setText("\n".join(part for part in parts if part))
